"""Every process is killed with SIGKILL in the middle of work, the database too, the broker is emptied and the clock
jumps a day: lost 0, doubled 0, counted on the effects.

The effects: each deadline has its step, its record and its line in the bell once; proofs of service are numbered
without a gap; each Idempotency-Key registered one clue. The drill's size shows every attack; the full size, run by
hand (`python3 dev.py test --drills -m long tests/jobs/test_siege.py`), takes 200,000 deadlines and 221 kills.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from cli.demo.accounts import password
from tests import stories
from tests.jobs.siege import Siege
from tests.stories import BODY, SUPERVISED

pytestmark = pytest.mark.drill
DUE, DUE_TOMORROW = "2026-10-08", "2026-10-09"
EACH = ("worker", "relay", "wipe", "clockwork", "worker", "database", "tomorrow", "worker", "today", "relay")
"""Every attack, while what is due today is being worked; what is due tomorrow comes too early and must not come
twice."""
LETTERS, KEYS = 3, 10


async def register_clues(siege: Siege, keys: list[str], kills: int) -> None:
    """Register one clue for each key, again and again until it is answered; the server is killed under some of the
    requests."""
    who = {"organ_id": str(await siege.world.organ(BODY)), "username": "chen", "password": password()}
    subject = str(await siege.world.organ(SUPERVISED))
    deadly = {len(keys) * (n + 1) // (kills + 1) for n in range(kills)}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{siege.web.port}", timeout=15) as http:
        token: dict[str, str] = {}

        async def attempt(number: int) -> int:
            facts = f"10月8日上午，执法人员扣押第{number}辆三轮车，没有出具扣押决定书。"
            title = f"扣押三轮车没有出具决定书（{number}）"
            body = {"source": "hotline", "title": title, "facts": facts, "subject_organ_id": subject}
            with contextlib.suppress(httpx.HTTPError, KeyError):
                if not token:
                    opened = await http.post("/api/v1/session", json=who)
                    token["x-csrftoken"] = opened.json()["csrf_token"]
                answer = await http.post("/api/v1/clues", json=body, headers={**token, "idempotency-key": keys[number]})
                if answer.status_code == 401:
                    token.clear()
                return answer.status_code
            return 0

        for number in range(len(keys)):
            if number in deadly:
                under_way = asyncio.create_task(attempt(number))
                await siege.attack("web")
                await under_way
            while (status := await attempt(number)) != 201:
                assert status in {0, 401, 409, 500, 503}, status
                await asyncio.sleep(0.2)


async def besiege(siege: Siege, rows: int, later: int, attacks: list[str], web_kills: int) -> None:
    """Attack until everything due is done, and check every effect."""
    await siege.set_day("2026-10-09")
    for _ in range(LETTERS):
        await stories.served_matter(siege.world)
    siege.add_deadlines(rows, DUE)
    siege.add_deadlines(later, DUE_TOMORROW)
    await siege.muster()
    keys = [f"siege-{uuid4()}" for _ in range(KEYS)]
    clues = asyncio.create_task(register_clues(siege, keys, web_kills))
    await siege.endure(attacks, rows)
    await siege.until_taken(rows)
    await siege.set_day("2026-10-10")
    await siege.until_taken(rows + later)
    await asyncio.wait_for(clues, 300)
    await siege.settled()
    assert siege.faults() == dict.fromkeys(siege.faults(), 0)
    assert siege.paper_numbers("service_receipt") == list(range(1, LETTERS + 1))
    assert siege.number("select count(*) from clue where title like '扣押三轮车没有出具决定书（%'") == KEYS


async def test_every_process_is_killed_and_nothing_is_lost_or_done_twice(
    broker_url: str, prefix: str, tmp_path: Path
) -> None:
    async with Siege.begin(broker_url, prefix, tmp_path / "web.log") as siege:
        await besiege(siege, 400, 100, list(EACH), 1)
        assert set(siege.kills) == {*EACH, "web"}


@pytest.mark.long
async def test_two_hundred_thousand_escalations_under_two_hundred_kills(
    broker_url: str, prefix: str, tmp_path: Path
) -> None:
    attacks = [what for _ in range(35) for what in ("worker", "relay", "worker", "clockwork", "worker", "relay")]
    for place in (30, 60, 90, 120, 150, 180):
        attacks.insert(place, "database")
    for place in (40, 100, 160):
        attacks.insert(place, "wipe")
    attacks[50:50], attacks[130:130] = ["tomorrow"], ["today"]
    async with Siege.begin(broker_url, prefix, tmp_path / "web.log") as siege:
        await besiege(siege, 150_000, 50_000, attacks, 5)
        killed = sum(number for what, number in siege.kills.items() if what not in {"wipe", "tomorrow", "today"})
        assert killed >= 200
        assert siege.kills["wipe"] == 3
