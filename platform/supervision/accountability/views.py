"""Accountability cases and what was served of them, as pages and the API show them (Art. 21)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from policy.entries import Sanction
from supervision.deadlines.views import DeadlineView
from supervision.matters.facts import Choice
from supervision.matters.views import EventView, EvidenceView


class OfficerOption(msgspec.Struct, frozen=True, kw_only=True):
    """An officer whom a case may concern, with his enforcement certificate."""

    id: UUID
    name: str
    title: str
    certificate: str
    status: str


class GroundView(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: str


class FormChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of a case offers."""

    supervised_id: UUID | None
    supervised_name: str
    matter_id: UUID | None
    matter_label: str
    findings: list[str]
    """The facts of the matter's findings, to start from."""
    grounds: list[GroundView]
    gravities: list[GroundView]
    faults: list[GroundView]
    sanctions: list[Sanction]
    training_hours: int
    officers: list[OfficerOption]
    evidence: list[EvidenceView]


class SanctionView(msgspec.Struct, frozen=True, kw_only=True):
    """A measure as it is offered: who imposes it, and whether the reader may."""

    key: str
    name: str
    against: str
    imposed_by: str
    imposed_by_label: str
    allowed: bool
    reason: str
    article: str


class AccountabilityRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list."""

    id: UUID
    number: str
    respondent: str
    supervised_name: str
    against: str
    grounds: list[str]
    measure: str
    measure_name: str
    state: str
    state_label: str
    organ_name: str
    automatic: bool
    proposed_at: datetime


class AccountabilityDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document of the case: when it was sent, how it was served."""

    id: UUID
    kind: str
    title: str
    number: str
    issuer_name: str
    sent_at: datetime
    served_on: date | None
    served_how: str
    until: date | None
    over: bool
    href: str
    word_href: str


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """What the respondent said."""

    waived: bool
    text: str
    wants_hearing: bool
    hearing_on: date | None
    on_behalf: bool
    stated_at: datetime
    stated_by_name: str


class ProposalAnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """What the person's own organ did."""

    round: int
    result: str
    result_label: str
    measure_name: str
    document_number: str
    effective_on: date | None
    reason: str
    training_hours: int | None
    training_until: date | None
    trained_hours: int | None
    trained_on: date | None
    answered_at: datetime
    answered_by_name: str


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """A review or an appeal and what came of it."""

    id: UUID
    kind: str
    kind_label: str
    reason: str
    state: str
    state_label: str
    decider_name: str
    requested_at: datetime
    requested_by_name: str
    on_behalf: bool
    number: str
    measure_name: str
    decided_at: datetime | None
    decided_by_name: str
    decision_reason: str


class AccountabilityView(msgspec.Struct, frozen=True, kw_only=True):
    """A case whole, for the supervising side."""

    id: UUID
    version: int
    number: str
    respondent: str
    against: str
    supervised_id: UUID
    supervised_name: str
    relation: str
    responsibility: str
    responsibility_label: str
    officer_id: UUID | None
    person_name: str
    person_title: str
    has_account: bool
    organ_id: UUID
    organ_name: str
    government_name: str
    matter_id: UUID | None
    matter_label: str
    origin: str
    source_label: str
    automatic: bool
    grounds: list[GroundView]
    gravity: str
    gravity_label: str
    fault: str
    fault_label: str
    facts: str
    nature: str
    harm: str
    mitigating: str
    aggravating: str
    measure: str
    measure_name: str
    imposed_by: str
    imposed_by_label: str
    training_hours: int | None
    awards_from: date | None
    awards_until: date | None
    awards_lifted_on: date | None
    state: str
    state_label: str
    proposed_at: datetime
    proposed_by_name: str
    hearing_wanted: bool
    hearing_on: date | None
    hearing_note: str
    decided_at: datetime | None
    decided_by_name: str
    decision_reason: str
    defence_answer: str
    decision_number: str
    served_on: date | None
    review_until: date | None
    referred: list[str]
    ended_at: datetime | None
    ended_note: str
    statement: StatementView | None
    answers: list[ProposalAnswerView]
    reviews: list[ReviewView]
    documents: list[AccountabilityDocument]
    evidence: list[EvidenceView]
    deadlines: list[DeadlineView]
    timeline: list[EventView]
    sanctions: list[SanctionView]
    """Measures that fit the respondent, for the decision."""
    allowed: list[Choice]
    refused: list[Choice]


class ReceivedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what was served on an organ or a person."""

    id: UUID
    kind: str
    title: str
    number: str
    issuer_name: str
    subject: str
    measure_name: str
    sent_at: datetime
    served_on: date | None
    until: date | None
    over: bool
    to_open: bool


class ReceivedView(msgspec.Struct, frozen=True, kw_only=True):
    """A served document with what its reader may do. Before the receipt it says no more than that it is there."""

    id: UUID
    kind: str
    title: str
    number: str
    issuer_name: str
    against: str
    person_name: str
    subject: str
    measure: str
    measure_name: str
    grounds: list[GroundView]
    facts: str
    evidence: list[str]
    reason: str
    defence_answer: str
    sent_at: datetime
    opened_at: datetime | None
    opened_by: str
    served_on: date | None
    until: date | None
    over: bool
    to_open: bool
    href: str
    word_href: str
    statement: StatementView | None
    answers: list[ProposalAnswerView]
    reviews: list[ReviewView]
    measures: list[SanctionView]
    """What the organ itself may impose, for the answer to a proposal."""
    allowed: list[Choice]
    refused: list[Choice]
