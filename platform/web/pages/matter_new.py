"""A new proposal, and the counterpart's number shown for a stated purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.matters import service as matters
from supervision.matters.commands import ProposeMatter
from supervision.plans import service as plans
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from web.forms import Form
from web.frame import page
from web.pages import matter_forms as forms
from web.pages.matter_sent import error_context, sent_form, values_of
from web.turns import Req, Turn, reading, turn

NEW: Final = {
    "title": "新立事项",
    "act": "提请立项",
    "article": "11",
    "lines": ("由负责人审批，提请人不能审批自己提请的事项。", "批准后取得编号，由两名持证人员承办。"),
    "safe": "暂不提请",
}


@get("/matters/new")
async def new_matter(request: Req) -> Template:
    """The form of a proposal."""
    async with reading(request) as work:
        return await _show_new(request, work, {})


async def _show_new(request: Req, work: Work, values: dict[str, Any], errors: Sequence[FieldError] = ()) -> Template:
    await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
    book = await deadlines.rulebook(work)
    planned = [(str(item.item_key), item.field) for item in await plans.choices(work)]
    fields = forms.propose(book, await matters.candidates(work), planned)
    return await page(
        request,
        work,
        "matters/form.html",
        title="新立事项",
        active="/matters",
        crumbs=[("监督事项", "/matters"), "新立事项"],
        status=422 if errors else 200,
        step=NEW,
        action="/matters/new",
        back="/matters",
        view=None,
        fields=fields,
        values=values,
        multipart=False,
        refusal=None,
        **error_context(errors),
    )


@post("/matters/new", status_code=303)
async def propose_matter(request: Req) -> Response[bytes] | Template:
    """Propose a matter."""
    try:
        async with turn(request) as taken:
            form = await sent_form(request, taken.work)
            matter = await matters.propose(taken.work, await _proposal(taken, form))
            if form.text("basis") == "plan_item" and (item := form.id("plan_item")) is not None:
                await plans.link(taken.work, item, matter_id=matter.id)
            return taken.redirect(f"/matters/{matter.id}")
    except Invalid as invalid:
        async with reading(request) as work:
            return await _show_new(request, work, values_of(await sent_form(request, work)), invalid.errors)


async def _proposal(taken: Turn, form: Form) -> ProposeMatter:
    supervised = form.id("supervised") if form.text("supervised") else None
    typed = form.text("supervised_text")
    if supervised is None and typed:
        # Without script the name itself is sent; an unambiguous one is enough.
        found = (await directory(taken.work)).search(typed, 5)
        exact = [o for o in found if typed in (o.name, o.short_name)] or found
        supervised = exact[0].id if len(exact) == 1 else None
    return ProposeMatter(
        title=form.text("title"),
        mode=form.text("mode"),
        content_items=tuple(form.many("content_items")),
        supervised_id=supervised,
        basis=form.text("basis"),
        basis_note=form.text("basis_note"),
        handler_post_ids=tuple(form.ids("handlers")),
    )


UNMASK: Final = "/matters/{matter_id:uuid}/acts/counterpart"


@get(UNMASK)
async def unmask_form(request: Req, matter_id: FromPath[UUID]) -> Template:
    """Ask for the purpose before a counterpart's number is shown."""
    async with reading(request) as work:
        return await _show_unmask(request, work, matter_id, request.query_params.get("act", ""))


async def _show_unmask(
    request: Req, work: Work, matter_id: UUID, act: str, *, number: str = "", errors: Sequence[FieldError] = ()
) -> Template:
    view = await matters.view(work, matter_id)
    chosen = next((a for a in view.acts if str(a.id) == act), None)
    if chosen is None:
        raise NotFound
    return await page(
        request,
        work,
        "matters/counterpart.html",
        title="查看当事人原文",
        active="/matters",
        crumbs=[("监督事项", "/matters"), (view.number or view.title, f"/matters/{view.id}"), "查看当事人原文"],
        status=422 if errors else 200,
        view=view,
        act=chosen,
        number=number,
        action=f"/matters/{matter_id}/acts/counterpart",
        **error_context(errors),
    )


@post(UNMASK, status_code=200)
async def unmask(request: Req, matter_id: FromPath[UUID]) -> Template:
    """Show the number once, for the stated purpose; nothing of it is kept in the answer's store or the browser.

    The same submission again leads back to the form: the number is not shown twice for one stated purpose.
    """
    act = ""
    try:
        async with turn(request) as taken:
            form = await sent_form(request, taken.work)
            chosen = form.id("act")
            if chosen is None:
                raise NotFound
            act = str(chosen)
            number = await matters.counterpart(taken.work, chosen, form.text("purpose"))
            taken.redirect(f"{request.url.path}?act={act}")
            return await _show_unmask(request, taken.work, matter_id, act, number=number)
    except Invalid as invalid:
        async with reading(request) as work:
            return await _show_unmask(request, work, matter_id, act, errors=invalid.errors)


ROUTES = [new_matter, propose_matter, unmask_form, unmask]
