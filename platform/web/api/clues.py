"""Clues for API clients: the same services, policy and refusals as the pages."""

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

from kernel.errors import Invalid
from kernel.work import Work
from supervision.clues import service as clues
from supervision.clues.commands import Attachment, ClueFilter, ComplainantInput, RegisterClue
from supervision.clues.models import Clue
from supervision.clues.views import CluePage, ClueView, Revealed
from supervision.matters.commands import ProposeMatter
from web.turns import Req, reading, turn

REFUSALS = [NotAuthorizedException, PermissionDeniedException, NotFoundException, ValidationException]
TAGS = ["线索"]


class ClueFile(msgspec.Struct, frozen=True):
    """A file in a request: its content in base64. The type is checked by content."""

    name: str
    content: str


class ClueInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clue to register. One of `subject_organ_id`, `subject_name` and `subject_unknown` says who is complained of."""

    source: str
    title: str
    facts: str
    place: str = ""
    happened_on: date | None = None
    received_at: datetime | None = None
    subject_organ_id: UUID | None = None
    subject_name: str = ""
    subject_unknown: bool = False
    content_items: list[str] = []
    urgent: bool = False
    external_id: str = ""
    complainant: ComplainantInput | None = None
    attachments: list[ClueFile] = []


class ClueHead(msgspec.Struct, frozen=True):
    """What a command answers: the clue as it is now. `version` goes into the next command."""

    id: UUID
    number: str
    state: str
    next_due_on: date | None
    version: int


class VersionInput(msgspec.Struct, frozen=True):
    """The version that the caller read; another one is answered with 412."""

    version: int | None = None


class ReasonInput(msgspec.Struct, frozen=True):
    """A reason in words, with the ground of the rule book where one is asked for."""

    reason: str = ""
    reason_code: str = ""
    version: int | None = None


class PassOnInput(msgspec.Struct, frozen=True):
    """The competent organ, why, and the attachments that go along; the complainant never does."""

    to_organ_id: UUID
    reason: str
    attachment_ids: list[UUID] = []
    version: int | None = None


class MergeInput(msgspec.Struct, frozen=True):
    """The clue or the matter that this clue is dealt with in; one of both."""

    into_clue_id: UUID | None = None
    into_matter_id: UUID | None = None
    version: int | None = None


class OpenMatterInput(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal that rests on this clue and on `clue_ids`: mode of Art. 11, content items of Arts. 8 to 10."""

    title: str
    mode: str
    content_items: list[str]
    supervised_id: UUID
    basis_note: str = ""
    clue_ids: list[UUID] = []
    version: int | None = None


class ProposedMatter(msgspec.Struct, frozen=True):
    """The proposal; the clues go into the matter when its opening is approved."""

    matter_id: UUID
    state: str


class AnswerInput(msgspec.Struct, frozen=True):
    answer: str
    version: int | None = None


class PurposeInput(msgspec.Struct, frozen=True):
    """What the complainant's identity is needed for; it stands in the audit trail."""

    purpose: str


async def _now(work: Work, clue: Clue) -> ClueHead:
    await work.session.flush()
    return ClueHead(clue.id, clue.number, clue.state, clue.next_due_on, clue.row_version)


@get(
    "/api/v1/clues",
    operation_id="listClues",
    summary="线索清单",
    description="按状态、来源、被反映单位、期限筛选，支持中文检索。以 after、before 翻页。"
    "origin 为真时列出本单位登记、由其他单位办理的线索。",
    tags=TAGS,
    raises=REFUSALS,
)
async def list_clues(
    request: Req,
    *,
    standing: Annotated[str, QueryParameter(name="state")] = "",
    source: FromQuery[str] = "",
    subject: FromQuery[UUID | None] = None,
    due: FromQuery[str] = "",
    q: FromQuery[str] = "",
    origin: FromQuery[bool] = False,
    after: FromQuery[str] = "",
    before: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
) -> CluePage:
    wanted = ClueFilter(state=standing, source=source, subject_id=subject, due=due, q=q[:100])
    async with reading(request) as work:
        return await clues.list_clues(work, wanted, after=after, before=before, limit=limit, origin=origin)


@get("/api/v1/clues/{clue_id:uuid}", operation_id="getClue", summary="线索", tags=TAGS, raises=REFUSALS)
async def get_clue(request: Req, clue_id: FromPath[UUID]) -> ClueView:
    async with reading(request) as work:
        return await clues.view(work, clue_id)


