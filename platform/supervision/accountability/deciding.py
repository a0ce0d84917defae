"""The decision on a case: what the supervising side imposes, what it recommends, what it refers (Art. 21)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel.errors import FieldError, Invalid
from kernel.work import Work
from policy.entries import Sanction
from policy.errors import RuleBookError
from supervision.accountability import papers
from supervision.accountability.case import Case, check_version, facts, load, name, person, record
from supervision.accountability.commands import Decide
from supervision.accountability.models import AccountabilityCase
from supervision.accountability.rules import CASE, awards_period
from supervision.deadlines import service as deadlines
from supervision.instruments import service as instruments
from tenants.access import authorize

REFERRAL_JOB = "open_referral"
"""The job of the part above that opens a referral; it lies above and is known by its name alone."""
REASON_MAX = 4000


async def decide(work: Work, case_id: UUID, given: Decide, *, version: int | None = None) -> AccountabilityCase:
    """Impose a measure, or recommend one to the person's own organ, after statement and defence; issue and send it.

    A measure against an organ is imposed by the government's leader, or by the body's leader where policy lets him; a
    cancellation by the body's leader. The government's document has a number of its own series. Never by who proposed
    the case. The measure is not heavier than the one that was told. Raises Denied, Barred, IllegalTransition, Invalid,
    Stale.
    """
    case = await load(work, case_id, lock=True)
    row, issuer_id = case.row, work.organ_id
    check_version(case, version)
    sanction = _chosen(case, given)
    action = "recommend" if sanction.imposed_by == "own_organ" else "impose"
    await authorize(work, f"accountability:{sanction.key}", action, case.target(row.proposed_by))
    async with work.acting_as(row.organ_id):
        _check(case, given, sanction, work.today)
        row.measure = sanction.key
        answered = case.statement is None or case.statement.waived or len(given.defence_answer.strip()) >= 5
        step = CASE.step(row.state, "decide", facts(work, case, defence_answered=answered))
        if row.matter_id is not None:
            for field in ("reason", "defence_answer"):
                await instruments.require_unnamed(work, row.matter_id, getattr(given, field), field)
        row.state = step.target
        row.decision_reason, row.defence_answer = given.reason.strip(), given.defence_answer.strip()
        row.training_hours = _hours(case, given)
        row.awards_from, row.awards_until = _awards(work, case, given)
        await settle(work, case, issuer_id)
        await deadlines.meet(work, row.id, work.today, rule_key="accountability.statement")
    return row


async def settle(work: Work, case: Case, issuer_id: UUID) -> None:
    """Issue what was decided and keep who decided it. The work acts as the body."""
    row = case.row
    row.issuer_id, row.decided_at, row.decided_by, row.decided_by_name = issuer_id, work.now, person(work), name(work)
    row.served_on = row.review_until = None
    notice = await papers.issue_decision(work, case, issuer_id)
    row.decision_number = notice.number
    verb = "建议所在机关给予" if case.is_proposal else "决定给予"
    record(
        work,
        case,
        "decide",
        f"{verb}{case.measure_name}：{case.respondent}",
        row.decision_reason,
        article=["21", *row.grounds],
    )
    await work.session.flush()


def _chosen(case: Case, given: Decide) -> Sanction:
    try:
        return case.book.sanction(given.measure)
    except RuleBookError:
        raise Invalid("请选择处理种类。", field="measure", article="21") from None


def _check(case: Case, given: Decide, sanction: Sanction, today: date) -> None:
    errors: list[FieldError] = []
    told = case.sanction
    if sanction.imposed_by == "referral":
        errors.append(FieldError("measure", "处分和刑事责任由有权机关决定，请办理移送。"))
    elif sanction.against != case.row.against:
        errors.append(FieldError("measure", "这一处理不适用于该对象，请另行选择。"))
    elif told is not None and sanction.weight > told.weight:
        errors.append(FieldError("measure", "不得作出比告知更重的处理；确需加重的，请重新提出并告知。"))
    if not 5 <= len(given.reason.strip()) <= REASON_MAX:
        errors.append(FieldError("reason", f"请写明作出这一处理的理由，5 至 {REASON_MAX} 字。"))
    if len(given.defence_answer) > REASON_MAX:
        errors.append(FieldError("defence_answer", f"请精简到 {REASON_MAX} 字以内。"))
    said = case.statement is not None and not case.statement.waived
    if said and len(given.defence_answer.strip()) < 5:
        errors.append(FieldError("defence_answer", "请对陈述申辩逐项答复，说明采纳或者不采纳的理由。"))
    if given.awards_until is not None and given.awards_until <= today:
        errors.append(FieldError("awards_until", "取消评优评先资格的截止日期应当在今天以后。"))
    if given.training_hours is not None and not 1 <= given.training_hours <= 1000:
        errors.append(FieldError("training_hours", "请填写 1 至 1000 之间的学时。"))
    if errors:
        raise Invalid(errors=errors, article="21")


def _hours(case: Case, given: Decide) -> int | None:
    if case.row.measure != "off_post_training":
        return None
    return given.training_hours or case.row.training_hours or case.book.limit("accountability.training_hours")


def _awards(work: Work, case: Case, given: Decide) -> tuple[date | None, date | None]:
    if case.row.measure != "removal_from_awards":
        return None, None
    rule = case.book.deadline("accountability.awards_removal")
    first, last = awards_period(work.today, rule.amount, rule.unit)
    return first, given.awards_until or last


async def refer(work: Work, case_id: UUID, kind: str, reason: str, *, version: int | None = None) -> AccountabilityCase:
    """Ask for a referral: disciplinary_sanction to the competent authority, criminal_justice to the judicial organs.

    The part above opens it by the job `open_referral`, once for each kind; the other side never learns of it. Raises
    Denied, IllegalTransition, Invalid, Stale.
    """
    case = await load(work, case_id, lock=True)
    row = case.row
    check_version(case, version)
    sanction = next((s for s in case.book.sanctions if s.key == kind and s.imposed_by == "referral"), None)
    if sanction is None:
        raise Invalid("请选择移送给予处分或者移送追究刑事责任。", field="kind", article="21")
    await authorize(work, f"accountability:{kind}", "refer", case.target(row.proposed_by))
    if not 5 <= len(reason.strip()) <= REASON_MAX:
        raise Invalid(f"请写明移送的理由，5 至 {REASON_MAX} 字。", field="reason", article="21")
    CASE.step(row.state, "refer", facts(work, case, already_referred=kind in row.referred))
    row.referred = [*row.referred, kind]
    work.enqueue(
        REFERRAL_JOB,
        {
            "kind": "discipline" if kind == "disciplinary_sanction" else "criminal",
            "origin": "accountability",
            "source_id": str(row.id),
            "matter_id": str(row.matter_id) if row.matter_id else None,
        },
    )
    record(work, case, "refer", sanction.name, reason.strip())
    await work.session.flush()
    return row
