"""Figures rolled up: the city's report from counters against GROUP BY, corrections against a refreshed view.

Facts of 1,000 organs in a tree of four levels, 24 indicators, 12 months, counted by the product's own triggers, fold
and dated tree; the source of the bench is a plain table of facts, made a source in the way of any other. The report of
the city is read as the city, under its signed tenancy, by the statement that the product reads with, after a fold and
once more while the deltas of a thousand corrections wait. The peers: one sequential scan of the facts, GROUP BY over
them along the tree, a materialised view of all nodes that is refreshed. Writes: clients that commit single facts, with
and without the triggers, in turns.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from kernel.ids import NIL
from kernel.work import Work, open_work
from migrations import figures as made
from reporting.figures import repository
from reporting.figures.keeping import BATCH
from reporting.figures.links import BEGINNING, FOREVER, Link
from tests.bench._database import Place, durable

ORGANS, INDICATORS, CLIENTS = 1_000, 24, 4
CODES = [f"bench.{n:02d}" for n in range(INDICATORS)]
YEAR = (202601, 202612)
RULE = "SELECT r.organ_id, r.indicator, '', r.day, r.amount"
TABLE = """
create table public.bench_fact (city_id uuid not null, id bigint generated always as identity, organ_id uuid not null,
    indicator text not null, day date not null, amount bigint not null, title text not null, primary key (city_id, id))
"""
ROWS = """
insert into public.bench_fact (city_id, organ_id, indicator, day, amount, title)
select %(city)s, ('00000000-0000-0000-0001-' || lpad((n %% %(organs)s)::text, 12, '0'))::uuid,
    'bench.' || lpad(((n / %(organs)s) %% %(codes)s)::text, 2, '0'), date '2026-01-01' + (n * 31 / 7 %% 365)::int,
    1 + n %% 3, '扣押物品期满未作处理决定，当事人多次反映' || n
from generate_series(1, %(rows)s::bigint) as n
"""
ALONG = """
from public.bench_fact f join (
    select ancestor_id, organ_id from public.figure_link where reach = 'tree'
    union all select organ_id, organ_id from public.figure_scope) l on l.organ_id = f.organ_id
