"""From the bytes of one line to a record, or to everything that is wrong in it, in Chinese and by field. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from kernel.errors import FieldError
from supervision.records import checking
from supervision.records.fields import CODES, LABELS
from supervision.records.rules import KINDS, AnyRecord, Paragraph, Record

MOST_BYTES: Final = 256 * 1024
"""Of one line."""
MOST_PROBLEMS: Final = 20
_DECODER: Final = msgspec.json.Decoder(AnyRecord)
_BROKEN: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_PROSE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FORMULA: Final = re.compile(r"[=@]|[+\-][A-Za-z(]")
_PLAIN: Final = {
    kind: tuple(f.name for f in msgspec.structs.fields(of) if "str" in str(f.type) and f.type != Paragraph)
    for kind, of in KINDS.items()
}
_PROSE: Final = {
    kind: tuple(f.name for f in msgspec.structs.fields(of) if f.type == Paragraph) for kind, of in KINDS.items()
}
_FIELDS: Final = {kind: {f.name: f for f in msgspec.structs.fields(of)} for kind, of in KINDS.items()}
"""Looked up for every wrong line: msgspec works them out anew each time, which takes as long as eighty sound lines."""
_LENGTH: Final = re.compile(r"Expected `(\w+)` of length (<=|>=) (\d+)")
_BOUND: Final = re.compile(r"Expected `int` (<=|>=) (-?\d+)")
_WANTED: Final = re.compile(r"Expected `([^`]+)`, got")
_PATH: Final = re.compile(r" - at `\$\.?([^`]*)`$")
_TYPES: Final = {
    "str": "文字",
    "int": "整数",
    "bool": "true 或者 false",
    "array": "列表",
    "object": "对象",
    "date": "日期",
}


def parse(raw: bytes, today: date) -> Record | list[FieldError]:
    """The record in a line of JSON, or its problems, at least one."""
    if len(raw) > MOST_BYTES:
        return [FieldError("line", f"一行超过 {MOST_BYTES // 1024} KB。")]
    try:
        record: Record = _DECODER.decode(raw)
    except _BROKEN:
        return _wrong(raw, today)
    wrong = checking.problems(record, today)
    if _suspect(raw):
        wrong += _letters(record, raw)
    return wrong[:MOST_PROBLEMS] or record


def _suspect(raw: bytes) -> bool:
    """Whether a line may hold a control character or a formula. Looking for a rare byte alone costs a tenth of looking
    for it behind a quote, which is the commonest byte of all."""
    return (
        b"\\" in raw
        or (b"=" in raw and b'"=' in raw)
        or (b"@" in raw and b'"@' in raw)
        or (b"+" in raw and b'"+' in raw)
        or b'"-' in raw
        or b"\x7f" in raw
    )


def check(record: Record, today: date) -> Record | list[FieldError]:
    """As `parse`, for a record that was made in the process: its fields are of their types already."""
    return parse(encode(record), today)


def encode(record: Record) -> bytes:
    """A record as a line."""
    return msgspec.json.encode(record)


def _letters(record: Record, raw: bytes) -> Iterator[FieldError]:
    """Control characters, which would break a line or a page, and cells that a spreadsheet would compute."""
    if b"\\u0000" in raw:
        yield FieldError("line", "含有空字符（\\u0000）。")
        return
    kind = checking.kind_of(record)
    for name in _PLAIN[kind]:
        value = getattr(record, name)
        for text in [value] if isinstance(value, str) else value if isinstance(value, list) else ():
            if isinstance(text, str) and _CONTROL.search(text):
                yield FieldError(name, "不能含有换行或者控制字符。")
            elif isinstance(text, str) and _FORMULA.match(text):
                yield FieldError(name, "不能以公式符号开头。")
    for name in _PROSE[kind]:
        text = getattr(record, name)
        if _CONTROL_IN_PROSE.search(text):
            yield FieldError(name, "不能含有控制字符。")
        elif _FORMULA.match(text):
            yield FieldError(name, "不能以公式符号开头。")
    for officer in record.officers:
        if _CONTROL.search(officer.name + officer.certificate_no) or _FORMULA.match(officer.name):
            yield FieldError("officers", "姓名和证号不能含有控制字符或者公式符号。")
    for provision in record.basis:
        if _CONTROL.search(provision.law + provision.article + provision.version):
            yield FieldError("basis", "不能含有换行或者控制字符。")


def _wrong(raw: bytes, today: date) -> list[FieldError]:
    """Every field that cannot be read, each looked at by itself."""
    try:
        found = msgspec.json.decode(raw)
    except _BROKEN as error:
        return [FieldError("line", _broken(error))]
    if not isinstance(found, dict):
        return [FieldError("line", "一行应当是一个 JSON 对象。")]
    wrong = list(problems_of(found))
    return wrong[:MOST_PROBLEMS] or [FieldError("line", "内容不符合格式。")]


def problems_of(found: Mapping[str, Any]) -> Iterator[FieldError]:
    """What is wrong with the fields of a line that is an object."""
    kind = found.get("kind")
    of = KINDS.get(kind) if isinstance(kind, str) else None
    if of is None:
        words = "、".join(f"{code}（{name}）" for code, name in CODES["kind"].items())
        yield FieldError("kind", f"没有填写行为种类，或者不在可选范围：{words}。")
        return
    fields = _FIELDS[str(kind)]
    for name in found:
        if name not in fields and name != "kind":
            yield FieldError(name[:64], f"{CODES['kind'][str(kind)]}没有“{LABELS.get(name, name)[:64]}”这个字段。")
    for name, field in fields.items():
        if name not in found:
            if field.required:
                yield FieldError(name, "没有填写。")
            continue
        try:
            msgspec.convert(found[name], field.type)
        except msgspec.ValidationError as error:
            yield FieldError(name, chinese(str(error), name))


def _broken(error: Exception) -> str:
    said = str(error)
    if isinstance(error, UnicodeDecodeError) or "utf-8" in said.lower():
        return "不是有效的 UTF-8 文字。"
    if isinstance(error, RecursionError):
        return "嵌套过深。"
    place = re.search(r"byte (\d+)", said)
    where = f"（第 {int(place[1]) + 1} 个字节附近）" if place else ""
    return f"不是有效的 JSON{where}。" if "truncated" not in said else "JSON 不完整，可能被截断。"


def chinese(message: str, name: str) -> str:
    """A message of msgspec about a value as a Chinese sentence."""
    at = _PATH.search(message)
    said = message[: at.start()] if at else message
    inner = f"其中 {at[1]} " if at and at[1] else ""
    return inner + next(sentence for sentence in _sentences(said, name) if sentence)


def _sentences(said: str, name: str) -> Iterator[str]:
    if found := _LENGTH.search(said):
        what = "字" if found[1] == "str" else "项"
        yield f"{'超过' if found[2] == '<=' else '少于'} {found[3]} {what}。"
    if found := _BOUND.search(said):
        yield f"数值{'大于' if found[1] == '<=' else '小于'} {found[2]}。"
    if "out of range" in said:
        yield "数值过大。"
    if "Invalid enum value" in said:
        yield f"不在可选范围：{'、'.join(f'{code}（{word}）' for code, word in CODES.get(name, {}).items())}。"
    if "RFC3339" in said or "date" in said:
        yield "不是有效的日期，应当写成 2026-03-01。"
    if found := re.search(r"(missing required|unknown) field `([^`]+)`", said):
        yield f"{'缺少' if found[1] == 'missing required' else '没有'}“{found[2]}”。"
    if found := _WANTED.search(said):
        wanted = found[1].replace(" | null", "")
        yield "金额以分为单位，应当是整数。" if name.endswith("_fen") else f"应当是{_TYPES.get(wanted, wanted)}。"
    yield "内容不符合格式。"
