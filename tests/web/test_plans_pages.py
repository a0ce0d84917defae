"""The supervision plan in the browsers of those who make it, approve it and read it (Arts. 5, 11)."""

from __future__ import annotations

import re

import pytest

from tests.stories import BODY, SUPERVISED
from tests.web.conftest import Opener
from tests.world import World

VERSION = re.compile(r'name="_version" value="(\d+)"')
ROW = {
    "items.0.mode": "special",
    "items.0.field": "占道经营执法",
    "items.0.area": "城市管理局",
    "items.0.from_month": "3",
    "items.0.until_month": "6",
    "items.0.office": "执法监督股",
    "items.0.planned": "2",
}


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-03-02 09:00")


async def test_made_approved_issued_and_named_by_a_proposal(world: World, client_for: Opener) -> None:
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    assert "编制2026年度计划" in (await chen.get("/plans")).text
    made = await chen.post("/plans", {"year": "2026"})
    assert made.status_code == 303, made.text
    assert "编制2027年度计划" in (await chen.get("/plans")).text, "what is there already is not offered again"
    edit = made.headers["location"]
    href = edit.removesuffix("/edit")
    form = await chen.get(edit)
    assert form.status_code == 200, form.text
    version = {"_version": VERSION.findall(form.text)[0]}
    wrong = await chen.post(edit, {**ROW, **version, "items.0.until_month": "1"})
    assert wrong.status_code == 422
    assert "先后相接" in wrong.text
    assert (await chen.post(edit, {**ROW, **version, "items.0.planned": "many"})).status_code == 422
    assert (await chen.post(edit, {**ROW, **version})).status_code == 303
    page = await chen.get(href)
    assert page.status_code == 200, page.text
    assert "编制人不得批准" in page.text or "批准" in page.text
    for step in ("approve", "publish"):
        confirm = await li.get(f"{href}/{step}")
        done = await li.post(f"{href}/{step}", {"_version": VERSION.findall(confirm.text)[0]})
        assert done.status_code == 303, done.text
    page = await chen.get(href)
    assert "立项 0 / 2" in page.text
    assert "监督计划项目" in (await chen.get("/matters/new")).text
    unknown = re.findall(r'<option value="([0-9a-f-]{36})"', page.text)[0]
    refused = await chen.post(f"{href}/link", {"plan_item": unknown, "number": "没有"})
    assert refused.status_code == 422
    assert "没有这一编号" in refused.text
    assert (await chen.get(f"{href}/export")).content[:2] == b"PK"
    zhou = await client_for(SUPERVISED, "zhou")
    seen = await zhou.get(href)
    assert seen.status_code == 200
    assert "占道经营执法" in seen.text
    assert "立项" not in seen.text
    assert (await chen.post(f"{href}/revise", {"reason": " "})).status_code == 422
    assert (await chen.post(f"{href}/revise", {"reason": "增加重点。"})).status_code == 303
