"""The driver below SQLAlchemy, for what happens at every request: a statement costs a quarter there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]


def driver_of(connection: AsyncConnection) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """The driver's own connection below an open one of the engine."""
    sync = connection.sync_connection
    assert sync is not None
    found = sync.connection.driver_connection
    assert isinstance(found, psycopg.AsyncConnection)
    return found


async def ask(
    connection: AsyncConnection, sql: str, values: Mapping[str, Any] | Sequence[Any], *, begin: bool = False
) -> Cursor:
    """Run one prepared statement, seen by the engine's listeners like any other. `begin`: it opens a transaction, in
    the same trip to the server.

    Raises OperationalError when the connection is broken; `connection_invalidated` says that it lay dead in the
    pool, which the engine has then replaced with all that are as old.
    """
    sync = connection.sync_connection
    assert sync is not None
    for listener in sync.dispatch.before_cursor_execute:
        listener(sync, None, sql, values, None, False)
    driver = driver_of(connection)
    try:
        if not begin:
            return await driver.execute(sql, values, prepare=True)
        async with driver.pipeline():
            return await driver.execute(sql, values, prepare=True)
    except psycopg.OperationalError as error:
        if driver.closed:
            # The engine meets the broken connection itself and replaces all that are as old; this raises.
            await connection.exec_driver_sql("select 1")
        raise OperationalError(sql, None, error, hide_parameters=True) from error
