"""Pulling (Arts. 11(5), 17): page by page from the province's cursor into the inbox and from there to the registers.

A page is asked for while no transaction is open. What became of its items and the cursor are one transaction: killed
anywhere, the page comes again and has no second effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from integrations.links import leasing, repository
from integrations.links import service as links
from integrations.links.models import LinkDifference
from integrations.links.taking import Incoming
from integrations.provincial import records, registers
from integrations.provincial.adapter import Adapter
from integrations.provincial.messages import EXACT, PAGE, PULLED, Item
from kernel.errand import Errand
from kernel.work import Work


async def pull(errand: Errand, claimed: leasing.Claimed, adapter: Adapter, kinds: Sequence[str] = PULLED) -> bool:
    """Take the next page of every kind; True when more waits. A failure is counted on the link and never raised."""
    lease, more, error = claimed.lease, False, ""
    try:
        for kind in kinds:
            asked = adapter.changes(kind, str(claimed.cursors.get(kind, "")), PAGE)
            page = await leasing.within(lease, asked)
            async with errand.work() as work:
                await leasing.keep(work, lease)
                await take(work, lease.link_id, kind, page.items)
                await repository.set_cursor(work, lease.link_id, kind, page.next)
            more = more or page.more
    except (links.Unreachable, links.Untrusted) as failure:
        error, more = str(failure), True
    async with errand.work() as work:
        return await leasing.end(work, lease, error) and more


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


async def take_again(work: Work, link_id: UUID, arrival_id: UUID) -> None:
    """Work an item that was refused once more; the reason stays until it can be taken."""
    found = await links.waiting(work, link_id, arrival_id)
    if found is None:
        return
    row, payload = found
    one = Incoming(row.external_id, row.version, payload, row.content_hash)
    errors = await registers.take(work, link_id, row.kind, [one])
    await links.settle_many(work, link_id, row.kind, errors)


async def repull(errand: Errand, lease: leasing.Lease, adapter: Adapter) -> int:
    """Ask once more for exactly what differs; returns how many came. Raises Unreachable, Untrusted."""
    async with errand.work() as work:
        rows = await _missed(work, lease.link_id)
        asked = {kind: [row.external_id for row in rows if row.kind == kind] for kind in {row.kind for row in rows}}
    came = 0
    for kind, ids in sorted(asked.items()):
        for start in range(0, len(ids), EXACT):
            found = await leasing.within(lease, adapter.items(kind, ids[start : start + EXACT]))
            async with errand.work() as work:
                await leasing.keep(work, lease)
                came += await take(work, lease.link_id, kind, found, again=True)
    async with errand.work() as work:
        for row in await _missed(work, lease.link_id):
            if row.external_id in asked.get(row.kind, ()):
                row.state = "repairing"
    return came


async def _missed(work: Work, link_id: UUID) -> list[LinkDifference]:
    """What the other side holds and we do not hold alike."""
    rows = await repository.open_differences(work, link_id, "in")
    return [row for row in rows if row.what != "missing_there"]
