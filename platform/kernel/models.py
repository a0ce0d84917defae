"""Tables of the mechanisms: audit, timeline, outbox, dead letters, schedule, sessions, idempotency, blobs, clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, CityRow, TenantRow


class AuditEntry(TenantRow):
    """One thing that somebody did or was refused, in the log of the organ where it happened. Append-only."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_organ_seq", "city_id", "organ_id", "seq", "at", "action", "actor_name", "result"),
        Index("ix_audit_entry_subject", "city_id", "subject_id", "seq"),
        Index("ix_audit_entry_thread", "city_id", "thread_id", "seq", postgresql_where=text("thread_id is not null")),
        Index("ix_audit_entry_xid", "xid", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    xid: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"))
    """The transaction that wrote it: seals take whole transactions, those below the xmin horizon."""
    at: Mapped[datetime]
    """The product's clock; `created_at` is the database's own."""
    actor_account_id: Mapped[UUID | None]
    actor_post_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    actor_title: Mapped[str] = mapped_column(server_default="")
    action: Mapped[str]
    title: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    thread_id: Mapped[UUID | None]
    result: Mapped[str]
    article: Mapped[str | None]
    rule_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="")


class TimelineEvent(TenantRow):
    """What a reader of a record sees of its history. `thread_id` is the record (a matter, a clue)."""

    __tablename__ = "timeline_event"
    __table_args__ = (
        Index("ix_timeline_event_thread", "city_id", "thread_id", "at"),
        CheckConstraint("visibility in ('internal', 'served')", name="visibility"),
    )

    thread_id: Mapped[UUID]
    at: Mapped[datetime]
    actor_name: Mapped[str]
    actor_title: Mapped[str] = mapped_column(server_default="")
    actor_organ_id: Mapped[UUID | None]
    action: Mapped[str]
    title: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    articles: Mapped[list[str]]
    visibility: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]


class OutboxMessage(TenantRow):
    """A job that follows from the transaction that wrote it. The relay hands it to the broker."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_waiting", "job", "available_at", "id", postgresql_where=text("relayed_at is null")),
        Index(
            "ix_outbox_message_under_way",
            "job",
            "relayed_at",
            postgresql_where=text("relayed_at is not null and done_at is null"),
        ),
    )

    job: Mapped[str]
    payload: Mapped[dict[str, Any]]
    available_at: Mapped[datetime]
    """In database time (UTC), not the product's clock: it only orders delivery."""
    relayed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    deliveries: Mapped[int] = mapped_column(server_default="0")
    request_id: Mapped[str] = mapped_column(server_default="")
    trace: Mapped[str] = mapped_column(server_default="")
    """W3C traceparent of what enqueued it; empty while nothing is traced."""


class DeadLetter(TenantRow):
    """A message that could not be worked after all tries; visible to the system administrator, who may replay it."""

    __tablename__ = "dead_letter"
    __table_args__ = (UniqueConstraint("city_id", "outbox_id", "failed_at", "organ_id"),)

    outbox_id: Mapped[UUID]
    job: Mapped[str]
    payload: Mapped[dict[str, Any]]
    error: Mapped[str]
    failed_at: Mapped[datetime]
    deliveries: Mapped[int]
    replayed_at: Mapped[datetime | None]
    replayed_by: Mapped[str] = mapped_column(server_default="")


class ScheduleFire(Base):
    """One firing of a periodic job. The primary key is what keeps two schedulers from firing twice."""

    __tablename__ = "schedule_fire"

    job: Mapped[str] = mapped_column(primary_key=True)
    fire_at: Mapped[datetime] = mapped_column(primary_key=True)
    fired_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ProcessSign(Base):
    """The last sign of life of one process of the product (kernel/telemetry/signs.py). Written through the guard."""

    __tablename__ = "process_sign"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]


class WebSession(Base):
    """A logged-in browser or API client. The key is the hash of the cookie: a stolen table opens no session."""

    __tablename__ = "web_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]


class IdempotencyRecord(TenantRow):
    """The answer that a command gave under one Idempotency-Key, kept at least 24 hours."""

    __tablename__ = "idempotency_record"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "account_id", "key"),
        Index("ix_idempotency_record_age", "created_at"),
    )

    account_id: Mapped[UUID]
    key: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class CalendarDay(Base):
    """One day of the working-day calendar; `confirmed` once the official notice of its year is imported."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    source: Mapped[str]
    confirmed: Mapped[bool]


class ReferenceVersion(Base):
    """Version of data that processes keep in memory (organ tree, calendar, policy), read in every transaction."""

    __tablename__ = "reference_version"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


class DemoClock(Base):
    """How far the product's clock is ahead of the machine's. Has a row in demo mode only."""

    __tablename__ = "demo_clock"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_seconds: Mapped[int] = mapped_column(BigInteger)


class NumberSeries(TenantRow):
    """The last number taken from a gapless series (organ + kind + year). Taken in the issuing transaction."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("city_id", "organ_id", "series", "year"),)

    series: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]


class BlobRecord(CityRow):
    """A stored file, by the SM3/SHA-256 of its content. Rows of other tables refer to it by hash."""

    __tablename__ = "blob_record"
    __table_args__ = (UniqueConstraint("city_id", "organ_id", "sha256"),)

    organ_id: Mapped[UUID]
    sha256: Mapped[str]
    sm3: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    """Checked by content, never taken from the upload."""


class AuditSeal(Base):
    """One batch of audit entries of all organs, sealed and chained (kernel/sealing). Append-only, like its sisters."""

    __tablename__ = "audit_seal"

    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    algorithm: Mapped[str]
    from_xid: Mapped[int] = mapped_column(BigInteger)
    to_xid: Mapped[int] = mapped_column(BigInteger)
    sealed_at: Mapped[datetime]
    """The database's clock, not the product's: a seal proves when it was made."""
    entries: Mapped[int] = mapped_column(BigInteger)
    streams: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    head: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Base):
    """The head of one organ's own stream after a seal that took entries of it."""

    __tablename__ = "audit_head"
    __table_args__ = (UniqueConstraint("city_id", "seal", "organ_id"),)

    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    organ_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seal: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    head: Mapped[bytes] = mapped_column(LargeBinary)


class AuditKeep(TenantRow):
    """A lower organ's head that `organ_id`, the level above, keeps under its own signature."""

    __tablename__ = "audit_keep"
    __table_args__ = (Index("ix_audit_keep_subject", "city_id", "subject_id", "number"),)

    subject_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class AuditCheck(CityRow):
    """The result of one verification of the whole trail."""

    __tablename__ = "audit_check"
    __table_args__ = (Index("ix_audit_check_at", "city_id", "created_at"),)

    seals: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    milliseconds: Mapped[int] = mapped_column(BigInteger)
    findings: Mapped[list[Any]]
    """Pairs of kind and sentence; empty when nothing is wrong."""
