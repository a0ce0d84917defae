"""Models, hits and outliers as pages and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec


class HitRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list: what was found in which record of whom, in one sentence with the computation."""

    id: UUID
    subject_id: UUID
    subject_kind: str
    label: str
    organ_id: UUID
    organ_name: str
    kind: str
    kind_label: str
    rule: str
    rule_name: str
    severity: str
    severity_label: str
    sentence: str
    articles: list[str]
    found_on: date
    state: str
    state_label: str
    score: int | None
    distance: str
    """Of a disproportionate fine, as its sentence says it; empty otherwise."""


class HitPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of hits; `next` is the cursor of the following one, empty at the end."""

    items: list[HitRow]
    next: str = ""


class RecordDate(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the record's own procedure. `mark`: the model looked at it; without a day it is missing."""

    field: str
    label: str
    on: date | None
    mark: bool


class QuestionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A question about a hit and its answer. `state`: waiting, late, answered."""

    id: UUID
    body_name: str
    asked_name: str
    label: str
    sentence: str
    question: str
    due_on: date
    asked_at: datetime
    asked_by_name: str
    state: str
    answer: str
    answered_at: datetime | None
    answered_by_name: str


class QuestionPage(msgspec.Struct, frozen=True):
    """Questions to an organ; `next` is the cursor of the following page, empty at the end."""

    items: list[QuestionRow]
    next: str = ""


class HitView(msgspec.Struct, frozen=True, kw_only=True):
    """A hit with what it saw, what it may be mistaken about, what to look at, and what else was found there."""

    hit: HitRow
    facts: dict[str, Any]
    traps: str
    shows: list[str]
    rule_version: int
    reason_label: str
    reason: str
    judged_by_name: str
    judged_at: datetime | None
    clue_id: UUID | None
    matter_id: UUID | None
    dates: list[RecordDate]
    others: list[HitRow]
    may_judge: bool
    may_ask: bool
    questions: list[QuestionRow]
    outlier: bool


class SwitchView(msgspec.Struct, frozen=True, kw_only=True):
    line: str
    line_label: str
    enabled: bool
    reason: str
    changed_by_name: str
    changed_at: datetime


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """A model and how it did. `percent`: confirmed of judged hits; `noisy`: below a fifth of at least twenty."""

    rule: str
    name: str
    version: int
    severity: str
    severity_label: str
    kinds: list[str]
    articles: list[str]
    sentence: str
    traps: str
    parameters: dict[str, int]
    open: int
    confirmed: int
    dismissed: int
    judged: int
    percent: float | None
    noisy: bool
    enabled: bool
    switches: list[SwitchView]


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """The last run: how many records, hits there were, changed, taken back, and how long it took."""

    scope: str
    records: int
    found: int
    opened: int
    cleared: int
    milliseconds: int
    finished_at: datetime


class ModelsPage(msgspec.Struct, frozen=True, kw_only=True):
    models: list[ModelView]
    run: RunView | None
    may_switch: bool
    accounts: list[str]


class LikeCase(msgspec.Struct, frozen=True, kw_only=True):
    """One of the compared cases; named only as far as the reader may see its record."""

    fine_fen: int
    this: bool
    record_id: UUID | None
    label: str
    organ_name: str
    decided_on: date | None


class LikeCases(msgspec.Struct, frozen=True, kw_only=True):
    """The like cases of an outlier. `count` of them, of which `cases` are all or an even sample."""

    group: str
    year: int
    count: int
    median_fen: int
    mad_fen: int
    cases: list[LikeCase]


class BenchmarkRow(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    organ_name: str
    name: str
    issuer: str
    version: int
    in_force_on: date
    ended_on: date | None
    row_count: int
    imported_by_name: str


class TierRow(msgspec.Struct, frozen=True, kw_only=True):
    item_code: str
    item_name: str
    basis: str
    tier: str
    tier_label: str
    code: str
    conditions: str
    range: str
    law_range: str


class BenchmarkPage(msgspec.Struct, frozen=True, kw_only=True):
    benchmark: BenchmarkRow
    tiers: list[TierRow]
