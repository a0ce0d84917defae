"""The working-day calendar against a day-by-day oracle, and against the known days of 2026."""

from __future__ import annotations

import functools
import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.workdays import Day, OutsideCalendar, WorkCalendar, add_months, add_years, last_official_year, seed_days

ONE = timedelta(days=1)


@functools.cache
def official() -> WorkCalendar:
    return WorkCalendar(seed_days(2023, 2029))


def invented(seed: int) -> WorkCalendar:
    """Three years in which any day may be worked or not: harder than any real calendar."""
    dice = random.Random(seed)
    days = []
    for offset in range(1100):
        day, worked = date(2025, 1, 1) + offset * ONE, dice.random() < 0.65
        kind = ("work" if day.weekday() < 5 else "makeup") if worked else ("holiday" if day.weekday() < 5 else "rest")
        days.append(Day(day, worked, "", kind, "test", dice.random() < 0.9))  # type: ignore[arg-type]
    return WorkCalendar(days)


def walk(calendar: WorkCalendar, start: date, amount: int) -> date:
    """The slow truth: step by step from the day after (or before) the start."""
    step, left, day = (ONE if amount > 0 else -ONE), abs(amount), start
    while left:
        day += step
        left -= calendar.is_workday(day)
    return day


def count(calendar: WorkCalendar, a: date, b: date) -> int:
    if b < a:
        return -count(calendar, b, a)
    return sum(calendar.is_workday(a + n * ONE) for n in range(1, (b - a).days + 1))


calendars = st.one_of(st.just(0), st.integers(1, 10_000)).map(lambda seed: invented(seed) if seed else official())
starts = st.dates(date(2025, 6, 1), date(2026, 12, 31))


@settings(deadline=None)
@given(calendars, starts, st.integers(-60, 120))
def test_add_workdays_agrees_with_walking(calendar: WorkCalendar, start: date, amount: int) -> None:
    assert calendar.add_workdays(start, amount) == walk(calendar, start, amount)


@settings(deadline=None)
@given(calendars, starts, starts)
def test_workdays_between_agrees_with_counting(calendar: WorkCalendar, a: date, b: date) -> None:
    assert calendar.workdays_between(a, b) == count(calendar, a, b)
    assert calendar.workdays_between(a, b) == -calendar.workdays_between(b, a)


@settings(deadline=None)
@given(calendars, starts, st.integers(1, 90))
def test_between_undoes_add(calendar: WorkCalendar, start: date, amount: int) -> None:
    assert calendar.workdays_between(start, calendar.add_workdays(start, amount)) == amount


@settings(deadline=None)
@given(calendars, starts)
def test_the_next_workday_is_the_first_one(calendar: WorkCalendar, day: date) -> None:
    found = calendar.next_workday_on_or_after(day)
    assert calendar.is_workday(found)
    assert not any(calendar.is_workday(day + n * ONE) for n in range((found - day).days))


@settings(deadline=None)
@given(calendars, starts, starts)
def test_a_span_is_confirmed_when_each_day_is(calendar: WorkCalendar, a: date, b: date) -> None:
    assert calendar.is_confirmed(a, b) == all(entry.confirmed for entry in calendar.days(a, b))


def test_a_calendar_without_makeup_days_is_wrong() -> None:
    """The mutant that most date libraries are: weekdays minus holidays. It must not agree with the truth."""
    naive = WorkCalendar(Day(e.day, e.kind == "work", e.name, e.kind, e.source, e.confirmed) for e in official())
    days = [date(2026, 1, 1) + n * ONE for n in range(300)]
    wrong = [day for day in days if naive.add_workdays(day, 10) != official().add_workdays(day, 10)]
    assert len(wrong) > 60
    assert naive.add_workdays(date(2026, 10, 9), 10) == date(2026, 10, 23)
    assert official().add_workdays(date(2026, 10, 9), 10) == date(2026, 10, 22)


