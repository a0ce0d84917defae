"""Outgoing webhooks, for API clients of the system administrator (docs/webhooks.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from integrations.webhooks import service
from supervision.matters.views import Page
from web.api.shapes import Body, Code, Limit, command, read
from web.turns import Req, reading, turn

TAGS = ["网络回调"]
ONE = "/webhooks/{endpoint_id:uuid}"
Events = Annotated[list[Code], msgspec.Meta(min_length=1, max_length=60)]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class WebhookItem(msgspec.Struct, frozen=True):
    """An endpoint. `state`: enabled, disabled, failing. `rotating_until`: signed with both secrets until then."""

    id: UUID
    name: str
    address: str
    events: list[str]
    state: str
    last_success_at: datetime | None
    failing_since: datetime | None
    rotating_until: datetime | None


class WebhookInput(Body, frozen=True, kw_only=True):
    """An endpoint of another system, and the types of events that it is told."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    address: Address
    events: Events


class WebhookChange(Body, frozen=True, kw_only=True):
    """Another address, other events."""

    address: Address
    events: Events


class WebhookKept(msgspec.Struct, frozen=True):
    """The endpoint with its new secret, told once: the same Idempotency-Key answers null."""

    id: UUID
    secret: str | None


class WebhookHead(msgspec.Struct, frozen=True):
    """The endpoint or the message that a command was about."""

    id: UUID


class WebhookTry(msgspec.Struct, frozen=True):
    """One try. `status` null: nothing came back; `answer` is its head or the error."""

    number: int
    at: datetime
    status: int | None
    answer: str
    milliseconds: int
    by_name: str


class WebhookMessageItem(msgspec.Struct, frozen=True):
    """One message. `name` is its webhook-id; `state`: waiting, delivered, dead."""

    id: UUID
    name: str
    event: str
    made_at: datetime
    state: str
    attempts: int
    next_at: datetime | None
    tries: list[WebhookTry]


def item(view: service.EndpointView) -> WebhookItem:
    return WebhookItem(
        view.id, view.name, view.address, list(view.events), view.state, view.last_success_at, view.failing_since,
        view.rotating_until,
    )  # fmt: skip


@read("/webhooks", "listWebhooks", "本单位网络回调", TAGS, description="由新到旧。以 next 作为下一页的 after。")
async def list_webhooks(request: Req, after: FromQuery[UUID | None] = None, limit: Limit = 50) -> Page[WebhookItem]:
    async with reading(request) as work:
        found, following = await service.listing(work, after, limit)
    return Page([item(view) for view in found], str(following) if following else None)


@read(ONE, "getWebhook", "网络回调", TAGS)
async def get_webhook(request: Req, endpoint_id: FromPath[UUID]) -> WebhookItem:
    async with reading(request) as work:
        return item(await service.get(work, endpoint_id))


@read(f"{ONE}/messages", "listWebhookMessages", "投递记录", TAGS, description="由新到旧。以 next 作为下一页的 after。")
async def list_messages(
    request: Req, endpoint_id: FromPath[UUID], after: FromQuery[UUID | None] = None, limit: Limit = 50
) -> Page[WebhookMessageItem]:
    async with reading(request) as work:
        found, following = await service.messages(work, endpoint_id, after, limit)
    return Page([_message(view) for view in found], str(following) if following else None)


def _message(view: service.MessageView) -> WebhookMessageItem:
    tries = [WebhookTry(t.number, t.at, t.status, t.answer, t.milliseconds, t.by_name) for t in view.tries]
    return WebhookMessageItem(
        view.id, view.name, view.event, view.made_at, view.state, view.attempts, view.next_at, tries
    )


def told_once(kept: service.Kept, status: int) -> Response[bytes]:
    """The answer with the secret in it, which is stored nowhere in the open."""
    body = msgspec.json.encode(WebhookKept(kept.endpoint.id, kept.secret))
    return Response(body, status_code=status, headers={"cache-control": "no-store"}, media_type="application/json")


@command("/webhooks", "addWebhook", "新建网络回调", TAGS, WebhookKept, status=201)
async def add_webhook(request: Req, data: JSONBody[WebhookInput]) -> Response[bytes]:
    async with turn(request) as t:
        kept = await service.add(t.work, data.name, data.address, data.events)
        t.json(WebhookKept(kept.endpoint.id, None), status=201)
    return told_once(kept, 201)


@command(ONE, "changeWebhook", "修改网络回调", TAGS, WebhookItem)
async def change_webhook(request: Req, endpoint_id: FromPath[UUID], data: JSONBody[WebhookChange]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(item(await service.change(t.work, endpoint_id, data.address, data.events)))


@command(f"{ONE}/rotate", "rotateWebhook", "轮换签名密钥", TAGS, WebhookKept)
async def rotate_webhook(request: Req, endpoint_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        kept = await service.rotate(t.work, endpoint_id)
        t.json(WebhookKept(endpoint_id, None))
    return told_once(kept, 200)


def _switch(step: str, operation: str, summary: str) -> Any:
    @command(f"{ONE}/{step}", operation, summary, TAGS, WebhookItem)
    async def taken(request: Req, endpoint_id: FromPath[UUID]) -> Response[bytes]:
        async with turn(request) as t:
            return t.json(item(await service.switch(t.work, endpoint_id, on=step == "enable")))

    return taken


@command(f"{ONE}/test", "testWebhook", "发送测试", TAGS, WebhookHead)
async def test_webhook(request: Req, endpoint_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(WebhookHead(await service.trial(t.work, endpoint_id)))


@command("/webhook-messages/{message_id:uuid}/replay", "replayWebhook", "重新投递", TAGS, WebhookHead)
async def replay_webhook(request: Req, message_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(WebhookHead(await service.replay(t.work, message_id)))


ROUTES = [
    list_webhooks,
    get_webhook,
    list_messages,
    add_webhook,
    change_webhook,
    rotate_webhook,
    _switch("enable", "enableWebhook", "启用网络回调"),
    _switch("disable", "disableWebhook", "停用网络回调"),
    test_webhook,
    replay_webhook,
]
