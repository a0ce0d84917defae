"""Queries on instruments, deliveries, replies, and on what of a matter an instrument is made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, delete, func, literal_column, or_, select, text, true, tuple_

from kernel.db import CityRow
from kernel.errors import NotFound
from kernel.models import TimelineEvent
from kernel.sifting import Place, sifted
from kernel.work import Work
from supervision.instruments.models import (
    Delivery,
    Extension,
    Instrument,
    Objection,
    Paper,
    PaperCopy,
    Reply,
    Requirement,
)
from supervision.matters.models import Act, Evidence, Finding, Handler, Matter, Recusal
from tenants.organs.reach import merged
from tenants.staff.models import Post

R = TypeVar("R", bound=CityRow)
PENDING_RECUSAL = ("declared", "granted")


async def get(work: Work, model: type[R], row_id: UUID) -> R:
    """The row. Raises NotFound outside the reader's scope."""
    found = await work.session.get(model, (work.city_id, row_id))
    if found is None:
        raise NotFound
    return found


async def lock(work: Work, model: type[R], row_id: UUID) -> R:
    """The row as it is now, locked until the transaction ends. The work acts as the row's own organ."""
    query = (
        select(model)
        .where(model.city_id == work.city_id, model.id == row_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    await work.session.flush()
    found = (await work.session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def _all(work: Work, query: Select[R]) -> list[R]:
    return list((await work.session.scalars(query)).all())


async def requirements(work: Work, instrument_id: UUID) -> list[Requirement]:
    return await _all(
        work,
        select(Requirement)
        .where(Requirement.city_id == work.city_id, Requirement.instrument_id == instrument_id)
        .order_by(Requirement.no),
    )


async def clear_requirements(work: Work, instrument_id: UUID) -> None:
    await work.session.execute(
        delete(Requirement).where(Requirement.city_id == work.city_id, Requirement.instrument_id == instrument_id)
    )


async def deliveries(work: Work, instrument_id: UUID) -> list[Delivery]:
    """The main addressee first, then the copies."""
    return await _all(
        work,
        select(Delivery)
        .where(Delivery.city_id == work.city_id, Delivery.instrument_id == instrument_id)
        .order_by(Delivery.role != "main", Delivery.sent_at, Delivery.id),
    )


async def main_delivery(work: Work, instrument_id: UUID) -> Delivery | None:
    query = select(Delivery).where(
        Delivery.city_id == work.city_id, Delivery.instrument_id == instrument_id, Delivery.role == "main"
    )
    return (await work.session.scalars(query)).one_or_none()


async def living_deliveries(work: Work) -> list[Delivery]:
    """What the work's organ served and is still to be answered or reviewed."""
    return await _all(
        work,
        select(Delivery)
        .where(
            Delivery.city_id == work.city_id,
            Delivery.organ_id == work.organ_id,
            Delivery.deadline_id.is_not(None),
            Delivery.state.in_(("served", "answered")),
        )
        .order_by(Delivery.id),
    )


async def replies(work: Work, delivery_id: UUID) -> list[Reply]:
    return await _all(
        work,
        select(Reply).where(Reply.city_id == work.city_id, Reply.delivery_id == delivery_id).order_by(Reply.round),
    )


async def reply_of_round(work: Work, delivery_id: UUID, number: int) -> Reply | None:
    query = select(Reply).where(Reply.city_id == work.city_id, Reply.delivery_id == delivery_id, Reply.round == number)
    return (await work.session.scalars(query)).one_or_none()


async def writers(work: Work, instrument_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Persons who wrote the reports on some instruments, in every round."""
    query = select(Reply.drafted_by).where(Reply.city_id == work.city_id, Reply.instrument_id.in_(instrument_ids))
    return frozenset((await work.session.scalars(query)).all()) if instrument_ids else frozenset()


async def extension_of(work: Work, delivery_id: UUID) -> Extension | None:
    query = select(Extension).where(Extension.city_id == work.city_id, Extension.delivery_id == delivery_id)
    return (await work.session.scalars(query)).one_or_none()


async def objection_of(work: Work, delivery_id: UUID) -> Objection | None:
    query = select(Objection).where(Objection.city_id == work.city_id, Objection.delivery_id == delivery_id)
    return (await work.session.scalars(query)).one_or_none()


async def files(work: Work, owner_kind: str, owner_ids: Iterable[UUID]) -> list[Evidence]:
    """Files that belong to records of a kind, without those that were taken out of a draft again."""
    rows = await _all(
        work,
        select(Evidence)
        .where(
            Evidence.city_id == work.city_id,
            Evidence.owner_kind == owner_kind,
            Evidence.owner_id.in_(list(owner_ids)),
        )
        .order_by(Evidence.created_at, Evidence.id),
    )
    return [row for row in rows if not row.detail.get("removed")]


async def findings(work: Work, matter_id: UUID) -> list[Finding]:
    return await _all(
        work,
        select(Finding).where(Finding.city_id == work.city_id, Finding.matter_id == matter_id).order_by(Finding.no),
    )


async def acts(work: Work, matter_id: UUID) -> dict[UUID, Act]:
    rows = await _all(work, select(Act).where(Act.city_id == work.city_id, Act.matter_id == matter_id))
    return {row.id: row for row in rows}


async def handlers(work: Work, matter_id: UUID) -> list[Handler]:
    """The handlers of a matter at present."""
    return await _all(
        work,
        select(Handler)
        .where(Handler.city_id == work.city_id, Handler.matter_id == matter_id, Handler.ended_at.is_(None))
        .order_by(Handler.assigned_at, Handler.id),
    )


async def posts(work: Work, ids: Sequence[UUID]) -> dict[UUID, Post]:
    rows = await _all(work, select(Post).where(Post.city_id == work.city_id, Post.id.in_(ids)))
    return {row.id: row for row in rows}


async def recused(work: Work, matter_id: UUID) -> frozenset[UUID]:
    """Persons whose recusal in the matter is declared, applied for or in force (Art. 16)."""
    query = select(Recusal.person_id).where(
        Recusal.city_id == work.city_id, Recusal.matter_id == matter_id, Recusal.state.in_(PENDING_RECUSAL)
    )
    return frozenset((await work.session.scalars(query)).all())


async def of_matter(work: Work, matter_id: UUID) -> list[Instrument]:
    return await _all(
        work,
        select(Instrument)
        .where(Instrument.city_id == work.city_id, Instrument.matter_id == matter_id)
        .order_by(Instrument.created_at, Instrument.id),
    )


async def covered(work: Work, instrument_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Findings that each instrument covers."""
    found: dict[UUID, set[UUID]] = {}
    if not (wanted := list(instrument_ids)):
        return found
    query = select(Requirement.instrument_id, Requirement.finding_id).where(
        Requirement.city_id == work.city_id, Requirement.instrument_id.in_(wanted)
    )
    for instrument_id, finding_id in await work.session.execute(query):
        found.setdefault(instrument_id, set()).add(finding_id)
    return found


async def code_taken(work: Work, code: str) -> bool:
    return (
        await work.session.execute(text("select 1 from guard.verify_document(:code)"), {"code": code})
    ).first() is not None


async def matter(work: Work, matter_id: UUID) -> Matter:
    return await get(work, Matter, matter_id)


async def timeline(work: Work, thread_id: UUID) -> list[TimelineEvent]:
    return await _all(
        work,
        select(TimelineEvent)
        .where(TimelineEvent.city_id == work.city_id, TimelineEvent.thread_id == thread_id)
        .order_by(TimelineEvent.at.desc(), TimelineEvent.id.desc()),
    )


async def list_instruments(
    work: Work,
    conditions: Sequence[ColumnElement[bool]],
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    matter_ids: Sequence[UUID] | None = None,
) -> list[Instrument]:
    """Instruments of the reader's scope, or of these matters in it, the latest first, from a place in that order on."""
    query = select(Instrument).where(Instrument.city_id == work.city_id, *conditions)
    if after is not None:
        query = query.where(tuple_(Instrument.created_at, Instrument.id) < after)
    order = (Instrument.created_at, Instrument.id)
    if matter_ids is not None:
        query = query.where(Instrument.matter_id.in_(matter_ids))
        return await _all(work, query.order_by(*(key.desc() for key in order)).limit(limit))
    return await _all(work, merged(work, query, Instrument.organ_id, order, limit))


def _end(delivery: Any) -> ColumnElement[Any]:
    return func.coalesce(delivery.due_on, literal_column("'9999-12-31'::date", Date()))


async def list_inbox(
    work: Work, conditions: Sequence[ColumnElement[bool]], words: str, after: Place | None, limit: int
) -> tuple[list[Delivery], Place | None]:
    """Deliveries to the work's organ: those with a limit first, by its end; then the rest. And the place of the next
    part. `words` are looked for in number, title and issuer."""
    base = select(Delivery).where(Delivery.city_id == work.city_id, Delivery.addressee_id == work.organ_id, *conditions)
    like = f"%{words}%"

    def keep(row: Any) -> ColumnElement[bool]:
        return or_(row.number.ilike(like), row.title.ilike(like), row.issuer_name.ilike(like)) if words else true()

    return await sifted(work, base, lambda row: (_end(row), row.id), keep, after=after, limit=limit, descending=False)


async def count_inbox(work: Work, conditions: Sequence[ColumnElement[bool]], most: int) -> int:
    """How many deliveries to the work's organ there are, counted up to `most`."""
    query = select(Delivery.id).where(
        Delivery.city_id == work.city_id, Delivery.addressee_id == work.organ_id, *conditions
    )
    return await work.session.scalar(select(func.count()).select_from(query.limit(most).subquery())) or 0


async def papers_of(work: Work, *, instrument_id: UUID | None = None, matter_id: UUID | None = None) -> list[Paper]:
    """Papers that go with an instrument, or with any of a matter, in the order of issue."""
    wanted = Paper.instrument_id == instrument_id if instrument_id else Paper.matter_id == matter_id
    return await _all(
        work, select(Paper).where(Paper.city_id == work.city_id, wanted).order_by(Paper.issued_at, Paper.id)
    )


async def paper_of_delivery(work: Work, delivery_id: UUID, kind: str) -> Paper | None:
    query = select(Paper).where(Paper.city_id == work.city_id, Paper.delivery_id == delivery_id, Paper.kind == kind)
    return (await work.session.scalars(query)).one_or_none()


async def copies_of(work: Work, delivery_id: UUID) -> list[PaperCopy]:
    """What else its receiver got about a delivery, in the order of sending."""
    return await _all(
        work,
        select(PaperCopy)
        .where(PaperCopy.city_id == work.city_id, PaperCopy.delivery_id == delivery_id)
        .order_by(PaperCopy.sent_at, PaperCopy.id),
    )


async def list_copies(work: Work, q: str, after: Place | None, limit: int) -> tuple[list[PaperCopy], Place | None]:
    """Papers that the work's organ received, proofs of service left out, the latest first; and the place of the next
    part."""
    base = select(PaperCopy).where(PaperCopy.city_id == work.city_id, PaperCopy.addressee_id == work.organ_id)
    like = f"%{q}%"

    def keep(row: Any) -> ColumnElement[bool]:
        wanted = row.kind != "service_receipt"
        if not q:
            return cast("ColumnElement[bool]", wanted)
        return and_(wanted, or_(row.number.ilike(like), row.title.ilike(like), row.issuer_name.ilike(like)))

    return await sifted(work, base, lambda row: (row.sent_at, row.id), keep, after=after, limit=limit)
