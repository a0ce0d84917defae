"""Jobs from the outbox through relay, broker and actor, messages per second against the broker alone.

Both sides have the same worker processes and end in an async actor that does nothing. The broker alone: one publisher
sends message after message through dramatiq and the workers take them. The product: rows are committed to the outbox
in transactions of a hundred, the relay process hands them over, the workers count each delivery, open a transaction for
each row in its organ's tenancy and commit it as done. The clock runs from the first message until the last end.
Rounds take turns; every ratio is of neighbours. `single_ratio_…` (full size) is of a job whose rows may not share a
message.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from typing import Any

import dramatiq
import psycopg
from sqlalchemy import insert

from jobs.relay import Relay
from jobs.runtime import HANDLERS
from jobs.worker import Worker, connect
from kernel.clock import system_now
from kernel.ids import NIL, new_id
from kernel.models import OutboxMessage
from kernel.work import open_work
from tests.bench._database import Place, durable
from tests.jobs import handlers
from tests.jobs.rabbitmq import RABBITMQ, delete_queues, rabbitmq_answers

WORKERS, THREADS = 2, 4
A_TRANSACTION = 100
PATIENCE_SECONDS = 600
_COUNTER: list[Any] = []


@dramatiq.actor(actor_name="bench_plain", queue_name="test")
async def plain(number: int) -> None:
    """What the broker alone delivers."""
    _count()


def _count() -> None:
    counter = _COUNTER[0]
    with counter.get_lock():
        counter.value += 1


def run(*, quick: bool) -> dict[str, object]:
    """`ratio_to_broker` is the default broker's, `ratio_to_rabbitmq` that of RabbitMQ where one answers: medians."""
    number, rounds = (600, 3) if quick else (4_000, 5)
    figures: dict[str, object] = {"messages": number, "rounds": rounds, "workers": WORKERS, "threads": THREADS}
    with durable() as place:
        figures |= _measured("broker", _Side(place, "", ""), number, rounds, single=not quick)
        if rabbitmq_answers():
            prefix = f"bench{new_id().hex[-12:]}_"
            try:
                figures |= _measured("rabbitmq", _Side(place, RABBITMQ, prefix), number, rounds, single=not quick)
            finally:
                delete_queues(prefix)
        figures["doubled"] = _doubled(place)
    return figures


@dataclass(frozen=True, slots=True)
class _Side:
    """One broker of one installation."""

    place: Place
    broker_url: str
    prefix: str


def _measured(name: str, side: _Side, number: int, rounds: int, *, single: bool) -> dict[str, object]:
    broker = connect(side.broker_url, side.place.url, queue_prefix=side.prefix)
    with _processes(side) as counter:
        ways: dict[str, Callable[[], None]] = {
            "alone": lambda: _send(number),
            "whole": lambda: asyncio.run(_write(side.place, handlers.NOTHING, number)),
        }
        if single:
            ways["single"] = lambda: asyncio.run(_write(side.place, handlers.NOTHING_SINGLE, number))
        rates: dict[str, list[float]] = {key: [] for key in ways}
        for way in ways.values():
            _rate(counter, way, number)
        for turn in range(rounds):
            for key in sorted(ways, reverse=bool(turn % 2)):
                rates[key].append(_rate(counter, ways[key], number))
    broker.close()
    ratios = {
        key: round(statistics.median(a / b for a, b in zip(rates[key], rates["alone"], strict=True)), 3) for key in ways
    }
    return {
        f"ratio_to_{name}": ratios["whole"],
        **({f"single_ratio_to_{name}": ratios["single"]} if single else {}),
        f"{name}_per_s": round(statistics.median(rates["alone"])),
        f"jobs_per_s_{name}": round(statistics.median(rates["whole"])),
    }


def _rate(counter: Synchronized[int], send: Callable[[], None], number: int) -> float:
    """Messages per second of one round."""
    counter.value = 0
    began = time.monotonic()
    send()
    while counter.value < number:
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise TimeoutError(f"{counter.value} of {number} messages arrived")
        time.sleep(0.005)
    return number / (time.monotonic() - began)


def _send(number: int) -> None:
    for n in range(number):
        plain.send(n)


async def _write(place: Place, job: str, number: int) -> None:
    database = place.database()
    for start in range(0, number, A_TRANSACTION):
        async with open_work(database, city_id=place.city_id, organ_id=NIL) as work:
            common = {
                "city_id": place.city_id,
                "organ_id": NIL,
                "job": job,
                "payload": {},
                "available_at": system_now(),
            }
            rows = [common | {"id": new_id()} for _ in range(min(A_TRANSACTION, number - start))]
            await work.session.execute(insert(OutboxMessage), rows)
    await database.engine.dispose()


def _doubled(place: Place) -> int:
    """Rows that were not delivered exactly once or are not done."""
    with psycopg.connect(place.owner) as connection:
        query = "select count(*) from outbox_message where done_at is null or deliveries <> 1"
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def _processes(side: _Side) -> Iterator[Synchronized[int]]:
    """The relay and the workers, until the block ends."""
    context = multiprocessing.get_context("spawn")
    counter: Synchronized[int] = context.Value("q", 0)
    started = [context.Process(target=_work, args=(side, counter)) for _ in range(WORKERS)]
    started.append(context.Process(target=_relay, args=(side,)))
    for process in started:
        process.start()
    try:
        yield counter
    finally:
        for process in started:
            process.kill()
            process.join()


def _work(side: _Side, counter: Synchronized[int]) -> None:
    _COUNTER[:] = [counter]

    async def counted(work: object) -> None:
        _count()

    for name in (handlers.NOTHING, handlers.NOTHING_SINGLE):
        HANDLERS[name] = counted
    worker = Worker(side.place.database(), side.broker_url, side.place.url, threads=THREADS, queue_prefix=side.prefix)
    worker.start()
    time.sleep(24 * 3600)


def _relay(side: _Side) -> None:
    connect(side.broker_url, side.place.url, queue_prefix=side.prefix)
    asyncio.run(Relay(side.place.database(), side.place.url, side.place.city_id).run())
