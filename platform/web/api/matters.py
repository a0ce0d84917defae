"""Matters for API clients: the same services, policy and refusals as the pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import date, datetime
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
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response
from litestar.types import AnyCallable

from kernel.errors import Invalid, NotFound
from kernel.work import Work
from supervision.matters import service as matters
from supervision.matters.commands import (
    EnterAct,
    EnterRemedy,
    EstablishFinding,
    ProposeMatter,
    RecordActivity,
    Upload,
)
from supervision.matters.listing import MatterFilter
from supervision.matters.models import Matter
from supervision.matters.views import MatterRow, MatterView, Page
from tenants.access import Target, authorize
from web.turns import Req, reading, turn

REFUSALS = [NotAuthorizedException, PermissionDeniedException, NotFoundException, ValidationException]
TAGS = ["监督事项"]


class FileInput(msgspec.Struct, frozen=True):
    """A file in a request: its content in base64. The type is checked by content."""

    name: str
    content: str
    origin: str = ""


class MatterHead(msgspec.Struct, frozen=True):
    """What a command answers: the matter as it is now. `version` goes into the next command."""

    id: UUID
    number: str | None
    state: str
    stage: str
    version: int


class Recorded(msgspec.Struct, frozen=True):
    """A record that a command made, under its matter."""

    id: UUID
    matter_id: UUID
    state: str = ""


class ProposalInput(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal: mode of Art. 11, content items of Arts. 8 to 10."""

    title: str
    mode: str
    content_items: list[str]
    supervised_id: UUID
    basis: str
    basis_note: str = ""
    clue_ids: list[UUID] = []
    handler_post_ids: list[UUID] = []


class HandlersInput(msgspec.Struct, frozen=True):
    """Handlers of a matter: two with valid supervision certificates, none recused."""

    post_ids: list[UUID]
    no_conflict: bool = False
    version: int | None = None


