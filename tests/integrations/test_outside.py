"""What leads outside, three times alike (parcels, notices, webhooks): no transaction is open while a partner hangs, a
worker that dies leaves a claim that ends by itself, and two workers ask once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from integrations.links import service as links
from integrations.links.models import LinkLease, Parcel
from integrations.notify import dispatching
from integrations.notify import sending as notice_sending
from integrations.notify import service as notify
from integrations.notify.gateways import Letter
from integrations.notify.models import NoticeAddress, NoticeSending
from integrations.webhooks import sending as webhook_sending
from integrations.webhooks import service as webhooks
from integrations.webhooks.models import WebhookEndpoint, WebhookMessage
from kernel.clock import system_now
from kernel.db import engine_for
from kernel.ids import new_id
from kernel.vault import vault
from tests.integrations.links.things import connect
from tests.stories import BODY
from tests.world import World


class Killed(BaseException):
    """The worker's process is gone, after the partner took what it was given."""


@dataclass
class Partner:
    """The other side, whoever it is: what it was asked, and how long it takes."""

    ids: list[str] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    doors: list[asyncio.Event] = field(default_factory=list)
    """One for each time it was asked: it answers when that is set."""
    open: bool = False
    kills: int = 0
    name: str = "试验网关"
    most: int = 10

    async def take(self, name: object) -> None:
        self.ids.append(str(name))
        self.asked.set()
        if self.kills:
            self.kills -= 1
            raise Killed
        if not self.open:
            self.doors.append(asyncio.Event())
            await asyncio.wait_for(self.doors[-1].wait(), 20)

    async def carry(self, link: links.Connected, parcels: Sequence[Parcel]) -> list[links.Outcome]:
        for parcel in parcels:
            await self.take(parcel.key)
        return [links.Outcome(parcel.key, "received") for parcel in parcels]

    async def hand_over(self, letter: Letter) -> str:
        await self.take(letter.id)
        return "收到"

    async def post(self, endpoint: WebhookEndpoint, row: WebhookMessage) -> webhook_sending.Answer:
        await self.take(row.id)
        return webhook_sending.Answer(200, "ok", 1)


@dataclass
class Way:
    """One thing that goes out: how it is sent, and the row and the claim that it leaves."""

    world: World
    partner: Partner
    send: Callable[[], Awaitable[Any]]
    row: Any
    claim: Any
    until: str

    async def over(self) -> None:
        """The claim ends by itself."""
        async with self.world.work(BODY) as work:
            await work.session.execute(update(self.claim).values({self.until: system_now()}))

    async def state(self) -> tuple[str, int]:
        async with self.world.work(BODY) as work:
            row = (await work.session.scalars(select(self.row))).one()
        return ("done" if row.state in ("received", "handed", "delivered") else row.state), row.attempts


async def _parcel(world: World, partner: Partner, _patch: pytest.MonkeyPatch) -> Way:
    link = await connect(world, organ=BODY)
    async with world.work(BODY) as work:
        await links.post_to(work, link, [links.Outgoing("matter", new_id(), {"n": 1}, "k1")])
    errand = await world.errand(BODY)
    return Way(world, partner, lambda: links.push(errand, link, partner), Parcel, LinkLease, "until")


async def _notice(world: World, partner: Partner, patch: pytest.MonkeyPatch) -> Way:
    patch.setattr(notice_sending, "gateway", lambda *_: partner)
    person = await world.actor(BODY, "supervisor")
    async with world.work(BODY) as work:
        address = NoticeAddress(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, person_id=person.person_id, channel="email",
            cipher=vault().seal("chen@example.gov.cn"), lookup=b"-", masked="c***", nonce=b"-", code_sent_at=work.now,
            tries=0, verified_at=work.now,
        )  # fmt: skip
        work.session.add(address)
        row = await dispatching.send(work, address, person.name, "notice", ("题目", "正文"))
    errand = await world.errand(BODY)
    return Way(world, partner, lambda: notify.hand_over(errand, row.id), NoticeSending, NoticeSending, "claimed_until")


async def _webhook(world: World, partner: Partner, patch: pytest.MonkeyPatch) -> Way:
    patch.setattr(webhook_sending, "_post", partner.post)
    async with world.work(BODY, "system_admin") as work:
        made = await webhooks.add(work, "办公系统", "http://127.0.0.1:9/hook", ["clue.received"])
        await webhooks.trial(work, made.endpoint.id)
    async with world.work(BODY) as work:
        found: UUID = (await work.session.scalars(select(WebhookMessage.id))).one()
    errand = await world.errand(BODY)
    return Way(
        world, partner, lambda: webhooks.hand_over(errand, found), WebhookMessage, WebhookMessage, "claimed_until"
    )


@pytest.fixture(params=[_parcel, _notice, _webhook], ids=["parcel", "notice", "webhook"])
async def way(request: pytest.FixtureRequest, world: World, monkeypatch: pytest.MonkeyPatch) -> Way:
    made: Way = await request.param(world, Partner(), monkeypatch)
    return made


OPEN = text(
    "select state, backend_xid, backend_xmin from pg_stat_activity where datname = current_database()"
    " and usename = current_user and pid <> pg_backend_pid() and (xact_start is not null or backend_xid is not null)"
)


async def transactions(world: World) -> list[Any]:
    """Open transactions of the application in this database, as another connection sees them."""
    engine = engine_for(world.url, pool_size=1)
    try:
        async with engine.connect() as connection:
            return list((await connection.execute(OPEN)).all())
    finally:
        await engine.dispose()


async def test_while_a_partner_hangs_nothing_of_ours_is_open_and_a_second_worker_asks_nothing(way: Way) -> None:
    async with way.world.work(BODY):
        assert await transactions(way.world), "the look finds a transaction that is open"
    first = asyncio.ensure_future(way.send())
    await asyncio.wait_for(way.partner.asked.wait(), 10)
    assert await transactions(way.world) == []
    await way.send()
    assert len(way.partner.ids) == 1
    assert await way.state() == ("waiting", 1)
    way.partner.doors[0].set()
    await first
    assert await way.state() == ("done", 1)
    await way.send()
    assert len(way.partner.ids) == 1


async def test_killed_before_it_settles_it_goes_again_under_the_same_id_when_the_claim_is_over(way: Way) -> None:
    way.partner.kills = 1
    way.partner.open = True
    with pytest.raises(Killed):
        await way.send()
    await way.send()
    assert len(way.partner.ids) == 1, "the claim of the dead one still stands"
    assert await way.state() == ("waiting", 1)
    await way.over()
    await way.send()
    assert len(way.partner.ids) == 2
    assert len(set(way.partner.ids)) == 1
    assert await way.state() == ("done", 2)


async def test_what_comes_back_after_the_claim_was_taken_over_settles_nothing(way: Way) -> None:
    slow = asyncio.ensure_future(way.send())
    await asyncio.wait_for(way.partner.asked.wait(), 10)
    await way.over()
    way.partner.asked.clear()
    second = asyncio.ensure_future(way.send())
    await asyncio.wait_for(way.partner.asked.wait(), 10)
    way.partner.doors[0].set()
    await slow
    assert await way.state() == ("waiting", 2)
    way.partner.doors[1].set()
    await second
    assert await way.state() == ("done", 2)


async def test_what_kills_every_worker_ends_where_a_person_sees_it(way: Way) -> None:
    way.partner.kills = 50
    for _ in range(20):
        try:
            await way.send()
        except Killed:
            await way.over()
    state, attempts = await way.state()
    assert state == "dead"
    assert attempts == len(way.partner.ids)
    assert 3 <= attempts <= 12
