"""Our contract over HTTP: every request signed, every answer verified before it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from integrations.links.errors import Unreachable
from integrations.links.http import LARGEST, bounded, client
from integrations.links.rules import content_hash
from integrations.links.signing import NONCE, Request, sign_request, verify_response
from integrations.links.state import Connected
from integrations.provincial import messages as m
from kernel.clock import system_now

T = TypeVar("T")
LEAST_SECONDS, MOST_SECONDS = 1.0, 60.0


class Client:
    """A conversation with the platform of one link; `async with`."""

    def __init__(
        self, link: Connected, *, loopback: bool = False, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._keys = link.keys
        seconds = min(MOST_SECONDS, max(LEAST_SECONDS, float(link.settings.get("seconds", 20))))
        if transport is not None:
            self._http = httpx.AsyncClient(base_url=link.address, transport=transport, timeout=seconds)
        else:
            self._http = client(link.address, seconds=seconds, loopback=loopback)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._http.aclose()

    async def changes(self, kind: str, after: str, limit: int) -> m.PulledPage:
        query = urlencode({"after": after, "limit": limit})
        page = await self._ask("GET", f"/v1/changes/{quote(kind)}", m.PulledPage, query=query)
        distinct = {(item.id, item.version): item for item in page.items}
        if len(distinct) != page.count or m.page_digest(list(distinct.values())) != page.digest:
            raise Unreachable("收到的一页不完整")
        _whole(page.items)
        return page

    async def items(self, kind: str, ids: Sequence[str]) -> list[m.Item]:
        query = urlencode({"ids": ",".join(ids)})
        found = (await self._ask("GET", f"/v1/items/{quote(kind)}", m.Exact, query=query)).items
        _whole(found)
        return found

    async def summary(self, direction: str, kind: str) -> m.Summary:
        return await self._ask("GET", f"/v1/summary/{direction}/{quote(kind)}", m.Summary)

    async def bucket(self, direction: str, kind: str, bucket: str) -> m.BucketList:
        return await self._ask("GET", f"/v1/summary/{direction}/{quote(kind)}/{bucket}", m.BucketList)

    async def push(self, items: Sequence[m.Handed]) -> list[m.Receipt]:
        body = msgspec.json.encode(m.Batch(items=list(items)))
        return (await self._ask("POST", "/v1/batches", m.Receipts, body=body)).receipts

    async def put_package(self, sha256: str, body: bytes) -> m.Stored:
        media = "application/octet-stream"
        return await self._ask("PUT", f"/v1/packages/{sha256}", m.Stored, body=body, media=media)

    async def replies(self, after: str) -> m.Replies:
        return await self._ask("GET", "/v1/replies", m.Replies, query=urlencode({"after": after}))

    async def _ask(
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
        return f"：{msgspec.json.decode(text, type=m.Problem).title}"
    except (msgspec.ValidationError, msgspec.DecodeError):
        return ""


def _whole(items: Sequence[m.Item]) -> None:
    for item in items:
        if content_hash(item.data) != item.hash:
            raise Unreachable(f"{item.id} 的内容与其校验值不符")
