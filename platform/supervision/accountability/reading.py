"""Cases as the supervising side reads them: lists, the case whole, and what can be done with it (Art. 21)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from kernel.errors import NotFound
from kernel.machine import Option
from kernel.models import TimelineEvent
from kernel.work import Work
from policy.entries import Sanction
from supervision.accountability import repository
from supervision.accountability.case import Case, facts, load
from supervision.accountability.models import (
    AccountabilityAnswer,
    AccountabilityCase,
    AccountabilityNotice,
    AccountabilityReview,
    AccountabilityStatement,
)
from supervision.accountability.receiving import stored
from supervision.accountability.rules import CASE, RESPONSIBILITIES, RESULTS, REVIEW_STATES
from supervision.accountability.views import (
    AccountabilityDocument,
    AccountabilityRow,
    AccountabilityView,
    GroundView,
    ProposalAnswerView,
    ReviewView,
    SanctionView,
    StatementView,
)
from supervision.deadlines import service as deadlines
from supervision.matters import repository as matter_rows
from supervision.matters import service as matters
from supervision.matters.facts import Choice
from supervision.matters.views import EventView, Page
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory

IMPOSERS: Final = {
    "supervising_organ": "监督机关",
    "own_organ": "所在行政执法机关",
    "supervision_body": "监督机构",
    "referral": "移送有权机关",
}
REVIEW_KINDS: Final = {"review": "复核", "appeal": "申诉"}
VIEWS: Final = ("live", "ended", "all")
SERVED_HOW: Final = {"opened": "签收", "deemed": "视为送达", "": ""}

OFFERED: Final = ("amend", "notify", "record_hearing", "decide", "not_uphold", "review", "insist", "accept_refusal",
                  "close", "refer", "drop")  # fmt: skip
DRAFTED: Final = frozenset({"notify", "drop", "not_uphold", "decide", "refer"})
QUIET: Final = frozenset({"insist", "accept_refusal", "record_hearing", "review", "close"})
"""Not listed while their occasion has not come."""


async def list_cases(
    work: Work, view: str = "live", *, reach: bool = False, after: UUID | None = None, limit: int = 50
) -> Page[AccountabilityRow]:
    """Cases of the reader's organ, newest first; with `reach` those of the levels below as well. Raises Denied."""
    await authorize(work, "accountability", "list", Target(owner_id=work.organ_id))
    limit = max(1, min(limit, 100))
    view = view if view in VIEWS else "live"
    rows = await repository.cases(work, view, reach=reach, after=after, limit=limit + 1)
    tree = await directory(work)
    book = await deadlines.rulebook(work)
    names = {s.key: s.name for s in book.sanctions}
    items = [row_view(row, names, tree.name(row.organ_id)) for row in rows[:limit]]
    return Page(items, str(rows[limit - 1].id) if len(rows) > limit else None)


def row_view(row: AccountabilityCase, names: dict[str, str], organ_name: str) -> AccountabilityRow:
    return AccountabilityRow(
        id=row.id,
        number=row.number,
        respondent=row.supervised_name if row.against == "organ" else row.person_name,
        supervised_name=row.supervised_name,
        against=row.against,
        grounds=list(row.grounds),
        measure=row.measure,
        measure_name=names.get(row.measure, ""),
        state=row.state,
        state_label=CASE.label(row.state),
        organ_name=organ_name,
        automatic=row.automatic,
        proposed_at=row.proposed_at,
    )


