"""All rule models over a stock of enforcement records, outliers included, against one scan of the same table.

Penalties, licences, coercive measures and inspections of a hundred organs of one government, most of them in order,
some six in a hundred with a fault. The supervision body runs every model in the way of the nightly job: under its
signed tenancy, hits written with what they saw; then once more over the same stock, which finds the same and changes
nothing. The peer is one sequential scan of the same table by the same role, which looks at every row.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any
from uuid import UUID

import psycopg

from kernel.work import Database, open_work
from kernel.workdays import seed_days
from supervision.checks import repository, running
from tests.bench._database import Place, durable

ORGANS = 100
TREE = """
insert into organ (city_id, id, key, name, short_name, kind, level, parent_id, leadership, business_lines,
    is_supervision_body, former_names, established_on)
select %(city)s, ('00000000-0000-0000-0000-' || lpad((n + 1000)::text, 12, '0'))::uuid, 'o' || n,
    '单位' || n, '单位' || n, case n when 0 then 'government' else 'department' end, 'county',
    case when n > 0 then '00000000-0000-0000-0000-000000001000'::uuid end, 'government', '{}', n = 1, '{}', null
from generate_series(0, %(organs)s + 1) n
"""
DAYS = """
insert into calendar_day (day, is_workday, kind, name, source, confirmed) values (%s, %s, %s, %s, %s, %s)
"""
SCOPE = """
insert into scope (city_id, viewer_id, organ_id)
select %(city)s, '00000000-0000-0000-0000-000000001001', id from organ
"""
RECORDS = """
insert into enforcement_record (city_id, organ_id, id, kind, source, external_id, version, body_id, taken_at, acted_on,
    case_no, title, item_code, item_name, business_line, procedure, is_major, party_kind, party_name, party_uscc,
    party_hash, officer_certs, officers_count, clue_received_on, accepted_on, filed_on, approved_on, survey_ended_on,
    legal_review_on, legal_review_result, notice_served_on, discussed_on, executed_at, held_from, held_to, released_on,
    done_on, decided_on, served_on, delivered_on, due_on, paid_on, filed_up_on, published_on, closed_on, doc_no,
    hearing_right_told, result, follow_up, measure, inspection_kind, yearly_cap, fine_fen, proposed_fine_fen,
    penalty_kinds, basis, benchmark_code, tier, payee_account, quality, detail)
select %(city)s, ('00000000-0000-0000-0000-' || lpad((1002 + n %% %(organs)s)::text, 12, '0'))::uuid, gen_random_uuid(),
    k.kind, 'bench', n::text, 1, '00000000-0000-0000-0000-000000001001', now(), d.day + 45, '罚字〔2026〕' || n || '号',
    '未经许可占用城市道路经营案' || n, 'I' || n %% 40, '占道经营' || n %% 40, '',
    case when k.kind = 'penalty' then 'ordinary' else '' end, n %% 10 = 3, 'legal_person', '某某商贸有限公司' || n, '',
    sha256((n %% 20000)::text::bytea), array['1604' || n %% 500, '1604' || (n + 250) %% 500],
    case when n %% 97 = 5 then 1 else 2 end, d.day - 5,
    case when k.kind = 'licence' then d.day end, case when k.kind = 'penalty' then d.day end, d.day, d.day + 20,
    case when n %% 100 <> 13 then d.day + 25 end, 'passed', case when n %% 89 <> 4 then d.day + 28 end, d.day + 29,
    case when k.kind = 'coercion' then d.day + time '10:00' end, case when k.kind = 'coercion' then d.day end,
    case when k.kind = 'coercion' then d.day + 30 end,
    case when k.kind = 'coercion' then d.day + case when n %% 61 = 7 then 55 else 28 end end,
    case when k.kind = 'inspection' then d.day end,
    case when k.kind in ('penalty', 'licence') then d.day + case when k.kind = 'licence' then 20
        when n %% 67 = 9 then 111 else 40 end end,
    case when k.kind = 'penalty' then d.day + case when n %% 67 = 9 then 113 when n %% 71 = 8 then 60 else 44 end
         when k.kind = 'coercion' then d.day end,
    d.day + 25, d.day + 60, d.day + 55, d.day + 50,
    d.day + case k.kind when 'inspection' then 10 when 'licence' then 25 else 45 end
        + case when k.kind = 'penalty' and n %% 67 = 9 then 70 else 0 end,
    d.day + 130, '扣字' || n, true,
    case k.kind when 'inspection' then case when n %% 50 = 1 then 'failed' else 'passed' end
        when 'licence' then 'granted' else '' end,
    case when n %% 100 = 1 then 'none' else 'correct' end, case when k.kind = 'coercion' then 'seize' else '' end,
    case when k.kind = 'inspection' then 'daily' else '' end, 4,
    case when k.kind = 'penalty' then (800000 + (n * 7919) %% 400000) * case when n %% 211 = 3 then 6 else 1 end end,
    case when k.kind = 'penalty' then 5000000 end, case when k.kind = 'penalty' then array['fine'] else '{}' end,
    array['《城市道路管理条例》第四十二条'], '', 'ordinary', '财政非税专户', '{}', '{}'
