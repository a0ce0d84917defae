"""What no request may hold, whatever it is for: looked at once, before any handler reads it.

Characters that no text has a use for and that hide what a text says (control characters, changes of direction),
numbers and days that no column holds, names of files that are paths. Each refusal names its field in Chinese, and
nothing is stored. A body of another kind than the route reads, or a form sent by another site, is refused as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import SerializationException

from kernel.errors import Denied, FieldError, Invalid, TooLarge, ZhunshengError
from web.field_names import label

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
DIRECTION: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""They make `gpj.exe` read as `exe.jpg`."""
PATH_PARTS: Final = re.compile(r"[\\/\r\n\t]|^\.+$")
DAY: Final = re.compile(r"(\d{4})-\d{2}-\d{2}(T.*)?", re.DOTALL)
DAYS: Final = ("_on", "_at")
DAY_NAMES: Final = frozenset({"at", "on", "until", "first", "last"})
YEARS: Final = (1900, 2200)
LONGEST: Final = 50_000
LONGEST_LINE: Final = 2_000
"""In the address of a request."""
LARGEST: Final = 2**53
MOST: Final = 1_000
DEEPEST: Final = 12
MOST_JSON: Final = 48 * 1_048_576
CONTENT: Final = "content"
"""The member that holds a file in base64; everything else is text that people read."""


class WrongKind(ZhunshengError):
    """The body is not of a kind that the route reads."""

    status = 415
    default_message = "不接受这种内容类型。"


class ForeignSite(Denied):
    """The browser says that another site sent the request."""

    default_message = "这一请求来自其他网站，系统没有受理。"


async def screen(request: Request[Any, Any, Any]) -> None:
    """Raises Invalid for what no field takes, WrongKind and ForeignSite for requests that no page or client sends."""
    errors = [e for name, value in request.query_params.multi_items() for e in _of_text(name, value, LONGEST_LINE)]
    if request.method not in SAFE:
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise ForeignSite
        errors += await _of_body(request)
    if errors:
        raise Invalid(errors=errors[:20])


async def _of_body(request: Request[Any, Any, Any]) -> list[FieldError]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.url.path.startswith("/api/"):
        if kind not in ("", "application/json") or (kind == "" and await request.body()):
            raise WrongKind
        if int(request.headers.get("content-length") or 0) > MOST_JSON:
            raise TooLarge("请求内容超过 48 MB，大文件请在页面上传。")
        return list(_of_value("", await _json(request), 0)) if kind and await request.body() else []
    if kind in FORMS:
        return [e for name, value in (await request.form()).multi_items() for e in _of_field(name, value)]
    if kind or await request.body():
        raise WrongKind
    return []


async def _json(request: Request[Any, Any, Any]) -> Any:
    try:
        return await request.json()
    except (SerializationException, UnicodeError, RecursionError):
        raise Invalid("请求内容不是正确的 JSON，请核对后重新提交。") from None


def _of_field(name: str, value: Any) -> Iterator[FieldError]:
    if isinstance(value, UploadFile):
        yield from _of_file_name(name, value.filename)
    elif isinstance(value, str):
        yield from _of_text(name, value, LONGEST)


def _of_file_name(field: str, name: str) -> Iterator[FieldError]:
    if UNPRINTABLE.search(name) or DIRECTION.search(name) or (name and PATH_PARTS.search(name)) or len(name) > 200:
        yield FieldError(field, "文件名中有不能使用的字符或者超过200字，请改名后重新上传。")


def _of_value(field: str, value: Any, depth: int) -> Iterator[FieldError]:
    """The errors in a JSON value; `field` is the name that it stands under."""
    if depth > DEEPEST:
        yield FieldError(field, f"{label(field)}嵌套过深。")
    elif isinstance(value, str):
        if field != CONTENT:
            yield from _of_text(field, value, LONGEST)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) > LARGEST:
            yield FieldError(field, f"{label(field)}的数字过大。")
    elif isinstance(value, list):
        if len(value) > MOST:
            yield FieldError(field, f"{label(field)}超过{MOST}项。")
        else:
            for item in value:
                yield from _of_value(field, item, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, depth)


def _of_object(value: dict[str, Any], depth: int) -> Iterator[FieldError]:
    for key, item in value.items():
        if UNPRINTABLE.search(key):
            yield FieldError("", "内容的项目名称中有不能使用的字符。")
        elif key == "name" and CONTENT in value and isinstance(item, str):
            yield from _of_file_name("files", item)
        else:
            yield from _of_value(key, item, depth + 1)


def _of_text(field: str, text: str, longest: int) -> Iterator[FieldError]:
    if UNPRINTABLE.search(text) or DIRECTION.search(text):
        yield FieldError(field, f"{label(field)}中有看不见的控制字符，请删除后重新填写。")
    elif len(text) > longest:
        yield FieldError(field, f"{label(field)}超过{longest}字，请缩短。")
    elif _is_day(field) and (day := DAY.fullmatch(text)) and not YEARS[0] <= int(day[1]) <= YEARS[1]:
        yield FieldError(field, f"{label(field)}应在{YEARS[0]}年至{YEARS[1]}年之间。")


def _is_day(field: str) -> bool:
    return field.endswith(DAYS) or field in DAY_NAMES
