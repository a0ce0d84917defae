"""Filling in: figures typed with their notes, computed cells drawn again, the level below rolled up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from kernel.errors import FieldError, Invalid, NotFound, Stale
from kernel.wording import format_moment
from kernel.work import Work
from reporting.returns import checks, drawing, periods, repository
from reporting.returns.commands import CellInput
from reporting.returns.forms import Form, form_of
from reporting.returns.models import ReturnSheet, StatisticalReturn
from reporting.returns.periods import Period
from reporting.returns.rules import ARTICLE, MACHINE, WRITABLE, Facts
from reporting.returns.sheet import NOTE_LONGEST, Entry, Sheet, numbers_of, packed, read_entry, unpacked
from tenants.access import Target, authorize
from tenants.organs.directory import directory

CELL, NOTE, SOURCE = "c-", "n-", "s-"
"""Prefixes of form fields: a cell's figure, its note, a section's source."""


@dataclass(slots=True)
class Case:
    """A return of the work's own organ under lock, with its working sheet."""

    head: StatisticalReturn
    row: ReturnSheet
    form: Form
    period: Period
    sheet: Sheet

    @property
    def title(self) -> str:
        """《行政执法监督情况统计表》（2026年第三季度）"""
        return f"《{self.form.header.name}》（{self.period.label}）"


async def load(work: Work, return_id: UUID, action: str, version: int | None = None) -> Case:
    """The return of the work's organ, locked, if policy lets the actor take the step. Raises NotFound for another
    organ's, Denied, Stale for another version than the caller read."""
    head = await repository.lock(work, return_id)
    if head is None:
        await _hidden_or_denied(work, return_id, action)
        raise NotFound
    drafters = frozenset({head.filled_by} if head.filled_by else ())
    await authorize(work, "return", action, Target(owner_id=head.organ_id, drafters=drafters))
    if version is not None and version != head.row_version:
        raise Stale
    return await case_of(work, head)


async def _hidden_or_denied(work: Work, return_id: UUID, action: str) -> None:
    """A level above sees the return and hears why it may not change it; for everybody else it is not there."""
    seen = await repository.get(work, return_id)
    if seen is not None:
        await authorize(work, "return", action, Target(supervised_id=seen.organ_id))


async def case_of(work: Work, head: StatisticalReturn) -> Case:
    """The head of the work's organ with its sheet."""
    row = await repository.sheet(work, head.id)
    assert row is not None
    form = form_of(head.form_key, head.form_version)
    return Case(head, row, form, periods.parse(head.period), drawing.sheet_of(form, row))


async def before_of(work: Work, case: Case) -> checks.Before:
    """The totals of a year ago and of the span before, as they were last handed in."""
    found = []
    for period in (case.period.last_year, case.period.previous):
        version = await repository.latest(work, case.head.organ_id, case.form.key, period.key)
        found.append(numbers_of(case.form, version.totals) if version else {})
    return checks.Before(found[0], found[1])


async def findings_of(work: Work, case: Case) -> list[checks.Finding]:
    """What stands in the way of handing the return in."""
    return checks.findings(case.sheet, await before_of(work, case))


async def is_behind(work: Work, case: Case) -> bool:
    """Whether the roll-up rests on other versions than the units below have in force now."""
    if case.sheet.parts is None:
        return False
    held = {part.return_id: part.version for part in case.sheet.parts}
    rows = await repository.accepted(work, case.head.organ_id, case.form.key, case.head.period)
    return held != {str(head.id): head.accepted_version for head, _ in rows}


async def facts_of(work: Work, case: Case, *, checked: bool = True) -> Facts:
    """What the machine asks for."""
    blocking = sum(f.blocks for f in await findings_of(work, case)) if checked else 0
    return Facts(
        blocking=blocking,
        top=case.head.receiver_id is None,
        over=case.period.last < work.today,
        stale=await is_behind(work, case),
        submitted=case.head.state == "submitted",
    )


