"""Lists of matters: filters, saved views with counts, Chinese search, keyset paging, rows for export.

Every query names the organs whose matters it reads, besides row-level security, so that an index finds them: a
page of fifty costs the same among a thousand matters and among a million.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, get_args
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from kernel.errors import Invalid
from kernel.search import query_terms
from kernel.wording import format_short
from kernel.work import Work
from kernel.workdays import WorkCalendar
from supervision.deadlines import service as deadlines
from supervision.deadlines.chips import Chip
from supervision.deadlines.counting import NEAR_WORKDAYS
from supervision.deadlines.rules import chip_for
from supervision.matters import selection
from supervision.matters.models import LIVE, Matter
from supervision.matters.selection import AT_GOVERNMENT, Reach, Sort, View
from supervision.matters.stages import STAGES
from supervision.matters.terms import LIVE_TERM, item_term, mode_term, organ_term, person_term, stage_term
from supervision.matters.views import MatterRow, Page
from tenants.organs.directory import Directory, directory

__all__ = ["ACTIVE", "AT_GOVERNMENT", "COUNT_LIMIT", "VIEWS", "MatterFilter", "Sort", "View", "list_matters"]

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
ACTIVE: Final = LIVE
COUNT_LIMIT: Final = 1000
"""Counts are exact up to here; one more means "1000 件以上"."""
SEARCH_LIMIT: Final = 1000
NARROW: Final = 12
"""Organs of a scope that are searched one by one; a wider one is searched at once."""
OPEN_HITS: Final = 20_000
"""Hits of a search among open matters that are put in order, far more than a scope has."""
EXPORT_LIMIT: Final = 5000
PAGE_MAX: Final = 100


class MatterFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows. `reach`: matters of the own organ, or of every organ that the reader may see; a judicial
    office is always shown those in which it assists (Art. 5)."""

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
    reach: Reach = "own"
    sort: Sort = "due"


async def list_matters(
    work: Work, chosen: MatterFilter, after: str | None = None, limit: int = 50, *, before: str | None = None
) -> Page[MatterRow]:
    """One page of the matters that the filter names, each exactly once over all pages.

    `after` and `before` are cursors of an earlier page with the same sort. Raises Invalid for a cursor that is
    none.
    """
    chosen = await _reached(work, chosen)
    limit = max(1, min(limit, PAGE_MAX))
    place = before or after
    cursor = _decode(place, chosen.sort) if place else None
    # Asked first: the page is the last that is asked.
    naming = await _naming(work)
    found = await _page(work, chosen, cursor, limit + 1, backwards=before is not None)
    more = len(found) > limit
    found = found[:limit]
    if before is not None:
        found.reverse()
    has_next = more if before is None else True
    has_previous = more if before is not None else after is not None
    return Page(
        _rows(naming, found),
        _encode(chosen.sort, found[-1]) if found and has_next else None,
        _encode(chosen.sort, found[0]) if found and has_previous else None,
    )


async def count_by_view(work: Work, chosen: MatterFilter | None = None) -> dict[View, int]:
    """How many matters each saved view holds, counted up to `COUNT_LIMIT` + 1, in one round trip."""
    reach = (await _reached(work, chosen or MatterFilter())).reach
    asked = _values(work, COUNT_LIMIT + 1)
    (row,) = await selection.counts(tuple(VIEWS), reach).fetch(work, asked, last=True)
    return dict(zip(VIEWS, row, strict=True))


async def count(work: Work, chosen: MatterFilter) -> int:
    """How many matters the filter names, up to `COUNT_LIMIT` + 1."""
    asked = await _asked(work, await _reached(work, chosen))
    if asked is None:
        return 0
    ((found,),) = await selection.count(asked[0]).fetch(work, asked[1] | {"most": COUNT_LIMIT + 1})
    return int(found)


async def matters_with(work: Work, words: str) -> list[UUID]:
    """Matters of the reader's scope in which all the words occur, `SEARCH_LIMIT` at most."""
    query = _query(work, MatterFilter(q=words, view="all", reach="all"))
    if not query:
        return []
    rows = await work.session.execute(
        text("select id from guard.search_reach(:query, '@', :most)"), {"query": query, "most": SEARCH_LIMIT}
    )
    return list(rows.scalars())


