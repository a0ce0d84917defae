"""Heads go upward: the level above countersigns and keeps them, and the top's are written outside the database.

A chain by itself does not show a tail that was cut off or a history that was rewritten from the start. Who keeps
a head elsewhere does: the superior organ in its own log, whose head in turn its superior keeps, and a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text

from kernel.clock import system_now
from kernel.ids import new_id
from kernel.models import AuditKeep, AuditSeal
from kernel.sealing import trees
from kernel.sealing.files import kept_line, read_kept
from kernel.sealing.format import INSTALLATION, Kept
from kernel.sealing.keys import private_key, public_key
from kernel.work import Work

FILE: Final = "heads-{city}.txt"


async def countersign(work: Work, above: Mapping[UUID, UUID], secret: bytes) -> int:
    """Let each organ's superior (`above`) countersign and keep the organ's newest head; returns how many.

    The work is of the system tenancy. Each keeping is an entry in the keeper's own log, so that the keeper's head,
    which its own superior keeps, covers it.
    """
    due: dict[UUID, list[Kept]] = {}
    for kept in await _due(work, above):
        keeper = above[kept.subject_id]
        due.setdefault(keeper, []).append(replace(kept, keeper_id=keeper))
    for keeper, heads in sorted(due.items()):
        async with work.acting_as(keeper):
            await _keep(work, [sign(one, secret) for one in heads])
    return sum(map(len, due.values()))


NEWEST = text(
    "select h.organ_id, h.number, h.total, h.head from unnest(cast(:organs as uuid[])) o(id) cross join lateral"
    " (select * from audit_head where city_id = :city and organ_id = o.id order by number desc limit 1) h"
    " where not exists (select 1 from audit_keep k"
    "                   where k.city_id = :city and k.subject_id = h.organ_id and k.number = h.number)"
    " order by h.organ_id"
)


async def _due(work: Work, organs: Iterable[UUID]) -> list[Kept]:
    """The newest heads that nobody keeps yet, without keeper and signature."""
    rows = await work.session.execute(NEWEST, {"organs": list(organs), "city": work.city_id})
    # The machine's time and not the product's: what is kept is evidence.
    now = system_now()
    return [Kept(INSTALLATION, row.organ_id, row.number, row.total, bytes(row.head), now) for row in rows]


async def _keep(work: Work, heads: Sequence[Kept]) -> None:
    for one in heads:
        work.session.add(
            AuditKeep(
                city_id=work.city_id,
                id=new_id(),
                organ_id=one.keeper_id,
                subject_id=one.subject_id,
                number=one.number,
                total=one.total,
                head=one.head,
                kept_at=one.kept_at,
                key=one.key,
                signature=one.signature,
            )
        )
    covered = trees.root("sha256", trees.leaves("sha256", [one.line().encode() for one in heads]))
    work.record(
        "keep_heads",
        "audit",
        None,
        title=f"留存下级单位的审计封存头 {len(heads)} 个",
        detail={"count": len(heads), "root": covered.hex()},
    )


def sign(kept: Kept, secret: bytes) -> Kept:
    """The kept head under its keeper's signature."""
    key = private_key(secret, kept.keeper_id)
    return replace(kept, key=public_key(secret, kept.keeper_id), signature=key.sign(kept.signed()))


async def write_outside(work: Work, top: UUID, folder: Path, secret: bytes) -> Path | None:
    """Append the newest seal's head, signed by the top organ, to the file outside the database. None when it is there
    already or nothing is sealed. Raises OSError: a head that cannot be kept is not passed over."""
    seal = (
        await work.session.scalars(
            select(AuditSeal).where(AuditSeal.city_id == work.city_id).order_by(AuditSeal.number.desc()).limit(1)
        )
    ).one_or_none()
    if seal is None:
        return None
    path = folder / FILE.format(city=work.city_id)
    before = outside_heads(folder, work.city_id)
    if before and before[-1].number >= seal.number:
        return None
    known = before[-1] if before else None
    query = select(func.sum(AuditSeal.entries)).where(
        AuditSeal.city_id == work.city_id,
        AuditSeal.number > (known.number if known else 0),
        AuditSeal.number <= seal.number,
    )
    total = (known.total if known else 0) + int(await work.session.scalar(query) or 0)
    kept = Kept(top, INSTALLATION, seal.number, total, bytes(seal.head), system_now())
    _append(path, kept_line(sign(kept, secret)))
    return path


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def outside_heads(folder: Path, city_id: UUID) -> list[Kept]:
    """What was written outside so far. Raises ValueError for a file that was damaged."""
    path = folder / FILE.format(city=city_id)
    if not path.exists():
        return []
    with path.open("rb") as lines:
        return read_kept(lines)
