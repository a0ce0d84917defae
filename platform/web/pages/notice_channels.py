"""通知渠道: state of e-mail, SMS and government messaging, a test, and the log, for the system administrator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from integrations.notify import service
from kernel.errors import FieldError, Invalid
from kernel.wording import format_moment
from web.forms import Form, parse_id
from web.frame import page
from web.pages.notice_settings import STATES
from web.turns import Req, reading, turn

HREF = "/notice-channels"
SIZE = 30
SET = {"set": ("已设置", "green"), "demo": ("演示，不发送", "amber"), "none": ("没有设置", "")}
PURPOSES = {"notice": "消息", "digest": "汇总", "code": "验证码", "test": "测试"}


@get(HREF)
async def channels(request: Req) -> Template:
    return await _channels(request)


async def _channels(request: Req, errors: list[FieldError] | None = None) -> Template:
    found = errors or []
    async with reading(request) as work:
        after = parse_id(request.query_params.get("after", "")) if request.method == "GET" else None
        rows, following = await service.log(work, after, SIZE)
        return await page(
            request,
            work,
            "notices/channels.html",
            title="通知渠道",
            active=HREF,
            status=422 if found else 200,
            channels=[
                {
                    "channel": one.channel,
                    "label": one.label,
                    "state": SET[one.state][0],
                    "look": SET[one.state][1],
                    "name": one.name,
                    "usable": one.state != "none",
                }
                for one in await service.channels(work)
            ],
            rows=[_row(row) for row in rows],
            first_href=HREF if after else "",
            next_href=f"{HREF}?after={following}" if following else "",
            size=SIZE,
            errors=found,
            error_of={e.field: e.message for e in found},
        )


def _row(line: service.LogLine) -> dict[str, Any]:
    label, look = STATES[line.state]
    again = f"，{format_moment(line.next_at)}再试" if line.next_at else ""
    return {
        "id": line.id,
        "at": format_moment(line.at),
        "channel": line.channel,
        "purpose": PURPOSES[line.purpose],
        "person": line.person,
        "masked": line.masked,
        "text": line.text,
        "state": label,
        "look": look,
        "fact": line.receipt or (line.error + again),
        "demo": line.receipt.startswith("演示"),
        "again": line.state == "dead" and line.purpose != "code",
    }


@post(f"{HREF}/test", status_code=303)
async def test(request: Req) -> Template | Response[bytes]:
    """A text to the administrator's own verified address."""
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            await service.test(t.work, form.text("channel"))
            return t.redirect(HREF)
    except Invalid as invalid:
        return await _channels(request, invalid.errors)


@post(f"{HREF}/{{sending_id:uuid}}/replay", status_code=303)
async def replay(request: Req, sending_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await service.replay(t.work, sending_id)
        return t.redirect(HREF)


ROUTES = [channels, test, replay]
