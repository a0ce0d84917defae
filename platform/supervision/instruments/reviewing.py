"""What the issuer does with a report, and what follows when none comes: accept, send back, refuse, lapse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from kernel.errors import IllegalTransition, Invalid
from kernel.wording import format_count, format_date
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import UNIT_LABELS
from supervision.instruments import events, repository, standing
from supervision.instruments.case import Case, check_version, facts, load, name, on_case
from supervision.instruments.commands import Verification
from supervision.instruments.conditions import InstrumentFacts
from supervision.instruments.models import Instrument, Reply
from supervision.instruments.rules import FAILED_STATES, INSTRUMENT, send_back_action
from supervision.instruments.serving import RECEIVERS
from supervision.matters import service as matters
from supervision.matters.findings import SETTLED_STATES
from tenants.access import authorize


async def _submitted(work: Work, case: Case) -> Reply:
    if case.delivery is None:
        raise IllegalTransition("尚未收到书面报告。", article="19")
    reply = await repository.reply_of_round(work, case.delivery.id, case.delivery.sent_back_count + 1)
    if reply is None or reply.state != "submitted":
        raise IllegalTransition("尚未收到书面报告。", article="19", remedy="请等待被监督机关书面报告。")
    return reply


async def accept_reply(
    work: Work,
    instrument_id: UUID,
    *,
    note: str = "",
    verifications: Sequence[Verification] = (),
    version: int | None = None,
) -> Instrument:
    """Accept the report. A handler may verify the findings in the same step; each must be settled by then.

    An opinion is accepted by the leader, after the handlers verified (Art. 19). Raises IllegalTransition when a
    finding is not rectified: then the report goes back.
    """
    case = await load(work, instrument_id, lock=True)
    instrument = case.instrument
    await authorize(work, case.policy_kind, "accept", case.target())
    check_version(instrument.row_version, version)
    reply = await _submitted(work, case)
    known = {finding.id for finding in case.covered()}
    for one in verifications:
        if one.finding_id not in known:
            raise Invalid("请逐项核验文书所列的问题。", field="verifications")
        if case.findings[one.finding_id].state not in SETTLED_STATES:
            await matters.verify_rectification(work, one.finding_id, one.rectified, one.note)
    case = await load(work, instrument_id, lock=True)
    INSTRUMENT.step(instrument.state, "accept", await _reviewer(work, case))
    await _reviewed(work, case, reply, "accepted", note)
    instrument.state = "accepted"
    assert case.delivery is not None
    case.delivery.state = "accepted"
    await _tell(work, case, "accept", f"认可{case.label}的书面报告", note, article="19")
    await events.announce(work, "accepted", instrument, case.delivery)
    return instrument


async def _reviewer(work: Work, case: Case) -> InstrumentFacts:
    """The facts of a reviewing step: the leader of the issuing body reviews without being a handler."""
    known = await facts(work, case)
    return replace(known, actor_on_case=known.actor_on_case or known.actor_is_leader)


async def _reviewed(work: Work, case: Case, reply: Reply, state: str, reason: str) -> None:
    async with work.acting_as(reply.organ_id):
        held = await repository.lock(work, Reply, reply.id)
        held.state, held.reviewed_at, held.reviewed_by_name = state, work.now, name(work)
        held.review_reason = reason.strip()


async def send_back_reply(
    work: Work,
    instrument_id: UUID,
    *,
    reason: str,
    amount: int | None = None,
    unit: str | None = None,
    version: int | None = None,
) -> Instrument:
    """Send a report back with reasons and a new limit. The third time is a refusal (Art. 20).

    Without `amount` the rule book's limit holds.
    """
    case = await load(work, instrument_id, lock=True)
    instrument = case.instrument
    await authorize(work, case.policy_kind, "send_back", case.target())
    check_version(instrument.row_version, version)
    reply = await _submitted(work, case)
    if len(reason.strip()) < 5:
        raise Invalid("请写明哪些要求没有达到、需要补充什么。", field="reason")
    known = await _reviewer(work, case)
    action = send_back_action(instrument.sent_back_count, known.send_back_limit)
    step = INSTRUMENT.step(instrument.state, action, known)
    await _reviewed(work, case, reply, "sent_back", reason)
    delivery, deadline = case.delivery, case.deadline
    assert delivery is not None
    assert deadline is not None
    instrument.state = step.target
    instrument.sent_back_count += 1
    delivery.sent_back_count += 1
    delivery.send_back_reason = reason.strip()
    if action == "refuse":
        delivery.state = "closed"
        title = f"第 {instrument.sent_back_count} 次退回{case.label}的书面报告，认定拒不改正"
        await standing.keep(work, case, delivery)
        await _tell(work, case, "refuse", title, reason, article="20")
        await events.announce(work, "refused", instrument, delivery)
        return instrument
    rule = case.book.deadline("instrument.answer.sent_back")
    delivery.state = "served"
    async with work.acting_as(case.matter.organ_id):
        await deadlines.restart(work, deadline, amount or rule.amount, unit or rule.unit, "书面报告退回")
    await standing.keep(work, case, delivery)
    length = format_count(amount or rule.amount, UNIT_LABELS[unit or rule.unit])  # type: ignore[index]
    await _tell(work, case, "send_back", f"退回{case.label}的书面报告，{length}内重新报告", reason, article="19")
    await events.announce(work, "sent_back", instrument, delivery)
    return instrument


async def _tell(work: Work, case: Case, action: str, title: str, note: str, *, article: str) -> None:
    """The step on both timelines, and in the addressee's bell."""
    delivery, instrument = case.delivery, case.instrument
    assert delivery is not None
    async with work.acting_as(case.matter.organ_id):
        work.record(
            action, "instrument", instrument.id, title=title, note=note, article=article, thread_id=case.matter.id
        )
        await matters.refresh_stage(work, case.matter.id)
    async with work.acting_as(delivery.addressee_id):
        work.record(
            action,
            "delivery",
            delivery.id,
            title=title,
            note=note,
            article=article,
            thread_id=delivery.id,
            visibility="served",
        )
    await notices.notify(
        work,
        delivery.addressee_id,
        roles=RECEIVERS,
        kind="answered",
        title=title,
        link=f"/inbox/{delivery.id}",
        article=article,
        due_on=delivery.due_on if action == "send_back" else None,
        body=note,
    )


