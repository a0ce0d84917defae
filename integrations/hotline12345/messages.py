"""What the hotline and we say to each other. Version 1 of our own contract: there is no public one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

Line = Annotated[str, msgspec.Meta(max_length=300)]
Prose = Annotated[str, msgspec.Meta(max_length=4000)]


class Caller(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who called, where he said so."""

    name: Annotated[str, msgspec.Meta(max_length=60)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=60)] = ""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A work order, or that it is withdrawn. `version` grows with each change; `organ` is the full or short name of the
    organ complained of, or its credit code; `due_on` the term that the hotline sets, where it sets one."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    action: Literal["order", "withdraw"] = "order"
    kind: Literal["urgent", "query", "complaint", "business"] = "complaint"
    title: Line = ""
    content: Prose = ""
    organ: Line = ""
    place: Line = ""
    happened_on: date | None = None
    ordered_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    due_on: date | None = None
    caller: Caller = Caller()
    reason: Line = ""
    """Of a withdrawal."""


class Taken(msgspec.Struct, frozen=True):
    """Our answer to an order. `outcome`: new, updated, repeated, late."""

    number: str
    version: int
    outcome: str


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Orders that we pull, in the order in which they were made or changed; `cursor` is where to go on."""

    orders: list[Order]
    cursor: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of an order. `seq` counts from 1 without a gap; nothing follows after `final`."""

    key: str
    number: str
    seq: int
    event: str
    label: str
    words: str
    at: datetime
    final: bool


class Reports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reports: list[Report]


class Receipt(msgspec.Struct, frozen=True):
    """The hotline's answer for one report: received (also the second time), or refused with the reason."""

    key: str
    outcome: Literal["received", "refused"]
    error: str = ""


class Receipts(msgspec.Struct, frozen=True):
    receipts: list[Receipt]
