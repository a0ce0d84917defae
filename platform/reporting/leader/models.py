"""The weekly brief as it stood when it was drafted (Arts. 4, 5, 11(5))."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow


class WeeklyBrief(TenantRow):
    """What the brief of one week says of one area, made once and never changed. `organ_id` is the government; its
    justice department and the levels above read it too."""

    __tablename__ = "weekly_brief"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "first_day"),
        CheckConstraint("extract(isodow from first_day) = 1", name="monday"),
        Index("ix_weekly_brief_body", "city_id", "body_id", "first_day"),
    )

    body_id: Mapped[UUID]
    """The justice department that works for the government (Art. 5)."""
    first_day: Mapped[date]
    content: Mapped[dict[str, Any]]
    """{view, week}: the figures as they stood, with whole numbers."""
    drafted_at: Mapped[datetime]
    rulebook: Mapped[str] = mapped_column(server_default="")
    """The name and standing of the regulation on that day."""
