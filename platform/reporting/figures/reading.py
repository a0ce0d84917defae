"""Figures of an organ and a period, as numbers for other parts and as a table for pages and the API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from uuid import UUID

from kernel.errors import Invalid
from kernel.wording import format_number, format_percent
from kernel.work import Work
from policy.rulebook import RuleBook
from reporting.figures import catalogue, distinct, repository
from reporting.figures.catalogue import CELL, Catalogue, Indicator
from reporting.figures.periods import KINDS, LENGTHS, Period
from reporting.figures.permission import permit
from reporting.figures.rules import roots
from reporting.figures.views import CellView, FiguresView, IndicatorView, RowView, SeriesView, SliceView
from supervision.deadlines import service as deadlines
from tenants.organs.directory import directory

REACH_LABELS: Final = {"own": "本单位", "tree": "本单位和下级", "line": "本单位和条线"}
MOST_PERIODS: Final = 120
MOST_CODES: Final = 400
PART: Final = re.compile(r"[\w().-]{1,60}", re.ASCII)
"""The key of a slice."""
Totals = Mapping[tuple[str, str], int]


def known(code: str) -> Indicator:
    """The indicator of a code with or without a slice. Raises Invalid."""
    name, part = catalogue.split(code)
    found = catalogue.load().find(name)
    if found is None or (CELL in code and not (found.dimension and PART.fullmatch(part))):
        raise Invalid("没有这个统计指标。", field="code")
    return found


def checked_reach(reach: str) -> str:
    """Raises Invalid for anything but own, tree and line."""
    if reach not in repository.REACHES:
        raise Invalid("统计范围应为本单位、本单位和下级或者本单位和条线。", field="reach")
    return reach


async def values(
    work: Work, organ_id: UUID, period: Period, codes: Sequence[str], *, reach: str = "own"
) -> dict[str, int]:
    """Code → figure of the organ in the period, exact at this moment; 0 where nothing was counted.

    A code is an indicator (``matters.opened``: the total over its slices) or one slice of it
    (``matters.opened/special``). `reach`: the organ's ``own``, its ``tree`` with all organs below, or its ``line``.
    Stocks are those at the end of the period; what is counted when asked is of the organ itself, whatever the reach.
    Raises NotFound, Denied, and Invalid for an unknown code, a rate and a manual indicator, which have no counts.
    """
    await permit(work, organ_id)
    indicators = _counted(codes, when_asked=True)
    asked = _asked([i for i in indicators if not i.when_asked], period.first_month, period.last_month)
    found = await repository.totals(work, organ_id, checked_reach(reach), asked) if asked.codes else {}
    different = await distinct.counts(work, [organ_id], period, [i.code for i in indicators if i.when_asked])
    return {code: different[code] if code in different else amount(found, code) for code in codes}


async def different(work: Work, organ_ids: Sequence[UUID], period: Period, codes: Sequence[str]) -> dict[str, int]:
    """Code → number in the period, of several organs together, for what is counted when asked. Raises as `values`."""
    for organ_id in organ_ids:
        await permit(work, organ_id)
    return await distinct.counts(work, organ_ids, period, [known(code).code for code in codes])


async def series(
    work: Work, organ_id: UUID, span: Sequence[Period], codes: Sequence[str], *, reach: str = "own"
) -> dict[str, list[int]]:
    """Code → figures of the periods, in their order. Raises as `values` does, and Invalid for too many periods."""
    await permit(work, organ_id)
    wanted = _counted(codes)
    if not 0 < len(span) <= MOST_PERIODS:
        raise Invalid(f"一次最多查看 {MOST_PERIODS} 个期间。", field="periods")
    asked = _asked(wanted, min(p.first_month for p in span), max(p.last_month for p in span))
    rows = await repository.monthly(work, organ_id, checked_reach(reach), asked)
    return {code: [_within(rows, code, period) for period in span] for code in codes}


def _within(rows: Mapping[tuple[str, str, int], int], code: str, period: Period) -> int:
    name, part = catalogue.split(code)
    first, last = catalogue.months_of(known(code), period)
    return sum(
        value
        for (indicator, piece, month), value in rows.items()
        if indicator == name and (not part or piece == part) and first <= month <= last
    )


def _counted(codes: Sequence[str], *, when_asked: bool = False) -> list[Indicator]:
    if len(codes) > MOST_CODES:
        raise Invalid(f"一次最多查看 {MOST_CODES} 个指标。", field="codes")
    found = [known(code) for code in codes]
    for indicator in found:
        if indicator.is_ratio or indicator.source == "manual" or (indicator.when_asked and not when_asked):
            raise Invalid(f"“{indicator.name}”不是从记录中统计的数量。", field="codes")
    return found


def _asked(indicators: Sequence[Indicator], first: int, last: int) -> repository.Asked:
    codes = sorted({i.code for i in indicators})
    return repository.Asked(codes, sorted({i.code for i in indicators if i.kind == "stock"}), first, last)


def amount(found: Totals, code: str) -> int:
    """The figure of a code in what `repository.totals` found."""
    name, part = catalogue.split(code)
    if part:
        return found.get((name, part), 0)
    return sum(value for (indicator, _), value in found.items() if indicator == name)


async def figures(
    work: Work, organ_id: UUID, period: Period, *, reach: str = "tree", action: str = "read"
) -> FiguresView:
    """Every indicator of the organ in the period beside the period before. Raises NotFound, Denied, Invalid."""
    tree = await permit(work, organ_id, action)
    book = catalogue.load()
    now, before = [
        await repository.totals(
            work, organ_id, checked_reach(reach), _asked(book.derived(), p.first_month, p.last_month)
        )
        for p in (period, period.previous)
    ]
    href = f"/figures/{organ_id}/open?period={period.code}&reach={reach}&code="
    for found, span in ((now, period), (before, period.previous)):
        found.update(await _different(work, organ_id, span, book, reach))
    sheet = _Sheet(book, await deadlines.rulebook(work), now, before, href)
    return FiguresView(
        organ_id=organ_id,
        organ_name=tree.name(organ_id),
        period=period.code,
        period_label=period.label,
        reach=reach,
        reach_label=REACH_LABELS[reach],
        catalogue=book.key,
        catalogue_version=book.version,
        rows=[sheet.row(indicator) for indicator in book.indicators],
    )


async def _different(
    work: Work, organ_id: UUID, period: Period, book: Catalogue, reach: str
) -> dict[tuple[str, str], int]:
    """What is counted without repetition: of the organ itself, and only where the page is about it alone."""
    if reach != "own":
        return {}
    codes = [i.code for i in book.indicators if i.when_asked]
    return {(code, ""): value for code, value in (await distinct.counts(work, [organ_id], period, codes)).items()}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the rows of a page of figures are made of."""

    book: Catalogue
    rules: RuleBook
    now: Totals
    before: Totals
    href: str

    def row(self, i: Indicator) -> RowView:
        parts = [
            self.cell(f"{i.code}{CELL}{piece.key}", piece.name, i)
            for piece in catalogue.slices(i, self.rules, self.book)
            if self.now.get((i.code, piece.key)) or self.before.get((i.code, piece.key))
        ]
        return RowView(indicator=view_of(i, self.book, self.rules), cell=self.cell(i.code, i.name, i, parts))

    def cell(self, code: str, name: str, i: Indicator, parts: Sequence[CellView] = ()) -> CellView:
        value, words = shown(i, code, self.book, self.now)
        return CellView(
            code=code,
            name=name,
            value=value,
            previous=shown(i, code, self.book, self.before)[0],
            text=words,
            href=f"{self.href}{quote(code)}" if value is not None and not i.is_ratio and i.kind != "distinct" else "",
            parts=list(parts),
        )


