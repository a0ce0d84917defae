"""What was served to an organ, for API clients: receipt, report, rights (Arts. 16, 19)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from supervision.instruments import service as instruments
from supervision.instruments.views import DeliveryRow, DeliveryView
from supervision.matters.views import Page
from web.api.shapes import (
    LARGEST,
    FileInput,
    Limit,
    ReasonInput,
    Route,
    VersionInput,
    Words,
    command,
    decoded,
    download,
    file_answer,
    read,
    removal,
)
from web.turns import Req, Turn, reading, turn

TAGS = ["收到的文书"]
ONE = "/deliveries/{delivery_id:uuid}"


class ReplyFile(FileInput, frozen=True, kw_only=True):
    """A file for the answer to requirement `no`."""

    no: Annotated[int, msgspec.Meta(ge=1, le=1000)]


async def _view(t: Turn, delivery_id: UUID, *, status: int = 200) -> Response[bytes]:
    await t.work.session.flush()
    return t.json(await instruments.delivery_view(t.work, delivery_id), status=status)


@read("/deliveries", "listDeliveries", "收到的文书清单", TAGS, description="以 next 作为下一页的 after。")
async def list_deliveries(
    request: Req,
    *,
    tab: FromQuery[str] = "open",
    q: Words = "",
    after: Annotated[str | None, QueryParameter(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[DeliveryRow]:
    chosen = instruments.InboxFilter(tab=tab, q=q)
    async with reading(request) as work:
        rows, following = await instruments.inbox(work, chosen, after=after, limit=limit)
    return Page(rows, following)


@read(ONE, "getDelivery", "一份收到的文书（不视为签收）", TAGS)
async def get_delivery(request: Req, delivery_id: FromPath[UUID]) -> DeliveryView:
    async with reading(request) as work:
        return await instruments.delivery_view(work, delivery_id)


@download(f"{ONE}/pdf", "getDeliveryPdf", "文书原文（签收后，留痕）", TAGS, media_type="application/pdf")
async def get_pdf(request: Req, delivery_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await instruments.delivery_pdf(work, delivery_id))


def _step(path: str, operation: str, summary: str, *, status: int = 200) -> Route:
    return command(f"{ONE}/{path}", operation, summary, TAGS, DeliveryView, status=status)


def _plain(path: str, operation: str, summary: str, step: Callable[..., Awaitable[Any]]) -> HTTPRouteHandler:
    """A command that needs nothing but the version it was made from."""

    @_step(path, operation, summary)
    async def taken(
        request: Req, delivery_id: FromPath[UUID], data: JSONBody[VersionInput | None] = None
    ) -> Response[bytes]:
        async with turn(request) as t:
            await step(t.work, delivery_id, version=data.version if data else None)
            return await _view(t, delivery_id)

    return taken


@_step("receipt", "openDelivery", "签收文书")
async def receipt(request: Req, delivery_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.open_delivery(t.work, delivery_id)
        return await _view(t, delivery_id)


@_step("reply", "saveReply", "保存书面报告草稿")
async def save_reply(
    request: Req,
    delivery_id: FromPath[UUID],
    data: JSONBody[instruments.ReplyInput],
    version: Annotated[int | None, QueryParameter(ge=1, le=LARGEST)] = None,
) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.draft_reply(t.work, delivery_id, data, version=version)
        return await _view(t, delivery_id)


@_step("reply/files", "addReplyFile", "上传佐证", status=201)
async def add_file(request: Req, delivery_id: FromPath[UUID], data: JSONBody[ReplyFile]) -> Response[bytes]:
    content = decoded(data, "content")
    async with turn(request) as t:
        await instruments.add_reply_file(t.work, delivery_id, data.no, data.name, content)
        return await _view(t, delivery_id, status=201)


@removal(f"{ONE}/reply/files/{{evidence_id:uuid}}", "removeReplyFile", "移除佐证", TAGS, DeliveryView)
async def remove_file(request: Req, delivery_id: FromPath[UUID], evidence_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.remove_reply_file(t.work, delivery_id, evidence_id)
        return await _view(t, delivery_id)


@_step("reply/return", "returnReply", "退回书面报告修改")
async def return_reply(request: Req, delivery_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.return_reply(t.work, delivery_id, data.reason, version=data.version)
        return await _view(t, delivery_id)


@_step("extension", "requestExtension", "申请延期", status=201)
async def extension(
    request: Req, delivery_id: FromPath[UUID], data: JSONBody[instruments.ExtensionInput]
) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.request_extension(t.work, delivery_id, data)
        return await _view(t, delivery_id, status=201)


@_step("objection", "raiseObjection", "提出异议", status=201)
async def objection(request: Req, delivery_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.raise_objection(t.work, delivery_id, data.reason)
        return await _view(t, delivery_id, status=201)


ROUTES = [
    list_deliveries,
    get_delivery,
    get_pdf,
    receipt,
    save_reply,
    add_file,
    remove_file,
    _plain("reply/submit", "submitReply", "提交主要负责人审定", instruments.submit_reply),
    _plain("reply/approve", "approveReply", "审定并报送书面报告", instruments.approve_reply),
    return_reply,
    extension,
    objection,
]
