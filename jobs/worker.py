"""A worker of this process: threads that take messages, one event loop on which all actors run."""

from __future__ import annotations

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.broker import Broker
from dramatiq.middleware import Middleware

import jobs.actors
import jobs.link_actors
import jobs.notice_actors  # noqa: F401
from jobs.broker import MIN_BACKOFF_MS, install, make_broker
from jobs.runtime import Runtime, start
from kernel.work import Database


def connect(broker_url: str, app_url: str, *, min_backoff: int = MIN_BACKOFF_MS, queue_prefix: str = "") -> Broker:
    """The installation's broker, with every actor declared on it."""
    return install(make_broker(broker_url, app_url, min_backoff=min_backoff), queue_prefix=queue_prefix)


class _Engine(Middleware):
    """Closes the engine on the loop that its connections belong to, before that loop ends."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def after_worker_shutdown(self, broker: Broker, worker: dramatiq.Worker) -> None:
        thread = get_event_loop_thread()
        if thread is not None:
            thread.run_coroutine(self.database.engine.dispose())


def load_parts() -> None:
    """Import every part of supervision: they tell each other what holds a deadline or names a person when they
    are imported, and a job must see the same as a page."""
    import supervision.clues.service
    import supervision.decisions.service
    import supervision.escalation.service
    import supervision.instruments.service
    import supervision.recusals.service  # noqa: F401


class Worker:
    """Takes messages between `start` and `stop`. The engine of `database` must not be used anywhere else."""

    def __init__(
        self,
        database: Database,
        broker_url: str,
        app_url: str,
        *,
        threads: int = 4,
        min_backoff: int = MIN_BACKOFF_MS,
        queue_prefix: str = "",
    ) -> None:
        load_parts()
        start(Runtime(database))
        self.broker = connect(broker_url, app_url, min_backoff=min_backoff, queue_prefix=queue_prefix)
        self.broker.add_middleware(_Engine(database))
        self._worker = dramatiq.Worker(self.broker, worker_timeout=200, worker_threads=threads)

    def start(self) -> None:
        self._worker.start()

    def stop(self, milliseconds: int = 10_000) -> None:
        """Interrupt what runs (it rolls back and comes again), give messages back, close the connections."""
        self._worker.stop(timeout=milliseconds)
        self.broker.close()
