"""Out: parcels are posted in the transaction of the deed that they tell of, and handed over by a job of their own."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import structlog

from integrations.links import leasing, repository
from integrations.links.errors import Unreachable, Untrusted
from integrations.links.models import Parcel
from integrations.links.rules import ALONE_FROM, TRIES, content_hash, pause_after
from integrations.links.state import Connected
from kernel.clock import system_now
from kernel.errand import Errand
from kernel.errors import NotFound
from kernel.ids import new_id
from kernel.work import Work

log = structlog.get_logger()
PUSH = "push_parcels"
PURPOSE = "push"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to be posted. `key` is unique on the link; `version` grows with the record."""

    kind: str
    subject_id: UUID
    payload: Mapping[str, Any]
    key: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the other side said of one parcel. received and refused are final; again: it goes out once more."""

    key: str
    outcome: str
    receipt: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


class Carrier(Protocol):
    """How parcels of one kind of link are handed over."""

    most: int
    """Parcels of one exchange."""

    async def carry(self, link: Connected, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Hand over, while no transaction is open; the receiver must take a key twice and have effect once. What no
        outcome is returned for goes out again. Raises Unreachable or Untrusted."""


async def post(
    work: Work, link_kind: str, kind: str, subject_id: UUID, *, payload: Mapping[str, Any], key: str, version: int = 1
) -> int:
    """Post something to every link of a kind that the work's organ has (paused ones keep it until they go on).

    Returns the number of new parcels; 0 when there is no such link or `key` was posted before.
    """
    one = Outgoing(kind, subject_id, payload, key, version)
    return sum([await post_to(work, row.id, [one]) for row in await repository.links(work, link_kind)])


async def post_to(work: Work, link_id: UUID, things: Sequence[Outgoing]) -> int:
    """Post to one link of the work's organ; returns how many are new."""
    await work.session.flush()
    now = system_now()
    rows = [
        {
            "city_id": work.city_id, "organ_id": work.organ_id, "id": new_id(), "link_id": link_id, "kind": one.kind,
            "subject_id": one.subject_id, "version": one.version, "key": one.key, "payload": dict(one.payload),
            "content_hash": content_hash(one.payload), "state": "waiting", "next_at": now, "receipt": {},
            "posted_at": work.now,
        }
        for one in things
    ]  # fmt: skip
    new = await repository.insert_parcels(work, rows)
    if new and (PUSH, link_id) not in work.session.info:
        work.session.info[PUSH, link_id] = True
        work.enqueue(PUSH, {"link_id": str(link_id)})
    return new


async def push(errand: Errand, link_id: UUID, carrier: Carrier) -> int:
    """Hand over the next batch of one link; returns how many parcels were settled.

    One holder of the link's lease pushes at a time. It is killed: the parcels wait as before, and when the lease is
    over they go out again under the same keys. A failure is counted and tried again later, and never raised. After
    TRIES a parcel is dead until it is replayed.
    """
    async with errand.work() as work:
        claimed, batch = await _claim(work, link_id, carrier.most)
    if claimed is None:
        return 0
    outcomes: Sequence[Outcome] = ()
    error = ""
    try:
        outcomes = await leasing.within(claimed.lease, carrier.carry(claimed.link, batch))
    except (Unreachable, Untrusted) as failure:
        error = str(failure)
    except Exception as failure:
        # Our own fault with what we sent: counted like the other side's, so that it ends where a person sees it.
        log.exception("carrier failed", link=str(link_id))
        error = f"送出时出错：{type(failure).__name__}"
    async with errand.work() as work:
        return await _settle(work, claimed.lease, [parcel.id for parcel in batch], outcomes, error)


async def _claim(work: Work, link_id: UUID, most: int) -> tuple[leasing.Claimed | None, list[Parcel]]:
    """The lease and what goes out under it, each counted as tried."""
    claimed = await leasing.claim(work, link_id, PURPOSE)
    if claimed is None:
        return None, []
    now = system_now()
    found = _together(await repository.due(work, link_id, now, 1 if claimed.half_open else most))
    batch = [parcel for parcel in found if not _worn_out(work, parcel)]
    if not batch:
        await leasing.give_back(work, claimed.lease)
        return None, []
    for parcel in batch:
        parcel.attempts += 1
        parcel.sent_at = work.now
    await work.session.flush()
    return claimed, batch


def _worn_out(work: Work, parcel: Parcel) -> bool:
    """Whether its last try was counted and never settled: what ends every process that sends it goes out no more."""
    if parcel.attempts < TRIES:
        return False
    parcel.error = "每次送出时进程都中断了"
    _end(work, parcel, "dead")
    return True


def _together(found: Sequence[Parcel]) -> list[Parcel]:
    """What travels in one exchange: what failed repeatedly goes alone."""
    if found and found[0].attempts >= ALONE_FROM:
        return [found[0]]
    return [parcel for parcel in found if parcel.attempts < ALONE_FROM]


async def _settle(
    work: Work, lease: leasing.Lease, ids: Sequence[UUID], outcomes: Sequence[Outcome], error: str
) -> int:
    if not await leasing.end(work, lease, error):
        return 0
    by_key = {one.key: one for one in outcomes}
    batch = await repository.waiting(work, lease.link_id, ids)
    silent = Outcome("", "again", error=error or "对方没有回执")
    settled = sum(_settle_one(work, parcel, by_key.get(parcel.key, silent)) for parcel in batch)
    await work.session.flush()
    waits = [parcel.next_at for parcel in batch if parcel.state == "waiting"]
    payload, now = {"link_id": str(lease.link_id)}, system_now()
    if await repository.any_due(work, lease.link_id, now):
        work.enqueue(PUSH, payload)
    if waits:
        work.enqueue(PUSH, payload, delay=min(waits) - now)
    return settled


def _settle_one(work: Work, parcel: Parcel, outcome: Outcome) -> bool:
    parcel.error = outcome.error[:500]
    if outcome.outcome == "again" and parcel.attempts < TRIES:
        parcel.next_at = system_now() + pause_after(parcel.attempts, random.random())  # noqa: S311 (spread)
        return False
    if outcome.outcome != "again":
        parcel.receipt = dict(outcome.receipt)
    _end(work, parcel, "dead" if outcome.outcome == "again" else outcome.outcome)
    return True


def _end(work: Work, parcel: Parcel, state: str) -> None:
    parcel.state, parcel.settled_at = state, work.now
    if state != "received":
        title = f"送往对接系统未成：{parcel.error or parcel.state}"
        work.record(f"parcel_{parcel.state}", "parcel", parcel.id, title=title[:200], result="failed")


async def replay(work: Work, parcel_id: UUID) -> Parcel:
    """Let a refused or dead parcel go out again, counted from new. Raises NotFound."""
    row = await repository.parcel(work, parcel_id)
    if row is None or row.state not in ("refused", "dead"):
        raise NotFound
    row.state, row.attempts, row.error, row.settled_at, row.next_at = "waiting", 0, "", None, system_now()
    work.enqueue(PUSH, {"link_id": str(row.link_id)})
    return row
