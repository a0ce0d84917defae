"""A whole installation of real processes under attack: relays, workers, schedulers, a web server and the database are
killed with SIGKILL in the middle of work, the broker is emptied, the clock jumps a day and back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from kernel import settings
from kernel.embedded import EmbeddedServer
from kernel.provision import app_url, provision
from tests.jobs.rabbitmq import purge_queues
from tests.web.test_idempotency_drill import Server
from tests.world import World, fill_city

CREW = {"relay": 2, "worker": 2, "clockwork": 2}
"""Processes of each role. Somebody is always left, as on several hosts."""
STALLED_SECONDS = 150.0
"""Without any progress for so long something is lost; no other time decides."""
DEADLINES = """
insert into deadline (city_id, organ_id, id, bound_id, subject_kind, subject_id, title, rule_key, rulebook_key, amount,
    unit, source, article, start_event, started_on, due_on, provisional, shifted, calendar_version, state, extended,
    round, ladder, wake_on, history, row_version)
select %(city)s, (%(organs)s::uuid[])[1 + n %% %(number)s], md5('d' || n || %(due)s)::uuid, (%(organs)s::uuid[])[1],
    'clue', md5('s' || n || %(due)s)::uuid, '围城', 'clue.handle', 'xuchang-2024-draft', 10, 'working_day',
    'default', '17', '收到线索', %(due)s::date - 20, %(due)s::date, false, false, '', 'running', false, 1, false,
    %(due)s::date + 1, '[]', 1
from generate_series(1, %(rows)s) n
"""
NOT_ONCE = """
select count(*) from deadline d where d.title = '围城' and (
    (select count(*) from deadline_step s where s.city_id = d.city_id and s.deadline_id = d.id) {0} 1
    or (select count(*) from audit_entry a where a.city_id = d.city_id and a.subject_id = d.id
        and a.action = 'overdue') {0} 1
    or (select count(*) from notice n where n.city_id = d.city_id and n.organ_id = d.organ_id
        and n.link = '/clues/' || d.subject_id) {0} 1)
"""
"""Deadlines whose step, record or line in the bell is there less or more than once."""
UNSENT = """
select count(*) from deadline d where d.title = '围城' and not exists (
    select from outbox_message m where m.job = 'deadline_step' and m.organ_id = d.organ_id
    and m.payload->>'deadline_id' = d.id::text)
