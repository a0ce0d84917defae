"""The written report of the supervised organ: drafted, approved by its head, and by that submitted (Art. 19)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from kernel import blobs
from kernel.errors import FieldError, IllegalTransition, Invalid
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.instruments import events, repository, standing
from supervision.instruments.case import Case, check_version, facts, load, name, person
from supervision.instruments.commands import REPLY_STATUSES, ReplyInput
from supervision.instruments.models import Delivery, Instrument, Reply
from supervision.instruments.papers import rectification, rendered
from supervision.instruments.rules import INSTRUMENT
from supervision.matters import service as matters
from supervision.matters.models import Evidence
from tenants.access import Target, authorize
from tenants.organs.directory import directory

TEXT_MAX = 4000
FILES_MAX = 20
_DAY = re.compile(r"\d{1,2}\s*月|\d{1,2}\s*日|20\d\d[-.]\d|月底|年底|季度")


async def _answerable(work: Work, delivery_id: UUID, action: str, *drafters: UUID) -> Delivery:
    """The delivery to answer. Raises NotFound for another organ, IllegalTransition when it is not to be answered."""
    delivery = await repository.get(work, Delivery, delivery_id)
    target = Target(delivery.addressee_id, delivery.addressee_id, drafters=frozenset(drafters))
    await authorize(work, "reply", action, target)
    if delivery.role != "main":
        raise IllegalTransition("抄送本单位的文书不需要报告。", article="19")
    if delivery.state == "sent":
        raise IllegalTransition("暂不能起草书面报告。文书尚未签收。", article="19", remedy="请先签收并查看文书。")
    if delivery.state != "served":
        raise IllegalTransition("这份文书现在不需要报告。", article="19", remedy="请查看文书的办理情况。")
    return delivery


async def draft_reply(work: Work, delivery_id: UUID, command: ReplyInput, *, version: int | None = None) -> Reply:
    """Save the report as far as it is written; the same draft again until it is handed to the head.

    Incomplete answers are kept. Raises Invalid only for what cannot be stored.
    """
    delivery = await _answerable(work, delivery_id, "draft")
    _storable(command, delivery)
    number = delivery.sent_back_count + 1
    reply = await repository.reply_of_round(work, delivery_id, number)
    if reply is None:
        reply = Reply(
            id=new_id(),
            city_id=work.city_id,
            organ_id=work.organ_id,
            delivery_id=delivery.id,
            instrument_id=delivery.instrument_id,
            issuer_id=delivery.organ_id,
            round=number,
            state="draft",
            items=[],
            refuses=False,
            drafted_by=person(work),
            drafted_by_name=name(work),
        )
        work.session.add(reply)
    else:
        reply = await repository.lock(work, Reply, reply.id)
        check_version(reply.row_version, version)
        if reply.state != "draft":
            raise IllegalTransition(
                "暂不能修改书面报告。书面报告已送主要负责人审定。", article="19", remedy="由主要负责人退回后再修改。"
            )
        reply.drafted_by, reply.drafted_by_name = person(work), name(work)
    reply.items = [{"no": item.no, "status": item.status, "text": item.text.strip()} for item in command.items]
    reply.general, reply.refuses = command.general.strip(), command.refuses
    await work.session.flush()
    return reply


update_reply = draft_reply


def _storable(command: ReplyInput, delivery: Delivery) -> None:
    known = {line["no"] for line in delivery.requirements}
    errors = [
        FieldError(f"text-{item.no}", f"处理情况请控制在 {TEXT_MAX} 字以内。")
        for item in command.items
        if len(item.text) > TEXT_MAX
    ]
    if any(item.no not in known or item.status not in ("", *REPLY_STATUSES) for item in command.items):
        errors.append(FieldError("items", "请按文书的要求逐项答复。"))
    if len(command.general) > TEXT_MAX:
        errors.append(FieldError("general", f"其他说明请控制在 {TEXT_MAX} 字以内。"))
    if errors:
        raise Invalid(errors=errors)


async def add_reply_file(work: Work, delivery_id: UUID, no: int, file_name: str, data: bytes) -> Evidence:
    """Attach a file to the answer to one requirement; nobody else sees it before the report is submitted."""
    delivery = await _answerable(work, delivery_id, "draft")
    if no not in {line["no"] for line in delivery.requirements}:
        raise Invalid("请按文书的要求逐项上传佐证。", field=f"files-{no}")
    reply = await repository.reply_of_round(work, delivery_id, delivery.sent_back_count + 1)
    if reply is None:
        reply = await draft_reply(work, delivery_id, ReplyInput())
    if reply.state != "draft":
        raise IllegalTransition("暂不能上传佐证。书面报告已送主要负责人审定。", article="19")
    if len(await repository.files(work, "reply", [reply.id])) >= FILES_MAX * len(delivery.requirements):
        raise Invalid("佐证材料过多，请合并后上传。", field=f"files-{no}")
    stored = await blobs.store().put(work, data, file_name, field=f"files-{no}")
    evidence = Evidence(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        owner_kind="reply",
        owner_id=reply.id,
        name=file_name[:200],
        kind=stored.kind,
        media_type=stored.media_type,
        sha256=stored.sha256,
        size=stored.size,
        added_by=name(work),
        detail={"no": no},
    )
    work.session.add(evidence)
    return evidence


async def remove_reply_file(work: Work, delivery_id: UUID, evidence_id: UUID) -> None:
    """Take a file out of a report that is still a draft."""
    await _answerable(work, delivery_id, "draft")
    evidence = await repository.lock(work, Evidence, evidence_id)
    reply = await repository.get(work, Reply, evidence.owner_id)
    if reply.delivery_id != delivery_id or reply.state != "draft":
        raise IllegalTransition("暂不能移除佐证。书面报告已送主要负责人审定。", article="19")
    evidence.detail = {**evidence.detail, "removed": True}


def missing(reply: Reply | None, requirements: Sequence[dict[str, Any]], proven: set[int]) -> list[FieldError]:
    """What still has to be written before the report can be handed in, field by field."""
    if reply is not None and reply.refuses:
        return [] if len(reply.general) >= 10 else [FieldError("general", "声明不予改正的，请写明理由和依据。")]
    items = {item["no"]: item for item in reply.items} if reply else {}
    errors: list[FieldError] = []
    for line in requirements:
        no = line["no"]
        item = items.get(no, {})
        status, text = item.get("status", ""), item.get("text", "")
        if not status:
            errors.append(FieldError(f"status-{no}", f"请选择要求{no}的办理状态。"))
        elif len(text) < 5 or (status == "in_progress" and not _DAY.search(text)):
            errors.append(FieldError(f"text-{no}", _WRITE[status]))
        elif status == "done" and no not in proven:
            errors.append(FieldError(f"files-{no}", f"请上传要求{no}已办结的佐证材料。"))
    return errors


_WRITE = {
    "done": "请写明做了什么、何时完成。",
    "in_progress": "请写明预计完成的日期和责任人。",
    "cannot": "请写明不能办理的原因和依据。",
}


async def _proven(work: Work, reply: Reply) -> set[int]:
    return {int(file.detail["no"]) for file in await repository.files(work, "reply", [reply.id])}


async def submit_reply(work: Work, delivery_id: UUID, *, version: int | None = None) -> Reply:
    """Hand the complete report to the organ's head. Raises Invalid naming everything that is missing."""
    delivery = await _answerable(work, delivery_id, "submit")
    reply = await _reply(work, delivery, version)
    if reply.state != "draft":
        raise IllegalTransition("书面报告已送主要负责人审定。", article="19")
    errors = missing(reply, delivery.requirements, await _proven(work, reply))
    if errors:
        raise Invalid(errors=errors, article="19")
    reply.state = "in_approval"
    work.record("submit_reply", "reply", reply.id, title="提交书面报告审定", article="19", thread_id=delivery.id)
    await notices.notify(
        work,
        work.organ_id,
        roles=["organ_head"],
        kind="approval",
        title=f"书面报告待审定：答复{delivery.title} {delivery.number}",
        link=f"/inbox/{delivery.id}",
        article="19",
        due_on=delivery.due_on,
    )
    return reply


