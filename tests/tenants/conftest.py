"""Passwords here are hashed at the least cost: what is tested is how often they are compared, not how dearly."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from tenants.staff import passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def real_hashes() -> None:
    """Asked for by the test of the cost itself."""


@pytest.fixture(autouse=True)
def cheap_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "real_hashes" not in request.fixturenames:
        monkeypatch.setattr(passwords, "_HASHER", CHEAP)
        monkeypatch.setattr(passwords, "_DUMMY", CHEAP.hash("nobody knows"))
