"""A way to run a statement as the superuser, whom no row-level security binds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.databases import Backend
from tests.world import World

Superuser = Callable[..., Awaitable[Any]]


@pytest.fixture
async def superuser(world: World, backend: Backend) -> AsyncIterator[Superuser]:
    """Runs one statement in a transaction of its own."""
    engine = create_async_engine(make_url(backend.admin_url).set(database=make_url(world.url).database))

    async def run(statement: str, **values: Any) -> Any:
        async with engine.begin() as connection:
            return await connection.execute(text(statement), values)

    yield run
    await engine.dispose()


@pytest.fixture
def backend_url(world: World, backend: Backend) -> str:
    """The superuser's address of the world's database."""
    url = make_url(backend.admin_url).set(database=make_url(world.url).database)
    return url.render_as_string(hide_password=False)
