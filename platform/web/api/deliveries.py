"""What was served to an organ, for API clients: receipt, report, rights (Arts. 16, 19)."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from kernel.errors import Invalid
from supervision.instruments import service as instruments
from supervision.instruments.views import DeliveryRow, DeliveryView
from web.api.instruments import REFUSALS, Reason, Version
from web.pages.instruments import attachment
from web.turns import Req, Turn, reading, turn

TAGS = ["收到的文书"]


class DeliveryList(msgspec.Struct, frozen=True):
    """A page; `next` goes into `after` for the following one, null on the last."""

    items: list[DeliveryRow]
    next: str | None


class ReplyFile(msgspec.Struct, frozen=True):
    """A file for the answer to requirement `no`; `content` is base64."""

    no: int
    name: str
    content: str


class RecusalRequest(msgspec.Struct, frozen=True):
    """`handler`: the name as the document states it."""

    handler: str
    reason: str


async def _view(t: Turn, delivery_id: UUID, *, status: int = 200) -> Response[bytes]:
    await t.work.session.flush()
    return t.json(await instruments.delivery_view(t.work, delivery_id), status=status)


@get("/api/v1/deliveries", operation_id="listDeliveries", summary="收到的文书", tags=TAGS, raises=REFUSALS)
async def list_deliveries(
    request: Req,
    *,
    tab: FromQuery[str] = "open",
    q: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> DeliveryList:
    async with reading(request) as work:
        chosen = instruments.InboxFilter(tab=tab, q=q)
        rows, following = await instruments.inbox(work, chosen, after=after, limit=limit)
    return DeliveryList(rows, following)


@get(
    "/api/v1/deliveries/{delivery_id:uuid}",
    operation_id="getDelivery",
    summary="一份收到的文书（不视为签收）",
    tags=TAGS,
    raises=REFUSALS,
)
async def get_delivery(request: Req, delivery_id: FromPath[UUID]) -> DeliveryView:
    async with reading(request) as work:
        return await instruments.delivery_view(work, delivery_id)


@get(
    "/api/v1/deliveries/{delivery_id:uuid}/pdf",
    operation_id="getDeliveryPdf",
    summary="文书原文（签收后，留痕）",
    tags=TAGS,
    raises=REFUSALS,
)
async def get_pdf(request: Req, delivery_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return attachment(*await instruments.delivery_pdf(work, delivery_id))


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/receipt",
    operation_id="openDelivery",
    summary="签收文书",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def receipt(request: Req, delivery_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.open_delivery(t.work, delivery_id)
        return await _view(t, delivery_id)


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/reply",
    operation_id="saveReply",
    summary="保存书面报告草稿",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def save_reply(
    request: Req,
    delivery_id: FromPath[UUID],
    data: JSONBody[instruments.ReplyInput],
    version: FromQuery[int | None] = None,
) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.draft_reply(t.work, delivery_id, data, version=version)
        return await _view(t, delivery_id)


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/reply/files",
    operation_id="addReplyFile",
    summary="上传佐证",
    tags=TAGS,
    raises=REFUSALS,
)
async def add_file(request: Req, delivery_id: FromPath[UUID], data: JSONBody[ReplyFile]) -> Response[bytes]:
    try:
        content = base64.b64decode(data.content, validate=True)
    except binascii.Error:
        raise Invalid("文件内容应为 Base64。", field="content") from None
    async with turn(request) as t:
        await instruments.add_reply_file(t.work, delivery_id, data.no, data.name, content)
        return await _view(t, delivery_id, status=201)


@delete(
    "/api/v1/deliveries/{delivery_id:uuid}/reply/files/{evidence_id:uuid}",
    operation_id="removeReplyFile",
    summary="移除佐证",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def remove_file(request: Req, delivery_id: FromPath[UUID], evidence_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.remove_reply_file(t.work, delivery_id, evidence_id)
        return await _view(t, delivery_id)


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/reply/submit",
    operation_id="submitReply",
    summary="提交主要负责人审定",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def submit(request: Req, delivery_id: FromPath[UUID], data: JSONBody[Version | None] = None) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.submit_reply(t.work, delivery_id, version=data.version if data else None)
        return await _view(t, delivery_id)


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/reply/approve",
    operation_id="approveReply",
    summary="审定并报送书面报告",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def approve(request: Req, delivery_id: FromPath[UUID], data: JSONBody[Version | None] = None) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.approve_reply(t.work, delivery_id, version=data.version if data else None)
        return await _view(t, delivery_id)


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/reply/return",
    operation_id="returnReply",
    summary="退回书面报告修改",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def return_reply(request: Req, delivery_id: FromPath[UUID], data: JSONBody[Reason]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.return_reply(t.work, delivery_id, data.reason, version=data.version)
        return await _view(t, delivery_id)


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/extension",
    operation_id="requestExtension",
    summary="申请延期",
    tags=TAGS,
    raises=REFUSALS,
)
async def extension(
    request: Req, delivery_id: FromPath[UUID], data: JSONBody[instruments.ExtensionInput]
) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.request_extension(t.work, delivery_id, data)
        return await _view(t, delivery_id, status=201)


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/objection",
    operation_id="raiseObjection",
    summary="提出异议",
    tags=TAGS,
    raises=REFUSALS,
)
async def objection(request: Req, delivery_id: FromPath[UUID], data: JSONBody[Reason]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.raise_objection(t.work, delivery_id, data.reason)
        return await _view(t, delivery_id, status=201)


@post(
    "/api/v1/deliveries/{delivery_id:uuid}/recusal",
    operation_id="applyRecusal",
    summary="申请承办人回避",
    tags=TAGS,
    raises=REFUSALS,
)
async def recusal(request: Req, delivery_id: FromPath[UUID], data: JSONBody[RecusalRequest]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.apply_recusal(t.work, delivery_id, data.handler, data.reason)
        return await _view(t, delivery_id, status=201)


ROUTES = [
    list_deliveries,
    get_delivery,
    get_pdf,
    receipt,
    save_reply,
    add_file,
    remove_file,
    submit,
    approve,
    return_reply,
    extension,
    objection,
    recusal,
]
