"""A row of a table as a line: heads in Chinese or as field names, cells as people fill them in. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from kernel.errors import FieldError, Invalid
from supervision.records.fields import CELLS, CODES, LABELS, NESTED

_DAY: Final = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d\d)(\d\d))")
_MIDNIGHT: Final = re.compile(r"[ T]0?0:00(:00(\.0+)?)?$")
_SERIAL: Final = re.compile(r"[1-6]\d{4}(\.\d+)?")
_SPLIT: Final = re.compile(r"[；;\n]+")
_PERSON: Final = re.compile(r"(?P<name>[^()（）]*)[(（](?P<no>[^()（）]+)[)）]")
_PROVISION: Final = re.compile(r"《(?P<law>[^》]{1,198})》(?P<article>[^《；;，,。\n]{0,64})")
_YES: Final = {"是": True, "有": True, "true": True, "1": True, "否": False, "无": False, "false": False, "0": False}
_WORDS: Final = {
    field: {word: code for code, word in codes.items()} | {code: code for code in codes}
    for field, codes in CODES.items()
}
FEN: Final = 1
YUAN: Final = 100
WAN: Final = 1_000_000
_UNITS: Final = {"（分）": FEN, "（元）": YUAN, "（万元）": WAN}


class Column(msgspec.Struct, frozen=True):
    """What a column of a table holds; `unit`: what its amounts are worth in fen."""

    field: str
    unit: int = FEN


def _heads() -> dict[str, Column]:
    found = {name: Column(name) for name in CELLS if name not in NESTED}
    for name, label in LABELS.items():
        if name not in found:
            continue
        found[label] = Column(name)
        if CELLS[name] == "money":
            found |= {label.replace("（分）", shown): Column(name, unit) for shown, unit in _UNITS.items()}
    return found


HEADS: Final[Mapping[str, Column]] = _heads()


def header(titles: Sequence[str], known: Mapping[str, Column | None]) -> list[Column | None]:
    """The columns by their titles; None for one that is read over. Raises Invalid for an unknown or double one."""
    names = [plain(title).rstrip("*") for title in titles]
    while names and not names[-1]:
        names.pop()
    unknown = [n for n in names if n not in known]
    if unknown:
        shown = unknown[0][:40] or "（空）"
        raise Invalid(f"表头有不认识的列“{shown}”，请使用填报模板或者双公示数据项。", field="file", article="11(5)")
    fields = [c.field for c in (known[n] for n in names) if c is not None]
    double = next((f for f in fields if fields.count(f) > 1), None)
    if double is not None:
        raise Invalid(f"表头有重复的列“{LABELS[double]}”。", field="file", article="11(5)")
    return [known[n] for n in names]


def plain(text: str) -> str:
    """Without the mark that some programs put before a file, and without spaces around."""
    return text.replace("\ufeff", "").strip()


def line_of(columns: Sequence[Column | None], cells: Sequence[str]) -> tuple[dict[str, Any], list[FieldError]]:
    """The fields of a row, and what could not be read; such a cell stays as its text."""
    found: dict[str, Any] = {}
    wrong: list[FieldError] = []
    if any(cell.strip() for cell in cells[len(columns) :]):
        return found, [FieldError("line", "这一行比表头多出内容。")]
    for column, cell in zip(columns, cells, strict=False):
        text = cell.strip()
        if column is None or not text:
            continue
        try:
            found[column.field] = value(column, text)
        except Invalid as error:
            found[column.field] = text
            wrong.append(FieldError(column.field, error.message))
    return found, wrong


def value(column: Column, text: str) -> Any:
    """A cell as the value of its field. Raises Invalid."""
    kind = CELLS[column.field]
    if kind == "money":
        return _money(text, column.unit)
    if kind == "list":
        return [_LISTS[column.field](part.strip()) for part in _SPLIT.split(text) if part.strip()]
    return _READERS[kind](text) if kind in _READERS else _WORDS.get(column.field, {}).get(text, text)


def _day(text: str) -> str:
    narrow = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).strip())
    if _SERIAL.fullmatch(narrow):
        raise Invalid(f"“{narrow}”是电子表格的日期序号，请把单元格改为日期或者写成 2026-03-01。")
    parts = _DAY.fullmatch(narrow)
    if parts is None:
        raise Invalid("不是有效的日期，应当写成 2026-03-01。")
    year, *rest = [int(g) for g in parts.groups() if g is not None]
    try:
        return date(year, *rest).isoformat()
    except (ValueError, TypeError):
        raise Invalid("不是真实存在的日期。") from None


def _money(text: str, unit: int) -> int:
    narrow = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("元").strip()
    try:
        fen = Decimal(narrow) * unit
    except InvalidOperation:
        raise Invalid("不是金额，应当写成 1234.50。") from None
    if not fen.is_finite() or "e" in narrow.lower():
        raise Invalid("不是金额，应当写成 1234.50。")
    if fen != fen.to_integral_value():
        raise Invalid("金额最多到分。")
    return int(fen)


def _number(text: str) -> int:
    narrow = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"-?\d{1,18}", narrow, re.ASCII):
        raise Invalid("应当是整数。")
    return int(narrow)


def _yes(text: str) -> bool:
    found = _YES.get(text.lower())
    if found is None:
        raise Invalid("应当填“是”或者“否”。")
    return found


def _moment(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text).replace("/", "-").replace(" ", "T", 1)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?", narrow):
        raise Invalid("不是有效的时间，应当写成 2026-03-01 09:30。")
    whole = narrow if narrow.count(":") > 1 and len(narrow) >= 19 else f"{narrow[:16]}:00{narrow[16:]}"
    return whole if len(whole) > 19 else f"{whole}+08:00"


def _officer(text: str) -> dict[str, str]:
    found = _PERSON.fullmatch(text)
    return {"name": found["name"].strip(), "certificate_no": found["no"].strip()} if found else {"certificate_no": text}


def _provision(text: str) -> dict[str, str]:
    found = _PROVISION.fullmatch(text)
    return {"law": f"《{found['law']}》", "article": found["article"].strip()} if found else {"law": text}


def provisions(text: str) -> list[dict[str, str]]:
    """Every `《法》第五十条` in running text; the text itself where there is none."""
    found = [{"law": f"《{m['law']}》", "article": m["article"].strip()} for m in _PROVISION.finditer(text)]
    return found or [{"law": text[:200]}]


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "day": _day, "moment": _moment, "yes": _yes, "number": _number,
}  # fmt: skip
_LISTS: Final[Mapping[str, Callable[[str], Any]]] = {
    "officers": _officer,
    "basis": _provision,
    "penalty_kinds": lambda text: _WORDS["penalty_kinds"].get(text, text),
    "tier_grounds": lambda text: text,
    "discussion_attendees": lambda text: text,
    "correction_notices": _day,
}
