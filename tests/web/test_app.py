"""What holds for every answer: headers, forms, keys, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import func, select

from kernel.models import DemoClock
from tenants.staff.models import Account
from tests.web.conftest import Client, Opener
from tests.world import World

Browser = Callable[[], Client]
HERE = "建安区司法局"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js:", re.I)
PAGES = ["/login", "/verify", "/verify/7K3M-92QX", "/api/docs"]
INSIDE = ["/me", "/posts", "/password", "/organs", "/organs?q=水利", "/rules", "/rules?tab=powers", "/help", "/nothing"]


async def test_every_page_lives_under_the_strict_policy(client_for: Opener, browser: Browser) -> None:
    client = await client_for(HERE, "chen")
    for page in [await browser().get(p) for p in PAGES] + [await client.get(p) for p in INSIDE]:
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert not INLINE.findall(page.text), page.url
        assert page.headers["content-type"].startswith("text/html")


async def test_files_named_by_their_content_are_kept_for_ever(browser: Browser) -> None:
    page = (await browser().get("/login")).text
    address = re.findall(r'href="(/static/tokens\.css\?v=[0-9a-f]+)"', page)[0]
    kept = await browser().get(address)
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await browser().get("/static/tokens.css")).headers["cache-control"] == "no-cache"
    assert (await browser().get("/static/../app.py")).status_code == 404


async def test_a_form_without_its_token_is_refused(client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    plain = await client.http.post("/logout", data={})
    assert plain.status_code == 403
    assert "请刷新页面后重新提交" in plain.text
    api = await client.http.delete("/api/v1/session")
    assert (api.status_code, api.headers["content-type"]) == (403, "application/problem+json")
    assert (await client.get("/me")).status_code == 200


async def test_missing_and_foreign_things_look_the_same(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "han")
    foreign_account = None
    async with world.work("建安区城市管理局") as work:
        foreign_account = await work.session.scalar(select(Account.id).where(Account.username == "zhou"))
    answers = [await client.post(f"/accounts/{i}/disable") for i in (foreign_account, uuid4())]
    texts = {re.sub(r"请求编号 \w+|\d\d:\d\d", "", re.sub(r'value="[0-9a-f]+"', "", a.text)) for a in answers}
    assert [a.status_code for a in answers] == [404, 404]
    assert len({re.sub(r"[0-9a-f]{32,}", "", t) for t in texts}) == 1


async def test_the_same_key_gives_the_same_answer_and_another_content_a_conflict(
    world: World, client_for: Opener
) -> None:
    client = await client_for(HERE, "han")
    form = {"name": "赵一", "username": "zhaoyi", "password": "Anfang-2026", "title": "监督人员", "roles": "supervisor"}
    key = {"_idempotency_key": "0192f9aa-0192f9aa"}
    first = await client.post("/accounts", form | key)
    again = await client.post("/accounts", form | key)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == again.headers["location"]
    other = await client.post("/accounts", form | key | {"username": "zhaoer"})
    assert other.status_code == 409
    async with world.work(HERE) as work:
        wanted = Account.username.in_(["zhaoyi", "zhaoer"])
        assert await work.session.scalar(select(func.count()).select_from(Account).where(wanted)) == 1


async def test_errors_of_the_api_are_problem_documents(client_for: Opener, browser: Browser) -> None:
    anonymous = await browser().get("/api/v1/me")
    client = await client_for(HERE, "chen")
    answers = {
        401: anonymous,
        404: await client.get(f"/api/v1/organs/{uuid4()}"),
        405: await client.json("PUT", "/api/v1/me", {}),
        422: await client.json("POST", "/api/v1/session", {"organ_id": "x", "username": "", "password": 1}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["status"] == status
        assert body["title"]
        assert body["request_id"] == answer.headers["x-request-id"]


async def test_an_expired_session_sends_htmx_to_the_login(browser: Browser) -> None:
    """And from there back to the page that holds the part, never to another site."""
    ways = {"http://testserver/matters?view=all": "/matters%3Fview%3Dall", "https://elsewhere.example/x": "/", "": "/"}
    for page, way in ways.items():
        answer = await browser().get("/counters", headers={"hx-request": "true", "hx-current-url": page})
        assert answer.status_code == 401
        assert answer.headers["hx-redirect"] == f"/login?next={way}"


async def test_the_demo_clock_moves_forward_only(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    assert "演示数据 10月9日" in (await client.get("/me")).text
    moved = await client.post("/demo/advance", {"days": "15"}, headers={"referer": "http://testserver/me"})
    assert moved.headers["location"] == "/me"
    assert "演示数据 10月24日" in (await client.get("/me")).text
    async with world.system() as work:
        before = await work.session.scalar(select(DemoClock.shift_seconds))
    for wrong in ("-3", "0", "x", "9999"):
        assert (await client.post("/demo/advance", {"days": wrong})).status_code == 422
    async with world.system() as work:
        assert await work.session.scalar(select(DemoClock.shift_seconds)) == before


async def test_the_api_logs_in_reads_and_logs_out(world: World, browser: Browser) -> None:
    from cli.demo.accounts import password

    client = browser()
    body = {"organ_id": str(await world.organ(HERE)), "username": "chen", "password": password()}
    opened = await client.http.post("/api/v1/session", json=body)
    assert opened.status_code == 201, opened.text
    token = opened.json()["csrf_token"]
    assert (await client.get("/api/v1/me")).json()["name"] == "陈明远"
    ended = await client.http.delete("/api/v1/session", headers={"x-csrftoken": token})
    assert ended.status_code == 204
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_the_schema_is_openapi_3_1_and_speaks_of_the_api_only(browser: Browser) -> None:
    schema = (await browser().get("/api/v1/schema/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    assert schema["paths"]
    assert all(path.startswith("/api/v1/") for path in schema["paths"])
    ids = [o["operationId"] for item in schema["paths"].values() for o in item.values()]
    assert len(ids) == len(set(ids))
    page = await browser().get("/api/docs")
    assert all(i in page.text for i in ids)


async def test_health(browser: Browser) -> None:
    assert (await browser().get("/health/live")).json() == {"status": "ok"}
    assert (await browser().get("/health/ready")).status_code == 200
