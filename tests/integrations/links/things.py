"""Links for tests, and carriers that do as they are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from integrations.links.models import Link, Parcel
from integrations.links.posting import Outcome
from integrations.links.signing import Keys, new_keys
from integrations.links.state import Connected, sealed
from kernel.ids import new_id
from tests.world import World

ORGAN = "许昌市司法局"


async def connect(
    world: World,
    kind: str = "provincial",
    *,
    organ: str = ORGAN,
    address: str = "http://127.0.0.1:9",
    keys: Keys | None = None,
    settings: dict[str, Any] | None = None,
) -> UUID:
    """A link of an organ, as its system administrator would have made it."""
    async with world.work(organ) as work:
        row = Link(
            city_id=work.city_id, id=new_id(), organ_id=work.organ_id, kind=kind, name=f"{kind}（测试）",
            address=address, suite=(keys or new_keys("hmac-sm3")).suite,
            secret_cipher=sealed(keys or new_keys("hmac-sm3")), settings=settings or {}, state="enabled", cursors={},
        )  # fmt: skip
        work.session.add(row)
    return row.id


class Obedient:
    """A carrier that asks a function what becomes of each batch."""

    def __init__(self, answer: Callable[[Sequence[Parcel]], Sequence[Outcome]], most: int = 500) -> None:
        self.answer = answer
        self.most = most
        self.carried: list[list[str]] = []

    async def carry(self, link: Connected, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        self.carried.append([parcel.key for parcel in parcels])
        return self.answer(parcels)


def received(parcels: Sequence[Parcel]) -> list[Outcome]:
    return [Outcome(parcel.key, "received", {"no": parcel.key}) for parcel in parcels]
