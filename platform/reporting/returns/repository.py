"""Queries over returns. Row-level security decides what a level above may read; these add the columns to look up by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.work import Work
from reporting.returns.models import ReturnCircular, ReturnLineReport, ReturnSheet, ReturnVersion, StatisticalReturn

Head = StatisticalReturn


async def add_head(work: Work, **values: Any) -> UUID | None:
    """The head of the work's organ, or None when it was there before."""
    statement = (
        insert(Head)
        .values(
            city_id=work.city_id,
            id=new_id(),
            organ_id=work.organ_id,
            version=0,
            accepted_version=0,
            late=False,
            reminded=[],
            stale=[],
            **values,
        )
        .on_conflict_do_nothing()
        .returning(Head.id)
    )
    found: UUID | None = await work.session.scalar(statement)
    return found


def add_sheet(work: Work, return_id: UUID, *, below: bool) -> ReturnSheet:
    """An empty sheet of the work's organ."""
    made = ReturnSheet(
        city_id=work.city_id,
        id=new_id(),
        organ_id=work.organ_id,
        return_id=return_id,
        cells={},
        notes={},
        parts=[] if below else None,
        missing=[],
    )
    work.session.add(made)
    return made


async def find(work: Work, organ_id: UUID, form_key: str, period: str) -> Head | None:
    query = select(Head).where(
        Head.city_id == work.city_id, Head.organ_id == organ_id, Head.form_key == form_key, Head.period == period
    )
    return (await work.session.scalars(query)).one_or_none()


async def opened(work: Work, form_key: str, period: str, organs: Sequence[UUID]) -> set[UUID]:
    """Which of the organs have the return open, as far as the work's organ may see it."""
    query = select(Head.organ_id).where(
        Head.city_id == work.city_id, Head.organ_id.in_(organs), Head.form_key == form_key, Head.period == period
    )
    return set((await work.session.scalars(query)).all())


async def get(work: Work, return_id: UUID) -> Head | None:
    """A return that the work's organ may read: its own, or one that goes up to it."""
    return await work.session.get(Head, (work.city_id, return_id))


