"""The register of enforcement acts in the browser: bring a file, put a line right, read an act (Arts. 11(5), 17)."""

from __future__ import annotations

import re
from typing import Any

from kernel.ids import new_id
from tests.stories import BODY, SUPERVISED
from tests.supervision.records.lines import citizen, jsonl, penalty
from tests.web.conftest import Client, Opener
from tests.world import World


async def handed_in(client: Client, name: str, data: bytes, **fields: str) -> Any:
    sent = {"_csrf_token": await client.token(), "_idempotency_key": str(new_id()), "source": "own_system", **fields}
    return await client.http.post("/records/imports", data=sent, files={"file": (name, data)})


async def test_a_file_comes_in_a_line_is_put_right_and_the_act_is_read(world: World, client_for: Opener) -> None:
    zhou = await client_for(SUPERVISED, "zhou")
    assert "没有行政执法案件" in (await zhou.get("/records")).text
    assert (await zhou.get("/records/imports")).status_code == 200
    data = jsonl(*(penalty(n, is_major=n == 3) for n in range(1, 6)), penalty(6, fine_fen=-1, decided_on="2026-02-30"))
    made = await handed_in(zhou, "案件.jsonl", data)
    assert made.status_code == 303, made.text
    state = await zhou.get(made.headers["location"])
    assert "1 行不能导入" in state.text, state.text
    part = await zhou.http.get(made.headers["location"], headers={"hx-request": "true"})
    assert "<html" not in part.text
    listed = await zhou.get("/records?kind=penalty&since=2026-01-01&until=2026-12-31")
    assert "当事人占道经营案3" in listed.text
    assert "王小明" not in listed.text
    assert "不是日期" in (await zhou.get("/records?since=昨天")).text
    waiting = await zhou.get("/records/quarantine")
    assert "罚款（分）" in waiting.text
    assert "决定日期" in waiting.text
    line = re.findall(r"/records/quarantine/[0-9a-f-]{36}", waiting.text)[0]
    wrong = await zhou.post(line, {"fine_fen": "很多", "decided_on": "2026-02-28"})
    assert wrong.status_code == 422
    assert "应当是" in wrong.text or "不是金额" in wrong.text
    done = await zhou.post(line, {"fine_fen": "30000", "decided_on": "2026-02-28"})
    assert done.status_code == 303, done.text
    assert "没有待修正的数据" in (await zhou.get("/records/quarantine")).text
    assert (await zhou.get("/records/quarantine?state=resubmitted")).status_code == 200
    href = re.findall(r"/records/[0-9a-f-]{36}", listed.text)[0]
    page = await zhou.get(href)
    assert page.status_code == 200, page.text
    assert "办理过程" in page.text
    assert "没有记录的步骤" in page.text


async def test_who_the_party_is_shows_for_a_purpose_alone(world: World, client_for: Opener) -> None:
    zhou, chen = await client_for(SUPERVISED, "zhou"), await client_for(BODY, "chen")
    await handed_in(zhou, "案件.jsonl", jsonl(penalty(3)))
    href = re.findall(r"/records/[0-9a-f-]{36}", (await chen.get("/records")).text)[0]
    assert citizen(3) not in (await chen.get(href)).text
    assert (await chen.post(f"{href}/party", {"purpose": ""})).status_code == 422
    shown = await chen.post(f"{href}/party", {"purpose": "核对当事人是否重复"})
    assert shown.status_code == 200
    assert citizen(3) in shown.text
    other = await client_for("禹州市司法局", "yao")
    assert (await other.get(href)).status_code == 404


async def test_lines_are_given_up_and_wrong_files_refused(world: World, client_for: Opener) -> None:
    zhou = await client_for(SUPERVISED, "zhou")
    await handed_in(zhou, "x.jsonl", jsonl(penalty(1, kind="strange")) + b'{"broken\n')
    page = await zhou.get("/records/quarantine")
    ids = re.findall(r'name="chosen" value="([0-9a-f-]{36})"', page.text)
    assert len(ids) == 2
    for one in ids:
        assert (await zhou.get(f"/records/quarantine/{one}")).status_code == 200
    assert (await zhou.post("/records/quarantine/discard", {"chosen": ids[0], "note": ""})).status_code == 422
    assert (await zhou.post("/records/quarantine/discard", {"chosen": ids, "note": "测试数据"})).status_code == 303
    for name, data in (
        ("x.csv", "没有,这种\n1,2\n".encode()),
        ("x.jsonl", b""),
        ("x.csv", b"\0\1"),
        ("x.xlsx", b"PK\3\4"),
    ):
        refused = await handed_in(zhou, name, data)
        assert refused.status_code == 422, name
    assert (await zhou.post("/records/imports", {"source": "own_system"})).status_code == 422
    for form in ("xlsx", "csv"):
        assert (await zhou.get(f"/records/imports/template?kind=licence&form={form}")).status_code == 200
    qian = await client_for(SUPERVISED, "qian")
    assert (await qian.get("/records")).status_code == 200
    sent = await qian.get("/records/imports")
    assert sent.status_code == 200
    assert "导入记录" in sent.text
    assert "选择数据文件" not in sent.text
    lines = await qian.get("/records/quarantine")
    assert lines.status_code == 200
    assert (await handed_in(qian, "x.csv", b"")).status_code == 403


async def test_leaders_read_what_was_brought_and_leave_it_as_it_is(world: World, client_for: Opener) -> None:
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    made = await handed_in(chen, "x.jsonl", jsonl(penalty(1), penalty(2, kind="strange")))
    assert made.status_code == 303, made.text
    line = re.findall(r"/records/quarantine/[0-9a-f-]{36}", (await chen.get("/records/quarantine")).text)[0]
    for href in ("/records/imports", made.headers["location"], "/records/quarantine", line):
        shown = await li.get(href)
        assert shown.status_code == 200, href
        assert 'method="post" action="/records' not in shown.text, href
    assert "导入记录" in (await li.get("/records")).text
    for href in ("/api/v1/records/imports", "/api/v1/records/quarantine", f"/api/v1{line}"):
        assert (await li.get(href)).status_code == 200, href
    refused = await li.post(line, {"kind": "penalty"})
    assert refused.status_code == 403
    assert "第十一条" in refused.text
    assert (await li.post("/records/quarantine/discard", {"chosen": line[-36:], "note": "测试数据"})).status_code == 403
    assert (await (await client_for("禹州市司法局", "yao")).get(line)).status_code == 404
