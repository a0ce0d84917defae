"""The HTTP client towards other systems: bounded in time and size, no redirects, nothing from the environment.

The address was checked when it was entered; where its name leads is checked at every connection, and the connection
goes to the very address that was checked.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable
from typing import Any

import anyio
import httpcore
import httpx

from integrations.links.rules import forbidden, is_loopback, literal

logging.getLogger("httpx").setLevel(logging.WARNING)
"""At INFO it logs every address with its query."""
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
CONNECTIONS = 10
LARGEST = 32 * 1024 * 1024
"""Bytes of an answer; what is longer is none of ours."""


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that a link may have."""

    def __init__(self, lawful: Callable[[str], bool]) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._may_call = lawful

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's own signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await self._inner.connect_tcp(
            await self._lawful(host, port), port, timeout, local_address, socket_options
        )

    async def _lawful(self, host: str, port: int) -> str:
        if literal(host) is not None:
            found = [host]
        else:
            try:
                infos = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError as error:
                raise httpcore.ConnectError(f"{host}: {error}") from error
            found = [str(info[4][0]) for info in infos]
        for address in found:
            if self._may_call(address):
                return address
        raise httpcore.ConnectError(f"{host} leads to an address that may not be called")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def client(
    address: str,
    *,
    seconds: float = TOTAL_SECONDS,
    loopback: bool = False,
    connections: int = CONNECTIONS,
    lawful: Callable[[str], bool] | None = None,
) -> httpx.AsyncClient:
    """A client of one system at `address`. The caller closes it (`async with`).

    It follows no redirect (a signed request must not end elsewhere) and reads no proxy or certificate setting of
    the process's environment. `loopback`: this machine may be called, for the demo's and the tests' simulators.
    `lawful`: another rule for the addresses that may be called, instead of `rules.forbidden`.
    """

    def usual(found: str) -> bool:
        return not forbidden(found) or (loopback and is_loopback(found))

    transport = httpx.AsyncHTTPTransport(trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=httpx.create_ssl_context(trust_env=False),
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=5.0,
        network_backend=_Checked(lawful or usual),
    )
    return httpx.AsyncClient(
        base_url=address,
        timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
        transport=transport,
        follow_redirects=False,
        trust_env=False,
    )


async def bounded(response: httpx.Response, largest: int = LARGEST) -> bytes:
    """The body of a streamed answer. Raises httpx.ReadError when it is larger than `largest`."""
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > largest:
            raise httpx.ReadError("the answer is too large")
        parts.append(part)
    return b"".join(parts)
