"""Matters as templates want them: tabs, pills, pager, timeline items, action panel. No database here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from kernel.clock import local_date
from kernel.wording import format_date, format_short, format_time
from policy.articles import display
from policy.rulebook import RuleBook
from supervision.matters.facts import Choice
from supervision.matters.listing import COUNT_LIMIT, VIEWS, MatterFilter
from supervision.matters.stages import STAGES
from supervision.matters.views import EventView, EvidenceView, MatterView, Page
from web.turns import Req

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
SIZES: Final = (15, 50, 100)
SORTS: Final = {"due": "按期限由近到远", "created": "按提请时间由近到远", "number": "按编号由新到旧"}
DUES: Final = {"overdue": "逾期", "today": "今日到期", "near": "3 个工作日内到期", "far": "3 个工作日以后到期"}
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


def chosen_filter(request: Req, default_reach: str) -> MatterFilter:
    """The filter in the query string; what is no known value is left out."""
    query = request.query_params
    raw: dict[str, Any] = {
        "view": _one(query.get("view"), VIEWS, "active"),
        "q": query.get("q", "").strip()[:60],
        "stage": tuple(v for v in query.getall("stage", []) if v in STAGES),
        "mode": tuple(query.getall("mode", []))[:9],
        "item": tuple(query.getall("item", []))[:24],
        "supervised": tuple(_ids(query.getall("supervised", []))),
        "handler": next(iter(_ids(query.getall("handler", []))), None),
        "due": _one(query.get("due"), DUES, None),
        "year": int(year) if (year := query.get("year", "")).isdigit() and len(year) == 4 else None,
        "reach": _one(query.get("reach"), ("own", "all"), default_reach),
        "sort": _one(query.get("sort"), SORTS, "due"),
    }
    return MatterFilter(**raw)


def _one(value: str | None, known: Iterable[str], otherwise: str | None) -> str | None:
    return value if value is not None and value in known else otherwise


def _ids(values: Iterable[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def size_of(request: Req) -> int:
    """Rows on a page: 15, 50 or 100."""
    text = request.query_params.get("size", "")
    return int(text) if text in map(str, SIZES) else SIZES[1]


def address(chosen: MatterFilter, *, path: str = "/matters", size: int = SIZES[1], **changes: Any) -> str:
    """The list's address with some values changed; an empty one is left out."""
    known: dict[str, Any] = {
        "view": chosen.view if chosen.view != "active" else None,
        "q": chosen.q,
        "stage": chosen.stage,
        "mode": chosen.mode,
        "item": chosen.item,
        "supervised": chosen.supervised,
        "handler": chosen.handler,
        "due": chosen.due,
        "year": chosen.year,
        "reach": chosen.reach if chosen.reach != "own" else None,
        "sort": chosen.sort if chosen.sort != "due" else None,
        "size": size if size != SIZES[1] else None,
        **changes,
    }
    pairs = {name: value for name, value in known.items() if value}
    return f"{path}?{urlencode(pairs, doseq=True)}" if pairs else path


def list_tabs(chosen: MatterFilter, counts: dict[Any, int], size: int) -> list[dict[str, Any]]:
    """The saved views with their counts."""
    return [
        {
            "label": label,
            "count": count_text(counts[view]),
            "href": address(chosen, size=size, view=view if view != "active" else None),
            "current": view == chosen.view,
        }
        for view, label in VIEWS.items()
    ]


def count_text(number: int) -> str:
    """Exact to 1000, then 1000+."""
    return f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else str(number)


def pills(chosen: MatterFilter, book: RuleBook, names: dict[UUID, str], size: int) -> list[dict[str, str]]:
    """The chosen conditions, each with the address without it."""
    found: list[dict[str, str]] = []

    def add(label: str, **without: Any) -> None:
        found.append({"label": label, "href": address(chosen, size=size, **without)})

    if chosen.q:
        add(f"含“{chosen.q}”", q="")
    if chosen.supervised:
        add("单位：" + "、".join(names.get(i, "所选单位") for i in chosen.supervised), supervised=())
    if chosen.year:
        add(f"立项：{chosen.year}年", year=None)
    if chosen.stage:
        add("环节：" + "、".join(STAGES[key].label for key in chosen.stage), stage=())
    if chosen.item:
        add("监督内容：" + "、".join(display(code) for code in chosen.item if _knows(book, code)), item=())
    if chosen.mode:
        add("方式：" + "、".join(m.name for m in book.modes if m.key in chosen.mode), mode=())
    if chosen.due:
        add(f"期限：{DUES[chosen.due]}", due=None)
    if chosen.handler:
        add("我承办的", handler=None)
    return found


def _knows(book: RuleBook, code: str) -> bool:
    return any(item.code == code for item in book.content_items)


def heads(chosen: MatterFilter, size: int) -> list[dict[str, Any]]:
    """Heads of the list; a sort only where an index serves it."""

    def sortable(label: str, sort: str, way: str) -> dict[str, Any]:
        current = chosen.sort == sort
        return {"label": label, "href": address(chosen, size=size, sort=sort), "sort": way if current else ""}

    return [
        {"label": "选择", "choose_all": True, "class": "zs-c-check"},
        sortable("编号", "number", "desc"),
        {"label": "事项"},
        {"label": "被监督机关"},
        {"label": "环节"},
        sortable("期限", "due", "asc"),
        {"label": "承办"},
    ]


def pager_of(chosen: MatterFilter, page: Page[Any], total: int, size: int) -> dict[str, Any]:
    """What the keyset pager shows."""
    many = f"{COUNT_LIMIT} 件以上" if total > COUNT_LIMIT else f"{total} 件"
    return {
        "summary": f"{VIEWS[chosen.view]} {many}，本页 {len(page.items)} 件，{SORTS[chosen.sort]}",
        "prev": address(chosen, size=size, before=page.previous) if page.previous else "",
        "next": address(chosen, size=size, after=page.next) if page.next else "",
        "sizes": [{"size": n, "href": address(chosen, size=n)} for n in SIZES],
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
