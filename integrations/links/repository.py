"""Reading and writing links, parcels and arrivals in the organ's own tenancy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import aliased

from integrations.links.models import Arrival, Link, LinkDifference, LinkLease, LinkNonce, Parcel
from kernel.ids import new_id
from kernel.work import Work

Item = tuple[str, int, str]
"""Id, version and content hash of a record."""


def own(
    work: Work, table: type[Link] | type[Parcel] | type[Arrival] | type[LinkNonce] | type[LinkLease]
) -> ColumnElement[bool]:
    return and_(table.city_id == work.city_id, table.organ_id == work.organ_id)


async def link(work: Work, link_id: UUID, *, lock: bool = False) -> Link | None:
    query = select(Link).where(own(work, Link), Link.id == link_id)
    if lock:
        query = query.with_for_update()
    return (await work.session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def links(work: Work, kind: str = "") -> list[Link]:
    query = select(Link).where(own(work, Link)).order_by(Link.id)
    if kind:
        query = query.where(Link.kind == kind)
    return list((await work.session.scalars(query)).all())


async def set_link(work: Work, link_id: UUID, values: Mapping[str, Any]) -> None:
    """Write what exchanges change. The row's version stays, so that no administrator's form becomes stale by them."""
    await work.session.execute(
        update(Link)
        .where(own(work, Link), Link.id == link_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def alone(work: Work, link_id: UUID, purpose: str) -> bool:
    """Take the link's lock for a purpose until the transaction ends. False: somebody else has it."""
    query = text("select pg_try_advisory_xact_lock(hashtextextended(:key, 7203450))")
    return bool(await work.session.scalar(query, {"key": f"{purpose}:{link_id}"}))


async def insert_parcels(work: Work, rows: Sequence[Mapping[str, Any]]) -> int:
    """Parcels that are not there yet under their key; returns how many were new."""
    if not rows:
        return 0
    query = insert(Parcel).values(list(rows)).on_conflict_do_nothing().returning(Parcel.id)
    return len((await work.session.execute(query)).all())


async def due(work: Work, link_id: UUID, now: datetime, most: int) -> list[Parcel]:
    """Parcels that may go out, oldest first and locked; of one record only its oldest."""
    earlier = aliased(Parcel)
    before = exists().where(
        earlier.city_id == Parcel.city_id,
        earlier.organ_id == Parcel.organ_id,
        earlier.link_id == Parcel.link_id,
        earlier.subject_id == Parcel.subject_id,
        earlier.state == "waiting",
        earlier.id < Parcel.id,
    )
    query = (
        select(Parcel)
        .where(own(work, Parcel), Parcel.link_id == link_id, Parcel.state == "waiting", Parcel.next_at <= now, ~before)
        .order_by(Parcel.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=Parcel)
    )
    return list((await work.session.scalars(query.execution_options(populate_existing=True))).all())


async def any_due(work: Work, link_id: UUID, now: datetime) -> bool:
    query = select(
        exists().where(own(work, Parcel), Parcel.link_id == link_id, Parcel.state == "waiting", Parcel.next_at <= now)
    )
    return bool(await work.session.scalar(query))


async def insert_arrivals(work: Work, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, int]]:
    """Arrivals that are not there yet; returns id and version of the new ones."""
    if not rows:
        return set()
    query = insert(Arrival).values(list(rows)).on_conflict_do_nothing()
    found = await work.session.execute(query.returning(Arrival.external_id, Arrival.version))
    return {(row[0], row[1]) for row in found}


async def newest(work: Work, link_id: UUID, kind: str, ids: Sequence[str]) -> dict[str, int]:
    """The newest version that arrived of each of these."""
    query = (
        select(Arrival.external_id, func.max(Arrival.version))
        .where(own(work, Arrival), Arrival.link_id == link_id, Arrival.kind == kind, Arrival.external_id.in_(ids))
        .group_by(Arrival.external_id)
    )
    return {row[0]: row[1] for row in await work.session.execute(query)}


async def arrival(work: Work, link_id: UUID, kind: str, external_id: str, version: int) -> Arrival | None:
    query = select(Arrival).where(
        own(work, Arrival),
        Arrival.link_id == link_id,
        Arrival.kind == kind,
        Arrival.external_id == external_id,
        Arrival.version == version,
    )
    return (await work.session.scalars(query.with_for_update())).one_or_none()


async def arrival_by_id(work: Work, link_id: UUID, arrival_id: UUID) -> Arrival | None:
    query = select(Arrival).where(own(work, Arrival), Arrival.link_id == link_id, Arrival.id == arrival_id)
    return (await work.session.scalars(query.with_for_update())).one_or_none()


async def accept_once(work: Work, link_id: UUID, nonce: str, at: datetime) -> bool:
    """Note a signed message. False: it was accepted before."""
    row = {"city_id": work.city_id, "organ_id": work.organ_id, "id": new_id(), "link_id": link_id}
    query = insert(LinkNonce).values(row | {"nonce": nonce, "signed_at": at}).on_conflict_do_nothing()
    return (await work.session.execute(query.returning(LinkNonce.id))).first() is not None


