"""Alternating tenants over few pooled connections, with work cut off in the middle: nothing of one reaches another."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from kernel import settings
from kernel.db import engine_for
from kernel.rows import Prepared
from kernel.tenancy import TenancySigner
from kernel.work import Database, open_work
from tests.databases import Backend

CONNECTIONS = 8
WORKERS = 32
TENANTS = 200
CUT = 0.05
"""Share of the requests that are cancelled, time out or raise in the middle of their transaction."""

ACTING = 0.1
"""Share of the requests that act in another organ's name for a moment, as a served document does."""


GLANCE = 0.5
"""Share of the requests that ask once, by the driver, and end their transaction with the statement."""
SEEN = Prepared(text("select title, pg_backend_pid() from notice"))
HURRIED = Prepared(text("select set_config('statement_timeout', '1', true)"))
ASLEEP = Prepared(text("select title, pg_sleep(1) from notice"))


class Broken(Exception):
    """Raised on purpose in the middle of a transaction."""


@dataclass(slots=True)
class Tally:
    """What the workers saw: `leaks` in words."""

    requests: int = 0
    cut: int = 0
    processes: set[int] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)

    def note(self, tenant: UUID, seen: Sequence[Any]) -> None:
        self.processes |= {row[1] for row in seen}
        if [row[0] for row in seen] != [str(tenant)]:
            self.leaks.append(f"{tenant} saw {seen}")


@asynccontextmanager
async def pooled(backend: Backend, url: str) -> AsyncIterator[tuple[Database, UUID, list[UUID]]]:
    """A pool of eight connections, and tenants that own one notice each."""
    known = settings.load()
    owner = create_engine(make_url(backend.admin_url).set(database=make_url(url).database))
    with owner.begin() as connection:
        tenants = list(connection.scalars(text("select id from organ order by key limit :n"), {"n": TENANTS}))
        connection.execute(
            text("insert into notice (city_id, id, organ_id, roles, kind, title, link, at, read_by)"
                 " values (:c, gen_random_uuid(), :o, '{}', 'reminder', :t, '/', now(), '{}')"),
            [{"c": known.city_id, "o": tenant, "t": str(tenant)} for tenant in tenants],
        )  # fmt: skip
    owner.dispose()
    engine = engine_for(url, pool_size=CONNECTIONS // 2)
    engine.pool._timeout = 120  # type: ignore[attr-defined]
    try:
        yield Database(engine, TenancySigner(known.secret("tenancy"))), known.city_id, tenants
    finally:
        await engine.dispose()


async def request(
    database: Database, city: UUID, tenant: UUID, other: UUID | None, tally: Tally, *, breaks: str
) -> None:
    """One request of a tenant: it reads what it sees, acts in the name of another if there is one, and may break."""
    async with open_work(database, city_id=city, organ_id=tenant) as work:
        seen = (await work.session.execute(text("select title, pg_backend_pid() from notice"))).all()
        tally.note(tenant, seen)
        if breaks == "raise":
            raise Broken
        if breaks == "slow":
            await work.session.execute(text("set local statement_timeout = 1"))
            await work.session.execute(text("select pg_sleep(1)"))
        if other is None:
            return
        async with work.acting_as(other):
            theirs = await work.session.scalar(text("select title from notice"))
            if theirs != str(other):
                tally.leaks.append(f"{tenant} acting as {other} saw {theirs}")
            if breaks == "inside":
                raise Broken
        mine = await work.session.scalar(text("select guard.tenant()"))
        if mine != tenant:
            tally.leaks.append(f"{tenant} came back as {mine}")


async def glance(database: Database, city: UUID, tenant: UUID, tally: Tally, *, breaks: str) -> None:
    """A request that asks once: BEGIN travels with its first statement, COMMIT with its last."""
    async with open_work(database, city_id=city, organ_id=tenant, once=True) as work:
        if breaks == "slow":
            await HURRIED.fetch(work, {})
            await ASLEEP.fetch(work, {}, last=True)
        tally.note(tenant, await SEEN.fetch(work, {}, last=True))
        if breaks == "raise":
            raise Broken


async def worker(
    database: Database, city: UUID, tenants: list[UUID], count: int, tally: Tally, dice: random.Random
) -> None:
    """`count` requests, each as another tenant than the one before; some are cut off."""
    for _ in range(count):
        tenant, other = dice.sample(tenants, 2)
        tally.requests += 1
        brief = dice.random() < GLANCE
        cut = dice.random() < CUT
        beside = other if cut or dice.random() < ACTING else None
        asked: Callable[..., Coroutine[Any, Any, None]] = (
            partial(glance, database, city, tenant, tally)
            if brief
            else partial(request, database, city, tenant, beside, tally)
        )
        if not cut:
            await asked(breaks="")
            continue
        tally.cut += 1
        way = dice.choice(("raise", "slow", "cancel") if brief else ("raise", "inside", "slow", "cancel"))
        if way == "cancel":
            running = asyncio.create_task(asked(breaks=""))
            await asyncio.sleep(dice.random() * 0.01)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        else:
            with pytest.raises((Broken, DBAPIError)):
                await asked(breaks=way)


async def hammer(backend: Backend, requests: int) -> Tally:
    tally = Tally()
    with backend.clone() as url:
        async with pooled(backend, url) as (database, city, tenants):
            workers = [
                worker(database, city, tenants, requests // WORKERS, tally, random.Random(n)) for n in range(WORKERS)
            ]
            await asyncio.gather(*workers)
            async with database.engine.connect() as connection:
                assert await connection.scalar(text("select count(*) from notice")) == 0, "the pool remembers nobody"
    return tally


def verdict(tally: Tally, requests: int) -> None:
    assert tally.leaks[:5] == []
    assert tally.requests == requests
    assert tally.cut > requests * CUT / 2
    assert len(tally.processes) >= CONNECTIONS, "every connection served many tenants"


async def test_a_slice_of_alternating_tenants_over_eight_connections_leaks_nothing(backend: Backend) -> None:
    verdict(await hammer(backend, 640), 640)


@pytest.mark.drill
@pytest.mark.long
async def test_100_000_alternating_requests_over_eight_connections_leak_nothing(backend: Backend) -> None:
    verdict(await hammer(backend, 100_000), 100_000)


async def test_the_hammer_would_notice_a_tenancy_that_outlives_its_transaction(backend: Backend) -> None:
    """The same requests over a session that keeps its tenancy do find the leak: the trial can fail."""
    with backend.clone() as url:
        async with pooled(backend, url) as (database, city, tenants), database.engine.connect() as connection:
            await connection.execute(
                text("select set_config('zs.tenancy', :t, false)"), {"t": database.signer.sign(city, tenants[0])}
            )
            await connection.commit()
            assert await connection.scalar(text("select title from notice")) == str(tenants[0])
            await connection.execute(
                text("select set_config('zs.tenancy', :t, true)"), {"t": database.signer.sign(city, uuid4())}
            )
            assert await connection.scalar(text("select count(*) from notice")) == 0
