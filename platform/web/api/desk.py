"""Desk, bell and running deadlines for API clients."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from supervision.desk import service
from supervision.desk.views import DeskView, NoticeView, RunningView
from supervision.matters.views import Page
from web.api.shapes import Body, Code, Cursor, Limit, command, read
from web.turns import Req, reading, turn

TAGS = ["工作台"]


class ReadCount(msgspec.Struct, frozen=True):
    """How many lines now count as read by the caller's post."""

    read: int


class Urged(msgspec.Struct, frozen=True):
    """The deadline on which a reminder was sent."""

    id: UUID


@read(
    "/desk",
    "getDesk",
    "工作台",
    TAGS,
    description="本岗位的数字、待办和待审批。scope：mine 为本人承办，all 为本单位全部。",
)
async def desk(request: Req, whose: Annotated[str, QueryParameter(name="scope", max_length=60)] = "") -> DeskView:
    async with reading(request) as work:
        return await service.desk(work, whose)


@read("/desk/counters", "getCounters", "待办数字", TAGS)
async def counters(request: Req) -> dict[str, int]:
    async with reading(request, once=True) as work:
        return await service.counters(work)


@read("/notices", "listNotices", "消息", TAGS, description="由新到旧。以 next 作为下一页的 after。")
async def notices(request: Req, after: Cursor = "", limit: Limit = 30) -> Page[NoticeView]:
    async with reading(request) as work:
        found = await service.notices(work, after, limit)
    return Page(found.rows, found.after or None)


@command("/notices/{notice_id:uuid}/read", "readNotice", "标为已读", TAGS, ReadCount)
async def read_notice(request: Req, notice_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await service.mark_read(t.work, notice_id)
        return t.json(ReadCount(1))


@command("/notices/read", "readAllNotices", "全部标为已读", TAGS, ReadCount)
async def read_all(request: Req) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(ReadCount(await service.mark_all_read(t.work)))


@read(
    "/deadlines",
    "listDeadlines",
    "在计期限",
    TAGS,
    description="本单位掌握的在计期限。due：overdue、today、near、far。以 next 作为下一页的 after。",
)
async def deadlines(
    request: Req, due: FromQuery[str] = "overdue", after: Cursor = "", limit: Limit = 50
) -> Page[RunningView]:
    async with reading(request) as work:
        found = await service.running(work, due, after=after, limit=limit)
    return Page(found.rows, found.after or None)


@read("/deadlines/counts", "countDeadlines", "在计期限数量", TAGS)
async def count_deadlines(request: Req) -> dict[str, int]:
    async with reading(request) as work:
        return await service.count_running(work)


@command("/deadlines/{deadline_id:uuid}/urge", "urgeDeadline", "发送催办", TAGS, Urged)
async def urge(request: Req, deadline_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await service.urge(t.work, deadline_id)
        return t.json(Urged(deadline_id))


class ProlongInput(Body, frozen=True, kw_only=True):
    """More time for a running limit, from its end on. `unit`: working_day or calendar_day."""

    amount: Annotated[int, msgspec.Meta(ge=1, le=90)]
    unit: Code = "working_day"
    reason: Annotated[str, msgspec.Meta(min_length=5, max_length=500)]


class Prolonged(msgspec.Struct, frozen=True):
    """The limit and its new end."""

    id: UUID
    due_on: date


@command(
    "/deadlines/{deadline_id:uuid}/prolong", "prolongDeadline", "延长在计期限（负责人，说明理由）", TAGS, Prolonged
)
async def prolong(request: Req, deadline_id: FromPath[UUID], data: JSONBody[ProlongInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await service.prolong(t.work, deadline_id, data.amount, data.unit, data.reason)
        return t.json(Prolonged(deadline_id, made.due_on))


ROUTES = [desk, counters, notices, read_notice, read_all, deadlines, count_deadlines, urge, prolong]