"""
MONTH = "extract(year from f.day)::int * 100 + extract(month from f.day)::int"
REPORT = f"select f.indicator, {MONTH}, sum(f.amount) {ALONG} where l.ancestor_id = %s group by 1, 2"
VIEW = (
    f"create materialized view public.bench_view as select l.ancestor_id, f.indicator, {MONTH} as month,"
    f" sum(f.amount) as amount {ALONG} group by 1, 2, 3"
)
READ = repository.TOTALS.sql


def organ(n: int) -> UUID:
    return UUID(f"00000000-0000-0000-0001-{n:012d}")


def ancestors(n: int) -> list[int]:
    """City 0, counties 1-10, departments and townships 11-120, bodies below them."""
    found: list[int] = []
    while n:
        n = 0 if n <= 10 else 1 + n % 10 if n <= 120 else 11 + n % 110
        found.append(n)
    return found


def run(*, quick: bool) -> dict[str, object]:
    """Ratios of medians; `wrong_cells` over every organ, level, month and indicator at the end. Corrections are exact
    when they are committed and the report is read with their deltas; the fold that follows is given beside."""
    rows, seconds, rounds = (500_000, 1.5, 3) if quick else (5_000_000, 5.0, 5)
    with durable() as place, psycopg.connect(place.owner, autocommit=True) as owner:
        _facts(owner, place, rows)
        ratio, writes = _writes(owner, place, seconds, rounds)
        asyncio.run(_fold_all(place))
        owner.execute("vacuum (analyze)")
        scan = _median(lambda: owner.execute("select count(*), sum(amount) from public.bench_fact").fetchall(), 3)
        grouped = _median(lambda: owner.execute(REPORT, [organ(0)]).fetchall(), 3)
        owner.execute(VIEW)
        refresh = _median(lambda: owner.execute("refresh materialized view public.bench_view"), 3)
        corrections, fold = zip(*[_corrected(owner, place, n) for n in range(rounds)], strict=True)
        read = _report(place)
        _correct(owner, place, rounds)
        waiting = _report(place)
        wrong = asyncio.run(_wrong(place))
        exact = statistics.median(corrections) + waiting
        cells = owner.execute("select count(*) from public.figure_counter").fetchone()
        assert cells is not None
        return {
            "facts": rows,
            "organs": ORGANS,
            "indicators": INDICATORS,
            "counters": cells[0],
            "read_ms": round(read * 1000, 3),
            "read_waiting_ms": round(waiting * 1000, 3),
            "groupby_ms": round(grouped * 1000, 1),
            "scan_ms": round(scan * 1000, 1),
            "refresh_ms": round(refresh * 1000, 1),
            "corrections_ms": round(exact * 1000, 1),
            "fold_ms": round(statistics.median(fold) * 1000, 1),
            "read_to_groupby": round(read / grouped, 7),
            "read_to_scan": round(read / scan, 7),
            "corrections_to_refresh": round(exact / refresh, 5),
            "write_ratio": ratio,
            "writes_per_s": writes,
            "wrong_cells": wrong,
        }


def _facts(owner: psycopg.Connection[Any], place: Place, rows: int) -> None:
    """The facts, the tree, and the product's counting over them."""
    owner.execute(TABLE)
    values = {"city": place.city_id, "organs": ORGANS, "codes": INDICATORS, "rows": rows}
    owner.execute(ROWS, values)
    owner.execute("vacuum (analyze) public.bench_fact")
    definer, app = [
        owner.execute("select rolname from pg_roles where rolname like %s", [f"%{part}"]).fetchall()[0][0]
        for part in ("_definer", "_app")
    ]
    owner.execute(f"grant select on public.bench_fact to {definer}".encode())
    for function in made.functions("bench_fact", RULE):
        owner.execute(function.encode())
    for name in ("changed", "facts"):
        owner.execute(f"alter function guard.figure_bench_fact_{name}() owner to {definer}".encode())
    owner.execute(f"grant execute on function guard.figure_bench_fact_facts() to {app}".encode())
    for trigger in made.triggers("bench_fact"):
        owner.execute(trigger.encode())
    owner.execute(made.present("bench_fact", RULE).encode())
    asyncio.run(_tree(place))


async def _tree(place: Place) -> None:
    links = [Link("tree", organ(a), organ(n), BEGINNING, FOREVER) for n in range(ORGANS) for a in ancestors(n)]
    await _as_system(place, lambda work: repository.relink(work, links, [(organ(0), organ(n)) for n in range(ORGANS)]))


async def _fold_all(place: Place) -> None:
    while await _as_system(place, lambda work: repository.fold(work, BATCH)):
        pass


async def _as_system(place: Place, act: Callable[[Work], Any]) -> Any:
    database = place.database(pool_size=1)
    try:
        async with open_work(database, city_id=place.city_id, organ_id=NIL) as work:
            return await act(work)
    finally:
        await database.engine.dispose()


