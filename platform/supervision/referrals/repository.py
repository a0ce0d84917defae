"""Queries of referrals. Every one names the organ, as the policies do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.work import Work
from supervision.instruments.models import Instrument, Paper
from supervision.matters.models import Evidence, Finding, Matter, Recusal
from supervision.referrals.models import (
    Referral,
    ReferralContent,
    ReferralDossier,
    ReferralFile,
    ReferralReader,
    ReferralStep,
)
from tenants.staff.models import Post

R = TypeVar("R", ReferralReader, ReferralFile, ReferralStep, ReferralDossier)
WAITING = ("draft", "approved")


async def get(work: Work, referral_id: UUID) -> Referral | None:
    query = select(Referral).where(
        Referral.city_id == work.city_id, Referral.organ_id == work.organ_id, Referral.id == referral_id
    )
    return (await work.session.scalars(query)).one_or_none()


async def lock(work: Work, referral_id: UUID) -> Referral | None:
    """The referral as it is now, locked until the transaction ends."""
    query = (
        select(Referral)
        .where(Referral.city_id == work.city_id, Referral.organ_id == work.organ_id, Referral.id == referral_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def add(work: Work, values: dict[str, Any]) -> UUID | None:
    """The new referral, or None when one was opened from the same source before."""
    statement = (
        insert(Referral)
        .values(city_id=work.city_id, organ_id=work.organ_id, id=new_id(), **values)
        .on_conflict_do_nothing(index_elements=["city_id", "organ_id", "kind", "origin", "source_id"])
        .returning(Referral.id)
    )
    found: UUID | None = await work.session.scalar(statement)
    return found


async def declare(work: Work, post_id: UUID) -> None:
    """Open the contents of the referrals on which the post is named, for this transaction."""
    await work.session.execute(text("select set_config('zs.reader', :post, true)"), {"post": str(post_id)})


async def content(work: Work, referral_id: UUID) -> ReferralContent | None:
    query = select(ReferralContent).where(
        ReferralContent.city_id == work.city_id,
        ReferralContent.organ_id == work.organ_id,
        ReferralContent.referral_id == referral_id,
    )
    return (await work.session.scalars(query)).one_or_none()


async def contents(work: Work, ids: Sequence[UUID]) -> dict[UUID, ReferralContent]:
    query = select(ReferralContent).where(
        ReferralContent.city_id == work.city_id,
        ReferralContent.organ_id == work.organ_id,
        ReferralContent.referral_id.in_(list(ids)),
    )
    return {row.referral_id: row for row in await work.session.scalars(query)}


async def of_referral(work: Work, model: type[R], referral_id: UUID) -> list[R]:
    query = select(model).where(
        model.city_id == work.city_id, model.organ_id == work.organ_id, model.referral_id == referral_id
    )
    return list((await work.session.scalars(query.order_by(model.id))).all())


async def reads(work: Work, referral_id: UUID, post_id: UUID) -> bool:
    query = select(ReferralReader.id).where(
        ReferralReader.city_id == work.city_id,
        ReferralReader.organ_id == work.organ_id,
        ReferralReader.referral_id == referral_id,
        ReferralReader.post_id == post_id,
    )
    return await work.session.scalar(query) is not None


async def of_reader(
    work: Work, post_id: UUID, *, open_only: bool | None, after: UUID | None, limit: int
) -> list[Referral]:
    """Referrals on which the post is named, newest first."""
    query = (
        select(Referral)
        .join(
            ReferralReader,
            (ReferralReader.city_id == Referral.city_id)
            & (ReferralReader.organ_id == Referral.organ_id)
            & (ReferralReader.referral_id == Referral.id),
        )
        .where(
            ReferralReader.city_id == work.city_id,
            ReferralReader.organ_id == work.organ_id,
            ReferralReader.post_id == post_id,
        )
    )
    if open_only is not None:
        ended = ("resulted", "declined")
        query = query.where(Referral.state.not_in(ended) if open_only else Referral.state.in_(ended))
    if after is not None:
        query = query.where(ReferralReader.referral_id < after)
    return list((await work.session.scalars(query.order_by(ReferralReader.referral_id.desc()).limit(limit))).all())


async def posts_with(work: Work, roles: Sequence[str]) -> list[Post]:
    """Posts of the work's organ that hold one of the roles today."""
    query = select(Post).where(
        Post.city_id == work.city_id,
        Post.organ_id == work.organ_id,
        Post.roles.overlap(list(roles)),
        Post.valid_from <= work.today,
        func.coalesce(Post.valid_to, work.today) >= work.today,
    )
    return list((await work.session.scalars(query.order_by(Post.created_at, Post.id))).all())


async def post(work: Work, post_id: UUID) -> Post | None:
    found = await work.session.get(Post, (work.city_id, post_id))
    return found if found is not None and found.organ_id == work.organ_id else None


async def matter(work: Work, matter_id: UUID) -> Matter | None:
    """A matter of the work's own organ."""
    found = await work.session.get(Matter, (work.city_id, matter_id))
    return found if found is not None and found.organ_id == work.organ_id else None


async def recused(work: Work, matter_id: UUID | None) -> frozenset[UUID]:
    """Persons whose recusal in the matter is declared or granted (Art. 16)."""
    if matter_id is None:
        return frozenset()
    query = select(Recusal.person_id).where(
        Recusal.city_id == work.city_id, Recusal.matter_id == matter_id, Recusal.state.in_(("declared", "granted"))
    )
    return frozenset(await work.session.scalars(query))


async def findings(work: Work, matter_id: UUID) -> list[Finding]:
    query = select(Finding).where(Finding.city_id == work.city_id, Finding.matter_id == matter_id)
    return list((await work.session.scalars(query.order_by(Finding.no))).all())


async def evidence(work: Work, matter_id: UUID) -> list[Evidence]:
    query = select(Evidence).where(Evidence.city_id == work.city_id, Evidence.matter_id == matter_id)
    return list((await work.session.scalars(query.order_by(Evidence.created_at, Evidence.id))).all())


async def documents(work: Work, matter_id: UUID) -> list[Instrument | Paper]:
    """Issued instruments and papers of a matter, in the order of their issue."""
    query = select(Instrument).where(
        Instrument.city_id == work.city_id, Instrument.matter_id == matter_id, Instrument.issued_at.is_not(None)
    )
    issued: list[Instrument | Paper] = list((await work.session.scalars(query)).all())
    papers = select(Paper).where(Paper.city_id == work.city_id, Paper.matter_id == matter_id)
    issued += (await work.session.scalars(papers)).all()
    return sorted(issued, key=lambda row: (row.issued_at or work.now, row.id))


async def due(work: Work, moment: datetime) -> list[tuple[UUID, UUID]]:
    """(organ, referral) whose reminder has come, in this city."""
    rows = await work.session.execute(
        text("select city_id, organ_id, id from guard.referrals_due(:moment)"), {"moment": moment}
    )
    return [(row.organ_id, row.id) for row in rows if row.city_id == work.city_id]
