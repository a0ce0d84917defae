"""Our calls of the hotline."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from integrations.hotline12345.messages import Page, Receipt, Receipts, Report, Reports
from integrations.links.conversation import Conversation


class Client(Conversation):
    """A conversation with the hotline of one link; `async with`. Raises Unreachable, Untrusted."""

    async def orders(self, after: str, limit: int) -> Page:
        """Orders made or changed after a cursor."""
        return await self.ask("GET", "/v1/orders", Page, query=urlencode({"after": after, "limit": limit}))

    async def report(self, reports: Sequence[Report]) -> list[Receipt]:
        body = msgspec.json.encode(Reports(reports=list(reports)))
        return (await self.ask("POST", "/v1/reports", Receipts, body=body)).receipts
