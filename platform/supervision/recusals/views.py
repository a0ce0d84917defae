"""Recusals, applications and interests as pages and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from supervision.deadlines.views import DeadlineView


class RecusalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of recusals."""

    id: UUID
    matter_id: UUID
    matter_number: str
    matter_title: str
    organ_name: str
    person_name: str
    origin: str
    """own, applied or ordered."""
    origin_label: str
    state: str
    """declared, granted, refused or lifted."""
    state_label: str
    declared_at: datetime
    due_on: date | None
    """Last day for deciding, while it is not decided."""


class StepItem(msgspec.Struct, frozen=True, kw_only=True):
    """What the officer had done before, and what the new handler says of it."""

    id: UUID
    no: int
    title: str
    done_at: datetime
    outcome: str
    """pending, confirmed or redo."""
    outcome_label: str
    note: str
    settled_by: str
    settled_at: datetime | None


class ReplacementItem(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor who could take over; `fit`: certified, not recused, no undecided interest."""

    post_id: UUID
    name: str
    title: str
    fit: bool


class RecusalDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A recusal whole, and what the reader may do about it."""

    id: UUID
    matter_id: UUID
    matter_number: str
    matter_title: str
    supervised_name: str
    organ_id: UUID
    organ_name: str
    person_name: str
    is_handler: bool
    """The person is a handler of the matter now."""
    origin: str
    origin_label: str
    ground: str
    ground_name: str
    reason: str
    applicant: str
    """The supervised organ that applied; empty otherwise."""
    state: str
    state_label: str
    declared_at: datetime
    declared_by: str
    decider: str
    """Who decides, by the rule book: 建安区司法局主要负责人."""
    decider_note: str
    decided_at: datetime | None
    decided_by: str
    decision_reason: str
    replacement: str
    short_handed: bool
    """Granted, and the matter has fewer handlers than it needs."""
    number: str
    paper_href: str
    lifted_at: datetime | None
    lifted_by: str
    lifted_reason: str
    deadline: DeadlineView | None
    steps: list[StepItem]
    replacements: list[ReplacementItem]
    may_decide: bool
    refusal: str
    """Why the reader may not decide."""
    may_lift: bool
    may_settle: bool
    """The reader is a present handler and confirms what was done before."""
    reads_matter: bool


class InterestItem(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration; the relative's name is masked."""

    id: UUID
    version: int
    person_name: str
    mine: bool
    holder: str
    holder_label: str
    relative_mask: str
    subject_kind: str
    """organ or counterpart."""
    subject_name: str
    subject_code: str
    nature: str
    nature_label: str
    note: str
    from_on: date
    until_on: date | None
    in_force: bool
    ended_at: datetime | None
    ended_reason: str


class RevealedName(msgspec.Struct, frozen=True, kw_only=True):
    """The relative's name in full; the look is on the trail."""

    name: str


class ConflictItem(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody declared an interest in a matter; what it is, only for who may know."""

    person_id: UUID
    person_name: str
    handler: bool
    """A handler of the matter now."""
    settled: str
    """How it was settled: a decision on a recusal, a confirmation; empty: it is open."""
    details: list[str]
    """配偶 王某某：许昌市某公司（任职、聘用）; empty for a reader who may not see declarations."""


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader's organ applied for, and the answer."""

    id: UUID
    delivery_id: UUID
    document: str
    issuer_name: str
    handler_name: str
    ground_name: str
    reason: str
    applied_at: datetime
    applied_by: str
    due_on: date | None
    state: str
    """declared, granted or refused."""
    state_label: str
    decided_on: date | None
    decided_by: str
    decision_reason: str
    number: str
