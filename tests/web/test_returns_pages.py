"""The pages of returns without script: a township fills, the county sends back and accepts, the board counts."""

from __future__ import annotations

import re
from typing import Any

from tests.reporting.returns import stories
from tests.reporting.returns.stories import CITY, COUNTY, TOWN
from tests.stories import SUPERVISED
from tests.web.conftest import Client, Opener
from tests.world import World
from web.frame import counters

FIELD = re.compile(r'<(?:input|textarea)[^>]* name="([cns]-[^"]+)"[^>]*?(?: value="([^"]*)")?')
VERSION = re.compile(r'name="_version" value="(\d+)"')


async def fields(client: Client, path: str) -> dict[str, Any]:
    """The fields of the sheet as the page shows them, every cell 0."""
    text = (await client.get(path)).text
    names = [name for name, _ in FIELD.findall(text)]
    version = VERSION.findall(text)
    found = {name: "0" if name.startswith("c-") else "台账" if name.startswith("s-") else "" for name in names}
    return {**found, "_version": version[0]}


async def test_the_way_through_the_pages(world: World, client_for: Opener) -> None:
    sun = await client_for(TOWN, "sun")
    answer = await sun.post("/returns", {"form": "supervision_quarterly/2026Q3"})
    path = answer.headers["location"]
    page = await sun.get(path)
    assert page.status_code == 200
    assert "提交审核" in page.text
    assert "”未填写" not in page.text
    wrong = await fields(sun, path)
    refused = await sun.post(path, {**wrong, "c-S7_bodies": "两个", "act": "save"})
    assert refused.status_code == 422
    assert "请填写数字" in refused.text
    assert 'value="两个"' in refused.text
    kept = await sun.post(path, {**wrong, "c-S1_opened": "2", "n-S1_opened": "台账", "act": "validate"})
    assert kept.headers["location"].endswith("#checks")
    assert "大于“处理完毕”" in (await sun.get(path)).text
    done = await sun.post(path, {**await fields(sun, path), "n-S1_opened": "", "act": "validate"})
    assert done.headers["location"] == path
    stale = await sun.post(path, {**wrong, "act": "save"})
    assert stale.status_code in (409, 412)

    tian = await client_for(TOWN, "tian")
    assert "审定报表" in (await tian.get(path)).text
    await tian.post(f"{path}/steps", {"action": "approve"})
    await tian.post(f"{path}/steps", {"action": "submit"})
    assert "第 1 版" in (await tian.get(path)).text

    chen = await client_for(COUNTY, "chen")
    listed = await chen.get("/returns")
    assert "下级报来，待采用" in listed.text
    seen = await chen.get(path)
    assert "退回报表" in seen.text
    assert "采用报表" not in seen.text.replace("采用报表。", "").split("暂不能办理")[0]
    empty = await chen.post(f"{path}/review", {"action": "send_back", "reason": ""})
    assert empty.status_code == 422
    sent = await chen.post(
        f"{path}/review", {"action": "send_back", "reason": "热线数不符", "r-S1_hotline": "应为 3 件", "_version": "1"}
    )
    assert sent.status_code == 303
    back = await sun.get(path)
    assert "应为 3 件" in back.text
    assert "热线数不符" in back.text


async def test_what_nobody_has_filled_in_yet_is_to_fill_and_no_error(world: World, client_for: Opener) -> None:
    chen = await client_for(COUNTY, "chen")
    desk = await chen.get("/desk")
    assert "待办的报表和年度文件" not in desk.text
    head = await stories.opened(world, COUNTY)
    path = f"/returns/{head.id}"
    fresh = (await chen.get(path)).text
    assert "个数待填写" in fresh
    assert "”未填写" not in fresh
    assert "0 错误" not in fresh
    assert "没有接入这类数据，请按台账填写" in fresh
    assert "本系统没有协调记录" in fresh
    assert 'aria-invalid="true"' not in fresh
    assert "提交审核" in fresh
    version = VERSION.findall(fresh)[0]
    kept = await chen.post(path, {"c-S9_late": "0", "n-S9_late": "备案台账", "_version": version, "act": "save"})
    assert kept.status_code == 303
    saved = (await chen.get(path)).text
    assert "”未填写" in saved
    assert "个数待填写" not in saved
    desk = await chen.get("/desk")
    assert "待办的报表和年度文件" in desk.text
    assert f'href="{path}"' in desk.text
    async with world.work(COUNTY, "supervisor") as work:
        assert (await counters(work)).items() >= {"return": 1, "annual": 0, "reporting": 1}.items()
    async with world.work(COUNTY, "supervision_leader") as work:
        found = await counters(work)
        assert found["return"] == 0, "what is being filled in does not wait for the head"


