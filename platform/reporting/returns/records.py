"""Computed cells from the product's own records: the figures of `reporting.figures`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel.work import Work
from reporting.figures import catalogue, periods, service
from reporting.returns import opening
from reporting.returns.periods import Period
from tenants.organs.directory import directory


async def figures(work: Work, organ_id: UUID, period: Period, codes: Sequence[str]) -> Mapping[str, int]:
    """What the records give of the organ and of those that are counted with it, because they owe no return of their
    own. A code that the catalogue does not derive is left out, so that its cell is filled in by hand until it does; so
    are enforcement acts of organs that no system is connected for: a 0 would say that they did nothing.
    What goes by different organs or persons is counted over all of them together."""
    span = periods.parse(period.key)
    organs = opening.counted_with(await directory(work), organ_id, period)
    connected = any(_of_systems(code) for code in codes) and await service.connected(work, organs)
    kinds = {code: kind for code in codes if (kind := _kind(code)) and (connected or not _of_systems(code))}
    added = [code for code, kind in kinds.items() if kind != "distinct"]
    total = Counter(dict.fromkeys(added, 0))
    for member in organs:
        total.update(await service.values(work, member, span, added))
    return {**total, **await service.different(work, organs, span, [c for c in kinds if c not in total])}


def _kind(code: str) -> str:
    """flow, stock or distinct; empty for what no record gives."""
    found = catalogue.load().find(catalogue.split(code)[0])
    return "" if found is None or found.kind == "rate" or found.source == "manual" else found.kind


def _of_systems(code: str) -> bool:
    """Whether a figure is counted from records that another system sends."""
    found = catalogue.load().find(catalogue.split(code)[0])
    return found is not None and found.group == catalogue.ENFORCEMENT
