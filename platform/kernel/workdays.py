"""The working-day calendar: which days are worked, and arithmetic on them in constant time.

China moves working days to weekends (调休), so "weekday and not a public holiday" is wrong on about a third
of all spans. The truth is a table of days, filled from the yearly notice of the State Council and stored in
the database; this module seeds that table and computes on a copy of it. Years without a notice are estimated and
marked `confirmed=False`: statutory festivals are known by law, the exchanged days are not.
"""

from __future__ import annotations

import calendar as gregorian
import hashlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from kernel.errors import ZhunshengError
from kernel.wording import format_date

DayKind = Literal["work", "rest", "holiday", "makeup"]
ESTIMATE = "推算（节假日安排未发布）"


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day. `kind`: work, rest (ordinary weekend), holiday, makeup (worked weekend day).

    `name` is the festival of a holiday or of the exchange behind a make-up day, else empty. `confirmed` is
    false while the notice for that year is not published.
    """

    day: date
    is_workday: bool
    name: str
    kind: DayKind
    source: str
    confirmed: bool


class OutsideCalendar(ZhunshengError):
    """A computation reached a day for which there is no calendar entry."""

    status = 422


class WorkCalendar:
    """An immutable, gapless run of days with O(1) arithmetic.

    Raises ValueError when built from no days, or from days with a gap or a repetition. Every method raises
    OutsideCalendar when the computation leaves the run. `version` identifies the content; if none is
    given it is a digest, so equal tables have equal versions.
    """

    __slots__ = ("_confirmed_through", "_days", "_doubtful", "_first", "_upto", "_version", "_workdays")

    def __init__(self, days: Iterable[Day], version: str | None = None) -> None:
        table = tuple(sorted(days, key=lambda entry: entry.day))
        if not table:
            raise ValueError("a calendar needs at least one day")
        for before, after in pairwise(table):
            if after.day - before.day != timedelta(days=1):
                raise ValueError(f"gap or repetition between {before.day} and {after.day}")
        self._days = table
        self._first = table[0].day.toordinal()
        # _upto[i]: working days before day i; one entry more than days, both ends of a span are lookups.
        self._upto = _prefix(entry.is_workday for entry in table)
        self._doubtful = _prefix(not entry.confirmed for entry in table)
        self._workdays = tuple(entry.day for entry in table if entry.is_workday)
        self._confirmed_through = _leading_confirmed(table)
        self._version = version or _digest(table)

    @property
    def version(self) -> str:
        return self._version

    @property
    def first(self) -> date:
        return self._days[0].day

    @property
    def last(self) -> date:
        return self._days[-1].day

    @property
    def confirmed_through(self) -> date | None:
        """The last day up to which every day is confirmed, None if the first one is not."""
        return self._confirmed_through

    def __iter__(self) -> Iterator[Day]:
        return iter(self._days)

    def __len__(self) -> int:
        return len(self._days)

    def entry(self, day: date) -> Day:
        return self._days[self._index(day)]

    def is_workday(self, day: date) -> bool:
        return self._days[self._index(day)].is_workday

    def day_kind(self, day: date) -> DayKind:
        return self._days[self._index(day)].kind

    def name(self, day: date) -> str:
        return self._days[self._index(day)].name

    def is_confirmed(self, first: date, last: date) -> bool:
        """Whether every day from `first` to `last`, both included, is confirmed; an empty span is."""
        return self._doubtful[self._index(last) + 1] <= self._doubtful[self._index(first)]

    def add_workdays(self, start: date, amount: int) -> date:
        """The `amount`-th working day after `start` (before it for a negative amount), not counting `start`.

        Zero gives `start` itself, whether worked or not.
        """
        index = self._index(start)
        if amount > 0:
            position = self._upto[index + 1] + amount - 1
        elif amount < 0:
            position = self._upto[index] + amount
        else:
            return start
        if 0 <= position < len(self._workdays):
            return self._workdays[position]
        raise self._outside(start + timedelta(days=amount))

    def workdays_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; negative when `b` lies before `a`.

        The inverse of `add_workdays`: `workdays_between(a, add_workdays(a, n)) == n` for n > 0.
        """
        return self._upto[self._index(b) + 1] - self._upto[self._index(a) + 1]

    def next_workday_on_or_after(self, day: date) -> date:
        position = self._upto[self._index(day)]
        if position < len(self._workdays):
            return self._workdays[position]
        raise self._outside(self.last + timedelta(days=1))

    def days(self, first: date, last: date) -> tuple[Day, ...]:
        """The entries from `first` to `last`, both included; empty if `last` lies before `first`."""
        return self._days[self._index(first) : self._index(last) + 1]

    def _index(self, day: date) -> int:
        index = day.toordinal() - self._first
        if 0 <= index < len(self._days):
            return index
        raise self._outside(day)

    def _outside(self, day: date) -> OutsideCalendar:
        return OutsideCalendar(
            f"{format_date(day)}不在工作日历的范围（{format_date(self.first)}至{format_date(self.last)}）内。",
            remedy="请核对日期，或者先导入该年度的工作日历。",
        )


