"""A million enforcement records from a file: end to end against the database's own INSERT … SELECT into the same table.

The file is JSON Lines: 1 % of its lines are wrong, 5 % are newer versions of acts further up. It is handed in by a
supervision body for the organs that it supervises and taken in by the product's own parts, each in its transaction,
in a process whose memory is looked at. Then the same file once more. The peer has the finished rows in a heap table
and puts them into a table with the same columns, checks and indexes, in one statement; the better of two runs counts.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from kernel.work import open_work
from supervision.records import service
from tests.bench._database import Place, durable
from tests.supervision.records.lines import penalty
from tests.world import World, fill_city

BODY = "建安区司法局"
ORGANS = ("建安区城市管理局", "建安区水利局", "建安区市场监管局", "尚集镇政府", "五女店镇政府")
KINDS_OF_LINE = 5_000
"""Different lines that the file repeats under ever new numbers."""
SUM = "select count(*), sum(hashtextextended(r::text, 0)::numeric) from public.enforcement_record r"


def run(*, quick: bool) -> dict[str, object]:
    """Rates in lines (rows) a second; `replay_changed`: 1 when the second time changed any byte of the table."""
    lines = 50_000 if quick else 1_000_000
    os.environ["ZHUNSHENG_MAX_UPLOAD_MB"] = "2000"
    try:
        with durable() as place, psycopg.connect(place.owner, autocommit=True) as owner:
            asyncio.run(fill_city(place.url))
            path = Path(os.environ["ZHUNSHENG_HOME"]) / "acts.jsonl"
            size = _write(path, asyncio.run(_names(place)), lines)
            first = _alone(place, path)
            before = owner.execute(SUM).fetchone()
            again = _alone(place, path)
            after = owner.execute(SUM).fetchone()
            rows, peer = _peer(owner)
            ours = lines / first["seconds"]
            return {
                "lines": lines,
                "megabytes": round(size / 1e6),
                "rows": rows,
                "quarantined": first["quarantined"],
                "lines_per_s": round(ours),
                "replay_per_s": round(lines / again["seconds"]),
                "insert_select_per_s": round(rows / peer),
                "ratio_to_insert_select": round(ours / (rows / peer), 3),
                "peak_mb": round(max(first["peak_mb"], again["peak_mb"])),
                "replay_accepted": again["accepted"],
                "replay_changed": int(before != after),
            }
    finally:
        os.environ.pop("ZHUNSHENG_MAX_UPLOAD_MB")


async def _names(place: Place) -> list[str]:
    world = World.open(place.url)
    try:
        tree = await world.directory()
        return [tree.name(await world.organ(name)) for name in ORGANS]
    finally:
        await world.close()


def _write(path: Path, organs: list[str], lines: int) -> int:
    """Lines by pattern: the number stands in place of a mark, so that a million of them are written in seconds."""
    patterns = []
    for n in range(KINDS_OF_LINE):
        line = penalty(n, organ_name=organs[n % len(organs)], external_id="@ID@", version=1)
        patterns.append(msgspec.json.encode(line))
    with path.open("wb", buffering=1 << 20) as file:
        for n in range(lines):
            raw = patterns[n % KINDS_OF_LINE]
            number = n
            if n % 20 == 19:
                number = n - KINDS_OF_LINE if n >= KINDS_OF_LINE else n - 10
                raw = patterns[number % KINDS_OF_LINE].replace(b'"version":1', b'"version":2', 1)
            if n % 100 == 50:
                raw = raw.replace(b'"fine_fen":', b'"fine_fen":-', 1)
            file.write(raw.replace(b"@ID@", b"A%08d" % number, 1) + b"\n")
    return path.stat().st_size


def _alone(place: Place, path: Path) -> dict[str, Any]:
    """An import in a process of its own, so that nothing but it is in its memory."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_import, place.url, path).result()


def _import(url: str, path: Path) -> dict[str, Any]:
    return asyncio.run(_taken(url, path))


async def _taken(url: str, path: Path) -> dict[str, Any]:
    world = World.open(url)
    try:
        await world.set_clock("2026-10-09 09:00")
        begun = time.perf_counter()
        async with world.work(BODY, "supervisor") as work:
            with path.open("rb") as handle:
                row = await service.begin_import(work, "own_system", path.name, handle)
        while await _part(world, row.organ_id, row.id):
            pass
        seconds = time.perf_counter() - begun
        async with world.work(BODY, "supervisor") as work:
            done = await service.import_state(work, row.id)
    finally:
        await world.close()
    assert done.state == "done", done
    service.forget_file(row.id)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": peak, "accepted": done.accepted, "quarantined": done.quarantined}


async def _part(world: World, organ_id: UUID, import_id: UUID) -> bool:
    async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
        return await service.continue_import(work, import_id)


def _peer(owner: psycopg.Connection[Any]) -> tuple[int, float]:
    owner.execute("create unlogged table public.bench_heap as select * from public.enforcement_record")
    owner.execute("vacuum (analyze) public.bench_heap")
    best, rows = float("inf"), 0
    for _ in range(2):
        owner.execute("drop table if exists public.bench_acts")
        owner.execute("create table public.bench_acts (like public.enforcement_record including all)")
        owner.execute("checkpoint")
        begun = time.perf_counter()
        rows = owner.execute("insert into public.bench_acts select * from public.bench_heap").rowcount
        best = min(best, time.perf_counter() - begun)
    return rows, best
