"""Time: instants are UTC, days are those of Shanghai.

A deadline is a matter of days, and the day is the one on the wall in Xuchang: an instrument opened at
00:30 local time was served that day, although UTC still has the day before. Business code takes the instant
from the unit of work (`work.now`), never from here, so that tests and demonstrations can shift it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def system_now() -> datetime:
    """The instant of the machine's clock, aware, in UTC."""
    return datetime.now(UTC)


def local_time(instant: datetime) -> datetime:
    """The same instant on a Shanghai clock. Raises ValueError for a naive datetime: it has no instant."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    return instant.astimezone(SHANGHAI)


def local_date(instant: datetime) -> date:
    """The Shanghai calendar day on which the instant falls. Raises ValueError for a naive datetime."""
    return local_time(instant).date()


def start_of_day(day: date) -> datetime:
    """The first instant of a Shanghai day, in UTC (16:00 of the day before, while Shanghai is UTC+8)."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The instant at which a Shanghai day is over (24:00), in UTC: exclusive, it belongs to the next day.

    A deadline that ends on `day` is kept by everything strictly before this instant.
    """
    return start_of_day(day + timedelta(days=1))
