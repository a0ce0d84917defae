"""Acts on several matters of the list, and the saved views of the post."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template
from litestar.response.redirect import Redirect

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.desk import service as desk
from supervision.matters import service as matters
from tenants.access import Target, authorize
from web.forms import Form
from web.frame import page
from web.pages import matter_filters as filters
from web.pages import matter_forms as forms
from web.pages import matter_parts as parts
from web.pages.matter_sent import error_context, sent_form
from web.turns import Req, Turn, reading, turn

ACTS: Final[dict[str, dict[str, Any]]] = {
    "urge": {
        "title": "发送催办",
        "act": "发送催办",
        "safe": "暂不催办",
        "article": "19",
        "lines": (
            "已送达文书的，催办被监督机关；尚未送达的，提醒承办人。",
            "催办进入对方的消息并留痕，不能撤回；每件每日一次。",
            "不能催办的事项逐件说明理由，其他事项照常发送。",
        ),
    },
    "reassign": {
        "title": "改派承办人",
        "act": "改派承办人",
        "safe": "暂不改派",
        "article": "16",
        "lines": (
            "未再选择的原承办人终止承办，新承办人收到通知。",
            "承办人应当回避的事项不改派，逐件说明理由，其他事项照常办理。",
        ),
    },
}


@get("/matters/bulk")
async def choose(request: Req) -> Template | Redirect:
    """The confirmation of an act on the ticked matters; 导出 goes straight to the workbook."""
    query = request.query_params
    chosen = filters.ids(query.getall("chosen", []))[: desk.LIMIT]
    act = query.get("act", "")
    if act == "export":
        ticked = "&".join(f"chosen={i}" for i in chosen)
        return Redirect(f"/matters/export?{ticked}", status_code=303)
    async with reading(request) as work:
        return await _confirm(request, work, act, chosen, back=filters.here(query.get("back", "")))


async def _confirm(
    request: Req, work: Work, act: str, chosen: Sequence[UUID], *, back: str, errors: Sequence[FieldError] = ()
) -> Template:
    known = ACTS.get(act)
    if known is None:
        raise NotFound
    await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
    fields = [forms.handlers(await matters.candidates(work)), forms.no_conflict()] if act == "reassign" else []
    return await page(
        request,
        work,
        "matters/bulk.html",
        title=known["title"],
        active="/matters",
        crumbs=[("监督事项", back), known["title"]],
        status=422 if errors else 200,
        act=act,
        known=known,
        rows=await matters.rows_of(work, chosen),
        looks=parts.LOOKS,
        back=back,
        fields=fields,
        values={},
        outcomes=None,
        **error_context(errors),
    )


@post("/matters/bulk", status_code=200)
async def take(request: Req) -> Template | Response[bytes]:
    """Try the act on each matter. One line for each: what was done, or why not and by which article."""
    try:
        async with turn(request) as taken:
            form = await sent_form(request, taken.work)
            return await _taken(request, taken, form)
    except Invalid as invalid:
        async with reading(request) as work:
            form = await sent_form(request, work)
            back = filters.here(form.text("back"))
            return await _confirm(request, work, form.text("act"), form.ids("chosen"), back=back, errors=invalid.errors)


async def _taken(request: Req, taken: Turn, form: Form) -> Response[bytes]:
    act, chosen = form.text("act"), form.ids("chosen")
    known = ACTS.get(act)
    if known is None:
        raise NotFound
    if not chosen:
        raise Invalid("请先在列表中勾选事项。", field="chosen")
    outcomes = await _try(taken.work, act, chosen, form)
    template = await page(
        request,
        taken.work,
        "matters/bulk.html",
        title=f"{known['title']}的结果",
        active="/matters",
        crumbs=[("监督事项", filters.here(form.text("back"))), known["title"]],
        act=act,
        known=known,
        outcomes=outcomes,
        done=sum(outcome.done for outcome in outcomes),
        back=filters.here(form.text("back")),
    )
    return taken.html(request, template)


async def _try(work: Work, act: str, chosen: Sequence[UUID], form: Form) -> list[desk.Outcome]:
    if act == "urge":
        return await desk.urge_matters(work, chosen)
    people = form.ids("handlers")
    if not people:
        form.error("handlers", "请选择承办的监督人员。")
    if not form.checked("no_conflict"):
        form.error("no_conflict", "请确认承办人已作出无利害关系声明。")
    form.check()
    return await desk.reassign_matters(work, chosen, people, no_conflict=True)


@post("/matters/views")
async def save_view(request: Req) -> Response[bytes]:
    """Keep the filter of the list under a name, and show it."""
    async with turn(request) as taken:
        form = await sent_form(request, taken.work)
        chosen = filters.filter_of(form.pairs(), "own")
        await desk.save_view(taken.work, form.text("name"), chosen)
        return taken.redirect(filters.address(chosen))


@post("/matters/views/{view_id:uuid}/delete")
async def delete_view(request: Req, view_id: FromPath[UUID]) -> Response[bytes]:
    """Remove a saved view of the post."""
    async with turn(request) as taken:
        form = await sent_form(request, taken.work)
        await desk.delete_view(taken.work, view_id)
        return taken.redirect(filters.here(form.text("back")))


ROUTES = [choose, take, save_view, delete_view]
