"""Moving the product's clock in demo mode, so that deadlines and escalation can be watched."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from kernel.errors import Denied, Invalid
from kernel.ids import NIL
from kernel.models import DemoClock
from kernel.work import Database, open_work

MOST_DAYS = 366


async def advance(database: Database, city_id: UUID, days: int) -> None:
    """Put the product's clock `days` further ahead; it never goes back. Raises Denied outside demo mode, and in a
    database that was not made as a demo: the setting alone moves no clock of real work."""
    if not database.demo:
        raise Denied("演示时钟只在演示环境中使用。")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"请填写 1 至 {MOST_DAYS} 之间的天数。", field="days")
    seconds = int(timedelta(days=days).total_seconds())
    move = update(DemoClock).where(DemoClock.id == 1).values(shift_seconds=DemoClock.shift_seconds + seconds)
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        moved = await work.session.scalar(move.returning(DemoClock.id))
    if moved is None:
        raise Denied("这不是演示库，没有演示时钟。")
