"""The list of matters as its address and its templates want it: filter, tabs, pills, heads, pager. No database here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from policy.articles import display
from policy.rulebook import RuleBook
from supervision.desk.service import SavedFilter
from supervision.matters.listing import COUNT_LIMIT, VIEWS, MatterFilter
from supervision.matters.stages import STAGES
from supervision.matters.views import Page
from web.turns import Req

SIZES: Final = (15, 50, 100)
SORTS: Final = {"due": "按期限由近到远", "created": "按提请时间由近到远", "number": "按编号由新到旧"}
DUES: Final = {"overdue": "逾期", "today": "今日到期", "near": "3 个工作日内到期", "far": "3 个工作日以后到期"}


def chosen_filter(request: Req, default_reach: str) -> MatterFilter:
    """The filter in the query string; what is no known value is left out."""
    return filter_of(request.query_params.multi_items(), default_reach)


def filter_of(pairs: Iterable[tuple[str, Any]], default_reach: str) -> MatterFilter:
    """The filter in names and values as an address or a form holds them."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(str(value))

    def first(name: str) -> str:
        return given.get(name, [""])[0]

    raw: dict[str, Any] = {
        "view": _one(first("view"), VIEWS, "active"),
        "q": first("q").strip()[:60],
        "stage": tuple(v for v in given.get("stage", []) if v in STAGES),
        "mode": tuple(given.get("mode", []))[:9],
        "item": tuple(given.get("item", []))[:24],
        "supervised": tuple(ids(given.get("supervised", []))),
        "handler": next(iter(ids(given.get("handler", []))), None),
        "due": _one(first("due"), DUES, None),
        "year": int(year) if (year := first("year")).isdigit() and len(year) == 4 else None,
        "reach": _one(first("reach"), ("own", "all"), default_reach),
        "sort": _one(first("sort"), SORTS, "due"),
    }
    return MatterFilter(**raw)


def here(address: str) -> str:
    """An address of the list that a form carries with it; anything else leads to the list as it opens."""
    return address if address.startswith("/matters?") and address.isprintable() else "/matters"


def _one(value: str | None, known: Iterable[str], otherwise: str | None) -> str | None:
    return value if value is not None and value in known else otherwise


def ids(values: Iterable[str]) -> list[UUID]:
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


def list_tabs(
    chosen: MatterFilter, counts: dict[Any, int], size: int, saved: Sequence[SavedFilter] = ()
) -> list[dict[str, Any]]:
    """The views of the product with their counts, then those that the post saved."""
    return [
        {
            "id": f"view-{view}",
            "label": label,
            "count": count_text(counts[view]),
            "href": address(chosen, size=size, view=view if view != "active" else None),
            "current": view == chosen.view and not any(one.filter == chosen for one in saved),
        }
        for view, label in VIEWS.items()
    ] + [
        {
            "id": f"view-{one.id}",
            "label": one.name,
            "href": address(one.filter, size=size),
            "current": one.filter == chosen,
            "icon": "bookmark",
        }
        for one in saved
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
        href = address(chosen, size=size, sort=sort)
        return {"label": label, "href": href, "sort": way if chosen.sort == sort else "", "id": f"sort-{sort}"}

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
