"""Our calls of the hotline: every request signed, every answer verified before it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from integrations.hotline12345.messages import Page, Receipt, Receipts, Report, Reports
from integrations.links.errors import Unreachable
from integrations.links.http import bounded, client
from integrations.links.signing import NONCE, Request, sign_request, verify_response
from integrations.links.state import Connected
from kernel.clock import system_now

T = TypeVar("T")


class Client:
    """A conversation with the hotline of one link; `async with`. Raises Unreachable, Untrusted."""

    def __init__(
        self, link: Connected, *, loopback: bool = False, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._keys = link.keys
        if transport is not None:
            self._http = httpx.AsyncClient(base_url=link.address, transport=transport)
        else:
            self._http = client(link.address, loopback=loopback)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._http.aclose()

    async def orders(self, after: str, limit: int) -> Page:
        """Orders made or changed after a cursor."""
        return await self._ask("GET", "/v1/orders", Page, query=urlencode({"after": after, "limit": limit}))

    async def report(self, reports: Sequence[Report]) -> list[Receipt]:
        body = msgspec.json.encode(Reports(reports=list(reports)))
        return (await self._ask("POST", "/v1/reports", Receipts, body=body)).receipts

    async def _ask(self, method: str, path: str, answer: type[T], *, query: str = "", body: bytes = b"") -> T:
        url = httpx.URL(str(self._http.base_url).rstrip("/") + path, query=query.encode() or None)
        signed = Request(method, url.raw_path.partition(b"?")[0].decode(), url.query.decode(), body)
        headers = sign_request(self._keys, signed, system_now())
        if body:
            headers["content-type"] = "application/json"
        try:
            async with self._http.stream(method, url, content=body or None, headers=headers) as response:
                text = await bounded(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{type(error).__name__}：热线没有应答") from error
        verify_response(
            self._keys, response.status_code, text, response.headers, nonce=headers[NONCE], now=system_now()
        )
        if response.status_code != 200:
            raise Unreachable(f"热线返回 {response.status_code}")
        try:
            return msgspec.json.decode(text, type=answer)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            # What was wrong could quote a caller: the kind alone is kept.
            raise Unreachable("热线的应答不符合接口约定") from error
