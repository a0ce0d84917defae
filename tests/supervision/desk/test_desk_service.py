"""The desk of each kind of user, the bell, and the deadlines of an organ, on a real database."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from supervision.clues import service as clues
from supervision.desk import service
from supervision.desk.views import DeskView
from supervision.matters.service import MatterFilter
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.world import World

OFFICE = "建安区尚集司法所"


def figures(view: DeskView) -> dict[str, int]:
    return {figure.key: figure.value for figure in view.figures}


async def clue(world: World, organ: str = BODY, role: str = "supervisor", source: str = "hotline") -> UUID:
    return (await stories.register_clue(world, organ=organ, role=role, source=source)).id


async def test_what_is_late_is_on_top_with_its_reason_and_next_act(world: World) -> None:
    matter, _, _, _ = await stories.served_matter(world)
    async with world.work(BODY, "supervisor") as work:
        quiet = await service.desk(work)
        assert figures(quiet) == {"overdue": 0, "today": 0, "near": 0, "verify": 0, "clue": 0, "active": 1}
        assert quiet.groups == []
        assert quiet.scope == "mine"
    await world.set_clock("2026-10-29 09:00")
    async with world.work(BODY, "supervisor") as work:
        late = await service.desk(work)
    assert figures(late)["overdue"] == 1
    assert [(g.key, len(g.items)) for g in late.groups] == [("overdue", 1)]
    item = late.groups[0].items[0]
    assert (item.id, item.number, item.organ) == (matter.id, "建监〔2026〕1号", "建安区城市管理局")
    assert item.chip is not None
    assert item.chip.state == "overdue"
    assert item.deadline is not None
    assert item.deadline.cells
    assert item.deadline.next.startswith("2026年")
    assert item.stage_label == "督办中"
    assert item.asked
    assert item.action_href != item.href


async def test_mine_and_all_differ_by_the_handlers(world: World) -> None:
    await stories.served_matter(world)
    await world.set_clock("2026-10-29 09:00")
    async with world.work(BODY, "supervisor", nth=2) as work:
        assert (await service.desk(work)).scope == "all"
        mine = await service.desk(work, "mine")
        assert (mine.groups, mine.total) == ([], 0)
        assert figures(mine)["overdue"] == 1
        other = await service.desk(work, "all")
        assert len(other.groups[0].items) == 1
        assert not other.groups[0].items[0].asked or other.groups[0].items[0].action


async def test_the_pool_warns_of_clues_that_wait_too_long(world: World) -> None:
    await clue(world)
    await clue(world, source="media")
    await clue(world)
    async with world.work(BODY, "supervisor") as work:
        pool = (await service.desk(work)).pool
        assert pool is not None
        assert [(b.label, b.value) for b in pool.bars] == [("12345热线", 2), ("网络媒体", 1)]
        assert pool.late == 0
    await world.set_clock("2026-10-20 09:00")
    async with world.work(BODY, "supervisor") as work:
        pool = (await service.desk(work)).pool
        assert pool is not None
        assert (pool.late, str(pool.first_on)) == (3, "2026-10-09")


async def test_six_months_of_opening_and_closing(world: World) -> None:
    await stories.open_matter(world)
    async with world.work(BODY, "supervisor") as work:
        trend = (await service.desk(work)).trend
    assert trend is not None
    assert trend.labels == ["5月", "6月", "7月", "8月", "9月", "10月"]
    assert trend.opened == [0, 0, 0, 0, 0, 1]
    assert trend.sentence == "近6个月立项 1 件，结项 0 件。"


async def test_a_leader_finds_what_waits_for_a_signature_first(world: World) -> None:
    await stories.propose_matter(world, "未公示处罚决定")
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    await stories.draft_letter(world, matter.id)
    clue_id = await clue(world)
    async with world.work(BODY, "supervisor") as work:
        await clues.propose_dismissal(work, clue_id, "false", "经核实不属实。")
        assert (await service.desk(work)).waiting == []
    async with world.work(BODY, "supervision_leader") as work:
        view = await service.desk(work)
        assert {w.kind for w in view.waiting} == {"opening", "instrument", "clue"}
        assert view.waiting_heading == "待我签发、审批"
        assert [w.since for w in view.waiting] == sorted(w.since for w in view.waiting)


async def test_the_supervised_organ_finds_what_was_served_and_nothing_else(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    drafted = await stories.draft_letter(world, matter.id)
    async with world.work(SUPERVISED, "contact") as work:
        assert figures(await service.desk(work))["sent"] == 0
        assert await service.counters(work) == {"bell": 0, "inbox": 0}
    instrument = await stories.issue_letter(world, drafted.id)
    async with world.work(SUPERVISED, "contact") as work:
        view = await service.desk(work)
        assert (view.kind, figures(view)["sent"]) == ("supervised", 1)
        assert [g.key for g in view.groups] == ["sent"]
        assert view.groups[0].items[0].action == "签收文书"
        assert (await service.counters(work))["inbox"] == 1
    delivery = await stories.delivery_of(world, instrument.id)
    await stories.open_letter(world, delivery.id)
    await world.set_clock("2026-11-02 09:00")
    async with world.work(SUPERVISED, "organ_head") as work:
        view = await service.desk(work)
        assert [g.key for g in view.groups] == ["overdue"]
        assert view.groups[0].items[0].deadline is not None
        assert view.waiting_heading == "待我审定"


async def test_the_office_follows_its_own_clues(world: World) -> None:
    clue_id = await clue(world, OFFICE, "judicial_assistant", "own_finding")
    async with world.work(BODY, "supervisor") as work:
        await clues.accept(work, clue_id)
    async with world.work(OFFICE, "judicial_assistant") as work:
        view = await service.desk(work)
        assert view.kind == "office"
        assert (figures(view)["accepted"], figures(view)["month"]) == (1, 1)
        assert view.groups[0].items[0].stage_label == "已受理"
        assert (await service.counters(work))["bell"] == 1


async def test_the_government_sees_its_own_decisions_to_make(world: World) -> None:
    await stories.served_matter(world)
    await world.set_clock("2026-11-02 09:00")
    async with world.work("建安区政府", "government_leader") as work:
        view = await service.desk(work)
        assert view.kind == "government"
        assert (figures(view)["report"], figures(view)["overdue"], figures(view)["active"]) == (0, 1, 1)
        assert view.pool is None


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
async def test_administrators_see_no_casework(world: World, role: str) -> None:
    await clue(world)
    async with world.work(BODY, role) as work:
        view = await service.desk(work)
        assert (view.kind, view.figures, view.groups, view.pool) == ("plain", [], [], None)
        with pytest.raises(Denied):
            await service.running(work)


async def test_another_organ_has_another_desk(world: World) -> None:
    await stories.served_matter(world)
    await clue(world)
    for organ in ("市司法局", "禹州市司法局"):
        async with world.work(organ, "supervisor") as work:
            assert set(figures(await service.desk(work, "all")).values()) == {0}
            assert (await service.counters(work))["clue"] == 0


async def test_the_bell_is_read_by_each_post_for_itself(world: World) -> None:
    for _ in range(3):
        await clue(world, OFFICE, "judicial_assistant", "own_finding")
    async with world.work(BODY, "supervisor") as work:
        first = await service.notices(work, limit=2)
        assert len(first.rows) == 2
        rest = await service.notices(work, first.after)
        assert len(rest.rows) == 1
        assert rest.after == ""
        assert not {r.id for r in first.rows} & {r.id for r in rest.rows}
        assert first.rows[0].today
        assert not first.rows[0].read
        await service.mark_read(work, first.rows[0].id)
        assert (await service.counters(work))["bell"] == 2
        assert await service.mark_all_read(work) == 2
        assert (await service.counters(work))["bell"] == 0
        with pytest.raises(Invalid):
            await service.notices(work, "nonsense")
    async with world.work(BODY, "supervisor", nth=1) as work:
        assert (await service.counters(work))["bell"] == 3
    async with world.work("市司法局", "supervisor") as work:
        with pytest.raises(NotFound):
            await service.mark_read(work, first.rows[0].id)
    async with world.work(BODY, "audit_admin") as work:
        assert (await service.notices(work)).rows == []


async def test_a_reminder_goes_to_the_organ_bound_once_a_day_and_stands_in_the_record(world: World) -> None:
    await stories.served_matter(world)
    await world.set_clock("2026-11-02 09:00")
    async with world.work(BODY, "supervisor") as work:
        assert (await service.count_running(work))["overdue"] == 1
        row = (await service.running(work, "overdue")).rows[0]
        assert (row.bound, row.can_urge, row.number) == ("建安区城市管理局", True, "建监〔2026〕1号")
        await service.urge(work, row.deadline.id)
    async with world.work(BODY, "supervisor") as work:
        assert not (await service.running(work, "overdue")).rows[0].can_urge
        with pytest.raises(IllegalTransition, match="今日已经催办"):
            await service.urge(work, row.deadline.id)
    async with world.work(SUPERVISED, "contact") as work:
        found = [n for n in (await service.notices(work)).rows if "催办" in n.title]
        assert len(found) == 1
        assert found[0].link.startswith("/inbox/")
        assert "扣押物品期满" not in found[0].title + found[0].body
        with pytest.raises(NotFound):
            await service.urge(work, row.deadline.id)
    await world.set_clock("2026-11-03 09:00")
    async with world.work(BODY, "supervision_leader") as work:
        await service.urge(work, row.deadline.id)


async def test_own_deadlines_are_listed_but_not_urged(world: World) -> None:
    await clue(world)
    async with world.work(BODY, "supervisor") as work:
        spans = await service.count_running(work)
        key = next(k for k, v in spans.items() if v)
        row = (await service.running(work, key)).rows[0]
        assert (row.own, row.can_urge, row.href[:7]) == (True, False, "/clues/")
        with pytest.raises(IllegalTransition):
            await service.urge(work, row.deadline.id)
        with pytest.raises(Invalid):
            await service.running(work, "someday")


async def test_a_view_is_there_in_the_transaction_that_saved_it(world: World) -> None:
    """The list of views goes past the session: it sees what the session still holds back."""
    async with world.work(BODY, "supervisor") as work:
        await service.save_view(work, "我的逾期", MatterFilter(view="overdue"))
        assert [(v.name, v.filter.view) for v in await service.saved_views(work)] == [("我的逾期", "overdue")]
        await service.save_view(work, "我的逾期", MatterFilter(view="today"))
        assert [(v.name, v.filter.view) for v in await service.saved_views(work)] == [("我的逾期", "today")]
