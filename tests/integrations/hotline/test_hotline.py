"""The hotline and we, against its simulator: signed orders once, in any order; reports in order, through faults."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from integrations.hotline12345 import service as hotline
from integrations.hotline12345.simulator.app import Faults
from integrations.links import repository
from integrations.links import service as links
from integrations.links.models import Arrival, Parcel
from integrations.links.signing import new_keys
from jobs import link_actors
from kernel.models import OutboxMessage
from supervision.channels.models import HotlineOrder
from supervision.clues import service as clues
from supervision.clues.models import Clue
from tests.integrations.hotline.things import ORDER, Line, connected
from tests.integrations.links.things import connect
from tests.supervision.channels.things import BODY, CITY, NAME, PHONE
from tests.world import World


@pytest.fixture
async def line(world: World) -> Line:
    return await connected(world)


async def count(world: World, table: Any, organ: str = BODY) -> int:
    async with world.work(organ) as work:
        return len((await work.session.scalars(select(table).where(table.organ_id == work.organ_id))).all())


async def test_a_signed_order_becomes_a_clue_once(world: World, line: Line) -> None:
    first = await line.send()
    assert first.status_code == 200, first.text
    assert first.json() == {"number": ORDER.number, "version": 1, "outcome": "new"}
    assert {"zs-signature", "zs-nonce"} <= set(first.headers)
    assert PHONE not in first.text
    assert (await line.send()).json()["outcome"] == "repeated", "a delivery again, signed anew"
    assert (await line.send(replace(ORDER, version=3, title="补充情况"))).json()["outcome"] == "updated"
    assert (await line.send(replace(ORDER, version=2))).json()["outcome"] == "late"
    assert await count(world, HotlineOrder) == 1
    assert await count(world, Clue) == 1
    async with world.work(CITY) as work:
        states = {row.version: row.state for row in (await work.session.scalars(select(Arrival))).all()}
    assert states == {1: "taken", 2: "late", 3: "taken"}


async def test_a_message_is_accepted_once_and_only_from_the_hotline(world: World, line: Line) -> None:
    body, headers = line.simulated.signed(line.path, ORDER)
    assert (await line.hand_over(body, headers)).status_code == 200
    assert (await line.hand_over(body, headers)).status_code == 401, "replayed"
    assert (await line.send(replace(ORDER, number="XC2"), forged=True)).status_code == 401
    other, signed = line.simulated.signed(line.path, replace(ORDER, number="XC3"))
    assert (await line.hand_over(other.replace(b"XC3", b"XC4"), signed)).status_code == 401
    assert (await line.hand_over(body, {"content-type": "application/json"})).status_code == 401
    stranger = Line(world, await connect(world, "provincial", organ=CITY, keys=new_keys("hmac-sm3")), line.simulated)
    assert (await stranger.send()).status_code == 401
    assert await count(world, Clue) == 1


@pytest.mark.parametrize("wrong", [{"version": 0}, {"kind": "chat"}, {"title": "长" * 400}, {"caller": {"id": "1"}}])
async def test_what_is_no_order_is_refused_and_says_nothing(line: Line, wrong: dict[str, Any]) -> None:
    answer = await line.send(replace(ORDER, **wrong))
    assert answer.status_code == 422
    assert NAME not in answer.text
    assert PHONE not in answer.text


async def test_orders_are_pulled_and_a_faulty_one_holds_up_no_other(world: World, line: Line) -> None:
    gone = replace(ORDER, number="XC404", action="withdraw", reason="没有发过")
    line.simulated.orders = [ORDER, gone, replace(ORDER, number="XC2", organ="没有的单位"), ORDER]
    for expected in (4, 0):
        async with world.work(CITY) as work:
            client = line.client(await line.connected(work))
        assert await hotline.pull(await world.errand(CITY), line.link, client) == expected
    assert await count(world, HotlineOrder) == 1
    assert await count(world, HotlineOrder, CITY) == 1, "about nobody known: it stays at the door"
    async with world.work(CITY) as work:
        rows = (await work.session.scalars(select(Arrival))).all()
        assert {row.external_id: row.state for row in rows}["XC404"] == "refused"
        row = await repository.link(work, line.link)
        assert row is not None
        assert row.last_success_at is not None


async def test_what_was_refused_is_taken_once_its_cause_is_gone(world: World, line: Line) -> None:
    early = replace(ORDER, version=2, action="withdraw", reason="来电人撤回")
    line.simulated.orders = [early]
    async with world.work(CITY) as work:
        client = line.client(await line.connected(work))
    assert await hotline.pull(await world.errand(CITY), line.link, client) == 1

    async def again() -> tuple[str, bool, int]:
        """Its state, whether the inbox keeps what it says, and how many jobs there were."""
        async with world.work(CITY, "supervisor") as work:
            row = (await work.session.scalars(select(Arrival).where(Arrival.version == 2))).one()
            for _ in range(2):
                await links.retry(work, line.link, row.id)
        async with world.work(CITY) as work:
            jobs = (await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "take_arrival"))).all()
            await link_actors.take_arrival(work, **jobs[-1].payload)
            row = await work.session.get_one(Arrival, (work.city_id, row.id))
            return row.state, row.payload_cipher is not None, len(jobs)

    assert await again() == ("refused", True, 1), "there is still no such order"
    assert (await line.send()).status_code == 200
    assert await again() == ("taken", False, 2)
    assert await again() == ("taken", False, 2), "what was taken stays as it is"
    async with world.work(BODY) as work:
        assert (await work.session.scalars(select(HotlineOrder.state))).all() == ["withdrawn"]


async def test_the_whole_way_and_back(world: World, line: Line) -> None:
    await line.send()
    await line.tell()
    async with world.work(BODY, "supervisor") as work:
        clue = (await work.session.scalars(select(Clue).where(Clue.source == "hotline"))).one()
        await clues.accept(work, clue.id)
    await line.tell()
    async with world.work(BODY, "supervisor") as work:
        await clues.propose_dismissal(work, clue.id, "already_handled", "三轮车已经退还，决定书已经补正送达。")
    async with world.work(BODY, "supervision_leader") as work:
        await clues.dismiss(work, clue.id)
    await line.tell()
    told = line.simulated.about(ORDER.number)
    assert [(r.seq, r.event, r.final) for r in told] == [
        (1, "registered", False),
        (2, "accept", False),
        (3, "result", True),
    ]
    assert "已经退还" in told[2].words
    assert line.simulated.deliveries == 3


async def test_reports_arrive_once_and_in_order_through_faults(world: World, line: Line) -> None:
    await line.send()
    line.simulated.faults = Faults(errors=1, wrong_signatures=1, half=1)
    await line.tell()
    async with world.work(BODY, "supervisor") as work:
        clue = (await work.session.scalars(select(Clue).where(Clue.source == "hotline"))).one()
        await clues.accept(work, clue.id)
    for _ in range(4):
        await line.again()
    assert [r.event for r in line.simulated.about(ORDER.number)] == ["registered", "accept"]
    async with world.work(CITY) as work:
        parcels = (await work.session.scalars(select(Parcel))).all()
        assert {p.state for p in parcels} == {"received"}
        assert all(PHONE not in str(p.payload) and NAME not in str(p.payload) for p in parcels)


async def test_a_withdrawn_order(world: World, line: Line) -> None:
    assert (await line.send(replace(ORDER, action="withdraw"))).status_code == 404, "send the order first"
    await line.send()
    assert (await line.send(replace(ORDER, version=2, action="withdraw", reason="撤诉"))).json()["outcome"] == "updated"
    await line.tell()
    assert [r.event for r in line.simulated.about(ORDER.number)] == ["registered", "withdrawn"]
    async with world.work(BODY) as work:
        assert (await work.session.scalars(select(HotlineOrder.state))).all() == ["withdrawn"]
