"""The life of a matter, from the proposal to the closing and the look-back (Arts. 11, 13, 16, 19).

The steps of a finding are in `findings`, acts and remedies in `remedies`, the badge and the stepper in
`stages`, the checks of what is entered in `inputs`. Numbers come from the rule book through the facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kernel.machine import SAME, Guard, Machine, Transition
from supervision.matters.findings import SETTLED_STATES
from supervision.matters.guards import not_drafter, not_owner, not_recused, on_case, reasoned

STATES: Final[dict[str, str]] = {
    "proposed": "待批准立项",
    "rejected": "不予立项",
    "open": "办理中",
    "closing": "待批准结项",
    "closed": "已结项",
    "suspended": "已中止",
}


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """What the steps of one matter depend on, read for the acting officer at the moment of the step.

    Facts about the input of a step (reasons, evidence, chosen act) default to a complete input, so that a
    page can list the possible steps before anything is filled in. All others default to the poorest case.
    """

    actor_recused: bool = False
    actor_proposed_opening: bool = False
    actor_proposed_closing: bool = False
    actor_on_case: bool = False
    """A handler of the matter, or someone whom the matter names to assist the handlers."""
    actor_is_owner: bool = False
    """The actor belongs to the supervised organ."""
    actor_is_upper: bool = False
    """The actor belongs to the supervising organ one level up."""
    supervised_in_reach: bool = False
    """A live supervision relation reaches the supervised organ."""
    handler_count: int = 0
    """Handlers after this step (for assigning: the proposed ones)."""
    handlers_required: int = 2
    """From the rule book."""
    handlers_certified: bool = False
    """Each of them holds a supervision certificate that is valid today."""
    any_handler_recused: bool = False
    """One of them has a recusal that is declared, applied for or in force."""
    finding_states: tuple[str, ...] = ()
    open_deadlines: int = 0
    """Running or suspended deadlines of the matter, the closing's own excepted."""
    live_instruments: int = 0
    """Instruments between draft and answer; a lapsed or refused one waits for its findings, not for itself."""
    live_reports: int = 0
    """Reports to the government that are drafted, sent or returned."""
    live_decisions: int = 0
    """Decisions of the government whose execution is not verified."""
    running_remedies: int = 0
    undecided_recusals: int = 0
    unconfirmed_steps: int = 0
    """Acts done before a recusal that the present handlers have not confirmed."""
    reason_given: bool = True
    evidence_given: bool = True
    act_given: bool = True
    """The administrative act concerned is entered in this matter."""
    remedy_result_given: bool = True
    closing_report_given: bool = True
    suspension_ground_listed: bool = True
    """The ground of suspension is one of the rule book."""
    suspension_ground_gone: bool = True
    order_complete: bool = True
    """An order from above names its kind and what it asks for."""
    reopening_needed: bool = False
    """The look-back found a relapse, or an order from above asks for a review."""


