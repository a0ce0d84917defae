"""Statistical returns for API clients: filling in, the way upward, versions, exports (Arts. 11, 12)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from reporting.returns import service as returns
from reporting.returns.commands import CellInput
from reporting.returns.views import CellDrill, Comparison, ReturnRow, ReturnView
from supervision.matters.views import Page
from web.api.shapes import (
    Body,
    Code,
    Cursor,
    Limit,
    Line,
    ReasonInput,
    Version,
    VersionInput,
    command,
    download,
    file_answer,
    read,
)
from web.turns import Req, reading, turn

TAGS = ["统计报表"]
Number = Annotated[int | None, QueryParameter(ge=1, le=100_000)]
ListView = Literal["open", "done", "all"]
FileKind = Literal["xlsx", "csv", "json"]


class OpenReturnInput(Body, frozen=True):
    """A form and a period: 2026Q3, 2026."""

    form: Code
    period: Code


class FiguresInput(Body, frozen=True):
    """Cells as typed, by code; sources of the manual figures, by section. What is left out stays."""

    cells: Annotated[dict[Code, CellInput], msgspec.Meta(max_length=500)]
    notes: Annotated[dict[Code, Line], msgspec.Meta(max_length=60)] = {}
    version: Version | None = None


class SendReturnBackInput(Body, frozen=True):
    """Why a version is sent back, and why for single cells. `version`: the number that was examined."""

    reason: Annotated[str, msgspec.Meta(max_length=20_000)]
    cell_reasons: Annotated[dict[Code, Line], msgspec.Meta(max_length=500)] = {}
    version: Version | None = None


@read("/returns", "listReturns", "本单位的统计报表", TAGS, description="view：open 待办、done 已报送、all 全部。")
async def list_returns(
    request: Req, *, view: FromQuery[ListView] = "open", after: Cursor = "", limit: Limit = 50
) -> Page[ReturnRow]:
    async with reading(request) as work:
        return await returns.mine(work, view=view, after=after, limit=limit)


@read("/returns/received", "listReceivedReturns", "下级报来、待采用的报表", TAGS)
async def list_received(request: Req, *, after: Cursor = "", limit: Limit = 50) -> Page[ReturnRow]:
    async with reading(request) as work:
        return await returns.received(work, after=after, limit=limit)


@command("/returns", "openReturn", "打开一张报表", TAGS, ReturnView)
async def open_return(request: Req, data: JSONBody[OpenReturnInput]) -> Response[bytes]:
    async with turn(request) as t:
        head = await returns.open_return(t.work, data.form, data.period)
        return t.json(await returns.view(t.work, head.id))


@read(
    "/returns/{return_id:uuid}",
    "getReturn",
    "统计报表",
    TAGS,
    description="version 为空时：本单位看填报中的数，上级看最近报送的版本。",
)
async def get_return(request: Req, return_id: FromPath[UUID], *, version: Number = None) -> ReturnView:
    async with reading(request) as work:
        return await returns.view(work, return_id, version)


@command("/returns/{return_id:uuid}/figures", "saveReturnFigures", "填报数据", TAGS, ReturnView)
async def save(request: Req, return_id: FromPath[UUID], data: JSONBody[FiguresInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.save(t.work, return_id, data.cells, data.notes, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command("/returns/{return_id:uuid}/draw", "drawReturn", "重新取数", TAGS, ReturnView)
async def draw(request: Req, return_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.draw_again(t.work, return_id, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command("/returns/{return_id:uuid}/roll-up", "rollUpReturn", "重新汇总下级报表", TAGS, ReturnView)
async def roll_up(request: Req, return_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.roll_up_again(t.work, return_id, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command("/returns/{return_id:uuid}/validation", "validateReturn", "提交审核", TAGS, ReturnView)
async def validate(request: Req, return_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.validate(t.work, return_id, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command("/returns/{return_id:uuid}/draft-return", "returnReturnDraft", "退回填报", TAGS, ReturnView)
async def return_draft(request: Req, return_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.return_draft(t.work, return_id, data.reason, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command("/returns/{return_id:uuid}/approval", "approveReturn", "审定报表", TAGS, ReturnView)
async def approve(request: Req, return_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.approve(t.work, return_id, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command("/returns/{return_id:uuid}/submission", "submitReturn", "报送上级", TAGS, ReturnView)
async def submit(request: Req, return_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.submit(t.work, return_id, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command("/returns/{return_id:uuid}/revision", "reviseReturn", "订正已采用的报表", TAGS, ReturnView)
async def revise(request: Req, return_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.revise(t.work, return_id, data.reason, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command(
    "/returns/{return_id:uuid}/sending-back",
    "sendReturnBack",
    "退回下级报表",
    TAGS,
    ReturnView,
    description="version 为所审查的报送版本号，已有新的版本时答 412。",
)
async def send_back(request: Req, return_id: FromPath[UUID], data: JSONBody[SendReturnBackInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.send_back(t.work, return_id, data.reason, data.cell_reasons, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@command(
    "/returns/{return_id:uuid}/acceptance",
    "acceptReturn",
    "采用下级报表",
    TAGS,
    ReturnView,
    description="version 为所审查的报送版本号，已有新的版本时答 412。",
)
async def accept(request: Req, return_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.accept(t.work, return_id, version=data.version)
        return t.json(await returns.view(t.work, return_id))


@read(
    "/returns/{return_id:uuid}/comparison",
    "compareReturnVersions",
    "两个版本的不同",
    TAGS,
    description="before 与 after 为报送版本号；after 为空时与当前内容比较。",
)
async def compare(
    request: Req,
    return_id: FromPath[UUID],
    *,
    before: Annotated[int, QueryParameter(ge=1, le=100_000)],
    after: Number = None,
) -> Comparison:
    async with reading(request) as work:
        return await returns.compare(work, return_id, before, after)


@read("/returns/{return_id:uuid}/cells/{cell:str}", "drillReturnCell", "一个数打开到下级单位", TAGS)
async def drill(request: Req, return_id: FromPath[UUID], cell: FromPath[str], *, version: Number = None) -> CellDrill:
    async with reading(request) as work:
        return await returns.drill(work, return_id, cell, version)


@download("/returns/{return_id:uuid}/export", "exportReturn", "导出统计报表", TAGS)
async def export(
    request: Req,
    return_id: FromPath[UUID],
    *,
    kind: FromQuery[FileKind] = "xlsx",
    version: Number = None,
) -> Response[bytes]:
    async with reading(request) as work:
        name, data, media_type = await returns.export(work, return_id, kind, version)
    return file_answer(name, data, media_type)


ROUTES = [
    list_returns,
    list_received,
    open_return,
    get_return,
    save,
    draw,
    roll_up,
    validate,
    return_draft,
    approve,
    submit,
    revise,
    send_back,
    accept,
    compare,
    drill,
    export,
]
