"""条线汇总: what the organs of a business line have reported, added up, opened, kept and taken along (Art. 2(2))."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template
from litestar.response.redirect import Redirect

from kernel.errors import NotFound
from kernel.work import Work
from reporting.returns import service as returns
from tenants.organs.directory import directory
from web.api.shapes import file_answer
from web.frame import page
from web.return_pages import ACTIVE, spans_open, ways_of
from web.turns import Req, reading, turn

LINE = f"{ACTIVE}/line"
WIDEST = 999_999
FILES = (
    ("xlsx", "表格（表样版式）", "export-table"),
    ("csv", "逗号分隔数据", "file-text"),
    ("json", "结构化数据", "file-text"),
)


def _organ(request: Req) -> UUID | None:
    text = request.query_params.get("organ", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


def _number(request: Req) -> int:
    text = request.query_params.get("number", "") or "0"
    if not text.isascii() or not text.isdigit() or int(text) > WIDEST:
        raise NotFound
    return int(text)


def _query(organ: UUID | None, **more: object) -> str:
    given = {**({"organ": organ} if organ else {}), **{key: value for key, value in more.items() if value}}
    return f"?{urlencode(given)}" if given else ""


@get("/returns/line")
async def lines(request: Req) -> Redirect:
    """The roll-up of the form that was due last."""
    async with reading(request) as work:
        return Redirect(_tabs(work, None, "")[-2]["href"], status_code=303)


def _tabs(work: Work, organ: UUID | None, here: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": f"{LINE}/{form}/{period}{_query(organ)}", "current": f"{LINE}/{form}/{period}" == here}
        for form, period, label in spans_open(work)
    ]


@get("/returns/line/{form:str}/{period:str}")
async def line(request: Req, form: FromPath[str], period: FromPath[str]) -> Template:
    async with reading(request) as work:
        organ, number = _organ(request), _number(request)
        view = await returns.line(work, form, period, organ, number)
        here = f"{LINE}/{form}/{period}"
        body = (await directory(work)).get(work.organ_id).is_supervision_body
        return await page(
            request,
            work,
            "returns/line.html",
            title=f"条线汇总（{view.period_label}）",
            active=ACTIVE,
            crumbs=[("统计报表", ACTIVE), "条线汇总"],
            view=view,
            here=here,
            organ_query=_query(organ),
            own=view.organ_id == work.organ_id,
            ways=ways_of(f"{ACTIVE}/board/{form}/{period}" if body and not organ else "", here, "line"),
            tabs_list=_tabs(work, organ, here),
            cell_query=_query(organ),
            files=[
                {"label": label, "href": f"{here}/export{_query(organ, format=kind, number=number)}", "icon": icon}
                for kind, label, icon in FILES
            ],
        )


@get("/returns/line/{form:str}/{period:str}/cells/{code:str}")
async def cell(request: Req, form: FromPath[str], period: FromPath[str], code: FromPath[str]) -> Template:
    """A cell opened down to the level below in the line."""
    async with reading(request) as work:
        organ = _organ(request)
        found = await returns.drill_line(work, form, period, code, organ)
        here = f"{LINE}/{form}/{period}"
        return await page(
            request,
            work,
            "returns/line_cell.html",
            title=found.name,
            active=ACTIVE,
            crumbs=[("统计报表", ACTIVE), ("条线汇总", f"{here}{_query(organ)}"), found.name],
            found=found,
            here=here,
            back=f"{here}{_query(organ)}",
        )


@get("/returns/line/{form:str}/{period:str}/export")
async def export(request: Req, form: FromPath[str], period: FromPath[str]) -> Response[bytes]:
    """The roll-up as a file: ?format=xlsx, csv or json."""
    async with reading(request) as work:
        kind = request.query_params.get("format", "xlsx")
        name, data, media = await returns.export_line(
            work, form, period, kind, organ_id=_organ(request), number=_number(request)
        )
    return file_answer(name, data, media)


@post("/returns/line/{form:str}/{period:str}/keeping")
async def keep(request: Req, form: FromPath[str], period: FromPath[str]) -> Response[bytes]:
    """留存: the roll-up as it stands, so that what changes afterwards shows."""
    await request.form()
    async with turn(request) as t:
        await returns.keep_line(t.work, form, period)
        return t.redirect(f"{LINE}/{form}/{period}")


ROUTES = [lines, line, cell, export, keep]
