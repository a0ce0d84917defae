"""Connected systems for API clients: state, queues, differences, and keeping them (Arts. 17, 18)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from integrations.links import service as links
from integrations.links.views import ArrivalRow, DifferenceLine, LinkRow, LinkView, ParcelRow
from supervision.matters.views import Page
from web.api.shapes import Body, Code, Limit, Line, Prose, Route, Version, VersionInput, command, read
from web.turns import Req, reading, turn

TAGS = ["对接系统"]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=60)]
Key = Annotated[str, msgspec.Meta(max_length=200)]


class ConnectionInput(Body, frozen=True, kw_only=True):
    """A system to connect. `suite`: hmac-sm3 or sm2; `shared`: a key that the other side gave, hex; `peer`: its SM2
    public key."""

    kind: Code
    name: Line
    address: Line = ""
    suite: Code = "hmac-sm3"
    shared: Key = ""
    peer: Key = ""
    seconds: Seconds = 20
    pulls: bool = False


class ConnectionChange(Body, frozen=True, kw_only=True):
    """What may be changed; an empty `peer` leaves the other side's key as it is."""

    name: Line
    address: Line = ""
    peer: Key = ""
    seconds: Seconds = 20
    pulls: bool = False
    version: Version | None = None


class ConnectionKeys(msgspec.Struct, frozen=True):
    """A link and its keys; `secret` is told once and null when the same request comes again."""

    id: UUID
    key_id: str
    secret: str | None
    public: str


class ConnectionHead(msgspec.Struct, frozen=True):
    """The link that a command was about."""

    id: UUID


class SettleInput(Body, frozen=True, kw_only=True):
    """How the difference was dealt with."""

    note: Prose


@read("/links", "listLinks", "本单位的对接系统", TAGS)
async def list_links(request: Req) -> Page[LinkRow]:
    async with reading(request) as work:
        return Page(await links.listed(work))


@read("/links/{link_id:uuid}", "getLink", "对接系统", TAGS)
async def get_link(request: Req, link_id: FromPath[UUID]) -> LinkView:
    async with reading(request) as work:
        return await links.view(work, link_id)


@read("/links/{link_id:uuid}/parcels", "listParcels", "送出的内容", TAGS, description="由新到旧。")
async def list_parcels(
    request: Req,
    link_id: FromPath[UUID],
    status: FromQuery[Code] = "",
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[ParcelRow]:
    async with reading(request) as work:
        rows, following = await links.parcels(work, link_id, status, after=after, limit=limit)
    return Page(rows, str(following) if following else None)


@read("/links/{link_id:uuid}/arrivals", "listArrivals", "收到的内容", TAGS, description="由新到旧。")
async def list_arrivals(
    request: Req,
    link_id: FromPath[UUID],
    status: FromQuery[Code] = "",
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[ArrivalRow]:
    async with reading(request) as work:
        rows, following = await links.arrivals(work, link_id, status, after=after, limit=limit)
    return Page(rows, str(following) if following else None)


@read("/links/{link_id:uuid}/differences", "listDifferences", "没有处理的差异", TAGS, description="由新到旧。")
async def list_differences(
    request: Req, link_id: FromPath[UUID], after: FromQuery[UUID | None] = None, limit: Limit = 50
) -> Page[DifferenceLine]:
    async with reading(request) as work:
        rows, following = await links.differences(work, link_id, after=after, limit=limit)
    return Page(rows, str(following) if following else None)


@command("/links", "addLink", "建立对接", TAGS, ConnectionKeys, status=201)
async def add_link(request: Req, data: JSONBody[ConnectionInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await links.create(t.work, links.LinkInput(**msgspec.structs.asdict(data)))
        # What is kept under the request's key must not hold the link's.
        t.json(ConnectionKeys(made.id, made.key_id, None, made.public), status=201)
    return _once(made, 201)


@command("/links/{link_id:uuid}/keys", "rotateLinkKeys", "更换密钥", TAGS, ConnectionKeys)
async def rotate_keys(request: Req, link_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await links.rotate(t.work, link_id, version=data.version)
        t.json(ConnectionKeys(made.id, made.key_id, None, made.public))
    return _once(made, 200)


def _once(made: links.NewLink, status: int) -> Response[bytes]:
    body = msgspec.json.encode(ConnectionKeys(made.id, made.key_id, made.secret or None, made.public))
    return Response(body, status_code=status, headers={"cache-control": "no-store"}, media_type="application/json")


@command("/links/{link_id:uuid}/change", "changeLink", "修改对接", TAGS, ConnectionHead)
async def change_link(request: Req, link_id: FromPath[UUID], data: JSONBody[ConnectionChange]) -> Response[bytes]:
    async with turn(request) as t:
        given = links.LinkChange(
            name=data.name, address=data.address, peer=data.peer, seconds=data.seconds, pulls=data.pulls
        )
        await links.change(t.work, link_id, given, version=data.version)
        return t.json(ConnectionHead(link_id))


def _state(step: str, operation: str, summary: str, state: str) -> Route:
    @command(f"/links/{{link_id:uuid}}/{step}", operation, summary, TAGS, ConnectionHead)
    async def taken(request: Req, link_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
        async with turn(request) as t:
            await links.set_state(t.work, link_id, state, version=data.version)
            return t.json(ConnectionHead(link_id))

    return taken


def _start(what: str, operation: str, summary: str) -> Route:
    @command(f"/links/{{link_id:uuid}}/{what}", operation, summary, TAGS, ConnectionHead)
    async def taken(request: Req, link_id: FromPath[UUID]) -> Response[bytes]:
        async with turn(request) as t:
            await links.start(t.work, link_id, what)
            return t.json(ConnectionHead(link_id))

    return taken


@command("/links/{link_id:uuid}/parcels/{parcel_id:uuid}/replay", "replayParcel", "重新送出", TAGS, ConnectionHead)
async def replay_parcel(request: Req, link_id: FromPath[UUID], parcel_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await links.replay_parcel(t.work, link_id, parcel_id)
        return t.json(ConnectionHead(link_id))


@command(
    "/links/{link_id:uuid}/arrivals/{arrival_id:uuid}/retry",
    "retryArrival",
    "重新接收",
    TAGS,
    ConnectionHead,
    description="没有接收的内容由后台任务重新处理一次，结果见收到的内容。待处理和已接收的，请求没有效果。",
)
async def retry_arrival(request: Req, link_id: FromPath[UUID], arrival_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await links.retry(t.work, link_id, arrival_id)
        return t.json(ConnectionHead(link_id))


@command(
    "/links/{link_id:uuid}/differences/{difference_id:uuid}/settle",
    "settleDifference",
    "处理差异",
    TAGS,
    ConnectionHead,
)
async def settle_difference(
    request: Req, link_id: FromPath[UUID], difference_id: FromPath[UUID], data: JSONBody[SettleInput]
) -> Response[bytes]:
    async with turn(request) as t:
        await links.settle_difference(t.work, link_id, difference_id, data.note)
        return t.json(ConnectionHead(link_id))


ROUTES = [
    list_links,
    get_link,
    list_parcels,
    list_arrivals,
    list_differences,
    add_link,
    rotate_keys,
    change_link,
    _state("pause", "pauseLink", "暂停对接", "paused"),
    _state("resume", "resumeLink", "恢复对接", "enabled"),
    _start("pull", "pullLink", "取新内容"),
    _start("compare", "compareLink", "对账"),
    _start("repair", "repairLink", "修复差异"),
    replay_parcel,
    retry_arrival,
    settle_difference,
]
