"""Out: parcels are posted in the transaction of the deed that they tell of, and handed over by a job of their own."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import structlog

from integrations.links import repository
from integrations.links.errors import Unreachable, Untrusted
from integrations.links.models import Link, Parcel
from integrations.links.rules import ALONE_FROM, TRIES, Breaker, content_hash, pause_after
from integrations.links.state import Connected, connected, failed, succeeded
from kernel.clock import system_now
from kernel.errors import NotFound
from kernel.ids import new_id
from kernel.work import Work

log = structlog.get_logger()
PUSH = "push_parcels"


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

    async def carry(self, work: Work, link: Connected, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Hand over; the receiver must take a key twice and have effect once. What no outcome is returned for goes
        out again. Raises Unreachable or Untrusted."""


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


async def push(work: Work, link_id: UUID, carrier: Carrier) -> int:
    """Hand over the next batch of one link; returns how many parcels were settled.

    One transaction at a time pushes for a link. It is killed: the parcels wait as before and go out again. A
    failure is counted and tried again later, and never raised. After TRIES a parcel is dead until it is replayed.
    """
    if not await repository.alone(work, link_id, "push"):
        return 0
    row = await repository.link(work, link_id)
    now = system_now()
    if row is None or row.state != "enabled" or not row.address:
        return 0
    breaker = Breaker(row.failures, row.open_until).state(now)
    if breaker == "open":
        return 0
    batch = _together(await repository.due(work, link_id, now, 1 if breaker == "half_open" else carrier.most))
    if not batch:
        return 0
    settled = await _carry(work, row, carrier, batch)
    if await repository.any_due(work, link_id, now):
        work.enqueue(PUSH, {"link_id": str(link_id)})
    return settled


def _together(found: Sequence[Parcel]) -> list[Parcel]:
    """What travels in one exchange: what failed repeatedly goes alone."""
    if found and found[0].attempts >= ALONE_FROM:
        return [found[0]]
    return [parcel for parcel in found if parcel.attempts < ALONE_FROM]


async def _carry(work: Work, row: Link, carrier: Carrier, batch: Sequence[Parcel]) -> int:
    try:
        outcomes = {one.key: one for one in await carrier.carry(work, connected(row), batch)}
    except (Unreachable, Untrusted) as error:
        log.warning("link failed", link=str(row.id), kind=row.kind, error=str(error))
        await failed(work, row.id, str(error))
        outcomes = {parcel.key: Outcome(parcel.key, "again", error=str(error)) for parcel in batch}
    else:
        await succeeded(work, row.id)
    silent = Outcome("", "again", error="对方没有回执")
    settled = sum(_settle(work, parcel, outcomes.get(parcel.key, silent)) for parcel in batch)
    waits = [parcel.next_at for parcel in batch if parcel.state == "waiting"]
    if waits:
        work.enqueue(PUSH, {"link_id": str(row.id)}, delay=min(waits) - system_now())
    await work.session.flush()
    return settled


def _settle(work: Work, parcel: Parcel, outcome: Outcome) -> bool:
    parcel.attempts += 1
    parcel.sent_at = work.now
    parcel.error = outcome.error[:500]
    if outcome.outcome == "again":
        if parcel.attempts < TRIES:
            parcel.next_at = system_now() + pause_after(parcel.attempts, random.random())  # noqa: S311 (spread)
            return False
        parcel.state = "dead"
    else:
        parcel.state = outcome.outcome
        parcel.receipt = dict(outcome.receipt)
    parcel.settled_at = work.now
    if parcel.state != "received":
        title = f"送往对接系统未成：{parcel.error or parcel.state}"
        work.record(f"parcel_{parcel.state}", "parcel", parcel.id, title=title[:200], result="failed")
    return True


async def replay(work: Work, parcel_id: UUID) -> Parcel:
    """Let a refused or dead parcel go out again, counted from new. Raises NotFound."""
    row = await repository.parcel(work, parcel_id)
    if row is None or row.state not in ("refused", "dead"):
        raise NotFound
    row.state, row.attempts, row.error, row.settled_at, row.next_at = "waiting", 0, "", None, system_now()
    work.enqueue(PUSH, {"link_id": str(row.link_id)})
    return row
