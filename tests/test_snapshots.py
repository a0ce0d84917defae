"""Kept stories: put back only where living through them would have made the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select

from kernel.models import AuditEntry
from tests import stories
from tests.databases import Backend
from tests.world import World


@pytest.fixture
def afresh(world: World, backend: Backend) -> Callable[[], Awaitable[None]]:
    """Makes the city fresh again within a test."""

    async def again() -> None:
        with backend.lent():
            pass
        assert world.shelf is not None
        world.shelf.begin()
        await world.set_clock("2026-10-09 09:00")

    return again


async def trail(world: World) -> int:
    async with world.work(stories.BODY) as work:
        return (await work.session.scalars(select(func.count()).select_from(AuditEntry))).one()


async def test_a_step_on_a_kept_step_is_put_back_with_its_rows(
    world: World, afresh: Callable[[], Awaitable[None]]
) -> None:
    async def told() -> tuple[object, ...]:
        matter = await stories.open_matter(world)
        finding = await stories.find_problem(world, matter.id)
        checked = await stories.check_matter(world, matter.id)
        return matter.id, finding.id, checked.id, await trail(world)

    first = await told()
    await afresh()
    assert await trail(world) < first[-1]  # type: ignore[operator]
    assert await told() == first


async def test_other_words_another_time_and_another_past_are_lived_through(
    world: World, afresh: Callable[[], Awaitable[None]]
) -> None:
    known = {(await stories.open_matter(world)).id}
    await afresh()
    known.add((await stories.open_matter(world, "收取费用没有出具票据")).id)
    await afresh()
    await world.set_clock("2026-10-12 09:00")
    known.add((await stories.open_matter(world)).id)
    await afresh()
    await stories.register_clue(world)
    known.add((await stories.open_matter(world)).id)
    await afresh()
    async with world.work(stories.BODY, "supervisor") as work:
        work.record("test.written", "test", None, title="写入一条记录")
    known.add((await stories.open_matter(world)).id)
    assert len(known) == 5


async def test_steps_taken_at_once_are_lived_through(world: World, afresh: Callable[[], Awaitable[None]]) -> None:
    kept = await stories.open_matter(world)
    await afresh()
    made = await asyncio.gather(stories.open_matter(world), stories.open_matter(world))
    assert len({kept.id, *(matter.id for matter in made)}) == 3


async def test_the_clock_goes_on_where_the_story_ended(world: World, afresh: Callable[[], Awaitable[None]]) -> None:
    for _ in range(2):
        await stories.lapsed_matter(world)
        assert world.clock == "2026-10-30 09:00"
        async with world.system() as work:
            assert work.today.isoformat() == "2026-10-30"
        await afresh()


async def test_what_a_test_changed_in_a_story_is_found(world: World, afresh: Callable[[], Awaitable[None]]) -> None:
    matter = await stories.open_matter(world, "没有其他测试讲述的事项")
    matter.title = "改动"
    await afresh()
    with pytest.raises(AssertionError, match="a test has changed what a story returned"):
        await stories.open_matter(world, "没有其他测试讲述的事项")
