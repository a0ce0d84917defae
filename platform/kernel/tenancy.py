"""Signed tenancy: who the transaction speaks for, in a form that the database can check and nobody can forge.

The setting ``zs.tenancy`` holds ``city|organ|expiry|mac``. The mac is HMAC-SHA-256 under a key that the
application process holds and that the application's database role cannot read; the policies read the setting
through ``guard.tenant()``, which returns NULL for anything forged or expired, so that even an SQL injection
cannot become another tenant.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from uuid import UUID

LIFETIME_SECONDS = 900
"""Longer than any transaction may run, short enough that a leaked value is soon worthless."""

VISITOR = UUID(int=1)
"""Tenancy of a reader who has not logged in: sees reference data only."""


@dataclass(frozen=True, slots=True)
class TenancySigner:
    """Signs tenancies with the installation's key."""

    key: bytes

    def sign(self, city_id: UUID, organ_id: UUID, *, now: float | None = None) -> str:
        expiry = int((time.time() if now is None else now) + LIFETIME_SECONDS)
        body = f"{city_id}|{organ_id}|{expiry}"
        mac = hmac.new(self.key, body.encode(), hashlib.sha256).hexdigest()
        return f"{body}|{mac}"


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer blocks of HMAC-SHA-256, which the database keeps instead of the key itself."""
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
