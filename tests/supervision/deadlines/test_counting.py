"""Ends of deadlines: the cases of the pictures, a day-by-day oracle, suspension, recalculation."""

from __future__ import annotations

import calendar as gregorian
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import Barred
from kernel.workdays import Day, WorkCalendar
from supervision.deadlines.rules import (
    Change,
    Rest,
    Term,
    Unit,
    compute,
    extend,
    recompute,
    remaining,
    replay,
    resume,
    suspend,
    unit_in_force,
)
from tests.supervision.deadlines.samples import EXTENDED_AND_SUSPENDED, TODAY, URGING_LETTER, calendar, term

ONE = timedelta(days=1)
D = date
starts = st.dates(D(2024, 3, 1), D(2028, 6, 30))
units: st.SearchStrategy[Unit] = st.sampled_from(["working_day", "calendar_day", "month", "year"])
terms = units.flatmap(
    lambda unit: st.integers(1, {"working_day": 90, "calendar_day": 200, "month": 14, "year": 1}[unit]).map(
        lambda amount: term(amount, unit)
    )
)


def slow_end(start: date, length: Term, days: WorkCalendar) -> date:
    """The end by counting on one's fingers."""
    day = start
    if length.unit == "working_day":
        left = length.amount
        while left:
            day += ONE
            left -= days.is_workday(day)
    elif length.unit == "calendar_day":
        for _ in range(length.amount):
            day += ONE
    else:
        year, month = start.year, start.month
        for _ in range(length.amount * (12 if length.unit == "year" else 1)):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        day = date(year, month, min(start.day, gregorian.monthrange(year, month)[1]))
    while not days.is_workday(day):
        day += ONE
    return day


@settings(deadline=None)
@given(starts, terms)
def test_the_end_agrees_with_counting_by_hand(start: date, length: Term) -> None:
    computed = compute(start, length, calendar())
    assert computed.due == slow_end(start, length, calendar())
    assert calendar().is_workday(computed.due)
    assert computed.shifted == (computed.due != computed.nominal)
    assert computed.provisional == any(not e.confirmed for e in calendar().days(start, computed.due))


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        (D(2026, 9, 14), term(10), D(2026, 9, 28)),
        (D(2026, 10, 9), term(10), D(2026, 10, 22)),
        (D(2026, 9, 28), term(10), D(2026, 10, 16)),
        (D(2026, 10, 9), term(30, "calendar_day"), D(2026, 11, 9)),
        (D(2026, 8, 31), term(1, "month"), D(2026, 9, 30)),
        (D(2026, 1, 31), term(1, "month"), D(2026, 2, 28)),
        (D(2024, 2, 29), term(1, "year"), D(2025, 2, 28)),
    ],
)
def test_known_ends(start: date, length: Term, due: date) -> None:
    assert compute(start, length, calendar()).due == due


def test_a_shift_keeps_the_last_day_of_the_period_itself() -> None:
    computed = compute(D(2026, 10, 9), term(30, "calendar_day"), calendar())
    assert (computed.nominal, computed.shifted, computed.provisional) == (D(2026, 11, 8), True, False)


def test_a_period_into_a_year_without_a_notice_is_provisional() -> None:
    assert compute(D(2026, 11, 23), term(30), calendar()).provisional
    assert not compute(D(2026, 11, 23), term(28), calendar()).provisional


@pytest.mark.parametrize("amount", [0, -3])
def test_a_term_has_a_length(amount: int) -> None:
    with pytest.raises(ValueError, match="not a term"):
        term(amount)


def test_an_extension_counts_from_the_old_end() -> None:
    assert extend(D(2026, 9, 28), term(5), calendar()).due == D(2026, 10, 10)


@settings(deadline=None)
@given(starts, st.integers(1, 60), st.data())
def test_suspension_conserves_working_days(start: date, amount: int, data: st.DataObject) -> None:
    days = calendar()
    due = compute(start, term(amount), days).due
    stopped = data.draw(st.dates(start, due))
    resumed = data.draw(st.dates(stopped, stopped + timedelta(days=200)))
    rest = suspend(due, stopped, "working_day", days)
    assert days.workdays_between(start, stopped) + rest.amount == amount
    again = resume(resumed, rest, days).due
    if rest.amount:
        assert days.workdays_between(resumed, again) == rest.amount
    else:
        assert again == days.next_workday_on_or_after(resumed)


