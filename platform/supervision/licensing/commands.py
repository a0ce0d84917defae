"""What is entered into licensing: one frozen struct for each kind of entry."""

from __future__ import annotations

from uuid import UUID

import msgspec


class ApplyInput(msgspec.Struct, frozen=True, kw_only=True):
    """An application for a certificate. `kind`: enforcement or supervision; `purpose`: first, renewal or replacement;
    `areas`: business lines, left out: those of the officer's file."""

    officer_id: UUID
    kind: str
    purpose: str
    areas: tuple[str, ...] = ()