async def save(
    work: Work,
    return_id: UUID,
    cells: Mapping[str, CellInput],
    notes: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
) -> StatisticalReturn:
    """Keep figures and notes. What is left out stays as it is; a computed cell left blank follows the records again.

    Raises Invalid naming every wrong cell (nothing is kept then), Denied, NotFound, Stale, IllegalTransition when
    the return was handed on already.
    """
    case = await load(work, return_id, "fill", version)
    step = MACHINE.step(case.head.state, "fill", Facts())
    changed = _changed(case, cells, _Writer.of(work))
    changed = await _of_duty(work, case, changed)
    case.row.cells = packed(changed)
    case.row.notes = _noted(case, notes or {})
    case.row.saved_at = work.now
    case.row.saved_by_name = work.actor.name if work.actor else "系统"
    case.head.state = step.reached_from(case.head.state)
    work.record(
        "fill",
        "return",
        case.head.id,
        title=f"填报{case.title}",
        article=ARTICLE,
        detail={"cells": sorted(code for code in cells if changed.get(code) != case.sheet.cells.get(code))},
    )
    # The head's version counts every change, whoever reads only the head.
    case.head.filled_at, case.head.filled_by_name = work.now, case.row.saved_by_name
    await work.session.flush()
    return case.head


@dataclass(frozen=True, slots=True)
class _Writer:
    name: str
    at: str

    @classmethod
    def of(cls, work: Work) -> _Writer:
        return cls(work.actor.name if work.actor else "系统", format_moment(work.now))


def _changed(case: Case, given: Mapping[str, CellInput], writer: _Writer) -> dict[str, Entry]:
    cells = unpacked(case.row.cells)
    errors: list[FieldError] = []
    for code, cell_input in given.items():
        rule = case.form.cells.get(code)
        if rule is None or rule.formula:
            errors.append(FieldError(f"{CELL}{code}"[:60], "本表没有可以填写的这一格。"))
            continue
        if len(cell_input.note) > NOTE_LONGEST:
            errors.append(FieldError(f"{NOTE}{code}", f"“{rule.name}”的说明不超过 {NOTE_LONGEST} 字。"))
        try:
            state, value = read_entry(cell_input.value, rule)
        except ValueError as wrong:
            errors.append(FieldError(f"{CELL}{code}", f"第{case.form.rows[code]}行“{rule.name}”：{wrong}"))
            continue
        before = cells.get(code, Entry())
        note = cell_input.note.strip()
        if state == "blank" and before.computed is not None:
            state, value = "number", before.computed
        if (state, value, note) != (before.state, before.value, before.note):
            cells[code] = Entry(
                state=state, value=value, computed=before.computed, note=note, by=writer.name, at=writer.at
            )
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)
    return cells


async def _of_duty(work: Work, case: Case, cells: dict[str, Entry]) -> dict[str, Entry]:
    tree = await directory(work)
    lines = tree.get(case.head.organ_id).business_lines
    return drawing.without_duty(case.form, cells, case.head.organ_class, lines)


def _noted(case: Case, given: Mapping[str, str]) -> dict[str, str]:
    known = {section.key for section in case.form.sections} | {"missing"}
    errors = [FieldError(f"{SOURCE}{key}"[:60], "本表没有这一部分。") for key in given if key not in known]
    errors += [
        FieldError(f"{SOURCE}{key}", f"请不超过 {NOTE_LONGEST} 字。")
        for key, text in given.items()
        if key in known and len(text) > NOTE_LONGEST
    ]
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)
    merged = {**case.row.notes, **{key: text.strip() for key, text in given.items()}}
    return {key: text for key, text in merged.items() if text}


async def draw_again(work: Work, return_id: UUID, *, version: int | None = None) -> int:
    """Draw the computed cells from the records as they are now. Returns how many changed. Raises as `save`."""
    case = await load(work, return_id, "fill", version)
    step = MACHINE.step(case.head.state, "fill", Facts())
    changed = await drawing.draw(work, case.form, case.period, case.row)
    if case.head.state in WRITABLE:
        case.head.state = step.reached_from(case.head.state)
    case.head.filled_at = work.now
    work.record(
        "draw", "return", case.head.id, title=f"重新取数{case.title}", article=ARTICLE, detail={"changed": changed}
    )
    await work.session.flush()
    return changed
