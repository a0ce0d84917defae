"""The roll-up along a line as it is read: as it stands, as it was kept, opened to the level below (Art. 2(2))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from kernel.errors import NotFound
from kernel.work import Work
from reporting.returns import completeness, forms, line, opening, report, repository, showing
from reporting.returns.forms import Form
from reporting.returns.line import Line
from reporting.returns.line_views import (
    KeptLine,
    LineBranch,
    LineCellDrill,
    LineCellView,
    LinePart,
    LineRollUp,
    LineSectionView,
    LineView,
)
from reporting.returns.models import ReturnLineReport
from reporting.returns.report_views import MissingUnit
from reporting.returns.rules import STATES, line_changes
from reporting.returns.sheet import Part, Sheet, parts_of, shown
from tenants.access import Target, consider, relations

ARTICLE = "11(5)"


def stored_part(data: Any) -> Part | None:
    return None if data is None else msgspec.convert(data, Part)


async def kept_of(work: Work, found: Line) -> list[ReturnLineReport]:
    """The roll-ups that the line's organ kept: for itself alone."""
    if found.organ_id != work.organ_id:
        return []
    return await repository.line_reports(work, found.form.key, found.period.key)


def chosen(kept: Sequence[ReturnLineReport], number: int) -> ReturnLineReport | None:
    """The kept roll-up of a number; None for 0, the present one. Raises NotFound."""
    if not number:
        return None
    row = next((row for row in kept if row.number == number), None)
    if row is None:
        raise NotFound
    return row


def sheet_shown(found: Line, row: ReturnLineReport | None) -> Sheet:
    """The numbers as they stand, or as they were kept."""
    if row is None:
        return found.sheet()
    form = forms.form_of(row.form_key, row.form_version)
    return line.sheet_of(form, stored_part(row.own), parts_of(row.parts) or [], row.missing)


def changes_since(found: Line, row: ReturnLineReport | None) -> list[str]:
    """What is different from a kept roll-up: returns that were corrected, came later, or left the line."""
    if row is None:
        return []
    then = [*(parts_of(row.parts) or []), *([own] if (own := stored_part(row.own)) else [])]
    now = [*found.parts, *([found.own] if found.own else [])]
    return line_changes(
        {p.return_id: (p.organ, p.version) for p in then}, {p.return_id: (p.organ, p.version) for p in now}
    )


async def view(work: Work, form_key: str, period: str, organ_id: UUID | None = None, number: int = 0) -> LineView:
    """The line of an organ with its sums as they stand, or the kept roll-up `number`. Raises as `line.gather`."""
    found = await line.gather(work, form_key, period, organ_id)
    kept = await kept_of(work, found)
    row = chosen(kept, number)
    sheet = sheet_shown(found, row)
    rows = await completeness.rows_of(work, found.tree, found.heads, found.organs)
    tallies = {r.organ_id: r for r in rows}
    due = await opening.due_of(work, found.form, found.period, opening.receiver_of(found.tree, found.organ_id))
    return LineView(
        form=found.form.key,
        form_version=sheet.form.header.version,
        name=found.form.header.name,
        table=found.form.header.table,
        period=found.period.key,
        period_label=found.period.label,
        organ_id=found.organ_id,
        organ=found.tree.name(found.organ_id),
        due_on=due.on,
        due_sentence=due.sentence,
        tally=completeness.tally_of(rows),
        rows=rows,
        branches=[
            LineBranch(
                organ_id=organ,
                organ=found.tree.short(organ),
                tally=completeness.tally_of([tallies[o] for o in found.organs if o in {organ, *below}]),
            )
            for organ, below in found.branches.items()
            if below & tallies.keys()
        ],
        sections=_sections(sheet),
        own_state="" if (row.own if row else found.own) else _own_state(found),
        missing=showing.missing_rows(sheet),
        counted=len(sheet.parts or ()) + bool(row.own if row else found.own),
        number=number,
        kept=[kept_row(k) for k in kept],
        changes=changes_since(found, row or (kept[0] if kept else None)),
        may_keep=not number and await _may_keep(work, found),
        digest=row.digest if row else found.digest(),
    )


async def _may_keep(work: Work, found: Line) -> bool:
    if found.organ_id != work.organ_id:
        return False
    verdict, _ = await consider(work, "return", "keep_line", Target(owner_id=work.organ_id))
    return verdict.allowed


def _own_state(found: Line) -> str:
    head = found.heads.get(found.organ_id)
    return STATES[head.state] if head else "未开表"


