"""Queries of supervision plans: versions, items, and the matters that carry them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, delete, exists, func, select

from kernel.work import Work
from supervision.matters.models import Activity, Matter
from supervision.plans.models import PlanActivity, PlanItem, PlanLink, SupervisionPlan

STARTED = ("open", "suspended", "closing", "closed")


async def get(work: Work, plan_id: UUID) -> SupervisionPlan | None:
    """A plan that row-level security shows: the organ's own, or a published one of the city."""
    return await work.session.get(SupervisionPlan, (work.city_id, plan_id))


async def lock(work: Work, plan_id: UUID) -> SupervisionPlan | None:
    """The plan of the work's organ as it is now, locked."""
    query = (
        select(SupervisionPlan)
        .where(
            SupervisionPlan.city_id == work.city_id,
            SupervisionPlan.id == plan_id,
            SupervisionPlan.organ_id == work.organ_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def own(work: Work, *, before: UUID | None, limit: int) -> list[SupervisionPlan]:
    """Every version of the work's organ, the newest first."""
    query = select(SupervisionPlan).where(
        SupervisionPlan.city_id == work.city_id, SupervisionPlan.organ_id == work.organ_id
    )
    if before is not None:
        query = query.where(SupervisionPlan.id < before)
    return list((await work.session.scalars(query.order_by(SupervisionPlan.id.desc()).limit(limit))).all())


async def in_force(work: Work, year: int) -> list[SupervisionPlan]:
    """The published plans of the city for a year."""
    query = (
        select(SupervisionPlan)
        .where(
            SupervisionPlan.city_id == work.city_id,
            SupervisionPlan.year == year,
            SupervisionPlan.state == "published",
        )
        .order_by(SupervisionPlan.id)
        .limit(200)
    )
    return list((await work.session.scalars(query)).all())


async def versions(work: Work, organ_id: UUID, year: int) -> list[SupervisionPlan]:
    """The versions of one year that the reader may see, the newest first."""
    query = (
        select(SupervisionPlan)
        .where(
            SupervisionPlan.city_id == work.city_id,
            SupervisionPlan.organ_id == organ_id,
            SupervisionPlan.year == year,
        )
        .order_by(SupervisionPlan.version.desc())
    )
    return list((await work.session.scalars(query)).all())


async def items(work: Work, plan_id: UUID) -> list[PlanItem]:
    query = select(PlanItem).where(PlanItem.city_id == work.city_id, PlanItem.plan_id == plan_id).order_by(PlanItem.no)
    return list((await work.session.scalars(query)).all())


async def clear_items(work: Work, plan_id: UUID) -> None:
    await work.session.execute(
        delete(PlanItem).where(
            PlanItem.city_id == work.city_id, PlanItem.organ_id == work.organ_id, PlanItem.plan_id == plan_id
        )
    )


async def progress(work: Work, organ_id: UUID, keys: Sequence[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """Item → (linked, started, closed) matters of the organ that the reader may see."""
    query = (
        select(
            PlanLink.item_key,
            func.count(),
            func.count(case((Matter.state.in_(STARTED), 1))),
            func.count(case((Matter.state == "closed", 1))),
        )
        .join(
            Matter,
            (Matter.city_id == PlanLink.city_id)
            & (Matter.organ_id == PlanLink.organ_id)
            & (Matter.id == PlanLink.matter_id),
        )
        .where(PlanLink.city_id == work.city_id, PlanLink.organ_id == organ_id, PlanLink.item_key.in_(keys))
        .group_by(PlanLink.item_key)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in await work.session.execute(query)}


async def linked(work: Work, organ_id: UUID, keys: Sequence[UUID], limit: int) -> list[tuple[UUID, Matter]]:
    """Items with their matters, the newest first."""
    query = (
        select(PlanLink.item_key, Matter)
        .join(
            Matter,
            (Matter.city_id == PlanLink.city_id)
            & (Matter.organ_id == PlanLink.organ_id)
            & (Matter.id == PlanLink.matter_id),
        )
        .where(PlanLink.city_id == work.city_id, PlanLink.organ_id == organ_id, PlanLink.item_key.in_(keys))
        .order_by(Matter.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in await work.session.execute(query)]


async def matter(work: Work, *, matter_id: UUID | None = None, number: str = "") -> Matter | None:
    """A matter of the work's organ by its id or its number."""
    query = select(Matter).where(Matter.city_id == work.city_id, Matter.organ_id == work.organ_id)
    query = query.where(Matter.id == matter_id) if matter_id else query.where(Matter.number == number)
    return (await work.session.scalars(query)).one_or_none()


async def link_of(work: Work, matter_id: UUID) -> PlanLink | None:
    query = select(PlanLink).where(
        PlanLink.city_id == work.city_id, PlanLink.organ_id == work.organ_id, PlanLink.matter_id == matter_id
    )
    return (await work.session.scalars(query)).one_or_none()


async def activities(work: Work, organ_id: UUID, keys: Sequence[UUID], limit: int) -> list[tuple[UUID, Activity]]:
    """Items with the activities that carry them out, by themselves or through a linked matter, the newest first. One
    that is linked to another item than its matter counts for its own."""
    through = (
        select(PlanLink.item_key, Activity.id)
        .join(Activity, (Activity.city_id == PlanLink.city_id) & (Activity.matter_id == PlanLink.matter_id))
        .where(PlanLink.city_id == work.city_id, PlanLink.organ_id == organ_id, Activity.organ_id == organ_id)
        .where(~exists().where(PlanActivity.city_id == Activity.city_id, PlanActivity.activity_id == Activity.id))
    )
    direct = select(PlanActivity.item_key, PlanActivity.activity_id).where(
        PlanActivity.city_id == work.city_id, PlanActivity.organ_id == organ_id
    )
    found = through.union_all(direct).subquery()
    query = (
        select(found.c.item_key, Activity)
        .join(Activity, Activity.id == found.c.id)
        .where(Activity.city_id == work.city_id, found.c.item_key.in_(keys))
        .order_by(Activity.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in await work.session.execute(query)]


async def unlinked(work: Work, since: datetime, limit: int) -> list[Activity]:
    """Activities of the work's organ since a moment that no item counts by themselves, the newest first."""
    query = (
        select(Activity)
        .where(Activity.city_id == work.city_id, Activity.organ_id == work.organ_id, Activity.at >= since)
        .where(~exists().where(PlanActivity.city_id == Activity.city_id, PlanActivity.activity_id == Activity.id))
        .order_by(Activity.at.desc(), Activity.id.desc())
        .limit(limit)
    )
    return list((await work.session.scalars(query)).all())


async def activity(work: Work, activity_id: UUID) -> Activity | None:
    """An activity of the work's organ."""
    found = await work.session.get(Activity, (work.city_id, activity_id))
    return found if found is not None and found.organ_id == work.organ_id else None


async def activity_link_of(work: Work, activity_id: UUID) -> PlanActivity | None:
    query = select(PlanActivity).where(
        PlanActivity.city_id == work.city_id,
        PlanActivity.organ_id == work.organ_id,
        PlanActivity.activity_id == activity_id,
    )
    return (await work.session.scalars(query)).one_or_none()
