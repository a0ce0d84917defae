"""Desk, bell and running deadlines for API clients."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.exceptions import (
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response

from supervision.desk import service
from supervision.desk.views import DeskView, NoticePage, RunningPage
from web.turns import Req, reading, turn

REFUSALS = [NotAuthorizedException, PermissionDeniedException, NotFoundException, ValidationException]
TAGS = ["工作台"]


class ReadCount(msgspec.Struct, frozen=True):
    """How many lines now count as read by the caller's post."""

    read: int


class Urged(msgspec.Struct, frozen=True):
    """The deadline on which a reminder was sent."""

    id: UUID


@get(
    "/api/v1/desk",
    operation_id="getDesk",
    summary="工作台",
    description="本岗位的数字、待办和待审批。scope：mine 为本人承办，all 为本单位全部。",
    tags=TAGS,
    raises=REFUSALS,
)
async def desk(request: Req, whose: Annotated[str, QueryParameter(name="scope")] = "") -> DeskView:
    async with reading(request) as work:
        return await service.desk(work, whose)


@get("/api/v1/desk/counters", operation_id="getCounters", summary="待办数字", tags=TAGS, raises=REFUSALS)
async def counters(request: Req) -> dict[str, int]:
    async with reading(request) as work:
        return await service.counters(work)


@get("/api/v1/notices", operation_id="listNotices", summary="消息", tags=TAGS, raises=REFUSALS)
async def notices(
    request: Req, after: FromQuery[str] = "", limit: Annotated[int, QueryParameter(ge=1, le=100)] = 30
) -> NoticePage:
    async with reading(request) as work:
        return await service.notices(work, after, limit)


@post(
    "/api/v1/notices/{notice_id:uuid}/read",
    operation_id="readNotice",
    summary="标为已读",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def read_notice(request: Req, notice_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as taken:
        await service.mark_read(taken.work, notice_id)
        return taken.json(ReadCount(1))


@post(
    "/api/v1/notices/read",
    operation_id="readAllNotices",
    summary="全部标为已读",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def read_all(request: Req) -> Response[bytes]:
    async with turn(request) as taken:
        return taken.json(ReadCount(await service.mark_all_read(taken.work)))


@get(
    "/api/v1/deadlines",
    operation_id="listDeadlines",
    summary="在计期限",
    description="本单位掌握的在计期限。due：overdue、today、near、far。",
    tags=TAGS,
    raises=REFUSALS,
)
async def deadlines(
    request: Req,
    due: FromQuery[str] = "overdue",
    after: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
) -> RunningPage:
    async with reading(request) as work:
        return await service.running(work, due, after=after, limit=limit)


@post(
    "/api/v1/deadlines/{deadline_id:uuid}/urge",
    operation_id="urgeDeadline",
    summary="发送催办",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def urge(request: Req, deadline_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as taken:
        await service.urge(taken.work, deadline_id)
        return taken.json(Urged(deadline_id))


ROUTES = [desk, counters, notices, read_notice, read_all, deadlines, urge]
