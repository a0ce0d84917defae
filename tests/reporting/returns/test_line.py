"""Returns along business lines (Art. 2(2)): sums against an oracle over the bare rows, by the dated tree; who reads
what; what is kept, and what has changed since."""

from __future__ import annotations

import json
import random
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select, text

from kernel.errors import Denied, Invalid, NotFound
from kernel.work import Work
from reporting.figures import service as figures
from reporting.figures.rules import directly_below
from reporting.returns import repository, service
from reporting.returns.models import ReturnVersion, StatisticalReturn
from tenants.organs import changes
from tests.databases import Backend
from tests.reporting.figures.test_counters import superuser
from tests.reporting.returns import stories
from tests.reporting.returns.stories import COUNTY, PERIOD, QUARTER
from tests.world import World

CITY_WATER, WATER, OTHER_WATER = "市水利局", "建安区水利局", "禹州市水利局"
OTHER_LINE = "市教育局"
CODES = ("S7_daily", "S7_special")


async def accepted(world: World, organ: str, body: str = COUNTY, **special: str) -> StatisticalReturn:
    """A return of the quarter that the organ handed in and its justice department accepted."""
    head = await stories.submitted(world, organ, **special)
    return await stories.accept(world, head.id, body)


async def linked(world: World) -> None:
    """What the job does: the dated tree follows the organs."""
    async with world.system() as work:
        await figures.fold(work)


async def totals(world: World, organ: str, role: str = "supervisor") -> dict[str, str]:
    async with world.work(organ, role) as work:
        view = await service.line(work, QUARTER, PERIOD)
    return {c.code: c.total for s in view.sections for c in s.cells}


def test_the_level_below_has_everything_below_it_once_in_each_branch() -> None:
    pairs = [("a", "b"), ("a", "c"), ("a", "d"), ("a", "e"), ("b", "d"), ("c", "d"), ("c", "e"), ("x", "d")]
    assert directly_below(pairs, "a") == {"b": {"d"}, "c": {"d", "e"}}
    assert directly_below([*pairs, ("d", "a"), ("b", "b")], "a") == {"b": {"d"}, "c": {"d", "e"}}
    assert directly_below(pairs, "e") == {}


async def water(world: World) -> dict[str, UUID]:
    """The city's water department and those of its line, by short name."""
    tree = await world.directory()
    top = await world.organ(CITY_WATER)
    async with world.work(CITY_WATER) as work:
        below = await service.line(work, QUARTER, PERIOD)
    return {CITY_WATER: top} | {tree.short(row.organ_id): row.organ_id for row in below.rows}


async def put(world: World, organ_id: UUID, chance: random.Random, period: str = PERIOD) -> None:
    """A return of an organ as a random history leaves it: some versions, one of them in force or none."""
    numbers = chance.randrange(4)
    accepted = chance.randrange(numbers + 1)
    tree = await world.directory()
    async with world.system() as work, work.acting_as(organ_id):
        made = await repository.add_head(
            work, form_key=QUARTER, form_version="2024.1", period=period, organ_name=tree.name(organ_id),
            organ_class="department", receiver_id=await world.organ(COUNTY), readers=[], due_on=date(2026, 10, 20),
            provisional=False, state="accepted" if accepted else "submitted" if numbers else "filled",
        )  # fmt: skip
        if made is None:
            return
        head = await repository.get(work, made)
        assert head is not None
        head.version, head.accepted_version = numbers, accepted
        for number in range(1, numbers + 1):
            work.session.add(_version(work, head, number, chance))
        await work.session.flush()


def _version(work: Work, head: StatisticalReturn, number: int, chance: random.Random) -> ReturnVersion:
    cells = {code: chance.choice([{"s": "number", "v": chance.randrange(50)}, {"s": "none"}]) for code in CODES}
    return ReturnVersion(
        city_id=work.city_id, organ_id=head.organ_id, return_id=head.id, number=number, readers=[], cells=cells,
        notes={}, parts=None, missing=[], totals=dict.fromkeys(CODES, 1_000), digest=f"{head.id}/{number}",
        submitted_at=work.now, submitted_by_name="", approved_by_name="", late=False, outcome="accepted",
        cell_reasons={},
    )  # fmt: skip


