"""The report to the government, and the government's decision until its execution is verified (Art. 20).

What may be decided on which finding is in `items`. The decision is created by the step `decide` of the report;
its own life starts in `decided`. Numbers come from the rule book through the facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kernel.machine import Guard, Machine, Transition
from supervision.matters.guards import not_drafter, not_owner, not_recused, on_case, reasoned

REPORT_STATES: Final[dict[str, str]] = {
    "draft": "草稿",
    "reported": "待政府决定",
    "returned": "退回补充",
    "declined": "不予决定",
    "decided": "已作出决定",
    "withdrawn": "已撤回",
}

DECISION_STATES: Final[dict[str, str]] = {
    "decided": "已决定，待制发",
    "issued": "已制发",
    "served": "已送达，执行中",
    "execution_reported": "已报告执行情况",
    "executed": "已执行",
    "not_executed": "未执行",
    "revoked": "已撤销",
}

NOT_EXECUTED_GROUND: Final = "21(11)"
"""The ground of accountability when a decision is not executed."""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the steps of one report depend on. Facts about the input of a step default to a complete input, all
    others to the poorest case."""

    matter_open: bool = False
    """The matter is neither suspended, closing nor closed."""
    actor_recused: bool = False
    actor_is_drafter: bool = False
    """The actor drafted the report (sending) or the decision (deciding). Nobody drafted what the system wrote."""
    organ_class: str = ""
    """Class of the actor's organ."""
    own_government: bool = False
    """The actor's organ is the government to which the report is addressed."""
    instrument_failed: bool = False
    """`instruments.rules.has_failed` holds of the instrument that names the reported findings."""
    elements_complete: bool = True
    """Act or omission, nature, circumstances, gravity, and a proposed kind are stated."""
    proposals_allowed: bool = False
    """`items.check_items` finds nothing against the proposed or decided items."""
    remedies_checked_today: bool = False
    item_count: int = 0
    """Findings that are decided on."""
    blocked_items: int = 0
    """Of these, findings whose act is under reconsideration or litigation."""
    missing_named: bool = True
    """Returning: what is missing, and by when."""
    reason_given: bool = True


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What the steps of one decision depend on; defaults as in `ReportFacts`."""

    actor_recused: bool = False
    actor_on_case: bool = False
    actor_is_owner: bool = False
    organ_class: str = ""
    numbered: bool = False
    """A number of the government's own series is taken."""
    checks_passed: bool = False
    """`instruments.checks.hard_checks` all pass on this day."""
    blocked_items: int = 0
    """Findings in the decision whose act came under reconsideration or litigation since."""
    proof_given: bool = True
    copy_required: bool = False
    """The decision concerns a vertical or dual-led body."""
    copied_to_superior: bool = False
    head_approved: bool = True
    every_item_answered: bool = True
    evidence_seen: bool = True
    term_passed: bool = False
    reason_given: bool = True
    actor_decided: bool = False
    """The actor is the leader who made the decision."""


def may_decide(organ_class: str) -> bool:
    """Only a people's government at county level or above decides (Art. 20)."""
    return organ_class == "government"


