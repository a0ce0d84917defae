"""Dates and numbers as the interface guide writes them."""

from datetime import UTC, date, datetime

import pytest

from kernel import wording

D = date


def test_dates() -> None:
    day = D(2026, 10, 9)
    assert wording.format_date(day) == "2026年10月9日"
    assert wording.format_due(day) == "2026年10月9日（周五）"
    assert wording.format_short(day) == "10月9日"
    assert wording.format_short(day, D(2026, 1, 1)) == "10月9日"
    assert wording.format_short(day, D(2027, 1, 1)) == "2026年10月9日"
    assert wording.weekday(D(2026, 10, 11)) == "周日"


def test_times_are_those_of_shanghai() -> None:
    instant = datetime(2026, 10, 9, 7, 42, tzinfo=UTC)
    assert wording.format_time(instant) == "15:42"
    assert wording.format_moment(instant) == "2026年10月9日 15:42"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (D(2026, 10, 1), D(2026, 10, 7), "10月1日至7日"),
        (D(2026, 9, 28), D(2026, 10, 2), "9月28日至10月2日"),
        (D(2026, 12, 30), D(2027, 1, 2), "2026年12月30日至2027年1月2日"),
        (D(2026, 10, 9), D(2026, 10, 9), "10月9日"),
    ],
)
def test_ranges(first: date, last: date, text: str) -> None:
    assert wording.format_range(first, last) == text


def test_lists_of_days_name_the_month_once() -> None:
    days = [D(2026, 10, 11), D(2026, 10, 17), D(2026, 11, 1), D(2027, 1, 2)]
    assert wording.format_days(days) == "10月11日、17日、11月1日、2027年1月2日"
    assert wording.runs([D(2026, 10, 1), D(2026, 10, 2), D(2026, 10, 4)]) == [
        (D(2026, 10, 1), D(2026, 10, 2)),
        (D(2026, 10, 4), D(2026, 10, 4)),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (31, "31"),
        (9999, "9999"),
        (48213, "48\u2009213"),
        (1234567, "1\u2009234\u2009567"),
        (-5, "\u22125"),
    ],
)
def test_numbers(value: int, text: str) -> None:
    assert wording.format_number(value) == text


def test_counts_shares_and_changes() -> None:
    assert wording.format_count(5, "个工作日") == "5 个工作日"
    assert wording.format_percent(187, 200) == "93.5%"
    assert wording.format_percent(1, 0) == "—"
    assert [wording.format_change(n) for n in (1, -2, 0)] == ["+1", "\u22122", "0"]
