"""Instruments of the issuer's side for API clients (Arts. 19, 20)."""

from __future__ import annotations

from datetime import date
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
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from supervision.instruments import service as instruments
from supervision.instruments.models import Instrument
from supervision.instruments.views import InstrumentRow, InstrumentView
from web.pages.instruments import attachment
from web.turns import Req, reading, turn

TAGS = ["监督文书"]
REFUSALS = [NotAuthorizedException, PermissionDeniedException, NotFoundException, ValidationException]


class InstrumentList(msgspec.Struct, frozen=True):
    """A page; `next` goes into `after` for the following one, null on the last."""

    items: list[InstrumentRow]
    next: str | None


class Made(msgspec.Struct, frozen=True):
    """What a command leaves behind: the record, its state, its number once it has one."""

    id: UUID
    state: str
    number: str | None
    version: int


class Reason(msgspec.Struct, frozen=True):
    reason: str
    version: int | None = None


class Version(msgspec.Struct, frozen=True):
    """`version` of the record that the command was made from; left out, the present one."""

    version: int | None = None


class PaperReceipt(msgspec.Struct, frozen=True):
    served_on: date
    receiver: str
    proof: str
    version: int | None = None


class Acceptance(msgspec.Struct, frozen=True):
    """For letters, the handler may verify the findings in the same step."""

    note: str = ""
    verifications: tuple[instruments.Verification, ...] = ()
    version: int | None = None


class SendBack(msgspec.Struct, frozen=True):
    """Without `amount` the rule book's new limit holds."""

    reason: str
    amount: int | None = None
    unit: str | None = None
    version: int | None = None


class ExtensionDecision(msgspec.Struct, frozen=True):
    granted: bool
    reason: str
    amount: int | None = None
    unit: str | None = None
    version: int | None = None


class ObjectionDecision(msgspec.Struct, frozen=True):
    """`result`: upheld or revoked."""

    result: str
    reason: str
    version: int | None = None


def _made(row: Instrument) -> Made:
    return Made(row.id, row.state, row.number, row.row_version)


