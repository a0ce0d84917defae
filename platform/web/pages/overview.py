"""一页概览: the figures of an area for those who lead, with its parts side by side (Arts. 4, 5, 11(5))."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.clock import local_date
from kernel.errors import Invalid
from kernel.wording import format_date, format_moment, format_number, format_short
from kernel.work import Work
from reporting.figures.periods import Kind, Period, holding, parse
from reporting.leader import service as leader
from reporting.leader.rules import LEAST_RANKED, LEAST_SHOWN, axis_start
from reporting.leader.views import Overview
from web.api.shapes import file_answer
from web.frame import counters, page
from web.turns import Req, identity, reading

ACTIVE: Final = "/overview"
SPANS: Final[tuple[tuple[Kind, str], ...]] = (("month", "本月"), ("quarter", "本季"), ("year", "本年"))
WHAT: Final = {"city": "按期反馈率", "county": "被监督单位按期反馈率"}


def _period(request: Req, work: Work) -> Period:
    """The period asked for; the present year without one. Raises Invalid."""
    code = request.query_params.get("period", "")
    try:
        return parse(code) if code else holding(work.today, "year")
    except ValueError as error:
        raise Invalid(f"{error}。", field="period") from None


@get("/overview")
async def home(request: Req) -> Template:
    """The reader's own government."""
    return await _page(request, None)


@get("/overview/{organ_id:uuid}")
async def of_area(request: Req, organ_id: FromPath[UUID]) -> Template:
    """A government of the reader's tree."""
    return await _page(request, organ_id)


async def _page(request: Req, organ_id: UUID | None) -> Template:
    async with reading(request) as work:
        period = _period(request, work)
        view = await leader.overview(work, organ_id, period)
        deciding = "government_leader" in identity(request).roles and view.organ_id == work.organ_id
        return await page(
            request,
            work,
            "overview/overview.html",
            title="一页概览",
            active=ACTIVE,
            around=view.organ_id,
            view=view,
            facts_line=_facts(view, period, work),
            spans=_spans(view.organ_id, period, work),
            waiting=(await counters(work)).get("report", 0) if deciding else 0,
            figures=_figures(view),
            chart=_dots(view),
            tiles=leader.tiles(view.parts),
            others=[p for p in view.parts if p.kind in ("zone", "own")],
            months=_months(view),
            channels=[{"label": c.name, "value": c.value, "href": c.href} for c in view.channels],
            returns=_returns(view),
            printed=format_moment(work.now),
            least_ranked=LEAST_RANKED,
            least_shown=LEAST_SHOWN,
            links=_links(view.organ_id, period),
        )


def _facts(view: Overview, period: Period, work: Work) -> str:
    last = min(period.last_day, max(work.today, period.first_day))
    moment = f"逾期情况截至{format_short(local_date(work.now))}"
    return f"{view.organ_name} · {format_date(period.first_day)}至{format_short(last)} · {moment} · 可逐级查看到记录"


def _spans(organ_id: UUID, period: Period, work: Work) -> list[dict[str, Any]]:
    found = []
    for kind, label in SPANS:
        one = holding(work.today, kind)
        found.append(
            {"label": label, "href": f"{ACTIVE}/{organ_id}?period={one.code}", "current": one.code == period.code}
        )
    return found


def _links(organ_id: UUID, period: Period) -> dict[str, str]:
    base, asked = f"{ACTIVE}/{organ_id}", f"period={period.code}"
    return {
        "overdue": f"{base}/overdue",
        "pdf": f"{base}/brief?{asked}&format=pdf",
        "docx": f"{base}/brief?{asked}&format=docx",
        "xlsx": f"{base}/export?{asked}",
        "figures": f"/figures/{organ_id}?{asked}",
    }


def _opened(view: Overview, code: str) -> str:
    return f"/figures/{view.organ_id}/open?{urlencode({'period': view.period, 'reach': 'tree', 'code': code})}"


def _figures(view: Overview) -> list[dict[str, Any]]:
    """The figures that matter, each with its base."""
    rate, share = view.in_time, f"，占 {view.overdue * 100 / view.open:.1f}%" if view.open else ""
    return [
        {
            "label": "立案监督事项", "value": format_number(view.opened), "unit": "件",
            "note": f"在办 {view.open} 件，上年同期 {view.opened_before} 件", "href": _opened(view, "matters.opened"),
        },
        {
            "label": "按期反馈率", "value": f"{rate.percent:.1f}" if rate.percent is not None else "—",
            "unit": "%" if rate.percent is not None else "",
            "note": f"应反馈 {rate.whole} 份，按期 {rate.part} 份", "href": _opened(view, "instruments.due"),
        },
        {
            "label": "现在逾期", "value": format_number(view.overdue), "unit": "件",
            "tone": "overdue" if view.overdue else "", "note": f"在办 {view.open} 件{share}",
            "href": f"{ACTIVE}/{view.organ_id}/overdue",
        },
        {
            "label": "监督决定", "value": format_number(view.decisions), "unit": "份",
            "note": f"已执行 {view.executed} 份，向政府报告 {view.reports} 件", "href": _opened(view, "decisions.made"),
        },
    ]  # fmt: skip