async def test_the_blanks_of_a_section_are_filled_at_once(world: World, client_for: Opener) -> None:
    """With 0 or —, in what nobody typed and no record gave; nothing that was typed or drawn changes."""
    zhou = await client_for(SUPERVISED, "zhou")
    head = await stories.opened(world, SUPERVISED, form="enforcement_yearly", period="2026")
    path = f"/returns/{head.id}"
    fresh = (await zhou.get(path)).text
    cells = dict(re.findall(r'name="(c-[A-I]\d\da?)" value="([^"]*)"', fresh))
    assert cells["c-G01"] == cells["c-H01"] == cells["c-E01"] == ""
    assert cells["c-A05"] != ""
    typed = {**cells, "c-G02": "3", "z-G": "0", "z-H": "—", "z-A": "0", "_version": VERSION.findall(fresh)[0]}
    assert (await zhou.post(path, {**typed, "act": "save"})).status_code == 303
    kept = dict(re.findall(r'name="(c-[A-I]\d\da?)" value="([^"]*)"', (await zhou.get(path)).text))
    assert (kept["c-G01"], kept["c-G02"], kept["c-H01"], kept["c-H05"], kept["c-E01"]) == ("0", "3", "—", "—", "")
    assert kept["c-A05"] == cells["c-A05"]
    assert kept["c-A04"] == "0"


async def test_the_report_of_a_node_names_where_each_number_comes_from(world: World, client_for: Opener) -> None:
    town = await stories.submitted(world, S1_hotline="5")
    await stories.accept(world, town.id)
    county = await stories.opened(world, COUNTY)
    body, government = await world.organ(COUNTY), await world.organ("建安区政府")
    address = "/api/v1/return-reports/supervision_quarterly/2026Q3"
    chen = await client_for(COUNTY, "chen")
    assert (await chen.get(f"{address}/{body}")).status_code == 404, "nothing was handed in"
    await chen.post(f"/returns/{county.id}/steps", {"action": "roll_up"})
    await stories.fill(world, county.id, COUNTY, {"missing": "正在催报"}, S1_hotline="2", S12_accepted="1")
    await stories.hand_in(world, county.id, COUNTY)
    yang = await client_for(CITY, "yang")
    report = (await yang.get(f"{address}/{body}")).json()
    assert (report["version"], report["accepted"], report["level"]) == (1, False, "county")
    cells = {cell["code"]: cell for cell in report["cells"]}
    hotline = cells["S1_hotline"]
    assert (hotline["own"], hotline["below"], hotline["total"]) == (2, 5, 7)
    assert (hotline["source"], hotline["computed"], hotline["note"]) == ("changed", 0, "按台账更正")
    assert hotline["figures"] == ["clues.received/hotline"]
    part = hotline["parts"][0]
    assert (part["organ_name"], part["value"], part["version"], part["current"]) == ("尚集镇人民政府", 5, 1, True)
    assert len(part["digest"]) == 64
    assert cells["S1_all"]["source"] == "formula"
    assert cells["S12_accepted"]["source"] == "typed"
    assert report["missing"]
    for node in (body, government):
        again = (await yang.get(f"{address}/{node}?version=1")).json()
        assert again["digest"] == report["digest"]
    own = (await yang.get(f"{address}/{await world.organ(TOWN)}")).json()
    assert own["digest"] == part["digest"]
    yao = await client_for("禹州市司法局", "yao")
    assert (await yao.get(f"{address}/{body}")).status_code == 404
    assert (await yang.get(f"{address}/{body}?version=7")).status_code == 404
    assert (await yang.get(f"/api/v1/return-reports/nothing/2026Q3/{body}")).status_code == 404


