"""Questions about cases on the desks of who is asked and of who asked (Arts. 13, 14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kernel.wording import format_short, weekday
from kernel.work import Work
from supervision.checks import service as checks
from supervision.checks.views import QuestionRow
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import chip_for
from supervision.desk.views import TodoGroup, TodoItem

MOST: Final = 12


async def asked(work: Work) -> list[TodoGroup]:
    """What the organ has to answer."""
    rows = await checks.waiting(work, MOST)
    late = any(row.state == "late" for row in rows)
    return await _group(work, rows, "待答复的询问", "overdue" if late else "", asks=False)


async def unanswered(work: Work) -> list[TodoGroup]:
    """What the organ asked and nobody answered in time."""
    return await _group(work, await checks.late(work, MOST), "询问逾期未答复", "overdue", asks=True)


async def _group(work: Work, rows: Sequence[QuestionRow], label: str, tone: str, *, asks: bool) -> list[TodoGroup]:
    days = await deadlines.calendar(work)
    items = [
        TodoItem(
            id=row.id,
            title=row.label,
            href=f"/questions/{row.id}",
            organ=row.asked_name if asks else f"{row.body_name}询问",
            number="",
            stage="waiting",
            stage_label="未答复" if asks else "待答复",
            due_on=row.due_on,
            date_text=f"{format_short(row.due_on, work.today)} {weekday(row.due_on)}",
            chip=chip_for(row.due_on, work.today, days),
            deadline=None,
            action="查看询问" if asks else "答复",
            action_href=f"/questions/{row.id}",
            asked=not asks,
        )
        for row in rows
    ]
    return [TodoGroup(key="questions", label=label, tone=tone, items=items)] if items else []