_ARRIVED = text(
    "select external_id, version, content_hash from ("
    ' select distinct on (external_id collate "C") external_id, version, content_hash from arrival'
    " where city_id = :city and organ_id = :organ and link_id = :link and kind = :kind and state <> 'late'"
    ' order by external_id collate "C", version desc) newest order by external_id collate "C"'
)
_POSTED = text(
    "select id, version, content_hash from ("
    " select distinct on (p.subject_id) p.subject_id::text as id, p.version, p.content_hash, p.state from parcel p"
    " where p.city_id = :city and p.organ_id = :organ and p.link_id = :link and p.kind = :kind"
    " order by p.subject_id, p.version desc, p.id desc) newest"
    " where state <> 'waiting' order by id collate \"C\""
)


async def held(work: Work, link_id: UUID, kind: str, direction: str) -> AsyncIterator[Item]:
    """What we hold of a kind, newest versions, by id: `in` what arrived, `out` what was handed over. What is still
    waiting to go out is no difference."""
    query = _ARRIVED if direction == "in" else _POSTED
    values = {"city": work.city_id, "organ": work.organ_id, "link": link_id, "kind": kind}
    async for row in await work.session.stream(query, values):
        yield row[0], row[1], row[2]


async def waiting(work: Work, link_id: UUID, ids: Sequence[UUID]) -> list[Parcel]:
    """Those of these parcels that still wait, locked."""
    query = select(Parcel).where(
        own(work, Parcel), Parcel.link_id == link_id, Parcel.id.in_(ids), Parcel.state == "waiting"
    )
    return list((await work.session.scalars(query.order_by(Parcel.id).with_for_update())).all())


async def parcel(work: Work, parcel_id: UUID) -> Parcel | None:
    query = select(Parcel).where(own(work, Parcel), Parcel.id == parcel_id)
    return (await work.session.scalars(query.with_for_update())).one_or_none()


async def last_hashes(work: Work, link_id: UUID, kind: str, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The content hash of the newest parcel of each record."""
    query = (
        select(Parcel.subject_id, Parcel.content_hash)
        .where(own(work, Parcel), Parcel.link_id == link_id, Parcel.kind == kind, Parcel.subject_id.in_(ids))
        .order_by(Parcel.subject_id, Parcel.version.desc(), Parcel.id.desc())
        .ext(distinct_on(Parcel.subject_id))
    )
    return {row[0]: row[1] for row in await work.session.execute(query)}


async def last_parcels(work: Work, link_id: UUID, kind: str, ids: Sequence[UUID]) -> list[Parcel]:
    """The newest parcel of each record."""
    query = (
        select(Parcel)
        .where(own(work, Parcel), Parcel.link_id == link_id, Parcel.kind == kind, Parcel.subject_id.in_(ids))
        .order_by(Parcel.subject_id, Parcel.version.desc(), Parcel.id.desc())
        .ext(distinct_on(Parcel.subject_id))
    )
    return list((await work.session.scalars(query)).all())


async def open_differences(
    work: Work, link_id: UUID, direction: str = "", kind: str = "", ids: Sequence[str] | None = None
) -> list[LinkDifference]:
    query = select(LinkDifference).where(
        LinkDifference.city_id == work.city_id,
        LinkDifference.organ_id == work.organ_id,
        LinkDifference.link_id == link_id,
        LinkDifference.state != "settled",
    )
    if direction:
        query = query.where(LinkDifference.direction == direction)
    if kind:
        query = query.where(LinkDifference.kind == kind)
    if ids is not None:
        query = query.where(LinkDifference.external_id.in_(ids))
    return list((await work.session.scalars(query.order_by(LinkDifference.id))).all())


async def set_cursor(work: Work, link_id: UUID, kind: str, cursor: str) -> None:
    """Go on from here with a kind; the other kinds' cursors stay."""
    query = text(
        "update link set cursors = cursors || jsonb_build_object(cast(:kind as text), cast(:cursor as text))"
        " where city_id = :city and organ_id = :organ and id = :link"
    )
    values = {"city": work.city_id, "organ": work.organ_id, "link": link_id, "kind": kind, "cursor": cursor}
    await work.session.execute(query, values)


async def replace_arrivals(work: Work, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, int]]:
    """Arrivals as they are now at the other side, in the place of what is here under the same version."""
    if not rows:
        return set()
    query = insert(Arrival).values(list(rows))
    changed = {
        name: query.excluded[name] for name in ("content_hash", "payload_cipher", "state", "error", "arrived_at")
    }
    query = query.on_conflict_do_update(
        index_elements=["city_id", "organ_id", "link_id", "kind", "external_id", "version"], set_=changed
    )
    found = await work.session.execute(query.returning(Arrival.external_id, Arrival.version))
    return {(row[0], row[1]) for row in found}


Listed = TypeVar("Listed", Parcel, Arrival, LinkDifference)


async def page(
    work: Work, table: type[Listed], link_id: UUID, state: str, *, after: UUID | None, limit: int
) -> Sequence[Listed]:
    """Rows of a link, newest first, one more than `limit`. `state` with a leading ``!``: every other one."""
    query = select(table).where(
        table.city_id == work.city_id, table.organ_id == work.organ_id, table.link_id == link_id
    )
    if state.startswith("!"):
        query = query.where(table.state != state[1:])
    elif state:
        query = query.where(table.state == state)
    if after is not None:
        query = query.where(table.id < after)
    return (await work.session.scalars(query.order_by(table.id.desc()).limit(limit + 1))).all()