async def test_readers_see_what_is_theirs(world: World, client_for: Opener) -> None:
    town = await stories.submitted(world, S1_hotline="5")
    await stories.accept(world, town.id)
    county = await stories.opened(world, COUNTY)
    chen = await client_for(COUNTY, "chen")
    await chen.post(f"/returns/{county.id}/steps", {"action": "roll_up"})
    page = await chen.get(f"/returns/{county.id}")
    assert "未采用的下级单位" in page.text
    assert "尚集镇人民政府" in (await chen.get(f"/returns/{county.id}/cells/S1_hotline")).text
    assert (await chen.get(f"/returns/{county.id}/cells/nothing")).status_code == 404
    for kind, start in (("xlsx", b"PK"), ("csv", "\ufeff".encode()), ("json", b"{")):
        answer = await chen.get(f"/returns/{county.id}/export?format={kind}")
        assert answer.content.startswith(start)
    assert (await chen.get(f"/returns/{county.id}/export?format=exe")).status_code == 422
    assert (await chen.get(f"/returns/{town.id}/compare?before=1&after=1")).status_code == 200
    assert (await chen.get(f"/returns/{town.id}?version=9")).status_code == 404
    board = await chen.get("/returns/board", follow_redirects=True)
    assert "报送率" in board.text
    yang = await client_for(CITY, "yang")
    below = await yang.get(f"/returns/board/supervision_quarterly/2026Q3?body={await world.organ(COUNTY)}")
    assert "尚集镇" in below.text
    assert (await yang.get(f"/returns/{county.id}")).status_code == 200
    yao = await client_for("禹州市司法局", "yao")
    assert (await yao.get(f"/returns/{town.id}")).status_code == 404
    wu = await client_for("建安区政府", "wu")
    assert (await wu.get(f"/returns/{town.id}")).status_code == 200
    han = await client_for(COUNTY, "han")
    assert (await han.get(f"/returns/{town.id}")).status_code == 403


async def test_the_api_takes_the_same_way(world: World, client_for: Opener) -> None:
    sun = await client_for(TOWN, "sun")
    answer = await sun.json(
        "POST", "/api/v1/returns", {"form": "supervision_quarterly", "period": "2026Q3"}, Idempotency_Key="open-q3-1"
    )
    view = answer.json()
    path = f"/api/v1/returns/{view['id']}"
    cells = {code: {"value": "0"} for code in stories.every(stories.quarter())}
    notes = {section["key"]: "台账" for section in view["sections"]}
    saved = await sun.json(
        "POST", f"{path}/figures", {"cells": cells, "notes": notes, "version": view["record_version"]}
    )
    assert saved.status_code == 200, saved.text
    assert saved.json()["errors"] == 0
    stale = await sun.json("POST", f"{path}/figures", {"cells": {}, "version": view["record_version"]})
    assert stale.status_code == 412
    wrong = await sun.json("POST", f"{path}/figures", {"cells": {"S1_hotline": {"value": "x"}}})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "c-S1_hotline"
    assert (await sun.json("POST", f"{path}/validation", {})).json()["state"] == "validated"
    tian = await client_for(TOWN, "tian")
    await tian.json("POST", f"{path}/approval", {})
    assert (await tian.json("POST", f"{path}/submission", {})).json()["version"] == 1
    li = await client_for(COUNTY, "li")
    assert (await li.json("POST", f"{path}/acceptance", {"version": 1})).json()["state"] == "accepted"
    found = (await li.get("/api/v1/return-statistics/supervision_quarterly/2026Q3")).json()
    assert found["items"][0]["accepted"] is True
    assert (await li.get("/api/v1/return-boards/supervision_quarterly/2026Q3")).json()["tally"]["accepted"] == 1


async def test_an_earlier_version_leads_to_the_present_one(world: World, client_for: Opener) -> None:
    head = await stories.submitted(world)
    await stories.send_back(world, head.id)
    sun = await client_for(TOWN, "sun")
    await stories.fill(world, head.id)
    await stories.hand_in(world, head.id)
    earlier = (await sun.get(f"/returns/{head.id}?version=1")).text
    assert f'<a href="/returns/{head.id}">查看当前内容</a>' in earlier
