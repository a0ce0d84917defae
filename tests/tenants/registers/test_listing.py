"""Lists of the register: every file once over all pages, tabs by certificate, own organ or the whole level."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.errors import Denied, Invalid, NotFound
from tenants.registers import service as registers
from tenants.registers.listing import OfficerFilter, export_rows
from tests.stories import BODY, SUPERVISED
from tests.tenants.registers.files import add, certify, citizen_id
from tests.world import World

OTHER = "建安区水利局"
NAMES = ("白云", "陈风", "丁山", "杜河", "范海")


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")


async def names(
    world: World, chosen: OfficerFilter, organ: str = SUPERVISED, role: str = "contact", limit: int = 2
) -> list[str]:
    found: list[str] = []
    after: str | None = None
    async with world.work(organ, role) as work:
        while True:
            page = await registers.list_officers(work, chosen, after, limit)
            found += [row.name for row in page.items]
            after = page.next
            if after is None:
                return found


async def test_every_file_stands_once_over_all_pages(world: World) -> None:
    for number, name in enumerate(NAMES, 1):
        await add(world, number, name=name)
    assert await names(world, OfficerFilter()) == sorted(NAMES)
    assert await names(world, OfficerFilter(q="陈")) == ["陈风"]
    assert await names(world, OfficerFilter(q=citizen_id(3))) == ["丁山"]
    assert await names(world, OfficerFilter(q="没有")) == []


async def test_tabs_go_by_the_certificate_and_counts_agree(world: World) -> None:
    ends = {"白云": date(2026, 11, 1), "陈风": date(2026, 10, 8), "丁山": date(2030, 1, 1), "杜河": date(2026, 12, 1)}
    for number, (name, until) in enumerate(ends.items(), 1):
        await certify(world, await add(world, number, name=name), until=until)
    left = await add(world, 9, name="范海")
    async with world.work(SUPERVISED, "contact") as work:
        await registers.leave(work, left.id, date(2026, 1, 1), "调离")
    assert await names(world, OfficerFilter(tab="expiring"), limit=1) == ["白云", "杜河"]
    assert await names(world, OfficerFilter(tab="expired")) == ["陈风"]
    assert await names(world, OfficerFilter(tab="left")) == ["范海"]
    assert await names(world, OfficerFilter(q="1604")) == sorted(ends)
    async with world.work(SUPERVISED, "contact") as work:
        counts = await registers.count_tabs(work, OfficerFilter())
    assert counts == {"active": 4, "expiring": 2, "expired": 1, "suspended": 0, "left": 1}


async def test_an_expired_certificate_that_was_renewed_is_no_longer_listed(world: World) -> None:
    file = await add(world)
    await certify(world, file, until=date(2026, 10, 1))
    assert await names(world, OfficerFilter(tab="expired")) == ["冯志强"]
    await certify(world, file, until=date(2031, 10, 1))
    assert await names(world, OfficerFilter(tab="expired")) == []


async def test_the_body_lists_its_level_and_a_contact_his_organ_alone(world: World) -> None:
    await add(world, 1, name="陈风")
    await add(world, 2, name="白云", organ=OTHER)
    everywhere = OfficerFilter(reach="all")
    assert await names(world, everywhere, BODY, "supervisor", 1) == ["白云", "陈风"]
    assert await names(world, everywhere) == ["陈风"]
    for organ in (SUPERVISED, OTHER):
        async with world.work(organ, "contact") as work:
            page = await registers.list_officers(work, OfficerFilter())
            await certify(world, await registers.officer(work, page.items[0].id), number=f"1604{organ}")
    numbered = OfficerFilter(reach="all", q="1604")
    assert await names(world, numbered, BODY, "supervisor", 1) == ["白云", "陈风"]
    rare = OfficerFilter(reach="all", q=f"1604{OTHER}")
    assert await names(world, rare, BODY, "supervisor", 1) == ["白云"]
    assert await names(world, OfficerFilter(), BODY, "supervisor") == []
    one = OfficerFilter(organ_id=await world.organ(OTHER))
    assert await names(world, one, BODY, "supervisor") == ["白云"]
    with pytest.raises(NotFound):
        await names(world, one)
    assert await names(world, everywhere, "禹州市司法局", "supervisor") == []
    with pytest.raises(Denied):
        await names(world, everywhere, BODY, "audit_admin")


async def test_a_place_that_is_none_is_refused(world: World) -> None:
    for tab in ("active", "expiring", "left"):
        async with world.work(SUPERVISED, "contact") as work:
            with pytest.raises(Invalid):
                await registers.list_officers(work, OfficerFilter(tab=tab), "bm9uc2Vuc2U")


async def test_what_may_be_listed_of_the_line_below_is_not_exported(world: World) -> None:
    """A department reads the officers of its line (Article 2(2)) and takes only its own away."""
    await add(world, 1, name="陈风", organ=OTHER)
    everywhere = OfficerFilter(reach="all")
    assert await names(world, everywhere, "市水利局", "legal_officer") == ["陈风"]
    async with world.work("市水利局", "legal_officer") as work:
        assert await export_rows(work, everywhere) == []
    async with world.work(BODY, "supervisor") as work:
        assert [row.name for row in await export_rows(work, everywhere)] == ["陈风"]
