"""An installation that lives, is backed up while it works, and is looked at as a whole before and after a restore."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psycopg

from kernel.backup import keyfile, state
from kernel.backup.archiver import NEVER, Archiver
from kernel.backup.restoring import plan
from kernel.backup.source import EMBEDDED, Source
from kernel.backup.spool import SERVER_SETTINGS, SPOOL
from kernel.backup.store import Store
from kernel.blobs import BlobStore
from kernel.db import engine_for
from kernel.embedded import EmbeddedServer
from kernel.provision import app_url, provision
from kernel.sealing.rows import Access
from kernel.sealing.sealer import Sealer
from kernel.settings import Settings
from kernel.tenancy import TenancySigner
from kernel.work import Database, open_work

ORGAN = UUID(int=7)
PATIENCE = 120.0
FAST = {"fsync": "off", "full_page_writes": "on", "shared_buffers": "32MB", "max_wal_size": "128MB"}
"""The machine does not crash during the test; the backup is no other for it."""


def until(what: str, holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@dataclass(frozen=True)
class Seen:
    """All rows of all tables, and the audit trail's newest seal, at a moment."""

    at: datetime
    tables: dict[str, str]
    audit: tuple[int, str]


def look(url: str) -> Seen:
    """One digest a table over all its rows, as the superuser, in one snapshot."""
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read")
        names = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema') order by 1"
        ).fetchall()
        tables = {}
        for (name,) in names:
            rows = connection.execute(f"select t::text from {name} t order by 1").fetchall()
            tables[name] = hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest() + f" {len(rows)}"
        seal = connection.execute(
            "select number, encode(head, 'hex') from audit_seal order by number desc limit 1"
        ).fetchone()
        now = connection.execute("select clock_timestamp()").fetchone()
    assert now is not None
    return Seen(now[0], tables, (seal[0], seal[1]) if seal else (0, ""))


@dataclass
class Lived:
    """A home with its embedded server, archiver and backup folder."""

    root: Path
    server: EmbeddedServer = field(init=False)
    url: str = field(init=False, default="")
    blobs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = self.root / "home"
        self.known = Settings(home=str(self.home), role_prefix="zhunsheng_test", demo="1")
        self.server = EmbeddedServer(self.home, settings=SERVER_SETTINGS | FAST, folders=(SPOOL,))
        folder = self.root / "store"
        folder.mkdir()
        self.store = Store(folder, keyfile.make(self.root / "key"))

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        with self.server as address:
            with psycopg.connect(address.url("postgres"), autocommit=True) as connection:
                connection.execute("create database zhunsheng")
            self.url = address.url("zhunsheng")
            provision(self.url, self.known)
            yield

    @property
    def access(self) -> Access:
        return Access(app_url(self.known, self.url), TenancySigner(self.known.secret("tenancy")), self.known.city_id)

    @property
    def source(self) -> Source:
        known = self.known
        return Source(
            url=self.url,
            access=self.access,
            kind=EMBEDDED,
            home=self.home,
            secrets=known.secrets_path,
            audit=known.audit_path,
            blobs=known.blob_path,
            city=known.city,
            demo=True,
            role_prefix=known.role_prefix,
        )

    @contextlib.contextmanager
    def archiving(self) -> Iterator[Archiver]:
        archiver = Archiver(self.source, self.store, at=NEVER, files_seconds=0.5)
        thread = threading.Thread(target=archiver.run)
        thread.start()
        try:
            yield archiver
        finally:
            archiver.stop()
            thread.join()

    def write(self, number: int, *, file: bool = False) -> None:
        """Business transactions with audit entries, sealed; with a stored file if wanted."""
        asyncio.run(self._write(number, file))
        sealer = Sealer(self.access, "sha256")
        with self.access.connect() as connection:
            while sealer.step(connection):
                pass

    async def _write(self, number: int, file: bool) -> None:
        engine = engine_for(self.access.url, pool_size=1)
        database = Database(engine, TenancySigner(self.known.secret("tenancy")), demo=True)
        for n in range(number):
            async with open_work(database, city_id=self.known.city_id, organ_id=ORGAN) as work:
                work.record("download", "instrument", None, title=f"下载督办函 {n}号", article="19", detail={"n": n})
                if file and not n:
                    data = b"%PDF-1.7\n" + f"{time.monotonic_ns()}".encode() * 5_000
                    stored = await BlobStore(self.known.blob_path, 10**8).put(work, data)
                    self.blobs.append(stored.sha256)
        await engine.dispose()

    def catch_up(self, moment: datetime) -> None:
        """Until the archive holds everything up to `moment`."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("select pg_logical_emit_message(true, 'test', 'x')")
            connection.execute("select pg_switch_wal()")
        until("the log is archived", lambda: plan(self.store).reach >= moment)

    def state(self) -> state.BackupState:
        return state.read(self.home) or state.BackupState()


@contextlib.contextmanager
def revived(home: Path) -> Iterator[str]:
    """The restored home's server."""
    with EmbeddedServer(home, settings=FAST) as address:
        yield address.url("zhunsheng")
