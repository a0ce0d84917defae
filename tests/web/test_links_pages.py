"""Connected systems on pages and through the API: who keeps them, keys that are shown once, messages from outside."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import httpx
import msgspec
import pytest
from sqlalchemy import select

from integrations.links import service as links
from integrations.links.signing import SIGNATURE, THEIRS, Keys, Request, new_keys, sign_request, verify_response
from integrations.links.wire import Reply, ReplyFile
from kernel.clock import system_now
from kernel.models import OutboxMessage
from tests import stories
from tests.integrations.links.things import Obedient, connect
from tests.integrations.outbox import work_off
from tests.integrations.provincial.platform import matter
from tests.stories import BODY
from tests.web.conftest import Opener
from tests.world import World

FIELDS = {
    "kind": "provincial",
    "name": "省平台（演示）",
    "address": "https://jk.example.gov.cn/v1",
    "suite": "hmac-sm3",
}
KEY = re.compile(r"<dd>([0-9a-f]{64})</dd>")


async def test_the_system_administrator_connects_and_the_key_is_shown_once(client_for: Opener) -> None:
    han = await client_for(BODY, "han")
    assert "没有对接系统" in (await han.get("/links")).text
    answer = await han.post("/links", FIELDS | {"seconds": "20"})
    assert answer.status_code == 200
    shown = KEY.search(answer.text)
    assert shown is not None
    assert answer.headers["cache-control"] == "no-store"
    listed = (await han.get("/links")).text
    assert "省平台（演示）" in listed
    assert shown[1] not in listed
    href = re.search(r"/links/[0-9a-f-]{36}", listed)
    assert href is not None
    one = (await han.get(href[0])).text
    assert shown[1] not in one
    assert "更换密钥" in one


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"address": "http://jk.example.gov.cn"}, "address"),
        ({"address": "https://169.254.169.254/x"}, "address"),
        ({"name": ""}, "name"),
        ({"kind": "x"}, "kind"),
        ({"suite": "sm2", "peer": "00"}, "peer"),
        ({"shared": "00"}, "shared"),
        ({"seconds": "900"}, "seconds"),
    ],
)
async def test_what_is_wrong_is_named_to_its_field(client_for: Opener, change: dict[str, str], field: str) -> None:
    han = await client_for(BODY, "han")
    answer = await han.post("/links", FIELDS | {"seconds": "20"} | change)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text


async def test_supervisors_look_and_settle_and_do_not_keep(client_for: Opener, world: World) -> None:
    link = await connect(world, organ=BODY)
    chen = await client_for(BODY, "chen")
    page = await chen.get(f"/links/{link}?tab=differences")
    assert page.status_code == 200
    assert "暂停对接" not in page.text
    assert (await chen.get("/links/new")).status_code == 403
    assert (await (await client_for(stories.SUPERVISED, "zhou")).get("/links")).status_code == 403
    assert (await (await client_for("市水利局", "cheng")).get(f"/links/{link}")).status_code == 404


async def test_pause_and_replay(client_for: Opener, world: World) -> None:
    link = await connect(world, organ=BODY)
    async with world.work(BODY) as work:
        await links.post_to(work, link, [links.Outgoing("matter", UUID(int=7), matter(1), "m1")])
    refusing = Obedient(lambda parcels: [links.Outcome(p.key, "refused", error="字段缺失") for p in parcels])
    await links.push(await world.errand(BODY), link, refusing)
    han = await client_for(BODY, "han")
    page = await han.get(f"/links/{link}")
    assert "字段缺失" in page.text
    assert "对执法程序的监督" not in page.text, "the administrator does not see what a parcel carries"
    action = re.search(rf"/links/{link}/parcels/[0-9a-f-]+/replay", page.text)
    assert action is not None
    assert (await han.post(action[0], {})).status_code == 303
    assert "待送出" in (await han.get(f"/links/{link}")).text
    assert (await han.post(f"/links/{link}/pause", {})).status_code == 303
    assert "已暂停" in (await han.get(f"/links/{link}")).text


async def test_a_refused_arrival_is_taken_again_on_the_page_and_through_the_api(
    client_for: Opener, world: World
) -> None:
    link = await connect(world, organ=BODY)
    async with world.work(BODY) as work:
        await links.take_in(work, link, "P9", 1, {"name": "坏"}, kind="officer")
        await links.settle(work, link, "officer", "P9", 1, error="缺少字段")
        await links.take_in(work, link, "P8", 1, {"name": "旧"}, kind="officer")
        await links.settle(work, link, "officer", "P8", 1, error="缺少字段")
        await links.take_in(work, link, "P8", 2, {"name": "新"}, kind="officer")
    chen = await client_for(BODY, "chen")
    page = await chen.get(f"/links/{link}?tab=in&state=refused")
    old, bad = sorted(
        (row["version"], row["external_id"], row["id"])
        for row in (await chen.get(f"/api/v1/links/{link}/arrivals?status=refused")).json()["items"]
    )
    assert page.text.count("重新接收") == 2
    assert (await chen.post(f"/links/{link}/arrivals/{bad[2]}/retry", {})).status_code == 303
    shown = await chen.get(f"/links/{link}?tab=in")
    assert "待处理" in shown.text
    again = await chen.json("POST", f"/api/v1/links/{link}/arrivals/{bad[2]}/retry", {})
    assert again.status_code == 200, "asked twice it has no second effect"
    late = await chen.json("POST", f"/api/v1/links/{link}/arrivals/{old[2]}/retry", {})
    assert (late.status_code, late.json()["code"]) == (409, "illegal_transition")
    async with world.work(BODY) as work:
        jobs = await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "take_arrival"))
        assert [job.payload["arrival_id"] for job in jobs] == [bad[2]]
    await work_off(world, "take_arrival")
    refused = (await chen.get(f"/api/v1/links/{link}/arrivals?status=refused")).json()["items"]
    assert {row["external_id"]: row["error"] for row in refused}["P9"] not in ("", "缺少字段"), "worked anew"
    feng = await client_for(BODY, "feng")
    assert (await feng.json("POST", f"/api/v1/links/{link}/arrivals/{bad[2]}/retry", {})).status_code == 403


def _signed(link: UUID, keys: Keys, body: bytes) -> dict[str, str]:
    path = f"/api/v1/links/{link}/inbound"
    return sign_request(keys, Request("POST", path, "", body), system_now(), signer=THEIRS)


async def test_a_message_from_outside_is_taken_once_and_the_answer_signed(client_for: Opener, world: World) -> None:
    keys = new_keys("hmac-sm3")
    link = await connect(world, "discipline", organ=BODY, keys=keys)
    paper = ReplyFile(name="回执.pdf", media_type="application/pdf", content=b"%PDF-1.7")
    reply = Reply(id="J1", referral_id=str(UUID(int=5)), kind="receipt", on=date(2026, 10, 12), text="", files=[paper])
    body = msgspec.json.encode(reply)
    http: httpx.AsyncClient = (await client_for(BODY, "han")).http
    http.cookies.clear()
    path = f"/api/v1/links/{link}/inbound"
    headers = _signed(link, keys, body) | {"content-type": "application/json"}
    answer = await http.post(path, content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "refused"
    verify_response(
        keys, 200, answer.content, answer.headers, nonce=headers["zs-nonce"], now=system_now(), signer="zhunsheng"
    )
    assert (await http.post(path, content=body, headers=headers)).status_code == 401, "replayed"
    wrong = _signed(link, keys, body) | {SIGNATURE: "00" * 32, "content-type": "application/json"}
    assert (await http.post(path, content=body, headers=wrong)).status_code == 401
    plain = {"content-type": "application/json"}
    assert (await http.post(path, content=body, headers=plain)).status_code == 401
    other = f"/api/v1/links/{UUID(int=9)}/inbound"
    assert (await http.post(other, content=body, headers=headers)).status_code == 401
    rubbish = _signed(link, keys, b"{}") | {"content-type": "application/json"}
    assert (await http.post(path, content=b"{}", headers=rubbish)).status_code == 422
