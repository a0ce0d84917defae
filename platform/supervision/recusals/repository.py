"""Queries on recusals, interests, confirmations and applications."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from kernel.models import AuditEntry
from kernel.work import Work
from supervision.matters.models import Handler, Matter, Recusal
from supervision.recusals.models import Application, Clearance, Interest, PriorStep
from tenants.staff.models import Post


async def get(work: Work, recusal_id: UUID) -> Recusal | None:
    return await work.session.get(Recusal, (work.city_id, recusal_id))


async def lock(work: Work, recusal_id: UUID) -> Recusal | None:
    """The recusal as it is now, locked; the work acts as its organ."""
    query = (
        select(Recusal)
        .where(Recusal.city_id == work.city_id, Recusal.id == recusal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def lock_matter(work: Work, matter_id: UUID) -> None:
    """Two declarations about one person wait for each other here; the work acts as the matter's organ."""
    query = select(Matter.id).where(Matter.city_id == work.city_id, Matter.id == matter_id).with_for_update()
    await work.session.execute(query)


def _listed(work: Work, organ_ids: Collection[UUID]) -> Select[Recusal, Matter]:
    return (
        select(Recusal, Matter)
        .join(
            Matter,
            (Matter.city_id == Recusal.city_id)
            & (Matter.organ_id == Recusal.organ_id)
            & (Matter.id == Recusal.matter_id),
        )
        .where(Recusal.city_id == work.city_id, Recusal.organ_id.in_(list(organ_ids)))
    )


async def rows(
    work: Work, organ_ids: Collection[UUID], *, open_only: bool, after: UUID | None, limit: int
) -> list[tuple[Recusal, Matter]]:
    """Recusals of some organs with their matters, the latest first."""
    query = _listed(work, organ_ids)
    if open_only:
        query = query.where(Recusal.state == "declared")
    if after is not None:
        query = query.where(Recusal.id < after)
    found = await work.session.execute(query.order_by(Recusal.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in found]


async def of_matter(work: Work, matter_id: UUID) -> list[Recusal]:
    query = select(Recusal).where(Recusal.city_id == work.city_id, Recusal.matter_id == matter_id)
    return list((await work.session.scalars(query.order_by(Recusal.id))).all())


async def steps(work: Work, recusal_id: UUID) -> list[PriorStep]:
    query = select(PriorStep).where(PriorStep.city_id == work.city_id, PriorStep.recusal_id == recusal_id)
    return list((await work.session.scalars(query.order_by(PriorStep.no))).all())


async def pending_steps(work: Work, matter_id: UUID) -> dict[UUID, int]:
    """Recusal → number of acts in the matter that nobody has confirmed yet."""
    query = select(PriorStep.recusal_id, func.count()).where(
        PriorStep.city_id == work.city_id, PriorStep.matter_id == matter_id, PriorStep.outcome == "pending"
    )
    found = await work.session.execute(query.group_by(PriorStep.recusal_id))
    return {row[0]: row[1] for row in found}


async def lock_step(work: Work, step_id: UUID) -> PriorStep | None:
    query = (
        select(PriorStep)
        .where(PriorStep.city_id == work.city_id, PriorStep.organ_id == work.organ_id, PriorStep.id == step_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def trail(work: Work, matter_id: UUID, person_id: UUID, actions: Collection[str]) -> list[AuditEntry]:
    """What a person did in a matter of the work's organ, of some actions, oldest first."""
    posts = select(Post.id).where(Post.city_id == work.city_id, Post.person_id == person_id)
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.city_id == work.city_id,
            AuditEntry.thread_id == matter_id,
            AuditEntry.action.in_(sorted(actions)),
            AuditEntry.result == "done",
            AuditEntry.actor_post_id.in_(posts),
        )
        .order_by(AuditEntry.seq)
    )
    return list((await work.session.scalars(query)).all())


async def handled_matters(work: Work, person_id: UUID) -> list[Matter]:
    """Living matters of the work's organ that the person handles now."""
    query = (
        select(Matter)
        .join(Handler, (Handler.city_id == Matter.city_id) & (Handler.matter_id == Matter.id))
        .where(
            Handler.city_id == work.city_id,
            Handler.person_id == person_id,
            Handler.ended_at.is_(None),
            Matter.organ_id == work.organ_id,
            Matter.live,
        )
    )
    return list((await work.session.scalars(query)).all())


async def get_interest(work: Work, interest_id: UUID) -> Interest | None:
    found = await work.session.get(Interest, (work.city_id, interest_id))
    return found if found is not None and found.organ_id == work.organ_id else None


async def interests(work: Work, *, person_id: UUID | None, after: UUID | None, limit: int) -> list[Interest]:
    """Declarations in the work's organ, of one person or of all, the latest first."""
    query = select(Interest).where(Interest.city_id == work.city_id, Interest.organ_id == work.organ_id)
    if person_id is not None:
        query = query.where(Interest.person_id == person_id)
    if after is not None:
        query = query.where(Interest.id < after)
    return list((await work.session.scalars(query.order_by(Interest.id.desc()).limit(limit))).all())


async def live_interests(work: Work, organ_id: UUID, person_ids: Collection[UUID]) -> list[Interest]:
    """Declarations that were not ended, of some persons; days are the rules' to compare."""
    query = select(Interest).where(
        Interest.city_id == work.city_id,
        Interest.organ_id == organ_id,
        Interest.person_id.in_(list(person_ids)),
        Interest.ended_at.is_(None),
    )
    return list((await work.session.scalars(query.order_by(Interest.id))).all())


async def clearances(work: Work, matter_id: UUID) -> list[Clearance]:
    query = select(Clearance).where(Clearance.city_id == work.city_id, Clearance.matter_id == matter_id)
    return list((await work.session.scalars(query.order_by(Clearance.id))).all())


async def application_of(work: Work, recusal_id: UUID) -> Application | None:
    query = select(Application).where(
        Application.city_id == work.city_id,
        Application.organ_id == work.organ_id,
        Application.recusal_id == recusal_id,
    )
    return (await work.session.scalars(query)).one_or_none()


async def applications(work: Work, *, delivery_id: UUID | None, after: UUID | None, limit: int) -> list[Application]:
    """What the work's organ applied for, the latest first."""
    query = select(Application).where(Application.city_id == work.city_id, Application.organ_id == work.organ_id)
    if delivery_id is not None:
        query = query.where(Application.delivery_id == delivery_id)
    if after is not None:
        query = query.where(Application.id < after)
    return list((await work.session.scalars(query.order_by(Application.id.desc()).limit(limit))).all())


async def count_open(work: Work, organ_ids: Collection[UUID]) -> int:
    query = select(func.count()).select_from(Recusal)
    query = query.where(
        Recusal.city_id == work.city_id,
        or_(*(Recusal.organ_id == organ_id for organ_id in organ_ids)),
        Recusal.state == "declared",
    )
    return await work.session.scalar(query) or 0