async def oracle(world: World, organ_id: UUID) -> tuple[dict[str, int | None], set[UUID]]:
    """The sums of a line from the bare rows, asking nothing of the product but the dated links; who is in them."""
    found: dict[str, list[int]] = {code: [] for code in CODES}
    counted: set[UUID] = set()
    async with world.system() as work:
        links = await work.session.execute(
            text("select reach, ancestor_id, organ_id, from_month, until_month from figure_link")
        )
        inside = {organ_id} | {
            organ for reach, ancestor, organ, since, until in links
            if reach == "line" and ancestor == organ_id and since <= 202609 < until
        }  # fmt: skip
        for organ in inside:
            async with work.acting_as(organ):
                for head in await work.session.scalars(
                    select(StatisticalReturn).where(StatisticalReturn.organ_id == organ)
                ):
                    version = await repository.version(work, head.id, head.accepted_version)
                    if head.period != PERIOD or version is None:
                        continue
                    counted.add(organ)
                    for code in CODES:
                        if version.cells[code]["s"] == "number":
                            found[code].append(version.cells[code]["v"])
    return {code: sum(values) if values else None for code, values in found.items()}, counted - {organ_id}


async def read(world: World) -> tuple[dict[str, int | None], set[UUID]]:
    async with world.work(CITY_WATER, "supervisor") as work:
        found = await service.line_roll_up(work, QUARTER, PERIOD)
    return ({c.code: c.total for c in found.cells if c.code in CODES},
            {p.organ_id for p in found.cells[0].parts})  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
async def test_the_sums_of_a_line_equal_the_bare_rows_through_moves_and_mergers(world: World, seed: int) -> None:
    await linked(world)
    chance = random.Random(seed)
    organs = await water(world)
    names = [name for name in organs if name != CITY_WATER]
    assert len(names) >= 4
    for organ_id in organs.values():
        await put(world, organ_id, chance)
        await put(world, organ_id, chance, "2026Q2")
    assert await read(world) == await oracle(world, organs[CITY_WATER])
    gone, heir = chance.sample(names, 2)
    # Before the period's end its heir reports for it; after it, it counts itself, though it is no more.
    on = chance.choice([date(2026, 8, 3), date(2026, 10, 5)])
    async with world.system() as work:
        await changes.merge(work, [organs[gone]], organs[heir], on)
    await linked(world)
    world.forget()
    found, counted = await read(world)
    assert (found, counted) == await oracle(world, organs[CITY_WATER])
    for organ_id in organs.values():
        await corrected(world, organ_id, chance)
    found, counted = await read(world)
    assert (found, counted) == await oracle(world, organs[CITY_WATER])
    assert counted


async def corrected(world: World, organ_id: UUID, chance: random.Random) -> None:
    """Another version of the organ's return is in force, or none any more."""
    async with world.system() as work, work.acting_as(organ_id):
        head = await repository.find(work, organ_id, QUARTER, PERIOD)
        if head is not None:
            head.accepted_version = chance.randrange(head.version + 1)
            await work.session.flush()


async def test_a_department_reads_its_line_and_what_is_corrected_shows(world: World) -> None:
    await linked(world)
    head = await accepted(world, WATER, S7_daily="5")
    async with world.work(CITY_WATER, "supervisor") as work:
        view = await service.line(work, QUARTER, PERIOD)
        assert (view.tally.reported, view.tally.accepted, view.counted) == (1, 1, 1)
        assert view.own_state == "未开表"
        assert {row.organ: row.state_label for row in view.rows}[WATER] == "已采用"
        assert OTHER_WATER in {unit.organ for unit in view.missing}
        assert await service.keep_line(work, QUARTER, PERIOD) == 1
        assert await service.keep_line(work, QUARTER, PERIOD) == 1
        drilled = await service.drill_line(work, QUARTER, PERIOD, "S7_daily")
        assert [(p.organ, p.value, p.version) for p in drilled.parts] == [(WATER, "5", 1)]
        assert drilled.parts[0].return_id == head.id
        lower = await service.view(work, head.id)
        assert (lower.organ_name, lower.writable, lower.acts) == ("许昌市建安区水利局", False, [])
    own = await stories.submitted(world, CITY_WATER, S7_daily="2")
    await stories.accept(world, own.id, stories.CITY)
    assert (await totals(world, CITY_WATER))["S7_daily"] == "7"
    async with world.work(WATER, "legal_officer") as work:
        await service.revise(work, head.id, "台账漏记一次检查")
    await stories.fill(world, head.id, WATER, S7_daily="6")
    await stories.hand_in(world, head.id, WATER)
    assert (await totals(world, CITY_WATER))["S7_daily"] == "7", "not before it is accepted"
    await stories.accept(world, head.id)
    async with world.work(CITY_WATER, "supervisor") as work:
        view = await service.line(work, QUARTER, PERIOD)
        assert {c.code: (c.own, c.below, c.total) for s in view.sections for c in s.cells}["S7_daily"] == (
            "2",
            "6",
            "8",
        )
        assert view.changes == ["许昌市建安区水利局的报表已更新为第 2 版", "许昌市水利局的报表此后采用（第 1 版）"]
        kept = await service.line(work, QUARTER, PERIOD, number=1)
        assert {c.code: c.total for s in kept.sections for c in s.cells}["S7_daily"] == "5"
        assert kept.changes == view.changes
        assert await service.keep_line(work, QUARTER, PERIOD) == 2
        assert (await service.line(work, QUARTER, PERIOD)).changes == []
        with pytest.raises(NotFound):
            await service.line(work, QUARTER, PERIOD, number=3)


