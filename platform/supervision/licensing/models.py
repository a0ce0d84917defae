"""Applications for certificates, and the bar that follows the cancellation of a qualification (Arts. 10(4), 21)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import CityRow, TenantRow, Versioned

PENDING = ("applied", "checked", "approved")
"""States of an application that waits for somebody."""
HELD = ("valid", "suspended")
"""States of a certificate that its holder has in his hands."""


class LicenceApplication(Versioned, TenantRow):
    """An application for a certificate: `organ_id` is the officer's organ, `department_id` the justice department of
    its level, which checks, approves and issues."""

    __tablename__ = "licence_application"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "citizen_hash", "officer_id"],
            ["officer.city_id", "officer.organ_id", "officer.citizen_hash", "officer.id"],
            onupdate="CASCADE",
        ),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint("kind in ('enforcement', 'supervision')", name="kind"),
        CheckConstraint("purpose in ('first', 'renewal', 'replacement')", name="purpose"),
        CheckConstraint("state in ('applied', 'checked', 'approved', 'issued', 'refused', 'withdrawn')", name="state"),
        Index("ix_licence_application_organ", "city_id", "organ_id", "state", "applied_on", "id"),
        Index("ix_licence_application_department", "city_id", "department_id", "state", "applied_on", "id"),
        Index("ix_licence_application_list", "city_id", "organ_id", "id", "state"),
        Index("ix_licence_application_desk", "city_id", "department_id", "id", "state"),
        Index("ix_licence_application_person", "city_id", "organ_id", "officer_id"),
        Index(
            "ix_licence_application_pending",
            "city_id",
            "citizen_hash",
            postgresql_where=text("state in ('applied', 'checked', 'approved')"),
        ),
        Index(
            "uq_licence_application_pending",
            "city_id",
            "organ_id",
            "officer_id",
            "kind",
            unique=True,
            postgresql_where=text("state in ('applied', 'checked', 'approved')"),
        ),
    )

    department_id: Mapped[UUID]
    officer_id: Mapped[UUID]
    officer_name: Mapped[str]
    citizen_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]
    purpose: Mapped[str]
    areas: Mapped[list[str]]
    state: Mapped[str]
    applied_on: Mapped[date]
    applied_by: Mapped[UUID | None]
    """Person; never the one who checks or approves."""
    applied_by_name: Mapped[str]
    checked_by: Mapped[UUID | None]
    checked_by_name: Mapped[str] = mapped_column(server_default="")
    checked_at: Mapped[datetime | None]
    check_note: Mapped[str] = mapped_column(server_default="")
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")
    reason_article: Mapped[str] = mapped_column(server_default="")
    certificate_id: Mapped[UUID | None]
    barred_until: Mapped[date | None]
    """What the asking tenant learns of a bar elsewhere, and nothing more."""


class QualificationBar(TenantRow):
    """The two-year bar of one person (Article 21). `organ_id` is the justice department that cancelled; no other
    tenant reads the row. In force from `effective_on` to `barred_until`, both included, unless it was lifted."""

    __tablename__ = "qualification_bar"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "decision_id"),
        CheckConstraint("barred_until > effective_on", name="period"),
        CheckConstraint("barred_until = (effective_on + interval '2 years')::date", name="two_years"),
        CheckConstraint("(lifted_on is null) = (lifted_kind = '')", name="lifted"),
        CheckConstraint("lifted_kind in ('', 'run_out', 'set_aside')", name="lifted_kind"),
        Index("ix_qualification_bar_person", "city_id", "citizen_hash", "barred_until"),
        Index(
            "ix_qualification_bar_running",
            "city_id",
            "barred_until",
            "id",
            postgresql_where=text("lifted_on is null"),
        ),
    )

    citizen_hash: Mapped[bytes] = mapped_column(LargeBinary)
    person_name: Mapped[str]
    holder_organ_id: Mapped[UUID]
    """Where the person worked when the qualification was cancelled; told when the bar ends."""
    decision_id: Mapped[UUID]
    """The accountability decision that cancelled the qualification."""
    decision_number: Mapped[str]
    effective_on: Mapped[date]
    barred_until: Mapped[date]
    """The last barred day: the same calendar day two years later, or the last day of that month."""
    lifted_on: Mapped[date | None]
    lifted_kind: Mapped[str] = mapped_column(server_default="")
    lifted_note: Mapped[str] = mapped_column(server_default="")


class Qualification(CityRow):
    """One row a person, which certificates and bars lock before they are written: of two that are written at the same
    instant the second sees the first. No tenancy reads it; triggers alone write it."""

    __tablename__ = "qualification"
    __table_args__ = (UniqueConstraint("city_id", "citizen_hash"),)

    citizen_hash: Mapped[bytes] = mapped_column(LargeBinary)
    changes: Mapped[int] = mapped_column(server_default="0")
    """Counts what was written for the person, so that a snapshot older than the last change cannot go on."""
