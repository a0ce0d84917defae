"""Whose turn it is to talk to the other side of a link: claimed in one short transaction, settled in another.

Between the two no transaction is open. A lease names its holder and ends by itself: who takes over from a killed
process works the same parcels under the same keys, and from the same cursors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from integrations.links import repository
from integrations.links.errors import Unreachable
from integrations.links.models import LinkLease
from integrations.links.rules import Breaker, exchange_seconds
from integrations.links.state import Connected, connected, failed, succeeded
from kernel.clock import system_now
from kernel.ids import new_id
from kernel.work import Work

log = structlog.get_logger()
T = TypeVar("T")
MARGIN: Final = timedelta(seconds=10)
"""How much longer a lease is than the longest exchange under it: the time to settle."""
TAKEN_OVER: Final = "对接已由另一个进程接手"


@dataclass(frozen=True, slots=True)
class Lease:
    """One purpose of one link, held until `seconds` after it was last kept."""

    link_id: UUID
    purpose: str
    holder: UUID
    seconds: float


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim found: the link opened for use, where its kinds stand, and the lease."""

    lease: Lease
    link: Connected
    cursors: Mapping[str, Any]
    half_open: bool


async def claim(work: Work, link_id: UUID, purpose: str, *, again: str = "", despite: bool = False) -> Claimed | None:
    """Take a link for a purpose. None: it is gone, paused or never called, its breaker is open (`despite`: a person
    asked, it is tried all the same), or somebody else has it; then the job `again` comes back when that lease ends."""
    row = await repository.link(work, link_id)
    if row is None or row.state != "enabled" or not row.address:
        return None
    breaker = Breaker(row.failures, row.open_until).state(system_now())
    if breaker == "open" and not despite:
        return None
    lease = Lease(link_id, purpose, new_id(), exchange_seconds(row.settings))
    if not await _taken(work, lease):
        until = await _until(work, link_id, purpose)
        if again and until is not None:
            work.enqueue(again, {"link_id": str(link_id)}, delay=until - system_now())
        return None
    return Claimed(lease, connected(row), dict(row.cursors), breaker == "half_open")


async def _taken(work: Work, lease: Lease) -> bool:
    now = system_now()
    values = {"holder": lease.holder, "until": _end(lease, now)}
    row = {"city_id": work.city_id, "organ_id": work.organ_id, "id": new_id(), "link_id": lease.link_id}
    query = insert(LinkLease).values(row | {"purpose": lease.purpose} | values)
    query = query.on_conflict_do_update(
        index_elements=["city_id", "organ_id", "link_id", "purpose"], set_=values, where=LinkLease.until <= now
    )
    return (await work.session.execute(query.returning(LinkLease.id))).first() is not None


def _end(lease: Lease, now: datetime) -> datetime:
    return now + timedelta(seconds=lease.seconds) + MARGIN


async def _until(work: Work, link_id: UUID, purpose: str) -> datetime | None:
    query = select(LinkLease.until).where(
        repository.own(work, LinkLease), LinkLease.link_id == link_id, LinkLease.purpose == purpose
    )
    found: datetime | None = await work.session.scalar(query)
    return found


async def held(work: Work, link_id: UUID, purpose: str) -> bool:
    """Whether somebody is talking to the other side for this purpose now."""
    until = await _until(work, link_id, purpose)
    return until is not None and until > system_now()


async def keep(work: Work, lease: Lease) -> None:
    """Hold on for another exchange, with the first statement of the transaction that settles one. Raises Unreachable
    when somebody else took over: what he does not know must not be settled."""
    query = (
        update(LinkLease)
        .where(_mine(work, lease))
        .values(until=_end(lease, system_now()))
        .returning(LinkLease.id)
        .execution_options(synchronize_session=False)
    )
    if (await work.session.execute(query)).first() is None:
        raise Unreachable(TAKEN_OVER)


async def give_back(work: Work, lease: Lease) -> bool:
    """End a lease. False: somebody else had taken over."""
    query = delete(LinkLease).where(_mine(work, lease)).returning(LinkLease.id)
    found = await work.session.execute(query.execution_options(synchronize_session=False))
    return found.first() is not None


async def end(work: Work, lease: Lease, error: str = "") -> bool:
    """Give the link back and note how it went. False: somebody else had taken over, and nothing is noted."""
    if not await give_back(work, lease):
        log.warning("lease was over", link=str(lease.link_id), purpose=lease.purpose)
        return False
    if error:
        log.warning("link failed", link=str(lease.link_id), purpose=lease.purpose, error=error)
        await failed(work, lease.link_id, error)
    else:
        await succeeded(work, lease.link_id)
    return True


def _mine(work: Work, lease: Lease) -> Any:
    return (
        repository.own(work, LinkLease)
        & (LinkLease.link_id == lease.link_id)
        & (LinkLease.purpose == lease.purpose)
        & (LinkLease.holder == lease.holder)
    )


async def within(lease: Lease, exchange: Awaitable[T]) -> T:
    """Await an exchange no longer than the lease allows. Raises what the exchange raises, and Unreachable."""
    try:
        async with asyncio.timeout(lease.seconds):
            return await exchange
    except TimeoutError as error:
        raise Unreachable("对方没有在时限内答完") from error
