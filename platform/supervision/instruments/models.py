"""Instruments, what of them was delivered to the other side, and what the other side answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned

DUE = "coalesce(due_on, '9999-12-31'::date)"
"""The order of what was received, documents without an end last: an expression, so that one index range serves it."""
WAITING = "state = 'sent' or (state = 'served' and role = 'main')"
"""Deliveries that their addressee has still to open or to answer."""


def _of_delivery() -> ForeignKeyConstraint:
    """An answer hangs on a delivery between its own writer and the issuer that it names, and on no other."""
    return ForeignKeyConstraint(
        ["city_id", "issuer_id", "organ_id", "delivery_id"],
        ["delivery.city_id", "delivery.organ_id", "delivery.addressee_id", "delivery.id"],
    )


class Instrument(Versioned, TenantRow):
    """A numbered official document of a matter (Articles 19, 20). `organ_id` is the issuer's tenant."""

    __tablename__ = "instrument"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "kind", "year", "seq"),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint(
            "state in ('draft', 'in_approval', 'approved', 'issued', 'served', 'answered', 'accepted', 'refused',"
            " 'lapsed', 'withdrawn', 'superseded')",
            name="state",
        ),
        Index("ix_instrument_matter", "city_id", "matter_id"),
        Index("ix_instrument_list", "city_id", "organ_id", "created_at", "id", "state", "kind"),
        Index("ix_instrument_state", "city_id", "organ_id", "state", "submitted_at", "id"),
    )

    matter_id: Mapped[UUID]
    """The matter of the supervision body, also for the government's decision (another tenant's row: no key)."""
    matter_number: Mapped[str]
    matter_title: Mapped[str]
    kind: Mapped[str]
    addressee_id: Mapped[UUID]
    addressee_name: Mapped[str]
    relation: Mapped[str]
    copies_to: Mapped[list[UUID]]
    copies_text: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]
    number: Mapped[str | None]
    year: Mapped[int | None]
    seq: Mapped[int | None]
    title: Mapped[str]
    opening: Mapped[str]
    """The drafter's own introduction; the fixed parts are the template's."""
    term_amount: Mapped[int]
    term_unit: Mapped[str]
    rulebook_key: Mapped[str]
    contact: Mapped[str] = mapped_column(server_default="")
    drafted_by: Mapped[UUID]
    drafted_by_name: Mapped[str]
    submitted_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str] = mapped_column(server_default="")
    approved_at: Mapped[datetime | None]
    return_reason: Mapped[str] = mapped_column(server_default="")
    issued_at: Mapped[datetime | None]
    pdf_sha256: Mapped[str | None]
    pages: Mapped[int | None]
    verification_code: Mapped[str | None]
    served_at: Mapped[datetime | None]
    sent_back_count: Mapped[int]
    objected: Mapped[bool]
    withdrawn_reason: Mapped[str] = mapped_column(server_default="")
    decision_id: Mapped[UUID | None]
    """For a decision document: the government's decision that it carries."""


class Requirement(TenantRow):
    """One line of what an instrument requires, for one finding."""

    __tablename__ = "requirement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "instrument_id"], ["instrument.city_id", "instrument.organ_id", "instrument.id"]
        ),
        UniqueConstraint("city_id", "instrument_id", "no", "organ_id"),
    )

    instrument_id: Mapped[UUID]
    no: Mapped[int]
    finding_id: Mapped[UUID]
    finding_title: Mapped[str]
    finding_facts: Mapped[str]
    provision: Mapped[str]
    content_item: Mapped[str]
    text: Mapped[str]


