"""A connection that died while it lay in the pool costs nobody an error: it shows before anything was done."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.databases import Backend
from tests.world import World
from web.sessions import Sessions

BODY = "建安区司法局"


async def test_a_transaction_after_the_server_dropped_every_connection(world: World, backend: Backend) -> None:
    async with world.work(BODY):
        pass
    assert backend.disconnect(world.url)
    async with world.work(BODY) as work:
        assert await work.session.scalar(text("select 1")) == 1


async def test_a_session_is_found_after_the_server_dropped_every_connection(world: World, backend: Backend) -> None:
    actor = await world.actor(BODY, "supervisor")
    sessions = Sessions(world.database, world.city_id, 1800)
    token = await sessions.open(actor.account_id, actor.post_id)
    assert await sessions.find(token) is not None
    assert backend.disconnect(world.url)
    assert await sessions.find(token) is not None


async def test_what_was_under_way_fails_and_stores_nothing(world: World, backend: Backend) -> None:
    async def cut_off() -> None:
        async with world.work(BODY) as work:
            work.record("test", "matter", None, title="写在断开以前")
            await work.session.flush()
            assert backend.disconnect(world.url)
            await work.session.execute(text("select 1"))

    with pytest.raises(OperationalError):
        await cut_off()
    async with world.work(BODY) as work:
        left = await work.session.scalar(text("select count(*) from audit_entry where title = '写在断开以前'"))
        assert left == 0
