"""Queries of the registers. Each names the organs whose rows it reads, besides row-level security (ADR 0013)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, text, update

from kernel.work import Work
from tenants.registers.models import Certificate, EnforcementBody, Examination, Officer, Training


async def get_officer(work: Work, officer_id: UUID) -> Officer | None:
    """The file in the work's read scope."""
    return await work.session.get(Officer, (work.city_id, officer_id))


async def lock_officer(work: Work, officer_id: UUID) -> Officer | None:
    """The file of the work's organ as it is now, locked."""
    query = (
        select(Officer)
        .where(Officer.city_id == work.city_id, Officer.organ_id == work.organ_id, Officer.id == officer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def lock_person(work: Work, citizen_hash: bytes) -> None:
    """Let the files of one person in one organ be opened one after the other, and none while an import writes, until
    the commit."""
    keys = {"file": f"officer:{work.organ_id}:{citizen_hash.hex()}", "all": _import_key(work)}
    await work.session.execute(
        text(
            "select pg_advisory_xact_lock_shared(hashtextextended(:all, 0)),"
            " pg_advisory_xact_lock(hashtextextended(:file, 0))"
        ),
        keys,
    )


async def lock_register(work: Work) -> None:
    """Let one import of the organ write at a time, and nobody open a file meanwhile, until the commit."""
    await work.session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": _import_key(work)}
    )


def _import_key(work: Work) -> str:
    return f"register import:{work.organ_id}"


async def by_citizen(work: Work, citizen_hash: bytes) -> Officer | None:
    """The file that the work's organ keeps of a person."""
    query = select(Officer).where(
        Officer.city_id == work.city_id, Officer.organ_id == work.organ_id, Officer.citizen_hash == citizen_hash
    )
    return (await work.session.scalars(query)).one_or_none()


async def by_person(work: Work, person_id: UUID) -> list[Officer]:
    """The files that the work's organ keeps of the person behind an account, the open one first."""
    query = (
        select(Officer)
        .where(Officer.city_id == work.city_id, Officer.organ_id == work.organ_id, Officer.person_id == person_id)
        .order_by(Officer.left_on.desc().nulls_first(), Officer.id)
    )
    return list((await work.session.scalars(query)).all())


async def certificates(work: Work, officer_ids: Sequence[UUID]) -> list[Certificate]:
    """The certificates of files, newest first."""
    query = (
        select(Certificate)
        .where(Certificate.city_id == work.city_id, Certificate.officer_id.in_(list(officer_ids)))
        .order_by(Certificate.valid_until.desc(), Certificate.id.desc())
    )
    return list((await work.session.scalars(query)).all())


async def get_certificate(work: Work, certificate_id: UUID) -> Certificate | None:
    return await work.session.get(Certificate, (work.city_id, certificate_id))


async def examinations(work: Work, officer_id: UUID) -> list[Examination]:
    query = (
        select(Examination)
        .where(Examination.city_id == work.city_id, Examination.officer_id == officer_id)
        .order_by(Examination.held_on.desc(), Examination.id.desc())
    )
    return list((await work.session.scalars(query)).all())


async def trainings(work: Work, officer_id: UUID) -> list[Training]:
    query = (
        select(Training)
        .where(Training.city_id == work.city_id, Training.officer_id == officer_id)
        .order_by(Training.held_on.desc(), Training.id.desc())
    )
    return list((await work.session.scalars(query)).all())


async def hours(work: Work, officer_ids: Sequence[UUID], year: int) -> dict[UUID, int]:
    """Hours of a year by file; files without any are left out."""
    query = (
        select(Training.officer_id, func.sum(Training.hours))
        .where(Training.city_id == work.city_id, Training.officer_id.in_(list(officer_ids)), Training.year == year)
        .group_by(Training.officer_id)
    )
    return {row[0]: int(row[1]) for row in await work.session.execute(query)}


async def get_body(work: Work, body_id: UUID) -> EnforcementBody | None:
    return await work.session.get(EnforcementBody, (work.city_id, body_id))


async def mark_expired(work: Work) -> list[tuple[UUID, UUID]]:
    """Mark the certificates of the work's organ whose last day has passed; gives (certificate, officer)."""
    statement = (
        update(Certificate)
        .where(
            Certificate.city_id == work.city_id,
            Certificate.organ_id == work.organ_id,
            Certificate.status.in_(("valid", "suspended")),
            Certificate.valid_until < work.today,
        )
        .values(
            status="expired",
            status_on=Certificate.valid_until + 1,
            suspended_until=None,
            row_version=Certificate.row_version + 1,
        )
        .returning(Certificate.id, Certificate.officer_id)
    )
    return [(row.id, row.officer_id) for row in await work.session.execute(statement)]


async def running_out(work: Work, until: date) -> list[Certificate]:
    """Valid certificates of the work's organ whose last day lies between today and `until`, soonest first."""
    query = (
        select(Certificate)
        .where(
            Certificate.city_id == work.city_id,
            Certificate.organ_id == work.organ_id,
            Certificate.status == "valid",
            Certificate.valid_until >= work.today,
            Certificate.valid_until <= until,
        )
        .order_by(Certificate.valid_until, Certificate.id)
    )
    return list((await work.session.scalars(query)).all())
