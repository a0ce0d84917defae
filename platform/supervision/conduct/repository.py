"""Queries of complaints about supervisors. Every one names the organ, as the policies do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text

from kernel.work import Work
from supervision.conduct.models import ConductComplaint, ConductStep
from tenants.staff.models import Post


async def get(work: Work, complaint_id: UUID, *, lock: bool = False) -> ConductComplaint | None:
    query = select(ConductComplaint).where(
        ConductComplaint.city_id == work.city_id,
        ConductComplaint.organ_id == work.organ_id,
        ConductComplaint.id == complaint_id,
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.scalars(query)).one_or_none()


async def listed(
    work: Work, *, leads: bool, post_id: UUID, person_id: UUID, ended: bool | None, after: UUID | None, limit: int
) -> list[ConductComplaint]:
    """Complaints that the reader handles, newest first, never one about himself."""
    query = select(ConductComplaint).where(
        ConductComplaint.city_id == work.city_id,
        ConductComplaint.organ_id == work.organ_id,
        or_(ConductComplaint.subject_person_id.is_(None), ConductComplaint.subject_person_id != person_id),
    )
    if not leads:
        query = query.where(ConductComplaint.examiner_posts.contains([post_id]))
    if ended is not None:
        query = query.where((ConductComplaint.state == "closed") == ended)
    if after is not None:
        query = query.where(ConductComplaint.id < after)
    return list((await work.session.scalars(query.order_by(ConductComplaint.id.desc()).limit(limit))).all())


async def steps(work: Work, complaint_id: UUID) -> list[ConductStep]:
    query = select(ConductStep).where(
        ConductStep.city_id == work.city_id,
        ConductStep.organ_id == work.organ_id,
        ConductStep.complaint_id == complaint_id,
    )
    return list((await work.session.scalars(query.order_by(ConductStep.id.desc()))).all())


async def posts(work: Work, ids: Sequence[UUID]) -> list[Post]:
    """Posts of the work's own organ."""
    query = select(Post).where(Post.city_id == work.city_id, Post.organ_id == work.organ_id, Post.id.in_(list(ids)))
    return list((await work.session.scalars(query)).all())


async def posts_with(work: Work, roles: Sequence[str]) -> list[Post]:
    query = select(Post).where(
        Post.city_id == work.city_id, Post.organ_id == work.organ_id, Post.roles.overlap(list(roles))
    )
    return list((await work.session.scalars(query.order_by(Post.created_at, Post.id))).all())


async def person_named(work: Work, organ_id: UUID, words: str) -> UUID | None:
    """The one person among the posts of an organ whose name begins the words; None when there is none or several."""
    query = select(Post.person_id, Post.person_name).where(Post.city_id == work.city_id, Post.organ_id == organ_id)
    found = {row.person_id for row in await work.session.execute(query) if row.person_name in words}
    return found.pop() if len(found) == 1 else None


async def answer(work: Work, digest: bytes) -> Any:
    """What `guard.conduct_answer` tells of the one complaint with that hash; None for none."""
    found = await work.session.execute(text("select * from guard.conduct_answer(:hash)"), {"hash": digest})
    return found.one_or_none()


async def due(work: Work, moment: datetime) -> list[tuple[UUID, UUID]]:
    """(organ, complaint) whose reminder has come, in this city."""
    rows = await work.session.execute(
        text("select city_id, organ_id, id from guard.conduct_due(:moment)"), {"moment": moment}
    )
    return [(row.organ_id, row.id) for row in rows if row.city_id == work.city_id]
