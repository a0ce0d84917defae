"""Who has reported, what rises by itself, circulars, exports, and two hands on one return."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from kernel.errors import Denied, Invalid, NotFound, ZhunshengError
from reporting.returns import opening, repository, service
from reporting.returns.commands import CellInput
from reporting.returns.models import ReturnCircular, ReturnVersion
from supervision.deadlines.models import Notice
from tenants.organs.directory import directory
from tests.reporting.returns import stories
from tests.reporting.returns.stories import CITY, COUNTY, PERIOD, QUARTER, TOWN
from tests.world import World


async def test_the_board_counts_with_denominators(world: World) -> None:
    await stories.open_below(world)
    await stories.open_below(world, CITY)
    town = await stories.submitted(world)
    await stories.accept(world, town.id)
    async with world.work(COUNTY, "supervisor") as work:
        board = await service.board(work, QUARTER, PERIOD)
        assert (board.tally.reported, board.tally.on_time, board.tally.accepted) == (1, 1, 1)
        assert board.tally.completeness.endswith(f"（1/{board.tally.expected}）")
        assert {r.state_label for r in board.rows} == {"待填报", "已采用"}
    async with world.work(CITY, "supervisor") as work:
        board = await service.board(work, QUARTER, PERIOD)
        assert {b.body: b.tally.reported for b in board.lower}["建安区司法局"] == 1
        below = await service.board(work, QUARTER, PERIOD, await world.organ(COUNTY))
        assert below.tally.accepted == 1
    async with world.work("建安区政府", "government_leader") as work:
        assert (await service.board(work, QUARTER, PERIOD)).tally.reported == 1
    async with world.work(TOWN, "contact") as work:
        with pytest.raises(Denied):
            await service.board(work, QUARTER, PERIOD)
    async with world.work("禹州市司法局", "supervisor") as work:
        with pytest.raises(NotFound):
            await service.board(work, QUARTER, PERIOD, await world.organ(COUNTY))


async def remind(world: World, at: str) -> list[str]:
    await world.set_clock(at)
    async with world.system() as work:
        return await service.remind_below(work, await world.organ(COUNTY))


async def notices(world: World, organ: str, kind: str) -> list[str]:
    async with world.work(organ) as work:
        query = select(Notice.title).where(Notice.organ_id == await world.organ(organ), Notice.kind == kind)
        return list((await work.session.scalars(query)).all())


async def test_reminders_escalation_and_the_circular_come_once_each(world: World) -> None:
    await stories.opened(world)
    steps = []
    for at in ("2026-10-14 08:00", "2026-10-15 08:00", "2026-10-15 12:00", "2026-10-20 08:00", "2026-10-21 08:00",
               "2026-10-27 08:00", "2026-10-28 08:00"):  # fmt: skip
        steps += await remind(world, at)
    assert steps == ["before", "last_day", "overdue", "escalate"]
    assert len(await notices(world, COUNTY, "escalation")) == 1
    assert len(await notices(world, CITY, "escalation")) == 1
    async with world.work(COUNTY, "supervision_leader") as work:
        draft = (await work.session.scalars(select(ReturnCircular))).one()
        view = await service.circular(work, draft.id)
        assert [(line.organ, line.overdue_workdays) for line in view.lines] == [("尚集镇人民政府", 5)]
        with pytest.raises(Invalid):
            await service.issue_circular(work, draft.id, "快报")
        issued = await service.issue_circular(work, draft.id, view.requirement)
        assert issued.paper_id is not None
    async with world.work(COUNTY, "supervisor") as work:
        with pytest.raises(Denied):
            await service.issue_circular(work, draft.id, view.requirement)


async def test_urging_tells_each_organ_once_a_day(world: World) -> None:
    await stories.opened(world)
    async with world.work(COUNTY, "supervisor") as work:
        assert await service.urge(work, QUARTER, PERIOD) == 1
        assert await service.urge(work, QUARTER, PERIOD) == 0
    async with world.work(CITY, "supervisor") as work:
        assert await service.urge(work, QUARTER, PERIOD) == 0


async def test_nobody_is_reminded_who_has_reported(world: World) -> None:
    await stories.submitted(world)
    assert await remind(world, "2026-10-27 08:00") == []


async def test_two_submitters_make_one_version(world: World) -> None:
    head = await stories.opened(world)
    await stories.fill(world, head.id)
    async with world.work(TOWN, "contact") as work:
        await service.validate(work, head.id)
    async with world.work(TOWN, "organ_head") as work:
        await service.approve(work, head.id)

    async def submit(role: str) -> str:
        async with world.work(TOWN, role) as work:
            try:
                await service.submit(work, head.id)
            except ZhunshengError as refused:
                return refused.code
        return "done"

    assert sorted(await asyncio.gather(submit("contact"), submit("organ_head"))) == ["done", "illegal_transition"]
    async with world.work(TOWN) as work:
        assert await work.session.scalar(select(func.count()).select_from(ReturnVersion)) == 1


@pytest.mark.parametrize("turn", range(3))
async def test_acceptance_against_sending_back_has_one_winner(world: World, turn: int) -> None:
    head = await stories.submitted(world)

    async def run(role: str, act: Any) -> str:
        async with world.work(COUNTY, role) as work:
            try:
                await act(work)
            except ZhunshengError as refused:
                return refused.code
        return "done"

    results = await asyncio.gather(
        run("supervision_leader", lambda w: service.accept(w, head.id)),
        run("supervisor", lambda w: service.send_back(w, head.id, "请核对后重报")),
    )
    assert sorted(results) == ["done", "illegal_transition"]
    async with world.work(TOWN) as work:
        version = (await repository.versions(work, head.id))[0]
        state = (await stories.fresh(world, head.id)).state
        assert version.outcome == state


async def test_what_was_handed_in_stays_whatever_is_filled_in_later(world: World) -> None:
    head = await stories.submitted(world, S1_hotline="3")
    await stories.send_back(world, head.id)
    async with world.work(TOWN, "contact") as work:
        before = (await repository.versions(work, head.id))[0]
        kept = (dict(before.cells), before.digest)
        await service.save(work, head.id, {"S1_hotline": CellInput(value="9", note="更正")})
    async with world.work(COUNTY, "supervisor") as work:
        seen = await service.view(work, head.id)
        assert {c.code: c.own for s in seen.sections for c in s.cells}["S1_hotline"] == "3"
        after = (await repository.versions(work, head.id))[0]
        assert (after.cells, after.digest) == kept


async def test_exports_have_the_layout_of_the_form(world: World) -> None:
    town = await stories.submitted(world, S1_hotline="5")
    await stories.accept(world, town.id)
    county = await stories.opened(world, COUNTY)
    async with world.work(COUNTY, "supervisor") as work:
        await service.roll_up_again(work, county.id)
        name, data, _ = await service.export(work, county.id, "xlsx")
        assert name.endswith(".xlsx")
        rows = table(data, 0)
        assert rows[0][0] == "行政执法监督情况统计表"
        assert rows[3][:6] == ["行次", "指标", "计量单位", "本级", "下级单位", "合计"]
        hotline = next(r for r in rows if r[1] and "12345" in str(r[1]))
        assert (hotline[0], hotline[4]) == (2, 5)
        _, data, _ = await service.export(work, county.id, "json")
        made = json.loads(data)
        assert made["cells"]["S2_opened"]["total"] == 0
        assert made["parts"][0]["version"] == 1
        _, data, _ = await service.export(work, county.id, "csv")
        assert data.decode("utf-8-sig").splitlines()[0].startswith("行政执法监督情况统计表,2026年第三季度")
        with pytest.raises(Invalid):
            await service.export(work, county.id, "exe")


async def test_the_yearly_layout_has_a_table_for_each_part_and_a_line_for_each_body(world: World) -> None:
    await world.set_clock("2027-01-12 09:00")
    head = await stories.opened(world, COUNTY, form="enforcement_yearly", period="2026")
    await stories.fill(world, head.id, COUNTY, C26="12.3456")
    async with world.work(COUNTY, "supervisor") as work:
        _, data, _ = await service.export(work, head.id, "xlsx")
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names) == 9
    part = table(data, 2)
    assert part[4][0] == "代码"
    assert part[5][part[4].index("C26")] == 12.3456
    assert part[6][0] == "合计"


def table(data: bytes, number: int) -> list[list[Any]]:
    """The cells of a workbook's sheet."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(number).to_python()


