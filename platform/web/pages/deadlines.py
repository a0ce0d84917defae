"""期限与催办: every deadline that the organ watches, by how near its end is, and the reminder to who is bound by it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import UNIT_LABELS
from supervision.desk import service
from supervision.desk.prolonging import LONGEST, UNITS
from tenants.access import Target, authorize
from web.forms import Form
from web.frame import page
from web.pages.desk import why_of
from web.turns import Req, reading, turn

SIZE = 50
SPANS = {"overdue": "逾期", "today": "今日到期", "near": "3个工作日内", "far": "其余期限"}


@get("/deadlines")
async def running(request: Req) -> Template:
    """Running deadlines of one span; without one, the most urgent that holds any."""
    query = request.query_params
    async with reading(request) as work:
        counts = await service.count_running(work)
        due = query.get("due", "")
        if due not in SPANS:
            due = next((key for key in SPANS if counts[key]), "overdue")
        found = await service.running(work, due, after=query.get("after", ""), limit=SIZE)
        following = urlencode({"due": due, "after": found.after})
        return await page(
            request,
            work,
            "deadlines/list.html",
            title="期限与催办",
            active="/deadlines",
            rows=[_row(row) for row in found.rows],
            label=SPANS[due],
            total=counts[due],
            due=due,
            tabs_list=[
                {"label": label, "count": counts[key], "href": f"/deadlines?due={key}", "current": key == due}
                for key, label in SPANS.items()
            ],
            next_href=f"/deadlines?{following}" if found.after else "",
            prev_href=f"/deadlines?due={due}" if query.get("after") else "",
        )


def _row(row: service.RunningView) -> dict[str, Any]:
    return {"it": row, "why": why_of(row.deadline), "what": row.deadline.title, "id": row.deadline.id}


@post("/deadlines/{deadline_id:uuid}/urge")
async def urge(request: Req, deadline_id: FromPath[UUID]) -> Response[bytes]:
    """Send a reminder to the organ bound by the deadline."""
    form = await request.form()
    due = str(form.get("due", ""))
    async with turn(request) as t:
        await service.urge(t.work, deadline_id)
        return t.redirect(f"/deadlines?due={due}" if due in SPANS else "/deadlines")


@get("/deadlines/{deadline_id:uuid}/prolong")
async def prolong_form(request: Req, deadline_id: FromPath[UUID]) -> Template:
    return await _prolong(request, deadline_id)


async def _prolong(request: Req, deadline_id: UUID, errors: list[FieldError] | None = None) -> Template:
    """The form with which a leader gives a running limit more time."""
    found = errors or []
    async with reading(request) as work:
        deadline = await deadlines.get(work, deadline_id)
        await authorize(work, "deadline", "override", Target(owner_id=deadline.organ_id))
        form = Form(await request.form() if request.method == "POST" else {}, work.today)
        view = await deadlines.explain_view(work, deadline)
        return await page(
            request,
            work,
            "deadlines/prolong.html",
            title="调整期限",
            active="/deadlines",
            crumbs=(("期限与催办", "/deadlines"), "调整期限"),
            status=422 if found else 200,
            deadline=view,
            deadline_id=deadline_id,
            back=_back(deadline.matter_id),
            units=[(unit, UNIT_LABELS[unit]) for unit in UNITS],
            values=form.values,
            errors=found,
            error_of={e.field: e.message for e in found},
        )


def _back(matter_id: UUID | None) -> str:
    return f"/matters/{matter_id}/deadlines" if matter_id else "/deadlines"


@post("/deadlines/{deadline_id:uuid}/prolong", status_code=303)
async def prolong(request: Req, deadline_id: FromPath[UUID]) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            amount = form.integer("amount", need="请填写延长的时间。", least=1, most=LONGEST)
            unit = form.text("unit", need="请选择单位。")
            reason = form.text("reason", need="请写明调整的理由。")
            form.check()
            deadline = await service.prolong(t.work, deadline_id, amount or 0, unit, reason)
            return t.redirect(_back(deadline.matter_id))
    except Invalid as invalid:
        return await _prolong(request, deadline_id, invalid.errors)


ROUTES = [running, urge, prolong_form, prolong]
