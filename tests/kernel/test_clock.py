"""Days are Shanghai days: the boundary lies at 16:00 UTC."""

from datetime import UTC, date, datetime

import pytest

from kernel.clock import end_of_day, local_date, local_time, start_of_day, system_now


def test_the_day_changes_at_shanghai_midnight() -> None:
    assert local_date(datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert local_date(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_start_and_end_of_a_day_enclose_it() -> None:
    day = date(2026, 10, 9)
    assert start_of_day(day) == datetime(2026, 10, 8, 16, tzinfo=UTC)
    assert end_of_day(day) == start_of_day(date(2026, 10, 10))
    assert start_of_day(day).tzinfo is UTC
    assert local_date(start_of_day(day)) == day


def test_the_summer_time_of_1986_is_known() -> None:
    assert start_of_day(date(1986, 7, 1)) == datetime(1986, 6, 30, 15, tzinfo=UTC)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        local_time(datetime(2026, 10, 9, 12, 0))  # noqa: DTZ001


def test_the_system_clock_is_aware() -> None:
    assert system_now().tzinfo is UTC
