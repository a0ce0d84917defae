"""The HTTP client towards other systems: bounded in time and size, no redirects, nothing from the environment."""

from __future__ import annotations

import httpx

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
CONNECTIONS = 10


def client(address: str, *, seconds: float = TOTAL_SECONDS) -> httpx.AsyncClient:
    """A client of one system at `address`. The caller closes it (`async with`).

    It follows no redirect (a signed request must not end elsewhere) and reads no proxy or certificate setting of
    the process's environment.
    """
    return httpx.AsyncClient(
        base_url=address,
        timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
        limits=httpx.Limits(max_connections=CONNECTIONS),
        follow_redirects=False,
        trust_env=False,
    )
