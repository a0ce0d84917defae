"""Random histories through the services: no officer acts in a matter while a recusal is pending or in force
(invariant 3 of procedure.md), read from the trail alone."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound
from kernel.models import AuditEntry
from kernel.work import Work
from supervision.matters import service as matters
from supervision.matters.commands import RecordActivity
from supervision.matters.models import Handler, Matter, Recusal
from supervision.recusals import service as recusals
from supervision.recusals.commands import DecideRecusal
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

REFUSED = (Barred, Denied, IllegalTransition, Invalid, NotFound)
STEPS = 40


class History:
    """One walk over one matter; whoever acts is drawn, whether they may or not."""

    def __init__(self, world: World, seed: int, matter: Matter, delivery_id: UUID) -> None:
        self.world, self.chance, self.matter, self.delivery_id = world, random.Random(seed), matter, delivery_id
        self.done: Counter[str] = Counter()
        self.minute = 0

    async def step(self) -> None:
        self.minute += 1
        await self.world.set_clock(f"2026-10-09 {9 + self.minute // 60:02}:{self.minute % 60:02}")
        name = self.chance.choice(("work", "work", "declare", "apply", "order", "decide", "decide", "lift", "assign"))
        try:
            await getattr(self, f"do_{name}")()
            self.done[name] += 1
        except REFUSED:
            self.done[f"{name} refused"] += 1

    async def recusal(self, state: str) -> Recusal:
        """Mostly one that is ready for the step, now and then any."""
        async with self.world.work(BODY) as work:
            rows = list(await work.session.scalars(select(Recusal).order_by(Recusal.id)))
        if self.chance.random() < 0.8:
            rows = [row for row in rows if row.state == state]
        if not rows:
            raise NotFound
        return self.chance.choice(rows)

    async def do_work(self) -> None:
        posts = tuple(await stories.handler_posts(self.world))
        async with self.world.work(BODY, "supervisor", self.chance.randrange(3)) as work:
            done = RecordActivity(
                kind="inspect", at=work.now.replace(second=0, microsecond=0), place="现场", record="查看现场情况。",
                participant_post_ids=posts,
            )  # fmt: skip
            await matters.record_activity(work, self.matter.id, done)

    async def do_declare(self) -> None:
        role, nth = self.chance.choice((("supervisor", 0), ("supervisor", 1), ("supervisor", 2), ("organ_head", 0)))
        async with self.world.work(BODY, role, nth) as work:
            await recusals.declare_recusal(work, self.matter.id, "other", "与经办人员有争议。")

    async def do_apply(self) -> None:
        async with self.world.work(SUPERVISED, "contact") as work:
            name = self.chance.choice(("陈明远", "刘思齐"))
            await recusals.apply_recusal(work, self.delivery_id, name, "other", "与本单位经办人员有争议。")

    async def do_order(self) -> None:
        person = (await self.world.actor(BODY, "supervisor", self.chance.randrange(3))).person_id
        async with self.leader() as work:
            command = DecideRecusal(granted=True, reason="应当回避而没有回避。")
            await recusals.order_recusal(work, self.matter.id, person, "own_interest", command)

    async def do_decide(self) -> None:
        row = await self.recusal("declared")
        command = DecideRecusal(granted=self.chance.random() < 0.5, reason="情况已经核实清楚。")
        async with self.leader() as work:
            await recusals.decide_recusal(work, row.id, command)

    async def do_lift(self) -> None:
        row = await self.recusal("granted")
        async with self.leader() as work:
            await recusals.lift_recusal(work, row.id, "原因已经消除，不再影响。")

    async def do_assign(self) -> None:
        who = self.chance.sample(range(3), 2)
        posts = await stories.handler_posts(self.world, *who)
        async with self.world.work(BODY, "supervision_leader", self.chance.randrange(2)) as work:
            await matters.assign_handlers(work, self.matter.id, posts, True)

    def leader(self) -> AbstractAsyncContextManager[Work]:
        organ, role, nth = self.chance.choice(
            (*[(BODY, "organ_head", 0), (GOVERNMENT, "government_leader", 0)] * 3, (BODY, "supervisor", 0))
        )
        return self.world.work(organ, role, nth)


async def nobody_recused_acts(world: World, matter_id: UUID) -> None:
    """Every entry of the matter against the time in which its person was out of it."""
    async with world.work(BODY) as work:
        entries = list(await work.session.scalars(select(AuditEntry).where(AuditEntry.thread_id == matter_id)))
        rows = list(await work.session.scalars(select(Recusal).where(Recusal.matter_id == matter_id)))
        active = set(await work.session.scalars(select(Handler.person_id).where(Handler.ended_at.is_(None))))
    people = {}
    for role, nth in (("supervisor", 0), ("supervisor", 1), ("supervisor", 2), ("organ_head", 0)):
        actor = await world.actor(BODY, role, nth)
        people[actor.post_id] = actor.person_id
    for row in rows:
        ended: datetime | None = row.lifted_at if row.state == "lifted" else None
        ended = row.decided_at if row.state == "refused" else ended
        for entry in entries:
            during = row.declared_at < entry.at and (ended is None or entry.at < ended)
            mine = entry.actor_post_id is not None and people.get(entry.actor_post_id) == row.person_id
            assert not (during and mine and entry.result == "done"), (entry.action, entry.at, row.state)
        assert row.decided_by != row.person_id
        assert row.state != "granted" or row.person_id not in active
    held = Counter(row.person_id for row in rows if row.state in ("declared", "granted"))
    assert set(held.values()) <= {1}


@pytest.mark.parametrize("seed", [3, 11])
async def test_no_recused_officer_acts(world: World, seed: int) -> None:
    await world.set_clock("2026-10-09 08:30")
    matter, _, _, delivery = await stories.served_matter(world)
    history = History(world, seed, matter, delivery.id)
    for _ in range(STEPS):
        await history.step()
    await nobody_recused_acts(world, matter.id)
    assert history.done["decide"] + history.done["order"] > 1, history.done
    assert history.done["work"] + history.done["work refused"] > 3, history.done
