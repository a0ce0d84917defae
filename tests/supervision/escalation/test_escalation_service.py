"""What happens by itself around deadlines: exactly once, in order, whatever the clock and however many sweeps."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError

import jobs.actors  # noqa: F401
from jobs.runtime import MAX_DELIVERIES, Runtime, run, start
from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.models import DeadLetter, OutboxMessage, TimelineEvent
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.deadlines.ladder import LadderStep
from supervision.deadlines.models import Deadline, DeadlineStep, Notice
from supervision.decisions.models import GovernmentReport
from supervision.escalation import service, steps
from supervision.escalation.models import EscalatedItem
from supervision.escalation.steps import Scene
from supervision.instruments import service as instruments
from supervision.instruments.commands import ExtensionInput
from supervision.instruments.models import Delivery, Instrument
from supervision.matters import service as matters
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.world import World

LADDER = ["remind_before", "remind_last_day", "overdue", "draft_report", "escalate_up"]


async def steps_taken(world: World, subject_id: UUID) -> list[tuple[str, date]]:
    async with world.work(BODY) as work:
        query = (
            select(DeadlineStep.step, DeadlineStep.due_for)
            .join(Deadline, Deadline.id == DeadlineStep.deadline_id)
            .where(Deadline.subject_id == subject_id)
            .order_by(DeadlineStep.due_for, DeadlineStep.id)
        )
        return [(row[0], row[1]) for row in await work.session.execute(query)]


async def bell(world: World, organ: str, kind: str) -> list[Notice]:
    async with world.work(organ) as work:
        query = select(Notice).where(Notice.kind == kind).order_by(Notice.created_at, Notice.id)
        return list((await work.session.scalars(query)).all())


async def test_each_day_brings_its_step_and_a_second_sweep_nothing(world: World) -> None:
    matter, _, letter, _ = await stories.served_matter(world)
    days = ["2026-10-17 09:00", "2026-10-19 09:00", "2026-10-22 09:00", "2026-10-23 09:00"]
    counts = []
    for day in days:
        counts.append(await stories.sweep(world, day))
        assert await stories.sweep(world) == 0
    assert counts == [0, 1, 1, 1]
    assert await steps_taken(world, letter.id) == [
        ("remind_before", date(2026, 10, 19)),
        ("remind_last_day", date(2026, 10, 22)),
        ("overdue", date(2026, 10, 23)),
    ]
    reminders = await bell(world, SUPERVISED, "reminder")
    assert [notice.roles for notice in reminders] == [["contact", "legal_officer"], ["organ_head"]]
    assert "今日到期" in reminders[1].title
    assert reminders[0].link.startswith("/inbox/")
    handlers = await bell(world, BODY, "reminder")
    assert {notice.post_id for notice in handlers} == set(await stories.handler_posts(world))
    assert [notice.roles for notice in await bell(world, SUPERVISED, "overdue")] == [["organ_head"]]
    async with world.work(BODY) as work:
        events = await work.session.scalars(select(TimelineEvent.title).where(TimelineEvent.thread_id == matter.id))
        assert any(title.startswith("逾期：建司执监督〔2026〕1号") for title in events)


async def test_a_long_outage_is_made_up_in_order_and_once(world: World) -> None:
    matter, _, letter, _ = await stories.served_matter(world)
    assert await stories.sweep(world, "2026-12-20 09:00") == 5
    taken = await steps_taken(world, letter.id)
    assert [key for key, _ in taken] == LADDER
    assert taken[3][1] == date(2026, 10, 29)
    assert await stories.sweep(world) == 0
    async with world.work(BODY) as work:
        held = await work.session.get(Instrument, (work.city_id, letter.id))
        assert held is not None
        assert held.state == "lapsed"
    report = await stories.report_of(world, matter.id)
    assert (report.state, report.drafted_automatically, report.drafted_by) == ("draft", True, None)
    async with world.work("市司法局") as work:
        items = (await work.session.scalars(select(EscalatedItem))).all()
        assert [(item.matter_id, item.from_organ_name) for item in items] == [(matter.id, "许昌市建安区司法局")]


async def test_four_sweeps_at_once_take_each_step_once(world: World) -> None:
    letters = []
    for title in ("甲", "乙", "丙"):
        matter = await stories.open_matter(world, f"扣押物品期满未作处理决定{title}")
        await stories.find_problem(world, matter.id)
        letters.append((await stories.serve_letter(world, matter.id))[0])
    await world.set_clock("2026-11-20 09:00")
    counts = await asyncio.gather(*(stories.sweep(world) for _ in range(4)))
    rest = await stories.sweep(world)
    assert sum(counts) + rest == 15
    for letter in letters:
        assert [key for key, _ in await steps_taken(world, letter.id)] == LADDER
    titles = Counter((n.kind, tuple(n.roles), n.title) for n in await bell(world, SUPERVISED, "reminder"))
    assert set(titles.values()) == {1}
    async with world.work("市司法局") as work:
        assert len((await work.session.scalars(select(EscalatedItem))).all()) == 3


async def test_the_ladder_stops_at_once_when_the_cause_is_gone(world: World) -> None:
    _, _, letter, delivery = await stories.served_matter(world)
    await stories.sweep(world, "2026-10-23 09:00")
    await stories.answer_letter(world, delivery.id)
    assert await stories.sweep(world, "2026-12-20 09:00") == 0
    assert [key for key, _ in await steps_taken(world, letter.id)] == LADDER[:3]


async def test_a_pending_extension_holds_the_ladder_and_a_granted_one_starts_it_again(world: World) -> None:
    _, _, letter, delivery = await stories.served_matter(world)
    await world.set_clock("2026-10-16 09:00")
    async with world.work(SUPERVISED, "organ_head") as work:
        wanted = ExtensionInput(amount=5, reason="需要现场复核物品状况。", steps_taken="已通知当事人。")
        await instruments.request_extension(work, delivery.id, wanted)
    assert await stories.sweep(world, "2026-10-26 09:00") == 0
    async with world.work(BODY, "supervision_leader") as work:
        await instruments.decide_extension(work, letter.id, granted=True, reason="情况属实。")
    assert await stories.sweep(world, "2026-10-29 09:00") > 0
    assert {key for key, _ in await steps_taken(world, letter.id)} <= set(LADDER[:2])


async def test_a_suspended_matter_is_left_alone(world: World) -> None:
    matter, _, letter, _ = await stories.served_matter(world)
    async with world.work(BODY, "supervision_leader") as work:
        await matters.suspend(work, matter.id, "expert_opinion", "正在鉴定。")
    assert await stories.sweep(world, "2026-12-20 09:00") == 0
    assert await steps_taken(world, letter.id) == []


async def test_no_escalation_once_the_report_is_sent(world: World) -> None:
    _, _, letter, report = await stories.lapsed_matter(world)
    await stories.send_report(world, report.id)
    await stories.sweep(world, "2026-12-20 09:00")
    assert [key for key, _ in await steps_taken(world, letter.id)] == LADDER[:4]
    async with world.work("市司法局") as work:
        assert (await work.session.scalars(select(EscalatedItem))).all() == []


async def test_nothing_is_reported_when_a_judgment_settled_every_problem(world: World) -> None:
    """The letter lapses, the report is not drafted, the level above is not told; no step fails for ever."""
    matter = await stories.open_matter(world)
    act = await stories.enter_seizure(world, matter.id)
    await stories.find_problem(world, matter.id, concerns_act=True, act_id=act.id)
    letter, _ = await stories.serve_letter(world, matter.id)
    remedy = await stories.enter_remedy(world, matter.id, act.id)
    await stories.end_remedy(world, remedy.id, settles=True)
    await stories.sweep(world, "2026-12-20 09:00")
    assert [key for key, _ in await steps_taken(world, letter.id)] == LADDER
    async with world.work(BODY) as work:
        held = await work.session.get(Instrument, (work.city_id, letter.id))
        assert held is not None
        assert held.state == "lapsed"
        assert (await work.session.scalars(select(GovernmentReport))).all() == []
    async with world.work("市司法局") as work:
        assert (await work.session.scalars(select(EscalatedItem))).all() == []


async def test_an_unopened_letter_counts_as_served(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    letter = await stories.issue_letter(world, (await stories.draft_letter(world, matter.id)).id)
    assert await stories.sweep(world, "2026-10-10 20:00") == 0
    assert await stories.sweep(world, "2026-10-11 00:05") == 1
    delivery = await stories.delivery_of(world, letter.id)
    assert (delivery.served_how, delivery.served_on, delivery.state) == ("deemed", date(2026, 10, 10), "served")


async def test_an_unopened_decision_counts_as_served_too(world: World) -> None:
    """It lies in the government's tenancy, its deadlines in that of the body that handles the matter."""
    _, _, _, report = await stories.reported_matter(world)
    decision = await stories.decide(world, report.id)
    await stories.sweep(world, "2026-11-03 00:05")
    delivery = await stories.decision_delivery(world, decision)
    assert (delivery.served_how, delivery.served_on, delivery.state) == ("deemed", date(2026, 11, 2), "served")
    assert delivery.due_on == date(2026, 12, 2)
    async with world.work(BODY) as work:
        assert decision.instrument_id is not None
        assert [row.state for row in await deadlines.for_subject(work, decision.instrument_id)] == ["running"]


