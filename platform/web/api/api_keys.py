"""Keys with which other systems of an organ call this API: the system administrator makes and rotates them, the
security administrator revokes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from kernel.errors import Denied
from supervision.matters.views import Page
from tenants.keys import rules, service
from web.api.shapes import Body, Code, Limit, ReasonInput, command, read
from web.turns import Req, identity, reading, turn

TAGS = ["接口密钥"]
KEY = "/api-keys/{key_id:uuid}"


class ApiKeySecretItem(msgspec.Struct, frozen=True):
    """A secret that still opens something. `until` null: the present one; otherwise the old one's end."""

    hint: str
    made_at: datetime
    until: datetime | None


class ApiKeyItem(msgspec.Struct, frozen=True):
    """A key. `state`: active, expired, revoked. `per_minute`: calls that it may make in a minute."""

    id: UUID
    name: str
    scopes: list[str]
    state: str
    expires_on: date
    per_minute: int
    made_by_name: str
    secrets: list[ApiKeySecretItem]
    last_used_at: datetime | None
    last_used_from: str
    revoked_by_name: str
    revoke_reason: str


class ApiKeyInput(Body, frozen=True, kw_only=True):
    """A key for one system. `scopes`: area:read or area:write."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    scopes: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=30)]
    expires_on: date
    per_minute: Annotated[int, msgspec.Meta(ge=1, le=rules.MOST_PER_MINUTE)] = rules.DEFAULT_PER_MINUTE


class RotationInput(Body, frozen=True):
    """How long the old secret lives on, in hours."""

    grace_hours: Annotated[int, msgspec.Meta(ge=0, le=rules.MOST_GRACE_HOURS)] = rules.GRACE_HOURS


class ApiKeyMade(msgspec.Struct, frozen=True):
    """The key with its new secret, told once: the same Idempotency-Key answers null."""

    id: UUID
    token: str | None


class ApiKeySelf(msgspec.Struct, frozen=True):
    """What the calling key is."""

    id: UUID
    name: str
    organ_id: UUID
    organ_name: str
    scopes: list[str]


def item(view: service.KeyView) -> ApiKeyItem:
    secrets = [ApiKeySecretItem(s.hint, s.made_at, s.until) for s in view.secrets]
    return ApiKeyItem(
        view.id,
        view.name,
        list(view.scopes),
        view.state,
        view.expires_on,
        view.per_minute,
        view.made_by_name,
        secrets,
        view.last_used_at,
        view.last_used_from,
        view.revoked_by_name,
        view.revoke_reason,
    )


def told_once(made: service.Made, status: int) -> Response[bytes]:
    """The answer with the secret in it, which is stored nowhere."""
    body = msgspec.json.encode(ApiKeyMade(made.key.id, made.token))
    return Response(body, status_code=status, headers={"cache-control": "no-store"}, media_type="application/json")


@read("/api-keys", "listApiKeys", "本单位接口密钥", TAGS, description="由新到旧。以 next 作为下一页的 after。")
async def list_keys(request: Req, after: FromQuery[UUID | None] = None, limit: Limit = 50) -> Page[ApiKeyItem]:
    async with reading(request) as work:
        found, following = await service.listing(work, after, limit)
    return Page([item(view) for view in found], str(following) if following else None)


@read("/api-keys/self", "getApiKeyItself", "当前接口密钥", TAGS, description="以接口密钥调用时，密钥本身的单位和权限。")
async def itself(request: Req) -> ApiKeySelf:
    user = identity(request)
    if user.scopes is None:
        raise Denied("这一接口由接口密钥调用。")
    return ApiKeySelf(user.account_id, user.name, user.organ_id, user.organ_name, sorted(user.scopes))


@read(KEY, "getApiKey", "接口密钥", TAGS)
async def get_key(request: Req, key_id: FromPath[UUID]) -> ApiKeyItem:
    async with reading(request) as work:
        return item(await service.get(work, key_id))


@command("/api-keys", "makeApiKey", "新建接口密钥", TAGS, ApiKeyMade, status=201)
async def make_key(request: Req, data: JSONBody[ApiKeyInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await service.make(t.work, data.name, data.scopes, data.expires_on, data.per_minute)
        t.json(ApiKeyMade(made.key.id, None), status=201)
    return told_once(made, 201)


@command(f"{KEY}/rotate", "rotateApiKey", "轮换接口密钥", TAGS, ApiKeyMade)
async def rotate_key(request: Req, key_id: FromPath[UUID], data: JSONBody[RotationInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await service.rotate(t.work, key_id, data.grace_hours)
        t.json(ApiKeyMade(made.key.id, None))
    return told_once(made, 200)


@command(f"{KEY}/revoke", "revokeApiKey", "吊销接口密钥", TAGS, ApiKeyItem)
async def revoke_key(request: Req, key_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(item(await service.revoke(t.work, key_id, data.reason)))


ROUTES = [list_keys, itself, get_key, make_key, rotate_key, revoke_key]
