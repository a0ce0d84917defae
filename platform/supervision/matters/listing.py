"""Lists of matters: filters, saved views with counts, Chinese search, keyset paging, rows for export.

Every query names the organs whose matters it reads, besides row-level security, so that an index finds them: a
page of fifty costs the same among a thousand matters and among a million.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, exists, extract, func, literal, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from kernel.errors import Invalid
from kernel.search import query_terms
from kernel.wording import format_short
from kernel.work import Work
from kernel.workdays import WorkCalendar
from supervision.deadlines import service as deadlines
from supervision.deadlines.counting import NEAR_WORKDAYS
from supervision.deadlines.rules import chip_for
from supervision.matters.models import Handler, Matter
from supervision.matters.stages import STAGES
from supervision.matters.views import MatterRow, Page
from tenants.organs.directory import Directory, directory
from tenants.organs.models import Scope

View = Literal["active", "overdue", "today", "verify", "reported", "closed", "all"]
Sort = Literal["due", "created", "number"]
Due = Literal["overdue", "today", "near", "far"]
VIEWS: Final[dict[View, str]] = {
    "active": "在办",
    "overdue": "逾期",
    "today": "今日到期",
    "verify": "待我核验",
    "reported": "已报政府",
    "closed": "已结项",
    "all": "全部",
}
ACTIVE: Final = ("proposed", "open", "closing", "suspended")
AT_GOVERNMENT: Final = ("to_decide", "executing")
COUNT_LIMIT: Final = 1000
"""Counts are exact up to here; one more means "1000 件以上"."""
SEARCH_LIMIT: Final = 1000
EXPORT_LIMIT: Final = 5000
PAGE_MAX: Final = 100


class MatterFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows. `reach`: matters of the own organ, or of every organ that the reader may see."""

    view: View = "active"
    q: str = ""
    stage: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    supervised: tuple[UUID, ...] = ()
    mode: tuple[str, ...] = ()
    item: tuple[str, ...] = ()
    handler: UUID | None = None
    """A person who handles the matter."""
    due: Due | None = None
    year: int | None = None
    relation: tuple[str, ...] = ()
    reach: Literal["own", "all"] = "own"
    sort: Sort = "due"


async def list_matters(
    work: Work, chosen: MatterFilter, after: str | None = None, limit: int = 50, *, before: str | None = None
) -> Page[MatterRow]:
    """One page of the matters that the filter names, each exactly once over all pages.

    `after` and `before` are cursors of an earlier page with the same sort. Raises Invalid for a cursor that is
    none.
    """
    limit = max(1, min(limit, PAGE_MAX))
    base = await _filtered(work, chosen)
    order = _ORDERS[chosen.sort]
    place = before or after
    cursor = _decode(place, chosen.sort) if place else None
    found = await _page(work, base, order, cursor, limit + 1, backwards=before is not None)
    more = len(found) > limit
    found = found[:limit]
    if before is not None:
        found.reverse()
    has_next = more if before is None else True
    has_previous = more if before is not None else after is not None
    return Page(
        await _rows(work, found),
        _encode(chosen.sort, found[-1]) if found and has_next else None,
        _encode(chosen.sort, found[0]) if found and has_previous else None,
    )


async def count_by_view(work: Work, chosen: MatterFilter | None = None) -> dict[View, int]:
    """How many matters each saved view holds, counted up to `COUNT_LIMIT` + 1, in one round trip."""
    base = chosen or MatterFilter()
    columns = []
    for view in VIEWS:
        query = await _filtered(work, MatterFilter(view=view, reach=base.reach), select(literal(1)).select_from(Matter))
        inner = query.limit(COUNT_LIMIT + 1).subquery()
        columns.append(select(func.count()).select_from(inner).scalar_subquery().label(view))
    row = (await work.session.execute(select(*columns))).one()
    return dict(zip(VIEWS, row, strict=True))


async def count(work: Work, chosen: MatterFilter) -> int:
    """How many matters the filter names, up to `COUNT_LIMIT` + 1."""
    query = await _filtered(work, chosen, select(literal(1)).select_from(Matter))
    inner = query.limit(COUNT_LIMIT + 1).subquery()
    return await work.session.scalar(select(func.count()).select_from(inner)) or 0


