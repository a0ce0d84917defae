"""Pulling (Arts. 11(5), 17): page by page from the province's cursor into the inbox and from there to the registers.

A page, what became of its items and the cursor are one transaction: killed anywhere, the page comes again and has no
second effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from integrations.links import repository
from integrations.links import service as links
from integrations.links.rules import Breaker
from integrations.links.taking import Incoming
from integrations.provincial import records, registers
from integrations.provincial.adapter import Adapter
from integrations.provincial.messages import EXACT, PAGE, PULLED, Item
from kernel.clock import system_now
from kernel.work import Work

log = structlog.get_logger()


async def pull(work: Work, link_id: UUID, adapter: Adapter, kinds: Sequence[str] = PULLED) -> bool:
    """Take the next page of every kind; True when more waits. A failure is counted on the link and never raised."""
    if not await repository.alone(work, link_id, "pull"):
        return False
    row = await repository.link(work, link_id)
    if row is None or row.state != "enabled" or not row.address:
        return False
    if Breaker(row.failures, row.open_until).state(system_now()) == "open":
        return False
    more = False
    for kind in kinds:
        try:
            page = await adapter.changes(kind, str(row.cursors.get(kind, "")), PAGE)
        except (links.Unreachable, links.Untrusted) as error:
            log.warning("pull failed", link=str(link_id), kind=kind, error=str(error))
            await links.failed(work, link_id, str(error))
            return True
        await take(work, link_id, kind, page.items)
        await repository.set_cursor(work, link_id, kind, page.next)
        more = more or page.more
    await links.succeeded(work, link_id)
    return more


async def take(work: Work, link_id: UUID, kind: str, items: Sequence[Item], *, again: bool = False) -> int:
    """Take items in, each once, and hand what is new to its register; returns how many were new."""
    things = [Incoming(item.id, item.version, item.data, item.hash) for item in items]
    keep = kind != "record"
    new = await links.take_in_many(work, link_id, kind, things, keep=keep, again=again)
    if not new:
        return 0
    taker = records.take if kind == "record" else registers.take
    errors = await taker(work, link_id, kind, new)
    await links.settle_many(work, link_id, kind, errors)
    return len(new)


async def repull(work: Work, link_id: UUID, adapter: Adapter) -> int:
    """Ask once more for exactly what differs; returns how many came."""
    rows = [row for row in await repository.open_differences(work, link_id, "in") if row.what != "missing_there"]
    came = 0
    for kind in sorted({row.kind for row in rows}):
        ids = [row.external_id for row in rows if row.kind == kind]
        for start in range(0, len(ids), EXACT):
            found = await adapter.items(kind, ids[start : start + EXACT])
            came += await take(work, link_id, kind, found, again=True)
    for row in rows:
        row.state = "repairing"
    await work.session.flush()
    return came
