"""The life of a clue, from registration to the answer to its channel (Art. 17).

Registering creates the clue in `new`; every later step is in `CLUE`. Numbers (terms, how many extensions,
lengths) come from the rule book through the arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kernel.errors import FieldError
from kernel.machine import SAME, Guard, Machine, Transition
from supervision.matters.guards import not_drafter, not_recused, reasoned

STATES: Final[dict[str, str]] = {
    "new": "待受理",
    "accepted": "已受理",
    "passed_on": "已转交",
    "dismissed": "不予办理",
    "merged": "已并入",
    "in_matter": "已立为监督事项",
    "answered": "已答复",
}


@dataclass(frozen=True, slots=True)
class ClueFacts:
    """What the steps of one clue depend on, read for the acting officer.

    Facts about the input of a step (targets, reasons) default to a complete input, so that a page can list
    the possible steps before anything is filled in.
    """

    actor_recused: bool = False
    subject_known: bool = True
    """The organ complained of is determined."""
    subject_in_reach: bool = True
    """The actor's organ has a live supervision relation to that organ."""
    target_competent: bool = True
    """The organ that the clue is passed to may supervise the subject."""
    target_is_self: bool = False
    merge_target_live: bool = True
    """The clue or matter merged into exists and was not itself merged, dismissed or closed."""
    merge_target_is_self: bool = False
    reason_given: bool = True
    reason_code_given: bool = True
    dismissal_proposed: bool = False
    actor_proposed_dismissal: bool = False
    extensions_used: int = 0
    extensions_allowed: int = 1
    """From the rule book."""
    completion_lapsed: bool = False
    """The time to complete the clue has run out."""
    matter_approved: bool = False
    """The opening of a matter that rests on this clue is approved."""
    outcome_known: bool = False
    """The matter is closed, or the organ that the clue was passed to has told its result."""


_CLEAR: Guard[ClueFacts] = not_recused(lambda f: f.actor_recused)
_REASON: Guard[ClueFacts] = reasoned(lambda f: f.reason_given, "17")
_CODE: Guard[ClueFacts] = Guard(
    lambda f: f.reason_code_given, "尚未选择不予办理的情形。", "17", "请选择一种情形，并写明具体理由。"
)
_SUBJECT: Guard[ClueFacts] = Guard(lambda f: f.subject_known, "尚未确定线索反映的单位。", "17", "请先补充被反映单位。")
_REACH: Guard[ClueFacts] = Guard(
    lambda f: f.subject_in_reach, "被反映单位不在本机关的监督范围内。", "2", "可以转交有监督权的机关办理。"
)
_NOT_SELF: Guard[ClueFacts] = Guard(
    lambda f: not f.target_is_self, "线索已在本机关。", "17", "请选择其他有监督权的机关，或者由本机关受理。"
)
_COMPETENT: Guard[ClueFacts] = Guard(
    lambda f: f.target_competent,
    "接收机关对被反映单位没有监督权。",
    "2",
    "请在单位与监督关系中核对后另选接收机关。",
)
_PROPOSED: Guard[ClueFacts] = Guard(
    lambda f: f.dismissal_proposed, "尚未提出不予办理的意见。", "17", "请承办人先提出意见，再由负责人审批。"
)
_NOT_PROPOSER: Guard[ClueFacts] = not_drafter(lambda f: f.actor_proposed_dismissal, "17")
_MERGE_OTHER: Guard[ClueFacts] = Guard(
    lambda f: not f.merge_target_is_self, "线索不能并入自身。", "17", "请选择另一条线索或者监督事项。"
)
_MERGE_LIVE: Guard[ClueFacts] = Guard(
    lambda f: f.merge_target_live, "并入的对象已经办结或者并入他处。", "17", "请选择在办的线索或者监督事项。"
)
_APPROVED: Guard[ClueFacts] = Guard(
    lambda f: f.matter_approved, "立项申请尚未批准。", "17", "请提出立项申请，批准后线索自动转入监督事项。"
)
_EXTENDABLE: Guard[ClueFacts] = Guard(
    lambda f: f.extensions_used < f.extensions_allowed,
    "办理期限的延长次数已经用完。",
    "17",
    "请在现有期限内办结。",
)
_IN_TIME: Guard[ClueFacts] = Guard(
    lambda f: not f.completion_lapsed, "办理期限已经届满。", "17", "请尽快办结，并说明逾期原因。"
)
_OUTCOME: Guard[ClueFacts] = Guard(
    lambda f: f.outcome_known, "办理结果尚未形成。", "17", "监督事项结项或者收到承办机关反馈后再答复。"
)