_R_CLEAR: Guard[ReportFacts] = not_recused(lambda f: f.actor_recused)
_R_NOT_DRAFTER: Guard[ReportFacts] = not_drafter(lambda f: f.actor_is_drafter, "20")
_R_REASON: Guard[ReportFacts] = reasoned(lambda f: f.reason_given, "20")
_MATTER_OPEN: Guard[ReportFacts] = Guard(
    lambda f: f.matter_open, "监督事项没有在办理中。", "20", "请在事项恢复办理后再办理。"
)
_SENT_BY_BODY: Guard[ReportFacts] = Guard(
    lambda f: f.organ_class == "justice_department",
    "向本级政府的报告由司法行政部门提出。",
    "20",
    "请将材料移交同级司法行政部门。",
)
_GOVERNMENT: Guard[ReportFacts] = Guard(
    lambda f: may_decide(f.organ_class),
    "监督决定由县级以上人民政府作出。",
    "20",
    "请向本级人民政府报告，由本级人民政府决定。",
    barred=True,
)
_OWN: Guard[ReportFacts] = Guard(
    lambda f: f.own_government, "该报告不是向本政府提出的。", "20", "请由收到报告的人民政府办理。"
)
_FAILED: Guard[ReportFacts] = Guard(
    lambda f: f.instrument_failed,
    "没有逾期不改正或者拒不改正的监督文书。",
    "20",
    "请先制发督办函或者意见书，逾期或者拒不改正的，再向本级政府报告。",
    barred=True,
)
_ELEMENTS: Guard[ReportFacts] = Guard(
    lambda f: f.elements_complete,
    "报告没有写全行为、性质、情节、过错程度和建议的决定种类。",
    "20",
    "请逐项补充后再报告。",
)
_PROPOSALS: Guard[ReportFacts] = Guard(
    lambda f: f.proposals_allowed,
    "所选决定种类或者理由不适用于该问题。",
    "20",
    "请按规则允许的种类和理由逐项修改。",
)
_CHECKED: Guard[ReportFacts] = Guard(
    lambda f: f.remedies_checked_today,
    "今日尚未核对行政复议、行政诉讼记录。",
    "20",
    "请核对当日的复议、诉讼记录后再办理。",
)
_ITEMS: Guard[ReportFacts] = Guard(
    lambda f: f.item_count > 0, "没有可以决定的问题。", "20", "请至少对一项问题选择决定种类。"
)
_UNBLOCKED: Guard[ReportFacts] = Guard(
    lambda f: f.blocked_items == 0,
    "当事人已就所涉行政行为申请行政复议或者提起行政诉讼。",
    "20",
    "请移出该行为，对其他问题作出决定；复议、诉讼终结后，系统提示恢复办理。",
    barred=True,
)
_MISSING: Guard[ReportFacts] = Guard(
    lambda f: f.missing_named, "尚未写明需要补充的内容和时间。", "20", "请写明补充的内容和时间。"
)


def _report(
    action: str, label: str, sources: str, target: str, *guards: Guard[ReportFacts], hint: str = ""
) -> Transition[ReportFacts]:
    return Transition(action, label, frozenset(sources.split()), target, "20", (_R_CLEAR, *guards), hint)


REPORT: Final = Machine[ReportFacts](
    "report",
    "draft",
    REPORT_STATES,
    [
        _report(
            "send_report",
            "向本级政府报告",
            "draft returned",
            "reported",
            _SENT_BY_BODY,
            _MATTER_OPEN,
            _R_NOT_DRAFTER,
            _FAILED,
            _ELEMENTS,
            _PROPOSALS,
            _CHECKED,
            hint="被监督机关逾期不改正或者拒不改正的，应当报告。",
        ),
        _report(
            "return_report",
            "退回补充",
            "reported",
            "returned",
            _GOVERNMENT,
            _OWN,
            _MISSING,
            hint="写明缺什么、何时补齐。",
        ),
        _report(
            "decide",
            "作出监督决定",
            "reported",
            "decided",
            _GOVERNMENT,
            _OWN,
            _MATTER_OPEN,
            _FAILED,
            _UNBLOCKED,
            _R_NOT_DRAFTER,
            _ITEMS,
            _PROPOSALS,
            _CHECKED,
            hint="分行为作出决定，正在复议、诉讼的除外。",
        ),
        _report(
            "decline",
            "不予决定",
            "reported",
            "declined",
            _GOVERNMENT,
            _OWN,
            _R_REASON,
            hint="说明理由，退回监督机构办理。",
        ),
        _report(
            "withdraw",
            "撤回报告",
            "draft reported returned",
            "withdrawn",
            _SENT_BY_BODY,
            _R_REASON,
            hint="报告的事由消除的，可以撤回。",
        ),
    ],
)


