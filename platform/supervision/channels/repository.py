"""Queries on channels of clues. Every one names the organ, as the policies do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from kernel.ids import new_id
from kernel.work import Work
from supervision.channels.models import (
    DuplicateProposal,
    HotlineMessage,
    HotlineOrder,
    MediaReport,
    PublicComplaint,
    SocialReport,
    SocialSupervisor,
)
from supervision.clues.models import Clue
from tenants.staff.models import Post

LIVE = ("new", "accepted", "in_matter")
"""States in which another clue may still be merged into a clue."""


def _own(model: Any, work: Work) -> Select[Any]:
    return select(model).where(model.city_id == work.city_id, model.organ_id == work.organ_id)


async def progress(work: Work, digest: bytes) -> Any:
    """What `guard.complaint_progress` tells of the one complaint with that hash; None for none."""
    found = await work.session.execute(text("select * from guard.complaint_progress(:hash)"), {"hash": digest})
    return found.one_or_none()


async def count_try(work: Work, key: bytes, most: int, window: int, lock: int) -> Any:
    """Count one try under a key, in the database and so for all processes: (failures, until, locked)."""
    query = text("select * from guard.login_count(:key, :most, :window, :lock)")
    return (await work.session.execute(query, {"key": key, "most": most, "window": window, "lock": lock})).one()


async def refund_try(work: Work, key: bytes) -> None:
    await work.session.execute(text("select guard.login_refund(:key)"), {"key": key})


async def clue(work: Work, clue_id: UUID) -> Clue:
    """The clue of a row of the work's own organ, for the system, which reads no pool."""
    return await work.session.get_one(Clue, (work.city_id, clue_id))


async def complaint_of(work: Work, clue_id: UUID) -> PublicComplaint | None:
    query = _own(PublicComplaint, work).where(PublicComplaint.clue_id == clue_id)
    return (await work.session.scalars(query)).one_or_none()


async def complaint_with(work: Work, digest: bytes) -> PublicComplaint | None:
    query = _own(PublicComplaint, work).where(PublicComplaint.code_hash == digest)
    return (await work.session.scalars(query)).one_or_none()


async def media_of(work: Work, clue_id: UUID) -> MediaReport | None:
    return (await work.session.scalars(_own(MediaReport, work).where(MediaReport.clue_id == clue_id))).one_or_none()


async def social_of(work: Work, clue_id: UUID) -> SocialSupervisor | None:
    query = (
        _own(SocialSupervisor, work)
        .join(
            SocialReport,
            (SocialReport.city_id == SocialSupervisor.city_id)
            & (SocialReport.organ_id == SocialSupervisor.organ_id)
            & (SocialReport.supervisor_id == SocialSupervisor.id),
        )
        .where(SocialReport.clue_id == clue_id)
    )
    return (await work.session.scalars(query)).one_or_none()


async def supervisor(work: Work, supervisor_id: UUID, *, lock: bool = False) -> SocialSupervisor | None:
    query = _own(SocialSupervisor, work).where(SocialSupervisor.id == supervisor_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.scalars(query)).one_or_none()


async def supervisor_of(work: Work, person_id: UUID, on: date) -> SocialSupervisor | None:
    """The appointment of a person that is in force."""
    query = _own(SocialSupervisor, work).where(
        SocialSupervisor.person_id == person_id,
        SocialSupervisor.from_on <= on,
        SocialSupervisor.until_on >= on,
        SocialSupervisor.ended_on.is_(None),
    )
    return (await work.session.scalars(query.order_by(SocialSupervisor.id.desc()).limit(1))).one_or_none()


async def supervisors(
    work: Work, *, ended: bool, after: tuple[date, UUID] | None, limit: int
) -> list[tuple[SocialSupervisor, int]]:
    """The register with the number of clues of each, the longest term first."""
    told = (
        select(func.count())
        .where(
            SocialReport.city_id == SocialSupervisor.city_id,
            SocialReport.organ_id == SocialSupervisor.organ_id,
            SocialReport.supervisor_id == SocialSupervisor.id,
        )
        .scalar_subquery()
    )
    over = (SocialSupervisor.until_on < work.today) | SocialSupervisor.ended_on.is_not(None)
    query = _own(SocialSupervisor, work).add_columns(told).where(over if ended else ~over)
    if after is not None:
        query = query.where(
            (SocialSupervisor.until_on < after[0])
            | ((SocialSupervisor.until_on == after[0]) & (SocialSupervisor.id < after[1]))
        )
    query = query.order_by(SocialSupervisor.until_on.desc(), SocialSupervisor.id.desc()).limit(limit)
    return [(row[0], row[1]) for row in await work.session.execute(query)]


