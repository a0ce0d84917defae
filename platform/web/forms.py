"""What a browser form sends, read one field at a time; what is missing or unreadable is named to its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from litestar.datastructures import UploadFile

from kernel.errors import FieldError, Invalid

_DAY = re.compile(r"(?:(?P<year>\d{4})\s*[-./年]\s*)?(?P<month>\d{1,2})\s*[-./月]\s*(?P<day>\d{1,2})\s*日?")


def parse_day(text: str, today: date) -> date | None:
    """2026-10-09, 2026.10.9, 2026年10月9日 or 10月9日 (of this year); None when it is no day."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    year = int(found["year"] or today.year)
    try:
        return date(year, int(found["month"]), int(found["day"])) if 1900 <= year <= 2200 else None
    except ValueError:
        return None


def parse_id(text: str) -> UUID | None:
    """An id that an address names, such as where a list goes on; None when it is none, so that the list begins anew."""
    try:
        return UUID(text)
    except ValueError:
        return None


class Form:
    """The fields of one submission. `errors` collects what must be changed; `check` raises Invalid for them."""

    def __init__(self, values: Mapping[str, Any], today: date) -> None:
        self._values = values
        self._today = today
        self.errors: list[FieldError] = []

    def text(self, name: str, *, need: str = "") -> str:
        """The trimmed text of a field. With `need`, an empty one is an error that says this sentence."""
        value = self._values.get(name, "")
        found = value.strip() if isinstance(value, str) else ""
        if need and not found:
            self.error(name, need)
        return found

    def secret(self, name: str) -> str:
        """The text exactly as it was typed."""
        value = self._values.get(name, "")
        return value if isinstance(value, str) else ""

    def many(self, name: str) -> list[str]:
        """All values of a repeated field (check boxes)."""
        getall = getattr(self._values, "getall", None)
        found = getall(name, []) if getall else [self._values[name]] if name in self._values else []
        return [v.strip() for v in found if isinstance(v, str) and v.strip()]

    def checked(self, name: str) -> bool:
        return bool(self.text(name))

    def id(self, name: str, *, need: str = "") -> UUID | None:
        """A record's id; None when the field is empty or no id."""
        text = self.text(name)
        try:
            return UUID(text)
        except ValueError:
            if need or text:
                self.error(name, need or "请从列表中选择。")
            return None

    def ids(self, name: str) -> list[UUID]:
        """Ids of a repeated field; what is no id is an error."""
        found: list[UUID] = []
        for text in self.many(name):
            try:
                found.append(UUID(text))
            except ValueError:
                self.error(name, "请从列表中选择。")
        return found

    def day(self, name: str, *, need: str = "") -> date | None:
        """A day in any of the forms that people write."""
        text = self.text(name, need=need)
        if not text:
            return None
        found = parse_day(text, self._today)
        if found is None:
            self.error(name, "请写明日期，例如 2026-10-09 或者 10月9日。")
        return found

    def integer(self, name: str, *, need: str = "", least: int = 0, most: int = 1000) -> int | None:
        """A whole number between the bounds."""
        text = self.text(name, need=need)
        if not text:
            return None
        if not re.fullmatch(r"-?\d{1,9}", text) or not least <= int(text) <= most:
            self.error(name, f"请填写 {least} 至 {most} 之间的整数。")
            return None
        return int(text)

    def version(self) -> int | None:
        """The record's version that the form was made from (hidden field `_version`)."""
        text = self.text("_version")
        return int(text) if text.isdigit() and len(text) < 10 else None

    def files(self, name: str) -> list[UploadFile]:
        """Chosen files; an empty file field gives none."""
        getall = getattr(self._values, "getall", None)
        found = getall(name, []) if getall else []
        return [f for f in found if isinstance(f, UploadFile) and f.filename]

    def pairs(self) -> list[tuple[str, str]]:
        """Every text field with its value, repeated ones as often as they came."""
        multi = getattr(self._values, "multi_items", None)
        found = multi() if multi else self._values.items()
        return [(k, v) for k, v in found if isinstance(v, str) and not k.startswith("_")]

    @property
    def today(self) -> date:
        """The day from which days without a year are read."""
        return self._today

    def error(self, name: str, message: str) -> None:
        self.errors.append(FieldError(name, message))

    def check(self) -> None:
        """Raises Invalid with every error found so far."""
        if self.errors:
            raise Invalid(errors=self.errors)

    @property
    def values(self) -> dict[str, Any]:
        """The text fields as they came, to fill the form again."""
        return {k: v for k, v in self._values.items() if isinstance(v, str) and not k.startswith("_")}
