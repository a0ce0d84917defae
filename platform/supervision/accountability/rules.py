"""The life of an accountability case (Art. 21), and what is counted in it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kernel.machine import SAME, Guard, Machine, Transition

ARTICLE: Final = "21"
STATES: Final[dict[str, str]] = {
    "proposed": "待告知",
    "notified": "已告知，待决定",
    "decided": "已决定，待送达",
    "served": "已送达",
    "carried_out": "已落实",
    "closed": "已办结",
    "dropped": "不予追究",
    "not_upheld": "追究不成立",
    "set_aside": "决定已撤销",
}
LIVE: Final = ("proposed", "notified", "decided", "served", "carried_out")
EFFECTIVE: Final = frozenset({"served", "carried_out"})
"""States in which the decision has effect and may be reviewed."""
RESPONSIBILITIES: Final[dict[str, str]] = {"in_charge": "直接负责的主管人员", "direct": "其他直接责任人员"}
RESULTS: Final[dict[str, str]] = {"imposed": "已按建议处理", "other": "已作其他处理", "refused": "不采纳建议"}
REVIEW_STATES: Final[dict[str, str]] = {
    "requested": "待决定",
    "upheld": "维持",
    "changed": "变更",
    "set_aside": "撤销",
}


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the steps of a case depend on, read for the acting person.

    Facts about the input of a step default to a complete input; all others to the poorest case.
    """

    actor_recused: bool = False
    actor_is_drafter: bool = False
    actor_is_respondent: bool = False
    """The person held accountable, or one of the organ held accountable."""
    actor_decided: bool = False
    grounds: int = 0
    facts_stated: bool = False
    evidence: int = 0
    gravity_known: bool = False
    measure_fits: bool = False
    """A measure is chosen, it fits the respondent and is for the supervising side or the own organ to impose."""
    registered: bool = False
    """The person has a file in the register of his organ; a cancellation needs one."""
    needs_register: bool = False
    stated: bool = False
    statement_over: bool = False
    """The time for statement and defence has run out."""
    hearing_wanted: bool = False
    hearing_held: bool = False
    defence_answered: bool = True
    is_proposal: bool = False
    """The measure is for the person's own organ to impose."""
    answer: str = ""
    """imposed, other or refused; empty while there is none."""
    answer_overdue: bool = False
    training_open: bool = False
    """Off-post training was imposed and is not completed."""
    review_pending: bool = False
    review_over: bool = False
    """No review can be asked for any more."""
    lighter: bool = True
    """The measure after a review is not heavier than before."""
    already_referred: bool = False
    reason_given: bool = True


def _guard(
    holds: Callable[[CaseFacts], bool], reason: str, remedy: str = "", *, article: str = ARTICLE
) -> Guard[CaseFacts]:
    return Guard(holds, f"{reason}。", article, remedy)