async def export_rows(work: Work, chosen: MatterFilter) -> list[MatterRow]:
    """The rows of the filter for an export, in its order, at most `EXPORT_LIMIT`."""
    found = await _page(work, await _filtered(work, chosen), _ORDERS[chosen.sort], None, EXPORT_LIMIT)
    return await _rows(work, found)


async def rows_of(work: Work, matter_ids: Sequence[UUID]) -> list[MatterRow]:
    """The rows of chosen matters, as far as the reader may see them."""
    query = select(Matter).where(Matter.city_id == work.city_id, Matter.id.in_(list(matter_ids)))
    found = (await work.session.scalars(query.order_by(Matter.next_due_on.asc().nulls_last(), Matter.id))).all()
    return await _rows(work, list(found))


async def _filtered(work: Work, chosen: MatterFilter, start: Select[Any] | None = None) -> Select[Any]:
    query = (select(Matter) if start is None else start).where(Matter.city_id == work.city_id)
    query = query.where(await _organs(work, chosen))
    for condition in _view(work, chosen.view):
        query = query.where(condition)
    for column, values in (
        (Matter.stage, chosen.stage),
        (Matter.state, chosen.state),
        (Matter.supervised_id, chosen.supervised),
        (Matter.mode, chosen.mode),
        (Matter.relation, chosen.relation),
    ):
        if values:
            query = query.where(column.in_(values))
    if chosen.item:
        query = query.where(Matter.content_items.overlap(list(chosen.item)))
    if chosen.handler is not None:
        query = query.where(_handled_by(work, chosen.handler))
    if chosen.year is not None:
        query = query.where(extract("year", Matter.opened_on) == chosen.year)
    if chosen.due is not None:
        query = query.where(_due(work, chosen.due, await deadlines.calendar(work)))
    if chosen.q.strip():
        query = query.where(Matter.id.in_(await _search(work, chosen.q)))
    return query


async def _organs(work: Work, chosen: MatterFilter) -> ColumnElement[bool]:
    if chosen.reach == "own":
        return Matter.organ_id == work.organ_id
    query = select(Scope.organ_id).where(Scope.city_id == work.city_id, Scope.viewer_id == work.organ_id)
    return Matter.organ_id.in_(list((await work.session.scalars(query)).all()))


def _view(work: Work, view: View) -> list[ColumnElement[bool]]:
    active = Matter.state.in_(ACTIVE)
    conditions: dict[View, list[ColumnElement[bool]]] = {
        "active": [active],
        "overdue": [active, Matter.next_due_on < work.today],
        "today": [active, Matter.next_due_on == work.today],
        "verify": [active, Matter.stage == "to_verify", _handled_by(work, _me(work))],
        "reported": [active, Matter.stage.in_(AT_GOVERNMENT)],
        "closed": [Matter.state == "closed"],
        "all": [],
    }
    return conditions[view]


def _me(work: Work) -> UUID:
    return work.actor.person_id if work.actor else work.organ_id


def _handled_by(work: Work, person_id: UUID) -> ColumnElement[bool]:
    return exists().where(
        Handler.city_id == work.city_id,
        Handler.matter_id == Matter.id,
        Handler.person_id == person_id,
        Handler.ended_at.is_(None),
    )


def _due(work: Work, due: Due, days: WorkCalendar) -> ColumnElement[bool]:
    near = days.add_workdays(work.today, NEAR_WORKDAYS + 1) - timedelta(days=1)
    known: dict[Due, ColumnElement[bool]] = {
        "overdue": Matter.next_due_on < work.today,
        "today": Matter.next_due_on == work.today,
        "near": and_(Matter.next_due_on > work.today, Matter.next_due_on <= near),
        "far": Matter.next_due_on > near,
    }
    return known[due]


async def _search(work: Work, words: str) -> list[UUID]:
    terms = query_terms(words)
    if not terms:
        return []
    query = " & ".join("'" + term.replace("'", "''").replace("\\", "\\\\") + "'" for term in terms)
    rows = await work.session.execute(
        text("select id from guard.search_matters(:query, :most)"), {"query": query, "most": SEARCH_LIMIT}
    )
    return [row.id for row in rows]


class _Order(msgspec.Struct, frozen=True):
    """Columns of a sort; rows without the first one come last, whichever way the others run."""

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False
    nullable: bool = True


