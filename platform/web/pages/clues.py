"""The pool of clues, registering one, one clue, and the form of each step."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.clock import SHANGHAI
from kernel.errors import FieldError, Invalid
from kernel.wording import format_count, format_moment
from kernel.work import Work
from policy.articles import display
from supervision.channels import service as channels
from supervision.clues import service as clues
from supervision.clues.commands import Attachment, ComplainantInput, RegisterClue
from supervision.deadlines import service as deadlines
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from web.forms import Form
from web.frame import page, part
from web.organ_views import exact
from web.pages import clue_parts as parts
from web.pages.desk import why_of
from web.turns import Req, identity, reading, turn

SHOWN = ("application/pdf", "image/jpeg", "image/png", "image/webp")


def is_office(request: Req) -> bool:
    """Whether the reader registers for another organ and follows the progress."""
    return "judicial_assistant" in identity(request).roles


@get("/clues")
async def pool(request: Req) -> Template:
    """The pool by state; judicial offices see what they registered."""
    origin = is_office(request)
    wanted, tab, size = parts.chosen(request, origin)
    query = request.query_params
    async with reading(request) as work:
        counts = await clues.count_by_state(work, origin=origin, handler_id=wanted.handler_id)
        found = await clues.list_clues(
            work, wanted, after=query.get("after", ""), before=query.get("before", ""), limit=size, origin=origin
        )
        book, tree = await deadlines.rulebook(work), await directory(work)
        names = {s.key: s.name for s in book.clue_sources}
        names |= {i.code: i.name for i in book.content_items}
        names |= {str(o): tree.short(o) for o in (wanted.subject_id, wanted.handler_id) if o in tree.organs}
        label = dict(parts.STATES)[tab]
        order = "按期限由近到远" if tab in ("new", "accepted") or wanted.due else "按收到时间由近到远"
        return await page(
            request,
            work,
            "clues/list.html",
            title="线索登记" if origin else "线索池",
            active="/clues",
            rows=found.rows,
            looks=parts.LOOKS,
            tab=tab,
            wanted=wanted,
            size=size,
            tabs_list=[
                {"label": text, "count": counts[key], "href": parts.address(wanted, key, size), "current": key == tab}
                for key, text in parts.STATES
            ],
            pills=parts.pills(wanted, tab, size, names),
            sources=[{"value": s.key, "label": s.name} for s in book.clue_sources],
            dues=[{"value": k, "label": v} for k, v in parts.DUES.items()],
            summary=f"{label} {format_count(counts[tab], '条')}，本页 {format_count(len(found.rows), '条')}，{order}",
            next_href=parts.address(wanted, tab, size, after=found.after) if found.after else "",
            prev_href=parts.address(wanted, tab, size, before=found.before) if found.before else "",
            sizes=[{"size": s, "href": parts.address(wanted, tab, s)} for s in parts.SIZES],
            clear_href=f"/clues?state={tab}",
            origin=origin,
        )


@get("/clues/new")
async def new_clue(request: Req) -> Template:
    """The form to register a clue."""
    async with reading(request) as work:
        return await _new_form(request, work, {"received_on": work.today.isoformat(), "confidential": "yes"}, [])


async def _new_form(
    request: Req, work: Work, values: dict[str, Any], errors: list[FieldError], status: int = 200
) -> Template:
    await authorize(work, "clue", "register", Target(owner_id=work.organ_id))
    book, tree = await deadlines.rulebook(work), await directory(work)
    owner = clues.handling_organ(tree, work.organ_id)
    return await page(
        request,
        work,
        "clues/new.html",
        title="登记线索",
        active="/clues",
        crumbs=[("线索登记" if is_office(request) else "线索池", "/clues"), "登记线索"],
        status=status,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        sources=[(s.key, s.name) for s in book.clue_sources],
        items=[{"value": i.code, "label": i.name, "articles": [display(i.code)]} for i in book.content_items],
        acceptance=book.deadline("clue.acceptance").length,
        owner=tree.short(owner) if owner != work.organ_id else "",
    )


@post("/clues/similar", status_code=200)
async def similar(request: Req) -> Template:
    """Likely duplicates of what is being written; for pools that the reader handles."""
    async with reading(request) as work:
        form = Form(await request.form(), work.today)
        await authorize(work, "clue", "register", Target(owner_id=work.organ_id))
        title, facts = form.text("title")[:60], form.text("facts")[:4000]
        found = [] if is_office(request) or len(title) < 4 else await clues.likely(work, title, facts)
    return part(request, "clues/similar.html", similar=found)


@post("/clues")
async def register(request: Req) -> Response[Any] | Template:
    """Register and go to the clue; with errors the form again, as it was filled in."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            command = await _command(t.work, form)
            form.check()
            clue = await clues.register(t.work, command)
            return t.redirect(f"/clues/{clue.id}")
    except Invalid as wrong:
        async with reading(request) as work:
            form = Form(sent, work.today)
            values = form.values | {"content_items": form.many("content_items")}
            return await _new_form(request, work, values, wrong.errors or [FieldError("title", wrong.message)], 422)


