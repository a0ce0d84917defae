"""条线汇总 as a line department reads it, by page and by API; the way there from a list and from the level's board."""

from __future__ import annotations

from tests.reporting.returns import stories
from tests.reporting.returns.stories import CITY, COUNTY, PERIOD, QUARTER
from tests.reporting.returns.test_line import CITY_WATER, WATER, accepted, linked
from tests.web.conftest import Opener
from tests.world import World

LINE = f"/returns/line/{QUARTER}/{PERIOD}"
API = f"/api/v1/return-lines/{QUARTER}/{PERIOD}"


async def test_a_department_opens_keeps_and_takes_its_line_along(world: World, client_for: Opener) -> None:
    await linked(world)
    head = await accepted(world, WATER, S7_daily="5")
    cheng = await client_for(CITY_WATER, "cheng")
    assert 'href="/returns/line"' in (await cheng.get("/returns")).text
    first = await cheng.get("/returns/line")
    assert first.status_code == 303
    assert first.headers["location"] == LINE
    page = (await cheng.get(LINE)).text
    for words in ("条线应报", "留存汇总", "本单位的报表未开表，没有计入", "计入第 1 版", f"{LINE}/cells/S7_daily"):
        assert words in page, words
    assert "按层级" not in page
    cell = (await cheng.get(f"{LINE}/cells/S7_daily")).text
    assert f"/returns/{head.id}?version=1" in cell
    assert (await cheng.get(f"/returns/{head.id}?version=1")).status_code == 200
    assert (await cheng.post(f"{LINE}/keeping", {})).headers["location"] == LINE
    assert "第 1 版</a>" in (await cheng.get(LINE)).text
    own = await stories.submitted(world, CITY_WATER, S7_daily="2")
    await stories.accept(world, own.id, CITY)
    changed = (await cheng.get(LINE)).text
    assert "第 1 版留存以后，下级报表有变化" in changed
    assert "许昌市水利局的报表此后采用（第 1 版）" in changed
    kept = (await cheng.get(f"{LINE}?number=1")).text
    assert "不随下级订正改变" in kept
    assert f'<a href="{LINE}">查看现在的数</a>' in kept
    assert (await cheng.get(f"{LINE}?number=7")).status_code == 404
    for kind in ("xlsx", "csv", "json"):
        assert (await cheng.get(f"{LINE}/export?format={kind}")).status_code == 200
    read = (await cheng.get(API)).json()
    assert {c["code"]: (c["own"], c["below"], c["total"]) for c in read["cells"]}["S7_daily"] == (2, 5, 7)
    assert (await cheng.get(f"{API}?number=1")).json()["number"] == 1
    assert (await cheng.get(f"{API}/cells/S7_daily")).json()["parts"][0]["value"] == "5"
    assert (await cheng.get(f"{API}/export?kind=json")).status_code == 200
    assert (await cheng.json("POST", f"{API}/keeping")).json() == {"number": 2}


async def test_a_justice_department_chooses_between_level_and_line(world: World, client_for: Opener) -> None:
    await linked(world)
    top = await world.organ(CITY_WATER)
    yang = await client_for(CITY, "yang")
    board = (await yang.get(f"/returns/board/{QUARTER}/{PERIOD}")).text
    assert "按条线" in board
    assert f"{LINE}?organ={top}" in board
    of_line = await yang.get(f"{LINE}?organ={top}")
    assert of_line.status_code == 200
    assert "许昌市水利局条线" in of_line.text
    assert "留存汇总" not in of_line.text
    own = (await yang.get(LINE)).text
    assert "按层级" in own
    assert "留存汇总" in own
    chen = await client_for(COUNTY, "chen")
    assert (await chen.get(f"{LINE}?organ={top}")).status_code == 404
    assert "按条线" not in (await chen.get(f"/returns/board/{QUARTER}/{PERIOD}")).text
