"""The pooled view of clues: by organ, field, area, channel and month, as far as the reader's scope goes (Art. 17)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select

from kernel.errors import Invalid
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.channels.views import Count, PooledView
from supervision.clues.models import Clue
from supervision.clues.repository import OPEN, month_of
from supervision.clues.standing import HANDLING_CLASSES
from supervision.deadlines import service as deadlines
from tenants.access import Target, authorize
from tenants.organs.codes import line_name
from tenants.organs.directory import Directory, directory

MOST_MONTHS = 24
MONTHS = 12
ALL = "all"
OWN = "own"
NOT_KNOWN = "尚不清楚的单位"


class Cell(NamedTuple):
    """One group of the one query that everything is added up from."""

    organ_id: UUID
    source: str
    subject_id: UUID | None
    items: tuple[str, ...]
    month: str
    clues: int
    open: int
    overdue: int
    merged: int


async def pooled(work: Work, *, first: str = "", last: str = "", months: int = MONTHS, reach: str = OWN) -> PooledView:
    """Clues received from the month `first` to `last` (2026-09; empty: `months` up to now). `reach`: own, all (every
    pool that the reader supervises), or the id of one organ. Raises Denied, Invalid."""
    tree, book = await directory(work), await deadlines.rulebook(work)
    pools, last = await _pools(work, tree, reach), last or f"{work.today:%Y-%m}"
    first = first or _months_before(last, months - 1)
    stretch = _months(first, last)
    cells = await _cells(work, pools, first, last)
    return PooledView(
        first=first,
        last=last,
        reach=reach,
        total=sum(c.clues for c in cells),
        open=sum(c.open for c in cells),
        overdue=sum(c.overdue for c in cells),
        merged=sum(c.merged for c in cells),
        organs=_counts(cells, lambda c: [str(c.subject_id or "")], _named(tree)),
        items=_counts(cells, lambda c: c.items, _item(book)),
        lines=_counts(cells, lambda c: _lines(tree, c.subject_id), line_name),
        areas=_counts(cells, lambda c: [str(c.organ_id)], lambda key: tree.short(UUID(key))),
        channels=_counts(cells, lambda c: [c.source], lambda key: book.clue_source(key).name),
        months=_trend(cells, stretch),
    )


async def _pools(work: Work, tree: Directory, reach: str) -> list[UUID]:
    if reach == OWN:
        await authorize(work, "channel", "overview", Target(owner_id=work.organ_id))
        body = tree.supervision_body_of(work.organ_id) if work.organ_id in tree.organs else None
        return [body or work.organ_id]
    if reach == ALL:
        await authorize(work, "channel", "overview", Target(owner_id=work.organ_id))
        seen = tree.read_by(work.organ_id) | {work.organ_id}
        return sorted(o for o in seen if tree.organ_class(o) in HANDLING_CLASSES)
    try:
        organ_id = UUID(reach)
    except ValueError:
        raise Invalid("请选择本单位、全部或者一个下级单位。", field="reach") from None
    await authorize(work, "channel", "overview", Target(owner_id=organ_id))
    return [organ_id]


def _months_before(month: str, number: int) -> str:
    month_of(month)
    day = date.fromisoformat(f"{month}-01")
    years, months = divmod(day.year * 12 + day.month - 1 - number, 12)
    return f"{years:04d}-{months + 1:02d}"


def _months(first: str, last: str) -> list[str]:
    """Raises Invalid for a stretch that is none, or too long."""
    month_of(first), month_of(last)
    begin, end = (date.fromisoformat(f"{m}-01") for m in (first, last))
    number = (end.year - begin.year) * 12 + end.month - begin.month + 1
    if not 1 <= number <= MOST_MONTHS:
        raise Invalid(f"请选择 1 至 {MOST_MONTHS} 个月。", field="first")
    return [_months_before(last, n) for n in range(number - 1, -1, -1)]


async def _cells(work: Work, pools: Sequence[UUID], first: str, last: str) -> list[Cell]:
    begin, end = month_of(first)[0], month_of(last)[1]
    month = func.to_char(func.timezone("Asia/Shanghai", Clue.received_at), "YYYY-MM").label("month")
    is_open = Clue.state.in_(OPEN)
    groups: list[Any] = [Clue.organ_id, Clue.source, Clue.subject_organ_id, Clue.content_items, month]
    query = (
        select(
            *groups,
            func.count(),
            _number(is_open),
            _number(and_(is_open, Clue.next_due_on < work.today)),
            _number(Clue.state == "merged"),
        )
        .where(
            Clue.city_id == work.city_id,
            Clue.organ_id.in_(pools),
            Clue.received_at >= begin,
            Clue.received_at < end,
        )
        .group_by(*groups)
    )
    return [Cell(r[0], r[1], r[2], tuple(r[3]), r[4], *map(int, r[5:9])) for r in await work.session.execute(query)]


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _counts(cells: Iterable[Cell], keys: Callable[[Cell], Iterable[str]], label: Callable[[str], str]) -> list[Count]:
    """The numbers under each key, the largest first."""
    found: dict[str, list[int]] = {}
    for cell in cells:
        for key in keys(cell):
            numbers = found.setdefault(key, [0, 0])
            numbers[0] += cell.clues
            numbers[1] += cell.open
    made = [Count(key=key, label=label(key), clues=n[0], open=n[1]) for key, n in found.items()]
    return sorted(made, key=lambda one: (-one.clues, one.label))


def _trend(cells: Sequence[Cell], months: Sequence[str]) -> list[Count]:
    """Every month, also without a clue, the earliest first."""
    found = {one.key: one for one in _counts(cells, lambda c: [c.month], lambda key: key)}
    return [found.get(month) or Count(key=month, label=month, clues=0, open=0) for month in months]


def _named(tree: Directory) -> Callable[[str], str]:
    return lambda key: tree.short(UUID(key)) if key and UUID(key) in tree.organs else NOT_KNOWN


def _item(book: RuleBook) -> Callable[[str], str]:
    return lambda code: book.content_item(code).name


def _lines(tree: Directory, subject_id: UUID | None) -> Iterable[str]:
    organ = tree.organs.get(subject_id) if subject_id else None
    return organ.business_lines if organ is not None else ()


def readable(tree: Directory, organ_id: UUID) -> list[UUID]:
    """The pools below that the reader may look at one by one, by their names."""
    seen = [o for o in tree.read_by(organ_id) if o != organ_id and tree.organ_class(o) in HANDLING_CLASSES]
    return sorted(seen, key=lambda o: (len(tree.path(o)), tree.short(o)))
