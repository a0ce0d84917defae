"""Parcels, arrivals, the breaker and the feed over the real database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text, update

from integrations.links import repository, sweeping
from integrations.links import service as links
from integrations.links.errors import Unreachable
from integrations.links.models import Arrival, Link, Parcel
from integrations.links.rules import FAILURES, TRIES
from kernel.clock import system_now
from kernel.ids import new_id
from kernel.models import OutboxMessage
from tests.integrations.links.things import ORGAN, Obedient, connect, received
from tests.world import World


async def _post(world: World, number: int, subject: UUID | None = None) -> None:
    async with world.work(ORGAN) as work:
        for n in range(number):
            await links.post(
                work, "provincial", "matter", subject or new_id(), payload={"n": n}, key=f"k{n}", version=n + 1
            )


async def _push(world: World, link: UUID, carrier: Obedient) -> int:
    return await links.push(await world.errand(ORGAN), link, carrier)


async def _hurry(world: World) -> None:
    """What waits for a later try may go at once, and an open breaker is half open."""
    async with world.work(ORGAN) as work:
        await work.session.execute(update(Parcel).values(next_at=system_now()))
        past = system_now() - timedelta(seconds=1)
        await work.session.execute(update(Link).where(Link.open_until.is_not(None)).values(open_until=past))


async def _parcels(world: World) -> list[Parcel]:
    async with world.work(ORGAN) as work:
        return list((await work.session.scalars(select(Parcel).order_by(Parcel.id))).all())


def _down(_parcels: Sequence[Parcel]) -> list[links.Outcome]:
    raise Unreachable("down")


async def test_posting_twice_is_one_parcel_and_one_job(world: World) -> None:
    await connect(world)
    await _post(world, 3)
    async with world.work(ORGAN) as work:
        assert await links.post(work, "provincial", "matter", new_id(), payload={"n": 9}, key="k1") == 0
        assert await links.post(work, "hotline", "order", new_id(), payload={}, key="x") == 0
        jobs = await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "push_parcels"))
        assert len(jobs.all()) == 1
    assert len(await _parcels(world)) == 3


async def test_received_refused_and_silent(world: World) -> None:
    link = await connect(world)
    await _post(world, 3)

    def answer(parcels: Sequence[Parcel]) -> list[links.Outcome]:
        return [links.Outcome("k0", "received", {"no": "1"}), links.Outcome("k1", "refused", error="字段缺失")]

    assert await _push(world, link, Obedient(answer)) == 2
    first, second, third = await _parcels(world)
    assert (first.state, second.state, third.state) == ("received", "refused", "waiting")
    assert first.receipt == {"no": "1"}
    assert (third.attempts, third.error) == (1, "对方没有回执")
    assert third.next_at > system_now()


async def test_one_record_goes_out_in_order(world: World) -> None:
    link = await connect(world)
    await _post(world, 3, subject=new_id())
    carrier = Obedient(received)
    while await _push(world, link, carrier):
        pass
    assert carrier.carried == [["k0"], ["k1"], ["k2"]]


async def test_a_poisonous_parcel_holds_up_no_other_and_dies_in_the_end(world: World) -> None:
    link = await connect(world)
    await _post(world, 4)

    def answer(parcels: Sequence[Parcel]) -> list[links.Outcome]:
        if any(parcel.key == "k2" for parcel in parcels):
            raise Unreachable("500")
        return received(parcels)

    carrier = Obedient(answer)
    for _ in range(TRIES * 3):
        await _push(world, link, carrier)
        await _hurry(world)
    assert [parcel.state for parcel in await _parcels(world)] == ["received", "received", "dead", "received"]
    async with world.work(ORGAN) as work:
        dead = (await _parcels(world))[2]
        await links.replay(work, dead.id)
    assert await _push(world, link, Obedient(received)) == 1


async def test_the_breaker_opens_tries_one_and_closes(world: World) -> None:
    link = await connect(world)
    await _post(world, 30)
    down = Obedient(_down, most=2)
    for _ in range(FAILURES):
        await _push(world, link, down)
    async with world.work(ORGAN) as work:
        row = await repository.link(work, link)
        assert row is not None
        assert row.failures == FAILURES
        assert row.open_until is not None
        assert row.last_error == "down"
    assert await _push(world, link, Obedient(received)) == 0, "an open breaker lets nothing out"
    await _hurry(world)
    half = Obedient(received)
    await _push(world, link, half)
    assert len(half.carried[0]) == 1
    await _push(world, link, half)
    assert len(half.carried[1]) > 1
    async with world.work(ORGAN) as work:
        row = await repository.link(work, link)
        assert row is not None
        assert (row.failures, row.open_until) == (0, None)


async def test_a_record_comes_in_once_and_late_versions_have_no_effect(world: World) -> None:
    link = await connect(world)
    async with world.work(ORGAN) as work:
        assert await links.take_in(work, link, "A", 2, {"name": "张某"}, kind="officer")
        assert not await links.take_in(work, link, "A", 2, {"name": "张某"}, kind="officer")
        assert not await links.take_in(work, link, "A", 1, {"name": "李某"}, kind="officer")
        assert await links.take_in(work, link, "A", 3, {"name": "王某"}, kind="officer")
        many = [links.Incoming("B", 1, {}), links.Incoming("B", 2, {}), links.Incoming("B", 2, {})]
        assert [(one.external_id, one.version) for one in await links.take_in_many(work, link, "officer", many)] == [
            ("B", 2)
        ]
        await links.settle(work, link, "officer", "A", 3)
        await links.settle_many(work, link, "officer", {("A", 2): "被新版本代替", ("B", 2): ""})
    async with world.work(ORGAN) as work:
        rows = await work.session.scalars(select(Arrival).order_by(Arrival.external_id, Arrival.version))
        found = [(row.external_id, row.version, row.state) for row in rows]
        held = [item async for item in repository.held(work, link, "officer", "in")]
        raw = await work.session.scalar(text("select payload_cipher from arrival where version = 3"))
    assert found == [("A", 1, "late"), ("A", 2, "refused"), ("A", 3, "taken"), ("B", 1, "late"), ("B", 2, "taken")]
    assert [(item[0], item[1]) for item in held] == [("A", 3), ("B", 2)]
    assert "王某".encode() not in bytes(raw)


async def test_the_feed_tells_everything_once_and_nothing_of_others(world: World) -> None:
    async with world.work(ORGAN) as work:
        cursor = await links.now_cursor(work)
    for n in range(5):
        async with world.work(ORGAN) as work:
            work.record("try", "matter", None, title=f"试{n}")
        async with world.work("建安区司法局") as work:
            work.record("try", "matter", None, title="别处")
    await world.settled(ORGAN)
    seen = []
    for _ in range(10):
        async with world.work(ORGAN) as work:
            events, cursor = await links.events_after(work, cursor, 2)
            seen += [event.title for event in events]
    assert seen == [f"试{n}" for n in range(5)]


async def test_the_feed_waits_for_transactions_that_are_under_way(world: World) -> None:
    async with world.work(ORGAN) as work:
        cursor = await links.now_cursor(work)
    async with world.work(ORGAN) as slow:
        slow.record("try", "matter", None, title="慢")
        await slow.session.flush()
        async with world.work(ORGAN) as work:
            work.record("try", "matter", None, title="快")
        async with world.work(ORGAN) as work:
            events, cursor = await links.events_after(work, cursor, 10)
            assert events == [], "the slow one began first and must not be lost"
    await world.settled(ORGAN)
    async with world.work(ORGAN) as work:
        events, cursor = await links.events_after(work, cursor, 10)
    assert [event.title for event in events] == ["慢", "快"]


async def test_links_are_found_from_outside_and_read_by_their_organ_alone(world: World) -> None:
    link = await connect(world)
    assert await links.organ_of(world.database, world.city_id, link) == await world.organ(ORGAN)
    async with world.work("建安区司法局") as work:
        assert await repository.link(work, link) is None
        assert await work.session.scalar(text("select count(*) from link")) == 0


async def test_the_sweep_starts_what_is_due_and_leaves_paused_links_alone(world: World) -> None:
    link = await connect(world)
    paused = await connect(world, "discipline")
    await _post(world, 1)
    async with world.work(ORGAN) as work:
        await work.session.execute(update(Link).where(Link.id == paused).values(state="paused"))
        await work.session.execute(update(OutboxMessage).values(done_at=system_now()))
        work.record("try", "matter", None, title="试")
    async with world.system() as work:
        tellers = {"provincial": "tell_province", "discipline": "tell_discipline"}
        assert await sweeping.sweep(work, tellers, ("provincial",)) == 2
        assert await sweeping.start_each(work, {"provincial": "pull_province", "discipline": "pull_discipline"}) == 1
    async with world.work(ORGAN) as work:
        found = await work.session.scalars(select(OutboxMessage).where(OutboxMessage.done_at.is_(None)))
        jobs = {(row.job, row.payload["link_id"]) for row in found}
    assert jobs == {(job, str(link)) for job in ("push_parcels", "tell_province", "pull_province")}
