"""A simulated province in this process, a client to it, and what both sides exchange in tests."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from integrations.links.signing import Keys, for_peer, new_keys
from integrations.links.state import Connected
from integrations.provincial.client import Client
from integrations.provincial.simulator.app import create
from integrations.provincial.simulator.faults import Faults
from integrations.provincial.simulator.store import Store
from kernel.ids import new_id

ADDRESS = "http://127.0.0.1:9"


class Lossy(httpx.AsyncBaseTransport):
    """Loses some requests on the way there and some answers on the way back."""

    def __init__(self, inner: httpx.AsyncBaseTransport, share: float, seed: int = 0) -> None:
        self._inner, self._share, self._random = inner, share, random.Random(seed)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._random.random() < self._share:
            raise httpx.ConnectTimeout("lost", request=request)
        response = await self._inner.handle_async_request(request)
        if self._random.random() < self._share:
            raise httpx.ReadTimeout("lost", request=request)
        return response


@dataclass(slots=True)
class Province:
    """The simulator and our view of the link to it."""

    store: Store
    keys: Keys
    faults: Faults
    link_id: UUID

    @asynccontextmanager
    async def client(self, faults: Faults | None = None, loss: float = 0.0) -> AsyncIterator[Client]:
        app: Any = create(self.store, for_peer(self.keys), faults or self.faults)
        transport: httpx.AsyncBaseTransport = httpx.ASGITransport(app=app)
        if loss:
            transport = Lossy(transport, loss, self.faults.seed)
        link = Connected(self.link_id, "provincial", "省平台", ADDRESS, self.keys, {})
        async with Client(link, transport=transport) as made:
            yield made


def province(path: Path | str = ":memory:", faults: Faults | None = None) -> Province:
    return Province(Store(path), new_keys("hmac-sm3"), faults or Faults(), new_id())


def matter(n: int, state: str = "open") -> dict[str, Any]:
    return {
        "number": f"许监〔2026〕{n}号", "title": f"对执法程序的监督（演示 {n}）", "organ": "许昌市司法局",
        "supervised": "许昌市城市管理局", "mode": "special", "content_items": ["11(1)"], "state": state,
        "stage": "open", "opened_on": "2026-10-09", "closed_on": None,
    }  # fmt: skip


def record(n: int, version: int) -> dict[str, Any]:
    return {"kind": "penalty", "case_no": f"许城罚〔2026〕{n}号", "fine_fen": 100_00 * version}
