"""What the supervised organ may ask for: more time, another look (Art. 19; rule 异议)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.errors import FieldError, IllegalTransition, Invalid
from kernel.ids import new_id
from kernel.wording import format_count, format_date
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.deadlines.rules import UNIT_LABELS
from supervision.instruments import events, repository, standing
from supervision.instruments.case import Case, check_version, facts, load, name, person
from supervision.instruments.commands import ExtensionInput
from supervision.instruments.companions import reply_to_extension
from supervision.instruments.entitlements import objection_result
from supervision.instruments.issuing import require_unnamed
from supervision.instruments.models import Delivery, Extension, Objection
from supervision.instruments.rules import INSTRUMENT
from supervision.instruments.serving import RECEIVERS
from supervision.instruments.withdrawing import withdrawn
from supervision.matters import service as matters
from tenants.access import Target, authorize
from tenants.organs.directory import directory

EXTENSION_MAX = {"working_day": 30, "calendar_day": 60}
OBJECTION_RESULTS = ("upheld", "revoked")


async def _mine(work: Work, delivery_id: UUID, kind: str, action: str) -> Delivery:
    delivery = await repository.get(work, Delivery, delivery_id)
    await authorize(work, kind, action, Target(delivery.addressee_id, delivery.addressee_id))
    if delivery.role != "main":
        raise IllegalTransition("抄送本单位的文书没有办理期限。", article="19")
    return delivery


async def request_extension(work: Work, delivery_id: UUID, command: ExtensionInput) -> Extension:
    """Apply for more time: once, at least three working days before the end, with reasons and steps taken."""
    delivery = await _mine(work, delivery_id, "extension", "request")
    if not standing.extendable_kind(delivery.kind):
        raise IllegalTransition("监督决定的执行期限不延期。", article="20", remedy="请按期报告执行情况，写明困难。")
    if delivery.sent_back_count:
        raise IllegalTransition("退回补充的期限不延期。", article="19", remedy="请在现有期限内补充报告。")
    errors = _extension_errors(command)
    if errors:
        raise Invalid(errors=errors, article="19")
    async with work.acting_as(delivery.organ_id):
        case = await load(work, delivery.instrument_id, lock=True)
        INSTRUMENT.step(case.instrument.state, "request_extension", await facts(work, case))
    extension = Extension(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        delivery_id=delivery.id,
        instrument_id=delivery.instrument_id,
        issuer_id=delivery.organ_id,
        amount=command.amount,
        unit=command.unit,
        reason=command.reason.strip(),
        steps_taken=command.steps_taken.strip(),
        requested_at=work.now,
        requested_by_name=name(work),
        state="requested",
    )
    work.session.add(extension)
    length = format_count(command.amount, UNIT_LABELS[command.unit])  # type: ignore[index]
    await _both(
        work,
        case,
        "request_extension",
        title=f"申请延期 {length}",
        note=command.reason.strip(),
        article="19",
        to_issuer=True,
    )
    async with work.acting_as(case.matter.organ_id):
        if case.deadline is not None:
            await deadlines.rewake(work, case.deadline)
    return extension


def _extension_errors(command: ExtensionInput) -> list[FieldError]:
    errors: list[FieldError] = []
    most = EXTENSION_MAX.get(command.unit)
    if most is None or not 1 <= command.amount <= most:
        errors.append(FieldError("amount", "延长的时间请填写 1 至 30 个工作日，或者 1 至 60 个自然日。"))
    if len(command.reason.strip()) < 5:
        errors.append(FieldError("reason", "请写明为什么不能按期完成。"))
    if len(command.steps_taken.strip()) < 5:
        errors.append(FieldError("steps_taken", "请写明已经采取的措施和仍需的时间。"))
    return errors


async def _both(
    work: Work,
    case: Case,
    action: str,
    *,
    title: str,
    note: str,
    article: str,
    to_issuer: bool,
    roles: Sequence[str] = ("supervision_leader", "supervisor"),
) -> None:
    """A step on both timelines, and a line in the bell of the other side."""
    delivery, instrument = case.delivery, case.instrument
    assert delivery is not None
    short = (await directory(work)).short(instrument.addressee_id)
    async with work.acting_as(case.matter.organ_id):
        work.record(
            action,
            "instrument",
            instrument.id,
            title=f"{short}{title}" if to_issuer else title,
            note=note,
            article=article,
            thread_id=case.matter.id,
        )
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
        case.matter.organ_id if to_issuer else delivery.addressee_id,
        roles=roles if to_issuer else RECEIVERS,
        kind="answered",
        title=f"{short}{title}：{case.label}" if to_issuer else f"{title}：{case.label}",
        link=case.issuer_link if to_issuer else f"/inbox/{delivery.id}",
        article=article,
        body=note,
    )


async def decide_extension(
    work: Work,
    instrument_id: UUID,
    *,
    granted: bool,
    reason: str,
    amount: int | None = None,
    unit: str | None = None,
    version: int | None = None,
) -> Extension:
    """The leader grants the time asked for (or another length), counted from the old end, or refuses it."""
    case = await load(work, instrument_id, lock=True)
    instrument, extension, deadline = case.instrument, case.extension, case.deadline
    await authorize(work, "extension", "decide", case.target())
    check_version(instrument.row_version, version)
    if not reason.strip():
        raise Invalid("请写明同意或者不同意延期的理由。", field="reason")
    await require_unnamed(work, case.matter.id, reason, "reason")
    INSTRUMENT.step(instrument.state, "decide_extension", await facts(work, case))
    assert extension is not None
    assert deadline is not None
    assert case.delivery is not None
    amount, unit = amount or extension.amount, unit or extension.unit
    if granted and not 1 <= amount <= EXTENSION_MAX.get(unit, 0):
        raise Invalid("延长的时间请填写 1 至 30 个工作日，或者 1 至 60 个自然日。", field="amount")
    async with work.acting_as(extension.organ_id):
        held = await repository.lock(work, Extension, extension.id)
        held.state = "granted" if granted else "refused"
        held.decided_at, held.decided_by_name, held.decision_reason = work.now, name(work), reason.strip()
    case.extension = held
    async with work.acting_as(case.matter.organ_id):
        if granted:
            await deadlines.extend(work, deadline, amount, unit, extension.reason)
        await deadlines.rewake(work, deadline)
    async with work.acting_as(extension.organ_id):
        held.new_due_on = deadline.due_on if granted else None
    await standing.keep(work, case, case.delivery)
    reply = await reply_to_extension(work, case, held, deadline)
    title = f"同意延期，新的期限为{format_date(deadline.due_on)}" if granted else "不同意延期"
    title = f"{title}（{reply.number}）"
    await _both(work, case, "decide_extension", title=title, note=reason.strip(), article="19", to_issuer=False)
    async with work.acting_as(case.matter.organ_id):
        await matters.refresh_stage(work, case.matter.id)
    return held


async def raise_objection(work: Work, delivery_id: UUID, reason: str) -> Objection:
    """Object to an instrument within ten working days of service; the limit goes on meanwhile."""
    delivery = await _mine(work, delivery_id, "objection", "raise")
    if len(reason.strip()) < 10:
        raise Invalid("请写明对哪些内容有异议、事实和依据。", field="reason")
    async with work.acting_as(delivery.organ_id):
        case = await load(work, delivery.instrument_id, lock=True)
        INSTRUMENT.step(case.instrument.state, "object", await facts(work, case))
        case.instrument.objected = True
    objection = Objection(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        delivery_id=delivery.id,
        instrument_id=delivery.instrument_id,
        issuer_id=delivery.organ_id,
        reason=reason.strip(),
        requested_at=work.now,
        requested_by_name=name(work),
        state="raised",
    )
    work.session.add(objection)
    await work.session.flush()
    async with work.acting_as(case.matter.organ_id):
        await deadlines.start(
            work,
            rule_key="objection.decide",
            subject_kind="objection",
            subject_id=objection.id,
            matter_id=case.matter.id,
            bound_id=delivery.organ_id,
            title=f"处理对{case.label}的异议",
            start_event="收到异议",
            on=work.today,
            rulebook_key=case.book.key,
        )
    await _both(work, case, "object", title="提出异议", note=reason.strip(), article="规则:异议", to_issuer=True)
    async with work.acting_as(delivery.organ_id):
        await events.announce(work, "objected", case.instrument, delivery)
    return objection


async def decide_objection(
    work: Work, instrument_id: UUID, *, result: str, reason: str, version: int | None = None
) -> Objection:
    """Decide an objection: `upheld` (the instrument stands) or `revoked` (it is withdrawn).

    Never by who drafted or approved the instrument. A changed instrument is a withdrawn one and a new draft. Against
    a decision of the government it is decided by another of its leaders.
    """
    case = await load(work, instrument_id, lock=True)
    instrument, objection = case.instrument, case.objection
    asked = ("decision", "decide_objection") if instrument.kind == "decision" else ("objection", "decide")
    await authorize(work, *asked, case.target(instrument.approved_by, instrument.drafted_by))
    check_version(instrument.row_version, version)
    if result not in OBJECTION_RESULTS:
        raise Invalid("请选择处理结果。", field="result")
    if len(reason.strip()) < 5:
        raise Invalid("请写明处理的理由和依据。", field="reason")
    known = await facts(work, case)
    INSTRUMENT.step(instrument.state, "decide_objection", known)
    assert objection is not None
    if result == "revoked":
        INSTRUMENT.step(instrument.state, "withdraw", known)
        await require_unnamed(work, case.matter.id, reason, "reason")
    async with work.acting_as(objection.organ_id):
        held = await repository.lock(work, Objection, objection.id)
        held.state = result
        held.decided_at, held.decided_by, held.decided_by_name = work.now, person(work), name(work)
        held.decision_reason = reason.strip()
    async with work.acting_as(case.matter.organ_id):
        await deadlines.meet(work, objection.id, work.today)
    title = f"处理异议：{objection_result(instrument.kind, result)}"
    await _both(work, case, "decide_objection", title=title, note=reason.strip(), article="规则:异议", to_issuer=False)
    if result == "revoked":
        await withdrawn(work, case, reason.strip(), "20" if instrument.kind == "decision" else "19")
    return held


async def flags(work: Work, deadline: Deadline) -> set[str]:
    """For the ladder of a limit: whether an extension is applied for and not decided."""
    if deadline.subject_kind not in ("instrument", "decision"):
        return set()
    delivery = await repository.main_delivery(work, deadline.subject_id)
    extension = await repository.extension_of(work, delivery.id) if delivery else None
    return {"extension_pending"} if extension is not None and extension.state == "requested" else set()


deadlines.register_flags(flags)
