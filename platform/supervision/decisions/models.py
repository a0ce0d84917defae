"""The report to the government and what the government decided on it (Article 20)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned

SENT = "coalesce(sent_at, created_at)"
"""The order of the list of reports: an expression, so that one index range serves a page."""


class GovernmentReport(Versioned, TenantRow):
    """The supervision body's report to its own government. The government reads it once it is sent."""

    __tablename__ = "government_report"
    __table_args__ = (
        ForeignKeyConstraint(["city_id", "organ_id", "matter_id"], ["matter.city_id", "matter.organ_id", "matter.id"]),
        CheckConstraint("state in ('draft', 'reported', 'returned', 'declined', 'decided', 'withdrawn')", name="state"),
        Index(
            "uq_government_report_live",
            "city_id",
            "matter_id",
            "organ_id",
            unique=True,
            postgresql_where=text("state in ('draft', 'reported', 'returned')"),
        ),
        Index("ix_government_report_instrument", "city_id", "instrument_id"),
        Index("ix_government_report_government", "city_id", "government_id", "state", "sent_at", "id"),
        Index("ix_government_report_list", "city_id", "organ_id", text(SENT), "id", "state"),
        Index("ix_government_report_state", "city_id", "organ_id", "state", "created_at", "id"),
    )

    matter_id: Mapped[UUID]
    matter_number: Mapped[str]
    matter_title: Mapped[str]
    government_id: Mapped[UUID]
    supervised_id: Mapped[UUID]
    supervised_name: Mapped[str]
    relation: Mapped[str]
    instrument_id: Mapped[UUID]
    instrument_label: Mapped[str]
    ground: Mapped[str]
    """lapsed (逾期不改正) or refused (拒不改正)."""
    state: Mapped[str]
    body: Mapped[str]
    statement: Mapped[str] = mapped_column(server_default="")
    """What the supervised organ said."""
    considered: Mapped[str] = mapped_column(server_default="")
    """Nature, circumstances and degree of fault (Article 20)."""
    legal_review: Mapped[str] = mapped_column(server_default="")
    """What the legal review says of the proposals; a report is not sent without it (Article 8(2))."""
    proposals: Mapped[list[Any]]
    """[{finding_id, act_id, kind, reason_code, requirement}] as the supervision body proposes."""
    number: Mapped[str | None]
    year: Mapped[int | None]
    seq: Mapped[int | None]
    drafted_by: Mapped[UUID | None]
    """NULL: drafted by the system (+5 working days)."""
    drafted_by_name: Mapped[str]
    drafted_automatically: Mapped[bool]
    sent_by: Mapped[UUID | None]
    sent_by_name: Mapped[str] = mapped_column(server_default="")
    sent_at: Mapped[datetime | None]
    pdf_sha256: Mapped[str | None]
    returned_reason: Mapped[str] = mapped_column(server_default="")
    returned_until: Mapped[date | None]
    declined_reason: Mapped[str] = mapped_column(server_default="")
    rulebook_key: Mapped[str]


class Decision(Versioned, TenantRow):
    """The government's decision. `organ_id` is the government."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("city_id", "report_id", "organ_id"),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint(
            "state in ('decided', 'issued', 'served', 'execution_reported', 'executed', 'not_executed', 'revoked')",
            name="state",
        ),
        Index("ix_decision_matter", "city_id", "matter_id"),
        Index("ix_decision_report", "city_id", "report_id"),
        Index("ix_decision_list", "city_id", "organ_id", "decided_at", "id", "state"),
        Index("ix_decision_body", "city_id", "body_id", "decided_at", "id", "state"),
    )

    report_id: Mapped[UUID]
    matter_id: Mapped[UUID]
    body_id: Mapped[UUID]
    """The supervision body, which verifies the execution and reads the decision."""
    supervised_id: Mapped[UUID]
    supervised_name: Mapped[str]
    instrument_id: Mapped[UUID | None]
    """The decision document, which lies in the government's tenant."""
    number: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]
    decided_by: Mapped[UUID]
    decided_by_name: Mapped[str]
    decided_at: Mapped[datetime]
    term_amount: Mapped[int]
    term_unit: Mapped[str]
    remedy_checked_at: Mapped[datetime]
    served_on: Mapped[date | None]
    due_on: Mapped[date | None]
    """End of the time for reporting the execution; known from service on."""
    execution_note: Mapped[str] = mapped_column(server_default="")
    verified_note: Mapped[str] = mapped_column(server_default="")


class DecisionItem(TenantRow):
    """What was decided on one finding."""

    __tablename__ = "decision_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "decision_id"], ["decision.city_id", "decision.organ_id", "decision.id"]
        ),
        UniqueConstraint("city_id", "decision_id", "no", "organ_id"),
        CheckConstraint(
            "kind in ('perform_in_time', 'supplement_or_correct', 'revoke', 'confirm_unlawful', 'confirm_void')",
            name="kind",
        ),
    )

    decision_id: Mapped[UUID]
    no: Mapped[int]
    finding_id: Mapped[UUID]
    finding_title: Mapped[str]
    act_id: Mapped[UUID | None]
    act_label: Mapped[str]
    kind: Mapped[str]
    reason_code: Mapped[str]
    requirement: Mapped[str]


class BlockedItem(TenantRow):
    """A finding on which the government could not decide because of reconsideration or litigation (Article 20)."""

    __tablename__ = "blocked_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "decision_id"], ["decision.city_id", "decision.organ_id", "decision.id"]
        ),
        UniqueConstraint("city_id", "decision_id", "finding_id", "organ_id"),
    )

    decision_id: Mapped[UUID]
    finding_id: Mapped[UUID]
    finding_title: Mapped[str]
    remedy_kind: Mapped[str]
    note: Mapped[str]