class Delivery(Versioned, TenantRow):
    """What was served: the addressee's whole view of a matter. Written by the issuer, read by both sides."""

    __tablename__ = "delivery"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "instrument_id"], ["instrument.city_id", "instrument.organ_id", "instrument.id"]
        ),
        UniqueConstraint("city_id", "instrument_id", "addressee_id", "organ_id"),
        UniqueConstraint("city_id", "organ_id", "addressee_id", "id"),
        CheckConstraint("state in ('sent', 'served', 'answered', 'accepted', 'closed', 'withdrawn')", name="state"),
        Index("ix_delivery_addressee", "city_id", "addressee_id", "state", "role", "due_on", "organ_id"),
        Index("ix_delivery_inbox", "city_id", "addressee_id", text(DUE), "id", "role", "state"),
        Index(
            "ix_delivery_waiting",
            "city_id",
            "addressee_id",
            "due_on",
            "sent_at",
            "id",
            postgresql_where=text(WAITING),
        ),
        Index("ix_delivery_deadline", "city_id", "deadline_id"),
    )

    instrument_id: Mapped[UUID]
    addressee_id: Mapped[UUID]
    issuer_name: Mapped[str]
    role: Mapped[str]
    """main or copy: only the main addressee answers."""
    kind: Mapped[str]
    number: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    """The document's own text in short: nothing that the document itself does not say."""
    requirements: Mapped[list[Any]]
    """[{no, finding_title, finding_facts, provision, text, articles}] as served."""
    articles: Mapped[list[str]]
    handler_names: Mapped[str]
    pdf_sha256: Mapped[str]
    pages: Mapped[int]
    verification_code: Mapped[str]
    state: Mapped[str]
    manner: Mapped[str]
    """system or paper."""
    sent_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str] = mapped_column(server_default="")
    served_on: Mapped[date | None]
    served_how: Mapped[str] = mapped_column(server_default="")
    """opened, deemed, paper."""
    proof: Mapped[str] = mapped_column(server_default="")
    answer_title: Mapped[str]
    term_amount: Mapped[int]
    term_unit: Mapped[str]
    due_on: Mapped[date | None]
    deadline_id: Mapped[UUID | None]
    extended: Mapped[bool]
    objection_until: Mapped[date | None]
    extension_until: Mapped[date | None]
    deadline_view: Mapped[dict[str, Any]]
    """What the 为何 box needs, copied so that the addressee never reads the issuer's own rows."""
    send_back_reason: Mapped[str] = mapped_column(server_default="")
    sent_back_count: Mapped[int]


class Reply(Versioned, TenantRow):
    """The supervised organ's written report (Article 19). Its author's alone until submitted."""

    __tablename__ = "reply"
    __table_args__ = (
        _of_delivery(),
        UniqueConstraint("city_id", "delivery_id", "round", "organ_id"),
        CheckConstraint("state in ('draft', 'in_approval', 'submitted', 'accepted', 'sent_back')", name="state"),
        Index("ix_reply_delivery", "city_id", "delivery_id"),
        Index("ix_reply_state", "city_id", "organ_id", "state", "created_at"),
    )

    delivery_id: Mapped[UUID]
    instrument_id: Mapped[UUID]
    issuer_id: Mapped[UUID]
    round: Mapped[int]
    state: Mapped[str]
    items: Mapped[list[Any]]
    """[{no, status: done|in_progress|cannot, text}], one for each requirement."""
    general: Mapped[str] = mapped_column(server_default="")
    refuses: Mapped[bool]
    """The organ states that it will not comply: leads to the report to the government at once."""
    drafted_by: Mapped[UUID]
    drafted_by_name: Mapped[str]
    approved_by_name: Mapped[str] = mapped_column(server_default="")
    submitted_at: Mapped[datetime | None]
    late_workdays: Mapped[int | None]
    pdf_sha256: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_name: Mapped[str] = mapped_column(server_default="")
    review_reason: Mapped[str] = mapped_column(server_default="")


