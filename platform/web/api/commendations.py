"""Commendation for API clients: nominate, review, approve, publish; published lists are open (Art. 6)."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from supervision.commendations import service as commendations
from supervision.commendations.views import CommendationHead, CommendationRow, CommendationView
from web.api.shapes import Body, Code, Number, Prose, Route, Version, VersionInput, command, read
from web.turns import Req, reading, turn

TAGS = ["表彰"]


class YearInput(Body, frozen=True):
    """The year whose work is commended."""

    year: Number


class NominationInput(Body, frozen=True, kw_only=True):
    """`kind`: organ (the own one) or person (with `officer_id`); `field`: enforcement or supervision."""

    kind: Code
    field: Code
    merits: Prose
    officer_id: UUID | None = None


class ReviewInput(Body, frozen=True, kw_only=True):
    """On the list or not; not needs a reason."""

    include: bool
    note: Prose = ""
    version: Version | None = None


class SendBackInput(Body, frozen=True):
    """Why the list goes back."""

    reason: Prose
    version: Version | None = None


class Nominated(msgspec.Struct, frozen=True):
    """A nomination after a step."""

    id: UUID
    state: str


class CommendationLists(msgspec.Struct, frozen=True):
    """Lists, the latest year first."""

    items: list[CommendationRow]


@read("/commendations", "listCommendations", "年度表彰名单", TAGS)
async def list_commendations(request: Req) -> CommendationLists:
    async with reading(request) as work:
        return CommendationLists(await commendations.listed(work))


@read("/commendations/{list_id:uuid}", "getCommendation", "表彰名单", TAGS)
async def get_commendation(request: Req, list_id: FromPath[UUID]) -> CommendationView:
    async with reading(request) as work:
        return await commendations.view(work, list_id)


@command("/commendations", "openCommendation", "开始年度表彰", TAGS, CommendationHead, status=201)
async def open_list(request: Req, data: JSONBody[YearInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(commendations.head(await commendations.open_list(t.work, data.year)), status=201)


@command("/commendations/{list_id:uuid}/nominations", "nominate", "推荐表彰对象", TAGS, Nominated, status=201)
async def nominate(request: Req, list_id: FromPath[UUID], data: JSONBody[NominationInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await commendations.nominate(
            t.work, list_id, kind=data.kind, field=data.field, merits=data.merits, officer_id=data.officer_id
        )
        return t.json(Nominated(made, "nominated"), status=201)


@command("/nominations/{nomination_id:uuid}/review", "reviewNomination", "审核表彰对象", TAGS, Nominated)
async def review(request: Req, nomination_id: FromPath[UUID], data: JSONBody[ReviewInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await commendations.review(
            t.work, nomination_id, include=data.include, note=data.note, version=data.version
        )
        return t.json(Nominated(row.id, row.state))


def _step(path: str, operation: str, summary: str) -> Route:
    return command(f"/commendations/{{list_id:uuid}}/{path}", operation, summary, TAGS, CommendationHead)


@_step("submit", "submitCommendation", "报请批准表彰名单")
async def submit(request: Req, list_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(commendations.head(await commendations.take(t.work, list_id, "submit", version=data.version)))


@_step("approve", "approveCommendation", "批准表彰名单")
async def approve(request: Req, list_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(commendations.head(await commendations.take(t.work, list_id, "approve", version=data.version)))


@_step("send-back", "sendBackCommendation", "退回表彰名单")
async def send_back(request: Req, list_id: FromPath[UUID], data: JSONBody[SendBackInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await commendations.take(t.work, list_id, "send_back", reason=data.reason, version=data.version)
        return t.json(commendations.head(row))


@_step("publish", "publishCommendation", "公布表彰名单")
async def publish(request: Req, list_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(commendations.head(await commendations.take(t.work, list_id, "publish", version=data.version)))


ROUTES = [list_commendations, get_commendation, open_list, nominate, review, submit, approve, send_back, publish]
