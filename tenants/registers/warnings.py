"""What has to be pointed out about an organ's register today, each cause once (Article 10(1), (4), (5))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.work import Work
from policy.rulebook import RuleBook
from tenants.access import Target, authorize
from tenants.registers import repository
from tenants.registers.book import rulebook
from tenants.registers.listing import warned_until
from tenants.registers.models import Certificate, EnforcementBody, Officer, RegisterWarning, Training
from tenants.registers.posts import project_to_posts
from tenants.registers.views import HOURS

SLICE = 1_000
"""Rows of one insert: each has a handful of parameters."""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that is pointed out for the first time. `kind`: expiring, expired, hours or ended. `person_id` is the
    officer's, where he has an account."""

    kind: str
    subject_id: UUID
    name: str
    what: str
    """The certificate's kind and number, or the body."""
    due_on: date | None
    person_id: UUID | None = None
    officer_id: UUID | None = None
    figure: int = 0
    """Missing hours."""


async def register_organs(work: Work) -> list[UUID]:
    """Organs of the city that keep files of officers, for the daily job."""
    rows = await work.session.execute(text("select city_id, organ_id from guard.register_organs()"))
    return [row.organ_id for row in rows if row.city_id == work.city_id]


async def due_warnings(work: Work) -> list[Warned]:
    """Mark what has expired in the register of the work's organ, and name everything that was not pointed out before.

    Takes a certificate that ran out off the posts of its holder. Raises Denied.
    """
    await authorize(work, "officer", "warn", Target(owner_id=work.organ_id))
    book = await rulebook(work)
    found = [*await _expired(work), *await _expiring(work, book), *await _hours(work, book), *await _ended(work)]
    return await _first_time(work, found)


async def _expired(work: Work) -> list[Warned]:
    marked = await repository.mark_expired(work)
    if not marked:
        return []
    wanted = {certificate_id for certificate_id, _ in marked}
    held = [c for c in await repository.certificates(work, [o for _, o in marked]) if c.id in wanted]
    files = await _files(work, [c.officer_id for c in held])
    for officer_id in dict.fromkeys(c.officer_id for c in held):
        await project_to_posts(work, files[officer_id])
    for certificate in held:
        work.record(
            "expire",
            "certificate",
            certificate.id,
            title=f"{_named(certificate)}有效期届满",
            article="10(4)",
        )
    return [_of_certificate("expired", c, files[c.officer_id]) for c in held if files[c.officer_id].left_on is None]


async def _expiring(work: Work, book: RuleBook) -> list[Warned]:
    held = await repository.running_out(work, warned_until(work.today, book))
    files = await _files(work, [c.officer_id for c in held])
    return [_of_certificate("expiring", c, files[c.officer_id]) for c in held if files[c.officer_id].left_on is None]


def _named(certificate: Certificate) -> str:
    return f"{'行政执法证' if certificate.kind == 'enforcement' else '行政执法监督证'} {certificate.number}"


def _of_certificate(kind: str, certificate: Certificate, file: Officer) -> Warned:
    return Warned(
        kind=kind,
        subject_id=certificate.id,
        name=file.name,
        what=_named(certificate),
        due_on=certificate.valid_until,
        person_id=file.person_id,
        officer_id=file.id,
    )


async def _files(work: Work, officer_ids: Sequence[UUID]) -> dict[UUID, Officer]:
    query = select(Officer).where(
        Officer.city_id == work.city_id, Officer.organ_id == work.organ_id, Officer.id.in_(list(officer_ids))
    )
    return {file.id: file for file in (await work.session.scalars(query)).all()}


async def _hours(work: Work, book: RuleBook) -> list[Warned]:
    """Officers in post whose hours of the year are too few, from the day of the rule book on."""
    day = book.due_day("training.warning")
    year, required = work.today.year, book.limit(HOURS)
    if work.today < date(year, day.month, day.day):
        return []
    done = (
        select(Training.officer_id, func.sum(Training.hours).label("hours"))
        .where(Training.city_id == work.city_id, Training.organ_id == work.organ_id, Training.year == year)
        .group_by(Training.officer_id)
        .subquery()
    )
    sum_of = func.coalesce(done.c.hours, 0)
    query = (
        select(Officer.id, Officer.name, Officer.person_id, sum_of)
        .outerjoin(done, done.c.officer_id == Officer.id)
        .where(
            Officer.city_id == work.city_id,
            Officer.organ_id == work.organ_id,
            Officer.left_on.is_(None),
            sum_of < required,
        )
        .order_by(Officer.name, Officer.id)
    )
    return [
        Warned(
            kind="hours",
            subject_id=officer_id,
            name=name,
            what=f"{year}年培训学时",
            due_on=date(year, 12, 31),
            person_id=person_id,
            officer_id=officer_id,
            figure=required - int(hours),
        )
        for officer_id, name, person_id, hours in await work.session.execute(query)
    ]


async def _ended(work: Work) -> list[Warned]:
    """Entrusted bodies whose last day has passed: the entrustment ends by itself (Article 10(5))."""
    query = select(EnforcementBody).where(
        EnforcementBody.city_id == work.city_id,
        EnforcementBody.organ_id == work.organ_id,
        EnforcementBody.ended_on.is_(None),
        EnforcementBody.valid_until < work.today,
    )
    found = []
    for body in (await work.session.scalars(query)).all():
        assert body.valid_until is not None
        body.ended_on, body.ended_reason = body.valid_until + timedelta(days=1), "有效期届满"
        work.record("end_body", "enforcement_body", body.id, title=f"执法主体 {body.name} 有效期届满", article="10(5)")
        found.append(Warned("ended", body.id, body.name, "执法主体", body.valid_until))
    return found


async def _first_time(work: Work, found: Sequence[Warned]) -> list[Warned]:
    rows: list[dict[str, Any]] = [
        {
            "city_id": work.city_id,
            "id": new_id(),
            "organ_id": work.organ_id,
            "subject_id": one.subject_id,
            "cause": f"hours:{work.today.year}" if one.kind == "hours" else one.kind,
            "due_on": one.due_on,
        }
        for one in found
    ]
    new: set[tuple[UUID, str]] = set()
    for n in range(0, len(rows), SLICE):
        statement = insert(RegisterWarning).values(rows[n : n + SLICE]).on_conflict_do_nothing()
        answer = await work.session.execute(statement.returning(RegisterWarning.subject_id, RegisterWarning.cause))
        new |= {(row.subject_id, row.cause.partition(":")[0]) for row in answer}
    return [one for one in found if (one.subject_id, one.kind) in new]
