"""Enforcement bodies: what an entrustment must say, its end, and whose register it is (Article 10(5))."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Stale
from tenants.registers import service as registers
from tenants.registers.commands import BodyInput
from tests.stories import BODY, SUPERVISED
from tests.world import World


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")


def entry(**changes: Any) -> BodyInput:
    values: dict[str, Any] = {
        "kind": "entrusted",
        "name": "市容监察所（演示）",
        "authority": "行政执法委托书（建城委〔2025〕3号）",
        "scope": "占道经营、市容环境卫生方面的日常检查和简易处罚",
        "valid_from": date(2025, 1, 1),
        "valid_until": date(2026, 12, 31),
    }
    return BodyInput(**(values | changes))


async def test_a_body_is_entered_changed_and_ended(world: World) -> None:
    async with world.work(SUPERVISED, "contact") as work:
        row = await registers.add_body(work, entry())
        view = await registers.body(work, row.id)
        assert (view.status, view.kind_label, view.may_manage) == ("valid", "受委托的组织", True)
    async with world.work(SUPERVISED, "contact") as work:
        await registers.change_body(work, row.id, entry(name="市容监察大队（演示）"), version=1)
        with pytest.raises(Stale):
            await registers.change_body(work, row.id, entry(), version=1)
    async with world.work(SUPERVISED, "organ_head") as work:
        await registers.end_body(work, row.id, date(2026, 10, 1), "解除委托")
        with pytest.raises(IllegalTransition):
            await registers.end_body(work, row.id, date(2026, 10, 1), "再次解除")
        view = await registers.body(work, row.id)
        assert (view.status, view.may_manage) == ("ended", False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_until": None}, "valid_until"),
        ({"valid_until": date(2024, 1, 1)}, "valid_until"),
        ({"scope": "市容管理，可以再委托其他组织"}, "scope"),
        ({"uscc": "91411000MA00000000"}, "uscc"),
        ({"kind": "friend"}, "kind"),
        ({"authority": ""}, "authority"),
        ({"name": "=1"}, "name"),
    ],
)
async def test_what_an_entrustment_must_say(world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        async with world.work(SUPERVISED, "contact") as work:
            await registers.add_body(work, entry(**changes))
    assert field in {e.field for e in refused.value.errors}
    assert refused.value.article == "10(5)"


async def test_an_entrustment_is_over_the_day_after_its_last_day(world: World) -> None:
    async with world.work(SUPERVISED, "contact") as work:
        row = await registers.add_body(work, entry(valid_until=date(2026, 10, 9)))
        assert (await registers.body(work, row.id)).status == "valid"
    await world.set_clock("2026-10-10 09:00")
    async with world.work(SUPERVISED, "contact") as work:
        assert (await registers.body(work, row.id)).status == "ended"


async def test_the_body_of_the_level_reads_and_strangers_do_not(world: World) -> None:
    async with world.work(SUPERVISED, "contact") as work:
        for number in range(3):
            await registers.add_body(work, entry(name=f"监察{number}所（演示）"))
    here = await world.organ(SUPERVISED)
    async with world.work(BODY, "supervisor") as work:
        first = await registers.list_bodies(work, organ_id=here, limit=2)
        assert first.next is not None
        rest = await registers.list_bodies(work, organ_id=here, limit=2, after=UUID(first.next))
        names = [b.name for b in (*first.items, *rest.items)]
        assert names == [f"监察{n}所（演示）" for n in range(3)]
        with pytest.raises(Denied):
            await registers.end_body(work, first.items[0].id, date(2026, 10, 1), "代为终止")
    async with world.work("建安区水利局", "contact") as work:
        with pytest.raises(NotFound):
            await registers.body(work, first.items[0].id)
        with pytest.raises(NotFound):
            await registers.list_bodies(work, organ_id=here)
