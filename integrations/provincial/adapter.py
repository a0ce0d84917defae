"""What this product needs of a provincial platform. The real one, whose interface is not public, can be another
implementation; `client` implements our own contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from integrations.provincial.messages import (
    BucketList,
    Handed,
    Item,
    PulledPage,
    Receipt,
    Summary,
)


class Adapter(Protocol):
    """Every method raises Unreachable or Untrusted."""

    async def changes(self, kind: str, after: str, limit: int) -> PulledPage:
        """The next page of changes of a kind, whole: half a page is Unreachable."""

    async def items(self, kind: str, ids: Sequence[str]) -> list[Item]:
        """The newest versions of exactly these; at most EXACT."""

    async def summary(self, direction: str, kind: str) -> Summary: ...

    async def bucket(self, direction: str, kind: str, bucket: str) -> BucketList: ...

    async def push(self, items: Sequence[Handed]) -> list[Receipt]:
        """Hand in; at most PAGE. Receipts may be missing for some."""
