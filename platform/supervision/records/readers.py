"""Files as chunks of lines: JSON Lines and CSV by their bytes, so that the next transaction goes on where the last one
ended; workbooks by their rows, which are few. Nothing here asks the database."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from kernel.errors import FieldError, Invalid
from supervision.records import cells, credit
from supervision.records.cells import HEADS, Column
from supervision.records.fields import LABELS
from supervision.records.parsing import MOST_BYTES
from supervision.records.taking import CHUNK, Chunk, Line
from tenants.organs.errors import DatasetUnreadable
from tenants.organs.sheets import check_package, read_sheet, sheet_table

SHEET: Final = "行政执法案件"
PROBE: Final = 1 << 20
CONTINUED: Final = 50
"""Lines that one quoted cell of a CSV may run over."""
_FORBIDDEN: Final = (
    (re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE), "工作簿中有外部实体"),
    (re.compile(rb"<(?:\w+:)?f[\s>/]"), "工作簿中有公式，请只保留数值后另存"),
    (re.compile(rb"<(?:\w+:)?mergeCell\s"), "工作簿中有合并的单元格，请取消合并后另存"),
)
_BOMS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
Row = list[tuple[int, list[str]]]


def format_of(head: bytes, name: str) -> str:
    """jsonl, csv or xlsx, by the content first. Raises Invalid."""
    if head[:4] == b"PK\x03\x04":
        return "xlsx"
    if head.startswith(_BOMS) or b"\0" in head:
        raise Invalid("文件不是文本，或者编码不是 UTF-8、GB18030，请另存后重新上传。", field="file", article="11(5)")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        raise Invalid("文件是空的。", field="file", article="11(5)")
    if start[:1] == b"{":
        return "jsonl"
    if start[:1] == b"[":
        raise Invalid("请使用 JSON Lines：每行一个 JSON 对象，不要放进一个数组。", field="file", article="11(5)")
    if name.lower().endswith((".jsonl", ".json", ".ndjson")):
        return "jsonl"
    return "csv"


def encoding_of(head: bytes) -> str:
    """utf-8 or gb18030, by the first part of a file."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def lines(handle: IO[bytes], first: int) -> Iterator[tuple[int, bytes | None]]:
    """Physical lines from where the file stands, without their ends; None for one that is too long."""
    for number in itertools.count(first):
        line = handle.readline(MOST_BYTES + 2)
        if not line:
            return
        if len(line) > MOST_BYTES and not line.endswith(b"\n"):
            while (more := handle.readline(MOST_BYTES)) and not more.endswith(b"\n"):
                pass
            yield number, None
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        yield number, line.rstrip(b"\r\n")


TOO_LONG: Final = (FieldError("line", f"一行超过 {MOST_BYTES // 1024} KB。"),)


def jsonl_chunks(handle: IO[bytes], line: int, most: int) -> Iterator[Chunk]:
    """At most `most` lines of JSON, from where the file stands; `line` is the number of the last one before."""
    found: list[Line] = []
    taken = 0
    for number, raw in lines(handle, line + 1):
        line = number
        if raw is None:
            found.append(Line(number, b"", TOO_LONG))
        elif raw.strip():
            found.append(Line(number, raw))
        taken += 1
        if len(found) >= CHUNK or taken >= most:
            yield Chunk(found, handle.tell(), line)
            found = []
        if taken >= most:
            return
    if found or taken:
        yield Chunk(found, handle.tell(), line)


class Table:
    """How the rows of a table become lines."""

    def __init__(self, titles: Sequence[str], stamp: int) -> None:
        self.layout = credit.layout_of(titles)
        names = [t.strip().upper() for t in titles] if self.layout != "native" else titles
        self.columns: list[Column | None] = cells.header(names, credit.LAYOUTS.get(self.layout, HEADS))
        self.stamp = stamp
        present = {c.field for c in self.columns if c is not None}
        needed = {"doc_no"} if self.layout != "native" else {"kind", "external_id"}
        if missing := needed - present:
            names_zh = "、".join(sorted(LABELS[f] for f in missing))
            raise Invalid(f"表头缺少列：{names_zh}。", field="file", article="11(5)")

    def line(self, number: int, row: Sequence[str]) -> Line:
        if self.layout == "native":
            found, wrong = cells.line_of(self.columns, row)
        else:
            found, wrong = credit.line(self.columns, row, self.layout)
        found.setdefault("version", self.stamp)
        return Line(number, msgspec.json.encode(found), tuple(wrong))


