"""A link opened for use, and what an exchange leaves behind on it: the breaker, the last success, the last error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from integrations.links import repository
from integrations.links.models import Link
from integrations.links.rules import Breaker
from integrations.links.signing import Keys
from kernel.clock import system_now
from kernel.vault import vault
from kernel.work import Work


@dataclass(frozen=True, slots=True)
class Connected:
    """A link with its keys, for the code that talks to the other side. Never shown, never logged."""

    id: UUID
    kind: str
    name: str
    address: str
    keys: Keys
    settings: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Connected({self.kind} {self.id})"


def connected(row: Link) -> Connected:
    return Connected(row.id, row.kind, row.name, row.address, opened(row.secret_cipher), row.settings)


def opened(cipher: bytes) -> Keys:
    return msgspec.json.decode(vault().open(cipher), type=Keys)


def sealed(keys: Keys) -> bytes:
    return vault().seal(msgspec.json.encode(keys).decode())


async def succeeded(work: Work, link_id: UUID) -> None:
    """An exchange went well: the breaker closes."""
    await repository.set_link(work, link_id, {"failures": 0, "open_until": None, "last_success_at": work.now})


async def failed(work: Work, link_id: UUID, error: str) -> None:
    """An exchange failed: counted; FAILURES of them one after the other open the breaker for a while."""
    row = await repository.link(work, link_id)
    if row is None:
        return
    after = Breaker(row.failures, row.open_until).failed(system_now())
    values = {"failures": after.failures, "open_until": after.open_until}
    await repository.set_link(work, link_id, values | {"last_error": error[:500], "last_error_at": work.now})