def test_the_makeup_days_of_2026() -> None:
    made_up = [e.day for e in official() if e.kind == "makeup" and e.day.year == 2026]
    assert made_up == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]
    assert all(official().is_workday(day) and day.weekday() >= 5 for day in made_up)
    assert sum(e.kind == "holiday" for e in official() if e.day.year == 2026) == 33


def test_kinds_and_chinese_names() -> None:
    calendar = official()
    assert (calendar.day_kind(date(2026, 10, 1)), calendar.name(date(2026, 10, 1))) == ("holiday", "国庆节")
    assert (calendar.day_kind(date(2026, 9, 26)), calendar.name(date(2026, 9, 26))) == ("holiday", "中秋节")
    assert (calendar.day_kind(date(2026, 10, 10)), calendar.name(date(2026, 10, 10))) == ("makeup", "国庆节")
    assert calendar.day_kind(date(2026, 10, 11)) == "rest"
    assert calendar.day_kind(date(2026, 10, 9)) == "work"


def test_years_without_a_notice_are_estimates() -> None:
    calendar = official()
    last = last_official_year()
    assert calendar.confirmed_through == date(last, 12, 31)
    assert not calendar.entry(date(last + 1, 3, 1)).confirmed
    assert not calendar.is_workday(date(2027, 10, 1))
    assert calendar.name(date(2027, 2, 9)) == "春节"
    assert not [e for e in calendar if e.day.year > last and e.kind == "makeup"]
    assert calendar.is_confirmed(date(last, 1, 1), date(last, 12, 31))
    assert not calendar.is_confirmed(date(last, 12, 31), date(last + 1, 1, 1))


def test_the_official_years_agree_with_a_second_source() -> None:
    from holidays import country_holidays

    second = country_holidays("CN", years=[2024, 2025, 2026])
    assert [
        e.day for e in official() if 2024 <= e.day.year <= 2026 and e.is_workday != second.is_working_day(e.day)
    ] == []


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.is_workday(date(2022, 12, 31)),
        lambda c: c.is_workday(date(2030, 1, 1)),
        lambda c: c.add_workdays(date(2029, 12, 20), 30),
        lambda c: c.add_workdays(date(2023, 1, 5), -30),
        lambda c: c.workdays_between(date(2026, 1, 1), date(2031, 1, 1)),
        lambda c: c.next_workday_on_or_after(date(2030, 1, 1)),
        lambda c: c.days(date(2029, 12, 1), date(2030, 1, 1)),
    ],
)
def test_leaving_the_calendar_is_a_clear_error(call: object) -> None:
    with pytest.raises(OutsideCalendar, match=r"不在工作日历的范围（2023年1月1日至2029年12月31日）内。") as caught:
        call(official())  # type: ignore[operator]
    assert caught.value.remedy


def test_a_calendar_that_ends_on_rest_days_says_so() -> None:
    short = WorkCalendar(official().days(date(2026, 9, 20), date(2026, 10, 4)))
    with pytest.raises(OutsideCalendar):
        short.next_workday_on_or_after(date(2026, 10, 1))


def test_gaps_repetitions_and_nothing_are_refused() -> None:
    days = seed_days(2026, 2026)
    for broken in ([], days[:5] + days[6:], [days[0], days[0]]):
        with pytest.raises(ValueError, match=r"gap|at least one"):
            WorkCalendar(broken)
    with pytest.raises(ValueError, match="2004"):
        seed_days(2003, 2026)


def test_the_version_follows_the_content() -> None:
    days = seed_days(2026, 2026)
    same, reversed_input = WorkCalendar(days), WorkCalendar(reversed(days))
    assert same.version == reversed_input.version
    changed = [*days[:-1], Day(days[-1].day, False, "", "holiday", "test", True)]
    assert WorkCalendar(changed).version != same.version
    assert WorkCalendar(days, version="2026-11").version == "2026-11"


def test_months_and_years_keep_the_date_or_end_with_the_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)
    assert add_years(date(2028, 2, 29), 2) == date(2030, 2, 28)
    assert add_years(date(2026, 11, 23), 2) == date(2028, 11, 23)
