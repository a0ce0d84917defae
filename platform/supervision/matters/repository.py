"""Queries on a matter and on what belongs to it. Lists of matters are in `listing`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import cast, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.sql.elements import ColumnElement

from kernel.models import TimelineEvent
from kernel.work import Work
from supervision.matters.models import (
    Act,
    Activity,
    Assistance,
    Evidence,
    Finding,
    Handler,
    Matter,
    Recusal,
    Remedy,
)
from tenants.staff.models import Post

R = TypeVar("R", Act, Activity, Evidence, Finding, Handler, Recusal, Remedy)
IN_FORCE = ("declared", "granted")
"""States of a recusal that keep the person from acting."""


async def get(work: Work, matter_id: UUID) -> Matter | None:
    return await work.session.get(Matter, (work.city_id, matter_id))


async def one(work: Work, model: type[R], record_id: UUID) -> R | None:
    return await work.session.get(model, (work.city_id, record_id))


async def _of_matter(work: Work, model: type[R], matter_id: UUID, *more: ColumnElement[bool]) -> list[R]:
    query = select(model).where(model.city_id == work.city_id, model.matter_id == matter_id, *more)
    return list((await work.session.scalars(query.order_by(model.created_at, model.id))).all())


async def handlers(work: Work, matter_id: UUID, *, active: bool = True) -> list[Handler]:
    more = [Handler.ended_at.is_(None)] if active else []
    return await _of_matter(work, Handler, matter_id, *more)


async def recusals(work: Work, matter_id: UUID) -> list[Recusal]:
    return await _of_matter(work, Recusal, matter_id)


async def assistance(work: Work, matter_id: UUID) -> list[Assistance]:
    """Judicial offices that help in the matter now, in the order in which they came to it."""
    query = select(Assistance).where(
        Assistance.city_id == work.city_id, Assistance.matter_id == matter_id, Assistance.ended_at.is_(None)
    )
    return list((await work.session.scalars(query.order_by(Assistance.created_at, Assistance.id))).all())


async def offices(work: Work, matter_id: UUID) -> frozenset[UUID]:
    """The organs of these."""
    return frozenset(row.office_id for row in await assistance(work, matter_id))


async def acts(work: Work, matter_id: UUID) -> list[Act]:
    return await _of_matter(work, Act, matter_id)


async def remedies(work: Work, matter_id: UUID) -> list[Remedy]:
    return await _of_matter(work, Remedy, matter_id)


async def findings(work: Work, matter_id: UUID) -> list[Finding]:
    return await _of_matter(work, Finding, matter_id)


async def activities(work: Work, matter_id: UUID) -> list[Activity]:
    return await _of_matter(work, Activity, matter_id)


async def evidence(work: Work, matter_id: UUID) -> list[Evidence]:
    return await _of_matter(work, Evidence, matter_id)


async def evidence_of(work: Work, owner_ids: Collection[UUID]) -> list[Evidence]:
    query = (
        select(Evidence)
        .where(Evidence.city_id == work.city_id, Evidence.owner_id.in_(list(owner_ids)))
        .order_by(Evidence.created_at, Evidence.id)
    )
    return list((await work.session.scalars(query)).all())


async def posts(work: Work, post_ids: Iterable[UUID]) -> list[Post]:
    query = select(Post).where(Post.city_id == work.city_id, Post.id.in_(list(post_ids)))
    return list((await work.session.scalars(query.order_by(Post.created_at, Post.id))).all())


async def timeline(work: Work, thread_id: UUID) -> list[TimelineEvent]:
    """Events of a record, newest first."""
    query = (
        select(TimelineEvent)
        .where(TimelineEvent.city_id == work.city_id, TimelineEvent.thread_id == thread_id)
        .order_by(TimelineEvent.at.desc(), TimelineEvent.id.desc())
    )
    return list((await work.session.scalars(query)).all())


async def last_event(work: Work, thread_id: UUID, actions: Sequence[str]) -> TimelineEvent | None:
    query = (
        select(TimelineEvent)
        .where(
            TimelineEvent.city_id == work.city_id,
            TimelineEvent.thread_id == thread_id,
            TimelineEvent.action.in_(list(actions)),
        )
        .order_by(TimelineEvent.at.desc(), TimelineEvent.id.desc())
        .limit(1)
    )
    found: TimelineEvent | None = (await work.session.scalars(query)).one_or_none()
    return found


async def established_at(work: Work, finding: Finding) -> datetime | None:
    """When a finding was established, or came up again, on the product's clock."""
    query = select(func.max(TimelineEvent.at)).where(
        TimelineEvent.city_id == work.city_id,
        TimelineEvent.thread_id == finding.matter_id,
        TimelineEvent.subject_id == finding.id,
        TimelineEvent.action.in_(["establish_finding", "relapse"]),
    )
    found: datetime | None = await work.session.scalar(query)
    return found


async def store_search(work: Work, matter_id: UUID, terms: Sequence[str]) -> None:
    """Store the terms under which a matter is found, without touching its version."""
    await work.session.flush()
    await work.session.execute(
        update(Matter)
        .where(Matter.city_id == work.city_id, Matter.id == matter_id)
        .values(search=func.array_to_tsvector(cast(list(terms), ARRAY(TEXT))))
        .execution_options(synchronize_session=False)
    )
