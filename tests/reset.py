"""Bring a worker's database back to the template's content between tests, without building it again.

Cloning a template takes most of a second on a busy machine; emptying the few rows that a test wrote takes
milliseconds. The template keeps a copy of its own rows in the schema `pristine`, which no role but the superuser
can read. Only tables that were written to are restored: a row is the template's when the template's own transactions
or the table's last restore made it. Versions of reference data only grow, so that nothing cached in the process is
taken for the new content.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

KEPT = "alembic_version"
VERSIONS = "reference_version"


def remember(connection: Connection) -> None:
    """Copy the template's rows aside and leave the function that brings them back. Run once, as the superuser,
    before the first clone."""
    connection.execute(text("create schema pristine"))
    connection.execute(text("create table pristine.mark (name text primary key, made_by xid not null)"))
    looks, parts, counts = [], [], []
    for table in _tables(connection):
        connection.execute(text(f'create table pristine."{table}" as table public."{table}"'))
        if table != "demo_clock":
            counts.append(_COUNT.format(table=table))
        if table == VERSIONS:
            continue
        count = connection.scalar(text(f'select count(*) from pristine."{table}"'))
        columns = ", ".join(f'"{column}"' for column in columns_of(connection, table))
        looks.append((_IS_FILLED if count else _IS_EMPTY).format(table=table, count=count))
        parts.append((_FILL if count else _EMPTY).format(table=table, columns=columns))
    connection.execute(text("insert into pristine.mark values ('', pg_current_xact_id()::xid)"))
    connection.execute(text(_WRITTEN.replace(":looks", "".join(looks))))
    connection.execute(text(_LOOK.replace(":counts", "".join(counts))))
    connection.execute(text(_RESTORE.replace(":parts", "".join(parts))))


def restore(connection: Connection) -> None:
    """Make every table what it was. One round trip, one transaction; foreign keys and triggers rest meanwhile."""
    connection.execute(text("set local lock_timeout = '5s'"))
    connection.execute(text("select pristine.restore()"))


_IS_EMPTY = """
    if exists (select from public."{table}") then
        found := found || text '{table}';
    end if;"""
_IS_FILLED = """
    select made_by into last from pristine.mark where name = '{table}';
    select count(*) <> {count} or bool_or(age(xmin) < age(template) and xmin is distinct from last)
        into written from public."{table}";
    if written then
        found := found || text '{table}';
    end if;"""
_WRITTEN = """
create function pristine.written() returns text[] language plpgsql as $body$
declare
    template xid := (select made_by from pristine.mark where name = '');
    last xid;
    written boolean;
    found text[] := '{}';
begin
    :looks
    return found;
end $body$
"""
"""The tables whose rows are not the template's."""
_COUNT = """
    select count(*), min(age(xmin)) into rows, youngest from public."{table}";
    found := found || ('{table}=' || rows || chr(58) || case when rows > 0 then latest - youngest else 0 end);"""
_LOOK = """
create function pristine.look() returns text[] language plpgsql as $body$
declare
    latest int := age(xid '3') + 3;
    rows int;
    youngest int;
    found text[] := '{}';
begin
    :counts
    return found;
end $body$
"""
"""Of each table how many rows it has and which transaction made the newest: `table=rows:transaction`."""
_EMPTY = """
    if '{table}' = any (written) then
        delete from public."{table}";
    end if;"""
_FILL = """
    if '{table}' = any (written) then
        delete from public."{table}";
        insert into public."{table}" ({columns}) overriding system value select {columns} from pristine."{table}";
        insert into pristine.mark values ('{table}', pg_current_xact_id()::xid)
            on conflict (name) do update set made_by = excluded.made_by;
    end if;"""
_RESTORE = f"""
create function pristine.restore() returns void language plpgsql as $body$
declare
    moved text[] := array(
        select coalesce(n.name, o.name) from public.{VERSIONS} n
        full join pristine.{VERSIONS} o using (name) where n.version is distinct from o.version);
    written text[] := pristine.written();
begin
    set local session_replication_role = replica;
    :parts
    if exists (select from dramatiq.queue) then
        delete from dramatiq.queue;
    end if;
    if moved <> '{{}}' then
        insert into pristine.{VERSIONS} (name, version)
            select m, 0 from unnest(moved) as m
            where not exists (select from pristine.{VERSIONS} o where o.name = m);
        update pristine.{VERSIONS} set version = version + 1000 where name = any (moved);
        delete from public.{VERSIONS};
        insert into public.{VERSIONS} select * from pristine.{VERSIONS};
    end if;
end $body$
"""


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        text(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            " and relname <> :kept order by relname"
        ),
        {"kept": KEPT},
    )
    return [row[0] for row in rows]


def columns_of(connection: Connection, table: str) -> list[str]:
    """The columns that an insert fills."""
    rows = connection.execute(
        text(
            "select attname from pg_attribute where attrelid = cast(:name as regclass) and attnum > 0"
            " and not attisdropped and attgenerated = '' order by attnum"
        ),
        {"name": f'public."{table}"'},
    )
    return [row[0] for row in rows]
