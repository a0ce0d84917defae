"""Keeping figures exact: the fold, the dated tree, the recount that proves them and raises the alarm."""

from __future__ import annotations

import time
from datetime import date
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from kernel.telemetry.figures import GAUGES
from kernel.wording import format_count
from kernel.work import Work
from reporting.figures import links, periods, repository, rules
from reporting.figures.sources import SOURCES
from reporting.figures.views import CheckView
from supervision.deadlines import notices
from tenants.organs.directory import Directory, directory, directory_on
from tenants.organs.repository import VERSION

BATCH: Final = 20_000
"""Deltas that one transaction folds."""
MOST_NAMED: Final = 20
"""Differing cells that an alarm names; all of them are counted."""
_FOLLOWED: WeakKeyDictionary[Engine | Connection, dict[UUID, tuple[int, date]]] = WeakKeyDictionary()
"""Per database and city: the version of the tree that the links follow, and the day."""


async def fold(work: Work) -> int:
    """Follow the tree, then merge waiting deltas into the counters; what is left over is for a job of its own.

    Returns how many deltas were merged. For the system tenancy.
    """
    await follow_tree(work)
    folded = await repository.fold(work, BATCH)
    if folded == BATCH:
        work.enqueue("fold_figures", {})
    return folded


async def follow_tree(work: Work) -> int:
    """Bring links, readers and counters to the tree of organs as it is today. Returns how many cells moved.

    A month is counted along the tree of its last day, the present month along that of today. For the system tenancy.
    """
    tree = await directory(work)
    here = _FOLLOWED.setdefault(work.trip.home, {})
    mark = (work.versions.get(VERSION, 0), work.today)
    if here.get(work.city_id) == mark:
        return 0
    held = await repository.links(work)
    now = rules.members(tree.supervision)
    wanted = rules.advance(held, now, tree.supervision) if held else await _history(work, tree)
    moved = await repository.relink(work, wanted, rules.readers(tree.supervision, now))
    if held and wanted != held:
        title = f"统计口径随单位变化调整：{format_count(moved, '项')}"
        work.record("follow_tree", "statistics", None, title=title, article="11(5)", detail={"cells": moved})
    if mark[0] >= 0:
        here[work.city_id] = mark
    return moved


async def _history(work: Work, tree: Directory) -> set[links.Link[UUID]]:
    """The links of a city that has none: its tree before, and from each month in which an organ ended."""
    months = rules.turning_months(tree.facts.values(), work.today)
    seen: dict[int, set[links.Member[UUID]]] = {}
    before = min((o.valid_to for o in tree.facts.values() if o.valid_to is not None), default=work.today)
    days = {links.BEGINNING: date.fromordinal(before.toordinal() - 1) if months else work.today}
    days |= {m: min(periods.Period(m // 100, "month", m % 100).last_day, work.today) for m in months}
    for month, day in days.items():
        seen[month] = rules.members((await directory_on(work, day)).supervision)
    return rules.history(seen)


async def recount(work: Work, *, repair: bool = False) -> list[CheckView]:
    """Prove all figures of the city against the records and the tree, in one snapshot; the result is kept.

    A difference is audited, told to the city's system administrators and shown by a metric; with `repair` it is put
    right. Returns the cells that differ. For the system tenancy.
    """
    began = time.monotonic()
    cells, found = await repository.differing(work, SOURCES)
    wrong = [
        CheckView(**{name: row[name] for name in CheckView.__struct_fields__})
        for row in found
        if row["organ_id"] is not None
    ]
    await repository.remember(work, cells, len(wrong), int((time.monotonic() - began) * 1000))
    GAUGES["figures_differing"] = lambda: float(len(wrong))
    if wrong:
        await _alarm(work, cells, wrong)
        if repair:
            await _repair(work, wrong)
    return wrong


async def _alarm(work: Work, cells: int, wrong: list[CheckView]) -> None:
    tree = await directory(work)
    title = f"统计数字与记录不一致：核对{format_count(cells, '项')}，{format_count(len(wrong), '项')}不符"
    named = [f"{tree.short(c.organ_id)} {c.indicator} {c.month}：记录 {c.counted}，统计 {c.kept}" for c in wrong]
    detail = {"cells": cells, "differing": len(wrong), "first": named[:MOST_NAMED]}
    work.record("recount_figures", "statistics", None, title=title, result="failed", article="11(5)", detail=detail)
    for top in tree.children(None):
        await notices.notify(
            work,
            top.id,
            kind="overdue",
            title=title,
            body="；".join(named[:3]),
            link="/admin/status",
            roles=("system_admin",),
            article="11(5)",
        )


async def _repair(work: Work, wrong: list[CheckView]) -> None:
    lacking = [
        {
            "organ_id": c.organ_id,
            "indicator": c.indicator,
            "slice": c.slice,
            "month": c.month,
            "amount": c.counted - c.kept,
        }
        for c in wrong
        if c.reach == "own"
    ]
    await repository.repair(work, lacking)
    title = f"按记录更正统计数字：{format_count(len(wrong), '项')}"
    work.record("repair_figures", "statistics", None, title=title, article="11(5)", detail={"cells": len(wrong)})
