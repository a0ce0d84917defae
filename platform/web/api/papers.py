"""Documents that ask for no answer, for API clients: replies, notices, proofs, circulars (Arts. 11(8), 19)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Response

from supervision.escalation import service as escalation
from supervision.escalation.views import CircularView
from supervision.instruments import service as instruments
from supervision.instruments.views import PaperView
from supervision.matters.views import Page
from web.api.shapes import Body, Limit, Prose, ReasonInput, Words, command, download, file_answer, read
from web.turns import Req, reading, turn

RECEIVED = "/deliveries/papers/{copy_id:uuid}"
CIRCULAR = "/circulars/{draft_id:uuid}"
TAGS = ["收到的文书"]
CIRCULARS = ["重大逾期"]
PDF = "application/pdf"


class CircularInput(Body, frozen=True):
    """What the organs named are asked to do; `version` of the draft that was read."""

    requirement: Prose
    version: int | None = None


@read("/deliveries/papers", "listReceivedPapers", "收到的批复、通知和通报", TAGS)
async def list_received(
    request: Req,
    *,
    q: Words = "",
    after: Annotated[str | None, QueryParameter(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[PaperView]:
    async with reading(request) as work:
        rows, following = await instruments.received_papers(work, q, after=after, limit=limit)
    return Page(rows, following)


@command(f"{RECEIVED}/receipt", "openPaper", "签收批复、通知或者通报", TAGS, PaperView)
async def receipt(request: Req, copy_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(instruments.copy_view(await instruments.open_paper(t.work, copy_id)))


@download(f"{RECEIVED}/pdf", "getReceivedPaperPdf", "批复、通知、通报和送达回证的原文（留痕）", TAGS, media_type=PDF)
async def received_pdf(request: Req, copy_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await instruments.copy_pdf(work, copy_id))


@download(
    "/papers/{paper_id:uuid}/pdf",
    "getPaperPdf",
    "本单位制发的批复、通知、通报和送达回证（留痕）",
    ["监督文书"],
    media_type=PDF,
)
async def issued_pdf(request: Req, paper_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await instruments.paper_pdf(work, paper_id))


@read("/circulars", "listCirculars", "逾期事项通报", CIRCULARS)
async def list_circulars(request: Req) -> list[CircularView]:
    async with reading(request) as work:
        return await escalation.circulars(work)


@read(CIRCULAR, "getCircular", "一份逾期事项通报", CIRCULARS)
async def get_circular(request: Req, draft_id: FromPath[UUID]) -> CircularView:
    async with reading(request) as work:
        return await escalation.circular(work, draft_id)


@command(f"{CIRCULAR}/issue", "issueCircular", "印发通报", CIRCULARS, CircularView)
async def issue(request: Req, draft_id: FromPath[UUID], data: JSONBody[CircularInput]) -> Response[bytes]:
    async with turn(request) as t:
        await escalation.issue_circular(t.work, draft_id, data.requirement, version=data.version)
        return t.json(await escalation.circular(t.work, draft_id))


@command(f"{CIRCULAR}/discard", "discardCircular", "决定不印发通报", CIRCULARS, CircularView)
async def discard(request: Req, draft_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await escalation.discard_circular(t.work, draft_id, data.reason, version=data.version)
        return t.json(await escalation.circular(t.work, draft_id))


ROUTES = [list_received, receipt, received_pdf, issued_pdf, list_circulars, get_circular, issue, discard]
