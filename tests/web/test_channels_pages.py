"""The open page without script, and the pages of the channels for those who handle clues (Arts. 15, 17)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kernel.clock import system_now
from kernel.models import AuditEntry
from supervision.channels import proof
from supervision.channels import service as channels
from supervision.clues.models import Clue
from supervision.matters.models import Evidence
from tests import stories
from tests.supervision.channels.things import BODY, CITY, FACTS, NAME, PHONE, SUBJECT, clue_of, complain, received
from tests.supervision.clues import pool
from tests.web.conftest import Client, Opener
from tests.web.test_log_privacy import logged  # noqa: F401
from tests.world import World

TITLE = "扣押三轮车没有出具决定书"
CODE = re.compile(r'id="complaint-code">([0-9A-Z-]{19})<')
TOKEN = re.compile(r'name="form_token" value="([\w-]+)"')


async def fields(world: World, **more: Any) -> dict[str, Any]:
    """What somebody types, half a minute after the page was opened."""
    token = proof.new_token(system_now() - timedelta(seconds=30))
    given = {"title": TITLE, "facts": FACTS, "organ": str(await world.organ(SUBJECT)), "who": "named", "name": NAME}
    return given | {"contact": PHONE, "form_token": token, "website": ""} | more


async def clues_of(world: World, organ: str = BODY) -> list[Clue]:
    async with world.work(organ) as work:
        query = select(Clue).where(Clue.organ_id == work.organ_id, Clue.source == "complaint")
        return list((await work.session.scalars(query)).all())


async def test_anybody_complains_and_asks_with_the_code(
    world: World,
    browser: Callable[[], Client],
    client_for: Opener,
    logged: io.StringIO,  # noqa: F811
) -> None:
    visitor = browser()
    page = await visitor.get("/complaints/new")
    assert page.status_code == 200
    assert TOKEN.search(page.text)
    assert "data-draft" not in page.text
    sent = await fields(world)
    done = await visitor.post(
        "/complaints/new", sent, files={"attachments": ("扣押清单.pdf", stories.pdf(), "application/pdf")}
    )
    assert done.status_code == 200, done.text
    [code] = CODE.findall(done.text)
    assert (await visitor.post("/complaints/new", sent)).text.count(code) == 1, "the same form again"
    [clue] = await clues_of(world)
    assert clue.title == TITLE
    async with world.work(BODY) as work:
        assert (await work.session.scalars(select(Evidence.name).where(Evidence.owner_id == clue.id))).all() == [
            "扣押清单.pdf"
        ]
        entries = (await work.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == clue.id))).all()
        assert {(e.origin, e.request_id) for e in entries} == {("", "")}
    asked = await visitor.post("/complaints/progress", {"code": code.lower()})
    assert "已收到" in asked.text
    assert TITLE not in asked.text
    assert (await visitor.post("/complaints/progress", {"code": "0000-0000-0000-0000"})).status_code == 404
    said = logged.getvalue()
    assert [word for word in (NAME, PHONE, code, code.replace("-", ""), TITLE) if word in said] == []
    chen = await client_for(BODY, "chen")
    shown = (await chen.get(f"/clues/{clue.id}")).text
    assert "网上投诉举报" in shown
    assert NAME not in shown


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"website": "http://spam"}, "不能确认由本人填写"),
        ({"form_token": "AAAA"}, "再次提交"),
        ({"title": ""}, "请用一句话写明"),
        ({"facts": "短"}, "不少于"),
        ({"organ": "", "government": ""}, "请选择发生在哪里"),
        ({"organ": "", "organ_text": "建安区", "government": ""}, "请从列表中选择单位"),
        ({"name": "", "contact": "13900001234"}, None),
        ({"happened_on": "2027-01-01"}, "不能晚于今天"),
    ],
    ids=str,
)
async def test_what_the_open_page_refuses(
    world: World, browser: Callable[[], Client], more: dict[str, Any], words: str | None
) -> None:
    answer = await browser().post("/complaints/new", await fields(world, **more))
    if words is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    assert words in answer.text
    assert TITLE in answer.text or "title" in more
    assert await clues_of(world) == []


async def test_a_form_that_was_just_opened_is_a_robots(world: World, browser: Callable[[], Client]) -> None:
    visitor = browser()
    [token] = TOKEN.findall((await visitor.get("/complaints/new")).text)
    answer = await visitor.post("/complaints/new", await fields(world, form_token=token))
    assert (answer.status_code, "提交过快" in answer.text) == (422, True)


async def test_without_an_organ_it_goes_to_the_place(world: World, browser: Callable[[], Client]) -> None:
    place = str(await world.organ("许昌市政府"))
    sent = await fields(world, organ="", organ_text="某执法队", government=place, organ_unknown="yes", who="anonymous")
    done = await browser().post("/complaints/new", sent)
    assert done.status_code == 200, done.text
    [clue] = await clues_of(world, CITY)
    assert clue.subject_name == "某执法队"


async def test_an_address_has_so_many_tries(world: World, browser: Callable[[], Client]) -> None:
    visitor = browser()
    for _ in range(channels.ASKING[1]):
        assert (await visitor.post("/complaints/progress", {"code": "1234"})).status_code == 404
    refused = await visitor.post("/complaints/progress", {"code": "1234"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    await complain(world)
    assert (await visitor.post("/complaints/new", await fields(world))).status_code == 200, "counted by themselves"


async def test_files_of_strangers_are_small(world: World, browser: Callable[[], Client]) -> None:
    big = {"attachments": ("大.pdf", stories.pdf() + b"0" * 12_000_000, "application/pdf")}
    assert (await browser().post("/complaints/new", await fields(world), files=big)).status_code == 413
    near = {"attachments": ("大.pdf", stories.pdf() + b"0" * 10_600_000, "application/pdf")}
    answer = await browser().post("/complaints/new", await fields(world), files=near)
    assert (answer.status_code, "10 MB" in answer.text) == (413, True)
    assert (await browser().post("/complaints/progress", {"code": "0" * 2_000_000})).status_code == 413
    assert await clues_of(world) == []


async def test_the_pooled_view_and_its_lists(world: World, client_for: Opener) -> None:
    order = await received(world)
    await complain(world)
    await pool.registered(world, source="media", content_items=("10(5)",))
    chen = await client_for(BODY, "chen")
    page = (await chen.get("/channels")).text
    assert "source=hotline" in page
    assert "month=2026-10" in page
    assert 'data-chart="' in page
    assert "查看数据表" in page
    for query in ("source=hotline", "item=10(5)", "month=2026-10"):
        assert (await chen.get(f"/clues?state=all&{query}")).status_code == 200
    assert "扣押三轮车" in (await chen.get("/clues?state=all&item=10(5)")).text
    assert "扣押三轮车" not in (await chen.get("/clues?state=all&item=8(1)")).text
    orders = (await chen.get("/channels/hotline")).text
    assert "XC20261009001" in orders
    assert f"/channels/hotline/{order.order_id}/return" in orders
    assert PHONE not in orders
    yang = await client_for(CITY, "yang")
    every = (await yang.get("/channels?reach=all")).text
    assert "建安区司法局" in every
    body = await world.organ(BODY)
    below = (await yang.get(f"/channels?reach={body}")).text
    assert f"handler={body}" in below
    listed = (await yang.get(f"/clues?state=all&handler={body}")).text
    assert "不公开" in listed
    assert "12345政务服务便民热线</td>" not in listed
    assert (await yang.get("/channels/hotline")).status_code == 200
    wu = await client_for("建安区政府", "wu")
    led = (await wu.get("/channels")).text
    assert "收到线索" in led
    assert 'href="/clues?' not in led
    zhou = await client_for("尚集镇政府", "sun")
    for path in ("", "/duplicates", "/hotline", "/supervisors", "/media/new", "/social/new", "/supervisors/new"):
        assert (await zhou.get(f"/channels{path}")).status_code == 403, path


async def test_an_order_is_returned_on_its_page(world: World, client_for: Opener) -> None:
    order = await received(world)
    chen = await client_for(BODY, "chen")
    path = f"/channels/hotline/{order.order_id}/return"
    assert (await chen.get(path)).status_code == 200
    assert (await chen.post(path, {"reason": ""})).status_code == 422
    done = await chen.post(path, {"reason": "应由市市场监管局办理，不属于本区。"})
    assert done.headers["location"] == f"/clues/{await clue_of(world, order)}"
    li = await client_for(BODY, "li")
    assert (await li.post(f"{done.headers['location']}/dismiss", {"note": ""})).status_code == 303
    assert "已退回热线" in (await chen.get("/channels/hotline?state=returned")).text


async def test_pairs_are_merged_or_told_apart(world: World, client_for: Opener) -> None:
    first = await pool.registered(world)
    await clue_of(world, await received(world))
    await complain(world)
    async with world.work(BODY) as work:
        assert await channels.find_duplicates(work, first) == 2
    chen = await client_for(BODY, "chen")
    page = (await chen.get("/channels/duplicates")).text
    forms = re.findall(r'action="(/channels/duplicates/[\w-]+/(?:merge|reject))"', page)
    assert len(forms) == 4
    merged = await chen.post(forms[0])
    assert merged.headers["location"].startswith("/clues/")
    assert (await chen.post(forms[3])).headers["location"] == "/channels/duplicates"
    assert "没有疑似重复的线索" in (await chen.get("/channels/duplicates")).text


async def test_the_forms_of_the_channels(world: World, client_for: Opener) -> None:
    chen, li = await client_for(BODY, "chen"), await client_for(BODY, "li")
    facts = {"title": TITLE, "facts": FACTS, "subject": str(await world.organ(SUBJECT))}
    assert (await chen.post("/channels/media/new", facts | {"url": "javascript:alert(1)"})).status_code == 422
    media = {"outlet": "某平台", "url": "https://example.com/1", "published_on": "2026-10-08"}
    made = await chen.post("/channels/media/new", facts | media)
    assert made.status_code == 303, made.text
    shown = (await chen.get(made.headers["location"])).text
    assert 'href="https://example.com/1" rel="noopener noreferrer' in shown
    assert (await chen.get("/channels/supervisors/new")).status_code == 403
    assert (await li.post("/channels/supervisors/new", {"name": "", "identity": "lawyer"})).status_code == 422
    new = {"name": "何某某", "identity": "lawyer", "from_on": "2026-10-01", "contact": "13700000000"}
    assert (await li.post("/channels/supervisors/new", new)).headers["location"] == "/channels/supervisors"
    listed = (await li.get("/channels/supervisors")).text
    assert "137****00" in listed
    [end] = re.findall(r'href="(/channels/supervisors/[\w-]+/end)"', listed)
    [who] = re.findall(r'<option value="([\w-]{36})">何某某', (await chen.get("/channels/social/new")).text)
    assert (await chen.post("/channels/social/new", facts)).status_code == 422
    told = await chen.post("/channels/social/new", facts | {"supervisor_id": who})
    assert "何某某（律师）" in (await chen.get(told.headers["location"])).text
    assert (await li.get(end)).status_code == 200
    assert (await li.post(end, {"reason": "本人申请辞去。"})).status_code == 303
    assert "本人申请辞去" in (await li.get("/channels/supervisors?view=ended")).text