@settings(deadline=None)
@given(starts, st.integers(1, 200), st.data())
def test_suspension_conserves_calendar_days(start: date, amount: int, data: st.DataObject) -> None:
    days = calendar()
    due = compute(start, term(amount, "calendar_day"), days).due
    stopped = data.draw(st.dates(start, due))
    resumed = data.draw(st.dates(stopped, stopped + timedelta(days=200)))
    rest = suspend(due, stopped, "calendar_day", days)
    assert (stopped - start).days + rest.amount == (due - start).days
    assert resume(resumed, rest, days).nominal - resumed == timedelta(days=rest.amount)


@settings(deadline=None)
@given(starts, terms, st.data())
def test_a_suspension_lifted_the_same_day_changes_nothing(start: date, length: Term, data: st.DataObject) -> None:
    due = compute(start, length, calendar()).due
    day = data.draw(st.dates(start, due))
    assert resume(day, suspend(due, day, length.unit, calendar()), calendar()).due == max(
        due, calendar().next_workday_on_or_after(day)
    )


def test_an_end_that_has_passed_cannot_be_suspended() -> None:
    with pytest.raises(Barred, match="期限已经届满"):
        suspend(D(2026, 9, 28), D(2026, 9, 29), "working_day", calendar())


@pytest.mark.parametrize(
    ("due", "state", "days"),
    [
        (D(2026, 9, 28), "overdue", 4),
        (D(2026, 10, 8), "overdue", 1),
        (D(2026, 10, 9), "today", 0),
        (D(2026, 10, 12), "near", 2),
        (D(2026, 10, 13), "near", 3),
        (D(2026, 10, 14), "far", 4),
        (D(2026, 10, 16), "far", 6),
    ],
)
def test_what_remains_is_told_in_working_days(due: date, state: str, days: int) -> None:
    left = remaining(due, TODAY, calendar())
    assert (left.state, left.working_days) == (state, days)


def test_the_whole_history_can_be_counted_again() -> None:
    assert replay(EXTENDED_AND_SUSPENDED, calendar()).due == EXTENDED_AND_SUSPENDED.due
    assert unit_in_force(EXTENDED_AND_SUSPENDED) == "working_day"


def changed(workdays: dict[date, bool]) -> WorkCalendar:
    """The calendar after a notice that made these days worked or free."""
    return WorkCalendar(
        Day(e.day, workdays[e.day], "某节", "makeup" if workdays[e.day] else "holiday", "test", True)
        if e.day in workdays
        else e
        for e in calendar()
    )


def test_a_new_notice_moves_open_deadlines_only() -> None:
    notice = changed({D(2026, 9, 24): False})
    assert recompute(URGING_LETTER, notice).due == D(2026, 9, 29)
    assert recompute(URGING_LETTER, notice).calendar_version == notice.version
    for state in ("met", "lapsed", "cancelled"):
        kept = recompute(replace(URGING_LETTER, state=state), notice)
        assert (kept.due, kept.calendar_version) == (D(2026, 9, 28), "v1")


def test_a_notice_that_pulls_the_end_before_a_valid_suspension_leaves_no_negative_rest() -> None:
    facts = replace(
        URGING_LETTER,
        state="suspended",
        changes=(
            Change("suspension", D(2026, 9, 28), D(2026, 9, 28), D(2026, 9, 28), "复议", rest=Rest(0, "working_day")),
            Change("resumption", D(2026, 10, 9), D(2026, 9, 28), D(2026, 10, 9), "复议终结"),
        ),
    )
    notice = changed({D(2026, 9, 19): True})
    assert recompute(facts, notice).due == D(2026, 10, 9)


@settings(deadline=None)
@given(starts, terms, st.lists(st.tuples(st.sampled_from(["extension", "suspension"]), st.integers(0, 20)), max_size=4))
def test_replay_repeats_any_history(start: date, length: Term, steps: list[tuple[str, int]]) -> None:
    days = calendar()
    facts = replace(URGING_LETTER, start=start, term=length, due=compute(start, length, days).due)
    for kind, gap in steps:
        before = facts.due
        if kind == "extension":
            after = extend(before, term(5), days).due
            changes = (Change("extension", start, before, after, "理由", "19", term(5)),)
        else:
            on = max(start, before - timedelta(days=gap))
            rest = suspend(before, on, unit_in_force(facts), days)
            back = on + timedelta(days=3 * gap)
            after = resume(back, rest, days).due
            changes = (
                Change("suspension", on, before, before, "复议", "20", rest=rest),
                Change("resumption", back, before, after, "复议终结", "20"),
            )  # type: ignore[assignment]
        facts = replace(facts, due=after, changes=facts.changes + changes)
    assert replay(facts, days).due == facts.due
