"""Review by another leader of the organ that decided, then appeal to the level above (Art. 21; limits: rule book)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Denied, FieldError, IllegalTransition, Invalid
from kernel.ids import new_id
from kernel.work import Work
from policy.errors import RuleBookError
from supervision.accountability import papers, repository
from supervision.accountability.case import Case, check_version, facts, load, name, person, record
from supervision.accountability.commands import DecideReview
from supervision.accountability.deciding import settle
from supervision.accountability.models import AccountabilityCase, AccountabilityReview
from supervision.accountability.receiving import own_notice, require_head, require_open, require_person, target
from supervision.accountability.rules import CASE, awards_period
from supervision.deadlines import notices as bell
from supervision.deadlines import service as deadlines
from supervision.instruments.documents import AccountabilityReviewDocument, Document, Frame
from supervision.instruments.papers import regulation
from supervision.licensing import service as licensing
from tenants.access import authorize
from tenants.organs.directory import directory

KINDS = {"review": "复核", "appeal": "申诉"}
ACTIONS = {"upheld": "uphold", "changed": "change", "set_aside": "set_aside"}


async def request_review(work: Work, notice_id: UUID, reason: str) -> AccountabilityReview:
    """Ask for a review of a decision; after the review decision, appeal. Neither stops the decision's effect.

    By the person himself, or the head of the organ. Raises NotFound, Denied, IllegalTransition when it is late, used
    up, or the measure was for the organ itself to impose; Invalid.
    """
    notice = await own_notice(work, notice_id)
    require_person(work, notice)
    require_head(work, notice)
    await require_open(work, notice)
    if notice.kind not in ("decision", "review"):
        raise IllegalTransition(
            "这份文书不能申请复核。", article="21", remedy="对告知可以陈述申辩；对决定可以申请复核。"
        )
    if not 5 <= len(reason.strip()) <= 4000:
        raise Invalid("请写明不服的理由和请求，5 至 4000 字。", field="reason", article="21")
    async with work.acting_as(notice.organ_id):
        case = await load(work, notice.case_id, lock=True)
        CASE.step(case.row.state, "request_review", facts(work, case))
        kind = "appeal" if case.reviews else "review"
        decider = await _decider(work, case, kind)
    await authorize(work, "accountability", f"request_{kind}", target(notice))
    review = AccountabilityReview(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        notice_id=notice.id,
        case_id=notice.case_id,
        issuer_id=notice.organ_id,
        decider_id=decider,
        kind=kind,
        reason=reason.strip(),
        on_behalf=notice.against == "person" and person(work) != notice.person_id,
        requested_at=work.now,
        requested_by=person(work),
        requested_by_name=name(work),
        state="requested",
    )
    work.session.add(review)
    title = f"对{notice.number}{'申请复核' if kind == 'review' else '提出申诉'}"
    work.record(
        f"request_{kind}", "accountability_notice", notice.id, title=title, article="21", thread_id=notice.id,
        visibility="served",
    )  # fmt: skip
    await work.session.flush()
    async with work.acting_as(notice.organ_id):
        await _requested(work, case, review, title)
    return review


async def _decider(work: Work, case: Case, kind: str) -> UUID:
    """Review: the organ that decided. Appeal: the supervision body one level up; above the city's own body, its
    government. Raises IllegalTransition where nobody stands above who decided."""
    issuer = case.row.issuer_id or case.row.organ_id
    if kind == "review":
        return issuer
    above = (await directory(work)).upper_supervision_body(case.row.organ_id)
    if above is None and issuer != case.row.government_id:
        above = case.row.government_id
    if above is None:
        raise IllegalTransition(
            "暂不能申诉。决定由市人民政府作出，本系统内没有上一级监督机构。",
            article="21",
            remedy="可以依法向省级行政执法监督机构反映。",
        )
    return above


async def _requested(work: Work, case: Case, review: AccountabilityReview, title: str) -> None:
    record(work, case, f"request_{review.kind}", f"{case.respondent}{title}", review.reason)
    await deadlines.meet(work, case.row.id, work.today, rule_key=f"accountability.{review.kind}")
    limit = await deadlines.start(
        work,
        rule_key=f"accountability.decide_{review.kind}",
        subject_kind="accountability",
        subject_id=case.row.id,
        matter_id=None,
        bound_id=review.decider_id,
        title=f"对{case.row.decision_number}的{KINDS[review.kind]}作出决定",
        start_event="收到申请",
        on=work.today,
        rulebook_key=case.row.rulebook_key,
    )
    await bell.notify(
        work,
        review.decider_id,
        roles=("supervision_leader", "government_leader"),
        kind="approval",
        title=f"{case.respondent}{title}，请决定",
        link=f"/accountability/{case.row.id}",
        article="21",
        due_on=limit.due_on,
    )
    await work.session.flush()


async def decide_review(
    work: Work, case_id: UUID, given: DecideReview, *, version: int | None = None
) -> AccountabilityCase:
    """Decide on the pending review or appeal: uphold, change to a lighter measure, or set aside; 复核决定书 is served.

    By a leader of the deciding organ who neither proposed nor made the decision. Set aside: the bar and the removal
    from awards are lifted at once. Changed: the old effects end and the lighter measure is issued. Raises Denied,
    Barred, IllegalTransition, Invalid, Stale.
    """
    case = await load(work, case_id, lock=True)
    row, review = case.row, case.pending
    check_version(case, version)
    kind = review.kind if review else "review"
    earlier = [r.decided_by for r in case.reviews]
    await authorize(work, "accountability", f"decide_{kind}", case.target(row.proposed_by, row.decided_by, *earlier))
    if review is not None and review.decider_id != work.organ_id:
        raise Denied(
            f"{KINDS[kind]}由作出决定的机关或者上一级机关决定。", article="21", remedy="请等待有权机关的决定。"
        )
    if given.result not in ACTIONS:
        raise Invalid("请选择维持、变更或者撤销。", field="result", article="21")
    decider = work.organ_id
    async with work.acting_as(row.organ_id):
        lighter = _check(case, given)
        step = CASE.step(row.state, ACTIONS[given.result], facts(work, case, lighter=lighter))
        assert review is not None
        await _close(work, case, review, given)
        await _effects(work, case, given)
        row.state = step.reached_from(row.state)
        number = await _issue(work, case, review, given, decider)
        await _note_number(work, review, number)
        title = f"{KINDS[kind]}决定：{_RESULT[given.result]}{row.decision_number}"
        record(work, case, ACTIONS[given.result], title, given.reason.strip())
        if given.result == "changed":
            row.measure = given.measure
            _new_period(work, case)
            await settle(work, case, row.issuer_id or row.organ_id)
        await work.session.flush()
    return row


_RESULT = {"upheld": "维持", "changed": "变更", "set_aside": "撤销"}


def _check(case: Case, given: DecideReview) -> bool:
    """Whether the measure after the review is lighter. Raises Invalid."""
    errors: list[FieldError] = []
    if not 5 <= len(given.reason.strip()) <= 4000:
        errors.append(FieldError("reason", "请写明审查认定的事实和理由，5 至 4000 字。"))
    lighter = True
    if given.result == "changed":
        try:
            sanction = case.book.sanction(given.measure)
            fits = sanction.against == case.row.against and sanction.imposed_by != "referral"
        except RuleBookError:
            fits = False
        if not fits or case.sanction is None:
            errors.append(FieldError("measure", "请选择变更后的处理。"))
        else:
            lighter = sanction.weight < case.sanction.weight
            if not lighter:
                errors.append(FieldError("measure", "变更后的处理应当轻于原决定。"))
    if errors:
        raise Invalid(errors=errors, article="21")
    return lighter


async def _close(work: Work, case: Case, review: AccountabilityReview, given: DecideReview) -> None:
    async with work.acting_as(review.organ_id):
        held = await repository.lock(work, AccountabilityReview, review.id)
        held.state, held.decision_reason = given.result, given.reason.strip()
        held.measure = given.measure if given.result == "changed" else ""
        held.decided_at, held.decided_by, held.decided_by_name = work.now, person(work), name(work)
    await deadlines.meet(work, case.row.id, work.today, rule_key=f"accountability.decide_{review.kind}")


async def _note_number(work: Work, review: AccountabilityReview, number: str) -> None:
    async with work.acting_as(review.organ_id):
        held = await repository.lock(work, AccountabilityReview, review.id)
        held.number = number


async def _effects(work: Work, case: Case, given: DecideReview) -> None:
    """What a decision that does not stand any more had brought about ends. The work acts as the body."""
    if given.result == "upheld":
        return
    row = case.row
    if row.measure == "qualification_cancellation":
        bar = await licensing.set_aside(work, decision_id=row.id, on=work.today, note=given.reason.strip())
        record(work, case, "lift_bar", "恢复行政执法资格，解除申领限制", f"原限制至{bar.barred_until.isoformat()}。")
    if row.awards_until is not None:
        row.awards_lifted_on = work.today
    for notice in case.notices:
        notice.over = notice.over or notice.kind != "review"
    await deadlines.cancel(work, row.id, "原决定已被撤销或者变更")
    if given.result == "set_aside":
        row.ended_at, row.ended_note = work.now, given.reason.strip()


def _new_period(work: Work, case: Case) -> None:
    row = case.row
    row.awards_from = row.awards_until = row.awards_lifted_on = None
    if row.measure == "removal_from_awards":
        rule = case.book.deadline("accountability.awards_removal")
        row.awards_from, row.awards_until = awards_period(work.today, rule.amount, rule.unit)
    if row.measure == "off_post_training":
        row.training_hours = case.book.limit("accountability.training_hours")


async def _issue(work: Work, case: Case, review: AccountabilityReview, given: DecideReview, decider: UUID) -> str:
    """复核决定书 of the organ that decided; returns its number."""
    title = f"责任追究{KINDS[review.kind]}决定书"
    name_of = {s.key: s.name for s in case.book.sanctions}
    effects = {
        "upheld": "原决定继续有效",
        "changed": f"原决定自本决定作出之日起失效，改为{name_of.get(given.measure, '')}，文书另行送达",
        "set_aside": "原决定自始无效，因原决定受到的限制同时解除",
    }
    if given.result == "upheld" and review.kind == "review":
        further = f"对本决定不服的，可以自送达之日起{papers.term(case, 'accountability.appeal')}内申诉"
    else:
        further = "本决定为系统内的最终决定" if given.result == "upheld" else "本决定送达后，监督机构同时通知有关单位"
    whose = "" if case.row.against == "person" else case.row.supervised_name
    respondent = whose or f"{case.row.supervised_name}{case.row.person_name}"
    original = f"责任追究决定（{case.row.decision_number}）"

    def compose(frame: Frame) -> Document:
        return AccountabilityReviewDocument(
            frame=frame,
            name=title,
            addressee=case.row.supervised_name,
            respondent=respondent,
            original=original,
            request=review.reason,
            reason=given.reason.strip(),
            result=f"{_RESULT[given.result]}{original}",
            effect=effects[given.result],
            further=further,
            regulation=regulation(case.book),
        )

    notice = await papers.send(
        work,
        case,
        "accountability_review",
        "review",
        compose,
        issuer_id=decider,
        title=title,
        reason=given.reason.strip(),
    )
    return notice.number
