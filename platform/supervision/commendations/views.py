"""Commendation lists as offices see them, and as everybody sees a published one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from supervision.matters.facts import Choice


class CommendationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the lists."""

    id: UUID
    year: int
    government_name: str
    state: str
    state_label: str
    published_at: datetime | None


class NominationView(msgspec.Struct, frozen=True, kw_only=True):
    """Who is nominated, and what stands against it now."""

    id: UUID
    version: int
    kind: str
    kind_label: str
    field_label: str
    name: str
    organ_name: str
    merits: str
    nominated_by_name: str
    state: str
    state_label: str
    review_note: str
    block: str
    block_article: str


class CommendationView(msgspec.Struct, frozen=True, kw_only=True):
    """A list whole: for the body and the government everybody on it, for others their own nominations."""

    id: UUID
    version: int
    year: int
    government_name: str
    organ_name: str
    state: str
    state_label: str
    returned_reason: str
    submitted_by_name: str
    submitted_at: datetime | None
    approved_by_name: str
    approved_at: datetime | None
    published_at: datetime | None
    public_href: str
    nominations: list[NominationView]
    may_nominate: bool
    may_review: bool
    allowed: list[Choice]
    refused: list[Choice]


class CommendationHead(msgspec.Struct, frozen=True, kw_only=True):
    """A list after a step."""

    id: UUID
    version: int
    year: int
    state: str
    state_label: str


class Commended(msgspec.Struct, frozen=True, kw_only=True):
    """One commended organ or person, as published."""

    kind: str
    field_label: str
    name: str
    organ_name: str
    merits: str


class PublishedList(msgspec.Struct, frozen=True, kw_only=True):
    """A published list, for everybody."""

    id: UUID
    government_name: str
    year: int
    published_at: datetime
    commended: list[Commended]


class PublishedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the published lists."""

    id: UUID
    government_name: str
    year: int
    published_at: datetime
