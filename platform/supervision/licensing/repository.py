"""Queries of licensing: applications, certificates and bars, and the database's own answer on a person's bar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text, update

from kernel.work import Work
from supervision.licensing.models import HELD, PENDING, LicenceApplication, QualificationBar
from tenants.registers.models import Certificate, Officer
from tenants.staff.models import Post


class File(NamedTuple):
    """Where a barred person has a file (`officer_id`) or an account (`person_id`)."""

    organ_id: UUID
    officer_id: UUID | None
    person_id: UUID | None


class RunOut(NamedTuple):
    """A bar that the database has just marked as run out; `organs` keep a file of the person."""

    id: UUID
    organ_id: UUID
    person_name: str
    barred_until: date
    organs: list[UUID]


async def bar_until(work: Work, citizen_hash: bytes, first: date, last: date, *, hold: bool) -> date | None:
    """The last barred day of a person whose bar meets these days; None when there is none. `hold`: the person's row
    is held until the transaction ends, so that no bar begins meanwhile."""
    found: date | None = await work.session.scalar(
        text("select guard.bar_until(:hash, :first, :last, :hold)"),
        {"hash": citizen_hash, "first": first, "last": last, "hold": hold},
    )
    return found


async def officer(work: Work, organ_id: UUID, officer_id: UUID) -> Officer | None:
    query = select(Officer).where(
        Officer.city_id == work.city_id, Officer.organ_id == organ_id, Officer.id == officer_id
    )
    return (await work.session.scalars(query)).one_or_none()


async def get_application(work: Work, application_id: UUID) -> LicenceApplication | None:
    query = select(LicenceApplication).where(
        LicenceApplication.city_id == work.city_id, LicenceApplication.id == application_id
    )
    return (await work.session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def lock_application(work: Work, application_id: UUID) -> LicenceApplication | None:
    """The application as it is now, locked; the work acts as its organ."""
    query = (
        select(LicenceApplication)
        .where(LicenceApplication.city_id == work.city_id, LicenceApplication.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def pending_of(work: Work, officer_id: UUID, kind: str) -> LicenceApplication | None:
    query = select(LicenceApplication).where(
        LicenceApplication.city_id == work.city_id,
        LicenceApplication.organ_id == work.organ_id,
        LicenceApplication.officer_id == officer_id,
        LicenceApplication.kind == kind,
        LicenceApplication.state.in_(PENDING),
    )
    return (await work.session.scalars(query)).first()


async def applications(
    work: Work,
    *,
    department: bool,
    states: Sequence[str],
    before: UUID | None,
    limit: int,
    person_id: UUID | None = None,
) -> list[LicenceApplication]:
    """Applications of the work's organ, or those that it decides on (`department`), the newest first; with
    `person_id`, those about that person alone."""
    mine = LicenceApplication.department_id if department else LicenceApplication.organ_id
    query = select(LicenceApplication).where(LicenceApplication.city_id == work.city_id, mine == work.organ_id)
    if states:
        query = query.where(LicenceApplication.state.in_(states))
    if person_id is not None:
        files = select(Officer.id).where(
            Officer.city_id == work.city_id, Officer.organ_id == work.organ_id, Officer.person_id == person_id
        )
        query = query.where(LicenceApplication.officer_id.in_(files))
    if before is not None:
        query = query.where(LicenceApplication.id < before)
    return list((await work.session.scalars(query.order_by(LicenceApplication.id.desc()).limit(limit))).all())


async def count_pending(work: Work) -> int:
    query = (
        select(func.count())
        .select_from(LicenceApplication)
        .where(
            LicenceApplication.city_id == work.city_id,
            LicenceApplication.department_id == work.organ_id,
            LicenceApplication.state.in_(PENDING),
        )
    )
    return await work.session.scalar(query) or 0


async def date_refusals(work: Work) -> list[LicenceApplication]:
    """Applications of the work's organ that a bar has refused just now: they get their moment. Returns them."""
    query = select(LicenceApplication).where(
        LicenceApplication.city_id == work.city_id,
        LicenceApplication.organ_id == work.organ_id,
        LicenceApplication.state == "refused",
        LicenceApplication.barred_until.is_not(None),
        LicenceApplication.decided_at.is_(None),
    )
    found = list((await work.session.scalars(query.execution_options(populate_existing=True))).all())
    for row in found:
        row.decided_at = work.now
    return found


