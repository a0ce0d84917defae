"""The catalogue gate, and the proof that it would notice: every mutant of the schema is caught."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sqlalchemy import Connection, text

from kernel.db import Base
from tests.isolation import gate


@pytest.mark.parametrize("check", gate.CHECKS, ids=lambda check: check.__name__)
def test_the_catalogue_passes(catalogue: Connection, check: gate.Check) -> None:
    assert check(catalogue) == []


def test_every_table_of_the_models_is_guarded_and_no_other(catalogue: Connection) -> None:
    for part in ("clues", "decisions", "deadlines", "escalation", "instruments", "matters"):
        importlib.import_module(f"supervision.{part}.models")
    found = gate.rows(catalogue, "select distinct tablename from pg_policies where schemaname = 'public'")
    assert {r.tablename for r in found} == set(Base.metadata.tables)


class Mutant(NamedTuple):
    """One way to break the schema: what it is, and the statements that do it."""

    name: str
    statements: tuple[str, ...]


def of_every_table(connection: Connection) -> Iterator[Mutant]:
    """FORCE, ENABLE, each policy, each USING and WITH CHECK of each table in turn."""
    tables = gate.rows(connection, "select distinct schemaname || '.' || tablename as name from pg_policies order by 1")
    for table in tables:
        yield Mutant(f"{table.name}: no FORCE", (f"alter table {table.name} no force row level security",))
        yield Mutant(f"{table.name}: no row security", (f"alter table {table.name} disable row level security",))
        yield Mutant(
            f"{table.name}: a second policy",
            (f"create policy another on {table.name} for select to {gate.roles().app} using (true)",),
        )
        yield Mutant(f"{table.name}: truncate", (f"grant truncate on {table.name} to {gate.roles().app}",))
    for policy in gate.rows(
        connection,
        "select schemaname || '.' || tablename as table, policyname as name, cmd as command, roles::text[] as roles,"
        " qual, with_check from pg_policies order by 1, 2",
    ):
        yield from _of_policy(*policy)


def _of_policy(
    table: str, name: str, command: str, roles: list[str], qual: str | None, check: str | None
) -> Iterator[Mutant]:
    where = f"{table} {command} {roles[0]}"
    yield Mutant(f"{where}: dropped", (f"drop policy {name} on {table}",))
    yield Mutant(f"{where}: for everybody", (f"alter policy {name} on {table} to public",))
    if roles == [gate.roles().definer]:
        return
    if qual is not None:
        yield Mutant(f"{where}: USING (true)", (f"alter policy {name} on {table} using (true)",))
        yield Mutant(f"{where}: USING (… OR true)", (f"alter policy {name} on {table} using (({qual}) or true)",))
    if check is not None:
        yield Mutant(f"{where}: WITH CHECK (true)", (f"alter policy {name} on {table} with check (true)",))
        if "organ_id = " in check:
            half = "organ_id = (select guard.tenant())"
            yield Mutant(f"{where}: no city", (f"alter policy {name} on {table} with check ({half})",))
    if command == "UPDATE":
        drop = f"drop policy {name} on {table}"
        made = f"create policy {name} on {table} for update to {roles[0]} using ({qual})"
        yield Mutant(f"{where}: no WITH CHECK", (drop, made))


def of_the_rest(connection: Connection) -> Iterator[Mutant]:
    """Views, copies, functions, keys, roles and privileges."""
    app, owner = gate.roles().app, gate.roles().owner
    yield Mutant("a view as its owner", ("create view all_matters as select * from matter",))
    yield Mutant(
        "a readable copy", (f"create materialized view m as select * from matter; grant select on m to {app}",)
    )
    yield Mutant("a new table forgotten", ("create table forgotten (id int)",))
    yield Mutant(
        "a readable partition",
        (
            "create table parts (city_id uuid, organ_id uuid, k int) partition by list (k)",
            "create table part_1 partition of parts for values in (1)",
            f"grant select on part_1 to {app}",
        ),
    )
    yield Mutant("a rule", ("create rule r as on delete to matter do instead nothing",))
    yield Mutant(
        "an unlisted definer",
        ("create function guard.more() returns int language sql security definer"
         " set search_path = pg_catalog, pg_temp as 'select 1'",),
    )  # fmt: skip
    yield Mutant(
        "a listed name twice",
        ("create function guard.tenant(int) returns int language sql security definer"
         " set search_path = pg_catalog, pg_temp as 'select 1'",),
    )  # fmt: skip
    for function in gate.rows(
        connection,
        "select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = 'guard' and p.prosecdef",
    ):
        yield Mutant(f"{function.name}: unpinned", (f"alter function {function.name} reset search_path",))
        yield Mutant(f"{function.name}: for everybody", (f"grant execute on function {function.name} to public",))
        yield Mutant(f"{function.name}: of the owner", (f"alter function {function.name} owner to {owner}",))
        yield Mutant(f"{function.name}: leakproof", (f"alter function {function.name} leakproof",))
    yield from _of_keys(connection)
    yield Mutant("bypass", (f"alter role {app} bypassrls",))
    yield Mutant("superuser", (f"alter role {app} superuser",))
    yield Mutant("a way up", (f"grant {owner} to {app}",))
    yield Mutant("an own table", (f"create table mine (id int); alter table mine owner to {app}",))
    yield Mutant("an own schema", (f"grant create on schema guard to {app}",))
    yield Mutant("all that comes", (f"alter default privileges in schema public grant select on tables to {app}",))
    yield Mutant("the migrations' table", (f"grant select on alembic_version to {app}",))
    yield Mutant("a column", (f"grant select (inner_pad) on guard.tenancy_key to {app}",))


def _of_keys(connection: Connection) -> Iterator[Mutant]:
    """Each key that carries the tenant, made again without it."""
    for key in gate.rows(
        connection,
        "select c.conname as name, c.conrelid::regclass::text as table, c.confrelid::regclass::text as parent,"
        " c.contype::text as type, pg_get_constraintdef(c.oid) as made from pg_constraint c"
        " where c.connamespace = 'public'::regnamespace and c.contype in ('f', 'u') and c.conname not in"
        " (select conname from pg_constraint where conrelid = 'organ'::regclass)",
    ):
        if key.type == "u" and "organ_id" in key.made and not key.name.endswith("_id_id"):
            drop = f"alter table {key.table} drop constraint {key.name} cascade"
            yield Mutant(
                f"{key.name}: without tenant", (drop, f"create unique index on {key.table} (city_id, id, created_at)")
            )
        if key.type == "f" and key.name not in gate.CROSSING:
            column = key.made.split(") REFERENCES")[0].rsplit(", ", 1)[1]
            made = f"foreign key (city_id, {column}) references {key.parent} (city_id, id)"
            if key.parent != "organ":
                drop = f"alter table {key.table} drop constraint {key.name}"
                yield Mutant(f"{key.name}: without tenant", (drop, f"alter table {key.table} add constraint k {made}"))


@pytest.mark.parametrize("family", [of_every_table, of_the_rest], ids=lambda family: family.__name__)
def test_every_mutant_of_the_schema_is_caught(catalogue: Connection, family: object) -> None:
    assert callable(family)
    assert gate.complaints(catalogue) == []
    survived, tried = [], 0
    for mutant in list(family(catalogue)):
        tried += 1
        with catalogue.begin_nested() as point:
            for statement in mutant.statements:
                catalogue.execute(text(statement.replace(":", "\\:")))
            if gate.first_complaint(catalogue) is None:
                survived.append(mutant.name)
            point.rollback()
    assert survived == []
    assert tried > (200 if family is of_every_table else 100)
    assert gate.complaints(catalogue) == []
