"""The 28 drills of the record: every known way round row-level security, tried, and closed.

D01-D14 leak in PostgreSQL unless something is done, D15-D20 are closed by PostgreSQL itself; D21-D28 are in
`test_drills_tenancy`. Each test is named after its drill; docs/isolation.md lists them.
Where a drill needs a wrong schema, it is made in a clone, shown to leak, and shown to be caught by the gate.
"""

from __future__ import annotations

import time
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from kernel.db import engine_for
from kernel.ids import new_id
from kernel.work import open_work
from tests import stories
from tests.isolation import gate
from tests.isolation.plain import COUNT, HERE, THERE, signed, tenancy
from tests.world import World


@pytest.fixture
def broken(catalogue: Connection) -> Connection:
    """The superuser's connection to a clone with one row in it, for making a schema wrong and looking as others."""
    city, organ = catalogue.execute(text("select city_id, id from organ where short_name = :n"), {"n": HERE}).one()
    catalogue.execute(
        text("insert into notice (city_id, id, organ_id, roles, kind, title, link, at, read_by)"
             " values (:c, gen_random_uuid(), :o, '{}', 'reminder', '甲', '/', now(), '{}')"),
        {"c": city, "o": organ},
    )  # fmt: skip
    return catalogue


def seen_by(connection: Connection, role: str, query: str = "select count(*) from notice") -> int:
    """What a role sees without a tenancy."""
    connection.execute(text(f"set local role {role}"))
    try:
        return int(connection.scalar(text(query)) or 0)
    finally:
        connection.execute(text("reset role"))


def leaks(connection: Connection, query: str) -> bool:
    return seen_by(connection, gate.roles().app, query) > 0


# D01-D14: what leaks unless something is done.


def test_d01_the_owner_of_the_tables_is_bound_too_because_row_security_is_forced(broken: Connection) -> None:
    owner = gate.roles().owner
    assert seen_by(broken, owner) == 0
    broken.execute(text("alter table notice no force row level security"))
    assert seen_by(broken, owner) == 1
    assert gate.every_table_forces_row_security(broken)


async def test_d02_the_application_is_no_superuser_and_cannot_bypass(world: World, matter_id: UUID) -> None:
    async with tenancy(world, None) as connection:
        found = await connection.execute(
            text("select rolsuper, rolbypassrls, rolreplication from pg_roles where rolname = current_user")
        )
        assert tuple(found.one()) == (False, False, False)
        with pytest.raises(ProgrammingError):
            await connection.execute(text(f"alter role {gate.roles().app} bypassrls"))


def test_d03_an_ordinary_view_leaks_and_the_gate_refuses_it(broken: Connection) -> None:
    broken.execute(text("create view v as select * from notice"))
    broken.execute(text(f"grant select on v to {gate.roles().app}"))
    assert leaks(broken, "select count(*) from v")
    assert gate.no_way_around_the_tables(broken)


def test_d04_a_view_made_by_a_superuser_migration_cannot_be_made_by_ours(broken: Connection) -> None:
    """Migrations run as the owner, who is no superuser; its own view sees nothing without a tenancy."""
    owner = gate.roles().owner
    assert broken.scalar(
        text("select not rolsuper and not rolbypassrls from pg_roles where rolname = :r"), {"r": owner}
    )
    broken.execute(text(f"set local role {owner}"))
    broken.execute(text("create view v as select * from notice"))
    broken.execute(text("reset role"))
    broken.execute(text(f"grant select on v to {gate.roles().app}"))
    assert not leaks(broken, "select count(*) from v")
    assert gate.no_way_around_the_tables(broken), "and the gate refuses it all the same"


def test_d05_a_security_definer_function_of_a_superuser_leaks_and_the_gate_refuses_it(broken: Connection) -> None:
    broken.execute(
        text("create function public.f() returns bigint language sql security definer as 'select count(*) from notice'")
    )
    assert leaks(broken, "select public.f()")
    assert gate.definer_functions_are_listed_and_pinned(broken)


def test_d06_a_materialised_view_leaks_and_the_gate_refuses_it(broken: Connection) -> None:
    broken.execute(text("create materialized view m as select * from notice"))
    assert gate.no_way_around_the_tables(broken) == []
    broken.execute(text(f"grant select on m to {gate.roles().app}"))
    assert leaks(broken, "select count(*) from m")
    assert gate.no_way_around_the_tables(broken)


async def test_d07_a_unique_key_tells_nothing_of_another_tenants_row(world: World, matter_id: UUID) -> None:
    """THERE takes the very number that HERE has taken, and hears nothing of it; asking in the name of HERE, it is
    refused before any key is looked at."""
    here, there = await world.organ(HERE), await world.organ(THERE)
    async with world.work(HERE) as work:
        row = (await work.session.execute(text("select series, year from number_series limit 1"))).one()
    statement = text(
        "insert into number_series (city_id, id, organ_id, series, year, last)"
        " values (:city, gen_random_uuid(), :organ, :series, :year, 1)"
    )
    values = {"city": world.city_id, "series": row.series, "year": row.year}
    async with open_work(world.database, city_id=world.city_id, organ_id=there) as work:
        await work.session.execute(statement, {**values, "organ": there})
    for series in (row.series, "never used"):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with open_work(world.database, city_id=world.city_id, organ_id=there) as work:
                await work.session.execute(statement, {**values, "organ": here, "series": series})


