"""A mail server that keeps what it is given, and answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Sink:
    """`says`: verb → answers that come before the good one, oldest first."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    says: dict[str, list[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def _answer(self, verb: str, good: str) -> str:
        planned = self.says.get(verb)
        return planned.pop(0) if planned else good

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(text: str) -> None:
            writer.write(f"{text}\r\n".encode())

        say("220 sink")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "QUIT":
                say("221 bye")
                break
            answer = self._answer(verb, "354 go on" if verb == "DATA" else "250 OK")
            say(answer)
            if verb == "DATA" and answer.startswith("354"):
                body = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
                taken = self._answer("END", f"250 2.0.0 OK queued as {len(self.mails) + 1}")
                if taken.startswith("250"):
                    found = message_from_bytes(body, policy=policy.default)
                    assert isinstance(found, EmailMessage)
                    self.mails.append(found)
                say(taken)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    made = Sink()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
