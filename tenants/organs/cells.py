"""One cell of a data set: cleaned, narrowed and turned into its value, or refused with a Chinese sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from kernel.errors import Invalid
from tenants.organs.codes import (
    BUSINESS_LINES,
    CODE_SYSTEMS,
    KINDS,
    LEADERSHIPS,
    LEVELS,
    RELATION_KINDS,
    check_uscc,
)
from tenants.organs.rows import MAX_NAME, REQUIRED

CHOICES: Mapping[str, Mapping[str, str]] = {
    "level": LEVELS,
    "leadership": LEADERSHIPS,
    "code_system": CODE_SYSTEMS,
}
_LENGTHS = {"name": MAX_NAME, "short_name": 30, "letters": 10, "article": 30}
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_ARTICLE = re.compile(r"([\u4e00-\u9fff]+:)?[0-9]{1,3}(\([0-9]{1,2}\))?")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if chr(wide - 0xFEE0).isalnum()}


def shown(raw: str) -> str:
    """A cell for a message: short, and without characters that hide or act."""
    return "".join(c if c.isprintable() else "�" for c in raw)[:40]


def parse_cell(column: str, raw: str, organ: bool, *, check: bool = True) -> Any:
    text = _clean(raw, column)
    if check and not text and column in REQUIRED:
        raise Invalid("必填，不能为空。")
    if column.endswith("_key") or column == "key":
        return _key(text)
    if column == "kind":
        return _choice(text, KINDS if organ else RELATION_KINDS)
    if column in CHOICES:
        return _choice(text, CHOICES[column]) or _DEFAULTS[column]
    parse = _PARSERS.get(column)
    if parse is not None:
        return parse(text)
    limit = _LENGTHS.get(column, 500)
    if len(text) > limit:
        raise Invalid(f"不能超过{limit}个字，现为{len(text)}个字。")
    return text


def _clean(raw: str, column: str) -> str:
    """The cell as text: trimmed, full-width digits and letters narrowed, nothing that hides or acts in it."""
    text = unicodedata.normalize("NFC", raw).strip(" \t\r\n\u3000\xa0")
    hidden = next((c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")), None)
    if hidden is not None:
        raise Invalid(f"含有不可见的控制字符（U+{ord(hidden):04X}），请重新录入。")
    if text.startswith(("=", "+", "-", "@")):
        raise Invalid(f"不能以“{text[0]}”开头（会被电子表格当作公式执行）。")
    return text.translate(_WIDE) if column != "note" else text


def _key(text: str) -> str:
    if text and _KEY.fullmatch(text) is None:
        raise Invalid("标识只能用小写字母、数字、点、横线和下划线，不超过64位。")
    return text


def _choice(text: str, labels: Mapping[str, str]) -> str:
    known = {label: key for key, label in labels.items()} | {key: key for key in labels}
    if text and text not in known:
        raise Invalid(f"“{shown(text)}”不在可选范围：{'、'.join(labels.values())}。")
    return known.get(text, "")


def _date(text: str) -> date | None:
    if not text:
        return None
    # A spreadsheet that formats a date as text may add a midnight.
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text).removesuffix(" 00:00:00"))
    try:
        return date(*(int(part) for part in found.groups())) if found else _no_date(text)
    except ValueError:
        return _no_date(text)


def _no_date(text: str) -> date:
    raise Invalid(f"“{shown(text)}”不是日期，应写成 2019-01-15。")


def _flag(text: str) -> bool:
    if text.lower() in ("1", "是", "true", "yes", "y"):
        return True
    if text.lower() in ("", "0", "否", "false", "no", "n"):
        return False
    raise Invalid(f"“{shown(text)}”应填“是”或“否”。")


def _lines(text: str) -> tuple[str, ...]:
    # Some Chinese names hold 、 themselves, so only semicolons separate.
    parts = [part.strip() for part in re.split("[;；]", text) if part.strip()]
    return tuple(dict.fromkeys(_choice_of_line(part) for part in parts))


def _choice_of_line(text: str) -> str:
    known = {label: key for key, label in BUSINESS_LINES.items()} | {key: key for key in BUSINESS_LINES}
    if text not in known:
        raise Invalid(f"业务条线“{shown(text)}”不存在，可填的见填写说明。")
    return known[text]


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[;；]", text) if part.strip())


def _article(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text)
    if narrow and _ARTICLE.fullmatch(narrow) is None:
        raise Invalid(f"“{shown(text)}”不是条款代号，应写成 2(4) 或 法律名:条号。")
    return narrow


_DEFAULTS = {"level": "", "leadership": "government", "code_system": None}
_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "uscc": lambda text: check_uscc(text) if text else None,
    "division_code": lambda text: text or None,
    "business_lines": _lines,
    "former_names": _names,
    "is_supervision_body": _flag,
    "established_on": _date,
    "ended_on": _date,
    "valid_from": _date,
    "valid_to": _date,
    "article": _article,
}
