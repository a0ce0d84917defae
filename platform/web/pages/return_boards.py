"""Who has reported and who has not, urging, and the circular on those who are late (Arts. 11(5), 11(7), 11(8))."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template
from litestar.response.redirect import Redirect

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from reporting.returns import service as returns
from web.forms import Form
from web.frame import page
from web.return_pages import ACTIVE, boards_open, ways_of
from web.turns import Req, identity, reading, turn

BOARD = f"{ACTIVE}/board"


def _section(request: Req) -> str:
    """Where the navigation stands: government leaders have the board alone."""
    return BOARD if "government_leader" in identity(request).roles else ACTIVE


@get("/returns/board")
async def boards(request: Req) -> Redirect:
    """The board of the form that was due last."""
    async with reading(request) as work:
        first = boards_open(work)[-2]
        return Redirect(first["href"], status_code=303)


@get("/returns/board/{form:str}/{period:str}")
async def board(request: Req, form: FromPath[str], period: FromPath[str]) -> Template:
    async with reading(request) as work:
        text = request.query_params.get("body", "")
        try:
            body = UUID(text) if text else None
        except ValueError:
            raise NotFound from None
        found = await returns.board(work, form, period, body)
        here = f"{BOARD}/{form}/{period}"
        lines = await returns.with_line(work, [work.organ_id, *(row.organ_id for row in found.rows)])
        own = found.body_id == work.organ_id or not body
        by_line = f"{ACTIVE}/line/{form}/{period}"
        return await page(
            request,
            work,
            "returns/board.html",
            title=f"报送情况（{found.period_label}）",
            active=_section(request),
            crumbs=[("统计报表", ACTIVE), "报送情况"],
            board=found,
            here=here,
            own=own,
            lines=lines,
            line_href=by_line,
            ways=ways_of(here, by_line, "level") if own and work.organ_id in lines else [],
            tabs_list=[{**b, "current": b["href"] == here} for b in boards_open(work)],
        )


@post("/returns/board/{form:str}/{period:str}/urge")
async def urge(request: Req, form: FromPath[str], period: FromPath[str]) -> Response[bytes]:
    """催报: everyone below who has not handed in, at most once a day."""
    await request.form()
    async with turn(request) as t:
        await returns.urge(t.work, form, period)
        return t.redirect(f"{BOARD}/{form}/{period}")


@get("/returns/circulars/{circular_id:uuid}")
async def circular_page(request: Req, circular_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _circular(request, work, circular_id, {}, [])


async def _circular(
    request: Req, work: Work, circular_id: UUID, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    draft = await returns.circular(work, circular_id)
    return await page(
        request,
        work,
        "returns/circular.html",
        title=draft.name,
        active=_section(request),
        crumbs=[("统计报表", ACTIVE), ("报送情况", f"{BOARD}/{draft.form}/{draft.period}"), "逾期报送通报"],
        status=422 if errors else 200,
        draft=draft,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post("/returns/circulars/{circular_id:uuid}")
async def decide_circular(request: Req, circular_id: FromPath[UUID]) -> Template | Response[bytes]:
    """印发通报 or 不印发, by the leader (Art. 11(8))."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            action = form.text("action", need="请选择印发或者不印发。")
            if action and action not in ("issue", "discard"):
                form.error("action", "请选择印发或者不印发。")
            form.check()
            if action == "issue":
                await returns.issue_circular(t.work, circular_id, form.text("requirement"), version=form.version())
            else:
                await returns.discard_circular(t.work, circular_id, form.text("reason"), version=form.version())
            return t.redirect(f"{ACTIVE}/circulars/{circular_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _circular(request, work, circular_id, Form(fields, work.today).values, errors)


ROUTES = [boards, board, urge, circular_page, decide_circular]
