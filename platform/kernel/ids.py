"""Identifiers: UUIDv7 made in Python, so that every supported PostgreSQL gives the same order and locality."""

from __future__ import annotations

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A new UUIDv7: sorts by creation time to the millisecond."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def new_hex() -> str:
    """`new_id` as 32 hexadecimal digits, for bulk: making the UUID costs more than making its number."""
    made: str = uuid_utils.uuid7().hex
    return made


NIL = UUID(int=0)
"""The organ id of the system tenancy, which alone may write reference data."""