async def test_d08_a_foreign_key_cannot_point_at_another_tenants_row(world: World, matter_id: UUID) -> None:
    """The same refusal whether the matter is another tenant's or does not exist at all."""
    there = await world.organ(THERE)
    statement = text(
        "insert into act (city_id, id, organ_id, matter_id, no, name, number, subject, counterpart_name)"
        " values (:city, gen_random_uuid(), :organ, :matter, 1, '甲', '', '', '')"
    )
    said = []
    for target in (matter_id, new_id()):
        with pytest.raises(IntegrityError) as refused:
            async with open_work(world.database, city_id=world.city_id, organ_id=there) as work:
                await work.session.execute(statement, {"city": work.city_id, "organ": there, "matter": target})
        said.append(str(refused.value.orig).replace(str(target), "…"))
    assert said[0] == said[1]


async def test_d08_an_account_cannot_be_opened_for_another_tenants_person(world: World) -> None:
    """Log-in follows the account to every post of its person: an account for a foreign person would be a door."""
    victim = await world.actor(HERE, "supervisor")
    there = await world.organ(THERE)
    statement = text(
        "insert into account (city_id, id, organ_id, person_id, username, password_hash, password_changed_at,"
        " must_change, preferences) values (:city, gen_random_uuid(), :organ, :person, 'm', 'x', now(), false, '{}')"
    )
    with pytest.raises(IntegrityError):
        async with open_work(world.database, city_id=world.city_id, organ_id=there) as work:
            await work.session.execute(statement, {"city": work.city_id, "organ": there, "person": victim.person_id})


async def test_d08_an_answer_cannot_be_planted_on_a_foreign_delivery(world: World) -> None:
    """A reply names its delivery and the issuer that will read it; both must be the writer's own."""
    _, _, letter, delivery = await stories.served_matter(world)
    there = await world.organ(THERE)
    statement = text(
        "insert into objection (city_id, id, organ_id, delivery_id, instrument_id, issuer_id, reason, requested_at,"
        " requested_by_name, state) values (:city, gen_random_uuid(), :organ, :delivery, :letter, :issuer, '甲', now(),"
        " '甲', 'raised')"
    )
    with pytest.raises(IntegrityError):
        async with open_work(world.database, city_id=world.city_id, organ_id=there) as work:
            await work.session.execute(
                statement,
                {"city": work.city_id, "organ": there, "delivery": delivery.id, "letter": letter.id,
                 "issuer": delivery.organ_id},
            )  # fmt: skip


def test_d09_a_partition_child_leaks_and_the_gate_refuses_it(broken: Connection) -> None:
    app = gate.roles().app
    for statement in (
        "create table p (city_id uuid, organ_id uuid) partition by list (organ_id)",
        "create table p_all partition of p default",
        "alter table p enable row level security",
        "alter table p force row level security",
        "insert into p values (gen_random_uuid(), gen_random_uuid())",
        f"create policy p_select on p for select to {app} using (organ_id = (select guard.tenant()))",
        f"grant select on p, p_all to {app}",
    ):
        broken.execute(text(statement))
    assert not leaks(broken, "select count(*) from p")
    assert leaks(broken, "select count(*) from p_all")
    assert gate.no_way_around_the_tables(broken)


def test_d10_a_second_permissive_policy_leaks_and_the_gate_refuses_it(broken: Connection) -> None:
    broken.execute(text(f"create policy more on notice for select to {gate.roles().app} using (true)"))
    assert leaks(broken, "select count(*) from notice")
    assert gate.one_permissive_policy_for_each_right(broken)


def test_d11_a_forgotten_table_is_refused_by_the_gate(broken: Connection) -> None:
    broken.execute(text("create table forgotten as select * from notice"))
    assert not gate.one_permissive_policy_for_each_right(broken), "nobody may read it yet"
    assert gate.every_table_forces_row_security(broken)
    broken.execute(text(f"grant select on forgotten to {gate.roles().app}"))
    assert leaks(broken, "select count(*) from forgotten")


async def test_d12_setting_the_tenancy_oneself_opens_nothing(world: World, matter_id: UUID) -> None:
    """The application's role may write the setting; without the key it cannot write one that is believed."""
    here = await world.organ(HERE)
    later = int(time.time()) + 600
    for value in (
        str(here),
        f"{world.city_id}|{here}",
        f"{world.city_id}|{here}|{later}|",
        f"{world.city_id}|{here}|{later}|{'0' * 64}",
        f"{world.city_id}|{here}|999999999999|{'f' * 64}",
        f"|{here}|{later}|",
    ):
        async with tenancy(world, value) as connection:
            assert await connection.scalar(text(COUNT)) == 0, value


