"""What every answer carries: security headers, a request id, and who is asking."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from typing import TYPE_CHECKING, Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.middleware.csrf import generate_csrf_token

from kernel.errors import TooLarge, ZhunshengError
from kernel.ids import new_id
from web import cookies, keys, turns
from web.access import OPEN
from web.screening import SAFE
from web.sessions import Sessions
from web.watching import Watch, bind_actor

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=()"),
]
UNATTENDED = frozenset({"/counters", "/counters/bell"})
"""What the page asks for by itself: it must not keep a session alive that nobody uses."""
SMALL = 1_048_576
"""Bytes that anybody may send; more only from a live session."""
OPEN_UPLOADS = {"/complaints/new": 11 * SMALL}
"""Where anybody may send files, and how many bytes with them."""
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Envelope:
    """Outermost ASGI layer: request id, client behind a trusted proxy, security headers, no caching of pages."""

    def __init__(
        self, app: ASGIApp, trusted: frozenset[str], secure: bool, sessions: Sessions, form_secret: str
    ) -> None:
        self.app = app
        self.trusted = trusted
        self.secure = secure
        self.sessions = sessions
        self.form_secret = form_secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else new_id().hex
        scope["request_id"] = request_id  # type: ignore[typeddict-unknown-key]
        trusted = self._client(scope, headers)
        if keys.token_of(headers):
            self._without_cookies(scope, headers)
        watch = Watch(scope, request_id, headers.get("traceparent", "") if trusted else "")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                watch.status = message["status"]
                extra = [*HEADERS, (b"x-request-id", request_id.encode())]
                if self.secure:
                    extra.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
                names = {name.lower() for name, _ in message["headers"]}
                if b"cache-control" not in names:
                    extra.append((b"cache-control", _caching(scope, message["status"])))
                message["headers"] = [*message["headers"], *[h for h in extra if h[0] not in names]]
            await send(message)

        with watch:
            if await self._too_much(scope, headers):
                await _refuse_body(scope, send_with_headers, request_id)
            else:
                await self.app(scope, receive, send_with_headers)

    def _without_cookies(self, scope: Scope, headers: dict[str, str]) -> None:
        """A call with a key is of nobody's session, and no site can make a browser send one: its cookies are dropped,
        and it gets the pair of tokens that the check of forms wants."""
        token = generate_csrf_token(secret=self.form_secret)
        name = cookies.named(cookies.FORM_TOKEN, secure=self.secure)
        pair = {"cookie": f"{name}={token}", "x-csrftoken": token}
        kept = [h for h in scope["headers"] if h[0].lower().decode("latin-1") not in pair]
        scope["headers"] = [*kept, *((n.encode(), v.encode()) for n, v in pair.items())]
        headers |= pair

    async def _too_much(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Whether a body is larger than anybody may send, and not from a live session. Looked at before anything is
        read: forms are parsed for their token before the reader is known."""
        length = headers.get("content-length", "")
        if length.isdecimal():
            if int(length) <= OPEN_UPLOADS.get(scope["path"], SMALL):
                return False
        elif "transfer-encoding" not in headers:
            return False
        if key := keys.token_of(headers):
            with contextlib.suppress(ZhunshengError):
                await keys.find(self.sessions.database, key, "", counted=False)
                return False
            return True
        token = cookies.read(ASGIConnection[Any, Any, Any, Any](scope), cookies.SESSION, secure=self.secure)
        return token is None or await self.sessions.find(token, renew=False) is None

    def _client(self, scope: Any, headers: dict[str, str]) -> bool:
        """Put the real client into the scope; returns whether a trusted proxy is in between."""
        client = scope.get("client")
        trusted = bool(client) and client[0] in self.trusted
        forwarded = headers.get("x-forwarded-for", "")
        if trusted and forwarded:
            nearest = forwarded.split(",")[-1].strip()
            with contextlib.suppress(ValueError):
                scope["client"] = (str(ipaddress.ip_address(nearest)), client[1])
        return trusted


async def _refuse_body(scope: Scope, send: Send, request_id: str) -> None:
    """413 without reading what was sent; the connection ends with it."""
    body = {"type": "/docs/problems#too_large", "title": TooLarge.default_message, "status": 413, "code": "too_large"}
    body |= {"instance": scope["path"], "request_id": request_id}
    kind = b"application/problem+json" if scope["path"].startswith("/api/") else b"application/json"
    headers = [(b"content-type", kind), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body), "more_body": False})


def _caching(scope: Scope, status: int) -> bytes:
    """Files named by the hash of their content are kept for ever, pages never."""
    if not scope["path"].startswith("/static/") or status not in (200, 304):
        return b"no-store"
    return b"public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else b"no-cache"


def _reads_as_reader(scope: Scope) -> bool:
    """Whether the request is one that goes on to read in the reader's name at once: nothing is waited for in between,
    no body that somebody sends slowly, so the transaction may begin with the question who is asking."""
    return scope["type"] == ScopeType.HTTP and scope["method"] in SAFE and not scope["route_handler"].opt.get(OPEN)


class Authentication(AbstractAuthenticationMiddleware):
    """Puts the session's identity into the connection; whether one is needed is the guard's question."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            begun = turns.arrival(scope)
            if begun is not None:
                await begun.close()

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        key = keys.token_of(connection.headers)
        if key is not None:
            return await self._of_key(connection, key)
        secure = connection.app.state.settings.secure_cookies
        token = cookies.read(connection, cookies.SESSION, secure=secure)
        sessions: Sessions = connection.app.state.sessions
        renew = connection.scope["path"] not in UNATTENDED
        user = None
        if token and _reads_as_reader(connection.scope):
            user, begun = await sessions.arrive(token, renew=renew)
            turns.keep_arrival(connection.scope, begun)
        elif token:
            user = await sessions.find(token, renew=renew)
        if user is not None:
            bind_actor(user)
        return AuthenticationResult(user=user, auth=token)

    async def _of_key(self, connection: ASGIConnection[Any, Any, Any, Any], key: str) -> AuthenticationResult:
        """The service account of a key, for the API alone: to a page its bearer is nobody."""
        if not connection.url.path.startswith("/api/"):
            return AuthenticationResult(user=None, auth=None)
        address = connection.client.host if connection.client else ""
        user = await keys.find(connection.app.state.database, key, address)
        bind_actor(user)
        return AuthenticationResult(user=user, auth=None)
