"""The escalation ladder: every step once, in order, whatever the clock does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import rulebook
from supervision.deadlines.reference import ladder_of
from supervision.deadlines.rules import (
    LadderStep,
    due_steps,
    next_step_on,
    ordered,
    step_day,
    upcoming,
)
from tests.supervision.deadlines.samples import calendar

LADDER = ladder_of(rulebook.default())
ORDER = ["remind_before", "remind_last_day", "overdue", "draft_report", "escalate_up"]
DUE = date(2026, 10, 16)
dues = st.dates(date(2024, 6, 1), date(2029, 6, 30)).map(lambda day: calendar().next_workday_on_or_after(day))


def test_the_consequences_of_the_picture() -> None:
    days = {item.step.key: item.on for item in upcoming(DUE, calendar(), LADDER)}
    assert days["remind_before"] == date(2026, 10, 13)
    assert days["remind_last_day"] == date(2026, 10, 16)
    assert days["overdue"] == date(2026, 10, 19)
    assert days["draft_report"] == date(2026, 10, 23)
    assert step_day(date(2026, 9, 28), LADDER[3], calendar()) == date(2026, 10, 10)


@settings(deadline=None)
@given(dues, st.lists(st.integers(0, 15), min_size=1, max_size=40))
def test_every_step_comes_once_and_in_order_with_any_gaps(due: date, gaps: list[int]) -> None:
    today = due - timedelta(days=30)
    done: list[str] = []
    for gap in [*gaps, 90]:
        today += timedelta(days=gap)
        new = due_steps(due, today, calendar(), LADDER, set(done))
        done += new
        assert due_steps(due, today, calendar(), LADDER, set(done)) == []
        expected = [s.key for s in LADDER if step_day(due, s, calendar()) <= today]
        assert done == expected
    assert done == ORDER


def test_a_clock_that_jumps_delivers_all_that_was_missed() -> None:
    done: set[str] = set()
    assert due_steps(DUE, date(2026, 10, 12), calendar(), LADDER, done) == []
    assert due_steps(DUE, date(2026, 10, 27), calendar(), LADDER, done) == ORDER[:4]


@settings(deadline=None)
@given(dues, st.integers(0, 5))
def test_waking_at_the_next_day_is_enough(due: date, taken: int) -> None:
    """A row that stores only `next_step_on` never sleeps through a step and never wakes for nothing."""
    done = set(ORDER[:taken])
    wake = next_step_on(due, calendar(), LADDER, done)
    if wake is None:
        assert taken == len(ORDER)
        return
    assert due_steps(due, wake - timedelta(days=1), calendar(), LADDER, done) == []
    assert due_steps(due, wake, calendar(), LADDER, done)[0] == ORDER[taken]


@pytest.mark.parametrize("flag", ["met", "suspended", "cancelled", "extension_pending"])
def test_a_ladder_whose_cause_is_gone_stops_at_once(flag: str) -> None:
    late = date(2026, 12, 31)
    assert due_steps(DUE, late, calendar(), LADDER, set(), flags={flag}) == []
    assert next_step_on(DUE, calendar(), LADDER, set(), flags={flag}) is None


def test_a_lapsed_deadline_goes_on_climbing() -> None:
    late = date(2026, 12, 31)
    assert due_steps(DUE, late, calendar(), LADDER, {"remind_before"}, flags={"lapsed"}) == ORDER[1:]


def test_a_report_that_was_sent_ends_the_ladder_at_the_report() -> None:
    late, flags = date(2026, 12, 31), {"report_sent"}
    assert due_steps(DUE, late, calendar(), LADDER, set(), flags=flags) == ORDER[:3]
    assert next_step_on(DUE, calendar(), LADDER, set(ORDER[:3]), flags=flags) is None


def test_a_refused_extension_only_delays() -> None:
    late = date(2026, 10, 26)
    done = {"remind_before"}
    assert due_steps(DUE, late, calendar(), LADDER, done, flags={"extension_pending"}) == []
    assert due_steps(DUE, late, calendar(), LADDER, done) == ORDER[1:4]


def test_an_extension_is_a_new_round_with_reminders_of_its_own() -> None:
    extended = date(2026, 10, 30)
    assert next_step_on(extended, calendar(), LADDER, set()) == date(2026, 10, 27)
    assert due_steps(extended, date(2026, 10, 27), calendar(), LADDER, set()) == ["remind_before"]


def test_a_ladder_is_ordered_by_day_and_has_unique_keys() -> None:
    assert [step.key for step in ordered(tuple(reversed(LADDER)))] == ORDER
    with pytest.raises(ValueError, match="used twice"):
        ordered((*LADDER, LadderStep("overdue", 2, "再次提醒", ("handler",), "19")))
