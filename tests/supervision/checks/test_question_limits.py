"""The day for answering a question: reminded before it, escalated after it, met by the answer (Arts. 13, 14)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from supervision.checks import service as checks
from supervision.checks.models import CheckHit
from supervision.deadlines.models import Deadline, Notice
from supervision.desk import service as desk
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.supervision.checks.cases import keep, record, run
from tests.world import World

LATE = {"filed_on": "2026-01-05", "clue_received_on": "2026-01-05", "title": "无证经营案（演示）"}
ASKED = "请说明超过90日的原因，有无延期审批。"


async def asked(world: World, due_on: date | None = None) -> tuple[UUID, UUID]:
    """A hit about the supervised organ and the question about it."""
    await keep(world, [record("penalty", **LATE)])
    await run(world)
    async with world.work(BODY, "supervisor") as work:
        hit = (await work.session.scalars(select(CheckHit).where(CheckHit.rule == "P01"))).one()
        row = await checks.ask(work, hit.id, ASKED, due_on or await checks.term(work))
        return hit.id, row.id


async def deadline(world: World, question_id: UUID) -> Deadline:
    async with world.work(BODY) as work:
        query = select(Deadline).where(Deadline.subject_id == question_id)
        return (await work.session.scalars(query)).one()


async def lines(world: World, organ: str, kind: str) -> list[Any]:
    async with world.work(organ) as work:
        query = select(Notice).where(Notice.organ_id == work.organ_id, Notice.kind == kind).order_by(Notice.at)
        return [(line.title, line.link, tuple(line.roles), line.article) for line in await work.session.scalars(query)]


async def groups(world: World, organ: str, role: str) -> dict[str, list[str]]:
    async with world.work(organ, role) as work:
        return {group.label: [item.title for item in group.items] for group in (await desk.desk(work)).groups}


async def test_silence_is_reminded_of_then_told_then_put_before_the_leader(world: World) -> None:
    hit_id, question_id = await asked(world)
    limit = await deadline(world, question_id)
    assert (limit.due_on, limit.rule_key, limit.unit) == (date(2026, 10, 15), "question.answer", "working_day")
    label = limit.title.removeprefix("答复询问：")
    assert (await groups(world, SUPERVISED, "legal_officer"))["待答复的询问"] == [label]
    assert "询问逾期未答复" not in await groups(world, BODY, "supervisor")
    assert await stories.sweep(world, "2026-10-13 09:00") == 0
    assert await stories.sweep(world, "2026-10-14 09:00") == 1
    ((title, link, roles, article),) = await lines(world, SUPERVISED, "reminder")
    assert title == f"{limit.title}，2026年10月15日（周四）到期"
    assert (link, roles, article) == (f"/questions/{question_id}", ("contact", "legal_officer"), "14")
    assert await stories.sweep(world, "2026-10-15 09:00") == 0
    assert await stories.sweep(world, "2026-10-16 09:00") == 1
    assert [(one[0], one[2]) for one in await lines(world, SUPERVISED, "overdue")] == [
        (f"逾期未{limit.title}", ("organ_head",))
    ]
    ((title, link, _, _),) = await lines(world, BODY, "overdue")
    assert (title, link) == (f"建安区城市管理局逾期未{limit.title}", f"/checks/{hit_id}")
    assert (await groups(world, BODY, "supervisor"))["询问逾期未答复"] == [label]
    assert await lines(world, BODY, "escalation") == []
    assert await stories.sweep(world, "2026-10-20 09:00") == 1
    ((title, _, roles, _),) = await lines(world, BODY, "escalation")
    assert title == f"建安区城市管理局逾期未答复询问，请决定登记线索或者立项：{label}"
    assert roles == ("supervision_leader",)
    assert await stories.sweep(world, "2026-11-20 09:00") == 0, "each step once"


async def test_an_answer_ends_it_in_time_or_late(world: World) -> None:
    _, question_id = await asked(world)
    await stories.sweep(world, "2026-10-16 09:00")
    async with world.work(SUPERVISED, "legal_officer") as work:
        await checks.answer(work, question_id, "案卷第12页有延期审批表。")
    limit = await deadline(world, question_id)
    assert (limit.state, limit.ended_on) == ("met", date(2026, 10, 16))
    assert await stories.sweep(world, "2026-10-20 09:00") == 0
    assert "待答复的询问" not in await groups(world, SUPERVISED, "legal_officer")
    assert "询问逾期未答复" not in await groups(world, BODY, "supervisor")


async def test_nobody_is_reminded_once_the_hit_is_dealt_with(world: World) -> None:
    hit_id, question_id = await asked(world)
    async with world.work(BODY, "supervisor") as work:
        await checks.dismiss(work, [hit_id], "papers_on_file", "已调卷核实。")
    assert (await deadline(world, question_id)).state == "cancelled"
    assert await stories.sweep(world, "2026-10-20 09:00") == 0


async def test_another_day_may_be_named_and_a_free_one_moves_on(world: World) -> None:
    _, question_id = await asked(world, date(2026, 10, 18))
    limit = await deadline(world, question_id)
    assert (limit.due_on, limit.source) == (date(2026, 10, 19), "由文书确定")
    async with world.work(SUPERVISED, "legal_officer") as work:
        assert (await checks.question(work, question_id)).due_on == date(2026, 10, 19)


async def test_the_asker_urges_from_the_list_of_running_deadlines(world: World) -> None:
    _, question_id = await asked(world)
    await world.set_clock("2026-10-19 09:00")
    async with world.work(BODY, "supervisor") as work:
        (row,) = [r for r in (await desk.running(work)).rows if r.href == f"/questions/{question_id}"]
        assert row.can_urge
        await desk.urge(work, row.deadline.id)
    urged = [link for title, link, _, _ in await lines(world, SUPERVISED, "reminder") if "催办" in title]
    assert urged == [f"/questions/{question_id}"]


async def test_the_card_of_the_asked_organ_is_headed_by_what_it_shows(world: World) -> None:
    async with world.work(SUPERVISED, "legal_officer") as work:
        assert (await desk.desk(work)).heading == "收到的文书"
    await asked(world)
    async with world.work(SUPERVISED, "legal_officer") as work:
        view = await desk.desk(work)
    assert (view.heading, view.groups[0].key) == ("收到的询问和文书", "questions")
