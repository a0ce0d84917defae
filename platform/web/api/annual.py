"""Yearly reports and plans, their completeness board and what is public, for API clients (Art. 12)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from reporting.annual import service as annual
from reporting.annual.commands import Figure, SiteInput, WriteInput
from reporting.annual.rules import subject_year
from reporting.annual.views import AnnualPage, AnnualRow, BoardView
from supervision.matters.views import Page
from web.api.shapes import (
    Body,
    Code,
    FileInput,
    Limit,
    Line,
    Prose,
    ReasonInput,
    Version,
    VersionInput,
    command,
    decoded,
    download,
    file_answer,
    read,
)
from web.turns import Req, reading, turn

TAGS = ["年度报告与计划"]
Kind = Literal["report", "plan"]


class FigureInput(Body, frozen=True):
    """A figure as the organ states it; `note` is needed where it differs from the records."""

    code: Code
    value: Annotated[int, msgspec.Meta(ge=0, le=999_999_999)]
    note: Line = ""


class TextInput(Body, frozen=True):
    """`sections`: text by key; `figures`: what is stated. What is left out stays as it is."""

    sections: dict[str, Prose] = {}
    figures: Annotated[list[FigureInput], msgspec.Meta(max_length=100)] = []
    version: Version | None = None


class PublishedInput(Body, frozen=True):
    """The page on the organ's own site; `evidence` is a picture of it."""

    url: Annotated[str, msgspec.Meta(max_length=500)]
    published_on: date
    evidence: FileInput | None = None
    version: Version | None = None


@read("/annual", "listAnnualPapers", "本单位的年度报告与计划", TAGS, description="以 next 作为下一页的 before。")
async def list_papers(request: Req, *, before: FromQuery[UUID | None] = None, limit: Limit = 50) -> Page[AnnualRow]:
    async with reading(request) as work:
        return await annual.papers(work, before=before, limit=limit)


@read("/annual/board", "annualBoard", "本级各单位报送和公开情况", TAGS)
async def board(request: Req, *, year: FromQuery[int | None] = None, kind: FromQuery[Kind] = "report") -> BoardView:
    async with reading(request) as work:
        return await annual.board(work, kind, work.today.year if year is None else year)


@command("/annual", "startAnnualPapers", "列出本年度应当报送的报告与计划", TAGS, Page[AnnualRow])
async def start(request: Req) -> Response[bytes]:
    async with turn(request) as t:
        await annual.start(t.work)
        return t.json(await annual.papers(t.work))


@download("/annual/summary", "draftAnnualSummary", "汇总起草本级年度报告（PDF、Word，留痕）", TAGS)
async def summary(
    request: Req,
    *,
    year: FromQuery[int | None] = None,
    form: Annotated[Literal["pdf", "docx"], QueryParameter(name="format")] = "pdf",
) -> Response[bytes]:
    async with reading(request) as work:
        asked = subject_year("report", work.today.year) if year is None else year
        return file_answer(*await annual.summary(work, asked, form))


@read("/annual/{paper_id:uuid}", "getAnnualPaper", "年度报告或者计划", TAGS)
async def get_paper(request: Req, paper_id: FromPath[UUID]) -> AnnualPage:
    async with reading(request) as work:
        return await annual.paper(work, paper_id)


@command("/annual/{paper_id:uuid}/text", "writeAnnualPaper", "起草、修改内容", TAGS, AnnualPage)
async def write(request: Req, paper_id: FromPath[UUID], data: JSONBody[TextInput]) -> Response[bytes]:
    async with turn(request) as t:
        entry = WriteInput(data.sections, tuple(Figure(f.code, f.value, f.note) for f in data.figures))
        await annual.write(t.work, paper_id, entry, version=data.version)
        return t.json(await annual.paper(t.work, paper_id))


@command("/annual/{paper_id:uuid}/approve", "approveAnnualPaper", "审定", TAGS, AnnualPage)
async def approve(request: Req, paper_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await annual.approve(t.work, paper_id, version=data.version)
        return t.json(await annual.paper(t.work, paper_id))


@command("/annual/{paper_id:uuid}/return", "returnAnnualPaper", "退回修改", TAGS, AnnualPage)
async def take_back(request: Req, paper_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await annual.take_back(t.work, paper_id, version=data.version)
        return t.json(await annual.paper(t.work, paper_id))


@command("/annual/{paper_id:uuid}/submit", "submitAnnualPaper", "报送本级司法行政部门", TAGS, AnnualPage)
async def submit(request: Req, paper_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await annual.submit(t.work, paper_id, version=data.version)
        return t.json(await annual.paper(t.work, paper_id))


@command("/annual/{paper_id:uuid}/accept", "acceptAnnualPaper", "接收", TAGS, AnnualPage)
async def accept(request: Req, paper_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await annual.accept(t.work, paper_id, version=data.version)
        return t.json(await annual.paper(t.work, paper_id))


@command("/annual/{paper_id:uuid}/send-back", "sendBackAnnualPaper", "退回补正", TAGS, AnnualPage)
async def send_back(request: Req, paper_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await annual.send_back(t.work, paper_id, data.reason, version=data.version)
        return t.json(await annual.paper(t.work, paper_id))


@command("/annual/{paper_id:uuid}/publish", "publishAnnualPaper", "向社会公开", TAGS, AnnualPage)
async def publish(request: Req, paper_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await annual.publish(t.work, paper_id, version=data.version)
        return t.json(await annual.paper(t.work, paper_id))


@command("/annual/{paper_id:uuid}/site", "recordAnnualSite", "登记本单位网站的公开页面", TAGS, AnnualPage)
async def record_site(request: Req, paper_id: FromPath[UUID], data: JSONBody[PublishedInput]) -> Response[bytes]:
    async with turn(request) as t:
        picture = decoded(data.evidence, "evidence") if data.evidence else b""
        entry = SiteInput(data.url, data.published_on, picture, data.evidence.name if data.evidence else "")
        await annual.record_site(t.work, paper_id, entry, version=data.version)
        return t.json(await annual.paper(t.work, paper_id))


ROUTES = [
    list_papers,
    board,
    start,
    summary,
    get_paper,
    write,
    approve,
    take_back,
    submit,
    accept,
    send_back,
    publish,
    record_site,
]
