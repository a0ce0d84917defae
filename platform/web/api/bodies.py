"""The register of enforcement bodies for API clients (Article 10(5))."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from tenants.registers import service as registers
from tenants.registers.commands import BodyInput as BodyEntry
from tenants.registers.views import BodyPage, BodyView
from web.api.shapes import Body, Code, Limit, Line, Prose, Version, command, read
from web.turns import Req, reading, turn

TAGS = ["执法主体"]


class BodyInput(Body, frozen=True, kw_only=True):
    """An enforcement body: `kind` organ, authorised or entrusted; an entrustment names its last day."""

    kind: Code
    name: Line
    authority: Prose
    scope: Prose
    valid_from: date
    uscc: Code = ""
    confirmed_by: Line = ""
    announced_on: date | None = None
    valid_until: date | None = None
    version: Version | None = None


class EndingInput(Body, frozen=True, kw_only=True):
    """A body ends on a day, for a reason."""

    ended_on: date
    reason: Line
    version: Version | None = None


def _entry(data: BodyInput) -> BodyEntry:
    values = msgspec.structs.asdict(data)
    values.pop("version")
    return BodyEntry(**values)


@read("/bodies", "listBodies", "执法主体名录", TAGS, description="本单位的，或者 organ_id 所指单位的。")
async def list_bodies(
    request: Req,
    *,
    organ_id: FromQuery[UUID | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> BodyPage:
    async with reading(request) as work:
        return await registers.list_bodies(work, organ_id=organ_id, after=after, limit=limit)


@read("/bodies/{body_id:uuid}", "getBody", "执法主体", TAGS)
async def get_body(request: Req, body_id: FromPath[UUID]) -> BodyView:
    async with reading(request) as work:
        return await registers.body(work, body_id)


@command("/bodies", "addBody", "登记执法主体", TAGS, BodyView, status=201)
async def add_body(request: Req, data: JSONBody[BodyInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await registers.add_body(t.work, _entry(data))
        location = {"location": f"/api/v1/bodies/{row.id}"}
        return t.json(await registers.body(t.work, row.id), status=201, headers=location)


@command("/bodies/{body_id:uuid}", "changeBody", "修改执法主体", TAGS, BodyView)
async def change_body(request: Req, body_id: FromPath[UUID], data: JSONBody[BodyInput]) -> Response[bytes]:
    async with turn(request) as t:
        await registers.change_body(t.work, body_id, _entry(data), version=data.version)
        return t.json(await registers.body(t.work, body_id))


@command("/bodies/{body_id:uuid}/end", "endBody", "终止执法主体", TAGS, BodyView)
async def end_body(request: Req, body_id: FromPath[UUID], data: JSONBody[EndingInput]) -> Response[bytes]:
    async with turn(request) as t:
        await registers.end_body(t.work, body_id, data.ended_on, data.reason, version=data.version)
        return t.json(await registers.body(t.work, body_id))


ROUTES = [list_bodies, get_body, add_body, change_body, end_body]
