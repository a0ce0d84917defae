"""The statements of the lists of matters: which index range serves a view, a filter and an order.

Row-level security alone finds nothing quickly: a policy is a filter, not a range. So every statement names the organs
whose matters it reads. The own organ is one range of an index that has the order; with `reach` all, each organ of the
reader's scope is such a range, and the first rows of each are merged. What a filter asks for stands behind the order
in the same index (`models.FACETS`). Words, persons and content items are found by the search vector, in which every
matter carries its organ. See docs/adr/0013-lists.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import (
    Boolean,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from kernel.rows import Prepared
from supervision.matters.models import Assistance, Handler, Matter
from tenants.organs.models import Scope

View = Literal["active", "overdue", "today", "verify", "reported", "closed", "all"]
Sort = Literal["due", "created", "number"]
Reach = Literal["own", "all", "assisted"]
AT_GOVERNMENT: Final = ("to_decide", "executing")
NARROW: Final = frozenset(("overdue", "near"))
"""Views and facets that leave few of an organ's open matters."""
OPEN_VIEWS: Final = frozenset(("active", "overdue", "today", "verify", "reported"))
"""Views of matters that are not ended."""

COLUMNS: Final[tuple[InstrumentedAttribute[Any], ...]] = (
    Matter.id,
    Matter.number,
    Matter.title,
    Matter.supervised_id,
    Matter.relation,
    Matter.organ_id,
    Matter.state,
    Matter.stage,
    Matter.mode,
    Matter.next_due_on,
    Matter.handler_names,
    Matter.source,
    Matter.opened_on,
    Matter.created_at,
    Matter.year,
    Matter.seq,
)


Columns = Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]


class Order(NamedTuple):
    """Columns of a sort; rows without the first one come last, whichever way the others run."""

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False
    nullable: bool = True


ORDERS: Final[dict[Sort, Order]] = {
    "due": Order((Matter.next_due_on, Matter.id)),
    "created": Order((Matter.created_at, Matter.id), descending=True, nullable=False),
    "number": Order((Matter.year, Matter.seq, Matter.id), descending=True),
}


class Shape(NamedTuple):
    """What makes a statement another one: everything but the values."""

    view: View
    reach: Reach
    facets: frozenset[str]
    """stage, state, supervised, mode, relation (with `=` for a single value), year, search (wide: in a scope of many
    organs), and at most one of overdue, today, near, far."""


class Phase(NamedTuple):
    """One index range of a page: rows with a key or, after them, rows without one; from the start or from a place."""

    sort: Sort
    keyed: bool | None = True
    """None: both at once, where the index has them in that order."""
    after: bool = False
    backwards: bool = False


@lru_cache(maxsize=2048)
def page(shape: Shape, phase: Phase) -> Prepared:
    """The rows of a page. Parameters: city, organ, most, those of the facets, and key_0… of the place."""
    order = ORDERS[phase.sort]
    columns: Columns = order.columns if phase.keyed is not False else order.columns[-1:]
    descending = order.descending != phase.backwards
    direct = shape.reach == "own" and "search" not in shape.facets
    # Merged from several ranges, only ids and keys are read, from the index alone; the rows of the page follow.
    inner = _base(select(*(COLUMNS if direct else _distinct(columns))), shape)
    if order.nullable and phase.keyed is not None:
        inner = inner.where(order.columns[0].is_not(None) if phase.keyed else order.columns[0].is_(None))
    by_hits = "search" in shape.facets or shape.reach == "assisted"
    if phase.sort != "due" and NARROW & {shape.view, *shape.facets} and not by_hits:
        inner, columns = _by_end_first(inner, columns)
    if phase.after:
        first = 0 if phase.keyed else len(order.columns) - 1
        place = [bindparam(f"key_{first + n}", type_=column.type) for n, column in enumerate(columns)]
        here, there = tuple_(*columns), tuple_(*place)
        inner = inner.where(here < there if descending else here > there)
    most: BindParameter[int] = bindparam("most", type_=Integer)
    ordered = inner.order_by(*_ways(columns, descending=descending)).limit(most)
    if direct:
        return Prepared(ordered)
    if by_hits:
        hits = _hits(shape)
        rows: Any = inner.where(Matter.id == hits.c.id).limit(literal_column("1")).correlate(hits).lateral("rows")
        merged: Select[Any] = select(*rows.c).select_from(hits).join(rows, true())
    else:
        rows = ordered.correlate(Scope).lateral("rows")
        merged = select(*rows.c).select_from(Scope).join(rows, true()).where(*_scope())
    keys = [rows.c[column.key] for column in columns]
    chosen = merged.order_by(*_ways(keys, descending=descending)).limit(most).cte("chosen")
    found = select(*COLUMNS).join(chosen, and_(Matter.city_id == _uuid("city"), Matter.id == chosen.c.id))
    return Prepared(found.order_by(*_ways([chosen.c[str(column.key)] for column in columns], descending=descending)))


def _by_end_first(inner: Select[Any], columns: Columns) -> tuple[Select[Any], Columns]:
    """What lies near its end or past it, before it is put in another order or a place in it is looked for. A plan for
    all days would take the days for many, follow the order and throw away what is not late."""
    late = inner.correlate(Scope).offset(literal_column("0")).subquery("late")
    return select(*late.c), tuple(late.c[str(column.key)] for column in columns)


def _distinct(columns: Columns) -> list[Any]:
    return list({column.key: column for column in (Matter.id, *columns)}.values())


