"""Reports, decisions and escalated items as 李国栋, 吴启明, 陈明远 and 高远 work with them in a browser."""

from __future__ import annotations

import re
from typing import Any

from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.web.conftest import Opener
from tests.world import World

KEY = re.compile(r'name="_idempotency_key" value="([^"]+)"')
VERSION = re.compile(r'name="_version" value="(\d+)"')


def decision_fields(
    finding_id: object, kind: str = "perform_in_time", reason: str = "no_performance"
) -> dict[str, Any]:
    return {
        f"kind-{finding_id}": kind,
        f"reason-{finding_id}": f"{kind}.{reason}",
        f"requirement-{finding_id}": "解除扣押并退还物品，书面说明逾期原因。",
        "term": "30",
    }


async def test_the_leader_completes_the_drafted_report_and_sends_it(world: World, client_for: Opener) -> None:
    matter, finding, _, report = await stories.lapsed_matter(world)
    li = await client_for(BODY, "li")
    listed = await li.get("/reports")
    assert "系统起草" in listed.text
    assert matter.title in listed.text
    page = await li.get(f"/reports/{report.id}")
    assert page.status_code == 200, page.text
    for words in ("逾期不改正", "事实与证据", "被监督机关的陈述", "第二十条", "法制审核意见"):
        assert words in page.text, words
    fields = {
        **decision_fields(finding.id),
        "body": report.body,
        "statement": report.statement,
        "considered": "",
        "legal_review": "同意提请决定。",
        "action": "send",
        "_version": VERSION.findall(page.text)[0],
    }
    wrong = await li.post(f"/reports/{report.id}/edit", fields)
    assert wrong.status_code == 422
    assert "请写明行为的性质、情节和过错程度" in wrong.text
    saved = await li.post(f"/reports/{report.id}/edit", {**fields, "considered": "情节一般，经督促仍不改正"})
    assert saved.status_code == 303, saved.text
    confirm = await li.get(saved.headers["location"])
    assert "报送本级政府" in confirm.text
    sent = await li.post(f"/reports/{report.id}/send", {"_version": VERSION.findall(confirm.text)[0]})
    assert sent.status_code == 303, sent.text
    after = await li.get(f"/reports/{report.id}")
    assert "建司执监请〔2026〕1号" in after.text
    pdf = await li.get(f"/reports/{report.id}/pdf")
    assert pdf.content.startswith(b"%PDF")


