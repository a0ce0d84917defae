"""From numbers to what is written on a page: cells with their marks, versions, the state bar. Nothing is read here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from kernel.wording import format_short, format_when
from kernel.workdays import WorkCalendar
from reporting.returns import forms, periods
from reporting.returns.checks import BLANK, Finding, amounts_or_none
from reporting.returns.forms import CellRule, Form, Section
from reporting.returns.models import ReturnVersion, StatisticalReturn
from reporting.returns.opening import Due
from reporting.returns.records import unsent, why_typed
from reporting.returns.rules import MACHINE, STATES
from reporting.returns.sheet import Amount, Entry, Part, Sheet, change, numbers_of, shown, typed
from reporting.returns.views import (
    Comparison,
    DifferenceRow,
    PartRow,
    ReturnActView,
    ReturnCellView,
    ReturnRow,
    ReturnSectionView,
    ReturnStepView,
    ReturnView,
    VersionRow,
)
from supervision.deadlines.chips import Chip, chip_for
from supervision.deadlines.strip import DayCell
from tenants.organs.directory import Directory

if TYPE_CHECKING:
    from reporting.returns.reading import Shown

OUTCOMES = {"submitted": "待采用", "sent_back": "已退回", "accepted": "已采用", "replaced": "已由新的版本替代"}


def chip_of(head: StatisticalReturn, today: date, days: WorkCalendar) -> Chip:
    """The deadline chip: how long there is, or when it was handed in; late stays late."""
    if head.first_submitted_on is None:
        return chip_for(head.due_on, today, days, provisional=head.provisional)
    if head.late:
        late = (head.first_submitted_on - head.due_on).days
        return Chip("late_done", f"逾期 {late} 日后报送", "check", "grey")
    return Chip("done", f"按期报送 {format_short(head.first_submitted_on, today)}", "check", "outline")


def row_of(head: StatisticalReturn, today: date, days: WorkCalendar) -> ReturnRow:
    form = forms.form_of(head.form_key, head.form_version)
    return ReturnRow(
        id=head.id,
        form=head.form_key,
        name=form.header.name,
        period=head.period,
        period_label=periods.parse(head.period).label,
        organ_id=head.organ_id,
        organ_name=head.organ_name,
        state=head.state,
        state_label=STATES[head.state],
        due_on=head.due_on,
        chip=chip_of(head, today, days),
        late=head.late,
        version=head.version,
        stale=bool(head.stale),
    )


def view_of(
    seen: Shown,
    found: Sequence[Finding],
    versions: Sequence[ReturnVersion],
    *,
    tree: Directory,
    days: WorkCalendar,
    today: date,
    due: Due,
    strip: list[DayCell],
    acts: list[ReturnActView],
    own: bool,
    writable: bool,
    current: Collection[tuple[str, int]],
) -> ReturnView:
    """The whole return as a page takes it. What is blank is called an error once somebody has saved the sheet."""
    head, form = seen.head, seen.form
    blanks = sum(f.check == BLANK for f in found) if head.state == MACHINE.initial else 0
    if blanks:
        found = [f for f in found if f.check != BLANK]
    rows = [version_row(v) for v in versions]
    returned = next((v for v in versions if v.number == head.version and v.outcome == "sent_back"), None)
    marked = (seen.version or returned) if seen.version or head.state != "accepted" else None
    return ReturnView(
        id=head.id,
        form=head.form_key,
        form_version=head.form_version,
        table=form.header.table,
        name=form.header.name,
        short_name=form.header.short_name,
        period=head.period,
        period_label=seen.period.label,
        data_until=seen.period.last,
        organ_id=head.organ_id,
        organ_name=head.organ_name,
        receiver_name=tree.name(head.receiver_id) if head.receiver_id else "",
        state=head.state,
        state_label=STATES[head.state],
        record_version=head.row_version,
        version=seen.version.number if seen.version else head.version,
        accepted_version=head.accepted_version,
        revision=head.revision,
        revision_reason=head.revision_reason,
        late=head.late,
        first_submitted_on=head.first_submitted_on,
        due_on=head.due_on,
        due_sentence=due.sentence,
        due_cells=strip,
        chip=chip_of(head, today, days),
        article=form.header.article,
        has_below=seen.sheet.parts is not None,
        below_name=form.header.below,
        sections=sections_of(seen, found, dict(marked.cell_reasons) if marked else {}) if seen.sheet.cells else [],
        notes=list(form.header.notes),
        missing_note=seen.sheet.notes.get("missing", ""),
        findings=list(found),
        to_fill=blanks,
        errors=sum(f.grade == "error" for f in found),
        warnings=sum(f.grade == "warning" and not f.noted for f in found),
        parts=[part_row(part, current) for part in seen.sheet.parts or ()],
        missing=missing_rows(seen.sheet),
        stale=[f"{m['organ']}的报表已更新为第 {m['version']} 版" for m in head.stale],
        steps=steps_of(head, seen, tree, today),
        acts=acts,
        versions=rows,
        return_reason=head.return_reason,
        sent_back=version_row(returned) if returned else None,
        writable=writable,
        own=own,
        filled_by_name=head.filled_by_name,
        saved_at=head.filled_at if own else None,
        saved_by_name=head.filled_by_name,
        drawn_at=None,
        digest=seen.version.digest if seen.version else "",
    )


def sections_of(seen: Shown, found: Sequence[Finding], reasons: Mapping[str, str]) -> list[ReturnSectionView]:
    columns = {name: seen.sheet.column(name) for name in ("own", "below", "total")}
    return [
        ReturnSectionView(
            key=section.key,
            name=section.name,
            note=seen.sheet.notes.get(section.key, ""),
            unsent=unsent(_waiting(seen, section)),
            blank=len(_waiting(seen, section)),
            cells=[_cell(seen, cell, columns, found, reasons.get(cell.code, "")) for cell in section.cells],
        )
        for section in seen.form.sections
    ]


def _waiting(seen: Shown, section: Section) -> list[CellRule]:
    """The cells of a section that nobody has filled in and no record gave."""
    entries = [(cell, seen.sheet.entry(cell.code)) for cell in section.cells]
    return [cell for cell, entry in entries if entry.state == "blank" and _kind(seen, cell, entry) == "manual"]


def _cell(
    seen: Shown,
    cell: CellRule,
    columns: Mapping[str, Mapping[str, Amount]],
    found: Sequence[Finding],
    reason: str,
) -> ReturnCellView:
    sheet, code = seen.sheet, cell.code
    entry = sheet.entry(code)
    kind = _kind(seen, cell, entry)
    said = [f for f in found if f.code == code and (f.blocks or f.grade == "warning")]
    worst = said[0] if said else None
    before = amounts_or_none(seen.before.last_year, code)
    return ReturnCellView(
        row=seen.form.rows[code],
        code=code,
        name=cell.name,
        unit=cell.unit,
        rule=cell.rule,
        why_typed=why_typed(cell) if kind == "manual" else "",
        indent=cell.indent,
        kind=kind,
        own=shown(columns["own"][code], cell),
        typed=typed(entry, cell),
        below=shown(columns["below"][code], cell) if sheet.parts is not None else "",
        total=shown(columns["total"][code], cell),
        last_year=shown(before, cell) if seen.before.last_year else "",
        change=change(columns["total"][code], before, cell.unit) if seen.before.last_year else "",
        computed=shown(Amount("number", Fraction(entry.computed or 0, cell.scale)), cell) if entry.changed else "",
        note=entry.note,
        note_by=f"{entry.by} {entry.at}".strip(),
        state=worst.grade if worst and not (worst.noted and worst.grade == "warning") else "plain",
        message=worst.message if worst else "",
        reason=reason,
    )


def _kind(seen: Shown, cell: CellRule, entry: Entry) -> Literal["record", "formula", "manual", "no_duty"]:
    if cell.formula:
        return "formula"
    if entry.computed is not None:
        return "record"
    duty = seen.form.has_duty(cell.code, seen.head.organ_class, cell.lines)
    return "manual" if duty and not (cell.lines and entry.state == "none") else "no_duty"


def version_row(version: ReturnVersion) -> VersionRow:
    return VersionRow(
        number=version.number,
        submitted_at=version.submitted_at,
        submitted_by_name=version.submitted_by_name,
        approved_by_name=version.approved_by_name,
        late=version.late,
        reason=version.reason,
        outcome=version.outcome,
        outcome_label=OUTCOMES[version.outcome],
        outcome_at=version.outcome_at,
        outcome_by_name=version.outcome_by_name,
        outcome_organ_name=version.outcome_organ_name,
        outcome_reason=version.outcome_reason,
        digest=version.digest,
    )


def part_row(part: Part, current: Collection[tuple[str, int]], value: str = "") -> PartRow:
    now = (part.return_id, part.version) in current
    return PartRow(
        organ=part.organ,
        return_id=UUID(part.return_id),
        version=part.version,
        state_label="已采用" if now else "已有新的版本",
        value=value,
        current=now,
    )


def missing_rows(sheet: Sheet) -> list[PartRow]:
    return [
        PartRow(organ=unit["organ"], return_id=None, version=0, state_label=unit["state"], current=False)
        for unit in sheet.missing
    ]


def part_values(form: Form, sheet: Sheet, code: str) -> list[tuple[Part, str]]:
    """What each lower unit gave for a cell, ratios made of its own figures."""
    cell = form.cells[code]
    return [(part, shown(numbers_of(form, part.values)[code], cell)) for part in sheet.parts or ()]


def steps_of(head: StatisticalReturn, seen: Shown, tree: Directory, today: date) -> list[ReturnStepView]:
    """下级报送 → 填报 → 本单位审核 → 报送 → 采用（锁定）"""
    place = {"open": 1, "filled": 1, "sent_back": 1, "revised": 1, "validated": 2, "approved": 3, "submitted": 4}
    now = place.get(head.state, 5)
    if head.receiver_id is None and head.state == "submitted":
        now = 5
    saved = f"{head.filled_by_name or ''} {format_when(head.filled_at, today)}".strip() if head.filled_at else "未填"
    receiver = tree.short(head.receiver_id) if head.receiver_id else "上级平台"
    lines = [
        ("填报", saved),
        ("本单位审核", head.approved_by_name or "主要负责人"),
        (f"报送{receiver}", format_when(head.submitted_at, today) if head.submitted_at and now > 3 else "待报送"),
        (f"{receiver}采用", f"第 {head.accepted_version} 版" if now == 5 and head.accepted_version else "采用后锁定"),
    ]
    if head.receiver_id is None:
        lines.pop()
    steps = [
        ReturnStepView(name=name, note=note, state="done" if n < now else "current" if n == now else "ahead")
        for n, (name, note) in enumerate(lines, 1)
    ]
    if seen.sheet.parts is not None:
        missing, parts = len(seen.sheet.missing), len(seen.sheet.parts)
        note = f"{missing + parts} 个已采用 {parts} 个"
        steps.insert(0, ReturnStepView(name="下级报送", note=note, state="ahead" if missing else "done"))
    return steps


def compared(form: Form, one: Sheet, other: Sheet) -> list[DifferenceRow]:
    """Every cell that differs, own figure and total, in the form's order."""
    rows = []
    for code in form.order:
        cell = form.cells[code]
        before, after = _both(one, cell), _both(other, cell)
        if before != after:
            rows.append(DifferenceRow(row=form.rows[code], code=code, name=cell.name, before=before, after=after))
    return rows


def _both(sheet: Sheet, cell: CellRule) -> str:
    own = shown(sheet.own()[cell.code], cell) or "空白"
    if sheet.parts is None:
        return own
    return f"本级 {own}，合计 {shown(sheet.total()[cell.code], cell) or '空白'}"


def comparison(head: StatisticalReturn, form: Form, labels: tuple[str, str], sheets: tuple[Sheet, Sheet]) -> Comparison:
    return Comparison(
        return_id=head.id,
        name=form.header.name,
        before_label=labels[0],
        after_label=labels[1],
        rows=compared(form, *sheets),
    )
