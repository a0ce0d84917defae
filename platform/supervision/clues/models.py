"""Clues (Article 17). Who complained is kept in a table of its own that no other organ's scope ever reaches."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned

DUE = "coalesce(next_due_on, '9999-12-31'::date)"
"""The order by end, clues without one last: an expression, so that one index range serves a page."""
FACETS = ("source", "subject_organ_id")
"""What the pool is filtered by, decided in the indexes (docs/adr/0013-lists.md)."""


class Clue(Versioned, TenantRow):
    """Information that may lead to a matter. `organ_id` is the organ that has to deal with it."""

    __tablename__ = "clue"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "number"),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint(
            "state in ('new', 'accepted', 'passed_on', 'dismissed', 'merged', 'in_matter', 'answered')",
            name="state",
        ),
        Index("ix_clue_newest", "city_id", "organ_id", "received_at", "id", *FACETS),
        Index("ix_clue_state", "city_id", "organ_id", "state", "received_at", "id", *FACETS),
        Index("ix_clue_due", "city_id", "organ_id", "state", text(DUE), "id", *FACETS),
        Index(
            "ix_clue_open_due",
            "city_id",
            "organ_id",
            text(DUE),
            "id",
            "state",
            *FACETS,
            postgresql_where=text("next_due_on is not null"),
        ),
        Index("ix_clue_origin", "city_id", "origin_organ_id", "received_at", "id", "state", *FACETS),
        Index(
            "ix_clue_dismissal",
            "city_id",
            "organ_id",
            "state",
            "next_due_on",
            "id",
            postgresql_where=text("dismissal_proposed_by is not null"),
        ),
        Index("ix_clue_search", "search", postgresql_using="gin"),
    )

    number: Mapped[str]
    origin_organ_id: Mapped[UUID]
    """Who registered or passed it on: reads its progress, not its handling."""
    source: Mapped[str]
    external_id: Mapped[str] = mapped_column(server_default="")
    title: Mapped[str]
    facts: Mapped[str]
    place: Mapped[str] = mapped_column(server_default="")
    happened_on: Mapped[date | None]
    subject_organ_id: Mapped[UUID | None]
    subject_name: Mapped[str] = mapped_column(server_default="")
    content_items: Mapped[list[str]]
    urgent: Mapped[bool]
    received_at: Mapped[datetime]
    state: Mapped[str]
    state_reason: Mapped[str] = mapped_column(server_default="")
    reason_code: Mapped[str] = mapped_column(server_default="")
    dismissal_proposed_by: Mapped[UUID | None]
    merged_into_id: Mapped[UUID | None]
    matter_id: Mapped[UUID | None]
    passed_to_id: Mapped[UUID | None]
    passed_clue_id: Mapped[UUID | None]
    """The clue that this one became at the organ it was passed on to."""
    from_clue_id: Mapped[UUID | None]
    result_note: Mapped[str] = mapped_column(server_default="")
    answer: Mapped[str] = mapped_column(server_default="")
    answered_at: Mapped[datetime | None]
    registered_by: Mapped[UUID]
    registered_name: Mapped[str]
    extended: Mapped[bool]
    next_due_on: Mapped[date | None]
    search: Mapped[str | None] = mapped_column(TSVECTOR)


class Complainant(TenantRow):
    """Who complained: encrypted, read by the competent organ alone, every reading audited."""

    __tablename__ = "complainant"
    __table_args__ = (
        ForeignKeyConstraint(["city_id", "organ_id", "clue_id"], ["clue.city_id", "clue.organ_id", "clue.id"]),
    )

    clue_id: Mapped[UUID]
    anonymous: Mapped[bool]
    confidential: Mapped[bool]
    name_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_mask: Mapped[str] = mapped_column(server_default="")
    contact_mask: Mapped[str] = mapped_column(server_default="")
