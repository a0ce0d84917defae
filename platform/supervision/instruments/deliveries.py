"""What a supervised organ sees: the list of what was served to it, and one delivery with its limit and rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement

from kernel import blobs
from kernel.errors import Invalid
from kernel.models import TimelineEvent
from kernel.wording import format_count
from kernel.work import Work
from policy import rulebook as books
from supervision.deadlines import service as deadlines
from supervision.deadlines.chips import Chip
from supervision.deadlines.rules import UNIT_LABELS
from supervision.instruments import repository, standing
from supervision.instruments.answering import missing
from supervision.instruments.commands import REPLY_STATUSES
from supervision.instruments.entitlements import EXTENSION_STATES, objection_result, rights_of
from supervision.instruments.models import Delivery, Extension, Objection, Reply
from supervision.instruments.paper_reading import copies_with
from supervision.instruments.views import (
    Consequence,
    DeliveryRow,
    DeliveryView,
    ExtensionView,
    ObjectionView,
    ReplyItemView,
    ReplyView,
    RequirementView,
)
from supervision.matters.models import Evidence
from supervision.matters.service import evidence_view
from supervision.matters.views import EventView
from tenants.access import Target, authorize, consider
from tenants.staff.repository import posts_with_role

DELIVERY_STATES = {
    "sent": "待签收",
    "served": "待报告",
    "answered": "已报告，待审核",
    "accepted": "已办结",
    "closed": "不再要求报告",
    "withdrawn": "已撤回",
}
REPLY_STATES = {
    "draft": "草稿",
    "in_approval": "待主要负责人审定",
    "submitted": "已报送",
    "accepted": "已认可",
    "sent_back": "退回补充",
}
TABS = ("open", "copies", "done", "all")
OPEN_STATES = ("sent", "served", "answered")
DONE_STATES = ("accepted", "closed", "withdrawn")


class InboxFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries: `tab` is open, copies, done or all; `q` searches number, title and issuer."""

    tab: str = "open"
    q: str = ""


