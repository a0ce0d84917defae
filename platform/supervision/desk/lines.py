"""Queries of the bell, the counters and the list of running deadlines."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from kernel.errors import Invalid
from kernel.models import AuditEntry
from kernel.sifting import sifted
from kernel.tallies import ASKED, Asked, Tally, counting
from kernel.work import Actor, Work
from supervision.clues.models import Clue
from supervision.deadlines.models import Deadline, Notice
from supervision.decisions.models import GovernmentReport
from supervision.desk.repository import of_organ, rows, span, waiting_here
from supervision.escalation.models import EscalatedItem
from supervision.instruments.models import Delivery, Instrument
from supervision.licensing.models import PENDING, LicenceApplication
from supervision.matters.models import Matter

RUNG = 400
"""The newest lines of an organ, among which the bell counts: what is older than these counts as read."""


def addressed(post_id: Any, roles: Any, line: Any = Notice) -> ColumnElement[bool]:
    """Lines of the bell that are meant for a post with these roles."""
    everyone = and_(line.post_id.is_(None), func.cardinality(line.roles) == 0)
    by_role = and_(line.post_id.is_(None), line.roles.overlap(roles))
    found: ColumnElement[bool] = or_(line.post_id == post_id, everyone, by_role)
    return found


def _rung(asked: Asked) -> Any:
    query = select(Notice).where(Notice.city_id == asked.city_id, Notice.organ_id == asked.organ_id)
    return aliased(Notice, query.order_by(Notice.at.desc(), Notice.id.desc()).limit(RUNG).subquery("rung"))


def _unread(asked: Asked, post_id: Any, roles: Any) -> tuple[Any, ColumnElement[bool]]:
    """The newest lines and, over them, what the post has not read of its own."""
    line = _rung(asked)
    return line, and_(addressed(post_id, roles, line), ~line.read_by.contains(array([post_id])))


# What is counted beside the navigation, over the placeholders of whoever reads


def unread_count() -> Tally:
    line, condition = _unread(ASKED, ASKED.post_id, ASKED.roles)
    return Tally(select(func.count()).select_from(line).where(condition).scalar_subquery())


def late_deadlines() -> Tally:
    late = union_all(_running(ASKED, Deadline.due_on < ASKED.today), _still_late(ASKED)).subquery()
    return Tally(select(func.count()).select_from(late).scalar_subquery())


def new_clues() -> Tally:
    return counting(Clue.city_id == ASKED.city_id, Clue.organ_id == ASKED.organ_id, Clue.state == "new")


def open_matters() -> Tally:
    return counting(and_(of_organ(ASKED), Matter.live))


def unsigned() -> Tally:
    mine = and_(Instrument.city_id == ASKED.city_id, Instrument.organ_id == ASKED.organ_id)
    return counting(mine, Instrument.state == "in_approval")


def unanswered() -> Tally:
    return counting(Delivery.city_id == ASKED.city_id, Delivery.addressee_id == ASKED.organ_id, waiting_here())


def undecided() -> Tally:
    ours = and_(GovernmentReport.city_id == ASKED.city_id, GovernmentReport.government_id == ASKED.organ_id)
    return counting(ours, GovernmentReport.state == "reported")


def reports_in_hand() -> Tally:
    """Reports that the organ has still to send, or to complete."""
    ours = and_(GovernmentReport.city_id == ASKED.city_id, GovernmentReport.organ_id == ASKED.organ_id)
    return counting(ours, GovernmentReport.state.in_(("draft", "returned")))


def licences() -> Tally:
    """Applications for certificates that wait for the organ's decision."""
    ours = and_(LicenceApplication.city_id == ASKED.city_id, LicenceApplication.department_id == ASKED.organ_id)
    return counting(ours, LicenceApplication.state.in_(PENDING))


def escalated() -> Tally:
    """Items that rose to the organ from the level below and were not dealt with."""
    ours = and_(EscalatedItem.city_id == ASKED.city_id, EscalatedItem.organ_id == ASKED.organ_id)
    return counting(ours, EscalatedItem.handled_at.is_(None))


async def notices(work: Work, actor: Actor, mark: str, limit: int) -> tuple[list[Notice], str]:
    """Lines meant for the acting post, the newest first, and where the next page begins (empty at the end)."""
    base = select(Notice).where(Notice.city_id == work.city_id, Notice.organ_id == work.organ_id)
    found, place = await sifted(
        work,
        base,
        lambda line: (line.at, line.id),
        lambda line: addressed(actor.post_id, sorted(actor.roles), line),
        after=decode(mark, datetime) if mark else None,
        limit=limit,
    )
    return found, encode(*place) if place else ""


async def unread_notices(work: Work, actor: Actor) -> list[Notice]:
    line, condition = _unread(work, actor.post_id, sorted(actor.roles))
    return await rows(work, select(line).where(condition))


# Running deadlines


def _running(asked: Asked, *conditions: ColumnElement[bool]) -> Select[date, UUID]:
    """Days and ids of the deadlines that the organ watches and that run."""
    return select(Deadline.due_on, Deadline.id).where(
        Deadline.city_id == asked.city_id, Deadline.organ_id == asked.organ_id, Deadline.state == "running", *conditions
    )


def _still_late(asked: Asked, *conditions: ColumnElement[bool]) -> Select[date, UUID]:
    """Days and ids of those that were missed for good. Each counts as long as its matter is overdue by it; after that
    its consequences have limits of their own. So they are found from the overdue matters."""
    return (
        select(Deadline.due_on, Deadline.id)
        .join(Matter, and_(Matter.city_id == Deadline.city_id, Matter.id == Deadline.matter_id))
        .where(
            of_organ(asked),
            Matter.live,
            Matter.next_due_on < asked.today,
            Deadline.city_id == asked.city_id,
            Deadline.organ_id == asked.organ_id,
            Deadline.state == "lapsed",
            Deadline.due_on == Matter.next_due_on,
            *conditions,
        )
    )


async def count_deadlines(work: Work, near: date) -> dict[str, int]:
    watched = union_all(_running(work), _still_late(work)).subquery()
    keys = ("overdue", "today", "near", "far")
    columns = [func.count().filter(span(watched.c.due_on, key, work.today, near)) for key in keys]
    row = (await work.session.execute(select(*columns).select_from(watched))).one()
    return dict(zip(keys, row, strict=True))


async def running(work: Work, condition: ColumnElement[bool], mark: str, limit: int) -> list[Deadline]:
    """Watched deadlines of one span, the earliest end first."""
    conditions = [condition]
    if mark:
        day, deadline_id = decode(mark, date)
        conditions.append(tuple_(Deadline.due_on, Deadline.id) > tuple_(literal(day, Date()), literal(deadline_id)))
    parts = [
        part.order_by(Deadline.due_on, Deadline.id).limit(limit).subquery()
        for part in (_running(work, *conditions), _still_late(work, *conditions))
    ]
    places = union_all(*(select(part.c.due_on, part.c.id) for part in parts)).subquery()
    chosen = select(places.c.id).order_by(places.c.due_on, places.c.id).limit(limit)
    ids = list((await work.session.scalars(chosen)).all())
    found = await by_id(work, Deadline, ids)
    return [found[one] for one in ids if one in found]


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
