"""Applications and bars in the browsers of both counties, and the same through the API."""

from __future__ import annotations

import re

from tests.supervision.licensing.people import (
    COUNTY,
    OFFICE,
    OTHER_OFFICE,
    apply,
    cancel,
    certificate,
    citizen_id,
    officer,
)
from tests.web.conftest import Opener
from tests.world import World

VERSION = re.compile(r'name="_version" value="(\d+)"')


async def test_an_organ_applies_and_the_department_checks_approves_and_issues(world: World, client_for: Opener) -> None:
    file = await officer(world, OFFICE, citizen_id())
    zhou = await client_for(OFFICE, "zhou")
    form = await zhou.get(f"/licences/new?officer={file.id}")
    assert form.status_code == 200, form.text
    assert "甄别名（科员）" in form.text
    wrong = await zhou.post("/licences", {"officer_id": str(file.id)})
    assert wrong.status_code == 422
    assert "请选择证件种类" in wrong.text
    made = await zhou.post("/licences", {"officer_id": str(file.id), "kind": "enforcement", "purpose": "first"})
    assert made.status_code == 303, made.text
    href = made.headers["location"]
    assert "待审查" in (await zhou.get("/licences")).text
    page = await zhou.get(href)
    assert "撤回申请" in page.text
    assert "批准发证" not in page.text
    chen, li = await client_for(COUNTY, "chen"), await client_for(COUNTY, "li")
    page = await chen.get(href)
    for words in ("持证条件", "资格考试合格", "审查通过", "第十条（四）"):
        assert words in page.text, words
    confirm = await chen.get(f"{href}/check")
    done = await chen.post(f"{href}/check", {"note": "已核对", "_version": VERSION.findall(confirm.text)[0]})
    assert done.status_code == 303, done.text
    assert (await chen.post(f"{href}/approve")).status_code == 403
    assert "批准证件" in (await li.get("/desk")).text
    for step in ("approve", "issue"):
        confirm = await li.get(f"{href}/{step}")
        assert confirm.status_code == 200
        done = await li.post(f"{href}/{step}", {"_version": VERSION.findall(confirm.text)[0]})
        assert done.status_code == 303, done.text
    page = await zhou.get(href)
    assert "建司执法证〔2026〕1号" in page.text
    assert "2031年10月8日" in page.text


async def test_a_withheld_certificate_on_its_own_page(world: World, client_for: Opener) -> None:
    file = await officer(world, OFFICE, citizen_id())
    row = await certificate(world, OFFICE, file, issuer_id=await world.organ(COUNTY))
    li = await client_for(COUNTY, "li")
    href = f"/licences/certificates/{row.id}"
    assert "暂扣证件" in (await li.get(href)).text
    wrong = await li.post(f"{href}/suspend", {"until": "2026-10-01", "reason": "待核查"})
    assert wrong.status_code == 422
    assert "今日以后" in wrong.text
    done = await li.post(f"{href}/suspend", {"until": "2026-11-09", "reason": "待核查"})
    assert done.status_code == 303, done.text
    assert "暂扣，至2026年11月9日，待核查" in (await li.get(href)).text
    assert (await li.get(f"{href}/nothing")).status_code == 404
    duan = await client_for(OTHER_OFFICE, "duan")
    assert (await duan.get(href)).status_code == 404


async def test_a_barred_application_shows_the_day_the_article_and_nothing_else(
    world: World, client_for: Opener
) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    await certificate(world, OFFICE, here)
    application_id = await apply(world, OTHER_OFFICE, there)
    await cancel(world, COUNTY, here)
    duan = await client_for(OTHER_OFFICE, "duan")
    page = await duan.get(f"/licences/{application_id}")
    assert "行政执法资格已被取消，至2028年10月9日（含当日）不得重新申领。" in page.text
    assert "第二十一条" in page.text
    for words in ("建司资取", "建安区", "可以办理", "持证条件", "审查"):
        assert words not in page.text, words
    again = await duan.post("/licences", {"officer_id": str(there.id), "kind": "enforcement", "purpose": "first"})
    assert again.status_code == 409
    assert "2028年10月9日" in again.text
    assert "第二十一条" in again.text
    listed = await duan.get("/licences?tab=refused")
    assert "不得重新申领" in listed.text
    mine = await duan.get("/bars")
    assert mine.status_code == 200
    assert "建司资取" not in mine.text
    li = await client_for(COUNTY, "li")
    assert "建司资取〔2026〕1号" in (await li.get("/bars")).text
    zhou = await client_for(OFFICE, "zhou")
    assert "2028年10月9日（含当日）" in (await zhou.get("/bars")).text


async def test_the_api_answers_409_with_the_day(world: World, client_for: Opener) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    duan = await client_for(OTHER_OFFICE, "duan")
    body = {"officer_id": str(there.id), "kind": "enforcement", "purpose": "first"}
    made = await duan.json("POST", "/api/v1/licences", body, Idempotency_Key="first-licence")
    again = await duan.json("POST", "/api/v1/licences", body, Idempotency_Key="first-licence")
    assert (made.status_code, again.status_code) == (201, 201), made.text
    assert made.json() == again.json()
    await cancel(world, COUNTY, here)
    refused = await duan.json("POST", "/api/v1/licences", body)
    assert refused.status_code == 409
    said = refused.json()
    assert (said["code"], said["article"], said["barred_until"]) == ("barred", "21", "2028-10-09")
    assert "建司资取" not in refused.text
    shown = (await duan.get(f"/api/v1/licences/{made.json()['application']['id']}")).json()["application"]
    assert (shown["state"], shown["barred_until"]) == ("refused", "2028-10-09")
    listed = await duan.get("/api/v1/bars")
    assert listed.json()["items"] == []


async def test_administrators_see_nothing_of_it(world: World, client_for: Opener) -> None:
    file = await officer(world, OFFICE, citizen_id())
    application_id = await apply(world, OFFICE, file)
    shen = await client_for(COUNTY, "shen")
    for path in ("/licences", f"/licences/{application_id}", "/bars", "/licences/new"):
        assert (await shen.get(path)).status_code in (403, 404), path
