"""A return's head (who owes what, in which state), its working sheet, its frozen versions; circulars on late ones;
roll-ups along a business line that were kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned

LAST_MONTH = """
left(period, 4)::int * 100 + case
    when strpos(period, 'Q') > 0 then right(period, 1)::int * 3
    when strpos(period, 'H') > 0 then right(period, 1)::int * 6
    when strpos(period, '-') > 0 then right(period, 2)::int
    else 12 end
"""


class StatisticalReturn(Versioned, TenantRow):
    """What one organ owes for one form and period. No figure stands here: the levels above read it from the day on
    which it is opened, so that they see who has not reported."""

    __tablename__ = "statistical_return"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "form_key", "period"),
        UniqueConstraint("city_id", "organ_id", "id"),
        Index("ix_statistical_return_list", "city_id", "organ_id", "due_on", "id"),
        Index("ix_statistical_return_board", "city_id", "receiver_id", "form_key", "period", "state", "due_on", "id"),
        Index(
            "ix_statistical_return_waiting",
            "city_id",
            "receiver_id",
            "due_on",
            "id",
            postgresql_where=text("state = 'submitted'"),
        ),
        Index("ix_statistical_return_due", "city_id", "receiver_id", "due_on", postgresql_where=text("version = 0")),
        CheckConstraint(
            "state in ('open', 'filled', 'validated', 'approved', 'submitted', 'sent_back', 'accepted', 'revised')",
            name="state",
        ),
        CheckConstraint("version >= accepted_version and accepted_version >= 0", name="versions"),
    )

    form_key: Mapped[str]
    form_version: Mapped[str]
    period: Mapped[str]
    last_month: Mapped[int] = mapped_column(Computed(LAST_MONTH, persisted=True))
    """202609: the place of the period in the dated tree, by which the organs above in its line read it."""
    organ_name: Mapped[str]
    organ_class: Mapped[str]
    receiver_id: Mapped[UUID | None]
    """The supervision body of the level above; none at the top of the city."""
    readers: Mapped[list[UUID]]
    """The receiver and every supervision body and government above it on the day of opening."""
    due_on: Mapped[date]
    provisional: Mapped[bool]
    state: Mapped[str]
    version: Mapped[int]
    """The number of the last one handed in, 0 before the first."""
    accepted_version: Mapped[int]
    revision: Mapped[int] = mapped_column(server_default="0")
    """How often it was reopened after acceptance."""
    revision_reason: Mapped[str] = mapped_column(server_default="")
    late: Mapped[bool]
    """The first submission came after the due day: stays for ever."""
    first_submitted_on: Mapped[date | None]
    submitted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    sent_back_count: Mapped[int] = mapped_column(server_default="0")
    filled_by: Mapped[UUID | None]
    """The person who handed it in for approval: the head who approves is another one."""
    filled_by_name: Mapped[str] = mapped_column(server_default="")
    filled_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str] = mapped_column(server_default="")
    approved_at: Mapped[datetime | None]
    return_reason: Mapped[str] = mapped_column(server_default="")
    """Why the own head gave it back."""
    reminded: Mapped[list[str]]
    stale: Mapped[list[Any]]
    """Lower returns that changed after the roll-up: {organ, version, at}."""


class ReturnSheet(Versioned, TenantRow):
    """The working copy of the figures: the organ's own alone, whoever is above it."""

    __tablename__ = "return_sheet"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "return_id"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "return_id"],
            ["statistical_return.city_id", "statistical_return.organ_id", "statistical_return.id"],
        ),
    )

    return_id: Mapped[UUID]
    cells: Mapped[dict[str, Any]]
    notes: Mapped[dict[str, Any]]
    parts: Mapped[list[Any] | None]
    missing: Mapped[list[Any]]
    drawn_at: Mapped[datetime | None]
    saved_at: Mapped[datetime | None]
    saved_by_name: Mapped[str] = mapped_column(server_default="")


class ReturnVersion(TenantRow):
    """What was handed in: frozen with its digest, read by the levels above. What became of it is added once."""

    __tablename__ = "return_version"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "return_id", "number"),
        Index("ix_return_version_return", "city_id", "return_id", "number"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "return_id"],
            ["statistical_return.city_id", "statistical_return.organ_id", "statistical_return.id"],
        ),
        CheckConstraint("outcome in ('submitted', 'sent_back', 'accepted', 'replaced')", name="outcome"),
    )

    return_id: Mapped[UUID]
    number: Mapped[int]
    readers: Mapped[list[UUID]]
    cells: Mapped[dict[str, Any]]
    notes: Mapped[dict[str, Any]]
    parts: Mapped[list[Any] | None]
    missing: Mapped[list[Any]]
    totals: Mapped[dict[str, Any]]
    """Code → whole number of the cell's scale, null for no duty: what the level above adds up."""
    digest: Mapped[str]
    submitted_at: Mapped[datetime]
    submitted_by_name: Mapped[str]
    approved_by_name: Mapped[str]
    late: Mapped[bool]
    reason: Mapped[str] = mapped_column(server_default="")
    """Of a revision: why."""
    outcome: Mapped[str]
    outcome_at: Mapped[datetime | None]
    outcome_by_name: Mapped[str] = mapped_column(server_default="")
    outcome_organ_name: Mapped[str] = mapped_column(server_default="")
    outcome_reason: Mapped[str] = mapped_column(server_default="")
    cell_reasons: Mapped[dict[str, Any]]
    """Code → why the level above sent it back."""


class ReturnCircular(Versioned, TenantRow):
    """The draft circular of a level above on the organs that owe a return (Art. 11(8))."""

    __tablename__ = "return_circular"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "form_key", "period"),
        CheckConstraint("state in ('draft', 'issued', 'discarded')", name="state"),
    )

    form_key: Mapped[str]
    period: Mapped[str]
    lines: Mapped[list[Any]]
    """[{organ_id, organ, due_on, overdue_workdays}] as drafted; an issued one keeps what it says."""
    drafted_at: Mapped[datetime]
    state: Mapped[str]
    paper_id: Mapped[UUID | None]
    requirement: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    discard_reason: Mapped[str] = mapped_column(server_default="")


class ReturnLineReport(TenantRow):
    """A roll-up along a business line as it was kept: what was reported of it can be shown again, and shows when the
    returns that it rests on have changed since (Arts. 2(2), 11(5)). Never changed."""

    __tablename__ = "return_line_report"
    __table_args__ = (UniqueConstraint("city_id", "organ_id", "form_key", "period", "number"),)

    form_key: Mapped[str]
    form_version: Mapped[str]
    period: Mapped[str]
    number: Mapped[int]
    own: Mapped[dict[str, Any] | None]
    """The organ's own part; None when its return was not accepted."""
    parts: Mapped[list[Any]]
    missing: Mapped[list[Any]]
    totals: Mapped[dict[str, Any]]
    digest: Mapped[str]
    kept_at: Mapped[datetime]
    kept_by_name: Mapped[str]
