"""`zhunsheng migrate` and `zhunsheng status`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sqlalchemy import func, select, text

from cli import prepare
from cli.backup import describe
from cli.console import Failed, table
from cli.installation import DEMO, STAMP, Installation, fingerprint, opened
from cli.up import FIRST_PORT, live
from kernel.clock import local_time
from kernel.ids import NIL
from kernel.models import DeadLetter, ScheduleFire
from kernel.work import open_work


def migrate() -> int:
    """Migrate, and add days that the calendar lacks; what is there is left as it is."""
    with opened() as installation:
        prepare.migrate(installation)
        asyncio.run(prepare.load_calendar(installation))
    return 0


def status() -> int:
    """What runs and what waits. Exit status 1 when jobs wait for longer than ten minutes."""
    with opened(running=True) as installation:
        versions = installation.versions()
        if versions is None:
            raise Failed("the database has no schema of this product yet: run `zhunsheng migrate`   尚未建库")
        if DEMO in versions:
            # The mark is in the database; the shell that asks need not know it.
            seen = replace(installation, settings=replace(installation.settings, demo="1"))
        else:
            seen = installation
        waiting = asyncio.run(_queue(seen))
    known = seen.settings
    port = int(known.port or FIRST_PORT)
    rows = [
        ("database", "embedded" if seen.server else "external"),
        ("mode", "demo   演示" if DEMO in versions else "production   正式"),
        ("prepared", "yes" if versions.get(STAMP) == fingerprint(known) else "by another version or mode"),
        ("web", f"answers on {known.host}:{port}" if live(known.host, port) else f"no answer on {known.host}:{port}"),
        *waiting[0],
        *describe(known),
    ]
    print(table(rows))
    return 1 if waiting[1] > 600 else 0


async def _queue(installation: Installation) -> tuple[list[tuple[str, str]], float]:
    city_id = installation.settings.city_id
    async with installation.database() as database, open_work(database, city_id=city_id, organ_id=NIL) as work:
        state = (await work.session.execute(text("select * from guard.outbox_state()"))).one()
        fired = await work.session.scalar(select(func.max(ScheduleFire.fired_at)))
        letters = await work.session.scalar(
            select(func.count()).select_from(DeadLetter).where(DeadLetter.replayed_at.is_(None))
        )
        rows = [
            ("jobs waiting", f"{state.waiting} (handed over: {state.running}; oldest {state.oldest_seconds:.0f} s)"),
            ("schedule fired", local_time(fired).isoformat(timespec="seconds") if fired else "never"),
            ("dead letters of the system", str(letters)),
            ("product time", local_time(work.now).isoformat(timespec="seconds")),
        ]
    return rows, float(state.oldest_seconds)
