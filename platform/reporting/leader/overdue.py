"""What is overdue in an area, longest first, and whose turn it is."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import Final
from uuid import UUID

from kernel.errors import Invalid
from kernel.wording import format_count
from kernel.work import Work
from kernel.workdays import WorkCalendar
from reporting.leader import repository
from reporting.leader.area import area
from reporting.leader.repository import Late
from reporting.leader.views import OverdueList, OverdueView
from supervision.deadlines import service as deadlines
from supervision.matters.selection import AT_GOVERNMENT
from supervision.matters.stages import STAGES
from tenants.organs.directory import Directory

PAGE_MAX: Final = 100


def late_view(row: Late, tree: Directory, days: WorkCalendar, today: date) -> OverdueView:
    """An overdue matter for readers. Where it lies at the government, the government is named, not its body."""
    holder = row.organ_id
    if row.stage in AT_GOVERNMENT:
        holder = tree.government_of(row.organ_id) or row.organ_id
    late = max(1, days.workdays_between(row.due_on, today))
    return OverdueView(
        matter_id=row.id,
        title=row.title,
        number=row.number or "",
        supervised_name=row.supervised_name,
        holder=f"{tree.short(holder)}，{STAGES[row.stage].label}",
        due_on=row.due_on,
        workdays=late,
        text=format_count(late, "个工作日"),
        href=f"/matters/{row.id}",
    )


async def overdue(work: Work, organ_id: UUID | None, *, after: str = "", limit: int = 50) -> OverdueList:
    """One page of the overdue matters of an area that the reader may see. Raises NotFound, Denied, and Invalid for a
    cursor that is none."""
    place = await area(work, organ_id)
    limit = max(1, min(limit, PAGE_MAX))
    rows = await repository.oldest(work, place.handlers, after=_decoded(after), most=limit + 1)
    days = await deadlines.calendar(work)
    return OverdueList(
        organ_id=place.organ.id,
        organ_name=place.organ.name,
        total=sum((await repository.late_by_organ(work, place.handlers)).values()),
        rows=[late_view(row, place.tree, days, work.today) for row in rows[:limit]],
        next=_encoded(rows[limit - 1]) if len(rows) > limit else "",
    )


def _encoded(row: Late) -> str:
    return base64.urlsafe_b64encode(f"{row.due_on.isoformat()} {row.id}".encode()).decode()


def _decoded(after: str) -> tuple[date, UUID] | None:
    if not after:
        return None
    try:
        due, _, place = base64.urlsafe_b64decode(after.encode()).decode().partition(" ")
        return date.fromisoformat(due), UUID(place)
    except (ValueError, binascii.Error):
        raise Invalid("翻页位置不正确，请从第一页重新查看。", field="after") from None
