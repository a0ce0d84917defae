"""Recusal in its simple form: declared by the officer, decided by the principal leader (Art. 16)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.matters import case as cases
from supervision.matters import repository
from supervision.matters.models import Recusal
from tenants.access import authorize


async def declare_recusal(work: Work, matter_id: UUID, reason: str) -> Recusal:
    """Declare one's own recusal. From now to the decision the officer does nothing in the matter.

    Raises Denied for someone of another organ, IllegalTransition when one is pending or in force.
    """
    case = await cases.load(work, matter_id)
    actor = work.actor
    if actor is None or actor.organ_id != case.matter.organ_id:
        raise Denied("只有本单位的监督人员可以申报回避。", article="16")
    if actor.person_id in case.recused:
        raise IllegalTransition("您在本事项中的回避已经申报或者决定。", article="16", remedy="请等待负责人决定。")
    if not reason.strip():
        raise Invalid("请写明与本事项的利害关系。", field="reason", article="16")
    recusal = Recusal(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        matter_id=matter_id,
        person_id=actor.person_id,
        person_name=actor.name,
        origin="own",
        reason=reason.strip(),
        state="declared",
        declared_at=work.now,
        decision_reason="",
    )
    work.session.add(recusal)
    await work.session.flush()
    work.record(
        "declare_recusal",
        "recusal",
        recusal.id,
        title=f"申报回避：{actor.name}",
        note=reason.strip(),
        article="16",
        thread_id=matter_id,
    )
    limit = await deadlines.start(
        work,
        rule_key="recusal.decide",
        subject_kind="recusal",
        subject_id=recusal.id,
        matter_id=matter_id,
        bound_id=work.organ_id,
        title=f"决定{actor.name}是否回避",
        start_event="申报回避",
        on=work.today,
        rulebook_key=case.matter.rulebook_key,
    )
    await notices.notify(
        work,
        work.organ_id,
        kind="approval",
        title=f"{actor.name}申报回避，请决定",
        link=f"/matters/{matter_id}?tab=people",
        roles=["organ_head"],
        article="16",
        due_on=limit.due_on,
    )
    await cases.refresh(work, matter_id)
    return recusal


async def decide_recusal(work: Work, recusal_id: UUID, granted: bool, reason: str) -> Recusal:
    """Decide on a declared recusal. Granted, the officer's assignment ends and what was done before is left for
    the new handler to confirm; refused, the officer goes on.

    Raises Denied for anyone but the principal leader, and for the leader's own recusal (decided one level up).
    """
    recusal = await repository.one(work, Recusal, recusal_id)
    if recusal is None:
        raise NotFound
    case = await cases.load(work, recusal.matter_id)
    await authorize(work, "matter", "assign_handlers", case.target())
    actor = work.actor
    if actor is None or "organ_head" not in actor.roles:
        raise Denied("是否回避由单位主要负责人决定。", article="16", remedy="请报主要负责人决定。")
    if actor.person_id == recusal.person_id:
        raise Denied("不能决定自己的回避。", article="16", remedy="主要负责人的回避由上一级决定。")
    if recusal.state != "declared":
        raise IllegalTransition("这一回避已经作出决定。", article="16")
    if not reason.strip():
        raise Invalid("请写明决定的理由。", field="reason", article="16")
    recusal.state = "granted" if granted else "refused"
    recusal.decided_at, recusal.decided_by, recusal.decision_reason = work.now, actor.person_id, reason.strip()
    for handler in case.handlers:
        if granted and handler.person_id == recusal.person_id:
            handler.ended_at, handler.ended_reason = work.now, "回避"
    await deadlines.meet(work, recusal.id, work.today)
    verb = "决定回避" if granted else "决定不回避"
    work.record(
        "decide_recusal",
        "recusal",
        recusal.id,
        title=f"{verb}：{recusal.person_name}",
        note=reason.strip(),
        article="16",
        thread_id=recusal.matter_id,
        detail={"granted": granted},
    )
    await cases.refresh(work, recusal.matter_id)
    return recusal
