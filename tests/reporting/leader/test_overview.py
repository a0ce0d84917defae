"""The page of an area against cases made by hand; who sees which area; the weekly line in the bell."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from docx import Document
from sqlalchemy import select

from kernel.errors import Denied, Invalid, NotFound
from kernel.work import Work
from reporting.figures import service as figures
from reporting.figures.periods import parse
from reporting.leader import repository
from reporting.leader import service as leader
from reporting.leader.views import Overview
from supervision.deadlines.models import Notice
from tests import stories
from tests.reporting.returns import stories as returns_stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

YEAR = parse("2026")
CITY = "许昌市政府"


async def read(world: World, organ: str, role: str, area: str | None = None) -> Overview:
    async with world.work(organ, role) as work:
        return await leader.overview(work, await world.organ(area) if area else None, YEAR)


async def late(world: World) -> None:
    """A letter that nobody answered, long after its end."""
    await stories.served_matter(world)
    await world.set_clock("2026-11-20 09:00")


async def test_the_city_sees_its_counties_with_both_numbers_of_each_rate(world: World) -> None:
    await late(world)
    view = await read(world, CITY, "government_leader")
    assert (view.level, view.opened, view.open, view.overdue) == ("city", 1, 1, 1)
    assert (view.in_time.part, view.in_time.whole, view.in_time.percent) == (0, 1, None), "one case is no rate"
    by_name = {part.name: part for part in view.parts}
    assert (by_name["建安区"].opened, by_name["建安区"].open, by_name["建安区"].overdue) == (1, 1, 1)
    assert (by_name["魏都区"].opened, by_name["市直单位"].opened) == (0, 0)
    assert sum(part.opened for part in view.parts) == view.opened
    assert sum(part.overdue for part in view.parts) == view.overdue
    (worst,) = view.worst
    assert (worst.supervised_name, worst.workdays > 10) == ("许昌市建安区城市管理局", True)
    assert worst.holder.startswith("建安区司法局，")
    assert [m.opened for m in view.months if m.period == "2026-10"] == [1]
    tiles = leader.tiles(view.parts)
    assert len(tiles) == 6
    assert [(t.row, t.column, t.shade) for t in tiles if t.part.name == "建安区"] == [(2, 1, 5)]


async def test_a_fold_changes_nothing(world: World) -> None:
    await late(world)
    before = await read(world, CITY, "government_leader")
    async with world.system() as work:
        await figures.fold(work)
    assert await read(world, CITY, "government_leader") == before


async def test_a_county_sees_itself_and_no_other(world: World) -> None:
    await late(world)
    for organ, role in ((GOVERNMENT, "government_leader"), (BODY, "supervision_leader")):
        view = await read(world, organ, role)
        assert (view.organ_name, view.level, view.opened, view.overdue) == ("建安区人民政府", "county", 1, 1)
        (part,) = view.parts
        assert (part.name, part.opened, part.in_time.whole, part.overdue) == (SUPERVISED, 1, 1, 1)
        for other in (CITY, "魏都区政府"):
            with pytest.raises(NotFound):
                await read(world, organ, role, other)
    quiet = await read(world, CITY, "government_leader", "魏都区政府")
    assert (quiet.opened, quiet.overdue, quiet.worst, quiet.parts) == (0, 0, [], [])
    above = await read(world, CITY, "government_leader", GOVERNMENT)
    assert (above.opened, above.overdue) == (1, 1)


@pytest.mark.parametrize(("organ", "role"), [(BODY, "supervisor"), (SUPERVISED, "organ_head"), (SUPERVISED, "contact")])
async def test_those_who_lead_nothing_are_refused(world: World, organ: str, role: str) -> None:
    with pytest.raises((Denied, NotFound)):
        await read(world, organ, role)


async def test_overdue_matters_come_once_each_over_all_pages(world: World) -> None:
    titles = {f"第{n}件" for n in "一二三"}
    for title in sorted(titles):
        matter = await stories.open_matter(world, title)
        await stories.find_problem(world, matter.id)
        await stories.serve_letter(world, matter.id)
    await world.set_clock("2026-11-20 09:00")
    seen: list[str] = []
    async with world.work(CITY, "government_leader") as work:
        after = ""
        for _ in range(3):
            page = await leader.overdue(work, None, after=after, limit=1)
            assert page.total == 3
            seen += [row.title for row in page.rows]
            after = page.next
        assert after == ""
        with pytest.raises(Invalid, match="翻页"):
            await leader.overdue(work, None, after="nonsense")
    assert set(seen) == titles
    assert len(seen) == 3


async def lines(world: World, organ: str) -> list[Notice]:
    async with world.work(organ) as work:
        return [
            n for n in await work.session.scalars(select(Notice)) if "周报" in n.title and n.organ_id == work.organ_id
        ]


async def run(world: World) -> int:
    async with world.system() as work:
        return await leader.weekly_briefs(work)


async def test_the_weekly_brief_is_told_once_a_week(world: World) -> None:
    await stories.open_matter(world)
    await world.set_clock("2026-10-12 07:00")
    assert await run(world) > 0
    assert await run(world) == 0
    (line,) = await lines(world, GOVERNMENT)
    assert line.roles == ["government_leader"]
    assert "立案 1 件" in line.body
    assert line.link.endswith("/brief?week=2026-10-05")
    assert len(await lines(world, BODY)) == 1
    await world.set_clock("2026-10-19 07:00")
    assert await run(world) > 0
    assert len(await lines(world, GOVERNMENT)) == 2


async def test_a_weekly_brief_says_the_same_whatever_happens_later(world: World) -> None:
    await stories.open_matter(world)
    await world.set_clock("2026-10-12 07:00")
    await run(world)
    await stories.open_matter(world, "简报以后的事项")
    async with world.work(BODY, "supervision_leader") as work:
        place = await world.organ(GOVERNMENT)
        kept = await repository.kept_brief(work, place, date(2026, 10, 5))
        assert kept is not None
        assert (kept.content["week"]["opened"], kept.content["view"]["opened"]) == (1, 1)
    await world.set_clock("2026-11-02 09:00")
    async with world.work(GOVERNMENT, "government_leader") as work:
        name, data, _ = await leader.brief(work, None, YEAR, form="docx", week="2026-10-07")
        words = "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs)
        assert name == "建安区人民政府2026年10月5日至11日监督简报.docx"
        assert "2026年立案监督事项 1 件" in words
        assert "2026年10月12日" in words
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            drawn = package.read("word/charts/chart1.xml").decode()
        assert ("立项" in drawn, "结项" in drawn, '<c:barDir val="col"/>' in drawn) == (True, True, True)
        assert (await leader.overview(work, None, YEAR)).opened == 2
    async with world.work("禹州市司法局", "supervision_leader") as work:
        assert await repository.kept_brief(work, place, date(2026, 10, 5)) is None
    async with world.work(CITY, "government_leader") as work:
        assert await repository.kept_brief(work, place, date(2026, 10, 5)) is not None


async def test_the_page_tells_who_has_reported(world: World) -> None:
    await returns_stories.submitted(world)
    async with world.work(GOVERNMENT, "government_leader") as work:
        told = (await leader.overview(work, None, YEAR)).returns
        assert told is not None
        assert (told.period, told.reported, told.on_time) == ("2026Q3", 1, 1)
        assert told.expected > 10
    async with world.work(CITY, "government_leader") as work:
        city = (await leader.overview(work, None, YEAR)).returns
        assert city is not None
        assert city.expected > told.expected
        assert sum(board.tally.reported for board in city.lower) == city.reported == 1


async def exported(work: Work, form: str, week: str = "") -> tuple[str, bytes, str]:
    return await leader.brief(work, None, YEAR, form=form, week=week)


async def test_a_brief_is_one_page_or_a_word_file_and_leaves_a_trace(world: World) -> None:
    import io
    import re

    from docx import Document

    await late(world)
    async with world.work(CITY, "government_leader") as work:
        name, data, media = await exported(work, "pdf")
        assert (name, media, data[:5]) == ("许昌市人民政府2026年监督简报.pdf", "application/pdf", b"%PDF-")
        assert max(int(n) for n in re.findall(rb"/Count (\d+)", data)) == 1
        name, data, _ = await exported(work, "docx", "2026-10-05")
        document = Document(io.BytesIO(data))
        words = "\n".join(p.text for p in document.paragraphs)
        assert "2026年10月5日至11日，立案监督事项 1 件" in words
        assert "逾期事项 1 件" in words
        rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
        assert rows[0][0] == "单位"
        assert next(row for row in rows if row[0] == "建安区")[2:] == ["0 / 1", "1", "1 / 1"]
        for form, week, field in (("odt", "", "format"), ("pdf", "x", "week"), ("pdf", "2026-11-20", "week")):
            with pytest.raises(Invalid) as refused:
                await exported(work, form, week)
            assert refused.value.errors[0].field == field
        assert work.today.year == 2026
    async with world.work(CITY) as work:
        from sqlalchemy import text

        heard = "select count(*) from audit_entry where action = 'export' and subject_kind = 'overview'"
        assert await work.session.scalar(text(heard)) == 2
