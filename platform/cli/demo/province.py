"""Where the demo's simulated province listens, with the hotline and the receiver of referrals beside it, and the keys
that they share with the demo's links."""

from __future__ import annotations

import zlib
from typing import Final

from kernel import settings

HOST: Final = "127.0.0.1"
KEY_NAME: Final = "demo-province"
HOTLINE, DISCIPLINE = "/hotline", "/discipline"
"""Below which the others answer."""
FIRST, PORTS = 18_000, 2_000


def shared_key(beside: str = "") -> str:
    """Of the province, or of HOTLINE or DISCIPLINE beside it."""
    return settings.load().secret(KEY_NAME + beside.replace("/", "-")).hex()


def province_port() -> int:
    """The same at every start of a home, because the link's address stays."""
    return FIRST + zlib.crc32(str(settings.load().home_path).encode()) % PORTS
