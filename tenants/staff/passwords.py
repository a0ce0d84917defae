"""Passwords: argon2id through argon2-cffi, and the rule for new ones (等保三级 8.1.4.1)."""

from __future__ import annotations

import asyncio
import re

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kernel.errors import Invalid

MIN_LENGTH = 10
_HASHER = PasswordHasher()
_DUMMY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZS1maXhlZC1zYWx0$lxEEmW5ahn1YFWj7SqyhMDbDSDCR7QbFFh0Dp0RfUsw"
"""A hash of nothing anybody knows: an unknown account costs the same time as a wrong password."""


async def hash_password(password: str) -> str:
    """An argon2id hash. Runs in a thread, because it takes about 0.1 s and 64 MiB by design."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; with `stored` None the time is spent all the same and the answer is no."""

    def check() -> bool:
        try:
            _HASHER.verify(stored or _DUMMY, password)
        except (Argon2Error, InvalidHashError):
            return False
        return stored is not None

    return await asyncio.to_thread(check)


def check_new_password(password: str, username: str) -> None:
    """At least ten characters of three kinds, not the user name. Raises Invalid on field `password`."""
    kinds = sum(bool(re.search(p, password)) for p in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]"))
    if len(password) < MIN_LENGTH or kinds < 3 or username.lower() in password.lower():
        raise Invalid("密码至少 10 位，含大写字母、小写字母、数字、符号中的三种，且不包含账号。", field="password")
