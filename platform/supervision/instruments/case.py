"""An instrument with everything around it that its steps depend on: matter, handlers, rule book, time, claims."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from kernel.errors import Stale
from kernel.work import Work
from policy.entries import Instrument as InstrumentRule
from policy.rulebook import RuleBook
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.instruments import events, repository
from supervision.instruments.conditions import InstrumentFacts
from supervision.instruments.models import Delivery, Extension, Instrument, Objection, Requirement
from supervision.matters import owners
from supervision.matters.findings import SETTLED_STATES
from supervision.matters.models import Finding, Handler, Matter
from supervision.matters.repository import offices
from tenants.access import Target, authorize

KINDS = ("urging_letter", "opinion", "internal_notice")
LADDER_KINDS = frozenset({"urging_letter", "opinion"})
"""Kinds whose lapse leads to a report to the government (Art. 20)."""
LEADER_ROLES = frozenset({"supervision_leader"})
HEAD_ROLES = frozenset({"supervision_leader", "organ_head"})


@dataclass(slots=True)
class Case:
    """Read as the organ that issued the instrument."""

    instrument: Instrument
    matter: Matter
    book: RuleBook
    handlers: list[Handler]
    recused: frozenset[UUID]
    responsible: frozenset[UUID]
    """Persons whose own rectification it is, in a matter inside one organ (Art. 12)."""
    assisting: frozenset[UUID]
    """Judicial offices that help in the matter (Art. 5)."""
    requirements: list[Requirement]
    findings: dict[UUID, Finding]
    delivery: Delivery | None = None
    deadline: Deadline | None = None
    extension: Extension | None = None
    objection: Objection | None = None

    @property
    def rule(self) -> InstrumentRule:
        return self.book.instrument(self.instrument.kind)

    @property
    def policy_kind(self) -> str:
        return f"instrument:{self.instrument.kind}"

    @property
    def label(self) -> str:
        """督办函 建司执监督〔2026〕17号"""
        return f"{self.rule.short_name} {self.instrument.number}" if self.instrument.number else self.rule.short_name

    @property
    def quoted(self) -> str:
        """《行政执法监督督办函》（建司执监督〔2026〕17号）"""
        number = f"（{self.instrument.number}）" if self.instrument.number else ""
        return f"《{self.rule.name}》{number}"

    @property
    def withdrawal_verb(self) -> Literal["撤回", "撤销"]:
        """An instrument is withdrawn (Art. 19), a decision of the government is revoked (Art. 20)."""
        return "撤销" if self.instrument.kind == "decision" else "撤回"

    @property
    def issuer_link(self) -> str:
        """Where the supervision body finds it: a decision's document lies with the government, the matter here."""
        if self.instrument.kind == "decision":
            return f"/matters/{self.matter.id}"
        return f"/instruments/{self.instrument.id}"

    def covered(self) -> list[Finding]:
        return [self.findings[line.finding_id] for line in self.requirements if line.finding_id in self.findings]

    def target(self, *drafters: UUID | None) -> Target:
        """What policy is asked about."""
        return Target(
            owner_id=self.instrument.organ_id,
            supervised_id=self.instrument.addressee_id,
            relation=self.instrument.relation,
            drafters=frozenset(who for who in drafters if who is not None),
            recused=self.recused,
            responsible=self.responsible,
            assisting=self.assisting,
        )


async def load(work: Work, instrument_id: UUID, *, lock: bool = False) -> Case:
    """The case as the work's organ sees it. With `lock` the instrument stays locked until the transaction ends: for its
    issuer, who alone may change it; whoever else reads it is refused by policy, with the reason.

    Raises NotFound outside the reader's scope.
    """
    instrument = await repository.get(work, Instrument, instrument_id)
    if lock and instrument.organ_id == work.organ_id:
        instrument = await repository.lock(work, Instrument, instrument_id)
    matter = await repository.matter(work, instrument.matter_id)
    findings = await repository.findings(work, matter.id)
    case = Case(
        instrument=instrument,
        matter=matter,
        book=await deadlines.rulebook(work, instrument.rulebook_key),
        handlers=await repository.handlers(work, matter.id),
        recused=await repository.recused(work, matter.id),
        responsible=await _responsible(work, matter, findings),
        assisting=await offices(work, matter.id),
        requirements=await repository.requirements(work, instrument.id),
        findings={finding.id: finding for finding in findings},
    )
    case.delivery = await repository.main_delivery(work, instrument.id)
    if case.delivery is not None:
        case.extension = await repository.extension_of(work, case.delivery.id)
        case.objection = await repository.objection_of(work, case.delivery.id)
        if case.delivery.deadline_id is not None:
            async with work.acting_as(matter.organ_id):
                case.deadline = await deadlines.get(work, case.delivery.deadline_id)
    return case


