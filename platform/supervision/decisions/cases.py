"""A report or a decision with the record it rests on, the facts for its rules, and who may act on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.errors import Stale
from kernel.work import Work
from supervision.decisions import record as records
from supervision.decisions import repository
from supervision.decisions.items import DecisionItem, check_items
from supervision.decisions.models import Decision, GovernmentReport
from supervision.decisions.record import Record, proposals_of
from supervision.decisions.rules import ReportFacts
from tenants.access import Target
from tenants.organs.directory import directory

LEADERS = ("supervision_leader",)
GOVERNMENT_LEADERS = ("government_leader",)


@dataclass(slots=True)
class ReportCase:
    """A report, locked for a step or read for a page, with the record of its matter."""

    report: GovernmentReport
    record: Record

    def covered(self) -> list[UUID]:
        """Open findings that the reported instrument names."""
        return self.record.open_of(self.report.instrument_id)

    def blocked(self) -> list[UUID]:
        """Of these, the findings whose act is under reconsideration or litigation."""
        stopped = self.record.blocked()
        return [finding for finding in self.covered() if finding in stopped]

    def decidable(self) -> list[UUID]:
        stopped = self.record.blocked()
        return [finding for finding in self.covered() if finding not in stopped]

    def target(self, **more: Any) -> Target:
        """The report as policy asks for it."""
        report = self.report
        return Target(
            owner_id=report.organ_id,
            supervised_id=report.supervised_id,
            relation=report.relation,
            recused=self.record.recused,
            **more,
        )


async def load_report(work: Work, report_id: UUID, *, lock: bool = False, version: int | None = None) -> ReportCase:
    """The report with its record. With `lock` the row stays locked until the transaction ends, so that of two
    who act at once the second sees what the first did. Raises NotFound outside the reader's scope, Stale when
    `version` is not the present one."""
    report = await repository.get(work, GovernmentReport, report_id)
    async with work.acting_as(report.organ_id):
        if lock:
            report = await repository.lock(work, GovernmentReport, report_id)
        record = await records.read(work, report.matter_id)
    check_version(report.row_version, version)
    return ReportCase(report, record)


async def report_facts(
    work: Work, case: ReportCase, items: Sequence[DecisionItem[UUID]] | None = None, **given: Any
) -> ReportFacts:
    """What the machine looks at, for the acting person. `items` are those decided or proposed now; left out,
    the stored proposals. The remedies were read in this transaction: that is the check of the day (Art. 20)."""
    report, record = case.report, case.record
    tree = await directory(work)
    organ_id = work.actor.organ_id if work.actor else work.organ_id
    who = {work.actor.post_id, work.actor.person_id} if work.actor else set()
    chosen = list(proposals_of(report.proposals) if items is None else items)
    stopped = record.blocked()
    decidable = set(case.decidable())
    errors = check_items(chosen, record.on_acts(set(case.covered())), record.kinds, report.relation)
    named = {item.finding for item in chosen}
    facts: dict[str, Any] = {
        "matter_open": record.matter.state == "open",
        "actor_recused": bool(who & record.recused),
        "actor_is_drafter": bool(who & {report.drafted_by, report.sent_by if report.state != "draft" else None}),
        "organ_class": tree.organ_class(organ_id),
        "own_government": organ_id == report.government_id,
        "instrument_failed": record.failed(report.instrument_id),
        "elements_complete": bool(report.body.strip() and report.considered.strip()) and decidable <= named,
        "proposals_allowed": not errors,
        "remedies_checked_today": True,
        "item_count": len(chosen),
        "blocked_items": len(named & stopped),
    }
    return ReportFacts(**(facts | given))


@dataclass(slots=True)
class DecisionCase:
    """A decision with its report and the record of its matter."""

    decision: Decision
    report: GovernmentReport
    record: Record

    def target(self, drafters: Iterable[UUID] = ()) -> Target:
        """The decision as policy asks for it: a record of the government about the supervised organ."""
        return Target(
            owner_id=self.decision.organ_id,
            supervised_id=self.decision.supervised_id,
            relation=self.report.relation,
            drafters=frozenset(drafters),
            recused=self.record.recused,
        )


async def load_decision(work: Work, decision_id: UUID, *, lock: bool = False) -> DecisionCase:
    """The decision with what it rests on. Raises NotFound outside the reader's scope."""
    decision = await repository.get(work, Decision, decision_id)
    if lock:
        async with work.acting_as(decision.organ_id):
            decision = await repository.lock(work, Decision, decision_id)
    async with work.acting_as(decision.body_id):
        report = await repository.get(work, GovernmentReport, decision.report_id)
        record = await records.read(work, decision.matter_id)
    return DecisionCase(decision, report, record)


def on_case(work: Work, record: Record) -> bool:
    """Whether the actor handles the matter; the system always may."""
    if work.actor is None:
        return True
    who = {work.actor.post_id, work.actor.person_id}
    return any(who & {handler.post_id, handler.person_id} for handler in record.handlers)


def check_version(row_version: int, given: int | None) -> None:
    """Raises Stale when the form was made from another version of the record."""
    if given is not None and given != row_version:
        raise Stale
