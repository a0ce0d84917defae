"""Tenant isolation, read from the catalogue and tried as the application's own role."""

from __future__ import annotations

import importlib
import time
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from kernel.db import Base
from kernel.ids import new_id
from kernel.models import AuditEntry
from kernel.tenancy import TenancySigner
from kernel.work import open_work
from tests.world import World

DEFINERS = {
    "audit_siblings", "city", "due_deadlines", "install_key", "login_clear", "login_count", "login_locked",
    "login_lookup", "login_refund", "login_succeeded", "login_sweep", "monthly_organs", "outbox_claim", "outbox_prune",
    "outbox_reclaim", "outbox_state", "posts_of", "search_clues", "search_matters", "session_delete",
    "session_delete_account", "session_identity", "session_read", "session_renew", "session_sweep", "session_write",
    "settings_changed", "tenant", "verified", "verify_document",
}  # fmt: skip
"""Every security-definer function there may be. A new one is added here on purpose or not at all."""

OUTSIDE = {"alembic_version"}
"""Tables without row-level security: the migrations' own, which the application cannot read."""


async def test_every_table_has_forced_row_level_security(world: World) -> None:
    async with world.system() as work:
        rows = await work.session.execute(
            text(
                "select n.nspname, c.relname, c.relrowsecurity and c.relforcerowsecurity, c.relkind,"
                " has_table_privilege(current_user, c.oid, 'select')"
                " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                " where n.nspname in ('public', 'guard') and c.relkind in ('r', 'p', 'v', 'm', 'f')"
            )
        )
        found = rows.all()
    assert {r.relname for r in found if not r[2]} == OUTSIDE
    assert not [r for r in found if r.relname in OUTSIDE and r[4]]
    assert {r.relkind for r in found} == {"r"}


async def test_one_permissive_policy_for_each_command_and_role(world: World) -> None:
    async with world.system() as work:
        rows = await work.session.execute(
            text(
                "select schemaname, tablename, cmd, roles::text, count(*), bool_and(permissive = 'PERMISSIVE')"
                " from pg_policies group by 1, 2, 3, 4 having count(*) > 1 or not bool_and(permissive = 'PERMISSIVE')"
            )
        )
        assert rows.all() == []


async def test_the_application_owns_nothing_and_bypasses_nothing(world: World) -> None:
    async with world.system() as work:
        role = (
            await work.session.execute(
                text(
                    "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
                    " where rolname = current_user"
                )
            )
        ).one()
        owned = await work.session.scalar(
            text("select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = current_user")
        )
    assert tuple(role) == (False, False, False, False)
    assert owned == 0


async def test_security_definer_functions_are_few_and_pinned(world: World) -> None:
    async with world.system() as work:
        rows = (
            await work.session.execute(
                text(
                    "select p.proname, p.proconfig::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
                    " where p.prosecdef and n.nspname in ('public', 'guard')"
                )
            )
        ).all()
    assert {r.proname for r in rows} == DEFINERS
    assert all("search_path=pg_catalog, pg_temp" in r[1] for r in rows)


async def test_nobody_but_the_named_role_executes_a_security_definer_function(world: World) -> None:
    """EXECUTE is revoked from PUBLIC, and each function has one grantee besides its owner."""
    async with world.system() as work:
        rows = (
            await work.session.execute(
                text(
                    "select p.proname, a.grantee = 0 as public, a.grantee::regrole::text as role, a.privilege_type"
                    " from pg_proc p join pg_namespace n on n.oid = p.pronamespace,"
                    " aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
                    " where p.prosecdef and n.nspname in ('public', 'guard') and a.grantee <> p.proowner"
                )
            )
        ).all()
    assert not [r.proname for r in rows if r.public]
    grantees = {r.proname: r.role.removeprefix("zhunsheng_test_") for r in rows}
    assert len(grantees) == len(rows)
    assert set(grantees) == DEFINERS - {"verified"}, "the definer itself calls verified"
    assert {name for name, role in grantees.items() if role != "app"} == {"install_key", "settings_changed"}


async def test_every_table_has_for_each_privilege_one_policy_and_the_other_way_round(world: World) -> None:
    """A privilege without a policy is dead, a policy without its privilege is a right that nobody meant to give."""
    async with world.system() as work:
        granted = await work.session.execute(
            text(
                "select n.nspname || '.' || c.relname, lower(a.privilege_type), a.grantee::regrole::text"
                " from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a"
                " where n.nspname in ('public', 'guard') and c.relkind = 'r' and a.grantee <> c.relowner"
            )
        )
        ruled = await work.session.execute(
            text("select schemaname || '.' || tablename, lower(cmd), unnest(roles)::text from pg_policies")
        )
        rights, policies = [tuple(r) for r in granted], [tuple(r) for r in ruled]
        present = await work.session.scalars(
            text("select tablename::text from pg_tables where schemaname in ('public', 'guard')")
        )
        tables = set(present)
    assert sorted(rights) == sorted(policies)
    assert len(set(policies)) == len(policies)
    for part in ("clues", "decisions", "deadlines", "escalation", "instruments", "matters"):
        importlib.import_module(f"supervision.{part}.models")
    secured = {name.split(".")[1] for name, _, _ in policies}
    assert secured == tables - OUTSIDE
    assert set(Base.metadata.tables) == secured - {"tenancy_key"}
    assert not [p for p in policies if p[0] in ("public.web_session", "public.login_attempt") and "definer" not in p[2]]


