"""The actors of connected systems. What a kind of link is told, and how its parcels travel, stands in these tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog

from jobs.runtime import errand, job
from kernel.errand import Errand
from kernel.work import Work

if TYPE_CHECKING:
    from integrations.links.posting import Carrier

log = structlog.get_logger()
TELLERS: Final = {"provincial": "tell_province", "discipline": "tell_discipline"}
"""Kind of link → the job that reads the audit trail for it."""
PULLERS: Final = {"provincial": "pull_province", "discipline": "pull_discipline"}
COMPARED: Final = {"provincial": "reconcile_province"}
PUSHED: Final = ("provincial", "discipline", "hotline")
AGAIN: Final = timedelta(seconds=5)


@job("sweep_links", queue="links")
async def sweep_links(work: Work) -> None:
    """Start what is due on every link: trail to be told, parcels to be handed over (Articles 17, 18)."""
    from integrations.links import sweeping

    await sweeping.sweep(work, TELLERS, PUSHED)


@job("pull_links", queue="links")
async def pull_links(work: Work) -> None:
    """Ask every connected system for what is new, one job each (Articles 11(5), 17, 18)."""
    from integrations.links import sweeping

    await sweeping.start_each(work, PULLERS)


@job("reconcile_links", queue="links")
async def reconcile_links(work: Work) -> None:
    """Compare what both sides hold, one job for each link (Article 17)."""
    from integrations.links import sweeping

    log.info("comparisons started", links=await sweeping.start_each(work, COMPARED))


@errand("push_parcels", queue="links")
async def push_parcels(leading: Errand, link_id: str) -> None:
    """Hand over the next parcels of one link; goes on by itself while there are more (Articles 17, 18)."""
    from integrations.links import repository
    from integrations.links import service as links

    async with leading.work() as work:
        row = await repository.link(work, UUID(link_id))
    carrier = _carrier(row.kind) if row is not None else None
    if carrier is not None:
        await links.push(leading, UUID(link_id), carrier)


def _carrier(kind: str) -> Carrier | None:
    if kind == "provincial":
        from integrations.provincial import service as provincial

        return provincial.Carrier()
    if kind == "discipline":
        from integrations.discipline import service as discipline

        return discipline.Carrier()
    if kind == "hotline":
        from integrations.hotline12345 import service as hotline

        return hotline.HotlineCarrier()
    return None


@job("take_arrival", queue="links")
async def take_arrival(work: Work, link_id: str, arrival_id: str) -> None:
    """Work once more what came in and was refused (Articles 10, 17, 18)."""
    from integrations.links import repository

    row = await repository.link(work, UUID(link_id))
    take_again = _taker(row.kind) if row is not None else None
    if take_again is not None:
        await take_again(work, UUID(link_id), UUID(arrival_id))


def _taker(kind: str) -> Callable[[Work, UUID, UUID], Awaitable[None]] | None:
    if kind == "provincial":
        from integrations.provincial import service as provincial

        return provincial.take_again
    if kind == "discipline":
        from integrations.discipline import service as discipline

        return discipline.take_again
    if kind == "hotline":
        from integrations.hotline12345 import service as hotline

        return hotline.take_again
    return None


@job("tell_province", queue="links")
async def tell_province(work: Work, link_id: str) -> None:
    """Post to the province what changed in the organ (Articles 5, 17)."""
    from integrations.provincial import service as provincial

    await provincial.tell_changes(work, UUID(link_id))


@errand("pull_province", queue="links")
async def pull_province(leading: Errand, link_id: str) -> None:
    """Take the next page of every kind from the province (Articles 11(5), 17)."""
    from integrations.provincial import service as provincial

    if await provincial.pull(leading, UUID(link_id)):
        async with leading.work() as work:
            work.enqueue("pull_province", {"link_id": link_id}, delay=AGAIN)


@errand("reconcile_province", queue="links")
async def reconcile_province(leading: Errand, link_id: str) -> None:
    """Compare counts and hashes of every kind with the province (Article 17)."""
    from integrations.provincial import service as provincial

    wrong = sum(one.differences for one in await provincial.reconcile(leading, UUID(link_id)))
    if wrong:
        log.warning("differences with the province", link=link_id, number=wrong)


@errand("repair_province", queue="links")
async def repair_province(leading: Errand, link_id: str) -> None:
    """Pull and push once more exactly what differs, then compare again (Article 17)."""
    from integrations.provincial import service as provincial

    await provincial.repair(leading, UUID(link_id))


@job("tell_discipline", queue="links")
async def tell_discipline(work: Work, link_id: str) -> None:
    """Post the sealed referrals that were sent (Article 18)."""
    from integrations.discipline import service as discipline

    await discipline.tell_referrals(work, UUID(link_id))


@errand("pull_discipline", queue="links")
async def pull_discipline(leading: Errand, link_id: str) -> None:
    """Take receipts and results of referrals (Article 18)."""
    from integrations.discipline import service as discipline

    if await discipline.pull_replies(leading, UUID(link_id)):
        async with leading.work() as work:
            work.enqueue("pull_discipline", {"link_id": link_id})


@job("tell_hotline", queue="links")
async def tell_hotline(work: Work, order_id: str, seq: int) -> None:
    """Post one message about a hotline's order to the hotline that it came from, once (Article 17)."""
    from integrations.hotline12345 import service as hotline

    await hotline.tell(work, UUID(order_id), seq)


@job("pull_hotline", queue="links")
async def pull_hotline(work: Work) -> None:
    """Have each hotline that wants to be asked asked for its orders, one job for each (Article 17)."""
    from integrations.hotline12345 import service as hotline

    await hotline.pull_all(work)


@errand("pull_hotline_orders", queue="links")
async def pull_hotline_orders(leading: Errand, link_id: str) -> None:
    """Take the next orders of one hotline, each version once (Article 17)."""
    from integrations.hotline12345 import service as hotline

    await hotline.pull(leading, UUID(link_id))
