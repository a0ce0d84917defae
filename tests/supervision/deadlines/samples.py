"""The calendar and the deadlines of the interface pictures, which all show 9 October 2026."""

from __future__ import annotations

import functools
from datetime import date

from kernel.workdays import WorkCalendar, seed_days
from supervision.deadlines.rules import Change, DeadlineFacts, Rest, Term, Unit

TODAY = date(2026, 10, 9)


@functools.cache
def calendar() -> WorkCalendar:
    return WorkCalendar(seed_days(2024, 2030))


def term(amount: int, unit: Unit = "working_day", source: str = "default") -> Term:
    return Term(amount, unit, "instrument.answer.urging_letter", source, "19")


URGING_LETTER = DeadlineFacts(date(2026, 9, 14), "督办函送达", term(10), date(2026, 9, 28), "v1")
EXTENDED_AND_SUSPENDED = DeadlineFacts(
    date(2026, 9, 14),
    "督办函送达",
    term(10),
    date(2026, 10, 21),
    "v1",
    changes=(
        Change(
            "extension",
            date(2026, 9, 22),
            date(2026, 9, 28),
            date(2026, 10, 10),
            "案卷数量较多",
            "19",
            term(5),
        ),
        Change(
            "suspension",
            date(2026, 9, 29),
            date(2026, 10, 10),
            date(2026, 10, 10),
            "当事人申请行政复议",
            "20",
            rest=Rest(4, "working_day"),
        ),
        Change("resumption", date(2026, 10, 15), date(2026, 10, 10), date(2026, 10, 21), "行政复议终结", "20"),
    ),
)
