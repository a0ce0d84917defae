"""The demo city's casework: clues and matters in every stage, played through the services (cli.demo.stage).

All persons and incidents are invented. Days are working days before the day of the first start.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from cli.console import warn
from cli.demo import clock
from cli.demo.clue_cases import clue_cases
from cli.demo.matter_cases import matter_cases
from cli.demo.report_cases import report_cases
from cli.demo.stage import Case, Stage
from cli.seed import set_version
from kernel.ids import NIL
from kernel.work import Database, open_work

STAMP = "demo_cases"
"""Row of reference_version: the cases were played to their end."""


def all_cases(stage: Stage) -> Iterator[Case]:
    yield from matter_cases(stage)
    yield from report_cases(stage)
    yield from clue_cases(stage)


async def load_cases(database: Database, city_id: UUID) -> int:
    """Play the demo cases once for each database. Returns their number, 0 when they are there.

    Played halfway (the start was killed) they stay as they are, because nothing can be taken back.
    """
    from supervision.clues.models import Clue

    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        if STAMP in work.versions:
            return 0
    stage = await Stage.open(database, city_id)
    async with open_work(database, city_id=city_id, organ_id=stage.people["chen"].organ_id) as work:
        begun = await work.session.scalar(select(func.count()).select_from(Clue))
    if begun:
        warn("an earlier start was interrupted: the demo cases are incomplete; remove the home folder for new ones")
        await clock.set_shift(database, city_id, timedelta())
    number = 0 if begun else await stage.play(all_cases(stage))
    await set_version(database, city_id, STAMP, 1)
    return number
