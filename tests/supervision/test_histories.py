"""Random histories through the services on a real database: invariants 2 and 7 of procedure.md hold throughout.

Two matters of one organ are pushed about by everybody concerned, with the clock going on and the sweep running as it
likes. What the law refuses is refused; what is done is checked against the rows alone, not against the rules' code.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.models import AuditEntry, CalendarDay
from policy import rulebook
from supervision.deadlines.models import Deadline, DeadlineStep
from supervision.decisions import service as decisions
from supervision.decisions.commands import Decide
from supervision.decisions.models import Decision, DecisionItem, GovernmentReport
from supervision.instruments import service as instruments
from supervision.instruments.models import Delivery, Extension, Instrument
from supervision.matters import service as matters
from supervision.matters.models import Finding, Matter, Remedy
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

REFUSED = (Barred, Denied, IllegalTransition, Invalid, NotFound, Stale)
STEPS = 28
STOPPED = {"draft", "withdrawn"}
ASK = instruments.ExtensionInput(amount=5, reason="需要逐册清理历史案卷。", steps_taken="已清理二百册案卷。")


class History:
    """One random walk. Every act picks its object among the rows that there are."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.today = date(2026, 10, 9)
        self.done: Counter[str] = Counter()
        self.acts: dict[str, Callable[[], Awaitable[object]]] = {
            name.removeprefix("do_"): getattr(self, name) for name in dir(self) if name.startswith("do_")
        }

    async def begin(self) -> None:
        for title in ("甲", "乙"):
            matter = await stories.open_matter(self.world, f"扣押物品期满未作处理决定{title}")
            act = await stories.enter_seizure(self.world, matter.id)
            await stories.find_problem(self.world, matter.id, concerns_act=True, act_id=act.id)
            await stories.find_problem(self.world, matter.id, "执法公示不完整", content_item="8(2)")
            await stories.serve_letter(self.world, matter.id)

    async def step(self) -> None:
        name = self.chance.choice(sorted(self.acts))
        if self.chance.random() < 0.35:
            name = "time"
        elif self.chance.random() < 0.3:
            name = self.chance.choice(("send_report", "decide", "decide_all", "enter_remedy"))
        try:
            await self.acts[name]()
            self.done[name] += 1
        except REFUSED:
            self.done[f"{name} refused"] += 1

    async def one(self, model: Any, organ: str = BODY, *where: Any) -> Any:
        async with self.world.work(organ) as work:
            rows = (await work.session.scalars(select(model).where(*where).order_by(model.created_at, model.id))).all()
        if not rows:
            raise NotFound
        return self.chance.choice(rows)

    async def delivery(self) -> Delivery:
        found: Delivery = await self.one(Delivery, SUPERVISED)
        return found

    async def do_time(self) -> None:
        self.today += timedelta(days=self.chance.choice((1, 2, 5, 9)))
        await self.world.set_clock(f"{self.today} 09:00")
        await stories.sweep(self.world)

    async def do_answer(self) -> None:
        await stories.answer_letter(self.world, (await self.delivery()).id, refuses=self.chance.random() < 0.3)

    async def do_send_back(self) -> None:
        await stories.send_back_answer(self.world, (await self.one(Instrument)).id)

    async def do_opinion(self) -> None:
        await stories.serve_letter(self.world, (await self.one(Matter)).id, kind="opinion")

    async def do_withdraw(self) -> None:
        chosen = await self.one(Instrument)
        async with self.world.work(BODY, "supervision_leader") as work:
            await instruments.withdraw(work, chosen.id, "认定事实有误，另行制发。")

    async def do_ask_for_time(self) -> None:
        chosen = await self.delivery()
        async with self.world.work(SUPERVISED, "contact") as work:
            await instruments.request_extension(work, chosen.id, ASK)

    async def do_decide_on_time(self) -> None:
        chosen = await self.one(Extension, BODY, Extension.state == "requested")
        async with self.world.work(BODY, "supervision_leader") as work:
            granted = self.chance.random() < 0.6
            await instruments.decide_extension(work, chosen.instrument_id, granted=granted, reason="已核实情况。")

    async def do_enter_remedy(self) -> None:
        finding = await self.one(Finding, BODY, Finding.act_id.is_not(None))
        await stories.enter_remedy(self.world, finding.matter_id, finding.act_id)

    async def do_end_remedy(self) -> None:
        chosen = await self.one(Remedy, BODY, Remedy.ended_on.is_(None))
        await stories.end_remedy(self.world, chosen.id, settles=self.chance.random() < 0.5)

    async def do_suspend(self) -> None:
        chosen = await self.one(Matter)
        async with self.world.work(BODY, "supervision_leader") as work:
            await matters.suspend(work, chosen.id, "expert_opinion", "正在鉴定。")

    async def do_resume(self) -> None:
        chosen = await self.one(Matter, BODY, Matter.state == "suspended")
        async with self.world.work(BODY, "supervision_leader") as work:
            await matters.resume(work, chosen.id, "鉴定完毕。")

    async def do_send_report(self) -> None:
        await stories.send_report(self.world, (await self.one(GovernmentReport)).id)

    async def do_withdraw_report(self) -> None:
        chosen = await self.one(GovernmentReport)
        async with self.world.work(BODY, "supervision_leader") as work:
            await decisions.withdraw(work, chosen.id, "材料需要补充。")

    async def do_decide(self) -> None:
        await stories.decide(self.world, (await self.one(GovernmentReport)).id)

    async def do_decide_all(self) -> None:
        """Carelessly on every finding of the matter, the blocked ones too; now and then by who may not decide."""
        report = await self.one(GovernmentReport)
        async with self.world.work(BODY) as work:
            query = select(Finding.id).where(Finding.matter_id == report.matter_id)
            items = tuple(stories.item(i) for i in await work.session.scalars(query))
        organ, role = self.chance.choice(((GOVERNMENT, "government_leader"), (BODY, "supervision_leader")))
        async with self.world.work(organ, role) as work:
            await decisions.decide(work, report.id, Decide(items=items))


