"""The sweep over deadlines, items that rise to the level above, the monthly circular (Arts. 2, 11(8), 19, 20)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.deadlines.changes import PLAIN_STEP
from supervision.deadlines.ladder import LadderStep
from supervision.deadlines.models import Deadline
from supervision.escalation import repository, steps
from supervision.escalation.circulars import (
    circular,
    circulars,
    discard_circular,
    draft_circulars,
    issue_circular,
    monthly_circular,
)
from supervision.escalation.models import EscalatedItem
from supervision.escalation.views import EscalatedView, item_view
from supervision.matters import service as matters
from supervision.matters.views import Page
from tenants.access import Target, authorize

__all__ = [
    "circular",
    "circulars",
    "count_open",
    "discard_circular",
    "draft_circulars",
    "escalated_item",
    "escalated_items",
    "handle_item",
    "issue_circular",
    "monthly_circular",
    "sweep",
    "sweep_alone",
    "take_due_steps",
]

JOB = "deadline_step"
"""The job that the database's hand-over names."""
ELSEWHERE = {"accountability": "accountability_step"}
"""Kinds of subject whose limits belong to a part above: what is due around them is a job of that part, by its name."""
BATCH = 5_000
"""Deadlines that one transaction hands over: nine tenths of the speed of a single statement for all (ADR 0011)."""
NEXT = 2
"""Sweeps that follow a full batch: a flood is shared among the workers, and ends with as many empty sweeps at most."""


async def sweep(work: Work) -> int:
    """Hand every deadline of the city around which a step is due to a job of its own. Returns their number.

    Claimed rows are locked and passed over by parallel sweeps; the messages commit with the marks. The job takes
    the steps in its own transaction (`take_due_steps`): one that keeps failing becomes a dead letter, stops nobody
    else, and is handed over again the next day.
    """
    handed = await deadlines.hand_over_due(work, BATCH)
    if handed == BATCH:
        for _ in range(NEXT):
            work.enqueue("sweep_deadlines", {})
    return handed


async def sweep_alone(work: Work) -> int:
    """The same where no worker runs (a demo that is being played): take what is due in this very transaction.
    Returns the number of steps taken; 0 when nothing is left."""
    taken = 0
    for organ_id, deadline_id in await deadlines.claim_due(work, 200):
        async with work.acting_as(organ_id):
            taken += len(await take_due_steps(work, deadline_id))
    return taken


async def take_due_steps(work: Work, deadline_id: UUID) -> list[str]:
    """Every step of one deadline whose day has come, in order, each exactly once; the work acts as its organ.

    What a step changes (a lapse, a report) is seen by the next one. Nothing happens once the deadline is met,
    suspended or cancelled.
    """
    deadline = await repository.lock_deadline(work, deadline_id)
    if deadline is None:
        return []
    taken: list[str] = []
    while due := await deadlines.due_now(work, deadline):
        key, day = due[0]
        if await deadlines.take_step(work, deadline, key, day):
            await _take(work, deadline, key)
            taken.append(key)
        await work.session.flush()
    await deadlines.rewake(work, deadline)
    await work.session.flush()
    return taken


async def _take(work: Work, deadline: Deadline, key: str) -> None:
    if (job := ELSEWHERE.get(deadline.subject_kind)) is not None:
        work.enqueue(job, {"deadline_id": str(deadline.id), "step": key})
        return
    now = await steps.scene(work, deadline)
    if not deadline.ladder:
        await steps.plain(work, now, LadderStep(PLAIN_STEP, 1, "", (), deadline.article))
        return
    known = {step.key: step for step in await deadlines.steps_of(work, deadline)}
    await steps.ACTIONS.get(key, steps.remind)(work, now, known[key])


async def escalated_items(
    work: Work, *, handled: bool | None = False, after: UUID | None = None, limit: int = 50
) -> Page[EscalatedView]:
    """Items that rose to the reader's organ, newest first. Raises Denied."""
    await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
    rows = await repository.items(work, handled=handled, after=after, limit=limit + 1)
    return Page([item_view(row) for row in rows[:limit]], str(rows[limit - 1].id) if len(rows) > limit else None)


async def escalated_item(work: Work, item_id: UUID) -> EscalatedView:
    """One item. Raises NotFound for another organ's."""
    await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
    row = await repository.get_item(work, item_id)
    if row is None:
        raise NotFound
    return item_view(row)


async def count_open(work: Work) -> int:
    """Items that the reader's organ has not handled yet."""
    return await repository.count_open(work)


async def handle_item(work: Work, item_id: UUID, action: str, note: str) -> EscalatedItem:
    """Answer an item with an order to the body below: report, take_over or review (Art. 2(1)), with its text.

    Recorded on both sides. Raises Invalid without order or text, IllegalTransition when it was handled before.
    """
    item = await repository.lock_item(work, item_id)
    if item is None:
        raise NotFound
    if item.handled_at is not None:
        raise IllegalTransition("这一事项已经处理。", article="2(1)")
    if action not in matters.ORDERS:
        raise Invalid("请选择要求报告、提级办理或者要求复查。", field="action", article="2(1)")
    if not note.strip():
        raise Invalid("请写明要求的内容和时间。", field="note", article="2(1)")
    await matters.order_from_above(work, item.matter_id, action, note)
    item.handled_at = work.now
    item.handled_note = f"{matters.ORDERS[action]}：{note.strip()}"
    work.record(
        "handle_item",
        "escalated_item",
        item.id,
        title=f"处理逾期事项：{matters.ORDERS[action]}",
        note=note.strip(),
        article="2(1)",
        detail={"order": action, "matter_id": str(item.matter_id)},
    )
    await work.session.flush()
    return item
