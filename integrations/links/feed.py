"""What happened in an organ, in the order of its audit trail: how deeds reach other systems without knowing of them.

Every deed writes an audit entry in its own transaction (`Work.record`). The feed reads entries of transactions that
have all ended, as the sealer does: below the horizon nothing can come late, so a cursor loses and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text

from kernel.work import Work


class Cursor(NamedTuple):
    """How far the trail was read: the last transaction and the last entry in it."""

    xid: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the organ's own trail. `action` and `subject_kind` are those of `Work.record`."""

    id: UUID
    cursor: Cursor
    at: datetime
    action: str
    title: str
    subject_kind: str
    subject_id: UUID | None
    thread_id: UUID | None
    result: str
    article: str | None
    detail: Mapping[str, Any]


_AFTER: Final = text(
    "select id, xid, seq, at, action, title, subject_kind, subject_id, thread_id, result, article, detail"
    " from audit_entry where city_id = :city and organ_id = :organ and (xid, seq) > (:xid, :seq)"
    " and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by xid, seq limit :most"
)
_HORIZON: Final = text("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


async def events_after(work: Work, cursor: Cursor, limit: int) -> tuple[list[Event], Cursor]:
    """The organ's next events and where to go on. Fewer than `limit` means: nothing more for now.

    The horizon is asked before the entries, so that what ends in between waits for the next call.
    """
    horizon = int(await work.session.scalar(_HORIZON) or 0)
    values = {"city": work.city_id, "organ": work.organ_id, "xid": cursor.xid, "seq": cursor.seq, "most": limit}
    rows = (await work.session.execute(_AFTER, values)).all()
    found = [Event(row[0], Cursor(row[1], row[2]), *row[3:]) for row in rows]
    if len(found) == limit:
        return found, found[-1].cursor
    # Nothing of this organ lies between its last entry and the horizon: the next reading starts there.
    return found, max([cursor, Cursor(horizon, 0), *(event.cursor for event in found)])


async def now_cursor(work: Work) -> Cursor:
    """Where a feed begins that is to tell of what happens from now on.

    What ended just before, while some transaction of the server was still open, may be told too: nothing is lost.
    """
    return Cursor(int(await work.session.scalar(_HORIZON) or 0), 0)
