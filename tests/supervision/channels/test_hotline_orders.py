"""Work orders of the hotline: once, in order, with their own term; what becomes of them is told; the caller is safe."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select, text

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.models import AuditEntry, OutboxMessage
from supervision.channels import service as channels
from supervision.channels.models import HotlineMessage, HotlineOrder, HotlineVersion
from supervision.clues import service as clues
from supervision.clues.models import Clue, Complainant
from supervision.deadlines import service as deadlines
from tests.supervision.channels.things import BODY, CITY, NAME, PHONE, SUBJECT, clue_of, order, received, told
from tests.world import World


async def hotline_term(work: Any, clue_id: Any) -> Any:
    found = await deadlines.for_subject(work, clue_id, open_only=False)
    return [d for d in found if d.rule_key.startswith("hotline.")]


async def test_an_order_becomes_a_clue_with_the_hotlines_term(world: World) -> None:
    found = await received(world)
    assert found.outcome == "new"
    assert found.organ_id == await world.organ(BODY)
    async with world.work(BODY, "supervisor") as work:
        row = await channels.order(work, found.order_id)
        assert row is not None
        clue = await channels.clue(work, row.clue_id)
        assert (clue.source, clue.external_id, clue.state) == ("hotline", "XC20261009001", "new")
        [term] = await hotline_term(work, clue.id)
        assert (term.amount, term.unit, term.article) == (13, "working_day", "17")
        assert row.due_on == term.due_on
        assert clue.next_due_on is not None
        assert clue.next_due_on < term.due_on, "acceptance comes first"
        assert await told(work, row.id) == ["registered"]
        view = await channels.of_clue(work, clue)
        assert view is not None
        assert dict(view.pairs)["热线工单"].startswith("XC20261009001")


@pytest.mark.parametrize(
    ("kind", "due", "stated"),
    [
        ("urgent", date(2026, 10, 10), None),
        ("query", date(2026, 10, 13), None),
        ("business", date(2026, 10, 15), None),
        ("complaint", date(2026, 10, 20), date(2026, 10, 20)),
    ],
)
async def test_the_term_of_each_kind(world: World, kind: str, due: date, stated: date | None) -> None:
    """10 October 2026 is a working Saturday."""
    found = await received(world, kind=kind, due_on=stated)
    async with world.work(BODY) as work:
        row = await channels.order(work, found.order_id)
        assert row is not None
        assert row.due_on == due
        assert (await channels.clue(work, row.clue_id)).urgent is (kind == "urgent")


async def test_orders_come_twice_late_and_in_any_order(world: World) -> None:
    second = await received(world, version=2, title="市民补充反映扣押三轮车")
    assert (await received(world, version=2, title="市民补充反映扣押三轮车")).outcome == "repeated"
    assert (await received(world, version=1)).outcome == "late"
    third = await received(world, version=3, title="市民再次补充", facts="补充：执法人员已返还三轮车，但没有文书。")
    assert (third.outcome, third.order_id) == ("updated", second.order_id)
    with pytest.raises(IllegalTransition, match="不一致"):
        await received(world, version=3, title="同一版本的另一内容")
    async with world.work(BODY) as work:
        [row] = (await work.session.scalars(select(HotlineOrder))).all()
        clue = await channels.clue(work, row.clue_id)
        assert clue.title == "市民再次补充"
        assert await told(work, row.id) == ["registered", "updated"]
        kept = (await work.session.scalars(select(HotlineVersion.version).order_by(HotlineVersion.version))).all()
        assert list(kept) == [2, 3]
        assert await work.session.scalar(select(func.count()).select_from(Clue)) == 1


async def test_a_clue_that_was_dealt_with_keeps_its_words(world: World) -> None:
    found = await received(world)
    clue_id = await clue_of(world, found)
    async with world.work(BODY, "supervisor") as work:
        await clues.propose_dismissal(work, clue_id, "false", "经核实，情况不属实。")
    async with world.work(BODY, "supervision_leader") as work:
        await clues.dismiss(work, clue_id)
    assert (await received(world, version=2, title="换了内容")).outcome == "updated"
    async with world.work(BODY) as work:
        assert (await channels.clue(work, clue_id)).title != "换了内容"
        assert await told(work, found.order_id) == ["registered", "result"], "it has its result"


async def test_a_later_version_stays_with_the_first_handler(world: World) -> None:
    found = await received(world)
    other = await world.organ("禹州市城市管理局")
    again = await received(world, version=2, organ_id=other)
    assert again.organ_id == found.organ_id


async def test_an_order_about_nobody_known_stays_at_the_door(world: World) -> None:
    found = await received(world, organ_id=None, organ_text="某城管队")
    assert found.organ_id == await world.organ(CITY)


async def test_a_withdrawn_order_is_owed_nothing_and_its_clue_stays(world: World) -> None:
    found = await received(world)
    clue_id = await clue_of(world, found)
    async with world.work(CITY) as work:
        assert (await channels.withdraw(work, "XC20261009001", 2, "来电人撤诉")).outcome == "updated"
        assert (await channels.withdraw(work, "XC20261009001", 2, "来电人撤诉")).outcome == "repeated"
        with pytest.raises(NotFound):
            await channels.withdraw(work, "XC0", 1, "没有这一工单")
    async with world.work(BODY) as work:
        row = await channels.order(work, found.order_id)
        assert row is not None
        assert row.state == "withdrawn"
        assert (await channels.clue(work, clue_id)).state == "new"
        assert [d.state for d in await hotline_term(work, clue_id)] == ["cancelled"]
        assert await told(work, row.id) == ["registered", "withdrawn"]


async def test_progress_and_result_go_back(world: World) -> None:
    found = await received(world)
    clue_id = await clue_of(world, found)
    async with world.work(BODY, "supervisor") as work:
        await clues.accept(work, clue_id)
        assert [d.state for d in await hotline_term(work, clue_id)] == ["running"], "accepting answers nobody"
    async with world.work(BODY, "supervisor") as work:
        await clues.propose_dismissal(work, clue_id, "already_handled", "已经依法处理，退还物品。")
    async with world.work(BODY, "supervision_leader") as work:
        await clues.dismiss(work, clue_id)
    async with world.work(BODY) as work:
        assert await told(work, found.order_id) == ["registered", "accept", "result"]
        row = await channels.order(work, found.order_id)
        assert row is not None
        assert row.state == "ended"
        assert [d.state for d in await hotline_term(work, clue_id)] == ["met"]
        jobs = (await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "tell_hotline"))).all()
        assert {m.payload["seq"] for m in jobs} == {1, 2, 3}
        assert {m.organ_id for m in jobs} == {work.organ_id}


async def test_passing_on_answers_nobody(world: World) -> None:
    found = await received(world, organ_id=await world.organ("建安区水利局"))
    clue_id = await clue_of(world, found)
    async with world.work(BODY, "supervisor") as work:
        await clues.pass_on(work, clue_id, await world.organ("市水利局"), "由市水利局依职权办理。")
    async with world.work(BODY) as work:
        [term] = await hotline_term(work, clue_id)
        assert term.state == "running"
        assert await told(work, found.order_id) == ["registered", "pass_on"]


async def test_a_merged_order_is_answered_with_the_other_clue(world: World) -> None:
    first = await clue_of(world, await received(world))
    again = await received(world, number="XC20261009002", title="另一来电反映扣押三轮车")
    second = await clue_of(world, again)
    async with world.work(BODY, "supervisor") as work:
        await clues.accept(work, first)
        await clues.merge(work, second, into_clue_id=first)
        assert [d.state for d in await hotline_term(work, second)] == ["running"]
    async with world.work(BODY, "supervisor") as work:
        await clues.propose_dismissal(work, first, "already_handled", "已经依法处理，退还物品。")
    async with world.work(BODY, "supervision_leader") as work:
        await clues.dismiss(work, first)
    async with world.work(BODY) as work:
        assert await told(work, again.order_id) == ["registered", "merge", "result"]
        last = await channels.message(work, again.order_id, 3)
        assert last is not None
        assert "合并办理" in last.words
        assert "已经依法处理" not in last.words, "the other's words"
        assert [d.state for d in await hotline_term(work, second)] == ["met"]


async def test_a_misdirected_order_goes_back_within_its_limit(world: World) -> None:
    found = await received(world)
    reason = "应由市场监督管理部门的上级机关办理。"
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid):
            await channels.propose_return(work, found.order_id, "")
        row = await channels.propose_return(work, found.order_id, reason)
        clue_id = row.clue_id
    async with world.work(BODY, "supervision_leader") as work:
        await clues.dismiss(work, clue_id)
    async with world.work(BODY) as work:
        back = await channels.order(work, found.order_id)
        assert back is not None
        assert (back.state, back.return_reason) == ("returned", reason)
        assert await told(work, back.id) == ["registered", "returned"]


async def test_after_the_limit_it_stays(world: World) -> None:
    found = await received(world)
    await world.set_clock("2026-10-12 09:00")
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="时限已过"):
            await channels.propose_return(work, found.order_id, "应由其他机关办理。")
    async with world.work(SUBJECT, "contact") as work:
        with pytest.raises((NotFound, Denied)):
            await channels.propose_return(work, found.order_id, "应由其他机关办理。")


async def test_who_called_is_nowhere_but_in_the_vault(world: World) -> None:
    await received(world)
    tables = (AuditEntry, Clue, HotlineOrder, HotlineVersion, HotlineMessage, OutboxMessage)
    for organ in (BODY, SUBJECT, CITY, "建安区政府"):
        async with world.work(organ) as work:
            rows = [str(row) for t in tables for row in (await work.session.execute(select(t.__table__))).all()]
            rows += (await work.session.execute(text("select title || body from notice"))).scalars().all()
            said = "\n".join(rows)
            assert NAME not in said
            assert PHONE not in said
            held = (await work.session.scalars(select(Complainant))).all()
            assert len(held) == (1 if organ == BODY else 0)
            assert len((await work.session.scalars(select(HotlineOrder))).all()) == (1 if organ == BODY else 0)


@pytest.mark.parametrize(
    "wrong", [{"kind": "chat"}, {"title": " "}, {"facts": ""}, {"version": 0}, {"number": "9" * 65}], ids=str
)
async def test_a_faulty_order_is_refused_by_its_field(world: World, wrong: dict[str, Any]) -> None:
    good = await order(world)
    async with world.work(CITY) as work:
        with pytest.raises(Invalid) as caught:
            await channels.receive(work, replace(good, **wrong))
    assert [e.field for e in caught.value.errors] == list(wrong)
    async with world.work(CITY, "supervisor") as work:
        with pytest.raises(Denied):
            await channels.receive(work, good)
