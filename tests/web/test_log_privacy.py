"""Every line of the log is JSON, says whose request it was by ids, and holds nothing of what anybody wrote."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from cli.demo.accounts import password
from kernel import logging as kernel_logging
from kernel.errors import Barred
from tenants.staff.models import Post
from tests import stories
from tests.web.conftest import Client, Opener
from tests.web.test_clues_pages import BODY, FACTS, form
from tests.world import World

OTHER = "建安区城市管理局"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """The product's own configuration at its most talkative, into memory."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    kernel_logging.configure("DEBUG", "web", stream=stream, for_good=False)
    yield stream
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_no_line_holds_personal_data_or_a_secret(
    world: World, client_for: Opener, browser: Any, logged: io.StringIO
) -> None:
    forbidden = {"张立", "13900001234", password(), FACTS, "扣押三轮车没有出具决定书", "案卷照片张立.pdf", "猜错的口令"}
    stranger = browser()
    await stranger.get("/login")
    who = {"organ": str(await world.organ(BODY)), "username": "chen", "password": "猜错的口令"}
    assert (await stranger.post("/login", who)).status_code in (401, 422)
    chen = await client_for(BODY, "chen")
    made = await chen.post("/clues", await form(world))
    assert made.status_code == 303
    clue = made.headers["location"]
    assert (await chen.post(f"{clue}/complainant", {"purpose": "向张立核实"})).status_code == 200
    assert (await chen.get(clue, params={"q": "张立"})).status_code == 200
    assert (await chen.post("/clues", await form(world, title=""))).status_code == 422
    matter = await stories.open_matter(world)
    activity = {"kind": "inspect", "on": "2026-10-09", "time": "08:30", "place": "x", "record": "张立，13900001234"}
    files = {"files": ("案卷照片张立.pdf", stories.pdf(), "application/pdf")}
    uploaded = await chen.post(f"/matters/{matter.id}/activities/new", activity, files=files)
    assert uploaded.status_code in (303, 422)
    assert (await chen.get("/api/v1/no-such-thing?q=张立")).status_code == 404
    await _replied(world, matter.id, chen, client_for)
    await _failing(world)

    async with world.system() as work:
        names = set((await work.session.execute(text("select distinct name from organ"))).scalars())
    async with world.work(BODY) as work:
        forbidden |= {post.person_name for post in await work.session.scalars(select(Post))}
    assert names, "organs are public and may stand there"
    forbidden |= {str(value) for name, value in chen.http.cookies.items() if name != "zs_organ"}
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert len(lines) > 8
    whole = logged.getvalue()
    assert [word for word in forbidden if word in whole] == []
    requests = [line for line in lines if line["event"] == "request"]
    assert all(re.fullmatch(r"[0-9a-f]{32}", line["request_id"]) for line in requests)
    assert {line["process"] for line in lines} == {"web"}
    mine = [line for line in requests if line["route"] == "/clues"]
    person = (await world.actor(BODY, "supervisor")).person_id
    assert {line["organ"] for line in mine} == {str(await world.organ(BODY))}
    assert all({"person", "post"} <= line.keys() for line in mine)
    assert str(person) in whole
    assert not structlog.contextvars.get_contextvars(), "nothing of one request is left for the next"


async def _replied(world: World, matter_id: UUID, chen: Client, client_for: Opener) -> None:
    """A letter is issued, served and answered."""
    finding = await stories.find_problem(world, matter_id)
    fields = {"matter": str(matter_id), "kind": "urging_letter", "findings": str(finding.id), "action": "submit"}
    fields |= {f"text-{finding.id}": "退还扣押物品。", "term_amount": "10", "term_unit": "working_day"}
    saved = await chen.post("/instruments/new", fields)
    done = await chen.post(saved.headers["location"])
    li = await client_for(BODY, "li")
    for step in ("approve", "issue"):
        answer = await li.post(f"{done.headers['location']}/{step}")
        assert answer.status_code == 303, answer.text
    zhou = await client_for(OTHER, "zhou")
    link = re.findall(r'href="(/inbox/[0-9a-f-]{36})"', (await zhou.get("/inbox")).text)[0]
    assert (await zhou.post(f"{link}/receipt")).status_code == 303
    reply = {"status-1": "in_progress", "text-1": "10月20日前退还张立。", "action": "submit"}
    assert (await zhou.post(f"{link}/reply", reply)).status_code == 303


async def _failing(world: World) -> None:
    """Errors that quote what somebody wrote, as the edges log them."""
    log = structlog.get_logger()
    row = text("insert into calendar_day (day, is_workday, kind, source, confirmed) values (:d, true, :k, '', null)")
    with pytest.raises(IntegrityError) as refused:
        async with world.system() as work:
            await work.session.execute(row, {"d": date(2031, 1, 1), "k": "张立"})
    log.error("request failed", exc_info=refused.value)
    log.warning("relay waits", error=f"{refused.value}\nDETAIL:  Key (name)=(张立) already exists.")
    logging.getLogger("dramatiq").error("job failed", exc_info=refused.value)
    try:
        raise Barred("张立已经回避。", article="16")
    except Barred as error:
        log.warning("job failed", exc_info=error)


def test_an_error_is_described_by_its_places_and_its_class() -> None:
    def fails() -> None:
        try:
            int("张立")
        except ValueError as error:
            raise KeyError("张立") from error

    with pytest.raises(KeyError) as caught:
        fails()
    said = kernel_logging.described(caught.value)
    assert "张立" not in said
    assert said.splitlines()[-1] == "KeyError"
    assert "ValueError\ncaused\n" in said
    assert f"{__file__}:" in said
    assert kernel_logging.described(OSError("disk full")) == "OSError: disk full"
    unique = psycopg.errors.UniqueViolation("duplicate key value\nDETAIL:  Key (name)=(张立) already exists.")
    assert "张立" not in kernel_logging.described(unique)
