"""The bell's list: today, earlier; reading is noted for each post by itself."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template
from litestar.response.redirect import Redirect

from supervision.desk import service
from web.frame import page, part, wants_part
from web.turns import Req, reading, turn

SIZE = 30
IN_MENU = 8
ICONS = {
    "reminder": "bell-ring",
    "overdue": "alert-circle",
    "served": "mail",
    "answered": "file-check",
    "approval": "clipboard-check",
    "escalation": "flag",
    "report": "report",
    "decision": "gavel",
    "clue": "inbox",
}


@get("/notices")
async def notices(request: Req) -> Template:
    """Lines meant for the post, newest first."""
    async with reading(request) as work:
        short = wants_part(request)
        found = await service.notices(work, request.query_params.get("after", ""), IN_MENU if short else SIZE)
        groups = [
            (label, rows)
            for label, rows in (
                ("今天", [row for row in found.rows if row.today]),
                ("更早", [row for row in found.rows if not row.today]),
            )
            if rows
        ]
        if short:
            return part(request, "notices/popup.html", groups=groups, today=work.today)
        return await page(
            request,
            work,
            "notices/list.html",
            title="消息",
            active="/notices",
            groups=groups,
            icons=ICONS,
            unread=any(not row.read for row in found.rows),
            next_href=f"/notices?{urlencode({'after': found.after})}" if found.after else "",
            first=not request.query_params.get("after"),
        )


@get("/notices/{notice_id:uuid}")
async def open_notice(request: Req, notice_id: FromPath[UUID]) -> Redirect:
    """On to the record; the line counts as read by this post."""
    async with reading(request) as work:
        notice = await service.mark_read(work, notice_id)
        return Redirect(notice.link if notice.link.startswith("/") else "/notices", status_code=303)


@post("/notices/read")
async def read_all(request: Req) -> Response[bytes]:
    """Every line counts as read."""
    async with turn(request) as t:
        await service.mark_all_read(t.work)
        return t.redirect("/notices")


ROUTES = [notices, open_notice, read_all]