def csv_titles(handle: IO[bytes], encoding: str) -> list[str]:
    """The first row of a CSV; the file stands behind it afterwards. Raises Invalid."""
    first = next(lines(handle, 1), (1, b""))[1]
    try:
        return next(csv.reader([(first or b"").decode(encoding)], strict=True), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise Invalid("表头不能读取，请使用填报模板。", field="file", article="11(5)") from error


def csv_chunks(handle: IO[bytes], table: Table, encoding: str, line: int, most: int) -> Iterator[Chunk]:
    """As `jsonl_chunks`, for the rows of a CSV. A quoted cell may run over lines; where it never ends, the line in
    which it began is wrong and the next one is a row again."""
    found: list[Line] = []
    taken = 0
    while taken < most:
        start, number = handle.tell(), line + 1
        read = _csv_row(handle, encoding, number)
        if read is None:
            break
        row, line = read
        if row is None:
            handle.seek(start)
            _, raw = next(lines(handle, number))
            line = number
            text = (raw or b"").decode(encoding, "replace").encode()
            found.append(Line(number, text, UNREADABLE if raw is not None else TOO_LONG))
        elif row:
            found.append(table.line(number, row))
        taken += line - number + 1
        if len(found) >= CHUNK:
            yield Chunk(found, handle.tell(), line)
            found = []
    if found or taken:
        yield Chunk(found, handle.tell(), line)


UNREADABLE: Final = (FieldError("line", "这一行不能读取：引号没有闭合，或者文字编码不对。"),)


def _csv_row(handle: IO[bytes], encoding: str, number: int) -> tuple[list[str] | None, int] | None:
    """The next row and the number of its last line; no row when it cannot be read. None at the end of the file."""
    raw, last = b"", 0
    for last, part in lines(handle, number):
        if part is None:
            return None, last
        raw += part
        if raw.count(b'"') % 2 == 0:
            try:
                return next(csv.reader(io.StringIO(raw.decode(encoding), newline=""), strict=True), []), last
            except (csv.Error, UnicodeDecodeError):
                return None, last
        if last - number >= CONTINUED or len(raw) > MOST_BYTES:
            break
        raw += b"\n"
    return (None, last) if last else None


def workbook_table(data: bytes) -> Row:
    """The rows of a workbook. Raises Invalid for what is none, or holds formulas, macros or merged cells."""
    try:
        check_package(data)
        _forbid(data)
        found = read_sheet(data, SHEET)
        found = found if found is not None else _only_sheet(data)
    except DatasetUnreadable as error:
        raise Invalid(error.message, field="file", article="11(5)") from error
    if len(found) < 2:
        raise Invalid("工作表没有数据行。", field="file", article="11(5)")
    return found


def _only_sheet(data: bytes) -> Row:
    from python_calamine import load_workbook

    book = load_workbook(io.BytesIO(data))
    if len(book.sheet_names) != 1:
        raise DatasetUnreadable(f"工作簿中没有名为“{SHEET}”的工作表，请使用填报模板。")
    rows: Any = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return sheet_table(rows)


def _forbid(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for part in package.infolist():
            name = part.filename.lower()
            if name.endswith((".bin", ".vbs")) and "printersettings" not in name:
                raise DatasetUnreadable("工作簿中有宏或者嵌入的对象，请另存为不带宏的 .xlsx。")
            if not name.endswith((".xml", ".rels")):
                continue
            content = package.read(part)
            for pattern, why in _FORBIDDEN:
                if pattern.search(content):
                    raise DatasetUnreadable(f"{why}。")


def workbook_chunks(rows: Row, table: Table, position: int, most: int) -> Iterator[Chunk]:
    """Rows of a workbook behind the first `position` ones; the first of all is the head."""
    wanted = rows[1 + position : 1 + position + most]
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        found = [table.line(number, row) for number, row in some]
        yield Chunk(found, position + start + len(some), some[-1][0])


def open_file(path: Path, position: int) -> IO[bytes]:
    handle = path.open("rb", buffering=1 << 20)
    handle.seek(position)
    return handle
