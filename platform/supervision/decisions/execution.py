"""From the service of a decision to the proof that it was carried out (Articles 20 and 21(11))."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Invalid
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.decisions import repository
from supervision.decisions.cases import GOVERNMENT_LEADERS, LEADERS, DecisionCase, check_version, load_decision, on_case
from supervision.decisions.commands import VerifyExecution
from supervision.decisions.deciding import superior
from supervision.decisions.models import Decision, GovernmentReport
from supervision.decisions.rules import DECISION, NOT_EXECUTED_GROUND, DecisionFacts
from supervision.instruments import repository as instruments
from supervision.instruments.events import ACCOUNTABILITY_JOB
from supervision.instruments.models import Delivery, Instrument
from supervision.instruments.service import close_decision
from supervision.matters import case as matter_cases
from supervision.matters import service as matters
from supervision.matters.checking import move_finding
from supervision.matters.models import Handler
from tenants.access import authorize


async def on_served(work: Work, decision: Decision, instrument: Instrument, delivery: Delivery) -> None:
    """The decision document reached the supervised organ. The work acts as the government."""
    if decision.state != "issued" or delivery.role != "main":
        return
    async with work.acting_as(decision.body_id):
        report = await repository.get(work, GovernmentReport, decision.report_id)
    above = await superior(work, report)
    facts = DecisionFacts(
        organ_class="government", copy_required=above is not None, copied_to_superior=above in instrument.copies_to
    )
    decision.state = DECISION.step(decision.state, "serve", facts).target
    decision.served_on, decision.due_on = delivery.served_on, delivery.due_on
    title = f"送达监督决定书 {decision.number}"
    work.record("serve", "decision", decision.id, title=title, article="20", detail={"state": decision.state})


async def on_answered(work: Work, decision: Decision, delivery: Delivery) -> None:
    """The supervised organ's head reported on the execution. The work acts as the government."""
    if decision.state not in {"served", "not_executed"}:
        return
    decision.state = DECISION.step(decision.state, "report_execution", DecisionFacts()).target
    latest = max(await instruments.replies(work, delivery.id), key=lambda reply: reply.round)
    decision.execution_note = latest.general
    title = f"收到 {decision.number} 执行情况报告"
    work.record(
        "report_execution", "decision", decision.id, title=title, article="20", detail={"state": decision.state}
    )
    async with work.acting_as(decision.body_id):
        handlers = await instruments.handlers(work, decision.matter_id)
        await matters.refresh_stage(work, decision.matter_id)
    for handler in handlers:
        await _to_handler(work, decision, handler, f"请核验监督决定执行情况：{decision.supervised_name}")


async def _to_handler(work: Work, decision: Decision, handler: Handler, title: str) -> None:
    await notices.notify(
        work,
        decision.body_id,
        post_id=handler.post_id,
        kind="decision",
        title=title,
        link=f"/decisions/{decision.id}",
        article="20",
    )


async def verify_execution(
    work: Work, decision_id: UUID, given: VerifyExecution, *, version: int | None = None
) -> Decision:
    """A handler, never the supervised organ, establishes whether the decision was carried out.

    Not executed: recorded with ground 21(11), and the government, the leader and the organ's head are told; the
    organ may still report. Raises Denied, IllegalTransition, Invalid, Stale.
    """
    case = await load_decision(work, decision_id, lock=True)
    decision = case.decision
    check_version(decision.row_version, version)
    await authorize(work, "decision", "verify_execution", case.target())
    if not given.executed and not given.note.strip():
        raise Invalid("请写明没有执行的具体情况。", field="note", article="20")
    action = "verify_executed" if given.executed else "verify_not_executed"
    step = DECISION.step(decision.state, action, _facts(work, case, given))
    decision_state = step.target
    async with work.acting_as(decision.organ_id):
        decision.state, decision.verified_note = decision_state, given.note.strip()
    if given.executed:
        await _executed(work, case)
    else:
        await _not_executed(work, case)
    async with work.acting_as(decision.organ_id):
        assert decision.instrument_id is not None
        await close_decision(work, decision.instrument_id, executed=given.executed, note=given.note.strip())
    async with work.acting_as(decision.body_id):
        await matters.refresh_stage(work, decision.matter_id)
    return decision


