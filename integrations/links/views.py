"""Links as pages and the API show them. No view holds a key, a payload or a name of a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class LinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. `breaker`: closed, open or half_open; `oldest_at`: since when the oldest parcel waits."""

    id: UUID
    kind: str
    name: str
    state: str
    breaker: str
    last_success_at: datetime | None
    last_error: str
    last_error_at: datetime | None
    waiting: int
    oldest_at: datetime | None
    dead: int
    refused_in: int
    differences: int


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last comparison of a kind in a direction."""

    kind: str
    direction: str
    at: datetime
    ours: int
    theirs: int
    equal: bool
    differences: int


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """One link."""

    row: LinkRow
    address: str
    suite: str
    key_id: str
    public: str
    """Our SM2 public key; empty for a shared key."""
    peer_known: bool
    seconds: int
    failures: int
    open_until: datetime | None
    version: int
    checks: list[CheckRow]
    startable: list[str]
    """What can be started by hand: pull, compare, repair."""
    pulls: bool
    """A hotline that is asked for its orders."""


class ParcelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel without what it carries."""

    id: UUID
    kind: str
    state: str
    attempts: int
    error: str
    number: str
    """The other side's receipt."""
    posted_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None


class ArrivalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One arrival without what it carries."""

    id: UUID
    kind: str
    external_id: str
    version: int
    state: str
    error: str
    arrived_at: datetime


class DifferenceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `about` and `fields` (label, ours, theirs) only for who may settle it."""

    id: UUID
    kind: str
    direction: str
    external_id: str
    what: str
    state: str
    about: str
    fields: list[tuple[str, str, str]]
    found_at: datetime
