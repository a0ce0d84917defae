"""Statements over counters, unfolded deltas and the dated tree. Each is one statement, so one snapshot: a delta is
seen either by itself or in its counter, never twice and never not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import insert, select, text

from kernel.ids import new_id
from kernel.rows import Prepared
from kernel.work import Work
from reporting.figures.links import LINE, Link
from reporting.figures.models import FigureCheck, FigureLink

REACHES: Final = ("own", "tree", "line")
TOTALS: Final = Prepared(
    text("select indicator, slice, amount from guard.figure_totals(:organ, :reach, :codes, :stocks, :first, :last)")
)
# The deltas lead: there are few or none of them, and each asks its own links.
_BELOW = """(d.organ_id = {organ} or (exists (
    select from figure_link l where l.city_id = d.city_id and l.reach = :reach and l.ancestor_id = {organ}
    and l.organ_id = d.organ_id and d.month >= l.from_month and d.month < l.until_month offset 0)))"""
_MONTHLY = """
select indicator, slice, month, sum(amount)::bigint from (
    select c.indicator, c.slice, greatest(c.month, :first - 1) as month, c.amount from figure_counter c
    where c.city_id = :city and c.organ_id = :organ and c.reach in ('own', :reach) and c.month <= :last
        and (c.month >= :first or c.indicator = any(:stocks)) and c.indicator = any(:codes)
    union all
    select d.indicator, d.slice, greatest(d.month, :first - 1), d.amount from figure_delta d
    where d.city_id = :city and d.month <= :last and (d.month >= :first or d.indicator = any(:stocks))
        and d.indicator = any(:codes) and {below}
) x group by indicator, slice, month
"""
_LEVEL = """
select organ_id, slice, sum(amount)::bigint from (
    select c.organ_id, c.slice, c.amount from figure_counter c
    where c.city_id = :city and c.organ_id = any(cast(:organs as uuid[])) and c.reach in ('own', :reach)
        and c.month between :first and :last and c.indicator = :code
    union all
    select o.id, d.slice, d.amount from figure_delta d, unnest(cast(:organs as uuid[])) o(id)
    where d.city_id = :city and d.month between :first and :last and d.indicator = :code and {below}
) x group by organ_id, slice
"""
MONTHLY: Final = Prepared(text(_MONTHLY.format(below=_BELOW.format(organ=":organ"))))
LEVEL: Final = Prepared(text(_LEVEL.format(below=_BELOW.format(organ="o.id"))))


@dataclass(frozen=True, slots=True)
class Asked:
    """Indicators and months (202603), both ends included; of those that are `stocks` all months up to the last."""

    codes: Sequence[str]
    stocks: Sequence[str]
    first: int
    last: int

    def values(self, work: Work, organ_id: UUID, reach: str) -> dict[str, Any]:
        return {
            "city": work.city_id,
            "organ": organ_id,
            "reach": reach,
            "first": self.first,
            "last": self.last,
            "codes": list(self.codes),
            "stocks": list(self.stocks),
        }


async def totals(work: Work, organ_id: UUID, reach: str, asked: Asked) -> dict[tuple[str, str], int]:
    """Indicator and slice → the sum over the months."""
    rows = await TOTALS.fetch(work, asked.values(work, organ_id, reach))
    return {(code, part): amount for code, part, amount in rows}


async def monthly(work: Work, organ_id: UUID, reach: str, asked: Asked) -> dict[tuple[str, str, int], int]:
    """Indicator, slice and month → amount; what stocks gathered before the first month stands in the month before."""
    rows = await MONTHLY.fetch(work, asked.values(work, organ_id, reach))
    return {(code, part, month): amount for code, part, month, amount in rows}


async def level(
    work: Work, organ_ids: Sequence[UUID], reach: str, code: str, months: tuple[int, int]
) -> dict[tuple[UUID, str], int]:
    """Organ and slice → the sum of one indicator over the months (first, last), of several organs at once."""
    values = {
        "city": work.city_id,
        "organs": list(organ_ids),
        "reach": reach,
        "code": code,
        "first": months[0],
        "last": months[1],
    }
    return {(organ_id, part): amount for organ_id, part, amount in await LEVEL.fetch(work, values)}


async def links(work: Work) -> set[Link[UUID]]:
    """The dated tree as it is kept."""
    rows = await work.session.execute(
        select(
            FigureLink.reach, FigureLink.ancestor_id, FigureLink.organ_id, FigureLink.from_month, FigureLink.until_month
        ).where(FigureLink.city_id == work.city_id)
    )
    return {Link(*row) for row in rows}


async def line_pairs(work: Work, ancestors: Sequence[UUID], month: int) -> set[tuple[UUID, UUID]]:
    """(ancestor, organ) of every membership of the line of several organs in a month."""
    query = select(FigureLink.ancestor_id, FigureLink.organ_id).where(
        FigureLink.city_id == work.city_id,
        FigureLink.reach == LINE,
        FigureLink.ancestor_id.in_(ancestors),
        FigureLink.from_month <= month,
        FigureLink.until_month > month,
    )
    return {(row[0], row[1]) for row in await work.session.execute(query)}


async def relink(work: Work, wanted: Iterable[Link[UUID]], readers: Iterable[tuple[UUID, UUID]]) -> int:
    """Bring the dated tree, and the counters with it, to `wanted`. Returns how many cells moved."""
    names = ("reach", "ancestor_id", "organ_id", "from_month", "until_month")
    moved = await work.session.scalar(
        text("select guard.figure_relink(cast(:links as jsonb), cast(:readers as jsonb))"),
        {
            "links": _json(dict(zip(names, link, strict=True)) for link in wanted),
            "readers": _json({"viewer_id": viewer, "organ_id": organ} for viewer, organ in readers),
        },
    )
    return int(moved or 0)


async def fold(work: Work, most: int) -> int:
    """Merge up to `most` deltas of the city into the counters. Returns how many there were."""
    return int(await work.session.scalar(text("select guard.figure_fold(:most)"), {"most": most}) or 0)


async def differing(work: Work, sources: Sequence[str]) -> tuple[int, list[dict[str, Any]]]:
    """How many cells there are, and those that do not agree: own figures with the records of the sources, those above
    with the own figures below them. For the system tenancy, in one snapshot."""
    counted = " union all ".join(COUNTED.format(source=source) for source in sources)
    rows = (await work.session.execute(text(RECOUNT.format(counted=counted)), {"city": work.city_id})).mappings().all()
    return (rows[0]["cells"] if rows else 0), [dict(row) for row in rows if row["counted"] != row["kept"]]


COUNTED: Final = "select * from guard.figure_{source}_facts()"
RECOUNT: Final = """
with records as (
    select organ_id, indicator, slice, month, sum(amount)::bigint as amount from ({counted}) f group by 1, 2, 3, 4),
