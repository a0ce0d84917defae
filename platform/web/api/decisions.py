"""Reports, decisions and escalated items for API clients: the same services, policy and refusals as the pages."""

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

from supervision.decisions import service as decisions
from supervision.decisions.commands import Decide, DecideItem, Proposal, ReturnReport, UpdateReport, VerifyExecution
from supervision.decisions.models import Decision, GovernmentReport
from supervision.decisions.views import DecisionRow, DecisionView, ReportRow, ReportView
from supervision.escalation import service as escalation
from supervision.escalation.views import EscalatedView
from supervision.matters.views import Page
from web.turns import Req, reading, turn

REFUSALS = [NotAuthorizedException, PermissionDeniedException, NotFoundException, ValidationException]
REPORTS = ["向政府的报告"]
DECISIONS = ["监督决定"]
ESCALATIONS = ["重大逾期"]


class ReportHead(msgspec.Struct, frozen=True):
    """What a command answers: the report as it is now. `version` goes into the next command."""

    id: UUID
    number: str | None
    state: str
    version: int


class DecisionHead(msgspec.Struct, frozen=True):
    id: UUID
    number: str
    state: str
    version: int


class DraftInput(msgspec.Struct, frozen=True):
    """The instrument that lapsed or was refused (Article 20)."""

    matter_id: UUID
    instrument_id: UUID


class ReportInput(msgspec.Struct, frozen=True, kw_only=True):
    """The editable parts of a report that is not sent."""

    body: str
    statement: str
    considered: str
    legal_review: str
    proposals: list[Proposal] = []
    version: int | None = None


class VersionInput(msgspec.Struct, frozen=True):
    version: int | None = None


class ReasonInput(msgspec.Struct, frozen=True):
    reason: str
    version: int | None = None


class ReturnInput(msgspec.Struct, frozen=True):
    """What is missing, and by when."""

    missing: str
    until: date
    version: int | None = None


class DecideInput(msgspec.Struct, frozen=True, kw_only=True):
    """One item for each finding; a finding whose act is under reconsideration or litigation answers 409."""

    items: list[DecideItem]
    term_amount: int | None = None
    term_unit: str | None = None
    version: int | None = None


class VerifyInput(msgspec.Struct, frozen=True, kw_only=True):
    executed: bool
    evidence_seen: bool
    note: str = ""
    version: int | None = None


class OrderInput(msgspec.Struct, frozen=True):
    """`action`: report, take_over or review."""

    action: str
    note: str


def _report(row: GovernmentReport) -> ReportHead:
    return ReportHead(row.id, row.number, row.state, row.row_version)


def _decision(row: Decision) -> DecisionHead:
    return DecisionHead(row.id, row.number, row.state, row.row_version)


@get(
    "/api/v1/reports",
    operation_id="listReports",
    summary="向政府的报告清单",
    description="view 为 waiting、open、done 或者 all。以 next 作为下一页的 after。",
    tags=REPORTS,
    raises=REFUSALS,
)
async def list_reports(
    request: Req,
    *,
    view: FromQuery[str] = "all",
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
) -> Page[ReportRow]:
    async with reading(request) as work:
        return await decisions.list_reports(work, view, after, limit)


@get(
    "/api/v1/reports/{report_id:uuid}", operation_id="getReport", summary="向政府的报告", tags=REPORTS, raises=REFUSALS
)
async def get_report(request: Req, report_id: FromPath[UUID]) -> ReportView:
    async with reading(request) as work:
        return await decisions.report_view(work, report_id)


@post("/api/v1/reports", operation_id="draftReport", summary="起草向政府的报告", tags=REPORTS, raises=REFUSALS)
async def draft(request: Req, data: JSONBody[DraftInput]) -> Response[bytes]:
    async with turn(request) as taken:
        made = await decisions.draft_report(taken.work, data.matter_id, data.instrument_id, automatic=False)
        await taken.work.session.flush()
        return taken.json(_report(made), status=201, headers={"location": f"/api/v1/reports/{made.id}"})


@post(
    "/api/v1/reports/{report_id:uuid}/update",
    operation_id="updateReport",
    summary="修改向政府的报告",
    tags=REPORTS,
    raises=REFUSALS,
    status_code=200,
)
async def update(request: Req, report_id: FromPath[UUID], data: JSONBody[ReportInput]) -> Response[bytes]:
    change = UpdateReport(
        body=data.body,
        statement=data.statement,
        considered=data.considered,
        legal_review=data.legal_review,
        proposals=tuple(data.proposals),
    )
    async with turn(request) as taken:
        made = await decisions.update_report(taken.work, report_id, change, version=data.version)
        return taken.json(_report(made))


