"""A referral and what belongs to it (Arts. 18, 21). No table is read by any other organ, whatever its scope.

What is referred lies encrypted in `referral_content`, whose policy asks besides for a named reader; the deadlines are
columns here and no rows of `deadline`, which the levels above read.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


def _of_referral() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["city_id", "organ_id", "referral_id"], ["referral.city_id", "referral.organ_id", "referral.id"]
    )


class Referral(Versioned, TenantRow):
    """One referral as far as it may be counted and watched: no name and no fact stands in it."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "kind", "origin", "source_id"),
        UniqueConstraint("city_id", "organ_id", "kind", "year", "seq"),
        CheckConstraint("kind in ('discipline', 'criminal', 'urge_transfer')", name="kind"),
        CheckConstraint(
            "state in ('draft', 'approved', 'declined', 'sent', 'acknowledged', 'resulted', 'returned')", name="state"
        ),
        CheckConstraint("secrecy in ('public', 'internal')", name="secrecy"),
        CheckConstraint("decided_by is null or drafted_by is null or decided_by <> drafted_by", name="two_persons"),
        CheckConstraint("state not in ('sent', 'acknowledged') or archive_sha256 <> ''", name="sealed"),
        Index("ix_referral_wake", "wake_at", "id", postgresql_where=text("wake_at is not null")),
        Index("ix_referral_code", "verification_code", postgresql_where=text("verification_code <> ''")),
    )

    kind: Mapped[str]
    """discipline: to discipline inspection. criminal: of the enforcement organ to the police. urge_transfer: the
    supervision body urges the enforcement organ to transfer."""
    state: Mapped[str]
    origin: Mapped[str]
    """matter, accountability, conduct, urging or own: what it was opened from."""
    source_id: Mapped[UUID]
    """The record of that origin; with it a repeated job opens nothing twice."""
    matter_id: Mapped[UUID | None]
    addressee_id: Mapped[UUID | None]
    """Of an urging letter, the organ that is urged; of a transfer that was urged, the body to which it answers. Other
    receivers have no tenant."""
    recipient: Mapped[str]
    secrecy: Mapped[str]
    round: Mapped[int] = mapped_column(server_default="1")
    """Grows when a returned or declined one is taken up again."""
    drafted_by: Mapped[UUID | None]
    """Person; none when the system opened it."""
    drafted_by_name: Mapped[str]
    drafted_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    manifest_sha256: Mapped[str] = mapped_column(server_default="")
    manifest_sm3: Mapped[str] = mapped_column(server_default="")
    archive_sha256: Mapped[str] = mapped_column(server_default="")
    archive_size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    sealed_at: Mapped[datetime | None]
    number: Mapped[str] = mapped_column(server_default="")
    year: Mapped[int | None]
    seq: Mapped[int | None]
    pdf_sha256: Mapped[str] = mapped_column(server_default="")
    docx_sha256: Mapped[str] = mapped_column(server_default="")
    pages: Mapped[int] = mapped_column(server_default="0")
    verification_code: Mapped[str] = mapped_column(server_default="")
    sent_at: Mapped[datetime | None]
    sent_by_name: Mapped[str] = mapped_column(server_default="")
    acknowledged_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    """When the result came, or the refusal to transfer was recorded."""
    due_kind: Mapped[str] = mapped_column(server_default="")
    """The rule-book entry of the limit that runs; empty: none."""
    due_at: Mapped[datetime | None]
    """Its end as an instant: the end of a day, or 24 hours after the decision."""
    wake_at: Mapped[datetime | None]
    """When the sweep reminds; NULL once it has."""


class ReferralReader(TenantRow):
    """A post that knows of the referral. Nobody else in the organ does."""

    __tablename__ = "referral_reader"
    __table_args__ = (
        _of_referral(),
        UniqueConstraint("city_id", "organ_id", "referral_id", "post_id"),
        Index("ix_referral_reader_post", "city_id", "organ_id", "post_id", "referral_id"),
    )

    referral_id: Mapped[UUID]
    post_id: Mapped[UUID]
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    title: Mapped[str]
    named_by: Mapped[str]
    reason: Mapped[str]


class ReferralContent(TenantRow):
    """What is referred, encrypted. Read only in a transaction that has declared a named reader (`zs.reader`)."""

    __tablename__ = "referral_content"
    __table_args__ = (_of_referral(), UniqueConstraint("city_id", "organ_id", "referral_id"))

    referral_id: Mapped[UUID]
    body_cipher: Mapped[bytes] = mapped_column(LargeBinary)


class ReferralDossier(TenantRow):
    """The manifest of one round, frozen with the decision; the job builds the archive from it and nothing else."""

    __tablename__ = "referral_dossier"
    __table_args__ = (_of_referral(), UniqueConstraint("city_id", "organ_id", "referral_id", "round"))

    referral_id: Mapped[UUID]
    round: Mapped[int]
    manifest_cipher: Mapped[bytes] = mapped_column(LargeBinary)


class ReferralFile(TenantRow):
    """A file handed in: material of the case, the receiver's receipt, its result, the letter that urged; letter
    and archive of an earlier round."""

    __tablename__ = "referral_file"
    __table_args__ = (
        _of_referral(),
        CheckConstraint("role in ('material', 'receipt', 'result', 'urging', 'letter', 'archive')", name="role"),
        Index("ix_referral_file_referral", "city_id", "organ_id", "referral_id", "id"),
    )

    referral_id: Mapped[UUID]
    role: Mapped[str]
    name_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str]
    sha256: Mapped[str]
    sm3: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    added_by: Mapped[str]


class ReferralStep(TenantRow):
    """The history of a referral, which stands in no timeline that others read."""

    __tablename__ = "referral_step"
    __table_args__ = (_of_referral(), Index("ix_referral_step_referral", "city_id", "organ_id", "referral_id", "id"))

    referral_id: Mapped[UUID]
    at: Mapped[datetime]
    actor_name: Mapped[str]
    action: Mapped[str]
    title: Mapped[str]
    article: Mapped[str]
    note_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
