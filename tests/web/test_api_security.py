"""The application as an attacker meets it: sessions, sites, sizes, other organs' records, what an answer gives away."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from cli.demo.accounts import password
from kernel import settings
from kernel.clock import system_now
from kernel.models import AuditEntry
from supervision.clues.models import Clue
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.web.conftest import Client, Opener, application
from tests.world import World
from web.api.schema import document
from web.sessions import LONGEST, Sessions

Browser = Callable[[], Client]


async def test_a_session_ends_twelve_hours_after_the_log_in_however_busy(world: World) -> None:
    chen = await world.actor(BODY, "supervisor")
    sessions = Sessions(world.database, world.city_id, 1800)
    begun = system_now() - LONGEST
    assert await sessions.find(await sessions.open(chen.account_id, chen.post_id, begun)) is None
    late = await sessions.open(chen.account_id, chen.post_id, begun + timedelta(seconds=60))
    found = await sessions.find(late)
    assert found is not None
    again = await sessions.open(chen.account_id, chen.post_id, found.since)
    async with world.system() as work:
        left = await work.session.scalar(text("select guard.session_read(:h) ->> 'since'"), {"h": found.token_hash})
    assert left
    same = await sessions.find(again)
    assert same is not None
    assert same.since == found.since


async def test_a_new_password_ends_every_session(world: World, client_for: Opener) -> None:
    first, second = await client_for(BODY, "chen"), await client_for(BODY, "chen")
    fields = {"current": password(), "password": "Neu-pass-2026"}
    changed = await first.json("POST", "/api/v1/me/password", fields)
    assert changed.status_code == 200, changed.text
    assert (await second.get("/api/v1/me")).status_code == 401
    assert (await first.get("/api/v1/me")).status_code == 401


async def test_a_token_from_before_the_log_in_opens_nothing(world: World, browser: Browser) -> None:
    client = browser()
    client.http.cookies.set("zs_session", "fixed-by-an-attacker")
    body = {"organ_id": str(await world.organ(BODY)), "username": "chen", "password": password()}
    opened = await client.http.post("/api/v1/session", json=body)
    cookies = opened.headers.get_list("set-cookie")
    mine = next(c for c in cookies if c.startswith("zs_session="))
    assert "fixed-by-an-attacker" not in mine
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(mine.split("; "))
    secure: Any = application(world, settings.Settings(cookie_secure="1", demo="1"))
    assert secure.secure


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
async def test_the_api_reads_json_alone(client_for: Opener, kind: str) -> None:
    """A form of another site can send text/plain with JSON in it; a browser asks before it sends application/json."""
    chen = await client_for(BODY, "chen")
    headers = {"x-csrftoken": await chen.token(), **({"content-type": kind} if kind else {})}
    answer = await chen.http.post("/api/v1/notices/read", content=b'{"a": 1}', headers=headers)
    assert answer.status_code == 415
    login = await chen.http.post("/api/v1/session", content=b"{}", headers={"content-type": kind or "text/plain"})
    assert login.status_code == 415


async def test_what_another_site_sends_is_refused(client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    foreign = {"sec-fetch-site": "cross-site"}
    token = {"x-csrftoken": await chen.token()}
    assert (await chen.http.post("/api/v1/notices/read", json={}, headers=foreign | token)).status_code == 403
    assert (await chen.http.post("/api/v1/notices/read", headers=token)).status_code == 200
    assert (await chen.post("/logout", headers=foreign)).status_code == 403


async def test_large_bodies_only_from_a_live_session(client_for: Opener, browser: Browser) -> None:
    large = b"x" * 1_100_000
    form = {"content-type": "application/x-www-form-urlencoded"}
    stranger = browser()
    refused = await stranger.http.post("/login", content=large, headers=form)
    assert refused.status_code == 413
    assert refused.headers["x-content-type-options"] == "nosniff"
    stranger.http.cookies.set("zs_session", "invented")
    assert (await stranger.http.post("/api/v1/clues", content=large)).status_code == 413

    async def endless() -> Any:
        yield b"x"

    assert (await browser().http.post("/login", content=endless(), headers=form)).status_code == 413
    chen = await client_for(BODY, "chen")
    sent = await chen.http.post("/api/v1/clues", content=large, headers={"x-csrftoken": await chen.token()})
    assert sent.status_code != 413


async def test_the_host_is_nowhere_in_an_answer(client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    for path in ("/", "/me", "/nowhere", "/api/v1/me", "/login"):
        answer = await chen.get(path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)


async def test_a_request_id_cannot_write_into_the_log(client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    for bad in ("a" * 65, "x y", '{"level":"info"}', "short"):
        answer = await chen.get("/api/v1/me", headers={"x-request-id": bad})
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


async def records(world: World) -> dict[str, Any]:
    clue = await stories.register_clue(world)
    matter, finding, decision, delivery = await stories.decided_matter(world)
    act = await stories.enter_seizure(world, matter.id)
    return {
        "clue_id": clue.id,
        "matter_id": matter.id,
        "finding_id": finding.id,
        "decision_id": decision.id,
        "report_id": decision.report_id,
        "instrument_id": delivery.instrument_id,
        "delivery_id": delivery.id,
        "act_id": act.id,
        "account_id": (await world.actor(BODY, "supervisor")).account_id,
    }


async def test_not_there_and_not_yours_are_the_same_answer_at_every_operation(world: World, client_for: Opener) -> None:
    """The head of another county's body asks for everything by its real id and by an invented one."""
    known = await records(world)
    envelope: Any = application(world)
    body = document(envelope.app)["paths"]
    stranger = await client_for("禹州市司法局", "yao")
    asked = 0
    for path, item in body.items():
        names = re.findall(r"\{(\w+)\}", path)
        if not names or not set(names) & set(known):
            continue
        for method in item:
            answers = []
            for real in (True, False):
                given = {name: str(known[name] if real and name in known else uuid4()) for name in names}
                content = {"reason": "理由", "version": 1} if method == "post" else None
                answer = await stranger.json(method.upper(), path.format(**given), content)
                said = re.sub(r'"(instance|request_id)":"[^"]*",?', "", answer.text)
                answers.append((answer.status_code, said))
            assert answers[0] == answers[1], f"{method} {path}: {answers}"
            assert answers[0][0] in (403, 404, 422), f"{method} {path}: {answers}"
            asked += 1
    assert asked > 60


