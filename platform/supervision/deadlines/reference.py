"""What every counting of days needs: the working-day calendar and the tenant's rule book."""

from __future__ import annotations

from datetime import date
from typing import cast, get_args
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from kernel.models import CalendarDay
from kernel.work import Work
from kernel.workdays import Day, DayKind, WorkCalendar
from policy import rulebook as books
from policy.rulebook import RuleBook
from supervision.deadlines.ladder import LadderStep
from tenants.organs.overrides import overrides

_CALENDARS: WeakKeyDictionary[Engine | Connection, tuple[int, WorkCalendar]] = WeakKeyDictionary()
"""Per database; a calendar goes with the engine that it was read through."""


async def calendar(work: Work) -> WorkCalendar:
    """The working-day calendar of this transaction's snapshot, kept in memory per version of the table."""
    version = work.versions.get("calendar", 0)
    bind = work.trip.home
    held = _CALENDARS.get(bind)
    if held is not None and held[0] == version:
        return held[1]
    columns = (
        CalendarDay.day,
        CalendarDay.is_workday,
        CalendarDay.name,
        CalendarDay.kind,
        CalendarDay.source,
        CalendarDay.confirmed,
    )
    rows = await work.session.execute(select(*columns).order_by(CalendarDay.day))
    built = WorkCalendar(_day(*row) for row in rows)
    _CALENDARS[bind] = (version, built)
    return built


def _day(day: date, is_workday: bool, name: str, kind: str, source: str, confirmed: bool) -> Day:  # noqa: PLR0917
    if kind not in get_args(DayKind):
        raise ValueError(f"{day}: unknown kind of day {kind!r}")
    return Day(day, is_workday, name, cast("DayKind", kind), source, confirmed)


async def rulebook(work: Work, key: str | None = None) -> RuleBook:
    """The rule book that a matter is pinned to (`key`), or the present one, as the work's organ changed it.

    Raises RuleBookError for an unknown key.
    """
    book = books.load(key) if key else books.default()
    return book.with_overrides(await overrides(work, book.key))


RECUSAL = "recusal.decide"
QUESTION = "question.answer"


def ladder_of(book: RuleBook, rule_key: str = "") -> tuple[LadderStep, ...]:
    """The steps around a limit of a rule book, in order: those of Arts. 19 and 20, of a recusal (Art. 16), or of
    a question about a case (Arts. 13, 14)."""
    own = {RECUSAL: book.recusal_ladder, QUESTION: book.question_ladder}
    return tuple(
        LadderStep(step.key, step.offset, step.name, step.to, step.article, frozenset(step.unless))
        for step in own.get(rule_key, book.ladder)
    )
