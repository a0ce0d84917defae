"""What both readings share: the place in a list, and the history of the record as their pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.errors import Invalid
from kernel.models import TimelineEvent
from supervision.matters.views import EventView

SHOWN = frozenset({"instrument", "report", "decision", "remedy", "delivery", "deadline"})
QUIET = frozenset({"draft", "update_draft", "submit", "return_draft", "approve", "update_report"})
"""What of the record's history the page of a report shows."""
EVENTS = 14


def cursor(moment: datetime, row_id: UUID) -> str:
    return f"{moment.isoformat()}~{row_id}"


def place(after: str | None) -> tuple[datetime, UUID] | None:
    if not after:
        return None
    try:
        moment, row_id = after.split("~", 1)
        return datetime.fromisoformat(moment), UUID(row_id)
    except ValueError:
        raise Invalid("翻页位置无效，请回到第一页。", field="after") from None


def events(history: Sequence[TimelineEvent]) -> list[EventView]:
    found = [e for e in history if e.subject_kind in SHOWN and e.action not in QUIET]
    return [
        EventView(
            id=e.id,
            at=e.at,
            action=e.action,
            title=e.title,
            note=e.note,
            articles=e.articles,
            who="系统记录" if e.actor_name == "系统" else f"{e.actor_name} {e.actor_title}".strip(),
            internal=e.visibility == "internal",
            subject_kind=e.subject_kind,
            subject_id=e.subject_id,
            evidence=[],
        )
        for e in found[:EVENTS]
    ]
