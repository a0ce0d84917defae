"""How a deadline is counted: start, end, extension, suspension, recalculation.

The start day is not counted. A period in calendar days, months or years that ends on a non-working day runs to
the next working day (Civil Procedure Law art. 85 and Administrative Penalty Law art. 85, by analogy). A period
in working days ends on a working day by itself. The end is 24:00 of the due day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kernel.errors import Barred
from kernel.wording import format_count
from kernel.workdays import WorkCalendar, add_months, add_years

Unit = Literal["working_day", "calendar_day", "month", "year"]
UNIT_LABELS: dict[Unit, str] = {
    "working_day": "个工作日",
    "calendar_day": "日",
    "month": "个月",
    "year": "年",
}
ChangeKind = Literal["extension", "suspension", "resumption", "recalculation"]
NEAR_WORKDAYS = 3
"""A deadline with at most so many working days left is near (amber)."""


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time from the rule book. Raises ValueError for a length below one or an unknown unit.

    `source`: "article" (the regulation sets it), "default" (the rule book does), "tenant" (changed by the
    tenant), or the words to show; `article`: the code of the article that it serves.
    """

    amount: int
    unit: Unit
    key: str
    source: str
    article: str

    def __post_init__(self) -> None:
        if self.amount < 1 or self.unit not in UNIT_LABELS:
            raise ValueError(f"{self.key}: not a term: {self.amount} {self.unit}")

    @property
    def label(self) -> str:
        """10 个工作日, 30 日, 3 个月, 2 年"""
        return format_count(self.amount, UNIT_LABELS[self.unit])


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a suspended deadline, in working days or calendar days; zero when the last day was used."""

    amount: int
    unit: Literal["working_day", "calendar_day"]

    @property
    def label(self) -> str:
        return format_count(self.amount, UNIT_LABELS[self.unit])


@dataclass(frozen=True, slots=True)
class Computed:
    """An end of a deadline. `nominal` is the last day of the period itself, before the shift to `due`.

    `provisional`: some day from the start to the end is not yet confirmed by a holiday notice.
    """

    due: date
    provisional: bool
    shifted: bool
    calendar_version: str
    nominal: date


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the life of a deadline, with the due date before and after it.

    An extension carries its `term`, a suspension the `rest`; `due_after` of a suspension is the date that would
    have held.
    """

    kind: ChangeKind
    on: date
    due_before: date
    due_after: date
    reason: str
    article: str = ""
    term: Term | None = None
    rest: Rest | None = None


@dataclass(frozen=True, slots=True)
class DeadlineFacts:
    """All that a deadline knows about itself.

    `start_event` completes the sentence "2026年9月14日（周一）…" (督办函送达); `act` is what has to be done in
    time (报告, 受理, 决定); `stop_reason` says what goes on while it is suspended (复议办理中).
    """

    start: date
    start_event: str
    term: Term
    due: date
    calendar_version: str
    provisional: bool = False
    state: str = "running"
    act: str = "报告"
    changes: tuple[Change, ...] = ()
    done_on: date | None = None
    stop_reason: str = ""
    extension_pending: bool = False


RemainingState = Literal["overdue", "today", "near", "far"]


@dataclass(frozen=True, slots=True)
class Remaining:
    """How far away the end is. `working_days` are those left or, when overdue, those gone by; never negative."""

    state: RemainingState
    working_days: int


def compute(start: date, term: Term, calendar: WorkCalendar) -> Computed:
    """The end of a period that `start` sets off. Raises OutsideCalendar beyond the calendar."""
    if term.unit == "working_day":
        return _ended(start, calendar.add_workdays(start, term.amount), calendar)
    if term.unit == "calendar_day":
        return _ended(start, start + timedelta(days=term.amount), calendar)
    if term.unit == "month":
        return _ended(start, add_months(start, term.amount), calendar)
    return _ended(start, add_years(start, term.amount), calendar)


