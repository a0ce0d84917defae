"""What is found at a vertical or dual-led body is told to its upper department within a limit (Art. 2(3))."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kernel.errors import IllegalTransition, Invalid
from supervision.deadlines.models import Deadline, Notice
from supervision.matters import service as matters
from supervision.matters.models import Matter
from tests import stories
from tests.stories import BODY
from tests.world import World

VERTICAL = "建安区烟草专卖局"


async def limit(world: World, matter: Matter) -> list[Deadline]:
    async with world.work(BODY) as work:
        query = select(Deadline).where(Deadline.matter_id == matter.id, Deadline.rule_key == "vertical.notify_upper")
        return list(await work.session.scalars(query))


async def vertical_matter(world: World) -> Matter:
    return await stories.open_matter(world, "许可审批没有公示", supervised=VERTICAL, content_items=("8(2)",))


async def test_a_finding_starts_the_limit_and_telling_meets_it(world: World) -> None:
    matter = await vertical_matter(world)
    await stories.find_problem(world, matter.id, content_item="8(2)")
    [running] = await limit(world, matter)
    assert (running.state, running.amount, running.unit) == ("running", 5, "working_day")
    async with world.work(BODY, "supervisor") as work:
        view = await matters.view(work, matter.id)
        assert "tell_upper" in {c.action for c in view.allowed}
        with pytest.raises(Invalid, match="告知的内容"):
            await matters.tell_upper(work, matter.id, "已告知")
        await matters.tell_upper(work, matter.id, "发现许可审批没有公示，请督促整改。")
        with pytest.raises(IllegalTransition, match="没有尚未告知"):
            await matters.tell_upper(work, matter.id, "发现许可审批没有公示，请督促整改。")
    assert [d.state for d in await limit(world, matter)] == ["met"]
    tree = await world.directory()
    above = tree.get(await world.organ(VERTICAL)).parent_id
    assert above is not None
    async with world.work(tree.short(above)) as work:
        titles = list(await work.session.scalars(select(Notice.title)))
    assert any("存在需要整改的问题" in title for title in titles)


async def test_a_letter_whose_copy_goes_there_tells_it(world: World) -> None:
    matter = await vertical_matter(world)
    await stories.find_problem(world, matter.id, content_item="8(2)")
    drafted = await stories.draft_letter(world, matter.id)
    await stories.issue_letter(world, drafted.id)
    assert [d.state for d in await limit(world, matter)] == ["met"]


async def test_other_bodies_have_no_upper_department_to_tell(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    assert await limit(world, matter) == []
    async with world.work(BODY, "supervisor") as work:
        assert "tell_upper" not in {c.action for c in (await matters.view(work, matter.id)).allowed}