@get("/api/v1/instruments", operation_id="listInstruments", summary="监督文书", tags=TAGS, raises=REFUSALS)
async def list_instruments(
    request: Req,
    *,
    tab: FromQuery[str] = "all",
    kind: FromQuery[str] = "",
    q: FromQuery[str] = "",
    matter: FromQuery[UUID | None] = None,
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> InstrumentList:
    async with reading(request) as work:
        chosen = instruments.InstrumentFilter(tab=tab, kind=kind, q=q, matter_id=matter)
        rows, following = await instruments.list_instruments(work, chosen, after=after, limit=limit)
    return InstrumentList(rows, following)


@get(
    "/api/v1/instruments/{instrument_id:uuid}",
    operation_id="getInstrument",
    summary="一份监督文书",
    tags=TAGS,
    raises=REFUSALS,
)
async def get_instrument(request: Req, instrument_id: FromPath[UUID]) -> InstrumentView:
    async with reading(request) as work:
        return await instruments.instrument_view(work, instrument_id)


@get(
    "/api/v1/instruments/{instrument_id:uuid}/pdf",
    operation_id="getInstrumentPdf",
    summary="文书正式文本（留痕）",
    tags=TAGS,
    raises=REFUSALS,
)
async def get_pdf(request: Req, instrument_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return attachment(*await instruments.pdf(work, instrument_id))


@post("/api/v1/instruments", operation_id="draftInstrument", summary="起草监督文书", tags=TAGS, raises=REFUSALS)
async def draft(request: Req, data: JSONBody[instruments.DraftInstrument]) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.draft(t.work, data)
        await t.work.session.flush()
        return t.json(_made(row), status=201, headers={"location": f"/api/v1/instruments/{row.id}"})


@post(
    "/api/v1/instruments/{instrument_id:uuid}/draft",
    operation_id="updateInstrument",
    summary="修改文书草稿",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def update(
    request: Req,
    instrument_id: FromPath[UUID],
    data: JSONBody[instruments.DraftInstrument],
    version: FromQuery[int | None] = None,
) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.update_draft(t.work, instrument_id, data, version=version)
        return t.json(_made(row))


def _plain(action: str, operation: str, summary: str) -> object:
    """A command that needs nothing but the version it was made from."""
    steps = {"submit": instruments.submit, "approve": instruments.approve, "issue": instruments.issue_and_serve}

    @post(
        f"/api/v1/instruments/{{instrument_id:uuid}}/{action}",
        operation_id=operation,
        summary=summary,
        tags=TAGS,
        raises=REFUSALS,
        status_code=200,
    )
    async def command(
        request: Req, instrument_id: FromPath[UUID], data: JSONBody[Version | None] = None
    ) -> Response[bytes]:
        async with turn(request) as t:
            row = await steps[action](t.work, instrument_id, version=data.version if data else None)
            await t.work.session.flush()
            return t.json(_made(row))

    return command


def _reasoned(action: str, operation: str, summary: str) -> object:
    """A command that needs a reason."""
    steps = {"return": instruments.return_draft, "withdraw": instruments.withdraw}

    @post(
        f"/api/v1/instruments/{{instrument_id:uuid}}/{action}",
        operation_id=operation,
        summary=summary,
        tags=TAGS,
        raises=REFUSALS,
        status_code=200,
    )
    async def command(request: Req, instrument_id: FromPath[UUID], data: JSONBody[Reason]) -> Response[bytes]:
        async with turn(request) as t:
            row = await steps[action](t.work, instrument_id, data.reason, version=data.version)
            await t.work.session.flush()
            return t.json(_made(row))

    return command


@post(
    "/api/v1/instruments/{instrument_id:uuid}/serve",
    operation_id="serveInstrumentOnPaper",
    summary="登记书面送达",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def serve(request: Req, instrument_id: FromPath[UUID], data: JSONBody[PaperReceipt]) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.serve_on_paper(
            t.work,
            instrument_id,
            served_on=data.served_on,
            receiver=data.receiver,
            proof=data.proof,
            version=data.version,
        )
        await t.work.session.flush()
        return t.json(_made(row))


@post(
    "/api/v1/instruments/{instrument_id:uuid}/accept",
    operation_id="acceptReply",
    summary="认可书面报告",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def accept(request: Req, instrument_id: FromPath[UUID], data: JSONBody[Acceptance]) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.accept_reply(
            t.work, instrument_id, note=data.note, verifications=data.verifications, version=data.version
        )
        await t.work.session.flush()
        return t.json(_made(row))


@post(
    "/api/v1/instruments/{instrument_id:uuid}/send-back",
    operation_id="sendBackReply",
    summary="退回书面报告",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def send_back(request: Req, instrument_id: FromPath[UUID], data: JSONBody[SendBack]) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.send_back_reply(
            t.work, instrument_id, reason=data.reason, amount=data.amount, unit=data.unit, version=data.version
        )
        await t.work.session.flush()
        return t.json(_made(row))


@post(
    "/api/v1/instruments/{instrument_id:uuid}/extension",
    operation_id="decideExtension",
    summary="决定延期申请",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def extension(request: Req, instrument_id: FromPath[UUID], data: JSONBody[ExtensionDecision]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.decide_extension(t.work, instrument_id, **msgspec.structs.asdict(data))
        return t.json(await instruments.instrument_view(t.work, instrument_id))


@post(
    "/api/v1/instruments/{instrument_id:uuid}/objection",
    operation_id="decideObjection",
    summary="处理异议",
    tags=TAGS,
    raises=REFUSALS,
    status_code=200,
)
async def objection(request: Req, instrument_id: FromPath[UUID], data: JSONBody[ObjectionDecision]) -> Response[bytes]:
    async with turn(request) as t:
        await instruments.decide_objection(t.work, instrument_id, **msgspec.structs.asdict(data))
        return t.json(await instruments.instrument_view(t.work, instrument_id))


ROUTES = [
    list_instruments,
    get_instrument,
    get_pdf,
    draft,
    update,
    _plain("submit", "submitInstrument", "提交审核"),
    _plain("approve", "approveInstrument", "批准文书，取得文号"),
    _plain("issue", "issueInstrument", "签发并送达"),
    _reasoned("return", "returnInstrument", "退回修改"),
    _reasoned("withdraw", "withdrawInstrument", "撤回文书"),
    serve,
    accept,
    send_back,
    extension,
    objection,
]
