"""The register's pages as its readers use them, without script: list, file, steps, import, bodies, my certificate."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from kernel.ids import new_id
from kernel.models import AuditEntry, IdempotencyRecord
from tenants.registers.models import Officer, RegisterImport
from tests.stories import BODY, SUPERVISED
from tests.tenants.registers.files import add, certify, citizen_id
from tests.tenants.registers.test_importing import book, many, row
from tests.web.conftest import Client, Opener
from tests.world import World

NEW = {
    "name": "冯志强",
    "citizen_id": citizen_id(1),
    "employment": "civil_service",
    "title": "执法队员",
    "unit": "执法大队",
    "joined_on": "2020年3月1日",
    "areas": ["urban_management", "water"],
}


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")


async def test_a_file_is_opened_changed_and_closed(world: World, client_for: Opener) -> None:
    client = await client_for(SUPERVISED, "zhou")
    assert (await client.get("/officers/new")).status_code == 200
    made = await client.post("/officers", {**NEW, "_idempotency_key": str(new_id())})
    assert made.status_code == 303, made.text
    href = made.headers["location"]
    page = (await client.get(href)).text
    assert "冯志强" in page
    assert citizen_id(1) not in page
    assert "4110************" + citizen_id(1)[-2:] in page
    assert "行政执法证资格考试没有合格记录" in page
    form = (await client.get(f"{href}/change")).text
    assert citizen_id(1) not in form
    version = re.search(r'name="_version" value="(\d+)"', form)
    assert version
    changed = await client.post(f"{href}/change", {**NEW, "citizen_id": "", "title": "中队长", "_version": version[1]})
    assert changed.status_code == 303, changed.text
    stale = await client.post(f"{href}/change", {**NEW, "citizen_id": "", "_version": version[1]})
    assert stale.status_code == 412
    lesson = {"held_on": "2026-04-15", "hours": "16", "subject": "行政处罚法培训", "provider": "区司法局"}
    assert (await client.post(f"{href}/steps/training", lesson)).status_code == 303
    paper = {"held_on": "2026-05-15", "kind": "enforcement", "result": "passed", "score": "90"}
    assert (await client.post(f"{href}/steps/examination", paper)).status_code == 303
    assert "16" in (await client.get(href)).text
    wrong = await client.post(f"{href}/steps/leave", {"left_on": "2027-01-01", "reason": ""})
    assert wrong.status_code == 422
    assert "请写明离岗原因" in wrong.text
    assert (await client.post(f"{href}/steps/leave", {"left_on": "2026-10-01", "reason": "退休"})).status_code == 303
    assert "已离岗" in (await client.get(href)).text
    assert (await client.get(f"{href}/steps/nonsense")).status_code == 404


async def test_every_wrong_field_stands_in_the_form_again_but_the_citizen_id_does_not(client_for: Opener) -> None:
    client = await client_for(SUPERVISED, "zhou")
    wrong = citizen_id(1)[:17] + ("0" if citizen_id(1)[17] != "0" else "1")
    page = await client.post("/officers", {**NEW, "citizen_id": wrong, "joined_on": "昨天", "name": ""})
    assert page.status_code == 422
    for words in ("请填写姓名", "校验码", "请写明日期"):
        assert words in page.text
    assert wrong not in page.text


async def test_the_citizen_id_is_shown_once_and_kept_in_no_store(world: World, client_for: Opener) -> None:
    file = await add(world)
    client = await client_for(BODY, "chen")
    href = f"/officers/{file.id}/citizen-id"
    assert citizen_id(1) not in (await client.get(href)).text
    assert (await client.post(href, {"purpose": ""})).status_code == 422
    sent = {"purpose": "核对申领材料", "_idempotency_key": str(new_id())}
    shown = await client.post(href, sent)
    assert citizen_id(1) in shown.text
    assert citizen_id(1) not in (await client.post(href, sent)).text
    async with world.work(BODY) as work:
        stored = (await work.session.scalars(select(IdempotencyRecord))).all()
        assert not any(citizen_id(1).encode() in record.body for record in stored)
        looks = await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "unmask"))
        assert {entry.detail["note"] for entry in looks} == {"核对申领材料"}


async def test_strangers_get_the_same_404_as_for_what_is_not_there(world: World, client_for: Opener) -> None:
    file = await add(world)
    client = await client_for("建安区水利局", "he")
    for path in ("", "/change", "/steps/leave", "/citizen-id"):
        theirs = await client.get(f"/officers/{file.id}{path}")
        nobodys = await client.get(f"/officers/{new_id()}{path}")
        assert (theirs.status_code, nobodys.status_code) == (404, 404), path
    admin = await client_for(BODY, "shen")
    assert (await admin.get("/officers")).status_code == 403


async def test_the_list_shows_the_level_to_the_body_and_filters(world: World, client_for: Opener) -> None:
    await certify(world, await add(world), until=date(2026, 12, 1))
    await add(world, 2, name="何清泉", organ="建安区水利局")
    chen = await client_for(BODY, "chen")
    page = (await chen.get("/officers")).text
    assert "冯志强" in page
    assert "何清泉" in page
    assert "何清泉" not in (await chen.get("/officers?tab=expiring")).text
    assert "何清泉" not in (await chen.get("/officers?q=冯")).text
    assert "没有" in (await chen.get("/officers?reach=own")).text
    zhou = await client_for(SUPERVISED, "zhou")
    assert "何清泉" not in (await zhou.get("/officers?reach=all")).text
    answer = await zhou.get("/officers/export")
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")


async def upload(client: Client, data: bytes, name: str = "执法人员.xlsx") -> str:
    sent = {"_csrf_token": await client.token(), "_idempotency_key": str(new_id())}
    answer = await client.http.post("/officers/imports", data=sent, files={"file": (name, data)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_workbook_is_imported_or_every_wrong_cell_is_shown(world: World, client_for: Opener) -> None:
    client = await client_for(SUPERVISED, "zhou")
    assert (await client.get("/officers/imports/template")).status_code == 200
    href = await upload(client, book([row(1), row(2, employment="<b>老板</b>")]))
    page = (await client.get(href)).text
    assert "C3" in page
    assert "&lt;b&gt;老板" in page
    assert (await client.get(f"{href}/report")).status_code == 200
    done = (await client.get(await upload(client, book([row(1), row(2)])))).text
    assert "新增 2 人" in done
    assert "新增 2 人" in (await client.get("/officers/imports")).text
    stranger = await client_for("建安区水利局", "he")
    assert (await stranger.get(href)).status_code == 404
    sent = {"_csrf_token": await client.token()}
    for data in (b"", b"%PDF-1.4", b"PK\x03\x04"):
        wrong = await client.http.post("/officers/imports", data=sent, files={"file": ("x.xlsx", data)})
        assert wrong.status_code == 422
    assert (await client.post("/officers/imports", {})).status_code == 422


async def test_a_big_workbook_shows_how_far_it_is(world: World, client_for: Opener) -> None:
    client = await client_for(SUPERVISED, "zhou")
    href = await upload(client, book(many(600)))
    page = await client.get(href)
    assert "已核对 0 / 600 行" in page.text
    part = await client.get(href, headers={"hx-request": "true"})
    assert "<html" not in part.text
    assert "hx-trigger" in part.text
    async with world.work(SUPERVISED) as work:
        held = (await work.session.scalars(select(RegisterImport))).one()
        assert held.content is not None
        assert "演示1".encode() not in held.content
        assert (await work.session.scalars(select(Officer))).all() == []


async def test_bodies_are_entered_changed_and_ended(client_for: Opener) -> None:
    client = await client_for(SUPERVISED, "zhou")
    body = {
        "kind": "entrusted",
        "name": "市容监察所（演示）",
        "authority": "行政执法委托书",
        "scope": "占道经营的日常检查",
        "valid_from": "2026-01-01",
    }
    refused = await client.post("/bodies", body)
    assert refused.status_code == 422
    assert "截止日期" in refused.text
    assert (await client.post("/bodies", {**body, "valid_until": "2026-12-31"})).status_code == 303
    page = (await client.get("/bodies")).text
    found = re.search(r'href="(/bodies/[0-9a-f-]{36})"', page)
    assert found
    assert "市容监察所（演示）" in (await client.get(found[1])).text
    changed = await client.post(found[1], {**body, "valid_until": "2026-11-30", "_version": "1"})
    assert changed.status_code == 303, changed.text
    assert (await client.post(f"{found[1]}/end", {"ended_on": "2026-10-01", "reason": ""})).status_code == 422
    assert (await client.post(f"{found[1]}/end", {"ended_on": "2026-10-01", "reason": "解除委托"})).status_code == 303
    assert "已终止" in (await client.get("/bodies")).text
    assert (await client.get(found[1])).status_code == 404


async def test_the_officers_home_is_his_certificate(world: World, client_for: Opener) -> None:
    peng = await client_for(SUPERVISED, "peng")
    assert (await peng.get("/")).headers["location"] == "/me/certificate"
    assert "没有您的执法人员档案" in (await peng.get("/me/certificate")).text
    file = await add(world, name="彭程", username="peng")
    await certify(world, file, until=date(2026, 12, 1), number="16041234000")
    page = (await peng.get("/me/certificate")).text
    assert "16041234000" in page
    assert "即将到期" in page
    assert "还差 60 学时" in page
    assert (await peng.get("/officers")).status_code == 403
