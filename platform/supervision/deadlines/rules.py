"""The deadline: its states and steps, and the one place from which other parts import the counting of days.

A deadline lapses, it does not end, when its time is over: what is done late still meets it, and is marked late
for ever (Arts. 19, 20).
"""

from __future__ import annotations

from dataclasses import dataclass

from kernel.machine import SAME, Guard, Machine, Transition
from supervision.deadlines.chips import PROVISIONAL_NOTE, Chip, chip, chip_for
from supervision.deadlines.counting import (
    NEAR_WORKDAYS,
    UNIT_LABELS,
    Change,
    Computed,
    DeadlineFacts,
    Remaining,
    Rest,
    Term,
    Unit,
    compute,
    extend,
    pauses,
    recompute,
    remaining,
    replay,
    resume,
    suspend,
    unit_in_force,
)
from supervision.deadlines.explain import explain, notes, without_makeup
from supervision.deadlines.ladder import (
    STOPPING,
    LadderStep,
    Upcoming,
    due_steps,
    next_step_on,
    ordered,
    step_day,
    upcoming,
)
from supervision.deadlines.strip import (
    STRIP_LIMIT,
    DayCell,
    calendar_grid,
    day_strip,
    fits_one_line,
    strip_of,
)

__all__ = [
    "MACHINE",
    "NEAR_WORKDAYS",
    "PROVISIONAL_NOTE",
    "STATES",
    "STOPPING",
    "STRIP_LIMIT",
    "UNIT_LABELS",
    "Change",
    "Chip",
    "Computed",
    "DayCell",
    "DeadlineFacts",
    "LadderStep",
    "Occasion",
    "Remaining",
    "Rest",
    "Term",
    "Unit",
    "Upcoming",
    "calendar_grid",
    "chip",
    "chip_for",
    "compute",
    "day_strip",
    "due_steps",
    "explain",
    "extend",
    "fits_one_line",
    "next_step_on",
    "notes",
    "ordered",
    "pauses",
    "recompute",
    "remaining",
    "replay",
    "resume",
    "step_day",
    "strip_of",
    "suspend",
    "unit_in_force",
    "upcoming",
    "without_makeup",
]

STATES: dict[str, str] = {
    "running": "计算中",
    "suspended": "已中止",
    "met": "已完成",
    "lapsed": "已逾期",
    "cancelled": "已取消",
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the guards of the deadline look at.

    `overdue`: the day of the step lies after the due date. `ground`: the reason given for a suspension or a
    cancellation. `applied_in_time`: the extension was asked for before the rule book's last day for it.
    `extensions` granted so far, `extensions_allowed` by the rule book.
    """

    overdue: bool = False
    ground: str = ""
    applied_in_time: bool = False
    extensions: int = 0
    extensions_allowed: int = 1


_NOT_OVERDUE: Guard[Occasion] = Guard(
    lambda o: not o.overdue, "期限已经届满", "20", "请按逾期办理，或者由负责人决定延期。"
)
_OVERDUE: Guard[Occasion] = Guard(lambda o: o.overdue, "期限尚未届满", "20")
_GROUND: Guard[Occasion] = Guard(lambda o: bool(o.ground.strip()), "没有写明事由", "20", "请写明事由并附材料。")
_APPLIED_IN_TIME: Guard[Occasion] = Guard(
    lambda o: o.applied_in_time, "延期申请没有在规定时间内提出", "19", "请尽快完成处理并书面报告。"
)
_EXTENSION_LEFT: Guard[Occasion] = Guard(
    lambda o: o.extensions < o.extensions_allowed, "延期次数已经用完", "19", "请尽快完成处理并书面报告。"
)
_OPEN = frozenset({"running", "suspended"})
_UNFINISHED = _OPEN | {"lapsed"}

MACHINE: Machine[Occasion] = Machine(
    "deadline",
    "running",
    STATES,
    (
        Transition(
            "suspend",
            "中止期限",
            frozenset({"running"}),
            "suspended",
            "20",
            (_NOT_OVERDUE, _GROUND),
            "当事人申请行政复议、提起行政诉讼，或者事项中止时办理。",
        ),
        Transition("resume", "恢复期限", frozenset({"suspended"}), "running", "20", (), "剩余时间接续计算。"),
        # A lapsed deadline can still be extended: the application was in time, the decision on it was not.
        Transition(
            "extend",
            "延长期限",
            frozenset({"running", "lapsed"}),
            "running",
            "19",
            (_APPLIED_IN_TIME, _EXTENSION_LEFT),
            "从原届满日起计算。",
        ),
        Transition("recalculate", "重新计算期限", _OPEN, SAME, "19", (), "节假日安排发布或者更正后办理。"),
        Transition("lapse", "记为逾期", frozenset({"running"}), "lapsed", "20", (_OVERDUE,)),
        Transition("meet", "记为完成", _UNFINISHED, "met", "19"),
        Transition(
            "reinstate",
            "恢复逾期记录",
            frozenset({"cancelled"}),
            "lapsed",
            "20",
            (_OVERDUE, _GROUND),
            "作出的监督决定撤销后，原文书仍须报告。",
        ),
        Transition("cancel", "取消期限", _UNFINISHED, "cancelled", "19", (_GROUND,)),
    ),
)
