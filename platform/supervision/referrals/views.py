"""Referrals as pages and the API show them to the named few."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from supervision.matters.facts import Choice


class ReferralRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of referrals that the reader knows of."""

    id: UUID
    kind: str
    kind_label: str
    subject: str
    recipient: str
    state: str
    state_label: str
    number: str
    drafted_at: datetime
    due_name: str
    due_at: datetime | None
    due_on: date | None
    overdue: bool


class ReferralFileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a referral, with the values by which it can be checked."""

    id: UUID
    role: str
    role_label: str
    name: str
    media_type: str
    size: int
    sha256: str
    sm3: str
    added_by: str


class ReferralReaderView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who knows of a referral, and why."""

    post_id: UUID
    name: str
    title: str
    named_by: str
    reason: str


class ReferralStepView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history of a referral."""

    at: datetime
    actor_name: str
    action: str
    title: str
    article: str
    note: str


class ReferralView(msgspec.Struct, frozen=True, kw_only=True):
    """A referral whole, for a named reader."""

    id: UUID
    version: int
    kind: str
    kind_label: str
    article: str
    state: str
    state_label: str
    secrecy: str
    secrecy_label: str
    origin_label: str
    round: int
    recipient: str
    addressee_name: str
    matter_id: UUID | None
    matter_title: str
    subject: str
    conduct: str
    discovered: str
    handled: str
    contact: str
    drafted_by_name: str
    drafted_at: datetime
    decided_by_name: str
    decided_at: datetime | None
    manifest_sha256: str
    manifest_sm3: str
    sealed_at: datetime | None
    archive_sha256: str
    archive_size: int
    number: str
    sent_at: datetime | None
    sent_by_name: str
    acknowledged_on: date | None
    closed_on: date | None
    due_name: str
    due_length: str
    due_article: str
    due_at: datetime | None
    due_on: date | None
    overdue: bool
    readers: list[ReferralReaderView]
    files: list[ReferralFileView]
    steps: list[ReferralStepView]
    allowed: list[Choice]
    refused: list[Choice]


class ReferralHead(msgspec.Struct, frozen=True, kw_only=True):
    """A referral after a step."""

    id: UUID
    version: int
    state: str
    state_label: str
    number: str
