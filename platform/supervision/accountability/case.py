"""An accountability case with all that its steps depend on, and the facts for its rules (Art. 21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.errors import Stale
from kernel.work import Work
from policy.entries import Sanction
from policy.rulebook import RuleBook
from supervision.accountability import repository
from supervision.accountability.models import (
    AccountabilityAnswer,
    AccountabilityCase,
    AccountabilityNotice,
    AccountabilityReview,
    AccountabilityStatement,
)
from supervision.accountability.rules import CaseFacts
from supervision.deadlines import service as deadlines
from supervision.instruments import repository as instruments
from supervision.matters.models import Evidence
from tenants.access import Target

LEADERS = ("supervision_leader",)
SUPERVISORS = ("supervisor", "supervision_leader")
RECEIVERS = ("contact", "legal_officer", "organ_head")
HEAD = ("organ_head",)
OURS = ("supervising_organ", "supervision_body")
"""Who imposes what the supervising side decides by itself."""


@dataclass(slots=True)
class Case:
    """Read as the supervision body that handles it."""

    row: AccountabilityCase
    book: RuleBook
    evidence: list[Evidence]
    notices: list[AccountabilityNotice]
    statement: AccountabilityStatement | None
    answers: list[AccountabilityAnswer]
    reviews: list[AccountabilityReview]
    recused: frozenset[UUID]

    @property
    def sanction(self) -> Sanction | None:
        """The rule of the measure that is asked for or was decided."""
        return self.book.sanction(self.row.measure) if self.row.measure else None

    @property
    def is_proposal(self) -> bool:
        """Whether the person's own organ imposes the measure."""
        return self.sanction is not None and self.sanction.imposed_by == "own_organ"

    @property
    def respondent(self) -> str:
        """许昌市建安区城市管理局, or 彭程（许昌市建安区城市管理局）."""
        row = self.row
        return row.supervised_name if row.against == "organ" else f"{row.person_name}（{row.supervised_name}）"

    @property
    def measure_name(self) -> str:
        return self.sanction.name if self.sanction else ""

    @property
    def present(self) -> AccountabilityNotice | None:
        """The decision or proposal that is in effect."""
        found = [n for n in self.notices if n.kind in ("proposal", "decision") and not n.over]
        return found[-1] if found else None

    @property
    def told(self) -> AccountabilityNotice | None:
        """The notice on which the defence is stated."""
        return next((n for n in reversed(self.notices) if n.kind == "notice" and not n.over), None)

    @property
    def answer(self) -> AccountabilityAnswer | None:
        """The answer of the present round."""
        notice = self.present
        if notice is None:
            return None
        return next((a for a in self.answers if (a.notice_id, a.round) == (notice.id, notice.round)), None)

    @property
    def pending(self) -> AccountabilityReview | None:
        return next((r for r in self.reviews if r.state == "requested"), None)

    @property
    def label(self) -> str:
        return f"责任追究 {self.row.number}"

    def target(self, *drafters: UUID | None) -> Target:
        """What policy is asked about."""
        row = self.row
        return Target(
            owner_id=row.organ_id,
            supervised_id=row.supervised_id,
            relation=row.relation,
            drafters=frozenset(who for who in drafters if who is not None),
            recused=self.recused,
            responsible=frozenset({row.person_id} if row.person_id else ()),
        )


async def load(work: Work, case_id: UUID, *, lock: bool = False) -> Case:
    """The case with everything around it. With `lock` the row stays locked until the transaction ends.

    Raises NotFound outside the reader's scope.
    """
    row = await repository.get(work, AccountabilityCase, case_id)
    async with work.acting_as(row.organ_id):
        if lock:
            row = await repository.lock(work, AccountabilityCase, case_id)
        told = await repository.notices_of(work, case_id)
        stated = {s.notice_id: s for s in await repository.statements(work, case_id)}
        case = Case(
            row=row,
            book=await deadlines.rulebook(work, row.rulebook_key),
            evidence=await repository.evidence(work, case_id),
            notices=told,
            statement=None,
            answers=await repository.answers(work, case_id),
            reviews=await repository.reviews(work, case_id),
            recused=await instruments.recused(work, row.matter_id) if row.matter_id else frozenset(),
        )
    case.statement = stated.get(case.told.id) if case.told else None
    return case


def facts(work: Work, case: Case, **given: Any) -> CaseFacts:
    """What the machine looks at, for the acting person; `given` replaces what a step decides itself."""
    row, sanction, answer = case.row, case.sanction, case.answer
    who = {work.actor.post_id, work.actor.person_id} if work.actor else set()
    told = case.told
    known: dict[str, Any] = {
        "actor_recused": bool(who & case.recused),
        "actor_is_drafter": row.proposed_by in who,
        "actor_is_respondent": row.person_id in who
        or (work.actor is not None and row.against == "organ" and work.actor.organ_id == row.supervised_id),
        "actor_decided": row.decided_by in who or any(r.decided_by in who for r in case.reviews if r.decided_by),
        "grounds": len(row.grounds),
        "facts_stated": len(row.facts.strip()) >= FACTS_MIN,
        "evidence": len(case.evidence),
        "gravity_known": bool(row.gravity and row.fault),
        "measure_fits": sanction is not None and sanction.against == row.against and sanction.imposed_by != "referral",
        "registered": row.officer_id is not None,
        "needs_register": sanction is not None and sanction.imposed_by == "supervision_body",
        "stated": case.statement is not None,
        "statement_over": told is not None and told.until is not None and work.today > told.until,
        "hearing_wanted": row.hearing_wanted,
        "hearing_held": row.hearing_on is not None,
        "is_proposal": case.is_proposal,
        "answer": answer.result if answer else "",
        "answer_overdue": _overdue(work, case),
        "training_open": answer is not None
        and answer.training_hours is not None
        and answer.trained_on is None
        and answer.result != "refused",
        "review_pending": case.pending is not None,
        "review_over": review_over(work, case),
    }
    return CaseFacts(**(known | given))


FACTS_MIN = 10
"""Characters that facts have at least."""


def _overdue(work: Work, case: Case) -> bool:
    notice = case.present
    return notice is not None and notice.kind == "proposal" and notice.until is not None and work.today > notice.until


def review_over(work: Work, case: Case) -> bool:
    """Whether neither review nor appeal can be asked for any more."""
    if case.is_proposal:
        return True
    until = case.row.review_until
    return any(r.kind == "appeal" for r in case.reviews) or (until is not None and work.today > until)


def check_version(case: Case, given: int | None) -> None:
    """Raises Stale when the form was made from another version of the case."""
    if given is not None and given != case.row.row_version:
        raise Stale


def person(work: Work) -> UUID | None:
    return work.actor.person_id if work.actor else None


def name(work: Work) -> str:
    return work.actor.name if work.actor else "系统"


def record(work: Work, case: Case, action: str, title: str, note: str = "", *, article: str | list[str] = "21") -> None:
    """A step in the file of the case. The work acts as the body; the grounds are cited with the article."""
    work.record(
        action, "accountability", case.row.id, title=title, note=note, article=article, thread_id=case.row.id,
        detail={"state": case.row.state, "number": case.row.number},
    )  # fmt: skip
