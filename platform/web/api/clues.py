"""Clues for API clients: the list, one clue, its files, and registering (Art. 17)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from kernel.errors import Invalid
from kernel.work import Work
from supervision.clues import service as clues
from supervision.clues.commands import Attachment, ClueFilter, ComplainantInput, RegisterClue
from supervision.clues.models import Clue
from supervision.clues.views import ClueRow, ClueView
from supervision.matters.views import Page
from web.api.shapes import (
    Body,
    Code,
    Cursor,
    FileInput,
    Limit,
    Line,
    Prose,
    Words,
    command,
    decoded,
    download,
    file_answer,
    read,
)
from web.turns import Req, reading, turn

TAGS = ["线索"]


class ClueInput(Body, frozen=True, kw_only=True):
    """A clue to register. One of `subject_organ_id`, `subject_name` and `subject_unknown` says who is complained of."""

    source: Code
    title: Line
    facts: Prose
    place: Line = ""
    happened_on: date | None = None
    received_at: datetime | None = None
    subject_organ_id: UUID | None = None
    subject_name: Line = ""
    subject_unknown: bool = False
    content_items: list[Code] = []
    urgent: bool = False
    external_id: Line = ""
    complainant: ComplainantInput | None = None
    attachments: list[FileInput] = []


class ClueHead(msgspec.Struct, frozen=True):
    """What a command answers: the clue as it is now. `version` goes into the next command."""

    id: UUID
    number: str
    state: str
    next_due_on: date | None
    version: int


async def head_of(work: Work, clue: Clue) -> ClueHead:
    """The clue after what was just done to it."""
    await work.session.flush()
    return ClueHead(clue.id, clue.number, clue.state, clue.next_due_on, clue.row_version)


@read(
    "/clues",
    "listClues",
    "线索清单",
    TAGS,
    description="按状态、来源、被反映单位、期限、监督内容（item）、收到的月份（month，例如 2026-09）筛选，"
    "支持中文检索；"
    "handler 为所监督的另一办理单位的编号。以 next 作为下一页的 after，"
    "以 previous 作为上一页的 before。origin 为真时列出本单位登记、由其他单位办理的线索。",
)
async def list_clues(
    request: Req,
    *,
    standing: Annotated[str, QueryParameter(name="state", max_length=60)] = "",
    source: FromQuery[str] = "",
    subject: FromQuery[UUID | None] = None,
    due: FromQuery[str] = "",
    q: Words = "",
    item: Words = "",
    month: Words = "",
    handler: FromQuery[UUID | None] = None,
    origin: FromQuery[bool] = False,
    after: Cursor = "",
    before: Cursor = "",
    limit: Limit = 50,
) -> Page[ClueRow]:
    wanted = ClueFilter(
        state=standing, source=source, subject_id=subject, due=due, q=q, item=item, month=month, handler_id=handler
    )
    async with reading(request) as work:
        found = await clues.list_clues(work, wanted, after=after, before=before, limit=limit, origin=origin)
    return Page(found.rows, found.after or None, found.before or None)


@read("/clues/counts", "countClues", "各状态线索数量", TAGS)
async def count_clues(request: Req, origin: FromQuery[bool] = False) -> dict[str, int]:
    async with reading(request) as work:
        return await clues.count_by_state(work, origin=origin)


@read("/clues/{clue_id:uuid}", "getClue", "线索", TAGS)
async def get_clue(request: Req, clue_id: FromPath[UUID]) -> ClueView:
    async with reading(request) as work:
        return await clues.view(work, clue_id)


@download("/clues/{clue_id:uuid}/files/{file_id:uuid}", "getClueFile", "线索附件（留痕）", TAGS)
async def get_file(request: Req, clue_id: FromPath[UUID], file_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        name, media_type, data = await clues.attachment(work, clue_id, file_id)
    return file_answer(name, data, media_type)


@command("/clues", "registerClue", "登记线索", TAGS, ClueHead, status=201)
async def register(request: Req, data: JSONBody[ClueInput]) -> Response[bytes]:
    if data.received_at is not None and data.received_at.tzinfo is None:
        raise Invalid("请写明时区，例如 2026-10-09T09:30:00+08:00。", field="received_at")
    files = tuple(Attachment(name=f.name, data=decoded(f, "attachments")) for f in data.attachments)
    given = {name: getattr(data, name) for name in data.__struct_fields__}
    given |= {"content_items": tuple(data.content_items), "attachments": files}
    async with turn(request) as t:
        clue = await clues.register(t.work, RegisterClue(**given))
        head = await head_of(t.work, clue)
        return t.json(head, status=201, headers={"location": f"/api/v1/clues/{clue.id}"})


ROUTES = [list_clues, count_clues, get_clue, get_file, register]
