"""Months, quarters, half-years and years, as figures are counted and reported. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Kind = Literal["month", "quarter", "half", "year"]
KINDS: Final[dict[Kind, str]] = {"month": "月", "quarter": "季", "half": "半年", "year": "年"}
LENGTHS: Final[dict[Kind, int]] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
FIRST_YEAR: Final = 1949
LAST_YEAR: Final = 2199
ASKED: Final = range(1990, 2101)
"""Years that may be asked for; there is room on both sides for the periods before and after."""
_CODE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|Q([1-4])|H([12]))?", re.ASCII)
_HALVES = {1: "上半年", 2: "下半年"}
_QUARTERS = {1: "第一季度", 2: "第二季度", 3: "第三季度", 4: "第四季度"}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One period of a year: `number` counts from 1 within the year. Codes: 2026-03, 2026Q1, 2026H1, 2026."""

    year: int
    kind: Kind
    number: int = 1

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间")
        if self.kind not in LENGTHS or not 1 <= self.number <= 12 // LENGTHS[self.kind]:
            raise ValueError("没有这样的统计期间")

    @property
    def code(self) -> str:
        return {
            "month": f"{self.year}-{self.number:02d}",
            "quarter": f"{self.year}Q{self.number}",
            "half": f"{self.year}H{self.number}",
            "year": f"{self.year}",
        }[self.kind]

    @property
    def label(self) -> str:
        """2026年3月, 2026年第一季度, 2026年上半年, 2026年."""
        part = {
            "month": f"{self.number}月",
            "quarter": _QUARTERS.get(self.number, ""),
            "half": _HALVES.get(self.number, ""),
            "year": "",
        }[self.kind]
        return f"{self.year}年{part}"

    @property
    def first_month(self) -> int:
        """The first month as counters hold it: 202601."""
        return self.year * 100 + (self.number - 1) * LENGTHS[self.kind] + 1

    @property
    def last_month(self) -> int:
        return self.first_month + LENGTHS[self.kind] - 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.first_month % 100, 1)

    @property
    def last_day(self) -> date:
        return (date(self.year, self.last_month % 100, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    @property
    def previous(self) -> Period:
        """The period before it. Raises ValueError before the first year."""
        if self.number > 1:
            return Period(self.year, self.kind, self.number - 1)
        return Period(self.year - 1, self.kind, 12 // LENGTHS[self.kind])

    @property
    def next(self) -> Period:
        """The period after it. Raises ValueError after the last year."""
        if self.number < 12 // LENGTHS[self.kind]:
            return Period(self.year, self.kind, self.number + 1)
        return Period(self.year + 1, self.kind, 1)

    def months(self) -> Iterator[Period]:
        """Its months, first one first."""
        for month in range(self.first_month, self.last_month + 1):
            yield Period(self.year, "month", month % 100)


def parse(code: str) -> Period:
    """Read a code. Raises ValueError in Chinese."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError("统计期间应写作 2026-03、2026Q1、2026H1 或者 2026")
    year, month, quarter, half = found.groups()
    if int(year) not in ASKED:
        raise ValueError(f"年份应在 {ASKED[0]} 至 {ASKED[-1]} 之间")
    if month:
        return Period(int(year), "month", int(month))
    if quarter:
        return Period(int(year), "quarter", int(quarter))
    return Period(int(year), "half", int(half)) if half else Period(int(year), "year")


def holding(day: date, kind: Kind) -> Period:
    """The period of a kind that a day falls into."""
    return Period(day.year, kind, (day.month - 1) // LENGTHS[kind] + 1)


def month_of(day: date) -> int:
    """202603: how counters write the month of a day."""
    return day.year * 100 + day.month
