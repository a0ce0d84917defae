"""Bring a worker's database back to the template's content between tests, without building it again.

Cloning a template takes most of a second on a busy machine; emptying the few rows that a test wrote takes
milliseconds. The template keeps a copy of its own rows in the schema `pristine`, which no role but the superuser
can read. Versions of reference data only grow, so that nothing cached in the process is taken for the new content.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

KEPT = "alembic_version"
HEAVY = {"organ": "organs", "scope": "organs", "explicit_relation": "organs", "calendar_day": "calendar"}
"""Large reference tables, restored only when the version of their content moved."""


def remember(connection: Connection) -> None:
    """Copy the template's rows aside. Run once, as the superuser, before the first clone."""
    connection.execute(text("create schema pristine"))
    for table in _tables(connection):
        connection.execute(text(f"create table pristine.{table} as table public.{table}"))


def restore(connection: Connection) -> None:
    """Make every table what it was. One transaction; foreign keys and triggers rest meanwhile."""
    moved = {
        row.name
        for row in connection.execute(
            text(
                "select coalesce(n.name, o.name) as name from public.reference_version n"
                " full join pristine.reference_version o using (name) where n.version is distinct from o.version"
            )
        )
    }
    connection.execute(text("set local session_replication_role = replica"))
    for table in _tables(connection):
        if HEAVY.get(table, "") and HEAVY[table] not in moved and _same_size(connection, table):
            continue
        connection.execute(text(f"delete from public.{table}"))
        if table != "reference_version":
            columns = ", ".join(_columns(connection, table))
            connection.execute(
                text(
                    f"insert into public.{table} ({columns}) overriding system value"
                    f" select {columns} from pristine.{table}"
                )
            )
    connection.execute(text("delete from dramatiq.queue"))
    _grow_versions(connection, moved)


def _grow_versions(connection: Connection, moved: set[str]) -> None:
    """What moved gets a version that no process has seen; the template's copy follows."""
    for name in moved:
        connection.execute(
            text(
                "insert into pristine.reference_version (name, version)"
                " select :name, 0 where not exists (select 1 from pristine.reference_version where name = :name)"
            ),
            {"name": name},
        )
        connection.execute(
            text("update pristine.reference_version set version = version + 1000 where name = :name"), {"name": name}
        )
    connection.execute(text("insert into public.reference_version select * from pristine.reference_version"))


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        text(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            " and relname <> :kept order by relname"
        ),
        {"kept": KEPT},
    )
    return [row[0] for row in rows]


def _columns(connection: Connection, table: str) -> list[str]:
    rows = connection.execute(
        text(
            "select quote_ident(attname) from pg_attribute where attrelid = ('public.' || :table)::regclass"
            " and attnum > 0 and not attisdropped order by attnum"
        ),
        {"table": table},
    )
    return [row[0] for row in rows]


def _same_size(connection: Connection, table: str) -> bool:
    return bool(
        connection.scalar(
            text(f"select (select count(*) from public.{table}) = (select count(*) from pristine.{table})")
        )
    )
