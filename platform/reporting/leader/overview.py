"""An area on one page: figures from the counters, its parts side by side, overdue matters from their index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from kernel.wording import format_percent
from kernel.work import Work
from reporting.figures import service as figures
from reporting.figures.periods import Period, holding
from reporting.figures.views import FiguresView
from reporting.leader import repository
from reporting.leader.area import Area, area
from reporting.leader.overdue import late_view
from reporting.leader.rules import Rate, ordered
from reporting.leader.views import CountView, MonthView, Overview, PartView, RateView
from reporting.returns import service as returns
from reporting.returns.views import Reported
from supervision.deadlines import service as deadlines

MONTHS: Final = 12
WORST: Final = 5
MOST_PARTS: Final = 12
"""Supervised organs in the comparison of a county: those with the most documents."""
COMPARED: Final = (
    "matters.opened", "matters.open", "instruments.due", "instruments.in_time", "decisions.made", "clues.received",
)  # fmt: skip


async def overview(work: Work, organ_id: UUID | None, period: Period, action: str = "read") -> Overview:
    """The page of an area in a period; overdue is what is overdue today. Raises NotFound, Denied."""
    place = await area(work, organ_id, action)
    sheet = await figures.figures(work, place.organ.id, period)
    late = await repository.late_by_organ(work, place.handlers)
    value = {row.indicator.code: row.cell.value or 0 for row in sheet.rows}
    return Overview(
        organ_id=place.organ.id,
        organ_name=place.organ.name,
        level="city" if place.city else "county",
        period=period.code,
        period_label=period.label,
        catalogue_version=sheet.catalogue_version,
        opened=value["matters.opened"],
        opened_before=await _year_before(work, place, period),
        open=value["matters.open"],
        overdue=sum(late.values()),
        in_time=rate_view(Rate(value["instruments.in_time"], value["instruments.due"])),
        decisions=value["decisions.made"],
        executed=value["decisions.executed"],
        reports=value["reports.sent"],
        established=value["findings.established"],
        rectified=rate_view(Rate(value["findings.rectified"], value["findings.established"])),
        clues=value["clues.received"],
        channels=_channels(sheet),
        months=await _months(work, place),
        parts=ordered(await (_counties if place.city else _supervised)(work, place, period, value, late)),
        worst=[
            late_view(row, place.tree, await deadlines.calendar(work), work.today)
            for row in await repository.oldest(work, place.handlers, most=WORST)
        ],
        returns=await _returns(work, place),
    )


async def _returns(work: Work, place: Area) -> Reported | None:
    body = place.tree.supervision_body_of(place.organ.id)
    return await returns.reported(work, body) if body else None


def rate_view(rate: Rate) -> RateView:
    words = format_percent(rate.part, rate.whole) if rate.percent is not None else "—"
    return RateView(part=rate.part, whole=rate.whole, percent=rate.percent, ranked=rate.ranked, text=words)


def _channels(sheet: FiguresView) -> list[CountView]:
    """Clues by where they came from, the most frequent first."""
    row = next(r for r in sheet.rows if r.indicator.code == "clues.received")
    found = [CountView(name=p.name, value=p.value, href=p.href) for p in row.cell.parts if p.value]
    return sorted(found, key=lambda c: -c.value)


async def _year_before(work: Work, place: Area, period: Period) -> int:
    """Matters opened in the same months of the year before: of a running period, up to the present month."""
    last = holding(work.today, "month")
    months = [m for m in period.months() if m <= last] or list(period.months())
    before = [Period(m.year - 1, "month", m.number) for m in months]
    return sum((await figures.series(work, place.organ.id, before, ["matters.opened"], reach="tree"))["matters.opened"])


async def _months(work: Work, place: Area) -> list[MonthView]:
    span = [holding(work.today, "month")]
    while len(span) < MONTHS:
        span.insert(0, span[0].previous)
    found = await figures.series(work, place.organ.id, span, ["matters.opened", "matters.closed"], reach="tree")
    pairs = zip(span, found["matters.opened"], found["matters.closed"], strict=True)
    return [
        MonthView(period=m.code, label=f"{m.number}月", opened=opened, closed=closed) for m, opened, closed in pairs
    ]


async def _counties(
    work: Work, place: Area, period: Period, total: Mapping[str, int], late: Mapping[UUID, int]
) -> list[PartView]:
    """The counties and zones of a city, then what is left: the city's own organs."""
    overdue: dict[UUID | None, int] = {}
    for handler, number in late.items():
        part = place.part_of(handler)
        overdue[part] = overdue.get(part, 0) + number
    rest, found = {code: total[code] for code in COMPARED}, []
    for kind, organs in (("county", place.counties), ("zone", place.zones)):
        for organ in organs:
            value = await figures.values(work, organ.id, period, COMPARED, reach="tree")
            rest = {code: rest[code] - value[code] for code in COMPARED}
            href = f"/overview/{organ.id}?period={period.code}" if kind == "county" else f"/figures/{organ.id}"
            found.append(
                PartView(
                    organ_id=organ.id,
                    name=place.tree.short(organ.id).removesuffix("人民政府").removesuffix("政府"),
                    kind=kind,
                    division_code=organ.division_code or "",
                    href=href,
                    **_columns(value, overdue.get(organ.id, 0)),
                )
            )
    left = _columns(rest, overdue.get(None, 0))
    return [*found, PartView(organ_id=None, name="市直单位", kind="own", division_code="", href="", **left)]


def _columns(value: Mapping[str, int], overdue: int) -> dict[str, Any]:
    return {
        "opened": value["matters.opened"],
        "open": value["matters.open"],
        "overdue": overdue,
        "decisions": value["decisions.made"],
        "clues": value["clues.received"],
        "in_time": rate_view(Rate(value["instruments.in_time"], value["instruments.due"])),
    }


async def _supervised(
    work: Work, place: Area, period: Period, total: Mapping[str, int], late: Mapping[UUID, int]
) -> list[PartView]:
    """The organs below a county by what was served to them: due, answered in time, overdue (counted for those
    supervised)."""
    codes = ("instruments.received", "instruments.received.due", "instruments.received.in_time")
    columns: list[dict[UUID, tuple[str, int]]] = []
    for code in codes:
        level = await figures.drill(work, code, place.organ.id, period)
        columns.append({r.organ_id: (r.organ_name, r.value) for r in level.rows if r.organ_id and not r.own})
    received, due, in_time = columns
    wanted = sorted((o for o in received if received[o][1] or due[o][1]), key=lambda o: (-due[o][1], -received[o][1]))
    overdue = await repository.late_by_supervised(work, place.handlers)
    return [
        PartView(
            organ_id=organ,
            name=place.tree.short(organ),
            kind="supervised",
            division_code="",
            opened=received[organ][1],
            open=due[organ][1],
            overdue=overdue.get(organ, 0),
            decisions=0,
            clues=0,
            in_time=rate_view(Rate(in_time[organ][1], due[organ][1])),
            href=f"/figures/{organ}?period={period.code}",
        )
        for organ in wanted[:MOST_PARTS]
    ]