def extend(due: date, term: Term, calendar: WorkCalendar) -> Computed:
    """The end after an extension by `term`, counted from the old end."""
    return compute(due, term, calendar)


def suspend(due: date, on: date, unit: Unit, calendar: WorkCalendar) -> Rest:
    """The time left after the day `on`, which itself counts as used.

    Working-day periods keep working days, all others calendar days up to the due date in force.
    Raises Barred if the end has already passed.
    """
    if on > due:
        raise Barred("暂不能中止期限。期限已经届满。", article="20", remedy="请按逾期办理，或者由负责人决定延期。")
    return _rest(due, on, unit, calendar)


def resume(on: date, rest: Rest, calendar: WorkCalendar) -> Computed:
    """The new end when a suspended deadline runs again. `on` is not counted, as on any start.

    With nothing left the deadline ends on the first working day from `on` on.
    """
    if rest.unit == "working_day" and rest.amount:
        return _ended(on, calendar.add_workdays(on, rest.amount), calendar)
    return _ended(on, on + timedelta(days=rest.amount), calendar)


def remaining(due: date, today: date, calendar: WorkCalendar) -> Remaining:
    """Working days left, also for periods set in calendar days. Overdue begins on the day after `due`.

    An overdue deadline has 0 working days gone by until the first working day after it.
    """
    if today == due:
        return Remaining("today", 0)
    days = calendar.workdays_between(today, due)
    if today > due:
        return Remaining("overdue", -days)
    return Remaining("near" if days <= NEAR_WORKDAYS else "far", days)


def replay(facts: DeadlineFacts, calendar: WorkCalendar) -> Computed:
    """The whole history counted again on a calendar: start, every extension, suspension and resumption in order.

    For a deadline that is suspended now, the end that would have held.
    """
    current, unit = compute(facts.start, facts.term, calendar), facts.term.unit
    rest = Rest(0, "calendar_day")
    for change in facts.changes:
        if change.kind == "extension" and change.term is not None:
            current, unit = extend(current.due, change.term, calendar), change.term.unit
        elif change.kind == "suspension":
            # Not `suspend`: on a corrected calendar the end may now lie before a suspension that was valid.
            rest = _rest(current.due, change.on, unit, calendar)
        elif change.kind == "resumption":
            current = resume(change.on, rest, calendar)
    confirmed = calendar.is_confirmed(facts.start, current.due)
    return Computed(current.due, not confirmed, current.shifted, calendar.version, current.nominal)


def recompute(facts: DeadlineFacts, calendar: WorkCalendar) -> Computed:
    """The end on a new calendar, for a deadline that is open; one that is over keeps the end that it had."""
    if facts.state in {"running", "suspended"}:
        return replay(facts, calendar)
    return Computed(facts.due, facts.provisional, False, facts.calendar_version, facts.due)


def unit_in_force(facts: DeadlineFacts) -> Unit:
    """The unit in which the deadline runs now, for `suspend`: that of the last extension, else of its term."""
    terms = [facts.term, *(change.term for change in facts.changes if change.term is not None)]
    return terms[-1].unit


def pauses(facts: DeadlineFacts) -> tuple[tuple[date, date | None], ...]:
    """The suspensions as (suspended on, resumed on); None while it lasts. The first
    day still counts, the last one does not.
    """
    found: list[tuple[date, date | None]] = []
    for change in facts.changes:
        if change.kind == "suspension":
            found.append((change.on, None))
        elif change.kind == "resumption" and found:
            found[-1] = (found[-1][0], change.on)
    return tuple(found)


def _ended(start: date, nominal: date, calendar: WorkCalendar) -> Computed:
    due = calendar.next_workday_on_or_after(nominal)
    return Computed(due, not calendar.is_confirmed(start, due), due != nominal, calendar.version, nominal)


def _rest(due: date, on: date, unit: Unit, calendar: WorkCalendar) -> Rest:
    if unit == "working_day":
        return Rest(max(0, calendar.workdays_between(on, due)), "working_day")
    return Rest(max(0, (due - on).days), "calendar_day")
