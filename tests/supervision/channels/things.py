"""Complaints and work orders for the tests of channels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kernel.tenancy import VISITOR
from kernel.work import Work, open_work
from supervision.channels import service as channels
from supervision.channels.views import Complained
from tests.world import World

BODY = "建安区司法局"
CITY = "市司法局"
SUBJECT = "建安区城市管理局"
TOWN = "尚集镇政府"
NAME, PHONE = "张小立", "13900001234"
CODE = "7K3M92QX7K3M92QX"
FACTS = "2026年10月8日，执法人员在新元大道扣押三轮车，没有出具扣押决定书，也没有告知理由。"
ORDERED = datetime(2026, 10, 9, 0, 30, tzinfo=UTC)


def visiting(world: World) -> Any:
    """A transaction of the open page: no account, no address."""
    return open_work(world.database, city_id=world.city_id, organ_id=VISITOR)


async def complain(world: World, code: str = CODE, organ: str = SUBJECT, **more: Any) -> Complained:
    given: dict[str, Any] = {"title": "扣押三轮车没有出具决定书", "facts": FACTS, "name": NAME, "contact": PHONE}
    given["organ_id"] = await world.organ(organ) if organ else None
    async with visiting(world) as work:
        return await channels.complain(work, channels.Complain(code=code, **(given | more)))


async def order(world: World, number: str = "XC20261009001", version: int = 1, **more: Any) -> channels.ReceiveOrder:
    given: dict[str, Any] = {
        "kind": "complaint",
        "title": "市民反映扣押三轮车没有出具决定书",
        "facts": FACTS,
        "ordered_at": ORDERED,
        "organ_id": await world.organ(SUBJECT),
        "place": "新元大道",
        "name": NAME,
        "contact": PHONE,
    }
    return channels.ReceiveOrder(number=number, version=version, **(given | more))


async def received(world: World, *, door: str = CITY, **more: Any) -> channels.Received:
    async with world.work(door) as work:
        return await channels.receive(work, await order(world, **more))


async def clue_of(world: World, found: channels.Received) -> UUID:
    async with world.work(BODY) as work:
        row = await channels.order(work, found.order_id)
        assert row is not None
        return row.clue_id


async def told(work: Work, order_id: UUID) -> list[str]:
    row = await channels.order(work, order_id)
    assert row is not None
    found = [await channels.message(work, order_id, seq) for seq in range(1, row.told + 1)]
    return [one.event for one in found if one is not None]