@post(
    "/api/v1/reports/{report_id:uuid}/send",
    operation_id="sendReport",
    summary="向本级政府报告",
    tags=REPORTS,
    raises=REFUSALS,
    status_code=200,
)
async def send(request: Req, report_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as taken:
        made = await decisions.send_report(taken.work, report_id, version=data.version)
        return taken.json(_report(made))


@post(
    "/api/v1/reports/{report_id:uuid}/withdraw",
    operation_id="withdrawReport",
    summary="撤回报告",
    tags=REPORTS,
    raises=REFUSALS,
    status_code=200,
)
async def withdraw(request: Req, report_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as taken:
        made = await decisions.withdraw(taken.work, report_id, data.reason, version=data.version)
        await taken.work.session.flush()
        return taken.json(_report(made))


@post(
    "/api/v1/reports/{report_id:uuid}/return",
    operation_id="returnReport",
    summary="退回补充",
    tags=REPORTS,
    raises=REFUSALS,
    status_code=200,
)
async def return_report(request: Req, report_id: FromPath[UUID], data: JSONBody[ReturnInput]) -> Response[bytes]:
    async with turn(request) as taken:
        given = ReturnReport(missing=data.missing, until=data.until)
        made = await decisions.return_report(taken.work, report_id, given, version=data.version)
        return taken.json(_report(made))


@post(
    "/api/v1/reports/{report_id:uuid}/decline",
    operation_id="declineReport",
    summary="不予决定",
    tags=REPORTS,
    raises=REFUSALS,
    status_code=200,
)
async def decline(request: Req, report_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as taken:
        made = await decisions.decline(taken.work, report_id, data.reason, version=data.version)
        return taken.json(_report(made))


@post(
    "/api/v1/reports/{report_id:uuid}/decide",
    operation_id="decideReport",
    summary="作出监督决定并签发决定书",
    tags=DECISIONS,
    raises=REFUSALS,
)
async def decide(request: Req, report_id: FromPath[UUID], data: JSONBody[DecideInput]) -> Response[bytes]:
    command = Decide(items=tuple(data.items), term_amount=data.term_amount, term_unit=data.term_unit)
    async with turn(request) as taken:
        made = await decisions.decide(taken.work, report_id, command, version=data.version)
        return taken.json(_decision(made), status=201, headers={"location": f"/api/v1/decisions/{made.id}"})


@get(
    "/api/v1/decisions",
    operation_id="listDecisions",
    summary="监督决定清单",
    description="view 为 executing、to_verify、not_executed、executed 或者 all。以 next 作为下一页的 after。",
    tags=DECISIONS,
    raises=REFUSALS,
)
async def list_decisions(
    request: Req,
    *,
    view: FromQuery[str] = "all",
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
) -> Page[DecisionRow]:
    async with reading(request) as work:
        return await decisions.list_decisions(work, view, after, limit)


@get(
    "/api/v1/decisions/{decision_id:uuid}",
    operation_id="getDecision",
    summary="监督决定",
    tags=DECISIONS,
    raises=REFUSALS,
)
async def get_decision(request: Req, decision_id: FromPath[UUID]) -> DecisionView:
    async with reading(request) as work:
        return await decisions.decision_view(work, decision_id)


@post(
    "/api/v1/decisions/{decision_id:uuid}/verify",
    operation_id="verifyExecution",
    summary="核验决定执行情况",
    tags=DECISIONS,
    raises=REFUSALS,
    status_code=200,
)
async def verify(request: Req, decision_id: FromPath[UUID], data: JSONBody[VerifyInput]) -> Response[bytes]:
    given = VerifyExecution(executed=data.executed, evidence_seen=data.evidence_seen, note=data.note)
    async with turn(request) as taken:
        made = await decisions.verify_execution(taken.work, decision_id, given, version=data.version)
        return taken.json(_decision(made))


@get(
    "/api/v1/escalations",
    operation_id="listEscalations",
    summary="提请本级关注的逾期事项",
    description="handled 为空时列出全部。以 next 作为下一页的 after。",
    tags=ESCALATIONS,
    raises=REFUSALS,
)
async def list_escalations(
    request: Req,
    *,
    handled: FromQuery[bool | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
) -> Page[EscalatedView]:
    async with reading(request) as work:
        return await escalation.escalated_items(work, handled=handled, after=after, limit=limit)


@get(
    "/api/v1/escalations/{item_id:uuid}",
    operation_id="getEscalation",
    summary="逾期事项",
    tags=ESCALATIONS,
    raises=REFUSALS,
)
async def get_escalation(request: Req, item_id: FromPath[UUID]) -> EscalatedView:
    async with reading(request) as work:
        return await escalation.escalated_item(work, item_id)


@post(
    "/api/v1/escalations/{item_id:uuid}/order",
    operation_id="orderFromAbove",
    summary="要求报告、提级办理或者要求复查",
    tags=ESCALATIONS,
    raises=REFUSALS,
    status_code=200,
)
async def order(request: Req, item_id: FromPath[UUID], data: JSONBody[OrderInput]) -> Response[bytes]:
    async with turn(request) as taken:
        await escalation.handle_item(taken.work, item_id, data.action, data.note)
        return taken.json(await escalation.escalated_item(taken.work, item_id))


ROUTES = [
    list_reports,
    get_report,
    draft,
    update,
    send,
    withdraw,
    return_report,
    decline,
    decide,
    list_decisions,
    get_decision,
    verify,
    list_escalations,
    get_escalation,
    order,
]
