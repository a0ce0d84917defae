"""A hotline for tests: its simulator, connected with the city's justice department."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from integrations.hotline12345 import service as hotline
from integrations.hotline12345.messages import Caller, Order
from integrations.hotline12345.simulator.app import Hotline, create_simulator
from integrations.links import repository
from integrations.links import service as links
from integrations.links.models import Parcel
from integrations.links.signing import for_peer, new_keys
from kernel.clock import system_now
from kernel.models import OutboxMessage
from tests.integrations.links.things import connect
from tests.supervision.channels.things import BODY, CITY, NAME, PHONE, SUBJECT
from tests.web.conftest import transport
from tests.world import World

ORDER = Order(
    number="XC20261009001",
    version=1,
    title="市民反映扣押三轮车没有出具决定书",
    content="来电人称10月8日在新元大道被扣押三轮车，没有收到扣押决定书。",
    organ=SUBJECT,
    place="新元大道",
    ordered_at=datetime(2026, 10, 9, 0, 30, tzinfo=UTC),
    caller=Caller(NAME, PHONE),
)


class Line:
    """A hotline connected with the city's justice department."""

    def __init__(self, world: World, link: UUID, simulated: Hotline, address: str = "") -> None:
        self.world, self.link, self.simulated, self.address = world, link, simulated, address

    @property
    def path(self) -> str:
        return f"/api/v1/hotline/{self.link}/orders"

    async def send(self, order: Order = ORDER, **more: Any) -> httpx.Response:
        body, headers = self.simulated.signed(self.path, order, **more)
        return await self.hand_over(body, headers)

    async def hand_over(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """To the running product at `address`, or to the application in this process."""
        inside = None if self.address else transport(self.world)
        base = self.address or "http://testserver"
        async with httpx.AsyncClient(transport=inside, base_url=base, trust_env=False, timeout=30) as http:
            return await http.post(self.path, content=body, headers=headers)

    def client(self, link: links.Connected) -> hotline.Client:
        app: Any = create_simulator(self.simulated)
        return hotline.Client(link, transport=httpx.ASGITransport(app=app))

    async def connected(self, work: Any) -> links.Connected:
        row = await repository.link(work, self.link)
        assert row is not None
        return links.connected(row)

    async def tell(self) -> None:
        """What the jobs do: every message that waits is posted and handed over."""
        async with self.world.work(BODY) as work:
            query = select(OutboxMessage).where(OutboxMessage.job == "tell_hotline", OutboxMessage.done_at.is_(None))
            for message in (await work.session.scalars(query.order_by(OutboxMessage.id))).all():
                await hotline.tell(work, UUID(message.payload["order_id"]), message.payload["seq"])
                message.done_at = system_now()
        async with self.world.work(CITY) as work:
            connection = await self.connected(work)
        errand = await self.world.errand(CITY)
        # Parcels about one order travel one after the other.
        while await links.push(errand, self.link, hotline.HotlineCarrier(self.client(connection))):
            pass

    async def again(self) -> None:
        """The pause after a failure is over, and so is the breaker's."""
        async with self.world.work(CITY) as work:
            for parcel in (await work.session.scalars(select(Parcel).where(Parcel.state == "waiting"))).all():
                parcel.next_at = system_now()
        await self.tell()


async def connected(world: World) -> Line:
    """A line that is there on both sides."""
    keys = new_keys("hmac-sm3")
    link = await connect(
        world, "hotline", organ=CITY, address="http://hotline.test", keys=keys, settings={"pull": True}
    )
    return Line(world, link, Hotline(for_peer(keys)))