@post("/api/v1/clues", operation_id="registerClue", summary="登记线索", tags=TAGS, raises=REFUSALS)
async def register(request: Req, data: JSONBody[ClueInput]) -> Response[bytes]:
    if data.received_at is not None and data.received_at.tzinfo is None:
        raise Invalid("请写明时区，例如 2026-10-09T09:30:00+08:00。", field="received_at")
    try:
        files = tuple(
            Attachment(name=f.name, data=base64.b64decode(f.content, validate=True)) for f in data.attachments
        )
    except binascii.Error:
        raise Invalid("文件内容应为 base64 编码。", field="attachments") from None
    given = {name: getattr(data, name) for name in data.__struct_fields__}
    given |= {"content_items": tuple(data.content_items), "attachments": files}
    async with turn(request) as taken:
        clue = await clues.register(taken.work, RegisterClue(**given))
        head = await _now(taken.work, clue)
        return taken.json(head, status=201, headers={"location": f"/api/v1/clues/{clue.id}"})


def _command(path: str, operation_id: str, summary: str) -> Callable[[AnyCallable], HTTPRouteHandler]:
    return post(
        f"/api/v1/clues/{{clue_id:uuid}}/{path}",
        operation_id=operation_id,
        summary=summary,
        tags=TAGS,
        raises=REFUSALS,
        status_code=200,
    )


@_command("accept", "acceptClue", "受理线索")
async def accept(request: Req, clue_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as taken:
        return taken.json(await _now(taken.work, await clues.accept(taken.work, clue_id, data.version)))


@_command("pass-on", "passOnClue", "转交线索")
async def pass_on(request: Req, clue_id: FromPath[UUID], data: JSONBody[PassOnInput]) -> Response[bytes]:
    async with turn(request) as taken:
        clue = await clues.pass_on(
            taken.work,
            clue_id,
            data.to_organ_id,
            data.reason,
            attachment_ids=data.attachment_ids,
            version=data.version,
        )
        return taken.json(await _now(taken.work, clue))


@_command("propose-dismissal", "proposeDismissal", "提出不予办理")
async def propose_dismissal(request: Req, clue_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as taken:
        clue = await clues.propose_dismissal(taken.work, clue_id, data.reason_code, data.reason, data.version)
        return taken.json(await _now(taken.work, clue))


@_command("dismiss", "dismissClue", "批准不予办理")
async def dismiss(request: Req, clue_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as taken:
        clue = await clues.dismiss(taken.work, clue_id, data.reason, data.version)
        return taken.json(await _now(taken.work, clue))


@_command("merge", "mergeClue", "并入其他线索或者事项")
async def merge(request: Req, clue_id: FromPath[UUID], data: JSONBody[MergeInput]) -> Response[bytes]:
    async with turn(request) as taken:
        clue = await clues.merge(
            taken.work,
            clue_id,
            into_clue_id=data.into_clue_id,
            into_matter_id=data.into_matter_id,
            version=data.version,
        )
        return taken.json(await _now(taken.work, clue))


@_command("open-matter", "openMatterFromClue", "由线索提请立项")
async def open_matter(request: Req, clue_id: FromPath[UUID], data: JSONBody[OpenMatterInput]) -> Response[bytes]:
    draft = ProposeMatter(
        title=data.title,
        mode=data.mode,
        content_items=tuple(data.content_items),
        supervised_id=data.supervised_id,
        basis="clue",
        basis_note=data.basis_note,
        clue_ids=tuple(data.clue_ids),
    )
    async with turn(request) as taken:
        matter = await clues.open_matter(taken.work, clue_id, draft, data.version)
        return taken.json(ProposedMatter(matter.id, matter.state), status=201)


@_command("extend", "extendClue", "延长办理期限")
async def extend(request: Req, clue_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as taken:
        return taken.json(await _now(taken.work, await clues.extend(taken.work, clue_id, data.reason, data.version)))


@_command("answer", "answerClue", "答复线索渠道")
async def answer(request: Req, clue_id: FromPath[UUID], data: JSONBody[AnswerInput]) -> Response[bytes]:
    async with turn(request) as taken:
        return taken.json(await _now(taken.work, await clues.answer(taken.work, clue_id, data.answer, data.version)))


@_command("complainant", "readComplainant", "查看反映人信息")
async def complainant(request: Req, clue_id: FromPath[UUID], data: JSONBody[PurposeInput]) -> Revealed:
    """Not stored under an idempotency key: who complained is kept nowhere but in the vault."""
    async with reading(request) as work:
        return await clues.complainant(work, clue_id, data.purpose)


ROUTES = [
    list_clues,
    get_clue,
    register,
    accept,
    pass_on,
    propose_dismissal,
    dismiss,
    merge,
    open_matter,
    extend,
    answer,
    complainant,
]
