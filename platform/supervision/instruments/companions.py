"""What goes with an instrument: reply to an application for time, notice of withdrawal, proof of service (Art. 19).

Each is a paper with a number of its own, never changed; what it tells lies in the rows of the instrument.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from kernel.clock import local_date
from kernel.wording import format_count, format_date, format_time
from kernel.work import Work
from supervision.deadlines.models import Deadline
from supervision.deadlines.rules import UNIT_LABELS
from supervision.instruments import repository
from supervision.instruments.case import Case, load
from supervision.instruments.documents import (
    Document,
    Due,
    ExtensionReplyDocument,
    Frame,
    ReceiptDocument,
    Regulation,
    WithdrawalDocument,
)
from supervision.instruments.issuing import PaperOrder, issue_paper
from supervision.instruments.models import Delivery, Extension, Paper
from supervision.instruments.papers import compact, regulation
from supervision.instruments.sending import record_step
from tenants.organs.directory import directory

RECEIPT_JOB = "proof_of_service"
MANNERS = {"opened": "系统送达，打开签收", "deemed": "系统送达，期满未签收，视为送达", "paper": "书面送达"}


async def _issue(work: Work, case: Case, order: PaperOrder, compose: Callable[[Frame], Document]) -> Paper:
    """Make the paper as the organ that issued the instrument, with a line in the matter."""
    async with work.acting_as(case.instrument.organ_id):
        paper = await issue_paper(work, order, compose)
    rule = case.book.instrument(order.kind)
    await record_step(work, case, order.kind, f"制发{rule.short_name} {paper.number}", article=rule.article)
    return paper


def _basis(case: Case, law: Regulation) -> str:
    """The article on which the instrument itself rests."""
    others = {"internal_notice": law.scope_line, "decision": law.decisions}
    return others.get(case.instrument.kind, law.instruments)


async def reply_to_extension(work: Work, case: Case, extension: Extension, deadline: Deadline) -> Paper:
    """延期批复: granted to a day or refused with reasons, for the organ that applied."""
    delivery, law = case.delivery, regulation(case.book)
    assert delivery is not None
    granted = extension.state == "granted"
    given = deadline.history[-1]["term"] if granted else {}
    length = format_count(given["amount"], UNIT_LABELS[given["unit"]]) if granted else ""
    order = PaperOrder(
        kind="extension_reply",
        title=f"关于{case.quoted}延期申请的批复",
        book=case.book,
        receivers={delivery.addressee_id: delivery.id},
        instrument_id=case.instrument.id,
        delivery_id=delivery.id,
        matter_id=case.matter.id,
        contact=case.instrument.contact,
    )
    return await _issue(
        work,
        case,
        order,
        lambda frame: ExtensionReplyDocument(
            frame=frame,
            addressee=case.instrument.addressee_name,
            instrument=case.quoted,
            requested=format_date(local_date(extension.requested_at)),
            granted=granted,
            reasons=extension.decision_reason,
            due=Due(
                day=format_date(deadline.due_on), counted=f"在原期限届满后延长{compact(length)}" if granted else ""
            ),
            basis=_basis(case, law),
            regulation=law,
        ),
    )


async def notice_of_withdrawal(work: Work, case: Case, reason: str) -> Paper:
    """撤回通知: a second document that names the withdrawn one, for everyone who was sent that."""
    law = regulation(case.book)
    sent = await repository.deliveries(work, case.instrument.id)
    issued, verb = case.instrument.issued_at, case.withdrawal_verb
    order = PaperOrder(
        kind="withdrawal_notice",
        title=f"关于{verb}{case.quoted}的通知",
        book=case.book,
        receivers={delivery.addressee_id: delivery.id for delivery in sent},
        copies=tuple(delivery.addressee_id for delivery in sent if delivery.role == "copy"),
        instrument_id=case.instrument.id,
        matter_id=case.matter.id,
        contact=case.instrument.contact,
    )
    return await _issue(
        work,
        case,
        order,
        lambda frame: WithdrawalDocument(
            frame=frame,
            addressee=case.instrument.addressee_name,
            instrument=case.quoted,
            sent=format_date(local_date(issued)) if issued else "",
            reasons=reason,
            verb=verb,
            basis=_basis(case, law),
            regulation=law,
        ),
    )


async def prove_service(work: Work, delivery_id: UUID) -> Paper | None:
    """送达回证 of a delivery that was served, once; None when there is one or the document was withdrawn before.

    Run by a job after service, so that opening a document and the sweep wait for no typesetting. The work acts as
    the issuer.
    """
    delivery = await repository.lock(work, Delivery, delivery_id)
    if delivery.served_on is None or await repository.paper_of_delivery(work, delivery.id, "service_receipt"):
        return None
    case = await load(work, delivery.instrument_id)
    tree = await directory(work)
    servers = await _servers(work, case)
    order = PaperOrder(
        kind="service_receipt",
        title=f"{case.quoted}的送达回证",
        book=case.book,
        receivers={delivery.addressee_id: delivery.id},
        instrument_id=case.instrument.id,
        delivery_id=delivery.id,
        matter_id=case.matter.id,
    )
    return await _issue(
        work,
        case,
        order,
        lambda frame: ReceiptDocument(
            frame=frame,
            document=delivery.title,
            document_number=delivery.number,
            pages=f"共{delivery.pages}页",
            receiver=tree.name(delivery.addressee_id),
            address="" if delivery.served_how == "paper" else "行政执法监督系统",
            manner=MANNERS[delivery.served_how],
            received_at=_received(delivery),
            received_by=delivery.opened_by if delivery.served_how != "deemed" else "",
            servers=servers,
            receipt_id=str(delivery.id) if delivery.served_how != "paper" else "",
            remarks=_remarks(delivery),
        ),
    )


def _received(delivery: Delivery) -> str:
    assert delivery.served_on is not None
    if delivery.served_how == "opened" and delivery.opened_at is not None:
        return f"{format_date(local_date(delivery.opened_at))}{format_time(delivery.opened_at)}"
    return format_date(delivery.served_on)


def _remarks(delivery: Delivery) -> str:
    if delivery.served_how == "deemed":
        sent = format_date(local_date(delivery.sent_at))
        return f"{sent}发送，期满未打开，按规则视为送达。"
    return f"凭证：{delivery.proof}" if delivery.proof else ""


async def _servers(work: Work, case: Case) -> tuple[str, ...]:
    """陈明远（监督证号 …）, the handlers of the matter."""
    posts = await repository.posts(work, [handler.post_id for handler in case.handlers])
    found = []
    for handler in case.handlers:
        post = posts.get(handler.post_id)
        card = f"（监督证号 {post.certificate_no}）" if post is not None and post.certificate_no else ""
        found.append(f"{handler.person_name}{card}")
    return tuple(found)
