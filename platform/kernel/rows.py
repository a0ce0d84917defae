"""Rows straight from the driver, for lists that are read all day: a statement is compiled once, not at every request.

An ORM entity of thirty columns costs more than the database takes to find it. A list that only shows its rows asks
for the columns it shows and makes its own structs of the tuples. The statement still runs on the transaction of the
work, under its signed tenancy, and is seen by the engine's events like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import ClauseElement

from kernel.driver import ask
from kernel.work import Work

_DIALECT: Final[Any] = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Prepared:
    """A statement with named parameters, compiled. Values are passed as Python objects that the driver knows; several
    values of one parameter are a list compared with `any_`, for an IN list has another text for every length."""

    __slots__ = ("fixed", "sql")

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self.fixed: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}
        """Parameters that the statement itself holds."""

    async def fetch(self, work: Work, values: Mapping[str, Any], *, last: bool = False) -> Sequence[tuple[Any, ...]]:
        """All rows, those that the work wrote among them. `values` may hold more than the statement asks for. `last`:
        the service asks nothing after this; where its caller does not either, the transaction ends in the same trip."""
        trip = work.trip
        await trip.written()
        return await ask(trip.connection, self.sql, {**self.fixed, **values}, end=last and trip.ends_here())
