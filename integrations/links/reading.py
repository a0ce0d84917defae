"""Reading links: state, queues, comparisons, differences. Cut to what the reader's post may see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from integrations.links import repository
from integrations.links.keeping import enter, startable
from integrations.links.models import Arrival, Link, LinkDifference, Parcel
from integrations.links.rules import Breaker
from integrations.links.state import opened
from integrations.links.views import ArrivalRow, CheckRow, DifferenceLine, LinkRow, LinkView, ParcelRow
from kernel.clock import system_now
from kernel.errors import NotFound
from kernel.vault import vault
from kernel.work import Work
from tenants.access import Target, consider

_COUNTS = text(
    "select l.id,"
    " (select count(*) from parcel p where p.city_id = l.city_id and p.organ_id = l.organ_id and p.link_id = l.id"
    "  and p.state = 'waiting'),"
    " (select min(p.posted_at) from parcel p where p.city_id = l.city_id and p.organ_id = l.organ_id"
    "  and p.link_id = l.id and p.state = 'waiting'),"
    " (select count(*) from parcel p where p.city_id = l.city_id and p.organ_id = l.organ_id and p.link_id = l.id"
    "  and p.state in ('dead', 'refused')),"
    " (select count(*) from arrival a where a.city_id = l.city_id and a.organ_id = l.organ_id and a.link_id = l.id"
    "  and a.state = 'refused'),"
    " (select count(*) from link_difference d where d.city_id = l.city_id and d.organ_id = l.organ_id"
    "  and d.link_id = l.id and d.state <> 'settled')"
    " from link l where l.city_id = :city and l.organ_id = :organ"
)
_CHECKS = text(
    "select distinct on (direction, kind) kind, direction, at, ours, theirs, our_hash = their_hash, differences"
    " from link_check where city_id = :city and organ_id = :organ and link_id = :link order by direction, kind, id desc"
)


async def listed(work: Work) -> list[LinkRow]:
    """The organ's links. Raises NotFound or Denied."""
    await enter(work, "read")
    counts = await _counts(work)
    return [_row(row, counts[row.id]) for row in await repository.links(work)]


async def view(work: Work, link_id: UUID) -> LinkView:
    """One link. Raises NotFound or Denied."""
    await enter(work, "read")
    row = await _found(work, link_id)
    keys = opened(row.secret_cipher)
    values = {"city": work.city_id, "organ": work.organ_id, "link": link_id}
    checks = [
        CheckRow(kind=c[0], direction=c[1], at=c[2], ours=c[3], theirs=c[4], equal=c[5], differences=c[6])
        for c in await work.session.execute(_CHECKS, values)
    ]
    return LinkView(
        row=_row(row, (await _counts(work))[row.id]), address=row.address, suite=row.suite, key_id=keys.key_id,
        public=keys.public, peer_known=bool(keys.peer), seconds=int(row.settings.get("seconds", 20)),
        failures=row.failures, open_until=row.open_until, version=row.row_version, checks=checks,
        startable=list(startable(row)), pulls=bool(row.settings.get("pull")),
    )  # fmt: skip


async def parcels(
    work: Work, link_id: UUID, state: str = "", *, after: UUID | None = None, limit: int = 50
) -> tuple[list[ParcelRow], UUID | None]:
    """Parcels of a link, newest first, and where the next page begins."""
    await enter(work, "read")
    await _found(work, link_id)
    rows = await repository.page(work, Parcel, link_id, state, after=after, limit=limit)
    return [
        ParcelRow(
            id=row.id, kind=row.kind, state=row.state, attempts=row.attempts, error=row.error,
            number=str(row.receipt.get("number", "")), posted_at=row.posted_at, sent_at=row.sent_at,
            settled_at=row.settled_at,
        )
        for row in rows[:limit]
    ], rows[limit - 1].id if len(rows) > limit else None  # fmt: skip


async def arrivals(
    work: Work, link_id: UUID, state: str = "", *, after: UUID | None = None, limit: int = 50
) -> tuple[list[ArrivalRow], UUID | None]:
    """Arrivals of a link, newest first, and where the next page begins."""
    await enter(work, "read")
    await _found(work, link_id)
    rows = await repository.page(work, Arrival, link_id, state, after=after, limit=limit)
    return [
        ArrivalRow(
            id=row.id, kind=row.kind, external_id=row.external_id, version=row.version, state=row.state,
            error=row.error, arrived_at=row.arrived_at,
        )
        for row in rows[:limit]
    ], rows[limit - 1].id if len(rows) > limit else None  # fmt: skip


async def differences(
    work: Work, link_id: UUID, *, after: UUID | None = None, limit: int = 50
) -> tuple[list[DifferenceLine], UUID | None]:
    """Open differences of a link, newest first, and where the next page begins. What a register says of persons is
    shown to those alone who may settle it."""
    await enter(work, "read")
    await _found(work, link_id)
    verdict, _ = await consider(work, "link", "settle", Target(owner_id=work.organ_id))
    rows: Sequence[LinkDifference] = await repository.page(
        work, LinkDifference, link_id, "!settled", after=after, limit=limit
    )
    return [_difference(row, whole=verdict.allowed) for row in rows[:limit]], (
        rows[limit - 1].id if len(rows) > limit else None
    )


def _difference(row: LinkDifference, *, whole: bool) -> DifferenceLine:
    detail: dict[str, Any] = {}
    if row.detail_cipher is not None and (whole or row.kind == "organ"):
        detail = json.loads(vault().open(row.detail_cipher))
    return DifferenceLine(
        id=row.id, kind=row.kind, direction=row.direction, external_id=row.external_id, what=row.what,
        state=row.state, about=detail.get("about", ""), fields=[tuple(field) for field in detail.get("fields", [])],
        found_at=row.found_at,
    )  # fmt: skip


async def _found(work: Work, link_id: UUID) -> Link:
    row = await repository.link(work, link_id)
    if row is None:
        raise NotFound
    return row


async def _counts(work: Work) -> dict[UUID, tuple[Any, ...]]:
    values = {"city": work.city_id, "organ": work.organ_id}
    return {row[0]: tuple(row[1:]) for row in await work.session.execute(_COUNTS, values)}


def _row(row: Link, counts: tuple[Any, ...]) -> LinkRow:
    waiting, oldest, dead, refused, different = counts
    return LinkRow(
        id=row.id, kind=row.kind, name=row.name, state=row.state,
        breaker=Breaker(row.failures, row.open_until).state(system_now()), last_success_at=row.last_success_at,
        last_error=row.last_error, last_error_at=row.last_error_at, waiting=waiting, oldest_at=oldest, dead=dead,
        refused_in=refused, differences=different,
    )  # fmt: skip
