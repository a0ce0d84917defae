"""What statements the application runs, and what the database does for each: for the test and the bench of lists.

A statement is explained where it ran: by the application's role, in a transaction with the same signed tenancy, on the
same rows, and as often as it takes until the database decides whether a plan for all values is good enough: connections
live long, and so do the statements that are prepared on them. What a plan throws away is counted over all its loops.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer
from psycopg.sql import Literal
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from kernel.driver import driver_of
from kernel.tenancy import TenancySigner

MOST_REMOVED = 500
BIG = 2_000
"""Rows from which on a table may not be read whole."""
UNTIL_SETTLED = 6
"""After five plans for its values the database compares what one for all values would cost."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A statement as the driver got it, with the tenancy that was in force."""

    sql: str
    parameters: Any
    tenancy: str


@contextmanager
def captured(engine: AsyncEngine) -> Iterator[list[Ran]]:
    """The reading statements that run on the engine meanwhile, in their order."""
    found: list[Ran] = []
    tenancy = ""

    sign = TenancySigner.sign

    def signed(signer: TenancySigner, *whom: UUID) -> str:
        # Signed right before it is set, which the first statement of a transaction does past the engine's events.
        nonlocal tenancy
        tenancy = sign(signer, *whom)
        return tenancy

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, _many: bool) -> None:
        if sql.lstrip().lower().startswith(("select", "with")) and " from " in " ".join(sql.lower().split()):
            found.append(Ran(sql, parameters, tenancy))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        with patch.object(TenancySigner, "sign", signed):
            yield found
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


@dataclass(slots=True)
class Waste:
    """What a plan does in vain: rows that a filter threw away at one node, and big tables read whole."""

    removed: int = 0
    node: str = ""
    scans: list[str] = field(default_factory=list)
    milliseconds: float = 0.0
    plan: dict[str, Any] = field(default_factory=dict)


async def explained(engine: AsyncEngine, ran: Ran, big: frozenset[str]) -> Waste:
    """Run the statement again under EXPLAIN (ANALYZE), and undo whatever it did. Of the first plan and the one that is
    settled on, the one that wastes more."""
    plans = await _plans(engine, ran)
    return max((_waste(plan, big) for plan in plans), key=lambda waste: (len(waste.scans), waste.removed))


async def _plans(engine: AsyncEngine, ran: Ran) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        await connection.execute(text("select set_config('zs.tenancy', :tenancy, true)"), {"tenancy": ran.tenancy})
        driver = driver_of(connection)
        query = PostgresQuery(Transformer(driver))
        query.convert(ran.sql.encode(), ran.parameters)
        given = query.validate_and_reorder_params(query._parts, ran.parameters, query._order) if ran.parameters else ()
        values = ", ".join(Literal(value).as_string(driver) for value in given)
        # In the text alone, and so past the driver's own list of what is prepared.
        async with psycopg.AsyncClientCursor(driver) as cursor:
            await cursor.execute(b"prepare asked as " + query.query, prepare=False)
            found = []
            for _ in range(UNTIL_SETTLED):
                asked = f"explain (analyze, format json) execute asked{f'({values})' if values else ''}"
                row = await (await cursor.execute(asked.encode(), prepare=False)).fetchone()
                found.append(row[0][0] if row else {})
            await cursor.execute(b"deallocate asked", prepare=False)
        await connection.rollback()
    return [found[0], found[-1]]


def _waste(tree: dict[str, Any], big: frozenset[str]) -> Waste:
    waste = Waste(milliseconds=tree["Execution Time"], plan=tree["Plan"])
    for node in _nodes(tree["Plan"]):
        loops = node.get("Actual Loops", 1)
        removed = round(sum(node.get(f"Rows Removed by {kind}", 0) for kind in ("Filter", "Join Filter")) * loops)
        if removed > waste.removed:
            waste.removed, waste.node = removed, f"{node['Node Type']} on {node.get('Relation Name', '')}"
        if node["Node Type"] == "Seq Scan" and node.get("Relation Name") in big:
            waste.scans.append(node["Relation Name"])
    return waste


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


async def big_tables(engine: AsyncEngine) -> frozenset[str]:
    """Tables of more than `BIG` rows by their statistics, which are fresh after a bulk load."""
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
                " and reltuples > :most"
            ),
            {"most": BIG},
        )
        return frozenset(rows.scalars())
