"""The first rows of every organ that a reader may see, merged: one index range an organ, whatever the scope's size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from kernel.work import Work
from tenants.organs.models import Scope


def merged(
    work: Work, start: Select[Any], organ: InstrumentedAttribute[Any], order: Sequence[Any], limit: int
) -> Select[Any]:
    """A statement that yields the entities of `start` (a select of one mapped class) in `order`, newest keys first,
    `limit` of them, from all organs in the scope of the work's organ. `organ` is the class's column of the owner.

    Row-level security would find the same rows, but as a filter over everybody's; here each organ of the scope is a
    range of an index that begins with it.
    """
    entity = start.column_descriptions[0]["entity"]
    inner = start.where(organ == Scope.organ_id).order_by(*(key.desc() for key in order)).limit(limit)
    rows = inner.add_columns(*(key.label(f"place_{n}") for n, key in enumerate(order))).correlate(Scope).lateral("rows")
    found = aliased(entity, rows)
    return (
        select(found)
        .select_from(Scope)
        .join(rows, true())
        .where(Scope.city_id == work.city_id, Scope.viewer_id == work.organ_id)
        .order_by(*(rows.c[f"place_{n}"].desc() for n in range(len(order))))
        .limit(limit)
    )
