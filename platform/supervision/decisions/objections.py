"""Objections to a decision of the government, decided by another of its leaders (Article 20, rule 异议)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import IllegalTransition
from kernel.work import Work
from supervision.deadlines import notices
from supervision.decisions import repository
from supervision.decisions.cases import GOVERNMENT_LEADERS, LEADERS, check_version, load_decision
from supervision.decisions.models import Decision, GovernmentReport
from supervision.decisions.rules import DECISION, DecisionFacts
from supervision.instruments import service as instruments
from supervision.instruments.models import Instrument
from supervision.matters import case as matter_cases
from supervision.matters import service as matters
from supervision.matters.checking import move_finding


async def decide_objection(
    work: Work, decision_id: UUID, *, result: str, reason: str, version: int | None = None
) -> Decision:
    """Decide the objection to a decision: `upheld` or `revoked`. Never by the leader who made the decision.

    A revoked decision leaves its number and stays on record, its limits end, everybody who got it gets a numbered
    notice, and its findings go on. Raises Denied, IllegalTransition, Invalid, NotFound, Stale.
    """
    case = await load_decision(work, decision_id, lock=True)
    check_version(case.decision.row_version, version)
    if case.decision.instrument_id is None:
        raise IllegalTransition("监督决定书尚未制发。", article="20")
    async with work.acting_as(case.decision.organ_id):
        await instruments.decide_objection(work, case.decision.instrument_id, result=result, reason=reason)
    return case.decision


async def on_objected(work: Work, decision: Decision) -> None:
    """The leaders of the government learn that one of them has to decide. The work acts as the government."""
    await notices.notify(
        work,
        decision.organ_id,
        roles=GOVERNMENT_LEADERS,
        kind="decision",
        title=f"{decision.supervised_name}对监督决定提出异议：{decision.number}",
        link=f"/decisions/{decision.id}#objection",
        article="规则:异议",
        body="由作出决定的领导以外的政府领导处理，异议期间不停止执行。",
    )


async def on_revoked(work: Work, decision: Decision, instrument: Instrument) -> None:
    """The document was withdrawn: the decision ends, what it was about goes on. The work acts as the government."""
    who = work.actor.person_id if work.actor else None
    facts = DecisionFacts(organ_class="government", actor_decided=who == decision.decided_by)
    decision.state = DECISION.step(decision.state, "revoke", facts).target
    title = f"撤销监督决定 {decision.number}"
    work.record("revoke", "decision", decision.id, title=title, article="20", detail={"state": decision.state})
    async with work.acting_as(decision.body_id):
        await _resume_findings(work, decision)
        report = await repository.get(work, GovernmentReport, decision.report_id)
        await instruments.restore_after_decision(work, report.instrument_id, decision.number)
        await matters.refresh_stage(work, decision.matter_id)
    await notices.notify(
        work,
        decision.body_id,
        roles=[*LEADERS, "supervisor"],
        kind="decision",
        title=f"监督决定已撤销：{decision.number}",
        link=f"/decisions/{decision.id}",
        article="20",
        body=f"{instrument.withdrawn_reason}所列问题恢复办理。",
    )


async def _resume_findings(work: Work, decision: Decision) -> None:
    of_matter = await matter_cases.load(work, decision.matter_id)
    named = {item.finding_id for item in await repository.items(work, [decision.id])}
    for finding in of_matter.findings:
        if finding.id in named and finding.state == "decided":
            await move_finding(work, of_matter, finding, "resume", decision_revoked=True)
            work.record(
                "resume",
                "finding",
                finding.id,
                title=f"监督决定撤销，问题{finding.no}恢复办理",
                article="20",
                thread_id=decision.matter_id,
                detail={"state": finding.state, "decision_id": str(decision.id)},
            )