kept as materialized (select * from guard.figure_kept()),
own as (
    select organ_id, indicator, slice, month, sum(amount)::bigint as amount
    from kept where reach in ('own', 'delta') group by 1, 2, 3, 4),
spread as (
    select l.ancestor_id as organ_id, l.reach, k.indicator, k.slice, k.month, sum(k.amount)::bigint as amount
    from kept k join figure_link l on l.city_id = :city and l.organ_id = k.organ_id
        and k.month >= l.from_month and k.month < l.until_month
    where k.reach = 'own' group by 1, 2, 3, 4, 5),
cells as (
    select coalesce(r.organ_id, o.organ_id) as organ_id, 'own' as reach, coalesce(r.month, o.month) as month,
        coalesce(r.indicator, o.indicator) as indicator, coalesce(r.slice, o.slice) as slice,
        coalesce(r.amount, 0) as counted, coalesce(o.amount, 0) as kept
    from records r full join own o on (o.organ_id, o.indicator, o.slice, o.month)
        = (r.organ_id, r.indicator, r.slice, r.month)
    union all
    select coalesce(s.organ_id, k.organ_id), coalesce(s.reach, k.reach), coalesce(s.month, k.month),
        coalesce(s.indicator, k.indicator), coalesce(s.slice, k.slice), coalesce(s.amount, 0), coalesce(k.amount, 0)
    from spread s full join (select * from kept where reach not in ('own', 'delta')) k
        on (k.organ_id, k.reach, k.indicator, k.slice, k.month) = (s.organ_id, s.reach, s.indicator, s.slice, s.month)),
total as (select count(*) as cells from cells)
select total.cells, c.organ_id, c.reach, c.month, c.indicator, c.slice, c.counted, c.kept
from total left join cells c on c.counted <> c.kept order by c.reach, c.organ_id, c.indicator, c.slice, c.month
"""


async def repair(work: Work, lacking: Iterable[dict[str, Any]]) -> int:
    """Bring own figures to the records by deltas, and sum up those above anew. Returns the number of deltas."""
    written = await work.session.scalar(
        text("select guard.figure_repair(cast(:lacking as jsonb))"), {"lacking": _json(lacking)}
    )
    return int(written or 0)


async def remember(work: Work, cells: int, differing: int, milliseconds: int) -> None:
    """Keep the result of a recount."""
    await work.session.execute(
        insert(FigureCheck).values(
            city_id=work.city_id, id=new_id(), checked_at=work.now, cells=cells, differing=differing,
            milliseconds=milliseconds,
        )
    )  # fmt: skip


async def last_check(work: Work) -> FigureCheck | None:
    query = select(FigureCheck).where(FigureCheck.city_id == work.city_id).order_by(FigureCheck.checked_at.desc())
    return (await work.session.scalars(query.limit(1))).one_or_none()


def _json(rows: Iterable[Any]) -> str:
    return msgspec.json.encode(list(rows)).decode()