class Extension(Versioned, TenantRow):
    """The supervised organ's application for more time: once, reasoned, before the limit ends."""

    __tablename__ = "extension"
    __table_args__ = (
        _of_delivery(),
        UniqueConstraint("city_id", "delivery_id", "organ_id"),
        Index("ix_extension_issuer", "city_id", "issuer_id", "state", "requested_at", "id"),
    )

    delivery_id: Mapped[UUID]
    instrument_id: Mapped[UUID]
    issuer_id: Mapped[UUID]
    amount: Mapped[int]
    unit: Mapped[str]
    reason: Mapped[str]
    steps_taken: Mapped[str]
    requested_at: Mapped[datetime]
    requested_by_name: Mapped[str]
    state: Mapped[str]
    """requested, granted, refused."""
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decision_reason: Mapped[str] = mapped_column(server_default="")
    new_due_on: Mapped[date | None]


class Objection(Versioned, TenantRow):
    """The supervised organ's objection to an instrument; it does not suspend, and another than the issuer decides."""

    __tablename__ = "objection"
    __table_args__ = (
        _of_delivery(),
        UniqueConstraint("city_id", "delivery_id", "organ_id"),
        Index("ix_objection_issuer", "city_id", "issuer_id", "state", "requested_at", "id"),
    )

    delivery_id: Mapped[UUID]
    instrument_id: Mapped[UUID]
    issuer_id: Mapped[UUID]
    reason: Mapped[str]
    requested_at: Mapped[datetime]
    requested_by_name: Mapped[str]
    state: Mapped[str]
    """raised, upheld (the instrument stands), changed, revoked."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decision_reason: Mapped[str] = mapped_column(server_default="")


class Paper(TenantRow):
    """A numbered document that asks for no answer: what goes with an instrument, or a circular.

    The kinds are those of the rule book: extension_reply, withdrawal_notice, service_receipt (Art. 19) and
    circular (Art. 11(8)). It is made whole in one step and never changed; `organ_id` is the issuer's tenant.
    """

    __tablename__ = "paper"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "instrument_id"], ["instrument.city_id", "instrument.organ_id", "instrument.id"]
        ),
        UniqueConstraint("city_id", "organ_id", "kind", "year", "seq"),
        UniqueConstraint("city_id", "kind", "delivery_id", "organ_id"),
        UniqueConstraint("city_id", "organ_id", "id"),
        Index("ix_paper_matter", "city_id", "matter_id"),
        Index("ix_paper_instrument", "city_id", "instrument_id"),
    )

    kind: Mapped[str]
    instrument_id: Mapped[UUID | None]
    """The instrument that it goes with; none for a circular."""
    delivery_id: Mapped[UUID | None]
    """The delivery that it is about, for the reply to an application and the proof of service."""
    matter_id: Mapped[UUID | None]
    number: Mapped[str]
    year: Mapped[int]
    seq: Mapped[int]
    title: Mapped[str]
    article: Mapped[str]
    pdf_sha256: Mapped[str]
    pages: Mapped[int]
    verification_code: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by_name: Mapped[str]


class PaperCopy(TenantRow):
    """A paper as one receiver has it. Written by the issuer, read by both sides."""

    __tablename__ = "paper_copy"
    __table_args__ = (
        ForeignKeyConstraint(["city_id", "organ_id", "paper_id"], ["paper.city_id", "paper.organ_id", "paper.id"]),
        UniqueConstraint("city_id", "paper_id", "addressee_id", "organ_id"),
        Index("ix_paper_copy_addressee", "city_id", "addressee_id", "sent_at", "id", "kind"),
        Index("ix_paper_copy_delivery", "city_id", "delivery_id"),
    )

    paper_id: Mapped[UUID]
    addressee_id: Mapped[UUID]
    delivery_id: Mapped[UUID | None]
    """The receiver's own delivery of the instrument; none for a circular."""
    kind: Mapped[str]
    number: Mapped[str]
    title: Mapped[str]
    article: Mapped[str]
    issuer_name: Mapped[str]
    pdf_sha256: Mapped[str]
    pages: Mapped[int]
    sent_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str] = mapped_column(server_default="")
