"""The matter and what is established in it: handlers, acts, remedies, findings, activities, evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


def _of_matter() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["city_id", "organ_id", "matter_id"], ["matter.city_id", "matter.organ_id", "matter.id"]
    )


LIVE = ("proposed", "open", "closing", "suspended")
"""States of a matter that is not ended."""
FACETS = ("state", "stage", "mode", "supervised_id", "relation", "opened_on")
"""What a list is filtered by: behind the order in its indexes, so that a filter is decided there and no row that it
leaves out is fetched (docs/adr/0013-lists.md)."""


def _sorted(name: str, *order: str) -> tuple[Index, Index]:
    """The indexes of one order of the list: over all matters of an organ, and over those that are not ended."""
    columns = ("city_id", "organ_id", *order, *FACETS)
    return (
        Index(f"ix_matter_{name}", *columns),
        Index(f"ix_matter_live_{name}", *columns, postgresql_where=text("live")),
    )


class Matter(Versioned, TenantRow):
    """One supervision case (Article 11). `organ_id` is the supervision body or department that handles it."""

    __tablename__ = "matter"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "year", "seq"),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint("state in ('proposed', 'rejected', 'open', 'closing', 'closed', 'suspended')", name="state"),
        *_sorted("due", "next_due_on", "id"),
        *_sorted("created", "created_at", "id"),
        *_sorted("number", "year", "seq", "id"),
        Index("ix_matter_opened_on", "city_id", "organ_id", "opened_on"),
        Index("ix_matter_closed_on", "city_id", "organ_id", "closed_on"),
        Index("ix_matter_search", "search", postgresql_using="gin"),
    )

    government_id: Mapped[UUID | None]
    """The supervising organ on whose behalf the supervision body acts; NULL for a department's own matter."""
    supervised_id: Mapped[UUID]
    supervised_name: Mapped[str]
    relation: Mapped[str]
    relation_article: Mapped[str]
    number: Mapped[str | None]
    """建监〔2026〕31号, taken when the opening is approved."""
    year: Mapped[int | None]
    seq: Mapped[int | None]
    title: Mapped[str]
    mode: Mapped[str]
    content_items: Mapped[list[str]]
    basis: Mapped[str]
    """clue, plan_item, rule_model, own_finding, order_from_above."""
    basis_note: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]
    stage: Mapped[str]
    """Key of the stage badge, recomputed by the services on every change."""
    rulebook_key: Mapped[str]
    proposed_by: Mapped[UUID]
    """Person, so that another post of the same person is not another person."""
    proposed_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    closed_after: Mapped[int | None]
    """Working days from opening to closing, by the calendar of the day of closing; the opening day does not count."""
    closing_report: Mapped[str] = mapped_column(server_default="")
    closing_proposed_by: Mapped[UUID | None]
    """Person who proposed the closing that is waiting or approved; never the one who approves it."""
    look_back_on: Mapped[date | None]
    round: Mapped[int] = mapped_column(server_default="1")
    suspended_ground: Mapped[str] = mapped_column(server_default="")
    next_due_on: Mapped[date | None]
    """Nearest end of a running deadline; kept in step by the services for ordering lists."""
    handler_names: Mapped[str] = mapped_column(server_default="")
    search: Mapped[str | None] = mapped_column(TSVECTOR)
    live: Mapped[bool] = mapped_column(Computed(f"state in {LIVE}", persisted=True), deferred=True)
    """Not ended: what the views of open matters ask the database for. Nothing in Python reads it."""


class Handler(TenantRow):
    """A supervisor assigned to a matter; ended on recusal or reassignment."""

    __tablename__ = "handler"
    __table_args__ = (
        _of_matter(),
        Index(
            "uq_handler_active",
            "city_id",
            "matter_id",
            "post_id",
            "organ_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_handler_person", "city_id", "person_id", "matter_id", postgresql_where=text("ended_at is null")),
        Index("ix_handler_matter", "city_id", "matter_id", "organ_id"),
    )

    matter_id: Mapped[UUID]
    post_id: Mapped[UUID]
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    certificate_no: Mapped[str]
    no_conflict_declared: Mapped[bool]
    assigned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(server_default="")


class Assistance(TenantRow):
    """A judicial office that helps in a matter, by its area or because it was named (Article 5): while it does, it
    reads the matter. `organ_id` is the justice department that it helps."""

    __tablename__ = "assistance"
    __table_args__ = (
        _of_matter(),
        UniqueConstraint("city_id", "matter_id", "office_id", "organ_id"),
        CheckConstraint("origin in ('area', 'named')", name="origin"),
        Index("ix_assistance_office", "office_id", "ended_at", "organ_id", "matter_id"),
    )

    matter_id: Mapped[UUID]
    office_id: Mapped[UUID]
    origin: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    named_by: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]


