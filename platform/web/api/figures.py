"""Figures of organs and periods, opened down to their records, for API clients and the level above (Art. 11(5))."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response

from kernel.errors import Invalid
from reporting.figures import service as figures
from reporting.figures.periods import Period, parse
from reporting.figures.views import FiguresView, IndicatorView, LevelView, RecordsView, SeriesView
from web.api.shapes import Limit, download, file_answer, read
from web.turns import Req, reading

TAGS = ["统计"]
Term = Annotated[str, QueryParameter(max_length=10)]
Cell = Annotated[str, QueryParameter(max_length=100)]
Word = Annotated[str, QueryParameter(max_length=10)]
Cells = Annotated[list[str] | None, QueryParameter(max_items=100)]
PERIODS = "period 写作 2026-03、2026Q1、2026H1 或者 2026。reach：own 本单位，tree 本单位和下级，line 本单位和条线。"


def term(code: str, field: str = "period") -> Period:
    """A period. Raises Invalid."""
    try:
        return parse(code)
    except ValueError as error:
        raise Invalid(f"{error}。", field=field) from None


@read("/figures/indicators", "listIndicators", "统计指标和口径", TAGS)
async def list_indicators(request: Req) -> list[IndicatorView]:
    async with reading(request) as work:
        return await figures.indicators(work)


@read("/figures/{organ_id:uuid}", "getFigures", "一个单位一个期间的统计数字", TAGS, description=PERIODS)
async def get_figures(request: Req, organ_id: FromPath[UUID], *, period: Term, reach: Word = "tree") -> FiguresView:
    async with reading(request) as work:
        return await figures.figures(work, organ_id, term(period), reach=reach)


@read(
    "/figures/{organ_id:uuid}/series",
    "getFigureSeries",
    "连续期间的统计数字",
    TAGS,
    description="从 first 到 last 的同一种期间。codes 为指标代码，分项写作 指标/分项。",
)
async def get_series(
    request: Req, organ_id: FromPath[UUID], *, first: Term, last: Term, codes: Cells = None, reach: Word = "tree"
) -> SeriesView:
    async with reading(request) as work:
        begin, end = term(first, "first"), term(last, "last")
        return await figures.series_view(work, organ_id, begin, end, codes or [], reach=reach)


@read("/figures/{organ_id:uuid}/level", "getFigureLevel", "一个统计数字由下级如何构成", TAGS, description=PERIODS)
async def get_level(
    request: Req, organ_id: FromPath[UUID], *, code: Cell, period: Term, reach: Word = "tree"
) -> LevelView:
    async with reading(request) as work:
        return await figures.drill(work, code, organ_id, term(period), reach=reach)


@read(
    "/figures/{organ_id:uuid}/records",
    "listFigureRecords",
    "一个统计数字所依据的记录",
    TAGS,
    description="本单位的数字所依据的、您可以查看的记录。以 next 作为下一页的 after。",
)
async def list_records(
    request: Req,
    organ_id: FromPath[UUID],
    *,
    code: Cell,
    period: Term,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> RecordsView:
    async with reading(request) as work:
        return await figures.records(work, code, organ_id, term(period), after=after, limit=limit)


@download("/figures/{organ_id:uuid}/export", "exportFigures", "导出统计数字（Excel、CSV、JSON，留痕）", TAGS)
async def export(
    request: Req,
    organ_id: FromPath[UUID],
    *,
    period: Term,
    reach: Word = "tree",
    form: Annotated[str, QueryParameter(name="format", max_length=10)] = "xlsx",
) -> Response[bytes]:
    async with reading(request) as work:
        name, data, media = await figures.export(work, organ_id, term(period), reach=reach, form=form)
    return file_answer(name, data, media)


ROUTES = [list_indicators, get_figures, get_series, get_level, list_records, export]
