"""A relay and a worker over a test's own database, on the default broker and on RabbitMQ where it answers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

import tests.jobs.handlers  # noqa: F401
from jobs.relay import Relay
from jobs.worker import Worker
from kernel.ids import NIL, new_id
from kernel.models import AuditEntry, DeadLetter, OutboxMessage
from kernel.work import open_work
from tests.jobs.process import BACKOFF_MS, database
from tests.jobs.rabbitmq import RABBITMQ, delete_queues, rabbitmq_answers
from tests.world import World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "broker_url" in metafunc.fixturenames:
        params = [pytest.param("", id="postgres")]
        if rabbitmq_answers():
            params.append(pytest.param(RABBITMQ, id="rabbitmq", marks=pytest.mark.rabbitmq))
        metafunc.parametrize("broker_url", params)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """RabbitMQ beside one database is enough: what differs between the two databases is not the broker's."""
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        values = getattr(getattr(item, "callspec", None), "params", {})
        doubled = values.get("broker_url") and values.get("backend") == "external"
        (left if doubled else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 15.0) -> None:
    """Wait until `condition` holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


@dataclass
class Line:
    """The way of a job: outbox, relay, broker, worker."""

    world: World
    broker_url: str
    prefix: str
    relay: Relay
    worker: Worker | None = field(default=None)

    def start_worker(self) -> None:
        self.worker = Worker(
            database(self.world.url),
            self.broker_url,
            self.world.url,
            threads=2,
            min_backoff=BACKOFF_MS,
            queue_prefix=self.prefix,
        )
        self.worker.start()

    def stop_worker(self) -> None:
        if self.worker is not None:
            self.worker.stop()
            self.worker = None

    async def enqueue(self, job: str, **payload: Any) -> UUID:
        async with self.world.system() as work:
            return work.enqueue(job, payload)

    async def row(self, message_id: UUID) -> OutboxMessage:
        async with self.world.system() as work:
            row = await work.session.get(OutboxMessage, (self.world.city_id, message_id))
            assert row is not None
            return row

    async def done(self, message_id: UUID, seconds: float = 15.0) -> OutboxMessage:
        async def finished() -> bool:
            return (await self.row(message_id)).done_at is not None

        await until(finished, seconds)
        return await self.row(message_id)

    async def effects(self, mark: str) -> int:
        """How often the job with this mark had its effect."""
        async with open_work(self.world.database, city_id=self.world.city_id, organ_id=NIL) as work:
            query = select(func.count()).where(AuditEntry.action == "test_effect", AuditEntry.title == mark)
            return int(await work.session.scalar(query) or 0)

    async def letters(self, message_id: UUID) -> list[DeadLetter]:
        async with self.world.system() as work:
            query = select(DeadLetter).where(DeadLetter.outbox_id == message_id)
            return list(await work.session.scalars(query))

    def process(self, role: str) -> subprocess.Popen[bytes]:
        """A process of the line that a drill may kill."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.process", role, self.world.url, self.broker_url, self.prefix],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ),
        )

    async def wipe(self) -> None:
        """Everything that the broker holds is gone."""
        if self.broker_url:
            delete_queues(self.prefix)
            return
        import psycopg

        url = self.world.url.replace("+psycopg", "")
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("delete from dramatiq.queue")


@pytest.fixture
def prefix(broker_url: str) -> Iterator[str]:
    """A name of this test's own for the queues: runs beside each other do not meet on one RabbitMQ."""
    name = f"t{new_id().hex[-12:]}_" if broker_url else ""
    yield name
    if broker_url:
        delete_queues(name)


@pytest.fixture
async def line(world: World, broker_url: str, prefix: str) -> AsyncIterator[Line]:
    """A running relay and worker."""
    relay = Relay(world.database, world.url, world.city_id)
    made = Line(world, broker_url, prefix, relay)
    made.start_worker()
    task = asyncio.create_task(relay.run())
    yield made
    relay.stop()
    await task
    made.stop_worker()


@pytest.fixture
async def still_line(world: World, broker_url: str, prefix: str) -> AsyncIterator[Line]:
    """The same with nothing running: the test starts what it needs."""
    from jobs.worker import connect

    broker = connect(broker_url, world.url, queue_prefix=prefix)
    made = Line(world, broker_url, prefix, Relay(world.database, world.url, world.city_id))
    yield made
    made.stop_worker()
    broker.close()
