"""Items that rose to the supervision body one level up, and drafts of circulars on overdue organs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


class EscalatedItem(TenantRow):
    """An overdue instrument that the body below neither reported, extended nor accepted; to be looked into."""

    __tablename__ = "escalated_item"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "deadline_id"),
        Index("ix_escalated_item_list", "city_id", "organ_id", "id"),
        Index(
            "ix_escalated_item_open",
            "city_id",
            "organ_id",
            "raised_at",
            "id",
            postgresql_where=text("handled_at is null"),
        ),
    )

    from_organ_id: Mapped[UUID]
    from_organ_name: Mapped[str]
    deadline_id: Mapped[UUID]
    matter_id: Mapped[UUID]
    matter_number: Mapped[str]
    matter_title: Mapped[str]
    supervised_name: Mapped[str]
    due_on: Mapped[date]
    overdue_workdays: Mapped[int]
    raised_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_note: Mapped[str] = mapped_column(server_default="")
    """order_from_above: 要求报告, 提级办理, 责令复核 and its text."""


class CircularDraft(Versioned, TenantRow):
    """The monthly draft circular of organs with overdue items, for the leader to issue or discard (Art. 11(8))."""

    __tablename__ = "circular_draft"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "month"),
        CheckConstraint("state in ('draft', 'issued', 'discarded')", name="state"),
    )

    month: Mapped[str]
    lines: Mapped[list[Any]]
    """[{organ_id, organ, deadline_id, matter_number, title, document, instrument, due_on, overdue_workdays}], as
    drafted; an issued one keeps what it says."""
    drafted_at: Mapped[datetime]
    state: Mapped[str]
    paper_id: Mapped[UUID | None]
    """The numbered document, once issued."""
    requirement: Mapped[str] = mapped_column(server_default="")
    """What the leader asks of the organs named."""
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    discard_reason: Mapped[str] = mapped_column(server_default="")