async def _responsible(work: Work, matter: Matter, findings: list[Finding]) -> frozenset[UUID]:
    if matter.relation != "internal":
        return frozenset()
    rows = await repository.of_matter(work, matter.id)
    written = await repository.writers(work, [row.id for row in rows])
    return await owners.responsible(work, matter, findings, written)


async def may_read(work: Work, case: Case) -> None:
    """Raises unless policy lets the reader see the instrument."""
    kind = "decision" if case.instrument.kind == "decision" else case.policy_kind
    await authorize(work, kind, "read", case.target())


def on_case(work: Work, handlers: list[Handler]) -> bool:
    """Whether the actor handles the matter; the system always may."""
    if work.actor is None:
        return True
    who = {work.actor.post_id, work.actor.person_id}
    return any(who & {handler.post_id, handler.person_id} for handler in handlers)


def leads(work: Work, case: Case) -> bool:
    """Whether the actor leads the issuing organ."""
    if work.actor is None or work.actor.organ_id != case.instrument.organ_id:
        return False
    roles = HEAD_ROLES if case.instrument.kind == "internal_notice" else LEADER_ROLES
    return bool(roles & work.actor.roles)


async def facts(work: Work, case: Case) -> InstrumentFacts:
    """What the machine looks at, for the acting person; the caller replaces what its own step decides."""
    instrument, delivery, deadline = case.instrument, case.delivery, case.deadline
    who = {work.actor.post_id, work.actor.person_id} if work.actor else set()
    found = InstrumentFacts(
        matter_open=case.matter.state == "open",
        actor_recused=bool(who & case.recused),
        actor_on_case=on_case(work, case.handlers),
        actor_is_drafter=instrument.drafted_by in who,
        actor_is_owner=work.actor is not None and owners.owns(work, case.matter, case.responsible),
        actor_is_leader=leads(work, case),
        actor_issued=bool(who & {instrument.drafted_by, instrument.approved_by}),
        kind_allowed=True,
        finding_count=len(case.requirements),
        requirements_complete=all(line.text.strip() for line in case.requirements),
        numbered=instrument.number is not None,
        extensions_allowed=case.book.limit("extension.times"),
        extension_notice_workdays=case.book.deadline("extension.request_before").amount,
        objection_workdays=case.book.deadline("objection.raise").amount,
        send_backs=instrument.sent_back_count,
        send_back_limit=case.book.limit("instrument.send_backs"),
        needs_leader=instrument.kind == "opinion",
        findings_verified=all(finding.state in SETTLED_STATES for finding in case.covered()),
        extensions_used=1 if case.extension else 0,
        extension_pending=case.extension is not None and case.extension.state == "requested",
        objection_made=case.objection is not None,
        objection_pending=case.objection is not None and case.objection.state == "raised",
        **await _claims(work, instrument),
    )
    if delivery is None or deadline is None:
        return found
    days = await deadlines.calendar(work)
    service = delivery.served_on or work.today
    return replace(
        found,
        deadline_passed=work.today > deadline.due_on,
        deadline_suspended=deadline.state == "suspended",
        workdays_left=max(0, days.workdays_between(work.today, deadline.due_on)),
        workdays_since_service=max(0, days.workdays_between(service, work.today)),
    )


async def _claims(work: Work, instrument: Instrument) -> dict[str, bool]:
    known = await events.claims(work, instrument)
    return {name: name in known for name in (events.DECISION_RESTS, events.REPORT_RESTS)}


def check_version(row_version: int, given: int | None) -> None:
    """Raises Stale when the form was made from another version of the record."""
    if given is not None and given != row_version:
        raise Stale


def person(work: Work) -> UUID:
    """The acting person; of the system, the nil id."""
    return work.actor.person_id if work.actor else UUID(int=0)


def name(work: Work) -> str:
    return work.actor.name if work.actor else "系统"
