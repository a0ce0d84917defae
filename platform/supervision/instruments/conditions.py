"""The conditions under which an instrument moves on: the facts, and the guards that read them (Arts. 16 to 20)."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.machine import Guard
from supervision.matters.guards import not_drafter, not_owner, not_recused, on_case, reasoned


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """What the steps of one instrument depend on, read for the acting officer or for the system.

    Facts about the input of a step default to a complete input; all others to the poorest case. Working days
    are counted by the caller on the calendar of the deadline.
    """

    matter_open: bool = False
    """The matter is neither suspended, closing nor closed."""
    actor_recused: bool = False
    actor_on_case: bool = False
    actor_is_drafter: bool = False
    actor_is_owner: bool = False
    """The actor belongs to the supervised organ."""
    actor_is_leader: bool = False
    """The actor leads the issuing body."""
    actor_issued: bool = False
    """The actor approved or drafted this instrument."""
    kind_allowed: bool = False
    """`kinds.kind_refusal` finds nothing against issuer, relation and kind."""
    finding_count: int = 0
    requirements_complete: bool = True
    """Each finding covered has a requirement."""
    term_given: bool = True
    checks_passed: bool = False
    """`checks.hard_checks` all pass on this day."""
    numbered: bool = False
    proof_given: bool = True
    """Paper service has its proof; deemed service has waited until the end of the next working day."""
    deadline_passed: bool = False
    deadline_suspended: bool = False
    extensions_used: int = 0
    """Applications made, whether granted or not."""
    extensions_allowed: int = 1
    workdays_left: int = 0
    """Working days from today to the end of the time limit."""
    extension_notice_workdays: int = 3
    extension_pending: bool = False
    steps_taken_given: bool = True
    new_end_later: bool = True
    """When granted: the new end lies after the old one."""
    workdays_since_service: int = 0
    objection_workdays: int = 10
    objection_made: bool = False
    objection_pending: bool = False
    head_approved: bool = True
    """The head of the supervised organ approved the written report."""
    every_requirement_answered: bool = True
    refused_expressly: bool = False
    """The supervised organ declares that it will not comply."""
    send_backs: int = 0
    send_back_limit: int = 3
    """The send-back with this number counts as a refusal."""
    needs_leader: bool = False
    """Accepting or sending back a report on this kind is for the leader (opinions)."""
    findings_verified: bool = False
    """Every finding covered is rectified, dropped, or settled otherwise."""
    new_term_given: bool = True
    reason_given: bool = True
    second_document_given: bool = True
    """Withdrawal after issue is itself a numbered document."""
    decision_rests_on_it: bool = False
    """The government decided, with this instrument as the one not obeyed."""
    report_rests_on_it: bool = False
    """A report to the government on this instrument is sent and not withdrawn."""
    successor_served: bool = False
    """A later instrument on the same findings is served."""


CLEAR: Guard[InstrumentFacts] = not_recused(lambda f: f.actor_recused)
ON_CASE: Guard[InstrumentFacts] = on_case(lambda f: f.actor_on_case)
NOT_DRAFTER: Guard[InstrumentFacts] = not_drafter(lambda f: f.actor_is_drafter, "19")
NOT_OWNER: Guard[InstrumentFacts] = not_owner(lambda f: f.actor_is_owner, "19")
REASON: Guard[InstrumentFacts] = reasoned(lambda f: f.reason_given, "19")
MATTER_OPEN: Guard[InstrumentFacts] = Guard(
    lambda f: f.matter_open, "监督事项没有在办理中。", "19", "请在事项恢复办理后再制发文书。"
)
KIND: Guard[InstrumentFacts] = Guard(
    lambda f: f.kind_allowed,
    "本机关对该单位不能制发这一种文书。",
    "19",
    "请按监督关系改选文书种类，或者移交同级司法行政部门制发。",
)
FINDINGS: Guard[InstrumentFacts] = Guard(
    lambda f: f.finding_count > 0, "文书没有载明问题。", "19", "请先认定问题，再选入文书。"
)
REQUIREMENTS: Guard[InstrumentFacts] = Guard(
    lambda f: f.requirements_complete, "有问题没有写明整改要求。", "19", "请逐项写明要求。"
)
TERM: Guard[InstrumentFacts] = Guard(lambda f: f.term_given, "尚未写明书面报告的期限。", "19", "请选择期限。")
CHECKS: Guard[InstrumentFacts] = Guard(
    lambda f: f.checks_passed, "签发前的核对没有全部通过。", "19", "请按核对清单逐项处理。"
)
NUMBERED: Guard[InstrumentFacts] = Guard(
    lambda f: f.numbered, "文书尚未取得发文字号。", "19", "负责人批准后自动取得字号。"
)
PROOF: Guard[InstrumentFacts] = Guard(
    lambda f: f.proof_given, "缺少送达凭证。", "19", "请登记送达回证；系统送达未签收的，满规定时间视为送达。"
)
PASSED: Guard[InstrumentFacts] = Guard(
    lambda f: f.deadline_passed, "整改期限尚未届满。", "20", "期限届满后由系统认定。"
)
NOT_SUSPENDED: Guard[InstrumentFacts] = Guard(
    lambda f: not f.deadline_suspended, "整改期限已经中止。", "20", "期限恢复计算并届满后再认定。"
)
NO_EXTENSION: Guard[InstrumentFacts] = Guard(
    lambda f: not f.extension_pending, "延期申请尚未决定。", "19", "请负责人先决定是否延期。"
)
EXTENDABLE: Guard[InstrumentFacts] = Guard(
    lambda f: f.extensions_used < f.extensions_allowed,
    "延期申请的次数已经用完。",
    "19",
    "请在现有期限内书面报告处理情况。",
)
EARLY_ENOUGH: Guard[InstrumentFacts] = Guard(
    lambda f: not f.deadline_passed and f.workdays_left >= f.extension_notice_workdays,
    "已经超过申请延期的时间。",
    "19",
    "请在期限内书面报告处理情况，未办结的写明原因和计划。",
)
STEPS_TAKEN: Guard[InstrumentFacts] = Guard(
    lambda f: f.steps_taken_given, "尚未写明已经采取的措施。", "19", "请写明已做的工作和仍需的时间。"
)
EXTENSION: Guard[InstrumentFacts] = Guard(
    lambda f: f.extension_pending, "没有待决定的延期申请。", "19", "请核对延期申请的办理情况。"
)
LATER_END: Guard[InstrumentFacts] = Guard(
    lambda f: f.new_end_later, "新的期限不晚于原期限。", "19", "请选择晚于原期限的日期，或者不同意延期。"
)
OBJECT_ONCE: Guard[InstrumentFacts] = Guard(
    lambda f: not f.objection_made, "本单位已对该文书提出过异议。", "19", "请等待异议处理结果。"
)
OBJECT_IN_TIME: Guard[InstrumentFacts] = Guard(
    lambda f: f.workdays_since_service <= f.objection_workdays,
    "提出异议的期限已经届满。",
    "19",
    "可以在书面报告中说明不同意见。",
)
OBJECTION: Guard[InstrumentFacts] = Guard(
    lambda f: f.objection_pending, "没有待处理的异议。", "19", "请核对异议的办理情况。"
)
OTHER_THAN_ISSUER: Guard[InstrumentFacts] = Guard(
    lambda f: not f.actor_issued, "异议不得由起草、签发该文书的人处理。", "19", "请由其他负责人处理。"
)
HEAD: Guard[InstrumentFacts] = Guard(
    lambda f: f.head_approved, "书面报告尚未经本单位主要负责人审定。", "19", "请报主要负责人审定后提交。"
)
COMPLETE_REPLY: Guard[InstrumentFacts] = Guard(
    lambda f: f.every_requirement_answered, "有要求没有答复或者没有附证据。", "19", "请逐项写明处理情况并附证据。"
)
LEADER: Guard[InstrumentFacts] = Guard(
    lambda f: f.actor_is_leader or not f.needs_leader,
    "意见书的办结和退回由监督机构负责人决定。",
    "19",
    "请提出意见，报负责人决定。",
)
VERIFIED: Guard[InstrumentFacts] = Guard(
    lambda f: f.findings_verified, "文书所列问题尚未全部核验到位。", "19", "请逐项核验；没有到位的，退回补充整改。"
)
BACKS_LEFT: Guard[InstrumentFacts] = Guard(
    lambda f: f.send_backs + 1 < f.send_back_limit,
    "再次退回即达到规定次数，视为拒不改正。",
    "20",
    "请认定拒不改正，并向本级政府报告。",
)
NEW_TERM: Guard[InstrumentFacts] = Guard(
    lambda f: f.new_term_given, "尚未写明补充整改的期限。", "19", "请选择新的期限。"
)
REFUSED: Guard[InstrumentFacts] = Guard(
    lambda f: f.refused_expressly or f.send_backs + 1 >= f.send_back_limit,
    "被监督机关没有明确拒绝，退回也没有达到规定次数。",
    "20",
    "请等待书面报告，或者退回补充整改。",
)
SECOND: Guard[InstrumentFacts] = Guard(
    lambda f: f.second_document_given, "已签发的文书不能修改。", "19", "请另行制发撤回文书，说明理由。"
)
NO_DECISION: Guard[InstrumentFacts] = Guard(
    lambda f: not f.decision_rests_on_it,
    "本级政府已依据该文书作出监督决定。",
    "20",
    "请按监督决定执行和核验。",
)
NO_REPORT: Guard[InstrumentFacts] = Guard(
    lambda f: not f.report_rests_on_it, "已就该文书向本级政府报告。", "20", "请先撤回报告。"
)
SUCCESSOR: Guard[InstrumentFacts] = Guard(
    lambda f: f.successor_served, "没有已送达的后续文书。", "19", "后续文书送达后，由系统替代。"
)
