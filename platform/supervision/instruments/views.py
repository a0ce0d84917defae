"""What pages and the API show of instruments and deliveries."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from kernel.errors import FieldError
from supervision.deadlines.chips import Chip
from supervision.deadlines.views import DeadlineView
from supervision.instruments.checks import Check
from supervision.matters.views import EventView, EvidenceView


class RequirementView(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement with the finding it is about."""

    no: int
    text: str
    finding_title: str
    finding_facts: str
    provision: str
    articles: list[str]
    finding_id: UUID | None = None
    finding_state: str = ""
    finding_state_label: str = ""
    settled: bool = False


class ReplyItemView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one requirement."""

    no: int
    requirement: str
    status: str
    status_label: str
    text: str
    files: list[EvidenceView]
    complete: bool = False


class ReplyView(msgspec.Struct, frozen=True, kw_only=True):
    """A written report: the draft (its author's side only) or what was submitted."""

    id: UUID
    version: int
    round: int
    state: str
    state_label: str
    items: list[ReplyItemView]
    general: str
    refuses: bool
    drafted_by_name: str
    approved_by_name: str
    submitted_at: datetime | None
    late_workdays: int | None
    reviewed_at: datetime | None
    reviewed_by_name: str
    review_reason: str
    has_pdf: bool


class ExtensionView(msgspec.Struct, frozen=True, kw_only=True):
    """The application for more time and what came of it."""

    id: UUID
    length: str
    amount: int
    unit: str
    reason: str
    steps_taken: str
    requested_at: datetime
    requested_by_name: str
    state: str
    state_label: str
    decided_by_name: str
    decision_reason: str
    new_due_on: date | None


class ObjectionView(msgspec.Struct, frozen=True, kw_only=True):
    """The objection and what came of it."""

    id: UUID
    reason: str
    requested_at: datetime
    requested_by_name: str
    state: str
    state_label: str
    decided_by_name: str
    decision_reason: str


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervised organ may ask for: until when, or why not (any more)."""

    key: str
    label: str
    allowed: bool
    note: str
    article: str
    until: date | None = None


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """What happens by itself on a day if nothing is reported."""

    on: date
    text: str
    article: str


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """A document that asks for no answer; `to_open`: its receiver has not signed for it yet."""

    id: UUID
    kind: str
    kind_label: str
    number: str
    title: str
    article: str
    pages: int
    at: datetime
    href: str
    delivery_id: UUID | None = None
    issuer_name: str = ""
    opened_at: datetime | None = None
    opened_by: str = ""
    to_open: bool = False


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the inbox."""

    id: UUID
    number: str
    title: str
    kind: str
    kind_label: str
    issuer_name: str
    role: str
    state: str
    state_label: str
    sent_at: datetime
    served_on: date | None
    due_on: date | None
    date_text: str
    chip: Chip | None
    act_label: str


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """What was served, as its addressee sees it: the document, its limit, the report, the rights."""

    id: UUID
    kind: str
    kind_label: str
    number: str
    title: str
    issuer_name: str
    role: str
    state: str
    state_label: str
    manner: str
    sent_at: datetime
    opened: bool
    opened_at: datetime | None
    opened_by: str
    served_on: date | None
    served_how: str
    summary: str
    requirements: list[RequirementView]
    articles: list[str]
    article: str
    handler_names: str
    pages: int
    verification_code: str
    answer_title: str
    term_text: str
    deadline: DeadlineView | None
    reply: ReplyView | None
    earlier: list[ReplyView]
    missing: list[FieldError]
    filled: int
    send_back_reason: str
    sent_back_count: int
    extension: ExtensionView | None
    objection: ObjectionView | None
    rights: list[Right]
    consequences: list[Consequence]
    papers: list[PaperView]
    timeline: list[EventView]
    head_name: str
    can_open: bool
    can_write: bool
    can_approve: bool


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver of an issued instrument as its issuer sees it."""

    id: UUID
    addressee_name: str
    role: str
    state_label: str
    manner: str
    sent_at: datetime
    opened_at: datetime | None
    opened_by: str
    served_on: date | None
    served_how: str
    proof: str
    receipt: PaperView | None = None
    """The 送达回证, once it is made."""


class InstrumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of instruments."""

    id: UUID
    matter_id: UUID
    matter_number: str
    matter_title: str
    kind: str
    kind_label: str
    number: str
    addressee_name: str
    state: str
    state_label: str
    badge: str
    created_at: datetime
    issued_at: datetime | None
    due_on: date | None
    date_text: str
    chip: Chip | None
    late: bool
    drafted_by_name: str


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An act on the page of an instrument; without `href` it is explained instead."""

    action: str
    label: str
    articles: list[str]
    href: str = ""
    hint: str = ""
    reason: str = ""
    remedy: str = ""
    next: bool = False
    danger: bool = False


class InstrumentView(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument whole, as its issuer's side sees it."""

    id: UUID
    version: int
    matter_id: UUID
    matter_number: str
    matter_title: str
    kind: str
    kind_label: str
    name: str
    number: str
    label: str
    title: str
    issuer_name: str
    addressee_id: UUID
    addressee_name: str
    relation_label: str
    relation_article: str
    copies: list[str]
    state: str
    state_label: str
    badge: str
    opening: str
    term_text: str
    contact: str
    drafted_by_name: str
    submitted_at: datetime | None
    approved_by_name: str
    approved_at: datetime | None
    issued_at: datetime | None
    return_reason: str
    withdrawn_reason: str
    pages: int | None
    sha256: str
    verification_code: str
    sent_back_count: int
    send_back_limit: int
    requirements: list[RequirementView]
    checks: list[Check]
    receipts: list[ReceiptView]
    papers: list[PaperView]
    """Replies and notices that go with it; proofs of service stand with their receipts."""
    deadline: DeadlineView | None
    replies: list[ReplyView]
    extension: ExtensionView | None
    objection: ObjectionView | None
    allowed: list[ActView]
    refused: list[ActView]
    article: str
    sent_back_term: str
    needs_leader: bool
