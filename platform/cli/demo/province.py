"""Where the demo's simulated province listens, and the key that it shares with the demo's link."""

from __future__ import annotations

import zlib
from typing import Final

from kernel import settings

HOST: Final = "127.0.0.1"
KEY_NAME: Final = "demo-province"
FIRST, PORTS = 18_000, 2_000


def shared_key() -> str:
    return settings.load().secret(KEY_NAME).hex()


def province_port() -> int:
    """The same at every start of a home, because the link's address stays."""
    return FIRST + zlib.crc32(str(settings.load().home_path).encode()) % PORTS
