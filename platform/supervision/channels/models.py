"""What is known of a clue besides the clue, by its channel (Arts. 15, 17). Every row belongs to the organ that handles
the clue, and no other organ's scope reaches it: the organ complained of learns neither channel nor complainant."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned

_CLUE = ["clue.city_id", "clue.organ_id", "clue.id"]


def _of_clue(column: str = "clue_id") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["city_id", "organ_id", column], _CLUE)


class PublicComplaint(TenantRow):
    """A clue of the open complaint page. The code with which its author asks is kept as a keyed hash alone."""

    __tablename__ = "public_complaint"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "clue_id"),
        UniqueConstraint("city_id", "organ_id", "code_hash"),
        Index("ix_public_complaint_code", "code_hash"),
        CheckConstraint("length(code_hash) = 32", name="code"),
        _of_clue(),
    )

    clue_id: Mapped[UUID]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)


class MediaReport(TenantRow):
    """Where a clue from the media was published."""

    __tablename__ = "media_report"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "clue_id"),
        CheckConstraint("outlet <> ''", name="outlet"),
        _of_clue(),
    )

    clue_id: Mapped[UUID]
    outlet: Mapped[str]
    url: Mapped[str] = mapped_column(server_default="")
    published_on: Mapped[date]


class SocialSupervisor(Versioned, TenantRow):
    """An outsider whom the organ invited to take part in supervision (Art. 15), with the term and the area."""

    __tablename__ = "social_supervisor"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint(
            "identity in ('deputy', 'adviser', 'peoples_supervisor', 'expert', 'lawyer', 'journalist', 'other')",
            name="identity",
        ),
        CheckConstraint("from_on <= until_on", name="term"),
        CheckConstraint("(ended_on is null) = (ended_reason = '')", name="ended"),
        Index("ix_social_supervisor_list", "city_id", "organ_id", "until_on", "id"),
        Index("ix_social_supervisor_person", "city_id", "organ_id", "person_id"),
    )

    name: Mapped[str]
    identity: Mapped[str]
    workplace: Mapped[str] = mapped_column(server_default="")
    area: Mapped[str] = mapped_column(server_default="")
    """The area or field in which he takes part; empty: the organ's whole area."""
    contact_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_mask: Mapped[str] = mapped_column(server_default="")
    person_id: Mapped[UUID | None]
    """The person of his account, where he has one."""
    from_on: Mapped[date]
    until_on: Mapped[date]
    appointed_by_name: Mapped[str]
    ended_on: Mapped[date | None]
    ended_reason: Mapped[str] = mapped_column(server_default="")


class SocialReport(TenantRow):
    """Which social supervisor a clue comes from."""

    __tablename__ = "social_report"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "clue_id"),
        _of_clue(),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "supervisor_id"],
            ["social_supervisor.city_id", "social_supervisor.organ_id", "social_supervisor.id"],
        ),
        Index("ix_social_report_supervisor", "city_id", "organ_id", "supervisor_id"),
    )

    clue_id: Mapped[UUID]
    supervisor_id: Mapped[UUID]


class HotlineOrder(Versioned, TenantRow):
    """A work order of the 12345 hotline and the clue that it became. `organ_id` handles the clue; `door_id` is the
    organ whose connection the order came through and that the answers go back by."""

    __tablename__ = "hotline_order"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "clue_id"),
        UniqueConstraint("city_id", "organ_id", "door_id", "number"),
        CheckConstraint("kind in ('urgent', 'query', 'complaint', 'business')", name="kind"),
        CheckConstraint("state in ('open', 'withdrawn', 'returned', 'ended')", name="state"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(return_reason <> '') or state <> 'returned'", name="returned"),
        CheckConstraint("(state = 'open') = (ended_at is null)", name="ended"),
        Index("ix_hotline_order_door", "city_id", "door_id", "number"),
        Index("ix_hotline_order_list", "city_id", "organ_id", "id"),
        Index("ix_hotline_order_state", "city_id", "organ_id", "state", "id"),
        _of_clue(),
    )

    clue_id: Mapped[UUID]
    door_id: Mapped[UUID]
    number: Mapped[str]
    """The hotline's own number of the order."""
    version: Mapped[int]
    digest: Mapped[str]
    """SHA-256 of the version's content: the same version with another content is a fault of the sender."""
    kind: Mapped[str]
    state: Mapped[str]
    ordered_at: Mapped[datetime]
    due_on: Mapped[date]
    return_until: Mapped[date]
    return_reason: Mapped[str] = mapped_column(server_default="")
    """Why it is misdirected: the return takes effect with the leader's approval."""
    told: Mapped[int] = mapped_column(server_default="0")
    """Number of the last message to the hotline."""
    ended_at: Mapped[datetime | None]


class HotlineVersion(TenantRow):
    """What the hotline wrote in each version of an order. Never changed."""

    __tablename__ = "hotline_version"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "order_id", "version"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "order_id"],
            ["hotline_order.city_id", "hotline_order.organ_id", "hotline_order.id"],
        ),
    )

    order_id: Mapped[UUID]
    version: Mapped[int]
    title: Mapped[str]
    facts: Mapped[str]
    received_at: Mapped[datetime]


class HotlineMessage(TenantRow):
    """What the hotline was told about an order, in order. Never changed."""

    __tablename__ = "hotline_message"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "order_id", "seq"),
        CheckConstraint("seq >= 1", name="seq"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "order_id"],
            ["hotline_order.city_id", "hotline_order.organ_id", "hotline_order.id"],
        ),
    )

    order_id: Mapped[UUID]
    seq: Mapped[int]
    event: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime]


class DuplicateProposal(TenantRow):
    """Two clues of one pool that may report the same. What was rejected is not proposed again."""

    __tablename__ = "duplicate_proposal"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "first_id", "second_id"),
        CheckConstraint("first_id <> second_id", name="pair"),
        CheckConstraint("score between 0 and 100", name="score"),
        CheckConstraint("state in ('proposed', 'accepted', 'rejected')", name="state"),
        CheckConstraint("(state = 'proposed') = (decided_at is null)", name="decided"),
        _of_clue("first_id"),
        _of_clue("second_id"),
        Index(
            "ix_duplicate_proposal_open",
            "city_id",
            "organ_id",
            "score",
            "id",
            postgresql_where=text("state = 'proposed'"),
        ),
        Index("ix_duplicate_proposal_second", "city_id", "organ_id", "second_id"),
    )

    first_id: Mapped[UUID]
    """The clue that came first."""
    second_id: Mapped[UUID]
    score: Mapped[int]
    reasons: Mapped[list[str]]
    state: Mapped[str]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    decided_note: Mapped[str] = mapped_column(server_default="")
