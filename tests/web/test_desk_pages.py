"""Desk, bell and list of deadlines as each kind of user finds them."""

from __future__ import annotations

import re

import pytest

from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.web.conftest import Opener
from tests.world import World

UNREAD = ">未读</span>"


async def test_the_desk_of_a_supervisor(world: World, client_for: Opener) -> None:
    matter, _, _, _ = await stories.served_matter(world)
    await world.set_clock("2026-10-29 09:00")
    chen = await client_for(BODY, "chen")
    page = (await chen.get("/desk")).text
    assert "2026年10月29日 星期四" in page
    for words in ("逾期未报告", "今日到期", "3个工作日内到期", "待我核验", "线索待受理", "在办事项"):
        assert words in page
    assert "近6个月立项 1 件，结项 0 件。" in page
    assert f'href="/matters/{matter.id}"' in page
    assert "逾期 " in page
    assert "为何是2026年" in page
    assert 'aria-expanded="true"' in page
    assert "我承办的" in page
    assert "登记线索" in page
    assert (await chen.get("/desk?scope=all")).status_code == 200


async def test_tomorrow_is_named_when_it_is_a_makeup_day(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    assert "明天（10月10日 周六）调休上班，计入工作日" in (await chen.get("/desk")).text


@pytest.mark.parametrize(
    ("organ", "username", "words"),
    [
        (BODY, "li", "待我签发、审批"),
        ("建安区政府", "wu", "待我决定"),
        (SUPERVISED, "zhou", "收到的文书"),
        (SUPERVISED, "qian", "待我审定"),
        ("建安区尚集司法所", "guo", "协助事项和登记的线索"),
        ("市水利局", "cheng", "线索池"),
        (SUPERVISED, "peng", "没有待办"),
    ],
)
async def test_each_post_has_its_own_desk(
    world: World, client_for: Opener, organ: str, username: str, words: str
) -> None:
    page = await (await client_for(organ, username)).get("/desk")
    assert page.status_code == 200
    assert words in page.text


@pytest.mark.parametrize(("username", "home"), [("han", "/accounts"), ("feng", "/accounts"), ("shen", "/audit")])
async def test_administrators_start_elsewhere(client_for: Opener, username: str, home: str) -> None:
    client = await client_for(BODY, username)
    assert (await client.get("/desk")).headers["location"] == home
    assert (await client.get("/deadlines")).status_code == 403
    assert "没有消息" in (await client.get("/notices")).text


async def test_a_served_document_is_on_the_desk_and_in_the_bell_of_its_addressee(
    world: World, client_for: Opener
) -> None:
    _, _, _, delivery = await stories.served_matter(world)
    zhou = await client_for(SUPERVISED, "zhou")
    page = (await zhou.get("/desk")).text
    assert f"/inbox/{delivery.id}" in page
    assert "待书面报告" in page
    bell = (await zhou.get("/notices")).text
    assert "今天" in bell
    assert UNREAD in bell
    menu = (await zhou.get("/notices", headers={"hx-request": "true"})).text
    assert "<html" not in menu
    assert "全部消息" in menu
    assert (await zhou.post("/notices/read")).headers["location"] == "/notices"
    assert UNREAD not in (await zhou.get("/notices")).text


async def test_a_line_of_the_bell_leads_to_its_record_and_counts_as_read(world: World, client_for: Opener) -> None:
    await stories.propose_matter(world)
    li = await client_for(BODY, "li")
    page = (await li.get("/notices")).text
    link = re.findall(r'href="/notices/([0-9a-f-]{36})"', page)[0]
    assert (await li.get(f"/notices/{link}")).headers["location"].startswith("/matters/")
    assert UNREAD not in (await li.get("/notices")).text
    yao = await client_for("禹州市司法局", "yao")
    assert (await yao.get(f"/notices/{link}")).status_code == 404


async def test_deadlines_by_span_and_a_reminder(world: World, client_for: Opener) -> None:
    await stories.served_matter(world)
    await world.set_clock("2026-11-02 09:00")
    chen = await client_for(BODY, "chen")
    page = (await chen.get("/deadlines")).text
    assert "建安区城市管理局" in page
    assert "为何" in page
    action = page.split('action="/deadlines/')[1].split('"')[0]
    assert (await chen.post(f"/deadlines/{action}", {"due": "overdue"})).headers["location"] == "/deadlines?due=overdue"
    assert "已催办" in (await chen.get("/deadlines?due=overdue")).text
    assert (await chen.post(f"/deadlines/{action}")).status_code == 409
    zhou = await client_for(SUPERVISED, "zhou")
    assert "建安区司法局催办" in (await zhou.get("/notices")).text
    assert (await zhou.post(f"/deadlines/{action}")).status_code == 404


async def test_counters_follow(world: World, client_for: Opener) -> None:
    await stories.propose_matter(world)
    li = await client_for(BODY, "li")
    part = (await li.get("/counters")).text
    assert 'id="bell-count" hx-swap-oob="true">1<' in part


async def test_the_api_gives_desk_bell_and_deadlines(world: World, client_for: Opener) -> None:
    await stories.served_matter(world)
    await world.set_clock("2026-11-02 09:00")
    chen = await client_for(BODY, "chen")
    desk = (await chen.get("/api/v1/desk")).json()
    assert [f["key"] for f in desk["figures"]] == ["overdue", "today", "near", "verify", "clue", "active"]
    assert desk["groups"][0]["key"] == "overdue"
    assert (await chen.get("/api/v1/desk/counters")).json()["due"] == 1
    found = (await chen.get("/api/v1/deadlines?due=overdue")).json()["items"]
    path = f"/api/v1/deadlines/{found[0]['deadline']['id']}/urge"
    assert (await chen.json("POST", path)).status_code == 200
    again = await chen.json("POST", path)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    zhou = await client_for(SUPERVISED, "zhou")
    lines = (await zhou.get("/api/v1/notices?limit=5")).json()["items"]
    assert any("催办" in line["title"] for line in lines)
    assert (await zhou.json("POST", f"/api/v1/notices/{lines[0]['id']}/read")).json() == {"read": 1}
    assert (await zhou.json("POST", "/api/v1/notices/read")).status_code == 200
    assert (await zhou.get("/api/v1/desk/counters")).json()["bell"] == 0
    assert (await zhou.json("POST", path)).status_code == 404
