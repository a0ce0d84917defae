"""``python -m jobs {worker,relay,scheduler}``: one process of background work, until SIGTERM or SIGINT.

Needs the address of the application's role in ZHUNSHENG_APP_DATABASE_URL or ZHUNSHENG_DATABASE_URL; `zhunsheng
worker` and its sisters start the embedded database first and set it.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Sequence

import structlog

from jobs.relay import Relay
from jobs.schedule import Scheduler, timetable
from kernel import settings
from kernel.db import engine_for
from kernel.lifeline import end_with_launcher
from kernel.logging import configure
from kernel.settings import Settings
from kernel.telemetry import tracing
from kernel.telemetry.figures import FACTS, watch_pool
from kernel.telemetry.signs import Beat
from kernel.tenancy import TenancySigner
from kernel.work import Database

log = structlog.get_logger()
STOP_MS = 3_000
"""Running jobs are interrupted, roll back and come again; after this long the process leaves all the same."""


def main(arguments: Sequence[str]) -> int:
    roles = {"worker": _worker, "relay": _relay, "scheduler": _scheduler}
    if len(arguments) != 1 or arguments[0] not in roles:
        print(__doc__, file=sys.stderr)
        return 2
    end_with_launcher()
    known = settings.load()
    configure(known.log_level, arguments[0])
    tracing.configure(known, arguments[0])
    url = _app_url(known)
    # jobs.runtime logs each failed try with its reason; dramatiq would repeat it as an error.
    logging.getLogger("dramatiq.worker.WorkerThread").setLevel(logging.CRITICAL)
    beat = Beat(url, arguments[0])
    beat.start()
    try:
        roles[arguments[0]](known, _database(known, url), url)
    finally:
        beat.stop()
    return 0


def _app_url(known: Settings) -> str:
    if not (known.app_database_url or known.database_url):
        raise SystemExit("no database: start through `zhunsheng worker`, or set ZHUNSHENG_DATABASE_URL")
    from kernel.provision import app_url

    return app_url(known, known.database_url)


def _database(known: Settings, url: str) -> Database:
    engine = engine_for(url, pool_size=int(known.pool_size))
    watch_pool(engine)
    return Database(engine, TenancySigner(known.secret("tenancy")), demo=known.demo_mode)


def _worker(known: Settings, database: Database, url: str) -> None:
    from jobs.worker import Worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker(database, known.broker_url, url, threads=int(known.worker_threads))
    worker.start()
    log.info("ready")
    stop.wait()
    worker.stop(STOP_MS)


def _relay(known: Settings, database: Database, url: str) -> None:
    from jobs.worker import connect

    broker = connect(known.broker_url, url)
    asyncio.run(_until_signal(Relay(database, url, known.city_id), database))
    broker.close()


def _scheduler(known: Settings, database: Database, url: str) -> None:
    from kernel.sealing.rows import Access
    from kernel.sealing.sealer import Sealer

    # Sealing several times a second is too often for the schedule: it has a thread beside it.
    sealer = Sealer(Access(url, database.signer, known.city_id), known.audit_hash)
    thread = threading.Thread(target=sealer.run, name="sealer")
    thread.start()
    try:
        FACTS["schedule"] = timetable
        asyncio.run(_until_signal(Scheduler(database, url, known.city_id), database))
    finally:
        sealer.stop()
        thread.join()


async def _until_signal(part: Relay | Scheduler, database: Database) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, part.stop)
    log.info("ready")
    await part.run()
    await database.engine.dispose()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
