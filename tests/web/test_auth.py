"""Logging in as a person does: failures, lock-out, posts, cookies, the end of a session."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from cli.demo.accounts import password
from kernel import settings
from kernel.models import AuditEntry
from tenants.staff import login
from tenants.staff import service as staff
from tenants.staff.models import Account
from tests.web.conftest import HIDDEN, Client, Opener, application
from tests.world import World
from web.sessions import Sessions

Browser = Callable[[], Client]
HERE = "建安区司法局"


async def fields(world: World, organ: str, username: str, secret: str) -> dict[str, str]:
    return {"organ": str(await world.organ(organ)), "username": username, "password": secret}


async def account(world: World, username: str) -> Account:
    async with world.work(HERE) as work:
        return (await work.session.scalars(select(Account).where(Account.username == username))).one()


async def test_login_leads_to_the_home_of_the_role(client_for: Opener) -> None:
    homes = {
        ("建安区司法局", "chen"): "/desk",
        ("建安区政府", "wu"): "/overview",
        ("建安区城市管理局", "zhou"): "/inbox",
    }
    homes |= {("建安区司法局", "shen"): "/audit", ("建安区司法局", "han"): "/accounts"}
    for (organ, username), home in homes.items():
        client = await client_for(organ, username)
        assert (await client.get("/")).headers["location"] == home


async def test_the_session_cookie_is_out_of_reach_of_scripts(world: World, browser: Browser) -> None:
    client = browser()
    answer = await client.post("/login", await fields(world, HERE, "chen", password()))
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("zs_session="))
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()


async def test_a_planted_session_is_never_taken_over(world: World, browser: Browser) -> None:
    client = browser()
    client.http.cookies.set("zs_session", "planted-by-somebody-else", domain="testserver.local")
    await client.post("/login", await fields(world, HERE, "chen", password()))
    tokens = {c.value for c in client.http.cookies.jar if c.name == "zs_session"}
    assert tokens - {"planted-by-somebody-else"}
    stranger = browser()
    stranger.http.cookies.set("zs_session", "planted-by-somebody-else", domain="testserver.local")
    assert (await stranger.get("/me")).status_code == 303


async def test_a_wrong_password_says_how_many_tries_are_left(world: World, browser: Browser) -> None:
    client = browser()
    answer = await client.post("/login", await fields(world, HERE, "chen", "wrong"))
    assert answer.status_code == 401
    assert "再错 4 次，账号将锁定 30 分钟。" in answer.text
    assert 'value="chen"' in answer.text
    assert "wrong" not in answer.text


async def test_ten_parallel_guesses_count_exactly(world: World, browser: Browser) -> None:
    clients = [browser() for _ in range(10)]
    given = await fields(world, HERE, "chen", "wrong")
    answers = await asyncio.gather(*(client.post("/login", given) for client in clients))
    assert {a.status_code for a in answers} <= {401, 429}
    async with world.work(HERE) as work:
        query = select(AuditEntry.title).where(AuditEntry.action == "login", AuditEntry.result == "denied")
        titles = (await work.session.scalars(query)).all()
    assert len([t for t in titles if "密码不正确" in t]) == 5
    assert len(titles) == 10
    refused = await browser().post("/login", await fields(world, HERE, "chen", password()))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 1700


async def test_a_name_that_nobody_bears_is_answered_like_any_other(world: World, browser: Browser) -> None:
    pages: dict[str, list[tuple[int, str]]] = {}
    for name in ("chen", "nemo"):
        client = browser()
        given = await fields(world, HERE, name, "wrong")
        answers = [await client.post("/login", given) for _ in range(6)]
        pages[name] = [(a.status_code, _steady(a.text, name)) for a in answers]
        assert {int(a.headers["retry-after"]) > 1700 for a in answers[4:]} == {True}
    assert pages["chen"] == pages["nemo"]


def _steady(page: str, name: str) -> str:
    """A page without what differs from one request to the next."""
    return re.sub(r'(name="_csrf_token" value|name="csrf-token" content)="[^"]+"', "", page).replace(name, "…")


async def test_an_address_that_failed_thirty_times_waits(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "ADDRESS_FAILURES", 3)
    for name in ("a", "b", "c"):
        assert (await browser().post("/login", await fields(world, HERE, name, "wrong"))).status_code == 401
    given = await fields(world, HERE, "chen", password())
    page = await browser().post("/login", given)
    assert page.status_code == 429
    assert "网络地址登录失败次数过多" in page.text
    assert 500 < int(page.headers["retry-after"]) <= 600
    body = {"organ_id": given["organ"], "username": "chen", "password": password()}
    called = await browser().http.post("/api/v1/session", json=body)
    assert called.status_code == 429
    assert int(called.headers["retry-after"]) == called.json()["retry_after"]


async def test_without_script_the_organ_is_searched_and_chosen(browser: Browser) -> None:
    client = browser()
    given = {"organ": "", "organ_text": "建安 司法", "username": "chen", "password": password()}
    found = await client.post("/login", given)
    assert found.status_code == 422
    assert 'type="radio" name="organ"' in found.text
    assert password() not in found.text
    exact = await client.post("/login", given | {"organ_text": HERE})
    assert exact.status_code == 303


async def test_the_picker_finds_organs_by_words_and_marks_them(browser: Browser) -> None:
    found = await browser().get("/login/organs", params={"organ_text": "建安 司法局"})
    assert "<mark>建安</mark>区<mark>司法局</mark>" in found.text
    nothing = await browser().get("/login/organs", params={"organ_text": "<b>查无"})
    assert "<b>" not in nothing.text


async def test_login_goes_back_to_the_page_that_was_asked_for_but_never_outside(world: World, browser: Browser) -> None:
    client = browser()
    asked = await client.get("/rules?tab=deadlines")
    assert asked.headers["location"] == "/login?next=/rules%3Ftab%3Ddeadlines"
    given = await fields(world, HERE, "chen", password())
    back = await client.post("/login", given | {"next": "/rules?tab=deadlines"})
    assert back.headers["location"] == "/rules?tab=deadlines"
    for outside in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        answer = await browser().post("/login", given | {"next": outside})
        assert answer.headers["location"] == "/"


async def test_a_disabled_account_is_out_at_its_next_request(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    assert (await client.get("/me")).status_code == 200
    async with world.work(HERE) as work:
        await work.session.execute(
            update(Account).where(Account.username == "chen").values(disabled_at=datetime.now(UTC))
        )
    assert (await client.get("/me")).status_code == 303
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_logging_out_ends_the_session_on_the_server(client_for: Opener, browser: Browser) -> None:
    client = await client_for(HERE, "chen")
    token = client.http.cookies["zs_session"]
    assert (await client.post("/logout")).headers["location"] == "/login"
    thief = browser()
    thief.http.cookies.set("zs_session", token)
    assert (await thief.get("/me")).status_code == 303


async def test_a_person_with_two_posts_chooses_and_switches(world: World, browser: Browser) -> None:
    first = await account(world, "chen")
    async with world.work("市司法局") as work:
        await staff.add_post(
            work,
            person_id=first.person_id,
            person_name="陈明远",
            title="监督人员",
            unit="执法协调监督科",
            roles=["supervisor"],
            kind="seconded",
        )
    client = browser()
    answer = await client.post("/login", await fields(world, HERE, "chen", password()))
    assert answer.headers["location"].startswith("/posts")
    page = await client.get("/posts")
    assert "挂职" in page.text
    old = client.http.cookies["zs_session"]
    other = next(p for p in (await client.get("/api/v1/me")).json()["posts"] if not p["current"])
    stale_token = await client.token()
    switched = await client.post(f"/posts/{other['id']}")
    assert switched.headers["location"] == "/desk"
    assert client.http.cookies["zs_session"] != old
    assert (await client.get("/api/v1/me")).json()["organ_name"] == other["organ_name"]
    left_open = await client.http.post("/logout", data={"_csrf_token": stale_token})
    assert left_open.status_code == 403
    async with world.work("市司法局") as work:
        query = select(AuditEntry).where(AuditEntry.action == "switch_post")
        entry = (await work.session.scalars(query)).one()
    assert "切换到" in entry.title
    assert (entry.actor_name, entry.actor_account_id, entry.origin) == ("陈明远", first.id, "127.0.0.1")
    assert entry.request_id


async def test_somebody_else_s_post_cannot_be_taken(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    post = (await world.actor(HERE, "supervision_leader")).post_id
    assert (await client.post(f"/posts/{post}")).status_code == 404


async def test_a_password_set_by_another_must_be_changed_first(world: World, client_for: Opener) -> None:
    async with world.work(HERE) as work:
        await work.session.execute(update(Account).where(Account.username == "chen").values(must_change=True))
    client = await client_for(HERE, "chen")
    assert (await client.get("/rules")).headers["location"] == "/password"
    refused = await client.get("/api/v1/organs")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_needed")
    old = client.http.cookies["zs_session"]
    wrong = {"current": password(), "password": "Neu-pass-2026", "again": "Neu-pass-2027"}
    assert "两次填写的新密码不一致。" in (await client.post("/password", wrong)).text
    done = await client.post("/password", wrong | {"again": "Neu-pass-2026"})
    assert done.headers["location"] == "/"
    assert client.http.cookies["zs_session"] != old
    assert (await client.get("/rules")).status_code == 200


async def test_every_login_and_logout_is_audited(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    await client.post("/logout")
    async with world.work(HERE) as work:
        entries = (await work.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))).all()
    kept = [e for e in entries if e.action in ("login", "logout")]
    assert [e.action for e in kept] == ["login", "logout"]
    chen = await world.actor(HERE, "supervisor")
    assert {(e.actor_name, e.actor_account_id, e.actor_post_id) for e in kept} == {
        (chen.name, chen.account_id, chen.post_id)
    }
    assert {e.origin for e in kept} == {"127.0.0.1"}
    assert all(e.request_id for e in kept)


async def test_a_refused_login_names_whose_account_it_was_and_where_it_came_from(
    world: World, browser: Browser
) -> None:
    client = browser()
    given = await fields(world, HERE, "chen", "wrong")
    refused = await client.post("/login", given, headers={"x-request-id": "refused-login-1"})
    assert refused.status_code == 401
    async with world.work(HERE) as work:
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "login"))).one()
    assert (entry.actor_name, entry.actor_account_id) == ("陈明远", (await account(world, "chen")).id)
    assert (entry.result, entry.request_id, entry.origin) == ("denied", "refused-login-1", "127.0.0.1")


async def test_what_is_not_found_or_not_logged_in_leaves_no_entry_and_a_refusal_does(
    world: World, client_for: Opener, browser: Browser
) -> None:
    client = await client_for(HERE, "chen")
    assert (await client.get("/nowhere")).status_code == 404
    assert (await browser().get("/desk")).status_code == 303
    assert (await client.get("/accounts")).status_code == 403
    async with world.work(HERE) as work:
        entries = (await work.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))).all()
    refusals = [e for e in entries if e.action != "login"]
    assert [(e.action, e.actor_name, e.origin) for e in refusals if e.request_id] == [
        ("refused", "陈明远", "127.0.0.1")
    ]


async def test_the_counters_do_not_keep_an_idle_session_alive(client_for: Opener, world: World) -> None:
    client = await client_for(HERE, "chen")
    sessions = Sessions(world.database, world.city_id, 2)
    held = await client.http.get("/api/v1/me")
    who = held.json()
    token = await sessions.open((await account(world, "chen")).id, UUID(who["post_id"]))
    idle = client.http.cookies
    idle.clear()
    idle.set("zs_session", token)
    await asyncio.sleep(1.2)
    assert (await client.get("/counters")).status_code == 200
    await asyncio.sleep(1.2)
    assert (await client.get("/me")).status_code == 303


async def test_an_open_session_guesses_the_password_five_times_and_is_ended(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    other = await client_for(HERE, "chen")
    new = "Neu-pass-2026"
    mistyped = {"current": password(), "password": new, "again": "Neu-pass-2027"}
    for _ in range(6):
        assert (await client.post("/password", mistyped)).status_code == 422
    wrong = {"current": "Geraten-2026!", "password": new, "again": new}
    for _ in range(4):
        refused = await client.post("/password", wrong)
        assert refused.status_code == 422
        assert "现在的密码不正确。" in refused.text
    assert (await other.get("/desk")).status_code == 200
    await client.post("/password", wrong)
    for session in (client, other):
        assert (await session.get("/desk")).headers["location"].startswith("/login")
    again = await client_for(HERE, "chen")
    right = {"current": password(), "password": new, "again": new}
    locked = await again.post("/password", right)
    assert locked.status_code == 429
    assert "账号已锁定" in locked.text


async def test_behind_encryption_the_cookies_are_bound_to_the_host(world: World) -> None:
    known = dataclasses.replace(settings.load(), cookie_secure="1")
    app: Any = application(world, known)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://testserver") as http:
        page = await http.get("/login")
        given = await fields(world, HERE, "chen", password())
        entered = await http.post("/login", data={"_csrf_token": HIDDEN.findall(page.text)[0], **given})
        assert entered.status_code == 303, entered.text
        for name in ("__Host-zs_session", "__Host-zs_csrf"):
            cookie = next(c for c in entered.headers.get_list("set-cookie") if c.startswith(f"{name}="))
            for words in ("Path=/", "Secure", "HttpOnly", "SameSite=lax"):
                assert words in cookie, cookie
            assert "Domain" not in cookie
        assert (await http.get("/desk")).status_code == 200
        http.cookies.set("zs_session", http.cookies["__Host-zs_session"])
        desk = await http.get("/desk")
        left = await http.post("/logout", data={"_csrf_token": HIDDEN.findall(desk.text)[0]})
        gone = next(c for c in left.headers.get_list("set-cookie") if c.startswith("__Host-zs_session="))
        assert "Max-Age=0" in gone
        assert "Secure" in gone
        assert (await http.get("/desk")).status_code == 303, "the plain name opens nothing here"
