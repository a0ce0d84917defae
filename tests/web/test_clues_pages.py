"""The pool and a clue's page as each reader finds them, through log-in, forms and refusals."""

from __future__ import annotations

import re
from typing import Any

from tests.web.conftest import Client, Opener
from tests.world import World

BODY, SUBJECT, OFFICE = "建安区司法局", "建安区城市管理局", "建安区尚集司法所"
FACTS = "10月8日上午，执法人员在新元大道扣押三轮车，没有出具扣押决定书，也没有告知理由。"


async def form(world: World, **more: Any) -> dict[str, Any]:
    return {
        "source": "hotline",
        "title": "扣押三轮车没有出具决定书",
        "facts": FACTS,
        "subject": str(await world.organ(SUBJECT)),
        "complainant_name": "张立",
        "complainant_contact": "13900001234",
        "confidential": "yes",
        **more,
    }


async def registered(world: World, client: Client, **more: Any) -> str:
    answer = await client.post("/clues", await form(world, **more))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_clue_from_registering_to_acceptance(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    page = await chen.get("/clues/new")
    assert page.status_code == 200
    assert "受理期限 5 个工作日" in page.text
    clue = await registered(world, chen)
    shown = (await chen.get(clue)).text
    assert "建线〔2026〕1号" in shown
    assert "张某某" in shown
    assert "张立" not in shown
    assert "13900001234" not in shown
    assert "查看原文（需说明用途，操作留痕）" in shown
    assert "可以办理" in shown
    assert "暂不能办理" in shown
    assert "受理线索" in (await chen.get(f"{clue}/accept")).text
    assert (await chen.post(f"{clue}/accept", {"_version": "1"})).headers["location"] == clue
    assert "已受理" in (await chen.get(clue)).text


async def test_errors_keep_what_was_written(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    answer = await chen.post("/clues", await form(world, title="", facts="太短", subject="", subject_text="不存在的局"))
    assert answer.status_code == 422
    assert "请用一句话写明反映的问题" in answer.text
    assert "不存在的局" in answer.text
    assert "有 2 处需要修改" in answer.text
    assert 'href="#f-facts"' in answer.text


async def test_the_same_form_sent_twice_registers_once(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    sent = await form(world, _idempotency_key="0192f9aa-twice-sent")
    first, second = await chen.post("/clues", sent), await chen.post("/clues", sent)
    assert first.headers["location"] == second.headers["location"]
    assert (await chen.get("/clues")).text.count("zs-row-link") == 1


async def test_who_complained_is_shown_for_a_purpose_alone(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    clue = await registered(world, chen)
    assert "请写明查看用途" in (await chen.post(f"{clue}/complainant", {"purpose": ""})).text
    revealed = (await chen.post(f"{clue}/complainant", {"purpose": "电话核实扣押经过"})).text
    assert "张立" in revealed
    assert "13900001234" in revealed
    again = (await chen.get(clue)).text
    assert "张立" not in again
    assert "查看反映人信息" in again
    assert "电话核实扣押经过" in again


async def test_nobody_else_finds_the_clue(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    clue = await registered(world, chen)
    sentence = "该事项不存在，或者不在您所在单位的查看范围内。"
    for organ, username in ((SUBJECT, "zhou"), (SUBJECT, "qian"), ("禹州市司法局", "yao"), (OFFICE, "guo")):
        client = await client_for(organ, username)
        for path in (clue, f"{clue}/accept", f"{clue}/complainant"):
            answer = await client.get(path)
            assert answer.status_code == 404, (username, path)
            assert sentence in answer.text
        assert (await client.post(f"{clue}/accept")).status_code == 404
    wu = await client_for("建安区政府", "wu")
    assert (await wu.get("/clues")).status_code == 403
    assert (await wu.get(clue)).status_code == 403
    assert "张某某" not in (await (await client_for("市司法局", "yang")).get(clue)).text
    han = await client_for(BODY, "han")
    assert (await han.get(clue)).status_code == 403


async def test_the_office_registers_and_follows(world: World, client_for: Opener) -> None:
    guo = await client_for(OFFICE, "guo")
    assert "由建安区司法局办理" in (await guo.get("/clues/new")).text
    clue = await registered(world, guo, source="own_finding")
    shown = (await guo.get(clue)).text
    assert "本页只显示办理进展" in shown
    assert "张某某" not in shown
    assert "可以办理" not in shown
    assert "扣押三轮车" in (await guo.get("/clues")).text
    assert (await guo.get(f"{clue}/accept")).status_code == 404


async def test_duplicates_are_shown_while_writing_and_compared_and_merged(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    first = await registered(world, chen)
    hint = await chen.post("/clues/similar", {"title": "扣押三轮车未出具决定书", "facts": FACTS})
    assert "可能是重复线索" in hint.text
    assert first in hint.text
    second = await registered(world, chen, title="扣押三轮车未出具决定书")
    assert "可能重复的线索" in (await chen.get(second)).text
    other = first.removeprefix("/clues/")
    assert "对照" in (await chen.get(f"{second}/compare/{other}")).text
    assert f'value="clue:{other}" checked' in (await chen.get(f"{second}/merge?into=clue:{other}")).text
    assert (await chen.post(f"{second}/merge", {"into": f"clue:{other}"})).status_code == 303
    assert "并入本线索的线索" in (await chen.get(first)).text


async def test_passing_on_offers_the_competent_organs(world: World, client_for: Opener) -> None:
    yang = await client_for("市司法局", "yang")
    clue = await registered(world, yang)
    page = (await yang.get(f"{clue}/pass")).text
    assert "建安区司法局" in page
    assert 'value="' + str(await world.organ(SUBJECT)) not in page
    county = str(await world.organ(BODY))
    assert (await yang.post(f"{clue}/pass", {"to": county, "reason": ""})).status_code == 422
    assert (await yang.post(f"{clue}/pass", {"to": county, "reason": "属于区级监督范围"})).status_code == 303
    assert "已转交" in (await yang.get(clue)).text
    chen = await client_for(BODY, "chen")
    assert "市司法局转来线索" in (await chen.get("/notices")).text
    assert "扣押三轮车" in (await chen.get("/clues")).text


async def test_dismissal_needs_two_people(world: World, client_for: Opener) -> None:
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    clue = await registered(world, chen)
    answer = await chen.post(f"{clue}/dismissal", {"reason_code": "", "reason": ""})
    assert answer.status_code == 422
    ground = {"reason_code": "false", "reason": "录像显示已出具。"}
    assert (await chen.post(f"{clue}/dismissal", ground)).status_code == 303
    refused = await chen.post(f"{clue}/dismiss")
    assert refused.status_code == 403
    assert "批准不予办理" in (await li.get("/desk")).text
    assert (await li.post(f"{clue}/dismiss")).status_code == 303
    assert "不予办理：经核实反映不实" in (await li.get(clue)).text


async def test_a_matter_is_proposed_from_a_clue(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    clue = await registered(world, chen)
    await chen.post(f"{clue}/accept")
    assert (await chen.get(f"{clue}/matter")).status_code == 200
    wrong = await chen.post(f"{clue}/matter", {"title": "扣押程序", "mode": ""})
    assert wrong.status_code == 422
    fields = {"title": "扣押程序", "mode": "verification_urging", "content_items": ["10(5)"]}
    assert (await chen.post(f"{clue}/matter", fields)).status_code == 303
    assert "立项申请正在审批" in (await chen.get(clue)).text


async def test_the_list_keeps_its_filter_in_the_address(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    for n in range(17):
        await registered(world, chen, title=f"第{n}次反映占道执法", source="media" if n % 2 else "hotline")
    first = (await chen.get("/clues?state=new&source=hotline&size=15")).text
    assert first.count("zs-row-link") == 9
    assert "来源：12345政务服务便民热线" in first
    page = (await chen.get("/clues?size=15")).text
    following = re.search(r'href="(/clues\?[^"]*after=[^"]*)"', page)
    assert following is not None
    assert (await chen.get(following[1].replace("&amp;", "&"))).text.count("zs-row-link") == 2
    await registered(world, chen, title="检查烟花爆竹时没有出示证件")
    assert (await chen.get("/clues?q=烟花 证件")).text.count("zs-row-link") == 1
    assert "没有符合筛选条件的线索" in (await chen.get("/clues?q=鱼塘")).text


async def test_a_stale_form_is_told_so(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    clue = await registered(world, chen)
    subject = {"subject": str(await world.organ("建安区水利局")), "_version": "1"}
    assert (await chen.post(f"{clue}/subject", subject)).status_code == 303
    assert (await chen.post(f"{clue}/subject", subject)).status_code == 412


async def test_the_api_registers_lists_and_refuses_as_the_pages_do(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    subject = str(await world.organ(SUBJECT))
    body = {"source": "hotline", "title": "扣押三轮车没有出具决定书", "facts": FACTS, "subject_organ_id": subject}
    who = {"name": "张立", "contact": "13900001234"}
    key = "0192f9aa-api-clue"
    made = await chen.json("POST", "/api/v1/clues", {**body, "complainant": who}, Idempotency_Key=key)
    assert made.status_code == 201, made.text
    again = await chen.json("POST", "/api/v1/clues", {**body, "complainant": who}, Idempotency_Key=key)
    assert again.json() == made.json()
    path = made.headers["location"]
    listed = (await chen.get("/api/v1/clues?state=new")).json()
    assert [row["number"] for row in listed["items"]] == ["建线〔2026〕1号"]
    shown = (await chen.get(path)).json()
    assert shown["complainant"]["name"] == "张某某"
    assert (await chen.json("POST", f"{path}/complainant", {"purpose": ""})).status_code == 422
    assert (await chen.json("POST", f"{path}/complainant", {"purpose": "电话核实经过"})).json()["name"] == "张立"
    taken = await chen.json("POST", f"{path}/accept", {"version": shown["version"]})
    assert (taken.status_code, taken.json()["state"]) == (200, "accepted")
    assert (await chen.json("POST", f"{path}/accept", {"version": shown["version"]})).status_code == 412
    refused = await chen.json("POST", f"{path}/answer", {"answer": "已经依法处理完毕，请放心。"})
    assert (refused.status_code, refused.json()["article"]) == (409, "17")
    draft = {"title": "扣押程序", "mode": "verification_urging", "content_items": ["10(5)"], "supervised_id": subject}
    assert (await chen.json("POST", f"{path}/open-matter", draft)).status_code == 201
    wrong = await chen.json("POST", "/api/v1/clues", {**body, "title": ""})
    assert [e["field"] for e in wrong.json()["errors"]] == ["title"]
    zhou = await client_for(SUBJECT, "zhou")
    assert (await zhou.get(path)).status_code == 404
    assert (await zhou.get("/api/v1/clues")).json()["items"] == []
