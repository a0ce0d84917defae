"""The staging table of a transaction, and the upsert out of it, under each organ's own tenancy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from kernel.work import Work
from supervision.records.models import EnforcementRecord
from supervision.records.rows import STAGED, TARGET

_TABLE: Final = EnforcementRecord.__table__
_DIALECT: Final[Any] = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_KEYS: Final = frozenset({"city_id", "id", "organ_id", "source", "external_id"})


def _staged(name: str) -> str:
    """A column of the staging table: an act of another kind leaves it at the default of the table itself."""
    column = _TABLE.columns[name]
    default: Any = column.server_default
    made = f"{name} {column.type.compile(_DIALECT)}"
    return made if default is None else f"{made} default '{default.arg}'"


CREATE: Final = f"create temporary table staged_record ({', '.join(map(_staged, STAGED))}) on commit drop"
INDEX: Final = "create index on pg_temp.staged_record (organ_id)"
"""A file of a whole city has a thousand organs, and each is a statement: none may look at the lines of the others."""
_COPY: Final = r"copy pg_temp.staged_record ({columns}) from stdin with (format csv, escape '\', null 'null')"
_CONSTANTS: Final = {"city_id": "%(city)s", "source": "%(source)s", "import_id": "%(import)s", "taken_at": "%(now)s"}
UPSERT: Final = (
    f"insert into enforcement_record ({', '.join(TARGET)})"  # noqa: S608 - names of columns alone
    f" select {', '.join(_CONSTANTS.get(name, name) for name in TARGET)} from pg_temp.staged_record"
    " where organ_id = %(organ)s"
    " on conflict (city_id, organ_id, source, external_id) do update set "
    + ", ".join(f"{name} = excluded.{name}" for name in TARGET if name not in _KEYS)
    + " where enforcement_record.version < excluded.version"
)


async def driver(work: Work) -> Any:
    """The driver's connection of the transaction. What it runs is under the transaction's signed tenancy."""
    connection = await work.session.connection()
    return (await connection.get_raw_connection()).driver_connection


async def stage(work: Work, batches: Sequence[tuple[tuple[str, ...], bytes]]) -> None:
    """Put lines of COPY, each batch with its columns, into an empty staging table."""
    held = await driver(work)
    async with held.cursor() as cursor:
        await cursor.execute("select to_regclass('pg_temp.staged_record') is not null")
        there = (await cursor.fetchone())[0]
        if there:
            await cursor.execute("truncate pg_temp.staged_record")
        else:
            await cursor.execute(CREATE)
            await cursor.execute(INDEX)
        for columns, data in batches:
            async with cursor.copy(_COPY.format(columns=", ".join(columns))) as copy:
                await copy.write(data)


async def upsert(work: Work, source: str, import_id: UUID) -> int:
    """Move the staged lines of the organ as which the work acts into the register. Returns how many were new or
    newer; the others stay as they were."""
    values = {
        "city": work.city_id,
        "organ": work.organ_id,
        "source": source,
        "import": import_id,
        "now": work.now,
    }
    held = await driver(work)
    cursor = await held.execute(UPSERT, values)
    return int(cursor.rowcount)
