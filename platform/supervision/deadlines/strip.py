"""The days of a deadline, one cell each, for the 为何 box (interface guide, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kernel.wording import WEEKDAYS, format_short, weekday
from kernel.workdays import Day, WorkCalendar
from supervision.deadlines.counting import DeadlineFacts, Unit, pauses, replay

CellKind = Literal[
    "start", "work", "rest", "holiday", "makeup", "due", "overdue", "today", "paused", "carried", "provisional"
]
Pauses = Sequence[tuple[date, date | None]]
STRIP_LIMIT = 30
"""The most cells that one line takes; more of them go into a grid."""


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day. `date_label` carries the month on the first cell and on each first of a month (9/14, 15, 10/1).

    `label`: 起 start · 1, 2 … running number · 休 not counted · 停 suspended · 顺 end moved to a working day ·
    +1 overdue. `weekday` is 一 … 日, on a make-up day 班. `spoken` says all that to a screen reader.
    """

    day: date
    date_label: str
    label: str
    weekday: str
    kinds: frozenset[CellKind]
    name: str
    spoken: str


def day_strip(
    start: date,
    due: date,
    today: date,
    calendar: WorkCalendar,
    *,
    unit: Unit = "working_day",
    nominal: date | None = None,
    paused: Pauses = (),
    until: date | None = None,
) -> list[DayCell]:
    """The days from `start` to `due`, or to `today` once overdue (to `until`, if given, once it is done).

    Periods in calendar days, months or years number every day, the others working days only. `nominal` is the
    last day before a shift to `due`; days within `paused` carry no number.
    """
    counter = _Counter(start, due, nominal or due, unit, paused)
    cells: list[DayCell] = []
    for entry in calendar.days(start, max(due, until or today)):
        label, kinds = counter.next(entry)
        if entry.day == today:
            kinds = kinds | {"today"}
        first = not cells or entry.day.day == 1
        date_label = f"{entry.day.month}/{entry.day.day}" if first else str(entry.day.day)
        mark = "班" if entry.kind == "makeup" else WEEKDAYS[entry.day.weekday()]
        cells.append(DayCell(entry.day, date_label, label, mark, kinds, entry.name, _spoken(entry, label, kinds)))
    return cells


def strip_of(facts: DeadlineFacts, today: date, calendar: WorkCalendar) -> list[DayCell]:
    """The strip of a deadline with its whole history. It ends on the day it was done, if that is known.

    While suspended it ends today, without an end date, because the end is open.
    """
    stops = pauses(facts)
    if facts.state == "suspended" and stops:
        return day_strip(facts.start, today, today, calendar, unit=facts.term.unit, paused=stops)
    again = replay(facts, calendar)
    nominal = again.nominal if again.due == facts.due else facts.due
    return day_strip(
        facts.start,
        facts.due,
        today,
        calendar,
        unit=facts.term.unit,
        nominal=nominal,
        paused=stops,
        until=facts.done_on if facts.state == "met" else None,
    )


def calendar_grid(cells: Sequence[DayCell]) -> list[list[DayCell | None]]:
    """The cells in weeks of seven, Monday first; None where the span has not begun or is over."""
    if not cells:
        return []
    slots: list[DayCell | None] = [None] * cells[0].day.weekday() + list(cells)
    slots += [None] * (-len(slots) % 7)
    return [slots[i : i + 7] for i in range(0, len(slots), 7)]


class _Counter:
    """Gives each day its label, one after the other from the start day."""

    def __init__(self, start: date, due: date, nominal: date, unit: Unit, paused: Pauses) -> None:
        self.start, self.due, self.nominal, self.unit, self.paused = start, due, nominal, unit, paused
        self.number = 0
        self.overdue = 0

    def next(self, entry: Day) -> tuple[str, frozenset[CellKind]]:
        day = entry.day
        kinds: set[CellKind] = {entry.kind}
        if not entry.confirmed:
            kinds.add("provisional")
        open_end = any(resumed is None for _, resumed in self.paused)
        if day == self.due and not open_end:
            kinds.add("due")
        if day == self.start:
            return "起", frozenset(kinds | {"start"})
        if self._is_paused(day):
            return "停", frozenset(kinds | {"paused"})
        if day > self.due:
            return self._late(entry, kinds)
        return self._counted(entry, kinds)

    def _late(self, entry: Day, kinds: set[CellKind]) -> tuple[str, frozenset[CellKind]]:
        if not entry.is_workday:
            return "休", frozenset(kinds)
        self.overdue += 1
        return f"+{self.overdue}", frozenset(kinds | {"overdue"})

    def _counted(self, entry: Day, kinds: set[CellKind]) -> tuple[str, frozenset[CellKind]]:
        if entry.day > self.nominal:
            return ("顺" if entry.day == self.due else "休"), frozenset(kinds | {"carried"})
        if self.unit == "working_day" and not entry.is_workday:
            return "休", frozenset(kinds)
        self.number += 1
        return str(self.number), frozenset(kinds)

    def _is_paused(self, day: date) -> bool:
        return any(on < day and (resumed is None or day <= resumed) for on, resumed in self.paused)


_SPOKEN: dict[str, str] = {"makeup": "调休上班", "rest": "休息日", "holiday": "放假"}


def _spoken(entry: Day, label: str, kinds: frozenset[CellKind]) -> str:
    parts = [f"{format_short(entry.day)}{weekday(entry.day)}"]
    if entry.kind in _SPOKEN:
        parts.append((entry.name if entry.kind == "holiday" else "") + _SPOKEN[entry.kind])
    if label == "起":
        parts.append("起算，当日不计")
    elif label == "停":
        parts.append("中止，不计")
    elif label == "休":
        parts.append("不计")
    elif label.startswith("+"):
        parts.append(f"逾期第{label[1:]}个工作日")
    elif label.isdigit():
        parts.append(f"第{label}日")
    parts += [word for kind, word in (("due", "到期日"), ("today", "今日")) if kind in kinds]
    return "，".join(parts)


def fits_one_line(cells: Sequence[DayCell]) -> bool:
    """Whether the cells stay within one line of the strip."""
    return bool(cells) and cells[-1].day - cells[0].day < timedelta(days=STRIP_LIMIT)
