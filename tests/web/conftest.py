"""Real users against the real application: each client logs in through the log-in page, as a browser does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from cli.demo.accounts import password
from kernel import settings
from tests.world import World
from web.app import Parts, create_app

HIDDEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


class Client:
    """A browser without script: keeps cookies, sends forms with the token of the last page."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(path, **options)

    async def token(self) -> str:
        """The form token of this browser; a page is opened when it has none."""
        held = self.http.cookies.get("zs_csrf")
        if held is None:
            page = await self.http.get("/login", follow_redirects=True)
            held = self.http.cookies.get("zs_csrf") or HIDDEN.findall(page.text)[0]
        return held

    async def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """Send a form. `fields` may hold lists; the token is added."""
        data = {"_csrf_token": await self.token(), **(fields or {})}
        return await self.http.post(path, data=data, **options)

    async def json(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """A call of the API with the token in its header; `Idempotency_Key` becomes the header of that name."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, path, json=body, headers={"x-csrftoken": await self.token(), **named})


Opener = Callable[..., Awaitable[Client]]


def application(world: World, known: settings.Settings | None = None) -> Any:
    """The application over a world's database, with the settings of the tests unless told: built once for both, for
    it keeps nothing between requests."""
    known = known or settings.load()
    if (world.url, known) not in _APPS:
        _APPS[world.url, known] = create_app(Parts(known, world.database))
    return _APPS[world.url, known]


def transport(world: World) -> httpx.ASGITransport:
    return httpx.ASGITransport(app=application(world), raise_app_exceptions=True)


_APPS: dict[tuple[str, settings.Settings], Any] = {}


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Callable[[], Client]]:
    """Makes browsers that nobody has logged in with."""
    shared = transport(world)
    made: list[httpx.AsyncClient] = []

    def open_browser() -> Client:
        http = httpx.AsyncClient(transport=shared, base_url="http://testserver")
        made.append(http)
        return Client(http)

    yield open_browser
    for http in made:
        await http.aclose()


@pytest.fixture
async def client_for(world: World, browser: Callable[[], Client]) -> Opener:
    """`await client_for("建安区司法局", "chen")`: a browser in which that demo person has logged in."""

    async def opened(organ: str, username: str, secret: str = "") -> Client:
        client = browser()
        await client.get("/login")
        answer = await client.post(
            "/login",
            {"organ": str(await world.organ(organ)), "username": username, "password": secret or password()},
        )
        assert answer.status_code == 303, answer.text
        return client

    return opened
