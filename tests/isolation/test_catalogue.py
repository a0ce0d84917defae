"""The catalogue gate, and the proof that it would notice: every mutant of the schema is caught."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Connection

import integrations
import reporting
import supervision
from kernel.db import Base
from tests.isolation import gate


@pytest.mark.parametrize("check", gate.CHECKS, ids=lambda check: check.__name__)
def test_the_catalogue_passes(catalogue: Connection, check: gate.Check) -> None:
    assert check(catalogue) == []


def test_every_table_of_the_models_is_guarded_and_no_other(catalogue: Connection) -> None:
    for package in (supervision, reporting, integrations):
        for part in pkgutil.iter_modules(package.__path__):
            if (Path(package.__path__[0]) / part.name / "models.py").exists():
                importlib.import_module(f"{package.__name__}.{part.name}.models")
    for part in pkgutil.iter_modules(supervision.__path__):
        if (Path(supervision.__path__[0]) / part.name / "models.py").exists():
            importlib.import_module(f"supervision.{part.name}.models")
    for name in ("keys", "registers"):
        importlib.import_module(f"tenants.{name}.models")
    found = gate.rows(catalogue, "select distinct tablename from pg_policies where schemaname = 'public'")
    assert {r.tablename for r in found} == set(Base.metadata.tables)


class Mutant(NamedTuple):
    """One way to break the schema: the kind of break, what it is done to, and the statements that do it."""

    kind: str
    target: str
    """A word that a complaint about it must contain."""
    statements: tuple[str, ...]


def of_tables(connection: Connection) -> Iterator[Mutant]:
    """FORCE, ENABLE, each policy, each USING and WITH CHECK of each table in turn."""
    app = gate.roles().app
    tables = gate.rows(connection, "select distinct schemaname || '.' || tablename as name from pg_policies order by 1")
    for (name,) in tables:
        yield Mutant("no FORCE", name, (f"alter table {name} no force row level security",))
        yield Mutant("no row security", name, (f"alter table {name} disable row level security",))
        yield Mutant("a second policy", name, (f"create policy another on {name} for select to {app} using (true)",))
        yield Mutant("truncate", name, (f"grant truncate on {name} to {app}",))
    for policy in gate.rows(
        connection,
        "select schemaname || '.' || tablename as table, policyname as name, cmd as command, roles::text[] as roles,"
        " qual, with_check from pg_policies order by 1, 2",
    ):
        yield from _of_policy(*policy)


def _of_policy(
    table: str, name: str, command: str, roles: list[str], qual: str | None, check: str | None
) -> Iterator[Mutant]:
    kind, short = f"{command} of {roles[0]}", table.partition(".")[2]
    yield Mutant(f"{kind}: dropped", table, (f"drop policy {name} on {table}",))
    yield Mutant(f"{kind}: for everybody", table, (f"alter policy {name} on {table} to public",))
    if roles == [gate.roles().definer]:
        return
    if qual is not None:
        yield Mutant(f"{kind}: USING (true)", short, (f"alter policy {name} on {table} using (true)",))
        yield Mutant(f"{kind}: USING (… OR true)", short, (f"alter policy {name} on {table} using (({qual}) or true)",))
    if check is not None:
        yield Mutant(f"{kind}: WITH CHECK (true)", short, (f"alter policy {name} on {table} with check (true)",))
        if "organ_id = " in check:
            half = "organ_id = (select guard.tenant())"
            yield Mutant(f"{kind}: no city", short, (f"alter policy {name} on {table} with check ({half})",))
    if command == "UPDATE":
        made = f"create policy {name} on {table} for update to {roles[0]} using ({qual})"
        yield Mutant(f"{kind}: no WITH CHECK", short, (f"drop policy {name} on {table}", made))


def of_functions(connection: Connection) -> Iterator[Mutant]:
    """Each security-definer function: its search_path, its grantees, its owner, its promises; and new ones."""
    for name, signature in gate.rows(
        connection,
        "select p.proname, p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = 'guard' and p.prosecdef order by 1",
    ):
        yield Mutant("unpinned", name, (f"alter function {signature} reset search_path",))
        yield Mutant("for everybody", name, (f"grant execute on function {signature} to public",))
        yield Mutant("of the owner", name, (f"alter function {signature} owner to {gate.roles().owner}",))
        yield Mutant("leakproof", name, (f"alter function {signature} leakproof",))
    made = "returns int language sql security definer set search_path = pg_catalog, pg_temp as 'select 1'"
    yield Mutant("an unlisted definer", "more", (f"create function guard.more() {made}",))
    yield Mutant("a listed name twice", "tenant", (f"create function guard.tenant(int) {made}",))
    yield Mutant("a listed name elsewhere", "", ("alter function guard.city() set schema public",))


def of_keys(connection: Connection) -> Iterator[Mutant]:
    """Each key that carries the tenant, made again without it."""
    for number, key in enumerate(
        gate.rows(
            connection,
            "select c.conname as name, c.conrelid::regclass::text as table, c.confrelid::regclass::text as parent,"
            " c.contype::text as type, pg_get_constraintdef(c.oid) as made from pg_constraint c"
            " where c.connamespace = 'public'::regnamespace and c.contype in ('f', 'u') order by 1",
        )
    ):
        tenant = key.table not in gate.REFERENCE and key.name not in gate.CROSSING
        if key.type == "u" and tenant and "organ_id" in key.made:
            index = f"create unique index u_{number} on {key.table} (city_id, created_at)"
            yield Mutant("unique without tenant", f"u_{number}", (index,))
        if key.type == "f" and tenant and key.parent not in gate.REFERENCE:
            column = key.made.split(") REFERENCES")[0].rsplit(", ", 1)[1]
            made = f"foreign key (city_id, {column}) references {key.parent} (city_id, id)"
            drop = f"alter table {key.table} drop constraint {key.name}"
            yield Mutant(
                "foreign without tenant",
                f"f_{number}",
                (drop, f"alter table {key.table} add constraint f_{number} {made}"),
            )
        if "(city_id, " in key.made:
            index = f"create unique index c_{number} on {key.table} ({'id' if key.type == 'f' else 'created_at'})"
            if key.table not in gate.REFERENCE:
                yield Mutant("unique without city", f"c_{number}", (index,))


def of_the_rest(connection: Connection) -> Iterator[Mutant]:
    """Views, copies, children, rules, roles and privileges."""
    app, owner = gate.roles().app, gate.roles().owner
    copy = "create materialized view m as select * from matter"
    parts = "create table parts (city_id uuid, organ_id uuid, k int) partition by list (k)"
    child = "create table part_1 partition of parts for values in (1)"
    for kind, target, *statements in (
        ("a view as its owner", "all_matters", "create view all_matters as select * from matter"),
        ("a readable copy", "m", copy, f"grant select on m to {app}"),
        ("a new table forgotten", "forgotten", "create table forgotten (id int)"),
        ("a readable partition", "part_1", parts, child, f"grant select on part_1 to {app}"),
        ("an heir", "heir", "create table heir () inherits (matter)", f"grant select on heir to {app}"),
        ("a rule", "r", "create rule r as on delete to matter do instead nothing"),
        ("bypass", app, f"alter role {app} bypassrls"),
        ("superuser", app, f"alter role {app} superuser"),
        ("a strong owner", owner, f"alter role {owner} bypassrls"),
        ("a way up", owner, f"grant {owner} to {app}"),
        ("an own table", "owns", "create table mine (id int)", f"alter table mine owner to {app}"),
        ("an own schema", "guard", f"grant create on schema guard to {app}"),
        ("what comes", "default", f"alter default privileges in schema public grant select on tables to {app}"),
        ("the migrations' table", "alembic_version", f"grant select on alembic_version to {app}"),
        ("a column", "tenancy_key", f"grant select (inner_pad) on guard.tenancy_key to {app}"),
        ("handed on", "matter", f"grant select on matter to {app} with grant option"),
    ):
        yield Mutant(kind, target, tuple(statements))


FAMILIES = (of_tables, of_functions, of_keys, of_the_rest)


def names(complaints: list[str], target: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(target)}(?!\w)", complaint) for complaint in complaints)


def survivors(connection: Connection, mutants: list[Mutant]) -> list[str]:
    """The mutants that no complaint names while all of them are in place."""
    with connection.begin_nested() as point:
        for mutant in mutants:
            for statement in mutant.statements:
                connection.exec_driver_sql(statement)
        complaints = gate.complaints(connection)
        point.rollback()
    return [f"{m.kind} {m.target}" for m in mutants if not names(complaints, m.target)]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_mutant_of_the_schema_is_caught(
    catalogue: Connection, family: Callable[[Connection], Iterator[Mutant]]
) -> None:
    """All mutants of a kind at once, and each has to be named: a break of one table never hides behind another's."""
    assert gate.complaints(catalogue) == []
    kinds: dict[str, list[Mutant]] = {}
    for mutant in family(catalogue):
        kinds.setdefault(mutant.kind, []).append(mutant)
    survived = [name for mutants in kinds.values() for name in survivors(catalogue, mutants)]
    assert survived == []
    least = {"of_tables": 300, "of_functions": 100, "of_keys": 60, "of_the_rest": 16}
    assert sum(map(len, kinds.values())) >= least[family.__name__]
    assert gate.complaints(catalogue) == []


@pytest.mark.drill
@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_mutant_is_caught_alone(catalogue: Connection, family: Callable[[Connection], Iterator[Mutant]]) -> None:
    """One mutant at a time, nothing else broken."""
    assert [name for mutant in list(family(catalogue)) for name in survivors(catalogue, [mutant])] == []
