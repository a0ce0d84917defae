"""Computed cells from the product's own records: the figures of `reporting.figures`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from kernel.work import Work
from reporting.figures import catalogue, periods, service
from reporting.returns import opening
from reporting.returns.forms import CellRule
from reporting.returns.periods import Period
from tenants.organs.directory import directory


async def figures(work: Work, organ_id: UUID, period: Period, codes: Sequence[str]) -> Mapping[str, int]:
    """What the records give of the organ and of those that are counted with it, because they owe no return of their
    own. A code that the catalogue does not derive is left out, so that its cell is filled in by hand until it does; so
    are enforcement acts of a family of which no system ever sent any: a 0 would say that they did nothing.
    What is counted when asked is counted over all of them together."""
    span = periods.parse(period.key)
    organs = opening.counted_with(await directory(work), organ_id, period)
    given = [code for code in codes if _derived(code)]
    if any(_of_systems(code) for code in given):
        connected = await service.connected(work, organs)
        given = [code for code in given if not _of_systems(code) or service.family(code) in connected]
    added = [code for code in given if not _when_asked(code)]
    total = Counter(dict.fromkeys(added, 0))
    for member in organs:
        total.update(await service.values(work, member, span, added))
    return {**total, **await service.different(work, organs, span, [c for c in given if c not in total])}


def unsent(cells: Iterable[CellRule]) -> str:
    """What to do about cells that were not drawn, where no system ever sent an act of their kind; else empty."""
    if any(_of_systems(code) for cell in cells for code in cell.figures):
        return "没有接入这类数据，请按台账填写"
    return ""


def why_typed(cell: CellRule) -> str:
    """Why a cell has to be typed whatever is connected: no record holds it. Empty for others."""
    manual = [f for code in cell.figures if (f := catalogue.load().find(code)) and f.source == "manual"]
    return manual[0].rule if manual else ""


def _derived(code: str) -> bool:
    """Whether records give a figure at all."""
    found = catalogue.load().find(catalogue.split(code)[0])
    return found is not None and not found.is_ratio and found.source == "derived"


def _when_asked(code: str) -> bool:
    found = catalogue.load().find(catalogue.split(code)[0])
    return found is not None and found.when_asked


def _of_systems(code: str) -> bool:
    """Whether a figure is counted from records that another system sends."""
    found = catalogue.load().find(catalogue.split(code)[0])
    return found is not None and found.group == catalogue.ENFORCEMENT