async def case_view(work: Work, case_id: UUID) -> AccountabilityView:
    """The case whole. Raises NotFound outside the reader's scope, Denied."""
    case = await load(work, case_id)
    await authorize(work, "accountability", "read", case.target())
    row, book = case.row, case.book
    tree = await directory(work)
    async with work.acting_as(row.organ_id):
        limits = await deadlines.for_subject(work, row.id, open_only=False)
        shown = await deadlines.explain_all(work, limits)
        events = await matter_rows.timeline(work, row.id)
        matter = await matters.get(work, row.matter_id) if row.matter_id else None
    names = {s.key: s.name for s in book.sanctions}
    allowed, refused = await panel(work, case)
    sanction = case.sanction
    return AccountabilityView(
        id=row.id,
        version=row.row_version,
        number=row.number,
        respondent=case.respondent,
        against=row.against,
        supervised_id=row.supervised_id,
        supervised_name=row.supervised_name,
        relation=row.relation,
        responsibility=row.responsibility,
        responsibility_label=RESPONSIBILITIES.get(row.responsibility, ""),
        officer_id=row.officer_id,
        person_name=row.person_name,
        person_title=row.person_title,
        has_account=row.person_id is not None,
        organ_id=row.organ_id,
        organ_name=tree.name(row.organ_id),
        government_name=tree.name(row.government_id),
        matter_id=row.matter_id,
        matter_label=(matter.number or matter.title) if matter else "",
        origin=row.origin,
        source_label=row.source_label,
        automatic=row.automatic,
        grounds=ground_views(case, row.grounds),
        gravity=row.gravity,
        gravity_label=book.gravity(row.gravity).name if row.gravity else "",
        fault=row.fault,
        fault_label=book.fault(row.fault).name if row.fault else "",
        facts=row.facts,
        nature=row.nature,
        harm=row.harm,
        mitigating=row.mitigating,
        aggravating=row.aggravating,
        measure=row.measure,
        measure_name=case.measure_name,
        imposed_by=sanction.imposed_by if sanction else "",
        imposed_by_label=IMPOSERS[sanction.imposed_by] if sanction else "",
        training_hours=row.training_hours,
        awards_from=row.awards_from,
        awards_until=row.awards_until,
        awards_lifted_on=row.awards_lifted_on,
        state=row.state,
        state_label=CASE.label(row.state),
        proposed_at=row.proposed_at,
        proposed_by_name=row.proposed_by_name,
        hearing_wanted=row.hearing_wanted,
        hearing_on=row.hearing_on,
        hearing_note=row.hearing_note,
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
        decision_reason=row.decision_reason,
        defence_answer=row.defence_answer,
        decision_number=row.decision_number,
        served_on=row.served_on,
        review_until=row.review_until,
        referred=[names[kind] for kind in row.referred],
        ended_at=row.ended_at,
        ended_note=row.ended_note,
        statement=statement_view(case.statement) if case.statement else None,
        answers=[answer_view(a, names) for a in case.answers],
        reviews=[review_view(r, names, tree.name(r.decider_id)) for r in case.reviews],
        documents=[_document(n) for n in case.notices],
        evidence=[matters.evidence_view(item) for item in case.evidence],
        deadlines=shown,
        timeline=[_event(event) for event in events],
        sanctions=await sanction_views(work, case),
        allowed=allowed,
        refused=refused,
    )


def ground_views(case: Case, codes: Iterable[str]) -> list[GroundView]:
    return [GroundView(code=code, name=case.book.ground(code).name) for code in codes]


def statement_view(row: AccountabilityStatement) -> StatementView:
    return StatementView(
        waived=row.waived,
        text=row.text,
        wants_hearing=row.wants_hearing,
        hearing_on=row.hearing_on,
        on_behalf=row.on_behalf,
        stated_at=row.stated_at,
        stated_by_name=row.stated_by_name,
    )


def answer_view(row: AccountabilityAnswer, names: dict[str, str]) -> ProposalAnswerView:
    return ProposalAnswerView(
        round=row.round,
        result=row.result,
        result_label=RESULTS[row.result],
        measure_name=names.get(row.measure, ""),
        document_number=row.document_number,
        effective_on=row.effective_on,
        reason=row.reason,
        training_hours=row.training_hours,
        training_until=row.training_until,
        trained_hours=row.trained_hours,
        trained_on=row.trained_on,
        answered_at=row.answered_at,
        answered_by_name=row.answered_by_name,
    )


def review_view(row: AccountabilityReview, names: dict[str, str], decider: str) -> ReviewView:
    return ReviewView(
        id=row.id,
        kind=row.kind,
        kind_label=REVIEW_KINDS[row.kind],
        reason=row.reason,
        state=row.state,
        state_label=REVIEW_STATES[row.state],
        decider_name=decider,
        requested_at=row.requested_at,
        requested_by_name=row.requested_by_name,
        on_behalf=row.on_behalf,
        number=row.number,
        measure_name=names.get(row.measure, ""),
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
        decision_reason=row.decision_reason,
    )


def _document(row: AccountabilityNotice) -> AccountabilityDocument:
    href = f"/accountability/{row.case_id}/documents/{row.id}"
    return AccountabilityDocument(
        id=row.id,
        kind=row.kind,
        title=row.title,
        number=row.number,
        issuer_name=row.issuer_name,
        sent_at=row.sent_at,
        served_on=row.served_on,
        served_how=SERVED_HOW[row.served_how],
        until=row.until,
        over=row.over,
        href=f"{href}/pdf",
        word_href=f"{href}/docx",
    )


def _event(event: TimelineEvent) -> EventView:
    who = " ".join(part for part in (event.actor_name, event.actor_title) if part)
    return EventView(
        id=event.id,
        at=event.at,
        action=event.action,
        title=event.title,
        note=event.note,
        articles=list(event.articles),
        who=who,
        internal=event.visibility == "internal",
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        evidence=[],
    )


