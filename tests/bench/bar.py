"""Applications under the two-year bar against the same insert without the check; 10,000 bars run out in one job.

A hundred thousand persons in as many files, a tenth of them with a bar that ended yesterday. Four connections of the
application's role commit one application after another, each in a transaction with its signed tenancy, each for a
person of its own; on the other side the database does the same with the trigger switched off. Rounds take turns, the
rows are taken away between them. Then the job marks every bar that ran out, writes its record and tells the organs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from datetime import timedelta
from hashlib import md5
from multiprocessing.pool import Pool
from uuid import UUID

import psycopg

from kernel.clock import local_date, system_now
from kernel.ids import NIL
from kernel.work import open_work
from kernel.workdays import add_years
from supervision.licensing import service as licensing
from tests.bench._database import Place, durable

WORKERS = 4
ORGANS = 200
ORGAN = """
insert into organ (city_id, id, key, name, short_name, kind, level, leadership, business_lines, is_supervision_body,
    former_names)
select %(city)s, md5('o' || n)::uuid, 'o' || n, '单位' || n, '单位' || n, 'department', 'county', 'local', '{}', false,
    '{}'
from generate_series(0, %(organs)s - 1) n
"""
OFFICERS = """
insert into officer (city_id, organ_id, id, name, citizen_cipher, citizen_hash, citizen_mask, employment, title, areas,
    joined_on, row_version)
select %(city)s, md5('o' || n %% %(organs)s)::uuid, md5('f' || n)::uuid, '人员' || n, '', sha256(('p' || n)::bytea), '',
    'civil_service', '科员', '{}', '2020-01-01', 1
from generate_series(1, %(number)s) n
"""
BARS = """
insert into qualification_bar (city_id, organ_id, id, citizen_hash, person_name, holder_organ_id, decision_id,
    decision_number, effective_on, barred_until)
select %(city)s, md5('o' || n %% 20)::uuid, gen_random_uuid(), sha256(('p' || n)::bytea), '人员' || n,
    md5('o' || n %% %(organs)s)::uuid, gen_random_uuid(), '试', %(first)s, %(last)s
from generate_series(1, %(bars)s) n
"""
APPLICATION = """
insert into licence_application (city_id, organ_id, id, department_id, officer_id, officer_name, citizen_hash, kind,
    purpose, areas, state, applied_on, applied_by_name)
values (%(city)s, md5('o' || %(n)s %% %(organs)s)::uuid, gen_random_uuid(), md5('o0')::uuid,
    md5('f' || %(n)s)::uuid, '人员', sha256(('p' || %(n)s)::bytea), 'enforcement', 'first', '{}', 'applied',
    %(today)s, '经办人')
"""


def run(*, quick: bool) -> dict[str, object]:
    """`ratio_to_insert` is the median of the rounds' ratios."""
    number, bars, each, rounds = (20_000, 2_000, 400, 3) if quick else (100_000, 10_000, 2_000, 7)
    last = local_date(system_now()) - timedelta(days=1)
    with durable() as place, psycopg.connect(place.owner, autocommit=True) as owner:
        about = {"city": place.city_id, "organs": ORGANS, "number": number, "bars": bars}
        for statement in (ORGAN, OFFICERS, BARS):
            owner.execute(statement, about | {"first": add_years(last, -2), "last": add_years(add_years(last, -2), 2)})
        owner.execute("vacuum (analyze)")
        rates: dict[str, list[float]] = {"plain": [], "checked": []}
        with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
            _rate(pool, place, owner, 50, number, checked=True)
            for turn in range(rounds):
                for side in sorted(rates, reverse=bool(turn % 2)):
                    rates[side].append(_rate(pool, place, owner, each, number, checked=side == "checked"))
        ratios = [a / b for a, b in zip(rates["checked"], rates["plain"], strict=True)]
        return {
            "persons": number,
            "workers": WORKERS,
            "rounds": rounds,
            "ratio_to_insert": round(statistics.median(ratios), 3),
            "applications_per_s": round(statistics.median(rates["checked"])),
            "inserts_per_s": round(statistics.median(rates["plain"])),
            "bars": bars,
            "run_out_s": round(asyncio.run(_lift(place, bars)), 2),
            "left": _left(owner),
        }


def _rate(
    pool: Pool, place: Place, owner: psycopg.Connection[tuple[object, ...]], each: int, number: int, *, checked: bool
) -> float:
    """Applications per second of one round, every one for a person that has none."""
    owner.execute("truncate licence_application")
    way = "enable" if checked else "disable"
    owner.execute(f"alter table licence_application {way} trigger application_barred".encode())
    owner.execute("vacuum (analyze) qualification")
    owner.execute("checkpoint")
    share = number // WORKERS
    spans = pool.starmap(_apply, [(place, 1 + worker * share, each) for worker in range(WORKERS)], chunksize=1)
    return WORKERS * each / (max(end for _, end in spans) - min(start for start, _ in spans))


def _apply(place: Place, first: int, number: int) -> tuple[float, float]:
    """Commit applications of neighbouring persons; the clock runs from the first to the last commit."""
    database = place.database(pool_size=1)
    signer, today = database.signer, local_date(system_now())
    with psycopg.connect(place.url.replace("+psycopg", ""), prepare_threshold=1) as connection:
        began = time.monotonic()
        for n in range(first, first + number):
            organ = _organ(n)
            connection.execute("select set_config('zs.tenancy', %s, true)", (signer.sign(place.city_id, UUID(organ)),))
            connection.execute(APPLICATION, {"city": place.city_id, "organs": ORGANS, "n": n, "today": today})
            connection.commit()
        return began, time.monotonic()


def _organ(n: int) -> str:
    return md5(f"o{n % ORGANS}".encode(), usedforsecurity=False).hexdigest()


async def _lift(place: Place, bars: int) -> float:
    """Seconds of one run of the job over all bars, with its commit."""
    database = place.database()
    async with database.engine.connect():
        pass
    began = time.monotonic()
    async with open_work(database, city_id=place.city_id, organ_id=NIL) as work:
        assert await licensing.lift_bars(work) == bars
    seconds = time.monotonic() - began
    await database.engine.dispose()
    return seconds


def _left(owner: psycopg.Connection[tuple[object, ...]]) -> int:
    """Bars without a mark, records or notices that are missing: none."""
    row = owner.execute(
        "select (select count(*) from qualification_bar where lifted_on is null)"
        " + (select count(*) from qualification_bar) - (select count(*) from audit_entry where action = 'bar_ran_out')"
        " + (select count(*) from qualification_bar) - (select count(*) from notice)"
    ).fetchone()
    assert row is not None
    return int(str(row[0]))