class Recusal(TenantRow):
    """A recusal in a matter (Article 16): from the declaration to the decision the person does nothing in it."""

    __tablename__ = "recusal"
    __table_args__ = (
        _of_matter(),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint("state in ('declared', 'granted', 'refused', 'lifted')", name="state"),
        CheckConstraint("origin in ('own', 'applied', 'ordered')", name="origin"),
        CheckConstraint("decided_by is distinct from person_id", name="decider"),
        Index("ix_recusal_matter", "city_id", "matter_id"),
        Index("ix_recusal_list", "city_id", "organ_id", "id", "state"),
        Index(
            "uq_recusal_in_force",
            "city_id",
            "organ_id",
            "matter_id",
            "person_id",
            unique=True,
            postgresql_where=text("state in ('declared', 'granted')"),
        ),
    )

    matter_id: Mapped[UUID]
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    origin: Mapped[str]
    """own, applied, ordered."""
    ground: Mapped[str] = mapped_column(server_default="other")
    """Key of a ground of the rule book."""
    reason: Mapped[str]
    state: Mapped[str]
    """declared, granted, refused, lifted."""
    declared_at: Mapped[datetime]
    declared_by_name: Mapped[str] = mapped_column(server_default="")
    applicant_id: Mapped[UUID | None]
    """The supervised organ that applied, and below the document that it was served."""
    applicant_name: Mapped[str] = mapped_column(server_default="")
    delivery_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decision_reason: Mapped[str] = mapped_column(server_default="")
    replacement_name: Mapped[str] = mapped_column(server_default="")
    """Who took over with the decision; empty: still to be assigned, or not a handler."""
    paper_number: Mapped[str] = mapped_column(server_default="")
    lifted_at: Mapped[datetime | None]
    lifted_by_name: Mapped[str] = mapped_column(server_default="")
    lifted_reason: Mapped[str] = mapped_column(server_default="")


class Act(TenantRow):
    """An administrative act under a matter; reconsideration or litigation attaches to it alone (Article 20)."""

    __tablename__ = "act"
    __table_args__ = (
        _of_matter(),
        UniqueConstraint("city_id", "organ_id", "id"),
        Index("ix_act_matter", "city_id", "matter_id"),
    )

    matter_id: Mapped[UUID]
    no: Mapped[int]
    name: Mapped[str]
    number: Mapped[str]
    made_on: Mapped[date | None]
    subject: Mapped[str]
    counterpart_name: Mapped[str]
    counterpart_cipher: Mapped[bytes | None]
    """Citizen id or credit code of the counterpart, encrypted; shown masked."""
    counterpart_mask: Mapped[str] = mapped_column(server_default="")


class Remedy(TenantRow):
    """A reconsideration or lawsuit about one act: while it runs, no decision on findings about that act."""

    __tablename__ = "remedy"
    __table_args__ = (
        ForeignKeyConstraint(["city_id", "organ_id", "act_id"], ["act.city_id", "act.organ_id", "act.id"]),
        CheckConstraint("kind in ('reconsideration', 'litigation')", name="kind"),
        Index("ix_remedy_matter", "city_id", "matter_id"),
    )

    matter_id: Mapped[UUID]
    act_id: Mapped[UUID]
    kind: Mapped[str]
    body: Mapped[str]
    """The organ or court that accepted it."""
    filed_on: Mapped[date]
    case_number: Mapped[str] = mapped_column(server_default="")
    evidence_id: Mapped[UUID | None]
    entered_by_organ: Mapped[UUID]
    ended_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(server_default="")
    settles: Mapped[bool | None]
    """Whether the result settled the act; if not, the matter goes on."""


class Finding(Versioned, TenantRow):
    """A problem established in a matter (Article 19)."""

    __tablename__ = "finding"
    __table_args__ = (
        _of_matter(),
        UniqueConstraint("city_id", "matter_id", "no", "organ_id"),
        CheckConstraint(
            "state in ('established', 'rectified', 'not_rectified', 'dropped', 'decided', 'executed', 'referred')",
            name="state",
        ),
    )

    matter_id: Mapped[UUID]
    no: Mapped[int]
    content_item: Mapped[str]
    title: Mapped[str]
    facts: Mapped[str]
    provision: Mapped[str]
    """Law, article, paragraph broken, in force on the day of the act."""
    gravity: Mapped[str]
    act_id: Mapped[UUID | None]
    officers: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]
    established_on: Mapped[date] = mapped_column(server_default=text("(now() at time zone 'Asia/Shanghai')::date"))
    verified_note: Mapped[str] = mapped_column(server_default="")
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None]
    dropped_reason: Mapped[str] = mapped_column(server_default="")


class Activity(TenantRow):
    """A measure taken in a matter (Article 13): inspection, interview, survey, copying files …"""

    __tablename__ = "activity"
    __table_args__ = (
        _of_matter(),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint(
            "files_good >= 0 and files_passed >= 0 and files_vetoed >= 0 and files_failed >= files_vetoed", name="files"
        ),
        CheckConstraint("social_count >= 0", name="social"),
        Index("ix_activity_matter", "city_id", "matter_id"),
    )

    matter_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    place: Mapped[str]
    participants: Mapped[str]
    record: Mapped[str]
    obstruction: Mapped[str] = mapped_column(server_default="")
    """Refusal or obstruction met (Article 14); empty: none."""
    recorded_by: Mapped[UUID]
    files_good: Mapped[int] = mapped_column(server_default="0")
    """Of a review of case files (Article 11(4)): how many of each grade."""
    files_passed: Mapped[int] = mapped_column(server_default="0")
    files_failed: Mapped[int] = mapped_column(server_default="0")
    files_vetoed: Mapped[int] = mapped_column(server_default="0")
    """Of the failed ones: those that a single grave fault failed."""
    social_count: Mapped[int] = mapped_column(server_default="0")
    """Social supervisors who took part (Article 15)."""


class Evidence(TenantRow):
    """A file kept as evidence: content-addressed, type checked by content. `owner_kind` says what it belongs to."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_owner", "city_id", "owner_id"),)

    matter_id: Mapped[UUID | None]
    owner_kind: Mapped[str]
    """matter, finding, activity, clue, reply, remedy, extension, objection."""
    owner_id: Mapped[UUID]
    shared_with_id: Mapped[UUID | None]
    """The other organ that may read it once it was submitted or served."""
    name: Mapped[str]
    kind: Mapped[str]
    """document, image, audio, video, record, archive."""
    media_type: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str] = mapped_column(server_default="")
    taken_at: Mapped[datetime | None]
    added_by: Mapped[str]
    detail: Mapped[dict[str, Any]]