async def sanction_views(work: Work, case: Case) -> list[SanctionView]:
    """The measures that fit the respondent, and whether the reader may impose, recommend or refer each."""
    return [
        await _sanction(work, case, sanction)
        for sanction in case.book.sanctions
        if sanction.against == case.row.against
    ]


async def _sanction(work: Work, case: Case, sanction: Sanction) -> SanctionView:
    action = {"own_organ": "recommend", "referral": "refer"}.get(sanction.imposed_by, "impose")
    target = case.target(case.row.proposed_by)
    verdict, sentence = await consider(work, f"accountability:{sanction.key}", action, target)
    return SanctionView(
        key=sanction.key,
        name=sanction.name,
        against=sanction.against,
        imposed_by=sanction.imposed_by,
        imposed_by_label=IMPOSERS[sanction.imposed_by],
        allowed=verdict.allowed,
        reason="" if verdict.allowed else sentence,
        article=verdict.article,
    )


async def panel(work: Work, case: Case) -> tuple[list[Choice], list[Choice]]:
    """可以办理 and 暂不能办理, the act that the law asks for next first."""
    known = facts(work, case)
    options = {option.action: option for option in CASE.options(case.row.state, known)}
    if case.pending is not None:
        options["review"] = options["uphold"]
    found = [choice for action in OFFERED if (choice := await _choice(work, case, options.get(action), action))]
    allowed = [c for c in found if c.allowed]
    return allowed, [c for c in found if not c.allowed]


async def _choice(work: Work, case: Case, option: Option | None, action: str) -> Choice | None:
    if option is None or (action == "review" and _for_others(work, case)):
        return None
    kind, asked, label = _asked(case, action)
    verdict, sentence = await consider(work, kind, asked, case.target(*_drafters(case, action)))
    if not (verdict.allowed and option.allowed):
        if action in QUIET and not option.allowed and action != "review":
            return None
        if not verdict.allowed:
            return Choice(action=action, label=label, articles=[verdict.article], reason=sentence)
        return Choice(action=action, label=label, articles=[option.article], reason=option.reason, remedy=option.remedy)
    return Choice(
        action=action,
        label=label,
        articles=[option.article],
        href=f"/accountability/{case.row.id}/{action.replace('_', '-')}",
        hint=option.hint,
        next=action in ("notify", "decide", "review"),
    )


def _for_others(work: Work, case: Case) -> bool:
    return case.pending is not None and case.pending.decider_id != work.organ_id


def _drafters(case: Case, action: str) -> list[UUID | None]:
    if action == "review":
        return [case.row.proposed_by, case.row.decided_by, *(r.decided_by for r in case.reviews)]
    return [case.row.proposed_by] if action in DRAFTED else []


def _asked(case: Case, action: str) -> tuple[str, str, str]:
    """What policy is asked for an act of the panel, and its label."""
    labels = {t.action: t.label for t in CASE.transitions}
    if action == "decide":
        verb = "recommend" if case.is_proposal else "impose"
        label = f"{'建议所在机关给予' if case.is_proposal else '决定'}{case.measure_name}"
        return f"accountability:{case.row.measure}", verb, label
    if action == "refer":
        return "accountability:disciplinary_sanction", "refer", labels["refer"]
    if action == "review":
        kind = case.pending.kind if case.pending else "review"
        return "accountability", f"decide_{kind}", f"对{REVIEW_KINDS[kind]}作出决定"
    return "accountability", "insist" if action == "accept_refusal" else action, labels[action]


async def document(work: Work, case_id: UUID, notice_id: UUID, kind: str) -> tuple[str, bytes, str]:
    """A document of the case for the supervising side: name, content, media type; the download is audited."""
    case = await load(work, case_id)
    await authorize(work, "accountability", "read", case.target())
    notice = next((n for n in case.notices if n.id == notice_id), None)
    if notice is None:
        raise NotFound
    return await stored(work, notice, kind)


async def of_matter(work: Work, matter_id: UUID) -> list[AccountabilityRow]:
    """The cases that rest on a matter, as far as policy shows them to the reader."""
    rows = await repository.of_matter(work, matter_id)
    tree = await directory(work)
    names = {s.key: s.name for s in (await deadlines.rulebook(work)).sanctions}
    found = []
    for row in rows:
        target = Target(owner_id=row.organ_id, supervised_id=row.supervised_id, relation=row.relation)
        verdict, _ = await consider(work, "accountability", "read", target)
        if verdict.allowed:
            found.append(row_view(row, names, tree.name(row.organ_id)))
    return found
