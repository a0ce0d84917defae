"""Our contract over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import msgspec

from integrations.links.conversation import Conversation
from integrations.links.errors import Unreachable
from integrations.links.rules import content_hash
from integrations.provincial import messages as m


class Client(Conversation):
    """The province at the other side of one link."""

    async def changes(self, kind: str, after: str, limit: int) -> m.PulledPage:
        query = urlencode({"after": after, "limit": limit})
        page = await self.ask("GET", f"/v1/changes/{quote(kind)}", m.PulledPage, query=query)
        distinct = {(item.id, item.version): item for item in page.items}
        if len(distinct) != page.count or m.page_digest(list(distinct.values())) != page.digest:
            raise Unreachable("收到的一页不完整")
        _whole(page.items)
        return page

    async def items(self, kind: str, ids: Sequence[str]) -> list[m.Item]:
        query = urlencode({"ids": ",".join(ids)})
        found = (await self.ask("GET", f"/v1/items/{quote(kind)}", m.Exact, query=query)).items
        _whole(found)
        return found

    async def summary(self, direction: str, kind: str) -> m.Summary:
        return await self.ask("GET", f"/v1/summary/{direction}/{quote(kind)}", m.Summary)

    async def bucket(self, direction: str, kind: str, bucket: str) -> m.BucketList:
        return await self.ask("GET", f"/v1/summary/{direction}/{quote(kind)}/{bucket}", m.BucketList)

    async def push(self, items: Sequence[m.Handed]) -> list[m.Receipt]:
        body = msgspec.json.encode(m.Batch(items=list(items)))
        return (await self.ask("POST", "/v1/batches", m.Receipts, body=body)).receipts


def _whole(items: Sequence[m.Item]) -> None:
    for item in items:
        if content_hash(item.data) != item.hash:
            raise Unreachable(f"{item.id} 的内容与其校验值不符")