async def _command(work: Work, form: Form) -> RegisterClue:
    tree = await directory(work)
    subject = form.id("subject") or exact(tree, form.text("subject_text"))
    received = form.day("received_on")
    anonymous = form.checked("anonymous")
    happened = form.day("happened_on")
    unknown = form.checked("subject_unknown")
    return RegisterClue(
        source=form.text("source"),
        title=form.text("title"),
        facts=form.text("facts"),
        place=form.text("place"),
        happened_on=happened,
        received_at=_noon(work, received) if received and received != work.today else None,
        subject_organ_id=None if unknown else subject,
        subject_name="" if subject or unknown else form.text("subject_text"),
        subject_unknown=unknown,
        content_items=tuple(form.many("content_items")),
        urgent=form.checked("urgent"),
        external_id=form.text("external_id"),
        complainant=ComplainantInput(
            name="" if anonymous else form.text("complainant_name"),
            contact=form.text("complainant_contact"),
            anonymous=anonymous,
            confidential=form.checked("confidential"),
        ),
        attachments=tuple([Attachment(name=f.filename, data=await f.read()) for f in form.files("attachments")]),
    )


def _noon(work: Work, day: Any) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI).astimezone(work.now.tzinfo)


@get("/clues/{clue_id:uuid}")
async def clue(request: Req, clue_id: FromPath[UUID]) -> Template:
    """One clue, as far as the reader may see it."""
    async with reading(request) as work:
        return await clue_page(request, work, clue_id)


async def clue_page(request: Req, work: Work, clue_id: UUID, **more: Any) -> Template:
    """The page of a clue, with more of its context where a step answers with it."""
    view = await clues.view(work, clue_id)
    allowed, refused = parts.acts(view)
    running = [d for d in view.deadlines if d.state in ("running", "lapsed", "suspended")]
    return await page(
        request,
        work,
        "clues/clue.html",
        title=view.number,
        active="/clues",
        crumbs=[("线索登记" if is_office(request) else "线索池", "/clues"), view.number],
        **{
            "view": view,
            "now_text": format_moment(work.now),
            "look": parts.LOOKS[view.state],
            "allowed": allowed,
            "refused": refused,
            "primary": allowed[0] if allowed else None,
            "events": parts.events(view),
            "files": parts.tiles(view),
            "running": [(d.title, why_of(d)) for d in running],
            "finished": [d for d in view.deadlines if d not in running],
            "revealed": None,
            "can_name": view.standing == "own" and view.state == "new",
            "channel": await channels.of_clue(work, await channels.clue(work, clue_id)),
            **more,
        },
    )


@get("/clues/{clue_id:uuid}/files/{file_id:uuid}")
async def attachment(request: Req, clue_id: FromPath[UUID], file_id: FromPath[UUID]) -> Response[bytes]:
    """One file of the clue; the look is audited."""
    async with reading(request) as work:
        name, media_type, data = await clues.attachment(work, clue_id, file_id)
    way = "inline" if media_type in SHOWN else "attachment"
    headers = {"content-disposition": f"{way}; filename*=UTF-8''{quote(name)}", "cache-control": "private, no-store"}
    return Response(data, media_type=media_type, headers=headers)


@get("/clues/{clue_id:uuid}/compare/{other_id:uuid}")
async def compare(request: Req, clue_id: FromPath[UUID], other_id: FromPath[UUID]) -> Template:
    """Two clues side by side, before one is merged into the other."""
    async with reading(request) as work:
        here, there = await clues.view(work, clue_id), await clues.view(work, other_id)
        rows = [
            {"label": label, "before": before, "after": after}
            for label, before, after in (
                ("标题", here.title, there.title),
                ("被反映单位", here.subject_name, there.subject_name),
                ("来源", here.source_label, there.source_label),
                ("收到时间", format_moment(here.received_at), format_moment(there.received_at)),
                ("地点", here.place, there.place),
                ("内容", here.facts, there.facts),
            )
        ]
        return await page(
            request,
            work,
            "clues/compare.html",
            title="对照线索",
            active="/clues",
            crumbs=[("线索池", "/clues"), (here.number, f"/clues/{clue_id}"), "对照线索"],
            here=here,
            there=there,
            rows=rows,
            can_merge=here.standing == "own" and any(a.action == "merge" and a.allowed for a in here.acts),
        )


ROUTES = [pool, new_clue, similar, register, clue, attachment, compare]
