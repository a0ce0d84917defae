"""Messages of connected systems to us, signed and accepted once (Arts. 17, 18; docs/links.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import FromPath
from litestar.response import Response

from integrations.discipline import service as discipline
from integrations.links import service as links
from integrations.links.wire import Reply
from kernel.clock import system_now
from kernel.errors import Invalid, NotFound, ZhunshengError
from kernel.work import Work, open_work
from web.access import OPEN
from web.api.shapes import API
from web.frame import settings
from web.turns import Req, database, origin

Receive = Callable[[Work, UUID, bytes], Awaitable[dict[str, str]]]


async def _discipline(work: Work, link_id: UUID, body: bytes) -> dict[str, str]:
    """One receipt, result or return of a referral."""
    reply = msgspec.json.decode(body, type=Reply)
    error = await discipline.receive(work, link_id, reply)
    return {"id": reply.id, "outcome": "refused" if error else "received", "error": error}


RECEIVERS: Final[dict[str, Receive]] = {"discipline": _discipline}
"""Kind of link → who takes what its other side sends."""


@post(
    f"{API}/links/{{link_id:uuid}}/inbound", status_code=200, opt={OPEN: True, "exclude_from_csrf": True},
    include_in_schema=False, request_max_body_size=48 * 1024 * 1024,
)  # fmt: skip
async def inbound(request: Req, link_id: FromPath[UUID]) -> Response[bytes]:
    """Take one message in. An answer is signed once the sender is known; before that every refusal is the same."""
    city_id = settings(request).city_id
    db = database(request)
    organ_id = await links.organ_of(db, city_id, link_id)
    body = await request.body()
    query = request.scope["query_string"].decode("latin-1")
    signed = links.Request(request.method, request.scope["path"], query, body)
    async with open_work(
        db, city_id=city_id, organ_id=organ_id, request_id=str(request.scope.get("request_id", "")),
        origin=origin(request),
    ) as work:  # fmt: skip
        link, nonce = await links.accept(work, link_id, signed, request.headers)
    # The nonce is spent whatever becomes of the message: a second transaction takes it.
    status, answer = 200, {}
    try:
        async with open_work(db, city_id=city_id, organ_id=organ_id, origin=origin(request)) as work:
            receive = RECEIVERS.get(link.kind)
            if receive is None:
                raise NotFound
            answer = await receive(work, link_id, body)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        refused = Invalid(f"内容不符合接口约定：{error}", field="body")
        status, answer = refused.status, {"title": refused.message}
    except ZhunshengError as refusal:
        status, answer = refusal.status, {"title": refusal.message}
    text = msgspec.json.encode(answer)
    headers = links.sign_response(link.keys, status, text, nonce, system_now())
    return Response(text, status_code=status, headers=headers, media_type="application/json")


ROUTES = [inbound]
