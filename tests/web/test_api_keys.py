"""Keys of the API: made once, shown once, and every route refuses a key that has not its scope."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text

from kernel.errors import NotFound
from kernel.models import AuditEntry
from kernel.work import Work
from tenants.keys import rules, service
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.supervision.records.lines import citizen, penalty
from tests.web.conftest import Client, Opener, application
from tests.world import World
from web import keys

ANY = "01a20a13-c972-71be-bd1d-b7dc7b3325f0"
SHOWN = re.compile(r"zsk_[\w-]{43}")
MUST_STAY_WITH_PEOPLE = re.compile(
    r"approve|decide|issue|serve|sign|open(Delivery|Paper|Session)|accept|sendBack|readComplainant|readCounterpart|"
    r"CitizenId|reveal|refer|switch|password|audit|account|delegation|deadLetter",
    re.IGNORECASE,
)


async def made(client: Client, *scopes: str, name: str = "办公系统", **more: Any) -> tuple[str, str]:
    """The id and the secret of a new key."""
    given = {"name": name, "scopes": list(scopes), "expires_on": "2026-12-31", **more}
    answer = await client.json("POST", "/api/v1/api-keys", given)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["token"]


@asynccontextmanager
async def elsewhere(world: World) -> AsyncIterator[Work]:
    """A transaction of the system administrator of another organ, which has none in the demo city."""
    async with world.work(SUPERVISED, "contact") as work:
        assert work.actor is not None
        work.actor = replace(work.actor, roles=frozenset({"system_admin"}))
        yield work


def bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_made_on_the_page_and_shown_once(client_for: Opener) -> None:
    han = await client_for(BODY, "han")
    assert "没有接口密钥" in (await han.get("/api-keys")).text
    wrong = await han.post("/api-keys", {"name": "", "expires_on": "2030-01-01", "per_minute": "0"})
    assert wrong.status_code == 422
    assert all(said in wrong.text for said in ("至少选择一项权限", "一年以内", "每分钟调用次数"))
    given = {"name": "办公系统", "scopes": ["clues:read"], "expires_on": "2026-12-31", "per_minute": "60"}
    keyed = {**given, "_idempotency_key": "once-and-not-again"}
    shown = await han.post("/api-keys", keyed)
    token = SHOWN.findall(shown.text)[0]
    assert shown.status_code == 200
    again = await han.post("/api-keys", keyed)
    assert again.status_code == 303
    page = await han.get(again.headers["location"])
    assert token not in page.text
    assert f"…{token[-4:]}" in page.text
    assert "没有用过" in page.text
    assert (await han.post("/api-keys", given)).status_code == 422
    assert "办公系统" in (await han.get("/api-keys")).text


async def test_only_the_administrators_keep_keys(world: World, client_for: Opener) -> None:
    han, feng = [await client_for(BODY, name) for name in ("han", "feng")]
    key, _ = await made(han, "organs:read")
    assert (await feng.get(f"/api-keys/{key}")).status_code == 200
    assert (await feng.json("POST", f"/api/v1/api-keys/{key}/rotate", {})).status_code == 403
    revoked = await feng.json("POST", f"/api/v1/api-keys/{key}/revoke", {"reason": "系统停用"})
    assert revoked.json()["state"] == "revoked"
    for name in ("shen", "chen", "li"):
        other = await client_for(BODY, name)
        assert (await other.get("/api-keys")).status_code == 403
        assert (await other.get("/api/v1/api-keys")).status_code == 403
    async with elsewhere(world) as work:
        with pytest.raises(NotFound):
            await service.get(work, UUID(key))


async def test_a_call_needs_no_session_and_no_form_token(
    world: World, client_for: Opener, browser: Callable[[], Client]
) -> None:
    key, token = await made(await client_for(BODY, "han"), "clues:read", "clues:write")
    http = browser().http
    me = await http.get("/api/v1/api-keys/self", headers=bearing(token))
    assert me.json()["scopes"] == ["clues:read", "clues:write"]
    assert "set-cookie" not in me.headers
    clue = {
        "source": "media",
        "title": "报道反映罚款不开票据",
        "facts": "10月8日报道，执法人员收取罚款没有开具票据。",
        "subject_organ_id": str(await world.organ(SUPERVISED)),
    }
    answer = await http.post("/api/v1/clues", json=clue, headers=bearing(token) | {"idempotency-key": "of-a-system"})
    assert answer.status_code == 201, answer.text
    same = await http.post("/api/v1/clues", json=clue, headers=bearing(token) | {"idempotency-key": "of-a-system"})
    assert same.content == answer.content
    found = await http.get(f"/api/v1/clues/{answer.json()['id']}", headers=bearing(token))
    assert found.status_code == 200, found.text
    async with world.work(BODY) as work:
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "register"))).one()
        use = (await work.session.execute(text("select last_used_from, calls from api_key_use"))).one()
    assert entry.actor_name == "接口密钥“办公系统”"
    assert str(entry.actor_account_id) == key
    assert use.calls == 4
    assert use.last_used_from


async def test_a_key_is_nobody_on_pages_and_nothing_beside_a_session(client_for: Opener) -> None:
    han = await client_for(BODY, "han")
    _, token = await made(han, "clues:read")
    assert (await han.get("/api-keys", headers=bearing(token))).status_code == 303
    assert (await han.get("/api/v1/accounts", headers=bearing(token))).status_code == 403
    assert (await han.get("/api/v1/accounts")).status_code == 200
    assert (await han.get("/api/v1/accounts", headers=bearing("zsk_" + "x" * 43))).status_code == 401
    assert (await han.get("/api/v1/accounts", headers={"authorization": "Bearer other"})).status_code == 200


async def test_both_secrets_open_for_the_time_of_grace(
    world: World, client_for: Opener, browser: Callable[[], Client]
) -> None:
    han, http = await client_for(BODY, "han"), browser().http

    async def opens(token: str) -> bool:
        return (await http.get("/api/v1/api-keys/self", headers=bearing(token))).status_code == 200

    key, old = await made(han, "organs:read")
    answer = await han.json(
        "POST", f"/api/v1/api-keys/{key}/rotate", {"grace_hours": 24}, Idempotency_Key="turn-it-over"
    )
    new = answer.json()["token"]
    again = await han.json(
        "POST", f"/api/v1/api-keys/{key}/rotate", {"grace_hours": 24}, Idempotency_Key="turn-it-over"
    )
    assert again.json() == {"id": key, "token": None}
    assert [await opens(old), await opens(new)] == [True, True]
    await world.set_clock("2026-10-10 10:00")
    assert [await opens(old), await opens(new)] == [False, True]
    newest = SHOWN.findall((await han.post(f"/api-keys/{key}/rotate", {"grace_hours": "0"})).text)[0]
    assert [await opens(new), await opens(newest)] == [False, True]
    await world.set_clock("2027-01-01 09:00")
    assert not await opens(newest)


async def test_revoked_at_once_with_a_reason(client_for: Opener, browser: Callable[[], Client]) -> None:
    han, feng, http = await client_for(BODY, "han"), await client_for(BODY, "feng"), browser().http
    key, token = await made(han, "organs:read")
    assert (await http.get("/api/v1/organs", headers=bearing(token))).status_code == 200
    assert (await han.post(f"/api-keys/{key}/revoke", {"reason": "系统停用"})).status_code == 403
    assert (await feng.post(f"/api-keys/{key}/revoke", {"reason": ""})).status_code == 422
    assert (await feng.post(f"/api-keys/{key}/revoke", {"reason": "系统停用"})).status_code == 303
    gone = await http.get("/api/v1/organs", headers=bearing(token))
    assert (gone.status_code, gone.json()["code"]) == (401, "bad_key")
    assert (await han.json("POST", f"/api/v1/api-keys/{key}/rotate", {})).status_code == 409


async def test_calls_above_the_rate_are_refused_and_say_for_how_long(
    client_for: Opener, browser: Callable[[], Client]
) -> None:
    _, token = await made(await client_for(BODY, "han"), "organs:read", per_minute=3)
    http = browser().http
    answers = [await http.get("/api/v1/api-keys/self", headers=bearing(token)) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


async def test_large_bodies_are_taken_from_living_keys_alone(client_for: Opener, browser: Callable[[], Client]) -> None:
    _, token = await made(await client_for(BODY, "han"), "clues:write")
    body = b'{"title": "' + b"a" * 2_000_000 + b'"}'
    http, kind = browser().http, {"content-type": "application/json"}
    taken = await http.post("/api/v1/clues", content=body, headers=bearing(token) | kind)
    assert taken.status_code == 422, taken.text[:200]
    refused = await http.post("/api/v1/clues", content=body, headers=bearing("zsk_" + "x" * 43) | kind)
    assert refused.status_code == 413


def routes_of_the_api(app: Any) -> list[tuple[str, str, Any]]:
    found = []
    for route in app.routes:
        if route.path.startswith("/api/v1/") and not route.path.startswith("/api/v1/schema"):
            path = re.sub(r"\{\w+:[^}]*\}", ANY, route.path)
            found += [
                (method, path, h) for h in route.route_handlers for method in sorted(h.http_methods - {"OPTIONS"})
            ]
    return found


async def test_every_route_refuses_a_key_without_its_scope(world: World, client_for: Opener) -> None:
    """Each route of the API, with a key that has every scope but the route's: 403 before anything is looked up. With
    the scope alone it gets further: no route with a scope says `out_of_scope` then."""
    han = await client_for(BODY, "han")
    one: dict[str, str] = {}
    rest: dict[str, str] = {}
    for scope in rules.SCOPES:
        others = [other for other in rules.SCOPES if other != scope]
        _, one[scope] = await made(han, scope, name=f"一项 {scope}", per_minute=6000)
        _, rest[scope] = await made(han, *others, name=f"其余 {scope}", per_minute=6000)
    _, full = await made(han, *rules.SCOPES, name="全部", per_minute=6000)
    seen, opened = 0, set()
    transport = httpx.ASGITransport(app=application(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        for method, path, handler in routes_of_the_api(application(world).app):
            if handler.opt.get("open"):
                continue
            needed = keys.scope_of(handler)
            if needed == keys.OWN:
                continue
            token = full if needed is None else rest[needed]
            answer = await http.request(method, path, json=None if method == "GET" else {}, headers=bearing(token))
            assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope"), f"{method} {path}"
            seen += 1
            if needed is not None:
                got = await http.request(
                    method, path, json=None if method == "GET" else {}, headers=bearing(one[needed])
                )
                said = got.json() if "json" in got.headers.get("content-type", "") else {}
                assert not (isinstance(said, dict) and said.get("code") == "out_of_scope"), f"{method} {path}"
                assert got.status_code < 500, f"{method} {path}: {got.text[:300]}"
                opened.add(needed)
    assert seen > 200
    assert opened == set(rules.SCOPES)


def test_no_scope_opens_what_people_alone_do(world: World) -> None:
    for _, path, handler in routes_of_the_api(application(world).app):
        name = str(handler.operation_id)
        if handler.http_methods - {"GET", "HEAD"} and MUST_STAY_WITH_PEOPLE.search(name):
            assert keys.scope_of(handler) is None, (name, path)
    known = {str(handler.operation_id) for _, _, handler in routes_of_the_api(application(world).app)}
    assert {*keys.WRITE, *keys.READ_ALSO, *keys.PEOPLE_ONLY} <= known


async def test_an_organ_reads_what_was_served_to_it(world: World, browser: Callable[[], Client]) -> None:
    _, _, _, delivery = await stories.served_matter(world)
    async with elsewhere(world) as work:
        scopes = ["deliveries:read", "deliveries:write", "deadlines:read"]
        token = (await service.make(work, "办公系统", scopes, date(2026, 12, 31), 60)).token
    http = browser().http
    found = await http.get("/api/v1/deliveries", headers=bearing(token))
    assert [item["id"] for item in found.json()["items"]] == [str(delivery.id)]
    one = await http.get(f"/api/v1/deliveries/{delivery.id}", headers=bearing(token))
    assert one.status_code == 200, one.text
    refused = await http.post(f"/api/v1/deliveries/{delivery.id}/receipt", json={}, headers=bearing(token))
    assert refused.json()["code"] == "out_of_scope"


async def test_a_system_brings_records_with_the_scope_alone(world: World, browser: Callable[[], Client]) -> None:
    async with elsewhere(world) as work:
        day = date(2026, 12, 31)
        tokens = {
            name: (await service.make(work, name, scopes, day, 60)).token
            for name, scopes in {
                "办案系统": ["records:write"],
                "看板": ["records:read"],
                "办公系统": ["officers:write"],
            }.items()
        }
    http = browser().http

    async def asked(name: str, method: str, path: str, given: Any = None) -> Any:
        return await http.request(method, f"/api/v1/records{path}", json=given, headers=bearing(tokens[name]))

    batch = {"source": "case_system", "records": [penalty(3), penalty(2, kind="strange")]}
    for name in ("看板", "办公系统"):
        refused = await asked(name, "POST", "/batch", batch)
        assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")
        assert "records:write" in refused.text
    taken = await asked("办案系统", "POST", "/batch", batch)
    assert taken.status_code == 200, taken.text
    assert (taken.json()["accepted"], taken.json()["quarantined"]) == (1, 1)
    assert (await asked("办案系统", "GET", "/imports")).json()["code"] == "out_of_scope"
    assert len((await asked("看板", "GET", "/imports")).json()["items"]) == 1
    (line,) = (await asked("看板", "GET", "/quarantine")).json()["items"]
    assert line["problems"]
    (record,) = (await asked("看板", "GET", "")).json()["items"]
    seen = await asked("看板", "GET", f"/{record['id']}")
    assert seen.status_code == 200
    assert citizen(3) not in seen.text
    closed = {
        f"/{record['id']}/party": {"purpose": "核对"},
        "/quarantine/discard": {"ids": [line["id"]], "note": "不要了"},
    }
    for path, given in closed.items():
        assert (await asked("办案系统", "POST", path, given)).json()["code"] == "out_of_scope", path
