"""Keeps the addressee's copy of its limit in step, and makes the 为何 box from that copy alone.

The addressee reads its delivery and nothing else of the issuer: so the delivery carries every fact that the
explanation of the limit needs, and is written anew whenever the limit changes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from kernel.clock import local_date
from kernel.work import Work
from kernel.workdays import WorkCalendar
from policy import rulebook as books
from supervision.deadlines import service as deadlines
from supervision.deadlines.ladder import LadderStep, step_day
from supervision.deadlines.models import Deadline
from supervision.deadlines.recalculation import recalculate_between
from supervision.deadlines.views import DeadlineView, view_of
from supervision.instruments import repository
from supervision.instruments.case import Case, load
from supervision.instruments.models import Delivery
from tenants.organs.directory import directory

_COPIED = (
    "id", "subject_kind", "subject_id", "bound_id", "title", "rule_key", "rulebook_key", "amount", "unit", "source",
    "article", "start_event", "started_on", "due_on", "provisional", "shifted", "calendar_version", "state",
    "suspended_on", "suspended_reason", "ended_on", "extended", "round", "ladder", "history",
)  # fmt: skip
_DAYS = ("started_on", "due_on", "suspended_on", "ended_on")
_IDS = ("id", "subject_id", "bound_id")


def day_of(instant: datetime) -> date:
    """The day in Shanghai."""
    return local_date(instant)


def extendable_kind(kind: str) -> bool:
    """The limit of a decision is the government's own and is not extended (Art. 20)."""
    return kind != "decision"


async def keep(work: Work, case: Case, delivery: Delivery) -> None:
    """Copy the limit as it is now to the delivery, and until when its addressee may ask for more time or object.

    More time is for the first limit only, once. The work acts as the issuing organ.
    """
    deadline = case.deadline
    if deadline is None:
        return
    days = await deadlines.calendar(work)
    notice = case.book.deadline("extension.request_before").amount
    extendable = extendable_kind(delivery.kind) and case.extension is None and not delivery.sent_back_count
    delivery.deadline_id = deadline.id
    delivery.due_on = deadline.due_on
    delivery.term_amount, delivery.term_unit = deadline.amount, deadline.unit
    delivery.extended = deadline.extended
    delivery.extension_until = days.add_workdays(deadline.due_on, -notice) if extendable else None
    if delivery.served_on is not None:
        delivery.objection_until = days.add_workdays(delivery.served_on, case.book.deadline("objection.raise").amount)
    delivery.deadline_view = snapshot(deadline)


def snapshot(deadline: Deadline) -> dict[str, Any]:
    """The facts of a limit in JSON."""
    found: dict[str, Any] = msgspec.to_builtins({column: getattr(deadline, column) for column in _COPIED})
    return found


def _restored(facts: dict[str, Any]) -> Deadline:
    values = dict(facts)
    for column in _DAYS:
        values[column] = date.fromisoformat(values[column]) if values.get(column) else None
    for column in _IDS:
        values[column] = UUID(values[column])
    return Deadline(**values)


def ladder_for(delivery: Delivery) -> tuple[LadderStep, ...]:
    """What happens by itself around the delivery's limit; empty when nothing does."""
    facts = delivery.deadline_view
    steps = deadlines.ladder_of(books.load(facts["rulebook_key"])) if facts.get("ladder") else ()
    # Nothing is reported to the government when its own decision is not executed: Art. 21(11) follows.
    return tuple(step for step in steps if delivery.kind != "decision" or "report_sent" not in step.unless)


def deadline_view(
    delivery: Delivery, calendar: WorkCalendar, today: date, *, extension_pending: bool = False
) -> DeadlineView | None:
    """The limit as its addressee sees it today; None before service and for copies."""
    if not delivery.deadline_view:
        return None
    deadline = _restored(delivery.deadline_view)
    steps = ladder_for(delivery)
    past = {step.key for step in steps if step_day(deadline.due_on, step, calendar) < today}
    flags = {"extension_pending"} if extension_pending else set()
    return view_of(deadline, calendar, today, steps=steps, done=past, flags=flags)


def consequences(delivery: Delivery, calendar: WorkCalendar) -> list[tuple[date, str, str]]:
    """(day, what happens, article) if nothing is reported, from the last day on."""
    if delivery.due_on is None:
        return []
    return [
        (step_day(delivery.due_on, step, calendar), step.label, step.article)
        for step in ladder_for(delivery)
        if step.offset_workdays >= 0
    ]


async def keep_matter(work: Work, matter_id: UUID) -> None:
    """Copy the limits of a matter again after they were stopped, resumed or counted anew."""
    for instrument in await repository.of_matter(work, matter_id):
        if instrument.state in ("served", "answered", "lapsed", "refused"):
            async with work.acting_as(instrument.organ_id):
                case = await load(work, instrument.id)
                if case.delivery is not None:
                    await keep(work, case, case.delivery)


async def recount(work: Work, first: date, last: date) -> int:
    """Count limits again on a changed calendar, and copy them to everything that was served (Art. 19).

    Every living delivery is copied anew, for the last day of an objection may move although the limit does not.
    Runs in the system tenancy; returns how many limits moved.
    """
    moved = await recalculate_between(work, first, last)
    for organ_id in (await directory(work)).organs:
        async with work.acting_as(organ_id):
            for delivery in await repository.living_deliveries(work):
                await keep(work, await load(work, delivery.instrument_id), delivery)
    return moved
