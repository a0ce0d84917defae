"""Queries of the sweep: the deadline under lock, what an overdue item is about, items above, circulars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines.models import Deadline
from supervision.escalation.models import CircularDraft, EscalatedItem
from supervision.instruments import repository as instruments
from supervision.instruments.models import Instrument
from supervision.matters.models import Matter


async def lock_deadline(work: Work, deadline_id: UUID) -> Deadline | None:
    """The deadline as it is now, locked. The work acts as its organ; None when it is not there."""
    query = (
        select(Deadline)
        .where(Deadline.city_id == work.city_id, Deadline.id == deadline_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def add_item(work: Work, values: dict[str, Any]) -> UUID | None:
    """The item of the work's organ, or None when it was there before."""
    statement = (
        insert(EscalatedItem)
        .values(city_id=work.city_id, id=new_id(), organ_id=work.organ_id, raised_at=work.now, **values)
        .on_conflict_do_nothing()
        .returning(EscalatedItem.id)
    )
    found: UUID | None = await work.session.scalar(statement)
    return found


async def get_item(work: Work, item_id: UUID) -> EscalatedItem | None:
    found = await work.session.get(EscalatedItem, (work.city_id, item_id))
    return found if found is not None and found.organ_id == work.organ_id else None


async def lock_item(work: Work, item_id: UUID) -> EscalatedItem | None:
    query = (
        select(EscalatedItem)
        .where(
            EscalatedItem.city_id == work.city_id,
            EscalatedItem.id == item_id,
            EscalatedItem.organ_id == work.organ_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def items(work: Work, *, handled: bool | None, after: UUID | None, limit: int) -> list[EscalatedItem]:
    """Items of the work's organ, open ones first of all, newest first."""
    query = select(EscalatedItem).where(EscalatedItem.city_id == work.city_id, EscalatedItem.organ_id == work.organ_id)
    if handled is not None:
        query = query.where(EscalatedItem.handled_at.is_not(None) if handled else EscalatedItem.handled_at.is_(None))
    if after is not None:
        query = query.where(EscalatedItem.id < after)
    return list((await work.session.scalars(query.order_by(EscalatedItem.id.desc()).limit(limit))).all())


async def count_open(work: Work) -> int:
    query = (
        select(func.count())
        .select_from(EscalatedItem)
        .where(
            EscalatedItem.city_id == work.city_id,
            EscalatedItem.organ_id == work.organ_id,
            EscalatedItem.handled_at.is_(None),
        )
    )
    return await work.session.scalar(query) or 0


async def organs_for_month(work: Work, month: str) -> list[UUID]:
    """Organs that watch a deadline which was overdue when the month began, and have no circular for it yet."""
    rows = await work.session.execute(
        text("select city_id, organ_id from guard.monthly_organs(:month)"), {"month": month}
    )
    return [row.organ_id for row in rows if row.city_id == work.city_id]


async def overdue_in(work: Work, before: date) -> Sequence[tuple[Deadline, Matter, Instrument]]:
    """Overdue limits of the work's organ whose instrument is still not obeyed, longest overdue first."""
    query = (
        select(Deadline, Matter, Instrument)
        .join(Matter, (Matter.city_id == Deadline.city_id) & (Matter.id == Deadline.matter_id))
        .join(Instrument, (Instrument.city_id == Deadline.city_id) & (Instrument.id == Deadline.subject_id))
        .where(
            Deadline.city_id == work.city_id,
            Deadline.organ_id == work.organ_id,
            Deadline.ladder,
            Deadline.state.in_(("running", "lapsed")),
            Deadline.due_on < before,
            Instrument.state.in_(("served", "lapsed", "refused")),
            Matter.state == "open",
        )
        .order_by(Deadline.due_on, Deadline.id)
    )
    return [(row[0], row[1], row[2]) for row in await work.session.execute(query)]


async def add_circular(work: Work, month: str, lines: list[dict[str, Any]]) -> UUID | None:
    """The draft of the month for the work's organ, or None when it was there before."""
    statement = (
        insert(CircularDraft)
        .values(
            city_id=work.city_id,
            id=new_id(),
            organ_id=work.organ_id,
            month=month,
            lines=lines,
            drafted_at=work.now,
            state="draft",
        )
        .on_conflict_do_nothing()
        .returning(CircularDraft.id)
    )
    found: UUID | None = await work.session.scalar(statement)
    return found


async def get_circular(work: Work, draft_id: UUID) -> CircularDraft | None:
    found = await work.session.get(CircularDraft, (work.city_id, draft_id))
    return found if found is not None and found.organ_id == work.organ_id else None


async def lock_circular(work: Work, draft_id: UUID) -> CircularDraft | None:
    """The draft of the work's organ as it is now, locked."""
    query = (
        select(CircularDraft)
        .where(
            CircularDraft.city_id == work.city_id,
            CircularDraft.id == draft_id,
            CircularDraft.organ_id == work.organ_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def recused_in(work: Work, matter_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Persons recused in any of the matters (Art. 16)."""
    found: set[UUID] = set()
    for matter_id in dict.fromkeys(matter_ids):
        found |= await instruments.recused(work, matter_id)
    return frozenset(found)


async def circulars(work: Work, limit: int = 12) -> list[CircularDraft]:
    query = (
        select(CircularDraft)
        .where(CircularDraft.city_id == work.city_id, CircularDraft.organ_id == work.organ_id)
        .order_by(CircularDraft.month.desc())
        .limit(limit)
    )
    return list((await work.session.scalars(query)).all())
