"""A request that reads begins its transaction with the question who is asking: one trip, and nobody gets in by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from sqlalchemy import event, text

from kernel import settings
from kernel.db import engine_for
from kernel.work import Database
from tests.web.conftest import Opener
from tests.world import World
from web.app import Parts, create_app
from web.sessions import Sessions

HERE = "建安区司法局"
THERE = "建安区城市管理局"


@asynccontextmanager
async def narrow(world: World) -> AsyncIterator[Database]:
    """The world's database through two connections and no more, waited for briefly."""
    engine = engine_for(world.url, pool_size=1)
    engine.pool._timeout = 5  # type: ignore[attr-defined]
    try:
        yield replace(world.database, engine=engine)
    finally:
        await engine.dispose()


async def token_of(world: World, sessions: Sessions, organ: str = HERE, role: str = "supervisor") -> str:
    actor = await world.actor(organ, role)
    return await sessions.open(actor.account_id, actor.post_id)


@pytest.fixture
def sessions(world: World) -> Sessions:
    return Sessions(world.database, world.city_id, 1800)


async def test_the_first_request_is_only_found_and_the_next_one_has_its_transaction(
    world: World, sessions: Sessions
) -> None:
    token = await token_of(world, sessions)
    first, begun = await sessions.arrive(token)
    assert first is not None
    assert begun is None
    second, begun = await sessions.arrive(token)
    assert second == first
    assert begun is not None
    seen = await begun.trip.connection.execute(text("select guard.tenant(), guard.city()"))
    assert seen.one() == (first.organ_id, first.city_id)
    await begun.close()


async def test_a_session_that_ended_opens_no_transaction(world: World, sessions: Sessions) -> None:
    token = await token_of(world, sessions)
    assert (await sessions.arrive(token))[0] is not None
    await sessions.end(token)
    for _ in range(2):
        assert await sessions.arrive(token) == (None, None)
    assert world.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_post_that_ended_since_opens_no_transaction(world: World, sessions: Sessions) -> None:
    actor = await world.actor(HERE, "supervisor")
    token = await sessions.open(actor.account_id, actor.post_id)
    assert (await sessions.arrive(token))[0] is not None
    await world.set_clock("2026-10-12 09:00")
    async with world.work(HERE) as work:
        await work.session.execute(
            text("update post set valid_to = '2026-10-10' where id = :post"), {"post": actor.post_id}
        )
    assert await sessions.arrive(token) == (None, None)


async def test_a_wrong_guess_of_the_organ_is_thrown_away(world: World, sessions: Sessions) -> None:
    token = await token_of(world, sessions)
    found, _ = await sessions.arrive(token)
    assert found is not None
    (held,) = sessions._known.values()
    held.organ_id = await world.organ(THERE)
    identity, begun = await sessions.arrive(token)
    assert (identity, begun) == (found, None)
    again, begun = await sessions.arrive(token)
    assert again is not None
    assert begun is None, "it is asked anew after a wrong guess"
    assert world.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_requests_of_every_end_give_their_connection_back(world: World) -> None:
    async with narrow(world) as database:
        sessions = Sessions(database, world.city_id, 1800)
        token = await token_of(world, sessions)
        app: Any = create_app(Parts(settings.load(), database))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        paths = {
            "/desk": 200,
            "/api/v1/matters": 200,
            "/api/v1/matters?view=nothing": 422,
            f"/api/v1/matters/{UUID(int=7)}": 404,
            "/nowhere": 404,
            "/accounts": 403,
            "/api/v1/me": 200,
            "/login": 303,
        }
        async with httpx.AsyncClient(transport=transport, base_url="http://t", cookies={"zs_session": token}) as http:
            for _ in range(2):
                found = [(await http.get(path)).status_code for path in paths]
            assert found == list(paths.values())
            answers = await asyncio.gather(*(http.get(path) for path in [*paths] * 5))
            assert [answer.status_code for answer in answers] == list(paths.values()) * 5
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_list_takes_two_statements_and_one_connection(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    await client.get("/api/v1/matters")
    await client.get("/api/v1/matters")
    engine = world.database.engine.sync_engine
    said: list[str] = []
    checked_out: list[object] = []

    def statement(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        said.append(sql)

    def checkout(*_: object) -> None:
        checked_out.append(None)

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "checkout", checkout)
    try:
        assert (await client.get("/api/v1/matters")).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "checkout", checkout)
    assert len(said) == 2, said
    assert len(checked_out) == 1


@pytest.mark.parametrize(
    "path", ["/api/v1/matters", "/api/v1/matters/counts", "/api/v1/desk/counters", "/counters", "/counters/bell"]
)
async def test_what_is_asked_all_day_ends_with_its_last_statement(
    world: World, client_for: Opener, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Lists of the API and the numbers that every open page asks for make no trip for their commit alone."""
    client = await client_for(HERE, "chen")
    assert (await client.get(path)).status_code == 200
    made: list[str] = []
    for name in ("commit", "rollback"):
        stock = getattr(psycopg.AsyncConnection, name)

        async def counted(connection: Any, stock: Any = stock, name: str = name) -> None:
            made.append(name)
            await stock(connection)

        monkeypatch.setattr(psycopg.AsyncConnection, name, counted)
    assert (await client.get(path)).status_code == 200
    assert made == []
