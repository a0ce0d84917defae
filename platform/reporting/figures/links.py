"""Links of the dated tree: in whose figures an organ's facts of which months are counted. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

BEGINNING: Final = 0
FOREVER: Final = 999912
"""Months before and after every other; a link without an end runs to `FOREVER`, exclusively."""
TREE: Final = "tree"
LINE: Final = "line"


class Member(NamedTuple, Generic[K]):
    """`organ` counts in the figures of `ancestor`."""

    reach: str
    ancestor: K
    organ: K


class Link(NamedTuple, Generic[K]):
    """A membership in the months from `since` to before `until`."""

    reach: str
    ancestor: K
    organ: K
    since: int
    until: int

    @property
    def member(self) -> Member[K]:
        return Member(self.reach, self.ancestor, self.organ)
