"""Queries of the yearly papers: of one organ, of a justice department, and of the public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.work import Work
from reporting.annual.models import AnnualPaper, AnnualPublication, AnnualSubmission, AnnualText


async def open_duty(work: Work, values: dict[str, Any]) -> None:
    """The row of a duty of the work's organ, unless it is there."""
    row = {"city_id": work.city_id, "id": new_id(), "organ_id": work.organ_id, "reminded": [], **values}
    await work.session.execute(insert(AnnualPaper).values(**row).on_conflict_do_nothing())


async def get(work: Work, paper_id: UUID) -> AnnualPaper | None:
    """A paper that row-level security shows: the organ's own, or one that is owed to the department."""
    return await work.session.get(AnnualPaper, (work.city_id, paper_id))


async def lock(work: Work, paper_id: UUID) -> AnnualPaper | None:
    """The paper of the work's organ as it is now, locked."""
    query = (
        select(AnnualPaper)
        .where(AnnualPaper.city_id == work.city_id, AnnualPaper.id == paper_id, AnnualPaper.organ_id == work.organ_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def of_organ(work: Work, *, before: UUID | None, limit: int) -> list[AnnualPaper]:
    """Papers of the work's organ, the newest first."""
    query = select(AnnualPaper).where(AnnualPaper.city_id == work.city_id, AnnualPaper.organ_id == work.organ_id)
    if before is not None:
        query = query.where(AnnualPaper.id < before)
    return list((await work.session.scalars(query.order_by(AnnualPaper.id.desc()).limit(limit))).all())


async def due_now(work: Work, years: Sequence[int]) -> list[AnnualPaper]:
    """Papers of the work's organ about one of the years, locked in the order of their ids."""
    query = (
        select(AnnualPaper)
        .where(
            AnnualPaper.city_id == work.city_id,
            AnnualPaper.organ_id == work.organ_id,
            AnnualPaper.year.in_(years),
        )
        .order_by(AnnualPaper.id)
        .with_for_update()
    )
    return list((await work.session.scalars(query)).all())


async def board(work: Work, kind: str, year: int, limit: int) -> list[AnnualPaper]:
    """What is owed to the work's department about a year, in the order of its beginning."""
    query = (
        select(AnnualPaper)
        .where(
            AnnualPaper.city_id == work.city_id,
            AnnualPaper.department_id == work.organ_id,
            AnnualPaper.year == year,
            AnnualPaper.kind == kind,
        )
        .order_by(AnnualPaper.id)
        .limit(limit)
    )
    return list((await work.session.scalars(query)).all())


async def text_of(work: Work, paper_id: UUID) -> AnnualText | None:
    """What the work's organ is writing; None before the first word."""
    query = select(AnnualText).where(
        AnnualText.city_id == work.city_id, AnnualText.organ_id == work.organ_id, AnnualText.paper_id == paper_id
    )
    return (await work.session.scalars(query)).one_or_none()


async def submissions(work: Work, paper: AnnualPaper) -> list[AnnualSubmission]:
    """What was sent in, the newest round first."""
    query = (
        select(AnnualSubmission)
        .where(
            AnnualSubmission.city_id == work.city_id,
            AnnualSubmission.organ_id == paper.organ_id,
            AnnualSubmission.paper_id == paper.id,
        )
        .order_by(AnnualSubmission.round.desc())
    )
    return list((await work.session.scalars(query)).all())


async def latest_submissions(work: Work, kind: str, year: int) -> list[tuple[AnnualPaper, AnnualSubmission]]:
    """The last round of every paper that was sent to the work's department."""
    query = (
        select(AnnualPaper, AnnualSubmission)
        .join(
            AnnualSubmission,
            (AnnualSubmission.city_id == AnnualPaper.city_id)
            & (AnnualSubmission.organ_id == AnnualPaper.organ_id)
            & (AnnualSubmission.paper_id == AnnualPaper.id)
            & (AnnualSubmission.round == AnnualPaper.round),
        )
        .where(
            AnnualPaper.city_id == work.city_id,
            AnnualPaper.department_id == work.organ_id,
            AnnualPaper.year == year,
            AnnualPaper.kind == kind,
        )
        .order_by(AnnualPaper.id)
    )
    return [(row[0], row[1]) for row in await work.session.execute(query)]


async def publications(work: Work, paper: AnnualPaper) -> list[AnnualPublication]:
    """Every version, the newest first."""
    query = (
        select(AnnualPublication)
        .where(
            AnnualPublication.city_id == work.city_id,
            AnnualPublication.organ_id == paper.organ_id,
            AnnualPublication.paper_id == paper.id,
        )
        .order_by(AnnualPublication.version.desc())
    )
    return list((await work.session.scalars(query)).all())


async def public_paper(work: Work, code: str) -> Any | None:
    """The published page of a code, as everybody sees it: None when there is none."""
    return (await work.session.execute(text("select * from guard.public_paper(:code)"), {"code": code})).one_or_none()


async def public_papers(work: Work, year: int) -> Sequence[Any]:
    """Published pages about a year, by organ."""
    return (await work.session.execute(text("select * from guard.public_papers(:year)"), {"year": year})).all()
