"""Computed cells from the product's own records: the figures of `reporting.figures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel.work import Work
from reporting.figures import catalogue, periods, service
from reporting.returns.periods import Period


async def figures(work: Work, organ_id: UUID, period: Period, codes: Sequence[str]) -> Mapping[str, int]:
    """What the records of the organ alone give. A code that the catalogue does not derive is left out, so that its
    cell is filled in by hand until it does."""
    return await service.values(work, organ_id, periods.parse(period.key), [c for c in codes if _derived(c)])


def _derived(code: str) -> bool:
    found = catalogue.load().find(catalogue.split(code)[0])
    return found is not None and found.kind != "rate" and found.source != "manual"
