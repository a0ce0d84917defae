"""Withdrawal: the number stays with the document and is never used again (Art. 19)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Invalid
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.instruments import events, repository, standing
from supervision.instruments.case import Case, check_version, facts, load
from supervision.instruments.companions import notice_of_withdrawal
from supervision.instruments.issuing import require_unnamed
from supervision.instruments.models import Instrument
from supervision.instruments.rules import INSTRUMENT
from supervision.instruments.sending import RECEIVERS, record_step
from supervision.matters import service as matters
from tenants.access import authorize


async def withdraw(work: Work, instrument_id: UUID, reason: str, *, version: int | None = None) -> Instrument:
    """Withdraw an instrument; its number stays with it and is never used again.

    After issue a second document with a number of its own withdraws it, is sent to everyone who got the first,
    and its limit ends; the withdrawn document stays on record. Raises
    IllegalTransition when a report or a decision of the government rests on it.
    """
    case = await load(work, instrument_id, lock=True)
    instrument = case.instrument
    await authorize(work, case.policy_kind, "withdraw", case.target())
    check_version(instrument.row_version, version)
    if not reason.strip():
        raise Invalid("请写明撤回的理由。", field="reason")
    step = INSTRUMENT.step(instrument.state, "withdraw", await facts(work, case))
    if instrument.issued_at is not None:
        await require_unnamed(work, case.matter.id, reason, "reason")
    await withdrawn(work, case, reason.strip(), step.article)
    return instrument


async def withdrawn(work: Work, case: Case, reason: str, article: str) -> None:
    """The effects of a withdrawal on both sides; what was issued is withdrawn by a second numbered document.

    The work acts as the issuing organ.
    """
    instrument, verb = case.instrument, case.withdrawal_verb
    instrument.state, instrument.withdrawn_reason = "withdrawn", reason
    notice = await notice_of_withdrawal(work, case, reason) if instrument.issued_at is not None else None
    named = f"（{notice.number}）" if notice is not None else ""
    for delivery in await repository.deliveries(work, instrument.id):
        delivery.state = "withdrawn"
        async with work.acting_as(case.matter.organ_id):
            await deadlines.cancel(work, delivery.id, f"文书已{verb}")
        async with work.acting_as(delivery.addressee_id):
            work.record(
                "withdraw",
                "delivery",
                delivery.id,
                title=f"{delivery.issuer_name}{verb}{case.label}{named}",
                note=reason,
                article=article,
                thread_id=delivery.id,
                visibility="served",
            )
        await notices.notify(
            work,
            delivery.addressee_id,
            roles=RECEIVERS,
            kind="served",
            title=f"{case.label}已{verb}，不再要求报告",
            link=f"/inbox/{delivery.id}",
            article=article,
        )
    async with work.acting_as(case.matter.organ_id):
        await deadlines.cancel(work, instrument.id, f"文书已{verb}")
    if case.delivery is not None and case.deadline is not None:
        await standing.keep(work, case, case.delivery)
    await record_step(work, case, "withdraw", f"{verb}{case.label}", reason, article=article)
    async with work.acting_as(case.matter.organ_id):
        await matters.refresh_stage(work, case.matter.id)
    if case.delivery is not None:
        await events.announce(work, "withdrawn", instrument, case.delivery)
