"""Trips to the server: a transaction's border goes with its first and last statement, and nothing is lost by that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from psycopg.errors import DivisionByZero
from sqlalchemy import func, select, text

from kernel.db import engine_for
from kernel.driver import ask, driver_of
from kernel.ids import new_id
from kernel.models import AuditEntry
from kernel.rows import Prepared
from kernel.work import Database, Work, open_work
from tests.world import World

BODY = "建安区司法局"
PREPARED = "select count(*) from pg_prepared_statements where statement = 'select %d'"
ONE = Prepared(text("select 1"))


@asynccontextmanager
async def opened(world: World, *, once: bool = False, over: Database | None = None) -> AsyncIterator[Work]:
    organ_id = await world.organ(BODY)
    async with open_work(over or world.database, city_id=world.city_id, organ_id=organ_id, once=once) as work:
        yield work


@asynccontextmanager
async def alone(world: World) -> AsyncIterator[Database]:
    """The database through a fresh pool: whoever takes turns in it gets the same connection again."""
    engine = engine_for(world.url)
    try:
        yield replace(world.database, engine=engine)
    finally:
        await engine.dispose()


def idle(work: Work) -> bool:
    return driver_of(work.trip.connection).info.transaction_status.name == "IDLE"


async def test_the_last_statement_ends_the_transaction_and_nothing_follows(world: World) -> None:
    async with opened(world, once=True) as work:
        assert await ONE.fetch(work, {}) == [(1,)]
        assert not idle(work), "the service has more to ask"
        assert await ONE.fetch(work, {}, last=True) == [(1,)]
        assert idle(work)
        with pytest.raises(RuntimeError, match="nothing may follow"):
            await ONE.fetch(work, {})
        with pytest.raises(RuntimeError, match="nothing may follow"):
            _ = work.session


async def test_only_who_asks_once_ends_with_the_last_statement(world: World) -> None:
    async with opened(world) as work:
        assert await ONE.fetch(work, {}, last=True) == [(1,)]
        assert await ONE.fetch(work, {}) == [(1,)]


async def test_what_waits_to_be_written_is_written_and_committed(world: World) -> None:
    thread = new_id()
    async with opened(world, once=True) as work:
        work.record("look", "test", thread, title="查看")
        assert await ONE.fetch(work, {}, last=True) == [(1,)]
        assert not idle(work)
    async with opened(world) as work:
        assert await work.session.scalar(select(func.count()).where(AuditEntry.subject_id == thread)) == 1


async def test_a_last_statement_that_fails_keeps_nothing_and_leaves_a_sound_connection(world: World) -> None:
    async def broken(database: Database) -> None:
        async with opened(world, once=True, over=database) as work:
            await Prepared(text("select 1 / 0")).fetch(work, {}, last=True)

    async with alone(world) as database:
        for _ in range(3):
            with pytest.raises(DivisionByZero):
                await broken(database)
            async with opened(world, once=True, over=database) as work:
                assert await ONE.fetch(work, {}, last=True) == [(1,)]


async def test_what_the_driver_wrote_is_committed_beside_a_session_that_did_nothing(world: World) -> None:
    """The session does not know that the driver began: its own commit would keep nothing."""
    async with alone(world) as database:
        async with opened(world, over=database) as work:
            await ask(work.trip.connection, "select set_config('zs.test', 'held', false)", ())
            await work.session.flush()
        async with opened(world, over=database) as work:
            assert await ask(work.trip.connection, "select current_setting('zs.test', true)", ()) == [("held",)]


async def test_statements_stay_prepared_from_one_transaction_to_the_next(world: World) -> None:
    """A connection that is rolled back loses them all, and each is parsed and planned again."""
    async with alone(world) as database:
        for expected in (0, 1, 1):
            async with opened(world, over=database) as work:
                ((held,),) = await ask(work.trip.connection, PREPARED % 7, ())
                assert held == expected
                await ask(work.trip.connection, "select 7", ())
                await work.session.flush()


async def test_a_transaction_begins_with_the_isolation_of_its_connection(world: World) -> None:
    asked = Prepared(text("select current_setting('transaction_isolation')"))
    async with alone(world) as database:
        repeatable = replace(database, engine=database.engine.execution_options(isolation_level="REPEATABLE READ"))
        async with opened(world, once=True, over=repeatable) as work:
            assert await asked.fetch(work, {}, last=True) == [("repeatable read",)]
        async with opened(world, once=True, over=database) as work:
            assert await asked.fetch(work, {}, last=True) == [("read committed",)]


async def test_more_statements_than_are_kept_and_a_rollback_in_between(world: World) -> None:
    async def undone(database: Database) -> None:
        async with opened(world, over=database) as work:
            await ask(work.trip.connection, "select 7", ())
            raise KeyError("undo")

    async with alone(world) as database:
        async with database.engine.connect() as connection:
            for number in range(230):
                found = await ask(connection, f"select {number}, %s::int", (number,), begin=True, end=True)
                assert found == [(number, number)]
            ((kept,),) = await ask(connection, "select count(*) from pg_prepared_statements", (), begin=True, end=True)
            assert 90 < kept <= 102
        with pytest.raises(KeyError):
            await undone(database)
        async with opened(world, over=database) as work:
            assert await ask(work.trip.connection, "select 7", ()) == [(7,)]


@pytest.mark.parametrize("begin", [True, False])
async def test_a_trip_that_is_cut_off_leaves_nothing_behind(world: World, *, begin: bool) -> None:
    async def slow(database: Database) -> None:
        async with database.engine.connect() as connection:
            if not begin:
                await ask(connection, "select 1", (), begin=True)
            await ask(connection, "select pg_sleep(30)", (), begin=begin, end=True)

    tenant = Prepared(text("select guard.tenant()"))
    async with alone(world) as database:
        for _ in range(3):
            task = asyncio.create_task(slow(database))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            async with opened(world, once=True, over=database) as work:
                assert await tenant.fetch(work, {}, last=True) == [(work.organ_id,)]
