"""One worker, relay or scheduler of the tests as a process: ``python -m tests.jobs.process ROLE URL BROKER PREFIX``.

The drills kill these processes, so they run outside pytest.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Sequence

import tests.jobs.handlers  # noqa: F401
from jobs.relay import Relay
from jobs.schedule import Periodic, Scheduler
from jobs.worker import Worker, connect
from kernel import settings
from kernel.db import engine_for
from kernel.tenancy import TenancySigner
from kernel.work import Database

SCHEDULE = (Periodic("test_effect_none", every=1, catch_up=True),)
CLOCKWORK = (Periodic("sweep_deadlines", every=1),)
"""The product looks for due deadlines every 15 s."""
BACKOFF_MS = 20
RECLAIM_SECONDS = 12
"""The product waits five minutes before it takes a row for lost."""


def database(url: str) -> Database:
    return Database(engine_for(url, pool_size=4), TenancySigner(settings.load().secret("tenancy")), demo=True)


def _notice_deaths_soon() -> None:
    """The product waits 20 s before it calls a silent worker dead; a drill has less patience."""
    import jobs.broker
    import jobs.relay

    jobs.relay.AHEAD = 400
    jobs.broker.HEARTBEAT_SECONDS, jobs.broker.HEARTBEAT_TTL_SECONDS, jobs.broker.MAINTENANCE_SECONDS = 0.5, 2.0, 0.5


def main(role: str, url: str, broker: str, prefix: str) -> None:
    city_id = settings.load().city_id
    _notice_deaths_soon()
    if role == "worker":
        worker = Worker(database(url), broker, url, threads=2, min_backoff=BACKOFF_MS, queue_prefix=prefix)
        worker.start()
        print("ready", flush=True)
        threading.Event().wait()
    if role == "relay":
        connect(broker, url, queue_prefix=prefix)
        relay = Relay(database(url), url, city_id, reclaim_after=RECLAIM_SECONDS, reclaim_every=1.0)
        asyncio.run(relay.run())
    if role == "clockwork":
        asyncio.run(Scheduler(database(url), url, city_id, CLOCKWORK, tick=0.2).run())
    if role == "scheduler":
        print("ready", flush=True)
        asyncio.run(Scheduler(database(url), url, city_id, SCHEDULE, tick=0.1).run())
    if role == "relay_dies_after_publishing":
        connect(broker, url, queue_prefix=prefix)
        asyncio.run(_publish_and_die(Relay(database(url), url, city_id)))


async def _publish_and_die(relay: Relay) -> None:
    import jobs.relay

    publish = jobs.relay._publish

    def then_die(found: Sequence[jobs.relay.Parcel]) -> None:
        publish(found)
        os._exit(9)

    jobs.relay._publish = then_die
    await relay.step()


if __name__ == "__main__":
    main(*sys.argv[1:])
