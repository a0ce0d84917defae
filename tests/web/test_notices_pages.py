"""消息设置, 送达证明, 通知渠道 and 网络回调 as people use them; and the count that follows by itself."""

from __future__ import annotations

import json
import re

from integrations.webhooks import service as webhooks
from supervision.deadlines import notices
from tests.integrations.outbox import work_off
from tests.integrations.webhooks.receiver import receiver
from tests.stories import BODY
from tests.web.conftest import Opener
from tests.world import World

CODE = re.compile(r"验证码是 (\d{6})")
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")
JOBS = ("dispatch_notice", "send_notice", "send_digest")


async def test_an_address_is_given_proved_and_used(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    first = await chen.get("/notices/settings")
    assert first.status_code == 200, first.text
    assert first.text.count("没有填写") == 3
    wrong = await chen.post("/notices/settings/addresses", {"channel": "email", "address": "chen"})
    assert (wrong.status_code, "电子邮件地址" in wrong.text) == (422, True)
    given = {"channel": "email", "address": "chen@example.gov.cn"}
    assert (await chen.post("/notices/settings/addresses", given)).status_code == 303
    assert (await chen.post("/notices/settings/addresses", given)).status_code == 429
    page = (await chen.get("/notices/settings")).text
    code = CODE.findall(page)[0]
    false = "000000" if code != "000000" else "111111"
    bad = await chen.post("/notices/settings/verification", {"channel": "email", "code": false})
    assert (bad.status_code, "验证码不正确" in bad.text) == (422, True)
    assert (await chen.post("/notices/settings/verification", {"channel": "email", "code": code})).status_code == 303
    page = (await chen.get("/notices/settings")).text
    assert "ch***@example.gov.cn" in page
    assert "chen@example.gov.cn" not in page
    async with world.work(BODY) as work:
        line = await notices.notify(
            work, work.organ_id, roles=["supervisor"], kind="served", title="督办函已送达", link="/desk", article="19"
        )
    await work_off(world, *JOBS)
    proof = (await chen.get(f"/notices/{line.id}/proof")).text
    assert all(said in proof for said in ("已交付", "演示-", "ch***@example.gov.cn", "未读", "督办函已送达"))
    await chen.get(f"/notices/{line.id}")
    file = await chen.get(f"/notices/{line.id}/proof/export")
    assert json.loads(file.content)["proof"]["readers"][0]["read_at"]
    assert "送达证明" in (await chen.get("/notices")).text
    wu = await client_for("建安区城市管理局", "zhou")
    assert (await wu.get(f"/notices/{line.id}/proof")).status_code == 404


async def test_wishes_of_the_page(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    given = {"channel": "sms", "address": "13912345678"}
    await chen.post("/notices/settings/addresses", given)
    code = CODE.findall((await chen.get("/notices/settings")).text)[0]
    await chen.post("/notices/settings/verification", {"channel": "sms", "code": code})
    hours = {"with_kinds": "yes", "quiet_from": "22:30", "quiet_until": "07:00"}
    refused = await chen.post("/notices/settings", hours)
    assert (refused.status_code, "法定提醒" in refused.text) == (422, True)
    law = {
        f"kind.{kind}": "sms" for kind in ("reminder", "overdue", "served", "decision", "escalation", "accountability")
    }
    assert (await chen.post("/notices/settings", {**hours, **law})).status_code == 303
    page = (await chen.get("/notices/settings")).text
    assert 'value="22:30"' in page
    assert (await chen.post("/notices/settings", {**hours, **law, "quiet_from": "25:00"})).status_code == 422
    assert (await chen.post("/notices/settings/removal", {"channel": "sms"})).status_code == 303
    assert (await chen.get("/notices/settings")).text.count("没有填写") == 3


async def test_the_system_administrator_sees_channels_and_their_log(world: World, client_for: Opener) -> None:
    han = await client_for(BODY, "han")
    page = (await han.get("/notice-channels")).text
    assert page.count("演示，不发送") == 3
    assert "没有发送记录" in page
    assert (await han.post("/notice-channels/test", {"channel": "email"})).status_code == 422
    await han.post("/notices/settings/addresses", {"channel": "email", "address": "han@example.gov.cn"})
    code = CODE.findall((await han.get("/notices/settings")).text)[0]
    await han.post("/notices/settings/verification", {"channel": "email", "code": code})
    assert (await han.post("/notice-channels/test", {"channel": "email"})).status_code == 303
    await work_off(world, *JOBS)
    page = (await han.get("/notice-channels")).text
    assert "测试消息" in page
    assert code not in page
    for name in ("chen", "feng"):
        assert (await (await client_for(BODY, name)).get("/notice-channels")).status_code == 403


async def test_the_same_through_the_api(world: World, client_for: Opener) -> None:
    """Settings, proof and channels as API clients of a session have them; each is refused to whom the page is."""
    han, api = await client_for(BODY, "han"), "/api/v1/notices/settings"
    assert {a["state"] for a in (await han.get(api)).json()["addresses"]} == {"none"}
    wrong = await han.json("POST", f"{api}/addresses", {"channel": "email", "address": "han"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "address")
    given = {"channel": "email", "address": "han@example.gov.cn"}
    made = (await han.json("POST", f"{api}/addresses", given, Idempotency_Key="the-same-twice")).json()
    again = (await han.json("POST", f"{api}/addresses", given, Idempotency_Key="the-same-twice")).json()
    assert (made["state"], again) == ("unverified", made)
    code = made["demo_code"]
    for tried, right in (("x" + code[1:], False), (code, True)):
        answer = await han.json("POST", f"{api}/verification", {"channel": "email", "code": tried})
        assert answer.json() == {"verified": right}
    night = {"quiet_from": "22:00", "quiet_until": "06:30"}
    refused = await han.json("POST", api, {"chosen": {"served": []}, **night})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "kind.served")
    kept = (await han.json("POST", api, {"chosen": {"approval": []}, **night})).json()
    assert (kept["quiet_from"], kept["quiet_until"], kept["chosen"]["approval"]) == ("22:00", "06:30", [])
    assert (await han.json("POST", api, {**night, "quiet_from": "24:00"})).status_code == 422
    channels = (await han.get("/api/v1/notice-channels")).json()["items"]
    assert {c["state"] for c in channels} == {"demo"}
    sent = (await han.json("POST", "/api/v1/notice-channels/test", {"channel": "email"})).json()
    await work_off(world, *JOBS)
    log = (await han.get("/api/v1/notice-channels/log?limit=1")).json()
    assert (log["items"][0]["id"], log["items"][0]["state"]) == (sent["id"], "handed")
    assert log["next"], "the code went out, too"
    replayed = await han.json("POST", f"/api/v1/notice-channels/log/{sent['id']}/replay", {})
    assert (replayed.status_code, replayed.json()["code"]) == (409, "illegal_transition")
    async with world.work(BODY) as work:
        line = await notices.notify(
            work, work.organ_id, roles=["supervisor"], kind="served", title="督办函已送达", link="/desk", article="19"
        )
    chen = await client_for(BODY, "chen")
    proof = await chen.get(f"/api/v1/notices/{line.id}/proof")
    assert (proof.status_code, proof.json()["title"], proof.json()["by_law"]) == (200, "督办函已送达", True)
    file = await chen.get(f"/api/v1/notices/{line.id}/proof/export")
    assert file.json()["proof"]["line_hash"] == proof.json()["line_hash"]
    assert (await chen.get("/api/v1/notice-channels")).status_code == 403
    assert (await han.get(f"/api/v1/notices/{line.id}/proof")).status_code == 403
    assert (await chen.get("/api/v1/notice-channels/log")).status_code == 403
    gone = await han.json("POST", f"{api}/removal", {"channel": "email"})
    assert {a["state"] for a in gone.json()["addresses"]} == {"none"}
    zhou = await client_for("建安区城市管理局", "zhou")
    assert (await zhou.get(f"/api/v1/notices/{line.id}/proof")).status_code == 404


async def test_a_webhook_from_the_page_to_its_log(world: World, client_for: Opener) -> None:
    han = await client_for(BODY, "han")
    assert "没有网络回调" in (await han.get("/webhooks")).text
    bad = await han.post("/webhooks", {"name": "", "address": "http://10.0.0.1"})
    assert bad.status_code == 422
    async with receiver() as hook:
        hook.answers = [(500, "<b>busy</b>")]
        given = {"name": "办公系统", "address": hook.url, "events": ["clue.received"]}
        shown = await han.post("/webhooks", given)
        secret = SECRET.findall(shown.text)[0]
        listed = (await han.get("/webhooks")).text
        href = re.findall(r'href="(/webhooks/[0-9a-f-]{36})"', listed)[0]
        assert (await han.post(f"{href}/state/test")).status_code == 303
        await work_off(world, "send_webhook", rounds=1)
        page = (await han.get(href)).text
        assert secret not in page
        assert "&lt;b&gt;busy&lt;/b&gt;" in page
        again = re.findall(r'action="(/webhooks/messages/[0-9a-f-]{36}/replay)"', page)[0]
        assert (await han.post(again)).status_code == 303
        await work_off(world, "send_webhook")
        page = (await han.get(href)).text
        assert "已送达" in page
        assert "重新投递" in page
        assert hook.verified(1, secret)
        rotated = await han.post(f"{href}/rotate")
        assert SECRET.findall(rotated.text)[0] != secret
        assert (await han.post(f"{href}/change", {"address": hook.url, "events": ["matter.opened"]})).status_code == 303
        assert (await han.post(f"{href}/change", {"address": hook.url})).status_code == 422
        assert (await han.post(f"{href}/state/disable")).status_code == 303
        assert (await han.post(f"{href}/state/test")).status_code == 409
        assert (await han.post(f"{href}/state/elsewhere")).status_code == 404
    feng = await client_for(BODY, "feng")
    assert (await feng.get(href)).status_code == 200
    assert (await feng.post(f"{href}/rotate")).status_code == 403
    async with world.work(BODY, "system_admin") as work:
        assert [e.state for e in (await webhooks.listing(work))[0]] == ["disabled"]


async def test_the_bell_counts_by_itself_and_says_nothing_twice(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    first = await chen.get("/counters/bell")
    assert first.status_code == 200
    tag = first.headers["etag"]
    same = await chen.get("/counters/bell", headers={"if-none-match": tag})
    assert (same.status_code, same.content) == (304, b"")
    async with world.work(BODY) as work:
        await notices.notify(work, work.organ_id, roles=["supervisor"], kind="clue", title="新线索", link="/clues")
    more = await chen.get("/counters/bell", headers={"if-none-match": tag})
    assert more.status_code == 200
    assert 'id="bell-count"' in more.text
    assert more.headers["cache-control"] == "private, no-cache"
