"""Papers as both sides see them: lists, the receipt, the PDF. Every download is audited (Arts. 11(8), 19)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kernel import blobs
from kernel.errors import Invalid
from kernel.work import Work
from policy import rulebook as books
from supervision.instruments import events, repository
from supervision.instruments.case import load, may_read
from supervision.instruments.models import Paper, PaperCopy
from supervision.instruments.views import PaperView
from tenants.access import Target, authorize

PROOF = "service_receipt"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
READ_AS = {"circular": "circular", "recusal_decision": "recusal"}
"""What policy is asked for a paper without an instrument; those of accountability are read as that."""


def _label(kind: str) -> str:
    return books.default().instrument(kind).short_name


def paper_view(paper: Paper) -> PaperView:
    """A paper as its issuer's side sees it."""
    return PaperView(
        id=paper.id,
        kind=paper.kind,
        kind_label=_label(paper.kind),
        number=paper.number,
        title=paper.title,
        article=paper.article,
        pages=paper.pages,
        at=paper.issued_at,
        href=f"/instruments/papers/{paper.id}/pdf",
        delivery_id=paper.delivery_id,
    )


def copy_view(copy: PaperCopy) -> PaperView:
    """A paper as its receiver sees it. A proof of service needs no receipt of its own."""
    return PaperView(
        id=copy.id,
        kind=copy.kind,
        kind_label=_label(copy.kind),
        number=copy.number,
        title=copy.title,
        article=copy.article,
        pages=copy.pages,
        at=copy.sent_at,
        href=f"/inbox/papers/{copy.id}/pdf",
        delivery_id=copy.delivery_id,
        issuer_name=copy.issuer_name,
        opened_at=copy.opened_at,
        opened_by=copy.opened_by,
        to_open=copy.opened_at is None and copy.kind != PROOF,
    )


async def papers_with(work: Work, instrument_id: UUID) -> list[PaperView]:
    """What goes with an instrument, as far as the reader's scope shows it."""
    return [paper_view(row) for row in await repository.papers_of(work, instrument_id=instrument_id)]


async def copies_with(work: Work, delivery_id: UUID) -> list[PaperView]:
    """What its addressee got about a delivery."""
    return [copy_view(row) for row in await repository.copies_of(work, delivery_id)]


async def received_papers(
    work: Work, q: str = "", *, after: str | None = None, limit: int = 50
) -> tuple[list[PaperView], str | None]:
    """Papers that the work's organ received, the latest first, and the cursor of the next part."""
    await authorize(work, "delivery", "read", Target(owner_id=work.organ_id, supervised_id=work.organ_id))
    rows, place = await repository.list_copies(work, q.strip(), _place(after) if after else None, limit)
    return [copy_view(row) for row in rows], f"{place[0].isoformat()}~{place[1]}" if place else None


def _place(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, row_id = cursor.split("~")
        return datetime.fromisoformat(at), UUID(row_id)
    except ValueError:
        raise Invalid("翻页标识不正确，请从第一页开始。", field="after") from None


async def open_paper(work: Work, copy_id: UUID) -> PaperCopy:
    """The receiver's receipt for a paper, once. Raises NotFound for another organ, Denied without the right post."""
    copy = await repository.get(work, PaperCopy, copy_id)
    await authorize(work, "delivery", "open", Target(copy.organ_id, copy.addressee_id))
    async with work.acting_as(copy.organ_id):
        held = await repository.lock(work, PaperCopy, copy_id)
        if held.opened_at is not None:
            return held
        held.opened_at, held.opened_by = work.now, work.actor.name if work.actor else ""
        work.record("open_receipt", "paper", held.id, title=f"{held.opened_by}签收{held.number}", article=held.article)
    work.record(
        "open_receipt",
        "paper",
        held.id,
        title=f"签收{_label(held.kind)} {held.number}",
        article=held.article,
        thread_id=held.delivery_id,
        visibility="served",
    )
    await events.paper_opened(work, held)
    return held


async def copy_pdf(work: Work, copy_id: UUID) -> tuple[str, bytes]:
    """The paper for its receiver, after its receipt."""
    copy = await repository.get(work, PaperCopy, copy_id)
    await authorize(work, "delivery", "download", Target(copy.organ_id, copy.addressee_id))
    if copy_view(copy).to_open and work.organ_id == copy.addressee_id:
        raise Invalid("请先签收文书，再查看原文。", article=copy.article)
    return await _downloaded(work, copy)


async def paper_pdf(work: Work, paper_id: UUID) -> tuple[str, bytes]:
    """The paper for its issuer's side: who may read the instrument may read what goes with it."""
    paper = await repository.get(work, Paper, paper_id)
    if paper.instrument_id is None:
        await authorize(work, READ_AS.get(paper.kind, "accountability"), "read", Target(owner_id=paper.organ_id))
    else:
        await may_read(work, await load(work, paper.instrument_id))
    return await _downloaded(work, paper)


async def paper_file(work: Work, copy_id: UUID, word_sha256: str = "") -> tuple[str, bytes, str]:
    """A receiver's paper as PDF, or the Word file kept with it: name, content, media type. The caller has asked policy
    and audits the download. Raises NotFound outside the reader's scope."""
    copy = await repository.get(work, PaperCopy, copy_id)
    data = await blobs.store().read(word_sha256 or copy.pdf_sha256)
    ending, media_type = ("docx", WORD) if word_sha256 else ("pdf", "application/pdf")
    return f"{copy.title} {copy.number}.{ending}", data, media_type


async def _downloaded(work: Work, row: Paper | PaperCopy) -> tuple[str, bytes]:
    work.record("download", "paper", row.id, title=f"下载文书 {row.number}", article=row.article)
    return f"{row.title} {row.number}.pdf", await blobs.store().read(row.pdf_sha256)


def proofs(views: Iterable[PaperView]) -> dict[UUID, PaperView]:
    """Delivery → its proof of service."""
    return {view.delivery_id: view for view in views if view.kind == PROOF and view.delivery_id is not None}
