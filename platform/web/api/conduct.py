"""Complaints about supervisors for API clients: registered by anybody, handled by the competent organ (Art. 23)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.conduct import service as conduct
from supervision.conduct.views import (
    ComplaintAnswer,
    ComplaintHead,
    ComplaintRow,
    ComplaintSource,
    ComplaintView,
    Registered,
)
from supervision.matters.views import Page
from web.api.shapes import Body, Code, Limit, Line, Prose, Route, Version, VersionInput, command, read
from web.turns import Req, reading, turn

TAGS = ["对监督人员的反映"]


class ComplaintInput(Body, frozen=True, kw_only=True):
    """A complaint. `secret` is chosen by the complainant; with it and the number the answer is asked for."""

    subject_organ_id: UUID
    position: Code
    subject: Line
    ground: Code
    facts: Prose
    secret: Line
    name: Line = ""
    contact: Line = ""


class ReceiptInput(Body, frozen=True):
    """Number and secret of a complaint."""

    number: Line
    secret: Line


class ExaminersInput(Body, frozen=True):
    """One to three posts of the own organ that examine."""

    post_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=3)]
    version: Version | None = None


class ConductExaminationInput(Body, frozen=True):
    """What the examination found."""

    findings: Prose
    version: Version | None = None


class ConsequenceInput(Body, frozen=True):
    """A consequence of a founded complaint."""

    kind: Code
    note: Prose = ""


class ComplaintAnswerInput(Body, frozen=True, kw_only=True):
    """Outcome, words for the complainant, consequences."""

    outcome: Code
    answer: Prose
    consequences: list[ConsequenceInput] = []
    version: Version | None = None


class SourcePurpose(Body, frozen=True):
    """What the complainant's identity is needed for; it stands in the audit trail."""

    purpose: Prose


@command("/conduct", "registerConduct", "反映监督人员的问题", TAGS, Registered, status=201)
async def register(request: Req, data: JSONBody[ComplaintInput]) -> Response[bytes]:
    async with turn(request) as t:
        registered = conduct.RegisterComplaint(**msgspec.structs.asdict(data))
        return t.json(await conduct.register(t.work, registered), status=201)


@command("/conduct/receipt", "askConduct", "凭编号和口令查询办理情况", TAGS, ComplaintAnswer)
async def ask(request: Req, data: JSONBody[ReceiptInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await conduct.ask(t.work, data.number, data.secret))


@read("/conduct", "listConduct", "由本人办理的反映", TAGS, description="以 next 作为下一页的 after。")
async def list_conduct(
    request: Req, *, ended: FromQuery[bool | None] = None, after: FromQuery[UUID | None] = None, limit: Limit = 50
) -> Page[ComplaintRow]:
    async with reading(request) as work:
        return await conduct.listed(work, ended=ended, after=after, limit=limit)


@read("/conduct/{complaint_id:uuid}", "getConduct", "对监督人员的反映", TAGS)
async def get_conduct(request: Req, complaint_id: FromPath[UUID]) -> ComplaintView:
    async with reading(request) as work:
        return await conduct.view(work, complaint_id)


def _step(path: str, operation: str, summary: str) -> Route:
    return command(f"/conduct/{{complaint_id:uuid}}/{path}", operation, summary, TAGS, ComplaintHead)


@_step("examiners", "assignExaminers", "指定调查人")
async def assign(request: Req, complaint_id: FromPath[UUID], data: JSONBody[ExaminersInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await conduct.assign(t.work, complaint_id, data.post_ids, version=data.version)
        return t.json(conduct.head(row))


@_step("examination", "recordExamination", "记录调查情况")
async def examine(
    request: Req, complaint_id: FromPath[UUID], data: JSONBody[ConductExaminationInput]
) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(conduct.head(await conduct.examine(t.work, complaint_id, data.findings, version=data.version)))


@_step("answer", "answerConduct", "作出处理和答复")
async def answer(request: Req, complaint_id: FromPath[UUID], data: JSONBody[ComplaintAnswerInput]) -> Response[bytes]:
    async with turn(request) as t:
        given = conduct.AnswerComplaint(
            outcome=data.outcome,
            answer=data.answer,
            consequences=tuple(conduct.Consequence(kind=c.kind, note=c.note) for c in data.consequences),
        )
        return t.json(conduct.head(await conduct.answer(t.work, complaint_id, given, version=data.version)))


@_step("close", "closeConduct", "办结")
async def close(request: Req, complaint_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(conduct.head(await conduct.close(t.work, complaint_id, version=data.version)))


@command("/conduct/{complaint_id:uuid}/source", "revealConductSource", "查看反映人身份", TAGS, ComplaintSource)
async def reveal(request: Req, complaint_id: FromPath[UUID], data: JSONBody[SourcePurpose]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await conduct.reveal(t.work, complaint_id, data.purpose))


ROUTES = [register, ask, list_conduct, get_conduct, assign, examine, answer, close, reveal]
