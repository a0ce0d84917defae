"""Decisions of a government and their execution for API clients (Arts. 20, 21(11))."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from supervision.decisions import service as decisions
from supervision.decisions.commands import Decide, DecideItem, VerifyExecution
from supervision.decisions.models import Decision
from supervision.decisions.views import DecisionRow, DecisionView
from supervision.matters.views import Page
from web.api.instrument_steps import ObjectionDecision
from web.api.shapes import Amount, Body, Code, Limit, Prose, Version, command, download, file_answer, read
from web.turns import Req, Turn, reading, turn

TAGS = ["监督决定"]
ONE = "/decisions/{decision_id:uuid}"


class DecisionHead(msgspec.Struct, frozen=True):
    """What a command answers: the decision as it is now."""

    id: UUID
    number: str
    state: str
    version: int


class DecideInput(Body, frozen=True, kw_only=True):
    """One item for each finding; a finding whose act is under reconsideration or litigation answers 409."""

    items: Annotated[list[DecideItem], msgspec.Meta(max_length=200)]
    term_amount: Amount | None = None
    term_unit: Code | None = None
    version: Version | None = None


class VerifyExecutionInput(Body, frozen=True, kw_only=True):
    """What the handlers found about the execution. `evidence_seen`: they looked at every piece of evidence."""

    executed: bool
    evidence_seen: bool
    note: Prose = ""
    version: Version | None = None


async def _head(t: Turn, row: Decision) -> DecisionHead:
    await t.work.session.flush()
    return DecisionHead(row.id, row.number, row.state, row.row_version)


@command(
    "/reports/{report_id:uuid}/decide",
    "decideReport",
    "作出监督决定并签发决定书",
    TAGS,
    DecisionHead,
    status=201,
)
async def decide(request: Req, report_id: FromPath[UUID], data: JSONBody[DecideInput]) -> Response[bytes]:
    given = Decide(items=tuple(data.items), term_amount=data.term_amount, term_unit=data.term_unit)
    async with turn(request) as t:
        made = await decisions.decide(t.work, report_id, given, version=data.version)
        head = await _head(t, made)
        return t.json(head, status=201, headers={"location": f"/api/v1/decisions/{made.id}"})


@read(
    "/decisions",
    "listDecisions",
    "监督决定清单",
    TAGS,
    description="view 为 executing、to_verify、not_executed、executed、revoked 或者 all。以 next 作为下一页的 after。",
)
async def list_decisions(
    request: Req,
    *,
    view: FromQuery[str] = "all",
    after: Annotated[str | None, QueryParameter(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[DecisionRow]:
    async with reading(request) as work:
        return await decisions.list_decisions(work, view, after, limit)


@read(ONE, "getDecision", "监督决定", TAGS)
async def get_decision(request: Req, decision_id: FromPath[UUID]) -> DecisionView:
    async with reading(request) as work:
        return await decisions.decision_view(work, decision_id)


@download(f"{ONE}/pdf", "getDecisionPdf", "决定书正式文本（留痕）", TAGS, media_type="application/pdf")
async def get_pdf(request: Req, decision_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await decisions.decision_pdf(work, decision_id))


@command(f"{ONE}/verify", "verifyExecution", "核验决定执行情况", TAGS, DecisionHead)
async def verify(request: Req, decision_id: FromPath[UUID], data: JSONBody[VerifyExecutionInput]) -> Response[bytes]:
    given = VerifyExecution(executed=data.executed, evidence_seen=data.evidence_seen, note=data.note)
    async with turn(request) as t:
        made = await decisions.verify_execution(t.work, decision_id, given, version=data.version)
        return t.json(await _head(t, made))


@command(f"{ONE}/objection", "decideObjectionToDecision", "处理对监督决定的异议", TAGS, DecisionHead)
async def objection(request: Req, decision_id: FromPath[UUID], data: JSONBody[ObjectionDecision]) -> Response[bytes]:
    async with turn(request) as t:
        made = await decisions.decide_objection(t.work, decision_id, **msgspec.structs.asdict(data))
        return t.json(await _head(t, made))


ROUTES = [decide, list_decisions, get_decision, get_pdf, verify, objection]
