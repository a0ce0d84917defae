"""Recusals and declared interests through pages and API, as each side meets them (Art. 16)."""

from __future__ import annotations

import re

import pytest

from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.web.conftest import Opener
from tests.world import World

WHY = {"ground": "other", "reason": "承办人曾与本单位经办人员发生争议。"}


@pytest.fixture(autouse=True)
async def _clock(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")


async def test_the_supervised_organ_applies_and_reads_the_answer(world: World, client_for: Opener) -> None:
    matter, _, _, delivery = await stories.served_matter(world)
    zhou, li, chen = await client_for(SUPERVISED, "zhou"), await client_for(BODY, "li"), await client_for(BODY, "chen")
    form = await zhou.get(f"/inbox/{delivery.id}/rights/recusal")
    assert "陈明远" in form.text
    assert "近亲属与监督事项有利害关系" in form.text
    bad = await zhou.post(f"/inbox/{delivery.id}/rights/recusal", {"handler": "", "reason": "短"})
    assert bad.status_code == 422
    assert "请选择回避的事由" in bad.text
    assert (await zhou.post(f"/inbox/{delivery.id}/rights/recusal", {**WHY, "handler": "陈明远"})).status_code == 303
    assert "待决定" in (await zhou.get("/recusals")).text
    assert "10月13日" in (await zhou.get(f"/inbox/{delivery.id}")).text
    assert "决定是否回避" in (await li.get("/desk")).text
    waiting = await li.get("/recusals")
    [recusal] = set(re.findall(r"/recusals/([0-9a-f-]{36})", waiting.text))
    shown = await li.get(f"/recusals/{recusal}")
    for words in ("建安区城市管理局", "作出回避决定", "由谁接办", "王建国", "第十六条"):
        assert words in shown.text, words
    mine = await chen.get(f"/recusals/{recusal}")
    assert "作出回避决定" not in mine.text
    assert "主要负责人决定" in mine.text
    assert (await zhou.get(f"/recusals/{recusal}")).status_code == 404
    assert (await li.post(f"/recusals/{recusal}/decide", {"granted": "", "reason": ""})).status_code == 422
    decided = await li.post(
        f"/recusals/{recusal}/decide",
        {
            "granted": "yes",
            "reason": "情况属实，应当回避。",
            "replacement": (await stories.handler_posts(world, 2))[0].hex,
        },
    )
    assert decided.status_code == 303, decided.text
    answered = await zhou.get(f"/inbox/{delivery.id}")
    assert "情况属实，应当回避" in answered.text
    assert "建司执监避〔2026〕1号" in answered.text
    people = await li.get(f"/matters/{matter.id}?tab=people")
    assert "由王建国接办" in people.text
    wang = await client_for(BODY, "wang")
    page = await wang.get(f"/recusals/{recusal}")
    [step, *_] = re.findall(rf"/recusals/{recusal}/steps/([0-9a-f-]{{36}})", page.text)
    kept = await wang.post(f"/recusals/{recusal}/steps/{step}", {"outcome": "redo", "note": ""})
    assert kept.status_code == 422
    assert (await wang.post(f"/recusals/{recusal}/steps/{step}", {"outcome": "confirmed"})).status_code == 303
    lifted = await li.post(f"/recusals/{recusal}/lift", {"reason": "争议已经解决，不再影响公正处理。"})
    assert lifted.status_code == 303
    pdf = re.findall(r"/instruments/papers/[0-9a-f-]{36}/pdf", (await li.get(f"/recusals/{recusal}")).text)
    assert (await li.get(pdf[0])).content.startswith(b"%PDF")


async def test_interests_are_declared_shown_and_cleared_through_the_pages(world: World, client_for: Opener) -> None:
    matter = await stories.propose_matter(world)
    chen, liu, li = await client_for(BODY, "chen"), await client_for(BODY, "liu"), await client_for(BODY, "li")
    assert "您还没有申报" in (await chen.get("/interests")).text
    fields = {"holder": "spouse", "relative_name": "王小梅", "subject": str(await world.organ(SUPERVISED)),
              "nature": "employment", "from_on": "2024-01-01"}  # fmt: skip
    assert (await chen.post("/interests", {**fields, "nature": ""})).status_code == 422
    assert (await chen.post("/interests", fields)).status_code == 303
    own = await chen.get("/interests")
    assert "王某某" in own.text
    assert "王小梅" not in own.text
    [interest] = set(re.findall(r"/interests/([0-9a-f-]{36})", own.text))
    assert (await liu.get(f"/interests/{interest}")).status_code == 404
    assert (await liu.get("/interests?view=organ")).status_code == 403
    revealed = await li.post(f"/interests/{interest}/relative", {"purpose": "核实利害关系"})
    assert "王小梅" in revealed.text
    posts = [str(post) for post in await stories.handler_posts(world)]
    refused = await li.post(f"/matters/{matter.id}/opening", {"handlers": posts, "no_conflict": "yes"})
    assert refused.status_code == 409
    assert "第十六条" in refused.text
    people = await li.get(f"/matters/{matter.id}?tab=people")
    assert "尚未处理，不能指派" in people.text
    assert "王某某" in people.text
    assert "王某某" not in (await liu.get(f"/matters/{matter.id}?tab=people")).text
    closed = await chen.get(f"/matters/{matter.id}/conflicts/clear")
    assert "确认没有利害关系</button>" not in closed.text
    person = (await world.actor(BODY, "supervisor")).person_id
    cleared = {"person": str(person), "statement": "其配偶所在科室与本事项无关，已核实。"}
    assert (await li.post(f"/matters/{matter.id}/conflicts/clear", cleared)).status_code == 303
    opened = await li.post(f"/matters/{matter.id}/opening", {"handlers": posts, "no_conflict": "yes"})
    assert opened.status_code == 303
    assert (await chen.post(f"/interests/{interest}/end", {"reason": "其配偶已调离该单位。"})).status_code == 303
    assert "已终止" in (await chen.get("/interests")).text


async def test_a_leader_orders_a_recusal_and_the_leaders_own_goes_one_level_up(
    world: World, client_for: Opener
) -> None:
    matter = await stories.open_matter(world)
    li, wu, chen = await client_for(BODY, "li"), await client_for(GOVERNMENT, "wu"), await client_for(BODY, "chen")
    person = (await world.actor(BODY, "supervisor", 1)).person_id
    order = {"person": str(person), "ground": "own_interest", "reason": "本人与当事人有债务纠纷，没有申报。"}
    closed = await chen.get(f"/matters/{matter.id}/recusal/order")
    assert "责令回避并制发决定书</button>" not in closed.text
    assert (await chen.post(f"/matters/{matter.id}/recusal/order", order)).status_code == 403
    assert (await li.post(f"/matters/{matter.id}/recusal/order", order)).status_code == 303
    assert (await li.post(f"/matters/{matter.id}/recusal", WHY)).status_code == 303
    assert "决定是否回避" in (await wu.get("/desk")).text
    listed = await wu.get("/recusals")
    [recusal] = set(re.findall(r"/recusals/([0-9a-f-]{36})", listed.text))
    assert "作出回避决定" not in (await li.get(f"/recusals/{recusal}")).text
    decided = await wu.post(f"/recusals/{recusal}/decide", {"granted": "no", "reason": "所述情形不影响公正处理。"})
    assert decided.status_code == 303, decided.text


async def test_the_api_takes_the_same_steps(world: World, client_for: Opener) -> None:
    matter, _, _, delivery = await stories.served_matter(world)
    zhou, li = await client_for(SUPERVISED, "zhou"), await client_for(BODY, "li")
    made = await zhou.json("POST", f"/api/v1/deliveries/{delivery.id}/recusal", {**WHY, "handler": "陈明远"})
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "declared"
    assert (await zhou.get("/api/v1/recusal-applications")).json()["items"][0]["handler_name"] == "陈明远"
    [row] = (await li.get("/api/v1/recusals?open_only=true")).json()["items"]
    decided = await li.json(
        "POST", f"/api/v1/recusals/{row['id']}/decide", {"granted": False, "reason": "不影响公正处理，已核实。"}
    )
    assert decided.json()["state"] == "refused"
    again = await li.json(
        "POST", f"/api/v1/recusals/{row['id']}/decide", {"granted": True, "reason": "不影响公正处理，已核实。"}
    )
    assert (again.status_code, again.json()["article"]) == (409, "16")
    assert (await li.get(f"/api/v1/matters/{matter.id}/conflicts")).json() == []
