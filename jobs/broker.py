"""The configured broker: dramatiq-postgres on the same database, or RabbitMQ with publisher confirms."""

from __future__ import annotations

import dramatiq
from dramatiq.broker import Broker
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AsyncIO, Middleware, Retries, ShutdownNotifications
from dramatiq_postgres import PostgresBroker

from jobs.observing import Observing

HEARTBEAT_SECONDS = 5.0
HEARTBEAT_TTL_SECONDS = 20.0
"""A worker that was silent for so long is dead and its messages go to another. One that only slept has its work
done twice, which the mark on the outbox row makes harmless."""
MAINTENANCE_SECONDS = 10.0
MIN_BACKOFF_MS = 1_000
MAX_BACKOFF_MS = 120_000


def _middleware(min_backoff: int = MIN_BACKOFF_MS) -> list[Middleware]:
    # No age limit: a legal step that waited a week in a broken broker is still due. No time limit: dramatiq ends
    # a thread by raising in it, which could interrupt a commit; statement_timeout bounds the database instead.
    # No limit of retries either: deliveries are counted in the database (jobs.runtime).
    return [
        AsyncIO(),
        ShutdownNotifications(notify_shutdown=True),
        Observing(),
        Retries(max_retries=1_000_000, min_backoff=min_backoff, max_backoff=MAX_BACKOFF_MS),
    ]


def make_broker(broker_url: str, app_url: str, *, min_backoff: int = MIN_BACKOFF_MS) -> Broker:
    """The broker of an installation. `broker_url` empty: the database; ``amqp://…``: RabbitMQ.

    `min_backoff` is the first pause before a failed job comes again, in milliseconds; it doubles each time.
    """
    if not broker_url:
        broker: Broker = PostgresBroker(
            url=app_url.replace("postgresql+psycopg://", "postgresql://"),
            results=False,
            heartbeat_interval=HEARTBEAT_SECONDS,
            heartbeat_ttl=HEARTBEAT_TTL_SECONDS,
            maintenance_interval=MAINTENANCE_SECONDS,
            middleware=_middleware(min_backoff),
        )
        return broker
    if broker_url.startswith(("amqp://", "amqps://")):
        return RabbitmqBroker(url=broker_url, confirm_delivery=True, middleware=_middleware(min_backoff))
    raise SystemExit("ZHUNSHENG_BROKER_URL: expected amqp:// or amqps://")


def install(broker: Broker, *, queue_prefix: str = "") -> Broker:
    """Make `broker` the one that all actors use, their queues named with `queue_prefix`.

    Actors are declared once, at import, on a stand-in, because only the process that starts knows its broker.
    """
    previous = dramatiq.get_broker()
    for actor in list(previous.actors.values()):
        actor.broker = broker
        actor.queue_name = queue_prefix + _QUEUES.setdefault(actor.actor_name, actor.queue_name)
        broker.declare_actor(actor)
    dramatiq.set_broker(broker)
    return broker


_QUEUES: dict[str, str] = {}
"""Each actor's queue as it was declared."""


def stand_in() -> Broker:
    """A broker that holds declarations until `install`; it delivers nothing."""
    broker = StubBroker(middleware=_middleware())
    dramatiq.set_broker(broker)
    return broker
