"""Moving the product's clock in demo mode, so that deadlines and escalation can be watched."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kernel.errors import Denied, Invalid
from kernel.ids import NIL
from kernel.models import DemoClock
from kernel.work import Database, open_work

MOST_DAYS = 366


async def advance(database: Database, city_id: UUID, days: int) -> None:
    """Put the product's clock `days` further ahead; it never goes back. Raises Denied outside demo mode."""
    if not database.demo:
        raise Denied("演示时钟只在演示环境中使用。")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"请填写 1 至 {MOST_DAYS} 之间的天数。", field="days")
    seconds = int(timedelta(days=days).total_seconds())
    row = insert(DemoClock).values(id=1, shift_seconds=seconds)
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        await work.session.execute(
            row.on_conflict_do_update(
                index_elements=[DemoClock.id], set_={"shift_seconds": DemoClock.shift_seconds + seconds}
            )
        )
