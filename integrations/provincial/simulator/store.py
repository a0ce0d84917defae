"""What the simulated province holds, in one SQLite file: a killed process loses nothing that it answered for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from integrations.links.digests import Tally, bucket_of, whole
from integrations.links.rules import content_hash
from integrations.provincial.messages import (
    Batch,
    BucketList,
    Handed,
    Held,
    Item,
    Part,
    Receipt,
    Reply,
    Summary,
)

SCHEMA = """
create table if not exists change (seq integer primary key autoincrement, kind text, id text, version integer,
    hash text, data text, unique (kind, id, version));
create table if not exists handed (kind text, id text, version integer, hash text, data text, primary key (kind, id));
create table if not exists receipt (key text primary key, body text, effects integer);
create table if not exists nonce (nonce text primary key, at real);
create table if not exists package (sha256 text primary key, size integer, body blob);
create table if not exists reply (seq integer primary key autoincrement, id text unique, body text);
"""


class Store:
    """All of it. `path` may be ``:memory:``."""

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("begin immediate")
        try:
            yield self._db
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def offer(self, kind: str, things: Iterable[tuple[str, int, dict[str, Any]]]) -> None:
        """Put records (id, version, data) into the province's log."""
        with self._change() as db:
            db.executemany(
                "insert or ignore into change (kind, id, version, hash, data) values (?, ?, ?, ?, ?)",
                [(kind, i, v, content_hash(d), json.dumps(d, ensure_ascii=False)) for i, v, d in things],
            )

    def changes(self, kind: str, after: int, limit: int) -> tuple[list[Item], int, bool]:
        """Changes after a place in the log, where to go on, and whether there are more."""
        rows = self._db.execute(
            "select seq, id, version, hash, data from change where kind = ? and seq > ? order by seq limit ?",
            (kind, after, limit + 1),
        ).fetchall()
        page = rows[:limit]
        return [_item(row[1:]) for row in page], page[-1][0] if page else after, len(rows) > limit

    def items(self, kind: str, ids: Sequence[str]) -> list[Item]:
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(
            f"select id, max(version), hash, data from change where kind = ? and id in ({marks}) group by id",  # noqa: S608
            (kind, *ids),
        )
        return [_item(row) for row in rows]

    def newest(self, direction: str, kind: str) -> Iterator[tuple[str, int, str]]:
        query = (
            "select id, max(version), hash from change where kind = ? group by id order by id"
            if direction == "offered"
            else "select id, version, hash from handed where kind = ? order by id"
        )
        yield from self._db.execute(query, (kind,))

    def summary(self, direction: str, kind: str) -> Summary:
        tally = Tally()
        for item in self.newest(direction, kind):
            tally.add(*item)
        buckets = tally.buckets()
        parts = {name: Part(count=bucket.count, hash=bucket.hash) for name, bucket in buckets.items()}
        return Summary(count=tally.count, hash=whole(buckets), buckets=parts)

    def bucket(self, direction: str, kind: str, bucket: str) -> BucketList:
        found = [Held(id=i, version=v, hash=h) for i, v, h in self.newest(direction, kind) if bucket_of(i) == bucket]
        return BucketList(items=found)

    def take(self, batch: Batch) -> list[Receipt]:
        """Take what is handed in, each key once and no version after a newer one."""
        with self._change() as db:
            return [self._take(db, item) for item in batch.items]

    def _take(self, db: sqlite3.Connection, item: Handed) -> Receipt:
        known = db.execute("select body from receipt where key = ?", (item.key,)).fetchone()
        if known:
            return Receipt(key=item.key, outcome="duplicate", number=known[0])
        if content_hash(item.data) != item.hash:
            return Receipt(key=item.key, outcome="refused", error="校验值不符")
        held = db.execute("select version from handed where kind = ? and id = ?", (item.kind, item.id)).fetchone()
        outcome = "late" if held and held[0] > item.version else "received"
        if outcome == "received":
            db.execute(
                "insert or replace into handed values (?, ?, ?, ?, ?)",
                (item.kind, item.id, item.version, item.hash, json.dumps(item.data, ensure_ascii=False)),
            )
        number = f"省收{item.hash[:12]}"
        db.execute("insert into receipt values (?, ?, 1)", (item.key, number))
        return Receipt(
            key=item.key,
            outcome="late" if outcome == "late" else "received",
            number=number,
            received_at=datetime.now(UTC),
        )

    def accept_once(self, nonce: str) -> bool:
        query = "insert or ignore into nonce values (?, unixepoch('now'))"
        return self._db.execute(query, (nonce,)).rowcount == 1

    def put_package(self, sha256: str, body: bytes) -> None:
        self._db.execute("insert or ignore into package values (?, ?, ?)", (sha256, len(body), body))

    def package(self, sha256: str) -> bytes | None:
        row = self._db.execute("select body from package where sha256 = ?", (sha256,)).fetchone()
        return row[0] if row else None

    def handed(self, kind: str) -> dict[str, dict[str, Any]]:
        rows = self._db.execute("select id, data from handed where kind = ?", (kind,))
        return {row[0]: json.loads(row[1]) for row in rows}

    def reply(self, reply: Reply) -> None:
        body = msgspec.json.encode(reply).decode()
        self._db.execute("insert or ignore into reply (id, body) values (?, ?)", (reply.id, body))

    def replies(self, after: int, limit: int) -> tuple[list[Reply], int, bool]:
        rows = self._db.execute(
            "select seq, body from reply where seq > ? order by seq limit ?", (after, limit + 1)
        ).fetchall()
        page = rows[:limit]
        found = [msgspec.json.decode(row[1], type=Reply) for row in page]
        return found, page[-1][0] if page else after, len(rows) > limit


def _item(row: Sequence[Any]) -> Item:
    return Item(id=row[0], version=row[1], hash=row[2], data=json.loads(row[3]))
