"""A return as a file: XLSX in the layout of the form, CSV, JSON. Every export is audited and names who took it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from kernel.errors import Invalid
from kernel.wording import THIN_SPACE, format_date, format_moment
from kernel.work import Work
from reporting.returns import reading
from reporting.returns.forms import DECIMALS, CellRule, Form, Section
from reporting.returns.periods import Period
from reporting.returns.reading import Shown
from reporting.returns.sheet import NO_DUTY, Amount, Sheet, numbers_of, shown, stored
from tenants.access import authorize

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a file shows: the numbers of an organ for a form and period, and what is said about them."""

    form: Form
    period: Period
    organ_id: UUID
    organ: str
    sheet: Sheet
    mark: str
    """Who took it, when, and which version it is."""
    last_year: Mapping[str, Amount] = field(default_factory=dict)
    below: str = ""
    """The name of the column of the level below."""
    signed: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What the JSON says about the version."""


def checked_kind(kind: str) -> None:
    """Raises Invalid for an unknown format."""
    if kind not in FORMATS:
        raise Invalid("请选择 xlsx、csv 或者 json。", field="format")


def mark_of(work: Work, standing: str) -> str:
    """Who takes a file, when, and what it is."""
    who = f"{work.actor.name}（{work.actor.title}）" if work.actor else "系统"
    return f"导出人 {who}　{format_moment(work.now)}　{standing}"


def made(printed: Printed, kind: str) -> bytes:
    """The file of a known format."""
    return {"xlsx": _xlsx, "csv": _csv, "json": _json}[kind](printed)


async def export(work: Work, return_id: UUID, kind: str, number: int | None = None) -> tuple[str, bytes, str]:
    """(file name, content, media type). Raises Invalid for an unknown format, NotFound, Denied."""
    checked_kind(kind)
    seen = await reading.shown(work, return_id, number)
    await authorize(work, "return", "export", await reading.target_of(work, seen.head.organ_id))
    title = f"{seen.form.header.name}（{seen.period.label}）{seen.head.organ_name}"
    content = made(_printed(work, seen), kind)
    work.record(
        "export",
        "return",
        seen.head.id,
        title=f"导出{title}",
        article="规则:留痕",
        detail={"format": kind, "version": seen.version.number if seen.version else 0},
    )
    return f"{title}.{kind}", content, FORMATS[kind]


def _printed(work: Work, seen: Shown) -> Printed:
    version, head = seen.version, seen.head
    approved = version.approved_by_name if version else head.approved_by_name
    day = format_date(version.submitted_at.date()) if version else "　　年　月　日"
    return Printed(
        form=seen.form,
        period=seen.period,
        organ_id=head.organ_id,
        organ=head.organ_name,
        sheet=seen.sheet,
        mark=mark_of(work, _standing(seen)),
        last_year=dict(seen.before.last_year),
        below=seen.form.header.below,
        signed=f"单位负责人：{approved or '　　　　'}　填表人：{head.filled_by_name or '　　　　'}　报出日期：{day}",
        about={
            "state": head.state,
            "version": version.number if version else 0,
            "digest": version.digest if version else "",
            "late": head.late,
        },
    )


def _standing(seen: Shown) -> str:
    if seen.version is None:
        return "填报中，未报送"
    accepted = seen.version.number == seen.head.accepted_version
    return f"第 {seen.version.number} 版，{'已采用' if accepted else '已报送'}，校验值 {seen.version.digest[:16]}"


def bodies(seen: Printed) -> list[tuple[str, dict[str, Amount]]]:
    """The rows of a table with one row for each body: the organ itself, the units below, and 合计."""
    rows = [(seen.organ, seen.sheet.own())]
    rows += [(part.organ, numbers_of(seen.form, part.values)) for part in seen.sheet.parts or ()]
    if seen.sheet.parts is not None:
        rows.append(("合计", seen.sheet.total()))
    return rows


def _plain(amount: Amount, cell: CellRule) -> str:
    return shown(amount, cell).replace(THIN_SPACE, "").replace("\u2212", "-")


def _safe(text: str) -> str:
    """Text that a spreadsheet would take for a formula is kept text."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _csv(seen: Printed) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([seen.form.header.name, seen.period.label, seen.organ, seen.mark])
    rows = bodies(seen)
    writer.writerow(["代码", "指标", "计量单位", *(_safe(name) for name, _ in rows), "说明"])
    for code, cell in seen.form.cells.items():
        figures = [_plain(values[code], cell) for _, values in rows]
        writer.writerow([code, cell.name, cell.unit, *figures, _safe(seen.sheet.entry(code).note)])
    return ("\ufeff" + buffer.getvalue()).encode()


