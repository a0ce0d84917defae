"""What the product's own records count for, exactly, before and after a fold; who reads it."""

from __future__ import annotations

from reporting.figures import service as figures
from reporting.figures.periods import parse
from tests import stories
from tests.world import World

OCTOBER = parse("2026-10")
YEAR = parse("2026")


async def read(world: World, reader: str, role: str, organ: str, *codes: str, reach: str = "tree") -> list[int]:
    organ_id = await world.organ(organ)
    async with world.work(reader, role) as work:
        found = await figures.values(work, organ_id, OCTOBER, codes, reach=reach)
        return [found[code] for code in codes]


async def folded(world: World) -> int:
    async with world.system() as work:
        return await figures.fold(work)


async def agrees(world: World) -> bool:
    async with world.system() as work:
        return await figures.recount(work) == []


async def test_a_matter_counts_at_every_level_before_and_after_the_fold(world: World) -> None:
    matter = await stories.open_matter(world)
    codes = ("matters.opened", "matters.opened/verification_urging", "matters.open", "matters.stage/checking")
    for _ in range(2):
        for reader, organ in (("建安区政府", "建安区政府"), ("许昌市政府", "许昌市政府"), ("许昌市政府", "建安区政府")):
            assert await read(world, reader, "government_leader", organ, *codes) == [1, 1, 1, 1]
        assert await read(world, "建安区司法局", "supervisor", "建安区司法局", *codes, reach="own") == [1, 1, 1, 1]
        assert await read(world, "建安区政府", "government_leader", "建安区政府", *codes, reach="own") == [0, 0, 0, 0]
        assert await agrees(world)
        await folded(world)
    await stories.find_problem(world, matter.id)
    assert await read(
        world, "建安区政府", "government_leader", "建安区政府", "findings.established", "findings.content/10(5)"
    ) == [1, 1]
    assert await agrees(world)