_CLEAR: Guard[MatterFacts] = not_recused(lambda f: f.actor_recused)
_ON_CASE: Guard[MatterFacts] = on_case(lambda f: f.actor_on_case)
_NOT_PROPOSER: Guard[MatterFacts] = not_drafter(lambda f: f.actor_proposed_opening, "11")
_NOT_CLOSER: Guard[MatterFacts] = not_drafter(lambda f: f.actor_proposed_closing, "19")
_NOT_OWNER: Guard[MatterFacts] = not_owner(lambda f: f.actor_is_owner, "19")
_REASON: Guard[MatterFacts] = reasoned(lambda f: f.reason_given, "19")
_REACH: Guard[MatterFacts] = Guard(
    lambda f: f.supervised_in_reach,
    "被监督机关不在本机关的监督范围内。",
    "2",
    "请在单位与监督关系中核对，或者转交有监督权的机关。",
)
_TWO: Guard[MatterFacts] = Guard(
    lambda f: f.handler_count >= f.handlers_required,
    "承办的监督人员人数不足。",
    "13",
    "请按规则指派足够的承办人，一般不少于两人。",
)
_CERTIFIED: Guard[MatterFacts] = Guard(
    lambda f: f.handlers_certified,
    "承办人中有人没有有效的行政执法监督证件。",
    "6",
    "请核对证件有效期，或者更换承办人。",
)
_UNBIASED: Guard[MatterFacts] = Guard(
    lambda f: not f.any_handler_recused,
    "承办人中有人应当回避或者回避尚未决定。",
    "16",
    "请更换承办人，或者等待回避决定。",
    barred=True,
)
_TEAM: Final = (_TWO, _CERTIFIED, _UNBIASED)
_EVIDENCE: Guard[MatterFacts] = Guard(
    lambda f: f.evidence_given, "缺少证据材料。", "13", "请上传或者选择证据后再办理。"
)
_REMEDY_EVIDENCE: Guard[MatterFacts] = Guard(
    lambda f: f.evidence_given, "缺少受理通知、裁判文书等证明材料。", "20", "请上传证明材料后再登记。"
)
_ACT: Guard[MatterFacts] = Guard(
    lambda f: f.act_given,
    "尚未选择复议、诉讼所针对的行政行为。",
    "20",
    "请先登记行政行为，再登记复议、诉讼。",
)
_RUNNING: Guard[MatterFacts] = Guard(
    lambda f: f.running_remedies > 0, "本事项没有正在办理的复议、诉讼。", "20", "请核对登记的复议、诉讼。"
)
_RESULT: Guard[MatterFacts] = Guard(
    lambda f: f.remedy_result_given,
    "尚未写明复议、诉讼的结果。",
    "20",
    "请写明结果，并说明是否已经解决该行政行为的问题。",
)
_HAS_FINDINGS: Guard[MatterFacts] = Guard(
    lambda f: bool(f.finding_states), "本事项尚未认定问题。", "19", "请先根据证据认定问题。"
)
_SETTLED: Guard[MatterFacts] = Guard(
    lambda f: all(state in SETTLED_STATES for state in f.finding_states),
    "尚有问题没有整改到位、撤销认定、执行决定或者移送。",
    "19",
    "请逐项核验，全部处理后再结项。",
)
_NO_INSTRUMENT: Guard[MatterFacts] = Guard(
    lambda f: f.live_instruments == 0, "尚有文书没有办结。", "19", "请认可书面报告，或者撤回不再需要的文书。"
)
_NO_REPORT: Guard[MatterFacts] = Guard(
    lambda f: f.live_reports == 0, "向本级政府的报告尚未办结。", "20", "请等待政府处理，或者撤回报告。"
)
_NO_DECISION: Guard[MatterFacts] = Guard(
    lambda f: f.live_decisions == 0, "监督决定的执行情况尚未核验。", "20", "请先核验监督决定的执行情况。"
)
_NO_DEADLINE: Guard[MatterFacts] = Guard(
    lambda f: f.open_deadlines == 0, "尚有未了结的期限。", "19", "请在期限栏逐项办结后再结项。"
)
_NO_RECUSAL: Guard[MatterFacts] = Guard(
    lambda f: f.undecided_recusals == 0, "回避申请尚未决定。", "16", "请单位主要负责人先作出回避决定。"
)
_CONFIRMED: Guard[MatterFacts] = Guard(
    lambda f: f.unconfirmed_steps == 0,
    "回避人员此前的办理行为尚未全部确认。",
    "16",
    "请承办人在回避页面逐项确认有效，或者重做。",
)
_CLOSABLE: Final = (_SETTLED, _NO_INSTRUMENT, _NO_REPORT, _NO_DECISION, _NO_DEADLINE, _NO_RECUSAL, _CONFIRMED)
_CLOSING_REPORT: Guard[MatterFacts] = Guard(
    lambda f: f.closing_report_given,
    "尚未写明结项理由。",
    "19",
    "请写明每项问题的处理结果；没有发现问题的，写明理由。",
)
_LISTED_GROUND: Guard[MatterFacts] = Guard(
    lambda f: f.suspension_ground_listed,
    "所选情形不属于可以中止的情形。",
    "20",
    "请选择规则中列明的中止情形；复议、诉讼只影响所涉行政行为，其他问题继续办理。",
)
_GROUND_GONE: Guard[MatterFacts] = Guard(
    lambda f: f.suspension_ground_gone, "中止的情形尚未消除。", "20", "情形消除后，由负责人决定恢复办理。"
)
_UPPER: Guard[MatterFacts] = Guard(
    lambda f: f.actor_is_upper, "只有上级监督机关可以提出这一要求。", "2", "请由上级监督机关办理。"
)
_ORDER: Guard[MatterFacts] = Guard(
    lambda f: f.order_complete,
    "尚未写明要求的种类和内容。",
    "2",
    "请选择报告、提级办理或者复查，并写明要求。",
)
_REOPENING: Guard[MatterFacts] = Guard(
    lambda f: f.reopening_needed,
    "没有发现问题反弹，上级也没有要求复查。",
    "19",
    "回访发现问题反弹，或者上级要求复查的，可以重新办理。",
)