async def own_post(work: Work, post_id: UUID) -> Post | None:
    return (await work.session.scalars(_own(Post, work).where(Post.id == post_id))).one_or_none()


async def social_posts(work: Work) -> list[Post]:
    """Posts of the organ whose holders report themselves."""
    query = _own(Post, work).where(Post.roles.contains(["social_supervisor"]))
    return list((await work.session.scalars(query.order_by(Post.created_at, Post.id))).all())


async def order_at(work: Work, number: str) -> tuple[UUID, UUID] | None:
    """(organ, order) that has the order of that number of the door, which the work acts as."""
    query = text("select organ_id, id from guard.hotline_order_at(:door, :number)")
    found = (await work.session.execute(query, {"door": work.organ_id, "number": number})).one_or_none()
    return (found.organ_id, found.id) if found else None


async def lock_number(work: Work, number: str) -> None:
    """One version of an order at a time, also the first, until the transaction ends."""
    query = text("select pg_advisory_xact_lock(hashtextextended(:key, 12345))")
    await work.session.execute(query, {"key": f"{work.organ_id}|{number}"})


async def order(work: Work, order_id: UUID, *, lock: bool = False) -> HotlineOrder | None:
    query = _own(HotlineOrder, work).where(HotlineOrder.id == order_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.scalars(query)).one_or_none()


async def order_of(work: Work, clue_id: UUID) -> HotlineOrder | None:
    """The order that became the clue; asked for every event of every clue, by its unique key."""
    query = _own(HotlineOrder, work).where(HotlineOrder.clue_id == clue_id)
    return (await work.session.scalars(query)).one_or_none()


async def orders(work: Work, *, state: str, after: UUID | None, limit: int) -> list[tuple[HotlineOrder, Clue]]:
    query = (
        _own(HotlineOrder, work)
        .add_columns(Clue)
        .join(
            Clue,
            (Clue.city_id == HotlineOrder.city_id)
            & (Clue.organ_id == HotlineOrder.organ_id)
            & (Clue.id == HotlineOrder.clue_id),
        )
    )
    if state:
        query = query.where(HotlineOrder.state == state)
    if after is not None:
        query = query.where(HotlineOrder.id < after)
    rows = await work.session.execute(query.order_by(HotlineOrder.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


async def messages(work: Work, order_id: UUID) -> list[HotlineMessage]:
    query = _own(HotlineMessage, work).where(HotlineMessage.order_id == order_id)
    return list((await work.session.scalars(query.order_by(HotlineMessage.seq))).all())


async def message(work: Work, order_id: UUID, seq: int) -> HotlineMessage | None:
    query = _own(HotlineMessage, work).where(HotlineMessage.order_id == order_id, HotlineMessage.seq == seq)
    return (await work.session.scalars(query)).one_or_none()


async def propose(work: Work, first: UUID, second: UUID, score: int, reasons: Sequence[str]) -> bool:
    """Whether the pair is new: what was proposed once stays decided."""
    statement = (
        insert(DuplicateProposal)
        .values(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, first_id=first, second_id=second, score=score,
            reasons=list(reasons), state="proposed",
        )
        .on_conflict_do_nothing()
        .returning(DuplicateProposal.id)
    )  # fmt: skip
    return await work.session.scalar(statement) is not None


async def proposal(work: Work, proposal_id: UUID) -> DuplicateProposal | None:
    query = _own(DuplicateProposal, work).where(DuplicateProposal.id == proposal_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.scalars(query)).one_or_none()


async def open_proposals(
    work: Work, *, after: tuple[int, UUID] | None, limit: int
) -> list[tuple[DuplicateProposal, Clue, Clue]]:
    """Pairs to decide on, the most alike first; those of which one was dealt with meanwhile are left out."""
    first, second = aliased(Clue), aliased(Clue)
    query = _own(DuplicateProposal, work).add_columns(first, second)
    for side, column in ((first, DuplicateProposal.first_id), (second, DuplicateProposal.second_id)):
        query = query.join(
            side,
            (side.city_id == DuplicateProposal.city_id)
            & (side.organ_id == DuplicateProposal.organ_id)
            & (side.id == column),
        )
    query = query.where(
        DuplicateProposal.state == "proposed",
        first.state.in_(LIVE),
        second.state.in_(LIVE),
        first.state.in_(LIVE[:2]) | second.state.in_(LIVE[:2]),
    )
    if after is not None:
        query = query.where(
            (DuplicateProposal.score < after[0])
            | ((DuplicateProposal.score == after[0]) & (DuplicateProposal.id < after[1]))
        )
    rows = await work.session.execute(
        query.order_by(DuplicateProposal.score.desc(), DuplicateProposal.id.desc()).limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]
