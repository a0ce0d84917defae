"""How parts of an area are compared and where they stand on the tile map. Pure.

A rate is never shown without its two numbers. Below `LEAST_RANKED` cases it is not ranked, below `LEAST_SHOWN` it is no
rate at all (interface guide, principle 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol, TypeVar

LEAST_RANKED: Final = 30
LEAST_SHOWN: Final = 5
STEPS: Final = 5
"""Steps of the map's scale."""
WEEK: Final = timedelta(days=7)
MAP: Final = {
    "411081": (1, 1),
    "411082": (1, 2),
    "411003": (2, 1),
    "411002": (2, 2),
    "411024": (2, 3),
    "411025": (3, 1),
}
"""Division code → row and column: the six counties of Xuchang as they lie, three columns wide."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole` cases."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """With one decimal; None where the base is too small to speak of a rate."""
        return round(self.part * 100 / self.whole, 1) if self.whole >= LEAST_SHOWN else None

    @property
    def ranked(self) -> bool:
        return self.whole >= LEAST_RANKED


class Compared(Protocol):
    """Anything with a rate and a name."""

    @property
    def rate(self) -> Rate: ...
    @property
    def name(self) -> str: ...


C = TypeVar("C", bound=Compared)


def ordered(rows: Sequence[C]) -> list[C]:
    """Ranked ones first, the best on top; behind them, by their number of cases, those with too few to be ranked."""
    ranked = sorted((r for r in rows if r.rate.ranked), key=lambda r: (-r.rate.part / r.rate.whole, -r.rate.whole))
    return [*ranked, *sorted((r for r in rows if not r.rate.ranked), key=lambda r: -r.rate.whole)]


def shade(value: int, largest: int) -> int:
    """The step of the map's scale, 1 to 5, for a count: nothing is the lightest, the largest the darkest."""
    if value <= 0 or largest <= 0:
        return 1
    return 2 + (value * (STEPS - 1) - 1) // largest if value < largest else STEPS


def axis_start(values: Sequence[float]) -> int:
    """Where the axis of rates begins: the ten below the lowest one, so that differences can be seen."""
    return max(0, int(min(values, default=0) // 10) * 10)


def monday(day: date) -> date:
    """The first day of the week that a day lies in."""
    return day - timedelta(days=day.weekday())


def last_week(today: date) -> date:
    """The Monday of the latest week that is over."""
    return monday(today) - WEEK
