"""One unit of work is one transaction: signed tenancy, product clock, audit, timeline and outbox.

Services receive a `Work` and never commit. The edge that opened it (a request, an actor, a command) commits when
it returns and rolls back when it raises.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from kernel.clock import local_date, system_now
from kernel.driver import ask, driver_of
from kernel.errors import Denied
from kernel.ids import new_id
from kernel.models import AuditEntry, OutboxMessage, TimelineEvent
from kernel.telemetry import tracing
from kernel.tenancy import TenancySigner

BEGIN_NOW = (
    "select set_config('zs.tenancy', %s, true),"
    " (select shift_seconds from demo_clock where id = 1),"
    " (select jsonb_object_agg(name, version) from reference_version)"
)
BEGUN_COLUMNS = 3
"""Of the row that `BEGIN_NOW` gives; what is asked besides follows them."""
BEGIN = text(BEGIN_NOW.replace("%s", ":tenancy"))
TENANCY = text("select set_config('zs.tenancy', :tenancy, true)")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: one post of one person. Jobs act as `None` and are named 系统 in every record."""

    account_id: UUID
    person_id: UUID
    post_id: UUID
    organ_id: UUID
    city_id: UUID
    name: str
    title: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whom a record names before there is an actor: the person of an account that somebody tried to log in with."""

    account_id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class Database:
    """What every transaction of a process needs: the engine of the application's role and the signing key."""

    engine: AsyncEngine
    signer: TenancySigner
    demo: bool = False
    """Only in demo mode does the product's clock follow the demo clock."""
    rehearsal: Rehearsal | None = None


@dataclass(slots=True)
class Rehearsal:
    """Demo mode only: every transaction is part of the one that its opener began on this connection, which is kept
    whole or not at all, and runs on a clock of its own instead of the one that all processes share."""

    connection: AsyncConnection
    shift: timedelta = timedelta()


