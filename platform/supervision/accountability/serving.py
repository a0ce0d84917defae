"""Service of a document of a case, and what takes effect with it (Art. 21; procedure, Accountability)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel.wording import format_date
from kernel.work import Work
from supervision.accountability import repository
from supervision.accountability.case import LEADERS, RECEIVERS, Case, facts, load, record
from supervision.accountability.models import AccountabilityCase, AccountabilityNotice
from supervision.accountability.rules import CASE
from supervision.deadlines import notices as bell
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.licensing import service as licensing
from tenants.access import authorize

TITLES = {
    "accountability.statement": "陈述和申辩",
    "accountability.organ_answer": "反馈责任追究建议的处理结果",
    "accountability.review": "申请复核",
    "accountability.appeal": "申诉",
}


async def serve(work: Work, notice: AccountabilityNotice, on: date, how: str) -> None:
    """Note the service of a document and let follow what the law attaches to it. The work acts as the body."""
    if notice.served_on is not None:
        return
    notice.served_on, notice.served_how = on, how
    await deadlines.meet(work, notice.id, on, rule_key="instrument.deemed_service")
    case = await load(work, notice.case_id, lock=True)
    held = next(n for n in case.notices if n.id == notice.id)
    manner = f"{held.opened_by}签收" if how == "opened" else "期满未签收，视为送达"
    record(work, case, "serve", f"{held.title} {held.number}送达", f"{format_date(on)}，{manner}。")
    if not held.over:
        await _limit(work, case, held, on)
        if held.kind in ("proposal", "decision") and case.row.state == "decided":
            await _effective(work, case, held, on)
    await work.session.flush()


async def _limit(work: Work, case: Case, notice: AccountabilityNotice, on: date) -> None:
    """Start what the other side may or has to do from service on."""
    rule_key = _rule(case, notice)
    if not rule_key:
        return
    limit = await deadlines.start(
        work,
        rule_key=rule_key,
        subject_kind="accountability",
        subject_id=case.row.id,
        matter_id=None,
        bound_id=notice.addressee_id,
        title=f"{TITLES[rule_key]} {notice.number}",
        start_event=f"{notice.title}送达",
        on=on,
        ladder=notice.kind == "proposal",
        rulebook_key=case.row.rulebook_key,
    )
    notice.until = limit.due_on
    if notice.kind in ("decision", "review"):
        case.row.review_until = limit.due_on


def _rule(case: Case, notice: AccountabilityNotice) -> str:
    """The limit that begins with the service of a document; empty when there is none: after a review only the appeal
    is left, after an appeal nothing."""
    first = {"notice": "accountability.statement", "proposal": "accountability.organ_answer"}
    if notice.kind in first:
        return first[notice.kind]
    used = {review.kind for review in case.reviews}
    if "appeal" in used:
        return ""
    if notice.kind == "review":
        return "accountability.appeal" if case.reviews and case.reviews[-1].state == "upheld" else ""
    return "accountability.appeal" if used else "accountability.review"


async def _effective(work: Work, case: Case, notice: AccountabilityNotice, on: date) -> None:
    row = case.row
    if work.actor is None:
        await authorize(work, "accountability", "serve", case.target())
    row.state = CASE.step(row.state, "serve", facts(work, case)).target
    row.served_on = on
    if row.measure == "qualification_cancellation":
        assert row.officer_id is not None
        bar = await licensing.cancel_qualification(
            work,
            officer_id=row.officer_id,
            holder_organ_id=row.supervised_id,
            decision_id=row.id,
            decision_number=notice.number,
            effective_on=on,
            note=f"{row.number}：{row.decision_reason}",
        )
        until = format_date(bar.barred_until)
        record(work, case, "carry_out", "取消行政执法资格生效", f"证件失效；至{until}不得重新申领。", article="21")
    if case.is_proposal:
        return
    row.state = CASE.step(row.state, "carry_out", facts(work, case)).target
    record(work, case, "carry_out", f"{case.measure_name}已经落实", f"自{format_date(on)}送达之日起生效。")


async def deem_served(work: Work, notice_id: UUID) -> None:
    """Nobody opened the document by the end of the next working day: it counts as served then. Acts as the body."""
    found = await repository.get(work, AccountabilityNotice, notice_id)
    await repository.lock(work, AccountabilityCase, found.case_id)
    notice = await repository.lock(work, AccountabilityNotice, notice_id)
    if notice.served_on is not None:
        return
    ends = [d.due_on for d in await deadlines.for_subject(work, notice.id)]
    await serve(work, notice, min(ends, default=work.today), "deemed")


async def due(work: Work, deadline_id: UUID, step: str) -> None:
    """What follows by itself around a limit of a case; each step comes once. The work acts as the body."""
    deadline = await deadlines.get(work, deadline_id)
    if deadline.rule_key == "instrument.deemed_service":
        if deadline.state == "running":
            await deem_served(work, deadline.subject_id)
        return
    case = await load(work, deadline.subject_id, lock=True)
    action = _STEPS.get(deadline.rule_key)
    if action is not None and deadline.state in ("running", "lapsed"):
        await action(work, case, deadline, step)
    await work.session.flush()


async def _statement_over(work: Work, case: Case, deadline: Deadline, _step: str) -> None:
    """The time for the defence is over: the decision is due."""
    await deadlines.meet(work, case.row.id, deadline.due_on, rule_key=deadline.rule_key)
    if case.row.state == "notified":
        record(
            work,
            case,
            "statement_over",
            "陈述申辩的期限届满",
            f"{format_date(deadline.due_on)}届满，没有收到陈述申辩。",
        )
        await _leaders(work, case, f"{case.respondent}的陈述申辩期满，请决定", kind="approval")


async def _answer_step(work: Work, case: Case, deadline: Deadline, step: str) -> None:
    """Reminders to the organ, overdue on both desks, and the level above at the end."""
    due = deadline.due_on
    organ = case.row.supervised_id
    link = f"/accountability/received/{case.present.id}" if case.present else "/accountability/received"
    if step in ("remind_before", "remind_last_day"):
        roles = RECEIVERS if step == "remind_before" else ("organ_head",)
        title = f"{format_date(due)}前反馈责任追究建议的处理结果"
        await bell.notify(work, organ, roles=roles, kind="reminder", title=title, link=link, article="21", due_on=due)
    elif step == "overdue":
        title = "反馈责任追究建议的处理结果已逾期"
        await bell.notify(
            work, organ, roles=("organ_head",), kind="overdue", title=title, link=link, article="21", due_on=due
        )
        record(work, case, "overdue", f"逾期：{case.row.supervised_name}没有反馈处理结果", f"{format_date(due)}届满。")
        await _leaders(work, case, f"{case.row.supervised_name}逾期没有反馈责任追究建议的处理结果", kind="overdue")
    elif step == "escalate_up":
        await _to_government(work, case, due)


async def _to_government(work: Work, case: Case, due: date) -> None:
    title = f"{case.row.supervised_name}逾期不反馈责任追究建议的处理结果"
    record(work, case, "escalate_up", "提请本级政府关注", f"{format_date(due)}届满后没有反馈。")
    await bell.notify(
        work,
        case.row.government_id,
        roles=("government_leader",),
        kind="escalation",
        title=title,
        link=f"/accountability/{case.row.id}",
        article="21",
        due_on=due,
    )


async def _review_over(work: Work, case: Case, deadline: Deadline, _step: str) -> None:
    """Nobody asked for a review or appealed in time: the case closes by itself once its measure is carried out."""
    await deadlines.meet(work, case.row.id, deadline.due_on, rule_key=deadline.rule_key)
    known = facts(work, case)
    if case.row.state == "carried_out" and not known.review_pending and known.review_over:
        await authorize(work, "accountability", "close", case.target())
        case.row.state = CASE.step(case.row.state, "close", known).target
        case.row.ended_at, case.row.ended_note = work.now, "申请复核、申诉的期限届满，没有申请。"
        record(work, case, "close", "办结", case.row.ended_note)


async def _review_late(work: Work, case: Case, deadline: Deadline, _step: str) -> None:
    """The decision on a review or an appeal is late: its decider and the leader are told."""
    pending = case.pending
    if pending is None:
        return
    record(work, case, "overdue", f"逾期：{deadline.title}", f"{format_date(deadline.due_on)}届满。")
    roles = ("supervision_leader", "government_leader")
    await bell.notify(
        work,
        pending.decider_id,
        roles=roles,
        kind="overdue",
        title=f"{deadline.title}已逾期",
        link=f"/accountability/{case.row.id}",
        article="21",
        due_on=deadline.due_on,
    )


async def _leaders(work: Work, case: Case, title: str, *, kind: str) -> None:
    await bell.notify(
        work,
        case.row.organ_id,
        roles=LEADERS,
        kind=kind,
        title=title,
        link=f"/accountability/{case.row.id}",
        article="21",
    )


_STEPS = {
    "accountability.statement": _statement_over,
    "accountability.organ_answer": _answer_step,
    "accountability.review": _review_over,
    "accountability.appeal": _review_over,
    "accountability.decide_review": _review_late,
    "accountability.decide_appeal": _review_late,
}
