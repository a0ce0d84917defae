"""Returns along business lines for API clients: sums, the level below, files, what is kept (Arts. 2(2), 11(5))."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response

from reporting.returns import service as returns
from reporting.returns.line_views import LineCellDrill, LineRollUp
from web.api.shapes import command, download, file_answer, read
from web.turns import Req, reading, turn

TAGS = ["统计报表"]
Kept = Annotated[int, QueryParameter(ge=0, le=999_999)]
FileKind = Literal["xlsx", "csv", "json"]
WHOSE = "organ_id 为本级或者下级的部门；不写的为本单位。"


class KeptNumber(msgspec.Struct, frozen=True):
    """Under which number the roll-up is kept."""

    number: int


@read(
    "/return-lines/{form:str}/{period:str}",
    "getReturnLine",
    "条线汇总报表，逐格注明来源",
    TAGS,
    description=f"本条线各单位现行版本的本级数之和，每个单位只计一次。{WHOSE}number 为留存的版次，0 为现在的数。",
)
async def line(
    request: Req,
    form: FromPath[str],
    period: FromPath[str],
    *,
    organ_id: FromQuery[UUID | None] = None,
    number: Kept = 0,
) -> LineRollUp:
    async with reading(request) as work:
        return await returns.line_roll_up(work, form, period, organ_id, number)


@read(
    "/return-lines/{form:str}/{period:str}/cells/{code:str}",
    "openReturnLineCell",
    "条线汇总的一格打开到下一级",
    TAGS,
    description=WHOSE,
)
async def cell(
    request: Req,
    form: FromPath[str],
    period: FromPath[str],
    code: FromPath[str],
    *,
    organ_id: FromQuery[UUID | None] = None,
) -> LineCellDrill:
    async with reading(request) as work:
        return await returns.drill_line(work, form, period, code, organ_id)


@download("/return-lines/{form:str}/{period:str}/export", "exportReturnLine", "导出条线汇总", TAGS)
async def export(
    request: Req,
    form: FromPath[str],
    period: FromPath[str],
    *,
    kind: FromQuery[FileKind] = "xlsx",
    organ_id: FromQuery[UUID | None] = None,
    number: Kept = 0,
) -> Response[bytes]:
    async with reading(request) as work:
        name, data, media = await returns.export_line(work, form, period, kind, organ_id=organ_id, number=number)
    return file_answer(name, data, media)


@command("/return-lines/{form:str}/{period:str}/keeping", "keepReturnLine", "留存条线汇总", TAGS, KeptNumber)
async def keep(request: Req, form: FromPath[str], period: FromPath[str]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(KeptNumber(await returns.keep_line(t.work, form, period)))


ROUTES = [line, cell, export, keep]
