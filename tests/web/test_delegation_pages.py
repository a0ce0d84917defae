"""Delegations in the browser and over the API: preview, four eyes, ending."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from tenants.delegations.models import Delegation
from tests.web.conftest import Client, Opener
from tests.world import World

HERE = "建安区司法局"


async def fields(world: World) -> dict[str, object]:
    leader, supervisor = await world.actor(HERE, "supervision_leader"), await world.actor(HERE, "supervisor")
    return {
        "principal": str(leader.post_id),
        "delegate": str(supervisor.post_id),
        "roles": ["supervision_leader"],
        "valid_from": "10月9日",
        "valid_to": "2026-10-31",
        "reason": "负责人外出培训",
    }


async def body(world: World) -> dict[str, object]:
    asked = await fields(world)
    return {
        "principal_post_id": asked["principal"],
        "delegate_post_id": asked["delegate"],
        "roles": asked["roles"],
        "valid_from": "2026-10-09",
        "valid_to": "2026-10-31",
        "reason": asked["reason"],
    }


async def count(world: World) -> int:
    async with world.work(HERE) as work:
        return await work.session.scalar(select(func.count()).select_from(Delegation)) or 0


async def test_from_preview_to_approval_and_early_end(world: World, client_for: Opener) -> None:
    proposer, approver = await client_for(HERE, "feng"), await client_for(HERE, "shen")
    assert "没有人员代行他人职责" in (await proposer.get("/delegations")).text
    shown = await proposer.post("/delegations/preview", await fields(world))
    assert shown.status_code == 200
    assert "批准监督意见书" in shown.text
    assert "维护监督关系：" in shown.text
    assert await count(world) == 0
    acts = re.findall(r'name="acts" value="([^"]+)"', shown.text)
    assert len(acts) > 20
    made = await proposer.post("/delegations", {**await fields(world), "acts": acts[:3]})
    place = made.headers["location"]
    assert "等待本单位审计管理员核准" in (await proposer.get(place)).text
    assert (await proposer.post(f"{place}/approve")).status_code == 403
    assert "核准后，" in (await approver.get(place)).text
    assert (await approver.post(f"{place}/approve")).status_code == 303
    assert "生效中" in (await approver.get("/delegations")).text
    refused = await proposer.post(f"{place}/end", {"reason": ""})
    assert refused.status_code == 422
    assert "请写明提前终止的理由" in refused.text
    assert (await proposer.post(f"{place}/end", {"reason": "已返岗"})).status_code == 303
    assert "已终止" in (await proposer.get(place)).text


async def test_mistakes_are_shown_at_their_fields_and_the_rest_is_kept(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "feng")
    for path in ("/delegations", "/delegations/preview"):
        answer = await client.post(path, {**await fields(world), "valid_to": "2026-10-01", "acts": "matter/suspend"})
        assert answer.status_code == 422
        assert "截止日期不能早于开始日期" in answer.text
        assert "负责人外出培训" in answer.text
    assert (await client.post("/delegations", await fields(world))).status_code == 422
    assert await count(world) == 0


async def test_those_who_are_not_its_administrators_are_refused(client_for: Opener) -> None:
    for username in ("han", "chen", "li"):
        client = await client_for(HERE, username)
        for path in ("/delegations", "/delegations/new"):
            answer = await client.get(path)
            assert answer.status_code == 403
            assert "三员分立" in answer.text
    approver = await client_for(HERE, "shen")
    assert (await approver.get("/delegations/new")).status_code == 403


async def test_the_delegate_sees_what_was_lent(world: World, client_for: Opener) -> None:
    proposer, approver = await client_for(HERE, "feng"), await client_for(HERE, "shen")
    made = await proposer.json("POST", "/api/v1/delegations", await body(world))
    await approver.json("POST", f"/api/v1/delegations/{made.json()['id']}/approve")
    me = await (await client_for(HERE, "chen")).get("/me")
    leader = await world.actor(HERE, "supervision_leader")
    assert f"代行{leader.name}（{leader.title}）职责" in me.text


async def test_the_api_does_the_same(world: World, client_for: Opener) -> None:
    proposer, approver = await client_for(HERE, "feng"), await client_for(HERE, "shen")
    asked = await body(world)
    shown = await proposer.json("POST", "/api/v1/delegations/preview", asked)
    assert shown.status_code == 200
    assert {"matter/approve_opening", "instrument:opinion/issue"} <= {o["act"] for o in shown.json()["opened"]}
    assert await count(world) == 0
    answers = [await proposer.json("POST", "/api/v1/delegations", asked, Idempotency_Key="once-only-1") for _ in "ab"]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert await count(world) == 1
    place = f"/api/v1/delegations/{answers[0].json()['id']}"
    assert (await proposer.json("POST", f"{place}/approve")).status_code == 403
    approved = (await approver.json("POST", f"{place}/approve")).json()
    assert (approved["state"], approved["in_force"]) == ("approved", True)
    assert (await approver.json("POST", f"{place}/approve")).status_code == 409
    assert (await proposer.json("POST", f"{place}/end", {"reason": "返岗"})).json()["in_force"] is False
    listed = (await proposer.json("GET", "/api/v1/delegations")).json()["items"]
    assert [item["state"] for item in listed] == ["ended"]
    assert await _missing(proposer) == {404}


async def _missing(client: Client) -> set[int]:
    place = "/api/v1/delegations/01a20a13-c972-71be-bd1d-b7dc7b3325f0"
    return {
        (await client.json("GET", place)).status_code,
        (await client.json("POST", f"{place}/end", {"reason": "返岗"})).status_code,
    }
