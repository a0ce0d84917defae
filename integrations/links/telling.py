"""From the audit trail to parcels: what changed in the organ is posted as it is now, once, and only if it differs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from integrations.links import repository
from integrations.links.feed import Cursor, Event, events_after
from integrations.links.posting import Outgoing, post_to
from integrations.links.rules import content_hash
from kernel.work import Work

EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """A record as the other side is to have it now."""

    kind: str
    subject_id: UUID
    data: Mapping[str, Any]


Build = Callable[[Work, Sequence[Event]], Awaitable[Sequence[Told]]]
"""What is to be told of events: the present state of the records that they are about, each once."""


async def tell(work: Work, link_id: UUID, build: Build) -> tuple[int, bool]:
    """Read the trail on from the link's cursor and post what changed; returns how much, and whether more waits.

    The cursor moves in the same transaction: nothing is posted twice and nothing is passed over. Of a record that
    changed several times only its present state goes out, and none that the other side was told already.
    """
    if not await repository.alone(work, link_id, "tell"):
        return 0, False
    row = await repository.link(work, link_id)
    if row is None or row.state != "enabled":
        return 0, False
    events, cursor = await events_after(work, Cursor(row.feed_xid, row.feed_seq), EVENTS)
    posted = await post_changed(work, link_id, await build(work, events), events)
    if (row.feed_xid, row.feed_seq) != cursor:
        await repository.set_link(work, link_id, {"feed_xid": cursor.xid, "feed_seq": cursor.seq})
    return posted, len(events) == EVENTS


async def post_changed(work: Work, link_id: UUID, told: Sequence[Told], events: Sequence[Event]) -> int:
    """Post those whose content is another than that of their last parcel."""
    version = max((event.cursor.seq for event in events), default=0)
    posted = 0
    for kind in sorted({one.kind for one in told}):
        of_kind = [one for one in told if one.kind == kind]
        known = await repository.last_hashes(work, link_id, kind, [one.subject_id for one in of_kind])
        things = [
            Outgoing(kind, one.subject_id, one.data, f"{kind}:{one.subject_id}:{version}", version)
            for one in of_kind
            if known.get(one.subject_id) != content_hash(one.data)
        ]
        posted += await post_to(work, link_id, things)
    return posted
