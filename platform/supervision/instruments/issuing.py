"""Papers: numbered, rendered once, stored by hash and sent to their receivers in one step (Arts. 11(8), 19)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

import msgspec
from sqlalchemy import select

from kernel import blobs, settings
from kernel.errors import Invalid
from kernel.ids import new_id
from kernel.series import next_number
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.deadlines import notices
from supervision.instruments import events
from supervision.instruments.case import name
from supervision.instruments.documents import Document, Frame
from supervision.instruments.models import Paper, PaperCopy
from supervision.instruments.numbering import document_number
from supervision.instruments.papers import number_series, rendered, seal
from supervision.instruments.sending import RECEIVERS, new_code
from tenants.organs.directory import Directory, directory


class PaperOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A paper to be made. `receivers`: organ → its own delivery of the instrument, None where there is none."""

    kind: str
    title: str
    book: RuleBook
    receivers: Mapping[UUID, UUID | None]
    copies: tuple[UUID, ...] = ()
    """Those of the receivers that the document names under 抄送."""
    instrument_id: UUID | None = None
    delivery_id: UUID | None = None
    matter_id: UUID | None = None
    contact: str = ""
    link: str = ""
    """Where the bell of those who get no mere copy leads; left out, to the papers that they received."""


async def issue_paper(work: Work, order: PaperOrder, compose: Callable[[Frame], Document]) -> Paper:
    """Number, render, store and send a paper. The work acts as the issuer; policy and conditions are the caller's.

    `compose` gets the frame with number, date, seal and code. The number comes from the issuer's own series of the
    kind, without gaps: it is taken in the transaction that stores the document.
    """
    tree = await directory(work)
    rule = order.book.instrument(order.kind)
    year = work.today.year
    seq = await next_number(work, f"instrument:{order.kind}", year)
    number = document_number(number_series(tree, order.book, work.organ_id, order.kind), year, seq)
    code = await new_code(work)
    made = await rendered(compose(_frame(work, tree, order, number, code)))
    stored = await blobs.store().put(work, made.pdf, f"{number}.pdf")
    paper = Paper(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        kind=order.kind,
        instrument_id=order.instrument_id,
        delivery_id=order.delivery_id,
        matter_id=order.matter_id,
        number=number,
        year=year,
        seq=seq,
        title=order.title,
        article=rule.article,
        pdf_sha256=stored.sha256,
        pages=made.pages,
        verification_code=code,
        issued_at=work.now,
        issued_by_name=name(work),
    )
    work.session.add(paper)
    work.record("issue", "paper", paper.id, title=f"制发{rule.short_name} {number}", article=rule.article)
    await work.session.flush()
    for organ_id in order.receivers:
        await _send(work, paper, order, organ_id)
    return paper


async def require_unnamed(work: Work, matter_id: UUID, words: str, field: str) -> None:
    """What is printed names no complainant (Art. 17). Raises Invalid for the field."""
    if any(word in words for word in await events.protected_names(work, matter_id)):
        raise Invalid("文书中有反映人身份信息，请删去。", field=field, article="17")


def _frame(work: Work, tree: Directory, order: PaperOrder, number: str, code: str) -> Frame:
    issuer = tree.name(work.organ_id)
    return Frame(
        issuer=issuer,
        created=work.today,
        number=number,
        dated=work.today,
        seal=seal(number),
        contact=order.contact,
        copies=tuple(tree.name(organ_id) for organ_id in order.copies),
        printer=f"{issuer}办公室",
        code=code,
        demo=settings.load().demo_mode,
    )


async def copy_of(work: Work, paper_id: UUID, addressee_id: UUID) -> PaperCopy:
    """The copy that a receiver got. The work acts as the issuer."""
    query = select(PaperCopy).where(
        PaperCopy.city_id == work.city_id, PaperCopy.paper_id == paper_id, PaperCopy.addressee_id == addressee_id
    )
    found: PaperCopy = (await work.session.scalars(query)).one()
    return found


async def _send(work: Work, paper: Paper, order: PaperOrder, organ_id: UUID) -> None:
    tree = await directory(work)
    delivery_id = order.receivers[organ_id]
    what = f"{order.book.instrument(order.kind).short_name} {paper.number}"
    link = "" if organ_id in order.copies else order.link
    copy = PaperCopy(
        id=new_id(),
        city_id=work.city_id,
        organ_id=paper.organ_id,
        paper_id=paper.id,
        addressee_id=organ_id,
        delivery_id=delivery_id,
        kind=paper.kind,
        number=paper.number,
        title=paper.title,
        article=paper.article,
        issuer_name=tree.name(paper.organ_id),
        pdf_sha256=paper.pdf_sha256,
        pages=paper.pages,
        sent_at=work.now,
    )
    work.session.add(copy)
    await work.session.flush()
    async with work.acting_as(organ_id):
        work.record(
            "receive",
            "paper",
            copy.id,
            title=f"收到{tree.name(paper.organ_id)}发来的{what}",
            article=paper.article,
            thread_id=delivery_id,
            visibility="served",
        )
    if paper.kind == "service_receipt":
        return
    await notices.notify(
        work,
        organ_id,
        roles=RECEIVERS,
        kind="served",
        title=f"{tree.short(paper.organ_id)}送达{what}，请签收",
        link=link or (f"/inbox/{delivery_id}" if delivery_id else "/inbox?tab=papers"),
        article=paper.article,
    )
