"""The files of officers: who they are, which certificates they hold, what they learned; and the enforcement bodies.

Every row belongs to the organ where the officer works. `citizen_hash` is the keyed look-up of the citizen id, the same
for one person in every tenant: the two-year bar (Article 21) hangs on it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


def _of_officer() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["city_id", "organ_id", "officer_id"], ["officer.city_id", "officer.organ_id", "officer.id"]
    )


class Officer(Versioned, TenantRow):
    """The file of a person who enforces or supervises, in the organ where he works (Arts. 6, 10)."""

    __tablename__ = "officer"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "citizen_hash", "id"),
        UniqueConstraint("city_id", "organ_id", "citizen_hash"),
        ForeignKeyConstraint(["city_id", "organ_id"], ["organ.city_id", "organ.id"]),
        CheckConstraint(
            "employment in ('civil_service', 'public_institution', 'contract', 'worker', 'temporary')",
            name="employment",
        ),
        Index("ix_officer_list", "city_id", "organ_id", "left_on", "name", "id"),
        Index("ix_officer_person", "city_id", "organ_id", "person_id"),
    )

    person_id: Mapped[UUID | None]
    """The person behind an account, where he has one (`person`, perhaps of another tenant)."""
    name: Mapped[str]
    citizen_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    citizen_hash: Mapped[bytes] = mapped_column(LargeBinary)
    citizen_mask: Mapped[str]
    employment: Mapped[str]
    """civil_service 行政编制, public_institution 事业编制, contract 合同制, worker 工勤, temporary 临时."""
    title: Mapped[str]
    unit: Mapped[str] = mapped_column(server_default="")
    areas: Mapped[list[str]]
    """Business lines in which he enforces."""
    phone: Mapped[str] = mapped_column(server_default="")
    legal_qualification: Mapped[bool] = mapped_column(server_default="false")
    """法律职业资格."""
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    left_reason: Mapped[str] = mapped_column(server_default="")


class Certificate(Versioned, TenantRow):
    """An enforcement certificate (行政执法证) or supervision certificate (监督证). `organ_id` is the holder's organ,
    `issuer_id` the justice department that issued it."""

    __tablename__ = "certificate"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "citizen_hash", "officer_id"],
            ["officer.city_id", "officer.organ_id", "officer.citizen_hash", "officer.id"],
        ),
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "kind", "number"),
        CheckConstraint("kind in ('enforcement', 'supervision')", name="kind"),
        CheckConstraint("status in ('valid', 'suspended', 'expired', 'cancelled', 'returned')", name="status"),
        CheckConstraint("valid_from <= valid_until", name="period"),
        Index("ix_certificate_officer", "city_id", "officer_id"),
        Index("ix_certificate_holder", "city_id", "citizen_hash"),
        Index("ix_certificate_until", "city_id", "organ_id", "status", "valid_until", "id"),
        Index(
            "ix_certificate_suspended",
            "city_id",
            "suspended_until",
            postgresql_where=text("status = 'suspended'"),
        ),
    )

    officer_id: Mapped[UUID]
    citizen_hash: Mapped[bytes] = mapped_column(LargeBinary)
    holder_name: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str]
    issuer_id: Mapped[UUID]
    areas: Mapped[list[str]]
    issued_on: Mapped[date]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    """The last day of validity."""
    status: Mapped[str]
    suspended_until: Mapped[date | None]
    """The last day of a temporary withholding, which ends by itself."""
    status_reason: Mapped[str] = mapped_column(server_default="")
    status_article: Mapped[str] = mapped_column(server_default="")
    status_on: Mapped[date]
    application_id: Mapped[UUID | None]
    cancelled_by_bar: Mapped[UUID | None]
    """The bar whose decision made it void; restored when that decision is set aside."""
    barred_until: Mapped[date | None]
    """Of one that a bar made void: until when no other may be applied for. All that its organ learns (Art. 21)."""
    status_before: Mapped[str] = mapped_column(server_default="")
    suspended_before: Mapped[date | None]
    """What it was before the bar. The database writes these four (migrations/sql/licensing.sql)."""


class Training(TenantRow):
    """Training that an officer attended (Article 10(1)); corrected by another row, never changed."""

    __tablename__ = "training"
    __table_args__ = (
        _of_officer(),
        CheckConstraint("hours between -1000 and 1000", name="hours"),
        Index("ix_training_officer", "city_id", "officer_id", "year"),
    )

    officer_id: Mapped[UUID]
    year: Mapped[int]
    held_on: Mapped[date]
    subject: Mapped[str]
    provider: Mapped[str]
    hours: Mapped[int]
    """学时; negative: a correction of hours entered by mistake."""
    note: Mapped[str] = mapped_column(server_default="")


class Examination(TenantRow):
    """An examination for a certificate (Articles 6, 10(1))."""

    __tablename__ = "examination"
    __table_args__ = (
        _of_officer(),
        CheckConstraint("kind in ('enforcement', 'supervision')", name="kind"),
        Index("ix_examination_officer", "city_id", "officer_id", "held_on"),
    )

    officer_id: Mapped[UUID]
    kind: Mapped[str]
    held_on: Mapped[date]
    score: Mapped[int | None]
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(server_default="")


class EnforcementBody(Versioned, TenantRow):
    """A body with power to enforce (执法主体): the organ itself, an organisation authorised by law, or one that the
    organ entrusts (委托), with its scope and dates."""

    __tablename__ = "enforcement_body"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        ForeignKeyConstraint(["city_id", "organ_id"], ["organ.city_id", "organ.id"]),
        CheckConstraint("kind in ('organ', 'authorised', 'entrusted')", name="kind"),
        Index("ix_enforcement_body_list", "city_id", "organ_id", "kind", "name", "id"),
    )

    kind: Mapped[str]
    name: Mapped[str]
    uscc: Mapped[str] = mapped_column(server_default="")
    authority: Mapped[str]
    """The law or the entrusting document that it rests on."""
    scope: Mapped[str]
    confirmed_by: Mapped[str] = mapped_column(server_default="")
    announced_on: Mapped[date | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_reason: Mapped[str] = mapped_column(server_default="")


class RegisterWarning(TenantRow):
    """Something about an officer, a certificate or a body that was pointed out; each cause once."""

    __tablename__ = "register_warning"
    __table_args__ = (UniqueConstraint("city_id", "organ_id", "subject_id", "cause"),)

    subject_id: Mapped[UUID]
    cause: Mapped[str]
    """expiring, expired, ended, hours:2026."""
    due_on: Mapped[date | None]


class RegisterImport(Versioned, TenantRow):
    """A workbook of officers that was handed in, and how far it has come. The rows are kept sealed until the end."""

    __tablename__ = "register_import"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint("state in ('checking', 'done', 'refused')", name="state"),
        CheckConstraint("(content is null) = (finished_at is not null)", name="content"),
    )

    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str]
    rows: Mapped[int]
    checked: Mapped[int] = mapped_column(server_default="0")
    added: Mapped[int] = mapped_column(server_default="0")
    changed: Mapped[int] = mapped_column(server_default="0")
    problem_count: Mapped[int] = mapped_column(server_default="0")
    problems: Mapped[list[Any]]
    """The first wrong cells: row, column, value (never a citizen id), message."""
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
