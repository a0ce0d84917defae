"""统计指标: the figures of an organ and a period, opened down to the level below and to records (Art. 11(5))."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import Invalid
from kernel.wording import FEN, format_amount, format_change
from kernel.work import Work
from reporting.figures import service as figures
from reporting.figures.periods import KINDS, Period, holding, parse
from reporting.figures.views import FiguresView, IndicatorView, LevelView, RowView
from tenants.access import Target, consider
from web.api.shapes import file_answer
from web.frame import page
from web.turns import Req, reading

ACTIVE = "/figures"
REACHES: Final = (("own", "本单位"), ("tree", "含下级"), ("line", "含条线"))
COURSE: Final = {"month": 12, "quarter": 8, "half": 6, "year": 5}
"""How many periods of its kind the course of a figure shows."""


def _address(organ: UUID, period: Period, reach: str, part: str = "", **more: str) -> str:
    return f"{ACTIVE}/{organ}{part}?{urlencode({'period': period.code, 'reach': reach, **more})}"


def _period(request: Req, work: Work) -> Period:
    """The period asked for; the present year without one. Raises Invalid."""
    code = request.query_params.get("period", "")
    try:
        return parse(code) if code else holding(work.today, "year")
    except ValueError as error:
        raise Invalid(f"{error}。", field="period") from None


def _reach(request: Req) -> str:
    return request.query_params.get("reach", "tree")[:10]


@get("/figures")
async def own(request: Req) -> Template:
    async with reading(request) as work:
        return await _figures(request, work, await figures.home(work))


@get("/figures/{organ_id:uuid}")
async def of_organ(request: Req, organ_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _figures(request, work, organ_id)


async def _figures(request: Req, work: Work, organ_id: UUID) -> Template:
    period, reach = _period(request, work), _reach(request)
    view = await figures.figures(work, organ_id, period, reach=reach)
    leads, _ = await consider(work, "overview", "read", Target(owner_id=work.organ_id))
    return await page(
        request,
        work,
        "figures/figures.html",
        title=f"{view.organ_name}监督统计",
        active=ACTIVE,
        crumbs=["统计指标"],
        around=organ_id,
        view=view,
        groups=_groups(view),
        choices=_choices(organ_id, period, reach, work),
        overview_href="/overview" if leads.allowed else "",
        empty=all(not row.cell.value for row in view.rows),
        exports=[
            {"label": label, "href": _address(organ_id, period, reach, "/export", format=form)}
            for form, label in (("xlsx", "Excel 表格"), ("csv", "CSV 文件"), ("json", "JSON 数据"))
        ],
    )


def _groups(view: FiguresView) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in view.rows:
        parts = [{"label": p.name, "value": p.value or 0, "href": p.href} for p in row.cell.parts]
        shown = {"row": row, "change": _change(row), "parts": parts}
        found.setdefault(row.indicator.group_name, []).append(shown)
    return [{"name": name, "rows": rows} for name, rows in found.items()]


def _change(row: RowView) -> str:
    now, before = row.cell.value, row.cell.previous
    if now is None or before is None:
        return ""
    if row.indicator.kind == "rate":
        points = (now - before) / 100
        return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points):.1f} 个百分点"
    if row.indicator.kind == "mean":
        by = (now - before) / 100
        return f"{'+' if by > 0 else '−' if by < 0 else ''}{abs(by):.1f} {row.indicator.unit}"
    if now == before:
        return format_change(0)
    return f"{'+' if now > before else ''}{format_amount(now - before, row.indicator.unit)}"


def _choices(organ_id: UUID, period: Period, reach: str, work: Work, part: str = "", **more: str) -> dict[str, Any]:
    """Links that change the period and the reach."""
    here = {kind: holding(min(period.last_day, max(work.today, period.first_day)), kind) for kind in KINDS}
    return {
        "kinds": [
            {
                "label": label,
                "href": _address(organ_id, here[kind], reach, part, **more),
                "current": kind == period.kind,
            }
            for kind, label in KINDS.items()
        ],
        "reaches": [
            {"label": label, "href": _address(organ_id, period, key, part, **more), "current": key == reach}
            for key, label in REACHES
        ],
        "previous": _address(organ_id, period.previous, reach, part, **more) if period.year > 2000 else "",
        "next": _address(organ_id, period.next, reach, part, **more) if period.last_day < work.today else "",
    }


@get("/figures/{organ_id:uuid}/open")
async def opened(request: Req, organ_id: FromPath[UUID]) -> Template:
    """One figure: by the organs below, its course, and the records of the organ itself."""
    async with reading(request) as work:
        period, reach = _period(request, work), _reach(request)
        code = request.query_params.get("code", "")[:100]
        level = await figures.drill(work, code, organ_id, period, reach=reach)
        indicator = next(i for i in await figures.indicators(work) if i.code == code.partition("/")[0])
        course = await _course(work, organ_id, period, code, reach=reach, of=indicator)
        return await page(
            request,
            work,
            "figures/open.html",
            title=level.name,
            active=ACTIVE,
            crumbs=[("统计指标", _address(organ_id, period, reach)), level.name],
            around=organ_id,
            level=level,
            below=_below(level, period, reach),
            zeros=sum(1 for row in level.rows if not row.value and not row.own),
            indicator=indicator,
            course=course,
            choices=_choices(organ_id, period, reach, work, "/open", code=code),
            records_href=_address(organ_id, period, "own", "/records", code=code),
        )


def _below(level: LevelView, period: Period, reach: str) -> list[dict[str, Any]]:
    return [
        {
            "label": f"{row.organ_name}本单位" if row.own else row.organ_name,
            "value": row.value,
            "share": f"{row.value * 100 / level.total:.1f}%" if level.total > 0 else "",
            "href": _address(row.organ_id, period, "own" if row.own else reach, "/open", code=level.code)
            if row.organ_id and row.value and not (row.own and reach == "own")
            else "",
        }
        for row in level.rows
        if row.value or row.own
    ]


async def _course(
    work: Work, organ_id: UUID, period: Period, code: str, *, reach: str, of: IndicatorView
) -> dict[str, Any]:
    """The figure over the last periods of its kind."""
    span = [period]
    while len(span) < COURSE[period.kind]:
        span.insert(0, span[0].previous)
    if of.kind in ("asked", "distinct"):
        found = [(await figures.values(work, organ_id, p, [code]))[code] for p in span]
    else:
        found = (await figures.series(work, organ_id, span, [code], reach=reach))[code]
    return {"labels": [p.label for p in span], "values": [v / 100 for v in found] if of.unit == FEN else found}


@get("/figures/{organ_id:uuid}/records")
async def record_list(request: Req, organ_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        period = _period(request, work)
        code, after = request.query_params.get("code", "")[:100], request.query_params.get("after", "")
        try:
            place = UUID(after) if after else None
        except ValueError:
            place = None
        found = await figures.records(work, code, organ_id, period, after=place)
        level = await figures.drill(work, code, organ_id, period, reach="own")
        return await page(
            request,
            work,
            "figures/records.html",
            title=found.name,
            active=ACTIVE,
            crumbs=[("统计指标", _address(organ_id, period, "own")), f"{found.name}的记录"],
            around=organ_id,
            found=found,
            level=level,
            counted=any(row.amount != 1 for row in found.rows),
            back_href=_address(organ_id, period, "own", "/open", code=code),
            first_href=_address(organ_id, period, "own", "/records", code=code) if place else "",
            next_href=_address(organ_id, period, "own", "/records", code=code, after=found.next) if found.next else "",
        )


@get("/figures/{organ_id:uuid}/export")
async def export(request: Req, organ_id: FromPath[UUID]) -> Response[bytes]:
    """The figures as a file: `format` xlsx, csv or json. Audited."""
    async with reading(request) as work:
        form = request.query_params.get("format", "xlsx")[:10]
        name, data, media = await figures.export(
            work, organ_id, _period(request, work), reach=_reach(request), form=form
        )
    return file_answer(name, data, media)


@get("/figures/indicators")
async def catalogue(request: Req) -> Template:
    """Every indicator with its definition, its counting rule and its article."""
    async with reading(request) as work:
        found: dict[str, list[Any]] = {}
        for indicator in await figures.indicators(work):
            found.setdefault(indicator.group_name, []).append(indicator)
        return await page(
            request,
            work,
            "figures/indicators.html",
            title="指标和口径",
            active=ACTIVE,
            crumbs=[("统计指标", ACTIVE), "指标和口径"],
            groups=[{"name": name, "rows": rows} for name, rows in found.items()],
            kinds={
                "flow": "期间数",
                "stock": "期末数",
                "rate": "比率",
                "mean": "平均数",
                "distinct": "去重数",
                "asked": "即时数",
            },
        )


ROUTES = [own, catalogue, of_organ, opened, record_list, export]