async def _reply(work: Work, delivery: Delivery, version: int | None) -> Reply:
    found = await repository.reply_of_round(work, delivery.id, delivery.sent_back_count + 1)
    if found is None:
        raise IllegalTransition("尚未起草书面报告。", article="19", remedy="请先逐项填写处理情况。")
    reply = await repository.lock(work, Reply, found.id)
    check_version(reply.row_version, version)
    return reply


async def return_reply(work: Work, delivery_id: UUID, reason: str, *, version: int | None = None) -> Reply:
    """The head sends the draft back to who wrote it."""
    delivery = await _answerable(work, delivery_id, "approve")
    reply = await _reply(work, delivery, version)
    if reply.state != "in_approval":
        raise IllegalTransition("没有待审定的书面报告。", article="19")
    if not reason.strip():
        raise Invalid("请写明需要修改的内容。", field="reason")
    reply.state, reply.review_reason = "draft", reason.strip()
    work.record("return_reply", "reply", reply.id, title="退回书面报告修改", note=reason.strip(), thread_id=delivery.id)
    await notices.notify(
        work,
        work.organ_id,
        roles=["contact", "legal_officer"],
        kind="approval",
        title=f"书面报告退回修改：{delivery.number}",
        link=f"/inbox/{delivery.id}",
        body=reason.strip(),
        due_on=delivery.due_on,
    )
    return reply


