"""Rows of addresses, preferences, texts and deliveries, and whom a line of the bell is for."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from integrations.notify.models import (
    NoticeAddress,
    NoticeDelivery,
    NoticeHours,
    NoticePreference,
    NoticeSending,
)
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines.models import Notice, NoticeReading
from tenants.staff.models import Post

WAKE = text("select guard.wake_notices(:moment, :most)")


async def notice(work: Work, notice_id: UUID) -> Notice | None:
    found = await work.session.get(Notice, (work.city_id, notice_id))
    return found if found is not None and found.organ_id == work.organ_id else None


async def posts_for(work: Work, line: Notice) -> Sequence[Post]:
    """Posts of the organ that a line is addressed to, as they are today."""
    query = select(Post).where(
        Post.city_id == work.city_id,
        Post.organ_id == work.organ_id,
        Post.valid_from <= work.today,
        or_(Post.valid_to.is_(None), Post.valid_to >= work.today),
    )
    if line.post_id is not None:
        query = query.where(Post.id == line.post_id)
    elif line.roles:
        query = query.where(Post.roles.overlap(line.roles))
    return (await work.session.scalars(query.order_by(Post.created_at, Post.id))).all()


async def addresses(work: Work, persons: Sequence[UUID], *, verified: bool = True) -> list[NoticeAddress]:
    query = select(NoticeAddress).where(
        NoticeAddress.city_id == work.city_id,
        NoticeAddress.organ_id == work.organ_id,
        NoticeAddress.person_id.in_(persons),
    )
    if verified:
        query = query.where(NoticeAddress.verified_at.is_not(None))
    return list(await work.session.scalars(query.order_by(NoticeAddress.channel)))


async def address(work: Work, person_id: UUID, channel: str, *, lock: bool = False) -> NoticeAddress | None:
    query = select(NoticeAddress).where(
        NoticeAddress.city_id == work.city_id,
        NoticeAddress.organ_id == work.organ_id,
        NoticeAddress.person_id == person_id,
        NoticeAddress.channel == channel,
    )
    return (await work.session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def preferences(work: Work, persons: Sequence[UUID]) -> dict[tuple[UUID, str], list[str]]:
    """(person, kind) → the chosen channels."""
    query = select(NoticePreference).where(
        NoticePreference.city_id == work.city_id,
        NoticePreference.organ_id == work.organ_id,
        NoticePreference.person_id.in_(persons),
    )
    return {(row.person_id, row.kind): row.channels for row in await work.session.scalars(query)}


async def keep_preference(work: Work, person_id: UUID, kind: str, channels: list[str]) -> None:
    row = {
        "id": new_id(), "city_id": work.city_id, "organ_id": work.organ_id, "person_id": person_id, "kind": kind,
        "channels": channels,
    }  # fmt: skip
    same = ["city_id", "organ_id", "person_id", "kind"]
    await work.session.execute(
        insert(NoticePreference).values(row).on_conflict_do_update(index_elements=same, set_={"channels": channels})
    )


async def hours(work: Work, persons: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Person → quiet hours that were chosen."""
    query = select(NoticeHours).where(
        NoticeHours.city_id == work.city_id, NoticeHours.organ_id == work.organ_id, NoticeHours.person_id.in_(persons)
    )
    return {row.person_id: (row.quiet_from, row.quiet_until) for row in await work.session.scalars(query)}


async def keep_hours(work: Work, person_id: UUID, quiet: tuple[int, int]) -> None:
    values = {"quiet_from": quiet[0], "quiet_until": quiet[1]}
    row = {"id": new_id(), "city_id": work.city_id, "organ_id": work.organ_id, "person_id": person_id, **values}
    same = ["city_id", "organ_id", "person_id"]
    await work.session.execute(insert(NoticeHours).values(row).on_conflict_do_update(index_elements=same, set_=values))


async def new_delivery(work: Work, row: dict[str, object]) -> UUID | None:
    """Insert a delivery unless it is there: the same line goes to a person over a channel once."""
    made = insert(NoticeDelivery).values(row).on_conflict_do_nothing().returning(NoticeDelivery.id)
    found: UUID | None = await work.session.scalar(made)
    return found


async def held(work: Work, person_id: UUID, channel: str) -> list[NoticeDelivery]:
    """What was held back for a person and a channel, locked, the oldest first."""
    query = select(NoticeDelivery).where(
        NoticeDelivery.city_id == work.city_id,
        NoticeDelivery.organ_id == work.organ_id,
        NoticeDelivery.person_id == person_id,
        NoticeDelivery.channel == channel,
        NoticeDelivery.held_until.is_not(None),
    )
    return list(await work.session.scalars(query.order_by(NoticeDelivery.id).with_for_update()))


async def sending(work: Work, sending_id: UUID, *, lock: bool = False) -> NoticeSending | None:
    query = select(NoticeSending).where(
        NoticeSending.city_id == work.city_id, NoticeSending.organ_id == work.organ_id, NoticeSending.id == sending_id
    )
    return (await work.session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def sendings(work: Work, after: UUID | None, limit: int) -> Sequence[NoticeSending]:
    """The organ's log, the newest first; one more than `limit` where there are more."""
    query = select(NoticeSending).where(NoticeSending.city_id == work.city_id, NoticeSending.organ_id == work.organ_id)
    if after is not None:
        query = query.where(NoticeSending.id < after)
    return (await work.session.scalars(query.order_by(NoticeSending.id.desc()).limit(limit + 1))).all()


async def deliveries(work: Work, notice_id: UUID) -> list[tuple[NoticeDelivery, NoticeSending | None]]:
    query = (
        select(NoticeDelivery, NoticeSending)
        .outerjoin(
            NoticeSending,
            and_(NoticeSending.city_id == NoticeDelivery.city_id, NoticeSending.id == NoticeDelivery.sending_id),
        )
        .where(
            NoticeDelivery.city_id == work.city_id,
            NoticeDelivery.organ_id == work.organ_id,
            NoticeDelivery.notice_id == notice_id,
        )
        .order_by(NoticeDelivery.id)
    )
    return [(row[0], row[1]) for row in await work.session.execute(query)]


async def readings(work: Work, notice_id: UUID) -> dict[UUID, NoticeReading]:
    query = select(NoticeReading).where(
        NoticeReading.city_id == work.city_id,
        NoticeReading.organ_id == work.organ_id,
        NoticeReading.notice_id == notice_id,
    )
    return {row.post_id: row for row in await work.session.scalars(query)}


async def wake(work: Work, most: int) -> int:
    """Hand what is due, in any organ of the city, to jobs of its own."""
    return int(await work.session.scalar(WAKE, {"moment": work.now, "most": most}) or 0)
