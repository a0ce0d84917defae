"""The list of matters at work: acts on ticked rows, saved views, a filter that brings the list alone."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from supervision.deadlines.models import Notice
from supervision.matters import service as matters
from supervision.recusals import service as recusals
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.web.conftest import Opener
from tests.world import World

KEY = re.compile(r'name="_idempotency_key" value="([^"]+)"')
TAGS = re.compile(r"<[^>]+>|\s+")


def lines(text: str) -> list[str]:
    """The rows of the result, as they read."""
    body = text.split('id="outcomes"', 1)[1].split("</tbody>", 1)[0]
    return [TAGS.sub(" ", row) for row in body.split("<tbody>", 1)[1].split("</tr>")[:-1]]


async def test_reminders_go_out_for_ticked_rows_and_each_refusal_names_its_article(
    world: World, client_for: Opener
) -> None:
    served, _, _, _ = await stories.served_matter(world)
    handled = await stories.open_matter(world, "执法全过程记录缺失", supervised="尚集镇政府", content_items=("8(2)",))
    chen = await client_for(BODY, "chen")
    ticked: dict[str, Any] = {"act": "urge", "chosen": [str(served.id), str(handled.id)]}
    form = await chen.get("/matters/bulk", params={**ticked, "back": "/matters?view=all"})
    assert form.status_code == 200
    assert "发送催办（2 件）" in form.text
    ticked["_idempotency_key"] = KEY.findall(form.text)[0]
    answer = await chen.post("/matters/bulk", ticked)
    assert answer.status_code == 200, answer.text
    first, second = lines(answer.text)
    assert "已向建安区城市管理局发送催办" in first
    assert "已提醒承办人陈明远、刘思齐" in second
    assert (await chen.post("/matters/bulk", ticked)).text == answer.text, "the same submission has the same answer"
    again = lines((await chen.post("/matters/bulk", {**ticked, "_idempotency_key": "another-key"})).text)
    assert all("今日已经催办过" in line and "第十九条" in line for line in again)
    async with world.work(SUPERVISED, "contact") as work:
        query = select(Notice.title).where(Notice.kind == "reminder", Notice.organ_id == work.organ_id)
        assert len((await work.session.scalars(query)).all()) == 1


async def test_handlers_are_changed_in_every_ticked_matter_that_allows_it(world: World, client_for: Opener) -> None:
    free = await stories.open_matter(world)
    bound = await stories.open_matter(world, "执法全过程记录缺失")
    async with world.work(BODY, "supervisor", 1) as work:
        await recusals.declare_recusal(work, bound.id, "relative_interest", "与当事人系近亲属")
    people = [str(post) for post in await stories.handler_posts(world, 1, 2)]
    ticked = {"act": "reassign", "chosen": [str(free.id), str(bound.id)], "handlers": people, "no_conflict": "yes"}
    li, chen = await client_for(BODY, "li"), await client_for(BODY, "chen")
    assert (await li.post("/matters/bulk", {**ticked, "handlers": []})).status_code == 422
    done, refused = lines((await li.post("/matters/bulk", ticked)).text)
    assert "已办理" in done
    assert "未办理" in refused
    assert "第十六条" in refused
    denied = lines((await chen.post("/matters/bulk", ticked)).text)
    assert all("未办理" in line for line in denied), "a supervisor does not assign"
    async with world.work(BODY) as work:
        assert {row.handlers for row in await matters.rows_of(work, [bound.id])} == {"陈明远、刘思齐"}


async def test_a_view_is_saved_for_one_post_shown_and_deleted(world: World, client_for: Opener) -> None:
    chen, liu = await client_for(BODY, "chen"), await client_for(BODY, "liu")
    assert (await chen.post("/matters/views", {"name": " "})).status_code == 422
    saved = await chen.post("/matters/views", {"name": "扣押逾期", "view": "overdue", "q": "扣押"})
    assert saved.status_code == 303
    page = await chen.get(saved.headers["location"])
    current = re.search(r'<a href="([^"]+)"[^>]*aria-current="page">[^<]*(?:<svg.*?</svg>)?\s*扣押逾期', page.text)
    assert current is not None
    assert "view=overdue" in current[1]
    assert "扣押逾期" not in (await liu.get("/matters")).text
    address = re.findall(r'action="(/matters/views/[^"]+/delete)"', page.text)[0]
    assert (await liu.post(address)).status_code == 404
    assert (await chen.post(address)).status_code == 303
    assert "扣押逾期" not in (await chen.get("/matters")).text


async def test_a_filter_by_htmx_brings_the_list_without_the_page(world: World, client_for: Opener) -> None:
    await stories.open_matter(world)
    chen = await client_for(BODY, "chen")
    part = await chen.get("/matters?q=扣押", headers={"hx-request": "true", "hx-trigger": "filter-q"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert part.text.count("zs-row-link") == 1
    assert 'id="live" hx-swap-oob' in part.text
    back = await chen.get("/matters", headers={"hx-request": "true", "hx-history-restore-request": "true"})
    assert "<html" in back.text


async def test_after_an_expired_session_the_way_leads_back_to_the_form(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    await chen.token()
    del chen.http.cookies["zs_session"]
    form = {"referer": "http://testserver/instruments/new?matter=1"}
    sent = await chen.post("/instruments/new", {"opening": "正文"}, headers=form)
    assert sent.headers["location"] == "/login?next=/instruments/new%3Fmatter%3D1"
    live = {"hx-request": "true", "hx-current-url": "http://testserver/inbox/7"}
    assert (await chen.post("/instruments/preview", headers=live)).headers["hx-redirect"] == "/login?next=/inbox/7"
    strange = await chen.post("/instruments/new", headers={"referer": "http://other.example/x"})
    assert strange.headers["location"] == "/login?next=/"


async def test_a_recused_officer_reads_it_on_the_record_and_in_every_form(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    chen = await client_for(BODY, "chen")
    assert (
        await chen.post(f"/matters/{matter.id}/recusal", {"ground": "relative_interest", "reason": "与当事人系近亲属"})
    ).status_code == 303
    base = f"/matters/{matter.id}"
    for address in (base, f"{base}/findings/new", f"{base}/recusal", f"/instruments/new?matter={matter.id}"):
        page = await chen.get(address)
        for words in ("您于2026年10月9日", "申报回避，尚待单位主要负责人决定", "与当事人系近亲属", "第十六条"):
            assert words in page.text, (address, words)
    assert "/instruments/new?matter=" not in (await chen.get(base)).text
    refused = await chen.post(f"{base}/acts/new", {"name": "扣押决定", "counterpart": "张某某"})
    assert refused.status_code == 409
    assert "应当回避，不能办理" in refused.text
    assert f'href="{base}"' in refused.text
