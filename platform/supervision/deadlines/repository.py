"""Queries on deadlines and on the steps already taken around them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import column, func, select, table, text, update
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines.models import Deadline, DeadlineStep

UNFINISHED = ("running", "suspended", "lapsed")
_MATTER = table("matter", column("city_id"), column("id"), column("organ_id"), column("next_due_on"))


async def get(work: Work, deadline_id: UUID) -> Deadline | None:
    return await work.session.get(Deadline, (work.city_id, deadline_id))


async def of_subject(work: Work, subject_id: UUID, states: Iterable[str] = UNFINISHED) -> list[Deadline]:
    query = (
        select(Deadline)
        .where(Deadline.city_id == work.city_id, Deadline.subject_id == subject_id, Deadline.state.in_(list(states)))
        .order_by(Deadline.created_at, Deadline.id)
    )
    return list((await work.session.scalars(query)).all())


async def of_matter(work: Work, matter_id: UUID, states: Iterable[str] | None = None) -> list[Deadline]:
    """Deadlines of a matter, those that end first on top."""
    query = select(Deadline).where(Deadline.city_id == work.city_id, Deadline.matter_id == matter_id)
    if states is not None:
        query = query.where(Deadline.state.in_(list(states)))
    return list((await work.session.scalars(query.order_by(Deadline.due_on, Deadline.id))).all())


async def taken_steps(work: Work, deadline: Deadline) -> set[str]:
    """Keys of the steps taken in the present round."""
    query = select(DeadlineStep.step).where(
        DeadlineStep.city_id == work.city_id,
        DeadlineStep.deadline_id == deadline.id,
        DeadlineStep.round == deadline.round,
    )
    return set((await work.session.scalars(query)).all())


async def take_step(work: Work, deadline: Deadline, step: str, due_for: date) -> bool:
    """Note a step; False when it was already taken in this round, also by another transaction."""
    statement = (
        insert(DeadlineStep)
        .values(
            city_id=work.city_id,
            id=new_id(),
            organ_id=deadline.organ_id,
            deadline_id=deadline.id,
            round=deadline.round,
            step=step,
            taken_at=work.now,
            due_for=due_for,
        )
        .on_conflict_do_nothing()
        .returning(DeadlineStep.id)
    )
    return await work.session.scalar(statement) is not None


async def claim_due(work: Work, limit: int) -> list[tuple[UUID, UUID]]:
    rows = await work.session.execute(
        text("select city_id, organ_id, id from guard.due_deadlines(:today, :most)"),
        {"today": work.today, "most": limit},
    )
    return [(row.organ_id, row.id) for row in rows if row.city_id == work.city_id]


async def hand_over_due(work: Work, most: int) -> int:
    query = text("select guard.hand_over_deadlines(:today, :most)")
    return int(await work.session.scalar(query, {"today": work.today, "most": most}) or 0)


async def owner_of_matter(work: Work, matter_id: UUID) -> UUID | None:
    query = select(_MATTER.c.organ_id).where(_MATTER.c.city_id == work.city_id, _MATTER.c.id == matter_id)
    found: UUID | None = await work.session.scalar(query)
    return found


async def store_next_due(work: Work, matter_id: UUID) -> date | None:
    """Keep the matter's nearest end in step and return it: the first running one, else the last one that lapsed."""
    mine = (Deadline.city_id == work.city_id, Deadline.matter_id == matter_id)
    running = select(func.min(Deadline.due_on)).where(*mine, Deadline.state == "running").scalar_subquery()
    lapsed = select(func.max(Deadline.due_on)).where(*mine, Deadline.state == "lapsed").scalar_subquery()
    await work.session.flush()
    nearest: date | None = await work.session.scalar(
        update(_MATTER)
        .where(_MATTER.c.city_id == work.city_id, _MATTER.c.id == matter_id)
        .values(next_due_on=func.coalesce(running, lapsed))
        .returning(_MATTER.c.next_due_on)
    )
    return nearest
