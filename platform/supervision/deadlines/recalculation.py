"""After the official notice of a year: deadlines that count days of it are counted again, in every tenant."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from kernel.work import Work
from supervision.deadlines.changes import recalculate
from supervision.deadlines.models import Deadline
from tenants.organs.directory import directory

REASON = "国务院办公厅节假日安排公布，按正式工作日重新计算"


async def recalculate_between(work: Work, first: date, last: date) -> int:
    """Count every running deadline again that touches a day from `first` to `last`. Returns how many ends moved.

    An end counted on estimated days may lie on either side of the changed days, so estimates are always counted
    again. Runs in the system tenancy and acts as each organ for its own rows.
    """
    moved = 0
    tree = await directory(work)
    for organ_id in tree.organs:
        async with work.acting_as(organ_id):
            touched = Deadline.provisional | ((Deadline.started_on <= last) & (Deadline.due_on >= first))
            query = select(Deadline).where(
                Deadline.city_id == work.city_id,
                Deadline.organ_id == organ_id,
                Deadline.state == "running",
                touched,
            )
            for deadline in (await work.session.scalars(query)).all():
                moved += await recalculate(work, deadline, REASON)
    return moved