async def test_a_higher_level_reads_the_figures_in_force(world: World) -> None:
    town = await stories.submitted(world, S1_hotline="5")
    await stories.accept(world, town.id)
    await stories.submitted(world, "建安区城市管理局")
    async with world.work(COUNTY, "supervisor") as work:
        page = await service.statistics(work, QUARTER, PERIOD, limit=1)
        assert page.next
        rest = await service.statistics(work, QUARTER, PERIOD, after=UUID(page.next))
        found = {s.organ_name: s for s in [*page.items, *rest.items]}
        assert found["尚集镇人民政府"].values["S1_hotline"]["value"] == 5
        assert found["尚集镇人民政府"].accepted
    async with world.work(TOWN, "organ_head") as work:
        own = await service.statistics(work, QUARTER, PERIOD)
        assert [s.organ_name for s in own.items] == ["尚集镇人民政府"]


async def test_a_body_led_from_above_reports_in_the_area_where_it_works(world: World) -> None:
    """Whoever leads it, its figures are those of the area (Art. 2(3)); a department reports on its own level."""
    async with world.system() as work:
        tree = await directory(work)
        for organ, body in (
            ("建安区烟草专卖局", COUNTY),
            ("建安区城市管理局", COUNTY),
            (TOWN, COUNTY),
            (COUNTY, CITY),
            ("市水利局", CITY),
        ):
            assert opening.receiver_of(tree, await world.organ(organ)) == await world.organ(body), organ
        assert opening.receiver_of(tree, await world.organ(CITY)) is None
