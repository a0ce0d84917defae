"""A database with sealed entries, and a hand that changes it as nobody of the product may: the superuser's."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from kernel import settings
from kernel.sealing import online
from kernel.sealing.keys import KEY_NAME
from kernel.sealing.online import Report
from kernel.sealing.rows import Access
from kernel.sealing.sealer import Sealer
from tests.databases import Backend
from tests.world import World

HERE, THERE, ABOVE = "建安区司法局", "禹州市司法局", "建安区政府"
BELOW = """
select coalesce(max(xid::text::bigint), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint from audit_entry
"""


@dataclass
class Trail:
    """The audit trail of a world's database."""

    world: World
    backend: Backend
    algorithm: str = "sha256"

    @property
    def access(self) -> Access:
        return Access(self.world.url, self.world.database.signer, self.world.city_id)

    async def write(self, organ: str, number: int, title: str = "下载督办函", *, wait: bool = True) -> None:
        """Entries of an organ, below the horizon when this returns: the horizon is the whole server's, and tests of
        other databases on it may hold it back for the length of their transactions."""
        async with self.world.work(organ) as work:
            for n in range(number):
                work.record("download", "instrument", None, title=f"{title} {n}号", article="19", detail={"n": n})
        if wait:
            await asyncio.to_thread(self._wait_for_horizon)

    def seal(self, *, wait: bool = True) -> int:
        """Seal everything there is; returns how many entries."""
        if wait:
            self._wait_for_horizon()
        sealer, done = Sealer(self.access, self.algorithm), 0
        with self.access.connect() as connection:
            while found := sealer.step(connection):
                done += found
        return done

    def _wait_for_horizon(self, seconds: float = 120.0) -> None:
        """Every transaction of the whole server holds it back: the other worker plays the demo city in a single one."""
        engine = self._superuser()
        try:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                with engine.connect() as connection:
                    if connection.scalar(text(BELOW)):
                        return
                time.sleep(0.02)
        finally:
            engine.dispose()
        raise TimeoutError("a transaction stayed open on the server")

    def _superuser(self) -> Engine:
        return create_engine(make_url(self.backend.admin_url).set(database=make_url(self.world.url).database))

    def verify(self, **options: Any) -> Report:
        return online.verify(self.access, secret=settings.load().secret(KEY_NAME), **options)

    def kinds(self, **options: Any) -> set[str]:
        return {finding.kind for finding in self.verify(**options).findings}

    def tamper(self, *statements: str, **values: Any) -> None:
        """As the superuser, past every policy and trigger."""
        engine = self._superuser()
        try:
            with engine.begin() as connection:
                connection.execute(text("set local session_replication_role = replica"))
                for statement in statements:
                    given = {name: value for name, value in values.items() if f":{name}" in statement}
                    assert connection.execute(text(statement), given).rowcount != 0, statement
        finally:
            engine.dispose()
