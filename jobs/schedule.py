"""The schedule: N equal processes, one leader by advisory lock, each firing unique by (job, time)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice, takewhile
from uuid import UUID

import psycopg
import structlog
from cronsim import CronSim
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from kernel.clock import SHANGHAI, system_now
from kernel.ids import NIL
from kernel.models import ScheduleFire
from kernel.work import Database, Work, open_work

log = structlog.get_logger()
LOCK = 7_203_442
MOST_MISSED = 400
KEEP_DAYS = 40
PRUNE_SECONDS = 3600.0
SESSION_OPTIONS = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
"""A leader whose host vanished loses the lock after 25 s; one whose process died loses it at once."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """A periodic job. `cron` is read in Shanghai time; `every` seconds for what runs more often. `catch_up`: a
    missed firing is made up for each time; without it only the latest one is, because the job sweeps anyway."""

    job: str
    cron: str = ""
    every: int = 0
    catch_up: bool = False

    def due(self, after: datetime, now: datetime) -> list[datetime]:
        """Firing times in (after, now], oldest first, at most MOST_MISSED of them."""
        found = list(islice(takewhile(lambda moment: moment <= now, self.after(after)), MOST_MISSED))
        return found if self.catch_up else found[-1:]

    def after(self, after: datetime) -> Iterator[datetime]:
        """Firing times after a moment, without end."""
        if not self.every:
            return iter(CronSim(self.cron, after.astimezone(SHANGHAI)))
        slot = int(after.timestamp()) // self.every
        return (datetime.fromtimestamp(n * self.every, tz=UTC) for n in count(slot + 1))


SCHEDULE: tuple[Periodic, ...] = (
    Periodic("sweep_deadlines", every=15),
    Periodic("draft_circulars", cron="10 6 * * *"),
    Periodic("warn_registers", cron="30 6 * * *"),
    Periodic("follow_annual", cron="40 6 * * *"),
    Periodic("lift_bars", cron="5 0 * * *"),
    Periodic("end_suspensions", cron="10 0 * * *"),
    Periodic("watch_referrals", every=60),
    Periodic("watch_conduct", every=300),
    Periodic("pull_hotline", every=60),
    Periodic("open_returns", cron="30 0 * * *"),
    Periodic("remind_returns", cron="0 8 * * *"),
    Periodic("end_sessions", cron="20 3 * * *"),
    Periodic("forget_answers", every=3600),
    Periodic("refresh_scope", cron="1 0 * * *"),
    Periodic("keep_audit_heads", every=300),
    Periodic("check_audit", cron="40 2 * * *"),
    Periodic("fold_figures", every=15),
    Periodic("sweep_links", every=15),
    Periodic("pull_links", every=300),
    Periodic("reconcile_links", cron="40 3 * * *"),
    Periodic("recount_figures", cron="20 2 * * *"),
    Periodic("check_stock", cron="30 1 * * *"),
    Periodic("weekly_briefs", cron="0 7 * * 1"),
    Periodic("wake_notices", every=30),
    Periodic("tell_webhooks", every=15),
)


def timetable() -> list[dict[str, str | int]]:
    """The schedule with each job's next firing, for the status page: the web does not know the jobs."""
    now = system_now()
    return [{"job": p.job, "cron": p.cron, "every": p.every, "next": next(p.after(now)).isoformat()} for p in SCHEDULE]


async def fire_due(work: Work, schedule: Sequence[Periodic], started: datetime) -> int:
    """Fire what is due, each firing once whoever tries: the row and the message commit together.

    A job that never fired before is due from `started` on.
    """
    fired = 0
    now = system_now()
    for periodic in schedule:
        newest = select(func.max(ScheduleFire.fire_at)).where(ScheduleFire.job == periodic.job)
        last = await work.session.scalar(newest) or started
        # Slots that nobody needs any more: only the latest is fired when the job does not catch up.
        if periodic.every and not periodic.catch_up:
            last = max(last, now - timedelta(seconds=2 * periodic.every))
        for moment in periodic.due(last, now):
            won = await work.session.scalar(
                insert(ScheduleFire)
                .values(job=periodic.job, fire_at=moment)
                .on_conflict_do_nothing()
                .returning(ScheduleFire.job)
            )
            if won is not None:
                work.enqueue(periodic.job, {})
                fired += 1
    return fired


async def prune(work: Work) -> None:
    """Forget firings that no catch-up can need."""
    await work.session.execute(
        delete(ScheduleFire).where(ScheduleFire.fire_at < system_now() - timedelta(days=KEEP_DAYS))
    )


class Scheduler:
    """Fires the schedule while it holds the lock; waits for the lock otherwise."""

    def __init__(
        self,
        database: Database,
        app_url: str,
        city_id: UUID,
        schedule: Sequence[Periodic] = SCHEDULE,
        tick: float = 1.0,
    ) -> None:
        self.database = database
        self.dsn = app_url.replace("postgresql+psycopg://", "postgresql://")
        self.city_id = city_id
        self.schedule = schedule
        self.tick = tick
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        while not self.stopping.is_set():
            try:
                connection = await psycopg.AsyncConnection.connect(self.dsn, autocommit=True, options=SESSION_OPTIONS)
                async with connection:
                    await self._lead(connection)
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                log.warning("scheduler waits", error=str(error))
                await self._sleep(2.0)

    async def _lead(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        started = system_now()
        while not self.stopping.is_set():
            row = await (await connection.execute("select pg_try_advisory_lock(%s)", (LOCK,))).fetchone()
            if row and row[0]:
                break
            await self._sleep(self.tick)
        log.info("scheduler leads")
        pruned = -PRUNE_SECONDS
        while not self.stopping.is_set():
            # A lost connection loses the lock, so it is asked before each round whether it still lives.
            await connection.execute("select 1")
            async with open_work(self.database, city_id=self.city_id, organ_id=NIL) as work:
                await fire_due(work, self.schedule, started)
                if time.monotonic() - pruned > PRUNE_SECONDS:
                    await prune(work)
                    pruned = time.monotonic()
            await self._sleep(self.tick)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    def stop(self) -> None:
        self.stopping.set()