"""
"""Deadlines that no message names."""


@dataclass
class Siege:
    """The installation. Its database is durable: what was acknowledged must be there after SIGKILL."""

    server: EmbeddedServer
    owner: str
    url: str
    world: World
    broker_url: str
    prefix: str
    web: Server
    crew: dict[str, list[subprocess.Popen[bytes]]] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    starting: asyncio.Task[None] | None = field(default=None)
    chance: random.Random = field(default_factory=lambda: random.Random(19))

    @classmethod
    @contextlib.asynccontextmanager
    async def begin(cls, broker_url: str, prefix: str, log: Path) -> AsyncIterator[Self]:
        home = Path(tempfile.mkdtemp(prefix="zhunsheng-siege-"))
        home.chmod(0o711)
        server = EmbeddedServer(home)
        try:
            owner = server.start().url("postgres")
            await asyncio.to_thread(provision, owner, settings.load())
            url = app_url(settings.load(), owner)
            await asyncio.to_thread(asyncio.run, fill_city(url))
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                web = Server(url, free.getsockname()[1], log)
            siege = cls(server, owner, url, World.open(url), broker_url, prefix, web)
            try:
                yield siege
            finally:
                siege.end()
                await siege.world.close()
        finally:
            server.stop()
            shutil.rmtree(home, ignore_errors=True)

    # --- the crew ---------------------------------------------------------------------------------------

    async def muster(self) -> None:
        """Start everybody. The web server takes longest; the others begin meanwhile."""
        self.crew = {role: [self._process(role) for _ in range(number)] for role, number in CREW.items()}
        self.starting = asyncio.create_task(self.web.start())

    def _process(self, role: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.process", role, self.url, self.broker_url, self.prefix]
        with self.web.log.with_suffix(f".{role}").open("ab") as output:
            return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=dict(os.environ))

    def end(self) -> None:
        """Nobody is left."""
        if self.starting is not None:
            self.starting.cancel()
        for process in [process for role in self.crew.values() for process in role]:
            process.kill()
            process.wait()
        if self.web.process is not None and self.web.process.poll() is None:
            self.web.process.send_signal(signal.SIGTERM)
            self.web.process.wait(timeout=20)

    # --- the attacks ------------------------------------------------------------------------------------

    async def attack(self, what: str) -> None:
        """One of: a role of the crew, web, database, wipe, tomorrow, today."""
        if what in CREW:
            victim = self.crew[what].pop(self.chance.randrange(len(self.crew[what])))
            assert victim.poll() is None, f"a {what} died by itself: {victim.returncode}"
            victim.kill()
            await asyncio.to_thread(victim.wait)
            self.crew[what].append(self._process(what))
        elif what == "web":
            assert self.starting is not None
            await self.starting
            await self.web.kill()
            self.starting = asyncio.create_task(self.web.start())
        elif what == "database":
            await asyncio.to_thread(self._kill_database)
        elif what == "wipe":
            await asyncio.to_thread(self._wipe)
        else:
            await self.set_day("2026-10-10" if what == "tomorrow" else "2026-10-09")
        self.kills[what] = self.kills.get(what, 0) + 1

    def _kill_database(self) -> None:
        process = self.server._process
        assert process is not None
        process.kill()
        process.wait()
        assert self.server.start().url("postgres") == self.owner, "it comes back where it was"

    def _wipe(self) -> None:
        if self.broker_url:
            purge_queues(self.prefix)
        else:
            self.ask("delete from dramatiq.queue returning 1")

    async def set_day(self, day: str) -> None:
        """The product's clock at nine in the morning; again while the database is away."""
        for _ in range(100):
            with contextlib.suppress(SQLAlchemyError):
                await self.world.set_clock(f"{day} 09:00")
                return
            await asyncio.sleep(0.2)
        raise AssertionError("the database does not come back")

    # --- what is seen -----------------------------------------------------------------------------------

    def ask(self, query: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Rows as the superuser sees them; asked again while the database recovers."""
        for _ in range(300):
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.owner, autocommit=True) as asked:
                return asked.execute(query, values).fetchall()
            time.sleep(0.1)
        raise AssertionError("the database does not come back")

    def number(self, query: str, values: Any = None) -> int:
        return int(self.ask(query, values)[0][0])

    def add_deadlines(self, rows: int, due: str) -> None:
        """Limits of clues that end on the day `due`, spread over the supervision bodies."""
        organs = [row[0] for row in self.ask("select id from organ where is_supervision_body order by id limit 40")]
        values = {"city": self.world.city_id, "organs": organs, "number": len(organs), "rows": rows, "due": due}
        self.ask(f"with made as ({DEADLINES} returning 1) select count(*) from made", values)

    def taken(self) -> int:
        """How many deadlines have had their step."""
        return self.number("select count(*) from deadline_step s join deadline d on d.id = s.deadline_id"
                           " and d.city_id = s.city_id where d.title = '围城'")  # fmt: skip

    async def until_taken(self, wanted: int) -> None:
        """Wait until so many have; fails when nothing moves any more. Counting is left to a tenth of the time: among
        200,000 it would otherwise take most of the machine from the work that is watched."""
        last, since = -1, time.monotonic()
        while True:
            began = time.monotonic()
            now = await asyncio.to_thread(self.taken)
            if now >= wanted:
                break
            if now != last:
                last, since = now, time.monotonic()
            assert time.monotonic() - since < STALLED_SECONDS, f"{now} of {wanted} taken, and nothing moves"
            await asyncio.sleep(max(0.1, 9 * (time.monotonic() - began)))

    async def endure(self, attacks: Sequence[str], until: int) -> None:
        """One attack after the other while the work goes on, spread evenly over its way to `until`."""
        begun = await asyncio.to_thread(self.taken)
        for number, what in enumerate(attacks, start=1):
            await self.until_taken(begun + (until - begun) * number // (len(attacks) + 1))
            await self.attack(what)

    async def settled(self) -> None:
        """Wait until no job is open."""
        since = time.monotonic()
        while rest := await asyncio.to_thread(
            self.number, "select count(*) from outbox_message where done_at is null and job <> 'sweep_deadlines'"
        ):
            assert time.monotonic() - since < STALLED_SECONDS, f"{rest} jobs stay open"
            await asyncio.sleep(0.1)

    def faults(self) -> dict[str, int]:
        """Effects that are missing or there twice, and jobs given up."""
        return {
            "lost": self.number(NOT_ONCE.format("<")),
            "doubled": self.number(NOT_ONCE.format(">")),
            "never handed over": self.number(UNSENT),
            "given up": self.number("select count(*) from dead_letter"),
            "fired twice": self.number("select count(*) - count(distinct (job, fire_at)) from schedule_fire"),
        }

    def paper_numbers(self, kind: str) -> list[int]:
        """Numbers given to papers of a kind, in order."""
        return [row[0] for row in self.ask("select seq from paper where kind = %s order by seq", [kind])]
