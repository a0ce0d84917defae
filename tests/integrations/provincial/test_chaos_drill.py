"""Ten thousand items each way through every fault, with both sides' processes killed all the time (kill -9)."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import func, select

from integrations.links import service as links
from integrations.links.models import Arrival, Parcel
from integrations.links.signing import new_keys
from integrations.provincial import service as provincial
from integrations.provincial.simulator.faults import PLENTY, Faults
from integrations.provincial.simulator.store import Store
from kernel.ids import new_id
from tests.integrations.links.things import ORGAN, connect
from tests.integrations.provincial.platform import Province, matter, record
from tests.world import World

ITEMS = 10_000
SECONDS = 1_200
KILLS = 8
FAULTS = msgspec.structs.replace(PLENTY, timeout_seconds=1.5)
ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.drill, pytest.mark.long]


class Both:
    """The simulated province and the exchanging process, started again as often as they are killed."""

    def __init__(self, port: int, store: Path, shared: str, ours: list[str]) -> None:
        self._port, self._store, self._shared, self._ours = port, store, shared, ours
        self._environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = 0

    def start(self, name: str, faults: Faults = FAULTS) -> None:
        province = [
            "cli", "province", "--port", str(self._port), "--store", str(self._store), "--shared", self._shared,
            "--faults", msgspec.json.encode(faults).decode(),
        ]  # fmt: skip
        words = province if name == "province" else ["tests.integrations.provincial.exchanging", *self._ours]
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", *words], env=self._environment, cwd=ROOT, stderr=subprocess.DEVNULL
        )

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()
        self.kills += 1

    def end(self) -> None:
        for name in list(self.running):
            self.kill(name)


async def test_ten_thousand_items_each_way_with_processes_killed(world: World, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    keys, path = new_keys("hmac-sm3"), tmp_path / "province.db"
    link = await connect(world, keys=keys, address=f"http://127.0.0.1:{port}", settings={"seconds": 1})
    store = Store(path)
    for start in range(0, ITEMS, 1_000):
        store.offer("record", [(f"R{n:06}", v, record(n, v)) for n in range(start, start + 1_000) for v in (2, 1)])
        async with world.work(ORGAN) as work:
            numbers = range(start, start + 1_000)
            things = [links.Outgoing("matter", new_id(), matter(n), f"matter:{n}") for n in numbers]
            await links.post_to(work, link, things)
    store.close()
    ours = [world.url, str(world.city_id), str(await world.organ(ORGAN)), str(link)]
    both = Both(port, path, keys.shared, ours)
    try:
        await _until_quiet(world, link, both)
        both.kill("ours")
        both.kill("province")
        there = Province(Store(path), keys, Faults(), link)
        async with there.client() as calm:
            made = await provincial.reconcile(await world.errand(ORGAN), link, calm)
        compared = {(one.direction, one.kind): one for one in made}
    finally:
        both.end()
    assert both.kills >= KILLS
    for key in (("in", "record"), ("out", "matter")):
        assert compared[key].equal
        assert (compared[key].ours, compared[key].theirs, compared[key].differences) == (ITEMS, ITEMS, 0)


async def _until_quiet(world: World, link: UUID, both: Both) -> None:
    """Kill one side or the other in the middle of the exchange, again and again, until nothing waits on either."""
    dice, deadline = random.Random(1), time.monotonic() + SECONDS
    both.start("province")
    both.start("ours")
    before = left, here = ITEMS, 0
    while time.monotonic() < deadline:
        await asyncio.sleep(dice.uniform(0.3, 1.5))
        left, here = await _state(world, link)
        if left == 0 and here == ITEMS:
            return
        if (left, here) != before and both.kills < KILLS:
            # Only what has got going is killed: on a slow machine a start may take longer than the exchange.
            before = left, here
            name = dice.choice(("province", "ours"))
            both.kill(name)
            both.start(name)
    pytest.fail(f"{left} parcels wait, {here} records are here")


async def _state(world: World, link: UUID) -> tuple[int, int]:
    """Parcels that wait and records that came; what is dead is replayed, as its administrator would."""
    async with world.work(ORGAN) as work:
        left = await work.session.scalar(select(func.count()).where(Parcel.state == "waiting")) or 0
        here = await work.session.scalar(select(func.count(Arrival.external_id.distinct()))) or 0
        dead = (await work.session.scalars(select(Parcel).where(Parcel.state == "dead"))).all()
        for parcel in dead:
            await links.replay(work, parcel.id)
    return left + len(dead), here
