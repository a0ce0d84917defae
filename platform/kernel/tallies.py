"""Numbers that several parts show together, such as those beside the navigation: asked in one statement, built once.

A part says what it counts as a query over placeholders (`ASKED`); whoever shows the numbers puts those of all parts
together. Every page has them, so nothing of them is built at a request but the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Date, ScalarSelect, Text, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.rows import Prepared
from kernel.work import Work


class Asked(Protocol):
    """Whose rows a query asks for, and on which day: a work, or the placeholders of one."""

    @property
    def city_id(self) -> Any: ...
    @property
    def organ_id(self) -> Any: ...
    @property
    def today(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Placeholders:
    """In the place of a work and its actor, in a query that is built before either is known."""

    city_id: Any
    organ_id: Any
    today: Any
    post_id: Any
    roles: Any


def _place(name: str, kind: Any) -> Any:
    # Not required: a statement with an IN list is compiled with what values it has, and these come later.
    return bindparam(name, type_=kind, required=False)


ASKED: Final = Placeholders(
    city_id=_place("city", Uuid()),
    organ_id=_place("organ", Uuid()),
    today=_place("today", Date()),
    post_id=_place("post", Uuid()),
    roles=_place("roles", ARRAY(Text)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """One number: a count over `ASKED`. Made once and kept, for the statement that holds it is kept by it."""

    query: ScalarSelect[int]


def counting(*where: ColumnElement[bool]) -> Tally:
    """How many rows there are for which the conditions hold; the tables are those that they name."""
    return Tally(select(func.count()).where(*where).scalar_subquery())


def values(work: Work) -> dict[str, Any]:
    """What stands for the placeholders in a work."""
    actor = work.actor
    return {
        "city": work.city_id,
        "organ": work.organ_id,
        "today": work.today,
        "post": actor.post_id if actor else None,
        "roles": sorted(actor.roles) if actor else [],
    }


async def counted(work: Work, tallies: Mapping[str, Tally]) -> dict[str, int]:
    """The numbers under their names, in one trip to the server; each part's rows under row-level security."""
    if not tallies:
        return {}
    (row,) = await _together(tuple(tallies.items())).fetch(work, values(work), last=True)
    return dict(zip(tallies, row, strict=True))


@lru_cache(maxsize=512)
def _together(tallies: tuple[tuple[str, Tally], ...]) -> Prepared:
    return Prepared(select(*[tally.query.label(name) for name, tally in tallies]))
