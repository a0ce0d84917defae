"""What stands in the way of handing a return in: blanks, failing checks between cells, notes that are missing. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import msgspec

from reporting.returns import expressions
from reporting.returns.forms import Check
from reporting.returns.sheet import NONE, Amount, Column, Sheet

MISSING = "K-14"
BLANK = "blank"
_COLUMNS: dict[Column, str] = {"own": "本级", "below": "下级", "total": "合计"}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of checks. An error blocks; a warning blocks until its cell has a note."""

    check: str
    grade: Literal["error", "warning"]
    code: str
    """The cell to jump to; empty for what concerns the whole return."""
    column: Column
    row: int
    place: str
    """第6行 本级"""
    message: str
    basis: str = ""
    remedy: str = ""
    noted: bool = False

    @property
    def blocks(self) -> bool:
        return self.grade == "error" or not self.noted


@dataclass(frozen=True, slots=True)
class Before:
    """Totals of the same span a year ago and of the span before; empty where there was no return."""

    last_year: Mapping[str, Amount]
    previous: Mapping[str, Amount]


NOTHING_BEFORE = Before({}, {})


def findings(sheet: Sheet, before: Before = NOTHING_BEFORE) -> list[Finding]:
    """Everything that is wrong or wants an explanation: errors first, each in the order of the form."""
    found = [*_cells(sheet), *_between(sheet, before), *_missing(sheet)]
    return sorted(found, key=lambda f: (f.grade != "error", f.noted, f.row, f.check))


def _made(sheet: Sheet, code: str, check: str, message: str, *, basis: str, remedy: str) -> Finding:
    row = sheet.form.rows[code]
    return Finding(
        check=check,
        grade="error",
        code=code,
        column="own",
        row=row,
        place=f"第{row}行 {_COLUMNS['own']}",
        message=message,
        basis=basis,
        remedy=remedy,
    )


def _cells(sheet: Sheet) -> Iterator[Finding]:
    for code, cell in sheet.form.cells.items():
        entry = sheet.entry(code)
        if cell.formula:
            continue
        if entry.state == "blank":
            yield _made(
                sheet, code, BLANK, f"“{cell.name}”未填写。", basis="空白表示尚未填写，不能报送。",
                remedy="请填数；有此职责而没有发生的填 0，无此职责的填“—”。",
            )  # fmt: skip
        elif entry.changed and not entry.note:
            yield _made(
                sheet, code, "K-15", f"“{cell.name}”与记录取数不同，没有说明。",
                basis="手工改动的数应当说明原因。", remedy="请在该格写明改动的原因，或者恢复取数。",
            )  # fmt: skip
        elif entry.manual and not entry.note and not sheet.notes.get(sheet.form.section_of[code].key):
            yield _made(
                sheet, code, "source", f"“{cell.name}”为手工填写，没有写明依据。",
                basis="手工填写的数应当写明来源。", remedy="请在该格写明依据，或者在本部分的“数据来源”中统一写明。",
            )  # fmt: skip


def _between(sheet: Sheet, before: Before) -> Iterator[Finding]:
    columns: tuple[Column, ...] = ("own",) if sheet.parts is None else ("own", "total")
    values = {name: sheet.column(name) for name in columns}
    for check in sheet.form.checks:
        failed = [name for name in columns if _fails(sheet, check, name, values[name], before)]
        # What fails already in the own column is told once.
        for name in failed[:1]:
            yield _failing(sheet, check, name)


def _fails(sheet: Sheet, check: Check, column: Column, values: Mapping[str, Amount], before: Before) -> bool:
    node = sheet.form.rules[check.id]
    read = expressions.cells_of(node, sheet.form.order)
    if all(values[code].state == "none" for code in read):
        return False

    def look(code: str, when: str) -> Fraction | None:
        known = values if when == "now" else before.last_year if when == "last_year" else before.previous
        amount = known.get(code)
        if amount is None or amount.state == "blank" or (when != "now" and column == "own" and sheet.parts is not None):
            return None
        return amount.number

    return expressions.evaluate(node, sheet.form.order, look, lambda code: bool(sheet.entry(code).note)) is False


def _failing(sheet: Sheet, check: Check, column: Column) -> Finding:
    code = expressions.cells_of(sheet.form.rules[check.id], sheet.form.order)[0]
    row = sheet.form.rows[code]
    warned = check.grade == "warning"
    return Finding(
        check=check.id,
        grade=check.grade,
        code=code,
        column=column,
        row=row,
        place=f"第{row}行 {_COLUMNS[column]}",
        message=check.message,
        basis=check.basis,
        remedy=check.remedy or ("请在该格说明原因，可以提交。" if warned else "请核对并更正。"),
        noted=warned and bool(sheet.entry(code).note),
    )


def _missing(sheet: Sheet) -> Iterator[Finding]:
    if not sheet.missing:
        return
    names = "、".join(str(unit["organ"]) for unit in sheet.missing[:5])
    more = f"等 {len(sheet.missing)} 个单位" if len(sheet.missing) > 5 else f" {len(sheet.missing)} 个单位"
    blocking = sheet.form.header.missing == "block"
    yield Finding(
        check=MISSING,
        grade="error" if blocking else "warning",
        code="",
        column="below",
        row=0,
        place="下级报送",
        message=f"{names}{more}的报表还没有采用，没有计入合计。",
        basis="合计等于本级与下级之和，缺报的单位应当看得见。",
        remedy="请催报并采用后重新汇总。" if blocking else "请催报；仍然缺报的，在“缺报说明”中写明，可以提交。",
        noted=not blocking and bool(sheet.notes.get("missing")),
    )


def amounts_or_none(values: Mapping[str, Amount], code: str) -> Amount:
    """A value of an earlier return, — where there was none."""
    return values.get(code, NONE)