def _ways(columns: Iterable[Any], *, descending: bool) -> list[Any]:
    return [column.desc() if descending else column.asc() for column in columns]


@lru_cache(maxsize=512)
def count(shape: Shape) -> Prepared:
    """How many there are, counted up to `most`."""
    return Prepared(select(func.count()).select_from(_counted(shape)))


@lru_cache(maxsize=8)
def counts(views: tuple[View, ...], reach: Reach) -> Prepared:
    """How many each view holds, counted up to `most`, in one row."""
    columns = [
        select(func.count()).select_from(_counted(Shape(view, reach, frozenset()))).scalar_subquery().label(view)
        for view in views
    ]
    return Prepared(select(*columns))


def _counted(shape: Shape) -> Any:
    one: Select[Any] = _base(select(literal_column("1").label("one")).select_from(Matter), shape)
    if "search" in shape.facets or shape.reach == "assisted":
        hits = _hits(shape)
        row = one.where(Matter.id == hits.c.id).limit(literal_column("1")).correlate(hits).lateral("row")
        one = select(row.c.one).select_from(hits).join(row, true())
    elif shape.reach == "all":
        one = one.join(Scope, Scope.organ_id == Matter.organ_id).where(*_scope())
    return one.limit(bindparam("most", type_=Integer)).subquery()


def _hits(shape: Shape) -> Any:
    """Ids that the search vector gives, or those of the matters in which a judicial office assists; each is then
    looked up by itself, however many the planner expects."""
    if shape.reach == "assisted":
        return _assisted()
    query: Any = bindparam("query", type_=Text())
    most: Any = bindparam("hits", type_=Integer)
    if shape.reach == "own" or "wide" in shape.facets:
        found = func.guard.search_matters(query, most)
    else:
        found = func.guard.search_reach(query, literal_column("'+'" if shape.view in OPEN_VIEWS else "'@'"), most)
    return select(found.table_valued("id").c.id).cte("hits").prefix_with("MATERIALIZED")


@lru_cache(maxsize=1)
def _assisted() -> Any:
    """The same everywhere in a statement, so that it is asked once however many views are counted."""
    mine = select(Assistance.matter_id.label("id")).where(
        Assistance.city_id == _uuid("city"), Assistance.office_id == _uuid("organ"), Assistance.ended_at.is_(None)
    )
    return mine.cte("hits").prefix_with("MATERIALIZED")


def _scope() -> list[ColumnElement[bool]]:
    return [Scope.city_id == _uuid("city"), Scope.viewer_id == _uuid("organ")]


def _uuid(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=Uuid())


def _day(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=Date())


def _facet(name: str) -> ColumnElement[bool]:
    """`stage=` is compared with one value, `stage` with several: before PostgreSQL 17 a list gives up the order."""
    if name in _SPANS:
        return _SPANS[name]()
    column, kind = _COLUMNS_OF[name.removesuffix("=")]
    if name.endswith("="):
        return column == bindparam(name[:-1], type_=kind())
    return column == any_(bindparam(name, type_=ARRAY(kind)))


def _base(start: Select[Any], shape: Shape) -> Select[Any]:
    query = start.where(Matter.city_id == _uuid("city"))
    if shape.reach == "own":
        query = query.where(Matter.organ_id == _uuid("organ"))
    elif shape.reach == "assisted":
        # The few matters of one office are compared by themselves: no index is needed, and none may be used.
        if "search" in shape.facets:
            asked: Any = cast(bindparam("query", type_=Text()), TSQUERY)
            query = query.where(Matter.search.op("@@", is_comparison=True)(asked))
    elif "search" not in shape.facets:
        query = query.where(Matter.organ_id == Scope.organ_id)
    for condition in (*_view(shape.view), *(_facet(name) for name in sorted(shape.facets - {"search", "wide"}))):
        query = query.where(condition)
    return query


def _view(view: View) -> list[ColumnElement[bool]]:
    more: dict[View, list[ColumnElement[bool]]] = {
        "overdue": [Matter.next_due_on < _day("today")],
        "today": [Matter.next_due_on == _day("today")],
        "verify": [Matter.stage == literal_column("'to_verify'"), _handled_by_me()],
        "reported": [Matter.stage.in_([literal_column(f"'{stage}'") for stage in AT_GOVERNMENT])],
    }
    if view in OPEN_VIEWS:
        return [literal_column("matter.live", Boolean()), *more.get(view, [])]
    return [Matter.state == literal_column("'closed'")] if view == "closed" else []


def _handled_by_me() -> ColumnElement[bool]:
    return exists().where(
        Handler.city_id == _uuid("city"),
        Handler.matter_id == Matter.id,
        Handler.person_id == _uuid("person"),
        Handler.ended_at.is_(None),
    )


_COLUMNS_OF: Final[dict[str, tuple[InstrumentedAttribute[Any], Any]]] = {
    "stage": (Matter.stage, Text),
    "state": (Matter.state, Text),
    "supervised": (Matter.supervised_id, Uuid),
    "mode": (Matter.mode, Text),
    "relation": (Matter.relation, Text),
}
_SPANS: Final[dict[str, Callable[[], ColumnElement[bool]]]] = {
    "year": lambda: and_(Matter.opened_on >= _day("first"), Matter.opened_on < _day("beyond")),
    "overdue": lambda: Matter.next_due_on < _day("today"),
    "today": lambda: Matter.next_due_on == _day("today"),
    "near": lambda: and_(Matter.next_due_on > _day("today"), Matter.next_due_on <= _day("near")),
    "far": lambda: Matter.next_due_on > _day("near"),
}
