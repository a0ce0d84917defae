"""A leader gives a running limit more time: once, with the reason, and its addressee sees the new end (Art. 19)."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from supervision.desk import service as desk
from supervision.instruments.models import Delivery
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.world import World

WHY = "涉及多个路段，需要分批处理。"


async def test_the_leader_prolongs_once_and_the_addressee_sees_it(world: World) -> None:
    *_, delivery = await stories.served_matter(world)
    assert delivery.deadline_id is not None
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied, match="期限"):
            await desk.prolong(work, delivery.deadline_id, 5, "working_day", WHY)
    async with world.work(BODY, "supervision_leader") as work:
        for amount, unit, reason in ((0, "working_day", WHY), (5, "month", WHY), (5, "working_day", " ")):
            with pytest.raises(Invalid):
                await desk.prolong(work, delivery.deadline_id, amount, unit, reason)
        made = await desk.prolong(work, delivery.deadline_id, 5, "working_day", WHY)
        with pytest.raises(IllegalTransition, match="次数已经用完"):
            await desk.prolong(work, delivery.deadline_id, 5, "working_day", WHY)
    assert made.due_on == date(2026, 10, 29)
    async with world.work(SUPERVISED, "contact") as work:
        seen = await work.session.get(Delivery, (work.city_id, delivery.id))
        assert seen is not None
        assert (seen.due_on, seen.extended) == (date(2026, 10, 29), True)
        with pytest.raises(NotFound):
            await desk.prolong(work, delivery.deadline_id, 5, "working_day", WHY)
