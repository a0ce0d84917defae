"""What the person's own organ does on a proposal: imposes, does something else, refuses; training until it is done."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel.errors import Denied, FieldError, Invalid
from kernel.ids import new_id
from kernel.wording import format_date
from kernel.work import Work
from policy.errors import RuleBookError
from supervision.accountability import repository
from supervision.accountability.case import SUPERVISORS, Case, check_version, facts, load, name, person, record
from supervision.accountability.commands import Answer
from supervision.accountability.models import AccountabilityAnswer, AccountabilityCase, AccountabilityNotice
from supervision.accountability.receiving import own_notice, require_open
from supervision.accountability.rules import CASE, RESULTS
from supervision.deadlines import notices as bell
from supervision.deadlines import service as deadlines
from tenants.access import Target, authorize


async def answer_proposal(work: Work, notice_id: UUID, given: Answer) -> AccountabilityAnswer:
    """The organ's head answers a proposal with the result. What is imposed is the organ's own decision, so policy is
    asked for the measure as well; nobody answers about himself.

    Raises NotFound, Denied, IllegalTransition, Invalid.
    """
    notice = await own_notice(work, notice_id, "answer_proposal")
    if notice.person_id is not None and notice.person_id == person(work):
        raise Denied(
            "被追究责任的人员不得反馈对自己的处理。", article="21", remedy="由本单位其他负责人或者上级机关办理。"
        )
    await require_open(work, notice)
    measure = _measure(notice, given)
    async with work.acting_as(notice.organ_id):
        case = await load(work, notice.case_id, lock=True)
        if case.present is None or case.present.id != notice.id:
            raise Invalid("这份文书不需要反馈。", field="result", article="21")
        CASE.step(case.row.state, "answer_proposal", facts(work, case))
        _check(work, case, given, measure)
    if measure:
        await authorize(work, f"accountability:{measure}", "impose", Target(supervised_id=work.organ_id))
    answer = _row(work, notice, given, measure)
    work.session.add(answer)
    title = f"{RESULTS[given.result]}：{notice.number}"
    work.record(
        "answer_proposal", "accountability_notice", notice.id, title=title, note=given.reason.strip(), article="21",
        thread_id=notice.id, visibility="served",
    )  # fmt: skip
    await work.session.flush()
    async with work.acting_as(notice.organ_id):
        case.answers.append(answer)
        record(
            work,
            case,
            "answer_proposal",
            f"{case.row.supervised_name}反馈：{RESULTS[given.result]}",
            given.reason.strip(),
        )
        await deadlines.meet(work, case.row.id, work.today, rule_key="accountability.organ_answer")
        await _carried_out(work, case)
        await _tell(work, case, f"{title}，{case.respondent}")
    await work.session.flush()
    return answer


def _measure(notice: AccountabilityNotice, given: Answer) -> str:
    if given.result not in RESULTS:
        raise Invalid("请选择处理结果。", field="result", article="21")
    return {"imposed": notice.measure, "other": given.measure}.get(given.result, "")


def _check(work: Work, case: Case, given: Answer, measure: str) -> None:
    errors: list[FieldError] = []
    if given.result == "refused":
        if not 10 <= len(given.reason.strip()) <= 4000:
            errors.append(FieldError("reason", "请写明不采纳建议的理由，10 至 4000 字。"))
    else:
        errors += _check_measure(case, given, measure)
        if not 2 <= len(given.document_number.strip()) <= 60:
            errors.append(FieldError("document_number", "请填写处理决定的文号。"))
        if given.effective_on is None or given.effective_on > work.today:
            errors.append(FieldError("effective_on", "请填写处理决定的生效日期，不晚于今天。"))
        if given.result == "other" and not 10 <= len(given.reason.strip()) <= 4000:
            errors.append(FieldError("reason", "请写明作出其他处理的理由，10 至 4000 字。"))
    if errors:
        raise Invalid(errors=errors, article="21")


def _check_measure(case: Case, given: Answer, measure: str) -> list[FieldError]:
    try:
        fits = case.book.sanction(measure).imposed_by == "own_organ"
    except RuleBookError:
        fits = False
    if not fits:
        return [FieldError("measure", "请选择本单位可以作出的处理：通报、批评、离岗培训或者调离行政执法岗位。")]
    if measure == "off_post_training" and not 1 <= (given.training_hours or 0) <= 1000:
        return [FieldError("training_hours", "请填写离岗培训的学时，1 至 1000。")]
    return []


def _row(work: Work, notice: AccountabilityNotice, given: Answer, measure: str) -> AccountabilityAnswer:
    training = measure == "off_post_training"
    return AccountabilityAnswer(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        notice_id=notice.id,
        case_id=notice.case_id,
        issuer_id=notice.organ_id,
        round=notice.round,
        result=given.result,
        measure=measure,
        document_number=given.document_number.strip(),
        effective_on=given.effective_on if given.result != "refused" else None,
        reason=given.reason.strip(),
        training_hours=given.training_hours if training else None,
        training_until=given.training_until if training else None,
        answered_at=work.now,
        answered_by_name=name(work),
    )


async def _carried_out(work: Work, case: Case) -> None:
    """The measure is carried out once it was imposed and training, where it was, is completed."""
    known = facts(work, case)
    if known.answer in ("imposed", "other") and not known.training_open:
        case.row.state = CASE.step(case.row.state, "carry_out", known).target
        record(work, case, "carry_out", "处理已经落实")


async def record_training(
    work: Work, notice_id: UUID, hours: int | None, completed_on: date | None
) -> AccountabilityAnswer:
    """The organ notes that off-post training was completed, with its hours. Raises Invalid, IllegalTransition."""
    notice = await own_notice(work, notice_id, "record_training")
    await require_open(work, notice)
    async with work.acting_as(notice.organ_id):
        case = await load(work, notice.case_id, lock=True)
        CASE.step(case.row.state, "record_training", facts(work, case))
    answer = case.answer
    assert answer is not None
    held = await repository.lock(work, AccountabilityAnswer, answer.id)
    errors: list[FieldError] = []
    if hours is None or hours < (held.training_hours or 1):
        errors.append(FieldError("hours", f"完成的学时不少于 {held.training_hours or 1}。"))
    if completed_on is None or completed_on > work.today or completed_on < (held.effective_on or completed_on):
        errors.append(FieldError("completed_on", "请填写处理生效以后、今天以前完成培训的日期。"))
    if errors or completed_on is None:
        raise Invalid(errors=errors, article="21")
    held.trained_hours, held.trained_on = hours, completed_on
    title = f"离岗培训完成：{hours}学时，{format_date(completed_on)}"
    work.record(
        "record_training", "accountability_notice", notice.id, title=title, article="21", thread_id=notice.id,
        visibility="served",
    )  # fmt: skip
    await work.session.flush()
    async with work.acting_as(notice.organ_id):
        case = await load(work, notice.case_id, lock=True)
        record(work, case, "record_training", title)
        await _carried_out(work, case)
        await _tell(work, case, f"{case.respondent}完成离岗培训，请核对并办结")
    await work.session.flush()
    return held


async def insist(work: Work, case_id: UUID, reason: str, *, version: int | None = None) -> AccountabilityCase:
    """Recommend again after a refusal or an answer that did not come: a new round with a new limit, told to the
    organ's head. Raises Denied, IllegalTransition, Invalid, Stale."""
    case = await load(work, case_id, lock=True)
    row = case.row
    await authorize(work, "accountability", "insist", case.target())
    check_version(case, version)
    if not 5 <= len(reason.strip()) <= 4000:
        raise Invalid("请写明再次建议的理由。", field="reason", article="21")
    CASE.step(row.state, "insist", facts(work, case))
    notice = case.present
    assert notice is not None
    notice.round += 1
    await deadlines.cancel(work, row.id, "再次建议", rule_key="accountability.organ_answer")
    limit = await deadlines.start(
        work,
        rule_key="accountability.organ_answer",
        subject_kind="accountability",
        subject_id=row.id,
        matter_id=None,
        bound_id=row.supervised_id,
        title=f"反馈责任追究建议的处理结果 {notice.number}",
        start_event="再次建议",
        on=work.today,
        ladder=True,
        rulebook_key=row.rulebook_key,
    )
    notice.until = limit.due_on
    record(work, case, "insist", f"再次建议处理：{case.respondent}", reason.strip())
    await bell.notify(
        work,
        row.supervised_id,
        roles=("organ_head",),
        kind="served",
        title=f"再次建议处理 {notice.number}：{reason.strip()[:60]}",
        link=f"/accountability/received/{notice.id}",
        article="21",
        due_on=limit.due_on,
    )
    await work.session.flush()
    return row


