"""What a supervision body enters for a plan."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ItemInput:
    """One item; `item_key` names an item of the version before, so that its matters stay with it."""

    mode: str
    field: str
    area: str
    from_month: int
    until_month: int
    office: str
    planned: int
    organ_ids: tuple[UUID, ...] = ()
    item_key: UUID | None = None
