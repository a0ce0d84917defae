"""A deadline as pages and the API show it: chip, date, why that date, what happens next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import msgspec

from kernel.wording import format_date, format_due, format_short, weekday
from kernel.workdays import WorkCalendar
from supervision.deadlines.chips import Chip
from supervision.deadlines.counting import Change, DeadlineFacts, Rest, Term
from supervision.deadlines.ladder import LadderStep, upcoming
from supervision.deadlines.models import Deadline
from supervision.deadlines.rules import STATES, chip, explain, notes, strip_of
from supervision.deadlines.strip import DayCell

_ACTS = {
    "clue.acceptance": "受理",
    "clue.completion": "办结",
    "clue.extension": "办结",
    "clue.result_back": "反馈结果",
    "instrument.answer": "报告",
    "instrument.deemed_service": "签收",
    "objection.decide": "处理",
    "recusal.decide": "决定",
    "decision.execution": "报告",
    "vertical.notify_upper": "告知",
    "matter.look_back": "回访",
}
"""Rule key (or its beginning) → what has to be done in time."""


_GROUNDS = {"article": "办法规定", "default": "规则默认期限，可由本单位调整", "tenant": "本单位规则"}


class DeadlineView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the 为何 box shows. `sentence` is the whole explanation; `next` what happens by itself next."""

    id: UUID
    title: str
    subject_kind: str
    subject_id: UUID
    state: str
    state_label: str
    started_on: date
    due_on: date
    date_text: str
    due_text: str
    chip: Chip
    articles: list[str]
    length: str
    """How long and on which ground in a few words: 10 个工作日，规则默认期限。"""
    sentence: str
    notes: list[str]
    cells: list[DayCell]
    next: str = ""
    next_on: date | None = None
    next_articles: list[str] = []


def facts_of(deadline: Deadline, *, extension_pending: bool = False) -> DeadlineFacts:
    """The row as the pure rules read it. History before the last new round counts no more."""
    return DeadlineFacts(
        start=deadline.started_on,
        start_event=deadline.start_event,
        term=Term(deadline.amount, deadline.unit, deadline.rule_key, deadline.source, deadline.article),  # type: ignore[arg-type]
        due=deadline.due_on,
        calendar_version=deadline.calendar_version,
        provisional=deadline.provisional,
        state=deadline.state,
        act=_act(deadline.rule_key),
        changes=tuple(_changes(deadline)),
        done_on=deadline.ended_on if deadline.state == "met" else None,
        stop_reason=deadline.suspended_reason,
        extension_pending=extension_pending,
    )


def _act(rule_key: str) -> str:
    return next((word for key, word in _ACTS.items() if rule_key.startswith(key)), "办理")


def _changes(deadline: Deadline) -> list[Change]:
    found: list[Change] = []
    for entry in deadline.history:
        if entry["kind"] == "restart":
            found.clear()
            continue
        term, rest = entry.get("term"), entry.get("rest")
        found.append(
            Change(
                kind=entry["kind"],
                on=date.fromisoformat(entry["on"]),
                due_before=date.fromisoformat(entry["from"]),
                due_after=date.fromisoformat(entry["to"]),
                reason=entry["reason"],
                article=entry.get("article", ""),
                term=Term(term["amount"], term["unit"], deadline.rule_key, "article", deadline.article)
                if term
                else None,
                rest=Rest(rest["amount"], rest["unit"]) if rest else None,
            )
        )
    return found


def view_of(
    deadline: Deadline,
    calendar: WorkCalendar,
    today: date,
    *,
    steps: tuple[LadderStep, ...] = (),
    done: Collection[str] = (),
    flags: Collection[str] = (),
) -> DeadlineView:
    """The view of one deadline; `steps` is the ladder that runs on it, `flags` what holds or shortens it."""
    facts = facts_of(deadline, extension_pending="extension_pending" in flags)
    ahead = upcoming(deadline.due_on, calendar, steps, done, flags={deadline.state, *flags}) if steps else []
    following = next((step for step in ahead if step.on >= today), None)
    return DeadlineView(
        id=deadline.id,
        title=deadline.title,
        subject_kind=deadline.subject_kind,
        subject_id=deadline.subject_id,
        state=deadline.state,
        state_label=STATES[deadline.state],
        started_on=deadline.started_on,
        due_on=deadline.due_on,
        date_text=f"{format_short(deadline.due_on, today)} {weekday(deadline.due_on)}",
        due_text=format_due(deadline.due_on),
        chip=chip(facts, today, calendar),
        articles=[deadline.article],
        length=f"{facts.term.label}，{_GROUNDS.get(deadline.source, deadline.source)}。",
        sentence=explain(facts, calendar, today),
        notes=notes(facts, calendar),
        cells=strip_of(facts, today, calendar),
        next=f"{format_date(following.on)}：{following.step.label}。" if following else "",
        next_on=following.on if following else None,
        next_articles=[following.step.article] if following else [],
    )
