"""Channels, proposals and pooled figures as pages and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec


class Complained(msgspec.Struct, frozen=True, kw_only=True):
    """What the author of a complaint is told, once: who handles it, and until when he hears whether it is taken up."""

    organ: str
    code: str
    accept_by: date


class ComplaintProgress(msgspec.Struct, frozen=True, kw_only=True):
    """What the author of a complaint reads with his code."""

    received_at: datetime
    organ: str
    state_label: str
    sentence: str
    answer: str
    answered_at: datetime | None


class SupervisorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A social supervisor of the register."""

    id: UUID
    version: int
    name: str
    identity_label: str
    workplace: str
    area: str
    contact_mask: str
    from_on: date
    until_on: date
    in_force: bool
    ended_on: date | None
    ended_reason: str
    clues: int


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """A hotline's work order and its clue. `may_return`: its return may still be proposed."""

    id: UUID
    version: int
    number: str
    order_version: int
    kind_label: str
    state: str
    state_label: str
    clue_id: UUID
    clue_number: str
    title: str
    clue_state_label: str
    ordered_at: datetime
    due_on: date
    return_until: date
    return_reason: str
    may_return: bool
    told: int


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """What the hotline was told."""

    seq: int
    event_label: str
    words: str
    at: datetime


class ClueChannel(msgspec.Struct, frozen=True, kw_only=True):
    """The channel's own facts of one clue, for the organ that handles it: pairs of a word and its value."""

    kind: str
    pairs: list[tuple[str, str]]
    url: str = ""
    order: OrderRow | None = None
    messages: list[MessageView] = []


class PairSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of two clues that may be the same."""

    id: UUID
    number: str
    title: str
    facts: str
    source_label: str
    subject_name: str
    state: str
    state_label: str
    received_at: datetime


class ProposalPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two clues that may report the same, the earlier one first."""

    id: UUID
    score: int
    reasons: list[str]
    first: PairSide
    second: PairSide


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the pooled view. `key` is what the list of clues is filtered by; empty: it opens no list."""

    key: str
    label: str
    clues: int
    open: int


class PooledView(msgspec.Struct, frozen=True, kw_only=True):
    """Clues of a stretch of months by organ, field, area, channel and month (Art. 17). `total` counts each clue once;
    a clue of two content items counts under both."""

    first: str
    last: str
    reach: str
    total: int
    open: int
    overdue: int
    merged: int
    organs: list[Count]
    items: list[Count]
    lines: list[Count]
    areas: list[Count]
    channels: list[Count]
    months: list[Count]
