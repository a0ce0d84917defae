"""Where computed cells come from: one function that knows the figures of an organ's records.

The figures of the product register themselves here; without them every cell is filled in by hand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from kernel.work import Work
from reporting.returns.periods import Period

Source = Callable[[Work, UUID, Period, Sequence[str]], Awaitable[Mapping[str, int]]]
"""(work, organ, period, figure codes) → whole numbers; a code that it does not know is left out."""

_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Draw figures from `source` too; of several that know a code the last one wins."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def forget(source: Source) -> None:
    """Undo `register`."""
    _SOURCES.remove(source)


async def figures(work: Work, organ_id: UUID, period: Period, codes: Sequence[str]) -> dict[str, int]:
    """What the records of one organ give for a period, as far as any source knows it."""
    found: dict[str, int] = {}
    for source in _SOURCES:
        found.update(await source(work, organ_id, period, codes))
    return found
