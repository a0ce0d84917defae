"""Complaints about supervisors (Art. 23). The rows belong to the competent organ above, and no other reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


class ConductComplaint(Versioned, TenantRow):
    """A complaint about a supervisor or the leader of a supervising organ; texts and names are encrypted."""

    __tablename__ = "conduct_complaint"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "year", "seq"),
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "receipt_hash"),
        CheckConstraint("state in ('received', 'examining', 'answered', 'closed')", name="state"),
        CheckConstraint("outcome in ('', 'founded', 'partly', 'unfounded')", name="outcome"),
        CheckConstraint("position in ('supervisor', 'leader')", name="position"),
        Index("ix_conduct_complaint_list", "city_id", "organ_id", "id"),
        Index("ix_conduct_complaint_receipt", "receipt_hash"),
        Index("ix_conduct_complaint_wake", "wake_at", "id", postgresql_where=text("wake_at is not null")),
    )

    year: Mapped[int]
    seq: Mapped[int]
    number: Mapped[str]
    channel: Mapped[str]
    """supervised, supervisor or public: from where it came, never from whom."""
    subject_organ_id: Mapped[UUID]
    subject_organ_name: Mapped[str]
    subject_person_id: Mapped[UUID | None]
    """The person complained about where he was found among the posts of that organ; he never reads it."""
    position: Mapped[str]
    ground: Mapped[str]
    """abuse, neglect, favouritism or other (Art. 23)."""
    subject_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    facts_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    source_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Who complained and how to reach him; none: anonymous."""
    source_mask: Mapped[str] = mapped_column(server_default="")
    receipt_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed hash of the code with which the complainant asks for the answer."""
    state: Mapped[str]
    received_at: Mapped[datetime]
    assigned_by: Mapped[UUID | None]
    assigned_at: Mapped[datetime | None]
    examiner_posts: Mapped[list[UUID]]
    examiner_names: Mapped[str] = mapped_column(server_default="")
    findings_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the examination found; for the organ itself."""
    outcome: Mapped[str] = mapped_column(server_default="")
    answer_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the complainant is told."""
    consequences: Mapped[list[Any]]
    """[{kind, note_cipher as hexadecimal text}] of a founded complaint."""
    answered_at: Mapped[datetime | None]
    answered_by_name: Mapped[str] = mapped_column(server_default="")
    closed_at: Mapped[datetime | None]
    due_kind: Mapped[str] = mapped_column(server_default="")
    due_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]


class ConductStep(TenantRow):
    """The history of a complaint, in no timeline that others read."""

    __tablename__ = "conduct_step"
    __table_args__ = (Index("ix_conduct_step_complaint", "city_id", "organ_id", "complaint_id", "id"),)

    complaint_id: Mapped[UUID]
    at: Mapped[datetime]
    actor_name: Mapped[str]
    action: Mapped[str]
    title: Mapped[str]
    note_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
