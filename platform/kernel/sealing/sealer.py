"""The sealer: takes the committed entries below the xmin horizon, batch by batch, into chained Merkle roots.

Business transactions only insert their entries. A batch is a range of transactions that have all ended, so no
entry can come late into a range that is sealed: what a plain "everything up to the highest number" would lose.
Any number of sealers may run; a lock lets one at a time seal, and a killed one leaves nothing half done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import psycopg
import structlog

from kernel.sealing import trees
from kernel.sealing.format import LEAF_ORGAN, Head, Seal
from kernel.sealing.rows import Access, Connection, last_seal, latest_heads, leaves
from kernel.sealing.trees import ZERO

log = structlog.get_logger()
LOCK: Final = 7_203_443
INTERVAL: Final = 0.2
MOST: Final = 20_000
"""Entries of one seal, about: a backlog is sealed in bites that fit into memory."""


class Behind(Exception):
    """The database's transaction counter is lower than the last seal: another cluster, restored from a dump."""


class Sealer:
    """Seals until stopped. `step` seals one batch and may be called by itself."""

    def __init__(self, access: Access, algorithm: str = "sm3", interval: float = INTERVAL, most: int = MOST) -> None:
        trees.hashing(algorithm)
        self.access = access
        self.algorithm = algorithm
        self.interval = interval
        self.most = most
        self.stopping = threading.Event()
        self._known: dict[UUID, Head] = {}
        self._last: Seal | None = None

    def run(self) -> None:
        """Seal every `interval` seconds; a broken connection is opened again."""
        while not self.stopping.is_set():
            try:
                with self.access.connect() as connection:
                    self._seal_on(connection)
            except (psycopg.Error, OSError, Behind) as error:
                log.error("sealing waits", error=str(error))
                self.stopping.wait(5.0 if isinstance(error, Behind) else 1.0)

    def _seal_on(self, connection: Connection) -> None:
        while not self.stopping.is_set():
            began = time.monotonic()
            more = self.step(connection) >= self.most
            if not more:
                self.stopping.wait(max(0.0, self.interval - (time.monotonic() - began)))

    def stop(self) -> None:
        self.stopping.set()

    def step(self, connection: Connection) -> int:
        """Seal what can be sealed, at most about `most` entries, and commit. Returns the number of entries; 0 when
        there are none or another sealer is at work. Raises Behind."""
        with connection.transaction():
            self.access.enter(connection)
            row = connection.execute("select pg_try_advisory_xact_lock(%s)", [LOCK]).fetchone()
            if not row or not row[0]:
                return 0
            return self._step(connection)

    def _step(self, connection: Connection) -> int:
        last = last_seal(connection, self.access.city_id)
        low = last.to_xid if last else 0
        horizon = self._horizon(connection, low)
        if horizon <= low:
            return 0
        found = leaves(connection, self.access.city_id, low, horizon)
        if not found:
            return 0
        groups: dict[bytes, list[bytes]] = {}
        for leaf in found:
            groups.setdefault(leaf[LEAF_ORGAN], []).append(leaf)
        self._write(connection, last, (low, horizon), {UUID(key.decode()): groups[key] for key in sorted(groups)})
        return len(found)

    def _horizon(self, connection: Connection, low: int) -> int:
        """The first transaction that is not to be sealed now."""
        row = connection.execute(
            "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint, (select xid from audit_entry"
            " where xid >= %s order by xid, seq offset %s limit 1)",
            [low, self.most],
        ).fetchone()
        assert row is not None
        horizon, full = row
        if horizon < low:
            raise Behind(f"transaction {horizon} comes before the last seal's {low} (see docs/audit.md)")
        # A transaction is never split, so a batch may be larger than `most` by its last transaction.
        return min(horizon, full + 1) if full is not None else int(horizon)

    def _write(
        self,
        connection: Connection,
        last: Seal | None,
        span: tuple[int, int],
        groups: Mapping[UUID, Sequence[bytes]],
    ) -> None:
        number = last.number + 1 if last else 1
        heads = self._heads(number, groups, self._before(connection, last, list(groups)))
        row = connection.execute("select clock_timestamp()").fetchone()
        assert row is not None
        seal = Seal(
            city_id=self.access.city_id,
            number=number,
            algorithm=self.algorithm,
            from_xid=span[0],
            to_xid=span[1],
            sealed_at=row[0],
            entries=sum(head.entries for head in heads),
            streams=len(heads),
            root=trees.root(self.algorithm, [head.head for head in heads]),
            previous=last.head if last else ZERO,
        )
        self._known |= {head.organ_id: head for head in heads}
        self._last = replace(seal, head=seal.reckoned())
        insert(connection, self._last, heads)

    def _before(self, connection: Connection, last: Seal | None, organs: list[UUID]) -> Mapping[UUID, Head]:
        """The heads so far. What this process sealed itself it knows, as long as nobody sealed in between."""
        if self._last is None or last is None or last.head != self._last.head:
            self._known = {}
        unknown = [organ for organ in organs if organ not in self._known]
        if unknown:
            self._known |= {head.organ_id: head for head in latest_heads(connection, self.access.city_id, unknown)}
        return self._known

    def _heads(self, seal: int, groups: Mapping[UUID, Sequence[bytes]], before: Mapping[UUID, Head]) -> list[Head]:
        made = []
        for organ_id, found in groups.items():
            earlier = before.get(organ_id)
            head = Head(
                organ_id=organ_id,
                number=earlier.number + 1 if earlier else 1,
                seal=seal,
                entries=len(found),
                total=len(found) + (earlier.total if earlier else 0),
                root=trees.root(self.algorithm, trees.hashing(self.algorithm)(found)),
                previous=earlier.head if earlier else ZERO,
            )
            made.append(head)
        return [replace(head, head=head.reckoned(self.algorithm)) for head in made]


def insert(connection: Connection, seal: Seal, heads: Sequence[Head]) -> None:
    """Write a seal with its heads. The primary keys refuse a second seal of the same number."""
    connection.execute(
        "insert into audit_seal (city_id, number, algorithm, from_xid, to_xid, sealed_at, entries, streams, root,"
        " previous, head) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            seal.city_id, seal.number, seal.algorithm, seal.from_xid, seal.to_xid, seal.sealed_at, seal.entries,
            seal.streams, seal.root, seal.previous, seal.head,
        ],
    )  # fmt: skip
    connection.execute(
        "insert into audit_head (city_id, organ_id, number, seal, entries, total, root, previous, head)"
        " select %s, * from unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[],"
        " %s::bytea[], %s::bytea[])",
        [
            seal.city_id,
            [h.organ_id for h in heads],
            [h.number for h in heads],
            [h.seal for h in heads],
            [h.entries for h in heads],
            [h.total for h in heads],
            [h.root for h in heads],
            [h.previous for h in heads],
            [h.head for h in heads],
        ],
    )
