"""统计指标 as a county's supervisor, the governments and a supervised department read it, by page and by API."""

from __future__ import annotations

import csv
import io
from datetime import date
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from tests import stories
from tests.databases import Backend
from tests.reporting.figures.test_counters import superuser
from tests.reporting.figures.test_enforcement import add
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.web.conftest import Opener
from tests.world import World


def address(organ: UUID, part: str = "", *, api: bool = False, **query: str) -> str:
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{'/api/v1' if api else ''}/figures/{organ}{part}?{words}"


async def test_a_figure_opens_from_the_county_to_its_records(world: World, client_for: Opener) -> None:
    matter, _, _, _ = await stories.served_matter(world)
    county, body = await world.organ(GOVERNMENT), await world.organ(BODY)
    chen = await client_for(BODY, "chen")
    home = await chen.get("/figures")
    assert home.status_code == 200, home.text
    for words in ("建安区人民政府监督统计", "立案监督事项", "核查督办", "第十一条（五）", "有效证件", "比上期", "导出"):
        assert words in home.text, words
    opened = await chen.get(address(county, "/open", period="2026", code="matters.opened", reach="tree"))
    assert opened.status_code == 200, opened.text
    assert f"/figures/{body}/open" in opened.text
    assert "100.0%" in opened.text
    below = await chen.get(address(body, "/open", period="2026", code="matters.opened", reach="own"))
    assert "本单位的记录" in below.text
    listed = await chen.get(address(body, "/records", period="2026", code="matters.opened"))
    assert f"/matters/{matter.id}" in listed.text
    assert matter.title in listed.text
    empty = await chen.get(address(body, "/records", period="2025", code="matters.opened"))
    assert "没有您可以查看的记录" in empty.text
    rules = await chen.get("/figures/indicators")
    assert "整改完成率" in rules.text
    assert "分母不足 5" in rules.text


async def test_what_is_counted_when_asked_opens_and_money_reads_as_yuan(
    world: World, backend: Backend, client_for: Opener
) -> None:
    organ, body = await world.organ(SUPERVISED), await world.organ(BODY)
    with superuser(backend, world) as connection:
        act = add(connection, world, organ, "penalty", decided_on=date(2026, 3, 4), penalty_kinds=["fine"],
                  fine_fen=1_234_567, filed_up_on=date(2026, 6, 1), body_id=body)  # fmt: skip
    chen, zhou = await client_for(BODY, "chen"), await client_for(SUPERVISED, "zhou")
    for reach in ("own", "tree"):
        late = await chen.get(address(body, "/open", period="2026", code="filings.late", reach=reach))
        assert late.status_code == 200, late.text
        assert "<b>1 件</b>" in late.text
    listed = await chen.get(address(body, "/records", period="2026", code="filings.late"))
    assert f"/records/{act}" in listed.text
    people = await zhou.get(address(organ, "/open", period="2026", code="officers.reviewers", reach="own"))
    assert people.status_code == 200, people.text
    money = await zhou.get(address(organ, "", period="2026", reach="own"))
    assert "12\u2009345.67 元" in money.text
    assert "1\u2009234\u2009567" not in money.text
    opened = await zhou.get(address(organ, "/open", period="2026", code="penalties.money", reach="own"))
    assert "合计 12\u2009345.67 元" in opened.text


async def test_the_supervised_department_reads_its_own_and_nobody_elses(world: World, client_for: Opener) -> None:
    await stories.served_matter(world)
    own, county = await world.organ(SUPERVISED), await world.organ(GOVERNMENT)
    qian = await client_for(SUPERVISED, "qian")
    page = await qian.get("/figures")
    assert page.status_code == 200, page.text
    assert "收到文书" in page.text
    assert (await qian.get(address(county, period="2026"))).status_code == 404
    answer = await qian.get(address(own, api=True, period="2026", reach="own"))
    found = {row["indicator"]["code"]: row["cell"]["value"] for row in answer.json()["rows"]}
    assert found["instruments.received"] == 1
    assert found["matters.opened"] == 0, "a matter shows to the supervised side by what was served, never before"
    records = await qian.get(address(own, "/records", api=True, period="2026", code="instruments.received"))
    assert [row["href"].split("/")[1] for row in records.json()["rows"]] == ["inbox"]


