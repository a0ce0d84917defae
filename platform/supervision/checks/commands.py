"""What a list of hits shows."""

from __future__ import annotations

from uuid import UUID

import msgspec


class HitFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`state`: open, clue, matter, dismissed, cleared. The others empty: all."""

    state: str = "open"
    severity: str = ""
    rule: str = ""
    organ_id: UUID | None = None
