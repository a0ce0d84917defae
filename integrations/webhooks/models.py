"""Endpoints of an organ's other systems, what is to be told to them, and each try. Each table is its organ's alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


class WebhookEndpoint(Versioned, TenantRow):
    """An address that is told of events of the chosen types."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("state in ('enabled', 'disabled', 'failing')", name="state"),
        CheckConstraint("cardinality(events) > 0", name="events"),
        CheckConstraint("(previous_cipher is null) = (previous_until is null)", name="previous"),
        CheckConstraint("feed_xid >= 0 and feed_seq >= 0", name="feed"),
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "name"),
    )

    name: Mapped[str]
    address: Mapped[str]
    events: Mapped[list[str]]
    state: Mapped[str]
    """failing: switched off by itself after days without a success."""
    secret_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    """whsec_…, sealed by the vault."""
    previous_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The secret before the rotation: until `previous_until` everything is signed with both."""
    previous_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    """When the first of the failures came that no success has ended since."""
    last_success_at: Mapped[datetime | None]
    made_by_name: Mapped[str]
    feed_xid: Mapped[int] = mapped_column(BigInteger)
    """How far the audit trail was read for it: (xid, seq) of the last entry."""
    feed_seq: Mapped[int] = mapped_column(BigInteger)


class WebhookMessage(TenantRow):
    """One event for one endpoint; its id is the `webhook-id` of every try."""

    __tablename__ = "webhook_message"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "endpoint_id"],
            ["webhook_endpoint.city_id", "webhook_endpoint.organ_id", "webhook_endpoint.id"],
        ),
        CheckConstraint("state in ('waiting', 'delivered', 'dead')", name="state"),
        CheckConstraint("(state = 'waiting') = (wake_at is not null)", name="wake"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(claimed_by is null) = (claimed_until is null)", name="claimed"),
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "endpoint_id", "entry_id"),
        Index("ix_webhook_message_list", "city_id", "organ_id", "endpoint_id", "id"),
        Index("ix_webhook_message_wake", "city_id", "wake_at", "id", postgresql_where=text("wake_at is not null")),
    )

    endpoint_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    """The audit entry that it tells of; of a trial its own id."""
    event: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str]
    attempts: Mapped[int]
    wake_at: Mapped[datetime | None]
    """The machine's clock: not before then it is tried again."""
    claimed_by: Mapped[UUID | None]
    """The try that is under way; what another one brings back settles nothing."""
    claimed_until: Mapped[datetime | None]
    """The machine's clock: after it the try is taken for lost."""
    delivered_at: Mapped[datetime | None]
    asked_by: Mapped[str] = mapped_column(server_default="")
    """Who wants it sent again by hand; empty after that try."""


class WebhookAttempt(TenantRow):
    """One try: what the other side answered, or why nothing came back."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "message_id"],
            ["webhook_message.city_id", "webhook_message.organ_id", "webhook_message.id"],
        ),
        Index("ix_webhook_attempt_message", "city_id", "organ_id", "message_id", "id"),
    )

    message_id: Mapped[UUID]
    number: Mapped[int]
    at: Mapped[datetime]
    status: Mapped[int | None]
    """NULL: no answer."""
    answer: Mapped[str]
    """The first 1,000 characters of the answer, or the error."""
    milliseconds: Mapped[int]
    by_name: Mapped[str] = mapped_column(server_default="")
    """Who had it sent again by hand."""
