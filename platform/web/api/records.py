"""Enforcement records for API clients: the register, batches and files, lines to put right (Art. 11(5))."""

from __future__ import annotations

import io
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from supervision.matters.views import Page
from supervision.records import service as records
from supervision.records.views import (
    EnforcementRow,
    EnforcementView,
    PartyIdentity,
    QuarantinedView,
    RecordImportView,
)
from web.api.shapes import (
    Body,
    Code,
    Cursor,
    FileInput,
    Limit,
    Prose,
    Words,
    command,
    decoded,
    download,
    file_answer,
    read,
)
from web.turns import Req, reading, turn

TAGS = ["行政执法案件"]
Choice = Annotated[str, QueryParameter(max_length=60)]
TEMPLATE_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class RecordBatch(Body, frozen=True):
    """Up to 1,000 records of one source system, each an object as the schema of lines says."""

    source: Code
    records: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1, max_length=1000)]


class RecordFile(FileInput, frozen=True):
    """A file of records: JSON Lines, CSV or XLSX."""

    source: Code = "own_system"


class LineChanges(Body, frozen=True):
    """Field → its new text, as in a table; amounts in fen. An empty text takes the field out."""

    changes: dict[Code, Prose]


class LinesGivenUp(Body, frozen=True):
    """Lines that are not to be taken, and why."""

    ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=200)]
    note: Prose


class DiscardedLines(msgspec.Struct, frozen=True):
    """How many lines were given up."""

    discarded: int


class PartyPurpose(Body, frozen=True):
    """What the identity is needed for."""

    purpose: Prose


@read(
    "/records",
    "listRecords",
    "行政执法案件清单",
    TAGS,
    description="可以查看的案件，最近的在前。以 next 作为下一页的 after。",
)
async def list_records(
    request: Req,
    *,
    kind: Choice = "",
    organ_id: FromQuery[UUID | None] = None,
    q: Words = "",
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    import_id: FromQuery[UUID | None] = None,
    after: Cursor = "",
    limit: Limit = 50,
) -> Page[EnforcementRow]:
    chosen = records.RecordFilter(kind=kind, organ_id=organ_id, q=q, since=since, until=until, import_id=import_id)
    async with reading(request) as work:
        return await records.listed(work, chosen, after=after, limit=limit)


@read("/records/{record_id:uuid}", "getRecord", "行政执法案件", TAGS)
async def get_record(request: Req, record_id: FromPath[UUID]) -> EnforcementView:
    async with reading(request) as work:
        return await records.view(work, record_id)


@command(
    "/records/{record_id:uuid}/party",
    "readParty",
    "查看当事人身份",
    TAGS,
    PartyIdentity,
    description="须说明用途，查看留痕；答复不保存。",
)
async def read_party(request: Req, record_id: FromPath[UUID], data: JSONBody[PartyPurpose]) -> PartyIdentity:
    async with reading(request) as work:
        return await records.unmask(work, record_id, data.purpose)


@command(
    "/records/batch",
    "takeRecords",
    "提交一批案件",
    TAGS,
    records.BatchResult,
    description="逐条校验：版本不新于已有的计入 stale，不能导入的计入 quarantined，在待修正数据中说明原因。",
)
async def take_records(request: Req, data: JSONBody[RecordBatch]) -> Response[bytes]:
    async with turn(request) as t:
        lines = [msgspec.json.encode(one) for one in data.records]
        return t.json(await records.take_batch(t.work, source=data.source, records=lines))


@download("/records/template", "getRecordTemplate", "案件填报模板", TAGS)
async def record_template(request: Req, *, kind: Choice = "penalty", form: Choice = "xlsx") -> Response[bytes]:
    async with reading(request) as work:
        name, data = await records.template(work, kind, form)
        return file_answer(name, data, TEMPLATE_TYPES[form])


@read("/records/imports", "listRecordImports", "案件数据的导入清单", TAGS)
async def list_imports(
    request: Req, *, after: FromQuery[UUID | None] = None, limit: Limit = 50
) -> Page[RecordImportView]:
    async with reading(request) as work:
        return await records.imports(work, after=after, limit=limit)


@command(
    "/records/imports",
    "importRecords",
    "导入案件文件",
    TAGS,
    RecordImportView,
    status=201,
    description="2 MB 以内当即导入；更大的在后台导入，state 为 waiting 或者 running 时稍后再查。",
)
async def import_records(request: Req, data: JSONBody[RecordFile]) -> Response[bytes]:
    async with turn(request) as t:
        row = await records.begin_import(t.work, data.source, data.name, io.BytesIO(decoded(data, "content")))
        location = {"location": f"/api/v1/records/imports/{row.id}"}
        return t.json(records.import_view(row), status=201, headers=location)


@read("/records/imports/{import_id:uuid}", "getRecordImport", "案件导入的进度和结果", TAGS)
async def get_import(request: Req, import_id: FromPath[UUID]) -> RecordImportView:
    async with reading(request) as work:
        return await records.import_state(work, import_id)


@read(
    "/records/quarantine",
    "listQuarantine",
    "待修正数据",
    TAGS,
    description="不能导入的行和原因。state 为 waiting、resubmitted 或者 discarded。",
)
async def list_quarantine(
    request: Req,
    *,
    line_state: Annotated[str, QueryParameter(name="state", max_length=60)] = "waiting",
    import_id: FromQuery[UUID | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[QuarantinedView]:
    async with reading(request) as work:
        return await records.quarantined(work, state=line_state, import_id=import_id, after=after, limit=limit)


@read("/records/quarantine/{line_id:uuid}", "getQuarantinedLine", "一行待修正数据", TAGS)
async def get_line(request: Req, line_id: FromPath[UUID]) -> QuarantinedView:
    async with reading(request) as work:
        return await records.line_view(work, line_id)


@command("/records/quarantine/{line_id:uuid}/resubmit", "resubmitLine", "修改后重新提交", TAGS, RecordImportView)
async def resubmit_line(request: Req, line_id: FromPath[UUID], data: JSONBody[LineChanges]) -> Response[bytes]:
    async with turn(request) as t:
        import_id = await records.resubmit(t.work, line_id, data.changes)
        return t.json(await records.import_state(t.work, import_id))


@command("/records/quarantine/discard", "discardLines", "放弃待修正数据", TAGS, DiscardedLines)
async def discard_lines(request: Req, data: JSONBody[LinesGivenUp]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(DiscardedLines(await records.discard(t.work, data.ids, data.note)))


ROUTES = [
    list_records,
    get_record,
    read_party,
    take_records,
    record_template,
    list_imports,
    import_records,
    get_import,
    list_quarantine,
    get_line,
    resubmit_line,
    discard_lines,
]
