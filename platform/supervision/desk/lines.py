"""Queries of the bell, the counters and the list of running deadlines."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select

from kernel.errors import Invalid
from kernel.models import AuditEntry
from kernel.work import Actor, Work
from supervision.clues.models import Clue
from supervision.deadlines.models import Deadline, Notice
from supervision.decisions.models import GovernmentReport
from supervision.desk.repository import of_organ, rows, span
from supervision.escalation.models import EscalatedItem
from supervision.instruments.models import Delivery, Instrument
from supervision.matters.listing import ACTIVE
from supervision.matters.models import Matter


def addressed(work: Work, actor: Actor) -> ColumnElement[bool]:
    """Lines of the bell that are meant for the acting post."""
    everyone = and_(Notice.post_id.is_(None), func.cardinality(Notice.roles) == 0)
    by_role = and_(Notice.post_id.is_(None), Notice.roles.overlap(sorted(actor.roles)))
    return and_(
        Notice.city_id == work.city_id,
        Notice.organ_id == work.organ_id,
        or_(Notice.post_id == actor.post_id, everyone, by_role),
    )


def unread(actor: Actor) -> ColumnElement[bool]:
    return ~Notice.read_by.contains([actor.post_id])


def _count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*where).scalar_subquery()


async def counts(work: Work, wanted: dict[str, ScalarSelect[int]]) -> dict[str, int]:
    """Several independent counts in one round trip."""
    if not wanted:
        return {}
    row = (await work.session.execute(select(*[q.label(k) for k, q in wanted.items()]))).one()
    return dict(zip(wanted, row, strict=True))


def unread_count(work: Work, actor: Actor) -> ScalarSelect[int]:
    return _count(addressed(work, actor), unread(actor))


def late_deadlines(work: Work) -> ScalarSelect[int]:
    return _count(watched(work), Deadline.due_on < work.today)


def new_clues(work: Work) -> ScalarSelect[int]:
    return _count(Clue.city_id == work.city_id, Clue.organ_id == work.organ_id, Clue.state == "new")


def open_matters(work: Work) -> ScalarSelect[int]:
    return _count(of_organ(work), Matter.state.in_(ACTIVE))


def unsigned(work: Work) -> ScalarSelect[int]:
    return _count(
        Instrument.city_id == work.city_id, Instrument.organ_id == work.organ_id, Instrument.state == "in_approval"
    )


def unanswered(work: Work) -> ScalarSelect[int]:
    return _count(
        Delivery.city_id == work.city_id,
        Delivery.addressee_id == work.organ_id,
        or_(Delivery.state == "sent", and_(Delivery.state == "served", Delivery.role == "main")),
    )


def undecided(work: Work) -> ScalarSelect[int]:
    return _count(
        GovernmentReport.city_id == work.city_id,
        GovernmentReport.government_id == work.organ_id,
        GovernmentReport.state == "reported",
    )


def reports_in_hand(work: Work) -> ScalarSelect[int]:
    """Reports that the organ has still to send, or to complete."""
    return _count(
        GovernmentReport.city_id == work.city_id,
        GovernmentReport.organ_id == work.organ_id,
        GovernmentReport.state.in_(("draft", "returned")),
    )


def escalated(work: Work) -> ScalarSelect[int]:
    """Items that rose to the organ from the level below and were not dealt with."""
    return _count(
        EscalatedItem.city_id == work.city_id,
        EscalatedItem.organ_id == work.organ_id,
        EscalatedItem.handled_at.is_(None),
    )


async def notices(work: Work, actor: Actor, mark: str, limit: int) -> list[Notice]:
    query = select(Notice).where(addressed(work, actor))
    if mark:
        at, notice_id = decode(mark, datetime)
        query = query.where(or_(Notice.at < at, and_(Notice.at == at, Notice.id < notice_id)))
    query = query.order_by(Notice.at.desc(), Notice.id.desc()).limit(limit)
    return list((await work.session.scalars(query)).all())


async def unread_notices(work: Work, actor: Actor) -> list[Notice]:
    return await rows(work, select(Notice).where(addressed(work, actor), unread(actor)))


# Running deadlines


def watched(work: Work) -> ColumnElement[bool]:
    """Deadlines that the organ watches and that run. One that was missed for good counts as long as its matter is
    overdue by it; after that its consequences have limits of their own."""
    still_late = exists().where(
        Matter.city_id == Deadline.city_id,
        Matter.id == Deadline.matter_id,
        Matter.state.in_(ACTIVE),
        Matter.next_due_on == Deadline.due_on,
    )
    return and_(
        Deadline.city_id == work.city_id,
        Deadline.organ_id == work.organ_id,
        or_(Deadline.state == "running", and_(Deadline.state == "lapsed", still_late)),
    )


async def count_deadlines(work: Work, near: date) -> dict[str, int]:
    keys = ("overdue", "today", "near", "far")
    columns = [func.count().filter(span(Deadline.due_on, key, work.today, near)) for key in keys]
    row = (await work.session.execute(select(*columns).where(watched(work)))).one()
    return dict(zip(keys, row, strict=True))


async def running(work: Work, condition: ColumnElement[bool], mark: str, limit: int) -> list[Deadline]:
    query = select(Deadline).where(watched(work), condition)
    if mark:
        day, deadline_id = decode(mark, date)
        query = query.where(or_(Deadline.due_on > day, and_(Deadline.due_on == day, Deadline.id > deadline_id)))
    query = query.order_by(Deadline.due_on, Deadline.id).limit(limit)
    return list((await work.session.scalars(query)).all())


async def by_id(work: Work, model: Any, ids: Iterable[UUID | None]) -> dict[UUID, Any]:
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    query = select(model).where(model.city_id == work.city_id, model.id.in_(wanted))
    return {row.id: row for row in await work.session.scalars(query)}


async def deliveries_of(work: Work, deadline_ids: Iterable[UUID]) -> dict[UUID, Delivery]:
    """The served document behind each deadline."""
    wanted = list(deadline_ids)
    if not wanted:
        return {}
    query = select(Delivery).where(Delivery.city_id == work.city_id, Delivery.deadline_id.in_(wanted))
    found: dict[UUID, Delivery] = {}
    for row in await work.session.scalars(query):
        if row.deadline_id is not None:
            found[row.deadline_id] = row
    return found


async def urged(work: Work, deadline_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the organ last sent a reminder on each deadline."""
    wanted = list(deadline_ids)
    if not wanted:
        return {}
    query = (
        select(AuditEntry.subject_id, func.max(AuditEntry.at))
        .where(
            AuditEntry.city_id == work.city_id,
            AuditEntry.organ_id == work.organ_id,
            AuditEntry.action == "urge",
            AuditEntry.subject_id.in_(wanted),
        )
        .group_by(AuditEntry.subject_id)
    )
    return {row[0]: row[1] for row in await work.session.execute(query) if row[0] is not None}


def encode(value: date | datetime, row_id: UUID) -> str:
    """Where a page ends, opaque to the reader."""
    return base64.urlsafe_b64encode(msgspec.json.encode((value.isoformat(), row_id))).decode()


def decode(mark: str, kind: type[date] | type[datetime]) -> tuple[Any, UUID]:
    try:
        value, row_id = msgspec.json.decode(base64.urlsafe_b64decode(mark), type=tuple[str, UUID])
        return kind.fromisoformat(value), row_id
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise Invalid("翻页位置无效，请从第一页重新查看。", field="after") from None
