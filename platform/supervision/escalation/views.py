"""Escalated items and circular drafts as pages and the API show them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec

from supervision.escalation.models import CircularDraft, EscalatedItem


class EscalatedView(msgspec.Struct, frozen=True, kw_only=True):
    """An overdue item of a body below, with what was done about it."""

    id: UUID
    matter_id: UUID
    matter_number: str
    matter_title: str
    from_organ_name: str
    supervised_name: str
    due_on: date
    overdue_workdays: int
    """When it rose."""
    raised_at: datetime
    handled_at: datetime | None
    handled_note: str


class CircularLine(msgspec.Struct, frozen=True, kw_only=True):
    organ: str
    matter_number: str
    title: str
    instrument: str
    due_on: date
    overdue_workdays: int
    settled: bool = False
    """Of a draft: no longer overdue, so left out when it is issued."""


class CircularView(msgspec.Struct, frozen=True, kw_only=True):
    """The circular of a month: a draft, issued under a number, or discarded with a reason."""

    id: UUID
    version: int
    month: str
    drafted_at: datetime
    state: str
    state_label: str
    lines: list[CircularLine]
    requirement: str
    decided_at: datetime | None
    decided_by_name: str
    discard_reason: str
    href: str
    """The PDF, once issued."""
    may_decide: bool = False
    refusal: str = ""
    """Why the reader does not decide on it."""


CIRCULAR_STATES = {"draft": "草稿", "issued": "已印发", "discarded": "不印发"}


def item_view(row: EscalatedItem) -> EscalatedView:
    return EscalatedView(
        id=row.id,
        matter_id=row.matter_id,
        matter_number=row.matter_number,
        matter_title=row.matter_title,
        from_organ_name=row.from_organ_name,
        supervised_name=row.supervised_name,
        due_on=row.due_on,
        overdue_workdays=row.overdue_workdays,
        raised_at=row.raised_at,
        handled_at=row.handled_at,
        handled_note=row.handled_note,
    )


def circular_view(row: CircularDraft, overdue: Collection[str], requirement: str) -> CircularView:
    """`overdue`: the deadlines that are overdue today; `requirement`: what a draft offers to ask for."""
    draft = row.state == "draft"
    lines = [
        CircularLine(
            organ=line["organ"],
            matter_number=line["matter_number"],
            title=line["title"],
            instrument=line["instrument"],
            due_on=date.fromisoformat(line["due_on"]),
            overdue_workdays=line["overdue_workdays"],
            settled=draft and line["deadline_id"] not in overdue,
        )
        for line in row.lines
    ]
    return CircularView(
        id=row.id,
        version=row.row_version,
        month=row.month,
        drafted_at=row.drafted_at,
        state=row.state,
        state_label=CIRCULAR_STATES[row.state],
        lines=lines,
        requirement=requirement if draft else row.requirement,
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
        discard_reason=row.discard_reason,
        href=f"/instruments/papers/{row.paper_id}/pdf" if row.paper_id else "",
    )
