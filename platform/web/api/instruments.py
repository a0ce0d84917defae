"""Instruments of the issuer's side for API clients: lists, one instrument, its papers, its draft (Art. 19)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from supervision.instruments import service as instruments
from supervision.instruments.models import Instrument
from supervision.instruments.views import InstrumentRow, InstrumentView
from supervision.matters.views import Page
from web.api.shapes import LARGEST, Limit, Words, command, download, file_answer, read
from web.turns import Req, Turn, reading, turn

TAGS = ["监督文书"]


class InstrumentHead(msgspec.Struct, frozen=True):
    """What a command leaves behind: the record, its state, its number once it has one."""

    id: UUID
    state: str
    number: str | None
    version: int


async def head_of(t: Turn, row: Instrument) -> InstrumentHead:
    """The instrument after what was just done to it."""
    await t.work.session.flush()
    return InstrumentHead(row.id, row.state, row.number, row.row_version)


@read("/instruments", "listInstruments", "监督文书清单", TAGS, description="以 next 作为下一页的 after。")
async def list_instruments(
    request: Req,
    *,
    tab: FromQuery[str] = "all",
    kind: FromQuery[str] = "",
    q: Words = "",
    matter: FromQuery[UUID | None] = None,
    after: Annotated[str | None, QueryParameter(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[InstrumentRow]:
    chosen = instruments.InstrumentFilter(tab=tab, kind=kind, q=q, matter_id=matter)
    async with reading(request) as work:
        rows, following = await instruments.list_instruments(work, chosen, after=after, limit=limit)
    return Page(rows, following)


@read("/instruments/{instrument_id:uuid}", "getInstrument", "一份监督文书", TAGS)
async def get_instrument(request: Req, instrument_id: FromPath[UUID]) -> InstrumentView:
    async with reading(request) as work:
        return await instruments.instrument_view(work, instrument_id)


@download(
    "/instruments/{instrument_id:uuid}/pdf",
    "getInstrumentPdf",
    "文书正式文本（留痕）",
    TAGS,
    media_type="application/pdf",
)
async def get_pdf(request: Req, instrument_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await instruments.pdf(work, instrument_id))


@download(
    "/instruments/{instrument_id:uuid}/preview", "previewInstrument", "文书草稿首页图样", TAGS, media_type="image/png"
)
async def preview(request: Req, instrument_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer("预览.png", await instruments.preview_png(work, instrument_id), "image/png")


@download(
    "/instruments/replies/{reply_id:uuid}/pdf",
    "getReplyPdf",
    "书面报告正式文本（留痕）",
    TAGS,
    media_type="application/pdf",
)
async def reply_pdf(request: Req, reply_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await instruments.report_pdf(work, reply_id))


@command("/instruments", "draftInstrument", "起草监督文书", TAGS, InstrumentHead, status=201)
async def draft(request: Req, data: JSONBody[instruments.DraftInstrument]) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.draft(t.work, data)
        head = await head_of(t, row)
        return t.json(head, status=201, headers={"location": f"/api/v1/instruments/{row.id}"})


@command("/instruments/{instrument_id:uuid}/draft", "updateInstrument", "修改文书草稿", TAGS, InstrumentHead)
async def update(
    request: Req,
    instrument_id: FromPath[UUID],
    data: JSONBody[instruments.DraftInstrument],
    version: Annotated[int | None, QueryParameter(ge=1, le=LARGEST)] = None,
) -> Response[bytes]:
    async with turn(request) as t:
        row = await instruments.update_draft(t.work, instrument_id, data, version=version)
        return t.json(await head_of(t, row))


ROUTES = [list_instruments, get_instrument, get_pdf, preview, reply_pdf, draft, update]
