"""The steps of an instrument for API clients: review, issue, service, acceptance, extension, objection (Art. 19)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from supervision.instruments import service as instruments
from supervision.instruments.models import Instrument
from supervision.instruments.views import InstrumentView
from web.api.instruments import TAGS, InstrumentHead, head_of
from web.api.shapes import Amount, Body, Code, Line, Prose, ReasonInput, Route, Version, VersionInput, command
from web.turns import Req, turn

Step = Callable[..., Awaitable[Instrument]]


class PaperReceipt(Body, frozen=True):
    """Service on paper: the day, who received it, and what proves it."""

    served_on: date
    receiver: Line
    proof: Line
    version: Version | None = None


class Acceptance(Body, frozen=True):
    """For letters, the handler may verify the findings in the same step."""

    note: Prose = ""
    verifications: Annotated[tuple[instruments.Verification, ...], msgspec.Meta(max_length=200)] = ()
    version: Version | None = None


class SendBack(Body, frozen=True):
    """Without `amount` the rule book's new limit holds."""

    reason: Prose
    amount: Amount | None = None
    unit: Code | None = None
    version: Version | None = None


class ExtensionDecision(Body, frozen=True):
    """Whether more time is given; without `amount` what was asked for."""

    granted: bool
    reason: Prose
    amount: Amount | None = None
    unit: Code | None = None
    version: Version | None = None


class ObjectionDecision(Body, frozen=True):
    """`result`: upheld or revoked."""

    result: Code
    reason: Prose
    version: Version | None = None


def _step(path: str, operation: str, summary: str, answers: Any = InstrumentHead) -> Route:
    return command(f"/instruments/{{instrument_id:uuid}}/{path}", operation, summary, TAGS, answers)


def _plain(path: str, operation: str, summary: str, step: Step) -> HTTPRouteHandler:
    """A command that needs nothing but the version it was made from."""

    @_step(path, operation, summary)
    async def taken(
        request: Req, instrument_id: FromPath[UUID], data: JSONBody[VersionInput | None] = None
    ) -> Response[bytes]:
        async with turn(request) as t:
            row = await step(t.work, instrument_id, version=data.version if data else None)
            return t.json(await head_of(t, row))

    return taken


def _reasoned(path: str, operation: str, summary: str, step: Step) -> HTTPRouteHandler:
    """A command that needs a reason."""

    @_step(path, operation, summary)
    async def taken(request: Req, instrument_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
        async with turn(request) as t:
            row = await step(t.work, instrument_id, data.reason, version=data.version)
            return t.json(await head_of(t, row))

    return taken


@_step("serve", "serveInstrumentOnPaper", "登记书面送达")
async def serve(request: Req, instrument_id: FromPath[UUID], data: JSONBody[PaperReceipt]) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.serve_on_paper(t.work, instrument_id, **msgspec.structs.asdict(data))
        return t.json(await head_of(t, row))


@_step("accept", "acceptReply", "认可书面报告")
async def accept(request: Req, instrument_id: FromPath[UUID], data: JSONBody[Acceptance]) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.accept_reply(t.work, instrument_id, **msgspec.structs.asdict(data))
        return t.json(await head_of(t, row))


@_step("send-back", "sendBackReply", "退回书面报告")
async def send_back(request: Req, instrument_id: FromPath[UUID], data: JSONBody[SendBack]) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.send_back_reply(t.work, instrument_id, **msgspec.structs.asdict(data))
        return t.json(await head_of(t, row))


@_step("extension", "decideExtension", "决定延期申请", InstrumentView)
async def extension(request: Req, instrument_id: FromPath[UUID], data: JSONBody[ExtensionDecision]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.decide_extension(t.work, instrument_id, **msgspec.structs.asdict(data))
        return t.json(await instruments.instrument_view(t.work, instrument_id))


@_step("objection", "decideObjection", "处理异议", InstrumentView)
async def objection(request: Req, instrument_id: FromPath[UUID], data: JSONBody[ObjectionDecision]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.decide_objection(t.work, instrument_id, **msgspec.structs.asdict(data))
        return t.json(await instruments.instrument_view(t.work, instrument_id))


ROUTES = [
    _plain("submit", "submitInstrument", "提交审核", instruments.submit),
    _plain("approve", "approveInstrument", "批准文书，取得文号", instruments.approve),
    _plain("issue", "issueInstrument", "签发并送达", instruments.issue_and_serve),
    _reasoned("return", "returnInstrument", "退回修改", instruments.return_draft),
    _reasoned("withdraw", "withdrawInstrument", "撤回文书", instruments.withdraw),
    serve,
    accept,
    send_back,
    extension,
    objection,
]
