"""Reports and decisions as pages and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from supervision.deadlines.views import DeadlineView
from supervision.instruments.views import ObjectionView
from supervision.matters.views import EventView, EvidenceView


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of reports."""

    id: UUID
    number: str
    matter_id: UUID
    matter_number: str
    matter_title: str
    supervised_name: str
    organ_name: str
    ground_label: str
    state: str
    state_label: str
    sent_at: datetime | None
    created_at: datetime
    automatic: bool
    returned_until: date | None
    decision_id: UUID | None = None


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    name: str


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of decision as it is offered for this relation; a refused one carries reason and article."""

    key: str
    name: str
    when: str
    allowed: bool
    reason: str
    article: str
    reasons: list[ReasonView]


class ProposalView(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    kind_name: str
    reason_code: str
    reason_name: str
    requirement: str


class ProblemView(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of the report: facts, evidence, the act concerned, what blocks it, what is proposed."""

    finding_id: UUID
    no: int
    title: str
    facts: str
    provision: str
    content_item: str
    gravity_label: str
    state: str
    state_label: str
    act_id: UUID | None
    act_label: str
    blocked: str
    blocked_kind: str
    evidence: list[EvidenceView]
    proposal: ProposalView | None


class ActGroup(msgspec.Struct, frozen=True, kw_only=True):
    """An act (or an omission) with its findings: what the government decides one by one."""

    label: str
    blocked: str
    blocked_kind: str
    problems: list[ProblemView]


class ServedView(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument that went before."""

    id: UUID
    label: str
    served_on: date | None
    due_on: date | None
    outcome: str


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """A report with the whole record."""

    id: UUID
    version: int
    number: str
    state: str
    state_label: str
    matter_id: UUID
    matter_number: str
    matter_title: str
    organ_name: str
    government_id: UUID
    government_name: str
    supervised_name: str
    relation: str
    ground_label: str
    instrument_label: str
    body: str
    statement: str
    considered: str
    legal_review: str
    automatic: bool
    drafted_by_name: str
    sent_by_name: str
    sent_at: datetime | None
    returned_reason: str
    returned_until: date | None
    declined_reason: str
    has_pdf: bool
    handlers: str
    problems: list[ProblemView]
    groups: list[ActGroup]
    instruments: list[ServedView]
    kinds: list[KindView]
    timeline: list[EventView]
    deadlines: list[DeadlineView]
    term_amount: int
    term_unit: str
    decision_id: UUID | None
    allowed: list[str]
    """Actions of the report that the reader may take now."""
    refused: dict[str, str]
    """Action → the sentence that says why not."""


class DecisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of decisions."""

    id: UUID
    number: str
    matter_id: UUID
    matter_number: str
    matter_title: str
    supervised_name: str
    government_name: str
    kinds: list[str]
    state: str
    state_label: str
    decided_at: datetime
    served_on: date | None
    due_on: date | None


class DecidedItem(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided on one finding, and how far its execution is."""

    no: int
    finding_id: UUID
    finding_title: str
    act_label: str
    kind: str
    kind_name: str
    reason_name: str
    requirement: str
    state: str
    state_label: str


class BlockedView(msgspec.Struct, frozen=True, kw_only=True):
    finding_id: UUID
    finding_title: str
    note: str
    running: bool
    """Whether the reconsideration or lawsuit still runs."""


class AnswerItem(msgspec.Struct, frozen=True, kw_only=True):
    no: int
    requirement: str
    status_label: str
    text: str
    evidence: list[EvidenceView]


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """A report on the execution."""

    id: UUID
    round: int
    state: str
    submitted_at: datetime
    approved_by_name: str
    late_workdays: int
    general: str
    review_reason: str
    items: list[AnswerItem]


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision with its execution."""

    id: UUID
    version: int
    number: str
    state: str
    state_label: str
    report_id: UUID
    matter_id: UUID
    matter_number: str
    matter_title: str
    supervised_name: str
    government_name: str
    body_name: str
    decided_by_name: str
    decided_at: datetime
    remedy_checked_at: datetime
    served_on: date | None
    served_how: str
    due_on: date | None
    deadline: DeadlineView | None
    items: list[DecidedItem]
    blocked: list[BlockedView]
    answers: list[AnswerView]
    objection: ObjectionView | None
    copies: str
    verified_note: str
    instrument_id: UUID | None
    timeline: list[EventView]
    allowed: list[str]
    refused: dict[str, str]
