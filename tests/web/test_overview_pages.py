"""一页概览 as a county's government, its justice department's head and others read it, by page and by API."""

from __future__ import annotations

import io
import re

from python_calamine import CalamineWorkbook

from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.web.conftest import Opener
from tests.world import World

CITY = "许昌市政府"


async def late(world: World) -> None:
    await stories.served_matter(world)
    await world.set_clock("2026-11-20 09:00")


async def test_a_leader_comes_to_the_page_and_opens_it_down_to_the_matter(world: World, client_for: Opener) -> None:
    await late(world)
    county = await world.organ(GOVERNMENT)
    liang = await client_for(CITY, "liang")
    start = await liang.get("/", follow_redirects=True)
    assert start.url.path == "/overview"
    for words in ("一页概览", "按期 0 份", "在办 1 件", "建安区", "市直单位", "查看数据表", "不足 30 份的不参与排名"):
        assert words in start.text, words
    assert f'href="/overview/{county}?period=2026"' in start.text
    assert 'class="zs-tile zs-tile-5"' in start.text, "the county with the most is the darkest"
    below = await liang.get(f"/overview/{county}?period=2026Q4")
    assert "被监督单位按期反馈率" in below.text
    listed = await liang.get(f"/overview/{county}/overdue")
    matter = re.search(r'href="(/matters/[0-9a-f-]{36})"', listed.text)
    assert matter is not None
    assert (await liang.get(matter.group(1))).status_code == 200


async def test_the_county_reads_its_own_page_and_no_other(world: World, client_for: Opener) -> None:
    await late(world)
    city, county = await world.organ(CITY), await world.organ(GOVERNMENT)
    li = await client_for(BODY, "li")
    assert 'href="/overview"' in (await li.get("/figures")).text
    page = (await li.get("/overview")).text
    assert "被监督单位按期反馈率" in page
    assert "尚未报送 / 应报（个）" in page
    assert re.search(r"<b>(\d+) / \1</b>", page), "nobody has reported: both numbers are the same"
    for part in ("", "/overdue", "/export", "/brief"):
        assert (await li.get(f"/overview/{city}{part}")).status_code == 404, part
        assert (await li.get(f"/api/v1/overview/{city}{part}")).status_code == 404, part
    qian = await client_for(SUPERVISED, "qian")
    assert (await qian.get("/overview")).status_code in (403, 404)
    assert (await qian.get(f"/overview/{county}")).status_code == 404
    chen = await client_for(BODY, "chen")
    refused = await chen.get(f"/overview/{county}")
    assert refused.status_code == 403
    assert "一页概览由政府领导和司法行政部门负责人查看" in refused.text


async def test_the_api_gives_the_same_and_files(world: World, client_for: Opener) -> None:
    await late(world)
    city = await world.organ(CITY)
    liang = await client_for(CITY, "liang")
    answer = (await liang.get("/api/v1/overview")).json()
    assert (answer["level"], answer["opened"], answer["overdue"]) == ("city", 1, 1)
    assert answer["in_time"] == {"part": 0, "whole": 1, "percent": None, "ranked": False, "text": "—"}
    assert len((await liang.get(f"/api/v1/overview/{city}/overdue")).json()["rows"]) == 1
    book = await liang.get(f"/api/v1/overview/{city}/export?period=2026")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert next(row for row in rows if row[0] == "建安区")[1:6] == [1, 1, 1, 1, 0]
    for form, magic in (("pdf", b"%PDF"), ("docx", b"PK")):
        for base in ("", "/api/v1"):
            file = await liang.get(f"{base}/overview/{city}/brief?format={form}&week=2026-11-09")
            assert (file.status_code, file.content[: len(magic)]) == (200, magic)
    for query, field in (("period=2026-13", "period"), ("format=odt", "format"), ("week=never", "week")):
        refused = await liang.get(f"/api/v1/overview/{city}/brief?{query}")
        assert refused.status_code == 422
        assert [e["field"] for e in refused.json()["errors"]] == [field]
    bad = await liang.get(f"/api/v1/overview/{city}/overdue?after=%00")
    assert bad.status_code == 422


async def test_the_page_shows_where_clues_came_from(world: World, client_for: Opener) -> None:
    await stories.register_clue(world)
    wu = await client_for(GOVERNMENT, "wu")
    page = await wu.get("/overview")
    assert page.status_code == 200, page.text
    assert "收到 1 条" in page.text
    assert "code=clues.received/" in page.text
