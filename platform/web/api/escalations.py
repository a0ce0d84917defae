"""Overdue items that the level above has to know of, and what it orders, for API clients (Arts. 2, 11)."""

from __future__ import annotations

from uuid import UUID

from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.escalation import service as escalation
from supervision.escalation.views import EscalatedView
from supervision.matters.views import Page
from web.api.shapes import Body, Code, Limit, Prose, command, read
from web.turns import Req, reading, turn

TAGS = ["重大逾期"]


class OrderInput(Body, frozen=True):
    """`action`: report, take_over or review."""

    action: Code
    note: Prose


@read(
    "/escalations",
    "listEscalations",
    "提请本级关注的逾期事项",
    TAGS,
    description="handled 为空时列出全部。以 next 作为下一页的 after。",
)
async def list_escalations(
    request: Req,
    *,
    handled: FromQuery[bool | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[EscalatedView]:
    async with reading(request) as work:
        return await escalation.escalated_items(work, handled=handled, after=after, limit=limit)


@read("/escalations/{item_id:uuid}", "getEscalation", "逾期事项", TAGS)
async def get_escalation(request: Req, item_id: FromPath[UUID]) -> EscalatedView:
    async with reading(request) as work:
        return await escalation.escalated_item(work, item_id)


@command("/escalations/{item_id:uuid}/order", "orderFromAbove", "要求报告、提级办理或者要求复查", TAGS, EscalatedView)
async def order(request: Req, item_id: FromPath[UUID], data: JSONBody[OrderInput]) -> Response[bytes]:
    async with turn(request) as t:
        await escalation.handle_item(t.work, item_id, data.action, data.note)
        return t.json(await escalation.escalated_item(t.work, item_id))


ROUTES = [list_escalations, get_escalation, order]
