"""What was served in accountability cases, for API clients of the other side (Art. 21)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.accountability import service as accountability
from supervision.accountability.service import Answer, Defence
from supervision.accountability.views import ReceivedRow, ReceivedView
from supervision.matters.views import Page
from web.api.shapes import Amount, Body, Code, Limit, Line, Prose, command, download, file_answer, read
from web.turns import Req, reading, turn

TAGS = ["责任追究文书"]


class DefenceInput(Body, frozen=True):
    """Statement and defence, or `waived`."""

    text: Prose = ""
    waived: bool = False
    wants_hearing: bool = False
    hearing_on: date | None = None


class ProposalAnswerInput(Body, frozen=True):
    """`result`: imposed, other (with `measure`) or refused (with `reason`)."""

    result: Code
    measure: Code = ""
    document_number: Line = ""
    effective_on: date | None = None
    reason: Prose = ""
    training_hours: Amount | None = None
    training_until: date | None = None


class TrainingCompletion(Body, frozen=True):
    hours: Amount
    completed_on: date


class ReviewRequest(Body, frozen=True):
    reason: Prose


@read(
    "/accountability/received",
    "listReceivedAccountability",
    "收到的责任追究文书",
    TAGS,
    description="本单位收到的；执法人员只见关于本人的。以 next 作为下一页的 after。",
)
async def list_received(request: Req, *, after: FromQuery[UUID | None] = None, limit: Limit = 50) -> Page[ReceivedRow]:
    async with reading(request) as work:
        return await accountability.received(work, after=after, limit=limit)


@read("/accountability/received/{paper_id:uuid}", "getReceivedAccountability", "收到的责任追究文书全貌", TAGS)
async def get_received(request: Req, paper_id: FromPath[UUID]) -> ReceivedView:
    async with reading(request) as work:
        return await accountability.notice_view(work, paper_id)


@download(
    "/accountability/received/{paper_id:uuid}/pdf", "getReceivedAccountabilityPdf", "责任追究文书原文", TAGS,
    media_type="application/pdf",
)  # fmt: skip
async def get_pdf(request: Req, paper_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await accountability.file(work, paper_id, "pdf"))


@command("/accountability/received/{paper_id:uuid}/open", "openAccountability", "签收责任追究文书", TAGS, ReceivedView)
async def open_received(request: Req, paper_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.open_notice(t.work, paper_id)
        return t.json(await accountability.notice_view(t.work, paper_id))


@command("/accountability/received/{paper_id:uuid}/defence", "stateDefence", "陈述和申辩", TAGS, ReceivedView)
async def defence(request: Req, paper_id: FromPath[UUID], data: JSONBody[DefenceInput]) -> Response[bytes]:
    async with turn(request) as t:
        given = Defence(
            text=data.text, waived=data.waived, wants_hearing=data.wants_hearing, hearing_on=data.hearing_on
        )
        await accountability.state_defence(t.work, paper_id, given)
        return t.json(await accountability.notice_view(t.work, paper_id))


@command("/accountability/received/{paper_id:uuid}/answer", "answerProposal", "反馈处理结果", TAGS, ReceivedView)
async def answer(request: Req, paper_id: FromPath[UUID], data: JSONBody[ProposalAnswerInput]) -> Response[bytes]:
    async with turn(request) as t:
        given = Answer(
            result=data.result,
            measure=data.measure,
            document_number=data.document_number,
            effective_on=data.effective_on,
            reason=data.reason,
            training_hours=data.training_hours,
            training_until=data.training_until,
        )
        await accountability.answer_proposal(t.work, paper_id, given)
        return t.json(await accountability.notice_view(t.work, paper_id))


@command(
    "/accountability/received/{paper_id:uuid}/training", "recordTraining", "登记离岗培训完成情况", TAGS, ReceivedView
)
async def training(request: Req, paper_id: FromPath[UUID], data: JSONBody[TrainingCompletion]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.record_training(t.work, paper_id, data.hours, data.completed_on)
        return t.json(await accountability.notice_view(t.work, paper_id))


@command("/accountability/received/{paper_id:uuid}/review", "requestReview", "申请复核或者申诉", TAGS, ReceivedView)
async def review(request: Req, paper_id: FromPath[UUID], data: JSONBody[ReviewRequest]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.request_review(t.work, paper_id, data.reason)
        return t.json(await accountability.notice_view(t.work, paper_id))


ROUTES = [list_received, get_received, get_pdf, open_received, defence, answer, training, review]
