"""Clues of all channels pooled: figures, likely duplicates, the hotline's orders, social supervisors (Arts. 15, 17)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.wording import format_count, format_moment
from kernel.work import Work
from supervision.channels import service as channels
from supervision.channels.rules import ORDER_STATES
from supervision.channels.views import Count, PooledView
from tenants.access import Target, consider
from tenants.organs.directory import directory
from web.forms import Form, parse_id
from web.frame import page
from web.turns import Req, reading, turn

HERE = "/channels"
CLUES = "/clues"
SECTIONS = (
    ("线索统筹", HERE, "overview"),
    ("疑似重复", f"{HERE}/duplicates", "judge_duplicates"),
    ("热线工单", f"{HERE}/hotline", "list_orders"),
    ("社会监督员", f"{HERE}/supervisors", "list_supervisors"),
)
SPANS = (("3", "近3个月"), ("12", "近12个月"), ("24", "近24个月"))
SHOWN = 10
"""Bars of a list; the others are added up in the last one."""
LOOKS = {"open": "waiting", "withdrawn": "gone", "returned": "gone", "ended": "closed"}
CLUE_LOOKS = {"new": "waiting", "accepted": "checking", "in_matter": "urging"}


async def sections(work: Work, current: str) -> list[dict[str, Any]]:
    """The lists that share one place in the navigation, as far as the reader may open them."""
    found = []
    for label, href, action in SECTIONS:
        verdict, _ = await consider(work, "channel", action, Target(owner_id=work.organ_id))
        if verdict.allowed:
            found.append({"label": label, "href": href, "current": href == current})
    return found if len(found) > 1 else []


async def may(work: Work, action: str) -> bool:
    verdict, _ = await consider(work, "channel", action, Target(owner_id=work.organ_id))
    return verdict.allowed


@get("/channels")
async def overview(request: Req) -> Template:
    """The pooled view; numbers open the list of clues where one pool is looked at."""
    query = request.query_params
    span = query.get("months", "12") if query.get("months", "12") in dict(SPANS) else "12"
    reach = query.get("reach", "own")[:40]
    async with reading(request) as work:
        view = await channels.pooled(work, months=int(span), reach=reach)
        tree = await directory(work)
        below = channels.readable(tree, work.organ_id)
        reaches = [("own", "本单位"), *([("all", "全部单位")] if below else [])]
        chosen = tree.short(UUID(view.reach)) if view.reach not in ("own", "all") else dict(reaches).get(view.reach, "")
        lists = await _opens_lists(work, view)
        return await page(
            request,
            work,
            "channels/overview.html",
            title="线索统筹",
            active=HERE,
            view=view,
            sections=await sections(work, HERE),
            spans=_links(SPANS, "months", span, reach=reach),
            reaches=_links(reaches, "reach", reach, months=span),
            pools=[(str(o), tree.short(o)) for o in below],
            chosen=chosen,
            span=span,
            figures=_figures(view, lists),
            parts=_parts(view, lists, span),
            trend=_trend(view),
            may_report=await may(work, "report"),
            now_text=format_moment(work.now),
        )


def _links(options: Any, name: str, current: str, **more: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": f"{HERE}?{urlencode({**more, name: key})}", "current": key == current}
        for key, label in options
    ]


async def _opens_lists(work: Work, view: PooledView) -> dict[str, str] | None:
    """What an address of the clue list begins with; None where no single pool is looked at that the reader may list."""
    if view.reach == "all":
        return None
    owner = work.organ_id if view.reach == "own" else UUID(view.reach)
    verdict, _ = await consider(work, "clue", "list", Target(owner_id=owner))
    if not verdict.allowed:
        return None
    return {"state": "all", **({"handler": view.reach} if view.reach != "own" else {})}


def _figures(view: PooledView, lists: dict[str, str] | None) -> list[dict[str, Any]]:
    def href(**more: str) -> str:
        return f"{CLUES}?{urlencode({**lists, **more})}" if lists is not None else ""

    return [
        {"label": "收到线索", "value": view.total, "unit": "条", "href": href()},
        {"label": "待受理、已受理", "value": view.open, "unit": "条"},
        {"label": "其中逾期", "value": view.overdue, "unit": "条", "tone": "red" if view.overdue else "",
         "href": href(due="overdue") if view.overdue else ""},
        {"label": "合并办理", "value": view.merged, "unit": "条", "href": href(state="merged") if view.merged else ""},
    ]  # fmt: skip


def _parts(view: PooledView, lists: dict[str, str] | None, span: str) -> list[dict[str, Any]]:
    def bars(counts: list[Count], name: str) -> list[dict[str, Any]]:
        made = [{"label": c.label, "value": c.clues, "href": _href(lists, name, c.key)} for c in counts[:SHOWN]]
        rest = sum(c.clues for c in counts[SHOWN:])
        return [*made, *([{"label": f"其他 {len(counts) - SHOWN} 项", "value": rest}] if rest else [])]

    areas = [
        {"label": c.label, "value": c.clues, "href": f"{HERE}?{urlencode({'months': span, 'reach': c.key})}"}
        for c in view.areas
    ]
    months = [
        {"label": c.label, "value": c.clues, "href": _href(lists, "month", c.key)} for c in view.months if c.clues
    ]
    return [
        {"title": "按线索渠道", "id": "by-channel", "bars": bars(view.channels, "source")},
        {"title": "按被反映单位", "id": "by-organ", "bars": bars(view.organs, "subject")},
        {"title": "按监督内容", "id": "by-item", "bars": bars(view.items, "item"),
         "note": "第八条至第十条；一条线索可以有几项"},
        {"title": "按业务条线", "id": "by-line", "bars": bars(view.lines, "")},
        {"title": "按收到月份", "id": "by-month", "bars": months},
        *([{"title": "按办理单位", "id": "by-area", "bars": areas}] if view.reach == "all" else []),
    ]  # fmt: skip


def _href(lists: dict[str, str] | None, name: str, key: str) -> str:
    return f"{CLUES}?{urlencode({**lists, name: key})}" if lists is not None and name and key else ""


def _trend(view: PooledView) -> dict[str, Any]:
    labels = [
        f"{int(c.key[5:])}月" if n and c.key[5:] != "01" else c.key.replace("-", ".") for n, c in enumerate(view.months)
    ]
    values = [c.clues for c in view.months]
    most = max(view.months, key=lambda c: c.clues)
    sentence = f"{view.first} 至 {view.last} 共收到线索 {view.total} 条"
    if view.total:
        sentence += f"，{most.label}最多，{most.clues} 条"
    return {"labels": labels, "series": [{"name": "收到线索", "values": values}], "sentence": f"{sentence}。"}


@get("/channels/duplicates")
async def duplicates(request: Req) -> Template:
    """Pairs that may be one, side by side, to be merged or told apart."""
    here = f"{HERE}/duplicates"
    async with reading(request) as work:
        found = await channels.proposals(work, after=request.query_params.get("after", "")[:80], limit=20)
        return await page(
            request,
            work,
            "channels/duplicates.html",
            title="疑似重复的线索",
            active=HERE,
            crumbs=[("线索统筹", HERE), "疑似重复"],
            rows=found.items,
            looks=CLUE_LOOKS,
            sections=await sections(work, here),
            next_href=f"{here}?{urlencode({'after': found.next})}" if found.next else "",
            first_href=here if request.query_params.get("after") else "",
        )


@post("/channels/duplicates/{proposal_id:uuid}/merge", status_code=303)
async def merge(request: Req, proposal_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        kept = await channels.accept_pair(t.work, proposal_id)
        return t.redirect(f"/clues/{kept}")


@post("/channels/duplicates/{proposal_id:uuid}/reject", status_code=303)
async def reject(request: Req, proposal_id: FromPath[UUID]) -> Response[bytes]:
    sent = await request.form()
    async with turn(request) as t:
        await channels.reject_pair(t.work, proposal_id, Form(sent, t.work.today).text("note"))
        return t.redirect(f"{HERE}/duplicates")


@get("/channels/hotline")
async def orders(request: Req) -> Template:
    """The hotline's orders with their terms and what they became."""
    here = f"{HERE}/hotline"
    state = request.query_params.get("state", "open")
    state = state if state in ORDER_STATES else ""
    async with reading(request) as work:
        found = await channels.orders(work, state=state, after=parse_id(request.query_params.get("after", "")))
        tabs = [*ORDER_STATES.items(), ("all", "全部")]
        return await page(
            request,
            work,
            "channels/orders.html",
            title="12345热线工单",
            active=HERE,
            crumbs=[("线索统筹", HERE), "热线工单"],
            rows=found.items,
            looks=LOOKS,
            sections=await sections(work, here),
            tabs_list=[
                {"label": label, "href": f"{here}?state={key}", "current": key == (state or "all")}
                for key, label in tabs
            ],
            summary=f"本页 {format_count(len(found.items), '件')}，最近的在前",
            next_href=f"{here}?{urlencode({'state': state or 'all', 'after': found.next})}" if found.next else "",
            first_href=f"{here}?state={state or 'all'}" if request.query_params.get("after") else "",
        )


@get("/channels/supervisors")
async def supervisors(request: Req) -> Template:
    """The register of social supervisors (Art. 15)."""
    here, ended = f"{HERE}/supervisors", request.query_params.get("view") == "ended"
    async with reading(request) as work:
        after = request.query_params.get("after", "")[:80]
        found = await channels.supervisors(work, ended=ended, after=after)
        view = "ended" if ended else "open"
        return await page(
            request,
            work,
            "channels/supervisors.html",
            title="社会监督员",
            active=HERE,
            crumbs=[("线索统筹", HERE), "社会监督员"],
            rows=found.items,
            ended=ended,
            may_appoint=await may(work, "appoint"),
            sections=await sections(work, here),
            tabs_list=[
                {"label": "在聘", "href": f"{here}?view=open", "current": not ended},
                {"label": "已届满或者终止", "href": f"{here}?view=ended", "current": ended},
            ],
            summary=f"本页 {format_count(len(found.items), '人')}，聘期长的在前",
            next_href=f"{here}?{urlencode({'view': view, 'after': found.next})}" if found.next else "",
            first_href=f"{here}?view={view}" if after else "",
        )


ROUTES = [overview, duplicates, merge, reject, orders, supervisors]