async def get_certificate(work: Work, certificate_id: UUID) -> Certificate | None:
    query = select(Certificate).where(Certificate.city_id == work.city_id, Certificate.id == certificate_id)
    return (await work.session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def lock_certificate(work: Work, certificate_id: UUID) -> Certificate | None:
    """The certificate as it is now, locked; the work acts as its holder's organ."""
    query = (
        select(Certificate)
        .where(Certificate.city_id == work.city_id, Certificate.id == certificate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def certificates(work: Work, officer_id: UUID, kind: str | None = None) -> list[Certificate]:
    """Certificates of an officer's file, those that are held first, the longest-lived first."""
    query = select(Certificate).where(Certificate.city_id == work.city_id, Certificate.officer_id == officer_id)
    if kind is not None:
        query = query.where(Certificate.kind == kind)
    order = (Certificate.status.in_(HELD).desc(), Certificate.valid_until.desc(), Certificate.id)
    found = await work.session.scalars(query.order_by(*order).execution_options(populate_existing=True))
    return list(found.all())


async def barred_certificates(work: Work, before: UUID | None, limit: int) -> list[Certificate]:
    """Certificates of the work's organ that a bar made void, the newest first."""
    query = select(Certificate).where(
        Certificate.city_id == work.city_id,
        Certificate.organ_id == work.organ_id,
        Certificate.barred_until.is_not(None),
    )
    if before is not None:
        query = query.where(Certificate.id < before)
    return list((await work.session.scalars(query.order_by(Certificate.id.desc()).limit(limit))).all())


async def bar_of_decision(work: Work, decision_id: UUID, *, lock: bool = False) -> QualificationBar | None:
    query = select(QualificationBar).where(
        QualificationBar.city_id == work.city_id,
        QualificationBar.organ_id == work.organ_id,
        QualificationBar.decision_id == decision_id,
    )
    if lock:
        query = query.with_for_update()
    return (await work.session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def bars(work: Work, *, before: UUID | None, limit: int) -> list[QualificationBar]:
    """Bars that the work's organ imposed, the newest first."""
    query = select(QualificationBar).where(
        QualificationBar.city_id == work.city_id, QualificationBar.organ_id == work.organ_id
    )
    if before is not None:
        query = query.where(QualificationBar.id < before)
    return list((await work.session.scalars(query.order_by(QualificationBar.id.desc()).limit(limit))).all())


async def barred_files(work: Work, bar_id: UUID) -> list[File]:
    """Files and accounts of the person that a bar of the work's organ is about, in every tenant."""
    rows = await work.session.execute(text("select * from guard.barred_files(:bar)"), {"bar": bar_id})
    return [File(row.organ_id, row.officer_id, row.person_id) for row in rows]


async def posts_of(work: Work, person_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """(organ, post) of present posts of the persons, in every tenant."""
    found = []
    for person_id in person_ids:
        rows = await work.session.execute(
            text("select organ_id, post_id from guard.posts_of(:person, :day)"),
            {"person": person_id, "day": work.today},
        )
        found += [(row.organ_id, row.post_id) for row in rows]
    return sorted(found)


async def note_on_post(work: Work, post_id: UUID, number: str, until: date | None) -> None:
    """Write the supervision certificate of a post of the work's organ; an empty number takes it off."""
    await work.session.execute(
        update(Post)
        .where(Post.city_id == work.city_id, Post.organ_id == work.organ_id, Post.id == post_id)
        .values(certificate_no=number, certificate_until=until)
    )


async def run_out(work: Work, most: int) -> list[RunOut]:
    """Mark bars whose last day is over, at most `most`; what another transaction holds is passed over."""
    rows = await work.session.execute(
        text("select * from guard.bars_run_out(:today, :most)"), {"today": work.today, "most": most}
    )
    return [RunOut(row.id, row.organ_id, row.person_name, row.barred_until, list(row.organs)) for row in rows]


async def pending_anywhere(work: Work, after: UUID, most: int) -> list[tuple[UUID, UUID]]:
    """(organ, application) of what waits for a decision in any tenant, in the order of the ids."""
    rows = await work.session.execute(
        text("select organ_id, id from guard.pending_applications(:after, :most)"), {"after": after, "most": most}
    )
    return [(row.organ_id, row.id) for row in rows]


async def suspensions_over(work: Work, most: int) -> list[tuple[UUID, UUID]]:
    """(organ, certificate) of withholdings whose last day is over, in any tenant."""
    rows = await work.session.execute(
        text("select organ_id, id from guard.suspensions_over(:today, :most)"), {"today": work.today, "most": most}
    )
    return [(row.organ_id, row.id) for row in rows]


async def officers_in_post(work: Work, limit: int = 500) -> list[Officer]:
    """Officers of the work's organ who have not left, by name."""
    query = (
        select(Officer)
        .where(Officer.city_id == work.city_id, Officer.organ_id == work.organ_id, Officer.left_on.is_(None))
        .order_by(Officer.name, Officer.id)
        .limit(limit)
    )
    return list((await work.session.scalars(query)).all())
