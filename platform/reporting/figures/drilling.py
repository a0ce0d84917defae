"""A figure opened: to the level below, and in the end to its records, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from kernel.errors import Invalid
from kernel.work import Work
from reporting.figures import asked, catalogue, reading, repository, rules
from reporting.figures.links import TREE
from reporting.figures.periods import Period
from reporting.figures.permission import permit
from reporting.figures.sources import RECORDS, Record, facts_of
from reporting.figures.views import LevelRow, LevelView, RecordRow, RecordsView
from tenants.access import Target, consider
from tenants.organs.directory import Directory

SEEN: Final = """
(select r.id, {title} as title, {number} as number, {href} as href, {owner} as owner_id, '{kind}' as kind,
    {supervised} as supervised_id, {relation} as relation, f.day, f.amount
from {table} r cross join lateral (
    select max(n.day) as day, sum(n.amount) as amount from (
{facts}
    ) as n(organ_id, indicator, slice, day, amount)
    where n.organ_id = :organ and n.indicator = :indicator and (:slice = '' or n.slice = :slice)
        and n.day between :first and :last
) as f
where r.city_id = :city and r.{near} = :organ and f.amount <> 0
    and (cast(:after as uuid) is null or r.id < cast(:after as uuid))
order by r.id desc limit :most)
"""
MERGED: Final = "select * from ({selects}) found order by id desc limit :most"
FIRST_DAY: Final = "1990-01-01"


async def drill(work: Work, code: str, organ_id: UUID, period: Period, *, reach: str = "tree") -> LevelView:
    """One figure by the organs directly below, largest first, with what the organ has of its own. By the tree the rows
    add up to the total: what belongs to organs that have left is a remainder. Raises NotFound, Denied, Invalid."""
    tree = await permit(work, organ_id)
    indicator = reading.known(code)
    reach = "own" if indicator.when_asked else reach
    total = (await reading.values(work, organ_id, period, [code], reach=reach))[code]
    own = (await reading.values(work, organ_id, period, [code]))[code] if reach != "own" else total
    rows = [LevelRow(organ_id=organ_id, organ_name=tree.name(organ_id), value=own, own=True)]
    if reach != "own":
        below = rules.next_level(tree.supervision, organ_id, reach)
        found = await _below(work, tree, below, code, period, reach=reach)
        rows += sorted(found, key=lambda row: -row.value)
        rest = total - sum(row.value for row in rows)
        if reach == TREE and rest:
            rows.append(LevelRow(organ_id=None, organ_name="已调整到其他单位的部分", value=rest))
    return LevelView(
        code=code,
        name=await reading.named(work, code),
        unit=indicator.unit,
        organ_id=organ_id,
        organ_name=tree.name(organ_id),
        period=period.code,
        period_label=period.label,
        reach=reach,
        total=total,
        rows=rows,
    )


async def _below(
    work: Work, tree: Directory, organs: list[UUID], code: str, period: Period, *, reach: str
) -> list[LevelRow]:
    indicator, (name, part) = reading.known(code), catalogue.split(code)
    found = await repository.level(work, organs, reach, name, catalogue.months_of(indicator, period))
    sums: dict[UUID, int] = dict.fromkeys(organs, 0)
    for (organ, piece), value in found.items():
        if not part or piece == part:
            sums[organ] += value
    living = [o for o in organs if sums[o] or tree.facts[o].alive_on(tree.on)]
    order = {o: (tree.get(o).sort_key, tree.get(o).name) for o in living}
    return [LevelRow(organ_id=o, organ_name=tree.name(o), value=sums[o]) for o in sorted(living, key=order.__getitem__)]


async def records(
    work: Work, code: str, organ_id: UUID, period: Period, *, after: UUID | None = None, limit: int = 50
) -> RecordsView:
    """The records behind an organ's own figure, newest first, that the reader may see: those in its read scope, and of
    them those that policy opens to it. Raises NotFound, Denied, and Invalid for a figure that opens to no records."""
    tree = await permit(work, organ_id)
    indicator = reading.known(code)
    kinds = [RECORDS[name] for name in indicator.records.split()]
    if not kinds:
        raise Invalid("这个指标没有可以逐条查看的记录。", field="code")
    total = (await reading.values(work, organ_id, period, [code]))[code]
    limit = max(1, min(limit, 100))
    rows = await _seen(work, kinds, code, organ_id, period, after=after, most=limit + 1)
    more = len(rows) > limit
    by_kind = {kind.kind: kind for kind in kinds}
    shown, verdicts = [], dict[tuple[Any, ...], bool]()
    for row in rows[:limit]:
        key = (by_kind[row["kind"]], row["owner_id"], row["supervised_id"], row["relation"])
        if key not in verdicts:
            verdicts[key] = await _open(work, *key)
        if verdicts[key]:
            shown.append(_row(row, tree))
    return RecordsView(
        code=code,
        name=await reading.named(work, code),
        total=total,
        rows=shown,
        next=str(rows[limit - 1]["id"]) if more else "",
    )


async def _seen(
    work: Work, kinds: list[Record], code: str, organ_id: UUID, period: Period, *, after: UUID | None, most: int
) -> list[Mapping[str, Any]]:
    indicator, (name, part) = reading.known(code), catalogue.split(code)
    selects = " union all ".join(
        SEEN.format(
            title=kind.title, number=kind.number, href=kind.href, owner=kind.owner, kind=kind.kind,
            supervised=kind.supervised, relation=kind.relation, table=kind.table, near=kind.near,
            facts=asked.FACTS.get(code) or facts_of(kind.table),
        )
        for kind in kinds
    )  # fmt: skip
    statement = text(MERGED.format(selects=selects))
    first = FIRST_DAY if indicator.kind == "stock" else period.first_day.isoformat()
    values = {
        "city": work.city_id, "organ": organ_id, "indicator": name, "slice": part, "first": first,
        "last": period.last_day.isoformat(), "after": str(after) if after else None, "most": most,
        **(await asked.parameters(work, period) if code in asked.FACTS else {}),
    }  # fmt: skip
    return [dict(row) for row in (await work.session.execute(statement, values)).mappings()]


async def _open(work: Work, kind: Record, owner: UUID, supervised: UUID | None, relation: str | None) -> bool:
    if work.actor is None:
        return True
    target = Target(owner_id=owner, supervised_id=supervised, relation=relation)
    if kind.apart:
        target = Target(owner_id=owner) if owner == work.organ_id else Target(supervised_id=supervised)
    verdict, _ = await consider(work, kind.kind, kind.action, target)
    return verdict.allowed


def _row(row: Mapping[str, Any], tree: Directory) -> RecordRow:
    return RecordRow(
        id=row["id"],
        title=row["title"] or "",
        number=row["number"] or "",
        organ_name=tree.name(row["owner_id"]),
        day=row["day"],
        amount=row["amount"],
        href=row["href"],
    )
