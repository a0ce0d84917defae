"""The decision on a recusal, the order where nobody asked, and its lifting (Art. 16)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from kernel.errors import FieldError, Invalid, NotFound
from kernel.ids import new_id
from kernel.models import AuditEntry
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.instruments import service as instruments
from supervision.matters import service as matters
from supervision.matters.models import Recusal
from supervision.matters.service import Case
from supervision.recusals import documents, repository
from supervision.recusals.commands import DecideRecusal
from supervision.recusals.deciders import decider_of
from supervision.recusals.declaring import new_recusal, validated
from supervision.recusals.models import PriorStep
from supervision.recusals.rules import RECUSAL, WORKING, RecusalFacts, validate_reason
from tenants.access import authorize
from tenants.organs.directory import directory
from tenants.staff.repository import posts_in

VERBS = {"grant": "决定回避", "refuse": "决定不回避", "order": "责令回避", "lift": "解除回避"}


async def facts(work: Work, case: Case, person_id: UUID, **more: Any) -> RecusalFacts:
    """The facts of a recusal for the acting leader."""
    actor = work.actor
    decider = await decider_of(work, case, person_id)
    return RecusalFacts(
        actor_recused=actor is not None and actor.person_id in case.recused - {person_id},
        actor_is_person=actor is not None and actor.person_id == person_id,
        actor_decides=actor is not None and actor.organ_id == decider.organ_id,
        **more,
    )


async def _enter(work: Work, recusal_id: UUID, action: str) -> tuple[Recusal, Case]:
    recusal = await repository.get(work, recusal_id)
    if recusal is None:
        raise NotFound
    case = await matters.load_case(work, recusal.matter_id)
    await authorize(work, "recusal", action, case.target(drafters=frozenset({recusal.person_id})))
    return recusal, case


async def decide_recusal(work: Work, recusal_id: UUID, command: DecideRecusal) -> Recusal:
    """Decide on a declared or applied recusal, with the numbered decision.

    Granted: the officer's assignment ends, what was done before is listed for the new handler to confirm, and the
    replacement takes over or the leader of the supervision body is asked for one. Refused: the officer goes on. Who
    applied is served the decision with its reasons. Raises NotFound, Denied for anyone but who decides by the rule
    book, Barred for a leader recused in the matter, IllegalTransition when it was decided, Invalid.
    """
    recusal, case = await _enter(work, recusal_id, "decide")
    errors = validate_reason(command.reason.strip(), what="决定的理由")
    if command.replacement_post_id is not None and not command.granted:
        errors.append(FieldError("replacement", "决定不回避的，不另行指派承办人。"))
    if errors:
        raise Invalid(errors=errors, article="16")
    await instruments.require_unnamed(work, case.matter.id, command.reason, "reason")
    async with work.acting_as(case.matter.organ_id):
        recusal, case = await _locked(work, recusal_id)
        action = "grant" if command.granted else "refuse"
        RECUSAL.step(recusal.state, action, await facts(work, case, recusal.person_id))
        await _decided(work, case, recusal, action, command)
        await deadlines.meet(work, recusal.id, work.today)
    await _told(work, case, recusal, action)
    return recusal


async def _locked(work: Work, recusal_id: UUID) -> tuple[Recusal, Case]:
    """The recusal and its matter as they are once no other decision is under way."""
    recusal = await repository.lock(work, recusal_id)
    if recusal is None:
        raise NotFound
    return recusal, await matters.load_case(work, recusal.matter_id)


async def _decided(work: Work, case: Case, recusal: Recusal, action: str, command: DecideRecusal) -> None:
    """State, assignment and the list of what was done; the work acts as the matter's organ."""
    actor = work.actor
    recusal.state = "refused" if action == "refuse" else "granted"
    recusal.decided_at, recusal.decision_reason = work.now, command.reason.strip()
    recusal.decided_by = actor.person_id if actor else None
    recusal.decided_by_name = actor.name if actor else ""
    if recusal.state == "granted":
        await _step_back(work, case, recusal, command.replacement_post_id)
    work.record(
        "order_recusal" if action == "order" else "decide_recusal",
        "recusal",
        recusal.id,
        title=f"{VERBS[action]}：{recusal.person_name}",
        note=recusal.decision_reason + (f"由{recusal.replacement_name}接办。" if recusal.replacement_name else ""),
        article="16",
        thread_id=recusal.matter_id,
        detail={"granted": recusal.state == "granted", "origin": recusal.origin},
    )
    await matters.refresh_stage(work, recusal.matter_id)


async def _step_back(work: Work, case: Case, recusal: Recusal, replacement: UUID | None) -> None:
    was_handler = False
    for handler in case.handlers:
        if handler.person_id == recusal.person_id:
            handler.ended_at, handler.ended_reason, was_handler = work.now, "回避", True
    case.handlers = [h for h in case.handlers if h.person_id != recusal.person_id]
    if replacement is not None:
        if not was_handler:
            raise Invalid("该人员不是承办人，不需要另行指派。", field="replacement", article="16")
        post = await matters.replace_handler(work, case, recusal.person_id, replacement)
        recusal.replacement_name = post.person_name
    for no, entry in enumerate(await _trail(work, recusal), 1):
        work.session.add(
            PriorStep(
                id=new_id(),
                city_id=work.city_id,
                organ_id=recusal.organ_id,
                recusal_id=recusal.id,
                matter_id=recusal.matter_id,
                no=no,
                action=entry.action,
                title=entry.title,
                done_at=entry.at,
                outcome="pending",
            )
        )
    await work.session.flush()