_CLEAR: Final[Guard[CaseFacts]] = Guard(
    lambda f: not f.actor_recused,
    "您在所涉事项中处于回避状态，回避期间不得办理。",
    "16",
    "由本单位负责人指派其他人员办理。",
    barred=True,
)
_NOT_RESPONDENT = _guard(
    lambda f: not f.actor_is_respondent,
    "被追究责任的单位和人员不得办理对自己的追究",
    "可以陈述申辩、申请复核。",
)
_NOT_DRAFTER = _guard(lambda f: not f.actor_is_drafter, "提出责任追究的人员不得自行审批", "由未参与提出的负责人办理。")
_NOT_DECIDER = _guard(
    lambda f: not (f.actor_decided or f.actor_is_drafter),
    "提出、作出原决定的人员不得办理复核和申诉",
    "由未参与原决定的其他负责人办理。",
)
_GROUND = _guard(lambda f: f.grounds > 0, "没有写明追究的情形", "请选择第二十一条所列的一种或者几种情形。")
_FACTS = _guard(lambda f: f.facts_stated, "没有写明事实", "请写明行为的时间、经过和结果。")
_EVIDENCE = _guard(lambda f: f.evidence > 0, "没有证据", "请从监督事项选择证据，或者上传证据。", article="13")
_GRAVITY = _guard(lambda f: f.gravity_known, "没有认定情节轻重和过错程度", "请选择情节轻重和过错程度。")
_MEASURE = _guard(
    lambda f: f.measure_fits, "没有选定适用于该对象的处理", "请选择拟作的处理；依法处分、刑事责任另行移送。"
)
_REGISTERED = _guard(
    lambda f: f.registered or not f.needs_register,
    "被追究人没有执法人员档案，无法核对其行政执法资格",
    "请由其所在机关先登记执法人员和证件。",
)
_COMPLETE: Final = (_GROUND, _FACTS, _EVIDENCE, _GRAVITY, _MEASURE, _REGISTERED)
_OPEN_FOR_STATEMENT = _guard(
    lambda f: not f.statement_over, "陈述申辩的期限已经届满", "决定作出后，可以在期限内申请复核。"
)
_NOT_STATED = _guard(lambda f: not f.stated, "已经提交陈述申辩", "可以在听取意见时当面补充。")
_HEARD = _guard(
    lambda f: f.stated or f.statement_over,
    "陈述申辩的期限尚未届满",
    "收到陈述申辩，或者期限届满后再决定。",
)
_HEARING = _guard(
    lambda f: f.hearing_held or not f.hearing_wanted,
    "被追究人要求当面听取意见，尚无听取意见的记录",
    "请先记录听取陈述申辩的情况。",
)
_ANSWERED_DEFENCE = _guard(lambda f: f.defence_answered, "没有写明对陈述申辩的答复", "请逐项说明采纳或者不采纳的理由。")
_WANTS_HEARING = _guard(lambda f: f.hearing_wanted, "被追究人没有要求当面听取意见", "可以直接作出决定。")
_PROPOSAL = _guard(
    lambda f: f.is_proposal, "这一处理由监督机关、监督机构直接作出，不需要反馈", "对决定不服的，可以申请复核。"
)
_UNANSWERED = _guard(lambda f: not f.answer, "已经反馈处理结果", "需要更正的，请与监督机构联系。")
_DONE = _guard(
    lambda f: not f.is_proposal or f.answer in ("imposed", "other"), "所在机关尚未反馈处理结果", "请等待反馈或者催办。"
)
_TRAINED = _guard(lambda f: not f.training_open, "离岗培训尚未完成", "请由所在机关登记培训完成情况。")
_TRAINING = _guard(lambda f: f.training_open, "没有需要登记的离岗培训", "可以办理其他步骤。")
_UNCOOPERATIVE = _guard(
    lambda f: f.is_proposal and (f.answer == "refused" or (f.answer_overdue and not f.answer)),
    "所在机关没有拒绝建议，也没有逾期",
    "请等待反馈。",
)
_REFUSED = _guard(lambda f: f.answer == "refused", "所在机关没有反馈不采纳建议", "请等待反馈。")
_OWN_DECISION = _guard(
    lambda f: not f.is_proposal,
    "对人员的处理由其所在机关作出，不由监督机构复核",
    "请向作出处理的机关提出。",
)
_IN_TIME = _guard(lambda f: not f.review_over, "申请复核、申诉的期限已经届满或者已经用尽", "可以依法向有权机关反映。")
_NO_REVIEW = _guard(lambda f: not f.review_pending, "已有复核、申诉正在办理", "请等待决定。")
_REVIEW = _guard(lambda f: f.review_pending, "没有待决定的复核、申诉", "收到申请后再办理。")
_LIGHTER = _guard(lambda f: f.lighter, "复核、申诉不得加重处理", "请选择不重于原决定的处理。")
_REVIEW_OVER = _guard(
    lambda f: f.review_over or f.is_proposal, "申请复核的期限尚未届满", "期限届满没有申请的，系统自动办结。"
)
_REASON = _guard(lambda f: f.reason_given, "办理这一步应当说明理由", "请写明理由。")
_NEW_REFERRAL = _guard(lambda f: not f.already_referred, "已经提出这一移送", "请在移送办理中查看进展。")

_OURS: Final = (_CLEAR, _NOT_RESPONDENT)


def _step(
    action: str, label: str, sources: Collection[str], target: str, *guards: Guard[CaseFacts], hint: str = ""
) -> Transition[CaseFacts]:
    return Transition(action, label, frozenset(sources), target, ARTICLE, guards, hint)