def _step(
    action: str,
    label: str,
    sources: str,
    target: str,
    article: str,
    *guards: Guard[MatterFacts],
    hint: str = "",
) -> Transition[MatterFacts]:
    return Transition(action, label, frozenset(sources.split()), target, article, (_CLEAR, *guards), hint)


_OPENING: Final = [
    _step(
        "approve_opening",
        "批准立项",
        "proposed",
        "open",
        "11",
        _NOT_PROPOSER,
        _REACH,
        *_TEAM,
        hint="批准后取得编号，并固定适用的规则版本。",
    ),
    _step("reject_opening", "不予立项", "proposed", "rejected", "11", _NOT_PROPOSER, _REASON),
    _step(
        "assign_handlers",
        "指派承办人",
        "proposed open",
        SAME,
        "16",
        *_TEAM,
        hint="指派前核对证件和回避情形。",
    ),
]

_WORK: Final = [
    _step(
        "record_activity",
        "记录核查活动",
        "open",
        SAME,
        "13",
        _ON_CASE,
        *_TEAM,
        hint="检查、询问、调取材料等，拒绝、阻碍的一并记录。",
    ),
    _step("add_evidence", "添加证据", "open", SAME, "13", _ON_CASE, _EVIDENCE),
    _step(
        "establish_finding",
        "认定问题",
        "open",
        SAME,
        "19",
        _ON_CASE,
        *_TEAM,
        _EVIDENCE,
        hint="写明事实、证据、依据和所涉行政行为。",
    ),
    _step(
        "refer_finding",
        "移送问题",
        "open",
        SAME,
        "21",
        _NOT_OWNER,
        _ON_CASE,
        _HAS_FINDINGS,
        _REASON,
        hint="依法应当由其他机关处理的，或者监督决定没有执行的。",
    ),
    _step(
        "tell_upper",
        "告知上级主管部门",
        "open",
        SAME,
        "2(3)",
        _ON_CASE,
        _HAS_FINDINGS,
        hint="对垂直管理、双重领导部门认定问题的，及时告知其上级主管部门。",
    ),
    _step("drop_finding", "撤销问题认定", "open", SAME, "19", _ON_CASE, _HAS_FINDINGS, _REASON),
    _step(
        "verify_rectification",
        "核验整改",
        "open",
        SAME,
        "19",
        _NOT_OWNER,
        _ON_CASE,
        _HAS_FINDINGS,
        _EVIDENCE,
        hint="由承办人查看证据后逐项核验。",
    ),
]

_REMEDIES: Final = [
    _step("enter_act", "登记行政行为", "open", SAME, "20", _ON_CASE, hint="问题涉及具体行政行为的，逐一登记。"),
    _step(
        "enter_remedy",
        "登记复议或者诉讼",
        "open closing suspended closed",
        SAME,
        "20",
        _ACT,
        _REMEDY_EVIDENCE,
        hint="登记后，不得就该行政行为作出监督决定，其他问题继续办理。",
    ),
    _step(
        "end_remedy",
        "登记复议或者诉讼终结",
        "open closing suspended closed",
        SAME,
        "20",
        _RUNNING,
        _RESULT,
        _REMEDY_EVIDENCE,
    ),
]

_CLOSING: Final = [
    _step(
        "propose_closing",
        "提出结项",
        "open",
        "closing",
        "19",
        _ON_CASE,
        *_CLOSABLE,
        _CLOSING_REPORT,
        hint="全部问题处理完毕，或者没有发现问题的，报负责人批准。",
    ),
    _step("approve_closing", "批准结项", "closing", "closed", "19", _NOT_CLOSER, *_CLOSABLE, _CLOSING_REPORT),
    _step("return_closing", "退回结项申请", "closing", "open", "19", _REASON),
    _step("suspend", "中止办理", "open", "suspended", "20", _LISTED_GROUND, _REASON, hint="期限随之中止。"),
    _step("resume", "恢复办理", "suspended", "open", "20", _GROUND_GONE, hint="期限按剩余时间继续计算。"),
    _step("look_back", "记录回访", "closed", SAME, "19", _NOT_OWNER, _ON_CASE, _REASON),
    _step(
        "reopen",
        "重新办理",
        "closed",
        "open",
        "19",
        _REOPENING,
        _REASON,
        hint="编号不变，进入新一轮办理。",
    ),
    _step(
        "order_from_above",
        "提出上级要求",
        " ".join(STATES),
        SAME,
        "2",
        _UPPER,
        _ORDER,
        hint="要求报告、提级办理或者复查，双方均留痕。",
    ),
]

MATTER: Final = Machine[MatterFacts]("matter", "proposed", STATES, [*_OPENING, *_WORK, *_REMEDIES, *_CLOSING])
