"""The sealer killed twenty times while eight writers write: every committed entry is sealed once."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys

import psycopg
import pytest

from kernel.ids import new_id
from kernel.sealing import rows
from tests.audit.sealed import HERE, THERE, Trail

pytestmark = pytest.mark.drill
KILLS = 20
WRITERS = 8


async def _write(trail: Trail, number: int, stopping: asyncio.Event) -> int:
    """Transactions of one to four entries; some stay open for a while, some roll back. Returns what committed."""
    chance, written = random.Random(number), 0
    organ = await trail.world.organ(chance.choice([HERE, THERE]))
    url = trail.world.url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url) as connection:
        while not stopping.is_set():
            signed = trail.world.database.signer.sign(trail.world.city_id, organ)
            await connection.execute("select set_config('zs.tenancy', %s, true)", [signed])
            count = chance.randint(1, 4)
            for _ in range(count):
                await connection.execute(
                    "insert into audit_entry (city_id, organ_id, id, at, actor_name, action, title, subject_kind,"
                    " result, detail) values (%s, %s, %s, now(), '试', 'drill', '演练', 'drill', 'done', '{}')",
                    [trail.world.city_id, organ, new_id()],
                )
            if chance.random() < 0.1:
                await asyncio.sleep(chance.random() * 0.2)
            if chance.random() < 0.1:
                await connection.rollback()
            else:
                await connection.commit()
                written += count
    return written


def _seals(trail: Trail) -> int:
    with trail.access.opened() as connection:
        last = rows.last_seal(connection, trail.world.city_id)
        return last.number if last else 0


async def test_a_sealer_killed_again_and_again_leaves_nothing_unsealed(trail: Trail) -> None:
    before = trail.seal()
    stopping = asyncio.Event()
    writers = [asyncio.create_task(_write(trail, n, stopping)) for n in range(WRITERS)]
    killed, chance = 0, random.Random(7)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-m", "tests.audit.sealer", trail.world.url])
        reached = _seals(trail) + 2
        while _seals(trail) < reached:
            assert process.poll() is None, "it ended by itself"
            await asyncio.sleep(0.05)
        await asyncio.sleep(chance.random() * 0.3)
        process.kill()
        process.wait()
        killed += 1
    stopping.set()
    written = sum(await asyncio.gather(*writers))
    seals = trail.verify().seals
    left = trail.seal()
    report = trail.verify()
    assert killed == KILLS
    assert seals > 2 * KILLS
    assert left < written, "what the killed ones sealed is not sealed again"
    assert report.findings == []
    assert (report.entries, report.unsealed) == (before + written, 0)
