"""The yearly supervision plan: versions, their items, and the matters that carry them out (Arts. 5, 11)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


class SupervisionPlan(Versioned, TenantRow):
    """One version of the plan of one year. `organ_id` is the supervision body that does the work; a published version
    is read by every organ of the city, and replaced by the next one, never changed."""

    __tablename__ = "supervision_plan"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "year", "version"),
        CheckConstraint("state in ('draft', 'approved', 'published', 'superseded')", name="state"),
        CheckConstraint("version = 1 or reason <> ''", name="reason"),
        Index(
            "uq_supervision_plan_published",
            "city_id",
            "organ_id",
            "year",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
        Index("ix_supervision_plan_list", "city_id", "organ_id", "id"),
        Index(
            "ix_supervision_plan_published",
            "city_id",
            "year",
            "id",
            postgresql_where=text("state = 'published'"),
        ),
    )

    year: Mapped[int]
    version: Mapped[int]
    state: Mapped[str]
    title: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    """Why the published plan is changed, from the second version on."""
    drafted_by: Mapped[UUID | None]
    drafted_by_name: Mapped[str] = mapped_column(server_default="")
    approved_by_name: Mapped[str] = mapped_column(server_default="")
    approved_at: Mapped[datetime | None]
    published_on: Mapped[date | None]


class PlanItem(TenantRow):
    """One piece of work of a version. `item_key` stays the same through the versions, so that matters stay with it."""

    __tablename__ = "plan_item"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "plan_id", "item_key"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "plan_id"],
            ["supervision_plan.city_id", "supervision_plan.organ_id", "supervision_plan.id"],
        ),
        CheckConstraint("1 <= from_month and from_month <= until_month and until_month <= 12", name="months"),
        CheckConstraint("planned between 1 and 1000", name="planned"),
        Index("ix_plan_item_plan", "city_id", "plan_id", "no"),
    )

    plan_id: Mapped[UUID]
    item_key: Mapped[UUID]
    no: Mapped[int]
    mode: Mapped[str]
    """A mode of Article 11."""
    field: Mapped[str]
    """What is looked at."""
    organ_ids: Mapped[list[UUID]]
    """Supervised organs; empty: all within reach."""
    area: Mapped[str]
    """The organs or the area in words, as printed."""
    from_month: Mapped[int]
    until_month: Mapped[int]
    office: Mapped[str]
    """Who is responsible inside the supervision body."""
    planned: Mapped[int]
    """How many matters the item is carried out by."""


class PlanLink(TenantRow):
    """A matter that carries out an item."""

    __tablename__ = "plan_link"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "matter_id"),
        ForeignKeyConstraint(["city_id", "organ_id", "matter_id"], ["matter.city_id", "matter.organ_id", "matter.id"]),
        Index("ix_plan_link_item", "city_id", "organ_id", "item_key", "matter_id"),
    )

    item_key: Mapped[UUID]
    matter_id: Mapped[UUID]
    linked_by_name: Mapped[str]
    linked_at: Mapped[datetime]


class PlanActivity(TenantRow):
    """An activity that carries out an item by itself, whatever its matter belongs to."""

    __tablename__ = "plan_activity"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "activity_id"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "activity_id"], ["activity.city_id", "activity.organ_id", "activity.id"]
        ),
        Index("ix_plan_activity_item", "city_id", "organ_id", "item_key", "activity_id"),
    )

    item_key: Mapped[UUID]
    activity_id: Mapped[UUID]
    linked_by_name: Mapped[str]
    linked_at: Mapped[datetime]