@dataclass(slots=True)
class Work:
    """An open transaction in the name of one organ."""

    trip: Trip
    city_id: UUID
    organ_id: UUID
    actor: Actor | None
    now: datetime
    """The product's clock (UTC), fixed for the whole transaction."""
    versions: Mapping[str, int]
    """Versions of reference data in this transaction's snapshot."""
    signer: TenancySigner
    request_id: str = ""
    origin: str = ""
    verdicts: list[Any] = field(default_factory=list)
    """Policy verdicts of this transaction, newest last; the next audit entry cites the last one."""
    today: date = field(init=False)
    """The Shanghai day of `now`."""

    def __post_init__(self) -> None:
        self.today = local_date(self.now)

    @property
    def session(self) -> AsyncSession:
        """The session of the transaction, made when it is first asked for: a list read by the driver needs none."""
        return self.trip.session

    @asynccontextmanager
    async def acting_as(self, organ_id: UUID) -> AsyncIterator[None]:
        """Let the inner statements act on another tenant's rows: the effect of a lawful step on the other side.

        The actor stays the same and is named in what is recorded there. Changes are flushed on both borders,
        so that each row is written under the tenancy that owns it.
        """
        if organ_id == self.organ_id:
            yield
            return
        before = self.organ_id
        await self._switch(organ_id)
        try:
            yield
            await self.session.flush()
        finally:
            self.organ_id = before
            if self.session.is_active:
                await self._set_tenancy(before)

    async def _switch(self, organ_id: UUID) -> None:
        await self.session.flush()
        self.organ_id = organ_id
        await self._set_tenancy(organ_id)

    async def _set_tenancy(self, organ_id: UUID) -> None:
        await self.session.execute(TENANCY, {"tenancy": self.signer.sign(self.city_id, organ_id)})

    def record(
        self,
        action: str,
        subject_kind: str,
        subject_id: UUID | None,
        *,
        title: str,
        note: str = "",
        article: str | Sequence[str] | None = None,
        thread_id: UUID | None = None,
        visibility: str = "internal",
        result: str = "done",
        rule_id: str | None = None,
        detail: Mapping[str, Any] | None = None,
        claimed: Claimed | None = None,
    ) -> None:
        """Write the audit entry of a step and, with `thread_id`, the event that readers of the record see.

        `title` is a Chinese phrase that begins with the verb; `article` one or several article codes. The
        entries belong to the organ that the work acts as at this moment. `claimed` names a person in the place
        of the actor.
        """
        articles = [article] if isinstance(article, str) else list(article or ())
        facts = dict(detail or {})
        verdict = self.verdicts[-1] if self.verdicts else None
        if verdict is not None:
            rule_id = verdict.rule_id if rule_id is None else rule_id
            if verdict.delegation:
                title = f"{title}（{verdict.acting}）"
                facts["delegation"] = verdict.delegation
        self.session.add(
            AuditEntry(
                **self._who() | ({"actor_name": claimed.name, "actor_title": ""} if claimed else {}),
                id=new_id(),
                actor_account_id=claimed.account_id if claimed else self.actor.account_id if self.actor else None,
                actor_post_id=self.actor.post_id if self.actor else None,
                action=action,
                title=title,
                subject_kind=subject_kind,
                subject_id=subject_id,
                thread_id=thread_id,
                result=result,
                article=articles[0] if articles else None,
                rule_id=rule_id,
                detail={"note": note, **facts} if note else facts,
                request_id=self.request_id,
                origin=self.origin,
            )
        )
        if thread_id is not None:
            self.session.add(
                TimelineEvent(
                    **self._who(),
                    id=new_id(),
                    thread_id=thread_id,
                    actor_organ_id=self.actor.organ_id if self.actor else None,
                    action=action,
                    title=title,
                    note=note,
                    articles=articles,
                    visibility=visibility,
                    subject_kind=subject_kind,
                    subject_id=subject_id,
                    detail=facts,
                )
            )

    def _who(self) -> dict[str, Any]:
        return {
            "city_id": self.city_id,
            "organ_id": self.organ_id,
            "at": self.now,
            "actor_name": self.actor.name if self.actor else "系统",
            "actor_title": self.actor.title if self.actor else "",
        }

    def enqueue(self, job: str, payload: Mapping[str, Any], *, delay: timedelta | None = None) -> UUID:
        """Have `job` run after this transaction commits, at least once, in the name of the present organ."""
        message_id = new_id()
        self.session.add(
            OutboxMessage(
                city_id=self.city_id,
                id=message_id,
                organ_id=self.organ_id,
                job=job,
                payload=dict(payload),
                available_at=system_now() + (delay or timedelta()),
                request_id=self.request_id,
                trace=tracing.carrier(),
            )
        )
        return message_id


@asynccontextmanager
async def open_work(
    database: Database,
    *,
    city_id: UUID,
    organ_id: UUID,
    actor: Actor | None = None,
    request_id: str = "",
    origin: str = "",
    begun: Begun | None = None,
    once: bool = False,
) -> AsyncIterator[Work]:
    """A transaction as `organ_id`; commit when the block ends, roll back when it raises. `begun`: one that has this
    tenancy and did nothing yet; it is taken over and closed. `once`: the block asks one service and nothing after it,
    so the service's last statement may end the transaction."""
    rehearsal = database.rehearsal
    if rehearsal is not None and not database.demo:
        raise Denied("演示时钟只在演示环境中使用。")
    assert rehearsal is None or rehearsal.connection.in_transaction(), "each work would commit by itself"
    async with _traced(organ_id), AsyncExitStack() as held:
        if begun is None:
            begun = await begin(database, database.signer.sign(city_id, organ_id))
        held.push_async_exit(begun.held)
        trip, row = begun.trip, begun.row
        trip.once = once
        shift = timedelta(seconds=row[1] or 0) if database.demo else timedelta()
        if rehearsal is not None:
            shift = rehearsal.shift
        async with _settled(trip):
            yield Work(
                trip=trip,
                city_id=city_id,
                organ_id=organ_id,
                actor=actor,
                now=system_now() + shift,
                versions=row[2] or {},
                signer=database.signer,
                request_id=request_id,
                origin=origin,
            )


