"""Interests that supervisors declared, what the leader confirmed about them, and what follows a recusal (Art. 16).

The recusal itself lies beside the matter (`supervision.matters.models.Recusal`), because every step of a matter asks
for it.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


class Interest(Versioned, TenantRow):
    """A standing declaration of a supervisor: with which organ or counterpart the person or a near relative is tied.

    Seen by the person, and by the principal leader and the legal-affairs unit of the same organ. The relative's name
    is personal data: encrypted, shown masked.
    """

    __tablename__ = "interest"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint("(holder = 'self') = (relative_cipher is null)", name="relative"),
        CheckConstraint("(subject_organ_id is null) = (subject_kind = 'counterpart')", name="subject"),
        CheckConstraint("until_on is null or until_on >= from_on", name="period"),
        Index("ix_interest_list", "city_id", "organ_id", "id"),
        Index("ix_interest_person", "city_id", "organ_id", "person_id", "id"),
    )

    person_id: Mapped[UUID]
    person_name: Mapped[str]
    holder: Mapped[str]
    """self, or what the relative is to the person: spouse, parent, child, sibling, grandparent, in_law, other_kin."""
    relative_cipher: Mapped[bytes | None]
    relative_mask: Mapped[str] = mapped_column(server_default="")
    subject_kind: Mapped[str]
    """organ (of the register of organs) or counterpart (a company or a person)."""
    subject_organ_id: Mapped[UUID | None]
    subject_name: Mapped[str]
    subject_code: Mapped[str] = mapped_column(server_default="")
    """Unified social credit code of a counterpart; never a citizen's number."""
    nature: Mapped[str]
    """employment, shareholding, dispute, creditor, other."""
    note: Mapped[str] = mapped_column(server_default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """The person withdrew the declaration: its cause is gone."""
    ended_reason: Mapped[str] = mapped_column(server_default="")


class Clearance(TenantRow):
    """The principal leader's written confirmation that a person has no interest in one matter."""

    __tablename__ = "conflict_clearance"
    __table_args__ = (
        ForeignKeyConstraint(["city_id", "organ_id", "matter_id"], ["matter.city_id", "matter.organ_id", "matter.id"]),
        Index("ix_conflict_clearance_matter", "city_id", "organ_id", "matter_id", "person_id"),
    )

    matter_id: Mapped[UUID]
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    interest_ids: Mapped[list[UUID]]
    """The declarations that the leader had before them; a later one asks again."""
    statement: Mapped[str]
    cleared_at: Mapped[datetime]
    cleared_by_name: Mapped[str]


class PriorStep(TenantRow):
    """Something that an officer did in a matter before the recusal was granted, for the new handler to look at."""

    __tablename__ = "recusal_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "recusal_id"], ["recusal.city_id", "recusal.organ_id", "recusal.id"]
        ),
        UniqueConstraint("city_id", "organ_id", "recusal_id", "no"),
        CheckConstraint("outcome in ('pending', 'confirmed', 'redo')", name="outcome"),
        Index(
            "ix_recusal_step_pending",
            "city_id",
            "matter_id",
            "recusal_id",
            postgresql_where=text("outcome = 'pending'"),
        ),
    )

    recusal_id: Mapped[UUID]
    matter_id: Mapped[UUID]
    no: Mapped[int]
    action: Mapped[str]
    title: Mapped[str]
    done_at: Mapped[datetime]
    outcome: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    settled_by_name: Mapped[str] = mapped_column(server_default="")


class Application(TenantRow):
    """What a supervised organ applied for and what became of it, in its own tenant: it never reads the recusal."""

    __tablename__ = "recusal_application"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "recusal_id"),
        CheckConstraint("state in ('declared', 'granted', 'refused')", name="state"),
        Index("ix_recusal_application_list", "city_id", "organ_id", "id"),
        Index("ix_recusal_application_delivery", "city_id", "organ_id", "delivery_id"),
    )

    recusal_id: Mapped[UUID]
    delivery_id: Mapped[UUID]
    document: Mapped[str]
    """《行政执法监督督办函》（…17号）"""
    issuer_name: Mapped[str]
    handler_name: Mapped[str]
    ground_name: Mapped[str]
    reason: Mapped[str]
    applied_at: Mapped[datetime]
    applied_by_name: Mapped[str]
    due_on: Mapped[date | None]
    """Last day for deciding."""
    state: Mapped[str]
    decided_on: Mapped[date | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decision_reason: Mapped[str] = mapped_column(server_default="")
    paper_number: Mapped[str] = mapped_column(server_default="")
