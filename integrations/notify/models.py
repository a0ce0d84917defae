"""Where a person is reached, what of it the person wants, and what was handed over. Each table is its organ's alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned

IN_CHANNELS = "channel in ('email', 'sms', 'message')"


class NoticeAddress(Versioned, TenantRow):
    """An address of a person for the posts in one organ; used only after its code came back."""

    __tablename__ = "notice_address"
    __table_args__ = (
        CheckConstraint(IN_CHANNELS, name="channel"),
        CheckConstraint("tries between 0 and 5", name="tries"),
        UniqueConstraint("city_id", "organ_id", "person_id", "channel"),
    )

    person_id: Mapped[UUID]
    channel: Mapped[str]
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    """The address, sealed by the vault."""
    lookup: Mapped[bytes] = mapped_column(LargeBinary)
    masked: Mapped[str]
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    """What the code is made from, under a key of the installation; the code itself is stored nowhere."""
    code_sent_at: Mapped[datetime]
    tries: Mapped[int]
    verified_at: Mapped[datetime | None]


class NoticePreference(TenantRow):
    """Over which channels a person wants lines of one kind; without a row over every verified one."""

    __tablename__ = "notice_preference"
    __table_args__ = (
        CheckConstraint("channels <@ array['email', 'sms', 'message']", name="channels"),
        UniqueConstraint("city_id", "organ_id", "person_id", "kind"),
    )

    person_id: Mapped[UUID]
    kind: Mapped[str]
    channels: Mapped[list[str]]


class NoticeHours(TenantRow):
    """When a person is not to be disturbed, in minutes of the day; equal ends: never quiet."""

    __tablename__ = "notice_hours"
    __table_args__ = (
        CheckConstraint("quiet_from between 0 and 1439 and quiet_until between 0 and 1439", name="minutes"),
        UniqueConstraint("city_id", "organ_id", "person_id"),
    )

    person_id: Mapped[UUID]
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]


class NoticeSending(TenantRow):
    """One text to one address: a notice, a digest of the night, a code, a test. Kept as proof of what was said."""

    __tablename__ = "notice_sending"
    __table_args__ = (
        CheckConstraint(IN_CHANNELS, name="channel"),
        CheckConstraint("purpose in ('notice', 'digest', 'code', 'test')", name="purpose"),
        CheckConstraint("state in ('waiting', 'handed', 'dead')", name="state"),
        CheckConstraint("(state = 'handed') = (handed_at is not null)", name="handed"),
        CheckConstraint("(state = 'waiting') = (wake_at is not null)", name="wake"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(claimed_by is null) = (claimed_until is null)", name="claimed"),
        UniqueConstraint("city_id", "organ_id", "id"),
        Index("ix_notice_sending_list", "city_id", "organ_id", "id"),
        Index("ix_notice_sending_wake", "city_id", "wake_at", "id", postgresql_where=text("wake_at is not null")),
    )

    person_id: Mapped[UUID]
    person_name: Mapped[str]
    channel: Mapped[str]
    purpose: Mapped[str]
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    """The address at the time, sealed by the vault."""
    masked: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    """Exactly what was sent; in the place of a code, dots."""
    text_hash: Mapped[str]
    """SM3 of subject, line feed, text."""
    state: Mapped[str]
    attempts: Mapped[int]
    wake_at: Mapped[datetime | None]
    """The product's clock: not before then it is tried again."""
    claimed_by: Mapped[UUID | None]
    """The try that is under way; what another one brings back settles nothing."""
    claimed_until: Mapped[datetime | None]
    """The machine's clock: after it the try is taken for lost."""
    gateway: Mapped[str] = mapped_column(server_default="")
    receipt: Mapped[str] = mapped_column(server_default="")
    """What the gateway calls it."""
    handed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(server_default="")
    address_id: Mapped[UUID | None]
    """Of a code: the address that it is for."""


class NoticeDelivery(TenantRow):
    """That a line of the bell goes to a person over a channel, once. The line itself is of the same organ."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        CheckConstraint(IN_CHANNELS, name="channel"),
        CheckConstraint("(sending_id is null) = (held_until is not null)", name="held"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "sending_id"],
            ["notice_sending.city_id", "notice_sending.organ_id", "notice_sending.id"],
        ),
        UniqueConstraint("city_id", "organ_id", "notice_id", "person_id", "channel"),
        Index("ix_notice_delivery_sending", "city_id", "sending_id"),
        Index(
            "ix_notice_delivery_held", "city_id", "held_until", "organ_id", "person_id",
            postgresql_where=text("held_until is not null"),
        ),
    )  # fmt: skip

    notice_id: Mapped[UUID]
    person_id: Mapped[UUID]
    post_id: Mapped[UUID]
    channel: Mapped[str]
    kind: Mapped[str]
    statutory: Mapped[bool]
    quiet_since: Mapped[datetime | None]
    """When it was held back for the person's quiet hours; NULL: it went at once."""
    held_until: Mapped[datetime | None]
    sending_id: Mapped[UUID | None]
