"""A leader gives a running limit more time, with the reason: once, and only where the rule book lets lengths change."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.wording import format_count, format_date
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.deadlines.notices import notify
from supervision.deadlines.rules import UNIT_LABELS, Unit
from supervision.instruments import standing
from tenants.access import Target, authorize

UNITS: Final[tuple[Unit, ...]] = ("working_day", "calendar_day")
LONGEST = 90
REASON_MIN = 5
TOLD = ("organ_head", "contact", "legal_officer")


async def prolong(work: Work, deadline_id: UUID, amount: int, unit: str, reason: str) -> Deadline:
    """Extend a running limit of the work's organ from its end on; what was served shows the new end, and the organ that
    it binds is told. Counts as the one extension (Art. 19).

    Raises NotFound for another organ's, Denied, Invalid, IllegalTransition for what is over, fixed or extended.
    """
    deadline = await deadlines.get(work, deadline_id)
    if deadline.organ_id != work.organ_id:
        raise NotFound
    await authorize(work, "deadline", "override", Target(owner_id=deadline.organ_id))
    if not 1 <= amount <= LONGEST or unit not in UNITS:
        raise Invalid(f"请填写 1 至 {LONGEST}，单位为工作日或者自然日。", field="amount", article="19")
    if len(reason.strip()) < REASON_MIN:
        raise Invalid("请写明调整的理由。", field="reason", article="19")
    book = await deadlines.rulebook(work, deadline.rulebook_key)
    if deadline.rule_key == "instrument.deemed_service" or not book.deadline(deadline.rule_key).tenant_may_change:
        raise IllegalTransition("这一期限由规则固定，不能调整。", article=deadline.article)
    if deadline.state != "running":
        raise IllegalTransition("暂不能调整期限。该期限已经中止、逾期或者办结。", article="19")
    before = deadline.due_on
    await deadlines.extend(work, deadline, amount, unit, reason.strip())
    length = format_count(amount, UNIT_LABELS[unit])
    title = f"{deadline.title}的期限延长{length}"
    note = f"由{format_date(before)}延至{format_date(deadline.due_on)}。{reason.strip()}"
    work.record(
        "prolong",
        "deadline",
        deadline.id,
        title=title,
        note=note,
        article=deadline.article,
        thread_id=deadline.matter_id or deadline.subject_id,
        detail={"from": before.isoformat(), "to": deadline.due_on.isoformat()},
    )
    if deadline.matter_id is not None:
        await standing.keep_matter(work, deadline.matter_id)
    if deadline.bound_id != work.organ_id:
        await notify(
            work,
            deadline.bound_id,
            roles=TOLD,
            kind="reminder",
            title=title,
            body=f"由{format_date(before)}延至{format_date(deadline.due_on)}。",
            link="/inbox",
            article=deadline.article,
            due_on=deadline.due_on,
        )
    return deadline
