"""Instruments on the issuer's side: list, editor with preview, one document with its acts (Arts. 19, 20)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.instruments import service as instruments
from supervision.instruments.views import InstrumentView
from web.forms import Form
from web.frame import page
from web.instrument_acts import ACTS
from web.instrument_confirmations import confirmation
from web.instrument_pages import from_case, inlined
from web.pages.instrument_editor import show_editor
from web.turns import Req, reading, turn

TABS = (
    ("all", "全部"),
    ("drafting", "起草和待签发"),
    ("running", "办理中"),
    ("failed", "逾期、拒不改正"),
    ("done", "已办结"),
)
KINDS = (
    ("urging_letter", "督办函"),
    ("opinion", "监督意见书"),
    ("internal_notice", "督促整改通知"),
    ("decision", "监督决定书"),
)
ACTIVE = "/instruments"


def attachment(name: str, data: bytes) -> Response[bytes]:
    """A PDF to look at or keep, under its Chinese name."""
    headers = {"content-disposition": f"inline; filename*=UTF-8''{quote(name)}", "x-content-type-options": "nosniff"}
    return Response(data, media_type="application/pdf", headers=headers)


@get("/instruments")
async def list_page(request: Req) -> Template:
    """The list, the latest first."""
    params = request.query_params
    tab = params.get("tab", "all")
    chosen = instruments.InstrumentFilter(
        tab=tab if tab in dict(TABS) else "all", kind=params.get("kind", ""), q=params.get("q", "")[:60]
    )
    async with reading(request) as work:
        rows, following = await instruments.list_instruments(work, chosen, after=params.get("after"))
        known = {"tab": chosen.tab, "kind": chosen.kind, "q": chosen.q}

        def address(**more: str) -> str:
            values = {k: v for k, v in {**known, **more}.items() if v and v != "all"}
            return f"{ACTIVE}?{urlencode(values)}" if values else ACTIVE

        return await page(
            request,
            work,
            "instruments/list.html",
            title="文书与送达",
            active=ACTIVE,
            rows=rows,
            chosen=chosen,
            tabs_list=[
                {"label": label, "href": address(tab=key, after=""), "current": key == chosen.tab}
                for key, label in TABS
            ],
            kinds=KINDS,
            next_href=address(after=following) if following else "",
            first_href=address() if params.get("after") else "",
            clear_href=ACTIVE,
            filtered=bool(chosen.q or chosen.kind or chosen.tab != "all"),
        )


@get("/instruments/{instrument_id:uuid}")
async def instrument_page(request: Req, instrument_id: FromPath[UUID]) -> Template:
    """One document: what it says, who received it, what was answered, what can be done."""
    async with reading(request) as work:
        view = await instruments.instrument_view(work, instrument_id)
        return await page(
            request,
            work,
            "instruments/instrument.html",
            title=view.label,
            active=ACTIVE,
            crumbs=(("文书与送达", ACTIVE), view.number or view.kind_label),
            view=view,
            images=await _images(work, view),
        )


async def _images(work: Work, view: InstrumentView) -> list[str]:
    """Every page of a document that is not issued, so that nobody approves what they have not read."""
    if view.sha256 or not view.requirements:
        return []
    return inlined(await instruments.preview_pages(work, view.id))


@get("/instruments/{instrument_id:uuid}/pdf")
async def pdf(request: Req, instrument_id: FromPath[UUID]) -> Response[bytes]:
    """The issued document; the download is audited."""
    async with reading(request) as work:
        return attachment(*await instruments.pdf(work, instrument_id))


@get("/instruments/{instrument_id:uuid}/preview.png")
async def preview_picture(request: Req, instrument_id: FromPath[UUID]) -> Response[bytes]:
    """The first page of a document as it would be printed now."""
    async with reading(request) as work:
        picture = await instruments.preview_png(work, instrument_id)
    return Response(picture, media_type="image/png")


@get("/instruments/replies/{reply_id:uuid}/pdf")
async def reply_pdf(request: Req, reply_id: FromPath[UUID]) -> Response[bytes]:
    """A submitted report as PDF."""
    async with reading(request) as work:
        return attachment(*await instruments.report_pdf(work, reply_id))


@get("/instruments/papers/{paper_id:uuid}/pdf")
async def paper_pdf(request: Req, paper_id: FromPath[UUID]) -> Response[bytes]:
    """A reply, a notice or a proof that goes with a document, or a circular; the download is audited."""
    async with reading(request) as work:
        return attachment(*await instruments.paper_pdf(work, paper_id))


@get("/instruments/{instrument_id:uuid}/{slug:str}")
async def confirm_page(request: Req, instrument_id: FromPath[UUID], slug: FromPath[str]) -> Template:
    """The confirmation of an act, with its consequences."""
    async with reading(request) as work:
        return await _confirm(request, work, instrument_id, slug, errors=[], values={})


async def _confirm(
    request: Req,
    work: Work,
    instrument_id: UUID,
    slug: str,
    *,
    errors: list[FieldError],
    values: dict[str, Any],
) -> Template:
    view = await instruments.instrument_view(work, instrument_id)
    asked = confirmation(slug, view)
    if asked is None:
        raise NotFound
    return await page(
        request,
        work,
        "instruments/confirm.html",
        title=asked.title,
        active=ACTIVE,
        crumbs=(("文书与送达", ACTIVE), (view.number or view.kind_label, f"/instruments/{view.id}"), asked.act),
        status=422 if errors else 200,
        view=view,
        asked=asked,
        slug=slug,
        images=await _images(work, view) if slug in ("submit", "return", "approve", "issue") else [],
        values=values,
        errors=errors,
        error_of={error.field: error.message for error in errors},
    )


@post("/instruments/{instrument_id:uuid}/{slug:str}")
async def act(request: Req, instrument_id: FromPath[UUID], slug: FromPath[str]) -> Template | Response[bytes]:
    """Take the act that was confirmed."""
    if slug not in ACTS:
        raise NotFound
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            await ACTS[slug](t.work, instrument_id, form)
            return t.redirect(f"/instruments/{instrument_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        if slug == "submit" and any(error.field.startswith(("text-", "findings")) for error in errors):
            case = await instruments.load_case(work, instrument_id)
            version = case.instrument.row_version
            return await show_editor(
                request, work, from_case(case), errors, instrument_id=instrument_id, version=version, status=422
            )
        return await _confirm(request, work, instrument_id, slug, errors=errors, values=Form(fields, work.today).values)


ROUTES = [
    list_page,
    instrument_page,
    pdf,
    preview_picture,
    reply_pdf,
    paper_pdf,
    confirm_page,
    act,
]
