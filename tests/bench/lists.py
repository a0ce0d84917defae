"""Pages of 50 of a million matters under row-level security against the same query on its exact index without it.

Five classes of users read their lists through the product's own service; the statements that it sends are then timed
as the list of the API sends them, by the product's own driver: transaction and signed tenancy in one trip, statement
and commit in the other. The measure beside it is the best that there can be: a table that holds just what the reader
may see, without row-level security, with an index made for the one query, and no transaction around it. Both run in
turn on the same kind of connection, as the same role.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

import psycopg

from kernel.driver import ask, driver_of
from kernel.work import BEGIN_NOW
from supervision.matters import selection
from supervision.matters import service as matters
from supervision.matters.listing import MatterFilter
from tests.bench._database import Place, durable
from tests.bulk import COMMON, FULL, RARE, Bulk, fill
from tests.plans import Ran, big_tables, captured, explained
from tests.world import World, fill_city

QUICK: Final = 60_000
CLASSES: Final = {
    "city": ("市司法局", "supervisor", "all"),
    "county": ("建安区司法局", "supervisor", "all"),
    "line": ("市水利局", "supervisor", "all"),
    "department": ("建安区城市管理局", "organ_head", "own"),
    "government": ("建安区政府", "government_leader", "all"),
}
EMPTY: Final = ("建安区尚集司法所", "judicial_assistant", "all")
"""A scope without a single matter."""
PLAIN, SPARSE, SEARCH = "plain", "rare", "search"
COLUMNS: Final = ", ".join(column.key for column in selection.COLUMNS)
KEYS: Final = f"{COLUMNS}, live, search"
INDEXES: Final = (
    "create index on exact (next_due_on, id) where live and next_due_on is not null",
    "create index on exact (next_due_on, id)"
    " where live and next_due_on is not null and stage in ('to_decide', 'executing')",
    "create index on exact using gin (search) where live",
    "grant select on exact to public",
    "vacuum (analyze) exact",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One list of one reader, and the exact table, condition and index that stand for it."""

    name: str
    kind: str
    reader: tuple[str, str, str]
    filter: MatterFilter
    where: str
    index: str


def questions() -> list[Question]:
    found = []
    for name, reader in CLASSES.items():
        reach = cast(Any, reader[2])
        found.append(
            Question(name, PLAIN, reader, MatterFilter(reach=reach), "live and next_due_on is not null", "due")
        )
        found.append(
            Question(
                f"{name} reported",
                SPARSE,
                reader,
                MatterFilter(reach=reach, view="reported"),
                "live and next_due_on is not null and stage in ('to_decide', 'executing')",
                "reported",
            )
        )
        for word in (COMMON, RARE):
            terms = f"'{word}'"
            found.append(
                Question(
                    f"{name} {word}",
                    SEARCH,
                    reader,
                    MatterFilter(reach=reach, q=word),
                    f"live and next_due_on is not null and search @@ $q${terms}$q$::tsquery",
                    "search",
                )
            )
    found.append(Question("empty", SPARSE, EMPTY, MatterFilter(reach="all"), "live and next_due_on is not null", "due"))
    return found


def run(*, quick: bool) -> dict[str, object]:
    """`worst_ratio`: plain pages; `worst_rare_ratio`: rare stages and a reader without matters; `worst_search_ratio`:
    words of two characters. `worst_removed`: rows that the worst plan throws away; `seq_scans`: tables read whole."""
    os.environ["ZHUNSHENG_DEMO"] = "1"
    with durable() as place:
        return asyncio.run(_measured(place, QUICK if quick else FULL, repetitions=60 if quick else 300))


async def _measured(place: Place, size: int, repetitions: int) -> dict[str, object]:
    await fill_city(place.url)
    world = World.open(place.url)
    async with world.system() as work:
        today = work.today
    began = time.monotonic()
    counts = fill(place.owner, await world.directory(), Bulk(size, today))
    figures: dict[str, object] = {
        "matters": size,
        "rows": sum(counts.values()),
        "fill_s": round(time.monotonic() - began),
    }
    big = await big_tables(world.database.engine)
    ratios: dict[str, dict[str, float]] = {PLAIN: {}, SPARSE: {}, SEARCH: {}}
    details: dict[str, list[float]] = {}
    removed, scans = 0, 0
    for question in questions():
        ran, rows = await _asked(world, question)
        for one in ran:
            waste = await explained(world.database.engine, one, big)
            removed, scans = max(removed, waste.removed), scans + len(waste.scans)
        ours, exact = await _timed(place, world, question, ran, repetitions)
        ratios[question.kind][question.name] = ours / exact
        details[question.name] = [round(ours, 3), round(exact, 3), round(ours / exact, 2), rows]
    await world.close()
    return {
        **figures,
        "worst_ratio": round(max(ratios[PLAIN].values()), 2),
        "worst_rare_ratio": round(max(ratios[SPARSE].values()), 2),
        "worst_search_ratio": round(max(ratios[SEARCH].values()), 2),
        "worst_removed": removed,
        "seq_scans": scans,
        "ms_ours_exact_ratio_rows": details,
    }


async def _asked(world: World, question: Question) -> tuple[list[Ran], int]:
    """The statements on matters that the service sends for a page, and the rows of the page."""
    organ, role, _ = question.reader
    async with world.work(organ, role) as work:
        await matters.list_matters(work, question.filter)
    with captured(world.database.engine) as ran:
        async with world.work(organ, role) as work:
            page = await matters.list_matters(work, question.filter)
    # A short first phase is followed by the rows without an end: both are the page's cost, the exact query's one.
    return [one for one in ran if "matter" in one.sql and "post" not in one.sql], len(page.items)


async def _timed(
    place: Place, world: World, question: Question, ran: list[Ran], repetitions: int
) -> tuple[float, float]:
    """p50 in milliseconds of the product's way and of the exact query, taken in turn."""
    viewer = ran[0].tenancy.split("|")[1]
    scope = (
        "= %(organ)s" if question.reader[2] == "own" else "in (select organ_id from scope where viewer_id = %(organ)s)"
    )
    await asyncio.to_thread(_exact_table, place.owner, viewer, scope)
    query = f"select {COLUMNS} from exact where {question.where} order by next_due_on, id limit 51"
    ours, exact = [], []
    signed = world.database.signer.sign(world.city_id, UUID(viewer))
    async with world.database.engine.connect() as first, world.database.engine.connect() as second:
        bare = driver_of(second)
        await bare.set_autocommit(True)
        for _ in range(repetitions):
            at = time.perf_counter()
            await ask(first, BEGIN_NOW, (signed,), begin=True)
            for one in ran:
                await ask(first, one.sql, one.parameters, end=one is ran[-1])
            ours.append(time.perf_counter() - at)
            at = time.perf_counter()
            await (await bare.execute(query.encode(), prepare=True)).fetchall()
            exact.append(time.perf_counter() - at)
        await bare.set_autocommit(False)
    warm = repetitions // 5
    return statistics.median(ours[warm:]) * 1000, statistics.median(exact[warm:]) * 1000


def _exact_table(address: str, organ: str, scope: str) -> None:
    """`exact`: the reader's matters alone, with an index for each question."""
    made = f"create unlogged table exact as select {KEYS} from matter where organ_id {scope}".encode()
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute("drop table if exists exact")
        owner.execute(made, {"organ": organ})
        for statement in INDEXES:
            owner.execute(statement.encode())
