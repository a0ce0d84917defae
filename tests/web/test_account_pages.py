"""The system administrator's pages for posts and passwords, and what they mean at the next log-in."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from cli.demo.accounts import password
from kernel.models import IdempotencyRecord
from tenants.staff.models import Account
from tests.stories import BODY
from tests.web.conftest import Client, Opener
from tests.world import World

Browser = Callable[[], Client]


async def account_id(world: World, username: str) -> str:
    async with world.work(BODY) as work:
        return str(await work.session.scalar(select(Account.id).where(Account.username == username)))


async def test_with_two_posts_the_person_chooses_one_after_logging_in(
    world: World, client_for: Opener, browser: Browser
) -> None:
    admin = await client_for(BODY, "han")
    page = f"/accounts/{await account_id(world, 'liu')}"
    assert "增加岗位" in (await admin.get(page)).text
    fields = {"title": "法制审核员", "unit": "法制股", "kind": "concurrent", "roles": ["legal_officer"]}
    assert (await admin.post(f"{page}/posts", {**fields, "roles": []})).status_code == 422
    assert (await admin.post(f"{page}/posts", fields)).status_code == 303
    fresh = browser()
    login = {"organ": str(await world.organ(BODY)), "username": "liu", "password": password()}
    answer = await fresh.post("/login", login)
    assert answer.headers["location"].startswith("/posts?next=")
    choices = (await fresh.get("/posts")).text
    assert "法制审核员" in choices
    assert "兼任" in choices
    posts = re.findall(r'action="(/posts/[0-9a-f-]{36})"', choices)
    taken = await fresh.post(posts[-1])
    assert taken.status_code == 303
    assert "法制审核员" in (await fresh.get("/me")).text


async def test_a_reset_password_is_shown_once_and_ends_every_session(
    world: World, client_for: Opener, browser: Browser
) -> None:
    liu = await client_for(BODY, "liu")
    admin = await client_for(BODY, "han")
    page = f"/accounts/{await account_id(world, 'liu')}/password"
    assert "只显示一次" in (await admin.get(page)).text
    key = {"_idempotency_key": "reset-password-1"}
    shown = await admin.post(page, key)
    found = re.search(r"一次性密码</dt><dd>([^<]+)</dd>", shown.text)
    assert found is not None
    made = found[1]
    again = await admin.post(page, key)
    assert made not in again.text
    assert again.status_code == 303
    async with world.work(BODY) as work:
        kept = list(await work.session.scalars(select(IdempotencyRecord)))
    assert all(made.encode() not in record.body for record in kept)
    assert (await liu.get("/desk")).status_code == 303
    login = {"organ": str(await world.organ(BODY)), "username": "liu"}
    assert (await browser().post("/login", {**login, "password": password()})).status_code == 401
    assert (await browser().post("/login", {**login, "password": made})).headers["location"] == "/password"


async def test_roles_certificate_and_end_of_a_post(world: World, client_for: Opener) -> None:
    admin = await client_for(BODY, "han")
    listed = (await admin.get(f"/accounts/{await account_id(world, 'liu')}")).text
    page = re.findall(r'href="(/accounts/posts/[0-9a-f-]{36})"', listed)[0]
    assert (await admin.post(f"{page}/certificate", {"certificate_no": "豫监督证KJA0999"})).status_code == 422
    fields = {"certificate_no": "豫监督证KJA0999", "certificate_until": "2028-12-31"}
    assert (await admin.post(f"{page}/certificate", fields)).status_code == 303
    shown = (await admin.get(page)).text
    assert "2028-12-31" in shown
    assert "KJA0999" not in shown
    assert (await admin.post(f"{page}/roles", {"roles": ["legal_officer"], "reason": "岗位调整"})).status_code == 303
    assert (await admin.post(f"{page}/end", {"end_reason": ""})).status_code == 422
    liu = await client_for(BODY, "liu")
    assert (await admin.post(f"{page}/end", {"end_reason": "调离"})).status_code == 303
    assert (await liu.get("/me")).status_code == 303
    assert (await admin.get(page)).status_code == 404


async def test_a_guest_is_added_by_organ_account_and_name(world: World, client_for: Opener) -> None:
    admin = await client_for(BODY, "han")
    fields = {
        "home": str(await world.organ("市司法局")),
        "username": "yang",
        "name": "杨帆",
        "title": "挂职监督人员",
        "kind": "seconded",
        "roles": ["supervisor"],
    }
    assert (await admin.post("/accounts/guests", {**fields, "name": "杨凡"})).status_code == 422
    assert (await admin.post("/accounts/guests", {**fields, "home": ""})).status_code == 422
    assert (await admin.post("/accounts/guests", fields)).status_code == 303
    assert "杨帆" in (await admin.get("/accounts")).text


async def test_nobody_else_manages_accounts(world: World, client_for: Opener) -> None:
    page = f"/accounts/{await account_id(world, 'liu')}"
    for username in ("feng", "shen", "li", "chen"):
        other = await client_for(BODY, username)
        assert (await other.get(page)).status_code == 403
        assert (await other.post(f"{page}/password")).status_code == 403
    admin = await client_for(BODY, "han")
    refused = await admin.post(f"/accounts/{await account_id(world, 'shen')}/password")
    assert refused.status_code == 403
    assert "zhunsheng accounts reset" in refused.text


async def test_the_interface_gives_the_password_once(world: World, client_for: Opener) -> None:
    admin = await client_for(BODY, "han")
    place = f"/api/v1/accounts/{await account_id(world, 'liu')}"
    found = (await admin.json("GET", place)).json()
    assert [p["title"] for p in found["posts"]] == ["监督人员"]
    body = {"title": "法制审核员", "roles": ["legal_officer"]}
    made = await admin.json("POST", f"{place}/posts", body)
    assert made.status_code == 201
    one = f"/api/v1/accounts/posts/{made.json()['id']}"
    changed = await admin.json("POST", f"{one}/roles", {"roles": ["contact"], "reason": "岗位调整"})
    assert changed.status_code == 200
    assert (await admin.json("POST", f"{one}/end", {"reason": "调离"})).status_code == 200
    first = await admin.json("POST", f"{place}/password", Idempotency_Key="reset-once-1")
    again = await admin.json("POST", f"{place}/password", Idempotency_Key="reset-once-1")
    assert len(first.json()["password"]) == 16
    assert again.json()["password"] is None
    assert (await admin.json("GET", "/api/v1/accounts/guests")).json() == []
