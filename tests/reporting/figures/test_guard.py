"""The database itself keeps figures: who reads them, and that the application cannot write them; sources renewed."""

from __future__ import annotations

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from migrations import figures as made
from migrations.rls import roles
from reporting.figures import repository
from reporting.figures import service as figures
from reporting.figures.periods import parse
from reporting.figures.sources import SOURCES
from tests import stories
from tests.databases import Backend
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

YEAR = repository.Asked(["matters.opened"], [], 202601, 202612)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into figure_delta (city_id, organ_id, indicator, slice, month, amount)"
        " select city_id, id, 'matters.opened', '', 202610, 1 from organ limit 1",
        "update figure_counter set amount = 0",
        "delete from figure_delta",
        "delete from figure_link",
        "insert into figure_scope select city_id, id, id from organ limit 1",
        "truncate figure_counter",
    ],
)
async def test_the_application_writes_no_figure(world: World, statement: str) -> None:
    with pytest.raises(ProgrammingError):
        async with world.work(BODY) as work:
            await work.session.execute(text(statement))


async def test_a_tenant_reads_figures_of_its_own_tree_and_line_alone(world: World) -> None:
    await stories.open_matter(world)
    body, county = await world.organ(BODY), await world.organ(GOVERNMENT)
    for _ in range(2):
        for reader in ("禹州市司法局", SUPERVISED, "尚集镇政府", "市水利局"):
            async with world.work(reader) as work:
                for organ in (body, county):
                    assert await repository.totals(work, organ, "tree", YEAR) == {}, reader
                    assert await repository.monthly(work, organ, "tree", YEAR) == {}, reader
                level = await repository.level(work, [body, county], "tree", "matters.opened", (202601, 202612))
                assert level == {}, reader
                others = "select count(*) from figure_delta where indicator = 'matters.opened'"
                assert await work.session.scalar(text(others)) == 0
        for reader in (BODY, GOVERNMENT, "许昌市政府", "市司法局"):
            async with world.work(reader) as work:
                assert await repository.totals(work, body, "own", YEAR) == {
                    ("matters.opened", "verification_urging"): 1
                }
                assert await repository.monthly(work, body, "own", YEAR) == {
                    ("matters.opened", "verification_urging", 202610): 1
                }
        async with world.system() as work:
            await figures.fold(work)


async def test_only_the_system_folds_counts_and_changes_the_tree(world: World) -> None:
    await stories.open_matter(world)
    async with world.work(BODY) as work:
        assert await repository.fold(work, 100) == 0
        assert await repository.relink(work, [], []) == 0
        assert await repository.repair(work, []) == 0
        assert await work.session.scalar(text("select count(*) from guard.figure_matter_facts()")) == 0
        assert await work.session.scalar(text("select count(*) from guard.figure_kept()")) == 0
    async with world.system() as work:
        assert await repository.links(work)
        assert await repository.fold(work, 100) > 0


def test_a_changed_rule_takes_away_what_the_old_one_counted(backend: Backend) -> None:
    """A migration that renews a source leaves the figures of the new rule, of old rows and new."""
    rule = made.facts_of("enforcement_body")
    counted = text("select coalesce(sum(amount), 0) from figure_delta where indicator = 'bodies.present'")
    with backend.clone() as url:
        engine = create_engine(make_url(backend.admin_url).set(database=make_url(url).database))
        with engine.begin() as connection:
            connection.execute(
                text(
                    "insert into enforcement_body (city_id, organ_id, id, kind, name, authority, scope, valid_from)"
                    " select city_id, id, id, 'organ', name, '法律', '全部', '2026-03-04' from organ limit 3"
                )
            )
            assert connection.scalar(counted) == 3
            connection.execute(text(f"set local role {roles().owner}"))
            with Operations.context(MigrationContext.configure(connection)):
                made.renew("enforcement_body", rule)
            connection.execute(text("reset role"))
            assert connection.scalar(counted) == 3
            connection.execute(text("delete from enforcement_body"))
            assert connection.scalar(counted) == 0
        engine.dispose()


def test_counting_afresh_throws_away_every_family_of_a_source_and_no_other(backend: Backend) -> None:
    """What was counted wrongly goes with what was counted rightly; then each record counts once."""
    counted = text("select indicator, sum(amount)::int from figure_delta group by 1 having sum(amount) <> 0 order by 1")
    with backend.clone() as url:
        engine = create_engine(make_url(backend.admin_url).set(database=make_url(url).database))
        with engine.begin() as connection:
            connection.execute(
                text(
                    "insert into enforcement_record (city_id, organ_id, id, kind, source, external_id, version,"
                    " taken_at, acted_on, quality, detail, decided_on, filed_on, penalty_kinds)"
                    " select city_id, id, id, 'penalty', 'own_system', '1', 1, now(), '2026-03-04', '{}', '{}',"
                    " '2026-03-04', '2026-03-04', '{fine}' from organ limit 3"
                )
            )
            connection.execute(
                text(
                    "insert into figure_delta (city_id, organ_id, indicator, slice, month, amount)"
                    " select city_id, id, i.code, '', 202603, 7 from (select * from organ limit 1) as o,"
                    " unnest(array['penalties.filed', 'levies.money', 'matters.opened']) as i(code)"
                )
            )
            connection.execute(text(f"set local role {roles().owner}"))
            with Operations.context(MigrationContext.configure(connection)):
                made.afresh("enforcement_record", "penalties.", "levies.")
            connection.execute(text("reset role"))
            found = [tuple(row) for row in connection.execute(counted)]
            assert found == [("matters.opened", 7), ("penalties.decided", 3), ("penalties.filed", 3)]
        engine.dispose()


async def test_every_source_is_counted_by_triggers(world: World) -> None:
    async with world.system() as work:
        found = await work.session.execute(
            text(
                "select c.relname, count(*) as number from pg_trigger t join pg_class c on c.oid = t.tgrelid"
                " where t.tgname like 'figure_%' and not t.tgisinternal group by 1"
            )
        )
        assert {row.relname: row.number for row in found} == dict.fromkeys(SOURCES, 3)


async def test_a_figure_is_exact_in_the_transaction_that_writes_it(world: World) -> None:
    county = await world.organ(GOVERNMENT)
    matter = await stories.propose_matter(world)
    posts = await stories.handler_posts(world)
    async with world.work(BODY, "supervision_leader") as work:
        from supervision.matters import service as matters

        await matters.approve_opening(work, matter.id, post_ids=posts)
        await work.session.flush()
        found = await figures.values(work, county, parse("2026-10"), ["matters.opened"], reach="tree")
        assert found == {"matters.opened": 1}
