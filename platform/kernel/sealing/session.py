"""The sealed trail as one organ's own transaction sees it: for its page, its proofs and its export."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, text

from kernel.models import AuditCheck, AuditEntry, AuditHead, AuditKeep, AuditSeal
from kernel.sealing import trees
from kernel.sealing.files import Place, end_line, entry_lines, head_line, header, kept_line, place_line, seal_line
from kernel.sealing.format import COLUMNS, Head, Kept, Seal
from kernel.work import Work

PLAIN = text("select set_config('datestyle', 'ISO,YMD', true), set_config('timezone', 'UTC', true)")
BITE: Final = 500
"""Heads of an export that are read at a time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an organ's entries are sealed, kept and verified."""

    last: AuditSeal | None
    head: AuditHead | None
    waiting: int
    """Entries of the organ without a seal."""
    oldest: timedelta
    """How long the oldest of them has waited."""
    keep: AuditKeep | None
    check: AuditCheck | None


async def standing(work: Work) -> Standing:
    """The state of sealing for the work's own organ."""
    last = await _newest(work, AuditSeal, AuditSeal.number)
    head = await _newest(work, AuditHead, AuditHead.number, AuditHead.organ_id == work.organ_id)
    keep = await _newest(work, AuditKeep, AuditKeep.number, AuditKeep.subject_id == work.organ_id)
    check = await _newest(work, AuditCheck, AuditCheck.created_at)
    row = (
        await work.session.execute(
            select(func.count(), func.min(AuditEntry.created_at), func.clock_timestamp()).where(
                AuditEntry.city_id == work.city_id,
                AuditEntry.organ_id == work.organ_id,
                AuditEntry.xid >= (last.to_xid if last else 0),
            )
        )
    ).one()
    oldest: timedelta = row[2] - row[1] if row[1] is not None else timedelta()
    return Standing(last, head, row[0], oldest, keep, check)


async def _newest(work: Work, table: Any, order: Any, *conditions: Any) -> Any:
    query = select(table).where(table.city_id == work.city_id, *conditions).order_by(order.desc()).limit(1)
    return (await work.session.scalars(query)).one_or_none()


async def seal_over(work: Work, xid: int) -> AuditSeal | None:
    """The seal that took the entries of a transaction; None while there is none."""
    query = (
        select(AuditSeal)
        .where(AuditSeal.city_id == work.city_id, AuditSeal.from_xid <= xid, AuditSeal.to_xid > xid)
        .order_by(AuditSeal.number)
        .limit(1)
    )
    return (await work.session.scalars(query)).one_or_none()


async def own_lines(work: Work, seal: AuditSeal) -> list[bytes]:
    """The lines of the organ's entries in a seal, in the order of their leaves."""
    await work.session.flush()
    await work.session.execute(PLAIN)
    fairy = await (await work.session.connection()).get_raw_connection()
    connection: Any = fairy.driver_connection
    query = (
        f"copy (select {', '.join(COLUMNS)} from audit_entry where xid >= {seal.from_xid:d} and xid < {seal.to_xid:d}"  # noqa: S608
        f" and city_id = '{work.city_id}' and organ_id = '{work.organ_id}' order by xid, seq) to stdout"
    )
    async with connection.cursor().copy(query.encode()) as copy:
        found = b"".join([bytes(part) async for part in copy]).split(b"\n")
    found.pop()
    return found


async def place_in_seal(work: Work, seal: AuditSeal) -> Place:
    """Where the organ's head stands in the seal's tree. The siblings are digests without their organs."""
    rows = (
        await work.session.execute(
            text("select place, head, mine from guard.audit_siblings(:city, :seal) order by place"),
            {"city": work.city_id, "seal": seal.number},
        )
    ).all()
    mine = next(row.place for row in rows if row.mine)
    path = trees.path(seal.algorithm, [bytes(row.head) for row in rows], mine)
    return Place(mine, len(rows), tuple(path))


async def export(work: Work, at: datetime) -> AsyncIterator[bytes]:
    """The organ's whole sealed stream as a file that verifies by itself (kernel.sealing.files)."""
    yield header(work.city_id, work.organ_id, at)
    keeps = await work.session.scalars(
        select(AuditKeep)
        .where(AuditKeep.city_id == work.city_id, AuditKeep.subject_id == work.organ_id)
        .order_by(AuditKeep.number, AuditKeep.kept_at)
    )
    for keep in keeps:
        yield kept_line(kept_value(keep))
    number, entries = 0, 0
    while True:
        rows = (
            await work.session.execute(
                select(AuditHead, AuditSeal)
                .join(AuditSeal, (AuditSeal.city_id == AuditHead.city_id) & (AuditSeal.number == AuditHead.seal))
                .where(
                    AuditHead.city_id == work.city_id, AuditHead.organ_id == work.organ_id, AuditHead.number > number
                )
                .order_by(AuditHead.number)
                .limit(BITE)
            )
        ).all()
        if not rows:
            break
        for head, seal in rows:
            for line in entry_lines(await own_lines(work, seal)):
                yield line
            yield head_line(head_value(head))
            yield place_line(await place_in_seal(work, seal))
            yield seal_line(seal_value(seal))
            number, entries = head.number, entries + head.entries
    yield end_line(entries)


def head_value(row: AuditHead) -> Head:
    return Head(
        row.organ_id,
        row.number,
        row.seal,
        row.entries,
        row.total,
        bytes(row.root),
        bytes(row.previous),
        bytes(row.head),
    )


def seal_value(row: AuditSeal) -> Seal:
    return Seal(
        row.city_id, row.number, row.algorithm, row.from_xid, row.to_xid, row.sealed_at, row.entries, row.streams,
        bytes(row.root), bytes(row.previous), bytes(row.head),
    )  # fmt: skip


def kept_value(row: AuditKeep) -> Kept:
    return Kept(
        row.organ_id, row.subject_id, row.number, row.total, bytes(row.head), row.kept_at, bytes(row.key),
        bytes(row.signature),
    )  # fmt: skip
