"""How often somebody tried to log in, counted in the database under hashes, before any password is compared."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from kernel.work import Work

MAX_FAILURES = 5
LOCK_MINUTES = 30
FORGET_HOURS = 24
"""A count that led to no lock begins again after so long."""
ADDRESS_FAILURES = 30
ADDRESS_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Tries:
    """The count with the present try in it; `until` is the end of the lock or of the counted time."""

    failures: int
    until: datetime
    locked: bool


def name_key(city_id: UUID, organ_id: UUID, username: str) -> bytes:
    """Of a user name of an organ, however it is capitalised and whether or not an account bears it."""
    return _key(f"{city_id}|{organ_id}|{username.strip().lower()}")


def account_key(account_id: UUID) -> bytes:
    """Of an account whose own password is asked for again inside a session."""
    return _key(f"account|{account_id}")


def address_key(origin: str) -> bytes:
    """Of a client's address. One subscriber has a whole /64 of IPv6, so that the network is what counts."""
    try:
        address = ipaddress.ip_address(origin)
    except ValueError:
        return _key(f"address|{origin}")
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return _key(f"address|{ipaddress.ip_network((address, 64), strict=False)}")
    return _key(f"address|{getattr(address, 'ipv4_mapped', None) or address}")


def _key(text_: str) -> bytes:
    return hashlib.sha256(text_.encode()).digest()


async def count_name(work: Work, key: bytes) -> Tries:
    """Count a try under a name: the fifth locks the name for thirty minutes."""
    return await _count(work, key, MAX_FAILURES, FORGET_HOURS * 3600, LOCK_MINUTES * 60)


async def count_address(work: Work, key: bytes) -> Tries:
    """Count a try from an address, to be given back when it succeeds."""
    return await _count(work, key, ADDRESS_FAILURES, ADDRESS_MINUTES * 60, 0)


async def _count(work: Work, key: bytes, most: int, window: int, lock: int) -> Tries:
    row = (
        await work.session.execute(
            text("select * from guard.login_count(:key, :most, :window, :lock)"),
            {"key": key, "most": most, "window": window, "lock": lock},
        )
    ).one()
    return Tries(row.failures, row.until, row.locked)


async def refund(work: Work, key: bytes) -> None:
    """Take one try out of the count: it was a log-in."""
    await work.session.execute(text("select guard.login_refund(:key)"), {"key": key})


async def clear(work: Work, key: bytes) -> None:
    """Forget the count and the lock."""
    await work.session.execute(text("select guard.login_clear(:key)"), {"key": key})


async def locked(work: Work, keys: Collection[bytes]) -> dict[bytes, datetime]:
    """Which of the keys are locked, and until when."""
    rows = await work.session.execute(text("select * from guard.login_locked(:keys)"), {"keys": list(keys)})
    return {bytes(row.key): row.locked_until for row in rows}