async def export_rows(work: Work, chosen: MatterFilter) -> list[MatterRow]:
    """The rows of the filter for an export, in its order, at most `EXPORT_LIMIT`."""
    return _rows(await _naming(work), await _page(work, await _reached(work, chosen), None, EXPORT_LIMIT))


async def rows_of(work: Work, matter_ids: Sequence[UUID]) -> list[MatterRow]:
    """The rows of chosen matters, as far as the reader may see them."""
    query = select(*selection.COLUMNS).where(Matter.city_id == work.city_id, Matter.id.in_(list(matter_ids)))
    rows = await work.session.execute(query.order_by(Matter.next_due_on.asc().nulls_last(), Matter.id))
    return _rows(await _naming(work), [Line(*row) for row in rows])


async def _reached(work: Work, chosen: MatterFilter) -> MatterFilter:
    """The filter over what the work's organ reads of matters at all."""
    tree = await directory(work)
    office = work.organ_id in tree.organs and tree.organ_class(work.organ_id) == "judicial_office"
    if office == (chosen.reach == "assisted"):
        return chosen
    return msgspec.structs.replace(chosen, reach="assisted" if office else "own")


class Naming(NamedTuple):
    """What rows need besides their columns to say who and by when."""

    tree: Directory
    days: WorkCalendar
    today: date


class Line(NamedTuple):
    """What the database gives of one matter, in the order of `selection.COLUMNS`."""

    id: UUID
    number: str | None
    title: str
    supervised_id: UUID
    relation: str
    organ_id: UUID
    state: str
    stage: str
    mode: str
    next_due_on: date | None
    handler_names: str
    source: str
    opened_on: date | None
    created_at: datetime
    year: int | None
    seq: int | None


def _values(work: Work, most: int) -> dict[str, Any]:
    return {
        "city": work.city_id,
        "organ": work.organ_id,
        "person": work.actor.person_id if work.actor else work.organ_id,
        "today": work.today,
        "most": most,
    }


async def _asked(work: Work, chosen: MatterFilter) -> tuple[selection.Shape, dict[str, Any]] | None:
    """The shape of the statement and its values; None when nothing can be found."""
    values, facets = _values(work, 0), set()
    for name in ("stage", "state", "supervised", "mode", "relation"):
        wanted = getattr(chosen, name)
        if len(wanted) == 1:
            facets.add(f"{name}=")
            values[name] = wanted[0]
        elif wanted:
            facets.add(name)
            values[name] = list(wanted)
    if chosen.year is not None:
        facets.add("year")
        values |= {"first": date(chosen.year, 1, 1), "beyond": date(chosen.year + 1, 1, 1)}
    if chosen.due is not None:
        facets.add(chosen.due)
        days = await deadlines.calendar(work)
        values["near"] = days.add_workdays(work.today, NEAR_WORKDAYS + 1) - timedelta(days=1)
    if chosen.q.strip() or chosen.item or chosen.handler:
        query = _query(work, chosen)
        if not query:
            return None
        facets.add("search")
        if chosen.reach == "all" and len((await directory(work)).read_by(work.organ_id)) > NARROW:
            facets.add("wide")
            query += f" & {_quoted(LIVE_TERM)}" if chosen.view in selection.OPEN_VIEWS else ""
        # All hits among open matters, so that the nearest end is never cut off; of the ended ones as many as are read.
        many = chosen.view in selection.OPEN_VIEWS
        values |= {"query": query, "hits": OPEN_HITS if many else SEARCH_LIMIT}
    return selection.Shape(chosen.view, chosen.reach, frozenset(facets)), values


