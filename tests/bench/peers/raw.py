"""The least that can answer: bare ASGI, the driver, msgspec. No session, no policy, no row-level security.

`DRIVER` psycopg is the product's own driver, asyncpg the fastest there is.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import msgspec

COLUMNS = os.environ["BENCH_COLUMNS"]
NAMES = COLUMNS.split(", ")
URL = os.environ["BENCH_URL"]
QUERY = (
    f"select {COLUMNS} from matter where city_id = {{}} and organ_id = {{}} and live order by next_due_on, id limit 51"
)
ENCODER = msgspec.json.Encoder()
HEADERS = [(b"content-type", b"application/json")]
Row = msgspec.defstruct("Row", [(name, Any) for name in NAMES])
ARGUMENTS = (os.environ["BENCH_CITY"], os.environ["BENCH_ORGAN"])
_pool: Any = None


_opening = asyncio.Lock()
"""The first requests come together: one of them opens the eight connections, the others wait for it."""


async def _asyncpg() -> list[Any]:
    global _pool  # noqa: PLW0603
    async with _opening:
        if _pool is None:
            import asyncpg

            _pool = await asyncpg.create_pool(URL, min_size=8, max_size=8)
    rows: list[Any] = await _pool.fetch(QUERY.format("$1", "$2"), *ARGUMENTS)
    return rows


async def _psycopg() -> list[Any]:
    global _pool  # noqa: PLW0603
    async with _opening:
        if _pool is None:
            from psycopg_pool import AsyncConnectionPool

            opened = AsyncConnectionPool(URL, min_size=8, max_size=8, open=False, kwargs={"autocommit": True})
            await opened.open(wait=True)
            _pool = opened
    async with _pool.connection() as connection:
        cursor = await connection.execute(QUERY.format("%s", "%s"), ARGUMENTS)
        rows: list[Any] = await cursor.fetchall()
    return rows


FETCH = _asyncpg if os.environ.get("BENCH_DRIVER") == "asyncpg" else _psycopg


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    rows = await FETCH()
    body = ENCODER.encode({"items": [Row(*row) for row in rows[:50]], "more": len(rows) > 50})
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": body})
