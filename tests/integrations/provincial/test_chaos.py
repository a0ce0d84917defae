"""Pushed and pulled through every fault at once, with workers that die between the exchange and its settlement, until
both sides hold the same."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import func, select, update

from integrations.links import service as links
from integrations.links.models import Arrival, Link, LinkLease, Parcel
from integrations.provincial import service as provincial
from integrations.provincial.simulator.faults import PLENTY, Faults
from kernel.clock import system_now
from kernel.errand import Errand
from kernel.ids import new_id
from kernel.work import Work
from tests.integrations.links.things import ORGAN, connect
from tests.integrations.provincial.platform import Province, matter, province, record
from tests.world import World

ITEMS = 300
FAULTS = msgspec.structs.replace(PLENTY, timeout=0.0, seed=7)


class Killed(BaseException):
    """The process is gone: what was not committed never was."""


class Mortal(Errand):
    """An errand that may end at each of its transactions, before it does anything."""

    dice = random.Random(11)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        if self.dice.random() < 0.06:
            raise Killed
        async with super().work() as work:
            yield work
            if self.dice.random() < 0.04:
                raise Killed


async def test_three_hundred_items_each_way_through_every_fault(world: World, tmp_path: Path) -> None:
    there = province(tmp_path / "province.db", FAULTS)
    link = await connect(world, keys=there.keys)
    dice = random.Random(7)
    there.store.offer("record", [(f"R{n:05}", v, record(n, v)) for n in range(ITEMS) for v in _versions(dice)])
    async with world.work(ORGAN) as work:
        things = [links.Outgoing("matter", new_id(), matter(n), f"matter:{n}") for n in range(ITEMS)]
        assert await links.post_to(work, link, things) == ITEMS
    rounds = 0
    while not await _quiet(world, link):
        rounds += 1
        assert rounds < 400
        await _hurry(world)
        for step in (_push, _pull):
            try:
                await step(world, link, there, dice)
            except Killed:
                there.store.close()
                there.store = type(there.store)(tmp_path / "province.db")
    async with there.client(Faults()) as calm:
        made = await provincial.reconcile(await world.errand(ORGAN), link, calm)
    compared = {(one.direction, one.kind): one for one in made}
    for key in (("in", "record"), ("out", "matter")):
        assert compared[key].equal
        assert (compared[key].ours, compared[key].theirs, compared[key].differences) == (ITEMS, ITEMS, 0)


def _versions(dice: random.Random) -> list[int]:
    found = list(range(1, dice.randint(1, 3) + 1))
    dice.shuffle(found)
    return found


async def _push(world: World, link: UUID, there: Province, dice: random.Random) -> None:
    carrier_most = 40
    faults = msgspec.structs.replace(there.faults, seed=dice.randrange(1 << 30))
    async with there.client(faults, loss=0.05) as client:
        carrier = provincial.Carrier(client)
        carrier.most = carrier_most
        await links.push(await _mortal(world), link, carrier)


async def _pull(world: World, link: UUID, there: Province, dice: random.Random) -> None:
    faults = msgspec.structs.replace(there.faults, seed=dice.randrange(1 << 30))
    async with there.client(faults, loss=0.05) as client:
        await provincial.pull(await _mortal(world), link, client)


async def _mortal(world: World) -> Mortal:
    return Mortal(world.database, world.city_id, await world.organ(ORGAN))


async def _hurry(world: World) -> None:
    """Time passes: retries are due, leases are over, the breaker is half open, the operator replays what is dead."""
    async with world.work(ORGAN) as work:
        await work.session.execute(update(Parcel).where(Parcel.state == "waiting").values(next_at=system_now()))
        await work.session.execute(update(Link).values(open_until=None))
        await work.session.execute(update(LinkLease).values(until=system_now()))
        for parcel in (await work.session.scalars(select(Parcel).where(Parcel.state == "dead"))).all():
            await links.replay(work, parcel.id)


async def _quiet(world: World, link: UUID) -> bool:
    async with world.work(ORGAN) as work:
        left = await work.session.scalar(select(func.count()).where(Parcel.state != "received"))
        here = await work.session.scalar(select(func.count(Arrival.external_id.distinct())))
        row = await work.session.get_one(Link, (work.city_id, link))
        return left == 0 and here == ITEMS and row.failures == 0