def _json(seen: Printed) -> bytes:
    shape: dict[str, Any] = {
        "form": seen.form.key,
        "form_version": seen.form.version,
        "name": seen.form.header.name,
        "period": seen.period.key,
        "organ_id": str(seen.organ_id),
        "organ": seen.organ,
        **seen.about,
        "exported": seen.mark,
        "cells": {
            code: {
                "name": cell.name,
                "unit": cell.unit,
                "scale": cell.scale,
                "own": _number(seen.sheet.own()[code], cell),
                "total": _number(seen.sheet.total()[code], cell),
                "note": seen.sheet.entry(code).note,
            }
            for code, cell in seen.form.cells.items()
        },
        "parts": [msgspec.to_builtins(part) for part in seen.sheet.parts or ()],
        "missing": seen.sheet.missing,
    }
    return msgspec.json.format(msgspec.json.encode(shape), indent=2)


def _number(amount: Amount, cell: CellRule) -> int | str | None:
    """A whole number of the scale; "none" for no such duty, null for not filled in."""
    return "none" if amount.state == "none" else stored(amount, cell)


class _Workbook:
    """The printed form: title, table number, organ and period, the tables, notes, signatures."""

    def __init__(self, seen: Printed) -> None:
        # Loaded with the first export: it would hold up every start.
        import xlsxwriter

        self.seen = seen
        self.buffer = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(self.buffer, options)
        border = {"border": 1, "valign": "vcenter"}
        self.looks = {
            "title": self.book.add_format({"bold": True, "font_size": 16, "align": "center"}),
            "line": self.book.add_format({"font_size": 10}),
            "right": self.book.add_format({"font_size": 10, "align": "right"}),
            "head": self.book.add_format({**border, "bold": True, "align": "center", "text_wrap": True}),
            "part": self.book.add_format({**border, "bold": True}),
            "text": self.book.add_format({**border, "text_wrap": True}),
            "centre": self.book.add_format({**border, "align": "center"}),
            "none": self.book.add_format({**border, "align": "right"}),
        }
        for decimals in {*DECIMALS.values()}:
            pattern = "# ##0" if not decimals else f"# ##0.{'0' * decimals}"
            self.looks[f"n{decimals}"] = self.book.add_format({**border, "num_format": pattern})

    def made(self) -> bytes:
        if self.seen.form.header.layout == "indicators":
            self._indicators()
        else:
            for section in self.seen.form.sections:
                self._bodies(section)
        self.book.close()
        return self.buffer.getvalue()

    def _top(self, sheet: Any, last: int, subtitle: str = "") -> int:
        head = self.seen.form.header
        sheet.merge_range(0, 0, 0, last, f"{head.name}{subtitle}", self.looks["title"])
        sheet.write_string(1, 0, f"填报单位：{self.seen.organ}", self.looks["line"])
        sheet.write_string(1, last, f"表　　号：{head.table}", self.looks["right"])
        sheet.write_string(2, 0, f"统计期间：{self.seen.period.label}", self.looks["line"])
        sheet.write_string(2, last, f"表样版本：{head.version}", self.looks["right"])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self.seen.mark.replace('&', '&&')[:200]}&R&P / &N")
        return 3

    def _figure(self, sheet: Any, place: tuple[int, int], amount: Amount, cell: CellRule) -> None:
        if amount.state != "number":
            text = NO_DUTY if amount.state == "none" else ""
            sheet.write_string(*place, text, self.looks["none"])
        else:
            sheet.write_number(*place, float(amount.number), self.looks[f"n{DECIMALS[cell.kind]}"])

    def _indicators(self) -> None:
        """One line for each indicator: 本级, 下级, 合计, 上年同期, notes."""
        seen = self.seen
        sheet = self.book.add_worksheet(seen.form.header.short_name)
        below = seen.sheet.parts is not None
        columns = [("本级", seen.sheet.own())]
        if below:
            columns += [(seen.below, seen.sheet.below()), ("合计", seen.sheet.total())]
        columns.append(("上年同期", dict(seen.last_year)))
        heads = ["行次", "指标", "计量单位", *(name for name, _ in columns), "说明"]
        line = self._top(sheet, len(heads) - 1)
        for n, name in enumerate(heads):
            sheet.write_string(line, n, name, self.looks["head"])
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, 34)
        sheet.set_column(2, len(heads) - 2, 11)
        sheet.set_column(len(heads) - 1, len(heads) - 1, 36)
        sheet.freeze_panes(line + 1, 2)
        sheet.repeat_rows(line)
        for section in seen.form.sections:
            line += 1
            sheet.merge_range(line, 0, line, len(heads) - 1, section.name, self.looks["part"])
            for cell in section.cells:
                line += 1
                self._indicator(sheet, line, cell, columns)
        self._bottom(sheet, line + 1)

    def _indicator(self, sheet: Any, line: int, cell: CellRule, columns: Sequence[tuple[str, Any]]) -> None:
        sheet.write_number(line, 0, self.seen.form.rows[cell.code], self.looks["centre"])
        sheet.write_string(line, 1, "　" * cell.indent + cell.name, self.looks["text"])
        sheet.write_string(line, 2, cell.unit, self.looks["centre"])
        for n, (_, values) in enumerate(columns, 3):
            self._figure(sheet, (line, n), values.get(cell.code, Amount("blank")), cell)
        sheet.write_string(line, 3 + len(columns), self.seen.sheet.entry(cell.code).note, self.looks["text"])

    def _bodies(self, section: Section) -> None:
        """One table for each part: indicators across, one row for each body, then 合计."""
        sheet = self.book.add_worksheet(section.name.replace("、", " ")[:31])
        last = max(len(section.cells), 3)
        line = self._top(sheet, last, f"（{section.name}）")
        sheet.write_string(line, 0, "单位", self.looks["head"])
        sheet.write_string(line + 1, 0, "代码", self.looks["head"])
        for n, cell in enumerate(section.cells, 1):
            sheet.write_string(line, n, f"{cell.name}（{cell.unit}）", self.looks["head"])
            sheet.write_string(line + 1, n, cell.code, self.looks["head"])
        sheet.set_row(line, 48)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, last, 12)
        sheet.freeze_panes(line + 2, 1)
        line += 1
        for name, values in bodies(self.seen):
            line += 1
            sheet.write_string(line, 0, name, self.looks["part" if name == "合计" else "text"])
            for n, cell in enumerate(section.cells, 1):
                self._figure(sheet, (line, n), values[cell.code], cell)
        self._bottom(sheet, line + 1)

    def _bottom(self, sheet: Any, line: int) -> None:
        sheet.write_string(line, 0, self.seen.signed, self.looks["line"])
        for n, note in enumerate(self.seen.form.header.notes, 1):
            sheet.write_string(line + n, 0, f"说明 {n}：{note}", self.looks["line"])


def _xlsx(seen: Printed) -> bytes:
    return _Workbook(seen).made()
