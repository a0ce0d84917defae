"""The driver below SQLAlchemy, for what happens at every request: a statement costs a quarter there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import generators
from psycopg._preparing import Prepare
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult

Driver = psycopg.AsyncConnection[tuple[Any, ...]]
Rows = list[tuple[Any, ...]]
COMMIT: Final = b"COMMIT"


def driver_of(connection: AsyncConnection) -> Driver:
    """The driver's own connection below an open one of the engine."""
    sync = connection.sync_connection
    assert sync is not None
    found = sync.connection.driver_connection
    assert isinstance(found, psycopg.AsyncConnection)
    return found


async def ask(
    connection: AsyncConnection,
    sql: str,
    values: Mapping[str, Any] | Sequence[Any],
    *,
    begin: bool = False,
    end: bool = False,
) -> Rows:
    """The rows of one prepared statement, seen by the engine's listeners like any other. `begin`: it opens a
    transaction, `end`: it is the last of one, which is committed after it; both in the same trip to the server.

    Raises OperationalError when the connection is broken; `connection_invalidated` says that it lay dead in the
    pool, which the engine has then replaced with all that are as old.
    """
    sync = connection.sync_connection
    assert sync is not None
    for listener in sync.dispatch.before_cursor_execute:
        listener(sync, None, sql, values, None, False)
    driver = driver_of(connection)
    try:
        if begin or end:
            return await _round(driver, sql, values, begin=begin, end=end)
        return await (await driver.execute(sql, values, prepare=True)).fetchall()
    except psycopg.OperationalError as error:
        if driver.closed:
            # The engine meets the broken connection itself and replaces all that are as old; this raises.
            await connection.exec_driver_sql("select 1")
        raise OperationalError(sql, None, error, hide_parameters=True) from error


async def _round(
    driver: Driver, sql: str, values: Mapping[str, Any] | Sequence[Any], *, begin: bool, end: bool
) -> Rows:
    """A statement with the border of its transaction, sent at once.

    The driver's own pipeline sends each part by itself and wakes the server for it; where a request has two or three
    trips in all, that is most of what the trips cost. Prepared statements are the driver's, kept in its own list.
    """
    transformer = Transformer(driver)
    query = PostgresQuery(transformer)
    query.convert(sql.encode(), values)
    async with driver.lock:
        result = await driver.wait(_sent(driver, query, begin=begin, end=end))
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


def _sent(driver: Driver, query: PostgresQuery, *, begin: bool, end: bool) -> PQGen[PGresult]:
    low, prepared = driver.pgconn, driver._prepared
    prepare, name = prepared.get(query, True)
    low.enter_pipeline_mode()
    try:
        if begin:
            # With the connection's isolation, as the driver itself begins.
            low.send_query_params(driver._get_tx_start_command(), None)
        if prepare is Prepare.SHOULD:
            low.send_prepare(name, query.query, param_types=query.types)
        low.send_query_prepared(name, query.params, param_formats=query.formats, result_format=Format.TEXT)
        if end:
            low.send_query_params(COMMIT, None)
        low.pipeline_sync()
        yield from generators.send(low)
        results = yield from _results(driver)
    finally:
        if low.status != ConnStatus.BAD:
            low.exit_pipeline_mode()
    result = results[-2 if end else -1]
    key = prepared.maybe_add_to_cache(query, prepare, name)
    if key is not None:
        prepared.validate(key, prepare, name, [result])
    yield from prepared.maintain_gen(driver)
    return result


def _results(driver: Driver) -> PQGen[list[PGresult]]:
    """What came back up to the synchronisation. Raises the first error when all has been read."""
    found: list[PGresult] = []
    while True:
        results = yield from generators.fetch_many(driver.pgconn)
        if results and results[0].status == ExecStatus.PIPELINE_SYNC:
            break
        found += results
    for result in found:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result, encoding=driver.info.encoding)
    return found
