"""What is connected, what goes out, what came in, and what does not agree. Each table is its own organ's alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


def _of_link() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["city_id", "organ_id", "link_id"], ["link.city_id", "link.organ_id", "link.id"])


class Link(Versioned, TenantRow):
    """One system that an organ is connected with, under its keys, its breaker and its cursors."""

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "name"),
        CheckConstraint("kind in ('provincial', 'hotline', 'discipline', 'media', 'message', 'webhook')", name="kind"),
        CheckConstraint("state in ('enabled', 'paused')", name="state"),
        CheckConstraint("suite in ('hmac-sm3', 'sm2')", name="suite"),
        CheckConstraint("failures >= 0 and feed_xid >= 0 and feed_seq >= 0", name="counts"),
    )

    kind: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    """https://…; http on this machine alone, in demo mode. Empty: the other side calls, we never do."""
    suite: Mapped[str]
    """How both sides sign. A message cannot choose another one."""
    secret_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    """The keys of signing.Keys, sealed by the vault."""
    settings: Mapped[dict[str, Any]]
    state: Mapped[str]
    failures: Mapped[int] = mapped_column(server_default="0")
    """Exchanges that failed one after the other."""
    open_until: Mapped[datetime | None]
    """The breaker is open until this instant of the machine's clock."""
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(server_default="")
    last_error_at: Mapped[datetime | None]
    cursors: Mapped[dict[str, Any]]
    """Kind that is pulled → the other side's cursor."""
    feed_xid: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """How far the audit trail was read for it: (xid, seq) of the last entry."""
    feed_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Parcel(TenantRow):
    """One thing that goes out, sent until the other side has answered for it."""

    __tablename__ = "parcel"
    __table_args__ = (
        _of_link(),
        UniqueConstraint("city_id", "organ_id", "link_id", "key"),
        CheckConstraint("state in ('waiting', 'received', 'refused', 'dead')", name="state"),
        CheckConstraint("(state = 'waiting') = (settled_at is null)", name="settled"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(
            "ix_parcel_due", "city_id", "organ_id", "link_id", "id", "next_at", "attempts",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_parcel_subject", "city_id", "organ_id", "link_id", "subject_id", "id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_parcel_list", "city_id", "organ_id", "link_id", "id"),
        Index("ix_parcel_state", "city_id", "organ_id", "link_id", "state", "id"),
    )  # fmt: skip

    link_id: Mapped[UUID]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    """The record of ours that it is about; parcels of one record go out in their order."""
    version: Mapped[int] = mapped_column(BigInteger)
    """Grows with the record: the other side ignores an older one that comes later."""
    key: Mapped[str]
    """The idempotency key: what was received under it once has its effect once."""
    payload: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    """SM3 of the payload's canonical JSON (rules.content_hash)."""
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime]
    """Not before this instant of the machine's clock."""
    error: Mapped[str] = mapped_column(server_default="")
    receipt: Mapped[dict[str, Any]]
    posted_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When it was last handed over, whatever became of it."""
    settled_at: Mapped[datetime | None]


class Arrival(TenantRow):
    """One thing that came in, by the other side's id and version: a second copy has no effect."""

    __tablename__ = "arrival"
    __table_args__ = (
        _of_link(),
        UniqueConstraint("city_id", "organ_id", "link_id", "kind", "external_id", "version"),
        CheckConstraint("state in ('waiting', 'taken', 'refused', 'late')", name="state"),
        CheckConstraint("(state = 'refused') = (error <> '')", name="refused"),
        Index("ix_arrival_list", "city_id", "organ_id", "link_id", "id"),
        Index("ix_arrival_state", "city_id", "organ_id", "link_id", "state", "id"),
    )

    link_id: Mapped[UUID]
    kind: Mapped[str]
    external_id: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    content_hash: Mapped[str]
    payload_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What came, sealed by the vault; none when the register that took it keeps it."""
    state: Mapped[str]
    """late: a newer version was there already."""
    error: Mapped[str] = mapped_column(server_default="")
    arrived_at: Mapped[datetime]


class LinkNonce(TenantRow):
    """A signed message that was accepted: it is accepted once."""

    __tablename__ = "link_nonce"
    __table_args__ = (
        _of_link(),
        UniqueConstraint("city_id", "organ_id", "link_id", "nonce"),
        Index("ix_link_nonce_age", "city_id", "organ_id", "signed_at"),
    )

    link_id: Mapped[UUID]
    nonce: Mapped[str]
    signed_at: Mapped[datetime]
    """The machine's clock."""


class LinkLease(TenantRow):
    """Who talks to the other side of a link for a purpose at present; over when `until` has passed."""

    __tablename__ = "link_lease"
    __table_args__ = (
        _of_link(),
        UniqueConstraint("city_id", "organ_id", "link_id", "purpose"),
        CheckConstraint("purpose in ('push', 'pull', 'compare')", name="purpose"),
    )

    link_id: Mapped[UUID]
    purpose: Mapped[str]
    holder: Mapped[UUID]
    """Of one claim: what comes back under another one settles nothing."""
    until: Mapped[datetime]
    """The machine's clock."""


class LinkCheck(TenantRow):
    """One comparison of what both sides hold of a kind."""

    __tablename__ = "link_check"
    __table_args__ = (
        _of_link(),
        CheckConstraint("direction in ('in', 'out')", name="direction"),
        Index("ix_link_check_list", "city_id", "organ_id", "link_id", "id"),
    )

    link_id: Mapped[UUID]
    kind: Mapped[str]
    direction: Mapped[str]
    """in: the other side's records, as we hold them. out: ours, as the other side holds them."""
    at: Mapped[datetime]
    ours: Mapped[int] = mapped_column(BigInteger)
    theirs: Mapped[int] = mapped_column(BigInteger)
    our_hash: Mapped[str]
    their_hash: Mapped[str]
    differences: Mapped[int]


class LinkDifference(Versioned, TenantRow):
    """One record that is not the same on both sides, until it is repaired or settled by a person."""

    __tablename__ = "link_difference"
    __table_args__ = (
        _of_link(),
        CheckConstraint("direction in ('in', 'out', 'register')", name="direction"),
        CheckConstraint("what in ('missing_here', 'missing_there', 'differs')", name="what"),
        CheckConstraint("state in ('open', 'repairing', 'settled')", name="state"),
        CheckConstraint("(state = 'settled') = (settled_at is not null)", name="settled"),
        Index(
            "uq_link_difference_open", "city_id", "organ_id", "link_id", "kind", "direction", "external_id",
            unique=True, postgresql_where=text("state <> 'settled'"),
        ),
        Index("ix_link_difference_list", "city_id", "organ_id", "link_id", "id"),
    )  # fmt: skip

    link_id: Mapped[UUID]
    kind: Mapped[str]
    direction: Mapped[str]
    """in, out: what one side holds and the other does not hold alike. register: what arrived says otherwise than our
    own register, and a person decides which is right."""
    external_id: Mapped[str]
    what: Mapped[str]
    our_hash: Mapped[str] = mapped_column(server_default="")
    their_hash: Mapped[str] = mapped_column(server_default="")
    detail_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Field by field, where a person has to choose; sealed by the vault."""
    state: Mapped[str]
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_name: Mapped[str] = mapped_column(server_default="")
