"""Assignments that end by law: a handler who may not act any more leaves every matter of the organ at once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.matters import case as cases
from supervision.matters.models import Handler, Matter


async def end_assignments(work: Work, person_id: UUID, reason: str, article: str) -> list[UUID]:
    """End the running assignments of a person in the work's organ, with the reason; returns the matters.

    Each keeps the record of what the person did. Where too few handlers are left, the leaders are told to assign
    another one (Art. 13). Running it again changes nothing. Asks no policy: for other services only.
    """
    query = (
        select(Handler)
        .join(Matter, (Matter.city_id == Handler.city_id) & (Matter.id == Handler.matter_id))
        .where(
            Handler.city_id == work.city_id,
            Handler.organ_id == work.organ_id,
            Handler.person_id == person_id,
            Handler.ended_at.is_(None),
            Matter.live,
        )
        .order_by(Handler.matter_id)
    )
    ended = list((await work.session.scalars(query)).all())
    for handler in ended:
        handler.ended_at, handler.ended_reason = work.now, reason
        work.record(
            "end_assignment",
            "matter",
            handler.matter_id,
            title=f"{handler.person_name}不再承办",
            note=reason,
            article=article,
            thread_id=handler.matter_id,
        )
        await _ask_for_another(work, handler)
        await cases.refresh(work, handler.matter_id)
    return [handler.matter_id for handler in ended]


async def _ask_for_another(work: Work, gone: Handler) -> None:
    await work.session.flush()
    case = await cases.load(work, gone.matter_id)
    needed = (await deadlines.rulebook(work, case.matter.rulebook_key)).limit("matter.handlers")
    if len(case.handlers) >= needed:
        return
    await notices.notify(
        work,
        work.organ_id,
        kind="approval",
        title=f"{gone.person_name}不再承办，请另行指派：{case.matter.title}",
        link=f"/matters/{gone.matter_id}?tab=people",
        roles=("supervision_leader", "organ_head"),
        article="13",
        body=f"现有承办人 {len(case.handlers)} 人，至少须有 {needed} 人。",
    )
