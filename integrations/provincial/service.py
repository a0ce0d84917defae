"""The provincial platform (Arts. 5, 11(5), 17): the only door. docs/provincial.md is the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from integrations.links import leasing, repository
from integrations.links import service as links
from integrations.links.comparing import Compared, compare, push_again
from integrations.links.digests import Bucket
from integrations.links.models import Parcel
from integrations.links.repository import Item
from integrations.links.state import Connected
from integrations.links.telling import tell
from integrations.provincial import pulling, telling
from integrations.provincial.adapter import Adapter
from integrations.provincial.client import Client
from integrations.provincial.messages import PAGE, PULLED, PUSHED, Handed, Receipt
from kernel import settings
from kernel.errand import Errand
from kernel.work import Work

TELL = "tell_province"
RECONCILE = "reconcile_province"
REPAIR = "repair_province"
take_again = pulling.take_again
COMPARE = "compare"
"""The lease under which both sides are compared and repaired."""
COMPARED_AFTER = timedelta(seconds=10)
"""After a repair, when what was pushed again has been handed over."""
OUT = tuple(kind for kind in PUSHED if kind != "referral")
__all__ = ["Carrier", "Client", "adapter_of", "pull", "reconcile", "repair", "take_again", "tell_changes"]


def adapter_of(link: Connected) -> Client:
    """The adapter of a link: our own contract. `async with`."""
    return Client(link, loopback=settings.load().demo_mode)


class Carrier:
    """Hands parcels over as one batch."""

    most = PAGE

    def __init__(self, adapter: Adapter | None = None) -> None:
        self._adapter = adapter

    async def carry(self, link: Connected, parcels: Sequence[Parcel]) -> Sequence[links.Outcome]:
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


async def pull(errand: Errand, link_id: UUID, adapter: Adapter | None = None) -> bool:
    """Take the next page of every kind; True when more waits. A failure is counted on the link and never raised."""
    async with errand.work() as work:
        claimed = await leasing.claim(work, link_id, "pull")
    if claimed is None:
        return False
    async with _talking(claimed.link, adapter) as found:
        return await pulling.pull(errand, claimed, found)


@asynccontextmanager
async def _talking(link: Connected, adapter: Adapter | None) -> AsyncIterator[Adapter]:
    if adapter is not None:
        yield adapter
        return
    async with adapter_of(link) as client:
        yield client


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


async def reconcile(errand: Errand, link_id: UUID, adapter: Adapter | None = None) -> list[Compared]:
    """Compare counts and hashes of every kind in both directions; empty when the other side does not answer."""
    async with errand.work() as work:
        claimed = await leasing.claim(work, link_id, COMPARE, again=RECONCILE, despite=True)
    if claimed is None:
        return []
    made, error = [], ""
    try:
        async with _talking(claimed.link, adapter) as found:
            remote = _Remote(found)
            for direction, kinds in (("in", PULLED), ("out", OUT)):
                made += [await compare(errand, claimed.lease, kind, direction, remote) for kind in kinds]
    except (links.Unreachable, links.Untrusted) as failure:
        error = str(failure)
    async with errand.work() as work:
        if not await leasing.end(work, claimed.lease, error) or error:
            return []
        wrong = sum(one.differences for one in made)
        title = f"与省级平台对账：{'一致' if all(one.equal for one in made) else f'差异 {wrong} 条'}"
        work.record("reconcile_link", "link", link_id, title=title, article="17", detail={"differences": wrong})
    return made


async def repair(errand: Errand, link_id: UUID, adapter: Adapter | None = None) -> int:
    """Pull and push once more exactly what differs, and have both sides compared again a little later; returns how
    many records. A failure is counted on the link and never raised."""
    async with errand.work() as work:
        claimed = await leasing.claim(work, link_id, COMPARE, again=REPAIR, despite=True)
    if claimed is None:
        return 0
    moved, error = 0, ""
    try:
        async with _talking(claimed.link, adapter) as found:
            moved = await pulling.repull(errand, claimed.lease, found)
    except (links.Unreachable, links.Untrusted) as failure:
        error = str(failure)
    async with errand.work() as work:
        if await leasing.end(work, claimed.lease, error) and not error:
            moved += await push_again(work, link_id, await repository.open_differences(work, link_id, "out"))
            work.enqueue(RECONCILE, {"link_id": str(link_id)}, delay=COMPARED_AFTER)
    return moved
