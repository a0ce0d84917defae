"""Statistical returns: the own list, the sheet, its steps, versions side by side, files (Arts. 11, 12)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_short, weekday
from kernel.work import Work
from reporting.returns import service as returns
from reporting.returns.commands import CellInput
from reporting.returns.views import ReturnView
from tenants.organs.directory import directory
from web.forms import Form
from web.frame import page
from web.return_pages import ACTIVE, BLANKS, acts_of, blanks_filled, figures_of, forms_open, typed_cells, why_of
from web.turns import Req, reading, turn

VIEWS = {"open": "待办", "done": "已报送", "all": "全部"}
STEPS = ("return_draft", "approve", "submit", "revise", "draw", "roll_up")


@get("/returns")
async def return_list(request: Req) -> Template:
    query = request.query_params
    chosen = query.get("view", "open")
    chosen = chosen if chosen in VIEWS else "open"
    async with reading(request) as work:
        found = await returns.mine(work, view=chosen, after=query.get("after", ""))
        body = (await directory(work)).get(work.organ_id).is_supervision_body
        waiting = await returns.received(work, after=query.get("next", "")) if body else None
        return await page(
            request,
            work,
            "returns/list.html",
            title="统计报表",
            active=ACTIVE,
            rows=found.items,
            view=chosen,
            tabs_list=[
                {"label": text, "href": f"{ACTIVE}?view={key}", "current": key == chosen} for key, text in VIEWS.items()
            ],
            next_href=f"{ACTIVE}?view={chosen}&after={quote(found.next)}" if found.next else "",
            first_href=f"{ACTIVE}?view={chosen}" if query.get("after") else "",
            waiting=waiting.items if waiting else None,
            line=bool(await returns.with_line(work, [work.organ_id])),
            waiting_next=f"{ACTIVE}?view={chosen}&next={quote(waiting.next)}" if waiting and waiting.next else "",
            forms=await forms_open(work),
            values={},
        )


@post("/returns")
async def open_return(request: Req) -> Response[bytes]:
    """Open a return whose period is running or over, where the daily job has not done it yet."""
    fields = await request.form()
    async with turn(request) as t:
        form = Form(fields, t.work.today)
        key, _, period = form.text("form", need="请选择报表和期间。").partition("/")
        form.check()
        head = await returns.open_return(t.work, key, period)
        return t.redirect(f"{ACTIVE}/{head.id}")


@get("/returns/{return_id:uuid}")
async def return_page(request: Req, return_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _page(request, work, return_id, {}, [])


def _number(request: Req, name: str = "version") -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not text.isdigit() or len(text) > 6:
        raise NotFound
    return int(text)


async def _page(
    request: Req, work: Work, return_id: UUID, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    number = _number(request) if request.method == "GET" else None
    view = await returns.view(work, return_id, number)
    return await page(
        request,
        work,
        "returns/return.html",
        title=f"{view.name}（{view.period_label}）",
        active=ACTIVE,
        crumbs=[("统计报表", ACTIVE), view.period_label],
        status=422 if errors else 200,
        view=view,
        acts=acts_of(view),
        limit=why_of(view),
        due_text=f"{format_short(view.due_on, work.today)} {weekday(view.due_on)}",
        version_query=f"?version={number}" if number else "",
        old=number is not None and any(version.number > number for version in view.versions),
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        reviewing=number is None and _may(view, "send_back"),
    )


def _may(view: ReturnView, action: str) -> bool:
    return any(act.action == action and act.allowed for act in view.acts)


@post("/returns/{return_id:uuid}")
async def save_return(request: Req, return_id: FromPath[UUID]) -> Template | Response[bytes]:
    """保存, and with `act=validate` on to the organ's head if nothing stands in the way. The figures are kept either
    way: what is still wrong is listed beside them."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            cells, notes = typed_cells(form.values)
            if any(name.startswith(BLANKS) and value for name, value in form.values.items()):
                cells = blanks_filled(cells, form.values, await returns.view(t.work, return_id))
            given = {code: CellInput(value=value, note=note) for code, (value, note) in cells.items()}
            await returns.save(t.work, return_id, given, notes, version=form.version())
            where = f"{ACTIVE}/{return_id}"
            if form.text("act") == "validate":
                view = await returns.view(t.work, return_id)
                if _may(view, "validate"):
                    await returns.validate(t.work, return_id)
                else:
                    where += "#checks"
            return t.redirect(where)
    except Invalid as invalid:
        errors = invalid.errors or [FieldError("act", invalid.message)]
    async with reading(request) as work:
        return await _page(request, work, return_id, Form(fields, work.today).values, errors)


