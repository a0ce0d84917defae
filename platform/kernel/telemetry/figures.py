"""Durations that a process counts while it works, and what it can say of itself at a moment.

Counting is one dictionary look-up and one addition. A snapshot is plain JSON, so that it can travel through the
database to whichever process is asked for the metrics.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds; what took longer stands in one more place."""
MOST_KEYS: Final = 2_000
"""Routes are few; whatever would make them many is counted together."""
OTHER: Final = "other"


@dataclass(slots=True)
class Durations:
    """A histogram for each combination of labels."""

    labels: tuple[str, ...]
    counts: dict[tuple[str, ...], list[float]] = field(default_factory=dict)
    """For each combination: how many fell below each bound, how many were longer, and the sum of the seconds."""

    def observe(self, key: tuple[str, ...], seconds: float) -> None:
        found = self.counts.get(key)
        if found is None:
            if len(self.counts) >= MOST_KEYS:
                key = (OTHER,) * len(self.labels)
            found = self.counts.setdefault(key, [0.0] * (len(BOUNDS) + 2))
        found[bisect_left(BOUNDS, seconds)] += 1
        found[-1] += seconds


REQUESTS: Final = Durations(("method", "route", "status"))
JOBS: Final = Durations(("job", "result"))
GAUGES: Final[dict[str, Callable[[], float]]] = {}
"""What is asked for at the moment of a snapshot, by name."""
FACTS: Final[dict[str, Callable[[], Any]]] = {}
"""Further JSON that a process says of itself: the scheduler its schedule."""


def watch_pool(engine: AsyncEngine) -> None:
    """Tell of the engine's connections from now on."""
    pool: Any = engine.pool
    GAUGES["pool_connections"] = lambda: max(0, pool.checkedin() + pool.checkedout())
    GAUGES["pool_in_use"] = pool.checkedout
    GAUGES["pool_limit"] = lambda: pool.size() * 2


def snapshot() -> dict[str, Any]:
    """Everything that this process counted since it started."""
    return {
        "requests": _rows(REQUESTS),
        "jobs": _rows(JOBS),
        "gauges": {name: float(ask()) for name, ask in GAUGES.items()},
        "facts": {name: ask() for name, ask in FACTS.items()},
    }


def _rows(durations: Durations) -> list[list[Any]]:
    return [[list(key), list(found)] for key, found in list(durations.counts.items())]