def _query(work: Work, chosen: MatterFilter) -> str:
    """The words, persons and items as a query of the search vector, narrowed to the own organ's (open) matters: what
    is rare decides, so a common word costs no more than these. With a wider reach the database asks organ by organ."""
    parts = []
    if chosen.q.strip():
        terms = query_terms(chosen.q)
        if not terms:
            return ""
        parts += terms
    if chosen.handler is not None:
        parts.append(person_term(chosen.handler))
    found = [_quoted(part) for part in parts]
    for values, term in ((chosen.item, item_term), (chosen.mode, mode_term), (chosen.stage, stage_term)):
        if values:
            found.append(_either(term(value) for value in values))
    if chosen.reach == "own":
        found.append(_quoted(organ_term(work.organ_id, live=chosen.view in selection.OPEN_VIEWS)))
    return " & ".join(found)


def _either(terms: Iterable[str]) -> str:
    return f"({' | '.join(map(_quoted, terms))})"


def _quoted(term: str) -> str:
    return "'" + term.replace("'", "''").replace("\\", "\\\\") + "'"


async def _page(
    work: Work, chosen: MatterFilter, cursor: list[Any] | None, limit: int, *, backwards: bool = False
) -> list[Line]:
    """Rows after (or before) the cursor. Two phases, rows with a key and rows without one, each a plain index range."""
    asked = await _asked(work, chosen)
    if asked is None:
        return []
    shape, values = asked
    found: list[Line] = []
    order: tuple[bool | None, ...] = (True, False) if not backwards else (False, True)
    if chosen.sort == "due" and cursor is None and not backwards:
        order = (None,)
    for keyed in order:
        if keyed is False and not selection.ORDERS[chosen.sort].nullable:
            continue
        place = cursor
        if cursor is not None:
            at_null = cursor[0] is None
            if at_null == keyed:
                # The cursor lies in the other phase: this one is passed over, or taken from its border on.
                if keyed != backwards:
                    continue
                place = None
        phase = selection.Phase(chosen.sort, keyed, place is not None, backwards)
        keys = {f"key_{n}": value for n, value in enumerate(place or ())}
        asking = values | keys | {"most": limit - len(found)}
        rows = await selection.page(shape, phase).fetch(work, asking, last=len(order) == 1)
        found += [Line(*row) for row in rows]
        if len(found) >= limit:
            break
    return found


_READERS: Final[dict[Sort, tuple[Any, ...]]] = {
    "due": (date.fromisoformat, UUID),
    "created": (datetime.fromisoformat, UUID),
    "number": (int, int, UUID),
}


def _encode(sort: Sort, matter: Line) -> str:
    values = [getattr(matter, column.key) for column in selection.ORDERS[sort].columns]
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


async def _naming(work: Work) -> Naming:
    return Naming(await directory(work), await deadlines.calendar(work), work.today)


def _rows(naming: Naming, found: Sequence[Line]) -> list[MatterRow]:
    # A page has few days and few organs: what is said of each is made once.
    tree, days, today = naming
    dues = {matter.next_due_on for matter in found if matter.next_due_on is not None}
    ends = {due: _end(due, today, days) for due in dues}
    return [_row(matter, ends, tree) for matter in found]


@lru_cache(maxsize=4096)
def _end(due: date, today: date, days: WorkCalendar) -> tuple[str, Chip]:
    """What is said of an end on a day: the same in every list until the next day, or until the calendar changes."""
    return format_short(due, today), chip_for(due, today, days)


def _row(matter: Line, ends: Mapping[date, tuple[str, Chip]], tree: Directory) -> MatterRow:
    stage = STAGES[matter.stage]
    due = matter.next_due_on if matter.state in ACTIVE else None
    text, chip = ends[due] if due else ("", None)
    return MatterRow(
        id=matter.id,
        number=matter.number,
        title=matter.title,
        supervised_id=matter.supervised_id,
        supervised_name=tree.shown(matter.supervised_id),
        relation=matter.relation,
        organ_id=matter.organ_id,
        organ_name=tree.shown(matter.organ_id),
        state=matter.state,
        stage=matter.stage,
        stage_label=stage.label,
        stage_tone=stage.tone,
        mode=matter.mode,
        due_on=due,
        due_text=text,
        chip=chip,
        handlers=matter.handler_names,
        source=matter.source,
        opened_on=matter.opened_on,
        created_at=matter.created_at,
    )


def views() -> tuple[View, ...]:
    """The saved views in the order of the tabs."""
    return get_args(View)
