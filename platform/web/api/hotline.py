"""The 12345 hotline: its signed messages to us, and its orders for API clients (Art. 17; docs/channels.md)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from integrations.hotline12345 import service as hotline
from integrations.links import service as links
from kernel.work import open_work
from supervision.channels import service as channels
from supervision.channels.views import OrderRow
from supervision.matters.views import Page
from web.access import OPEN
from web.api.shapes import API, Limit, ReasonInput, command, read
from web.frame import settings
from web.turns import Req, database, origin, reading, turn

TAGS = ["线索渠道"]


@post(
    f"{API}/hotline/{{link_id:uuid}}/orders",
    opt={OPEN: True, "exclude_from_csrf": True},
    status_code=200,
    include_in_schema=False,
)
async def receive(request: Req, link_id: FromPath[UUID]) -> Response[bytes]:
    """One order, under the signature of the link's other side: no session, each version once. Our answer is signed."""
    base, city_id = database(request), settings(request).city_id
    body = await request.body()
    signed = links.Request(
        request.method, request.scope["raw_path"].decode(), request.scope["query_string"].decode(), body
    )
    organ_id = await links.organ_of(base, city_id, link_id)
    async with open_work(
        base,
        city_id=city_id,
        organ_id=organ_id,
        request_id=str(request.scope.get("request_id", "")),
        origin=origin(request),
    ) as work:
        answer, headers = await hotline.receive(work, link_id, signed, request.headers)
    return Response(answer, headers=headers, media_type="application/json")


@read(
    "/hotline/orders",
    "listHotlineOrders",
    "热线工单",
    TAGS,
    description="state 为 open、withdrawn、returned 或者 ended。以 next 作为下一页的 after。",
)
async def list_orders(
    request: Req,
    *,
    standing: Annotated[str, QueryParameter(name="state", max_length=60)] = "",
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[OrderRow]:
    async with reading(request) as work:
        return await channels.orders(work, state=standing, after=after, limit=limit)


@command("/hotline/orders/{order_id:uuid}/return", "returnHotlineOrder", "提出退回错派的热线工单", TAGS, OrderRow)
async def return_order(request: Req, order_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await channels.propose_return(t.work, order_id, data.reason, version=data.version)
        return t.json(channels.order_row(t.work, row, await channels.clue(t.work, row.clue_id)))


ROUTES = [receive, list_orders, return_order]
