"""An import whose process is killed with SIGKILL, again and again: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from supervision.records import importing, service
from tests.stories import SUPERVISED
from tests.supervision.records.lines import jsonl, penalty
from tests.supervision.records.test_records_files import brought
from tests.world import World

pytestmark = pytest.mark.drill

LINES = 4_000
PART = 200
KILLS = 8
OURS = "{id,import_id,source,taken_at,created_at,party_cipher}"
"""Our own numbers and moments and the nonce of a seal, which differ from import to import."""


def _lines() -> bytes:
    """4 % newer versions of acts further up, 1 % wrong."""
    made: list[dict[str, Any]] = []
    for n in range(LINES):
        newer = n % 25 == 24
        number = n - 20 if newer else n
        made.append(penalty(number, version=2 if newer else 1, fine_fen=-1 if n % 100 == 50 else 5_000 + n))
    return jsonl(*made)


async def _begun(world: World, data: bytes, source: str, monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    return UUID(str((await brought(world, "x.jsonl", data, source)).id))


@contextmanager
def _process(world: World, organ_id: UUID, import_id: UUID) -> Iterator[subprocess.Popen[bytes]]:
    name = "tests.supervision.records.importer"
    command = [sys.executable, "-m", name, world.url, str(organ_id), str(import_id), str(PART)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


async def _ended(world: World, organ_id: UUID, import_id: UUID) -> tuple[str, int, int, int, int]:
    """Let an import run to its end; its state and counts."""
    with _process(world, organ_id, import_id) as process:
        await asyncio.to_thread(process.communicate)
    assert process.returncode == 0
    async with world.work(SUPERVISED, "legal_officer") as work:
        done = await service.import_state(work, import_id)
    service.forget_file(import_id)
    return done.state, done.read, done.accepted, done.stale, done.quarantined


async def _told(process: subprocess.Popen[bytes], words: int) -> None:
    """Wait until the process has said so many words."""
    assert process.stdout is not None
    for _ in range(words):
        if not await asyncio.to_thread(process.stdout.readline):
            return


async def _value(world: World, query: str) -> Any:
    async with world.work(SUPERVISED) as work:
        return (await work.session.execute(text(query))).scalar_one()


async def _register(world: World, source: str) -> tuple[str, int]:
    """What a source said, all of it in one hash, and how many records are there twice."""
    said = f"md5(string_agg((to_jsonb(r) - '{OURS}'::text[])::text, '|' order by r.external_id))"
    where = f"from enforcement_record r where r.source = '{source}'"
    doubled = await _value(world, f"select count(*) - count(distinct external_id) {where}")
    return str(await _value(world, f"select {said} {where}")), int(doubled)


async def _wrong_lines(world: World, import_id: UUID) -> list[int]:
    found = f"select array_agg(line order by line) from quarantined_record where import_id = '{import_id}'"
    return list(await _value(world, found))


async def test_an_import_killed_with_sigkill_loses_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight times the process that takes the file in is killed somewhere in a part. Register, counts and quarantine end
    up as after one undisturbed import of the same file."""
    data, chance = _lines(), random.Random(6)
    organ_id = await world.organ(SUPERVISED)
    killed = await _begun(world, data, "killed", monkeypatch)
    reached = []
    for _ in range(KILLS):
        with _process(world, organ_id, killed) as process:
            await _told(process, 1 + chance.randrange(2))
            await asyncio.sleep(chance.random() * 0.15)
        assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"
        reached.append(await _value(world, f"select line from record_import where id = '{killed}'"))
    assert all(line % PART == 0 for line in reached), "whole parts alone are kept"
    assert 0 < reached[-1] < LINES
    counts = await _ended(world, organ_id, killed)
    plain = await _begun(world, data, "undisturbed", monkeypatch)
    assert counts == await _ended(world, organ_id, plain)
    assert counts[:2] == ("done", LINES)
    register = await _register(world, "killed")
    assert register == await _register(world, "undisturbed")
    assert register[1] == 0
    assert await _wrong_lines(world, killed) == await _wrong_lines(world, plain) == list(range(51, LINES + 1, 100))
