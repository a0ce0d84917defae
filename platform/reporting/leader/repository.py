"""Overdue matters of an area, by the organs that handle them: each organ is one range of an index (ADR 0013)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.rows import Prepared
from kernel.work import Work
from reporting.leader.models import WeeklyBrief

# The same matters as in the list 逾期: not ended, their nearest end has passed.
LATE: Final = "m.city_id = :city and m.organ_id = o.id and m.live and m.next_due_on < :today"


def _prepared(statement: str) -> Prepared:
    return Prepared(text(statement.format(late=LATE)))


COUNT: Final = _prepared("""
select o.id, n.number from unnest(cast(:organs as uuid[])) o(id)
cross join lateral (select count(*) as number from matter m where {late}) n where n.number > 0
""")
BY_SUPERVISED: Final = _prepared("""
select k.supervised_id, count(*) from unnest(cast(:organs as uuid[])) o(id)
cross join lateral (
    select m.supervised_id from matter m where {late} order by m.next_due_on, m.id offset 0) k group by k.supervised_id
""")
OLDEST: Final = _prepared("""
with chosen as (
    select k.id, k.next_due_on from unnest(cast(:organs as uuid[])) o(id)
    cross join lateral (
        select m.id, m.next_due_on from matter m
        where {late} and (m.next_due_on, m.id) > (cast(:due as date), cast(:place as uuid))
        order by m.next_due_on, m.id limit :most) k
    order by k.next_due_on, k.id limit :most)
select m.id, m.title, m.number, m.supervised_name, m.organ_id, m.stage, m.next_due_on
from chosen c join matter m on m.city_id = :city and m.id = c.id order by c.next_due_on, c.id
""")
WEEK: Final = _prepared("""
select coalesce(sum(w.opened), 0)::bigint, coalesce(sum(w.closed), 0)::bigint, coalesce(sum(w.fell_due), 0)::bigint
from unnest(cast(:organs as uuid[])) o(id) cross join lateral (select
    (select count(*) from matter m where m.city_id = :city and m.organ_id = o.id
        and m.opened_on between :first and :last) as opened,
    (select count(*) from matter m where m.city_id = :city and m.organ_id = o.id
        and m.closed_on between :first and :last) as closed,
    (select count(*) from matter m where {late} and m.next_due_on between :due_first and :due_last) as fell_due) w
""")
NOWHERE: Final = UUID(int=0)
LONG_AGO: Final = date(1900, 1, 1)


class Late(NamedTuple):
    """An overdue matter as the database gives it."""

    id: UUID
    title: str
    number: str | None
    supervised_name: str
    organ_id: UUID
    stage: str
    due_on: date


def _values(work: Work, organs: Sequence[UUID]) -> dict[str, Any]:
    return {"city": work.city_id, "organs": list(organs), "today": work.today}


async def late_by_organ(work: Work, organs: Sequence[UUID]) -> dict[UUID, int]:
    """How many overdue matters each of the organs handles; those without any are left out."""
    return {row[0]: row[1] for row in await COUNT.fetch(work, _values(work, organs))}


async def late_by_supervised(work: Work, organs: Sequence[UUID]) -> dict[UUID, int]:
    """The same matters by the organ that is supervised in them."""
    return {row[0]: row[1] for row in await BY_SUPERVISED.fetch(work, _values(work, organs))}


async def oldest(
    work: Work, organs: Sequence[UUID], *, after: tuple[date, UUID] | None = None, most: int
) -> list[Late]:
    """Overdue matters of the organs, the longest overdue first, from behind a place on."""
    due, place = after or (LONG_AGO, NOWHERE)
    rows = await OLDEST.fetch(work, {**_values(work, organs), "due": due, "place": place, "most": most})
    return [Late(*row) for row in rows]


async def week(
    work: Work, organs: Sequence[UUID], days: tuple[date, date], due: tuple[date, date]
) -> tuple[int, int, int]:
    """Matters opened and closed between two days, and those still overdue whose end lay between two others."""
    values = {"first": days[0], "last": days[1], "due_first": due[0], "due_last": due[1]}
    ((opened, closed, fell_due),) = await WEEK.fetch(work, {**_values(work, organs), **values})
    return opened, closed, fell_due


async def keep_brief(work: Work, brief: Mapping[str, Any]) -> bool:
    """Keep the brief of a week, unless there is one. Returns whether it was kept."""
    statement = insert(WeeklyBrief).values(city_id=work.city_id, organ_id=work.organ_id, id=new_id(), **brief)
    made = await work.session.execute(statement.on_conflict_do_nothing().returning(WeeklyBrief.id))
    return made.scalar_one_or_none() is not None


async def kept_brief(work: Work, organ_id: UUID, first: date) -> WeeklyBrief | None:
    """The brief of an area and week as it was drafted, as far as the reader may see it."""
    query = select(WeeklyBrief).where(
        WeeklyBrief.city_id == work.city_id, WeeklyBrief.organ_id == organ_id, WeeklyBrief.first_day == first
    )
    return (await work.session.scalars(query)).one_or_none()