async def test_a_line_is_read_by_its_department_and_those_above_it_and_by_no_other(world: World) -> None:
    await linked(world)
    head = await accepted(world, WATER, S7_daily="5")
    top = await world.organ(CITY_WATER)
    for organ, role in (("市司法局", "supervisor"), ("许昌市政府", "government_leader")):
        async with world.work(organ, role) as work:
            view = await service.line(work, QUARTER, PERIOD, top)
            assert {c.code: c.total for s in view.sections for c in s.cells}["S7_daily"] == "5", organ
    outside = ((WATER, "legal_officer"), (OTHER_WATER, None), (COUNTY, "supervisor"), (OTHER_LINE, None))
    for organ, who in outside:
        async with world.work(organ, who) as work:
            with pytest.raises(NotFound):
                await service.line(work, QUARTER, PERIOD, top)
    for organ in (OTHER_LINE, OTHER_WATER, "建安区城市管理局"):
        async with world.work(organ) as work:
            assert await work.session.scalar(select(StatisticalReturn.id)) is None, organ
            assert await work.session.scalar(select(ReturnVersion.id)) is None, organ
            with pytest.raises(NotFound):
                await service.view(work, head.id)
    async with world.work(CITY_WATER) as work:
        assert (await work.session.scalars(select(StatisticalReturn.id))).all() == [head.id]
        assert (await work.session.scalars(select(ReturnVersion.number))).all() == [1]
    async with world.work(WATER, "legal_officer") as work:
        with pytest.raises(NotFound):
            await service.line(work, QUARTER, PERIOD)
        assert not await service.with_line(work, [work.organ_id])
    async with world.work(COUNTY, "supervisor") as work:
        assert not await service.with_line(work, [work.organ_id]), (
            "a county's justice department has none below it in its line"
        )
    async with world.work(CITY_WATER, "organ_head") as work:
        assert await service.with_line(work, [work.organ_id])


async def test_who_left_a_line_reports_to_it_no_longer_and_what_it_reported_before_stays(
    world: World, backend: Backend
) -> None:
    """Row-level security and sums go by the tree of the period: what comes after a move is another line's."""
    await linked(world)
    water = await world.organ(WATER)
    for period in (PERIOD, "2026Q2"):
        await put(world, water, random.Random(1), period)
    with superuser(backend, world) as connection:
        connection.execute(
            "update figure_link set until_month = 202607 where reach = 'line' and organ_id = %s", [water]
        )
    async with world.work(CITY_WATER) as work:
        assert (await work.session.scalars(select(StatisticalReturn.period))).all() == ["2026Q2"]
        assert len((await work.session.scalars(select(ReturnVersion.id))).all()) == 1


async def test_only_departments_keep_and_exports_have_a_line_for_each_organ(world: World) -> None:
    await linked(world)
    await accepted(world, WATER, S7_daily="5")
    async with world.work(CITY_WATER, "supervisor") as work:
        name, data, _ = await service.export_line(work, QUARTER, PERIOD, "json")
        made = json.loads(data)
        assert name == "行政执法监督情况统计表（2026年第三季度）许昌市水利局条线汇总.json"
        assert (made["cells"]["S7_daily"]["total"], made["reach"], len(made["parts"])) == (5, "line", 1)
        _, data, _ = await service.export_line(work, QUARTER, PERIOD, "csv")
        assert "许昌市建安区水利局" in data.decode("utf-8-sig").splitlines()[1]
        _, data, _ = await service.export_line(work, QUARTER, PERIOD, "xlsx")
        assert data.startswith(b"PK")
        with pytest.raises(Invalid):
            await service.export_line(work, QUARTER, PERIOD, "exe")
    async with world.work("许昌市政府", "government_leader") as work:
        with pytest.raises(Denied):
            await service.keep_line(work, QUARTER, PERIOD)
