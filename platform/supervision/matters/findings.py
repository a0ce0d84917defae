"""The life of a finding: a problem established in a matter, until it is settled (Arts. 19, 20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kernel.machine import Guard, Machine, Transition
from supervision.matters.guards import not_owner, not_recused, on_case, reasoned

STATES: Final[dict[str, str]] = {
    "established": "待整改",
    "rectified": "已整改",
    "not_rectified": "整改不到位",
    "dropped": "已撤销认定",
    "decided": "已作出监督决定",
    "executed": "决定已执行",
    "referred": "已移送",
}

SETTLED_STATES: Final = frozenset({"rectified", "dropped", "executed", "referred"})
"""With every finding in one of these states a matter may close."""

OPEN_STATES: Final = frozenset({"established", "not_rectified"})
"""Findings that an instrument may name, a report may carry and the government may decide."""


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What the steps of one finding depend on, read for the acting officer.

    Facts about the input of a step default to a complete input; all others to the poorest case.
    """

    matter_open: bool = False
    """The matter is neither suspended, closing nor closed."""
    actor_recused: bool = False
    actor_on_case: bool = False
    actor_is_owner: bool = False
    """The actor belongs to the supervised organ."""
    answered: bool = False
    """A written report that covers this finding has come in, or the rectification was seen on the spot."""
    evidence_seen: bool = True
    site_check_required: bool = False
    """From the rule book, by content item and gravity."""
    site_check_done: bool = False
    reason_given: bool = True
    blocked: bool = False
    """A reconsideration or lawsuit about this finding's act is running."""
    instrument_failed: bool = False
    """`instruments.rules.has_failed` holds of an instrument that names this finding."""
    settled_by_remedy: bool = False
    """A reconsideration or lawsuit about this finding's act ended and settled it."""
    execution_verified: bool = False
    decision_not_executed: bool = False
    decision_revoked: bool = False
    """The government revoked the decision on this finding."""
    relapse_seen: bool = False
    """The matter is open again after a look-back, which found this problem anew."""


_CLEAR: Guard[FindingFacts] = not_recused(lambda f: f.actor_recused)
_MATTER_OPEN: Guard[FindingFacts] = Guard(
    lambda f: f.matter_open, "监督事项没有在办理中。", "19", "请在事项恢复办理或者重新办理后再处理问题。"
)
_ON_CASE: Guard[FindingFacts] = on_case(lambda f: f.actor_on_case)
_NOT_OWNER: Guard[FindingFacts] = not_owner(lambda f: f.actor_is_owner, "19")
_REASON: Guard[FindingFacts] = reasoned(lambda f: f.reason_given, "19")
_ANSWERED: Guard[FindingFacts] = Guard(
    lambda f: f.answered, "尚未收到书面报告。", "19", "收到书面报告，或者现场核查整改情况后再核验。"
)
_SEEN: Guard[FindingFacts] = Guard(lambda f: f.evidence_seen, "尚未查看整改证据。", "19", "请逐件查看证据后再认定。")
_SITE: Guard[FindingFacts] = Guard(
    lambda f: f.site_check_done or not f.site_check_required,
    "规则要求现场核查，尚无现场核查记录。",
    "13",
    "请先记录现场核查。",
)
_UNBLOCKED: Guard[FindingFacts] = Guard(
    lambda f: not f.blocked,
    "当事人已就所涉行政行为申请行政复议或者提起行政诉讼。",
    "20",
    "复议、诉讼终结后，系统提示恢复办理。",
    barred=True,
)
_FAILED: Guard[FindingFacts] = Guard(
    lambda f: f.instrument_failed,
    "监督文书尚未逾期，被监督机关也没有拒不改正。",
    "20",
    "请等待整改期限届满，或者登记拒不改正。",
    barred=True,
)
_BY_REMEDY: Guard[FindingFacts] = Guard(
    lambda f: f.settled_by_remedy,
    "所涉行政行为没有经复议、诉讼解决。",
    "20",
    "复议、诉讼终结并且解决了该行为的问题后再办理。",
)
_EXECUTED: Guard[FindingFacts] = Guard(
    lambda f: f.execution_verified, "监督决定的执行情况尚未核验。", "20", "请先核验监督决定的执行情况。"
)
_REFERABLE: Guard[FindingFacts] = Guard(
    lambda f: f.decision_not_executed,
    "监督决定的执行期尚未届满，或者已经执行。",
    "21(11)",
    "核验认定没有执行的，可以移送追究责任。",
)
_REVOKED: Guard[FindingFacts] = Guard(
    lambda f: f.decision_revoked, "监督决定仍然有效。", "20", "监督决定被撤销后，问题恢复办理。"
)
_RELAPSED: Guard[FindingFacts] = Guard(
    lambda f: f.relapse_seen, "没有回访发现问题反弹的记录。", "19", "请先记录回访，并重新办理本事项。"
)


def _step(
    action: str,
    label: str,
    sources: frozenset[str],
    target: str,
    article: str,
    *guards: Guard[FindingFacts],
) -> Transition[FindingFacts]:
    # A remedy may end, or a decision be revoked, while the matter is suspended or waits for its closing.
    state = () if action in {"settle", "resume"} else (_MATTER_OPEN,)
    return Transition(action, label, sources, target, article, (_CLEAR, *state, *guards))


_VERIFIED: Final = (_NOT_OWNER, _ON_CASE, _ANSWERED, _SEEN, _SITE)
_DECIDED: Final = frozenset({"decided"})

FINDING: Final = Machine[FindingFacts](
    "finding",
    "established",
    STATES,
    [
        _step("verify_rectified", "认定已整改", OPEN_STATES, "rectified", "19", *_VERIFIED),
        _step("verify_not_rectified", "认定整改不到位", OPEN_STATES, "not_rectified", "19", *_VERIFIED, _REASON),
        _step("drop", "撤销问题认定", OPEN_STATES, "dropped", "19", _ON_CASE, _REASON),
        _step("settle", "因复议或者诉讼结果了结", OPEN_STATES, "dropped", "20", _BY_REMEDY),
        _step("decide", "作出监督决定", OPEN_STATES, "decided", "20", _UNBLOCKED, _FAILED),
        _step("execute", "认定决定已执行", _DECIDED, "executed", "20", _NOT_OWNER, _ON_CASE, _EXECUTED),
        _step("resume", "监督决定撤销，恢复办理", _DECIDED, "not_rectified", "20", _REVOKED),
        _step("refer", "移送处理", OPEN_STATES, "referred", "21", _ON_CASE, _REASON),
        _step("refer", "移送处理", _DECIDED, "referred", "21(11)", _ON_CASE, _REFERABLE, _REASON),
        _step("relapse", "认定问题反弹", frozenset({"rectified"}), "not_rectified", "19", _ON_CASE, _RELAPSED),
    ],
)