@post("/returns/{return_id:uuid}/steps")
async def take_step(request: Req, return_id: FromPath[UUID]) -> Template | Response[bytes]:
    """审定, 退回填报, 报送上级, 订正, 重新取数, 重新汇总."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            action = form.text("action", need="请选择要办理的事。")
            if action and action not in STEPS:
                form.error("action", "请选择要办理的事。")
            form.check()
            await _take(t.work, return_id, action, form)
            return t.redirect(f"{ACTIVE}/{return_id}")
    except Invalid as invalid:
        errors = invalid.errors or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _page(request, work, return_id, Form(fields, work.today).values, errors)


async def _take(work: Work, return_id: UUID, action: str, form: Form) -> None:
    version, reason = form.version(), form.text("reason")
    if action == "approve":
        await returns.approve(work, return_id, version=version)
    elif action == "submit":
        await returns.submit(work, return_id, version=version)
    elif action == "return_draft":
        await returns.return_draft(work, return_id, reason, version=version)
    elif action == "revise":
        await returns.revise(work, return_id, reason, version=version)
    elif action == "draw":
        await returns.draw_again(work, return_id, version=version)
    else:
        await returns.roll_up_again(work, return_id, version=version)


@post("/returns/{return_id:uuid}/review")
async def review(request: Req, return_id: FromPath[UUID]) -> Template | Response[bytes]:
    """采用 or 退回 by the level above, with reasons for single cells; `_version` is the version that was examined."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            action = form.text("action", need="请选择采用或者退回。")
            if action and action not in ("accept", "send_back"):
                form.error("action", "请选择采用或者退回。")
            form.check()
            if action == "accept":
                await returns.accept(t.work, return_id, version=form.version())
            else:
                reasons = {k[2:]: v for k, v in form.values.items() if k.startswith("r-") and v.strip()}
                await returns.send_back(t.work, return_id, form.text("reason"), reasons, version=form.version())
            return t.redirect(f"{ACTIVE}/{return_id}")
    except Invalid as invalid:
        errors = invalid.errors or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _page(request, work, return_id, Form(fields, work.today).values, errors)


@get("/returns/{return_id:uuid}/compare")
async def compare(request: Req, return_id: FromPath[UUID]) -> Template:
    """Two versions side by side: every cell that differs."""
    async with reading(request) as work:
        before = _number(request, "before")
        if before is None:
            raise NotFound
        found = await returns.compare(work, return_id, before, _number(request, "after"))
        return await page(
            request,
            work,
            "returns/compare.html",
            title="版本对比",
            active=ACTIVE,
            crumbs=[("统计报表", ACTIVE), (found.name, f"{ACTIVE}/{return_id}"), "版本对比"],
            found=found,
            rows=[{"label": f"第{r.row}行 {r.name}", "before": r.before, "after": r.after} for r in found.rows],
        )


@get("/returns/{return_id:uuid}/cells/{code:str}")
async def cell(request: Req, return_id: FromPath[UUID], code: FromPath[str]) -> Template:
    """A cell opened down to the level below."""
    async with reading(request) as work:
        found = await returns.drill(work, return_id, code, _number(request))
        return await page(
            request,
            work,
            "returns/cell.html",
            title=found.name,
            active=ACTIVE,
            crumbs=[("统计报表", ACTIVE), ("报表", f"{ACTIVE}/{return_id}"), found.name],
            found=found,
            figures=figures_of(found),
        )


@get("/returns/{return_id:uuid}/export")
async def export(request: Req, return_id: FromPath[UUID]) -> Response[bytes]:
    """The form as a file: ?format=xlsx, csv or json."""
    async with reading(request) as work:
        kind = request.query_params.get("format", "xlsx")
        name, data, media_type = await returns.export(work, return_id, kind, _number(request))
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "cache-control": "private, no-store",
    }
    return Response(data, media_type=media_type, headers=headers)


ROUTES = [return_list, open_return, return_page, save_return, take_step, review, compare, cell, export]
