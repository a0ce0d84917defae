"""How the days of a bar and of a certificate are counted, over every day of forty years; the two machines."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from policy import rulebook
from policy.errors import RuleBookError
from supervision.licensing import models, rules
from tests.world import World

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
LENGTH = rulebook.default().bar(rules.BAR)


def until(day: date) -> date:
    return rules.barred_until(day, LENGTH.amount, LENGTH.unit)


@given(DAYS)
def test_the_last_barred_day_is_the_same_calendar_day_two_years_later(day: date) -> None:
    last = until(day)
    assert (last.year, last.month) == (day.year + 2, day.month)
    assert last.day == min(day.day, monthrange(last.year, last.month)[1])
    assert 730 <= (last - day).days <= 731 or (day.month, day.day) == (2, 29)


@given(DAYS, st.integers(-1000, 1000))
def test_exactly_the_days_of_the_bar_are_barred(day: date, offset: int) -> None:
    other = day + timedelta(days=offset)
    assert rules.in_bar(other, day, until(day)) == (day <= other <= until(day))


@given(DAYS, DAYS)
def test_a_later_decision_never_ends_earlier(first: date, second: date) -> None:
    assert (first <= second) <= (until(first) <= until(second))


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2024, 2, 28), date(2026, 2, 28)),
        (date(2024, 3, 1), date(2026, 3, 1)),
        (date(2026, 2, 28), date(2028, 2, 28)),
        (date(2026, 10, 9), date(2028, 10, 9)),
        (date(2026, 12, 31), date(2028, 12, 31)),
    ],
)
def test_the_days_that_are_asked_about(day: date, last: date) -> None:
    assert until(day) == last


async def test_the_database_counts_every_day_of_forty_years_alike(world: World) -> None:
    """PostgreSQL's own arithmetic stands in the constraint; the rule book's number is the same."""
    async with world.system() as work:
        query = text(
            "select d::date, (d::date + interval '2 years')::date from generate_series("
            "'2020-01-01'::timestamp, '2060-12-31'::timestamp, '1 day') as d"
        )
        days = (await work.session.execute(query)).all()
    assert len(days) > 14_900
    assert [d for d, last in days if until(d) != last] == []


def test_no_tenant_changes_the_two_years() -> None:
    assert (LENGTH.amount, LENGTH.unit, LENGTH.source, LENGTH.tenant_may_change) == (2, "year", "article", False)
    with pytest.raises(RuleBookError, match="由办法规定"):
        rulebook.default().with_overrides({rules.BAR: (1, "year")})


@given(DAYS, st.sampled_from([(5, "year"), (60, "month"), (1, "year"), (400, "calendar_day")]))
def test_a_certificate_ends_on_the_eve_and_the_next_one_begins_without_a_gap(
    day: date, length: tuple[int, str]
) -> None:
    last = rules.valid_until(day, *length)
    assert last >= day
    assert rules.valid_until(day + timedelta(days=1), *length) >= last
    if (day.month, day.day) != (3, 1):
        assert last + timedelta(days=1) == rules.later(day, *length) or day.day > 28 or last.day > 27


def test_a_bar_is_not_counted_in_working_days() -> None:
    with pytest.raises(ValueError, match="working_day"):
        rules.later(date(2026, 10, 9), 2, "working_day")


def test_the_machines_have_the_states_of_the_tables() -> None:
    assert set(rules.APPLICATION.states) == {"applied", "checked", "approved", "issued", "refused", "withdrawn"}
    assert {s for s in rules.APPLICATION.states if not rules.APPLICATION.is_final(s)} == set(rules.PENDING)
    assert (models.PENDING, models.HELD) == (rules.PENDING, rules.HELD)
    assert rules.CERTIFICATE.is_final("returned")
    assert rules.CERTIFICATE.is_final("expired") is False


def test_a_bar_is_named_before_anything_else_that_is_missing() -> None:
    options = rules.APPLICATION.options("approved", rules.LicenceFacts())
    assert {o.action: o.article for o in options}["issue"] == "21"
