"""Workbooks that people hand in: looked at before they are opened, and read as text, cell by cell.

A workbook is a packed folder. What it unpacks to is measured by unpacking, because what it says of itself may be
untrue; and the far corner of a sheet is found first, because a reader makes room for every cell up to there.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tenants.organs.cells import shown
from tenants.organs.errors import DatasetUnreadable

MAX_BYTES = 10_000_000
MAX_UNPACKED = 100_000_000
MAX_ROWS = 20_000
MAX_PARTS = 500
FAR_ROW = 100_000
FAR_COLUMN = 256
_CHUNK = 1 << 20
_EXACT = 10**15
_CELL = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]*?\br\s*=\s*[\"']([A-Z]{0,9})(\d{1,12})[\"']")
NO_WORKBOOK = "不是可以读取的 .xlsx 工作簿，请用填报模板另存后重试。"

Table = list[tuple[int, list[str]]]
"""Rows that hold something, each with its number as a spreadsheet counts it."""


def read_sheet(data: bytes, name: str) -> Table | None:
    """The sheet of that name; None when the workbook has none. Raises DatasetUnreadable."""
    return read_sheets(data, (name,))[name]


def read_sheets(data: bytes, names: Collection[str], *, first: str = "") -> dict[str, Table | None]:
    """Sheets by name. `first`: the name that stands for the first sheet when no sheet bears it.

    Raises DatasetUnreadable when the bytes are no readable workbook or unpack to too much.
    """
    from python_calamine import CalamineError, load_workbook

    check_package(data)
    try:
        book = load_workbook(io.BytesIO(data))
        known = book.sheet_names
        found: dict[str, Table | None] = {}
        for name in names:
            title = known[0] if name == first and name not in known else name
            rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False) if title in known else None
            found[name] = None if rows is None else sheet_table(rows)
    except (CalamineError, IndexError, ValueError) as error:
        raise DatasetUnreadable(NO_WORKBOOK) from error
    return found


def check_package(data: bytes) -> None:
    """Raises DatasetUnreadable for what is no workbook, unpacks to too much, or reaches too far."""
    if len(data) > MAX_BYTES:
        raise DatasetUnreadable(f"工作簿超过 {MAX_BYTES // 1_000_000} MB。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DatasetUnreadable("不是 .xlsx 工作簿。") from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise DatasetUnreadable("工作簿展开后过大，请删除多余的工作表和格式。")
    room = MAX_UNPACKED
    for part in parts:
        content = _unpacked(data, part, room)
        room -= len(content)
        if part.filename.lower().startswith("xl/worksheets/"):
            _check_reach(content)


def _unpacked(data: bytes, part: zipfile.ZipInfo, room: int) -> bytes:
    """What a part really holds. Raises DatasetUnreadable when that is more than it says or than there is room for."""
    start = part.header_offset + 30
    head = data[part.header_offset : start]
    start += int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = data[start : start + part.compress_size]
    if part.flag_bits & 1 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DatasetUnreadable(NO_WORKBOOK)
    if part.compress_type == zipfile.ZIP_STORED:
        return packed
    reader, found = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
    try:
        while not reader.eof and (packed or reader.unconsumed_tail):
            found += reader.decompress(reader.unconsumed_tail or packed, _CHUNK)
            packed = b""
            if len(found) > min(room, part.file_size):
                raise DatasetUnreadable("工作簿展开后过大，或者已损坏。")
    except zlib.error as error:
        raise DatasetUnreadable(NO_WORKBOOK) from error
    return bytes(found)


def _check_reach(sheet: bytes) -> None:
    for found in _CELL.finditer(sheet):
        column = 0
        for letter in found[1]:
            column = column * 26 + letter - 64
        if int(found[2]) > FAR_ROW or column > FAR_COLUMN:
            place = (found[1] + found[2]).decode()
            raise DatasetUnreadable(f"工作表在很远的单元格（{place}）有内容，请删除后重试。")


def sheet_table(rows: Iterable[Sequence[Any]]) -> Table:
    table = [(number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, start=1)]
    return [(number, cells) for number, cells in table if any(cell.strip() for cell in cells)]


def cell_text(cell: Any) -> str:
    """A spreadsheet cell as it would stand in a CSV: codes kept as numbers lose the `.0`, dates become ISO. A number of
    more digits than a spreadsheet keeps stays in its short form (4.11e+17), so that nobody takes it for a code."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, (float, int)) and float(cell).is_integer():
        return str(int(cell)) if abs(cell) < _EXACT else repr(float(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def header(
    cells: Sequence[str], columns: Mapping[str, tuple[str, str]], required: Collection[str], file: str
) -> list[str]:
    """The columns of a table by the titles of its first row. Raises DatasetUnreadable for unknown, missing and
    double ones."""
    titles = {title: key for key, (title, _) in columns.items()} | {key: key for key in columns}
    names = [cell.strip().rstrip("*") for cell in cells]
    while names and not names[-1]:
        names.pop()
    unknown = [n for n in names if n not in titles]
    if unknown:
        raise DatasetUnreadable(f"{file} 表头有不认识的列“{shown(unknown[0])}”，请使用填报模板。")
    found = [titles[n] for n in names]
    missing = [columns[c][0] for c in columns if c in required and c not in found]
    if missing:
        raise DatasetUnreadable(f"{file} 表头缺少列：{'、'.join(missing)}。")
    if len(set(found)) != len(found):
        raise DatasetUnreadable(f"{file} 表头有重复的列。")
    return found
