"""Passwords hashed at the least cost in the processes of the tests: a log-in there is a means, not the matter."""

from __future__ import annotations

from argon2 import PasswordHasher

from tenants.staff import passwords

REAL = {"_HASHER": passwords._HASHER, "_DUMMY": passwords._DUMMY}
"""What the product uses."""


def make_cheap() -> None:
    """Before the first password is hashed or compared."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._HASHER = cheap
    passwords._DUMMY = cheap.hash("nobody knows")