async def test_no_key_crosses_the_city(world: World) -> None:
    """Every foreign key and unique key of a city table carries city_id, so that a city can be a shard."""
    async with world.system() as work:
        rows = await work.session.execute(
            text(
                "select c.conrelid::regclass::text, c.conname from pg_constraint c"
                " where c.contype in ('f', 'p', 'u') and c.connamespace = 'public'::regnamespace"
                " and exists (select 1 from pg_attribute a where a.attrelid = c.conrelid and a.attname = 'city_id')"
                " and not exists (select 1 from pg_attribute a where a.attrelid = c.conrelid and a.attname = 'city_id'"
                "                 and a.attnum = any(c.conkey))"
            )
        )
        assert rows.all() == []


def _entry(city_id: UUID, organ_id: UUID) -> AuditEntry:
    return AuditEntry(
        city_id=city_id, id=new_id(), organ_id=organ_id, at=None, actor_name="试", action="test", title="试",
        subject_kind="test", result="done", detail={},
    )  # fmt: skip


@pytest.mark.parametrize("spoil", ["", "mac", "expiry", "organ", "missing"])
async def test_a_forged_tenancy_sees_nothing(world: World, spoil: str) -> None:
    organ = await world.organ("建安区司法局")
    other = await world.organ("禹州市司法局")
    signed = world.database.signer.sign(world.city_id, organ)
    city, _, expiry, mac = signed.split("|")
    values = {
        "": signed,
        "mac": f"{city}|{organ}|{expiry}|{mac[:-1]}{'0' if mac[-1] != '0' else '1'}",
        "expiry": world.database.signer.sign(world.city_id, organ, now=time.time() - 3600),
        "organ": f"{city}|{other}|{expiry}|{mac}",
        "missing": "",
    }
    async with world.database.engine.connect() as connection:
        await connection.execute(text("select set_config('zs.tenancy', :t, true)"), {"t": values[spoil]})
        seen = await connection.scalar(text("select count(*) from account"))
        organs = await connection.scalar(text("select count(*) from organ"))
    assert (seen > 0, organs > 0) == (spoil == "", spoil == "")


async def test_a_key_of_another_installation_opens_nothing(world: World) -> None:
    organ = await world.organ("建安区司法局")
    foreign = TenancySigner(b"x" * 32).sign(world.city_id, organ)
    async with world.database.engine.connect() as connection:
        await connection.execute(text("select set_config('zs.tenancy', :t, true)"), {"t": foreign})
        assert await connection.scalar(text("select count(*) from account")) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "select * from guard.tenancy_key",
        "select guard.verified()",
        "select guard.install_key('', '')",
        "select * from web_session",
        "select * from login_attempt",
        "delete from login_attempt",
        "update audit_entry set title = ''",
        "delete from audit_entry",
        "delete from matter",
        "truncate audit_entry",
        "set role zhunsheng_test_owner",
        "set role zhunsheng_test_definer",
        "alter table account disable row level security",
        "drop policy account_select on account",
        "create function guard.tenant() returns uuid language sql as 'select null::uuid'",
    ],
)
async def test_the_application_cannot(world: World, statement: str) -> None:
    with pytest.raises(ProgrammingError):
        async with world.work("建安区司法局") as work:
            await work.session.execute(text(statement))


async def test_nobody_writes_into_another_tenant(world: World) -> None:
    other = await world.organ("禹州市司法局")

    async def write() -> None:
        async with world.work("建安区司法局") as work:
            entry = _entry(work.city_id, other)
            entry.at = work.now
            work.session.add(entry)

    with pytest.raises(DBAPIError, match="row-level security"):
        await write()


async def test_acting_as_another_organ_is_undone_at_its_end(world: World) -> None:
    other = await world.organ("禹州市司法局")
    async with world.work("建安区司法局") as work:
        here = work.organ_id
        async with work.acting_as(other):
            work.record("test", "test", None, title="试")
        work.record("test", "test", None, title="试")
        await work.session.flush()
        assert await work.session.scalar(text("select guard.tenant()")) == here
        mine = await work.session.scalar(text("select count(*) from audit_entry where action = 'test'"))
    async with open_work(world.database, city_id=world.city_id, organ_id=other) as work:
        theirs = await work.session.scalar(text("select count(*) from audit_entry where action = 'test'"))
    assert (mine, theirs) == (1, 1)


async def test_the_connection_forgets_the_tenancy(world: World) -> None:
    async with world.work("建安区司法局") as work:
        assert await work.session.scalar(text("select count(*) from account"))
    async with world.database.engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from account")) == 0
