"""Records, imports and quarantined lines as pages and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from supervision.records.models import QuarantinedRecord, RecordImport

STATES = {"waiting": "等待", "running": "导入中", "done": "已完成", "failed": "已停止"}
LINE_STATES = {"waiting": "待修正", "resubmitted": "已重新提交", "discarded": "已放弃"}
FORMATS = {"jsonl": "JSON Lines", "csv": "CSV", "xlsx": "XLSX", "api": "接口"}
LAYOUTS = {"native": "本系统数据项", "credit_penalty": "双公示行政处罚", "credit_licence": "双公示行政许可"}


class RecordImportView(msgspec.Struct, frozen=True, kw_only=True):
    """A file or batch: how far it is, and what became of its lines. `percent` of its bytes or rows."""

    id: UUID
    source: str
    file_name: str
    format: str
    format_label: str
    layout_label: str
    state: str
    state_label: str
    problem: str
    percent: int
    read: int
    accepted: int
    stale: int
    quarantined: int
    waiting: int
    size: int
    started_by: str
    started_at: datetime
    finished_at: datetime | None


def import_view(row: RecordImport) -> RecordImportView:
    return RecordImportView(
        id=row.id,
        source=row.source,
        file_name=row.file_name,
        format=row.format,
        format_label=FORMATS[row.format],
        layout_label=LAYOUTS.get(row.layout, ""),
        state=row.state,
        state_label=STATES[row.state],
        problem=row.problem,
        percent=100 if row.finished_at else row.position * 100 // max(1, row.size),
        read=row.read,
        accepted=row.accepted,
        stale=row.stale,
        quarantined=row.quarantined,
        waiting=row.waiting,
        size=row.size,
        started_by=row.started_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


class LineProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field of a line."""

    field: str
    label: str
    reason: str


class LineField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a quarantined line. `text` is what a form starts with: empty for what is personal."""

    name: str
    label: str
    text: str
    shown: str
    reason: str
    editable: bool
    personal: bool


class QuarantinedView(msgspec.Struct, frozen=True, kw_only=True):
    """A line that could not be taken. `fields` only where one line is asked for."""

    id: UUID
    import_id: UUID
    line: int
    external_id: str
    organ: str
    problems: list[LineProblem]
    state: str
    state_label: str
    handled_at: datetime | None
    handled_by: str
    note: str
    fields: list[LineField] = []


def quarantined_view(row: QuarantinedRecord) -> QuarantinedView:
    return QuarantinedView(
        id=row.id,
        import_id=row.import_id,
        line=row.line,
        external_id=row.external_id,
        organ=row.organ_text,
        problems=[msgspec.convert(p, LineProblem) for p in row.problems],
        state=row.state,
        state_label=LINE_STATES[row.state],
        handled_at=row.handled_at,
        handled_by=row.handled_by,
        note=row.note,
    )


class EnforcementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A record in a list; its party as it may be shown. Amounts in fen."""

    id: UUID
    organ_id: UUID
    organ_name: str
    kind: str
    kind_label: str
    acted_on: date
    case_no: str
    title: str
    item_name: str
    party_name: str
    fine_fen: int | None
    closed_on: date | None


class EnforcementStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the procedure: its day, or `missing` when the procedure has it and the record does not. `state` is the
    mark of quality of the field."""

    field: str
    label: str
    day: date | None
    missing: bool
    state: str


class EnforcementFact(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a record in words; `state` its mark of quality."""

    field: str
    label: str
    text: str
    state: str


class EnforcementView(msgspec.Struct, frozen=True, kw_only=True):
    """A record whole, with the party masked."""

    id: UUID
    organ_id: UUID
    organ_name: str
    kind: str
    kind_label: str
    source: str
    source_label: str
    external_id: str
    version: int
    taken_at: datetime
    acted_on: date
    case_no: str
    title: str
    party_kind_label: str
    party_name: str
    party_uscc: str
    has_secret: bool
    steps: list[EnforcementStep]
    facts: list[EnforcementFact]
    basis: list[str]
    officers: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    quality: dict[str, str]
    may_unmask: bool


class PartyIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Who the party is, for one who may know it; the reading is on record."""

    name: str
    id_no: str
    birth_on: str
    address: str
