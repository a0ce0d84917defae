"""The sweep over all links: whatever job was lost or held back by a breaker is started again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from integrations.links import leasing, repository
from integrations.links.posting import PURPOSE, PUSH
from integrations.links.rules import Breaker
from integrations.links.taking import forget_nonces
from kernel.clock import system_now
from kernel.work import Work

_NEWER = text(
    "select exists (select 1 from audit_entry where city_id = :city and organ_id = :organ and (xid, seq) > (:xid, :seq)"
    " and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
)


async def enabled(work: Work, kinds: Sequence[str]) -> list[tuple[UUID, UUID, str]]:
    """Organ, link and kind of every enabled link of the city. For the system's jobs."""
    query = text("select organ_id, link_id, kind from guard.links_enabled(cast(:kinds as text[]))")
    return [(row[0], row[1], row[2]) for row in await work.session.execute(query, {"kinds": list(kinds)})]


async def sweep(work: Work, tellers: Mapping[str, str], pushed: Sequence[str]) -> int:
    """Start what is due: kinds of `tellers` → the job that reads the trail for them; `pushed` kinds have parcels.
    Returns the number of jobs."""
    started = 0
    for organ_id, link_id, kind in await enabled(work, sorted({*tellers, *pushed})):
        async with work.acting_as(organ_id):
            started += await _start(work, link_id, tellers.get(kind, ""), pushes=kind in pushed)
    return started


async def _start(work: Work, link_id: UUID, teller: str, *, pushes: bool) -> int:
    row = await repository.link(work, link_id)
    if row is None:
        return 0
    started, now = 0, system_now()
    values = {"city": work.city_id, "organ": work.organ_id, "xid": row.feed_xid, "seq": row.feed_seq}
    if teller and await work.session.scalar(_NEWER, values):
        work.enqueue(teller, {"link_id": str(link_id)})
        started += 1
    ready = Breaker(row.failures, row.open_until).state(now) != "open"
    if pushes and ready and await _idle_and_due(work, link_id, now):
        work.enqueue(PUSH, {"link_id": str(link_id)})
        started += 1
    await forget_nonces(work)
    return started


async def _idle_and_due(work: Work, link_id: UUID, now: datetime) -> bool:
    """Who talks to the other side now goes on by himself."""
    return not await leasing.held(work, link_id, PURPOSE) and await repository.any_due(work, link_id, now)


async def start_each(work: Work, kinds: Mapping[str, str]) -> int:
    """One job for every enabled link of these kinds; returns how many."""
    found = await enabled(work, sorted(kinds))
    for organ_id, link_id, kind in found:
        async with work.acting_as(organ_id):
            work.enqueue(kinds[kind], {"link_id": str(link_id)})
    return len(found)
