"""Issue and service: the document becomes final, reaches the addressee, and the limit begins (Art. 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from kernel.errors import IllegalTransition, Invalid
from kernel.wording import format_date
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.instruments import events, repository, standing
from supervision.instruments.case import LADDER_KINDS, Case, check_version, facts, load
from supervision.instruments.companions import RECEIPT_JOB
from supervision.instruments.deciding import DecisionPaper, issue_decision
from supervision.instruments.drafting import require_passed
from supervision.instruments.inspection import checks as inspected
from supervision.instruments.inspection import term_of
from supervision.instruments.models import Delivery, Instrument
from supervision.instruments.papers import document_of
from supervision.instruments.rules import INSTRUMENT
from supervision.instruments.sending import RECEIVERS, finish, new_code, record_step
from supervision.matters import service as matters
from tenants.access import Target, authorize
from tenants.organs.directory import directory

__all__ = [
    "RECEIVERS",
    "DecisionPaper",
    "deem_served",
    "issue_and_serve",
    "issue_decision",
    "new_code",
    "open_delivery",
    "serve_on_paper",
]


async def issue_and_serve(work: Work, instrument_id: UUID, *, version: int | None = None) -> Instrument:
    """Issue an approved instrument and send it: one PDF/A, kept by its hash, for the addressee and every copy.

    The checks run again on this day. Raises IllegalTransition or Barred when one fails.
    """
    case = await load(work, instrument_id, lock=True)
    instrument = case.instrument
    await authorize(work, case.policy_kind, "issue", case.target())
    check_version(instrument.row_version, version)
    known = await facts(work, case)
    INSTRUMENT.step(instrument.state, "issue", replace(known, checks_passed=True))
    require_passed(await inspected(work, case))
    instrument.verification_code = await new_code(work)
    await finish(work, case, await document_of(work, case))
    return instrument


async def open_delivery(work: Work, delivery_id: UUID) -> Delivery:
    """Open what was sent: the receipt. The first opening of the main addressee starts the limit the next day.

    Opening again changes nothing. Raises NotFound for another organ, Denied without the right post.
    """
    seen = await repository.get(work, Delivery, delivery_id)
    await authorize(work, "delivery", "open", Target(seen.organ_id, seen.addressee_id))
    async with work.acting_as(seen.organ_id):
        case = await load(work, seen.instrument_id, lock=True)
        delivery = await repository.lock(work, Delivery, delivery_id)
        if delivery.opened_at is not None or delivery.state == "withdrawn":
            return delivery
        delivery.opened_at, delivery.opened_by = work.now, _reader(work)
        if delivery.state == "sent":
            await _served(work, case, delivery, work.today, "opened")
        await record_step(work, case, "open_receipt", f"{await _short(work, delivery)}签收{case.label}")
        issuer, title = delivery.organ_id, f"{await _short(work, delivery)}已签收{case.label}"
        if delivery.role == "main":
            await notices.notify(
                work,
                issuer,
                roles=["supervisor"],
                kind="served",
                title=title,
                link=f"/instruments/{case.instrument.id}",
            )
    async with work.acting_as(delivery.addressee_id):
        work.record(
            "open_receipt",
            "delivery",
            delivery.id,
            title=f"签收{case.label}",
            article="19",
            thread_id=delivery.id,
            visibility="served",
        )
    return delivery


def _reader(work: Work) -> str:
    return work.actor.name if work.actor else ""


async def _short(work: Work, delivery: Delivery) -> str:
    return (await directory(work)).short(delivery.addressee_id)


async def serve_on_paper(
    work: Work, instrument_id: UUID, *, served_on: date, receiver: str, proof: str, version: int | None = None
) -> Instrument:
    """Record service on paper with its proof; the limit counts from the day on the receipt."""
    case = await load(work, instrument_id, lock=True)
    instrument, delivery = case.instrument, case.delivery
    await authorize(work, case.policy_kind, "serve", case.target())
    check_version(instrument.row_version, version)
    if delivery is None or instrument.issued_at is None:
        raise IllegalTransition("暂不能登记送达。文书尚未签发。", article="19", remedy="请先签发文书。")
    issued = standing.day_of(instrument.issued_at)
    if not issued <= served_on <= work.today:
        raise Invalid(f"送达日期应当在{format_date(issued)}至{format_date(work.today)}之间。", field="served_on")
    if not receiver.strip():
        raise Invalid("请写明签收人姓名和职务。", field="receiver")
    INSTRUMENT.step(instrument.state, "serve", replace(await facts(work, case), proof_given=bool(proof.strip())))
    delivery.manner, delivery.proof = "paper", proof.strip()
    delivery.opened_by = receiver.strip()
    await _served(work, case, delivery, served_on, "paper")
    await record_step(
        work, case, "serve", f"登记{case.label}书面送达", f"签收人：{receiver.strip()}。凭证：{proof.strip()}"
    )
    return instrument


async def deem_served(work: Work, delivery_id: UUID) -> bool:
    """Count an unopened delivery as served at the end of the next working day. False when it was opened before.

    Called by the sweep after that day is over, as the organ that sent it. Raises IllegalTransition before.
    """
    seen = await repository.get(work, Delivery, delivery_id)
    async with work.acting_as(seen.organ_id):
        case = await load(work, seen.instrument_id, lock=True)
        delivery = await repository.lock(work, Delivery, delivery_id)
        if delivery.state != "sent" or delivery.role != "main":
            return False
        await authorize(
            work, case.policy_kind if case.instrument.kind != "decision" else "decision", "serve", case.target()
        )
        rule = case.book.deadline("instrument.deemed_service")
        days = await deadlines.calendar(work)
        end = days.add_workdays(standing.day_of(delivery.sent_at), rule.amount)
        INSTRUMENT.step(case.instrument.state, "serve", replace(await facts(work, case), proof_given=work.today > end))
        await _served(work, case, delivery, end, "deemed")
        await record_step(
            work, case, "serve", f"视为送达{case.label}", f"{format_date(end)}届满仍未签收，按规则视为送达。"
        )
        await notices.notify(
            work,
            delivery.addressee_id,
            roles=RECEIVERS,
            kind="served",
            title=f"{case.label}已视为送达，期限已开始计算",
            link=f"/inbox/{delivery.id}",
            article="19",
            due_on=delivery.due_on,
        )
    async with work.acting_as(delivery.addressee_id):
        work.record(
            "serve",
            "delivery",
            delivery.id,
            title=f"{case.label}视为送达",
            note=f"{format_date(end)}届满仍未签收。",
            article="19",
            thread_id=delivery.id,
            visibility="served",
        )
    return True


async def _served(work: Work, case: Case, delivery: Delivery, on: date, how: str) -> None:
    """Service: receipt, limit, dates of the addressee's rights. The work acts as the issuing organ."""
    delivery.state, delivery.served_on, delivery.served_how = "served", on, how
    async with work.acting_as(delivery.organ_id):
        work.enqueue(RECEIPT_JOB, {"delivery_id": str(delivery.id)})
    if delivery.role != "main":
        return
    instrument = case.instrument
    instrument.state, instrument.served_at = "served", work.now
    term = term_of(instrument, case.book)
    async with work.acting_as(case.matter.organ_id):
        await deadlines.meet(work, delivery.id, on)
        case.deadline = await deadlines.start(
            work,
            rule_key=term.key,
            subject_kind="decision" if instrument.kind == "decision" else "instrument",
            subject_id=instrument.id,
            matter_id=case.matter.id,
            bound_id=instrument.addressee_id,
            title=delivery.answer_title,
            start_event=f"{case.rule.short_name}送达",
            on=on,
            amount=instrument.term_amount,
            unit=instrument.term_unit,
            ladder=instrument.kind in LADDER_KINDS or instrument.kind == "decision",
            rulebook_key=case.book.key,
        )
    await standing.keep(work, case, delivery)
    await _supersede(work, case)
    async with work.acting_as(case.matter.organ_id):
        await matters.refresh_stage(work, case.matter.id)
    await events.announce(work, "served", instrument, delivery)


async def _supersede(work: Work, case: Case) -> None:
    """A served opinion takes the place of the letters whose every finding it covers (Art. 19)."""
    if case.instrument.kind != "opinion":
        return
    rows = [r for r in await repository.of_matter(work, case.matter.id) if r.kind == "urging_letter"]
    covered = await repository.covered(work, [row.id for row in rows])
    wanted = {line.finding_id for line in case.requirements}
    for row in rows:
        if row.state not in ("served", "answered") or not covered.get(row.id, set()) <= wanted:
            continue
        older = await load(work, row.id, lock=True)
        step = INSTRUMENT.step(row.state, "supersede", replace(await facts(work, older), successor_served=True))
        row.state = step.target
        await deadlines.cancel(work, row.id, f"已由{case.label}替代", rule_key="instrument.answer")
        if older.delivery is not None:
            older.delivery.state = "closed"
            await standing.keep(work, older, older.delivery)
        await record_step(work, older, "supersede", f"{older.label}由{case.label}替代")
