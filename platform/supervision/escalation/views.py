"""Escalated items and circular drafts as pages and the API show them."""

from __future__ import annotations

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


class CircularView(msgspec.Struct, frozen=True, kw_only=True):
    """The draft circular of a month."""

    id: UUID
    month: str
    drafted_at: datetime
    state: str
    lines: list[CircularLine]


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


def circular_view(row: CircularDraft) -> CircularView:
    lines = [msgspec.convert(line, CircularLine) for line in row.lines]
    return CircularView(id=row.id, month=row.month, drafted_at=row.drafted_at, state=row.state, lines=lines)
