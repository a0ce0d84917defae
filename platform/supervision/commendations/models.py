"""Commendation lists of a government's year, and who is nominated for them (Art. 6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


class CommendationList(Versioned, TenantRow):
    """The list of one government and year. `organ_id` is the supervision body that prepares it."""

    __tablename__ = "commendation_list"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "year"),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint("state in ('collecting', 'submitted', 'approved', 'published')", name="state"),
        Index("ix_commendation_list_government", "city_id", "government_id", "year", "id"),
        Index("ix_commendation_list_published", "year", "id", postgresql_where=text("state = 'published'")),
    )

    government_id: Mapped[UUID]
    government_name: Mapped[str]
    year: Mapped[int]
    """The year whose work is commended."""
    state: Mapped[str]
    opened_by: Mapped[UUID | None]
    submitted_by: Mapped[UUID | None]
    submitted_by_name: Mapped[str] = mapped_column(server_default="")
    submitted_at: Mapped[datetime | None]
    returned_reason: Mapped[str] = mapped_column(server_default="")
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str] = mapped_column(server_default="")
    approved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class Nomination(Versioned, TenantRow):
    """An organ or a person proposed for a list. Written in the body's tenancy, read by the nominating organ too."""

    __tablename__ = "nomination"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "list_id"],
            ["commendation_list.city_id", "commendation_list.organ_id", "commendation_list.id"],
        ),
        CheckConstraint("kind in ('organ', 'person')", name="kind"),
        CheckConstraint("(kind = 'person') = (officer_id is not null)", name="officer"),
        CheckConstraint("state in ('nominated', 'included', 'rejected')", name="state"),
        CheckConstraint("field in ('enforcement', 'supervision')", name="field"),
        Index(
            "uq_nomination_organ", "city_id", "organ_id", "list_id", "nominee_id",
            unique=True, postgresql_where=text("kind = 'organ'"),
        ),
        Index(
            "uq_nomination_person", "city_id", "organ_id", "list_id", "officer_id",
            unique=True, postgresql_where=text("kind = 'person'"),
        ),
        Index("ix_nomination_list", "city_id", "organ_id", "list_id", "id"),
        Index("ix_nomination_by", "city_id", "nominated_by_id", "id"),
    )  # fmt: skip

    list_id: Mapped[UUID]
    nominated_by_id: Mapped[UUID]
    nominated_by_name: Mapped[str]
    kind: Mapped[str]
    field: Mapped[str]
    """enforcement or supervision: what it is commended for (Art. 6)."""
    nominee_id: Mapped[UUID]
    """The organ, or the organ of the person."""
    nominee_name: Mapped[str]
    officer_id: Mapped[UUID | None]
    officer_name: Mapped[str] = mapped_column(server_default="")
    merits: Mapped[str]
    state: Mapped[str]
    review_note: Mapped[str] = mapped_column(server_default="")
    reviewed_by_name: Mapped[str] = mapped_column(server_default="")