_ORDERS: Final[dict[Sort, _Order]] = {
    "due": _Order((Matter.next_due_on, Matter.id)),
    "created": _Order((Matter.created_at, Matter.id), descending=True, nullable=False),
    "number": _Order((Matter.year, Matter.seq, Matter.id), descending=True),
}


async def _page(
    work: Work, base: Select[Any], order: _Order, cursor: list[Any] | None, limit: int, *, backwards: bool = False
) -> list[Matter]:
    """Rows after (or before) the cursor. Two phases, rows with a key and rows without one, each a plain index range."""
    found: list[Matter] = []
    for keyed in (True, False) if not backwards else (False, True):
        if not keyed and not order.nullable:
            continue
        phase_cursor = cursor
        if cursor is not None:
            at_null = cursor[0] is None
            if at_null == keyed:
                # The cursor lies in the other phase: this one is passed over, or taken from its border on.
                if keyed != backwards:
                    continue
                phase_cursor = None
        query = _phase(base, order, phase_cursor, keyed=keyed, backwards=backwards).limit(limit - len(found))
        found += (await work.session.scalars(query)).all()
        if len(found) >= limit:
            break
    return found


def _phase(base: Select[Any], order: _Order, cursor: list[Any] | None, *, keyed: bool, backwards: bool) -> Select[Any]:
    first = order.columns[0]
    columns = order.columns if keyed else order.columns[-1:]
    if order.nullable:
        base = base.where(first.is_not(None) if keyed else first.is_(None))
    descending = order.descending != backwards
    if cursor is not None:
        values = cursor if keyed else cursor[-1:]
        here, there = tuple_(*columns), tuple_(*(literal(v, c.type) for v, c in zip(values, columns, strict=True)))
        base = base.where(here < there if descending else here > there)
    return base.order_by(*(c.desc() if descending else c.asc() for c in columns))


_READERS: Final[dict[Sort, tuple[Any, ...]]] = {
    "due": (date.fromisoformat, UUID),
    "created": (datetime.fromisoformat, UUID),
    "number": (int, int, UUID),
}


def _encode(sort: Sort, matter: Matter) -> str:
    values = [getattr(matter, column.key) for column in _ORDERS[sort].columns]
    packed = [
        v.isoformat() if isinstance(v, date) else v if isinstance(v, int) or v is None else str(v) for v in values
    ]
    return base64.urlsafe_b64encode(json.dumps([sort, *packed]).encode()).decode().rstrip("=")


def _decode(cursor: str, sort: Sort) -> list[Any]:
    try:
        kind, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        readers = _READERS[sort]
        if kind != sort or len(values) != len(readers):
            raise ValueError(cursor)
        return [None if v is None else read(v) for read, v in zip(readers, values, strict=True)]
    except (ValueError, TypeError, binascii.Error):
        raise Invalid("翻页位置无效，请从第一页重新查看。", field="after") from None


async def _rows(work: Work, found: Sequence[Matter]) -> list[MatterRow]:
    tree = await directory(work)
    days = await deadlines.calendar(work)
    return [_row(matter, work.today, days, tree) for matter in found]


def _row(matter: Matter, today: date, days: WorkCalendar, tree: Directory) -> MatterRow:
    stage = STAGES[matter.stage]
    due = matter.next_due_on if matter.state in ACTIVE else None
    return MatterRow(
        id=matter.id,
        number=matter.number,
        title=matter.title,
        supervised_id=matter.supervised_id,
        supervised_name=tree.short(matter.supervised_id) if matter.supervised_id in tree.organs else "",
        relation=matter.relation,
        organ_id=matter.organ_id,
        organ_name=tree.short(matter.organ_id),
        state=matter.state,
        stage=matter.stage,
        stage_label=stage.label,
        stage_tone=stage.tone,
        mode=matter.mode,
        due_on=due,
        due_text=format_short(due, today) if due else "",
        chip=chip_for(due, today, days) if due else None,
        handlers=matter.handler_names,
        source=matter.source,
        opened_on=matter.opened_on,
        created_at=matter.created_at,
    )


def views() -> tuple[View, ...]:
    """The saved views in the order of the tabs."""
    return get_args(View)
