"""From a message to a service call: exactly one effect for each outbox row, whatever the broker repeats or loses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import dramatiq
import structlog
from sqlalchemy import ColumnElement, and_, select, update

from jobs.broker import stand_in
from kernel.clock import system_now
from kernel.errors import Stale, TooMany, Unavailable, ZhunshengError
from kernel.ids import new_id
from kernel.models import DeadLetter, OutboxMessage
from kernel.work import Database, Work, open_work

log = structlog.get_logger()
stand_in()

MAX_DELIVERIES = 6
"""Counted in the database before the work starts, so that a message that kills its worker is counted too."""
SUSPECT = 2
"""A message delivered so often without an end may be killing its workers. Suspects run one at a time in a process, and
are counted only then: what merely ran beside a killer is not taken for one."""
PASSING = (Unavailable, Stale, TooMany)
"""Refusals that another try may not meet. Every other refusal of a service is final: the same facts, the same law."""

Handler = Callable[..., Awaitable[None]]
HANDLERS: dict[str, Handler] = {}


@dataclass(slots=True)
class Runtime:
    """What a worker process works with; set once at its start."""

    database: Database
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)


_RUNTIME: list[Runtime] = []


def start(runtime: Runtime) -> None:
    _RUNTIME[:] = [runtime]


def runtime() -> Runtime:
    if not _RUNTIME:
        raise RuntimeError("jobs.runtime.start was not called")
    return _RUNTIME[0]


def job(name: str, queue: str = "default") -> Callable[[Handler], Handler]:
    """Declare an actor: ``async def handler(work, **payload)``, run in a transaction of the outbox row's organ."""

    def declare(handler: Handler) -> Handler:
        if name in HANDLERS:
            raise ValueError(f"two actors are called {name}")
        HANDLERS[name] = handler

        async def deliver(city_id: str, organ_id: str, message_id: str) -> None:
            await run(runtime().database, name, UUID(city_id), UUID(organ_id), UUID(message_id))

        dramatiq.actor(actor_name=name, queue_name=queue)(deliver)
        return handler

    return declare


def actor(name: str) -> dramatiq.Actor[..., Any]:
    """The declared actor. Raises dramatiq.ActorNotFound."""
    return dramatiq.get_broker().get_actor(name)


async def run(database: Database, name: str, city_id: UUID, organ_id: UUID, message_id: UUID) -> None:
    """Work one outbox row. Returns when it is done, was done before, or has become a dead letter; raises when it
    should come again."""
    letter = await _count(database, name, city_id, organ_id, message_id, below=SUSPECT)
    if letter is not None:
        await _try(database, letter)
        return
    async with runtime().alone:
        letter = await _count(database, name, city_id, organ_id, message_id)
        if letter is not None:
            await _try(database, letter)


async def _try(database: Database, letter: Letter) -> None:
    if letter.deliveries > MAX_DELIVERIES:
        await bury(database, letter, "每次处理都中断了工作进程")
        return
    try:
        await _work(database, letter)
    except asyncio.CancelledError:
        # The worker was told to stop: that is no fault of the message.
        await _uncount(database, letter)
        raise
    except Exception as error:
        final = isinstance(error, ZhunshengError) and not isinstance(error, PASSING)
        about = {"job": letter.job, "message": str(letter.message_id), "deliveries": letter.deliveries}
        log.warning("job failed", **about, exc_info=error)
        if final or letter.deliveries >= MAX_DELIVERIES:
            await bury(database, letter, f"{type(error).__name__}: {error}")
            return
        raise


@dataclass(frozen=True, slots=True)
class Letter:
    """An outbox row under way."""

    job: str
    city_id: UUID
    organ_id: UUID
    message_id: UUID
    payload: dict[str, Any]
    deliveries: int


async def _count(
    database: Database, name: str, city_id: UUID, organ_id: UUID, message_id: UUID, *, below: int = 1_000_000
) -> Letter | None:
    """Count this delivery in a transaction of its own. None: the row is done or gone, or was delivered `below` times
    before."""
    async with open_work(database, city_id=city_id, organ_id=organ_id) as work:
        row = (
            await work.session.execute(
                update(OutboxMessage)
                .where(_open(city_id, message_id), OutboxMessage.deliveries < below)
                .values(deliveries=OutboxMessage.deliveries + 1)
                .returning(OutboxMessage.deliveries, OutboxMessage.payload)
                .execution_options(synchronize_session=False)
            )
        ).one_or_none()
    return Letter(name, city_id, organ_id, message_id, row[1], row[0]) if row else None


async def _uncount(database: Database, letter: Letter) -> None:
    async with open_work(database, city_id=letter.city_id, organ_id=letter.organ_id) as work:
        await work.session.execute(
            update(OutboxMessage)
            .where(_open(letter.city_id, letter.message_id))
            .values(deliveries=OutboxMessage.deliveries - 1)
            .execution_options(synchronize_session=False)
        )


def _open(city_id: UUID, message_id: UUID) -> ColumnElement[bool]:
    return and_(OutboxMessage.city_id == city_id, OutboxMessage.id == message_id, OutboxMessage.done_at.is_(None))


async def _work(database: Database, letter: Letter) -> None:
    async with open_work(
        database, city_id=letter.city_id, organ_id=letter.organ_id, request_id=letter.message_id.hex
    ) as work:
        message = await _lock(work, letter.message_id)
        if message is None:
            return
        with structlog.contextvars.bound_contextvars(
            job=letter.job, organ=str(letter.organ_id), message=str(letter.message_id)
        ):
            await HANDLERS[letter.job](work, **letter.payload)
        message.done_at = system_now()


async def _lock(work: Work, message_id: UUID) -> OutboxMessage | None:
    query = select(OutboxMessage).where(_open(work.city_id, message_id)).with_for_update()
    return (await work.session.scalars(query)).one_or_none()


async def bury(database: Database, letter: Letter, error: str) -> None:
    """Take the row out of circulation and keep it where the system administrator sees it."""
    async with open_work(database, city_id=letter.city_id, organ_id=letter.organ_id) as work:
        message = await _lock(work, letter.message_id)
        if message is None:
            return
        message.done_at = system_now()
        work.session.add(
            DeadLetter(
                city_id=letter.city_id,
                id=new_id(),
                organ_id=letter.organ_id,
                outbox_id=letter.message_id,
                job=letter.job,
                payload=dict(message.payload),
                error=error[:4000],
                failed_at=system_now(),
                deliveries=letter.deliveries,
            )
        )
        title = f"任务 {letter.job} 未能完成"
        work.record("dead_letter", "outbox_message", letter.message_id, title=title, result="failed")
    log.error("dead letter", job=letter.job, message=str(letter.message_id), error=error[:400])
