"""Filters that no index can decide, over a list that has an order: windows of it are looked through, one by one.

Under row-level security an index serves no operator that might leak: not LIKE, not what an array holds. Where such a
filter stands on a list without a search vector of its own, each statement looks at 500 rows at most, and a page that
has looked at `WINDOWS` of them ends with the place to go on from, instead of reading an organ's whole past at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.orm import aliased

from kernel.db import Base
from kernel.work import Work

WINDOW: Final = 500
WINDOWS: Final = 20
E = TypeVar("E", bound=Base)
Place = tuple[Any, ...]


async def sifted(
    work: Work,
    base: Select[E],
    keys: Callable[[Any], Sequence[Any]],
    keep: Callable[[Any], ColumnElement[bool]],
    *,
    after: Place | None,
    limit: int,
    descending: bool = True,
) -> tuple[list[E], Place | None]:
    """Up to `limit` rows of `base` (a select of one mapped class) that `keep` holds for, in the order of `keys`, and
    the place after which the list goes on; None at its end. `keys` and `keep` get the class or an alias of it."""
    entity: Any = base.column_descriptions[0]["entity"]
    found: list[E] = []
    for _ in range(WINDOWS):
        window = _from(base, keys(entity), after, descending).limit(WINDOW)
        seen = aliased(entity, window.subquery("seen"))
        order = [key.desc() if descending else key.asc() for key in keys(seen)]
        rows = await work.session.execute(
            select(seen, *keys(seen)).where(keep(seen)).order_by(*order).limit(limit + 1 - len(found))
        )
        more = [(row[0], tuple(row[1:])) for row in rows]
        found += [row for row, _ in more]
        if len(found) > limit:
            return found[:limit], more[-2][1] if len(more) > 1 else after
        end = await work.session.execute(window.with_only_columns(*keys(entity)).offset(WINDOW - 1).limit(1))
        after = next((tuple(row) for row in end), None)
        if after is None:
            return found, None
    return found, after


def _from(base: Select[Any], keys: Sequence[ColumnElement[Any]], after: Place | None, descending: bool) -> Select[Any]:
    if after is not None:
        here, there = tuple_(*keys), tuple_(*(literal(v, k.type) for v, k in zip(after, keys, strict=True)))
        base = base.where(here < there if descending else here > there)
    return base.order_by(*(key.desc() if descending else key.asc() for key in keys))