class ActivityInput(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of Art. 13; `at` with its offset."""

    kind: str
    at: datetime
    place: str = ""
    record: str
    participant_post_ids: list[UUID]
    obstruction: str = ""
    approval_number: str = ""
    commissioned: str = ""
    files: list[FileInput] = []


class ActInput(msgspec.Struct, frozen=True, kw_only=True):
    """An administrative act. `counterpart_id` is kept encrypted and never given back by a list."""

    name: str
    counterpart: str
    number: str = ""
    made_on: date | None = None
    subject: str = ""
    counterpart_id: str = ""


class FindingInput(msgspec.Struct, frozen=True, kw_only=True):
    """A problem; `act_id` is the act it concerns, null with `concerns_act` false for none."""

    content_item: str
    title: str
    facts: str
    provision: str
    gravity: str
    concerns_act: bool
    act_id: UUID | None = None
    officers: str = ""
    evidence_ids: list[UUID] = []
    files: list[FileInput] = []


class RemedyInput(msgspec.Struct, frozen=True, kw_only=True):
    """A reconsideration or lawsuit about one act, with its proof."""

    act_id: UUID
    kind: str
    body: str
    filed_on: date
    case_number: str = ""
    files: list[FileInput]


class VerifyInput(msgspec.Struct, frozen=True):
    """The outcome of verifying one finding; what is not rectified needs a note."""

    finding_id: UUID
    rectified: bool
    note: str = ""
    version: int | None = None


class ClosingInput(msgspec.Struct, frozen=True):
    """`action`: propose (with the report), approve, or return (with the reason)."""

    action: str
    text: str = ""
    version: int | None = None


def uploads(files: list[FileInput]) -> tuple[Upload, ...]:
    """The files of a request. Raises Invalid for what is no base64."""
    try:
        return tuple(Upload(f.name, base64.b64decode(f.content, validate=True), f.origin) for f in files)
    except binascii.Error:
        raise Invalid("文件内容应为 base64 编码。", field="files") from None


def _head(matter: Matter) -> MatterHead:
    return MatterHead(matter.id, matter.number, matter.state, matter.stage, matter.row_version)


async def _now(work: Work, matter_id: UUID) -> MatterHead:
    await work.session.flush()
    return _head(await matters.get(work, matter_id))


@get(
    "/api/v1/matters",
    operation_id="listMatters",
    summary="监督事项清单",
    description="按视图、环节、期限、内容筛选，支持中文检索。以 next 作为下一页的 after。",
    tags=TAGS,
    raises=REFUSALS,
)
async def list_matters(
    request: Req,
    *,
    view: FromQuery[str] = "active",
    q: FromQuery[str] = "",
    stage: FromQuery[list[str] | None] = None,
    item: FromQuery[list[str] | None] = None,
    mode: FromQuery[list[str] | None] = None,
    supervised: FromQuery[list[UUID] | None] = None,
    handler: FromQuery[UUID | None] = None,
    due: FromQuery[str | None] = None,
    year: FromQuery[int | None] = None,
    reach: FromQuery[str] = "own",
    sort: FromQuery[str] = "due",
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
) -> Page[MatterRow]:
    given = {"view": view, "q": q, "due": due, "reach": reach, "sort": sort, "handler": handler, "year": year}
    lists = {"stage": stage, "item": item, "mode": mode, "supervised": supervised}
    try:
        chosen = msgspec.convert(
            {**given, **{name: tuple(values or ()) for name, values in lists.items()}}, MatterFilter
        )
    except msgspec.ValidationError as wrong:
        field = str(wrong).rpartition("$.")[2].rstrip("`")
        raise Invalid("请按说明填写筛选条件。", field=field) from None
    async with reading(request) as work:
        await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
        return await matters.list_matters(work, chosen, after, limit)


@get("/api/v1/matters/{matter_id:uuid}", operation_id="getMatter", summary="监督事项", tags=TAGS, raises=REFUSALS)
async def get_matter(request: Req, matter_id: FromPath[UUID]) -> MatterView:
    async with reading(request) as work:
        return await matters.view(work, matter_id)


@post("/api/v1/matters", operation_id="proposeMatter", summary="提请立项", tags=TAGS, raises=REFUSALS)
async def propose(request: Req, data: JSONBody[ProposalInput]) -> Response[bytes]:
    draft = ProposeMatter(
        title=data.title,
        mode=data.mode,
        content_items=tuple(data.content_items),
        supervised_id=data.supervised_id,
        basis=data.basis,
        basis_note=data.basis_note,
        clue_ids=tuple(data.clue_ids),
        handler_post_ids=tuple(data.handler_post_ids),
    )
    async with turn(request) as taken:
        matter = await matters.propose(taken.work, draft)
        head = await _now(taken.work, matter.id)
        return taken.json(head, status=201, headers={"location": f"/api/v1/matters/{matter.id}"})


def _command(path: str, operation_id: str, summary: str) -> Callable[[AnyCallable], HTTPRouteHandler]:
    return post(
        f"/api/v1/matters/{{matter_id:uuid}}/{path}",
        operation_id=operation_id,
        summary=summary,
        tags=TAGS,
        raises=REFUSALS,
        status_code=200,
    )


@_command("approve-opening", "approveOpening", "批准立项")
async def approve_opening(request: Req, matter_id: FromPath[UUID], data: JSONBody[HandlersInput]) -> Response[bytes]:
    async with turn(request) as taken:
        await matters.approve_opening(
            taken.work, matter_id, post_ids=data.post_ids, no_conflict=data.no_conflict, version=data.version
        )
        return taken.json(await _now(taken.work, matter_id))


@_command("handlers", "assignHandlers", "指派承办人")
async def handlers(request: Req, matter_id: FromPath[UUID], data: JSONBody[HandlersInput]) -> Response[bytes]:
    async with turn(request) as taken:
        await matters.assign_handlers(taken.work, matter_id, data.post_ids, data.no_conflict, version=data.version)
        return taken.json(await _now(taken.work, matter_id))


@_command("activities", "recordActivity", "记录核查活动")
async def activities(request: Req, matter_id: FromPath[UUID], data: JSONBody[ActivityInput]) -> Response[bytes]:
    if data.at.tzinfo is None:
        raise Invalid("请写明时区，例如 2026-10-09T09:30:00+08:00。", field="at")
    draft = RecordActivity(
        kind=data.kind,
        at=data.at,
        place=data.place,
        record=data.record,
        participant_post_ids=tuple(data.participant_post_ids),
        obstruction=data.obstruction,
        obstructed=bool(data.obstruction),
        approval_number=data.approval_number,
        commissioned=data.commissioned,
        files=uploads(data.files),
    )
    async with turn(request) as taken:
        made = await matters.record_activity(taken.work, matter_id, draft)
        return taken.json(Recorded(made.id, matter_id), status=201)


@_command("acts", "enterAct", "登记行政行为")
async def acts(request: Req, matter_id: FromPath[UUID], data: JSONBody[ActInput]) -> Response[bytes]:
    draft = EnterAct(**{name: getattr(data, name) for name in data.__struct_fields__})
    async with turn(request) as taken:
        made = await matters.enter_act(taken.work, matter_id, draft)
        return taken.json(Recorded(made.id, matter_id), status=201)


@_command("findings", "establishFinding", "认定问题")
async def findings(request: Req, matter_id: FromPath[UUID], data: JSONBody[FindingInput]) -> Response[bytes]:
    draft = EstablishFinding(
        content_item=data.content_item,
        title=data.title,
        facts=data.facts,
        provision=data.provision,
        gravity=data.gravity,
        concerns_act=data.concerns_act,
        act_id=data.act_id,
        officers=data.officers,
        evidence_ids=tuple(data.evidence_ids),
        files=uploads(data.files),
    )
    async with turn(request) as taken:
        made = await matters.establish_finding(taken.work, matter_id, draft)
        return taken.json(Recorded(made.id, matter_id, made.state), status=201)


@_command("remedies", "enterRemedy", "登记复议或者诉讼")
async def remedies(request: Req, matter_id: FromPath[UUID], data: JSONBody[RemedyInput]) -> Response[bytes]:
    draft = EnterRemedy(
        act_id=data.act_id,
        kind=data.kind,
        body=data.body,
        filed_on=data.filed_on,
        case_number=data.case_number,
        files=uploads(data.files),
    )
    async with turn(request) as taken:
        made = await matters.enter_remedy(taken.work, matter_id, draft)
        return taken.json(Recorded(made.id, matter_id), status=201)


@_command("verify", "verifyRectification", "核验整改")
async def verify(request: Req, matter_id: FromPath[UUID], data: JSONBody[VerifyInput]) -> Response[bytes]:
    async with turn(request) as taken:
        if data.finding_id not in {f.id for f in await matters.findings_of(taken.work, matter_id)}:
            raise NotFound
        made = await matters.verify_rectification(
            taken.work, data.finding_id, data.rectified, data.note, version=data.version
        )
        return taken.json(Recorded(made.id, matter_id, made.state))


@_command("closing", "closeMatter", "提出、批准或者退回结项")
async def closing(request: Req, matter_id: FromPath[UUID], data: JSONBody[ClosingInput]) -> Response[bytes]:
    async with turn(request) as taken:
        if data.action == "propose":
            await matters.propose_closing(taken.work, matter_id, data.text, version=data.version)
        elif data.action == "approve":
            await matters.approve_closing(taken.work, matter_id, version=data.version)
        elif data.action == "return":
            await matters.return_closing(taken.work, matter_id, data.text, version=data.version)
        else:
            raise Invalid("请选择 propose、approve 或者 return。", field="action")
        return taken.json(await _now(taken.work, matter_id))


ROUTES = [
    list_matters,
    get_matter,
    propose,
    approve_opening,
    handlers,
    activities,
    acts,
    findings,
    remedies,
    verify,
    closing,
]
