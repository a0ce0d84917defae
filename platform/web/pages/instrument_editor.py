"""The editor of an instrument with its preview: a new document, a draft, saving and handing in (Art. 19)."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.instruments import service as instruments
from supervision.matters import service as matters
from supervision.matters.models import Matter
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from web.forms import Form
from web.frame import page, part
from web.instrument_pages import Draft, editor, fresh, from_case, from_form
from web.pages.matter_sent import recusal_of
from web.turns import Req, reading, turn


async def _matter(work: Work, matter_id: UUID) -> Matter:
    matter = await matters.get(work, matter_id)
    await authorize(work, "matter", "read", Target(matter.organ_id, matter.supervised_id, matter.relation))
    return matter


async def show_editor(
    request: Req,
    work: Work,
    draft: Draft,
    errors: list[FieldError],
    *,
    instrument_id: UUID | None = None,
    version: int | None = None,
    return_reason: str = "",
    status: int = 200,
) -> Template:
    matter = await _matter(work, draft.matter_id)
    content = await editor(work, matter, draft, errors, instrument_id)
    name = next((card["label"] for card in content["kinds"] if card["value"] == draft.kind), "监督文书")
    return await page(
        request,
        work,
        "instruments/editor.html",
        title=f"制发{name}",
        active="/matters",
        crumbs=(("监督事项", "/matters"), (matter.number or matter.title, f"/matters/{matter.id}"), f"制发{name}"),
        status=status,
        action=f"/instruments/{instrument_id}/edit" if instrument_id else "/instruments/new",
        version=version or "",
        return_reason=return_reason,
        recusal=await recusal_of(work, matter.id, f"制发{name}"),
        supervised_short=(await directory(work)).short(matter.supervised_id),
        **content,
    )


@get("/instruments/new")
async def new_page(request: Req) -> Template:
    """The editor for a new document of a matter."""
    try:
        matter_id = UUID(request.query_params.get("matter", ""))
    except ValueError:
        raise NotFound from None
    async with reading(request) as work:
        matter = await _matter(work, matter_id)
        draft = await fresh(work, matter, request.query_params.get("kind", ""))
        return await show_editor(request, work, draft, [])


@post("/instruments/new")
async def create(request: Req) -> Template | Response[bytes]:
    """Save a new draft; 提交审核 goes on to its confirmation."""
    return await _save(request, None)


@get("/instruments/{instrument_id:uuid}/edit")
async def edit_page(request: Req, instrument_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        case = await instruments.load_case(work, instrument_id)
        row = case.instrument
        return await show_editor(
            request,
            work,
            from_case(case),
            [],
            instrument_id=instrument_id,
            version=row.row_version,
            return_reason=row.return_reason,
        )


@post("/instruments/{instrument_id:uuid}/edit")
async def update(request: Req, instrument_id: FromPath[UUID]) -> Template | Response[bytes]:
    return await _save(request, instrument_id)


async def _save(request: Req, instrument_id: UUID | None) -> Template | Response[bytes]:
    fields = await request.form()
    errors: list[FieldError] = []
    action = str(fields.get("action", "save"))
    if action != "preview":
        try:
            async with turn(request) as t:
                form = Form(fields, t.work.today)
                draft = from_form(form, await _matter_id(t.work, form, instrument_id))
                form.check()
                command = draft.command()
                if instrument_id is None:
                    row = await instruments.draft(t.work, command)
                else:
                    row = await instruments.update_draft(t.work, instrument_id, command, version=form.version())
                await t.work.session.flush()
                return t.redirect(f"/instruments/{row.id}/{'submit' if action == 'submit' else 'edit?saved=1'}")
        except Invalid as invalid:
            errors = list(invalid.errors) or [FieldError("kind", invalid.message)]
    async with reading(request) as work:
        form = Form(fields, work.today)
        draft = from_form(form, await _matter_id(work, form, instrument_id))
        status = 422 if errors else 200
        return await show_editor(
            request, work, draft, errors, instrument_id=instrument_id, version=form.version(), status=status
        )


async def _matter_id(work: Work, form: Form, instrument_id: UUID | None) -> UUID:
    if instrument_id is not None:
        return (await instruments.load_case(work, instrument_id)).instrument.matter_id
    found = form.id("matter")
    if found is None:
        raise NotFound
    return found


@post("/instruments/preview", status_code=200)
async def preview_part(request: Req) -> Template:
    """The picture and the limit for the fields as they stand; nothing is stored."""
    fields = await request.form()
    async with reading(request) as work:
        form = Form(fields, work.today)
        matter = await _matter(work, await _matter_id(work, form, None))
        draft = from_form(form, matter.id)
        content = await editor(work, matter, draft, [], form.id("instrument"))
        return part(request, "instruments/preview.html", live=True, **content)


ROUTES = [new_page, create, edit_page, update, preview_part]
