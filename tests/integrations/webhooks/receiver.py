"""Another system that takes webhooks on this machine, and checks their signatures as the specification says."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Receiver:
    """`answers`: (status, body) to give before the good ones, oldest first."""

    port: int = 0
    answers: list[tuple[int, str]] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]

    def verified(self, place: int, secret: str) -> bool:
        """Whether one of the signatures of a request is right; worked out here, not by the product."""
        headers, body = self.got[place]
        said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        right = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
        return f"v1,{right}" in headers["webhook-signature"].split(" ")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        original = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        headers["webhook-signature"] = {k.lower(): v for k, v in original.items()}.get("webhook-signature", "")
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.got.append((headers, body))
        status, text = self.answers.pop(0) if self.answers else (200, "ok")
        payload = text.encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(payload)}\r\nconnection: close\r\n\r\n".encode())
        writer.write(payload)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
