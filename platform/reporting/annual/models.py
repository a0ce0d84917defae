"""Yearly reports and plans: the duty, the text in hand, what was sent in, what was published (Art. 12)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


class AnnualPaper(Versioned, TenantRow):
    """One duty of one organ: the report on `year`, or the plan for it. `department_id` is the justice department of
    its level. The row is there from the beginning of the year on, whether anything was written or not."""

    __tablename__ = "annual_paper"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "kind", "year"),
        CheckConstraint("kind in ('report', 'plan')", name="kind"),
        CheckConstraint("state in ('draft', 'approved', 'submitted', 'accepted', 'sent_back')", name="state"),
        CheckConstraint("not late or submitted_on > due_on", name="late"),
        Index("ix_annual_paper_list", "city_id", "organ_id", "id", "year"),
        Index("ix_annual_paper_board", "city_id", "department_id", "year", "kind", "id"),
    )

    department_id: Mapped[UUID]
    kind: Mapped[str]
    year: Mapped[int]
    due_on: Mapped[date]
    """The day of the rule book, moved to the next working day; fixed when the duty began."""
    state: Mapped[str]
    drafted_by: Mapped[UUID | None]
    """The person who wrote last; never the one who approves."""
    drafted_by_name: Mapped[str] = mapped_column(server_default="")
    approved_by_name: Mapped[str] = mapped_column(server_default="")
    approved_at: Mapped[datetime | None]
    submitted_on: Mapped[date | None]
    """The first time, which decides whether it was late for ever."""
    late: Mapped[bool] = mapped_column(server_default="false")
    round: Mapped[int] = mapped_column(server_default="0")
    """How often it was sent in."""
    sent_back_reason: Mapped[str] = mapped_column(server_default="")
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    published_on: Mapped[date | None]
    reminded: Mapped[list[str]] = mapped_column(server_default="{}")
    """Reminders that were sent, each once."""


class AnnualText(TenantRow):
    """What the organ is writing. Nobody outside it reads this."""

    __tablename__ = "annual_text"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "paper_id"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "paper_id"],
            ["annual_paper.city_id", "annual_paper.organ_id", "annual_paper.id"],
        ),
    )

    paper_id: Mapped[UUID]
    content: Mapped[dict[str, Any]]
    """{sections: {key: text}, figures: [{code, name, unit, derived, value, note}]}"""


class AnnualSubmission(TenantRow):
    """What was sent in, round by round. Never changed."""

    __tablename__ = "annual_submission"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "paper_id", "round"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "paper_id"],
            ["annual_paper.city_id", "annual_paper.organ_id", "annual_paper.id"],
        ),
    )

    department_id: Mapped[UUID]
    paper_id: Mapped[UUID]
    round: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    submitted_at: Mapped[datetime]
    submitted_by_name: Mapped[str]


class AnnualPublication(TenantRow):
    """Proof that a paper is open to the public: a page of the product, or the address of the organ's own site."""

    __tablename__ = "annual_publication"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "paper_id", "version"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "paper_id"],
            ["annual_paper.city_id", "annual_paper.organ_id", "annual_paper.id"],
        ),
        CheckConstraint("place in ('platform', 'own_site')", name="place"),
        CheckConstraint("(place = 'platform') = (url = '')", name="url"),
        Index("ix_annual_publication_code", "city_id", "code", "version"),
        Index("ix_annual_publication_year", "city_id", "year", "code", "version"),
    )

    department_id: Mapped[UUID]
    paper_id: Mapped[UUID]
    version: Mapped[int]
    place: Mapped[str]
    kind: Mapped[str]
    year: Mapped[int]
    code: Mapped[str]
    """The end of the permanent address of the public page; the same for every version of a paper."""
    organ_name: Mapped[str]
    title: Mapped[str]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    pdf_sha256: Mapped[str] = mapped_column(server_default="")
    url: Mapped[str] = mapped_column(server_default="")
    """Of the organ's own site."""
    published_on: Mapped[date]
    recorded_by_name: Mapped[str]
    evidence_sha256: Mapped[str] = mapped_column(server_default="")
    evidence_name: Mapped[str] = mapped_column(server_default="")
    checked_at: Mapped[datetime | None]
    check_passed: Mapped[bool | None]
    check_note: Mapped[str] = mapped_column(server_default="")