def shown(i: Indicator, code: str, book: Catalogue, found: Totals) -> tuple[int | None, str]:
    """The value of a figure and the words for it. A rate whose base is too small is shown as its two numbers."""
    if i.source == "manual":
        return None, "填报"
    if i.when_asked and (i.code, "") not in found:
        return None, "不汇总"
    if i.is_ratio:
        part, whole = amount(found, i.of), amount(found, i.by)
        if whole < book.least_base:
            return None, f"{format_number(part)} ÷ {format_number(whole)}" if whole else "—"
        if i.kind == "mean":
            return round(part * 100 / whole), f"{part / whole:.1f} {i.unit}"
        return round(part * 10_000 / whole), format_percent(part, whole)
    value = amount(found, code)
    return value, format_number(value)


def view_of(i: Indicator, book: Catalogue, rules: RuleBook) -> IndicatorView:
    return IndicatorView(
        code=i.code,
        name=i.name,
        group=i.group,
        group_name=next(g.name for g in book.groups if g.key == i.group),
        unit=i.unit,
        definition=i.definition,
        rule=i.rule,
        article=i.article,
        kind=i.kind,
        source=i.source,
        counts_for=i.counts_for,
        dimension=i.dimension,
        dimension_name=book.dimension(i.dimension).name if i.dimension else "",
        records=bool(i.records),
        slices=[SliceView(key=s.key, name=s.name) for s in catalogue.slices(i, rules, book)],
    )


async def home(work: Work) -> UUID:
    """Whose figures a reader opens first: its own organ's; a justice department its government's (Art. 5)."""
    tree = await directory(work)
    return roots(tree.supervision, work.organ_id)[-1]


async def named(work: Work, code: str) -> str:
    """The words for a code: 立案监督事项：专项监督. Raises Invalid for an unknown indicator."""
    indicator, part = known(code), catalogue.split(code)[1]
    if not part:
        return indicator.name
    found = catalogue.slices(indicator, await deadlines.rulebook(work), catalogue.load())
    return f"{indicator.name}：{next((s.name for s in found if s.key == part), part)}"


async def indicators(work: Work) -> list[IndicatorView]:
    """Every indicator with its definition, in the order of the catalogue. Raises Denied."""
    await permit(work, work.organ_id)
    book, rules = catalogue.load(), await deadlines.rulebook(work)
    return [view_of(i, book, rules) for i in book.indicators]


async def series_view(
    work: Work, organ_id: UUID, first: Period, last: Period, codes: Sequence[str], *, reach: str = "tree"
) -> SeriesView:
    """Figures of consecutive periods of one kind. Raises as `series` does, and Invalid for an end before the start."""
    if first.kind != last.kind or first.first_month > last.last_month:
        raise Invalid("起止期间应为同一种，并且先后相接。", field="last")
    count = (last.year - first.year) * (12 // LENGTHS[first.kind]) + last.number - first.number + 1
    if count > MOST_PERIODS:
        raise Invalid(f"一次最多查看 {MOST_PERIODS} 个{KINDS[first.kind]}。", field="last")
    span = [first]
    while len(span) < count:
        span.append(span[-1].next)
    tree = await permit(work, organ_id)
    return SeriesView(
        organ_id=organ_id,
        organ_name=tree.name(organ_id),
        reach=reach,
        periods=[p.code for p in span],
        values=await series(work, organ_id, span, codes, reach=reach),
    )
