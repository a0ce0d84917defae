"""Declared interests: who sees them, what they hold up, how they are settled (Art. 16)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.models import AuditEntry
from supervision.deadlines.models import Notice
from supervision.matters import service as matters
from supervision.matters.commands import EnterAct
from supervision.recusals import service as recusals
from supervision.recusals.commands import DecideRecusal, DeclareInterest
from supervision.recusals.models import Interest
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

RELATIVE = "王小梅"


@pytest.fixture(autouse=True)
async def _clock(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")


async def declare(world: World, nth: int = 0, **more: Any) -> Interest:
    values: dict[str, Any] = {
        "holder": "spouse", "relative_name": RELATIVE, "subject_organ_id": await world.organ(SUPERVISED),
        "nature": "employment", "from_on": date(2024, 1, 1), **more,
    }  # fmt: skip
    async with world.work(BODY, "supervisor", nth) as work:
        return await recusals.declare_interest(work, DeclareInterest(**values))


async def assign(world: World, matter_id: UUID, *who: int) -> None:
    async with world.work(BODY, "supervision_leader") as work:
        await matters.assign_handlers(work, matter_id, await stories.handler_posts(world, *who), True)


async def test_an_interest_in_the_supervised_organ_stands_in_the_way_of_assignment(world: World) -> None:
    await declare(world)
    matter = await stories.propose_matter(world)
    posts = await stories.handler_posts(world)
    with pytest.raises(Barred, match="陈明远"):
        async with world.work(BODY, "supervision_leader") as work:
            await matters.approve_opening(work, matter.id, post_ids=posts)
    async with world.work(BODY, "supervision_leader") as work:
        fit = {post.person_name: ok for post, ok in await matters.candidates(work, await matters.get(work, matter.id))}
        assert not fit["陈明远"]
        assert fit["刘思齐"]
    with pytest.raises(Barred):
        await stories.propose_matter(world, "直接提出承办人", handler_post_ids=tuple(posts))
    async with world.work(BODY, "organ_head") as work:
        chen = await world.actor(BODY, "supervisor")
        await recusals.clear_conflict(work, matter.id, chen.person_id, "其配偶所在科室与本事项无关，已核实。")
        with pytest.raises(IllegalTransition):
            await recusals.clear_conflict(work, matter.id, chen.person_id, "其配偶所在科室与本事项无关，已核实。")
    async with world.work(BODY, "supervision_leader") as work:
        await matters.approve_opening(work, matter.id, post_ids=posts)
    await declare(world, nature="dispute", holder="self", relative_name="")
    with pytest.raises(Barred):
        await assign(world, matter.id, 0, 2)
    await assign(world, matter.id, 1, 2)


async def test_an_act_that_names_the_counterpart_shows_the_conflict_and_a_decision_settles_it(world: World) -> None:
    await declare(
        world, 1, subject_organ_id=None, subject_name="许昌宏达商贸有限公司", subject_code="91350100M000100Y43"
    )
    matter = await stories.open_matter(world)
    assert await conflicts(world, matter.id) == []
    async with world.work(BODY, "supervisor") as work:
        await matters.enter_act(
            work,
            matter.id,
            EnterAct(name="处罚决定", number="", made_on=date(2026, 9, 1), subject="", counterpart="宏达公司",
                     counterpart_id="91350100M000100Y43"),
        )  # fmt: skip
    assert await conflicts(world, matter.id) == [("刘思齐", "")]
    async with world.work(BODY) as work:
        titles = list(await work.session.scalars(select(Notice.title).where(Notice.article == "16")))
    assert any("请决定回避或者书面确认" in title for title in titles)
    assert any("应当自行回避" in title for title in titles)
    async with world.work(BODY, "supervisor", 1) as work:
        made = await recusals.declare_recusal(work, matter.id, "relative_interest", "配偶在当事人单位任职。")
    async with world.work(BODY, "organ_head") as work:
        liu = await world.actor(BODY, "supervisor", 1)
        with pytest.raises(IllegalTransition):
            await recusals.clear_conflict(work, matter.id, liu.person_id, "没有利害关系，已核实。")
        await recusals.decide_recusal(work, made.id, DecideRecusal(granted=False, reason="不影响公正处理，已核实。"))
    assert await conflicts(world, matter.id) == [("刘思齐", "已决定不回避")]
    await assign(world, matter.id, 0, 1)


async def conflicts(world: World, matter_id: UUID) -> list[tuple[str, str]]:
    async with world.work(BODY, "organ_head") as work:
        return [(c.person_name, c.settled) for c in await recusals.matter_conflicts(work, matter_id)]


async def test_what_was_declared_is_seen_by_the_person_the_head_and_legal_affairs_alone(world: World) -> None:
    made = await declare(world)
    matter = await stories.open_matter(world, supervised="建安区水利局")
    async with world.work(BODY, "supervisor") as work:
        assert [i.relative_mask for i in (await recusals.interests(work)).items] == ["王某某"]
    async with world.work(BODY, "organ_head") as work:
        assert [i.id for i in (await recusals.interests(work, mine=False)).items] == [made.id]
        assert (await recusals.interest(work, made.id)).relative_mask == "王某某"
    for role, nth in (("supervisor", 1), ("supervision_leader", 1)):
        async with world.work(BODY, role, nth) as work:
            assert (await recusals.interests(work)).items == []
            with pytest.raises(Denied):
                await recusals.interests(work, mine=False)
            with pytest.raises(NotFound):
                await recusals.interest(work, made.id)
            with pytest.raises((NotFound, Denied)):
                await recusals.reveal_relative(work, made.id, "核对")
            assert await recusals.matter_conflicts(work, matter.id) == []
    for organ in (GOVERNMENT, SUPERVISED, "许昌市司法局"):
        async with world.work(organ) as work:
            assert not list(await work.session.scalars(select(Interest)))
    with pytest.raises(Denied):
        async with world.work(BODY, "system_admin") as work:
            await recusals.interests(work, mine=False)


async def test_the_relatives_name_is_sealed_and_each_look_is_on_the_trail(world: World) -> None:
    made = await declare(world)
    assert made.relative_cipher is not None
    assert RELATIVE.encode() not in made.relative_cipher
    async with world.work(BODY, "organ_head") as work:
        with pytest.raises(Invalid):
            await recusals.reveal_relative(work, made.id, " ")
        assert (await recusals.reveal_relative(work, made.id, "核实利害关系")).name == RELATIVE
    async with world.work(BODY) as work:
        query = select(AuditEntry).where(AuditEntry.subject_id == made.id, AuditEntry.action == "unmask")
        [entry] = list(await work.session.scalars(query))
        assert entry.detail["note"] == "核实利害关系"
        everything = list(await work.session.scalars(select(AuditEntry)))
        assert not any(RELATIVE in f"{e.title}{e.detail}" for e in everything)


async def test_an_ended_declaration_holds_nothing_up_and_stays_on_record(world: World) -> None:
    made = await declare(world)
    with pytest.raises(Denied):
        async with world.work(BODY, "organ_head") as work:
            await recusals.end_interest(work, made.id, "其配偶已调离该单位。")
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Stale):
            await recusals.end_interest(work, made.id, "其配偶已调离该单位。", version=7)
        await recusals.end_interest(work, made.id, "其配偶已调离该单位。", version=1)
        with pytest.raises(IllegalTransition):
            await recusals.end_interest(work, made.id, "其配偶已调离该单位。")
    matter = await stories.open_matter(world)
    assert await conflicts(world, matter.id) == []
    async with world.work(BODY, "supervisor") as work:
        assert [i.ended_reason for i in (await recusals.interests(work)).items] == ["其配偶已调离该单位。"]


async def test_wrong_input_stores_nothing(world: World) -> None:
    with pytest.raises(Invalid) as wrong:
        await declare(world, holder="self", nature="", subject_organ_id=None, from_on=None)
    assert {e.field for e in wrong.value.errors} == {"relative_name", "subject_name", "nature", "from_on"}
    with pytest.raises(Denied):
        async with world.work("尚集镇政府", "contact") as work:
            await recusals.declare_interest(work, DeclareInterest(holder="self", nature="other"))
    async with world.work(BODY) as work:
        assert not list(await work.session.scalars(select(Interest)))
