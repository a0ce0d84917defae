"""Before a decision: the respondent is told what is intended, states and defends, and is heard (Art. 21)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel.errors import FieldError, Invalid
from kernel.ids import new_id
from kernel.wording import format_date
from kernel.work import Work
from supervision.accountability import papers
from supervision.accountability.case import (
    SUPERVISORS,
    Case,
    check_version,
    facts,
    load,
    name,
    person,
    record,
)
from supervision.accountability.commands import Defence
from supervision.accountability.models import AccountabilityCase, AccountabilityStatement
from supervision.accountability.receiving import own_notice, require_open, require_person
from supervision.accountability.rules import CASE
from supervision.deadlines import notices as bell
from supervision.deadlines import service as deadlines
from supervision.instruments import service as instruments
from tenants.access import authorize

DEFENCE_MAX = 4000


async def notify(work: Work, case_id: UUID, *, version: int | None = None) -> AccountabilityCase:
    """Tell the respondent the intended measure, facts and evidence (责任追究告知书); the time for statement and defence
    begins with service.

    By the leader, never by who proposed it. Raises Denied, Barred, IllegalTransition for an incomplete case, Invalid
    for a complainant's name in the text, Stale.
    """
    case = await load(work, case_id, lock=True)
    row = case.row
    await authorize(work, "accountability", "notify", case.target(row.proposed_by))
    check_version(case, version)
    step = CASE.step(row.state, "notify", facts(work, case))
    if row.matter_id is not None:
        for words in (row.facts, row.nature, row.harm, row.mitigating, row.aggravating):
            await instruments.require_unnamed(work, row.matter_id, words, "facts")
    row.state = step.target
    await papers.issue_notice(work, case)
    record(
        work, case, "notify", f"告知拟作的处理：{case.respondent}，{case.measure_name}", article=["21", *row.grounds]
    )
    await work.session.flush()
    return row


async def state_defence(work: Work, notice_id: UUID, given: Defence) -> AccountabilityStatement:
    """The respondent's statement and defence, once for each notice and within its time; or that there is none.

    The person himself; for one without account, and for itself, the organ. Raises NotFound
    for a notice about somebody else, IllegalTransition when it is late or was done, Invalid.
    """
    notice = await own_notice(work, notice_id, "state_defence")
    require_person(work, notice)
    _check(work, given)
    await require_open(work, notice)
    async with work.acting_as(notice.organ_id):
        case = await load(work, notice.case_id, lock=True)
        CASE.step(case.row.state, "state_defence", facts(work, case))
        if case.told is None or case.told.id != notice.id:
            raise Invalid("这份文书不能陈述申辩。", field="text", article="21")
        case.row.hearing_wanted = given.wants_hearing and not given.waived
    statement = AccountabilityStatement(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        notice_id=notice.id,
        case_id=notice.case_id,
        issuer_id=notice.organ_id,
        waived=given.waived,
        text=given.text.strip(),
        wants_hearing=given.wants_hearing and not given.waived,
        hearing_on=given.hearing_on if given.wants_hearing and not given.waived else None,
        on_behalf=notice.against == "person" and person(work) != notice.person_id,
        stated_at=work.now,
        stated_by=person(work),
        stated_by_name=name(work),
    )
    work.session.add(statement)
    what = "表示不作陈述申辩" if given.waived else "提出陈述和申辩"
    work.record(
        "state_defence", "accountability_notice", notice.id, title=f"对{notice.number}{what}", article="21",
        thread_id=notice.id, visibility="served",
    )  # fmt: skip
    async with work.acting_as(notice.organ_id):
        record(work, case, "state_defence", f"{case.respondent}{what}")
        await deadlines.meet(work, case.row.id, work.today, rule_key="accountability.statement")
        await _tell(work, case, f"{case.respondent}{what}，请{'听取意见' if statement.wants_hearing else '审查'}")
    await work.session.flush()
    return statement


def _check(work: Work, given: Defence) -> None:
    errors: list[FieldError] = []
    if not given.waived and not 5 <= len(given.text.strip()) <= DEFENCE_MAX:
        errors.append(
            FieldError("text", f"请写明陈述和申辩的意见，5 至 {DEFENCE_MAX} 字；没有意见的，请选择不作陈述申辩。")
        )
    if given.wants_hearing and given.hearing_on is not None and given.hearing_on < work.today:
        errors.append(FieldError("hearing_on", "请填写今天或者以后的日期。"))
    if errors:
        raise Invalid(errors=errors, article="21")


async def record_hearing(
    work: Work, case_id: UUID, held_on: date | None, note: str, *, version: int | None = None
) -> AccountabilityCase:
    """Record that the respondent was heard in person, or did not come. Raises Denied, Invalid, IllegalTransition."""
    case = await load(work, case_id, lock=True)
    row = case.row
    await authorize(work, "accountability", "record_hearing", case.target())
    check_version(case, version)
    CASE.step(row.state, "record_hearing", facts(work, case))
    errors: list[FieldError] = []
    told = case.told
    if held_on is None or held_on > work.today or (told is not None and held_on < told.sent_at.date()):
        errors.append(FieldError("held_on", "请填写告知以后、今天以前听取意见的日期。"))
    if not 5 <= len(note.strip()) <= DEFENCE_MAX:
        errors.append(FieldError("note", f"请写明到场人员、陈述的意见和核实情况，5 至 {DEFENCE_MAX} 字。"))
    if errors or held_on is None:
        raise Invalid(errors=errors, article="21")
    row.hearing_on, row.hearing_note = held_on, note.strip()
    record(work, case, "record_hearing", f"{format_date(held_on)}听取{case.respondent}的陈述申辩", note.strip())
    await work.session.flush()
    return row


async def not_uphold(work: Work, case_id: UUID, reason: str, *, version: int | None = None) -> AccountabilityCase:
    """Find that the accountability is not made out; the respondent is told. Raises as `notify`, Invalid."""
    case = await load(work, case_id, lock=True)
    row = case.row
    await authorize(work, "accountability", "not_uphold", case.target(row.proposed_by))
    check_version(case, version)
    if len(reason.strip()) < 5:
        raise Invalid("请写明追究不成立的理由。", field="reason", article="21")
    row.state = CASE.step(row.state, "not_uphold", facts(work, case)).target
    row.ended_at, row.ended_note = work.now, reason.strip()
    for notice in case.notices:
        notice.over = True
        await deadlines.cancel(work, notice.id, "追究不成立")
        await papers.tell_person(work, notice, f"{notice.number}所告知的追究不成立")
    await deadlines.cancel(work, row.id, "追究不成立")
    record(work, case, "not_uphold", f"认定追究不成立：{case.respondent}", reason.strip())
    await bell.notify(
        work,
        row.supervised_id,
        roles=("organ_head", "legal_officer"),
        kind="decision",
        title=f"{case.notices[-1].number}所告知的追究不成立",
        link=f"/accountability/received/{case.notices[-1].id}",
        article="21",
    )
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
