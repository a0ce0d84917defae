"""The life of an instrument: drafted, approved, issued, served, answered, accepted, or lapsed (Arts. 19, 20).

Overdue and objected are flags beside the state. Facts and guards are in `conditions`, which kinds may be drafted
is in `kinds`, numbers in `numbering`, the checks before issue in `checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from kernel.machine import SAME, Guard, Machine, Transition
from supervision.instruments import conditions as c
from supervision.instruments.conditions import InstrumentFacts

__all__ = [
    "FAILED_STATES",
    "INSTRUMENT",
    "LIVE_STATES",
    "STATES",
    "InstrumentFacts",
    "deemed_served_on",
    "has_failed",
    "send_back_action",
]

STATES: Final[dict[str, str]] = {
    "draft": "草稿",
    "in_approval": "待签发",
    "approved": "已批准",
    "issued": "已签发",
    "served": "已送达",
    "answered": "已报告",
    "accepted": "已办结",
    "refused": "拒不改正",
    "lapsed": "逾期未改正",
    "withdrawn": "已撤回",
    "superseded": "已被后续文书替代",
}

FAILED_STATES: Final = frozenset({"lapsed", "refused"})
"""What Art. 20 asks for before a report to the government: 逾期不改正 or 拒不改正."""

LIVE_STATES: Final = frozenset({"draft", "in_approval", "approved", "issued", "served", "answered"})
"""A matter with an instrument in one of these states does not close."""


def _step(
    action: str,
    label: str,
    sources: str,
    target: str,
    article: str,
    *guards: Guard[InstrumentFacts],
    hint: str = "",
) -> Transition[InstrumentFacts]:
    return Transition(action, label, frozenset(sources.split()), target, article, guards, hint)


_DRAFTING: Final = [
    _step(
        "submit",
        "提交审核",
        "draft",
        "in_approval",
        "19",
        c.CLEAR,
        c.MATTER_OPEN,
        c.ON_CASE,
        c.KIND,
        c.FINDINGS,
        c.REQUIREMENTS,
        c.TERM,
        hint="报负责人审批。",
    ),
    _step("return_draft", "退回修改", "in_approval", "draft", "19", c.CLEAR, c.REASON),
    _step(
        "approve",
        "批准文书",
        "in_approval",
        "approved",
        "19",
        c.CLEAR,
        c.MATTER_OPEN,
        c.NOT_DRAFTER,
        c.KIND,
        c.FINDINGS,
        c.CHECKS,
        hint="批准时取得发文字号。",
    ),
    _step(
        "issue",
        "签发文书",
        "approved",
        "issued",
        "19",
        c.CLEAR,
        c.MATTER_OPEN,
        c.NUMBERED,
        c.CHECKS,
        hint="签发后不能修改。",
    ),
]

_SERVICE: Final = [
    _step("serve", "登记书面送达", "issued", "served", "19", c.CLEAR, c.PROOF, hint="送达次日起算期限。"),
    _step("open_receipt", "签收文书", "issued", "served", "19", hint="打开即为签收，次日起算期限。"),
    _step("open_receipt", "签收文书", "served answered accepted refused lapsed", SAME, "19"),
]

_TIME: Final = [
    _step(
        "request_extension",
        "申请延期",
        "served",
        SAME,
        "19",
        c.EXTENDABLE,
        c.EARLY_ENOUGH,
        c.NO_EXTENSION,
        c.REASON,
        c.STEPS_TAKEN,
        hint="只能申请一次，期满前提出。",
    ),
    _step(
        "decide_extension",
        "决定延期申请",
        "served",
        SAME,
        "19",
        c.CLEAR,
        c.EXTENSION,
        c.LATER_END,
        c.REASON,
        hint="同意的，写明新的期限；不同意的，说明理由。",
    ),
    _step(
        "object",
        "提出异议",
        "served answered lapsed refused",
        SAME,
        "19",
        c.OBJECT_ONCE,
        c.OBJECT_IN_TIME,
        c.REASON,
        hint="异议期间不停止执行。",
    ),
    _step(
        "decide_objection",
        "处理异议",
        "served answered accepted lapsed refused",
        SAME,
        "19",
        c.CLEAR,
        c.OBJECTION,
        c.OTHER_THAN_ISSUER,
        c.REASON,
    ),
]

_ANSWER: Final = [
    _step(
        "answer",
        "报送书面报告",
        "served lapsed",
        "answered",
        "19",
        c.NO_DECISION,
        c.HEAD,
        c.COMPLETE_REPLY,
        hint="逐项写明处理情况，附证据。",
    ),
    _step(
        "accept",
        "认可书面报告",
        "answered",
        "accepted",
        "19",
        c.CLEAR,
        c.NOT_OWNER,
        c.ON_CASE,
        c.LEADER,
        c.VERIFIED,
    ),
    _step(
        "send_back",
        "退回书面报告",
        "answered",
        "served",
        "19",
        c.CLEAR,
        c.NOT_OWNER,
        c.ON_CASE,
        c.LEADER,
        c.BACKS_LEFT,
        c.REASON,
        c.NEW_TERM,
        hint="写明理由和新的期限。",
    ),
    _step(
        "refuse",
        "认定拒不改正",
        "served answered lapsed",
        "refused",
        "20",
        c.CLEAR,
        c.REFUSED,
        c.NO_DECISION,
        hint="应当向本级政府报告。",
    ),
    _step("lapse", "认定逾期不改正", "served", "lapsed", "20", c.PASSED, c.NOT_SUSPENDED, c.NO_EXTENSION),
]

_END: Final = [
    _step("withdraw", "撤回文书", "draft in_approval approved", "withdrawn", "19", c.CLEAR, c.REASON),
    _step(
        "withdraw",
        "撤回文书",
        "issued served answered lapsed refused",
        "withdrawn",
        "19",
        c.CLEAR,
        c.REASON,
        c.SECOND,
        c.NO_DECISION,
        c.NO_REPORT,
        hint="以另一份文书撤回，原字号保留。",
    ),
    _step("supersede", "以后续文书替代", "served answered", "superseded", "19", c.SUCCESSOR),
]

INSTRUMENT: Final = Machine[InstrumentFacts](
    "instrument", "draft", STATES, [*_DRAFTING, *_SERVICE, *_TIME, *_ANSWER, *_END]
)


def has_failed(state: str, lapsed_before: bool) -> bool:
    """Whether Art. 20 is met by this instrument: it lapsed or was refused, and nothing cured that since.

    A report that comes late cures nothing until it is accepted, or sent back with a new time limit; otherwise an
    empty late report would stop the government.
    """
    return state in FAILED_STATES or (state == "answered" and lapsed_before)


def send_back_action(send_backs: int, limit: int) -> str:
    """`send_back`, or `refuse` when this one would reach the number that counts as a refusal (Art. 20)."""
    return "refuse" if send_backs + 1 >= limit else "send_back"


def deemed_served_on(issued_on: date, is_workday: Callable[[date], bool]) -> date:
    """The day at whose end an unopened instrument counts as served: the next working day after issue.

    `is_workday` is a calendar's; it may raise when the calendar ends.
    """
    day = issued_on + timedelta(days=1)
    while not is_workday(day):
        day += timedelta(days=1)
    return day
