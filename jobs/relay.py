"""The relay: hands committed outbox rows to the broker. Any number may run; SKIP LOCKED keeps them apart."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import structlog
from sqlalchemy import text

from jobs.runtime import HANDLERS, TOGETHER, Letter, Row, bury, send
from kernel.telemetry import tracing
from kernel.tenancy import VISITOR
from kernel.work import Database, open_work

log = structlog.get_logger()
BATCH = 1_000
"""Rows of one job that one transaction hands over."""
AHEAD = 4_000
"""Rows of one job that may be under way: so few that none of them waits for long in the broker, so many that the
workers do not wait for the relay."""
SPREAD = 16
"""Rows share a message only beyond so many messages: a few rows go to as many workers as there are."""
SWEEP_SECONDS = 1.0
"""The bell wakes the relay at once; the sweep is for delayed rows and for a bell that nobody heard."""
BUSY_SECONDS = 0.1
"""The sweep after rows were handed over: what was held back goes on as soon as the workers have room."""
BUSY_FOR_SECONDS = 10.0
RECLAIM_AFTER_SECONDS = 300
RECLAIM_EVERY_SECONDS = 60.0
KEEP_DAYS = 30
Claimed = tuple[UUID, UUID, UUID, str]
"""City, organ, message, job."""
Parcel = tuple[str, UUID, list[Row]]
"""A job, the city, and the rows that travel in one message."""


def parcels(rows: Sequence[Claimed]) -> list[Parcel]:
    """Rows by job and city in the order in which they were written, as many together as the job allows."""
    groups: dict[tuple[str, UUID], list[Row]] = {}
    for city_id, organ_id, message_id, name in sorted(rows, key=lambda row: row[2]):
        groups.setdefault((name, city_id), []).append((organ_id, message_id))
    found: list[Parcel] = []
    for (name, city_id), members in groups.items():
        size = max(1, min(TOGETHER[name], len(members) // SPREAD))
        found += [(name, city_id, list(part)) for part in _chunks(members, size)]
    return found


def _chunks(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _publish(found: Sequence[Parcel]) -> None:
    for name, city_id, rows in found:
        send(name, city_id, rows)


class Relay:
    """Moves rows until stopped. A row is marked in the transaction that published it: published twice after a
    crash, never not at all; the worker's own mark makes the second delivery harmless."""

    def __init__(
        self,
        database: Database,
        app_url: str,
        city_id: UUID,
        *,
        reclaim_after: float = RECLAIM_AFTER_SECONDS,
        reclaim_every: float = RECLAIM_EVERY_SECONDS,
    ) -> None:
        self.database = database
        self.dsn = app_url.replace("postgresql+psycopg://", "postgresql://")
        self.city_id = city_id
        self.reclaim_after = reclaim_after
        self.reclaim_every = reclaim_every
        self.stopping = asyncio.Event()
        self.bell = asyncio.Event()
        self._reclaimed = time.monotonic()
        self._moved = -BUSY_FOR_SECONDS
        # One thread, because a RabbitMQ connection belongs to the thread that opened it.
        self._publisher = ThreadPoolExecutor(1, thread_name_prefix="publisher")

    async def run(self) -> None:
        ears = asyncio.create_task(self._listen())
        try:
            while not self.stopping.is_set():
                self.bell.clear()
                try:
                    while await self.step():
                        if self.stopping.is_set():
                            return
                    if time.monotonic() - self._reclaimed >= self.reclaim_every:
                        await self.reclaim()
                except Exception as error:
                    log.warning("relay waits", error=str(error))
                    await self._sleep(2.0)
                await self._wait()
        finally:
            ears.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ears
            self._publisher.shutdown()

    async def step(self) -> int:
        """Relay one batch; returns how many rows it moved. A broker that refuses leaves the rows waiting."""
        async with open_work(self.database, city_id=self.city_id, organ_id=VISITOR) as work:
            query = text("select * from guard.outbox_claim(:most, :ahead)")
            claimed = (await work.session.execute(query, {"most": BATCH, "ahead": AHEAD})).all()
            rows: list[Claimed] = [(row[0], row[1], row[2], row[3]) for row in claimed]
            for row in claimed:
                tracing.mark("relay", row.trace, job=row.job, message=str(row.id))
            known = parcels([row for row in rows if row[3] in HANDLERS])
            if known:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._publisher, _publish, known)
        for city_id, organ_id, message_id, name in rows:
            # A job that no actor takes must not hold up the rows behind it.
            if name not in HANDLERS:
                await bury(self.database, Letter(name, city_id, organ_id, message_id, 0), "没有处理该任务的程序")
        if rows:
            self._moved = time.monotonic()
        return len(rows)

    async def reclaim(self) -> None:
        """Rows that were handed over long ago and never finished (a wiped broker) are handed over again."""
        self._reclaimed = time.monotonic()
        async with open_work(self.database, city_id=self.city_id, organ_id=VISITOR) as work:
            again = await work.session.scalar(text("select guard.outbox_reclaim(:s)"), {"s": int(self.reclaim_after)})
            await work.session.execute(text("select guard.outbox_prune(:d)"), {"d": KEEP_DAYS})
        if again:
            log.warning("handed over again", number=again)
            self.bell.set()

    async def _listen(self) -> None:
        while not self.stopping.is_set():
            try:
                connection = await psycopg.AsyncConnection.connect(self.dsn, autocommit=True)
                async with connection:
                    await connection.execute("listen zs_outbox")
                    async for _ in connection.notifies():
                        self.bell.set()
            except (psycopg.Error, OSError):
                await self._sleep(1.0)

    async def _wait(self) -> None:
        busy = time.monotonic() - self._moved < BUSY_FOR_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.bell.wait(), BUSY_SECONDS if busy else SWEEP_SECONDS)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    def stop(self) -> None:
        self.stopping.set()
        self.bell.set()
