"""Dead letters: what could not be worked after all tries, and its replay."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select

from kernel.clock import system_now
from kernel.errors import IllegalTransition, NotFound
from kernel.ids import NIL
from kernel.models import DeadLetter
from kernel.work import Work


async def listing(work: Work, after: UUID | None, limit: int) -> tuple[list[DeadLetter], UUID | None]:
    """Letters of the present organ and of the system (the schedule's jobs), newest first, and where the next page
    begins. The caller has asked policy (kind dead_letter, action read)."""
    query = select(DeadLetter).where(
        DeadLetter.city_id == work.city_id, or_(DeadLetter.organ_id == work.organ_id, DeadLetter.organ_id == NIL)
    )
    if after is not None:
        query = query.where(DeadLetter.id < after)
    rows = list((await work.session.scalars(query.order_by(DeadLetter.id.desc()).limit(limit + 1))).all())
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


async def replay(work: Work, dead_letter_id: UUID) -> UUID:
    """Hand the job over again as a new outbox row of the same organ; returns the row's id.

    The caller has asked policy (kind dead_letter, action replay). Finds the present organ's letters and those of
    the system (the schedule's); the entry is in the log of the organ whose administrator did it. Raises NotFound,
    and IllegalTransition for a letter that was replayed before: its second failure would be a letter of its own.
    """
    for owner in dict.fromkeys((work.organ_id, NIL)):
        async with work.acting_as(owner):
            query = select(DeadLetter).where(
                DeadLetter.city_id == work.city_id, DeadLetter.organ_id == owner, DeadLetter.id == dead_letter_id
            )
            letter = (await work.session.scalars(query.with_for_update())).one_or_none()
            if letter is None:
                continue
            if letter.replayed_at is not None:
                raise IllegalTransition("这条失败任务已经重新执行过，请查看新的处理结果。")
            letter.replayed_at = system_now()
            letter.replayed_by = work.actor.name if work.actor else "系统"
            message_id = work.enqueue(letter.job, letter.payload)
        work.record(
            "replay_job",
            "dead_letter",
            letter.id,
            title=f"重新执行任务 {letter.job}",
            detail={"outbox": str(message_id), "before": str(letter.outbox_id), "system": owner == NIL},
        )
        return message_id
    raise NotFound