def _facts(work: Work, case: DecisionCase, given: VerifyExecution) -> DecisionFacts:
    decision = case.decision
    who = {work.actor.post_id, work.actor.person_id} if work.actor else set()
    return DecisionFacts(
        actor_recused=bool(who & case.record.recused),
        actor_on_case=on_case(work, case.record),
        actor_is_owner=work.actor is not None and work.actor.organ_id == decision.supervised_id,
        evidence_seen=given.evidence_seen,
        term_passed=decision.due_on is not None and work.today > decision.due_on,
        reason_given=given.executed or bool(given.note.strip()),
    )


async def _executed(work: Work, case: DecisionCase) -> None:
    decision = case.decision
    async with work.acting_as(decision.body_id):
        of_matter = await matter_cases.load(work, decision.matter_id)
        named = {item.finding_id for item in await repository.items(work, [decision.id])}
        for finding in of_matter.findings:
            if finding.id in named and finding.state == "decided":
                await move_finding(work, of_matter, finding, "execute", execution_verified=True)
                work.record(
                    "execute",
                    "finding",
                    finding.id,
                    title=f"认定问题{finding.no}的决定已执行",
                    article="20",
                    detail={"state": finding.state},
                )
        await _open_deadlines(work, decision, "met")
        _record(work, decision, "verify_executed", f"核验监督决定 {decision.number}：已执行", "20")
    await _to_government(work, decision, f"监督决定已执行：{decision.supervised_name}", "20")


async def _not_executed(work: Work, case: DecisionCase) -> None:
    decision = case.decision
    title = f"核验监督决定 {decision.number}：没有执行"
    async with work.acting_as(decision.body_id):
        await _open_deadlines(work, decision, "lapsed")
        _record(work, decision, "verify_not_executed", title, ["20", NOT_EXECUTED_GROUND])
        work.enqueue(ACCOUNTABILITY_JOB, {"origin": "decision", "source_id": str(decision.id)})
    await _to_government(work, decision, f"监督决定没有执行：{decision.supervised_name}", NOT_EXECUTED_GROUND)
    for organ_id, roles, link in (
        (decision.body_id, list(LEADERS), f"/decisions/{decision.id}"),
        (decision.supervised_id, ["organ_head"], "/inbox"),
    ):
        await notices.notify(
            work,
            organ_id,
            roles=roles,
            kind="decision",
            title=f"认定没有执行监督决定 {decision.number}",
            link=link,
            article=NOT_EXECUTED_GROUND,
            body=decision.verified_note,
        )


async def _open_deadlines(work: Work, decision: Decision, end: str) -> None:
    """The time for reporting the execution ends with the verification. Acts as the supervision body."""
    if decision.instrument_id is None:
        return
    if end == "met":
        await deadlines.meet(work, decision.instrument_id, work.today)
        return
    for deadline in await deadlines.for_subject(work, decision.instrument_id):
        if deadline.state == "running" and work.today > deadline.due_on:
            await deadlines.lapse(work, deadline)


def _record(work: Work, decision: Decision, action: str, title: str, article: str | list[str]) -> None:
    work.record(
        action,
        "decision",
        decision.id,
        title=title,
        note=decision.verified_note,
        article=article,
        thread_id=decision.matter_id,
        detail={"state": decision.state},
    )


async def _to_government(work: Work, decision: Decision, title: str, article: str) -> None:
    await notices.notify(
        work,
        decision.organ_id,
        roles=GOVERNMENT_LEADERS,
        kind="decision",
        title=title,
        link=f"/decisions/{decision.id}",
        article=article,
        body=decision.verified_note,
    )