async def _trail(work: Work, recusal: Recusal) -> list[AuditEntry]:
    return await repository.trail(work, recusal.matter_id, recusal.person_id, WORKING)


async def _told(work: Work, case: Case, recusal: Recusal, action: str) -> None:
    """The document, and lines for everybody concerned. The work acts as the organ that decided."""
    paper = await documents.issue(work, case, recusal, lifted=action == "lift")
    async with work.acting_as(recusal.organ_id):
        recusal.paper_number = paper.number
        await _tell_officer(work, recusal, action)
        book = await deadlines.rulebook(work, case.matter.rulebook_key)
        if recusal.state == "granted" and len(case.handlers) < book.limit("matter.handlers"):
            await notices.notify(
                work,
                recusal.organ_id,
                kind="approval",
                title=f"{recusal.person_name}已决定回避，承办人不足{book.limit('matter.handlers')}名，请另行指派",
                link=f"/matters/{recusal.matter_id}/handlers",
                roles=["supervision_leader"],
                article="16",
            )
    if recusal.applicant_id is not None and action != "lift":
        await _answer(work, recusal, paper.number)


async def _tell_officer(work: Work, recusal: Recusal, action: str) -> None:
    tree = await directory(work)
    for post in await posts_in(work, recusal.organ_id):
        if post.person_id == recusal.person_id:
            await notices.notify(
                work,
                recusal.organ_id,
                kind="decision",
                title=f"{tree.short(recusal.organ_id)}事项：{VERBS[action]}（{recusal.paper_number}）",
                link=f"/recusals/{recusal.id}",
                post_id=post.id,
                article="16",
            )


async def _answer(work: Work, recusal: Recusal, number: str) -> None:
    """Who applied reads the result in its own tenant."""
    assert recusal.applicant_id is not None
    async with work.acting_as(recusal.applicant_id):
        application = await repository.application_of(work, recusal.id)
        if application is None:
            return
        application.state, application.decided_on = recusal.state, work.today
        application.decided_by_name, application.decision_reason = recusal.decided_by_name, recusal.decision_reason
        application.paper_number = number
        words = "决定其回避" if recusal.state == "granted" else "决定其不回避"
        work.record(
            "decide_recusal",
            "recusal_application",
            application.id,
            title=f"申请{recusal.person_name}回避：{words}（{number}）",
            note=recusal.decision_reason,
            article="16",
            thread_id=application.delivery_id,
            visibility="served",
        )


async def order_recusal(work: Work, matter_id: UUID, person_id: UUID, ground: str, command: DecideRecusal) -> Recusal:
    """Order the recusal of an officer who should have declared it, where the supervised side did not ask either.

    It takes effect at once. Raises NotFound, Denied, Barred, IllegalTransition when one was declared or applied for,
    Invalid.
    """
    case = await matters.load_case(work, matter_id)
    await authorize(work, "recusal", "order", case.target(drafters=frozenset({person_id})))
    book = await deadlines.rulebook(work, case.matter.rulebook_key)
    errors = validated(book, ground, command.reason.strip())
    named = [p for p in await posts_in(work, case.matter.organ_id) if p.person_id == person_id]
    if not named:
        errors.insert(0, FieldError("person", "请选择该单位的监督人员。"))
    if errors:
        raise Invalid(errors=errors, article="16")
    await instruments.require_unnamed(work, matter_id, command.reason, "reason")
    async with work.acting_as(case.matter.organ_id):
        await repository.lock_matter(work, matter_id)
        case = await matters.load_case(work, matter_id)
        known = await facts(work, case, person_id, nobody_asked=person_id not in case.recused)
        RECUSAL.step(RECUSAL.initial, "order", _supervising(work, known))
        recusal = new_recusal(work, case, person_id, named[0].person_name, "ordered")
        recusal.ground, recusal.reason = ground, command.reason.strip()
        work.session.add(recusal)
        await work.session.flush()
        await _decided(work, case, recusal, "order", command)
    await _told(work, case, recusal, "order")
    return recusal


def _supervising(work: Work, known: RecusalFacts) -> RecusalFacts:
    """An order comes from the supervising organ (second paragraph): policy has said who stands for it."""
    return replace(known, actor_decides=work.actor is not None)


async def lift_recusal(work: Work, recusal_id: UUID, reason: str) -> Recusal:
    """Lift a recusal whose cause is gone; the person may be assigned again. Raises as `decide_recusal`."""
    recusal, case = await _enter(work, recusal_id, "lift")
    errors = validate_reason(reason.strip(), what="回避原因消除的情况")
    if errors:
        raise Invalid(errors=errors, article="16")
    await instruments.require_unnamed(work, case.matter.id, reason, "reason")
    async with work.acting_as(case.matter.organ_id):
        recusal, case = await _locked(work, recusal_id)
        RECUSAL.step(recusal.state, "lift", await facts(work, case, recusal.person_id))
        recusal.state, recusal.lifted_at, recusal.lifted_reason = "lifted", work.now, reason.strip()
        recusal.lifted_by_name = work.actor.name if work.actor else ""
        work.record(
            "lift_recusal",
            "recusal",
            recusal.id,
            title=f"解除回避：{recusal.person_name}",
            note=recusal.lifted_reason,
            article="16",
            thread_id=recusal.matter_id,
        )
        await matters.refresh_stage(work, recusal.matter_id)
    await _told(work, case, recusal, "lift")
    return recusal
