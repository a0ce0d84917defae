"""How a deadline moves: extension, new round, suspension, resumption, recalculation, and when the sweep wakes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta
from typing import Any, get_args
from uuid import UUID

from kernel.errors import Invalid
from kernel.work import Work
from supervision.deadlines import repository
from supervision.deadlines.counting import Computed, Term, Unit
from supervision.deadlines.ladder import LadderStep, next_step_on
from supervision.deadlines.models import Deadline
from supervision.deadlines.reference import calendar, ladder_of, rulebook
from supervision.deadlines.rules import MACHINE, Occasion, compute, recompute, unit_in_force
from supervision.deadlines.rules import extend as counted_extension
from supervision.deadlines.rules import resume as counted_resumption
from supervision.deadlines.rules import suspend as rest_of
from supervision.deadlines.views import facts_of

FlagSource = Callable[[Work, Deadline], Awaitable[Iterable[str]]]
_FLAG_SOURCES: list[FlagSource] = []
PLAIN_STEP = "overdue"
"""The one step of a deadline without a ladder: on the day after its end."""


def register_flags(source: FlagSource) -> None:
    """Let a higher part tell what holds or shortens the ladder of a deadline: `extension_pending`, `report_sent`."""
    if source not in _FLAG_SOURCES:
        _FLAG_SOURCES.append(source)


async def flags_of(work: Work, deadline: Deadline) -> set[str]:
    """The state of the deadline and every flag that the registered sources know of it."""
    found = {deadline.state}
    for source in _FLAG_SOURCES:
        found.update(await source(work, deadline))
    return found


def term_of(amount: int, unit: str, key: str, source: str, article: str) -> Term:
    if not 1 <= amount <= 1000 or unit not in get_args(Unit):
        raise Invalid("请填写 1 至 1000 的期限，单位为工作日、日、月或者年。", field="amount", article=article)
    return Term(amount, unit, key, source, article)  # type: ignore[arg-type]


def end_of(computed: Computed) -> dict[str, Any]:
    return {
        "due_on": computed.due,
        "provisional": computed.provisional,
        "shifted": computed.shifted,
        "calendar_version": computed.calendar_version,
    }


def move(deadline: Deadline, computed: Computed) -> None:
    for name, value in end_of(computed).items():
        setattr(deadline, name, value)


def note(deadline: Deadline, kind: str, on: date, before: date, reason: str, **more: Any) -> None:
    entry = {"kind": kind, "on": on.isoformat(), "from": before.isoformat(), "to": deadline.due_on.isoformat()}
    deadline.history = [*deadline.history, {**entry, "reason": reason, **more}]


async def changed(work: Work, deadline: Deadline) -> None:
    await rewake(work, deadline)
    if deadline.matter_id is not None:
        await refresh_matter_due(work, deadline.matter_id)


async def steps_of(work: Work, deadline: Deadline) -> tuple[LadderStep, ...]:
    """The ladder that runs on a deadline; empty for a plain one."""
    if not deadline.ladder:
        return ()
    return ladder_of(await rulebook(work, deadline.rulebook_key), deadline.rule_key)


async def rewake(work: Work, deadline: Deadline) -> None:
    """Set the next day on which the sweep has something to do with the deadline."""
    if deadline.state not in ("running", "lapsed"):
        deadline.wake_on = None
        return
    done = await repository.taken_steps(work, deadline)
    if deadline.ladder:
        flags = await flags_of(work, deadline)
        steps = await steps_of(work, deadline)
        deadline.wake_on = next_step_on(deadline.due_on, await calendar(work), steps, done, flags=flags)
    else:
        late = deadline.due_on + timedelta(days=1)
        deadline.wake_on = None if PLAIN_STEP in done or deadline.state == "lapsed" else late


def is_overdue(work: Work, deadline: Deadline) -> bool:
    return work.today > deadline.due_on


async def extend(work: Work, deadline: Deadline, amount: int, unit: str, reason: str) -> Deadline:
    """Extend from the old end on; the reminders of the new end run again (a new round).

    Whether the application was in time is the caller's to check. Raises IllegalTransition when the rule book
    allows no further extension.
    """
    book = await rulebook(work, deadline.rulebook_key)
    times = "clue.extension_times" if deadline.subject_kind == "clue" else "extension.times"
    granted = sum(entry["kind"] == "extension" for entry in deadline.history)
    occasion = Occasion(applied_in_time=True, extensions=granted, extensions_allowed=book.limit(times))
    MACHINE.step(deadline.state, "extend", occasion)
    before = deadline.due_on
    term = term_of(amount, unit, deadline.rule_key, deadline.source, deadline.article)
    move(deadline, counted_extension(before, term, await calendar(work)))
    note(
        deadline,
        "extension",
        work.today,
        before,
        reason,
        article=deadline.article,
        term={"amount": amount, "unit": unit},
    )
    deadline.state, deadline.ended_on, deadline.extended = "running", None, True
    deadline.round += 1
    await changed(work, deadline)
    return deadline


async def restart(
    work: Work, deadline: Deadline, amount: int | None, unit: str | None, reason: str, *, rule_key: str | None = None
) -> Deadline:
    """A new time limit from today on, after a report was sent back: a new round of the same deadline.

    Without `amount` the length is that of the rule book's entry `rule_key` (default: instrument.answer.sent_back).
    """
    book = await rulebook(work, deadline.rulebook_key)
    rule = book.deadline(rule_key or "instrument.answer.sent_back")
    given = (amount or rule.amount, unit or rule.unit)
    source = rule.source if given == (rule.amount, rule.unit) else "由文书确定"
    term = term_of(*given, rule.key, source, rule.article)
    before = deadline.due_on
    move(deadline, compute(work.today, term, await calendar(work)))
    note(deadline, "restart", work.today, before, reason, state=deadline.state, rule_key=deadline.rule_key)
    deadline.amount, deadline.unit, deadline.source = term.amount, term.unit, term.source
    deadline.started_on, deadline.start_event = work.today, reason
    deadline.state, deadline.ended_on, deadline.suspended_on = "running", None, None
    deadline.round += 1
    await changed(work, deadline)
    return deadline


async def suspend(work: Work, target: UUID | Deadline, reason: str, *, article: str = "20") -> list[Deadline]:
    """Stop one deadline, or every running one of a matter (by its id), with the rest of its time.

    Of a matter, those that are already overdue keep their end; the sweep leaves them alone meanwhile. One
    deadline that is overdue raises IllegalTransition.
    """
    if isinstance(target, Deadline):
        return [await _suspend(work, target, reason, article)]
    stopped = []
    for deadline in await repository.of_matter(work, target, ("running", "lapsed")):
        if deadline.state == "lapsed" or is_overdue(work, deadline):
            deadline.wake_on = None
            continue
        stopped.append(await _suspend(work, deadline, reason, article))
    return stopped


async def _suspend(work: Work, deadline: Deadline, reason: str, article: str) -> Deadline:
    MACHINE.step(deadline.state, "suspend", Occasion(overdue=is_overdue(work, deadline), ground=reason))
    rest = rest_of(deadline.due_on, work.today, unit_in_force(facts_of(deadline)), await calendar(work))
    note(
        deadline,
        "suspension",
        work.today,
        deadline.due_on,
        reason,
        article=article,
        rest={"amount": rest.amount, "unit": rest.unit},
    )
    deadline.state, deadline.suspended_on, deadline.suspended_reason = "suspended", work.today, reason
    await changed(work, deadline)
    return deadline


async def resume(work: Work, target: UUID | Deadline, reason: str, *, article: str = "20") -> list[Deadline]:
    """Let a suspended deadline, or every one of a matter, run on with the rest of its time."""
    if isinstance(target, Deadline):
        return [await _resume(work, target, reason, article)]
    running = []
    for deadline in await repository.of_matter(work, target, repository.UNFINISHED):
        if deadline.state == "suspended":
            running.append(await _resume(work, deadline, reason, article))
        else:
            await rewake(work, deadline)
    return running


async def _resume(work: Work, deadline: Deadline, reason: str, article: str) -> Deadline:
    MACHINE.step(deadline.state, "resume", Occasion())
    stop = next(change for change in reversed(facts_of(deadline).changes) if change.kind == "suspension")
    assert stop.rest is not None
    before = deadline.due_on
    move(deadline, counted_resumption(work.today, stop.rest, await calendar(work)))
    note(deadline, "resumption", work.today, before, reason, article=article)
    deadline.state, deadline.suspended_on, deadline.suspended_reason = "running", None, ""
    deadline.round += 1
    await changed(work, deadline)
    return deadline


async def recalculate(work: Work, deadline: Deadline, reason: str) -> bool:
    """Count the deadline again on the present calendar. True when its end moved."""
    MACHINE.step(deadline.state, "recalculate", Occasion())
    again = recompute(facts_of(deadline), await calendar(work))
    before = deadline.due_on
    move(deadline, again)
    if again.due == before:
        return False
    note(deadline, "recalculation", work.today, before, reason)
    deadline.round += 1
    await changed(work, deadline)
    return True


async def refresh_matter_due(work: Work, matter_id: UUID, owner: UUID | None = None) -> date | None:
    """Keep the matter's nearest end in step with its deadlines and return it, in the tenancy of the organ that handles
    it (`owner`, where the caller knows it)."""
    owner = owner or await repository.owner_of_matter(work, matter_id)
    if owner is None:
        return None
    async with work.acting_as(owner):
        return await repository.store_next_due(work, matter_id)
