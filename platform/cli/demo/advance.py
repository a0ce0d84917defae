"""`zhunsheng demo advance 15d`: move the product's clock and watch what follows by itself."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from cli.console import Failed, table
from cli.demo import clock
from cli.installation import DEMO, Installation, opened
from kernel import settings
from kernel.clock import local_time, system_now
from kernel.ids import NIL
from kernel.models import DeadLetter, OutboxMessage, TimelineEvent
from kernel.work import Database, open_work
from tenants.organs.directory import directory

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
DAY = timedelta(days=1)
PATIENCE_SECONDS = 60.0
MOST_DAYS = 400
MOST_SHOWN = 60


def parse(amount: str) -> timedelta:
    """``15d``, ``6h``, ``2w``. Time only runs forward: what has happened cannot be taken back."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})([hdw])", amount.strip())
    if found is None:
        raise Failed("how far? for example 15d, 6h or 2w   例如 15d")
    wanted = int(found[1]) * UNITS[found[2]]
    if wanted > MOST_DAYS * DAY:
        raise Failed(f"at most {MOST_DAYS} days at once")
    return wanted


def advance(amount: str) -> int:
    """Day by day, so that every step is taken on its own day; waits for the jobs of each day."""
    wanted = parse(amount)
    os.environ["ZHUNSHENG_DEMO"] = "1"
    settings.load.cache_clear()
    with opened(running=True) as installation:
        if DEMO not in (installation.versions() or {}):
            raise Failed("only a demo has a clock that can be moved (zhunsheng up --demo)   仅演示模式可用")
        asyncio.run(_advance(installation, wanted))
    return 0


async def _advance(installation: Installation, wanted: timedelta) -> None:
    city_id = installation.settings.city_id
    async with installation.database() as database:
        began = system_now()
        before = await clock.shift(database, city_id)
        if before is None:
            raise Failed("this database has no demo clock   没有演示时钟")
        await move(database, city_id, before, before + wanted)
        now = local_time(system_now() + before + wanted)
        print(f"  演示时钟：{now:%Y-%m-%d %H:%M}")
        rows = await happened(database, city_id, began)
        print(table(rows[:MOST_SHOWN]) if rows else "  （期间没有自动发生的事项）")
        if len(rows) > MOST_SHOWN:
            print(f"  … 还有 {len(rows) - MOST_SHOWN} 项")


async def move(database: Database, city_id: UUID, start: timedelta, end: timedelta) -> None:
    """Move the clock from one shift to another, stopping on each day on which something is due."""
    at = start
    while at < end:
        before = local_time(system_now() + at)
        at = min(at + DAY, end)
        await clock.set_shift(database, city_id, at)
        jobs = ["sweep_deadlines"] if await _something_due(database, city_id) else []
        if local_time(system_now() + at).month != before.month:
            jobs += ["draft_circulars", "warn_registers"]
        await run_jobs(database, city_id, jobs)
        if jobs:
            await _all_done(database, city_id)


async def _all_done(database: Database, city_id: UUID) -> None:
    """Wait until what the day's jobs handed to others is done too. Failed when that does not end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        async with open_work(database, city_id=city_id, organ_id=NIL) as work:
            state = (await work.session.execute(text("select * from guard.outbox_state()"))).one()
        if not state.waiting + state.running:
            return
        if time.monotonic() > deadline:
            raise Failed(f"{state.waiting + state.running} jobs are still waiting (zhunsheng status)")
        await asyncio.sleep(0.05)


async def _something_due(database: Database, city_id: UUID) -> bool:
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        query = text("select 1 from guard.due_deadlines(:today, 1)")
        return await work.session.scalar(query, {"today": work.today}) is not None


async def run_jobs(database: Database, city_id: UUID, jobs: Sequence[str]) -> None:
    """Have the running workers do `jobs` now and wait for the end of each. Failed when they do not answer."""
    for job in jobs:
        async with open_work(database, city_id=city_id, organ_id=NIL) as work:
            message_id = work.enqueue(job, {})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not await _done(database, city_id, message_id):
            if time.monotonic() > deadline:
                raise Failed(f"the workers did not finish {job}: is `zhunsheng up --demo` running? (zhunsheng status)")
            await asyncio.sleep(0.05)


async def _done(database: Database, city_id: UUID, message_id: UUID) -> bool:
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        message = await work.session.get(OutboxMessage, (city_id, message_id))
        if message is None or message.done_at is None:
            return False
        error = await work.session.scalar(select(DeadLetter.error).where(DeadLetter.outbox_id == message_id))
    if error is not None:
        raise Failed(f"{message.job}: {error}")
    return True


async def happened(database: Database, city_id: UUID, since: object) -> list[tuple[str, str, str]]:
    """What the system did after `since` (machine time), as the city's supervision body may see it: when, where,
    what."""
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        tree = await directory(work)
        tops = [o.id for o in tree.organs.values() if o.is_supervision_body and o.level == "city"]
    rows: list[tuple[str, str, str]] = []
    for top in tops:
        async with open_work(database, city_id=city_id, organ_id=top) as work:
            query = (
                select(TimelineEvent)
                .where(TimelineEvent.city_id == city_id, TimelineEvent.created_at >= since)
                .where(TimelineEvent.actor_organ_id.is_(None))
                .order_by(TimelineEvent.at, TimelineEvent.id)
            )
            for event in await work.session.scalars(query):
                rows.append((f"{local_time(event.at):%m-%d %H:%M}", tree.short(event.organ_id), event.title))
    return rows