async def lock(work: Work, return_id: UUID) -> Head | None:
    """The return of the work's organ as it is now, locked until the transaction ends."""
    query = (
        select(Head)
        .where(Head.city_id == work.city_id, Head.id == return_id, Head.organ_id == work.organ_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def sheet(work: Work, return_id: UUID) -> ReturnSheet | None:
    """The working copy: of the work's own organ only."""
    query = (
        select(ReturnSheet)
        .where(
            ReturnSheet.city_id == work.city_id,
            ReturnSheet.organ_id == work.organ_id,
            ReturnSheet.return_id == return_id,
        )
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def versions(work: Work, return_id: UUID) -> list[ReturnVersion]:
    """What was handed in, newest first."""
    query = (
        select(ReturnVersion)
        .where(ReturnVersion.city_id == work.city_id, ReturnVersion.return_id == return_id)
        .order_by(ReturnVersion.number.desc())
        .limit(50)
    )
    return list((await work.session.scalars(query)).all())


async def version(work: Work, return_id: UUID, number: int) -> ReturnVersion | None:
    query = select(ReturnVersion).where(
        ReturnVersion.city_id == work.city_id, ReturnVersion.return_id == return_id, ReturnVersion.number == number
    )
    return (await work.session.scalars(query)).one_or_none()


async def mine(work: Work, *, finished: bool | None, after: tuple[date, UUID] | None, limit: int) -> list[Head]:
    """Returns of the work's organ, latest due day first."""
    query = select(Head).where(Head.city_id == work.city_id, Head.organ_id == work.organ_id)
    if finished is not None:
        done = Head.state.in_(("submitted", "accepted"))
        query = query.where(done if finished else ~done)
    if after is not None:
        query = query.where(tuple_(Head.due_on, Head.id) < after)
    query = query.order_by(Head.due_on.desc(), Head.id.desc()).limit(limit)
    return list((await work.session.scalars(query)).all())


async def below(work: Work, receiver_id: UUID, form_key: str, period: str) -> list[Head]:
    """The returns that go to one receiver, as far as the work's organ may see them."""
    query = (
        select(Head)
        .where(
            Head.city_id == work.city_id,
            Head.receiver_id == receiver_id,
            Head.form_key == form_key,
            Head.period == period,
        )
        .order_by(Head.organ_id)
    )
    return list((await work.session.scalars(query)).all())


async def of_organs(work: Work, organs: Sequence[UUID], form_key: str, period: str) -> list[Head]:
    """The returns of several organs, as far as the work's organ may see them."""
    query = select(Head).where(
        Head.city_id == work.city_id, Head.organ_id.in_(organs), Head.form_key == form_key, Head.period == period
    )
    return list((await work.session.scalars(query)).all())


async def numbered(work: Work, wanted: Mapping[UUID, int]) -> dict[UUID, ReturnVersion]:
    """Return → its version of that number, as far as the work's organ may see it; 0 is none."""
    pairs = [(return_id, number) for return_id, number in wanted.items() if number]
    query = select(ReturnVersion).where(
        ReturnVersion.city_id == work.city_id, tuple_(ReturnVersion.return_id, ReturnVersion.number).in_(pairs)
    )
    return {v.return_id: v for v in await work.session.scalars(query)} if pairs else {}


async def add_line_report(work: Work, **values: Any) -> UUID | None:
    """A kept roll-up of the work's organ, or None when its number was taken meanwhile."""
    statement = (
        insert(ReturnLineReport)
        .values(city_id=work.city_id, id=new_id(), organ_id=work.organ_id, **values)
        .on_conflict_do_nothing()
        .returning(ReturnLineReport.id)
    )
    found: UUID | None = await work.session.scalar(statement)
    return found


async def line_reports(work: Work, form_key: str, period: str) -> list[ReturnLineReport]:
    """The roll-ups that the work's organ kept, newest first."""
    query = (
        select(ReturnLineReport)
        .where(
            ReturnLineReport.city_id == work.city_id,
            ReturnLineReport.organ_id == work.organ_id,
            ReturnLineReport.form_key == form_key,
            ReturnLineReport.period == period,
        )
        .order_by(ReturnLineReport.number.desc())
        .limit(50)
    )
    return list((await work.session.scalars(query)).all())


async def waiting(work: Work, *, after: tuple[date, UUID] | None, limit: int) -> list[Head]:
    """Returns handed in to the work's organ that it has neither accepted nor sent back, earliest due day first."""
    query = select(Head).where(
        Head.city_id == work.city_id, Head.receiver_id == work.organ_id, Head.state == "submitted"
    )
    if after is not None:
        query = query.where(tuple_(Head.due_on, Head.id) > after)
    query = query.order_by(Head.due_on, Head.id).limit(limit)
    return list((await work.session.scalars(query)).all())


async def accepted(work: Work, receiver_id: UUID, form_key: str, period: str) -> list[tuple[Head, ReturnVersion]]:
    """The accepted versions of the units below, each with its head."""
    query = (
        select(Head, ReturnVersion)
        .join(
            ReturnVersion,
            (ReturnVersion.city_id == Head.city_id)
            & (ReturnVersion.return_id == Head.id)
            & (ReturnVersion.number == Head.accepted_version),
        )
        .where(
            Head.city_id == work.city_id,
            Head.receiver_id == receiver_id,
            Head.form_key == form_key,
            Head.period == period,
        )
        .order_by(Head.organ_id)
    )
    return [(row[0], row[1]) for row in await work.session.execute(query)]


async def latest(work: Work, organ_id: UUID, form_key: str, period: str) -> ReturnVersion | None:
    """The newest version of an organ's return of another period, for comparison."""
    query = (
        select(ReturnVersion)
        .join(Head, (Head.city_id == ReturnVersion.city_id) & (Head.id == ReturnVersion.return_id))
        .where(
            Head.city_id == work.city_id, Head.organ_id == organ_id, Head.form_key == form_key, Head.period == period
        )
        .order_by(ReturnVersion.number.desc())
        .limit(1)
    )
    return (await work.session.scalars(query)).one_or_none()


async def owed_to(work: Work, receiver_id: UUID, until: date, most: int) -> list[Head]:
    """Returns to a receiver that were never handed in and whose due day is not after `until`."""
    query = (
        select(Head)
        .where(Head.city_id == work.city_id, Head.receiver_id == receiver_id, Head.due_on <= until, Head.version == 0)
        .order_by(Head.due_on, Head.id)
        .limit(most)
    )
    return list((await work.session.scalars(query)).all())


async def add_circular(work: Work, form_key: str, period: str, lines: list[dict[str, Any]]) -> UUID | None:
    """The draft of the work's organ, or None when it was there before."""
    statement = (
        insert(ReturnCircular)
        .values(
            city_id=work.city_id,
            id=new_id(),
            organ_id=work.organ_id,
            form_key=form_key,
            period=period,
            lines=lines,
            drafted_at=work.now,
            state="draft",
        )
        .on_conflict_do_nothing()
        .returning(ReturnCircular.id)
    )
    found: UUID | None = await work.session.scalar(statement)
    return found


async def find_circular(work: Work, form_key: str, period: str) -> ReturnCircular | None:
    query = select(ReturnCircular).where(
        ReturnCircular.city_id == work.city_id,
        ReturnCircular.organ_id == work.organ_id,
        ReturnCircular.form_key == form_key,
        ReturnCircular.period == period,
    )
    return (await work.session.scalars(query)).one_or_none()


async def get_circular(work: Work, circular_id: UUID, *, lock: bool = False) -> ReturnCircular | None:
    query = select(ReturnCircular).where(
        ReturnCircular.city_id == work.city_id,
        ReturnCircular.id == circular_id,
        ReturnCircular.organ_id == work.organ_id,
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.scalars(query)).one_or_none()


async def owed_at_top(work: Work, until: date) -> list[Head]:
    """Returns of the work's organ itself that go to nobody above and were never handed in."""
    query = (
        select(Head)
        .where(
            Head.city_id == work.city_id,
            Head.organ_id == work.organ_id,
            Head.receiver_id.is_(None),
            Head.due_on <= until,
            Head.version == 0,
        )
        .order_by(Head.due_on, Head.id)
    )
    return list((await work.session.scalars(query)).all())


async def reported(work: Work, form_key: str, period: str, *, after: UUID | None, limit: int) -> list[Head]:
    """The work's own return and those that go to it, handed in at least once, by id."""
    mine_ = select(Head.id).where(
        Head.city_id == work.city_id, Head.organ_id == work.organ_id, Head.form_key == form_key, Head.period == period
    )
    below_ = select(Head.id).where(
        Head.city_id == work.city_id,
        Head.receiver_id == work.organ_id,
        Head.form_key == form_key,
        Head.period == period,
    )
    query = select(Head).where(Head.city_id == work.city_id, Head.id.in_(mine_.union(below_)), Head.version > 0)
    if after is not None:
        query = query.where(Head.id > after)
    return list((await work.session.scalars(query.order_by(Head.id).limit(limit))).all())
