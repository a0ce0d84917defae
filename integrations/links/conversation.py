"""A conversation with another system: every request signed, every answer verified before it is looked at."""

from __future__ import annotations

from typing import Self, TypeVar

import httpx
import msgspec

from integrations.links.errors import Unreachable
from integrations.links.http import LARGEST, bounded, client
from integrations.links.rules import answer_seconds
from integrations.links.signing import NONCE, Request, sign_request, verify_response
from integrations.links.state import Connected
from integrations.links.wire import Problem
from kernel.clock import system_now

T = TypeVar("T")


class Conversation:
    """With the other side of one link; `async with`. `settings["seconds"]` of the link bounds each exchange."""

    def __init__(
        self, link: Connected, *, loopback: bool = False, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._keys = link.keys
        seconds = answer_seconds(link.settings)
        if transport is not None:
            self._http = httpx.AsyncClient(base_url=link.address, transport=transport, timeout=seconds)
        else:
            self._http = client(link.address, seconds=seconds, loopback=loopback)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._http.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        answer: type[T],
        *,
        query: str = "",
        body: bytes = b"",
        media: str = "application/json",
    ) -> T:
        url = httpx.URL(str(self._http.base_url).rstrip("/") + path, query=query.encode() or None)
        signed = Request(method, url.raw_path.partition(b"?")[0].decode(), url.query.decode(), body)
        headers = sign_request(self._keys, signed, system_now())
        if body:
            headers["content-type"] = media
        try:
            async with self._http.stream(method, url, content=body or None, headers=headers) as response:
                text = await bounded(response, LARGEST)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{type(error).__name__}：对方没有应答") from error
        verify_response(
            self._keys, response.status_code, text, response.headers, nonce=headers[NONCE], now=system_now()
        )
        if response.status_code != 200:
            raise Unreachable(f"对方返回 {response.status_code}{_title(text)}")
        try:
            return msgspec.json.decode(text, type=answer)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            raise Unreachable(f"应答不符合接口约定：{error}") from error


def _title(text: bytes) -> str:
    try:
        return f"：{msgspec.json.decode(text, type=Problem).title}"
    except (msgspec.ValidationError, msgspec.DecodeError):
        return ""
