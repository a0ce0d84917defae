"""How a recusal begins: declared by the officer, applied for by the supervised organ (Art. 16)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Denied, FieldError, IllegalTransition, Invalid
from kernel.ids import new_id
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.instruments import repository as documents
from supervision.instruments import service as instruments
from supervision.instruments.models import Delivery
from supervision.matters import service as matters
from supervision.matters.models import LIVE, Recusal
from supervision.matters.service import Case
from supervision.recusals import repository
from supervision.recusals.deciders import decider_of
from supervision.recusals.models import Application
from supervision.recusals.rules import RECUSAL, validate_reason
from tenants.access import Target, authorize

APPLICABLE = ("served", "answered")
"""States of a document in which its addressee may still apply for a recusal."""


def validated(book: RuleBook, ground: str, reason: str) -> list[FieldError]:
    """What is wrong with a ground and its text."""
    known = {g.key for g in book.recusal_grounds}
    found = [] if ground in known else [FieldError("ground", "请选择回避的事由。")]
    return found + validate_reason(reason)


def new_recusal(work: Work, case: Case, person_id: UUID, person_name: str, origin: str) -> Recusal:
    """The row as every origin begins it."""
    return Recusal(
        id=new_id(),
        city_id=work.city_id,
        organ_id=case.matter.organ_id,
        matter_id=case.matter.id,
        person_id=person_id,
        person_name=person_name,
        origin=origin,
        state=RECUSAL.initial,
        declared_at=work.now,
        declared_by_name=work.actor.name if work.actor else "",
    )


async def require_free(work: Work, matter_id: UUID, person_id: UUID) -> Case:
    """The matter under lock, with nothing pending against the person. The work acts as the matter's organ."""
    await repository.lock_matter(work, matter_id)
    case = await matters.load_case(work, matter_id)
    if case.matter.state not in LIVE:
        raise IllegalTransition("事项已经办结，不再申报、申请回避。", article="16")
    if person_id in case.recused:
        raise IllegalTransition(
            "该人员在本事项中的回避已经申报、申请或者决定。", article="16", remedy="请等待回避决定。"
        )
    return case


async def declare_recusal(work: Work, matter_id: UUID, ground: str, reason: str) -> Recusal:
    """Declare one's own recusal. From now to the decision the officer does nothing in the matter.

    Raises NotFound, Denied for someone of another organ, Invalid for ground and reason, IllegalTransition when one is
    pending or in force.
    """
    case = await matters.load_case(work, matter_id)
    await authorize(work, "recusal", "declare", case.target())
    actor = work.actor
    if actor is None or actor.organ_id != case.matter.organ_id:
        raise Denied("只有本单位的监督人员可以申报回避。", article="16")
    book = await deadlines.rulebook(work, case.matter.rulebook_key)
    errors = validated(book, ground, reason.strip())
    if errors:
        raise Invalid(errors=errors, article="16")
    case = await require_free(work, matter_id, actor.person_id)
    recusal = new_recusal(work, case, actor.person_id, actor.name, "own")
    recusal.ground, recusal.reason = ground, reason.strip()
    work.session.add(recusal)
    await work.session.flush()
    work.record(
        "declare_recusal",
        "recusal",
        recusal.id,
        title=f"申报回避：{actor.name}",
        note=recusal.reason,
        article="16",
        thread_id=matter_id,
        detail={"ground": ground},
    )
    await _await_decision(work, case, recusal, f"{actor.name}申报回避，请决定", "申报回避")
    return recusal


async def _await_decision(work: Work, case: Case, recusal: Recusal, title: str, event: str) -> Deadline:
    """Start the limit and tell who decides; the work acts as the matter's organ."""
    decider = await decider_of(work, case, recusal.person_id)
    limit = await deadlines.start(
        work,
        rule_key="recusal.decide",
        subject_kind="recusal",
        subject_id=recusal.id,
        matter_id=case.matter.id,
        bound_id=decider.organ_id,
        title=f"决定{recusal.person_name}是否回避",
        start_event=event,
        on=work.today,
        ladder=True,
        rulebook_key=case.matter.rulebook_key,
    )
    await notices.notify(
        work,
        decider.organ_id,
        kind="approval",
        title=title,
        link=f"/recusals/{recusal.id}",
        roles=[decider.role],
        article="16",
        due_on=limit.due_on,
    )
    await matters.refresh_stage(work, case.matter.id)
    return limit


