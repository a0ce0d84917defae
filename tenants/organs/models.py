"""Organs (every one a tenant), their former names, explicit supervision relations and the read scope."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, CityRow


class Organ(CityRow):
    """A government, department, dispatched organ or body (Articles 2 and 5). Reference data: never deleted."""

    __tablename__ = "organ"
    __table_args__ = (
        UniqueConstraint("city_id", "key"),
        ForeignKeyConstraint(["city_id", "parent_id"], ["organ.city_id", "organ.id"], deferrable=True),
        ForeignKeyConstraint(["city_id", "successor_id"], ["organ.city_id", "organ.id"], deferrable=True),
        Index("ix_organ_parent", "city_id", "parent_id"),
    )

    key: Mapped[str]
    """Stable key of the data set that the organ was loaded from."""
    parent_id: Mapped[UUID | None]
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[str]
    level: Mapped[str]
    division_code: Mapped[str | None]
    code_system: Mapped[str | None]
    uscc: Mapped[str | None]
    leadership: Mapped[str]
    business_lines: Mapped[list[str]]
    is_supervision_body: Mapped[bool]
    located_in_id: Mapped[UUID | None]
    administered_by_id: Mapped[UUID | None]
    established_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    successor_id: Mapped[UUID | None]
    former_names: Mapped[list[str]]
    letters: Mapped[str] = mapped_column(server_default="")
    """The organ's own letters in document numbers (许司, 建政); empty: derived from the short name."""
    sort_key: Mapped[str] = mapped_column(server_default="")
    source: Mapped[str] = mapped_column(server_default="")
    confidence: Mapped[str] = mapped_column(server_default="")


class ExplicitRelation(CityRow):
    """A dated supervision relation that does not follow from the tree (Article 2(4), functional zones)."""

    __tablename__ = "explicit_relation"
    __table_args__ = (
        UniqueConstraint("city_id", "supervisor_id", "supervised_id", "kind", "valid_from"),
        ForeignKeyConstraint(["city_id", "supervisor_id"], ["organ.city_id", "organ.id"]),
        ForeignKeyConstraint(["city_id", "supervised_id"], ["organ.city_id", "organ.id"]),
        CheckConstraint("kind in ('level', 'line', 'vertical', 'internal', 'assist')", name="kind"),
    )

    supervisor_id: Mapped[UUID]
    supervised_id: Mapped[UUID]
    kind: Mapped[str]
    article: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(server_default="")


class Scope(Base):
    """Whose records a viewer may read: the closure that every row-level policy looks into."""

    __tablename__ = "scope"
    __table_args__ = (
        Index("ix_scope_organ", "city_id", "organ_id"),
        # What every row-level policy asks, and it does not name the city.
        Index("ix_scope_viewer", "viewer_id", "organ_id"),
    )

    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    viewer_id: Mapped[UUID] = mapped_column(primary_key=True)
    organ_id: Mapped[UUID] = mapped_column(primary_key=True)


class SettingOverride(CityRow):
    """A rule-book value that a tenant changed where the rule book allows it (a deadline's length)."""

    __tablename__ = "setting_override"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "rulebook_key", "entry"),
        ForeignKeyConstraint(["city_id", "organ_id"], ["organ.city_id", "organ.id"]),
    )

    organ_id: Mapped[UUID]
    rulebook_key: Mapped[str]
    entry: Mapped[str]
    amount: Mapped[int]
    unit: Mapped[str]
    valid_from: Mapped[date] = mapped_column(server_default=text("current_date"))
