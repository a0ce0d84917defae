"""Yearly papers in the browsers of both sides, and the public page as anybody sees it (Art. 12)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from reporting.annual.rules import SECTIONS
from tests.reporting.annual import steps
from tests.stories import BODY, SUPERVISED
from tests.web.conftest import Client, Opener
from tests.world import World

VERSION = re.compile(r'name="_version" value="(\d+)"')


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-01-20 09:00")


async def _take(client: Client, href: str, slug: str, **fields: str) -> None:
    confirm = await client.get(f"{href}/{slug}")
    assert confirm.status_code == 200, confirm.text
    done = await client.post(f"{href}/{slug}", {"_version": VERSION.findall(confirm.text)[0], **fields})
    assert done.status_code == 303, done.text


async def test_an_organ_writes_settles_sends_in_and_publishes(world: World, client_for: Opener) -> None:
    zhou, qian, chen = (
        await client_for(SUPERVISED, "zhou"),
        await client_for(SUPERVISED, "qian"),
        await client_for(BODY, "chen"),
    )
    assert "列出本年度应报送的文件" in (await zhou.get("/annual")).text
    assert (await zhou.post("/annual")).status_code == 303
    listed = await zhou.get("/annual")
    assert "2025年度行政执法工作情况报告" in listed.text
    assert "2026年2月2日" in listed.text
    href = re.findall(r'href="(/annual/[0-9a-f-]{36})">2025', listed.text)[0]
    form = await zhou.get(f"{href}/edit")
    assert form.status_code == 200, form.text
    assert "系统记录" in form.text
    wrong = await zhou.post(f"{href}/edit", {"figure_officers.present": "90000"})
    assert wrong.status_code == 422
    assert "请说明原因" in wrong.text
    fields = {f"section_{key}": f"{label}：已依法开展，情况良好。" for key, label in SECTIONS["report"].items()}
    saved = await zhou.post(f"{href}/edit", {**fields, "_version": VERSION.findall(form.text)[0]})
    assert saved.status_code == 303, saved.text
    stale = await qian.post(f"{href}/approve", {"_version": VERSION.findall(form.text)[0]})
    assert stale.status_code == 412
    await _take(qian, href, "approve")
    await _take(zhou, href, "submit")
    board = await chen.get("/annual?kind=report")
    assert board.status_code == 200, board.text
    assert "已报送" in board.text
    assert (await chen.get(href)).status_code == 200
    refused = await chen.post(f"{href}/send-back", {"reason": ""})
    assert refused.status_code == 422
    await _take(zhou, href, "publish")
    shown = await zhou.get(href)
    assert "/public/annual/report-2025-" in shown.text
    await _take(chen, href, "send-back", reason="请补充专项行动情况。")
    shown = await zhou.get(href)
    assert "请补充专项行动情况。" in shown.text
    assert "修改内容" in shown.text


async def test_the_api_begins_the_year_and_drafts_the_summary(world: World, client_for: Opener) -> None:
    zhou, chen = await client_for(SUPERVISED, "zhou"), await client_for(BODY, "chen")
    begun = await zhou.json("POST", "/api/v1/annual", {})
    assert begun.status_code == 200, begun.text
    assert {(row["kind"], row["state"]) for row in begun.json()["items"]} == {("report", "draft"), ("plan", "draft")}
    early = await chen.get("/api/v1/annual/summary?year=2025")
    document = (await chen.get("/api/v1/schema/openapi.json")).json()
    assert str(early.status_code) in document["paths"]["/api/v1/annual/summary"]["get"]["responses"]
    assert early.status_code == 409
    await steps.sent(world)
    for form, first in (("pdf", b"%PDF"), ("docx", b"PK")):
        file = await chen.get(f"/api/v1/annual/summary?year=2025&format={form}")
        assert file.status_code == 200, file.text
        assert file.content.startswith(first)
    assert (await zhou.get("/api/v1/annual/summary?year=2025")).status_code in (403, 404)


async def test_the_own_site_is_recorded_in_a_form(world: World, client_for: Opener) -> None:
    paper_id = await steps.sent(world)
    zhou = await client_for(SUPERVISED, "zhou")
    assert (await zhou.get(f"/annual/{paper_id}/site")).status_code == 200
    wrong = await zhou.post(f"/annual/{paper_id}/site", {"url": "nonsense", "published_on": "2026-01-19"})
    assert wrong.status_code == 422
    assert "开头的完整网址" in wrong.text
    fields = {"url": "https://www.example.gov.cn/2025.html", "published_on": "2026-01-19"}
    picture = {"evidence": ("截图.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "image/png")}
    done = await zhou.post(f"/annual/{paper_id}/site", fields, files=picture)
    assert done.status_code == 303, done.text
    kept = await zhou.get(f"/annual/{paper_id}/evidence/1")
    assert kept.status_code == 200
    assert "本单位网站" in (await zhou.get(f"/annual/{paper_id}")).text


async def test_anybody_reads_what_is_published_without_a_cookie(world: World, browser: Callable[[], Client]) -> None:
    _, href = await steps.published(world)
    draft = await steps.duty(world, "plan")
    anybody = browser()
    page = await anybody.get(href)
    assert page.status_code == 200, page.text
    assert "建安区城市管理局2025年度行政执法工作情况报告" in page.text
    assert "存在的主要问题" in page.text
    pdf = await anybody.get(f"{href}/pdf")
    assert pdf.content.startswith(b"%PDF")
    listed = await anybody.get("/public/annual?year=2025")
    assert href in listed.text
    for answer in (page, pdf, listed):
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert str(draft) not in listed.text
    assert "起草" not in page.text
    for person in ("周", "钱"):
        assert person not in page.text.replace("周期", "")


async def test_what_is_not_published_is_nowhere(world: World, browser: Callable[[], Client]) -> None:
    paper_id = await steps.sent(world)
    anybody = browser()
    for code in (f"report-2025-{paper_id.hex[-16:]}", "report-2025-0123456789abcdef", "'; select 1 --", str(paper_id)):
        for end in ("", "/pdf"):
            assert (await anybody.get(f"/public/annual/{code}{end}")).status_code == 404, code
    assert "还没有公开" in (await anybody.get("/public/annual?year=2025")).text
    assert (await anybody.get("/public/annual?year=0001")).status_code == 404
    assert (await anybody.get("/public/annual?year=nonsense")).status_code == 200
