"""Verification of the database's own trail: runs of seals are shared out among processes, results joined in order."""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.ids import new_id
from kernel.sealing.checking import Finding, Span, by_organ, check_batch, check_kept, watched
from kernel.sealing.format import Head, Kept, Seal
from kernel.sealing.keys import public_keys
from kernel.sealing.rows import Access, Connection, heads, kept, leaves, seals

SMALLEST_RUN: Final = 20_000
LARGEST_RUN: Final = 200_000
RUN_SEALS: Final = 2_000
RUNS: Final = 6
"""Runs for each process, about: enough that all of them end together, few because each opens a connection."""
BITE: Final = 8_000
"""Entries that are read and hashed at a time: what stays in the processor's cache is hashed in half the time."""
AHEAD: Final = 4
"""Runs that wait for each process: enough to keep it busy, few enough to hold in memory."""
_FORKS: Final = sys.platform.startswith("linux")
Progress = Callable[[int, int], None]
"""Called with the entries checked so far and all there are."""
Watched = frozenset[tuple[UUID, int]]


@dataclass(slots=True)
class Report:
    """What a verification found."""

    seals: int = 0
    entries: int = 0
    unsealed: int = 0
    oldest_unsealed_seconds: float = 0.0
    kept: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings


def verify(
    access: Access,
    *,
    processes: int = 1,
    outside: tuple[Kept, ...] = (),
    secret: bytes | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check every sealed entry, the chain, and the heads that the level above and files outside keep.

    `secret`: the installation's audit key, with which the keepers' keys are known independently of the database.
    """
    began = time.monotonic()
    with access.opened() as connection:
        held = [*kept(connection, access.city_id, latest=True), *outside]
        total = _total(connection, access.city_id)
        most = min(max(total // (processes * RUNS), SMALLEST_RUN), LARGEST_RUN)
        runs = list(_runs(connection, access.city_id, most))
    span = Span()
    for part in _parts(access, runs, frozenset(watched(held)), processes):
        span.join(part)
        if progress is not None:
            progress(span.entries, total)
    span.begin()
    keys = public_keys(secret, {one.keeper_id for one in held}) if secret is not None else None
    check_kept(span, held, keys)
    report = Report(span.seals, span.entries, kept=len(held), findings=span.findings)
    with access.opened() as connection:
        report.unsealed, report.oldest_unsealed_seconds = unsealed(connection, span.last.to_xid if span.last else 0)
    report.seconds = time.monotonic() - began
    return report


def check_run(access: Access, first: int, last: int, watch: Watched = frozenset()) -> Span:
    """Check the seals from `first` to `last` by themselves."""
    with access.opened() as connection:
        present = seals(connection, access.city_id, first, last)
        every = heads(connection, access.city_id, first, last)
        by_seal: dict[int, list[Head]] = {}
        for head in every:
            by_seal.setdefault(head.seal, []).append(head)
        span = Span()
        for bite in _bites(present):
            for seal, own in _leaves_of(connection, access.city_id, bite):
                check_batch(span, seal, by_seal.pop(seal.number, []), by_organ(own), watch)
        for number in by_seal:
            span.found("stream", f"有封存头写着第 {number} 号封存，而这一封存不存在")
    return span


def _bites(present: list[Seal]) -> Iterator[list[Seal]]:
    bite: list[Seal] = []
    entries = 0
    for seal in present:
        bite.append(seal)
        entries += seal.entries
        if entries >= BITE:
            yield bite
            bite, entries = [], 0
    if bite:
        yield bite


def _leaves_of(connection: Connection, city_id: UUID, bite: list[Seal]) -> Iterator[tuple[Seal, list[bytes]]]:
    """Each seal with its leaves. As long as the counts agree, a seal's leaves are the next ones of all that were read;
    otherwise each seal's are asked for."""
    found = leaves(connection, city_id, bite[0].from_xid, bite[-1].to_xid)
    whole = len(found) == sum(seal.entries for seal in bite)
    place = 0
    for seal in bite:
        yield (
            seal,
            found[place : place + seal.entries] if whole else leaves(connection, city_id, seal.from_xid, seal.to_xid),
        )
        place += seal.entries


def _parts(access: Access, runs: list[tuple[int, int]], watch: Watched, processes: int) -> Iterator[Span]:
    if processes < 2 or len(runs) < 2:
        for first, last in runs:
            yield check_run(access, first, last, watch)
        return
    # A fresh interpreter takes a second of work that verification could have; but only a process with one thread may
    # be copied as it stands.
    context = multiprocessing.get_context("fork" if threading.active_count() == 1 and _FORKS else "spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting: list[Future[Span]] = []
        rest = iter(runs)
        for first, last in rest:
            waiting.append(pool.submit(check_run, access, first, last, watch))
            if len(waiting) >= processes * AHEAD:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _runs(connection: Connection, city_id: UUID, most: int) -> Iterator[tuple[int, int]]:
    """Runs of consecutive seals of about `most` entries. The last one is open: heads may lie beyond its end."""
    first, entries, number = 0, 0, 0
    with connection.cursor(name="seals") as cursor:
        cursor.itersize = 10_000
        cursor.execute("select number, entries from audit_seal where city_id = %s order by number", [city_id])
        for number, count in cursor:
            first = first or number
            entries += count
            if entries >= most or number - first >= RUN_SEALS:
                yield first, number
                first, entries = 0, 0
    if first:
        yield first, number


def _total(connection: Connection, city_id: UUID) -> int:
    row = connection.execute(
        "select coalesce(sum(entries), 0)::bigint from audit_seal where city_id = %s", [city_id]
    ).fetchone()
    return int(row[0]) if row else 0


def unsealed(connection: Connection, above: int) -> tuple[int, float]:
    """How many committed entries wait for a seal, and for how many seconds the oldest of them."""
    row = connection.execute(
        "select count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8"
        " from audit_entry where xid >= %s",
        [above],
    ).fetchone()
    return (int(row[0]), float(row[1])) if row else (0, 0.0)


def remember(access: Access, report: Report) -> None:
    """Store the result, for the audit administrators' page and for the monitoring."""
    findings: list[Any] = [[finding.kind, finding.text] for finding in report.findings]
    with access.opened() as connection:
        connection.execute(
            "insert into audit_check (city_id, id, seals, entries, milliseconds, findings)"
            " values (%s, %s, %s, %s, %s, %s)",
            [
                access.city_id, new_id(), report.seals, report.entries, int(report.seconds * 1000), Jsonb(findings),
            ],
        )  # fmt: skip
