"""What the simulated province does wrong, on purpose and by chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")
Share = Annotated[float, Meta(ge=0, le=1)]


class Faults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each a share of exchanges from 0 to 1, and two times in seconds."""

    latency: Annotated[float, Meta(ge=0, le=60)] = 0.0
    """Before every answer."""
    timeout: Share = 0.0
    """The answer comes only after `timeout_seconds`; what was handed in has been taken."""
    timeout_seconds: Annotated[float, Meta(ge=0, le=120)] = 30.0
    error_before: Share = 0.0
    """503 and nothing taken."""
    error_after: Share = 0.0
    """500, although everything was taken."""
    wrong_signature: Share = 0.0
    half: Share = 0.0
    """Half of a page's items, half of a batch's receipts, half of the bytes."""
    duplicate: Share = 0.0
    """Items of a page come twice."""
    reorder: Share = 0.0
    """Items of a page come in any order, older versions after newer ones."""
    seed: int = 0


PLENTY = Faults(
    latency=0.0, timeout=0.01, timeout_seconds=1.0, error_before=0.08, error_after=0.08, wrong_signature=0.05,
    half=0.1, duplicate=0.3, reorder=0.3,
)  # fmt: skip
"""Every fault at once, for drills."""


class Dice:
    """Decides by chance, the same for the same seed."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._random = random.Random(faults.seed)  # noqa: S311 (no secret)

    def hits(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def disturbed(self, items: Sequence[T]) -> list[T]:
        """The items of a page, some twice or in another order."""
        found = list(items)
        if self.hits(self.faults.duplicate):
            found += self._random.sample(found, len(found) // 2)
        if self.hits(self.faults.reorder):
            self._random.shuffle(found)
        return found
