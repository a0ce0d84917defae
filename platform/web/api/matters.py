"""Matters for API clients: lists, one matter, its files, and the proposal to open one (Arts. 11, 17)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from kernel.errors import Invalid
from kernel.work import Work
from supervision.instruments import service as instruments
from supervision.matters import service as matters
from supervision.matters.commands import ProposeMatter
from supervision.matters.views import MatterRow, MatterView, Page
from tenants.access import Target, authorize
from web.api.shapes import Body, Code, Limit, Line, Prose, Words, command, download, file_answer, read
from web.turns import Req, reading, turn

TAGS = ["监督事项"]
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Codes = Annotated[list[str] | None, QueryParameter(max_items=50)]


class MatterHead(msgspec.Struct, frozen=True):
    """What a command answers: the matter as it is now. `version` goes into the next command."""

    id: UUID
    number: str | None
    state: str
    stage: str
    version: int


class ProposalInput(Body, frozen=True, kw_only=True):
    """A proposal: mode of Art. 11, content items of Arts. 8 to 10."""

    title: Line
    mode: Code
    content_items: list[Code]
    supervised_id: UUID
    basis: Code
    basis_note: Prose = ""
    clue_ids: list[UUID] = []
    handler_post_ids: list[UUID] = []


class Candidate(msgspec.Struct, frozen=True):
    """A person of the caller's organ who may handle matters; `eligible`: valid certificate, not recused."""

    post_id: UUID
    name: str
    title: str
    eligible: bool


async def head_of(work: Work, matter_id: UUID) -> MatterHead:
    """The matter after what was just done to it."""
    await work.session.flush()
    found = await matters.get(work, matter_id)
    return MatterHead(found.id, found.number, found.state, found.stage, found.row_version)


def _filter(**given: Any) -> matters.MatterFilter:
    """The filter of a list. Raises Invalid that names the value it does not know."""
    lists = {name: tuple(given.pop(name, None) or ()) for name in ("stage", "item", "mode", "supervised")}
    try:
        return msgspec.convert({**given, **lists}, matters.MatterFilter)
    except msgspec.ValidationError as wrong:
        field = str(wrong).rpartition("$.")[2].rstrip("`").partition("[")[0]
        raise Invalid("请按说明填写筛选条件。", field=field) from None


@read(
    "/matters",
    "listMatters",
    "监督事项清单",
    TAGS,
    description="按视图、环节、期限、内容筛选，支持中文检索。以 next 作为下一页的 after。",
)
async def list_matters(
    request: Req,
    *,
    view: FromQuery[str] = "active",
    q: Words = "",
    stage: Codes = None,
    item: Codes = None,
    mode: Codes = None,
    supervised: FromQuery[list[UUID] | None] = None,
    handler: FromQuery[UUID | None] = None,
    due: FromQuery[str | None] = None,
    year: Annotated[int | None, QueryParameter(ge=1900, le=2200)] = None,
    reach: FromQuery[str] = "own",
    sort: FromQuery[str] = "due",
    after: Annotated[str | None, QueryParameter(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[MatterRow]:
    chosen = _filter(
        view=view,
        q=q,
        stage=stage,
        item=item,
        mode=mode,
        supervised=supervised,
        handler=handler,
        due=due,
        year=year,
        reach=reach,
        sort=sort,
    )
    async with reading(request, once=True) as work:
        await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
        return await matters.list_matters(work, chosen, after, limit)


@read("/matters/counts", "countMatters", "各视图事项数量", TAGS, description="每一视图的事项数，最多数到 1001。")
async def count_matters(request: Req, reach: FromQuery[str] = "own") -> dict[str, int]:
    chosen = _filter(reach=reach)
    async with reading(request, once=True) as work:
        await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
        return {str(view): number for view, number in (await matters.count_by_view(work, chosen)).items()}


@download("/matters/export", "exportMatters", "导出监督事项（Excel，留痕）", TAGS, media_type=WORKBOOK)
async def export(
    request: Req,
    *,
    view: FromQuery[str] = "active",
    q: Words = "",
    reach: FromQuery[str] = "own",
    chosen: Annotated[list[UUID] | None, QueryParameter(max_items=100)] = None,
) -> Response[bytes]:
    wanted = _filter(view=view, q=q, reach=reach)
    async with reading(request) as work:
        name, data = await matters.export(work, wanted, chosen or [])
    return file_answer(name, data, WORKBOOK)


@read("/matters/candidates", "listHandlerCandidates", "可以指派的承办人", TAGS)
async def candidates(request: Req, matter: FromQuery[UUID | None] = None) -> list[Candidate]:
    async with reading(request) as work:
        await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
        known = await matters.get(work, matter) if matter else None
        found = await matters.candidates(work, known)
    return [Candidate(post.id, post.person_name, post.title, eligible) for post, eligible in found]


@read("/matters/{matter_id:uuid}", "getMatter", "监督事项", TAGS)
async def get_matter(request: Req, matter_id: FromPath[UUID]) -> MatterView:
    async with reading(request) as work:
        return await matters.view(work, matter_id)


@read(
    "/matters/{matter_id:uuid}/instrument-kinds",
    "listInstrumentKinds",
    "可以制发的文书种类",
    TAGS,
    description="每一种类能否制发；不能制发的，写明理由、依据和可以改用的办法。",
)
async def instrument_kinds(request: Req, matter_id: FromPath[UUID]) -> list[instruments.KindOption]:
    async with reading(request) as work:
        await matters.view(work, matter_id)
        return await instruments.kind_options(work, await matters.get(work, matter_id))


@download("/evidence/{evidence_id:uuid}", "getEvidence", "证据文件（留痕）", TAGS)
async def evidence(request: Req, evidence_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        found, data = await matters.evidence_file(work, evidence_id)
    return file_answer(found.name, data, found.media_type)


@command("/matters", "proposeMatter", "提请立项", TAGS, MatterHead, status=201)
async def propose(request: Req, data: JSONBody[ProposalInput]) -> Response[bytes]:
    draft = ProposeMatter(
        title=data.title,
        mode=data.mode,
        content_items=tuple(data.content_items),
        supervised_id=data.supervised_id,
        basis=data.basis,
        basis_note=data.basis_note,
        clue_ids=tuple(data.clue_ids),
        handler_post_ids=tuple(data.handler_post_ids),
    )
    async with turn(request) as t:
        matter = await matters.propose(t.work, draft)
        head = await head_of(t.work, matter.id)
        return t.json(head, status=201, headers={"location": f"/api/v1/matters/{matter.id}"})


ROUTES = [
    list_matters,
    count_matters,
    export,
    candidates,
    get_matter,
    instrument_kinds,
    evidence,
    propose,
]
