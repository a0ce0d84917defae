"""Deadlines that fall due: the product's sweep by four workers against one statement for all; the sweep under SIGKILL.

A million running deadlines, a fifth of them due. The work is the same on both sides: the deadline is marked, and the
message to the job that takes its steps is in the outbox. One statement does it for all of them in one transaction; the
product's sweep takes batches in four processes that pass over each other's rows, each batch in a transaction with its
signed tenancy. Rounds take turns on the same rows, brought back between them. Then the four workers are killed again
and again in the middle of their batches until nothing is due: `lost` are deadlines without a message, `doubled`
messages too many.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import statistics
import time
from multiprocessing.context import ForkServerProcess
from multiprocessing.pool import Pool

import psycopg

from kernel.ids import NIL
from kernel.work import open_work
from supervision.escalation import service as escalation
from tests.bench._database import Place, durable

WORKERS = 4
ORGANS = 1_000
DEADLINES = """
insert into deadline (city_id, organ_id, id, bound_id, subject_kind, subject_id, title, rule_key, rulebook_key, amount,
    unit, source, article, start_event, started_on, due_on, provisional, shifted, calendar_version, state, extended,
    round, ladder, wake_on, history, row_version)
select %(city)s, md5('o' || n %% %(organs)s)::uuid, md5('d' || n)::uuid, md5('b' || n %% 97)::uuid, 'instrument',
    md5('s' || n)::uuid, '书面报告处理情况', 'instrument.answer.urging_letter', 'xuchang-2024-draft', 10, 'working_day',
    'default', '19', '督办函送达', current_date - 20, due, false, false, '', 'running', false, 1, true, due + 1, '[]', 1
from (select n, current_date + case when n %% %(share)s = 0 then -1 - n %% 9 else 1 + n %% 60 end as due
      from generate_series(1, %(number)s) n) as numbers
"""
BUSY = (
    "select count(*) from pg_stat_activity where state = 'active' and query like '%hand_over%' and"
    " pid <> pg_backend_pid()"
)


def run(*, quick: bool) -> dict[str, object]:
    """`ratio_to_statement` is the median of the rounds' ratios."""
    number, share, rounds = (100_000, 5, 3) if quick else (1_000_000, 5, 5)
    with durable() as place, psycopg.connect(place.owner, autocommit=True) as owner:
        owner.execute(DEADLINES, {"city": place.city_id, "organs": ORGANS, "share": share, "number": number})
        due = number // share
        context = multiprocessing.get_context("spawn")
        rates: dict[str, list[float]] = {"statement": [], "sweep": []}
        with context.Pool(WORKERS) as pool:
            pool.starmap(_sweep, [(place,)] * WORKERS, chunksize=1)
            for turn in range(rounds):
                for side in sorted(rates, reverse=bool(turn % 2)):
                    _bring_back(owner)
                    rates[side].append(due / (_statement(place, due) if side == "statement" else _all(pool, place)))
                    assert _messages(owner) == (due, due), side
        _bring_back(owner)
        kills = _killed(place, due)
        sent, distinct = _messages(owner)
        return {
            "deadlines": number,
            "due": due,
            "workers": WORKERS,
            "batch": escalation.BATCH,
            "ratio_to_statement": round(
                statistics.median(a / b for a, b in zip(rates["sweep"], rates["statement"], strict=True)), 3
            ),
            "sweep_per_s": round(statistics.median(rates["sweep"])),
            "statement_per_s": round(statistics.median(rates["statement"])),
            "kills": kills,
            "lost": due - distinct,
            "doubled": sent - distinct,
        }


def _bring_back(owner: psycopg.Connection[tuple[object, ...]]) -> None:
    """Every row as it was made, and as compact."""
    owner.execute("truncate outbox_message")
    owner.execute("update deadline set wake_on = due_on + 1 where wake_on <> due_on + 1")
    owner.execute("vacuum (analyze) deadline")
    owner.execute("checkpoint")


def _messages(owner: psycopg.Connection[tuple[object, ...]]) -> tuple[int, int]:
    """Messages to the job, and the deadlines that they name."""
    query = "select count(*), count(distinct payload->>'deadline_id') from outbox_message where job = 'deadline_step'"
    row = owner.execute(query).fetchone()
    assert row is not None
    return int(str(row[0])), int(str(row[1]))


def _statement(place: Place, due: int) -> float:
    """Seconds of one statement that hands over everything."""
    return asyncio.run(_one(place, due))


async def _one(place: Place, due: int) -> float:
    from supervision.deadlines import service as deadlines

    database = place.database()
    async with database.engine.connect():
        pass
    began = time.monotonic()
    async with open_work(database, city_id=place.city_id, organ_id=NIL) as work:
        assert await deadlines.hand_over_due(work, due + 1) == due
    seconds = time.monotonic() - began
    await database.engine.dispose()
    return seconds


def _all(pool: Pool, place: Place) -> float:
    """Seconds from the first worker's start to the last one's end."""
    spans = pool.starmap(_sweep, [(place,)] * WORKERS, chunksize=1)
    return max(end for _, end in spans) - min(start for start, _ in spans)


def _sweep(place: Place) -> tuple[float, float]:
    return asyncio.run(_until_nothing_is_due(place))


async def _until_nothing_is_due(place: Place) -> tuple[float, float]:
    database = place.database(pool_size=1)
    async with database.engine.connect():
        pass
    began = time.monotonic()
    handed = 1
    while handed:
        async with open_work(database, city_id=place.city_id, organ_id=NIL) as work:
            handed = await escalation.sweep(work)
    ended = time.monotonic()
    await database.engine.dispose()
    return began, ended


def _killed(place: Place, due: int) -> int:
    """Sweep everything with workers that are killed as they work; returns how many kills it took."""
    # Forked from a process that has loaded the code: a worker that is killed at once would do nothing but load it.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    chance, kills = random.Random(7), 0
    workers: list[ForkServerProcess] = []
    with psycopg.connect(place.owner, autocommit=True) as owner:
        while _messages(owner)[1] < due:
            while len(workers) < WORKERS:
                workers.append(context.Process(target=_sweep_slowly, args=(place, chance.random())))
                workers[-1].start()
            for _ in range(200):
                row = owner.execute(BUSY).fetchone()
                if row is not None and row[0]:
                    break
                time.sleep(0.01)
            victim = workers.pop(chance.randrange(len(workers)))
            alive = victim.is_alive()
            victim.kill()
            victim.join()
            kills += alive
    for worker in workers:
        worker.kill()
        worker.join()
    return kills


def _sweep_slowly(place: Place, pause: float) -> None:
    """Batches of a hundredth of all, so that many kills fall into many batches."""
    escalation.BATCH = 200
    time.sleep(pause / 10)
    _sweep(place)
