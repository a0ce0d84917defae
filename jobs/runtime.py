"""From a message to a service call: exactly one effect for each outbox row, whatever the broker repeats or loses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

import dramatiq
import structlog
from sqlalchemy import ColumnElement, and_, select, text, update

from jobs.broker import stand_in
from kernel.clock import system_now
from kernel.errand import Errand
from kernel.errors import Stale, TooMany, Unavailable, ZhunshengError
from kernel.ids import new_id
from kernel.models import DeadLetter, OutboxMessage
from kernel.telemetry import tracing
from kernel.tenancy import VISITOR
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

PAYLOAD = text("select payload, trace from outbox_message where city_id = :city and id = :id and done_at is null")
DONE = text(
    "update outbox_message set done_at = :now where city_id = :city and id = :id and done_at is null"
    " returning payload, trace"
)
Handler = Callable[..., Awaitable[None]]
HANDLERS: dict[str, Handler] = {}
ERRANDS: set[str] = set()
"""Names of the jobs that lead outside."""
TOGETHER: dict[str, int] = {}
"""How many rows of a job one message may carry."""
Row = tuple[UUID, UUID]
"""The organ and the id of an outbox row."""


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


def job(name: str, queue: str = "default", *, together: int = 1) -> Callable[[Handler], Handler]:
    """Declare an actor: ``async def handler(work, **payload)``, run in a transaction of the outbox row's organ.

    `together` rows at most share a message when many wait: for short jobs, whose delivery costs more than their work.
    Each still has its own transaction, its own count of deliveries and its own end.
    """

    def declare(handler: Handler) -> Handler:
        _declare(name, queue, handler, together)
        return handler

    return declare


def errand(name: str, queue: str = "default") -> Callable[[Handler], Handler]:
    """Declare an actor that leads outside: ``async def handler(errand, **payload)``, run in no transaction.

    Its row is done when it returns. Killed before, it runs again, beside another one even: so it claims what it does
    with a lease, in the first of the short transactions that it opens.
    """

    def declare(handler: Handler) -> Handler:
        _declare(name, queue, handler, 1)
        ERRANDS.add(name)
        return handler

    return declare


def _declare(name: str, queue: str, handler: Handler, together: int) -> None:
    if name in HANDLERS:
        raise ValueError(f"two actors are called {name}")
    HANDLERS[name], TOGETHER[name] = handler, together

    async def deliver(city_id: str, rows: list[tuple[str, str]]) -> None:
        letters = [(UUID(organ_id), UUID(message_id)) for organ_id, message_id in rows]
        await run(runtime().database, name, UUID(city_id), letters)

    dramatiq.actor(actor_name=name, queue_name=queue)(deliver)


def send(name: str, city_id: UUID, rows: Sequence[Row]) -> None:
    """Hand the rows of one job to the broker as one message. Raises dramatiq.ActorNotFound."""
    letters = [(str(organ_id), str(message_id)) for organ_id, message_id in rows]
    dramatiq.get_broker().get_actor(name).send(str(city_id), letters)


async def run(database: Database, name: str, city_id: UUID, rows: Sequence[Row]) -> None:
    """Work the rows of one message, one after the other. Returns when each is done, was done before, or has become a
    dead letter; otherwise raises the first error, and all of them may come again."""
    counts = await _count(database, city_id, [message_id for _, message_id in rows], below=SUSPECT)
    letters = [
        Letter(name, city_id, organ_id, message_id, *counts[message_id])
        for organ_id, message_id in rows
        if message_id in counts
    ]
    errors: list[Exception] = []
    counted = [letter for letter in letters if letter.counted]
    for number, letter in enumerate(counted):
        try:
            await _try(database, letter)
        except asyncio.CancelledError:
            for rest in counted[number + 1 :]:
                await _uncount(database, rest)
            raise
        except Exception as error:
            errors.append(error)
    for letter in letters:
        if not letter.counted:
            errors += await _alone(database, letter)
    if errors:
        raise errors[0]


async def _alone(database: Database, letter: Letter) -> list[Exception]:
    """Try a suspect while no other suspect runs in this process; returns why it should come again."""
    async with runtime().alone:
        counts = await _count(database, letter.city_id, [letter.message_id])
        if letter.message_id in counts:
            try:
                await _try(database, replace(letter, deliveries=counts[letter.message_id][0]))
            except Exception as error:
                return [error]
    return []


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
        about = {
            "job": letter.job,
            "organ": str(letter.organ_id),
            "message": str(letter.message_id),
            "deliveries": letter.deliveries,
        }
        log.warning("job failed", **about, exc_info=error)
        if final or letter.deliveries >= MAX_DELIVERIES:
            await bury(database, letter, f"{type(error).__name__}: {error}")
            return
        raise


@dataclass(frozen=True, slots=True)
class Letter:
    """An outbox row under way. `counted`: `deliveries` has this one in it."""

    job: str
    city_id: UUID
    organ_id: UUID
    message_id: UUID
    deliveries: int
    counted: bool = True


async def _count(
    database: Database, city_id: UUID, ids: Sequence[UUID], *, below: int = 1_000_000
) -> dict[UUID, tuple[int, bool]]:
    """Count this delivery in a transaction of its own, of those rows that were delivered less than `below` times.
    Returns deliveries and whether counted of each row that is not done."""
    async with open_work(database, city_id=city_id, organ_id=VISITOR) as work:
        query = text("select id, deliveries, counted from guard.outbox_count(:ids, :below)")
        found = (await work.session.execute(query, {"ids": list(ids), "below": below})).all()
    return {row[0]: (row[1], row[2]) for row in found}


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
    if letter.job in ERRANDS:
        await _lead_outside(database, letter)
        return
    async with open_work(
        database, city_id=letter.city_id, organ_id=letter.organ_id, request_id=letter.message_id.hex
    ) as work:
        # Done and the effect commit together; until then nobody else gets past this statement.
        row = (await work.session.execute(DONE, _ended(letter))).one_or_none()
        if row is None:
            return
        with _observed(letter, row[1]):
            await HANDLERS[letter.job](work, **row[0])


async def _lead_outside(database: Database, letter: Letter) -> None:
    leading = Errand(database, letter.city_id, letter.organ_id, letter.message_id.hex)
    async with leading.work() as work:
        found = {"city": letter.city_id, "id": letter.message_id}
        row = (await work.session.execute(PAYLOAD, found)).one_or_none()
    if row is None:
        return
    with _observed(letter, row[1]):
        await HANDLERS[letter.job](leading, **row[0])
        async with leading.work() as work:
            await work.session.execute(DONE, _ended(letter))


def _ended(letter: Letter) -> dict[str, object]:
    return {"city": letter.city_id, "id": letter.message_id, "now": system_now()}


@contextmanager
def _observed(letter: Letter, trace: str) -> Iterator[None]:
    about = {"job": letter.job, "organ": str(letter.organ_id), "message": str(letter.message_id)}
    with (
        structlog.contextvars.bound_contextvars(**about),
        tracing.span(f"job {letter.job}", parent=trace, kind=tracing.CONSUMER, **about),
    ):
        yield


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
