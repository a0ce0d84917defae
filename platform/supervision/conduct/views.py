"""Complaints about supervisors as the competent organ sees them, and as the complainant asks."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from supervision.matters.facts import Choice


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt: the number, and who examines."""

    number: str
    competent: str


class ComplaintAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a complainant learns with his number and secret."""

    number: str
    state_label: str
    received_at: datetime
    answered_at: datetime | None
    answer: str


class ComplaintRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list."""

    id: UUID
    number: str
    subject_organ_name: str
    position_label: str
    ground_label: str
    state: str
    state_label: str
    outcome_label: str
    examiner_names: str
    received_at: datetime
    due_on: date | None
    overdue: bool


class ConsequenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One consequence of a founded complaint."""

    kind: str
    label: str
    note: str


class ComplaintStepView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history."""

    at: datetime
    actor_name: str
    action: str
    title: str
    note: str


class ComplaintView(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint whole; the complainant is masked."""

    id: UUID
    version: int
    number: str
    channel_label: str
    subject_organ_name: str
    position_label: str
    subject: str
    ground_label: str
    facts: str
    anonymous: bool
    source_mask: str
    state: str
    state_label: str
    received_at: datetime
    examiner_names: str
    findings: str
    outcome_label: str
    answer: str
    consequences: list[ConsequenceView]
    answered_at: datetime | None
    answered_by_name: str
    due_name: str
    due_length: str
    due_article: str
    due_on: date | None
    overdue: bool
    steps: list[ComplaintStepView]
    allowed: list[Choice]
    refused: list[Choice]


class ComplaintHead(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint after a step."""

    id: UUID
    version: int
    number: str
    state: str
    state_label: str


class ComplaintSource(msgspec.Struct, frozen=True, kw_only=True):
    """Who complained, after the purpose was recorded."""

    name: str
    contact: str
