"""One import in a process of its own: ``python -m tests.supervision.records.importer URL ORGAN IMPORT [LINES]``.

A drill kills it, so it runs outside pytest. It takes part by part, as the worker does, and says where each ended.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID

from kernel import settings
from kernel.db import engine_for
from kernel.tenancy import TenancySigner
from kernel.work import Database, open_work
from supervision.records import readers, service

LINES = 40
"""Lines of one chunk: a part has several, so that a kill hits its middle too."""


async def main(url: str, organ_id: UUID, import_id: UUID, part: int) -> None:
    known = settings.load()
    database = Database(engine_for(url, pool_size=2), TenancySigner(known.secret("tenancy")), demo=True)
    vars(readers)["CHUNK"] = LINES
    left = True
    print("ready", flush=True)
    while left:
        async with open_work(database, city_id=known.city_id, organ_id=organ_id) as work:
            left = await service.continue_import(work, import_id, part)
        print("part", flush=True)
    await database.engine.dispose()


if __name__ == "__main__":
    arguments: Sequence[str] = sys.argv[1:]
    asyncio.run(main(arguments[0], UUID(arguments[1]), UUID(arguments[2]), int(arguments[3])))
