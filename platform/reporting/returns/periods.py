"""Periods of reporting: a month, a quarter, a half-year or a year of the calendar. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Kind = Literal["month", "quarter", "half", "year"]
MONTHS: Final = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_KEY: Final = re.compile(r"(?P<year>[12]\d{3})(?:-(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12]))?")
_NUMBERS: Final = "一二三四"


@dataclass(frozen=True, slots=True)
class Period:
    """The `number`-th span of its kind in a year, from 1."""

    kind: Kind
    year: int
    number: int = 1

    @property
    def key(self) -> str:
        """2026, 2026H1, 2026Q3, 2026-09: keys of one kind sort by time."""
        tail = {"year": "", "half": f"H{self.number}", "quarter": f"Q{self.number}", "month": f"-{self.number:02}"}
        return f"{self.year}{tail[self.kind]}"

    @property
    def label(self) -> str:
        """2026年第三季度"""
        tail = {
            "year": "度",
            "half": "上半年" if self.number == 1 else "下半年",
            "quarter": f"第{_NUMBERS[(self.number - 1) % 4]}季度",
            "month": f"{self.number}月",
        }
        return f"{self.year}年{tail[self.kind]}"

    @property
    def first(self) -> date:
        return date(self.year, (self.number - 1) * MONTHS[self.kind] + 1, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Period:
        return self._moved(1)

    @property
    def previous(self) -> Period:
        return self._moved(-1)

    @property
    def last_year(self) -> Period:
        """The same span a year before."""
        return Period(self.kind, self.year - 1, self.number)

    def _moved(self, by: int) -> Period:
        count = 12 // MONTHS[self.kind]
        place = self.year * count + self.number - 1 + by
        return Period(self.kind, place // count, place % count + 1)


def parse(key: str) -> Period:
    """The period of a key. Raises ValueError for anything else."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise ValueError(f"no period: {key!r}")
    year = int(found["year"])
    if found["month"]:
        return Period("month", year, int(found["month"]))
    if found["quarter"]:
        return Period("quarter", year, int(found["quarter"]))
    if found["half"]:
        return Period("half", year, int(found["half"]))
    return Period("year", year)


def containing(kind: Kind, day: date) -> Period:
    """The period of a kind in which a day lies."""
    return Period(kind, day.year, (day.month - 1) // MONTHS[kind] + 1)


def ended(kind: Kind, today: date) -> Period:
    """The latest period of a kind that is over."""
    return containing(kind, today).previous
