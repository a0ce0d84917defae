"""The deadline chip: one short text, icon and colour for each state (interface guide, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kernel.wording import format_count, format_short
from kernel.workdays import WorkCalendar
from supervision.deadlines.counting import DeadlineFacts, RemainingState, remaining

ChipState = Literal["overdue", "today", "near", "far", "stopped", "done", "late_done", "cancelled"]
Tone = Literal["red", "amber", "green", "grey", "outline"]
PROVISIONAL_NOTE = "节假日安排未发布，暂定"


@dataclass(frozen=True, slots=True)
class Chip:
    """`icon` is a name of the sprite; `dashed` marks a provisional end, which `note` puts into words."""

    state: ChipState
    text: str
    icon: str
    tone: Tone
    dashed: bool = False
    note: str = ""


_LOOKS: dict[RemainingState, tuple[str, Tone]] = {
    "overdue": ("alert-circle", "red"),
    "today": ("clock-exclamation", "amber"),
    "near": ("clock-exclamation", "amber"),
    "far": ("clock", "green"),
}


def chip_for(due: date, today: date, calendar: WorkCalendar, *, provisional: bool = False) -> Chip:
    """The chip of a deadline that runs or has lapsed."""
    left = remaining(due, today, calendar)
    icon, tone = _LOOKS[left.state]
    return Chip(
        left.state,
        _running_text(left.state, left.working_days),
        icon,
        tone,
        provisional,
        PROVISIONAL_NOTE if provisional else "",
    )


def chip(facts: DeadlineFacts, today: date, calendar: WorkCalendar) -> Chip:
    """The chip of a deadline in any state. Lateness of what was done is told in calendar days."""
    if facts.state == "met":
        return _done(facts, facts.done_on or facts.due, today)
    if facts.state == "cancelled":
        return Chip("cancelled", "不再计算", "pause", "grey")
    if facts.state == "suspended":
        return Chip("stopped", f"中止 {facts.stop_reason}".rstrip(), "pause", "grey")
    if facts.extension_pending:
        return Chip("stopped", "中止 延期申请审查中", "pause", "grey")
    return chip_for(facts.due, today, calendar, provisional=facts.provisional)


def _running_text(state: RemainingState, days: int) -> str:
    if state == "today":
        return "今日到期"
    # Between a Friday and a Monday no working day has gone by, yet the date is past (or not yet reached).
    length = format_count(days, "个工作日") if days else "不足 1 个工作日"
    return f"逾期 {length}" if state == "overdue" else f"剩 {length}"


def _done(facts: DeadlineFacts, done_on: date, today: date) -> Chip:
    late = (done_on - facts.due).days
    if late > 0:
        return Chip("late_done", f"逾期 {format_count(late, '日')}后{facts.act}", "check", "grey")
    return Chip("done", f"按期{facts.act} {format_short(done_on, today)}", "check", "outline")
