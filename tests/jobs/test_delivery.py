"""Nothing is lost and nothing has its effect twice, on both brokers."""

from __future__ import annotations

import asyncio

import pytest

from jobs.relay import Relay
from jobs.runtime import MAX_DELIVERIES, send
from kernel import deadletters
from kernel.errors import IllegalTransition, NotFound
from kernel.ids import NIL, new_id
from tests.jobs.conftest import Line, until
from tests.world import World


async def test_a_committed_row_is_worked_once(line: Line) -> None:
    ids = [await line.enqueue("test_effect", mark=f"m{n}") for n in range(5)]
    for n, message_id in enumerate(ids):
        row = await line.done(message_id)
        assert row.deliveries == 1
        assert await line.effects(f"m{n}") == 1


async def test_a_rolled_back_row_is_never_worked(line: Line) -> None:
    async def undo() -> None:
        async with line.world.system() as work:
            work.enqueue("test_effect", {"mark": "undone"})
            await work.session.flush()
            raise KeyError("undo")

    with pytest.raises(KeyError, match="undo"):
        await undo()
    await line.done(await line.enqueue("test_effect", mark="after"))
    assert await line.effects("undone") == 0


async def test_a_failing_job_comes_again_and_ends_as_a_dead_letter(line: Line) -> None:
    message_id = await line.enqueue("test_fail", mark="broken")
    row = await line.done(message_id, 40)
    assert row.deliveries == MAX_DELIVERIES
    assert await line.effects("broken") == 0, "a failed try leaves nothing behind"
    letters = await line.letters(message_id)
    assert [(letter.job, letter.deliveries, letter.payload) for letter in letters] == [
        ("test_fail", MAX_DELIVERIES, {"mark": "broken"})
    ]
    assert "broken: broken" in letters[0].error


async def test_what_the_law_refuses_is_not_tried_again(line: Line) -> None:
    message_id = await line.enqueue("test_refuse", mark="refused")
    row = await line.done(message_id)
    assert row.deliveries == 1
    assert "Barred" in (await line.letters(message_id))[0].error


async def test_a_job_without_an_actor_is_buried_and_holds_nobody_up(line: Line) -> None:
    unknown = await line.enqueue("test_unknown", mark="x")
    known = await line.enqueue("test_effect", mark="behind")
    await line.done(unknown)
    await line.done(known)
    assert len(await line.letters(unknown)) == 1
    assert await line.effects("behind") == 1


async def test_a_dead_letter_is_replayed_once(line: Line) -> None:
    message_id = await line.enqueue("test_refuse", mark="again")
    await line.done(message_id)
    letter = (await line.letters(message_id))[0]
    async with line.world.system() as work:
        fresh = await deadletters.replay(work, letter.id)
    await line.done(fresh)
    assert len(await line.letters(fresh)) == 1, "the cause is still there"
    with pytest.raises(IllegalTransition):
        async with line.world.system() as work:
            await deadletters.replay(work, letter.id)
    with pytest.raises(NotFound):
        async with line.world.system() as work:
            await deadletters.replay(work, new_id())


async def test_a_stopped_worker_gives_its_job_back(line: Line) -> None:
    message_id = await line.enqueue("test_slow", mark="slow", seconds=1.5)

    async def begun() -> bool:
        return (await line.row(message_id)).deliveries == 1

    await until(begun)
    await asyncio.to_thread(line.stop_worker)
    assert (await line.row(message_id)).deliveries == 0, "a stop is no fault of the message"
    assert await line.effects("slow") == 0
    line.start_worker()
    await line.done(message_id)
    assert await line.effects("slow") == 1


async def test_a_message_delivered_twice_has_one_effect(still_line: Line) -> None:
    message_id = await still_line.enqueue("test_effect", mark="twice")
    for _ in range(3):
        await asyncio.to_thread(send, "test_effect", still_line.world.city_id, [(NIL, message_id)])
    still_line.start_worker()
    await still_line.done(message_id)
    await asyncio.sleep(0.3)
    assert await still_line.effects("twice") == 1


async def test_what_the_broker_lost_is_handed_over_again(still_line: Line, world: World) -> None:
    message_id = await still_line.enqueue("test_effect", mark="wiped")
    assert await still_line.relay.step() == 1
    await still_line.wipe()
    still_line.start_worker()
    await asyncio.sleep(0.3)
    assert await still_line.effects("wiped") == 0
    relay = Relay(world.database, world.url, world.city_id, reclaim_after=0, reclaim_every=0)
    await relay.reclaim()
    assert await relay.step() == 1
    await still_line.done(message_id)
    assert await still_line.effects("wiped") == 1


async def test_a_relay_killed_between_publishing_and_its_mark_does_no_harm(still_line: Line) -> None:
    message_id = await still_line.enqueue("test_effect", mark="published")
    died = await asyncio.to_thread(still_line.process("relay_dies_after_publishing").wait)
    assert died == 9
    assert (await still_line.row(message_id)).relayed_at is None
    assert await still_line.relay.step() == 1
    still_line.start_worker()
    await still_line.done(message_id)
    await asyncio.sleep(0.3)
    assert await still_line.effects("published") == 1
