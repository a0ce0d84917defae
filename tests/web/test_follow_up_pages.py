"""Pages and API of referrals, conduct and commendation, as each side uses them (Arts. 6, 18, 21, 23)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.ids import new_id
from supervision.commendations import service as commendations
from supervision.conduct.models import ConductComplaint
from tests.stories import BODY, GOVERNMENT, SUPERVISED, pdf
from tests.supervision.referrals import cases
from tests.web.conftest import Client, Opener
from tests.world import World

CONTENTS = {
    "kind": "discipline",
    "subject": "赵某某，某中队队长",
    "conduct": "涉嫌收受当事人财物，不予处罚。",
    "discovered": "核查监督事项时发现。",
    "recipient": "建安区纪委监委",
    "secrecy": "internal",
}


def where(answer: Any) -> str:
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


async def key(client: Client, path: str, fields: dict[str, Any], **more: Any) -> Any:
    return await client.post(path, {"_idempotency_key": str(new_id()), **fields}, **more)


async def test_a_referral_through_the_pages_of_the_named_few(world: World, client_for: Opener) -> None:
    chen, li, zhao, zhou = [
        await client_for(organ, who)
        for organ, who in ((BODY, "chen"), (BODY, "li"), (BODY, "zhao"), (SUPERVISED, "zhou"))
    ]
    form = await chen.get("/referrals/new")
    assert "只有您和决定的负责人知悉" in form.text
    leader = str(await cases.leader(world))
    wrong = await key(chen, "/referrals/new", {**CONTENTS, "conduct": "短", "leader_post_id": leader})
    assert wrong.status_code == 422
    assert "请写明涉嫌的问题" in wrong.text
    files = {"files": ("转账记录.pdf", pdf("转账"), "application/pdf")}
    place = where(await key(chen, "/referrals/new", {**CONTENTS, "leader_post_id": leader}, files=files))
    page = await li.get(place)
    for words in ("限制知悉", "决定移送", "赵某某", "转账记录.pdf", "知悉人员"):
        assert words in page.text, words
    assert "限制知悉：问题线索移送" in (await li.get("/desk")).text
    for stranger in (zhao, zhou):
        missing, nothing = await stranger.get(place), await stranger.get(f"/referrals/{new_id()}")
        assert (missing.status_code, nothing.status_code) == (404, 404)
        assert "赵某某" not in (await stranger.get("/referrals")).text
        assert (await key(stranger, f"{place}/transfer", {})).status_code == 404
    denied = await key(chen, f"{place}/transfer", {})
    assert denied.status_code == 403
    assert "起草人" in denied.text or "负责人" in denied.text
    where(await key(li, f"{place}/transfer", {}))
    assert "案卷正在封存" in (await chen.get(place)).text
    assert (await key(chen, f"{place}/send", {})).status_code == 409
    assert await cases.sealed(world, UUID(place.rsplit("/", 1)[1]))
    where(await key(chen, f"{place}/send", {}))
    archive = await li.get(f"{place}/files/archive")
    assert (archive.headers["content-type"], archive.content[:2]) == ("application/zip", b"PK")
    assert archive.headers["content-disposition"].startswith("attachment")
    letter = await li.get(f"{place}/files/letter")
    assert letter.content[:4] == b"%PDF"
    assert (await zhou.get(f"{place}/files/letter")).status_code == 404
    assert (await key(chen, f"{place}/acknowledge", {"text": "已收"})).status_code == 422
    receipt = {"files": ("回执.pdf", pdf("回执"), "application/pdf")}
    where(await key(chen, f"{place}/acknowledge", {"text": "已收"}, files=receipt))
    shown = await chen.get(place)
    assert "已受理" in shown.text
    assert "建司执监移〔2026〕1号" in shown.text


async def test_a_complaint_is_registered_examined_and_asked_for(world: World, client_for: Opener) -> None:
    zhou, li, gao, yang = [
        await client_for(organ, who)
        for organ, who in ((SUPERVISED, "zhou"), (BODY, "li"), ("市司法局", "gao"), ("市司法局", "yang"))
    ]
    fields = {
        "subject_organ": str(await world.organ(BODY)),
        "position": "supervisor",
        "subject": "陈明远",
        "ground": "abuse",
        "facts": "核查时要求本单位承担其个人费用。",
        "secret": "query-code-2026",
    }
    wrong = await key(zhou, "/conduct/new", {**fields, "secret": "1"})
    assert wrong.status_code == 422
    assert "查询口令" in wrong.text
    receipt = await zhou.get(where(await key(zhou, "/conduct/new", fields)))
    number = re.findall(r"许司监督反映〔2026〕\d+号", receipt.text)[0]
    assert "许昌市司法局" in receipt.text
    assert (await zhou.get("/conduct/registered?receipt=abc")).status_code == 404
    async with world.work("市司法局") as work:
        row = (await work.session.scalars(select(ConductComplaint))).one()
    place = f"/conduct/{row.id}"
    for stranger in (li, zhou, yang):
        assert (await stranger.get(place)).status_code == 404
    assert number in (await gao.get("/conduct")).text
    examiner = str((await world.actor("市司法局", "supervisor")).post_id)
    assert (await key(gao, f"{place}/assign", {})).status_code in (409, 422)
    where(await key(gao, f"{place}/assign", {"post_ids": examiner}))
    where(await key(yang, f"{place}/examine", {"findings": "经核查，费用由被监督单位承担，属实。"}))
    words = {"outcome": "founded", "answer": "反映属实，已责令退还。", "consequences": "criticism"}
    where(await key(gao, f"{place}/answer", words))
    asked = await zhou.post("/conduct/receipt", {"number": number, "secret": "query-code-2026"})
    assert "反映属实，已责令退还。" in asked.text
    assert (await zhou.post("/conduct/receipt", {"number": number, "secret": "wrong-code"})).status_code == 404
    seen = await gao.get(place)
    assert "反映属实" in seen.text
    assert "陈明远" not in (await li.get("/notices")).text


async def test_a_list_is_published_at_an_address_that_needs_no_login(
    world: World, client_for: Opener, browser: Any
) -> None:
    _, list_id, nomination = await cases.follow_up(world)
    chen, li, wu = [await client_for(organ, who) for organ, who in ((BODY, "chen"), (BODY, "li"), (GOVERNMENT, "wu"))]
    place, public = f"/commendations/{list_id}", f"/public/commendations/{list_id}"
    anybody = browser()
    assert (await anybody.get(public)).status_code == 404
    assert "没有已公布的名单" in (await anybody.get("/public/commendations")).text
    assert (await key(chen, f"{place}/nominations/{nomination}", {"include": "no"})).status_code == 422
    where(await key(chen, f"{place}/nominations/{nomination}", {"include": "yes"}))
    where(await key(li, f"{place}/submit", {}))
    assert "批准表彰名单" in (await wu.get("/desk")).text
    where(await key(wu, f"{place}/approve", {}))
    assert (await anybody.get(public)).status_code == 404
    where(await key(li, f"{place}/publish", {}))
    shown = await anybody.get(public)
    assert shown.status_code == 200
    assert "许昌市建安区城市管理局" in shown.text
    async with world.system() as work:
        assert len(await commendations.published(work)) == 1


async def test_the_api_answers_like_the_pages(world: World, client_for: Opener) -> None:
    chen, zhou = await client_for(BODY, "chen"), await client_for(SUPERVISED, "zhou")
    body = {**CONTENTS, "leader_post_id": str(await cases.leader(world))}
    token = str(new_id())
    first = await chen.json("POST", "/api/v1/referrals", body, Idempotency_Key=token)
    again = await chen.json("POST", "/api/v1/referrals", body, Idempotency_Key=token)
    assert (first.status_code, first.json()) == (201, again.json())
    place = f"/api/v1/referrals/{first.json()['id']}"
    assert (await chen.get(place)).json()["subject"] == CONTENTS["subject"]
    assert (await zhou.get(place)).status_code == 404
    assert (await zhou.get("/api/v1/referrals")).json()["items"] == []
    assert len((await chen.get("/api/v1/referrals")).json()["items"]) == 1
    refused = await chen.json("POST", "/api/v1/referrals", {**body, "kind": "criminal"})
    assert (refused.status_code, refused.json()["article"]) == (403, "21")
    bad = await chen.json("POST", "/api/v1/referrals", {**body, "secrecy": "top"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "secrecy")