def kept_row(row: ReturnLineReport) -> KeptLine:
    return KeptLine(number=row.number, saved_at=row.kept_at, saved_by_name=row.kept_by_name, digest=row.digest)


def _sections(sheet: Sheet) -> list[LineSectionView]:
    own, below, total, form = sheet.own(), sheet.below(), sheet.total(), sheet.form
    return [
        LineSectionView(
            key=section.key,
            name=section.name,
            cells=[
                LineCellView(
                    row=form.rows[cell.code],
                    code=cell.code,
                    name=cell.name,
                    unit=cell.unit,
                    rule=cell.rule,
                    indent=cell.indent,
                    own=shown(own[cell.code], cell),
                    below=shown(below[cell.code], cell),
                    total=shown(total[cell.code], cell),
                )
                for cell in section.cells
            ],
        )
        for section in form.sections
    ]


async def drill(work: Work, form_key: str, period: str, code: str, organ_id: UUID | None = None) -> LineCellDrill:
    """A cell by the organs of the level below, as it stands. Raises as `line.gather`, NotFound for another cell."""
    found = await line.gather(work, form_key, period, organ_id)
    cell = found.form.cells.get(code)
    if cell is None:
        raise NotFound
    sheet = found.sheet()
    return LineCellDrill(
        form=found.form.key,
        period=found.period.key,
        period_label=found.period.label,
        code=code,
        name=cell.name,
        unit=cell.unit,
        rule=cell.rule,
        organ_id=found.organ_id,
        organ=found.tree.name(found.organ_id),
        own=shown(sheet.own()[code], cell),
        total=shown(sheet.total()[code], cell),
        own_return_id=UUID(found.own.return_id) if found.own else None,
        parts=_branches(work, found, code),
        missing=showing.missing_rows(sheet),
    )


def _branches(work: Work, found: Line, code: str) -> list[LinePart]:
    """One row for each organ of the level below: what it gives itself, and with what is below it."""
    parts = {UUID(p.organ_id): p for p in found.parts}
    order = {organ: n for n, organ in enumerate(found.organs)}
    made = []
    for organ in sorted(found.branches, key=lambda o: order.get(o, len(order))):
        inside = [parts[o] for o in (organ, *found.branches[organ]) if o in parts]
        own = parts.get(organ)
        if not inside:
            continue
        made.append(
            LinePart(
                organ_id=organ,
                organ=found.tree.short(organ),
                return_id=UUID(own.return_id) if own and _opens(work, found, organ) else None,
                version=own.version if own else 0,
                own=_sum(found.form, [own] if own else [], code),
                value=_sum(found.form, inside, code),
                below=len(inside) - (own is not None),
            )
        )
    return made


def _opens(work: Work, found: Line, organ_id: UUID) -> bool:
    """Whether any relation of Article 2 leads the reader to the organ's own return."""
    targets = (Target(supervised_id=organ_id), Target(owner_id=organ_id))
    return any(relations(found.tree, work.organ_id, target) != ["none"] for target in targets)


def _sum(form: Form, parts: Sequence[Part], code: str) -> str:
    return shown(line.sheet_of(form, None, parts, []).below()[code], form.cells[code])


async def roll_up(work: Work, form_key: str, period: str, organ_id: UUID | None = None, number: int = 0) -> LineRollUp:
    """The roll-up for the API, every cell with what each organ gave. Audited. Raises as `line.gather`."""
    found = await line.gather(work, form_key, period, organ_id, "export")
    kept = await kept_of(work, found)
    row = chosen(kept, number)
    sheet = sheet_shown(found, row)
    rows = await completeness.rows_of(work, found.tree, found.heads, found.organs)
    work.record(
        "export", "return", None, title=f"读取条线统计数据：{found.tree.name(found.organ_id)}", article=ARTICLE,
        detail={"form": found.form.key, "period": found.period.key, "number": number},
    )  # fmt: skip
    return LineRollUp(
        form=found.form.key,
        form_version=sheet.form.header.version,
        name=found.form.header.name,
        period=found.period.key,
        organ_id=found.organ_id,
        organ_name=found.tree.name(found.organ_id),
        digest=row.digest if row else found.digest(),
        number=number,
        kept=[kept_row(k) for k in kept],
        changes=changes_since(found, row or (kept[0] if kept else None)),
        tally=completeness.tally_of(rows),
        cells=report.cells_of(sheet.form, sheet, {str(h.id): line.in_force(h) for h in found.heads.values()}),
        missing=[MissingUnit(organ=str(unit["organ"]), state=str(unit["state"])) for unit in sheet.missing],
    )
