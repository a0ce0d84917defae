"""The return's way: filled in, checked, approved by its head, handed in, sent back or accepted, revised (Arts. 11, 12).

What is late stays late; acceptance belongs to the level above, and nobody above changes a lower figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from kernel.machine import Guard, Machine, Transition
from kernel.workdays import WorkCalendar

ARTICLE: Final = "11(5)"
STATES: Final = {
    "open": "待填报",
    "filled": "填报中",
    "validated": "待审定",
    "approved": "待报送",
    "submitted": "已报送",
    "sent_back": "已退回",
    "accepted": "已采用",
    "revised": "订正中",
}
WRITABLE: Final = frozenset({"open", "filled", "sent_back", "revised"})
"""States in which figures may be changed."""
HANDED_IN: Final = frozenset({"submitted", "accepted"})
REASON_MIN: Final = 4
REASON_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Facts:
    """What the steps ask for. `blocking` counts errors and warnings without a note; `top`: there is no level above."""

    blocking: int = 0
    top: bool = False
    over: bool = True
    """The period is over: figures of a running one cannot be handed in."""
    stale: bool = False
    """The roll-up rests on a lower version that has been replaced."""
    submitted: bool = False


def _from(*states: str) -> frozenset[str]:
    return frozenset(states)


_CHECKED: Final[Guard[Facts]] = Guard(
    lambda f: f.blocking == 0, "还有未通过的校验。", ARTICLE, "请先处理校验列出的各处，并为提醒写明原因。"
)
_OVER: Final[Guard[Facts]] = Guard(lambda f: f.over, "统计期间尚未结束。", ARTICLE, "可以先行填写，期满后提交。")
_FRESH: Final[Guard[Facts]] = Guard(
    lambda f: not f.stale, "下级报表已经变动，本表的汇总不是最新的。", ARTICLE, "请先重新汇总，再核对合计。"
)
_NOT_TOP: Final[Guard[Facts]] = Guard(lambda f: not f.top, "本表没有上级单位采用。", ARTICLE, "报送即为完成。")
_LOCKED: Final[Guard[Facts]] = Guard(
    lambda f: not f.submitted or f.top,
    "报表已报送、上级尚未采用。",
    ARTICLE,
    "请联系上级退回后修改。",
)

MACHINE: Final[Machine[Facts]] = Machine(
    "return",
    "open",
    STATES,
    (
        Transition("fill", "填报数据", _from("open", "filled", "sent_back", "revised"), "filled", ARTICLE),
        Transition("validate", "提交审核", _from("filled"), "validated", ARTICLE, (_OVER, _FRESH, _CHECKED)),
        Transition("return_draft", "退回填报", _from("validated", "approved"), "filled", "12"),
        Transition("approve", "审定报表", _from("validated"), "approved", "12", (_FRESH, _CHECKED)),
        Transition("submit", "报送上级", _from("approved"), "submitted", ARTICLE, (_FRESH, _CHECKED)),
        Transition("send_back", "退回报表", _from("submitted"), "sent_back", "11(3)", (_NOT_TOP,)),
        Transition("accept", "采用报表", _from("submitted"), "accepted", "11(3)", (_NOT_TOP,)),
        Transition("revise", "订正报表", _from("accepted", "submitted"), "revised", ARTICLE, (_LOCKED,)),
    ),
)

REMINDERS: Final = (
    ("before", -3, "期满前 3 个工作日提醒", ("contact", "legal_officer", "supervisor")),
    ("last_day", 0, "到期日提醒", ("organ_head", "supervision_leader")),
    ("overdue", 1, "逾期提示", ("organ_head", "supervision_leader", "contact")),
    ("escalate", 5, "提请上级关注", ()),
)
"""(step, working days after the due day, what, whom at the reporting organ); each is taken once for each return."""


def is_late(due_on: date, handed_in: date) -> bool:
    """Whether a first submission on a day is late. A later correction never changes the answer."""
    return handed_in > due_on


def reminders_due(due_on: date, today: date, calendar: WorkCalendar, taken: frozenset[str]) -> list[str]:
    """Steps whose day has come and that were not taken. A reminder whose time is past (the due day is over) is
    dropped for the step that replaces it."""
    found = []
    for step, offset, _, _ in REMINDERS:
        day = calendar.add_workdays(due_on, offset) if offset else due_on
        if day <= today and step not in taken and (offset > 0 or today <= due_on):
            found.append(step)
    return found


def rate(part: int, whole: int) -> str:
    """93.5%（43/46）; below five in the denominator the numbers alone."""
    if whole < 5:
        return f"{part}/{whole}"
    return f"{part * 100 / whole:.1f}%（{part}/{whole}）"


def line_changes(then: Mapping[str, tuple[str, int]], now: Mapping[str, tuple[str, int]]) -> list[str]:
    """What is different between two roll-ups, by the returns that they rest on: return → (organ, version)."""
    found = []
    for key, (organ, version) in now.items():
        if key not in then:
            found.append(f"{organ}的报表此后采用（第 {version} 版）")
        elif then[key][1] != version:
            found.append(f"{organ}的报表已更新为第 {version} 版")
    return found + [f"{organ}的报表不再计入" for key, (organ, _) in then.items() if key not in now]
