"""Likely duplicates among clues: one complaint often comes through several channels (Art. 17).

The score is only a hint. An officer compares the texts and decides whether to merge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

from kernel.search import fold

K = TypeVar("K")


class Likeness(NamedTuple, Generic[K]):
    """A stored clue that may be the same as a new one; `score` from 0 to 100."""

    key: K
    score: float


def normalise(text: str) -> str:
    """`text` without punctuation and spaces, half-width and lower case: what two copies have in common."""
    return "".join(char for char in fold(text) if char.isalnum())


def similarity(a: str, b: str) -> float:
    """How alike two texts are, 0 to 100; 0 when one of them is empty after normalising."""
    left, right = normalise(a), normalise(b)
    if not left or not right:
        return 0.0
    # Loaded with the first comparison: it would hold up every start.
    from rapidfuzz import fuzz

    return float(fuzz.ratio(left, right))


def is_likely_duplicate(score: float, threshold: float) -> bool:
    """Whether a score reaches the threshold of the rule book."""
    return score >= threshold


def likely_duplicates(text: str, others: Iterable[tuple[K, str]], *, threshold: float, limit: int) -> list[Likeness[K]]:
    """At most `limit` of `others` that reach the threshold, most alike first."""
    scored = (Likeness(key, similarity(text, other)) for key, other in others)
    found = [item for item in scored if is_likely_duplicate(item.score, threshold)]
    return sorted(found, key=lambda item: item.score, reverse=True)[:limit]
