"""The cost of passwords, for the test of the cost itself."""

from __future__ import annotations

import pytest

from tenants.staff import passwords
from tests.cheap import REAL


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords hashed and compared as dearly as the product does."""
    for name, value in REAL.items():
        monkeypatch.setattr(passwords, name, value)
