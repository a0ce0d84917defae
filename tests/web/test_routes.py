"""No route is open by accident."""

from __future__ import annotations

import re
from typing import Any

import httpx
from litestar import Litestar

from kernel import settings
from tests.web.conftest import application
from tests.world import World

OPEN = {
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/login/organs"),
    ("GET", "/verify"),
    ("GET", "/verify/{code}"),
    ("GET", "/public/commendations"),
    ("GET", "/public/commendations/{list_id}"),
    ("GET", "/public/annual"),
    ("GET", "/public/annual/{code}"),
    ("GET", "/public/annual/{code}/pdf"),
    ("GET", "/complaints/new"),
    ("POST", "/complaints/new"),
    ("GET", "/complaints/organs"),
    ("GET", "/complaints/progress"),
    ("POST", "/complaints/progress"),
    ("POST", "/api/v1/hotline/{link_id}/orders"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/api/docs"),
    ("GET", "/docs/problems"),
    ("POST", "/api/v1/links/{link_id}/inbound"),
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/verify/{code}"),
    ("GET", "/api/v1/schema"),
    ("GET", "/api/v1/schema/openapi.json"),
    ("GET", "/api/v1/schema/{path}"),
}
"""Everything that answers without a log-in. A new entry is a decision of its own."""


def routes(app: Litestar) -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        if route.path.startswith("/static"):
            continue
        path = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", route.path)
        found += [
            (method, path) for method in sorted(getattr(route, "methods", ())) if method not in ("HEAD", "OPTIONS")
        ]
    return found


async def test_anonymous_readers_get_nothing_but_what_is_listed(world: World) -> None:
    envelope: Any = application(world)
    known = routes(envelope.app)
    assert len(known) > 20
    transport = httpx.ASGITransport(app=envelope)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        await http.get("/login")
        token = http.cookies["zs_csrf"]
        for method, path in known:
            if (method, path) in OPEN:
                continue
            concrete = re.sub(r"\{\w+\}", "01a20a13-c972-71be-bd1d-b7dc7b3325f0", path)
            answer = await http.request(method, concrete, headers={"x-csrftoken": token})
            wanted = (401,) if path.startswith("/api/") else (303,)
            assert answer.status_code in wanted, f"{method} {path}: {answer.status_code}"
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/login?next="), f"{method} {path}"


async def test_the_demo_clock_has_no_route_outside_demo_mode(world: World) -> None:
    import dataclasses

    known = dataclasses.replace(settings.load(), demo="")
    envelope: Any = application(world, known)
    assert ("POST", "/demo/advance") not in routes(envelope.app)
