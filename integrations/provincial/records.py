"""Enforcement records from the province (Art. 11(5)): they wait in the inbox until a register of records takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from integrations.links.taking import Incoming
from kernel.work import Work

CONNECTED: Final = False
"""Whether a register takes them; without one the inbox keeps them whole, as arrivals that wait."""


async def take(_work: Work, _link_id: UUID, _kind: str, _things: Sequence[Incoming]) -> dict[tuple[str, int], str]:
    """Hand a page over; returns id and version → why it was refused, or nothing, of those that were worked."""
    return {}
