"""Organs and who may supervise them, how far, by which article, on any day."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from kernel.wording import format_date
from kernel.work import Work
from policy.articles import display
from tenants.access import Target, authorize
from tenants.organs.directory import Directory, directory, directory_on
from web import organ_pages
from web.forms import parse_day
from web.frame import page, part
from web.organ_views import picker_item, picker_items
from web.turns import Req, identity, reading

TABS = (("over", "谁可以监督本单位"), ("under", "本单位可以监督谁"), ("history", "沿革"))
PAGE = 50


@get("/organs")
async def organs(request: Req) -> Template:
    """The reader's own organ, or what a search in the register finds."""
    words = request.query_params.get("q", "").strip()[:60]
    async with reading(request) as work:
        await authorize(work, "organ", "list", Target())
        if not words:
            return await _organ_page(request, work, identity(request).organ_id)
        tree, on = await _tree(request, work)
        start = _start(request.query_params.get("from", ""))
        hits = tree.search(words, PAGE + 1, start)
        found = [picker_item(tree, organ, words) for organ in hits[:PAGE]]
        return await page(
            request,
            work,
            "organs/search.html",
            title="单位与监督关系",
            active="/organs",
            found=found,
            words=words,
            summary=_summary(start, len(found), more=len(hits) > PAGE),
            prev_href=_found(words, on, start - PAGE) if start else "",
            next_href=_found(words, on, start + PAGE) if len(hits) > PAGE else "",
            on_value=on,
            tree_nodes=organ_pages.tree_nodes(tree, None, on),
        )


def _start(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _found(words: str, on: str, start: int) -> str:
    query = {"q": words, "on": on, "from": str(start) if start > 0 else ""}
    return f"/organs?{urlencode({key: value for key, value in query.items() if value})}"


def _summary(start: int, count: int, *, more: bool) -> str:
    if not more:
        return f"第 {start + 1} 至 {start + count} 个，共 {start + count} 个"
    return f"第 {start + 1} 至 {start + count} 个，后面还有，可以翻页或者增加关键词缩小范围"


@get("/organs/search")
async def organ_options(request: Req) -> Template:
    """Hits for any organ picker: the text is in the one parameter whose name ends in `_text`."""
    words = next((v for k, v in request.query_params.items() if k.endswith("_text")), "")[:60]
    async with reading(request) as work:
        items = picker_items(await directory(work), words)
    return part(request, "organs/options.html", items=items, term=words)


@get("/organs/{organ_id:uuid}")
async def organ(request: Req, organ_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _organ_page(request, work, organ_id)


@get("/organs/{organ_id:uuid}/children")
async def children(request: Req, organ_id: FromPath[UUID]) -> Template:
    """One opened branch of the tree."""
    async with reading(request) as work:
        await authorize(work, "organ", "list", Target())
        tree, on = await _tree(request, work)
        return part(request, "organs/children.html", nodes=organ_pages.child_nodes(tree, organ_id, on))


async def _tree(request: Req, work: Work) -> tuple[Directory, str]:
    """The directory of the chosen day, and the day as it stands in addresses (empty: today)."""
    chosen: date | None = parse_day(request.query_params.get("on", ""), work.today)
    if chosen is None or chosen == work.today:
        return await directory(work), ""
    return await directory_on(work, chosen), chosen.isoformat()


async def _organ_page(request: Req, work: Work, organ_id: UUID) -> Template:
    tree, on = await _tree(request, work)
    shown = tree.get(organ_id)
    await authorize(work, "relation", "read", Target(supervised_id=organ_id))
    tab = request.query_params.get("tab", "over")
    over = organ_pages.supervisor_rows(tree, organ_id)
    under = organ_pages.supervised_rows(tree, organ_id)
    start = request.query_params.get("from", "0")
    first = min(int(start), len(under)) if start.isdigit() and len(start) < 6 else 0
    counts = {"over": len(over), "under": len(under), "history": None}
    base = f"/organs/{organ_id}"

    def address(**chosen: str | int) -> str:
        known = {k: v for k, v in {"on": on, **chosen}.items() if v}
        return f"{base}?{urlencode(known)}" if known else base

    government = tree.government_of(organ_id)
    return await page(
        request,
        work,
        "organs/organ.html",
        title="单位与监督关系",
        active="/organs",
        around=organ_id,
        organ=shown,
        head=organ_pages.head(tree, shown),
        tab=tab if tab in counts else "over",
        tabs_list=[
            {"label": label, "count": counts[key], "href": address(tab=key), "current": key == tab}
            for key, label in TABS
        ],
        over=over,
        under=under[first : first + PAGE],
        under_total=len(under),
        under_prev=address(tab="under", **{"from": first - PAGE}) if first >= PAGE else "",
        under_next=address(tab="under", **{"from": first + PAGE}) if first + PAGE < len(under) else "",
        acts_for=government if shown.is_supervision_body and government else None,
        acts_for_name=tree.name(government) if government else "",
        diagram=organ_pages.diagram(tree, shown, over, display),
        never=organ_pages.not_supervisors(tree, organ_id),
        history=organ_pages.history(tree, shown),
        on_value=on,
        on_text=format_date(tree.on),
        tree_nodes=organ_pages.tree_nodes(tree, organ_id, on),
    )


ROUTES = [organs, organ_options, organ, children]
