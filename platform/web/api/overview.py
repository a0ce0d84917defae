"""The leader's page for API clients: the overview of an area, what is overdue in it, briefs (Arts. 4, 5, 11(5))."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from reporting.figures.periods import holding
from reporting.leader import service as leader
from reporting.leader.views import OverdueList, Overview
from web.api.figures import Term, term
from web.api.shapes import Cursor, Limit, download, file_answer, read
from web.turns import Req, reading

TAGS = ["统计"]
PERIODS = "period 写作 2026-03、2026Q1、2026H1 或者 2026；不写为本年。逾期为今日情况。"


@read("/overview", "getOwnOverview", "本级政府的一页概览", TAGS, description=PERIODS)
async def own_overview(request: Req, *, period: Term = "") -> Overview:
    async with reading(request) as work:
        return await leader.overview(work, None, term(period) if period else holding(work.today, "year"))


@read("/overview/{organ_id:uuid}", "getOverview", "一个行政区域的一页概览", TAGS, description=PERIODS)
async def get_overview(request: Req, organ_id: FromPath[UUID], *, period: Term = "") -> Overview:
    async with reading(request) as work:
        return await leader.overview(work, organ_id, term(period) if period else holding(work.today, "year"))


@read(
    "/overview/{organ_id:uuid}/overdue",
    "listOverdueMatters",
    "一个行政区域的逾期事项",
    TAGS,
    description="逾期最久的在前，限于您可以查看的事项。以 next 作为下一页的 after。",
)
async def list_overdue(request: Req, organ_id: FromPath[UUID], *, after: Cursor = "", limit: Limit = 50) -> OverdueList:
    async with reading(request) as work:
        return await leader.overdue(work, organ_id, after=after, limit=limit)


@download("/overview/{organ_id:uuid}/export", "exportOverview", "导出对比表（Excel，留痕）", TAGS)
async def export(request: Req, organ_id: FromPath[UUID], *, period: Term = "") -> Response[bytes]:
    async with reading(request) as work:
        asked = term(period) if period else holding(work.today, "year")
        return file_answer(*await leader.workbook(work, organ_id, asked))


@download("/overview/{organ_id:uuid}/brief", "getBrief", "生成监督简报（PDF、Word，留痕）", TAGS)
async def brief(
    request: Req,
    organ_id: FromPath[UUID],
    *,
    period: Term = "",
    week: Annotated[str, QueryParameter(max_length=10)] = "",
    form: Annotated[str, QueryParameter(name="format", max_length=10)] = "pdf",
) -> Response[bytes]:
    async with reading(request) as work:
        asked = term(period) if period else holding(work.today, "year")
        return file_answer(*await leader.brief(work, organ_id, asked, form=form, week=week))


ROUTES = [own_overview, get_overview, list_overdue, export, brief]