async def test_the_api_reads_figures_levels_series_and_records(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    county, body = await world.organ(GOVERNMENT), await world.organ(BODY)
    wu = await client_for(GOVERNMENT, "wu")
    figures = (await wu.get(address(county, api=True, period="2026Q4"))).json()
    row = next(r for r in figures["rows"] if r["indicator"]["code"] == "findings.established")
    assert (row["cell"]["value"], row["cell"]["previous"], row["cell"]["parts"][0]["value"]) == (1, 0, 1)
    rate = next(r for r in figures["rows"] if r["indicator"]["code"] == "findings.rectification_rate")
    assert (rate["cell"]["value"], rate["cell"]["text"]) == (None, "0 ÷ 1")
    level = (await wu.get(address(county, "/level", api=True, period="2026", code="matters.opened"))).json()
    assert (level["total"], [r["value"] for r in level["rows"] if r["organ_id"] == str(body)]) == (1, [1])
    assert sum(r["value"] for r in level["rows"]) == 1
    way = address(county, "/series", api=True, first="2026-08", last="2026-11", codes="matters.open")
    series = (await wu.get(way)).json()
    assert (series["periods"], series["values"]) == (
        ["2026-08", "2026-09", "2026-10", "2026-11"],
        {"matters.open": [0, 0, 1, 1]},
    )
    records = (await wu.get(address(body, "/records", api=True, period="2026", code="findings.established"))).json()
    assert (records["total"], len(records["rows"])) == (1, 1)
    listed = (await wu.get("/api/v1/figures/indicators")).json()
    assert len(listed) > 40


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("?period=2026-13", "period"),
        ("?period=2026&reach=all", "reach"),
        ("/level?period=2026&code=nothing", "code"),
        ("/level?period=2026&code=matters.open/x", "code"),
        ("/records?period=2026&code=matters.opened/%00", "code"),
        ("/records?period=2026&code=matters.opened/", "code"),
        ("?period=1989", "period"),
        ("/records?period=2026&code=matters.open", "code"),
        ("/records?period=2026&code=instruments.in_time_rate", "code"),
        ("/series?first=2026-05&last=2026-01&codes=matters.open", "last"),
        ("/series?first=1990-01&last=2026-01&codes=matters.open", "last"),
        ("/series?first=2026-01&last=2026Q1&codes=matters.open", "last"),
        ("/level?period=2026&code=officers.enforcement_posts", "codes"),
        ("/export?period=2026&format=pdf", "format"),
    ],
)
async def test_bad_questions_are_refused_with_the_field(
    world: World, client_for: Opener, path: str, field: str
) -> None:
    chen = await client_for(BODY, "chen")
    answer = await chen.get(f"/api/v1/figures/{await world.organ(BODY)}{path}")
    assert answer.status_code == 422, answer.text
    assert [e["field"] for e in answer.json()["errors"]] == [field]


async def test_exports_hold_the_same_figures_and_leave_a_trace(world: World, client_for: Opener) -> None:
    await stories.open_matter(world)
    county = await world.organ(GOVERNMENT)
    chen = await client_for(BODY, "chen")
    table = await chen.get(address(county, "/export", period="2026", format="csv"))
    lines = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert {line["代码"]: line["本期"] for line in lines}["matters.opened/verification_urging"] == "1"
    book = await chen.get(address(county, "/export", period="2026", format="xlsx"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert "陈明远" in str(rows[1][0])
    assert {row[0]: row[5] for row in rows}["matters.opened"] == 1
    data = await chen.get(address(county, "/export", api=True, period="2026", format="json"))
    assert data.json()["period"] == "2026"
    async with world.work(BODY) as work:
        from sqlalchemy import text

        heard = "select count(*) from audit_entry where action = 'export' and subject_kind = 'statistics'"
        assert await work.session.scalar(text(heard)) == 3
