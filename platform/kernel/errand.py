"""What leads outside is no unit of work: it is claimed in one transaction and settled in another."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from kernel.work import Database, Work, open_work


@dataclass(frozen=True, slots=True)
class Errand:
    """A job that leads outside: it claims in one short transaction, exchanges while none is open, and settles in
    another, so that a slow partner holds up nobody. Its transactions are all in the name of one organ."""

    database: Database
    city_id: UUID
    organ_id: UUID
    request_id: str = ""

    def work(self) -> AbstractAsyncContextManager[Work]:
        """The next transaction; it commits when the block ends."""
        return open_work(self.database, city_id=self.city_id, organ_id=self.organ_id, request_id=self.request_id)