async def test_the_government_leader_decides_act_by_act_and_signs_after_a_confirmation(
    world: World, client_for: Opener
) -> None:
    matter = await stories.open_matter(world)
    act = await stories.enter_seizure(world, matter.id)
    await stories.find_problem(world, matter.id, "扣押逾期", concerns_act=True, act_id=act.id)
    free = await stories.find_problem(world, matter.id, "未落实执法公示制度", content_item="8(2)")
    await stories.serve_letter(world, matter.id)
    await stories.enter_remedy(world, matter.id, act.id)
    await stories.sweep(world, "2026-10-30 09:00")
    report = await stories.report_of(world, matter.id)
    await stories.send_report(world, report.id)
    wu = await client_for(GOVERNMENT, "wu")
    waiting = await wu.get("/reports")
    assert matter.title in waiting.text
    page = await wu.get(f"/reports/{report.id}")
    assert page.status_code == 200, page.text
    for words in (
        "不能作出决定：行政复议正在办理",
        "建城扣〔2026〕41号",
        "司法局建议",
        "签发决定书",
        "退回补充",
        "不予决定",
    ):
        assert words in page.text, words
    assert "checked" not in page.text.split('id="decide"')[1].split("执行报告期限")[0]
    empty = await wu.post(f"/reports/{report.id}/decide", {"term": "30"})
    assert empty.status_code == 422
    assert "请选择决定种类" in empty.text
    fields = {**decision_fields(free.id), "_version": VERSION.findall(page.text)[0]}
    confirm = await wu.post(f"/reports/{report.id}/decide", fields)
    assert confirm.status_code == 200, confirm.text
    assert "签发后不能撤回" in confirm.text
    assert "本次不作决定" in confirm.text
    signed = {**fields, "confirmed": "yes", "_idempotency_key": KEY.findall(confirm.text)[0]}
    decided = await wu.post(f"/reports/{report.id}/decide", signed)
    assert decided.status_code == 303, decided.text
    again = await wu.post(f"/reports/{report.id}/decide", signed)
    assert again.headers["location"] == decided.headers["location"]
    record = await wu.get(decided.headers["location"])
    for words in ("建政执监决〔2026〕1号", "责令限期履行", "本次没有决定", "建安区司法局"):
        assert words in record.text, words
    pdf = await wu.get(decided.headers["location"] + "/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert "建政执监决〔2026〕1号" in (await wu.get("/decisions")).text


async def test_the_leader_returns_and_declines_with_reasons(world: World, client_for: Opener) -> None:
    _, _, _, report = await stories.reported_matter(world)
    wu = await client_for(GOVERNMENT, "wu")
    wrong = await wu.post(f"/reports/{report.id}/return", {"missing": "", "until": ""})
    assert wrong.status_code == 422
    assert "请写明需要补充的内容" in wrong.text
    returned = await wu.post(f"/reports/{report.id}/return", {"missing": "补充扣押清单", "until": "2026-11-06"})
    assert returned.status_code == 303, returned.text
    li = await client_for(BODY, "li")
    assert "补充扣押清单" in (await li.get(f"/reports/{report.id}")).text
    await stories.send_report(world, report.id, 1)
    assert "不作出监督决定" in (await wu.get(f"/reports/{report.id}/decline")).text
    declined = await wu.post(f"/reports/{report.id}/decline", {"reason": "专项整治中一并处理。"})
    assert declined.status_code == 303


async def test_a_handler_verifies_the_execution_on_the_decision_page(world: World, client_for: Opener) -> None:
    _, _, decision, delivery = await stories.decided_matter(world)
    await world.set_clock("2026-11-20 09:00")
    await stories.answer_letter(world, delivery.id, text="已于11月18日退还扣押物品。")
    chen = await client_for(BODY, "chen")
    page = await chen.get(f"/decisions/{decision.id}")
    for words in ("已于11月18日退还扣押物品", "核验执行情况", "决定书 PDF"):
        assert words in page.text, words
    wrong = await chen.post(f"/decisions/{decision.id}/verify", {"verdict": "no"})
    assert wrong.status_code == 422
    assert "请逐件查看执行证据" in wrong.text
    done = await chen.post(
        f"/decisions/{decision.id}/verify", {"verdict": "yes", "evidence_seen": "yes", "note": "已核对凭证。"}
    )
    assert done.status_code == 303, done.text
    assert "核验认定已经执行" in (await chen.get(f"/decisions/{decision.id}")).text


async def test_who_may_not_see_gets_one_sentence(world: World, client_for: Opener) -> None:
    _, _, decision, _ = await stories.decided_matter(world)
    for organ, name in ((SUPERVISED, "qian"), ("建安区水利局", "luo"), ("尚集镇政府", "tian")):
        client = await client_for(organ, name)
        for path in (f"/reports/{decision.report_id}", f"/decisions/{decision.id}"):
            answer = await client.get(path)
            assert answer.status_code == 404, (organ, path)
            assert "不在您所在单位的查看范围内" in answer.text


async def test_the_body_above_orders_a_report(world: World, client_for: Opener) -> None:
    matter, _, _, _ = await stories.served_matter(world)
    await stories.sweep(world, "2026-11-20 09:00")
    gao = await client_for("市司法局", "gao")
    listed = await gao.get("/escalations")
    assert matter.title in listed.text
    path = re.findall(r'href="(/escalations/[0-9a-f-]+)"', listed.text)[0]
    assert "要求报告办理情况" in (await gao.get(path)).text
    assert (await gao.post(path, {"action": "", "note": ""})).status_code == 422
    done = await gao.post(path, {"action": "report", "note": "请于三日内书面报告。"})
    assert done.status_code == 303, done.text
    assert "请于三日内书面报告" in (await gao.get("/escalations?view=handled")).text
    li = await client_for(BODY, "li")
    assert (await li.get(path)).status_code == 404


async def test_a_report_is_drafted_from_the_matter_after_a_refusal(world: World, client_for: Opener) -> None:
    matter, _, _, delivery = await stories.served_matter(world)
    chen = await client_for(BODY, "chen")
    refused = await chen.post(f"/matters/{matter.id}/report", {})
    assert refused.status_code == 409
    await stories.answer_letter(world, delivery.id, refuses=True)
    page = await chen.get(f"/matters/{matter.id}")
    assert f"/matters/{matter.id}/report" in page.text
    assert (await chen.get(f"/matters/{matter.id}/report")).status_code == 200
    made = await chen.post(f"/matters/{matter.id}/report", {})
    assert made.status_code == 303, made.text
    assert "拒不改正" in (await chen.get(made.headers["location"])).text


async def test_the_api_decides_and_refuses_like_the_pages(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    act = await stories.enter_seizure(world, matter.id)
    finding = await stories.find_problem(world, matter.id, concerns_act=True, act_id=act.id)
    await stories.serve_letter(world, matter.id)
    await stories.sweep(world, "2026-10-30 09:00")
    report = await stories.send_report(world, (await stories.report_of(world, matter.id)).id)
    remedy = await stories.enter_remedy(world, matter.id, act.id)
    wu = await client_for(GOVERNMENT, "wu")
    listed = (await wu.json("GET", "/api/v1/reports?view=waiting")).json()
    assert [item["id"] for item in listed["items"]] == [str(report.id)]
    item = {
        "finding_id": str(finding.id),
        "kind": "supplement_or_correct",
        "reason_code": "other",
        "requirement": "退还。",
    }
    barred = await wu.json("POST", f"/api/v1/reports/{report.id}/decide", {"items": [item]})
    assert barred.status_code == 409
    assert barred.json()["article"] == "20"
    await stories.end_remedy(world, remedy.id, settles=False)
    made = await wu.json(
        "POST", f"/api/v1/reports/{report.id}/decide", {"items": [item]}, Idempotency_Key="decide-once-1"
    )
    assert made.status_code == 201, made.text
    again = await wu.json(
        "POST", f"/api/v1/reports/{report.id}/decide", {"items": [item]}, Idempotency_Key="decide-once-1"
    )
    assert again.json() == made.json()
    seen = (await wu.json("GET", f"/api/v1/decisions/{made.json()['id']}")).json()
    assert seen["items"][0]["kind"] == "supplement_or_correct"


async def test_another_leader_decides_the_objection_on_the_decision_page(world: World, client_for: Opener) -> None:
    _, _, decision, delivery = await stories.decided_matter(world)
    head = await client_for(SUPERVISED, "qian")
    raised = await head.post(
        f"/inbox/{delivery.id}/rights/objection", {"reason": "决定认定的期限有误，当事人已签收延长通知。"}
    )
    assert raised.status_code == 303, raised.text
    here = f"/decisions/{decision.id}"
    wu = await client_for(GOVERNMENT, "wu")
    own = await wu.get(here)
    assert "作出监督决定的领导不得处理对该决定的异议" in own.text
    assert f'action="{here}/objection"' not in own.text
    other = await client_for(GOVERNMENT, "xu")
    assert "处理异议" in (await other.get("/desk")).text
    page = await other.get(here)
    version = VERSION.findall(page.text)[0]
    wrong = await other.post(f"{here}/objection", {"result": "revoked", "reason": "", "_version": version})
    assert wrong.status_code == 422
    assert "请写明处理的理由和依据" in wrong.text
    done = await other.post(
        f"{here}/objection", {"result": "revoked", "reason": "期限认定有误，予以撤销。", "_version": version}
    )
    assert done.status_code == 303, done.text
    assert "异议成立，监督决定已经撤销" in (await other.get(here)).text
    told = await head.get("/inbox?tab=papers")
    assert "关于撤销《行政执法监督决定书》" in told.text
