"""Recusal through the services: who decides, what binds meanwhile, what is served, and two decisions at once."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Notice
from supervision.instruments import service as instruments
from supervision.instruments.models import Paper, PaperCopy
from supervision.matters import service as matters
from supervision.matters.models import Handler, Matter, Recusal
from supervision.recusals import service as recusals
from supervision.recusals.commands import DecideRecusal
from supervision.recusals.models import Application
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

GRANT = DecideRecusal(granted=True, reason="情况属实，可能影响公正处理。")
REFUSE = DecideRecusal(granted=False, reason="所述情形不影响公正处理。")
WHY = "配偶在该事项当事人单位任职。"


@pytest.fixture(autouse=True)
async def _clock(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")


async def declared(world: World, matter_id: UUID) -> Recusal:
    async with world.work(BODY, "supervisor") as work:
        return await recusals.declare_recusal(work, matter_id, "relative_interest", WHY)


async def decide(world: World, recusal_id: UUID, command: DecideRecusal = GRANT) -> Recusal:
    async with world.work(BODY, "organ_head") as work:
        return await recusals.decide_recusal(work, recusal_id, command)


async def notices_of(world: World, organ: str) -> list[Notice]:
    async with world.work(organ) as work:
        return list(await work.session.scalars(select(Notice).where(Notice.article == "16").order_by(Notice.at)))


async def test_from_the_declaration_to_the_decision_the_officer_does_nothing(world: World) -> None:
    matter = await stories.open_matter(world)
    finding = await stories.find_problem(world, matter.id)
    made = await declared(world, matter.id)
    async with world.work(BODY, "supervisor") as work:
        [limit] = await deadlines.for_subject(work, made.id)
        assert (limit.due_on, limit.ladder) == (date(2026, 10, 13), True)
        with pytest.raises(IllegalTransition):
            await recusals.declare_recusal(work, matter.id, "own_interest", WHY)
    with pytest.raises(Barred) as barred:
        await stories.check_matter(world, matter.id)
    assert barred.value.article == "16"
    with pytest.raises(Barred):
        async with world.work(BODY, "supervisor") as work:
            await matters.drop_finding(work, finding.id, "重复认定，撤销。")
    refused = await decide(world, made.id, REFUSE)
    assert (refused.state, refused.decided_by_name) == ("refused", "李国栋")
    await stories.check_matter(world, matter.id)
    async with world.work(BODY) as work:
        assert [d.state for d in await deadlines.for_subject(work, made.id, open_only=False)] == ["met"]


async def test_granted_the_assignment_ends_and_what_was_done_is_confirmed_by_the_new_handler(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.check_matter(world, matter.id)
    await stories.find_problem(world, matter.id)
    made = await declared(world, matter.id)
    [wang] = await stories.handler_posts(world, 2)
    await decide(world, made.id, DecideRecusal(granted=True, reason=GRANT.reason, replacement_post_id=wang))
    async with world.work(BODY, "supervisor", 2) as work:
        names = [h.person_name for h in (await matters.load_case(work, matter.id)).handlers]
        assert names == ["刘思齐", "王建国"]
        view = await recusals.recusal(work, made.id)
        assert (view.replacement, view.short_handed, view.may_settle) == ("王建国", False, True)
        assert [s.outcome for s in view.steps] == ["pending"] * len(view.steps)
        assert len(view.steps) >= 2
        await recusals.settle_step(work, view.steps[0].id, "confirmed", "")
        with pytest.raises(Invalid):
            await recusals.settle_step(work, view.steps[1].id, "redo", "")
        await recusals.settle_step(work, view.steps[1].id, "redo", "笔录由两名无利害关系的人员重新制作。")
        with pytest.raises(IllegalTransition):
            await recusals.settle_step(work, view.steps[1].id, "confirmed", "")
    with pytest.raises((Barred, Denied)):
        async with world.work(BODY, "supervisor") as work:
            await recusals.settle_step(work, view.steps[0].id, "confirmed", "")


async def test_nothing_is_closed_before_the_earlier_acts_are_confirmed(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.check_matter(world, matter.id)
    made = await declared(world, matter.id)
    [wang] = await stories.handler_posts(world, 2)
    await decide(world, made.id, DecideRecusal(granted=True, reason=GRANT.reason, replacement_post_id=wang))
    async with world.work(BODY, "supervisor", 2) as work:
        offered = {c.action: c for c in (await matters.view(work, matter.id)).allowed}
        assert offered["confirm_step"].href == f"/recusals/{made.id}"
        with pytest.raises(IllegalTransition, match="尚未全部确认"):
            await matters.propose_closing(work, matter.id, "没有发现问题，附核查记录。")
        for step in (await recusals.recusal(work, made.id)).steps:
            await recusals.settle_step(work, step.id, "confirmed", "")
        await matters.propose_closing(work, matter.id, "没有发现问题，附核查记录。")


async def test_without_a_replacement_the_matter_is_flagged_and_the_leader_asked(world: World) -> None:
    matter = await stories.open_matter(world)
    made = await declared(world, matter.id)
    await decide(world, made.id)
    async with world.work(BODY, "supervisor", 1) as work:
        assert (await recusals.recusal(work, made.id)).short_handed
    assert any("请另行指派" in n.title for n in await notices_of(world, BODY))
    with pytest.raises(Barred):
        async with world.work(BODY, "supervision_leader") as work:
            await matters.assign_handlers(work, matter.id, await stories.handler_posts(world, 0, 1), True)


async def test_the_replacement_is_fit_or_nothing_is_decided(world: World) -> None:
    matter = await stories.open_matter(world)
    made = await declared(world, matter.id)
    chen, liu = await stories.handler_posts(world, 0, 1)
    foreign = (await world.actor("许昌市司法局", "supervisor")).post_id
    for post in (chen, liu, foreign):
        with pytest.raises(Invalid) as refused:
            await decide(world, made.id, DecideRecusal(granted=True, reason=GRANT.reason, replacement_post_id=post))
        assert refused.value.errors[0].field == "replacement"
    async with world.work(BODY) as work:
        row = await work.session.get(Recusal, (work.city_id, made.id))
        assert row is not None
        assert row.state == "declared"
        assert not list(await work.session.scalars(select(Paper).where(Paper.kind == "recusal_decision")))


async def test_who_decides(world: World) -> None:
    matter = await stories.open_matter(world)
    made = await declared(world, matter.id)
    for organ, role, nth in ((BODY, "supervisor", 0), (BODY, "supervisor", 1), (BODY, "supervision_leader", 1)):
        with pytest.raises((Denied, Barred)):
            async with world.work(organ, role, nth) as work:
                await recusals.decide_recusal(work, made.id, GRANT)
    with pytest.raises(IllegalTransition):
        async with world.work(GOVERNMENT, "government_leader") as work:
            await recusals.decide_recusal(work, made.id, GRANT)
    with pytest.raises(NotFound):
        async with world.work(SUPERVISED, "organ_head") as work:
            await recusals.decide_recusal(work, made.id, GRANT)


async def test_the_leaders_own_recusal_is_decided_one_level_up(world: World) -> None:
    matter = await stories.open_matter(world)
    async with world.work(BODY, "organ_head") as work:
        made = await recusals.declare_recusal(work, matter.id, "own_interest", "本人曾分管被监督机关该项工作。")
    with pytest.raises(Barred) as refused:
        await decide(world, made.id)
    assert refused.value.article == "16"
    assert any(made.person_name in n.title for n in await notices_of(world, GOVERNMENT))
    async with world.work(GOVERNMENT, "government_leader") as work:
        view = await recusals.recusal(work, made.id)
        assert view.may_decide
        await recusals.decide_recusal(work, made.id, GRANT)
    with pytest.raises(Barred):
        async with world.work(BODY, "supervision_leader") as work:
            await matters.suspend(work, matter.id, "expert_opinion", "正在鉴定。")
    # With every principal leader recused, the others' recusals go up, too.
    other = await declared(world, matter.id)
    with pytest.raises(Barred):
        await decide(world, other.id)
    async with world.work(GOVERNMENT, "government_leader") as work:
        assert (await recusals.decide_recusal(work, other.id, GRANT)).state == "granted"
    async with world.work(BODY) as work:
        copies = list(await work.session.scalars(select(PaperCopy).where(PaperCopy.kind == "recusal_decision")))
        assert len(copies) == 2


async def test_the_supervised_organ_applies_and_is_served_the_result(world: World) -> None:
    _, _, _, delivery = await stories.served_matter(world)
    async with world.work(SUPERVISED, "contact") as work:
        with pytest.raises(Invalid) as wrong:
            await recusals.apply_recusal(work, delivery.id, "无此人", "grudge", "短")
        assert {e.field for e in wrong.value.errors} == {"handler", "ground", "reason"}
        made = await recusals.apply_recusal(work, delivery.id, "陈明远", "other", "承办人曾与本单位经办人发生争议。")
        assert made.due_on == date(2026, 10, 13)
        assert not list(await work.session.scalars(select(Recusal)))
        with pytest.raises(IllegalTransition):
            await recusals.apply_recusal(work, delivery.id, "陈明远", "other", "承办人曾与本单位经办人发生争议。")
    with pytest.raises(Barred):
        async with world.work(BODY, "supervisor") as work:
            await instruments.accept_reply(work, delivery.instrument_id)
    await decide(world, made.recusal_id, REFUSE)
    async with world.work(SUPERVISED, "contact") as work:
        [view] = (await recusals.applications(work, delivery_id=delivery.id)).items
        assert (view.state, view.decision_reason) == ("refused", REFUSE.reason)
        copies = list(await work.session.scalars(select(PaperCopy).where(PaperCopy.kind == "recusal_decision")))
        assert [c.number for c in copies] == [view.number]
        assert copies[0].delivery_id == delivery.id
    async with world.work("建安区水利局", "contact") as work:
        assert not list(await work.session.scalars(select(Application)))
        with pytest.raises(NotFound):
            await recusals.apply_recusal(work, delivery.id, "陈明远", "other", "与本单位无关的申请。")


async def test_nobody_asked_so_the_leader_orders_it(world: World) -> None:
    matter = await stories.open_matter(world)
    chen = await world.actor(BODY, "supervisor")
    with pytest.raises(Denied):
        async with world.work(BODY, "supervisor", 1) as work:
            await recusals.order_recusal(work, matter.id, chen.person_id, "own_interest", GRANT)
    async with world.work(GOVERNMENT, "government_leader") as work:
        made = await recusals.order_recusal(work, matter.id, chen.person_id, "own_interest", GRANT)
        assert (made.state, made.origin) == ("granted", "ordered")
    with pytest.raises(IllegalTransition):
        async with world.work(BODY, "organ_head") as work:
            await recusals.order_recusal(work, matter.id, chen.person_id, "own_interest", GRANT)
    head = await world.actor(BODY, "organ_head")
    with pytest.raises(Denied):
        async with world.work(BODY, "organ_head") as work:
            await recusals.order_recusal(work, matter.id, head.person_id, "own_interest", GRANT)
    async with world.work(BODY) as work:
        active = await work.session.scalars(select(Handler.person_name).where(Handler.ended_at.is_(None)))
        assert list(active) == ["刘思齐"]


async def test_a_recusal_is_lifted_when_its_cause_is_gone(world: World) -> None:
    matter = await stories.open_matter(world)
    made = await declared(world, matter.id)
    await decide(world, made.id)
    async with world.work(BODY, "organ_head") as work:
        with pytest.raises(Invalid):
            await recusals.lift_recusal(work, made.id, "")
        lifted = await recusals.lift_recusal(work, made.id, "其配偶已从当事人单位离职。")
        assert lifted.state == "lifted"
    async with world.work(BODY, "supervision_leader") as work:
        await matters.assign_handlers(work, matter.id, await stories.handler_posts(world, 0, 1), True)
    await stories.check_matter(world, matter.id)


async def test_of_two_decisions_at_once_one_is_taken(world: World) -> None:
    matter = await stories.open_matter(world)
    made = await declared(world, matter.id)
    results = await asyncio.gather(
        decide(world, made.id, GRANT), decide(world, made.id, REFUSE), return_exceptions=True
    )
    assert sorted(type(r).__name__ for r in results) == ["IllegalTransition", "Recusal"]
    async with world.work(BODY) as work:
        papers = list(await work.session.scalars(select(Paper).where(Paper.kind == "recusal_decision")))
        row = await work.session.get(Recusal, (work.city_id, made.id))
        assert row is not None
        assert [p.number for p in papers] == [row.paper_number]


async def test_of_a_declaration_and_an_application_at_once_one_is_taken(world: World) -> None:
    matter, _, _, delivery = await stories.served_matter(world)

    async def apply() -> Application:
        async with world.work(SUPERVISED, "contact") as work:
            return await recusals.apply_recusal(work, delivery.id, "陈明远", "other", "承办人与当事人有争议。")

    results = await asyncio.gather(declared(world, matter.id), apply(), return_exceptions=True)
    assert sum(isinstance(r, IllegalTransition) for r in results) == 1
    async with world.work(BODY) as work:
        assert len(list(await work.session.scalars(select(Recusal)))) == 1


async def test_an_undecided_recusal_is_reminded_and_rises(world: World) -> None:
    matter = await stories.open_matter(world)
    made = await declared(world, matter.id)
    seen: list[tuple[str, str]] = []
    for day in ("2026-10-12", "2026-10-14", "2026-10-16", "2026-10-20"):
        await world.set_clock(f"{day} 09:00")
        await stories.sweep(world)
    for organ in (BODY, GOVERNMENT):
        seen += [(organ, n.kind) for n in await notices_of(world, organ) if str(made.id) in n.link]
    assert seen == [
        (BODY, "approval"), (BODY, "reminder"), (BODY, "overdue"), (BODY, "overdue"), (GOVERNMENT, "escalation"),
    ]  # fmt: skip
    with pytest.raises(Barred):
        await stories.check_matter(world, matter.id)


async def test_a_closed_matter_takes_no_declaration_and_an_open_one_waits_for_the_decision(world: World) -> None:
    matter = await stories.open_matter(world)
    async with world.work(BODY, "supervisor") as work:
        await matters.propose_closing(work, matter.id, "没有发现问题，附核查记录。")
    made = await declared(world, matter.id)
    with pytest.raises(IllegalTransition):
        async with world.work(BODY, "supervision_leader") as work:
            await matters.approve_closing(work, matter.id)
    await decide(world, made.id, REFUSE)
    async with world.work(BODY, "supervision_leader") as work:
        closed: Matter = await matters.approve_closing(work, matter.id)
        assert closed.state == "closed"
    with pytest.raises(IllegalTransition):
        await declared(world, matter.id)