async def apply_recusal(work: Work, delivery_id: UUID, handler_name: str, ground: str, reason: str) -> Application:
    """Apply for the recusal of a handler named in a document that was served (Art. 16).

    Until the decision that person does nothing in the matter; the limits of the document go on. Raises NotFound for
    another organ's document, Denied, Invalid, IllegalTransition.
    """
    delivery = await documents.get(work, Delivery, delivery_id)
    await authorize(work, "recusal", "apply", Target(delivery.organ_id, delivery.addressee_id))
    if delivery.role != "main" or delivery.served_on is None or delivery.state not in APPLICABLE:
        raise IllegalTransition("文书送达后、办结前可以申请承办人回避。", article="16")
    async with work.acting_as(delivery.organ_id):
        found = await instruments.load_case(work, delivery.instrument_id)
    errors = validated(found.book, ground, reason.strip())
    if handler_name not in delivery.handler_names.split("、"):
        errors.insert(0, FieldError("handler", "请选择申请回避的承办人。"))
    if errors:
        raise Invalid(errors=errors, article="16")
    async with work.acting_as(found.matter.organ_id):
        recusal, limit = await _applied(work, found.matter.id, delivery, (handler_name, ground, reason.strip()))
    return await _filed(work, delivery, recusal, limit, found.book.recusal_ground(ground).name)


async def _applied(
    work: Work, matter_id: UUID, delivery: Delivery, asked: tuple[str, str, str]
) -> tuple[Recusal, Deadline]:
    handler_name, ground, reason = asked
    await repository.lock_matter(work, matter_id)
    case = await matters.load_case(work, matter_id)
    free = [h for h in case.handlers if h.person_name == handler_name and h.person_id not in case.recused]
    if not free:
        raise IllegalTransition(
            "该承办人已不再办理本事项，或者回避已经申报、申请。", article="16", remedy="请等待回避决定。"
        )
    case = await require_free(work, case.matter.id, free[0].person_id)
    recusal = new_recusal(work, case, free[0].person_id, free[0].person_name, "applied")
    recusal.ground, recusal.reason = ground, reason
    recusal.applicant_id, recusal.delivery_id = delivery.addressee_id, delivery.id
    recusal.applicant_name = case.matter.supervised_name
    work.session.add(recusal)
    await work.session.flush()
    title = f"{case.matter.supervised_name}申请{handler_name}回避"
    work.record(
        "apply_recusal",
        "recusal",
        recusal.id,
        title=title,
        note=reason,
        article="16",
        thread_id=case.matter.id,
        detail={"ground": ground},
    )
    limit = await _await_decision(work, case, recusal, f"{title}，请决定", "收到回避申请")
    for post in [h.post_id for h in case.handlers if h.person_id == recusal.person_id]:
        await notices.notify(
            work,
            case.matter.organ_id,
            kind="approval",
            title="您被申请回避，决定以前不办理本事项",
            link=f"/recusals/{recusal.id}",
            post_id=post,
            article="16",
        )
    return recusal, limit


async def _filed(work: Work, delivery: Delivery, recusal: Recusal, limit: Deadline, ground_name: str) -> Application:
    """The applicant's own record of it; the work acts as the applicant."""
    application = Application(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        recusal_id=recusal.id,
        delivery_id=delivery.id,
        document=f"《{delivery.title}》（{delivery.number}）",
        issuer_name=delivery.issuer_name,
        handler_name=recusal.person_name,
        ground_name=ground_name,
        reason=recusal.reason,
        applied_at=work.now,
        applied_by_name=recusal.declared_by_name,
        due_on=limit.due_on,
        state=RECUSAL.initial,
    )
    work.session.add(application)
    work.record(
        "apply_recusal",
        "recusal_application",
        application.id,
        title=f"申请{recusal.person_name}回避",
        note=recusal.reason,
        article="16",
        thread_id=delivery.id,
        visibility="served",
    )
    await work.session.flush()
    return application
