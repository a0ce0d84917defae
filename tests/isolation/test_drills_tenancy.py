"""Drills D21-D28 of the record: the ways to another tenancy, and to the data beside the tables."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from kernel.tenancy import VISITOR, TenancySigner
from tests.isolation import gate
from tests.isolation.plain import COUNT, DENIED, HERE, THERE, signed, tenancy
from tests.world import World


@pytest.mark.parametrize("part", ["city", "organ", "expiry", "mac"])
async def test_d21_a_forged_tenancy_shows_nothing(world: World, matter_id: UUID, part: str) -> None:
    """A tenancy of THERE with one part replaced by that of HERE, or by a neighbour of itself."""
    parts = (await signed(world, THERE)).split("|")
    replaced = {
        "city": (0, str(uuid4())),
        "organ": (1, str(await world.organ(HERE))),
        "expiry": (2, str(int(parts[2]) + 1)),
        "mac": (3, parts[3][:-1] + ("0" if parts[3][-1] != "0" else "1")),
    }
    place, value = replaced[part]
    parts[place] = value
    async with tenancy(world, "|".join(parts)) as connection:
        assert await connection.scalar(text("select guard.tenant()")) is None
        assert await connection.scalar(text(COUNT)) == 0
        assert await connection.scalar(text("select count(*) from organ")) == 0


async def test_d22_an_expired_tenancy_shows_nothing_even_in_the_middle_of_a_transaction(
    world: World, matter_id: UUID
) -> None:
    here = await world.organ(HERE)
    old = world.database.signer.sign(world.city_id, here, now=time.time() - 901)
    async with tenancy(world, old) as connection:
        assert await connection.scalar(text(COUNT)) == 0
    short = world.database.signer.sign(world.city_id, here, now=time.time() - 896)
    async with tenancy(world, short) as connection:
        assert await connection.scalar(text(COUNT)) == 1
        while await connection.scalar(text("select guard.tenant()")) is not None:
            await asyncio.sleep(0.1)
        assert await connection.scalar(text(COUNT)) == 0


async def test_d23_a_key_of_another_installation_opens_nothing(world: World, matter_id: UUID) -> None:
    foreign = TenancySigner(b"x" * 32).sign(world.city_id, await world.organ(HERE))
    async with tenancy(world, foreign) as connection:
        assert await connection.scalar(text(COUNT)) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "select * from guard.tenancy_key",
        "copy guard.tenancy_key to stdout",
        "select guard.verified()",
        "select guard.install_key('', '')",
        "update guard.tenancy_key set inner_pad = ''",
        "select 1 from pg_proc where length((select inner_pad from guard.tenancy_key)::text) > 0",
        "create or replace function guard.tenant() returns uuid language sql as 'select null::uuid'",
        "alter function guard.tenant() reset search_path",
    ],
)
async def test_d24_the_key_and_the_guard_are_out_of_reach(world: World, statement: str) -> None:
    async with tenancy(world, await signed(world, HERE)) as connection:
        with pytest.raises(DBAPIError, match=DENIED):
            await connection.execute(text(statement))


@pytest.mark.parametrize("role", ["owner", "definer"])
async def test_d25_the_application_cannot_become_another_role(world: World, role: str) -> None:
    for statement in (
        f"set role {getattr(gate.roles(), role)}",
        f"set session authorization {getattr(gate.roles(), role)}",
    ):
        async with tenancy(world, await signed(world, HERE)) as connection:
            with pytest.raises(ProgrammingError):
                await connection.execute(text(statement))


async def test_d26_objects_in_the_temporary_schema_do_not_reach_into_the_guard(world: World, matter_id: UUID) -> None:
    """A temporary table or function of the same name is looked up by nothing that runs with more rights."""
    async with tenancy(world, await signed(world, THERE)) as connection:
        there = await world.organ(THERE)
        for statement in (
            "create temp table tenancy_key (id int, inner_pad bytea, outer_pad bytea)",
            "insert into tenancy_key values (1, repeat('6', 64)::bytea, repeat('5', 64)::bytea)",
            "create temp table scope (city_id uuid, viewer_id uuid, organ_id uuid)",
            f"insert into scope select '{world.city_id}', '{there}', id from public.organ",
            "create function pg_temp.sha256(bytea) returns bytea language sql as 'select $1'",
            "create function pg_temp.clock_timestamp() returns timestamptz language sql as 'select now()'",
            "set local search_path = pg_temp, guard, public",
        ):
            await connection.execute(text(statement))
        assert await connection.scalar(text("select count(*) from public.matter")) == 0
        assert await connection.scalar(text("select guard.tenant()")) == there
        found = await connection.execute(text("select id from guard.search_matters($$'扣押'$$, 10)"))
        assert found.all() == []


@pytest.mark.parametrize(
    "statement",
    [
        "truncate matter cascade",
        "delete from matter",
        "update audit_entry set title = ''",
        "delete from audit_entry",
        "alter table matter disable row level security",
        "drop policy matter_select on matter",
        "create policy mine on matter for select using (true)",
        "create trigger t after insert on matter execute function guard.ring()",
        "create rule r as on insert to matter do also notify x",
        "comment on table matter is 'x'",
        "analyze (verbose) guard.tenancy_key",
    ],
)
async def test_d27_what_acts_on_whole_tables_is_refused(world: World, matter_id: UUID, statement: str) -> None:
    """TRUNCATE and DDL know no policies, so the application has no right to them."""
    async with tenancy(world, await signed(world, THERE)) as connection:
        if statement.startswith("analyze"):
            await connection.execute(text(statement))
            found = await connection.execute(text("select 1 from pg_stats where tablename = 'tenancy_key'"))
            assert found.all() == []
            return
        with pytest.raises(ProgrammingError, match=DENIED):
            await connection.execute(text(statement))


async def test_d28_statistics_plans_and_copies_tell_nothing_of_foreign_rows(world: World, matter_id: UUID) -> None:
    """pg_stats hides guarded tables, and what EXPLAIN ANALYZE counts are rows that passed the policy."""
    async with tenancy(world, await signed(world, THERE)) as connection:
        hidden = await connection.scalars(
            text("select tablename from pg_stats where tablename in ('matter', 'account')")
        )
        assert hidden.all() == []
        with pytest.raises(ProgrammingError):
            async with connection.begin_nested():
                await connection.execute(text("select * from pg_statistic limit 1"))
        plan = await connection.scalars(text("explain (analyze, buffers off, timing off) select title from matter"))
        shown = "\n".join(plan.all())
        assert "rows=0" in shown.splitlines()[0].split("actual", 1)[1].replace("rows=0.00", "rows=0"), shown
        visitor = world.database.signer.sign(world.city_id, VISITOR)
        await connection.execute(text("select set_config('zs.tenancy', :t, true)"), {"t": visitor})
        assert await connection.scalar(text(COUNT)) == 0
