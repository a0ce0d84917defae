"""Hits, models and benchmarks in the browsers of those who judge, of the leader, and of those who may not look."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from supervision.checks.models import CheckHit
from tests.stories import BODY, SUPERVISED
from tests.supervision.checks.cases import found, keep, record, run
from tests.supervision.checks.test_sets import TABLE, fine
from tests.web.conftest import Client, Opener
from tests.world import World

LATE = {"filed_on": "2026-01-05", "clue_received_on": "2026-01-05", "title": "无证经营案（演示）"}


async def hits_of(world: World, **where: Any) -> dict[str, Any]:
    async with world.work(BODY) as work:
        return {h.rule: h for h in await work.session.scalars(select(CheckHit).filter_by(**where))}


async def table(leader: Client, data: bytes, **fields: str) -> Any:
    values = {"name": "城市管理裁量基准", "issuer": "区城市管理局", "in_force_on": "2026-01-01"} | fields
    return await leader.post("/checks/benchmarks", values, files={"file": ("基准.csv", data, "text/csv")})


async def test_from_the_list_to_a_clue_and_a_dismissal(world: World, client_for: Opener) -> None:
    one, other = await keep(world, [record("penalty", **LATE), record("penalty", served_on="2026-04-28")])
    await run(world)
    hits = await hits_of(world)
    chen = await client_for(BODY, "chen")
    listed = await chen.get("/checks")
    assert listed.status_code == 200
    assert "99 日，超过 90 日（行政处罚法第六十条）" in listed.text
    assert "无证经营案（演示）" in listed.text
    assert "没有符合筛选条件" in (await chen.get("/checks?severity=A")).text
    opened = await chen.get(f"/checks/{hits['P01'].id}")
    assert "法律、法规、规章另有期限的从其规定" in opened.text
    assert "模型依据" in opened.text
    asked = await chen.get(f"/checks/act?act=clue&chosen={hits['P01'].id}")
    assert "每个案件登记一条线索" in asked.text
    made = await chen.post("/checks/act", {"act": "clue", "chosen": [str(hits["P01"].id)], "note": "请核实"})
    assert made.status_code == 303
    clue = await chen.get(made.headers["location"])
    assert "规则模型预警" in clue.text
    assert "办案超期" in clue.text
    refused = await chen.post("/checks/act", {"act": "dismiss", "chosen": [str(hits["P18"].id)]})
    assert refused.status_code == 422
    assert "请选择排除的理由" in refused.text
    fields = {
        "act": "dismiss",
        "chosen": [str(hits["P18"].id)],
        "reason_code": "papers_on_file",
        "reason": "卷中有凭证。",
    }
    assert (await chen.post("/checks/act", fields)).status_code == 303
    assert await found(world) == {}
    assert "卷中有凭证。" in (await chen.get(f"/checks/{hits['P18'].id}")).text
    assert {one, other} == {hits["P01"].subject_id, hits["P18"].subject_id}


async def test_a_matter_from_a_hit(world: World, client_for: Opener) -> None:
    await keep(world, [record("penalty", **LATE)])
    await run(world)
    hit = (await hits_of(world))["P01"]
    chen = await client_for(BODY, "chen")
    made = await chen.post("/checks/act", {"act": "matter", "chosen": [str(hit.id)]})
    assert made.status_code == 303
    assert "规则模型预警" in (await chen.get(made.headers["location"])).text


async def test_the_leader_switches_and_imports(world: World, client_for: Opener) -> None:
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    assert "启用或者停用" not in (await chen.get("/checks/models/P01")).text
    assert (await chen.post("/checks/models/P01", {"enabled": "no", "reason": "误报多"})).status_code == 403
    assert (await li.post("/checks/models/P01", {"enabled": "no"})).status_code == 422
    assert (await li.post("/checks/models/P01", {"enabled": "no", "reason": "误报多"})).status_code == 303
    assert "已停用" in (await li.get("/checks/models")).text
    assert (await li.get("/checks/models/Z99")).status_code == 404
    assert (await li.post("/checks/accounts", {"accounts": "财政非税专户\n\n"})).status_code == 303
    assert "财政非税专户" in (await li.get("/checks/models")).text
    wrong = await table(li, TABLE.replace("从轻", "随意").encode())
    assert wrong.status_code == 422
    assert "第 2 行" in wrong.text
    made = await table(li, TABLE.encode())
    assert made.status_code == 303, made.text
    assert "5000 元" in (await li.get(made.headers["location"])).text
    assert "城市管理裁量基准" in (await chen.get("/checks/benchmarks")).text


async def test_outliers_are_ranked_and_drawn(world: World, client_for: Opener) -> None:
    await keep(world, [*(fine(3_000 + 100 * n, "ordinary") for n in range(8)), fine(30_000, "ordinary")])
    await run(world)
    hit = (await hits_of(world, rule="Q04"))["Q04"]
    chen = await client_for(BODY, "chen")
    assert "高 782%" in (await chen.get("/checks/outliers")).text
    opened = (await chen.get(f"/checks/{hit.id}")).text
    assert 'data-chart="' in opened
    assert "同类案件（擅自占用城市道路、一般阶次、单位）9 件" in opened
    compared = await chen.get(f"/api/v1/checks/{hit.id}/comparison")
    assert [c["this"] for c in compared.json()["cases"]] == [False] * 8 + [True]


async def test_the_api_judges_and_switches(world: World, client_for: Opener) -> None:
    await keep(world, [record("penalty", **LATE), record("penalty", served_on="2026-04-28")])
    await run(world)
    hits = await hits_of(world)
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    listed = (await chen.get("/api/v1/checks?severity=B&limit=1")).json()
    assert len(listed["items"]) == 1
    assert listed["next"]
    assert len((await chen.get(f"/api/v1/checks?after={listed['next']}")).json()["items"]) == 1
    made = await chen.json("POST", "/api/v1/checks/clues", {"hits": [str(hits["P01"].id)]})
    assert made.status_code == 201, made.text
    body = {"hits": [str(hits["P18"].id)], "reason_code": "data_error", "reason": "录入有误。"}
    assert (await chen.json("POST", "/api/v1/checks/dismissals", body)).json() == {"total": 1}
    switched = await li.json("POST", "/api/v1/checks/models/P18/switch", {"enabled": False, "reason": "误报多"})
    assert next(m for m in switched.json()["models"] if m["rule"] == "P18")["enabled"] is False
    assert (
        await chen.json("POST", "/api/v1/checks/models/P18/switch", {"enabled": True, "reason": "x"})
    ).status_code == 403


async def test_the_enforcing_organ_is_refused(world: World, client_for: Opener) -> None:
    await keep(world, [record("penalty", **LATE)])
    await run(world)
    hit = (await hits_of(world))["P01"]
    zhou = await client_for(SUPERVISED, "zhou")
    assert (await zhou.get("/checks")).status_code == 403
    assert (await zhou.get(f"/checks/{hit.id}")).status_code == 404
    assert (await zhou.get("/checks/benchmarks")).status_code == 200


async def test_the_organ_is_asked_answers_and_the_answer_is_the_reason(world: World, client_for: Opener) -> None:
    await keep(world, [record("penalty", **LATE), record("penalty", served_on="2026-04-28")])
    await run(world)
    hits = await hits_of(world)
    late, other = hits["P01"].id, hits["P18"].id
    chen, zhou = await client_for(BODY, "chen"), await client_for(SUPERVISED, "zhou")
    assert "没有收到的询问" in (await zhou.get("/questions")).text
    form = await chen.get(f"/checks/{late}/ask")
    assert 'value="2026-10-15"' in form.text, "five working days, the make-up day of 10 October among them"
    wrong = await chen.post(f"/checks/{late}/ask", {"question": "为何", "due_on": "2026-10-09"})
    assert wrong.status_code == 422
    assert "4 至 500 字" in wrong.text
    assert "明天至 30 日" in wrong.text
    given = {"question": "请说明超过90日的原因，有无延期审批。", "due_on": "2026-10-15"}
    made = await chen.post(f"/checks/{late}/ask", given)
    assert made.status_code == 303, made.text
    assert "还没有答复" in (await chen.get(f"/checks/{late}")).text
    assert (await chen.post(f"/checks/{late}/ask", given)).status_code == 409
    line = (await zhou.get("/api/v1/notices")).json()["items"][0]
    (one,) = (await zhou.get("/api/v1/questions")).json()["items"]
    assert (line["link"], "询问一件案件" in line["title"]) == (f"/questions/{one['id']}", True)
    page = await zhou.get(line["link"])
    assert "请说明超过90日的原因" in page.text
    assert "99 日，超过 90 日" in page.text
    assert (await zhou.get(f"/checks/{late}")).status_code in (403, 404), "the hit itself it never sees"
    for stranger in ("禹州市司法局", "yao"), ("尚集镇政府", "sun"):
        assert (await (await client_for(*stranger)).get(line["link"])).status_code == 404
    assert (await chen.post(line["link"], {"answer": "由我来答"})).status_code == 403
    assert (await zhou.post(line["link"], {"answer": ""})).status_code == 422
    said = {"answer": "案卷第12页有延期审批表，经负责人批准延长至100日。"}
    assert (await zhou.post(line["link"], said)).status_code == 303
    assert "已答复" in (await zhou.get(line["link"])).text
    assert (await zhou.post(line["link"], said)).status_code == 409
    told = (await chen.get("/api/v1/notices")).json()["items"][0]
    assert ("已答复询问" in told["title"], told["link"]) == (True, f"/checks/{late}")
    opened = (await chen.get(f"/checks/{late}")).text
    assert "以答复排除预警" in opened
    ready = await chen.get(f"/checks/act?act=dismiss&answered=yes&chosen={late}")
    reason = f"区城管局2026年10月9日答复：{said['answer']}"
    assert "答复：案卷第12页有延期审批表" in ready.text
    assert "答复：案卷第12页" in (await chen.get(f"/checks/act?act=clue&answered=yes&chosen={late}")).text
    done = {"act": "dismiss", "chosen": [str(late)], "reason_code": "papers_on_file", "reason": reason}
    assert (await chen.post("/checks/act", done)).status_code == 303
    assert (await chen.get(f"/api/v1/checks/{late}")).json()["reason"] == reason
    asked = await chen.json("POST", f"/api/v1/checks/{other}/questions", {"question": "请说明送达的日期。"})
    assert (asked.status_code, asked.json()["state"], asked.json()["due_on"]) == (201, "waiting", "2026-10-15")
    await world.set_clock("2026-10-19 09:00")
    assert (await zhou.get(f"/api/v1/questions/{asked.json()['id']}")).json()["state"] == "late"
    path = f"/api/v1/questions/{asked.json()['id']}/answer"
    late_answer = await zhou.json("POST", path, {"answer": "已补正送达回证。"})
    assert late_answer.json()["state"] == "answered", "late, and still better than nothing"
    made = await chen.json("POST", "/api/v1/checks/clues", {"hits": [str(other)], "note": "附答复"})
    assert made.status_code == 201
