"""The workbook of officers: the template to fill in, what a filled one says row by row, and the register as one. Pure.

Reading never raises for a wrong cell: every problem is named by its cell, so that nothing is imported by halves.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from kernel.errors import FieldError, Invalid
from kernel.vault import mask_contact, mask_id
from kernel.wording import format_date
from tenants.organs.cells import parse_cell, shown
from tenants.organs.codes import BUSINESS_LINES
from tenants.organs.errors import DatasetUnreadable
from tenants.organs.sheets import MAX_ROWS, Table, header, read_sheet
from tenants.registers import checks
from tenants.registers.commands import OfficerInput
from tenants.registers.rules import CERTIFICATES, EMPLOYMENTS
from tenants.registers.views import OfficerRow

SHEET: Final = "执法人员"
GUIDE: Final = "填写说明"
COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("姓名", f"必填，不超过{checks.NAME}字"),
    "citizen_id": ("公民身份号码", "必填，18位；按文本填写，不要让表格把它变成数字"),
    "employment": ("人员性质", "必填：" + "、".join(EMPLOYMENTS.values())),
    "title": ("职务", "必填"),
    "unit": ("内设机构", "可留空"),
    "areas": ("执法领域", "多个用分号隔开，如 城市管理；住房和城乡建设。可填的见下表"),
    "joined_on": ("到岗日期", "必填，如 2021-03-01"),
    "phone": ("联系电话", "可留空"),
    "legal_qualification": ("法律职业资格", "是、否；留空为否"),
    "username": ("登录账号", "本人在本单位的登录账号，没有的留空"),
}
REQUIRED: Final = frozenset({"name", "citizen_id", "employment", "title", "joined_on"})
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_TOO_LONG = 200


class Problem(msgspec.Struct, frozen=True):
    """One wrong cell: where it stands (``B7``), what is wrong with it. `value` never holds a whole citizen id."""

    cell: str
    column: str
    value: str
    message: str


class Sheet(msgspec.Struct, frozen=True):
    """The rows of a workbook as text, in the columns that its head names."""

    head: list[str]
    rows: list[tuple[int, list[str]]]

    def cell(self, number: int, column: str) -> str:
        """``B7``; the row alone when the workbook has no such column."""
        return f"{chr(65 + self.head.index(column))}{number}" if column in self.head else str(number)


class Entry(msgspec.Struct, frozen=True):
    """A row that could be read, and its number."""

    number: int
    officer: OfficerInput


def read(data: bytes) -> Sheet:
    """The sheet 执法人员 of a workbook. Raises Invalid for what is none, has another head, or is empty or too long."""
    try:
        table = read_sheet(data, SHEET)
        if table is None:
            raise DatasetUnreadable(f"工作簿中没有名为“{SHEET}”的工作表，请使用填报模板。")
        return _sheet(table)
    except DatasetUnreadable as error:
        raise Invalid(error.message, field="file", article="10") from error


def _sheet(table: Table) -> Sheet:
    if len(table) < 2:
        raise DatasetUnreadable(f"工作表“{SHEET}”没有数据行。")
    if len(table) - 1 > MAX_ROWS:
        raise DatasetUnreadable(f"一次最多导入 {MAX_ROWS} 行，现为 {len(table) - 1} 行，请分开导入。")
    head = header(table[0][1], COLUMNS, REQUIRED, SHEET)
    return Sheet(head, [(number, cells) for number, cells in table[1:]])


def parse(sheet: Sheet, first: int, beyond: int, today: date) -> tuple[list[Entry], list[Problem]]:
    """Rows `first` to `beyond` of a sheet: those that could be read, and what is wrong with the others."""
    seen = _first_places(sheet)
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, cells in sheet.rows[first:beyond]:
        found, wrong = _row(sheet, number, cells, today)
        if found is not None:
            earlier = seen.get(found.citizen_id, number)
            if earlier != number:
                wrong.append(problem(sheet, number, "citizen_id", found.citizen_id, f"与第 {earlier} 行重复。"))
            else:
                entries.append(Entry(number, found))
        problems += wrong
    return entries, problems


def _first_places(sheet: Sheet) -> dict[str, int]:
    place = sheet.head.index("citizen_id")
    found: dict[str, int] = {}
    for number, cells in sheet.rows:
        if place < len(cells):
            found.setdefault(re.sub(r"\s", "", cells[place]).upper(), number)
    return found


def _row(sheet: Sheet, number: int, cells: list[str], today: date) -> tuple[OfficerInput | None, list[Problem]]:
    if any(cell.strip() for cell in cells[len(sheet.head) :]):
        return None, [Problem(str(number), "", "", "这一行比表头多出内容。")]
    raw = dict(zip(sheet.head, cells + [""] * len(sheet.head), strict=False))
    values: dict[str, Any] = {}
    wrong: list[Problem] = []
    for column in COLUMNS:
        try:
            values[column] = _value(column, raw.get(column, "").strip())
        except Invalid as error:
            wrong.append(problem(sheet, number, column, raw.get(column, ""), error.message))
            values[column] = _ABSENT[column]
    known = {p.column for p in wrong}
    try:
        plain = checks.officer(OfficerInput(**values), today)
    except Invalid as invalid:
        wrong += [
            problem(sheet, number, e.field, raw.get(e.field, ""), e.message)
            for e in invalid.errors
            if COLUMNS[e.field][0] not in known
        ]
    return (None if wrong else plain), wrong


def problem(sheet: Sheet, number: int, column: str, value: str, message: str) -> Problem:
    """A wrong cell; what is personal in it is masked."""
    masked = mask_id(value) if column == "citizen_id" else mask_contact(value) if column == "phone" else value
    return Problem(sheet.cell(number, column), COLUMNS[column][0], shown(masked), message)


_ABSENT: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("name", "employment", "title", "unit", "phone", "username"), ""),
    "citizen_id": "",
    "areas": (),
    "joined_on": date.min,
    "legal_qualification": False,
}


def _value(column: str, text: str) -> Any:
    """A cell as its value. Raises Invalid."""
    if len(text) > _TOO_LONG:
        raise Invalid(f"不能超过{_TOO_LONG}个字。")
    if column in REQUIRED and not text:
        raise Invalid("必填，不能为空。")
    read_cell = _CELLS.get(column)
    return read_cell(text) if read_cell else parse_cell("note", text, False, check=False)


def _citizen(text: str) -> str:
    if _ROUNDED.fullmatch(text):
        raise Invalid("号码被电子表格当作数字，后几位已丢失，请按文本重新填写。")
    return text


def _joined(text: str) -> Any:
    if _SERIAL.fullmatch(text):
        raise Invalid(f"“{shown(text)}”是电子表格的日期序号，请把单元格改为日期或者写成 2021-03-01。")
    return parse_cell("valid_from", text, False, check=False)


def _employment(text: str) -> str:
    known = {label: key for key, label in EMPLOYMENTS.items()} | {key: key for key in EMPLOYMENTS}
    if text not in known:
        raise Invalid(f"“{shown(text)}”不在可选范围：{'、'.join(EMPLOYMENTS.values())}。")
    return known[text]


_CELLS: Final[Mapping[str, Callable[[str], Any]]] = {
    "citizen_id": _citizen,
    "employment": _employment,
    "areas": lambda text: parse_cell("business_lines", text, True, check=False),
    "joined_on": _joined,
    "legal_qualification": lambda text: parse_cell("is_supervision_body", text, True, check=False),
    "phone": lambda text: text,
}


def template() -> bytes:
    """The workbook to fill in: 填写说明 and 执法人员. Every cell is text, so that nothing is evaluated."""
    with _Book() as book:
        guide = book.sheet(GUIDE, (24, 90))
        for number, line in enumerate(_guide()):
            guide.write_row(number, 0, line, book.head if number == 0 else book.text)
        sheet = book.sheet(SHEET, [22] * len(COLUMNS))
        for index, (column, (heading, hint)) in enumerate(COLUMNS.items()):
            sheet.write_string(0, index, heading + ("*" if column in REQUIRED else ""), book.head)
            sheet.write_comment(0, index, hint)
        place = list(COLUMNS).index("employment")
        choices = {"validate": "list", "source": list(EMPLOYMENTS.values())}
        sheet.data_validation(1, place, MAX_ROWS, place, choices)
        sheet.freeze_panes(1, 1)
    return book.data


def _guide() -> Iterator[tuple[str, str]]:
    yield "栏目", "怎样填写"
    yield from COLUMNS.values()
    yield "说明", f"带 * 的必填；一次最多 {MAX_ROWS} 行。有一处错误，全部不导入，并逐格说明原因。"
    yield "已有档案", "公民身份号码已在册的，按本表更新；已离岗的，重新启用原档案。"
    yield "证件", "证件由司法行政部门核发，不在本表填写。"
    yield "执法领域可填", "；".join(BUSINESS_LINES.values())


EXPORT_HEADS: Final = (
    ("姓名", 12),
    ("公民身份号码", 22),
    ("单位", 26),
    ("内设机构", 18),
    ("职务", 16),
    ("人员性质", 12),
    ("执法领域", 28),
    ("到岗日期", 16),
    ("离岗日期", 16),
    *(
        (f"{name}{what}", width)
        for name in CERTIFICATES.values()
        for what, width in (("号", 22), ("有效期至", 18), ("状态", 12))
    ),
    ("本年培训学时", 14),
    ("应完成学时", 12),
)


def export(rows: Sequence[OfficerRow], mark: str) -> bytes:
    """The register as a workbook, citizen ids masked, with a watermark line."""
    with _Book() as book:
        sheet = book.sheet(SHEET, [width for _, width in EXPORT_HEADS])
        sheet.write_string(0, 0, mark, book.grey)
        for index, (title, _) in enumerate(EXPORT_HEADS):
            sheet.write_string(1, index, title, book.head)
        for number, row in enumerate(rows, start=2):
            for index, value in enumerate(_cells(row)):
                if isinstance(value, int):
                    sheet.write_number(number, index, value)
                else:
                    sheet.write_string(number, index, value)
        sheet.freeze_panes(2, 1)
        sheet.set_footer(f"&L{mark.replace('&', '&&')[:200]}&R&P / &N")
    return book.data


def _cells(row: OfficerRow) -> Iterator[str | int]:
    yield from (row.name, row.citizen_mask, row.organ_name, row.unit, row.title, row.employment_label)
    yield "；".join(row.area_names)
    yield format_date(row.joined_on)
    yield format_date(row.left_on) if row.left_on else ""
    for kind in CERTIFICATES:
        one = next((c for c in row.certificates if c.kind == kind), None)
        yield from (one.number, format_date(one.valid_until), one.status_label) if one else ("", "", "")
    yield from (row.hours.done, row.hours.required)


def report(problems: Sequence[Problem], mark: str) -> bytes:
    """The wrong cells of an import as a workbook."""
    with _Book() as book:
        sheet = book.sheet("导入问题", (10, 18, 30, 70))
        sheet.write_string(0, 0, mark, book.grey)
        sheet.write_row(1, 0, ("单元格", "栏目", "填写内容", "原因"), book.head)
        for number, wrong in enumerate(problems, start=2):
            for index, value in enumerate((wrong.cell, wrong.column, wrong.value, wrong.message)):
                sheet.write_string(number, index, value)
        sheet.freeze_panes(2, 0)
    return book.data


class _Book:
    """A workbook in memory in which text stays text; `data` once it is closed."""

    def __enter__(self) -> _Book:
        # Loaded with the first workbook: it would hold up every start.
        import xlsxwriter

        self._buffer = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self._buffer, options)
        self.head = self._book.add_format({"bold": True, "bg_color": "#E3ECF7", "border": 1})
        self.text = self._book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self.grey = self._book.add_format({"font_color": "#5F6C79"})
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()
        self.data = self._buffer.getvalue()

    def sheet(self, title: str, widths: Sequence[int]) -> Any:
        made = self._book.add_worksheet(title)
        for index, width in enumerate(widths):
            made.set_column(index, index, width, self.text)
        return made


def errors_of(problems: Sequence[Problem]) -> list[FieldError]:
    """The problems as errors of the field `file`, for API clients."""
    return [FieldError("file", f"{p.cell} {p.column}：{p.message}") for p in problems]
