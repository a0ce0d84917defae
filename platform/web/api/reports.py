"""Reports to the government for API clients: drafting, sending, returning, declining (Art. 20)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from supervision.decisions import service as decisions
from supervision.decisions.commands import Proposal, ReturnReport, UpdateReport
from supervision.decisions.models import GovernmentReport
from supervision.decisions.views import ReportRow, ReportView
from supervision.matters.views import Page
from web.api.shapes import (
    Body,
    Limit,
    Prose,
    ReasonInput,
    Route,
    Version,
    VersionInput,
    command,
    download,
    file_answer,
    read,
)
from web.turns import Req, Turn, reading, turn

TAGS = ["向政府的报告"]
ONE = "/reports/{report_id:uuid}"


class ReportHead(msgspec.Struct, frozen=True):
    """What a command answers: the report as it is now. `version` goes into the next command."""

    id: UUID
    number: str | None
    state: str
    version: int


class DraftInput(Body, frozen=True):
    """The matter, and the instrument that lapsed or was refused (Art. 20); left out, the latest such one."""

    matter_id: UUID
    instrument_id: UUID | None = None


class ReportInput(Body, frozen=True, kw_only=True):
    """The editable parts of a report that is not sent."""

    body: Prose
    statement: Prose
    considered: Prose
    legal_review: Prose
    proposals: Annotated[list[Proposal], msgspec.Meta(max_length=200)] = []
    version: Version | None = None


class ReturnInput(Body, frozen=True):
    """What is missing, and by when."""

    missing: Prose
    until: date
    version: Version | None = None


async def _head(t: Turn, row: GovernmentReport) -> ReportHead:
    await t.work.session.flush()
    return ReportHead(row.id, row.number, row.state, row.row_version)


def _step(path: str, operation: str, summary: str) -> Route:
    return command(f"{ONE}/{path}", operation, summary, TAGS, ReportHead)


@read(
    "/reports",
    "listReports",
    "向政府的报告清单",
    TAGS,
    description="view 为 waiting、open、done 或者 all。以 next 作为下一页的 after。",
)
async def list_reports(
    request: Req,
    *,
    view: FromQuery[str] = "all",
    after: Annotated[str | None, QueryParameter(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[ReportRow]:
    async with reading(request) as work:
        return await decisions.list_reports(work, view, after, limit)


@read(ONE, "getReport", "向政府的报告", TAGS)
async def get_report(request: Req, report_id: FromPath[UUID]) -> ReportView:
    async with reading(request) as work:
        return await decisions.report_view(work, report_id)


@download(f"{ONE}/pdf", "getReportPdf", "报告正式文本（报送后，留痕）", TAGS, media_type="application/pdf")
async def get_pdf(request: Req, report_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await decisions.report_pdf(work, report_id))


@download(f"{ONE}/preview", "previewReport", "报告首页图样", TAGS, media_type="image/png")
async def preview(request: Req, report_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer("预览.png", await decisions.report_preview(work, report_id), "image/png")


@command("/reports", "draftReport", "起草向政府的报告", TAGS, ReportHead, status=201)
async def draft(request: Req, data: JSONBody[DraftInput]) -> Response[bytes]:
    async with turn(request) as t:
        failed = data.instrument_id or await decisions.failed_instrument(t.work, data.matter_id)
        made = await decisions.draft_report(t.work, data.matter_id, failed, automatic=False)
        head = await _head(t, made)
        return t.json(head, status=201, headers={"location": f"/api/v1/reports/{made.id}"})


@_step("update", "updateReport", "修改向政府的报告")
async def update(request: Req, report_id: FromPath[UUID], data: JSONBody[ReportInput]) -> Response[bytes]:
    change = UpdateReport(
        body=data.body,
        statement=data.statement,
        considered=data.considered,
        legal_review=data.legal_review,
        proposals=tuple(data.proposals),
    )
    async with turn(request) as t:
        return t.json(await _head(t, await decisions.update_report(t.work, report_id, change, version=data.version)))


@_step("send", "sendReport", "向本级政府报告")
async def send(request: Req, report_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await _head(t, await decisions.send_report(t.work, report_id, version=data.version)))


@_step("withdraw", "withdrawReport", "撤回报告")
async def withdraw(request: Req, report_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await _head(t, await decisions.withdraw(t.work, report_id, data.reason, version=data.version)))


@_step("return", "returnReport", "退回补充")
async def return_report(request: Req, report_id: FromPath[UUID], data: JSONBody[ReturnInput]) -> Response[bytes]:
    given = ReturnReport(missing=data.missing, until=data.until)
    async with turn(request) as t:
        return t.json(await _head(t, await decisions.return_report(t.work, report_id, given, version=data.version)))


@_step("decline", "declineReport", "不予决定")
async def decline(request: Req, report_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await _head(t, await decisions.decline(t.work, report_id, data.reason, version=data.version)))


ROUTES = [
    list_reports,
    get_report,
    get_pdf,
    preview,
    draft,
    update,
    send,
    withdraw,
    return_report,
    decline,
]
