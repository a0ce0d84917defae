"""The demo clock: one row that shifts the product's time. It exists in databases of the demo city alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from cli.installation import DEMO
from kernel.ids import NIL
from kernel.models import DemoClock
from kernel.work import Database, open_work


async def ensure(database: Database, city_id: UUID) -> None:
    """Mark the database as a demo and give it a clock that shows the true time, unless it has one."""
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        await work.session.execute(
            text("insert into reference_version (name, version) values (:name, 1) on conflict do nothing"),
            {"name": DEMO},
        )
        await work.session.execute(insert(DemoClock).values(id=1, shift_seconds=0).on_conflict_do_nothing())


async def shift(database: Database, city_id: UUID) -> timedelta | None:
    """How far the product's clock is ahead; None in a database without a demo clock."""
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        seconds = await work.session.scalar(select(DemoClock.shift_seconds).where(DemoClock.id == 1))
    return None if seconds is None else timedelta(seconds=seconds)


async def set_shift(database: Database, city_id: UUID, value: timedelta) -> None:
    """Set how far the product's clock is ahead (negative: behind), for every process at its next transaction."""
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        seconds = int(value.total_seconds())
        await work.session.execute(
            insert(DemoClock)
            .values(id=1, shift_seconds=seconds)
            .on_conflict_do_update(index_elements=["id"], set_={"shift_seconds": seconds})
        )