async def test_d13_the_pool_keeps_no_tenancy(world: World, matter_id: UUID) -> None:
    """The setting is local to the transaction; even one that is set for the session is of no use for longer than
    its signature lives, and the product never sets one."""
    engine = engine_for(world.url, pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.execute(
                text("select set_config('zs.tenancy', :t, true)"), {"t": await signed(world, HERE)}
            )
            assert await connection.scalar(text(COUNT)) == 1
            await connection.commit()
            assert await connection.scalar(text(COUNT)) == 0
        async with engine.connect() as connection:
            assert await connection.scalar(text(COUNT)) == 0
    finally:
        await engine.dispose()


async def test_d14_an_insert_for_another_tenant_is_refused(world: World) -> None:
    """WITH CHECK names the tenant and the city on every table; the gate refuses WITH CHECK (true)."""
    here = await world.organ(HERE)
    statement = text(
        "insert into notice (city_id, id, organ_id, roles, kind, title, link, at, read_by)"
        " values (:city, gen_random_uuid(), :organ, '{}', 'reminder', '甲', '/', now(), '{}')"
    )
    for city, organ in ((world.city_id, here), (uuid4(), await world.organ(THERE))):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with world.work(THERE) as work:
                await work.session.execute(statement, {"city": city, "organ": organ})


# D15-D20: what PostgreSQL closes by itself, and must stay closed.


async def test_d15_d16_without_a_tenancy_or_with_an_empty_one_no_table_shows_a_row(world: World) -> None:
    """Every table that the application may read, in one sweep: 0 rows, or an error, never data."""
    await stories.decided_matter(world)
    async with world.system() as work:
        await work.session.execute(
            text("insert into dead_letter (city_id, id, organ_id, outbox_id, job, payload, error, failed_at,"
                 " deliveries) values (:c, gen_random_uuid(), :o, gen_random_uuid(), 'j', '{}', 'e', now(), 1)"),
            {"c": work.city_id, "o": work.organ_id},
        )  # fmt: skip
    async with tenancy(world, await signed(world, HERE)) as connection:
        readable = await connection.scalars(
            text("select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
                 " and has_table_privilege(c.oid, 'select')")
        )  # fmt: skip
        tables = readable.all()
        filled = [t for t in tables if await connection.scalar(text(f'select count(*) from "{t}"'))]
    assert len(tables) > 35
    assert len(filled) > 20, "the sweep would prove nothing over empty tables"
    for value in (None, "", "|||", "x"):
        async with tenancy(world, value) as connection:
            shown = {t: await connection.scalar(text(f'select count(*) from "{t}"')) for t in tables}
        assert {t: n for t, n in shown.items() if n} == {}, value


async def test_d17_switching_row_security_off_is_an_error_not_data(world: World, matter_id: UUID) -> None:
    async with tenancy(world, await signed(world, THERE)) as connection:
        await connection.execute(text("set local row_security = off"))
        with pytest.raises(ProgrammingError, match="row-level security"):
            await connection.scalar(text(COUNT))


async def test_d18_a_cheap_leaky_function_sees_only_rows_that_passed(world: World, matter_id: UUID) -> None:
    """A condition that reports every row it is asked about runs after the policy, however cheap it says it is."""
    async with tenancy(world, await signed(world, THERE)) as connection:
        await connection.execute(
            text("create function pg_temp.peek(text) returns bool language plpgsql cost 0.0000001 as"
                 " $$ begin raise exception 'saw %', $1; end $$")
        )  # fmt: skip
        found = await connection.execute(text("select id from matter where pg_temp.peek(title)"))
        assert found.all() == []
        divided = await connection.execute(text("select id from matter where 1 / (length(title) - length(title)) = 1"))
        assert divided.all() == []


def test_d19_a_view_that_runs_as_its_reader_is_safe_and_allowed(broken: Connection) -> None:
    broken.execute(text("create view v with (security_invoker = true) as select * from notice"))
    assert gate.no_way_around_the_tables(broken) == []
    broken.execute(text(f"grant select on v to {gate.roles().app}"))
    assert not leaks(broken, "select count(*) from v")


async def test_d20_a_row_cannot_be_given_to_or_taken_from_another_tenant(world: World, matter_id: UUID) -> None:
    there = await world.organ(THERE)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with world.work(HERE) as work:
            await work.session.execute(text("update matter set organ_id = :o"), {"o": there})
    with pytest.raises(DBAPIError, match="row-level security"):
        async with world.work(HERE) as work:
            await work.session.execute(text("update matter set city_id = gen_random_uuid()"))
    async with world.work(THERE) as work:
        taken = await work.session.execute(text("update matter set organ_id = :o returning id"), {"o": there})
        assert taken.all() == []
