"""`zhunsheng figures recount`: every figure of the city proved against the records, and put right if wanted."""

from __future__ import annotations

import asyncio

from cli.console import step, table
from cli.installation import Installation, opened
from kernel.ids import NIL
from kernel.work import Database, open_work
from reporting.figures import service as figures
from reporting.figures.views import CheckView

SHOWN = 20


def recount(*, repair: bool) -> int:
    """Exit status 1 when a figure differed, also when it was put right."""
    with opened() as installation, step("Figures against the records   核对统计数字"):
        wrong = asyncio.run(_recount(installation, repair=repair))
    if wrong:
        print(
            table([(f"{c.indicator} {c.slice}", f"{c.organ_id} {c.reach} {c.month}", _words(c)) for c in wrong[:SHOWN]])
        )
        print(f"  {len(wrong)} cells differ   不符 {len(wrong)} 项" + ("; put right   已更正" if repair else ""))
    return 1 if wrong else 0


def _words(cell: CheckView) -> str:
    return f"kept 统计 {cell.kept}, records 记录 {cell.counted}"


async def _recount(installation: Installation, *, repair: bool) -> list[CheckView]:
    async with installation.database() as database:
        return await _of(database, installation, repair=repair)


async def _of(database: Database, installation: Installation, *, repair: bool) -> list[CheckView]:
    city_id = installation.settings.city_id
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        wrong = await figures.recount(work, repair=repair)
    while repair and wrong:
        async with open_work(database, city_id=city_id, organ_id=NIL) as work:
            if not await figures.fold(work):
                break
    return wrong
