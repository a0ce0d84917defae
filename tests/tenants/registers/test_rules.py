"""Who may hold a certificate, what it counts as on a day, how hours add up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.articles import is_valid
from tenants.registers.rules import (
    EMPLOYMENTS,
    ON_ESTABLISHMENT,
    STATUSES,
    Hours,
    OfficerFacts,
    age_on,
    display_status,
    eligibility,
    in_post,
    missing,
)
from tests.tenants.registers.files import citizen_id

DAY = date(2026, 10, 9)
DAYS = st.dates(date(1950, 1, 1), date(2040, 12, 31))


def facts(**changes: object) -> OfficerFacts:
    values: dict[str, object] = {
        "citizen_id": citizen_id(),
        "employment": "civil_service",
        "joined_on": date(2020, 3, 1),
        "passed": frozenset({"enforcement"}),
    }
    return OfficerFacts(**(values | changes))  # type: ignore[arg-type]


def test_an_officer_in_post_on_the_establishment_who_passed_may_hold_one() -> None:
    found = eligibility(facts(), "enforcement", DAY)
    assert missing(found) == []
    assert [r.rule for r in found] == ["identity", "in_post", "establishment", "adult", "examination"]
    assert all(is_valid(r.article) and r.sentence for r in found)


@pytest.mark.parametrize(
    ("changes", "rule", "article"),
    [
        ({"employment": "contract"}, "establishment", "河南省行政执法条例:21"),
        ({"employment": "worker"}, "establishment", "河南省行政执法条例:21"),
        ({"employment": "temporary"}, "establishment", "河南省行政执法条例:21"),
        ({"left_on": DAY}, "in_post", "河南省行政执法条例:20"),
        ({"joined_on": DAY + timedelta(days=1)}, "in_post", "河南省行政执法条例:20"),
        ({"passed": frozenset()}, "examination", "河南省行政执法条例:20"),
        ({"passed": frozenset({"supervision"})}, "examination", "河南省行政执法条例:20"),
        ({"citizen_id": citizen_id(1, date(2009, 1, 1))}, "adult", "河南省行政执法条例:20"),
        ({"citizen_id": citizen_id()[:17] + "0"}, "identity", "河南省行政执法条例:20"),
    ],
)
def test_the_rule_that_does_not_hold_is_named(changes: dict[str, object], rule: str, article: str) -> None:
    failing = missing(eligibility(facts(**changes), "enforcement", DAY))
    assert [(r.rule, r.article) for r in failing] == [(rule, article)]


def test_a_number_of_the_abolished_county_is_as_good_as_one_of_the_district() -> None:
    for head in ("41102319900101001", "41100319900101001"):
        from tenants.staff.citizen_id import check_character

        number = head + check_character(head)
        assert missing(eligibility(facts(citizen_id=number), "enforcement", DAY)) == []


@pytest.mark.parametrize(
    ("born", "day", "full"),
    [
        (date(2008, 10, 9), DAY, 18),
        (date(2008, 10, 10), DAY, 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
    ],
)
def test_a_year_of_life_is_full_on_the_birthday(born: date, day: date, full: int) -> None:
    assert age_on(born, day) == full


@given(DAYS, DAYS)
def test_age_never_falls(born: date, day: date) -> None:
    assert 0 <= age_on(born, day + timedelta(days=1)) - age_on(born, day) <= 1


@given(DAYS, st.one_of(st.none(), DAYS), DAYS)
def test_nobody_is_in_post_before_he_joins_or_from_the_day_he_leaves(
    joined: date, left: date | None, day: date
) -> None:
    if in_post(joined, left, day):
        assert joined <= day
        assert left is None or day < left


@given(st.sampled_from(["valid", "suspended", "expired", "cancelled", "returned"]), DAYS, st.integers(0, 2000), DAYS)
def test_a_certificate_that_counts_as_valid_is_in_force(status: str, start: date, length: int, today: date) -> None:
    until = start + timedelta(days=length)
    shown = display_status(status, start, until, today, until - timedelta(days=180))
    assert shown in STATUSES
    if shown in ("valid", "expiring"):
        assert status == "valid"
        assert start <= today <= until
    if status in ("cancelled", "returned"):
        assert shown == status


def test_the_last_day_of_validity_still_counts() -> None:
    def on(day: date) -> str:
        return display_status("valid", date(2021, 10, 9), date(2026, 10, 8), day, date(2026, 4, 8))

    assert [on(date(2026, 4, 7)), on(date(2026, 4, 8)), on(date(2026, 10, 8)), on(date(2026, 10, 9))] == [
        "valid",
        "expiring",
        "expiring",
        "expired",
    ]


@given(st.integers(-50, 500), st.integers(1, 200))
def test_hours_are_never_more_than_all_of_them(done: int, required: int) -> None:
    hours = Hours(2026, done, required)
    assert 0 <= hours.percent <= 100
    assert (hours.missing == 0) == (done >= required) == (hours.percent == 100)


def test_only_two_kinds_of_employment_are_on_the_establishment() -> None:
    assert set(EMPLOYMENTS) > ON_ESTABLISHMENT
    assert len(EMPLOYMENTS) == 5