def _conditions(chosen: InboxFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.tab == "open":
        found += [Delivery.role == "main", Delivery.state.in_(OPEN_STATES)]
    elif chosen.tab == "copies":
        found += [Delivery.role == "copy"]
    elif chosen.tab == "done":
        found += [Delivery.role == "main", Delivery.state.in_(DONE_STATES)]
    return found


async def inbox(
    work: Work, chosen: InboxFilter | None = None, *, after: str | None = None, limit: int = 50
) -> tuple[list[DeliveryRow], str | None]:
    """What was served to the work's organ, the nearest end first, and the cursor of the next part."""
    await authorize(work, "delivery", "read", Target(owner_id=work.organ_id, supervised_id=work.organ_id))
    place = _place(after) if after else None
    wanted = chosen or InboxFilter()
    rows, following = await repository.list_inbox(work, _conditions(wanted), wanted.q.strip(), place, limit)
    mark = f"{following[0].isoformat()}~{following[1]}" if following else None
    return [await delivery_row(work, row) for row in rows], mark


def _place(cursor: str) -> tuple[date, UUID]:
    try:
        day, row_id = cursor.split("~")
        return date.fromisoformat(day), UUID(row_id)
    except ValueError:
        raise Invalid("翻页标识不正确，请从第一页开始。", field="after") from None


async def inbox_counts(work: Work) -> dict[str, int]:
    """How many lines each tab has (counted to 1000)."""
    found = {}
    for tab in TABS:
        found[tab] = await repository.count_inbox(work, _conditions(InboxFilter(tab=tab)), 1001)
    return found


async def _chip(work: Work, delivery: Delivery) -> tuple[Chip | None, str]:
    view = standing.deadline_view(delivery, await deadlines.calendar(work), work.today)
    return (view.chip, view.date_text) if view else (None, "")


async def delivery_row(work: Work, delivery: Delivery) -> DeliveryRow:
    """A delivery as a line."""
    chip, date_text = await _chip(work, delivery)
    acts = {"sent": "签收", "served": "答复"} if delivery.role == "main" else {"sent": "签收"}
    return DeliveryRow(
        id=delivery.id,
        number=delivery.number,
        title=delivery.title,
        kind=delivery.kind,
        kind_label=kind_label(delivery.kind),
        issuer_name=delivery.issuer_name,
        role=delivery.role,
        state=delivery.state,
        state_label=_state_label(delivery),
        sent_at=delivery.sent_at,
        served_on=delivery.served_on,
        due_on=delivery.due_on,
        date_text=date_text,
        chip=chip,
        act_label=acts.get(delivery.state, "查看"),
    )


def _state_label(delivery: Delivery) -> str:
    if delivery.role == "copy" and delivery.state == "served":
        return "已签收"
    if delivery.state == "served" and delivery.sent_back_count:
        return "退回补充"
    return DELIVERY_STATES[delivery.state]


def kind_label(kind: str, rulebook_key: str | None = None) -> str:
    """督办函"""
    book = books.load(rulebook_key) if rulebook_key else books.default()
    return book.instrument(kind).short_name


async def delivery_view(work: Work, delivery_id: UUID) -> DeliveryView:
    """One delivery for its addressee. Before it is opened only its head is there: number, issuer, consequences.

    Raises NotFound for any other organ.
    """
    delivery = await repository.get(work, Delivery, delivery_id)
    await authorize(work, "delivery", "read", Target(delivery.organ_id, delivery.addressee_id))
    replies = await repository.replies(work, delivery.id)
    number = delivery.sent_back_count + 1
    current = next((reply for reply in replies if reply.round == number), None)
    files = await repository.files(work, "reply", [reply.id for reply in replies])
    extension = await repository.extension_of(work, delivery.id)
    objection = await repository.objection_of(work, delivery.id)
    days = await deadlines.calendar(work)
    pending = extension is not None and extension.state == "requested"
    proven = {int(file.detail["no"]) for file in files if current and file.owner_id == current.id}
    lacking = missing(current, delivery.requirements, proven)
    lacking_numbers = {error.field.rsplit("-", 1)[-1] for error in lacking}
    mine = Target(delivery.addressee_id, delivery.addressee_id)
    opened = delivery.opened_at is not None or delivery.manner == "paper"
    article = books.default().instrument(delivery.kind).article
    return DeliveryView(
        id=delivery.id,
        kind=delivery.kind,
        kind_label=kind_label(delivery.kind),
        number=delivery.number,
        title=delivery.title,
        issuer_name=delivery.issuer_name,
        role=delivery.role,
        state=delivery.state,
        state_label=_state_label(delivery),
        manner=delivery.manner,
        sent_at=delivery.sent_at,
        opened=opened,
        opened_at=delivery.opened_at,
        opened_by=delivery.opened_by,
        served_on=delivery.served_on,
        served_how=delivery.served_how,
        summary=delivery.summary if opened else "",
        requirements=[served_requirement(line) for line in delivery.requirements] if opened else [],
        articles=delivery.articles,
        article=article,
        handler_names=delivery.handler_names,
        pages=delivery.pages,
        verification_code=delivery.verification_code,
        answer_title=delivery.answer_title,
        term_text=format_count(delivery.term_amount, UNIT_LABELS[delivery.term_unit]),  # type: ignore[index]
        deadline=standing.deadline_view(delivery, days, work.today, extension_pending=pending),
        reply=reply_view(current, delivery, files, lacking_numbers) if current else None,
        earlier=[reply_view(reply, delivery, files) for reply in reversed(replies) if reply is not current],
        missing=lacking,
        filled=sum(str(line["no"]) not in lacking_numbers for line in delivery.requirements),
        send_back_reason=delivery.send_back_reason,
        sent_back_count=delivery.sent_back_count,
        extension=extension_view(extension) if extension else None,
        objection=objection_view(objection, delivery.kind) if objection else None,
        rights=await rights_of(work, delivery, extension, objection),
        consequences=[
            Consequence(on=on, text=text, article=code)
            for on, text, code in standing.consequences(delivery, days)
            if delivery.state == "served"
        ],
        papers=await copies_with(work, delivery.id),
        timeline=[_event(event) for event in await repository.timeline(work, delivery.id)],
        head_name=await _head(work, delivery),
        can_open=not opened and await _opens(work, delivery),
        can_write=await _may(work, delivery, mine, "draft") and (current is None or current.state == "draft"),
        can_approve=current is not None
        and current.state == "in_approval"
        and await _may(work, delivery, _approval(mine, current), "approve"),
    )


def _approval(target: Target, reply: Reply) -> Target:
    """The target of approving a report: who drafted it may not."""
    return Target(target.owner_id, target.supervised_id, drafters=frozenset({reply.drafted_by}))


async def _opens(work: Work, delivery: Delivery) -> bool:
    verdict, _ = await consider(work, "delivery", "open", Target(delivery.organ_id, delivery.addressee_id))
    return verdict.allowed


async def _may(work: Work, delivery: Delivery, target: Target, action: str) -> bool:
    if delivery.role != "main" or delivery.state != "served":
        return False
    verdict, _ = await consider(work, "reply", action, target)
    return verdict.allowed


async def _head(work: Work, delivery: Delivery) -> str:
    if work.organ_id != delivery.addressee_id:
        return ""
    posts = await posts_with_role(work, delivery.addressee_id, ["organ_head"])
    return posts[0].person_name if posts else ""


def served_requirement(line: dict[str, object]) -> RequirementView:
    """A requirement as it was served."""
    return RequirementView(
        no=int(str(line["no"])),
        text=str(line["text"]),
        finding_title=str(line["finding_title"]),
        finding_facts=str(line["finding_facts"]),
        provision=str(line["provision"]),
        articles=[str(code) for code in line["articles"]],  # type: ignore[attr-defined]
    )


def reply_view(
    reply: Reply, delivery: Delivery, files: Sequence[Evidence], lacking: set[str] | None = None
) -> ReplyView:
    """A written report with the files of each answer."""
    items = {item["no"]: item for item in reply.items}
    found = []
    for line in delivery.requirements:
        item = items.get(line["no"], {})
        found.append(
            ReplyItemView(
                no=line["no"],
                requirement=line["text"],
                status=item.get("status", ""),
                status_label=REPLY_STATUSES.get(item.get("status", ""), "未填"),
                text=item.get("text", ""),
                files=[
                    evidence_view(file)
                    for file in files
                    if file.owner_id == reply.id and file.detail.get("no") == line["no"]
                ],
                complete=lacking is not None and str(line["no"]) not in lacking,
            )
        )
    return ReplyView(
        id=reply.id,
        version=reply.row_version,
        round=reply.round,
        state=reply.state,
        state_label=REPLY_STATES[reply.state],
        items=found,
        general=reply.general,
        refuses=reply.refuses,
        drafted_by_name=reply.drafted_by_name,
        approved_by_name=reply.approved_by_name,
        submitted_at=reply.submitted_at,
        late_workdays=reply.late_workdays,
        reviewed_at=reply.reviewed_at,
        reviewed_by_name=reply.reviewed_by_name,
        review_reason=reply.review_reason,
        has_pdf=reply.pdf_sha256 is not None,
    )


def extension_view(extension: Extension) -> ExtensionView:
    """The application for more time."""
    return ExtensionView(
        id=extension.id,
        length=format_count(extension.amount, UNIT_LABELS[extension.unit]),  # type: ignore[index]
        amount=extension.amount,
        unit=extension.unit,
        reason=extension.reason,
        steps_taken=extension.steps_taken,
        requested_at=extension.requested_at,
        requested_by_name=extension.requested_by_name,
        state=extension.state,
        state_label=EXTENSION_STATES[extension.state],
        decided_by_name=extension.decided_by_name,
        decision_reason=extension.decision_reason,
        new_due_on=extension.new_due_on,
    )


def objection_view(objection: Objection, kind: str) -> ObjectionView:
    """The objection to a document of this kind."""
    return ObjectionView(
        id=objection.id,
        reason=objection.reason,
        requested_at=objection.requested_at,
        requested_by_name=objection.requested_by_name,
        state=objection.state,
        state_label=objection_result(kind, objection.state),
        decided_by_name=objection.decided_by_name,
        decision_reason=objection.decision_reason,
    )


def _event(event: TimelineEvent) -> EventView:
    return EventView(
        id=event.id,
        at=event.at,
        action=event.action,
        title=event.title,
        note=event.note,
        articles=event.articles,
        who=f"{event.actor_name} {event.actor_title}".strip() if event.actor_name != "系统" else "系统记录",
        internal=event.visibility == "internal",
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        evidence=[],
    )


async def delivery_pdf(work: Work, delivery_id: UUID) -> tuple[str, bytes]:
    """The served document. Only after it was opened; every download is audited in the reader's organ."""
    delivery = await repository.get(work, Delivery, delivery_id)
    await authorize(work, "delivery", "download", Target(delivery.organ_id, delivery.addressee_id))
    if work.organ_id == delivery.addressee_id and delivery.opened_at is None and delivery.manner != "paper":
        raise Invalid("请先签收文书，再查看原文。", article="19")
    work.record("download", "delivery", delivery.id, title=f"下载文书 {delivery.number}", article="19", thread_id=None)
    return f"{delivery.title} {delivery.number}.pdf", await blobs.store().read(delivery.pdf_sha256)
