"""A changing request that comes again has one effect: every route, other content, other query, many at once."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import re
from typing import Any

from litestar import Litestar
from sqlalchemy import func, select

from kernel.models import IdempotencyRecord
from supervision.clues.models import Clue
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.web.conftest import Opener, application
from tests.world import World
from web.api.schema import UNKEYED

SIGNED = {"/api/v1/hotline/{link_id}/orders", "/api/v1/links/{link_id}/inbound", "/complaints/new"}
"""Each version of an order, and each form of the open page by its own token, has its effect once without a session."""
SESSION = {"/login", "/logout", "/posts/{post_id}", "/demo/advance"}
"""Their effect is the session (or the demo clock) itself."""
READING = {
    "/accountability/start",
    "/complaints/progress",
    "/conduct/receipt",
    "/interests/{interest_id}/relative",
    "/instruments/preview",
    "/delegations/preview",
    "/clues/similar",
    "/matters/{matter_id}/acts/counterpart",
    "/records/{record_id}/party",
}
"""They change nothing but the audit trail."""


def changing(app: Litestar) -> list[tuple[str, Any]]:
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if set(handler.http_methods) & {"POST", "PUT", "PATCH", "DELETE"}:
                found.append((route.path_format, handler))
    return found


def source(handler: Any) -> str:
    """The handler and the functions of its module that it hands the request to."""
    text = inspect.getsource(handler)
    module = inspect.getmodule(handler)
    called = [getattr(module, name, None) for name in re.findall(r"(_\w+)\(request", text)]
    return text + "".join(inspect.getsource(f) for f in called if inspect.isfunction(f))


async def test_every_changing_route_takes_its_turn(world: World) -> None:
    """`turn` is the one place that honours the key; a route without it is named here on purpose or not at all."""
    envelope: Any = application(world)
    routes = changing(envelope.app)
    assert len(routes) > 80
    without = [
        path
        for path, handler in routes
        if "turn(request)" not in source(handler.fn)
        and handler.operation_id not in UNKEYED
        and path not in SESSION | SIGNED | READING
    ]
    assert without == []


def clue(subject: Any, title: str = "扣押三轮车没有出具决定书") -> dict[str, Any]:
    facts = "10月8日上午，执法人员在新元大道扣押三轮车，没有出具扣押决定书。"
    return {"source": "hotline", "title": title, "facts": facts, "subject_organ_id": str(subject)}


async def count(world: World, model: Any) -> int:
    async with world.work(BODY) as work:
        return await work.session.scalar(select(func.count()).select_from(model)) or 0


async def test_one_key_one_effect_and_other_content_a_conflict(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    subject = await world.organ(SUPERVISED)
    sent = [chen.json("POST", "/api/v1/clues", clue(subject), Idempotency_Key="one-key-0001") for _ in range(6)]
    answers = await asyncio.gather(*sent)
    assert {a.status_code for a in answers} == {201}
    assert len({a.text for a in answers}) == 1
    other = await chen.json("POST", "/api/v1/clues", clue(subject, "另一件事"), Idempotency_Key="one-key-0001")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert await count(world, Clue) == 1


async def test_the_query_is_part_of_the_content(world: World, client_for: Opener) -> None:
    *_, delivery = await stories.served_matter(world)
    await stories.open_letter(world, delivery.id)
    zhou = await client_for(SUPERVISED, "zhou")
    body = {"items": [{"no": 1, "status": "done", "text": "已经退还。"}]}
    path = f"/api/v1/deliveries/{delivery.id}/reply"
    first = await zhou.json("POST", path, body, Idempotency_Key="query-key-1")
    assert first.status_code == 200, first.text
    other = await zhou.json("POST", f"{path}?version=77", body, Idempotency_Key="query-key-1")
    assert other.status_code == 409


async def test_what_is_kept_of_a_request_cannot_be_guessed_back(world: World, client_for: Opener) -> None:
    """A plain hash of a body with a password in it could be tried against a list of passwords."""
    chen = await client_for(BODY, "chen")
    await chen.json("POST", "/api/v1/clues", clue(await world.organ(SUPERVISED)), Idempotency_Key="hash-key-01")
    async with world.work(BODY) as work:
        held = (await work.session.scalars(select(IdempotencyRecord))).one()
    body = chen.http.build_request("POST", "/api/v1/clues", json=clue(await world.organ(SUPERVISED))).content
    for said in (b"POST /api/v1/clues\n", b"POST /api/v1/clues?\n"):
        assert held.fingerprint != hashlib.sha256(said + body).digest()


async def test_a_request_that_failed_leaves_no_key_behind(world: World, client_for: Opener) -> None:
    chen = await client_for(BODY, "chen")
    subject = await world.organ(SUPERVISED)
    refused = await chen.json("POST", "/api/v1/clues", clue(subject, ""), Idempotency_Key="retry-key-1")
    assert refused.status_code == 422
    done = await chen.json("POST", "/api/v1/clues", clue(subject), Idempotency_Key="retry-key-1")
    assert done.status_code == 201
    for wrong in ("short", "x" * 201, "with spaces", "空格键键键键键键"):
        headers = {b"x-csrftoken": (await chen.token()).encode(), b"idempotency-key": wrong.encode()}
        answer = await chen.http.post("/api/v1/clues", json=clue(subject), headers=headers)
        assert answer.status_code == 422
