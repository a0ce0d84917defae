"""Matters as templates want them: tabs, pills, pager, timeline items, action panel. No database here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from kernel.clock import local_date
from kernel.wording import format_date, format_short, format_time
from policy.articles import display
from supervision.matters.facts import Choice
from supervision.matters.views import EventView, EvidenceView, MatterView

LOOKS: Final = {
    "grey": "gone",
    "outline": "waiting",
    "light": "checking",
    "blue": "urging",
    "blue-outline": "verify",
    "violet": "government",
    "green": "closed",
}
"""Tone of a stage → look of the badge."""
TABS: Final = (
    ("course", "经过"),
    ("findings", "问题与证据"),
    ("documents", "文书"),
    ("acts", "当事人与行政行为"),
    ("people", "回避与人员"),
    ("trace", "留痕"),
)
_ICONS: Final = {
    "propose": "inbox",
    "approve_opening": "circle-check",
    "reject_opening": "x",
    "assign_handlers": "user-check",
    "record_activity": "clipboard-search",
    "add_evidence": "file-plus",
    "establish_finding": "list-check",
    "drop_finding": "minus",
    "verify_rectification": "shield-check",
    "enter_act": "file-text",
    "enter_remedy": "scales",
    "end_remedy": "scales",
    "settle": "scales",
    "propose_closing": "clipboard-check",
    "approve_closing": "circle-check",
    "return_closing": "refresh-alert",
    "suspend": "pause",
    "resume": "refresh",
    "look_back": "walk",
    "reopen": "history",
    "relapse": "refresh-alert",
    "order_from_above": "flag",
    "declare_recusal": "user",
    "decide_recusal": "user-check",
    "serve": "send",
    "issue": "document-seal",
    "overdue": "alert-circle",
    "lapse": "alert-circle",
    "decide": "gavel",
    "send_report": "report",
    "draft_report": "report",
    "escalate_up": "megaphone",
}


def tile(item: EvidenceView) -> dict[str, str]:
    """A file as the evidence macro wants it."""
    return {"type": item.type, "name": item.name, "note": item.note, "href": item.href}


def events(found: Iterable[EventView], today: date) -> list[dict[str, Any]]:
    """Timeline items. Internal ones are marked; the whole page is internal, so only served ones carry a tag."""
    items = []
    for event in found:
        day = format_short(local_date(event.at), today)
        who = f"{event.who}。" if event.who else ""
        items.append(
            {
                "icon": _ICONS.get(event.action, "note"),
                "title": event.title,
                "time": f"{day} {format_time(event.at)}",
                "articles": event.articles,
                "body": f"{who}{event.note}",
                "tone": "red" if event.action in ("overdue", "lapse", "obstruct") else "plain",
                "attachments": [tile(item) for item in event.evidence],
            }
        )
    return items


def steps(view: MatterView, today: date) -> list[dict[str, Any]]:
    """The stepper: date and note in one line, the article in words."""
    found = []
    for step in view.path:
        parts = [step.note] if step.note else []
        if step.date and not (step.state == "late" and step.note):
            parts.insert(0, format_short(step.date, today))
        found.append(
            {"label": step.label, "state": step.state, "note": " ".join(parts), "article": display(step.article)}
        )
    return found


def acts(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """Choices as the action panel wants them."""
    return [
        {
            "label": c.label,
            "href": c.href,
            "articles": [a for a in c.articles if a],
            "hint": c.hint,
            "reason": c.reason,
            "remedy": c.remedy,
            "next": c.next,
        }
        for c in choices
    ]


def tab_links(view: MatterView, current: str) -> list[dict[str, Any]]:
    """The tabs of the record."""
    counts: dict[str, int | None] = {
        "course": len(view.timeline),
        "findings": len(view.findings),
        "documents": len(view.documents),
        "acts": len(view.acts),
        "people": None,
        "trace": None,
    }
    base = f"/matters/{view.id}"
    return [
        {
            "label": label,
            "count": counts[key],
            "href": base if key == "course" else f"{base}?tab={key}",
            "current": key == current,
        }
        for key, label in TABS
    ]


def day_text(day: date | None) -> str:
    return format_date(day) if day else ""
