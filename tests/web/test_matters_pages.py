"""The pages of matters as 陈明远, 李国栋 and strangers see them: list, record, forms, refusals, files."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select

from kernel.models import AuditEntry
from supervision.matters import service as matters
from supervision.matters.models import Matter
from tests import stories
from tests.stories import BODY
from tests.web.conftest import Opener
from tests.world import World

KEY = re.compile(r'name="_idempotency_key" value="([^"]+)"')


async def test_a_matter_is_proposed_opened_checked_and_closed_through_the_pages(
    world: World, client_for: Opener
) -> None:
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    posts = [str(p) for p in await stories.handler_posts(world)]
    form = await chen.get("/matters/new")
    assert form.status_code == 200
    fields = {
        "title": "扣押物品期满未作处理决定",
        "supervised": "",
        "supervised_text": "建安区城市管理局",
        "mode": "inspection",
        "content_items": ["10(5)", "8(2)"],
        "basis": "own_finding",
        "basis_note": "案卷抽查",
        "_idempotency_key": KEY.findall(form.text)[0],
    }
    made = await chen.post("/matters/new", fields)
    assert made.status_code == 303, made.text
    again = await chen.post("/matters/new", fields)
    assert again.headers["location"] == made.headers["location"]
    base = made.headers["location"]
    record = await li.get(base)
    assert "待批准" in record.text
    assert f"{base}/opening" in record.text
    opened = await li.post(f"{base}/opening", {"handlers": posts, "no_conflict": "yes"})
    assert opened.status_code == 303, opened.text
    activity = {
        "kind": "inspect",
        "on": "2026-10-09",
        "time": "08:30",
        "place": "建安区城市管理局",
        "participants": posts,
        "record": "调取《扣押决定书》案卷 1 册，询问执法人员 1 人。",
    }
    files = {"files": ("扣押决定书.pdf", stories.pdf(), "application/pdf")}
    recorded = await chen.post(f"{base}/activities/new", activity, files=files)
    assert recorded.status_code == 303, recorded.text
    closed = await chen.post(f"{base}/closing", {"report": "没有发现问题：案卷齐全。"})
    assert closed.status_code == 303, closed.text
    approved = await li.post(f"{base}/closing/approve", {})
    assert approved.status_code == 303, approved.text
    page = await chen.get(base)
    for words in ("建监〔2026〕1号", "已结项", "扣押决定书.pdf", "第十三条", "批准结项"):
        assert words in page.text, words


async def test_a_form_comes_back_with_what_was_typed_and_what_to_change(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    chen = await client_for(BODY, "chen")
    sent = {"title": "扣押超期", "content_item": "10(5)", "facts": "太短", "act": "none", "gravity": "ordinary"}
    answer = await chen.post(f"/matters/{matter.id}/findings/new", sent)
    assert answer.status_code == 422
    assert "处需要修改" in answer.text
    assert 'value="扣押超期"' in answer.text
    assert "请写明违反的规定，到条、款、项。" in answer.text
    assert "请至少选择一份证据。" in answer.text


async def test_the_list_filters_by_address_and_searches_two_characters(world: World, client_for: Opener) -> None:
    await stories.open_matter(world)
    await stories.open_matter(world, "执法全过程记录缺失", supervised="尚集镇政府", content_items=("8(2)",))
    chen = await client_for(BODY, "chen")
    page = await chen.get("/matters")
    assert page.status_code == 200
    assert page.text.count("zs-row-link") == 2
    assert "在办 2 件，本页 2 件，按期限由近到远" in page.text
    found = await chen.get("/matters", params={"q": "扣押"})
    assert found.text.count("zs-row-link") == 1
    assert "含“扣押”" in found.text
    item = await chen.get("/matters", params={"item": "10(5)", "stage": "checking"})
    assert item.text.count("zs-row-link") == 1
    nothing = await chen.get("/matters", params={"q": "烟草"})
    assert "清除筛选" in nothing.text
    wrong = await chen.get("/matters", params={"after": "%%%"})
    assert wrong.status_code == 422


async def test_every_page_of_the_list_leads_on_and_back(world: World, client_for: Opener) -> None:
    for n in range(17):
        await stories.propose_matter(world, f"监督事项第{n}件")
    chen = await client_for(BODY, "chen")
    first = await chen.get("/matters?size=15")
    assert first.text.count("zs-row-link") == 15
    following = re.findall(r'href="([^"]+)" rel="next"', first.text)[0].replace("&amp;", "&")
    second = await chen.get(following)
    assert second.text.count("zs-row-link") == 2
    back = re.findall(r'href="([^"]+)" rel="prev"', second.text)[0].replace("&amp;", "&")
    assert re.findall(r'zs-row-link" href="([^"]+)"', (await chen.get(back)).text) == re.findall(
        r'zs-row-link" href="([^"]+)"', first.text
    )


async def test_another_organ_gets_the_same_sentence_as_for_nothing_at_all(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    stranger = await client_for("建安区城市管理局", "qian")
    for address in (f"/matters/{matter.id}", f"/matters/{UUID(int=9)}", f"/matters/{matter.id}/closing"):
        page = await stranger.get(address)
        assert page.status_code == 404
        assert "该事项不存在，或者不在您所在单位的查看范围内。" in page.text


async def test_what_is_not_possible_is_listed_with_reason_article_and_way_out(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    chen = await client_for(BODY, "chen")
    page = await chen.get(f"/matters/{matter.id}")
    assert "暂不能办理" in page.text
    assert "尚有问题没有整改到位、撤销认定、执行决定或者移送。" in page.text
    refused = await chen.post(f"/matters/{matter.id}/closing", {"report": "办结"})
    assert refused.status_code == 409
    assert "暂不能提出结项" in refused.text
    wang = await client_for(BODY, "wang")
    assert (await wang.post(f"/matters/{matter.id}/closing", {"report": "办结"})).status_code == 409


async def test_files_and_exports_are_audited(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    chen = await client_for(BODY, "chen")
    page = await chen.get(f"/matters/{matter.id}?tab=findings")
    address = re.findall(r'href="(/evidence/[^"]+)"', page.text)[0]
    file = await chen.get(address)
    assert file.content == stories.pdf("扣押决定书.pdf")
    assert file.headers["content-type"] == "application/pdf"
    book = await chen.get("/matters/export", params={"chosen": str(matter.id)})
    assert book.content[:2] == b"PK"
    stranger = await client_for("建安区城市管理局", "qian")
    assert (await stranger.get(address)).status_code == 404
    async with world.work(BODY, "audit_admin") as work:
        actions = (await work.session.scalars(select(AuditEntry.action))).all()
    assert {"download", "export"} <= set(actions)


async def test_every_tab_and_every_form_opens(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id, concerns_act=True, new_act=stories.SEIZURE)
    await stories.check_matter(world, matter.id)
    chen = await client_for(BODY, "chen")
    for tab in ("course", "findings", "documents", "acts", "people", "trace"):
        assert (await chen.get(f"/matters/{matter.id}?tab={tab}")).status_code == 200, tab
    from web.pages.matter_catalog import STEPS

    for slug in STEPS:
        assert (await chen.get(f"/matters/{matter.id}/{slug}")).status_code == 200, slug
    assert (await chen.get(f"/matters/{matter.id}/deadlines")).status_code == 200


async def test_a_counterpart_is_shown_for_a_purpose_only(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    act = await stories.enter_seizure(world, matter.id)
    chen = await client_for(BODY, "chen")
    page = await chen.get(f"/matters/{matter.id}")
    assert "4110************18" in page.text
    assert "411003199001010018" not in page.text
    address = f"/matters/{matter.id}/acts/counterpart"
    assert (await chen.post(address, {"act": str(act.id), "purpose": ""})).status_code == 422
    shown = await chen.post(address, {"act": str(act.id), "purpose": "核对当事人身份"})
    assert "411003199001010018" in shown.text
    async with world.work(BODY) as work:
        assert await work.session.scalar(select(AuditEntry.title).where(AuditEntry.action == "unmask"))


async def test_recusal_is_declared_and_decided_through_the_pages(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    declared = await chen.post(
        f"/matters/{matter.id}/recusal", {"ground": "relative_interest", "reason": "与当事人系近亲属"}
    )
    assert declared.status_code == 303
    barred = await chen.post(f"/matters/{matter.id}/acts/new", {"name": "扣押决定", "counterpart": "张某某"})
    assert barred.status_code == 409
    assert "第十六条" in barred.text
    people = await li.get(f"/matters/{matter.id}?tab=people")
    recusal = re.findall(r"/recusals/([0-9a-f-]+)", people.text)[0]
    decided = await li.post(f"/recusals/{recusal}/decide", {"granted": "yes", "reason": "情况属实，理由成立。"})
    assert decided.status_code == 303, decided.text
    async with world.work(BODY, "supervisor", 1) as work:
        view = await matters.view(work, matter.id)
        assert view.handlers == "刘思齐"
        assert (await work.session.get_one(Matter, (work.city_id, matter.id))).handler_names == "刘思齐"


async def test_a_form_that_is_not_for_the_reader_says_why_instead_of_showing_fields(
    world: World, client_for: Opener
) -> None:
    matter = await stories.propose_matter(world)
    chen = await client_for(BODY, "chen")
    page = await chen.get(f"/matters/{matter.id}/opening")
    assert "暂不能批准立项" in page.text
    assert "批准立项并编号" not in page.text
    early = await chen.get(f"/matters/{matter.id}/findings/new")
    assert "待批准立项" in early.text


async def test_the_chip_beside_the_title_shows_the_end_that_runs_not_the_one_that_lapsed(
    world: World, client_for: Opener
) -> None:
    matter, _, _, _ = await stories.decided_matter(world)
    chen = await client_for(BODY, "chen")
    page = (await chen.get(f"/matters/{matter.id}")).text
    chips = page.split('class="zs-head-chips"', 1)[1].split("<h1>", 1)[0]
    assert "12月2日" in chips
    assert "逾期" not in chips
