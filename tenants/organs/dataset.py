"""Organ data sets: the CSV folder or workbook of a city, read into rows or written as a workbook to fill in.

Reading never raises for a wrong cell: the row keeps the problem and `checking.validate` reports all of them at
once, so that nothing is imported by halves. The columns are documented in `docs/organs.md`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from kernel.errors import Invalid
from tenants.organs import sheets
from tenants.organs.cells import CHOICES, parse_cell, shown
from tenants.organs.codes import BUSINESS_LINES, CODE_SYSTEMS, KINDS, LEADERSHIPS, LEVELS, RELATION_KINDS
from tenants.organs.errors import DatasetUnreadable
from tenants.organs.rows import ORGAN_COLUMNS, RELATION_COLUMNS, REQUIRED, OrganRow, RelationRow, RowError
from tenants.organs.sheets import MAX_BYTES, MAX_ROWS, Table, read_sheets


@dataclass(frozen=True, slots=True)
class Dataset:
    """The organs and explicit relations of one city, in the order of the file."""

    organs: tuple[OrganRow, ...]
    relations: tuple[RelationRow, ...] = ()


def read_csv(source: Traversable | Path | bytes, relations: bytes = b"") -> Dataset:
    """A folder with `organs.csv` and, if there is one, `relations.csv`; or the bytes of the two files.

    UTF-8 with or without BOM, or GB18030. Raises DatasetUnreadable when a file is no such table.
    """
    if isinstance(source, bytes):
        organs = source
    else:
        organs = source.joinpath("organs.csv").read_bytes()
        other = source.joinpath("relations.csv")
        relations = other.read_bytes() if other.is_file() else b""
    return _dataset(
        _csv_table(organs, "organs.csv"), _csv_table(relations, "relations.csv") if relations.strip() else []
    )


def read_xlsx(data: bytes) -> Dataset:
    """A workbook with the sheets 单位 and, if there is one, 监督关系, as `write_template_xlsx` makes it.

    Raises DatasetUnreadable when the bytes are no readable workbook or unpack to too much.
    """
    found = read_sheets(data, ("单位", "监督关系"), first="单位")
    return _dataset(found["单位"] or [], found["监督关系"] or [], ("单位", "监督关系"))


def _dataset(organs: Table, relations: Table, files: tuple[str, str] = ("organs.csv", "relations.csv")) -> Dataset:
    return Dataset(
        tuple(OrganRow(**cells) for cells in _records(organs, ORGAN_COLUMNS, files[0])),
        tuple(RelationRow(**cells) for cells in _records(relations, RELATION_COLUMNS, files[1])),
    )


def _csv_table(data: bytes, file: str) -> Table:
    if len(data) > MAX_BYTES:
        raise DatasetUnreadable(f"{file} 超过 {MAX_BYTES // 1_000_000} MB。")
    reader = csv.reader(io.StringIO(_decode(data, file), newline=""), strict=True)
    table: Table = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                table.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise DatasetUnreadable(f"{file} 第 {start} 行不是正确的 CSV（引号不成对或内容过长）。") from error
    return table


def _decode(data: bytes, file: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DatasetUnreadable(f"{file} 是 UTF-16 编码，请另存为“CSV UTF-8”。")
    if data.startswith(b"PK"):
        raise DatasetUnreadable(f"{file} 是工作簿或压缩包，不是 CSV 文件。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DatasetUnreadable(f"{file} 既不是 UTF-8 也不是 GB18030 编码。")


def _records(table: Table, columns: Mapping[str, tuple[str, str]], file: str) -> Iterator[dict[str, Any]]:
    if not table:
        return
    if len(table) > MAX_ROWS:
        raise DatasetUnreadable(f"{file} 超过 {MAX_ROWS} 行，请分市导入。")
    header = sheets.header(table[0][1], columns, REQUIRED, file)
    for number, cells in table[1:]:
        values: dict[str, Any] = {"file": file, "row": number}
        problems = []
        surplus = [c for c in cells[len(header) :] if c.strip()]
        if surplus:
            problems.append(RowError(file, number, "", surplus[0], f"这一行比表头多出 {len(surplus)} 列。"))
        for column, raw in zip(header, cells + [""] * len(header), strict=False):
            try:
                values[column] = parse_cell(column, raw, columns is ORGAN_COLUMNS)
            except Invalid as error:
                values[column] = parse_cell(column, "", columns is ORGAN_COLUMNS, check=False)
                problems.append(RowError(file, number, column, shown(raw), error.message))
        yield values | {"problems": tuple(problems)}


def write_template_xlsx(dataset: Dataset | None = None) -> bytes:
    """The workbook to fill in: 填写说明, 单位, 监督关系; with a data set, filled with it.

    Every cell is text, so that codes keep their digits and nothing is evaluated.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E3ECF7", "border": 1})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        guide = book.add_worksheet("填写说明")
        guide.set_column(0, 0, 22, text)
        guide.set_column(1, 1, 90, text)
        for number, line in enumerate(_guide()):
            guide.write_row(number, 0, line, bold if line[1] == "" else text)
        rows = dataset or Dataset(())
        sheets: tuple[tuple[str, Mapping[str, tuple[str, str]], Sequence[OrganRow | RelationRow]], ...] = (
            ("单位", ORGAN_COLUMNS, rows.organs),
            ("监督关系", RELATION_COLUMNS, rows.relations),
        )
        for title, columns, records in sheets:
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(columns) - 1, 20, text)
            for index, (column, (heading, hint)) in enumerate(columns.items()):
                sheet.write_string(0, index, heading + ("*" if column in REQUIRED else ""), bold)
                sheet.write_comment(0, index, hint)
                labels = _labels(column, title == "单位")
                if labels:
                    sheet.data_validation(1, index, MAX_ROWS, index, {"validate": "list", "source": labels})
                for number, record in enumerate(records, start=1):
                    sheet.write_string(number, index, _written(record, column, title == "单位"), text)
    return buffer.getvalue()


def _labels(column: str, organ: bool) -> list[str]:
    if column == "kind":
        labels = KINDS if organ else RELATION_KINDS
        # A comma inside a label would split Excel's list; such labels are explained on the first sheet.
        return [label for label in labels.values() if "，" not in label and "," not in label]
    if column == "is_supervision_body":
        return ["是", "否"]
    if column == "code_system":
        return list(CODE_SYSTEMS)
    return list(LEVELS.values()) if column == "level" else []


def _written(record: OrganRow | RelationRow, column: str, organ: bool) -> str:
    value = getattr(record, column)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "；".join(BUSINESS_LINES.get(v, v) if column == "business_lines" else v for v in value)
    if column == "kind":
        return (KINDS if organ else RELATION_KINDS).get(value, value)
    if column in ("level", "leadership"):
        return CHOICES[column].get(value, value)
    return "" if value is None else str(value)


def _guide() -> Iterator[tuple[str, str]]:
    yield "单位数据填报说明", ""
    yield (
        "做法",
        "在“单位”表逐行填写，标 * 的必填；依法另有的监督关系填“监督关系”表。有一处错误则一行也不导入。",
    )
    yield "注意", "本系统为非涉密系统，禁止录入国家秘密和工作秘密。单元格不能以 = + - @ 开头。"
    for title, columns in (("“单位”表", ORGAN_COLUMNS), ("“监督关系”表", RELATION_COLUMNS)):
        yield title, ""
        yield from columns.values()
    yield "领导体制", ""
    yield from ((label, code) for code, label in LEADERSHIPS.items())
    yield "业务条线", ""
    yield from ((label, code) for code, label in BUSINESS_LINES.items())
