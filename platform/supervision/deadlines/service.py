"""Deadlines: started, met, extended, suspended, explained (Arts. 19, 20). The only door to their rows.

A deadline belongs to the organ that watches it (the work's organ when it starts) and binds another one. What is
late stays `running` and is overdue; `lapse` marks it as missed for good. Every change wakes the sweep anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from kernel.errors import NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import repository
from supervision.deadlines.changes import (
    PLAIN_STEP,
    changed,
    end_of,
    extend,
    flags_of,
    is_overdue,
    recalculate,
    refresh_matter_due,
    register_flags,
    restart,
    resume,
    rewake,
    steps_of,
    suspend,
    term_of,
)
from supervision.deadlines.ladder import due_steps, step_day
from supervision.deadlines.models import Deadline
from supervision.deadlines.reference import calendar, ladder_of, rulebook
from supervision.deadlines.rules import MACHINE, Occasion, compute
from supervision.deadlines.views import DeadlineView, view_of

__all__ = [
    "DeadlineView",
    "calendar",
    "cancel",
    "claim_due",
    "due_now",
    "explain_all",
    "explain_view",
    "extend",
    "flags_of",
    "for_matter",
    "for_subject",
    "get",
    "hand_over_due",
    "ladder_of",
    "lapse",
    "meet",
    "recalculate",
    "refresh_matter_due",
    "register_flags",
    "reinstate",
    "restart",
    "resume",
    "rewake",
    "rulebook",
    "start",
    "steps_of",
    "suspend",
    "take_step",
]


async def get(work: Work, deadline_id: UUID) -> Deadline:
    """The deadline. Raises NotFound outside the reader's scope."""
    found = await repository.get(work, deadline_id)
    if found is None:
        raise NotFound
    return found


async def start(
    work: Work,
    *,
    rule_key: str,
    subject_kind: str,
    subject_id: UUID,
    matter_id: UUID | None,
    bound_id: UUID,
    title: str,
    start_event: str,
    on: date,
    amount: int | None = None,
    unit: str | None = None,
    ladder: bool = False,
    rulebook_key: str | None = None,
) -> Deadline:
    """Start a deadline of the work's organ on the day `on`, which is not counted.

    Length and article come from the rule book as the organ changed it; `amount` and `unit` are those that a
    document set instead. `start_event` completes "9月14日…" (督办函送达). Raises RuleBookError for an unknown
    key, Invalid for a length that is none.
    """
    book = await rulebook(work, rulebook_key)
    rule = book.deadline(rule_key)
    given = (amount or rule.amount, unit or rule.unit)
    source = rule.source if given == (rule.amount, rule.unit) else "由文书确定"
    term = term_of(*given, rule_key, source, rule.article)
    end = compute(on, term, await calendar(work))
    deadline = Deadline(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        bound_id=bound_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        matter_id=matter_id,
        title=title,
        rule_key=rule_key,
        rulebook_key=book.key,
        amount=term.amount,
        unit=term.unit,
        source=term.source,
        article=term.article,
        start_event=start_event,
        started_on=on,
        state=MACHINE.initial,
        extended=False,
        round=1,
        ladder=ladder,
        history=[],
        **end_of(end),
    )
    work.session.add(deadline)
    await changed(work, deadline)
    return deadline


async def due_now(work: Work, deadline: Deadline) -> list[tuple[str, date]]:
    """The steps whose day has come and that were not taken in this round, in order, each with its day."""
    if deadline.state not in ("running", "lapsed"):
        return []
    done = await repository.taken_steps(work, deadline)
    if not deadline.ladder:
        late = deadline.due_on + timedelta(days=1)
        return [(PLAIN_STEP, late)] if PLAIN_STEP not in done and late <= work.today else []
    days, steps = await calendar(work), await steps_of(work, deadline)
    flags = await flags_of(work, deadline)
    known = {step.key: step for step in steps}
    keys = due_steps(deadline.due_on, work.today, days, steps, done, flags=flags)
    return [(key, step_day(deadline.due_on, known[key], days)) for key in keys]


