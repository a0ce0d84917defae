"""Lines become records: checked, pooled by organ, and moved into the register in chunks (Arts. 11(5), 17).

While the database takes one chunk, a thread reads and checks the next one. Whatever goes wrong with a line stays with
that line; whatever goes wrong with a chunk undoes the transaction, and with it the position in the file.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from kernel.errors import FieldError
from kernel.ids import NIL, new_id
from kernel.vault import vault
from kernel.work import Work
from supervision.records import repository, staging
from supervision.records.checking import kind_of
from supervision.records.fields import label
from supervision.records.models import RecordImport
from supervision.records.parsing import encode, parse
from supervision.records.reach import Reach, reach
from supervision.records.rows import copy_lines, row_of
from supervision.records.rules import Record

CHUNK: Final = 10_000
"""Lines that go to the database at once."""
INDEX_JOB: Final = "index_records"
CHECK_JOB: Final = "check_records"
_EXTERNAL: Final = 128
_ORGAN: Final = 200


class Line(msgspec.Struct, frozen=True):
    """A line as a reader found it. `wrong`: what a reader of cells could not read already."""

    number: int
    raw: bytes
    wrong: tuple[FieldError, ...] = ()


@dataclass(slots=True)
class Chunk:
    """Some lines of a source, and where the next one begins."""

    lines: list[Line]
    position: int
    line: int


@dataclass(slots=True)
class Prepared:
    """A chunk on its way: lines of COPY with their columns, the organs in them, and what was refused."""

    position: int
    line: int
    read: int = 0
    copies: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    organs: set[UUID] = field(default_factory=set)
    refused: list[dict[str, Any]] = field(default_factory=list)
    """Rows of quarantine."""


class BatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch. `stale`: held in this or a newer version already."""

    import_id: UUID
    read: int
    accepted: int
    stale: int
    quarantined: int


@dataclass(slots=True)
class _Pool:
    """What a chunk says of one organ: by external id the newest version, its kind and its row."""

    organ_id: str
    body_id: str | None
    best: dict[str, tuple[int, str, tuple[Any, ...]]] = field(default_factory=dict)


def prepare(chunk: Chunk, known: Reach, today: date) -> Prepared:
    """Check a chunk. Of several lines about one act the newest version is kept, of equal ones the first."""
    made = Prepared(chunk.position, chunk.line, read=len(chunk.lines))
    pools: dict[UUID, _Pool] = {}
    named: dict[tuple[str, str], _Pool | FieldError] = {}
    keys = vault()
    for line in chunk.lines:
        found = list(line.wrong) or parse(line.raw, today)
        if isinstance(found, list):
            made.refused.append(_quarantined(line, found))
            continue
        name = (found.organ_uscc, found.organ_name)
        pool = named.get(name) or named.setdefault(name, _pool(pools, known, found))
        if isinstance(pool, FieldError):
            made.refused.append(_quarantined(line, [pool]))
            continue
        held = pool.best.get(found.external_id)
        if held is None or held[0] < found.version:
            # A row at once: records that live on until the end of the chunk cost the collector more than all the rest.
            row = row_of(found, pool.organ_id, pool.body_id, keys)
            pool.best[found.external_id] = found.version, kind_of(found), row
    made.organs = set(pools)
    made.copies = _copies(pools.values())
    return made


def _pool(pools: dict[UUID, _Pool], known: Reach, record: Record) -> _Pool | FieldError:
    organ = known.organ_of(record)
    if isinstance(organ, FieldError):
        return organ
    body = known.bodies[organ]
    return pools.setdefault(organ, _Pool(organ.hex, body.hex if body is not None else None))


def _copies(pools: Iterable[_Pool]) -> list[tuple[tuple[str, ...], bytes]]:
    """Organ by organ, so that what one statement moves lies together."""
    by_kind: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for pool in pools:
        for _, kind, row in pool.best.values():
            by_kind[kind].append(row)
    return [copy_lines(kind, rows) for kind, rows in by_kind.items()]


async def pour(work: Work, row: RecordImport, chunks: Iterator[Chunk]) -> None:
    """Take chunks into the register and count them on their import, in the work's transaction."""
    known = await reach(work)
    ahead = asyncio.create_task(asyncio.to_thread(_next, chunks, known, work.today))
    try:
        while (made := await ahead) is not None:
            ahead = asyncio.create_task(asyncio.to_thread(_next, chunks, known, work.today))
            await _take(work, row, made)
    finally:
        if not ahead.done():
            # The thread cannot be stopped, and it reads from the caller's file.
            await asyncio.wait([ahead])
    await work.session.flush()


def _next(chunks: Iterator[Chunk], known: Reach, today: date) -> Prepared | None:
    chunk = next(chunks, None)
    return None if chunk is None else prepare(chunk, known, today)


async def _take(work: Work, row: RecordImport, made: Prepared) -> None:
    accepted = 0
    if made.copies:
        await staging.stage(work, made.copies)
        for organ_id in sorted(made.organs):
            async with work.acting_as(organ_id):
                accepted += await staging.upsert(work, row.source, row.id)
    await repository.keep_quarantined(work, row, made.refused)
    bad = len(made.refused)
    row.read += made.read
    row.accepted += accepted
    row.quarantined += bad
    row.waiting += bad
    row.stale += made.read - accepted - bad
    row.position, row.line = made.position, made.line
    row.organ_ids = sorted({*row.organ_ids, *made.organs})


def _quarantined(line: Line, wrong: Sequence[FieldError]) -> dict[str, Any]:
    found = said(line.raw)
    return {
        "id": new_id(),
        "line": line.number,
        "external_id": str(found.get("external_id", ""))[:_EXTERNAL].replace("\0", ""),
        "organ_text": str(found.get("organ_name") or found.get("organ_uscc") or "")[:_ORGAN].replace("\0", ""),
        "raw_cipher": vault().seal(line.raw.decode("utf-8", "replace")).hex(),
        "field": wrong[0].field[:64].replace("\0", ""),
        "reason": wrong[0].message.replace("\0", ""),
        "problems": [
            {"field": w.field[:64].replace("\0", ""), "label": label(w.field)[:64].replace("\0", ""),
             "reason": w.message.replace("\0", "")} for w in wrong
        ],
    }  # fmt: skip


def said(raw: bytes) -> dict[str, Any]:
    """What can be read of a line that was refused."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


async def arrived(work: Work, row: RecordImport) -> None:
    """What follows when an import is in, organ by organ: the index of words, and the rule models (Art. 11(5))."""
    for organ_id in row.organ_ids:
        async with work.acting_as(organ_id):
            work.enqueue(INDEX_JOB, {"import_id": str(row.id), "after": str(NIL)})
            work.enqueue(CHECK_JOB, {"import_id": str(row.id)})


def in_memory(records: Sequence[bytes | Record], first: int) -> Iterator[Chunk]:
    """A batch as chunks; lines are numbered from `first`."""
    for start in range(0, len(records), CHUNK):
        some = records[start : start + CHUNK]
        lines = [Line(first + start + n, one if isinstance(one, bytes) else encode(one)) for n, one in enumerate(some)]
        yield Chunk(lines, first - 1 + start + len(some), lines[-1].number)