async def test_the_decision_has_reminders_and_no_second_report(world: World) -> None:
    _, _, decision, _ = await stories.decided_matter(world)
    await stories.sweep(world, "2027-01-10 09:00")
    assert decision.instrument_id is not None
    assert [key for key, _ in await steps_taken(world, decision.instrument_id)] == LADDER[:3]
    told = await bell(world, "建安区政府", "overdue")
    assert [n.link for n in told] == [f"/decisions/{decision.id}"]


async def test_a_failing_deadline_stops_nobody_else_and_becomes_a_visible_letter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await stories.open_matter(world, "扣押物品期满未作处理决定甲")
    await stories.find_problem(world, first.id)
    broken, _ = await stories.serve_letter(world, first.id)
    second = await stories.open_matter(world, "扣押物品期满未作处理决定乙")
    await stories.find_problem(world, second.id)
    good, _ = await stories.serve_letter(world, second.id)
    remind = steps.remind

    async def fails_for_one(work: Work, now: Scene, step: LadderStep) -> None:
        await remind(work, now, step)
        if now.instrument is not None and now.instrument.id == broken.id:
            await work.session.execute(select(Delivery.id).where(Delivery.id == "not a uuid"))

    monkeypatch.setitem(steps.ACTIONS, "remind_before", fails_for_one)
    assert await stories.sweep(world, "2026-10-19 09:00") == 1
    assert await steps_taken(world, broken.id) == []
    assert [key for key, _ in await steps_taken(world, good.id)] == ["remind_before"]
    assert await stories.sweep(world) == 0
    async with world.work(BODY) as work:
        query = select(OutboxMessage).where(OutboxMessage.job == "deadline_step", OutboxMessage.done_at.is_(None))
        waiting = (await work.session.scalars(query)).one()
    start(Runtime(world.database))
    for _ in range(MAX_DELIVERIES - 1):
        with pytest.raises(DataError):
            await run(world.database, "deadline_step", world.city_id, [(waiting.organ_id, waiting.id)])
    await run(world.database, "deadline_step", world.city_id, [(waiting.organ_id, waiting.id)])
    async with world.work(BODY) as work:
        letter = (await work.session.scalars(select(DeadLetter))).one()
        assert letter.job == "deadline_step"
    monkeypatch.setitem(steps.ACTIONS, "remind_before", remind)
    assert await stories.sweep(world, "2026-10-20 09:00") == 1
    assert [key for key, _ in await steps_taken(world, broken.id)] == ["remind_before"]


