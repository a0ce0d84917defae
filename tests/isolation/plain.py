"""The application's role without the product's own code: a connection and a tenancy, made by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.world import World

HERE, THERE = "建安区司法局", "禹州市司法局"
"""Two supervision bodies of different counties: neither reads anything of the other."""
COUNT = "select count(*) from matter"
DENIED = r"permission denied|must be owner"


@asynccontextmanager
async def tenancy(world: World, value: str | None) -> AsyncIterator[AsyncConnection]:
    """A plain connection of the application's role with this tenancy, without the product's own code."""
    async with world.database.engine.connect() as connection:
        if value is not None:
            await connection.execute(text("select set_config('zs.tenancy', :t, true)"), {"t": value})
        yield connection


async def signed(world: World, organ: str) -> str:
    return world.database.signer.sign(world.city_id, await world.organ(organ))
