"""What happens by itself around a deadline, step by step (Arts. 19, 20; procedure, "around a deadline").

Steps lie on working days counted from the due date. Each is delivered once for each round of a deadline; an
extension, or a resumption with a new end, starts a new round with an empty `done` set. After an outage every
step that was missed is delivered, in order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.workdays import WorkCalendar

STOPPING = frozenset({"met", "suspended", "cancelled", "extension_pending"})
"""Flags that hold the whole ladder: the deadline is over, or may not be counted now. `lapsed` does not."""


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step, `offset_workdays` after the due date (negative: before it).

    `recipients` are role codes; the step is left out while one of the flags in `unless` is set.
    """

    key: str
    offset_workdays: int
    label: str
    recipients: tuple[str, ...]
    article: str
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A step still to come and the day on which it will happen, for the list of consequences."""

    on: date
    step: LadderStep


def ordered(ladder: Sequence[LadderStep]) -> tuple[LadderStep, ...]:
    """The steps by offset, ties as written. Raises ValueError if a key is used twice."""
    steps = tuple(sorted(ladder, key=lambda step: step.offset_workdays))
    if len({step.key for step in steps}) < len(steps):
        raise ValueError(f"a key is used twice: {[step.key for step in steps]}")
    return steps


def step_day(due: date, step: LadderStep, calendar: WorkCalendar) -> date:
    """The day on which the step happens, from 00:00 Shanghai time on."""
    return calendar.add_workdays(due, step.offset_workdays)


def due_steps(
    due: date,
    today: date,
    calendar: WorkCalendar,
    ladder: Sequence[LadderStep],
    done: Collection[str],
    *,
    flags: Collection[str] = (),
) -> list[str]:
    """Keys of the steps whose day has come and that are not done, in order; none while a stopping flag is set.

    `flags` may hold the state of the deadline as it is. A reminder whose day lies before the start of a short
    deadline is due at once.
    """
    return [step.key for step in _open(ladder, done, flags) if step_day(due, step, calendar) <= today]


def next_step_on(
    due: date,
    calendar: WorkCalendar,
    ladder: Sequence[LadderStep],
    done: Collection[str],
    *,
    flags: Collection[str] = (),
) -> date | None:
    """The day of the earliest open step, which may be past; None when nothing is left or the ladder is held."""
    return next((step_day(due, step, calendar) for step in _open(ladder, done, flags)), None)


def upcoming(
    due: date,
    calendar: WorkCalendar,
    ladder: Sequence[LadderStep],
    done: Collection[str] = (),
    *,
    flags: Collection[str] = (),
) -> list[Upcoming]:
    """All open steps with their days, in order."""
    return [Upcoming(step_day(due, step, calendar), step) for step in _open(ladder, done, flags)]


def _open(ladder: Sequence[LadderStep], done: Collection[str], flags: Collection[str]) -> Iterator[LadderStep]:
    if STOPPING.isdisjoint(flags):
        for step in ordered(ladder):
            if step.key not in done and step.unless.isdisjoint(flags):
                yield step