def _returns(view: Overview) -> dict[str, Any] | None:
    """Who has reported: the numbers, and where reports are missing, most first."""
    told = view.returns
    if told is None or not told.expected:
        return None
    base = f"/returns/board/{told.form}/{told.period}"
    parts = [("直接报送本级", told.own, base)]
    parts += [(board.body, board.tally, f"{base}?body={board.body_id}") for board in told.lower]
    missing = [
        {
            "label": name,
            "value": tally.expected - tally.reported,
            "text": f"{tally.expected - tally.reported} / {tally.expected}",
            "href": href,
        }
        for name, tally, href in parts
        if tally.expected > tally.reported
    ]
    return {"told": told, "href": base, "missing": sorted(missing, key=lambda row: -int(row["value"]))}


def _dots(view: Overview) -> dict[str, Any]:
    """Rates on an axis: what is at or above the area's own rate is filled, what is below is hollow; who has too few
    cases for a rate has a line without a dot. At the right both numbers."""
    rates = [part.in_time.percent for part in view.parts]
    known = [rate for rate in rates if rate is not None]
    mark = view.in_time.percent
    start = axis_start([*known, *([mark] if mark is not None else [])])
    notes = [f"{p.in_time.text} {p.in_time.part}/{p.in_time.whole}" for p in view.parts]
    spec = {"kind": "dots", "labels": [p.name for p in view.parts], "min": start, "mark": mark, "notes": notes,
            "series": [{"name": WHAT[view.level], "values": rates}]}  # fmt: skip
    words = "，".join(f"{p.name}{note}" for p, note in zip(view.parts, notes, strict=True))
    sentence = f"{view.period_label}{WHAT[view.level]}：{words}。全域{view.in_time.text}。"
    return {"start": start, "mark": mark, "any": bool(known), "spec": spec, "sentence": sentence}


def _months(view: Overview) -> dict[str, Any]:
    first, last = view.months[0], view.months[-1]
    opened, closed = sum(m.opened for m in view.months), sum(m.closed for m in view.months)
    return {
        "labels": [m.label for m in view.months],
        "series": [
            {"name": "立项", "values": [m.opened for m in view.months]},
            {"name": "结项", "values": [m.closed for m in view.months]},
        ],
        "sentence": f"{first.period}至{last.period}，立项 {opened} 件，结项 {closed} 件。",
    }


@get("/overview/{organ_id:uuid}/overdue")
async def overdue(request: Req, organ_id: FromPath[UUID]) -> Template:
    """Everything that is overdue in the area, longest first."""
    async with reading(request) as work:
        after = request.query_params.get("after", "")[:200]
        found = await leader.overdue(work, organ_id, after=after)
        here = f"{ACTIVE}/{organ_id}"
        return await page(
            request,
            work,
            "overview/overdue.html",
            title="逾期事项",
            active=ACTIVE,
            crumbs=[("一页概览", here), "逾期事项"],
            around=organ_id,
            found=found,
            back_href=here,
            first_href=f"{here}/overdue" if after else "",
            next_href=f"{here}/overdue?after={found.next}" if found.next else "",
        )


@get("/overview/{organ_id:uuid}/export")
async def export(request: Req, organ_id: FromPath[UUID]) -> Response[bytes]:
    """The comparison as a workbook. Audited."""
    async with reading(request) as work:
        return file_answer(*await leader.workbook(work, organ_id, _period(request, work)))


@get("/overview/{organ_id:uuid}/brief")
async def brief(request: Req, organ_id: FromPath[UUID]) -> Response[bytes]:
    """A brief: of a period (`period`) or of a week (`week`: its Monday), as `format` pdf or docx. Audited."""
    async with reading(request) as work:
        asked = request.query_params
        made = await leader.brief(
            work,
            organ_id,
            _period(request, work),
            form=asked.get("format", "docx" if "week" in asked else "pdf")[:10],
            week=asked.get("week", "")[:10],
        )
        return file_answer(*made)


ROUTES = [home, of_area, overdue, export, brief]
