"""What the public reads without a log-in: published yearly papers under permanent addresses (Art. 12).

No session is asked for, no cookie is set, nothing but what was published is read, and the answer may be kept by
whatever lies between.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from litestar import get
from litestar.params import FromPath
from litestar.response import Response, Template

from reporting.annual import service as annual
from web import entry
from web.access import OPEN
from web.turns import Req

ANYBODY: Final = {OPEN: True, "exclude_from_csrf": True}
KEPT: Final = "public, max-age=300"


def _shown(template: str, title: str, **context: Any) -> Template:
    made = {"page_title": title, "csrf_token": "", "errors": [], "error_of": {}, **context}
    return Template(template_name=template, context=made, headers={"cache-control": KEPT})


@get("/public/annual", opt=ANYBODY)
async def public_list(request: Req) -> Template:
    """Everything published about a year."""
    asked = request.query_params.get("year", "")
    async with entry.visiting(request) as work:
        year = int(asked) if asked.isdecimal() and len(asked) == 4 and asked.isascii() else work.today.year - 1
        rows = await annual.public_papers(work, year)
        this = work.today.year
    years = [
        {"label": f"{y}年度", "href": f"/public/annual?year={y}", "current": y == year}
        for y in sorted({this, this - 1, this - 2, year}, reverse=True)
    ]
    return _shown("annual/public_list.html", f"{year}年度行政执法工作公开", rows=rows, years_list=years)


@get("/public/annual/{code:str}", opt=ANYBODY)
async def public_page(request: Req, code: FromPath[str]) -> Template:
    """One published paper; 404 for whatever is not published."""
    async with entry.visiting(request) as work:
        found = await annual.public_paper(work, code)
    return _shown("annual/public.html", found.title, paper=found)


@get("/public/annual/{code:str}/pdf", opt=ANYBODY)
async def public_pdf(request: Req, code: FromPath[str]) -> Response[bytes]:
    """The published paper as PDF/A."""
    async with entry.visiting(request) as work:
        name, data = await annual.public_pdf(work, code)
    headers = {"content-disposition": f"inline; filename*=UTF-8''{quote(name, safe='')}", "cache-control": KEPT}
    return Response(data, media_type="application/pdf", headers=headers)


ROUTES = [public_list, public_page, public_pdf]
