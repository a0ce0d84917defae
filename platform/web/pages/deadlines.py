"""期限与催办: every deadline that the organ watches, by how near its end is, and the reminder to who is bound by it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from supervision.desk import service
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


ROUTES = [running, urge]
