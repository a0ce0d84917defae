"""Instruments and deliveries through the JSON API."""

from __future__ import annotations

import base64

from tests import stories
from tests.web.conftest import Opener
from tests.world import World

BODY, OTHER = "建安区司法局", "建安区城市管理局"


async def test_a_letter_through_the_api_of_both_sides(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    finding = await stories.find_problem(world, matter.id)
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    body = {"matter_id": str(matter.id), "kind": "urging_letter"}
    body["requirements"] = [{"finding_id": str(finding.id), "text": "退还扣押物品。"}]  # type: ignore[assignment]
    made = await chen.json("POST", "/api/v1/instruments", body, Idempotency_Key="draft-one-2026")
    again = await chen.json("POST", "/api/v1/instruments", body, Idempotency_Key="draft-one-2026")
    assert made.status_code == 201, made.text
    assert again.json() == made.json()
    base = f"/api/v1/instruments/{made.json()['id']}"
    assert (await chen.json("POST", f"{base}/submit", {})).status_code == 200
    refused = await chen.json("POST", f"{base}/approve", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "denied")
    stale = await li.json("POST", f"{base}/approve", {"version": 99})
    assert stale.status_code == 412
    approved = await li.json("POST", f"{base}/approve", {})
    assert approved.json()["number"] == "建司执监督〔2026〕1号"
    assert (await li.json("POST", f"{base}/issue", {})).json()["state"] == "issued"

    zhou, qian = await client_for(OTHER, "zhou"), await client_for(OTHER, "qian")
    listed = (await zhou.get("/api/v1/deliveries")).json()
    assert [item["number"] for item in listed["items"]] == ["建司执监督〔2026〕1号"]
    theirs = f"/api/v1/deliveries/{listed['items'][0]['id']}"
    assert (await zhou.get(theirs)).json()["requirements"] == []
    opened = (await zhou.json("POST", f"{theirs}/receipt")).json()
    assert opened["deadline"]["due_on"] == "2026-10-22"
    lacking = await zhou.json("POST", f"{theirs}/reply", {"items": [{"no": 1, "status": "done", "text": "已经退还。"}]})
    assert lacking.status_code == 200, lacking.text
    missing = await zhou.json("POST", f"{theirs}/reply/submit", {})
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "files-1")
    content = base64.b64encode(stories.pdf()).decode()
    file = await zhou.json("POST", f"{theirs}/reply/files", {"no": 1, "name": "凭证.pdf", "content": content})
    assert file.status_code == 201, file.text
    assert (await zhou.json("POST", f"{theirs}/reply/submit", {})).status_code == 200
    assert (await qian.json("POST", f"{theirs}/reply/approve", {})).json()["state"] == "answered"
    checked = {"verifications": [{"finding_id": str(finding.id), "rectified": True, "note": "已核对。"}]}
    done = await chen.json("POST", f"{base}/accept", checked)
    assert done.json()["state"] == "accepted", done.text
    assert (await zhou.get(base)).status_code == 404