async def accept_refusal(work: Work, case_id: UUID, reason: str, *, version: int | None = None) -> AccountabilityCase:
    """Accept the organ's reasons for a refusal and close the case. Raises as `insist`."""
    case = await load(work, case_id, lock=True)
    row = case.row
    await authorize(work, "accountability", "insist", case.target())
    check_version(case, version)
    if not 5 <= len(reason.strip()) <= 4000:
        raise Invalid("请写明认可的理由。", field="reason", article="21")
    row.state = CASE.step(row.state, "accept_refusal", facts(work, case)).target
    row.ended_at, row.ended_note = work.now, reason.strip()
    record(work, case, "accept_refusal", "认可不采纳的理由并办结", reason.strip())
    await work.session.flush()
    return row


async def close(work: Work, case_id: UUID, note: str, *, version: int | None = None) -> AccountabilityCase:
    """Close a case whose measure is carried out and against which nothing can be asked for any more."""
    case = await load(work, case_id, lock=True)
    row = case.row
    await authorize(work, "accountability", "close", case.target())
    check_version(case, version)
    if len(note) > 4000:
        raise Invalid("请精简到 4000 字以内。", field="reason", article="21")
    row.state = CASE.step(row.state, "close", facts(work, case)).target
    row.ended_at, row.ended_note = work.now, note.strip() or "处理已经落实。"
    await deadlines.cancel(work, row.id, "办结")
    record(work, case, "close", "办结", row.ended_note)
    await work.session.flush()
    return row


async def _tell(work: Work, case: Case, title: str) -> None:
    await bell.notify(
        work,
        case.row.organ_id,
        roles=SUPERVISORS,
        kind="answered",
        title=title,
        link=f"/accountability/{case.row.id}",
        article="21",
    )
