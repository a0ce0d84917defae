"""我的证件: the officer's own certificates, hours and what he was told (Article 10(1), (4))."""

from __future__ import annotations

from litestar import get
from litestar.response import Template

from supervision.desk import service as desk
from tenants.registers import service as registers
from web.frame import page
from web.officer_forms import LOOKS
from web.turns import Req, reading

HREF = "/me/certificate"
NOTICES = 5


@get(HREF)
async def my_certificate(request: Req) -> Template:
    """The certificates of the person behind the post, wherever his file is kept."""
    async with reading(request) as work:
        view = await registers.my_file(work)
        told = await desk.notices(work, limit=100)
        return await page(
            request,
            work,
            "officers/mine.html",
            title="我的证件",
            active=HREF,
            view=view,
            notices=[line for line in told.rows if line.link == HREF][:NOTICES],
            looks=LOOKS,
        )


ROUTES = [my_certificate]
