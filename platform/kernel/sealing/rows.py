"""Reading what the seals cover: a session of the system tenancy, entries as lines, heads and seals as values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.rows import TupleRow

from kernel.ids import NIL
from kernel.sealing.format import COLUMNS, SESSION, Head, Kept, Seal
from kernel.sealing.trees import LEAF
from kernel.tenancy import TenancySigner

Connection = psycopg.Connection[TupleRow]
SEAL_FIELDS = "city_id, number, algorithm, from_xid, to_xid, sealed_at, entries, streams, root, previous, head"
HEAD_FIELDS = "organ_id, number, seal, entries, total, root, previous, head"
KEPT_FIELDS = "organ_id, subject_id, number, total, head, kept_at, key, signature"

IN_ORDER = "-c enable_bitmapscan=off -c enable_seqscan=off -c enable_sort=off"
"""Entries lie on the disk about as they are sealed: reading along the index needs no sort, which would cost more than
hashing."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a sealer or a checker of this installation comes to the rows. Can be sent to another process."""

    url: str
    signer: TenancySigner
    city_id: UUID

    def connect(self) -> Connection:
        dsn = self.url.replace("postgresql+psycopg://", "postgresql://")
        return psycopg.connect(dsn, options=f"{SESSION} {IN_ORDER}", connect_timeout=10)

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """A connection in a transaction of the system tenancy; rolled back when the block raises."""
        with self.connect() as connection:
            self.enter(connection)
            yield connection

    def enter(self, connection: Connection, organ_id: UUID = NIL) -> None:
        """Set the tenancy of the connection's transaction."""
        signed = self.signer.sign(self.city_id, organ_id)
        connection.execute("select set_config('zs.tenancy', %s, true)", [signed])


def lines(connection: Connection, city_id: UUID, low: int, high: int, organ_id: UUID | None = None) -> list[bytes]:
    """The lines of the entries of transactions from `low` to below `high`, in the order of their leaves."""
    # COPY escapes what would break a line, so that nothing but its end is a line break.
    found = _copied(connection, _query(city_id, low, high, organ_id)).split(b"\n")
    found.pop()
    return found


def leaves(connection: Connection, city_id: UUID, low: int, high: int) -> list[bytes]:
    """The same entries as leaves of their tree: each line with trees.LEAF in front, ready to be hashed.

    The byte is put in front of all lines at once: a new object for every line costs as much as hashing it.
    """
    found = (LEAF + _copied(connection, _query(city_id, low, high)).replace(b"\n", b"\n" + LEAF)).split(b"\n")
    found.pop()
    return found


def _query(city_id: UUID, low: int, high: int, organ_id: UUID | None = None) -> str:
    of_organ = f" and organ_id = '{organ_id}'" if organ_id else ""
    return (
        f"copy (select {', '.join(COLUMNS)} from audit_entry where xid >= {low:d} and xid < {high:d}"  # noqa: S608
        f" and city_id = '{city_id}'{of_organ} order by xid, seq) to stdout"
    )


def _copied(connection: Connection, query: str) -> bytes:
    """What COPY sends, straight from libpq: psycopg's own iteration takes twice as long as hashing the lines, and so
    does a list of what came, because each piece of it is one more object for the collector to look at."""
    low = connection.pgconn
    started = low.exec_(query.encode())
    if started.status != ExecStatus.COPY_OUT:
        raise error_from_result(started)
    copied = bytearray()
    get = low.get_copy_data
    while True:
        size, row = get(0)
        if size <= 0:
            break
        copied += row
    while (ended := low.get_result()) is not None:
        if ended.status != ExecStatus.COMMAND_OK:
            raise error_from_result(ended)
    return bytes(copied)


def seals(connection: Connection, city_id: UUID, first: int, last: int) -> list[Seal]:
    rows = connection.execute(
        f"select {SEAL_FIELDS} from audit_seal where city_id = %s and number between %s and %s order by number",  # noqa: S608
        [city_id, first, last],
        binary=True,
    )
    return [Seal(*row) for row in rows]


def last_seal(connection: Connection, city_id: UUID) -> Seal | None:
    row = connection.execute(
        f"select {SEAL_FIELDS} from audit_seal where city_id = %s order by number desc limit 1",  # noqa: S608
        [city_id],
        binary=True,
    ).fetchone()
    return Seal(*row) if row else None


def heads(connection: Connection, city_id: UUID, first: int, last: int) -> list[Head]:
    """Heads of the seals from `first` to `last`, by seal and organ."""
    rows = connection.execute(
        f"select {HEAD_FIELDS} from audit_head where city_id = %s and seal between %s and %s order by seal, organ_id",  # noqa: S608
        [city_id, first, last],
        binary=True,
    )
    return [Head(*row) for row in rows]


def latest_heads(connection: Connection, city_id: UUID, organs: Sequence[UUID]) -> list[Head]:
    """The newest head of each of the organs that has one."""
    wanted = ", ".join(f"h.{name}" for name in HEAD_FIELDS.split(", "))
    rows = connection.execute(
        f"select {wanted} from unnest(%s::uuid[]) o(id) cross join lateral (select * from audit_head"  # noqa: S608
        " where city_id = %s and organ_id = o.id order by number desc limit 1) h",
        [list(organs), city_id],
        binary=True,
    )
    return [Head(*row) for row in rows]


def kept(connection: Connection, city_id: UUID, *, latest: bool = False) -> list[Kept]:
    """Kept heads; `latest`: for each subject the one with the highest number."""
    distinct = "distinct on (subject_id)" if latest else ""
    rows: Any = connection.execute(
        f"select {distinct} {KEPT_FIELDS} from audit_keep where city_id = %s"  # noqa: S608
        " order by subject_id, number desc, kept_at desc",
        [city_id],
        binary=True,
    )
    return [Kept(*row) for row in rows]
