"""What a process keeps in memory is what it would read: the directory between its turning days, changed settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import event, update

from kernel.ids import new_id
from kernel.work import Work
from tenants.organs import changes, repository
from tenants.organs.directory import Directory, directory, directory_on
from tenants.organs.models import SettingOverride
from tenants.organs.overrides import overrides
from tests.world import World

TODAY = date(2026, 10, 9)
BOOK, ENTRY = "xuchang-2024-draft", "instrument.answer.urging_letter"


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """What is sent to the database meanwhile, without what every transaction begins with."""
    said: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if "set_config" not in statement:
            said.append(statement)

    engine = world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_kept_directory_is_the_one_that_the_day_would_give(world: World) -> None:
    """On each side of every day on which something begins or ends, and on the days between."""
    sports, teaching, city, lake = [
        await world.organ(name) for name in ("市体育局", "市教育局", "许昌市政府", "建安区水利局")
    ]
    water = await world.organ("市水利局")
    async with world.system() as work:
        await changes.abolish(work, sports, TODAY + timedelta(4), teaching)
        await changes.abolish(work, lake, TODAY + timedelta(6), await world.organ("建安区农业农村局"))
        assert (await directory(work)).relation(water, lake) is not None
    async with world.system() as work:
        organs, explicit = await repository.all_organs(work), await repository.all_relations(work)
        for offset in (0, 1, 3, 4, 5, 6, 2, 7, -1, 400):
            on = TODAY + timedelta(offset)
            kept, fresh = await directory_on(work, on), Directory(organs, explicit, on)
            assert kept.on == on
            assert kept.supervision.relations == fresh.supervision.relations
            assert [o.id for o in kept.children(city)] == [o.id for o in fresh.children(city)]
            assert (sports in {o.id for o in kept.search("体育局")}) == (offset < 4)
            assert (kept.relation(water, lake) is not None) == (offset < 6)


async def test_a_new_day_costs_no_reading(world: World) -> None:
    async with world.system() as work:
        present = await directory(work)
        with statements(world) as said:
            later = await directory_on(work, TODAY + timedelta(1))
    assert said == []
    assert (later.on, later.organs) == (TODAY + timedelta(1), present.organs)


def override(work: Work, amount: int, valid_from: date = date(2026, 1, 1)) -> SettingOverride:
    return SettingOverride(
        id=new_id(), city_id=work.city_id, organ_id=work.organ_id, rulebook_key=BOOK, entry=ENTRY, amount=amount,
        unit="working_day", valid_from=valid_from,
    )  # fmt: skip


async def test_changed_settings_are_read_once_a_version_and_seen_by_the_next_transaction(world: World) -> None:
    async with world.work("建安区司法局") as work:
        assert await overrides(work, BOOK) == {}
    async with world.work("市司法局") as work:
        with statements(world) as said:
            assert await overrides(work, BOOK) == {}
        assert said == [], "kept for the whole city"
    async with world.work("建安区司法局") as work:
        work.session.add(override(work, 15))
        assert await overrides(work, BOOK) == {ENTRY: (15, "working_day")}, "its own change"
        async with world.work("建安区司法局") as other:
            assert await overrides(other, BOOK) == {}, "not committed yet"
    async with world.work("建安区司法局") as work:
        assert await overrides(work, BOOK) == {ENTRY: (15, "working_day")}
        # Past the ORM, as another program would.
        await work.session.execute(update(SettingOverride).values(amount=12))
    async with world.work("建安区司法局") as work:
        assert await overrides(work, BOOK) == {ENTRY: (12, "working_day")}
        assert await overrides(work, "another") == {}
    async with world.work("市司法局") as work:
        assert await overrides(work, BOOK) == {}, "another organ's"


async def test_a_setting_holds_from_its_day(world: World) -> None:
    async with world.work("建安区司法局") as work:
        work.session.add(override(work, 15, TODAY + timedelta(1)))
    async with world.work("建安区司法局") as work:
        assert await overrides(work, BOOK) == {}
    await world.set_clock("2026-10-10 09:00")
    async with world.work("建安区司法局") as work:
        assert await overrides(work, BOOK) == {ENTRY: (15, "working_day")}
