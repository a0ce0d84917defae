"""Matters through the JSON API: the same refusals as problem documents, the same answer to the same key."""

from __future__ import annotations

import base64

from tests import stories
from tests.stories import BODY
from tests.web.conftest import Opener
from tests.world import World


async def test_a_client_takes_a_matter_from_proposal_to_closing(world: World, client_for: Opener) -> None:
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    posts = [str(p) for p in await stories.handler_posts(world)]
    proposal = {
        "title": "扣押物品期满未作处理决定",
        "mode": "inspection",
        "content_items": ["10(5)"],
        "supervised_id": str(await world.organ(stories.SUPERVISED)),
        "basis": "own_finding",
        "basis_note": "案卷抽查",
    }
    made = await chen.json("POST", "/api/v1/matters", proposal, Idempotency_Key="proposal-1")
    assert made.status_code == 201, made.text
    base = made.headers["location"]
    again = await chen.json("POST", "/api/v1/matters", proposal, Idempotency_Key="proposal-1")
    assert again.json() == made.json()
    other = await chen.json("POST", "/api/v1/matters", {**proposal, "title": "另一事项"}, Idempotency_Key="proposal-1")
    assert other.status_code == 409
    stale = await li.json("POST", f"{base}/approve-opening", {"post_ids": posts, "version": 99})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    opened = await li.json("POST", f"{base}/approve-opening", {"post_ids": posts, "no_conflict": True})
    assert opened.json()["number"] == "建监〔2026〕1号"
    act = await chen.json("POST", f"{base}/acts", {"name": "扣押决定", "counterpart": "张某某"})
    file = {"name": "扣押决定书.pdf", "content": base64.b64encode(stories.pdf()).decode()}
    finding = await chen.json(
        "POST",
        f"{base}/findings",
        {
            "content_item": "10(5)",
            "title": "扣押期限届满",
            "facts": "扣押三十日届满，没有作出处理决定。",
            "provision": "《中华人民共和国行政强制法》第二十五条",
            "gravity": "ordinary",
            "concerns_act": True,
            "act_id": act.json()["id"],
            "files": [file],
        },
    )
    assert finding.status_code == 201, finding.text
    early = await chen.json("POST", f"{base}/closing", {"action": "propose", "text": "办结"})
    problem = early.json()
    assert early.status_code == 409
    assert (problem["code"], problem["article_display"]) == ("illegal_transition", "第十九条")
    assert problem["remedy"]
    visit = {
        "kind": "site_survey",
        "at": "2026-10-09T09:00:00+08:00",
        "place": "扣押物品存放场所",
        "record": "现场查看，物品已经退还当事人。",
        "participant_post_ids": posts,
    }
    assert (await chen.json("POST", f"{base}/activities", visit)).status_code == 201
    verified = await chen.json("POST", f"{base}/verify", {"finding_id": finding.json()["id"], "rectified": True})
    assert verified.json()["state"] == "rectified"
    await chen.json("POST", f"{base}/closing", {"action": "propose", "text": "问题已经整改到位。"})
    closed = await li.json("POST", f"{base}/closing", {"action": "approve"})
    assert closed.json()["state"] == "closed"
    view = (await chen.get(base)).json()
    assert view["stage"] == "closed"
    assert "counterpart_cipher" not in view["acts"][0]


async def test_the_list_pages_by_cursor_and_refuses_what_it_does_not_know(world: World, client_for: Opener) -> None:
    for n in range(3):
        await stories.propose_matter(world, f"监督事项第{n}件")
    chen = await client_for(BODY, "chen")
    first = (await chen.get("/api/v1/matters", params={"limit": 2})).json()
    second = (await chen.get("/api/v1/matters", params={"limit": 2, "after": first["next"]})).json()
    assert len({row["id"] for row in first["items"] + second["items"]}) == 3
    assert second["next"] is None
    wrong = await chen.get("/api/v1/matters", params={"view": "nonsense"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "view")


async def test_a_stranger_gets_404_and_a_proposer_403(world: World, client_for: Opener) -> None:
    matter = await stories.propose_matter(world)
    stranger = await client_for("禹州市司法局", "yao")
    missing = await stranger.get(f"/api/v1/matters/{matter.id}")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    chen = await client_for(BODY, "chen")
    posts = [str(p) for p in await stories.handler_posts(world)]
    refused = await chen.json("POST", f"/api/v1/matters/{matter.id}/approve-opening", {"post_ids": posts})
    assert refused.status_code == 403
    assert refused.json()["article"]
