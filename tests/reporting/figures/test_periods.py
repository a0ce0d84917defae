"""Periods: codes, months, neighbours; and the catalogue of indicators against the rules that emit its codes."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import rulebook
from reporting.figures import catalogue, periods
from reporting.figures.catalogue import CatalogueError
from reporting.figures.periods import KINDS, LENGTHS, Period
from reporting.figures.sources import RECORDS, SOURCES, facts_of


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.sampled_from(sorted(KINDS)))
def test_a_period_holds_its_day_and_meets_its_neighbours(day: date, kind: periods.Kind) -> None:
    period = periods.holding(day, kind)
    assert period.first_day <= day <= period.last_day
    assert periods.parse(period.code) == period
    assert len(list(period.months())) == LENGTHS[kind]
    assert period.next.previous == period
    assert (period.next.first_day - period.last_day).days == 1
    assert period.first_month <= periods.month_of(day) <= period.last_month


@pytest.mark.parametrize(
    "code", ["", "2026-13", "2026-1", "2026Q5", "2026H3", "1026", "1989", "2101", "2026-01\n", "２０２６", "20261"]
)
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"统计期间|年份"):
        periods.parse(code)


def test_labels_are_those_of_forms() -> None:
    labels = [periods.parse(code).label for code in ("2026-03", "2026Q3", "2026H2", "2026")]
    assert labels == ["2026年3月", "2026年第三季度", "2026年下半年", "2026年"]
    with pytest.raises(ValueError, match="期间"):
        Period(2026, "quarter", 5)


def test_every_indicator_that_is_counted_has_a_rule_and_every_rule_an_indicator() -> None:
    emitted: set[str] = set()
    for source in SOURCES:
        emitted |= set(re.findall(r"'([a-z_]+\.[a-z_.]+)'", facts_of(source)))
    answers = {
        f"{side}{part}" for side in ("instruments.", "instruments.received.") for part in ("due", "in_time", "late")
    }
    emitted = {code for code in emitted if not code.endswith(".")} | answers
    book = catalogue.load()
    assert emitted == {i.code for i in book.derived()}
    assert {kind for i in book.indicators for kind in i.records.split()} <= RECORDS.keys()
    assert all(i.definition.endswith("。") and i.rule.endswith("。") for i in book.indicators)
    for indicator in book.indicators:
        parts = catalogue.slices(indicator, rulebook.default(), book)
        assert bool(parts) == bool(indicator.dimension)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('group = "clues"', 'group = "nothing"', "没有分组"),
        ('dimension = "mode"', 'dimension = "nothing"', "没有维度"),
        ('article = "17"', 'article = "99"', "条"),
        ('of = "clues.opened"', 'of = "clues.nothing"', "分子"),
        ('code = "clues.passed_in"', 'code = "clues.received"', "重复"),
        ('unit = "条"', 'unit = "条"\nsecret = 1', "secret"),
        ('code = "clues.received"', 'code = "clues/received"', "不能含"),
    ],
)
def test_a_wrong_catalogue_does_not_load(old: str, new: str, wrong: str) -> None:
    from importlib import resources

    text = (resources.files("reporting.figures") / "data" / f"{catalogue.KEY}.toml").read_text("utf-8")
    with pytest.raises(CatalogueError, match=wrong):
        catalogue.read(text.replace(old, new, 1))
