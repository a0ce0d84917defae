"""What both sides hold, compared by counts and hashes, and the repair of what differs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from integrations.links import leasing, repository
from integrations.links.digests import Bucket, Tally, bucket_of, differing, whole
from integrations.links.models import LinkCheck, LinkDifference
from integrations.links.posting import Outgoing, post_to
from integrations.links.repository import Item
from kernel.errand import Errand
from kernel.ids import new_id
from kernel.work import Work

MOST_BUCKETS = 32
"""Differing buckets that one comparison opens; the others come with the next one."""
MOST_DIFFERENCES = 1_000


class Remote(Protocol):
    """The other side's account of what it holds."""

    async def buckets(self, kind: str, direction: str) -> dict[str, Bucket]: ...

    async def bucket(self, kind: str, direction: str, bucket: str) -> Sequence[Item]: ...


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison: counts, whole hashes, and how many records differ."""

    kind: str
    direction: str
    ours: int
    theirs: int
    our_hash: str
    their_hash: str
    differences: int

    @property
    def equal(self) -> bool:
        return self.our_hash == self.their_hash and self.ours == self.theirs


async def compare(errand: Errand, lease: leasing.Lease, kind: str, direction: str, remote: Remote) -> Compared:
    """Compare a kind in a direction; differences become rows, and those that are gone are settled.

    Their account is asked for while no transaction is open. What changes on either side meanwhile looks different
    until the next comparison. Raises Unreachable, Untrusted.
    """
    theirs = await leasing.within(lease, remote.buckets(kind, direction))
    async with errand.work() as work:
        await leasing.keep(work, lease)
        ours = await _ours(work, lease.link_id, kind, direction, theirs)
    there = await leasing.within(lease, _asked(remote, kind, direction, ours.opened))
    found = _different(ours.items, there)
    result = Compared(
        kind, direction, ours.count, sum(bucket.count for bucket in theirs.values()), ours.hash, whole(theirs),
        len(found),
    )  # fmt: skip
    async with errand.work() as work:
        await leasing.keep(work, lease)
        await _note(work, lease.link_id, kind, direction, found=found, names=set(ours.names))
        work.session.add(
            LinkCheck(
                city_id=work.city_id, id=new_id(), organ_id=work.organ_id, link_id=lease.link_id, kind=kind,
                direction=direction, at=work.now, ours=result.ours, theirs=result.theirs, our_hash=result.our_hash,
                their_hash=result.their_hash, differences=result.differences,
            )
        )  # fmt: skip
    return result


@dataclass(frozen=True, slots=True)
class _Ours:
    """What we hold: its number and hash, the buckets that differ, and of the first of them every item."""

    count: int
    hash: str
    names: Sequence[str]
    items: Mapping[str, Item]

    @property
    def opened(self) -> Sequence[str]:
        return self.names[:MOST_BUCKETS]


async def _ours(work: Work, link_id: UUID, kind: str, direction: str, theirs: dict[str, Bucket]) -> _Ours:
    tally = Tally()
    async for item in repository.held(work, link_id, kind, direction):
        tally.add(*item)
    ours = tally.buckets()
    names = differing(ours, theirs)
    opened = set(names[:MOST_BUCKETS])
    items = await _in_buckets(repository.held(work, link_id, kind, direction), opened) if opened else {}
    return _Ours(tally.count, whole(ours), names, items)


async def _asked(remote: Remote, kind: str, direction: str, names: Sequence[str]) -> dict[str, Item]:
    return {item[0]: item for name in names for item in await remote.bucket(kind, direction, name)}


async def _in_buckets(items: AsyncIterator[Item], names: set[str]) -> dict[str, Item]:
    return {item[0]: item async for item in items if bucket_of(item[0]) in names}


def _different(here: Mapping[str, Item], there: Mapping[str, Item]) -> dict[str, tuple[str, str, str]]:
    """Id → what, our hash, their hash."""
    found: dict[str, tuple[str, str, str]] = {}
    for item_id in sorted(here.keys() | there.keys()):
        mine, other = here.get(item_id), there.get(item_id)
        if mine == other or len(found) >= MOST_DIFFERENCES:
            continue
        what = "missing_here" if mine is None else "missing_there" if other is None else "differs"
        found[item_id] = (what, mine[2] if mine else "", other[2] if other else "")
    return found


async def _note(
    work: Work, link_id: UUID, kind: str, direction: str, *, found: Mapping[str, tuple[str, str, str]], names: set[str]
) -> None:
    """Write differences down; settle the open ones that are gone."""
    known = {row.external_id: row for row in await repository.open_differences(work, link_id, direction, kind)}
    for external_id, row in known.items():
        if external_id in found:
            row.what, row.our_hash, row.their_hash = found[external_id]
            row.state = "open"
        elif bucket_of(external_id) not in names or len(names) <= MOST_BUCKETS:
            row.state, row.settled_at, row.settled_by_name = "settled", work.now, "系统"
    for external_id, (what, ours, theirs) in found.items():
        if external_id not in known:
            work.session.add(difference(work, link_id, kind, direction, external_id, what, ours, theirs))
    await work.session.flush()


def difference(  # noqa: PLR0917 (the columns of one row)
    work: Work, link_id: UUID, kind: str, direction: str, external_id: str, what: str, ours: str = "", theirs: str = ""
) -> LinkDifference:
    return LinkDifference(
        city_id=work.city_id, id=new_id(), organ_id=work.organ_id, link_id=link_id, kind=kind, direction=direction,
        external_id=external_id, what=what, our_hash=ours, their_hash=theirs, state="open", found_at=work.now,
    )  # fmt: skip


async def push_again(work: Work, link_id: UUID, rows: Sequence[LinkDifference]) -> int:
    """Send what the other side lacks or holds otherwise once more, under new keys. What we never sent stays."""
    sent = 0
    for kind in sorted({row.kind for row in rows}):
        of_kind = {UUID(row.external_id): row for row in rows if row.kind == kind and row.what != "missing_here"}
        things = []
        for parcel in await repository.last_parcels(work, link_id, kind, list(of_kind)):
            key = f"{kind}:{parcel.subject_id}:{parcel.version}:{new_id()}"
            things.append(Outgoing(kind, parcel.subject_id, parcel.payload, key, parcel.version))
            of_kind[parcel.subject_id].state = "repairing"
        sent += await post_to(work, link_id, things)
    return sent


async def settle_difference(work: Work, row: LinkDifference) -> None:
    """A person has dealt with it."""
    row.state, row.settled_at = "settled", work.now
    row.settled_by_name = work.actor.name if work.actor else "系统"