async def test_downloads_are_named_kept_from_caches_and_audited(world: World, client_for: Opener) -> None:
    _, _, decision, _ = await stories.decided_matter(world)
    wu = await client_for("建安区政府", "wu")
    got = await wu.get(f"/api/v1/decisions/{decision.id}/pdf")
    assert got.status_code == 200, got.text
    assert got.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
    assert got.headers["cache-control"] == "private, no-store"
    assert got.headers["x-content-type-options"] == "nosniff"
    async with world.work("建安区政府") as work:
        query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "download")
        assert await work.session.scalar(query)


BAD_TEXT = {"title": ["扣\x00押", "扣\u202e押", "长" * 301], "facts": ["x\x1b", "长" * 20_001]}
BAD_FILES = [
    {"name": "../../etc/passwd", "content": "eA=="},
    {"name": "a\x00.pdf", "content": "eA=="},
    {"name": "gnp.\u202efdp.exe", "content": "eA=="},
    {"name": "a.pdf", "content": "no base64!"},
    {"name": "a.pdf", "content": "TVqQAAMAAAAEAAAA"},
    {"name": "a.pdf", "content": ""},
]


async def test_bad_input_is_refused_by_its_field_and_nothing_is_stored(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    good: dict[str, Any] = {
        "source": "hotline",
        "title": "扣押三轮车",
        "facts": "10月8日上午在新元大道扣押三轮车，没有出具扣押决定书。",
    }
    good["subject_organ_id"] = str(await world.organ(SUPERVISED))
    sent = [good | {field: value} for field, values in BAD_TEXT.items() for value in values]
    sent += [good | {"attachments": [file]} for file in BAD_FILES]
    sent += [good | {"happened_on": day} for day in ("0001-01-01", "9999-12-31", "2026-02-30", 10**40)]
    sent += [good | {"unheard_of": 1}, {}, good | {"content_items": ["x"] * 1001}]
    for body in sent:
        answer = await chen.json("POST", "/api/v1/clues", body)
        assert answer.status_code == 422, (str(body)[:200], answer.text)
        problem = answer.json()
        assert re.search(r"[\u4e00-\u9fff]", problem["title"])
        assert problem["errors"][0]["field"], problem
        assert re.search(r"[\u4e00-\u9fff]", problem["errors"][0]["message"])
    token = {"x-csrftoken": await chen.token(), "content-type": "application/json"}
    for raw in (b'{"title": "\\ud800"}', b"\xff\xfe", b"{", b"[" * 2000, b"nul", b'{"a":1e999}'):
        assert (await chen.http.post("/api/v1/clues", content=raw, headers=token)).status_code == 422
    form = {"source": "hotline", "title": "扣\x00押", "facts": "y", "complainant_name": "x\u202ey"}
    page = await chen.post("/clues", form)
    assert page.status_code == 422
    assert "看不见的控制字符" in page.text
    bad = await chen.post("/clues", good, files={"attachments": ("a\u202e.pdf", b"%PDF-1.7", "application/pdf")})
    assert bad.status_code == 422
    async with world.work(BODY) as work:
        assert not await work.session.scalar(select(func.count()).select_from(Clue))


async def test_wrong_places_of_pages_are_named(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    for path in ("clues", "matters", "instruments", "reports", "decisions", "notices", "deadlines", "organs"):
        for wrong in ("x", "%00", "💥", "9" * 400, "eyJhIjoxfQ"):
            answer = await chen.get(f"/api/v1/{path}?after={wrong}")
            assert answer.status_code in (200, 403, 422), (path, wrong, answer.text)