def _median(act: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _corrected(owner: psycopg.Connection[Any], place: Place, turn: int) -> tuple[float, float]:
    """Seconds until every reader's figures are exact after corrections, and seconds of the fold that follows."""
    return _correct(owner, place, turn), asyncio.run(_folded(place))


def _correct(owner: psycopg.Connection[Any], place: Place, turn: int) -> float:
    """A thousand corrections in one transaction: 500 moved or changed, 250 deleted, 250 that come late."""
    chance = random.Random(turn)
    top = owner.execute("select max(id) from public.bench_fact").fetchone()
    assert top is not None
    ids = chance.sample(range(1, int(top[0])), 750)
    move = [(organ(chance.randrange(ORGANS)), chance.choice(CODES), i) for i in ids[:500]]
    late = [(organ(chance.randrange(ORGANS)), chance.choice(CODES), 1 + n % 12) for n in range(250)]
    began = time.perf_counter()
    with owner.transaction():
        owner.execute(
            "update public.bench_fact f set organ_id = x.organ, indicator = x.code, amount = f.amount + 1"
            " from unnest(%s::uuid[], %s::text[], %s::bigint[]) as x(organ, code, id)"
            " where f.city_id = %s and f.id = x.id",
            [*map(list, zip(*move, strict=True)), place.city_id],
        )
        owner.execute("delete from public.bench_fact where city_id = %s and id = any (%s)", [place.city_id, ids[500:]])
        owner.execute(
            "insert into public.bench_fact (city_id, organ_id, indicator, day, amount, title)"
            " select %s, x.organ, x.code, make_date(2026, x.month, 9), 1, '补报'"
            " from unnest(%s::uuid[], %s::text[], %s::int[]) as x(organ, code, month)",
            [place.city_id, *map(list, zip(*late, strict=True))],
        )
    return time.perf_counter() - began


async def _folded(place: Place) -> float:
    database = place.database(pool_size=1)
    async with open_work(database, city_id=place.city_id, organ_id=NIL) as work:
        await work.session.execute(text("select 1"))
    began = time.perf_counter()
    async with open_work(database, city_id=place.city_id, organ_id=NIL) as work:
        await repository.fold(work, BATCH)
    seconds = time.perf_counter() - began
    await database.engine.dispose()
    return seconds


def _report(place: Place) -> float:
    """Seconds of the city's report: 24 figures of a year out of 288 cells, read as the city by the application."""
    database = place.database(pool_size=1)
    values = {"organ": organ(0), "reach": "tree", "codes": CODES, "stocks": [], "first": YEAR[0], "last": YEAR[1]}
    taken = []
    with psycopg.connect(place.url.replace("+psycopg", ""), prepare_threshold=1) as reader:
        reader.execute("select set_config('zs.tenancy', %s, true)", [database.signer.sign(place.city_id, organ(0))])
        for _ in range(400):
            began = time.perf_counter()
            found = reader.execute(READ.encode(), values).fetchall()
            taken.append(time.perf_counter() - began)
            assert len(found) == INDICATORS
    return statistics.median(taken)


async def _wrong(place: Place) -> int:
    _, wrong = await _as_system(place, lambda work: repository.differing(work, ["bench_fact"]))
    return sum(1 for row in wrong if row["organ_id"] is not None)


def _writes(owner: psycopg.Connection[Any], place: Place, seconds: float, rounds: int) -> tuple[float, dict[str, int]]:
    """Single facts a second, each in a transaction of its own, with the triggers and without, in turns."""
    context = multiprocessing.get_context("spawn")
    rates: dict[str, list[float]] = {"with": [], "without": []}
    with context.Pool(CLIENTS) as pool:
        pool.starmap(_write, [(place, 0.2)] * CLIENTS)
        for turn in range(rounds):
            for side in sorted(rates, reverse=bool(turn % 2)):
                way = "enable" if side == "with" else "disable"
                owner.execute(f"alter table public.bench_fact {way} trigger user".encode())
                rates[side].append(sum(pool.starmap(_write, [(place, seconds)] * CLIENTS)) / seconds)
    owner.execute("alter table public.bench_fact enable trigger user")
    # What was written without triggers is in no figure: out with it, unseen by the triggers too.
    owner.execute("truncate public.figure_delta, public.figure_counter")
    owner.execute(made.present("bench_fact", RULE).encode())
    ratio = statistics.median(a / b for a, b in zip(rates["with"], rates["without"], strict=True))
    return round(ratio, 3), {side: round(statistics.median(found)) for side, found in rates.items()}


def _write(place: Place, seconds: float) -> int:
    chance, done = random.Random(), 0
    statement = (
        "insert into public.bench_fact (city_id, organ_id, indicator, day, amount, title)"
        " values (%s, %s, %s, '2026-06-01', 1, '当事人反映')"
    )
    with psycopg.connect(place.owner, autocommit=True, prepare_threshold=1) as client:
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            client.execute(statement, [place.city_id, organ(chance.randrange(ORGANS)), chance.choice(CODES)])
            done += 1
    return done