async def test_the_body_above_answers_an_item_once(world: World) -> None:
    matter, _, _, _ = await stories.served_matter(world)
    await stories.sweep(world, "2026-11-20 09:00")
    async with world.work("市司法局", "supervision_leader") as work:
        found = (await service.escalated_items(work)).items[0]
        assert found.matter_title == matter.title
        with pytest.raises(Invalid):
            await service.handle_item(work, found.id, "report", " ")
    async with world.work("市司法局", "supervision_leader") as work:
        await service.handle_item(work, found.id, "report", "请于三日内书面报告办理情况。")
        assert await service.count_open(work) == 0
    async with world.work("市司法局", "supervision_leader") as work:
        with pytest.raises(IllegalTransition):
            await service.handle_item(work, found.id, "take_over", "提级办理。")
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(NotFound):
            await service.escalated_item(work, found.id)
        events = await work.session.scalars(select(TimelineEvent.title).where(TimelineEvent.thread_id == matter.id))
        assert "上级要求报告办理情况" in list(events)


async def test_nothing_wakes_for_ever(world: World) -> None:
    _, _, letter, _ = await stories.served_matter(world)
    await stories.sweep(world, "2026-12-20 09:00")
    async with world.work(BODY) as work:
        rows = await deadlines.for_subject(work, letter.id, open_only=False)
        assert [(row.state, row.wake_on) for row in rows] == [("lapsed", None)]