_D_CLEAR: Guard[DecisionFacts] = not_recused(lambda f: f.actor_recused)
_D_NOT_OWNER: Guard[DecisionFacts] = not_owner(lambda f: f.actor_is_owner, "20")
_D_ON_CASE: Guard[DecisionFacts] = on_case(lambda f: f.actor_on_case)
_D_REASON: Guard[DecisionFacts] = reasoned(lambda f: f.reason_given, "20", "请写明没有执行的具体情况。")
_D_GOVERNMENT: Guard[DecisionFacts] = Guard(
    lambda f: may_decide(f.organ_class),
    "监督决定书由县级以上人民政府制发。",
    "20",
    "请由本级人民政府办理。",
    barred=True,
)
_D_UNBLOCKED: Guard[DecisionFacts] = Guard(
    lambda f: f.blocked_items == 0,
    "决定作出后，当事人就所涉行政行为申请了行政复议或者提起了行政诉讼。",
    "20",
    "复议、诉讼终结后，系统提示恢复办理。",
    barred=True,
)
_D_NUMBERED: Guard[DecisionFacts] = Guard(
    lambda f: f.numbered, "决定书尚未取得本级政府的发文字号。", "20", "制发时自动取得字号。"
)
_D_CHECKS: Guard[DecisionFacts] = Guard(
    lambda f: f.checks_passed, "制发前的核对没有全部通过。", "20", "请按核对清单逐项处理。"
)
_D_PROOF: Guard[DecisionFacts] = Guard(
    lambda f: f.proof_given, "缺少送达凭证。", "20", "请登记送达回证；系统送达未签收的，满规定时间视为送达。"
)
_D_COPY: Guard[DecisionFacts] = Guard(
    lambda f: f.copied_to_superior or not f.copy_required,
    "尚未抄送其上级主管部门。",
    "2(3)",
    "请将其上级主管部门列入抄送。",
)
_D_HEAD: Guard[DecisionFacts] = Guard(
    lambda f: f.head_approved,
    "执行情况报告尚未经本单位主要负责人审定。",
    "20",
    "请报主要负责人审定后提交。",
)
_D_ANSWERED: Guard[DecisionFacts] = Guard(
    lambda f: f.every_item_answered,
    "有决定事项没有写明执行情况或者没有附证据。",
    "20",
    "请逐项写明执行情况并附证据。",
)
_D_SEEN: Guard[DecisionFacts] = Guard(lambda f: f.evidence_seen, "尚未查看执行证据。", "20", "请逐件查看证据后再认定。")
_D_PASSED: Guard[DecisionFacts] = Guard(
    lambda f: f.term_passed,
    "执行期限尚未届满，也没有收到执行情况报告。",
    "20",
    "期限届满后仍未报告的，可以认定没有执行。",
)

_D_OTHER: Guard[DecisionFacts] = Guard(
    lambda f: not f.actor_decided,
    "作出决定的领导不处理对该决定的异议。",
    "20",
    "请由未参与作出该决定的政府领导处理。",
)


def _decision(
    action: str, label: str, sources: str, target: str, *guards: Guard[DecisionFacts], hint: str = ""
) -> Transition[DecisionFacts]:
    return Transition(action, label, frozenset(sources.split()), target, "20", (_D_CLEAR, *guards), hint)


_VERIFIER: Final = (_D_NOT_OWNER, _D_ON_CASE)

DECISION: Final = Machine[DecisionFacts](
    "decision",
    "decided",
    DECISION_STATES,
    [
        _decision(
            "issue",
            "制发监督决定书",
            "decided",
            "issued",
            _D_GOVERNMENT,
            _D_UNBLOCKED,
            _D_NUMBERED,
            _D_CHECKS,
            hint="制发后只有异议成立才能撤销；更正须另行作出决定。",
        ),
        _decision("serve", "送达监督决定书", "issued", "served", _D_COPY, _D_PROOF, hint="送达次日起算执行期限。"),
        _decision(
            "report_execution",
            "报告执行情况",
            "served not_executed",
            "execution_reported",
            _D_HEAD,
            _D_ANSWERED,
        ),
        _decision("verify_executed", "认定已执行", "execution_reported", "executed", *_VERIFIER, _D_SEEN),
        _decision(
            "verify_not_executed",
            "认定没有执行",
            "execution_reported",
            "not_executed",
            *_VERIFIER,
            _D_SEEN,
            _D_REASON,
            hint="起草责任追究建议，并报告本级政府。",
        ),
        _decision(
            "verify_not_executed",
            "认定没有执行",
            "served",
            "not_executed",
            *_VERIFIER,
            _D_PASSED,
            _D_REASON,
            hint="起草责任追究建议，并报告本级政府。",
        ),
        _decision(
            "revoke",
            "撤销监督决定",
            "issued served execution_reported not_executed",
            "revoked",
            _D_GOVERNMENT,
            _D_OTHER,
            hint="异议成立的，撤销决定，问题恢复办理。",
        ),
    ],
)
