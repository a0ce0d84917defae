"""A clue as pages and the API show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from supervision.deadlines.chips import Chip
from supervision.deadlines.views import DeadlineView


class ClueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the pool."""

    id: UUID
    number: str
    title: str
    state: str
    state_label: str
    source_label: str
    subject_name: str
    urgent: bool
    received_at: datetime
    received_text: str
    due_on: date | None
    date_text: str
    chip: Chip | None


class CluePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the pool. `after` and `before` are cursors of the neighbouring pages, empty at the ends."""

    rows: list[ClueRow]
    after: str = ""
    before: str = ""


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """A stored clue that may report the same; `score` from 0 to 100 is only a hint."""

    id: UUID
    number: str
    title: str
    facts: str
    subject_name: str
    state: str
    state_label: str
    received_at: datetime
    score: int


class Masked(msgspec.Struct, frozen=True, kw_only=True):
    """Who complained, as far as everybody in the competent organ may see it."""

    anonymous: bool
    confidential: bool
    name: str
    contact: str


class Revealed(msgspec.Struct, frozen=True, kw_only=True):
    """Who complained, in full; reading it was audited with its purpose."""

    name: str
    contact: str
    confidential: bool


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    kind: str
    media_type: str
    size: int


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the clue's history."""

    at: datetime
    action: str
    title: str
    note: str
    who: str
    articles: list[str]


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """A step as the page offers it, or why it is not possible now and what to do instead."""

    action: str
    label: str
    allowed: bool
    article: str
    hint: str = ""
    reason: str = ""
    remedy: str = ""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Another record, with its address where the reader may open it."""

    id: UUID
    label: str
    href: str = ""


class ClueView(msgspec.Struct, frozen=True, kw_only=True):
    """A clue for one reader. `standing`: own (handles it), upper (reads it), origin (reads its progress alone).

    Source and complainant are given to the handling organ alone, to the origin its own registration.
    """

    id: UUID
    number: str
    version: int
    standing: str
    state: str
    state_label: str
    state_reason: str
    reason_label: str
    title: str
    facts: str
    place: str
    happened_on: date | None
    received_at: datetime
    urgent: bool
    source_label: str
    subject_id: UUID | None
    subject_name: str
    content_items: list[tuple[str, str]]
    organ_id: UUID
    organ_name: str
    origin_name: str
    registered_name: str
    result_note: str
    answer: str
    answered_at: datetime | None
    dismissal_proposed: bool
    complainant: Masked | None
    attachments: Sequence[AttachmentView]
    deadlines: Sequence[DeadlineView]
    timeline: Sequence[EventView]
    acts: Sequence[ActView]
    duplicates: Sequence[Similar]
    merged: Sequence[Reference]
    """Clues that were merged into this one."""
    matter: Reference | None = None
    merged_into: Reference | None = None
    passed_to: Reference | None = None