@dataclass(slots=True)
class Trip:
    """The connection of a transaction, and the session over it once somebody needed one."""

    connection: AsyncConnection
    alone: bool
    """Whether the transaction is its own, not a rehearsal's."""
    once: bool = False
    """Whether whoever opened it asks one service and nothing after it (`ends_here`)."""
    _ended: bool = False
    _session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        if self._session is None:
            self._still()
            self._session = AsyncSession(self.connection, expire_on_commit=False, autoflush=True)
        return self._session

    async def written(self) -> None:
        """Have what the session still holds back be in the database, for a statement that goes past it."""
        self._still()
        held = self._session
        if held is not None and (held.new or held.dirty or held.deleted):
            await held.flush()

    @property
    def home(self) -> Engine | Connection:
        """What a process keeps in memory of the database goes with this: its engine, or the rehearsal."""
        sync = self.connection.sync_connection
        assert sync is not None
        return sync.engine if self.alone else sync

    def ends_here(self) -> bool:
        """Whether the statement that comes now, a service's last, ends the transaction: nobody asks more, and nothing
        waits to be written. If so, nothing can be asked after it."""
        self._ended = self.once and self.alone and self._session is None
        return self._ended

    def _still(self) -> None:
        if self._ended:
            raise RuntimeError("the transaction ended with its last statement: nothing may follow it")

    async def commit(self) -> None:
        """Keep what was done."""
        if self._session is not None:
            await self._session.commit()
        if self.alone and not self._ended:
            # A session that was asked for and never used does not know that the driver began: its commit is none, and
            # the connection would be rolled back, which costs it all its prepared statements.
            await driver_of(self.connection).commit()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


@dataclass(frozen=True, slots=True)
class Begun:
    """A transaction that has its tenancy and did nothing yet. Whoever holds it hands it to `open_work` or closes it."""

    trip: Trip
    row: Sequence[Any]
    """What `BEGIN_NOW` gave, and behind it what was asked besides."""
    held: AsyncExitStack

    async def close(self) -> None:
        """Roll back and give the connection back."""
        await self.held.aclose()


async def begin(database: Database, tenancy: str, sql: str = BEGIN_NOW, values: Sequence[Any] = ()) -> Begun:
    """A transaction with its tenancy, in one trip to the server. `sql` may ask for more than `BEGIN_NOW`, behind it.

    A connection that died while it lay in the pool shows here, before anything was done: it is replaced once, which
    costs a healthy one nothing.
    """
    held = AsyncExitStack()
    if database.rehearsal is not None:
        trip = Trip(database.rehearsal.connection, alone=False)
        return Begun(trip, (await trip.session.execute(BEGIN, {"tenancy": tenancy})).one(), held)
    for last in (False, True):
        # Leaving the connection without a commit rolls back, whatever happened.
        async with AsyncExitStack() as opened:
            connection = await opened.enter_async_context(database.engine.connect())
            try:
                (row,) = await ask(connection, sql, (tenancy, *values), begin=True)
            except OperationalError as error:
                if last or not error.connection_invalidated:
                    raise
                continue
            return Begun(Trip(connection, alone=True), row, opened.pop_all())
    raise AssertionError("the second try returns or raises")


@asynccontextmanager
async def _settled(trip: Trip) -> AsyncIterator[None]:
    """Committed at the end; rolled back by closing when something raised."""
    try:
        yield
        await trip.commit()
    finally:
        await trip.close()


@asynccontextmanager
async def _traced(organ_id: UUID) -> AsyncIterator[None]:
    with tracing.inner("transaction", **{"db.system": "postgresql", "organ": str(organ_id)}):
        yield