async def decisions_were_lawful(world: World, seen: set[UUID]) -> None:
    """Invariant 2, for decisions that are new since the last look: the remedies then are the remedies now."""
    tree = await world.directory()
    async with world.work(GOVERNMENT) as work:
        rows = (await work.session.scalars(select(Decision).where(Decision.id.not_in(seen)))).all()
        items = (await work.session.scalars(select(DecisionItem))).all()
    for decision in rows:
        seen.add(decision.id)
        assert tree.organ_class(decision.organ_id) == "government"
        decided = {item.finding_id for item in items if item.decision_id == decision.id}
        assert decided
        async with world.work(BODY) as work:
            findings = (await work.session.scalars(select(Finding).where(Finding.id.in_(decided)))).all()
            running = set(await work.session.scalars(select(Remedy.act_id).where(Remedy.ended_on.is_(None))))
            assert not {finding.act_id for finding in findings} & running
            report = await work.session.get(GovernmentReport, (work.city_id, decision.report_id))
            assert report is not None
            query = select(AuditEntry.action).where(AuditEntry.subject_id == report.instrument_id)
            assert {"lapse", "refuse"} & set(await work.session.scalars(query))


async def steps_are_complete(world: World, today: date) -> None:
    """Invariant 7, right after a sweep: each step of each round at most once, and there when its day had come."""
    offsets = {step.key: step.offset for step in rulebook.default().ladder}
    async with world.work(BODY) as work:
        taken = (await work.session.scalars(select(DeadlineStep))).all()
        limits = (await work.session.scalars(select(Deadline).where(Deadline.ladder))).all()
        stopped = set(await work.session.scalars(select(Matter.id).where(Matter.state == "suspended")))
        waiting = set(await work.session.scalars(select(Extension.instrument_id).where(Extension.state == "requested")))
        sent = select(GovernmentReport.matter_id).where(GovernmentReport.state.not_in(STOPPED))
        reported = set(await work.session.scalars(sent))
        workdays = sorted(await work.session.scalars(select(CalendarDay.day).where(CalendarDay.is_workday)))
    counted = Counter((row.deadline_id, row.round, row.step) for row in taken)
    assert set(counted.values()) <= {1}
    for limit in limits:
        if limit.state not in ("running", "lapsed") or limit.matter_id in stopped or limit.subject_id in waiting:
            continue
        for key, offset in offsets.items():
            if offset >= 5 and (limit.matter_id in reported or limit.subject_kind == "decision"):
                continue
            assert shifted(workdays, limit.due_on, offset) > today or counted[limit.id, limit.round, key], (key, limit)


def shifted(workdays: list[date], day: date, offset: int) -> date:
    """The working day so many after (or before) a day."""
    if offset > 0:
        return [d for d in workdays if d > day][offset - 1]
    return [d for d in workdays if d < day][offset] if offset else day


@pytest.mark.parametrize("seed", [5, 8])
async def test_decisions_stay_lawful_and_steps_complete(world: World, seed: int) -> None:
    history, seen = History(world, seed), set[UUID]()
    await history.begin()
    for _ in range(STEPS):
        await history.step()
        await decisions_were_lawful(world, seen)
    await history.do_time()
    await steps_are_complete(world, history.today)
    assert history.done["time"] > 3, history.done