async def lapse(work: Work, instrument_id: UUID) -> bool:
    """Mark an instrument as not obeyed in time (逾期不改正, Art. 20). False when there is nothing to mark.

    Called by the sweep on the first working day after the end, as the organ that handles the matter.
    """
    case = await load(work, instrument_id, lock=True)
    instrument = case.instrument
    if instrument.state != "served" or case.delivery is None or case.deadline is None:
        return False
    known = await facts(work, case)
    if not known.deadline_passed or known.deadline_suspended or known.extension_pending:
        return False
    await authorize(work, case.policy_kind, "lapse", case.target())
    step = INSTRUMENT.step(instrument.state, "lapse", known)
    instrument.state = step.target
    if case.deadline.state == "running":
        async with work.acting_as(case.matter.organ_id):
            await deadlines.lapse(work, case.deadline)
    await standing.keep(work, case, case.delivery)
    await _tell(
        work,
        case,
        "lapse",
        f"{case.label}逾期未报告",
        f"期限{format_date(case.deadline.due_on)}届满，未收到书面报告。",
        article="20",
    )
    await events.announce(work, "lapsed", instrument, case.delivery)
    return True


async def failed(work: Work, instrument: Instrument) -> bool:
    """Whether Art. 20 is met by the instrument: lapsed or refused, or answered too late and not accepted since."""
    if instrument.state in FAILED_STATES:
        return True
    if instrument.state != "answered":
        return False
    delivery = await repository.main_delivery(work, instrument.id)
    if delivery is None:
        return False
    reply = await repository.reply_of_round(work, delivery.id, delivery.sent_back_count + 1)
    return reply is not None and bool(reply.late_workdays)


async def close_decision(work: Work, instrument_id: UUID, *, executed: bool, note: str) -> None:
    """After the execution of a decision was verified: the report on it is accepted; or it is not, and the organ may
    still execute and report again. The limit is the caller's."""
    case = await load(work, instrument_id, lock=True)
    delivery = case.delivery
    assert delivery is not None
    reply = await repository.reply_of_round(work, delivery.id, delivery.sent_back_count + 1)
    if reply is not None and reply.state == "submitted":
        await _reviewed(work, case, reply, "accepted" if executed else "sent_back", note)
        if not executed:
            case.instrument.sent_back_count += 1
            delivery.sent_back_count += 1
    case.instrument.state = delivery.state = "accepted" if executed else "served"
    delivery.send_back_reason = "" if executed else note
    await standing.keep(work, case, delivery)
    title = "核验认定决定已执行" if executed else "核验认定决定未执行"
    await _tell(work, case, "verify_execution", title, note, article="20" if executed else "21(11)")


def may_review(work: Work, case: Case) -> bool:
    """Whether the acting person handles the matter (for the forms on the page)."""
    return on_case(work, case.handlers)
