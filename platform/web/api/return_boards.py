"""Completeness of returns, urging, circulars on those who are late, figures for higher levels (Art. 11(5) to (8))."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from reporting.returns import service as returns
from reporting.returns.report_views import RollUpReport
from reporting.returns.views import Board, ReturnCircularView, Statistics
from supervision.matters.views import Page
from web.api.shapes import Body, Limit, Prose, ReasonInput, Version, command, read
from web.turns import Req, reading, turn

TAGS = ["统计报表"]


class ReturnCircularInput(Body, frozen=True):
    """What the circular asks of the organs that it names."""

    requirement: Prose
    version: Version | None = None


class UrgedReturns(msgspec.Struct, frozen=True):
    """How many organs were told."""

    told: int


@read(
    "/return-boards/{form:str}/{period:str}",
    "getReturnBoard",
    "报送情况",
    TAGS,
    description="body_id 为下级司法行政部门时，看该部门接收的报表。",
)
async def board(
    request: Req, form: FromPath[str], period: FromPath[str], *, body_id: FromQuery[UUID | None] = None
) -> Board:
    async with reading(request) as work:
        return await returns.board(work, form, period, body_id)


@command("/return-boards/{form:str}/{period:str}/urging", "urgeReturns", "催报", TAGS, UrgedReturns)
async def urge(request: Req, form: FromPath[str], period: FromPath[str]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(UrgedReturns(await returns.urge(t.work, form, period)))


@read(
    "/return-statistics/{form:str}/{period:str}",
    "getReturnStatistics",
    "上级读取的统计数据",
    TAGS,
    description="本单位和下级单位现行版本的数，数值为该格计量单位的整数倍（scale）。以 next 作为下一页的 after。",
)
async def statistics(
    request: Req,
    form: FromPath[str],
    period: FromPath[str],
    *,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[Statistics]:
    async with reading(request) as work:
        return await returns.statistics(work, form, period, after=after, limit=limit)


@read(
    "/return-reports/{form:str}/{period:str}/{organ_id:uuid}",
    "getRollUpReport",
    "任一单位的汇总报表，逐格注明来源",
    TAGS,
    description="现行版本（没有采用的为最新报送的版本），或者 version 所指的版本。数值为该格计量单位的整数倍（scale）；"
    "source 说明本级数的来源，parts 为各下级单位所报的数及其版本校验值。政府的报表即其司法行政部门的报表。",
)
async def report(
    request: Req,
    form: FromPath[str],
    period: FromPath[str],
    organ_id: FromPath[UUID],
    *,
    version: Annotated[int | None, QueryParameter(ge=1, le=999_999)] = None,
) -> RollUpReport:
    async with reading(request) as work:
        return await returns.report(work, organ_id, form, period, number=version)


@read("/return-circulars/{circular_id:uuid}", "getReturnCircular", "逾期报送通报", TAGS)
async def circular(request: Req, circular_id: FromPath[UUID]) -> ReturnCircularView:
    async with reading(request) as work:
        return await returns.circular(work, circular_id)


@command(
    "/return-circulars/{circular_id:uuid}/issue", "issueReturnCircular", "印发逾期报送通报", TAGS, ReturnCircularView
)
async def issue(request: Req, circular_id: FromPath[UUID], data: JSONBody[ReturnCircularInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.issue_circular(t.work, circular_id, data.requirement, version=data.version)
        return t.json(await returns.circular(t.work, circular_id))


@command(
    "/return-circulars/{circular_id:uuid}/discard", "discardReturnCircular", "决定不印发通报", TAGS, ReturnCircularView
)
async def discard(request: Req, circular_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await returns.discard_circular(t.work, circular_id, data.reason, version=data.version)
        return t.json(await returns.circular(t.work, circular_id))


ROUTES = [board, urge, statistics, report, circular, issue, discard]
