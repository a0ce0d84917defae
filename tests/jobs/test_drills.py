"""Processes that are killed: what they were doing is done once, or ends as a visible dead letter."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from jobs import broker as broker_module
from jobs.runtime import MAX_DELIVERIES
from kernel import deadletters
from kernel.models import ScheduleFire
from tests.jobs.conftest import Line, until
from tests.world import World

pytestmark = pytest.mark.drill


async def test_a_message_that_kills_its_worker_ends_as_a_dead_letter(still_line: Line) -> None:
    message_id = await still_line.enqueue("test_kill", mark="deadly")
    behind = await still_line.enqueue("test_slow", mark="behind", seconds=0.3)
    assert await still_line.relay.step() == 2
    deaths = 0
    for _ in range(MAX_DELIVERIES + 2):
        worker = still_line.process("worker")
        while worker.poll() is None and not await still_line.letters(message_id):
            await asyncio.sleep(0.1)
        if worker.poll() is None:
            await still_line.done(behind)
            worker.kill()
            worker.wait()
            break
        assert worker.returncode == 9, "it died of something else"
        deaths += 1
    letters = await still_line.letters(message_id)
    assert len(letters) == 1
    assert deaths == MAX_DELIVERIES
    assert letters[0].deliveries == MAX_DELIVERIES + 1
    assert await still_line.effects("behind") == 1, "what ran beside it is not taken for a killer"
    async with still_line.world.work("市司法局") as work:
        shown, _ = await deadletters.listing(work, None, 10)
        assert [(letter.outbox_id, letter.payload) for letter in shown] == [(message_id, {"mark": "deadly"})]
        fresh = await deadletters.replay(work, shown[0].id)
    assert await still_line.relay.step() == 1
    row = await still_line.row(fresh)
    assert (row.deliveries, row.done_at, row.relayed_at is None) == (0, None, False), "counted anew"


async def test_workers_killed_again_and_again_lose_and_double_nothing(still_line: Line) -> None:
    ids = [await still_line.enqueue("test_slow", mark=f"k{n}", seconds=0.05) for n in range(60)]
    while await still_line.relay.step():
        pass
    killed = 0

    async def all_done() -> bool:
        rows = [await still_line.row(message_id) for message_id in ids]
        return all(row.done_at for row in rows)

    worker = still_line.process("worker")
    for _ in range(4):
        await asyncio.sleep(1.6)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        killed += 1
        worker = still_line.process("worker")
    await until(all_done, 120)
    worker.kill()
    worker.wait()
    assert killed == 4
    assert [await still_line.effects(f"k{n}") for n in range(60)] == [1] * 60


async def test_a_killed_leader_leaves_no_gap_and_no_double(world: World) -> None:
    line = Line(world, "", "", None)  # type: ignore[arg-type]

    async def fires() -> list[datetime]:
        async with world.system() as work:
            return list(await work.session.scalars(select(ScheduleFire.fire_at).order_by(ScheduleFire.fire_at)))

    async def reached(number: int) -> None:
        async def enough() -> bool:
            return len(await fires()) >= number

        await until(enough, 30)

    processes: list[subprocess.Popen[bytes]] = [line.process("scheduler") for _ in range(2)]
    try:
        for round_number in range(1, 4):
            await reached(3 * round_number)
            # The leader is one of the two; killing both in turn hits it, and a third comes in.
            victim = processes.pop(0)
            victim.kill()
            victim.wait()
            processes.append(line.process("scheduler"))
        await reached(12)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    moments = await fires()
    assert len(moments) == len(set(moments))
    assert {b - a for a, b in pairwise(moments)} == {timedelta(seconds=1)}


def test_a_dead_worker_is_noticed_soon() -> None:
    assert broker_module.HEARTBEAT_SECONDS * 3 < broker_module.HEARTBEAT_TTL_SECONDS