def add_months(day: date, amount: int) -> date:
    """The same date `amount` months on; where there is none, the month's last day (31 Jan + 1 → 28 Feb)."""
    months = day.year * 12 + day.month - 1 + amount
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def add_years(day: date, amount: int) -> date:
    """The same date `amount` years on; 29 February becomes 28 February in a common year."""
    return add_months(day, 12 * amount)


def last_official_year() -> int:
    """The last year whose holiday notice is built in; later years are estimates until one is imported."""
    # Loaded here and not at the top: only seeding needs the package, every worker imports this module.
    from chinese_calendar import constants

    return int(max(constants.holidays).year)


def seed_days(first_year: int, last_year: int) -> list[Day]:
    """All days of the years, official as far as the built-in notices reach (2004 on), estimated after that.

    Raises ValueError for a year before 2004 or an empty span.
    """
    if not 2004 <= first_year <= last_year:
        raise ValueError("years from 2004 on, the first not after the last")
    official_through = min(last_year, last_official_year())
    days = list(_official(first_year, official_through))
    days.extend(_estimated(max(first_year, official_through + 1), last_year))
    return days


_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def _official(first_year: int, last_year: int) -> Iterator[Day]:
    from chinese_calendar import Holiday, constants

    chinese = {h.value: _NAMES.get(h.chinese, h.chinese) for h in Holiday}
    for day in _span(first_year, last_year):
        source = f"{day.year}年节假日安排（国办通知）"
        weekend = day.weekday() >= 5
        if day in constants.holidays:
            yield Day(day, False, chinese[constants.holidays[day]], "holiday", source, True)
        elif day in constants.workdays and weekend:
            yield Day(day, True, chinese[constants.workdays[day]], "makeup", source, True)
        else:
            yield Day(day, not weekend, "", "rest" if weekend else "work", source, True)


def _estimated(first_year: int, last_year: int) -> Iterator[Day]:
    from holidays import country_holidays

    if first_year > last_year:
        return
    festivals = country_holidays("CN", years=range(first_year, last_year + 1), language="zh_CN")
    for day in _span(first_year, last_year):
        weekend = day.weekday() >= 5
        if day in festivals:
            # A day may carry two festivals ("中秋节; 国庆节"), or replace a weekend ("（补假）").
            name = festivals[day].split("（")[0].replace("; ", "、")
            yield Day(day, False, name, "holiday", ESTIMATE, False)
        else:
            yield Day(day, not weekend, "", "rest" if weekend else "work", ESTIMATE, False)


def _span(first_year: int, last_year: int) -> Iterator[date]:
    for ordinal in range(date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal() + 1):
        yield date.fromordinal(ordinal)


def _prefix(flags: Iterable[bool]) -> array[int]:
    sums, total = array("l", [0]), 0
    for flag in flags:
        total += flag
        sums.append(total)
    return sums


def _leading_confirmed(table: tuple[Day, ...]) -> date | None:
    found = None
    for entry in table:
        if not entry.confirmed:
            break
        found = entry.day
    return found


def _digest(table: tuple[Day, ...]) -> str:
    lines = "\n".join(f"{e.day} {e.is_workday:d} {e.kind} {e.confirmed:d} {e.name}" for e in table)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
