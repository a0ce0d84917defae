"""Queries of commendation lists and nominations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.work import Work
from supervision.commendations.models import CommendationList, Nomination
from tenants.registers.models import Officer


async def get(work: Work, list_id: UUID) -> CommendationList | None:
    return await work.session.get(CommendationList, (work.city_id, list_id))


async def lock(work: Work, list_id: UUID) -> CommendationList | None:
    """The list of the work's own tenancy as it is now, locked."""
    query = (
        select(CommendationList)
        .where(
            CommendationList.city_id == work.city_id,
            CommendationList.organ_id == work.organ_id,
            CommendationList.id == list_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def add(work: Work, values: dict[str, Any]) -> UUID | None:
    """The new list, or None when the year has one."""
    statement = (
        insert(CommendationList)
        .values(city_id=work.city_id, organ_id=work.organ_id, id=new_id(), **values)
        .on_conflict_do_nothing(index_elements=["city_id", "organ_id", "year"])
        .returning(CommendationList.id)
    )
    found: UUID | None = await work.session.scalar(statement)
    return found


async def listed(work: Work, body_ids: list[UUID], limit: int) -> list[CommendationList]:
    """Lists of the bodies that the reader has to do with, the latest year first."""
    query = (
        select(CommendationList)
        .where(
            CommendationList.city_id == work.city_id,
            or_(CommendationList.organ_id.in_(body_ids), CommendationList.government_id == work.organ_id),
        )
        .order_by(CommendationList.year.desc(), CommendationList.id.desc())
        .limit(limit)
    )
    return list((await work.session.scalars(query)).all())


async def nominations(work: Work, list_id: UUID) -> list[Nomination]:
    """Those that the reader may see, in the order of their coming."""
    query = (
        select(Nomination)
        .where(Nomination.city_id == work.city_id, Nomination.list_id == list_id)
        .order_by(Nomination.kind, Nomination.id)
    )
    return list((await work.session.scalars(query)).all())


async def counts(work: Work, list_id: UUID) -> dict[str, int]:
    query = (
        select(Nomination.state, func.count())
        .where(Nomination.city_id == work.city_id, Nomination.list_id == list_id)
        .group_by(Nomination.state)
    )
    return {row[0]: row[1] for row in await work.session.execute(query)}


async def nominate(work: Work, values: dict[str, Any]) -> UUID | None:
    """The new nomination of the work's tenancy, or None when the organ or person is on the list already."""
    statement = (
        insert(Nomination)
        .values(city_id=work.city_id, organ_id=work.organ_id, id=new_id(), state="nominated", **values)
        .on_conflict_do_nothing()
        .returning(Nomination.id)
    )
    found: UUID | None = await work.session.scalar(statement)
    return found


async def nomination(work: Work, nomination_id: UUID) -> Nomination | None:
    query = (
        select(Nomination)
        .where(
            Nomination.city_id == work.city_id,
            Nomination.organ_id == work.organ_id,
            Nomination.id == nomination_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def officer(work: Work, officer_id: UUID) -> Officer | None:
    """Somebody in post at the work's own organ."""
    found = await work.session.get(Officer, (work.city_id, officer_id))
    return found if found is not None and found.organ_id == work.organ_id and found.left_on is None else None


async def officers(work: Work, limit: int = 500) -> list[Officer]:
    """Everybody in post at the work's own organ, by name."""
    query = (
        select(Officer)
        .where(Officer.city_id == work.city_id, Officer.organ_id == work.organ_id, Officer.left_on.is_(None))
        .order_by(Officer.name, Officer.id)
        .limit(limit)
    )
    return list((await work.session.scalars(query)).all())


async def published(work: Work) -> list[Any]:
    return list((await work.session.execute(text("select * from guard.commendations_published()"))).all())


async def published_list(work: Work, list_id: UUID) -> list[Any]:
    rows = await work.session.execute(text("select * from guard.commendation_published(:list)"), {"list": list_id})
    return list(rows.all())