async def approve_reply(work: Work, delivery_id: UUID, *, version: int | None = None) -> Reply:
    """The head approves: the report is submitted, and cannot be changed any more.

    Late reports are marked for ever. An express refusal leads to 拒不改正 at once (Art. 20). Raises Denied for
    who drafted it, IllegalTransition when there is nothing to approve.
    """
    seen = await repository.get(work, Delivery, delivery_id)
    found = await repository.reply_of_round(work, seen.id, seen.sent_back_count + 1)
    delivery = await _answerable(work, delivery_id, "approve", *([found.drafted_by] if found else []))
    reply = await _reply(work, delivery, version)
    if reply.state != "in_approval":
        raise IllegalTransition(
            "没有待审定的书面报告。", article="19", remedy="请由联络员或者法制机构人员先提交书面报告。"
        )
    files = await repository.files(work, "reply", [reply.id])
    pairs = [(int(file.detail["no"]), file.name) for file in files]
    made = await rendered(await rectification(work, delivery, reply, name(work), pairs))
    stored = await blobs.store().put(work, made.pdf, "整改报告.pdf")
    reply.pdf_sha256, reply.state, reply.submitted_at = stored.sha256, "submitted", work.now
    reply.approved_by_name, reply.review_reason = name(work), ""
    for file in files:
        file.shared_with_id = delivery.organ_id
    await _end_extension(work, delivery)
    work.record(
        "approve_reply",
        "reply",
        reply.id,
        title="审定并报送书面报告" if not reply.refuses else "声明不予改正",
        article="20" if reply.refuses else "19",
        thread_id=delivery.id,
        visibility="served",
    )
    await work.session.flush()
    async with work.acting_as(delivery.organ_id):
        reply_late = await _arrived(work, delivery_id, reply)
    reply.late_workdays = reply_late
    await work.session.flush()
    return reply


async def _end_extension(work: Work, delivery: Delivery) -> None:
    """With the report handed in, an application for more time that nobody decided has lost its object."""
    extension = await repository.extension_of(work, delivery.id)
    if extension is not None and extension.state == "requested":
        extension.state, extension.decided_at = "refused", work.now
        extension.decided_by_name, extension.decision_reason = "系统", "已经书面报告，申请不再办理。"


async def _arrived(work: Work, delivery_id: UUID, reply: Reply) -> int:
    """The report on the issuer's side. Returns by how many working days it is late."""
    delivery = await repository.get(work, Delivery, delivery_id)
    case = await load(work, delivery.instrument_id, lock=True)
    assert case.delivery is not None
    delivery = await repository.lock(work, Delivery, delivery_id)
    known = await facts(work, case)
    instrument = case.instrument
    days = await deadlines.calendar(work)
    due = delivery.due_on or work.today
    late = max(1, days.workdays_between(due, work.today)) if work.today > due else 0
    action = "refuse" if reply.refuses else "answer"
    step = INSTRUMENT.step(instrument.state, action, replace(known, refused_expressly=reply.refuses))
    instrument.state = step.target
    delivery.state = "closed" if reply.refuses else "answered"
    delivery.send_back_reason = ""
    async with work.acting_as(case.matter.organ_id):
        if reply.refuses:
            await deadlines.cancel(work, instrument.id, "被监督机关书面声明不予改正")
        else:
            await deadlines.meet(work, instrument.id, work.today)
    await standing.keep(work, case, delivery)
    await _tell(work, case, late, refused=reply.refuses)
    return late


async def _tell(work: Work, case: Case, late: int, *, refused: bool) -> None:
    instrument, delivery = case.instrument, case.delivery
    assert delivery is not None
    short = (await directory(work)).short(instrument.addressee_id)
    what = "声明不予改正" if refused else "报送书面报告"
    article = "20" if refused else case.rule.article
    link = f"/decisions/{instrument.decision_id}" if instrument.decision_id else f"/instruments/{instrument.id}"
    note = f"逾期 {late} 个工作日。" if late else ""
    async with work.acting_as(case.matter.organ_id):
        work.record(
            "refuse" if refused else "answer",
            "instrument",
            instrument.id,
            title=f"{short}{what}，答复{case.label}",
            note=note,
            article=article,
            thread_id=case.matter.id,
        )
        await notices.notify(
            work,
            case.matter.organ_id,
            roles=["supervisor", "supervision_leader"] if refused or instrument.kind == "opinion" else ["supervisor"],
            kind="answered",
            title=f"{short}{what}：{case.label}",
            link=link,
            article=article,
        )
        await matters.refresh_stage(work, case.matter.id)
    await events.announce(work, "refused" if refused else "answered", instrument, delivery)


async def report_pdf(work: Work, reply_id: UUID) -> tuple[str, bytes]:
    """The submitted report as PDF; every download is audited in the reader's organ."""
    reply = await repository.get(work, Reply, reply_id)
    delivery = await repository.get(work, Delivery, reply.delivery_id)
    instrument_side = work.organ_id != delivery.addressee_id
    target = Target(delivery.organ_id if instrument_side else reply.organ_id, delivery.addressee_id, relation=None)
    await authorize(work, "reply", "read_submitted", target)
    if reply.pdf_sha256 is None:
        raise IllegalTransition("书面报告尚未报送。", article="19")
    work.record("download", "reply", reply.id, title=f"下载书面报告 {delivery.number}", article="19")
    return f"书面报告 {delivery.number} 第{reply.round}次.pdf", await blobs.store().read(reply.pdf_sha256)


async def instrument_of(work: Work, delivery_id: UUID) -> Instrument:
    """The issuer's row behind a delivery; the work acts as the issuer."""
    delivery = await repository.get(work, Delivery, delivery_id)
    return await repository.get(work, Instrument, delivery.instrument_id)
