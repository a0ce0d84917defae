"""Accountability in the browser: the supervising side, the organ and the officer, each on their own pages (Art. 21)."""

from __future__ import annotations

import re
from typing import Any

from kernel.ids import new_id
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.supervision.accountability import steps
from tests.web.conftest import Client, Opener
from tests.world import World

VERSION = re.compile(r'name="_version" value="(\d+)"')


async def send(client: Client, path: str, fields: dict[str, Any] | None = None) -> Any:
    """Open the form of a step and send it with its version."""
    form = await client.get(path)
    assert form.status_code == 200, form.text
    version = VERSION.findall(form.text)
    given = {"_idempotency_key": str(new_id()), **({"_version": version[0]} if version else {}), **(fields or {})}
    return await client.post(path, given)


FIELDS = {
    "measure": "qualification_cancellation",
    "responsibility": "direct",
    "grounds": ["21(5)"],
    "facts": steps.FACTS,
    "gravity": "serious",
    "fault": "intent",
}


async def test_from_a_matter_to_the_cancellation_and_its_review(world: World, client_for: Opener) -> None:
    officer, _ = await steps.file_of(world)
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    record = await chen.get(f"/matters/{matter.id}")
    assert "提出责任追究" in record.text
    path = f"/accountability/new?matter={matter.id}"
    form = await chen.get(path)
    assert form.status_code == 200, form.text
    for words in ("彭程", "第二十一条（五）", "取消行政执法资格", "建城扣〔2026〕41号扣押三轮车1辆"):
        assert words in form.text, words
    wrong = await chen.post(path, {"_idempotency_key": str(new_id()), "measure": "organ_circular"})
    assert wrong.status_code == 422
    assert "请选择情节轻重" in wrong.text
    evidence = re.findall(r'name="evidence_ids" value="([^"]+)"', form.text)
    made = await chen.post(
        path, {**FIELDS, "officer_id": str(officer.id), "evidence_ids": evidence, "_idempotency_key": str(new_id())}
    )
    assert made.status_code == 303, made.text
    case = made.headers["location"]
    seen = await chen.get(case)
    for words in ("彭程", "建监究〔2026〕1号", "待告知", "暂不能办理"):
        assert words in seen.text, words
    assert "责任追究" in (await chen.get(f"/matters/{matter.id}?tab=documents")).text
    assert "彭程" in (await chen.get("/accountability")).text
    refused = await chen.get(f"{case}/decide")
    assert "暂不能" in refused.text
    assert (await send(li, f"{case}/notify")).status_code == 303

    peng = await client_for(SUPERVISED, "peng")
    listed = await peng.get("/accountability/received")
    notice = re.findall(r'href="(/accountability/received/[0-9a-f-]{36})"', listed.text)[0]
    closed = await peng.get(notice)
    assert "签收后查看内容" in closed.text
    assert steps.FACTS not in closed.text
    assert (await peng.post(f"{notice}/open")).status_code == 303
    opened = await peng.get(notice)
    assert steps.FACTS in opened.text
    assert "提出陈述和申辩" in opened.text
    empty = await peng.post(f"{notice}/defence", {"choice": "state", "text": ""})
    assert empty.status_code == 422
    stated = await peng.post(f"{notice}/defence", {"choice": "state", "text": "当时对方先动手，请求从轻处理。"})
    assert stated.status_code == 303, stated.text
    pdf = await peng.get(f"{notice}/pdf")
    assert pdf.content.startswith(b"%PDF")

    lacking = await send(li, f"{case}/decide", {"measure": "qualification_cancellation", "reason": "理由充分。"})
    assert lacking.status_code == 422
    assert "逐项答复" in lacking.text
    given = {"measure": "qualification_cancellation", "reason": steps.REASON, "defence_answer": "经核实不予采纳。"}
    assert (await send(li, f"{case}/decide", given)).status_code == 303
    listed = await peng.get("/accountability/received")
    decision = re.findall(r'href="(/accountability/received/[0-9a-f-]{36})"', listed.text)[0]
    assert (await peng.post(f"{decision}/open")).status_code == 303
    assert "已落实" in (await chen.get(case)).text
    asked = await peng.post(f"{decision}/review", {"reason": "视频不完整，请求重新审查。"})
    assert asked.status_code == 303, asked.text
    own = await li.get(f"{case}/review")
    assert "不得办理" in own.text
    zhao = await client_for(BODY, "zhao")
    done = await send(zhao, f"{case}/review", {"result": "set_aside", "reason": "经审查，原决定事实不清。"})
    assert done.status_code == 303, done.text
    assert "原决定已经撤销" in (await chen.get(case)).text


async def test_the_organ_answers_a_proposal(world: World, client_for: Opener) -> None:
    case, _ = await steps.against_officer(world, "off_post_training")
    proposal = await steps.decided(world, case.id, "off_post_training")
    zhou, qian = await client_for(SUPERVISED, "zhou"), await client_for(SUPERVISED, "qian")
    page = f"/accountability/received/{proposal.id}"
    assert "主要负责人反馈" in (await zhou.get(page)).text
    shown = await qian.get(page)
    for words in ("反馈处理结果", "建司执监建〔2026〕1号", "离岗培训"):
        assert words in shown.text, words
    wrong = await qian.post(f"{page}/answer", {"result": "imposed"})
    assert wrong.status_code == 422
    assert "文号" in wrong.text
    fields = {
        "result": "imposed", "document_number": "建城〔2026〕9号", "effective_on": "2026-10-09", "training_hours": "40",
    }  # fmt: skip
    assert (await qian.post(f"{page}/answer", fields)).status_code == 303
    assert "登记离岗培训完成情况" in (await zhou.get(page)).text
    assert (await zhou.post(f"{page}/training", {"hours": "40", "completed_on": "10月9日"})).status_code == 303
    chen = await client_for(BODY, "chen")
    done = await chen.get(f"/accountability/{case.id}")
    assert "已落实" in done.text
    document = re.findall(r'href="(/accountability/[^"]+/docx)"', done.text)[0]
    assert (await chen.get(document)).content.startswith(b"PK")


async def test_a_case_on_own_findings_begins_with_the_organ(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    nothing = await chen.post("/accountability/start", {"supervised": ""})
    assert nothing.status_code == 422
    led = await chen.post("/accountability/start", {"supervised": str(await world.organ(SUPERVISED))})
    assert led.status_code == 303
    assert (await chen.get(led.headers["location"])).status_code == 200
    outside = await chen.post("/accountability/start", {"supervised": str(await world.organ("禹州市城市管理局"))})
    assert outside.status_code == 403


async def test_other_readers_get_the_same_sentence_or_the_reason(world: World, client_for: Opener) -> None:
    case, _ = await steps.against_officer(world)
    notice = await steps.told(world, case.id)
    qian, he = await client_for(SUPERVISED, "qian"), await client_for("建安区水利局", "he")
    yao, han = await client_for("禹州市司法局", "yao"), await client_for(BODY, "han")
    for client in (qian, he, yao):
        assert (await client.get(f"/accountability/{case.id}")).status_code == 404
    assert (await he.get(f"/accountability/received/{notice.id}")).status_code == 404
    assert (await han.get(f"/accountability/{case.id}")).status_code == 403
    assert (await han.get("/accountability/received")).status_code == 403
