"""Loading a city into a real database: idempotent, all or nothing, exact."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import pytest
from sqlalchemy import event, func, select

from kernel.models import AuditEntry
from tenants.organs import changes, repository, service
from tenants.organs.dataset import Dataset, read_csv
from tenants.organs.directory import directory
from tenants.organs.errors import DatasetRefused
from tenants.organs.models import Organ, Scope
from tests.world import World

WATER = "xuchang.jianan.water"


@pytest.fixture(scope="module")
def city() -> Dataset:
    return read_csv(resources.files("tenants.organs") / "data" / "xuchang")


async def load(world: World, city: Dataset) -> service.Loaded:
    async with world.system() as work:
        return await service.load(work, city.organs, city.relations)


async def version(world: World) -> int:
    async with world.system() as work:
        return work.versions[repository.VERSION]


def edited(city: Dataset, key: str, **values: object) -> Dataset:
    organs = tuple(replace(o, **values) if o.key == key else o for o in city.organs)  # type: ignore[arg-type]
    return Dataset(organs, city.relations)


async def test_a_second_load_changes_nothing(world: World, city: Dataset) -> None:
    before = await version(world)
    assert await load(world, city) == service.Loaded(0, 0, 0, 0)
    assert await version(world) == before


async def test_a_changed_row_changes_exactly_itself(world: World, city: Dataset) -> None:
    async with world.system() as work:
        rows = {o.key: (o.id, o.letters, o.name) for o in await repository.all_organs(work)}
    before = await version(world)
    assert await load(world, edited(city, WATER, letters="建水")) == service.Loaded(0, 1, 0, 0)
    assert await version(world) == before + 1
    async with world.system() as work:
        after = {o.key: (o.id, o.letters, o.name) for o in await repository.all_organs(work)}
    assert {key for key in after if after[key] != rows[key]} == {WATER}
    assert after[WATER] == (rows[WATER][0], "建水", rows[WATER][2])


async def test_a_changed_relation_changes_exactly_itself(world: World, city: Dataset) -> None:
    again = Dataset(city.organs, tuple(replace(r, note="依据文件待核") for r in city.relations))
    assert await load(world, again) == service.Loaded(0, 0, len(city.relations), 0)
    assert await load(world, again) == service.Loaded(0, 0, 0, 0)


async def test_a_bad_data_set_stores_nothing_and_names_every_cell(world: World, city: Dataset) -> None:
    bad = edited(edited(edited(city, WATER, parent_key="nobody"), "xuchang.water", letters="新"), "xuchang", level="x")
    before = await version(world)
    with pytest.raises(DatasetRefused) as refused:
        await load(world, bad)
    named = {e.field: e.message for e in refused.value.errors}
    row = next(o.row for o in city.organs if o.key == WATER)
    assert "没有标识为“nobody”的单位" in named[f"organs.csv:{row}:parent_key"]
    assert refused.value.message == f"单位数据有 {len(named)} 处需要修改，没有导入任何内容。"
    assert await version(world) == before
    async with world.system() as work:
        assert await work.session.scalar(select(Organ.letters).where(Organ.key == "xuchang.water")) != "新"


async def test_rows_may_stand_in_any_order(world: World, city: Dataset) -> None:
    """New organs whose parents and successors come later in the file."""
    water = next(o for o in city.organs if o.key == WATER)
    body = replace(
        water, key=f"{WATER}.new.team", parent_key=f"{WATER}.new", name="某新设水政监察队", short_name="某水政队",
        kind="subordinate_body", leadership="department",
    )  # fmt: skip
    parent = replace(water, key=f"{WATER}.new", name="某新设水务局", short_name="某水务局")
    done = await load(world, Dataset((body, parent, *city.organs), city.relations))
    assert done.added == 2
    async with world.system() as work:
        tree = await directory(work)
    (team,) = [o for o in tree.organs.values() if o.key == body.key]
    assert tree.path(team.id)[-2].key == parent.key


async def test_an_older_data_set_does_not_undo_what_was_recorded(world: World, city: Dataset) -> None:
    renamed, ended, heir = [await world.organ(n) for n in ("市水利局", "市体育局", "市教育局")]
    async with world.system() as work:
        await changes.rename(work, renamed, "许昌市水务局", "市水务局", work.today)
        await changes.abolish(work, ended, work.today, heir)
    assert (await load(world, city)).changed == 0
    async with world.system() as work:
        tree = await directory(work)
        assert tree.name(renamed) == "许昌市水务局"
        assert tree.get(ended).successor_id == heir


async def test_a_load_is_audited_with_what_it_did(world: World, city: Dataset) -> None:
    await load(world, edited(city, WATER, letters="建水"))
    async with world.system() as work:
        query = select(AuditEntry).where(AuditEntry.action == "load_organs").order_by(AuditEntry.seq.desc()).limit(1)
        entry = (await work.session.scalars(query)).one()
    assert (entry.title, entry.article) == ("导入单位数据：新增 0 个，变更 1 个", "2")


async def test_rebuilding_writes_only_the_difference(world: World) -> None:
    """The whole city costs a handful of statements, and nothing at all when nothing changed."""
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        statements.append(statement.split(maxsplit=1)[0].lower())

    engine = world.database.engine.sync_engine
    async with world.system() as work:
        pairs = await work.session.scalar(select(func.count()).select_from(Scope)) or 0
        gone = (await work.session.scalars(select(Scope).where(Scope.viewer_id != Scope.organ_id).limit(40))).all()
        for row in gone:
            await work.session.delete(row)
        await work.session.flush()
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert await service.rebuild_scope(work) == len(gone)
            assert len(statements) <= 4, statements
            statements.clear()
            assert await service.rebuild_scope(work) == 0
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert set(statements) == {"select"}
        assert await work.session.scalar(select(func.count()).select_from(Scope)) == pairs