def _step(
    action: str, label: str, sources: str, target: str, *guards: Guard[ClueFacts], hint: str = ""
) -> Transition[ClueFacts]:
    return Transition(action, label, frozenset(sources.split()), target, "17", (_CLEAR, *guards), hint)


CLUE: Final = Machine[ClueFacts](
    "clue",
    "new",
    STATES,
    [
        _step("accept", "受理线索", "new", "accepted", _SUBJECT, _REACH, hint="属于本机关监督范围的，予以受理。"),
        _step(
            "pass_on",
            "转交线索",
            "new",
            "passed_on",
            _NOT_SELF,
            _COMPETENT,
            _REASON,
            hint="转有权机关办理，并按期反馈结果。",
        ),
        _step("propose_dismissal", "提出不予办理", "new accepted", SAME, _CODE, _REASON, hint="报负责人审批。"),
        _step(
            "dismiss",
            "批准不予办理",
            "new accepted",
            "dismissed",
            _PROPOSED,
            _NOT_PROPOSER,
            hint="批准后告知线索提供渠道。",
        ),
        _step(
            "merge",
            "并入其他线索或事项",
            "new accepted",
            "merged",
            _MERGE_OTHER,
            _MERGE_LIVE,
            hint="重复反映的，合并办理，双方经过均保留。",
        ),
        _step("open_matter", "转为监督事项", "accepted", "in_matter", _APPROVED, hint="立项批准后转入监督事项。"),
        _step(
            "extend",
            "延长办理期限",
            "accepted",
            SAME,
            _EXTENDABLE,
            _IN_TIME,
            _REASON,
            hint="情况复杂的，可以延长一次。",
        ),
        _step(
            "answer",
            "答复线索渠道",
            "in_matter passed_on",
            "answered",
            _OUTCOME,
            hint="按渠道要求的期限答复。",
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class ClueInput:
    """What an officer, a judicial office or a channel registers."""

    source: str
    title: str
    facts: str
    received_at: datetime
    subject_named: bool = True
    """An organ was chosen, or its name written down, or the officer states that it is unknown."""


@dataclass(frozen=True, slots=True)
class ClueLimits:
    """Rule-book values for registering."""

    sources: frozenset[str]
    title_max: int
    facts_min: int
    facts_max: int


def validate_clue(draft: ClueInput, limits: ClueLimits, now: datetime) -> list[FieldError]:
    """Every field of a registration that has to be changed; empty when it can be stored (Art. 17)."""
    errors: list[FieldError] = []
    if draft.source not in limits.sources:
        errors.append(FieldError("source", "请选择线索来源。"))
    if not draft.title.strip():
        errors.append(FieldError("title", "请用一句话写明反映的问题。"))
    elif len(draft.title.strip()) > limits.title_max:
        errors.append(FieldError("title", f"标题请控制在 {limits.title_max} 字以内。"))
    if len(draft.facts.strip()) < limits.facts_min:
        errors.append(FieldError("facts", f"请写明时间、地点、单位和经过，不少于 {limits.facts_min} 字。"))
    elif len(draft.facts) > limits.facts_max:
        errors.append(FieldError("facts", f"请控制在 {limits.facts_max} 字以内，其余内容作为附件上传。"))
    if draft.received_at > now:
        errors.append(FieldError("received_at", "收到时间不能晚于现在，请核对后填写。"))
    if not draft.subject_named:
        errors.append(FieldError("subject", "请选择被反映单位；不清楚的，请选择“尚不清楚”。"))
    return errors
