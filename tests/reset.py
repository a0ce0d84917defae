"""Bring a worker's database back to the template's content between tests, without building it again.

Cloning a template takes most of a second on a busy machine; emptying the few rows that a test wrote takes
milliseconds. The template keeps a copy of its own rows in the schema `pristine`, which no role but the superuser
can read. Versions of reference data only grow, so that nothing cached in the process is taken for the new content.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, text

KEPT = "alembic_version"
HEAVY = {"organ": "organs", "scope": "organs", "explicit_relation": "organs", "calendar_day": "calendar"}
"""Large reference tables, restored only when the version of their content moved."""


def remember(connection: Connection) -> None:
    """Copy the template's rows aside and leave the function that brings them back. Run once, as the superuser,
    before the first clone."""
    connection.execute(text("create schema pristine"))
    for table in _tables(connection):
        connection.execute(text(f"create table pristine.{table} as table public.{table}"))
    connection.execute(text(RESTORE.replace(":kept", f"'{KEPT}'").replace(":heavy", f"'{json.dumps(HEAVY)}'")))


def restore(connection: Connection) -> None:
    """Make every table what it was. One round trip, one transaction; foreign keys and triggers rest meanwhile."""
    connection.execute(text("set local lock_timeout = '5s'"))
    connection.execute(text("select pristine.restore()"))


RESTORE = """
create function pristine.restore() returns void language plpgsql as $body$
declare
    moved text[] := array(
        select coalesce(n.name, o.name) from public.reference_version n
        full join pristine.reference_version o using (name) where n.version is distinct from o.version);
    heavy jsonb := :heavy;
    t record;
    used boolean;
    same boolean;
begin
    set local session_replication_role = replica;
    for t in
        select relname as name, string_agg(quote_ident(attname), ', ' order by attnum) as columns
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
        where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not in (:kept, 'reference_version')
        group by relname
    loop
        if heavy ->> t.name is not null and heavy ->> t.name <> all (moved) then
            execute format('select (select count(*) from public.%1$I) = (select count(*) from pristine.%1$I)', t.name)
                into same;
            continue when same;
        end if;
        execute format('select exists (select from public.%I)', t.name) into used;
        if used then
            execute format('delete from public.%I', t.name);
        end if;
        execute format('insert into public.%1$I (%2$s) overriding system value select %2$s from pristine.%1$I',
                       t.name, t.columns);
    end loop;
    delete from dramatiq.queue;
    insert into pristine.reference_version (name, version)
        select m, 0 from unnest(moved) as m
        where not exists (select from pristine.reference_version o where o.name = m);
    update pristine.reference_version set version = version + 1000 where name = any (moved);
    delete from public.reference_version;
    insert into public.reference_version select * from pristine.reference_version;
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
