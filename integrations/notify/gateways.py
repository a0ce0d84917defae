"""Handing a text over: SMTP, a generic HTTP gateway for SMS and government messaging, and the demo's own.

A hand-over cannot be undone. So it happens at least once: a worker that dies between the gateway's receipt and the
settlement has it sent again, with the same id, by which mail programs and gateways tell the copy.
"""

from __future__ import annotations

import asyncio
import json
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import httpx

from integrations.links.http import bounded, client
from integrations.links.rules import is_loopback
from integrations.notify.errors import GatewayDown, GatewayRefused
from integrations.notify.rules import CHANNELS
from kernel.clock import system_now
from kernel.settings import Settings

SECONDS: Final = 15.0
TOTAL_SECONDS: Final = 60.0
"""For an answer that trickles."""
LARGEST_ANSWER: Final = 65_536


@dataclass(frozen=True, slots=True)
class Letter:
    """One text on its way; `id` stays the same at every try."""

    id: UUID
    channel: str
    address: str
    subject: str
    text: str


class Gateway(Protocol):
    """Takes texts of one channel. `hand_over` returns what it calls the text (its receipt); it raises GatewayDown when
    another try may succeed and GatewayRefused when none will."""

    @property
    def name(self) -> str: ...

    async def hand_over(self, letter: Letter) -> str: ...


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server: smtp:// (STARTTLS, which only a server on this machine may lack) or smtps://."""

    url: str
    sender: str

    @property
    def name(self) -> str:
        return f"SMTP {urlsplit(self.url).hostname}"

    async def hand_over(self, letter: Letter) -> str:
        return await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> str:
        try:
            with self._connected() as server:
                code, _ = server.mail(self.sender)
                _judge(code, b"MAIL")
                _judge(*server.rcpt(letter.address))
                code, said = server.data(self._message(letter).as_bytes())
                _judge(code, said)
                return said.decode("utf-8", "replace")[:200]
        except (smtplib.SMTPException, OSError) as error:
            raise GatewayDown(f"{type(error).__name__}: {error}"[:300]) from error

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        tls = ssl.create_default_context()
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=tls)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls") or not is_loopback(host):
                server.starttls(context=tls)
        server.ehlo_or_helo_if_needed()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        made = EmailMessage()
        made["From"] = f"准绳行政执法监督系统 <{self.sender}>"
        made["To"] = letter.address
        made["Subject"] = letter.subject
        made["Date"] = format_datetime(system_now())
        made["Message-ID"] = f"<{letter.id}@{self.sender.rpartition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(letter.text)
        return made


def _judge(code: int, said: bytes) -> None:
    """Raises by what the server answered: 4xx passes, 5xx does not."""
    text = f"{code} {said.decode('utf-8', 'replace')}"[:300]
    if code >= 500:
        raise GatewayRefused(text)
    if code >= 400:
        raise GatewayDown(text)


@dataclass(frozen=True, slots=True)
class Http:
    """A gateway that takes POST {id, to, subject, text} under a bearer token and answers 2xx with {"id": …}
    (docs/notices.md); for another interface a small adapter is put in front of it, or written beside this class."""

    channel: str
    url: str
    token: str
    loopback: bool

    @property
    def name(self) -> str:
        return f"{CHANNELS[self.channel]}网关 {urlsplit(self.url).hostname}"

    async def hand_over(self, letter: Letter) -> str:
        content = {"id": str(letter.id), "to": letter.address, "subject": letter.subject, "text": letter.text}
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": str(letter.id)}
        try:
            async with (
                asyncio.timeout(TOTAL_SECONDS),
                client(self.url, seconds=SECONDS, loopback=self.loopback) as http,
                http.stream("POST", self.url, json=content, headers=headers) as answer,
            ):
                body = await bounded(answer, LARGEST_ANSWER)
        except (httpx.HTTPError, TimeoutError) as error:
            raise GatewayDown(f"{type(error).__name__}: {error}"[:300]) from error
        said = body.decode("utf-8", "replace")[:300]
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
            raise GatewayDown(f"{answer.status_code} {said}")
        if answer.status_code >= 300:
            raise GatewayRefused(f"{answer.status_code} {said}")
        return _receipt(said)


def _receipt(said: str) -> str:
    """What the gateway calls the text; its whole answer where that is no object with an id."""
    try:
        found = json.loads(said)
    except ValueError:
        return said[:200]
    return str(found.get("id", said))[:200] if isinstance(found, dict) else said[:200]


@dataclass(frozen=True, slots=True)
class Demo:
    """Takes everything and sends nothing: the log of the channel shows what would have gone out, marked 演示."""

    channel: str
    name: str = "演示渠道（不发送）"

    async def hand_over(self, letter: Letter) -> str:
        return f"演示-{letter.id.hex[-12:]}"


def gateway(channel: str, known: Settings) -> Gateway | None:
    """What takes the texts of a channel in this installation; None: the channel is not set up."""
    if channel == "email" and known.smtp_url:
        return Smtp(known.smtp_url, known.mail_from or "noreply@localhost")
    urls = {"sms": (known.sms_url, known.sms_token), "message": (known.message_url, known.message_token)}
    url, token = urls.get(channel, ("", ""))
    if url:
        return Http(channel, url, token, loopback=known.demo_mode)
    return Demo(channel) if known.demo_mode else None
