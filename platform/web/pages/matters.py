"""The list of matters, one matter, its files and the export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.wording import format_moment
from kernel.work import Work
from policy.articles import display
from supervision.deadlines import service as deadlines
from supervision.deadlines.views import DeadlineView
from supervision.desk import service as desk
from supervision.matters import service as matters
from supervision.matters.listing import MatterFilter
from supervision.matters.models import LIVE
from supervision.matters.stages import STAGES
from supervision.matters.views import EvidenceView, MatterView
from supervision.recusals import service as recusals
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from web.frame import page, part, wants_part
from web.pages import matter_filters as filters
from web.pages import matter_parts as parts
from web.pages.matter_sent import recusal_of
from web.turns import Req, identity, reading

SHOWN = ("application/pdf", "image/jpeg", "image/png", "image/webp")
"""Media types that a browser shows itself; everything else is downloaded."""


def default_reach(request: Req) -> str:
    """A government's leader reads what its supervision body handles; everybody else begins with the own organ's."""
    return "all" if "government_leader" in identity(request).roles else "own"


@get("/matters")
async def matter_list(request: Req) -> Template:
    """The list, by view and filter, one keyset page. A filter that htmx asked for answers with the list alone."""
    chosen = filters.chosen_filter(request, default_reach(request))
    size = filters.size_of(request)
    async with reading(request) as work:
        await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
        context = await _list(request, work, chosen, size)
        if wants_part(request):
            filtered = request.headers.get("hx-trigger", "").startswith("filter-")
            return part(request, "matters/list_part.html", me=identity(request), filtered=filtered, **context)
        return await page(request, work, "matters/list.html", title="监督事项", active="/matters", **context)


async def _list(request: Req, work: Work, chosen: MatterFilter, size: int) -> dict[str, Any]:
    query, roles = request.query_params, identity(request).roles
    found = await matters.list_matters(work, chosen, query.get("after"), size, before=query.get("before"))
    counts = await matters.count_by_view(work, chosen)
    plain = MatterFilter(view=chosen.view, reach=chosen.reach, sort=chosen.sort)
    total = counts[chosen.view] if chosen == plain else await matters.count(work, chosen)
    book = await deadlines.rulebook(work)
    tree = await directory(work)
    names = {i: tree.short(i) for i in chosen.supervised if i in tree.organs}
    saved = await desk.saved_views(work)
    return {
        "chosen": chosen,
        "size": size,
        "rows": found.items,
        "looks": parts.LOOKS,
        "saved": saved,
        "tabs_list": filters.list_tabs(chosen, counts, size, saved),
        "pills": filters.pills(chosen, book, names, size),
        "heads": filters.heads(chosen, size),
        "pages": filters.pager_of(chosen, found, total, size),
        "here": filters.address(chosen, size=size),
        "clear_href": filters.address(plain, size=size),
        "export_href": filters.address(chosen, path="/matters/export", size=size),
        "query_fields": _fields(chosen, size),
        "stages": [{"value": s.key, "label": s.label} for s in STAGES.values() if s.key != "draft"],
        "items": [{"value": i.code, "label": f"{display(i.code)} {i.name}"} for i in book.content_items],
        "modes": [{"value": m.key, "label": m.name} for m in book.modes],
        "dues": [{"value": k, "label": v} for k, v in filters.DUES.items()],
        "can_export": await _may(work, "matter", "export"),
        "can_urge": await _may(work, "deadline", "urge"),
        "can_reassign": await _may(work, "matter", "assign_handlers"),
        "can_propose": bool({"supervisor", "legal_officer"} & roles),
        "empty_why": "这一视图里没有事项。线索受理后可以提请立项。",
    }


def _fields(chosen: MatterFilter, size: int) -> list[tuple[str, Any]]:
    """The filter as hidden fields, so that each small form keeps what the others chose."""
    _, _, query = filters.address(chosen, size=size).partition("?")
    return parse_qsl(query)


async def _may(work: Work, kind: str, action: str) -> bool:
    verdict, _ = await consider(work, kind, action, Target(owner_id=work.organ_id))
    return verdict.allowed


@get("/matters/export")
async def matter_export(request: Req) -> Response[bytes]:
    """The filtered or chosen matters as a workbook; who took it stands in it and in the audit trail."""
    chosen = filters.chosen_filter(request, default_reach(request))
    ids = filters.ids(request.query_params.getall("chosen", [])[:100])
    async with reading(request) as work:
        name, data = await matters.export(work, chosen, ids)
    return _file(name, data, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _file(name: str, data: bytes, media_type: str, *, inline: bool = False) -> Response[bytes]:
    way = "inline" if inline else "attachment"
    return Response(
        data,
        media_type=media_type,
        headers={"content-disposition": f"{way}; filename*=UTF-8''{quote(name)}", "cache-control": "private, no-store"},
    )


@get("/evidence/{evidence_id:uuid}")
async def evidence(request: Req, evidence_id: FromPath[UUID]) -> Response[bytes]:
    """One file, checked against its hash; the look is audited."""
    async with reading(request) as work:
        found, data = await matters.evidence_file(work, evidence_id)
    return _file(found.name, data, found.media_type, inline=found.media_type in SHOWN)


def _nearest(found: Sequence[DeadlineView]) -> DeadlineView | None:
    """What the chip beside the title shows, as the list does: the first running end, else the last one that lapsed."""
    running = [d for d in found if d.state == "running"]
    return min(running, key=lambda d: d.due_on) if running else max(found, key=lambda d: d.due_on, default=None)


@get("/matters/{matter_id:uuid}")
async def matter(request: Req, matter_id: FromPath[UUID]) -> Template:
    """One matter whole."""
    tab = request.query_params.get("tab", "course")
    labels = dict(parts.TABS)
    tab = tab if tab in labels else "course"
    async with reading(request) as work:
        view = await matters.view(work, matter_id)
        user = identity(request)
        allowed, refused = parts.acts(view.allowed), parts.acts(view.refused)
        open_deadlines = [d for d in view.deadlines if d.state in ("running", "lapsed", "suspended")]
        return await page(
            request,
            work,
            "matters/matter.html",
            title=view.number or view.title,
            active="/matters",
            crumbs=[("监督事项", "/matters"), view.number or view.title],
            view=view,
            now_text=format_moment(work.now),
            recusal=await recusal_of(work, matter_id, "办理"),
            looks=parts.LOOKS,
            tab=tab,
            tab_label=labels[tab],
            tab_links=parts.tab_links(view, tab),
            steps=parts.steps(view, work.today),
            events=parts.events(view.timeline, work.today),
            findings=[_with_tiles(f) for f in view.findings],
            activities=[_with_tiles(a) for a in view.activities],
            evidence=[parts.tile(e) for e in _distinct(view)],
            open_deadlines=open_deadlines,
            nearest=_nearest(open_deadlines),
            allowed=allowed[:6],
            refused=refused[:6],
            primary=next((c for c in allowed if c["next"]), None),
            more=_more(view, allowed, own=view.organ_id == user.organ_id),
            trace=_trace(view),
            can_unmask=bool({"supervisor", "supervision_leader"} & user.roles) and view.organ_id == user.organ_id,
            conflicts=await recusals.matter_conflicts(work, matter_id) if tab == "people" else [],
            people_acts=await _people_acts(work, view) if tab == "people" else [],
        )


async def _people_acts(work: Work, view: MatterView) -> list[dict[str, str]]:
    """What the reader can do about the persons of the matter (Art. 16)."""
    target = Target(view.organ_id, view.supervised_id, view.relation)
    base, found = f"/matters/{view.id}", []
    if view.state in LIVE:
        for action, label, path in (("declare", "申报回避", "recusal"), ("order", "责令回避", "recusal/order")):
            verdict, _ = await consider(work, "recusal", action, target)
            if verdict.allowed:
                found.append({"label": label, "href": f"{base}/{path}"})
    return found


def _with_tiles(record: Any) -> dict[str, Any]:
    made = {name: getattr(record, name) for name in record.__struct_fields__}
    made["evidence"] = [parts.tile(item) for item in record.evidence]
    return made


def _distinct(view: MatterView) -> list[EvidenceView]:
    return list({item.sha256: item for item in view.evidence}.values())


def _more(view: MatterView, allowed: list[dict[str, Any]], *, own: bool) -> list[dict[str, str]]:
    """Acts beyond the panel, and those that stand in no list."""
    items = [{"label": c["label"], "href": c["href"], "icon": "arrow-right"} for c in allowed[6:]]
    if view.can_name_office:
        items.append({"label": "请司法所协助", "href": f"/matters/{view.id}/offices", "icon": "scales"})
    if view.state in ("proposed", "open", "closing") and own:
        items.append({"label": "申报回避", "href": f"/matters/{view.id}/recusal", "icon": "user"})
    items.append({"label": "全部期限", "href": f"/matters/{view.id}/deadlines", "icon": "calendar-due"})
    return items


def _trace(view: MatterView) -> list[tuple[str, str]]:
    """What the record rests on, above its trail."""
    return [
        ("监督关系", f"{view.relation_label}（{display(view.relation_article)}）"),
        ("监督方式", f"{view.mode_name}（{display(view.mode_article)}）"),
        ("监督内容", "、".join(display(code) for code in view.content_items)),
        ("立项依据", "：".join(part for part in (view.basis_label, view.basis_note) if part)),
        ("适用规则", view.rulebook_name),
    ]


@get("/matters/{matter_id:uuid}/deadlines")
async def matter_deadlines(request: Req, matter_id: FromPath[UUID]) -> Template:
    """Every deadline of the matter, each with its reason opened."""
    async with reading(request) as work:
        view = await matters.view(work, matter_id)
        return await page(
            request,
            work,
            "matters/deadlines.html",
            title="全部期限",
            active="/matters",
            crumbs=[("监督事项", "/matters"), (view.number or view.title, f"/matters/{view.id}"), "全部期限"],
            view=view,
            may_prolong=view.organ_id == work.organ_id and await _may(work, "deadline", "override"),
        )


ROUTES = [matter_list, matter_export, evidence, matter, matter_deadlines]
