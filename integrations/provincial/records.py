"""Enforcement records from the province go into the register of records (Art. 11(5)), which keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from integrations.links.taking import Incoming
from kernel.work import Work
from supervision.records import service as records

SOURCE: Final = "province"


async def take(work: Work, _link_id: UUID, _kind: str, things: Sequence[Incoming]) -> dict[tuple[str, int], str]:
    """Hand a page over. What the register cannot take waits in its quarantine, with field and reason, so here every
    record counts as taken."""
    lines = [
        msgspec.json.encode({**one.payload, "external_id": one.external_id, "version": one.version}) for one in things
    ]
    await records.take_batch(work, source=SOURCE, records=lines)
    return {(one.external_id, one.version): "" for one in things}
