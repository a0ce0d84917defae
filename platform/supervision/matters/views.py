"""A matter and a list of matters as pages and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from supervision.deadlines.chips import Chip
from supervision.deadlines.views import DeadlineView
from supervision.matters.facts import Choice, DocumentLine

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a keyset list; `next` and `previous` are opaque cursors, None at the ends."""

    items: list[T]
    next: str | None = None
    previous: str | None = None


class MatterRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list."""

    id: UUID
    number: str | None
    title: str
    supervised_id: UUID
    supervised_name: str
    relation: str
    organ_id: UUID
    organ_name: str
    state: str
    stage: str
    stage_label: str
    stage_tone: str
    mode: str
    due_on: date | None
    due_text: str
    chip: Chip | None
    handlers: str
    source: str
    opened_on: date | None
    created_at: datetime


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the matter; `type` is the look of its tile."""

    id: UUID
    name: str
    type: str
    note: str
    media_type: str
    size: int
    sha256: str
    owner_kind: str
    owner_id: UUID
    href: str


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """A problem with what proves it and where it stands."""

    id: UUID
    no: int
    title: str
    facts: str
    provision: str
    content_item: str
    content_name: str
    gravity: str
    gravity_label: str
    state: str
    state_label: str
    act_id: UUID | None
    act_label: str
    officers: str
    note: str
    blocked: str
    evidence: list[EvidenceView]
    version: int
    can_verify: bool = False
    can_drop: bool = False
    can_refer: bool = False


class RemedyView(msgspec.Struct, frozen=True, kw_only=True):
    """A reconsideration or lawsuit about an act."""

    id: UUID
    kind: str
    kind_label: str
    body: str
    case_number: str
    filed_on: date
    ended_on: date | None
    result: str
    settles: bool | None
    evidence: list[EvidenceView]


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An administrative act under the matter; the counterpart's number is masked."""

    id: UUID
    no: int
    name: str
    number: str
    made_on: date | None
    subject: str
    counterpart: str
    counterpart_mask: str
    remedies: list[RemedyView]


class ActivityView(msgspec.Struct, frozen=True, kw_only=True):
    """A measure that was taken."""

    id: UUID
    kind: str
    kind_label: str
    at: datetime
    place: str
    participants: str
    record: str
    obstruction: str
    grades: str
    """Of a review of case files: 评查案卷 45 册：优秀 12 册…; else empty."""
    social_count: int
    """Social supervisors who took part (Art. 15)."""
    evidence: list[EvidenceView]


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """A handler, present or former."""

    name: str
    certificate: str
    """Shown masked."""
    no_conflict: bool
    assigned_at: datetime
    ended_at: datetime | None
    ended_reason: str


class OfficeView(msgspec.Struct, frozen=True, kw_only=True):
    """A judicial office that helps in the matter (Art. 5)."""

    organ_id: UUID
    name: str
    origin_label: str
    note: str


class RecusalView(msgspec.Struct, frozen=True, kw_only=True):
    """A recusal and its decision."""

    id: UUID
    name: str
    origin: str
    """own, applied, ordered."""
    origin_label: str
    ground: str
    """Key of a ground of the rule book."""
    ground_name: str
    reason: str
    state: str
    """declared, granted, refused, lifted."""
    state_label: str
    declared_at: datetime
    decided_at: datetime | None
    decided_by: str
    decision_reason: str
    replacement: str
    number: str
    """Of the decision document."""
    lifted_at: datetime | None
    lifted_reason: str


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the timeline."""

    id: UUID
    at: datetime
    action: str
    title: str
    note: str
    articles: list[str]
    who: str
    internal: bool
    subject_kind: str
    subject_id: UUID | None
    evidence: list[EvidenceView]


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the eight steps of the statutory path."""

    key: str
    label: str
    state: str
    date: date | None
    note: str
    article: str


class MatterView(msgspec.Struct, frozen=True, kw_only=True):
    """A matter whole, as far as the reader may see it."""

    id: UUID
    version: int
    number: str | None
    title: str
    state: str
    state_label: str
    stage: str
    stage_label: str
    stage_tone: str
    organ_id: UUID
    organ_name: str
    supervised_id: UUID
    supervised_name: str
    supervised_short: str
    relation: str
    relation_label: str
    relation_article: str
    mode: str
    mode_name: str
    mode_article: str
    content_items: list[str]
    content_names: list[str]
    basis: str
    basis_label: str
    basis_note: str
    source: str
    handlers: str
    rulebook_key: str
    rulebook_name: str
    proposed_at: datetime
    opened_on: date | None
    closed_on: date | None
    closing_report: str
    look_back_on: date | None
    round: int
    suspended_ground: str
    path: list[StepView]
    timeline: list[EventView]
    findings: list[FindingView]
    activities: list[ActivityView]
    evidence: list[EvidenceView]
    acts: list[ActView]
    people: list[PersonView]
    recusals: list[RecusalView]
    offices: list[OfficeView]
    can_name_office: bool
    deadlines: list[DeadlineView]
    documents: list[DocumentLine]
    allowed: list[Choice]
    refused: list[Choice]