async def take_step(work: Work, deadline: Deadline, step: str, due_for: date) -> bool:
    """Claim a step of this round. False when it was taken before: then nothing may be done for it again."""
    return await repository.take_step(work, deadline, step, due_for)


async def claim_due(work: Work, limit: int) -> list[tuple[UUID, UUID]]:
    """(organ, deadline) of what is due in this city and not handed over, locked until the transaction ends."""
    return await repository.claim_due(work, limit)


async def hand_over_due(work: Work, most: int) -> int:
    """Hand at most `most` due deadlines of this city to a job `deadline_step` each; returns how many.

    What another transaction holds is passed over. Each sleeps until tomorrow, when it is handed over again unless
    its job has set the next day meanwhile.
    """
    return await repository.hand_over_due(work, most)


async def for_matter(work: Work, matter_id: UUID) -> list[Deadline]:
    """Every deadline of a matter that the reader may see, the earliest end first."""
    return await repository.of_matter(work, matter_id)


async def for_subject(work: Work, subject_id: UUID, *, open_only: bool = True) -> list[Deadline]:
    """Deadlines of one record, oldest first; with `open_only` those that are not met or cancelled."""
    states = repository.UNFINISHED if open_only else (*repository.UNFINISHED, "met", "cancelled")
    return await repository.of_subject(work, subject_id, states)


async def meet(work: Work, subject_id: UUID, on: date, *, rule_key: str = "") -> list[Deadline]:
    """What the open deadlines of a record asked for was done on the day `on`; late is marked for ever.

    `rule_key` narrows to one rule (or to a family of rules by its beginning).
    """
    return await _finish(work, subject_id, "meet", on, rule_key=rule_key, occasion=Occasion())


async def cancel(work: Work, subject_id: UUID, reason: str, *, rule_key: str = "") -> list[Deadline]:
    """Stop the open deadlines of a record for good, with the reason."""
    return await _finish(work, subject_id, "cancel", work.today, rule_key=rule_key, occasion=Occasion(ground=reason))


async def _finish(
    work: Work, subject_id: UUID, action: str, on: date, *, rule_key: str, occasion: Occasion
) -> list[Deadline]:
    finished = []
    for deadline in await repository.of_subject(work, subject_id):
        if not deadline.rule_key.startswith(rule_key):
            continue
        deadline.state = MACHINE.step(deadline.state, action, occasion).target
        deadline.ended_on = on
        deadline.suspended_reason = occasion.ground or deadline.suspended_reason
        await changed(work, deadline)
        finished.append(deadline)
    return finished


async def lapse(work: Work, deadline: Deadline) -> Deadline:
    """Mark an overdue deadline as missed for good. Raises IllegalTransition while its time is not over."""
    occasion = Occasion(overdue=is_overdue(work, deadline))
    MACHINE.step(deadline.state, "lapse", occasion)
    deadline.state = "lapsed"
    deadline.ended_on = work.today
    await changed(work, deadline)
    return deadline


async def reinstate(work: Work, deadline: Deadline, reason: str) -> Deadline:
    """A limit that a decision ended is overdue again: the decision was revoked. Raises IllegalTransition for one that
    was not over."""
    occasion = Occasion(overdue=is_overdue(work, deadline), ground=reason)
    deadline.state = MACHINE.step(deadline.state, "reinstate", occasion).target
    deadline.suspended_reason = reason
    await changed(work, deadline)
    return deadline


async def explain_view(work: Work, deadline: Deadline) -> DeadlineView:
    """The deadline with its chip, the paragraph of why, its days, and what happens by itself next."""
    steps = await steps_of(work, deadline)
    done = await repository.taken_steps(work, deadline) if steps else set()
    flags = await flags_of(work, deadline)
    return view_of(deadline, await calendar(work), work.today, steps=steps, done=done, flags=flags)


async def explain_all(work: Work, deadlines: Sequence[Deadline]) -> list[DeadlineView]:
    """The views of several deadlines, most urgent first: open ones by their end, finished ones after them."""
    order = {"running": 0, "lapsed": 0, "suspended": 1}
    ranked = sorted(deadlines, key=lambda d: (order.get(d.state, 2), d.due_on))
    return [await explain_view(work, deadline) for deadline in ranked]
