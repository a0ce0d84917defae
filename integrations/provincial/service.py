"""The provincial platform (Arts. 5, 11(5), 17): the only door. docs/provincial.md is the contract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from integrations.links import repository
from integrations.links import service as links
from integrations.links.comparing import Compared, compare, push_again
from integrations.links.digests import Bucket
from integrations.links.models import Parcel
from integrations.links.repository import Item
from integrations.links.state import Connected, connected
from integrations.links.telling import tell
from integrations.provincial import pulling, telling
from integrations.provincial.adapter import Adapter
from integrations.provincial.client import Client
from integrations.provincial.messages import PAGE, PULLED, PUSHED, Handed, Receipt
from kernel import settings
from kernel.errors import NotFound
from kernel.work import Work

log = structlog.get_logger()
TELL = "tell_province"
RECONCILE = "reconcile_province"
COMPARED_AFTER = timedelta(seconds=10)
"""After a repair, when what was pushed again has been handed over."""
OUT = tuple(kind for kind in PUSHED if kind != "referral")
__all__ = ["Carrier", "Client", "adapter_of", "pull", "reconcile", "repair", "repair_by_job", "tell_changes"]


def adapter_of(link: Connected) -> Client:
    """The adapter of a link: our own contract. `async with`."""
    return Client(link, loopback=settings.load().demo_mode)


class Carrier:
    """Hands parcels over as one batch."""

    most = PAGE

    def __init__(self, adapter: Adapter | None = None) -> None:
        self._adapter = adapter

    async def carry(self, _work: Work, link: Connected, parcels: Sequence[Parcel]) -> Sequence[links.Outcome]:
        items = [
            Handed(
                kind=parcel.kind,  # type: ignore[arg-type]  # the contract's kinds, by the builders
                id=str(parcel.subject_id),
                version=parcel.version,
                key=parcel.key,
                hash=parcel.content_hash,
                data=parcel.payload,
            )
            for parcel in parcels
        ]
        if self._adapter is not None:
            return [_outcome(one) for one in await self._adapter.push(items)]
        async with adapter_of(link) as adapter:
            return [_outcome(one) for one in await adapter.push(items)]


def _outcome(one: Receipt) -> links.Outcome:
    if one.outcome == "refused":
        return links.Outcome(one.key, "refused", error=one.error or "对方拒收")
    at = one.received_at.isoformat() if one.received_at else ""
    return links.Outcome(one.key, "received", {"number": one.number, "at": at, "outcome": one.outcome})


async def tell_changes(work: Work, link_id: UUID) -> int:
    """Post what changed in the organ since the last time; goes on by a job of its own when more waits."""
    posted, more = await tell(work, link_id, telling.build)
    if more:
        work.enqueue(TELL, {"link_id": str(link_id)})
    return posted


async def pull(work: Work, link_id: UUID, adapter: Adapter | None = None) -> bool:
    """Take the next page of every kind; goes on by a job of its own while there are more."""
    if adapter is not None:
        return await pulling.pull(work, link_id, adapter)
    async with adapter_of(await _link(work, link_id)) as client:
        return await pulling.pull(work, link_id, client)


class _Remote:
    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    async def buckets(self, kind: str, direction: str) -> dict[str, Bucket]:
        summary = await self._adapter.summary(_theirs(direction), kind)
        return {name: Bucket(part.count, part.hash) for name, part in summary.buckets.items()}

    async def bucket(self, kind: str, direction: str, bucket: str) -> Sequence[Item]:
        found = await self._adapter.bucket(_theirs(direction), kind, bucket)
        return [(item.id, item.version, item.hash) for item in found.items]


def _theirs(direction: str) -> str:
    return "offered" if direction == "in" else "handed_in"


async def reconcile(work: Work, link_id: UUID, adapter: Adapter | None = None) -> list[Compared]:
    """Compare counts and hashes of every kind in both directions; empty when the other side does not answer."""
    if adapter is None:
        async with adapter_of(await _link(work, link_id)) as client:
            return await reconcile(work, link_id, client)
    remote, made = _Remote(adapter), []
    try:
        for direction, kinds in (("in", PULLED), ("out", OUT)):
            made += [await compare(work, link_id, kind, direction, remote) for kind in kinds]
    except (links.Unreachable, links.Untrusted) as error:
        log.warning("comparison failed", link=str(link_id), error=str(error))
        await links.failed(work, link_id, str(error))
        return []
    await links.succeeded(work, link_id)
    wrong = sum(one.differences for one in made)
    title = f"与省级平台对账：{'一致' if all(one.equal for one in made) else f'差异 {wrong} 条'}"
    work.record("reconcile_link", "link", link_id, title=title, article="17", detail={"differences": wrong})
    return made


async def repair(work: Work, link_id: UUID, adapter: Adapter | None = None) -> int:
    """Pull and push once more exactly what differs; returns how many records. Raises what the adapter raises."""
    if adapter is None:
        async with adapter_of(await _link(work, link_id)) as client:
            return await repair(work, link_id, client)
    came = await pulling.repull(work, link_id, adapter)
    return came + await push_again(work, link_id, await repository.open_differences(work, link_id, "out"))


async def repair_by_job(work: Work, link_id: UUID) -> None:
    """Repair, and compare again a little later; a failure is counted on the link and never raised."""
    try:
        await repair(work, link_id)
    except (links.Unreachable, links.Untrusted) as error:
        await links.failed(work, link_id, str(error))
        return
    work.enqueue(RECONCILE, {"link_id": str(link_id)}, delay=COMPARED_AFTER)


async def _link(work: Work, link_id: UUID) -> Connected:
    row = await repository.link(work, link_id)
    if row is None:
        raise NotFound
    return connected(row)