CASE: Final = Machine[CaseFacts](
    "accountability",
    "proposed",
    STATES,
    [
        _step("amend", "补充事实和建议", {"proposed"}, SAME, *_OURS),
        _step("notify", "告知拟作的处理", {"proposed"}, "notified", *_OURS, _NOT_DRAFTER, *_COMPLETE,
              hint="制发责任追究告知书，送达后开始计算陈述申辩的期限。"),
        _step("drop", "决定不予追究", {"proposed"}, "dropped", *_OURS, _NOT_DRAFTER, _REASON),
        _step("state_defence", "陈述和申辩", {"notified"}, SAME, _OPEN_FOR_STATEMENT, _NOT_STATED),
        _step("record_hearing", "记录听取陈述申辩", {"notified"}, SAME, *_OURS, _WANTS_HEARING),
        _step("decide", "作出决定", {"notified"}, "decided", *_OURS, _NOT_DRAFTER, *_COMPLETE, _HEARD, _HEARING,
              _ANSWERED_DEFENCE, hint="制发决定书或者建议书并送达。"),
        _step("not_uphold", "认定追究不成立", {"notified"}, "not_upheld", *_OURS, _NOT_DRAFTER, _REASON),
        _step("serve", "送达", {"decided"}, "served"),
        _step("answer_proposal", "反馈处理结果", {"served"}, SAME, _PROPOSAL, _UNANSWERED),
        _step("record_training", "登记离岗培训完成情况", {"served"}, SAME, _TRAINING),
        _step("carry_out", "记录处理落实", {"served"}, "carried_out", _DONE, _TRAINED),
        _step("insist", "再次建议处理", {"served"}, SAME, *_OURS, _UNCOOPERATIVE, _REASON,
              hint="重新计算反馈期限，通知主要负责人。"),
        _step("accept_refusal", "认可不采纳的理由并办结", {"served"}, "closed", *_OURS, _REFUSED, _REASON),
        _step("request_review", "申请复核", EFFECTIVE, SAME, _OWN_DECISION, _IN_TIME, _NO_REVIEW),
        _step("uphold", "维持原决定", EFFECTIVE, SAME, *_OURS, _NOT_DECIDER, _REVIEW, _REASON),
        _step("change", "变更原决定", EFFECTIVE, "decided", *_OURS, _NOT_DECIDER, _REVIEW, _LIGHTER, _REASON),
        _step("set_aside", "撤销原决定", EFFECTIVE, "set_aside", *_OURS, _NOT_DECIDER, _REVIEW, _REASON),
        _step("refer", "移送有权机关", LIVE, SAME, *_OURS, _NOT_DRAFTER, _GROUND, _FACTS, _NEW_REFERRAL, _REASON),
        _step("close", "办结", {"carried_out"}, "closed", _CLEAR, _NOT_RESPONDENT, _NO_REVIEW, _REVIEW_OVER),
    ],
)  # fmt: skip
"""`state_defence`, `answer_proposal`, `record_training` and `request_review` are steps of the other side."""


def awards_period(first: date, amount: int, unit: str) -> tuple[date, date]:
    """First and last day of a removal from awards that begins on `first` and lasts whole years, months or days."""
    if unit == "year":
        end = _same_day(first, first.year + amount, first.month)
    elif unit == "month":
        years, month = divmod(first.month - 1 + amount, 12)
        end = _same_day(first, first.year + years, month + 1)
    else:
        end = first + timedelta(days=amount)
    return first, end - timedelta(days=1)


def _same_day(first: date, year: int, month: int) -> date:
    """The same day of that month, or the first of the next one where the month has no such day."""
    try:
        return date(year, month, first.day)
    except ValueError:
        return date(year + month // 12, month % 12 + 1, 1)


def removed_in(first: date, last: date, lifted_on: date | None, year: int) -> bool:
    """Whether a removal that runs from `first` to `last` bars an award for that year; one that was set aside does
    not bar any."""
    return lifted_on is None and first.year <= year <= last.year


def ordered_grounds(grounds: Sequence[str], known: Collection[str]) -> list[str]:
    """The chosen grounds in the order of the article, without repetition. Raises ValueError for an unknown one."""
    wrong = [code for code in grounds if code not in known]
    if wrong:
        raise ValueError(wrong[0])
    return sorted(set(grounds), key=lambda code: int(code[3:-1]))