from generate_series(1, %(rows)s::bigint) n
cross join lateral (select case when n %% 20 < 11 then 'penalty' when n %% 20 < 14 then 'licence' when n %% 20 < 16
    then 'coercion' else 'inspection' end as kind) k
cross join lateral (select date '2024-01-02' + ((n * 104729) %% 720)::int as day) d
"""
BENCHMARK = """
with made as (
    insert into benchmark (city_id, organ_id, id, name, issuer, version, in_force_on, row_count, sha256,
        imported_by_name, imported_at)
    values (%(city)s, '00000000-0000-0000-0000-000000001001', gen_random_uuid(), '基准', '单位', 1,
        '2020-01-01', 120, '', '', now()) returning *)
insert into benchmark_tier (city_id, organ_id, id, benchmark_id, line, item_code, item_name, basis, tier, code,
    party_kind, measure, min_fen, max_fen, min_inclusive, max_inclusive, law_min_fen, law_max_fen)
select b.city_id, b.organ_id, gen_random_uuid(), b.id, n * 3 + t.no, 'I' || n, '占道经营' || n, '', t.tier,
    'I' || n || '-' || t.no, '', 'fixed', t.low, t.high, true, true, 100000, 5000000
from made b cross join generate_series(0, 39) n
cross join (values (1, 'lighter', 100000, 500000), (2, 'ordinary', 500000, 2000000), (3, 'heavier', 2000000, 5000000))
    as t(no, tier, low, high)
"""
CERTIFICATES = """
with people as (
    insert into officer (city_id, organ_id, id, name, citizen_cipher, citizen_hash, citizen_mask, employment, title,
        areas, joined_on, row_version)
    select %(city)s, o.id, gen_random_uuid(), '人员', '', sha256((o.key || n)::bytea), '', 'civil_service', '', '{}',
        '2020-01-01', 1
    from organ o cross join generate_series(0, 499) n where o.key not in ('o0', 'o1') and n %% 100 = 0 returning *)
insert into certificate (city_id, organ_id, id, officer_id, citizen_hash, holder_name, kind, number, issuer_id, areas,
    issued_on, valid_from, valid_until, status, status_on, row_version)
select city_id, organ_id, gen_random_uuid(), id, citizen_hash, '', 'enforcement',
    '1604' || row_number() over (partition by organ_id order by id) * 100 - 100, organ_id, '{}', '2023-01-01',
    '2023-01-01', '2025-06-30', 'valid', '2023-01-01', 1
from people
"""
SCAN = "select count(*) from enforcement_record r where r.fine_fen < 0 or r.tier = 'none'"
BODY = UUID("00000000-0000-0000-0000-000000001001")


def run(*, quick: bool) -> dict[str, object]:
    """`scan_ratio` is the first run over all models ÷ one scan; `again_changed` rows that a second run wrote: none."""
    rows = 50_000 if quick else 1_000_000
    with durable() as place, psycopg.connect(place.owner, autocommit=True) as owner:
        _fill(owner, place, rows)
        return asyncio.run(_measure(place, owner, rows))


def _fill(owner: psycopg.Connection[Any], place: Place, rows: int) -> None:
    about = {"city": place.city_id, "organs": ORGANS, "rows": rows}
    with owner.cursor() as cursor:
        cursor.executemany(
            DAYS, [(d.day, d.is_workday, d.kind, d.name, d.source, d.confirmed) for d in seed_days(2018, 2027)]
        )
    for statement in (TREE, SCOPE, RECORDS, BENCHMARK, CERTIFICATES):
        owner.execute(statement.encode(), about)
    owner.execute("vacuum (analyze)")


async def _measure(place: Place, owner: psycopg.Connection[Any], rows: int) -> dict[str, object]:
    database = place.database()
    scans = [await _scan(database, place) for _ in range(5)]
    took, hits = await _run(database, place)
    written = _written(owner)
    again, same = await _run(database, place)
    found = owner.execute(
        "select count(*), count(distinct rule), count(*) filter (where rule = 'Q04'),"
        " count(*) filter (where row_version > 1) from check_hit"
    ).fetchone()
    assert found is not None
    await database.engine.dispose()
    scan = statistics.median(scans)
    return {
        "records": rows,
        "organs": ORGANS,
        "models_hit": found[1],
        "hits": found[0],
        "outliers": found[2],
        "seconds": round(took, 2),
        "records_per_s": round(rows / took),
        "scan_ms": round(scan * 1000, 1),
        "scan_ratio": round(took / scan, 1),
        "again_s": round(again, 2),
        "again_changed": found[3] + abs(same - hits) + abs(_written(owner) - written),
    }


def _written(owner: psycopg.Connection[Any]) -> int:
    row = owner.execute("select count(*) from check_hit").fetchone()
    assert row is not None
    return int(row[0])


async def _scan(database: Database, place: Place) -> float:
    async with open_work(database, city_id=place.city_id, organ_id=BODY) as work:
        await repository.prepare(work)
        connection = await work.session.connection()
        began = time.monotonic()
        await connection.exec_driver_sql(SCAN)
        return time.monotonic() - began


async def _run(database: Database, place: Place) -> tuple[float, int]:
    began = time.monotonic()
    async with open_work(database, city_id=place.city_id, organ_id=BODY) as work:
        hits = await running.run(work)
    return time.monotonic() - began, hits
