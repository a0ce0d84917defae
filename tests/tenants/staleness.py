"""Deciding while powers are taken away and organs move: how often an answer was older than the last commit.

Several readers decide in transactions of their own, over two engines, as two processes would; a writer grants and
revokes a delegation and moves an organ between two governments. An answer counts when no change happened between
the begin of its transaction and its end; it is stale when it is not what that state gives.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import update

from kernel.ids import new_id
from kernel.work import Actor, Database, open_work
from tenants.access import Target, consider
from tenants.delegations.models import Delegation
from tenants.organs import service as organs
from tenants.organs.models import Organ
from tests.world import World

HERE, PRINCIPAL, DELEGATE = "建安区司法局", "supervision_leader", "supervisor"
SUPERVISED, HOMES = "建安区水利局", ("禹州市政府", "建安区政府")
PER_STATE = 4
"""Answers that count before the next change."""


@dataclass(slots=True)
class Tally:
    """`decisions` counted, and the `stale` among them: allowed after a revocation, or refused after a grant."""

    decisions: int = 0
    stale_allows: int = 0
    stale_denials: int = 0


@dataclass(slots=True)
class Subject:
    """What changes, and who asks about it. `allowed` is what holds since the last commit; `revision` counts them."""

    actor: Actor
    kind: str
    action: str
    target: Target
    allowed: bool
    revision: int = 0
    changing: bool = False
    counted: int = 0
    tally: Tally = field(default_factory=Tally)

    async def ask(self, database: Database, blind: bool, times: int) -> None:
        """Decide `times` times in one transaction. `blind` stands for a process that trusts its memory."""
        before, expected, steady = self.revision, self.allowed, not self.changing
        async with open_work(
            database, city_id=self.actor.city_id, organ_id=self.actor.organ_id, actor=self.actor
        ) as work:
            if blind:
                work.versions = dict.fromkeys(work.versions, 1)
            answers = [(await consider(work, self.kind, self.action, self.target))[0].allowed for _ in range(times)]
        if steady and not self.changing and self.revision == before:
            self.counted += 1
            self.tally.decisions += len(answers)
            self.tally.stale_allows += sum(answers) if not expected else 0
            self.tally.stale_denials += answers.count(False) if expected else 0

    async def settle(self) -> None:
        """Wait until the present state was asked about often enough."""
        self.counted = 0
        while self.counted < PER_STATE:
            await asyncio.sleep(0)

    def changed(self, allowed: bool) -> None:
        self.allowed, self.changing = allowed, False
        self.revision += 1


async def hammer(
    world: World, second: Database, *, revocations: int, moves: int, times: int = 1, blind: bool = False
) -> Tally:
    """Run the changes one after the other under four readers; both tallies added up."""
    lent, moved = await _lent(world), await _moved(world)
    stopped = asyncio.Event()
    readers = [
        asyncio.create_task(_read(database, subject, stopped, times, blind))
        for subject in (lent, moved)
        for database in (world.database, second)
    ]
    try:
        await asyncio.gather(_revoke(world, lent, revocations), _move(world, moved, moves))
    finally:
        stopped.set()
        await asyncio.gather(*readers)
    return Tally(*(getattr(lent.tally, f) + getattr(moved.tally, f) for f in Tally.__slots__))


async def _read(database: Database, subject: Subject, stopped: asyncio.Event, times: int, blind: bool) -> None:
    while not stopped.is_set():
        await subject.ask(database, blind, times)


async def _revoke(world: World, subject: Subject, number: int) -> None:
    for _ in range(number):
        for state in ("approved", "ended"):
            subject.changing = True
            async with world.work(HERE) as work:
                await work.session.execute(update(Delegation).values(state=state))
            subject.changed(state == "approved")
            await subject.settle()


async def _move(world: World, subject: Subject, number: int) -> None:
    organ = await world.organ(SUPERVISED)
    homes = [await world.organ(name) for name in HOMES]
    for turn in range(number):
        subject.changing = True
        async with world.system() as work:
            row = await work.session.get_one(Organ, (work.city_id, organ))
            row.parent_id = homes[turn % 2]
            await organs.renew_tree(work)
        subject.changed(turn % 2 == 1)
        await subject.settle()


async def _lent(world: World) -> Subject:
    principal, delegate = await world.actor(HERE, PRINCIPAL), await world.actor(HERE, DELEGATE)
    async with world.work(HERE) as work:
        work.session.add(
            Delegation(
                city_id=world.city_id,
                id=new_id(),
                organ_id=work.organ_id,
                **_party("principal", principal),
                **_party("delegate", delegate),
                roles=[PRINCIPAL],
                acts=["matter/approve_opening"],
                reason="测试",
                valid_from=date(2026, 1, 1),
                valid_to=date(2026, 12, 31),
                state="ended",
                proposed_by=new_id(),
                proposed_by_name="甲",
                proposed_at=work.now,
                decided_by=new_id(),
            )
        )
    return Subject(delegate, "matter", "approve_opening", Target(owner_id=delegate.organ_id), allowed=False)


def _party(side: str, actor: Actor) -> dict[str, object]:
    return {
        f"{side}_post_id": actor.post_id,
        f"{side}_person_id": actor.person_id,
        f"{side}_name": actor.name,
        f"{side}_title": actor.title,
    }


async def _moved(world: World) -> Subject:
    """A supervisor, who may propose against a department of his own county's government only (Art. 2(1))."""
    actor = await world.actor(HERE, DELEGATE)
    return Subject(actor, "matter", "propose", Target(supervised_id=await world.organ(SUPERVISED)), allowed=True)
