"""Rows that share a message: each keeps its own count, its own transaction and its own end."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from jobs import relay
from jobs.runtime import MAX_DELIVERIES, TOGETHER, send
from kernel.ids import NIL, new_id
from tests.jobs.conftest import Line, until

CITY = UUID(int=7)


def claimed(job: str, number: int) -> list[relay.Claimed]:
    return [(CITY, NIL, new_id(), job) for _ in range(number)]


def test_few_rows_travel_alone_and_many_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOGETHER, "test_effect", 25)
    rows = claimed("test_effect", relay.SPREAD)
    assert [len(part) for _, _, part in relay.parcels(rows)] == [1] * relay.SPREAD
    many = claimed("test_effect", 1_000)
    found = relay.parcels([*many[500:], *many[:500]])
    assert [len(part) for _, _, part in found] == [25] * 40
    assert [message_id for _, _, part in found for _, message_id in part] == [row[2] for row in many], "oldest first"


def test_what_works_long_never_shares_a_message() -> None:
    assert {len(part) for _, _, part in relay.parcels(claimed("check_audit", 1_000))} == {1}
    assert TOGETHER["proof_of_service"] == 1


def test_jobs_and_cities_do_not_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOGETHER, "test_effect", 25)
    rows = [*claimed("test_effect", 100), (UUID(int=8), NIL, new_id(), "test_effect"), *claimed("test_fail", 3)]
    shares = {(name, city) for name, city, _ in relay.parcels(rows)}
    assert shares == {("test_effect", CITY), ("test_effect", UUID(int=8)), ("test_fail", CITY)}
    assert sum(len(part) for _, _, part in relay.parcels(rows)) == len(rows)


async def test_one_that_fails_stops_no_other_of_its_message(still_line: Line) -> None:
    good = [await still_line.enqueue("test_maybe", mark=f"g{n}") for n in range(3)]
    bad = await still_line.enqueue("test_maybe", mark="bad", fails=True)
    last = await still_line.enqueue("test_maybe", mark="last")
    rows = [(NIL, message_id) for message_id in (*good[:2], bad, good[2], last)]
    await asyncio.to_thread(send, "test_maybe", still_line.world.city_id, rows)
    still_line.start_worker()
    row = await still_line.done(bad, 40)
    assert row.deliveries == MAX_DELIVERIES
    assert len(await still_line.letters(bad)) == 1
    for message_id, mark in ((good[0], "g0"), (good[1], "g1"), (good[2], "g2"), (last, "last")):
        assert (await still_line.row(message_id)).deliveries == 1
        assert await still_line.effects(mark) == 1
    assert await still_line.effects("bad") == 0


async def test_a_stopped_worker_gives_back_all_that_it_did_not_finish(still_line: Line) -> None:
    ids = [await still_line.enqueue("test_slow", mark=f"s{n}", seconds=1.5) for n in range(3)]
    await asyncio.to_thread(send, "test_slow", still_line.world.city_id, [(NIL, message_id) for message_id in ids])
    still_line.start_worker()

    async def begun() -> bool:
        return (await still_line.row(ids[2])).deliveries == 1

    await until(begun)
    await asyncio.to_thread(still_line.stop_worker)
    assert [(await still_line.row(message_id)).deliveries for message_id in ids] == [0, 0, 0]
    still_line.start_worker()
    for n, message_id in enumerate(ids):
        await still_line.done(message_id, 40)
        assert await still_line.effects(f"s{n}") == 1


async def test_a_flood_of_one_job_holds_up_no_other_and_waits_in_the_outbox(
    still_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "AHEAD", 4)
    monkeypatch.setattr(relay, "BATCH", 3)
    flood = [await still_line.enqueue("test_effect", mark=f"f{n}") for n in range(9)]
    other = await still_line.enqueue("test_maybe", mark="other")
    assert await still_line.relay.step() == 4, "three of the flood, one of the other"
    assert (await still_line.row(other)).relayed_at is not None
    assert await still_line.relay.step() == 1, "no more than four of a job are under way"
    assert await still_line.relay.step() == 0
    still_line.start_worker()
    await still_line.done(flood[0])
    task = asyncio.create_task(still_line.relay.run())
    for n, message_id in enumerate(flood):
        await still_line.done(message_id)
        assert await still_line.effects(f"f{n}") == 1
    still_line.relay.stop()
    await task
