"""Rates with their bases, the order of a comparison, the map's scale, weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.leader.rules import MAP, Rate, axis_start, last_week, ordered, shade


@dataclass(frozen=True)
class Row:
    name: str
    rate: Rate


@pytest.mark.parametrize(
    ("part", "whole", "percent", "ranked"),
    [(0, 0, None, False), (4, 4, None, False), (4, 5, 80.0, False), (29, 29, 100.0, False), (833, 912, 91.3, True)],
)
def test_a_rate_needs_a_base(part: int, whole: int, percent: float | None, ranked: bool) -> None:
    rate = Rate(part, whole)
    assert (rate.percent, rate.ranked) == (percent, ranked)


def test_few_cases_are_not_ranked_however_good() -> None:
    rows = [Row("小", Rate(3, 3)), Row("中", Rate(30, 60)), Row("大", Rate(59, 60)), Row("无", Rate(0, 0))]
    assert [r.name for r in ordered(rows)] == ["大", "中", "小", "无"]


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=12))
def test_the_ranked_come_first_in_falling_order(pairs: list[tuple[int, int]]) -> None:
    rows = [Row(str(n), Rate(min(pair), max(pair))) for n, pair in enumerate(pairs)]
    found = ordered(rows)
    assert sorted(r.name for r in found) == sorted(r.name for r in rows)
    ranked = [r.rate.part / r.rate.whole for r in found if r.rate.ranked]
    assert ranked == sorted(ranked, reverse=True)
    assert not any(r.rate.ranked for r in found[len(ranked) :])


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_scale_rises_with_the_count(value: int, more: int) -> None:
    largest = value + more
    assert 1 <= shade(value, largest) <= 5
    assert shade(value, largest) <= shade(value + min(more, 1), largest)
    assert shade(0, largest) == 1
    assert largest == 0 or shade(largest, largest) == 5


def test_the_map_has_six_tiles_each_on_its_own_place() -> None:
    assert len(set(MAP.values())) == len(MAP) == 6


def test_an_axis_starts_below_the_lowest_rate() -> None:
    assert [axis_start([83.7, 96.0]), axis_start([100.0]), axis_start([])] == [80, 100, 0]


def test_the_week_that_is_over_begins_on_a_monday() -> None:
    assert last_week(date(2026, 10, 9)) == date(2026, 9, 28)
    assert last_week(date(2026, 10, 12)) == date(2026, 10, 5)
