"""Computed cells: drawn from the records of the organ itself, kept apart from what was typed over them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kernel.work import Work
from reporting.returns import sources
from reporting.returns.forms import CellRule, Form
from reporting.returns.models import ReturnSheet
from reporting.returns.periods import Period
from reporting.returns.sheet import Entry, Sheet, packed, parts_of, unpacked
from tenants.organs.directory import directory


def sheet_of(form: Form, row: ReturnSheet) -> Sheet:
    """The working copy as numbers."""
    return Sheet(form, unpacked(row.cells), dict(row.notes), parts_of(row.parts), list(row.missing))


async def draw(work: Work, form: Form, period: Period, row: ReturnSheet) -> int:
    """Draw the computed cells of a sheet again; what was changed by hand stays, beside the new figure. Cells without
    duty become —. Returns how many cells changed."""
    tree = await directory(work)
    organ = tree.get(row.organ_id)
    given = await sources.figures(work, row.organ_id, period, form.figures)
    cells = unpacked(row.cells)
    drawn = {
        code: drawn_entry(form, code, cells.get(code, Entry()), added(cell, given))
        for code, cell in form.cells.items()
        if not cell.formula
    }
    drawn = without_duty(form, drawn, tree.organ_class(row.organ_id), organ.business_lines)
    changed = sum(drawn[code] != cells.get(code, Entry()) for code in drawn)
    row.cells, row.drawn_at = packed(drawn), work.now
    return changed


def added(cell: CellRule, given: Mapping[str, int]) -> int | None:
    """The figure of a cell; None for a manual one, and while no source knows every part of it."""
    terms = cell.terms
    if not terms or any(code not in given for _, code in terms):
        return None
    return sum(sign * given[code] for sign, code in terms)


def drawn_entry(form: Form, code: str, entry: Entry, figure: int | None) -> Entry:
    """A cell after its figure was read: it follows the figure unless somebody changed it by hand."""
    scaled = None if figure is None else figure * (form.cells[code].scale if form.cells[code].kind == "count" else 1)
    untouched = entry.state == "blank" or (entry.computed is not None and not entry.changed)
    if scaled is None:
        return Entry() if untouched else Entry(
            state=entry.state, value=entry.value, note=entry.note, by=entry.by, at=entry.at
        )  # fmt: skip
    if untouched:
        return Entry(state="number", value=scaled, computed=scaled, note=entry.note)
    return Entry(
        state=entry.state, value=entry.value, computed=scaled, note=entry.note, by=entry.by, at=entry.at
    )  # fmt: skip


def without_duty(form: Form, cells: dict[str, Entry], organ_class: str, lines: Collection[str]) -> dict[str, Entry]:
    """The cells, — where the organ does not have the duty that they count."""
    return {
        code: entry if form.has_duty(code, organ_class, lines) else Entry(state="none") for code, entry in cells.items()
    }
