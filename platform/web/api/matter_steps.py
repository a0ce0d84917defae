"""The steps of a matter for API clients: opening, handlers, closing, suspension (Arts. 11, 17-20)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from kernel.errors import Invalid
from supervision.matters import service as matters
from web.api.matters import TAGS, MatterHead, head_of
from web.api.shapes import Body, Code, Prose, ReasonInput, Route, Version, command
from web.turns import Req, turn


class HandlersInput(Body, frozen=True):
    """Handlers of a matter: two with valid supervision certificates, none recused."""

    post_ids: list[UUID]
    no_conflict: bool = False
    version: Version | None = None


class ClosingInput(Body, frozen=True):
    """`action`: propose (with the report), approve, or return (with the reason)."""

    action: Code
    text: Prose = ""
    version: Version | None = None


class SuspensionInput(Body, frozen=True):
    """`ground`: a ground of suspension of the rule book."""

    ground: Code
    reason: Prose
    version: Version | None = None


class LookBackInput(Body, frozen=True):
    """What the look-back found."""

    relapsed: bool
    note: Prose


class ReopeningInput(Body, frozen=True):
    """Why the matter is taken up again, and which rectified findings came up again."""

    reason: Prose
    finding_ids: list[UUID] = []
    version: Version | None = None


class OrderAboveInput(Body, frozen=True):
    """`order`: report, take_over or review; `text` says what is required."""

    order: Code
    text: Prose


class OfficeInput(Body, frozen=True):
    """A judicial office of the department, and what it is asked to help with."""

    organ_id: UUID
    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=2000)]


class OfficeEnd(Body, frozen=True):
    """Why the help ends."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=2000)]


def _step(path: str, operation: str, summary: str) -> Route:
    return command(f"/matters/{{matter_id:uuid}}/{path}", operation, summary, TAGS, MatterHead)


@_step("approve-opening", "approveOpening", "批准立项")
async def approve_opening(request: Req, matter_id: FromPath[UUID], data: JSONBody[HandlersInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.approve_opening(
            t.work, matter_id, post_ids=data.post_ids, no_conflict=data.no_conflict, version=data.version
        )
        return t.json(await head_of(t.work, matter_id))


@_step("reject-opening", "rejectOpening", "不予立项")
async def reject_opening(request: Req, matter_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        if not data.reason.strip():
            raise Invalid("请写明不予立项的理由。", field="reason", article="11")
        await matters.reject_opening(t.work, matter_id, data.reason, version=data.version)
        return t.json(await head_of(t.work, matter_id))


@_step("handlers", "assignHandlers", "指派承办人")
async def handlers(request: Req, matter_id: FromPath[UUID], data: JSONBody[HandlersInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.assign_handlers(t.work, matter_id, data.post_ids, data.no_conflict, version=data.version)
        return t.json(await head_of(t.work, matter_id))


@_step("closing", "closeMatter", "提出、批准或者退回结项")
async def closing(request: Req, matter_id: FromPath[UUID], data: JSONBody[ClosingInput]) -> Response[bytes]:
    async with turn(request) as t:
        if data.action == "propose":
            await matters.propose_closing(t.work, matter_id, data.text, version=data.version)
        elif data.action == "approve":
            await matters.approve_closing(t.work, matter_id, version=data.version)
        elif data.action == "return":
            await matters.return_closing(t.work, matter_id, data.text, version=data.version)
        else:
            raise Invalid("请选择 propose、approve 或者 return。", field="action")
        return t.json(await head_of(t.work, matter_id))


@_step("suspension", "suspendMatter", "中止办理")
async def suspension(request: Req, matter_id: FromPath[UUID], data: JSONBody[SuspensionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.suspend(t.work, matter_id, data.ground, data.reason, version=data.version)
        return t.json(await head_of(t.work, matter_id))


@_step("resumption", "resumeMatter", "恢复办理")
async def resumption(request: Req, matter_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.resume(t.work, matter_id, data.reason, version=data.version)
        return t.json(await head_of(t.work, matter_id))


@_step("look-back", "recordLookBack", "记录回访")
async def look_back(request: Req, matter_id: FromPath[UUID], data: JSONBody[LookBackInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.look_back(t.work, matter_id, data.relapsed, data.note)
        return t.json(await head_of(t.work, matter_id))


@_step("reopening", "reopenMatter", "重新办理")
async def reopening(request: Req, matter_id: FromPath[UUID], data: JSONBody[ReopeningInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.reopen(t.work, matter_id, data.reason, finding_ids=data.finding_ids, version=data.version)
        return t.json(await head_of(t.work, matter_id))


@_step("order", "orderMatterFromAbove", "提出上级要求")
async def order(request: Req, matter_id: FromPath[UUID], data: JSONBody[OrderAboveInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.order_from_above(t.work, matter_id, data.order, data.text)
        return t.json(await head_of(t.work, matter_id))


class TellingInput(Body, frozen=True):
    """What the upper department is told, and how."""

    note: Annotated[str, msgspec.Meta(min_length=5, max_length=2000)]


@_step("upper", "tellUpperDepartment", "告知上级主管部门")
async def tell_upper(request: Req, matter_id: FromPath[UUID], data: JSONBody[TellingInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.tell_upper(t.work, matter_id, data.note)
        return t.json(await head_of(t.work, matter_id))


@_step("offices", "nameOffice", "请司法所协助")
async def name_office(request: Req, matter_id: FromPath[UUID], data: JSONBody[OfficeInput]) -> Response[bytes]:
    async with turn(request) as t:
        await matters.name_office(t.work, matter_id, data.organ_id, data.reason)
        return t.json(await head_of(t.work, matter_id))


@_step("offices/{organ_id:uuid}/release", "releaseOffice", "结束司法所的协助")
async def release_office(
    request: Req, matter_id: FromPath[UUID], organ_id: FromPath[UUID], data: JSONBody[OfficeEnd]
) -> Response[bytes]:
    async with turn(request) as t:
        await matters.release_office(t.work, matter_id, organ_id, data.reason)
        return t.json(await head_of(t.work, matter_id))


ROUTES = [
    tell_upper,
    name_office,
    release_office,
    approve_opening,
    reject_opening,
    handlers,
    closing,
    suspension,
    resumption,
    look_back,
    reopening,
    order,
]
