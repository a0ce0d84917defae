"""The demo city's casework: clues and matters in every stage, played through the services (cli.demo.stage).

All persons and incidents are invented. Days are working days before the day of the first start.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from cli.demo.accountability_cases import accountability_cases
from cli.demo.annual_cases import annual_cases, january
from cli.demo.channel_cases import channel_cases
from cli.demo.check_cases import check_cases
from cli.demo.clue_cases import clue_cases
from cli.demo.connected_cases import connected_cases
from cli.demo.follow_up_cases import follow_up_cases
from cli.demo.licence_cases import licence_cases
from cli.demo.link_cases import link_cases
from cli.demo.matter_cases import matter_cases
from cli.demo.officer_cases import officer_cases
from cli.demo.record_cases import record_cases
from cli.demo.recusal_cases import recusal_cases
from cli.demo.report_cases import report_cases
from cli.demo.return_cases import return_cases
from cli.demo.stage import Case, Stage
from cli.seed import set_version
from kernel.clock import start_of_day
from kernel.ids import NIL
from kernel.work import Database, open_work
from supervision.desk import service as desk

STAMP = "demo_cases"
"""Row of reference_version: the cases were played to their end."""


def all_cases(stage: Stage) -> Iterator[Case]:
    yield from officer_cases(stage)
    yield from matter_cases(stage)
    yield from report_cases(stage)
    yield from recusal_cases(stage)
    yield from clue_cases(stage)
    yield from channel_cases(stage)
    yield from licence_cases(stage)
    yield from follow_up_cases(stage)
    yield from return_cases(stage)
    yield from accountability_cases(stage)
    yield from annual_cases(stage)
    yield from link_cases(stage)
    yield from record_cases(stage)
    yield from check_cases(stage)
    yield from connected_cases(stage)


async def load_cases(database: Database, city_id: UUID) -> int:
    """Play the demo cases once for each database. Returns their number, 0 when they are there.

    One transaction from the first clue to the mark that says so: a start that was killed in the middle left nothing,
    and the next one plays them again from the beginning.
    """
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        if STAMP in work.versions:
            return 0
    async with database.engine.begin() as connection:
        stage = await Stage.open(database, connection, city_id)
        await january(stage)
        number = await stage.play(all_cases(stage))
        await _read_the_bell(stage)
        await set_version(stage.database, city_id, STAMP, 1)
    return number


async def _read_the_bell(stage: Stage) -> None:
    """Somebody who was at work has read what came before the last working day: what is unread is what is new."""
    before = start_of_day(stage.day(1).date())
    for username in stage.people:
        async with stage.work(username) as work:
            await desk.mark_all_read(work, before=before)
