"""What a story leaves behind, kept: told again over a fresh city, its rows are put back instead of lived through.

Most tests begin with one of a dozen stories (`tests.stories`), each of up to a thousand statements. The first time a
process tells a story to a fresh copy of the city it keeps the tables that the story wrote; the next time, at the same
time of the product's clock, with the same words and nothing written before, it fills them again.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, text

from tests.reset import columns_of

if TYPE_CHECKING:
    from tests.world import World

Given = ParamSpec("Given")
Made = TypeVar("Made")


def remembered(
    story: Callable[Concatenate[World, Given], Awaitable[Made]],
) -> Callable[Concatenate[World, Given], Awaitable[Made]]:
    """A story that a world with a shelf keeps. Its words must have an honest `repr`."""

    @functools.wraps(story)
    async def told(world: World, /, *words: Given.args, **changes: Given.kwargs) -> Made:
        shelf = world.shelf
        if shelf is None or not shelf.fresh():
            return await story(world, *words, **changes)
        title = repr((story.__qualname__, world.clock, words, sorted(changes.items())))
        if title in shelf.kept:
            made: Made = shelf.put_back(title)
            return made
        made = await story(world, *words, **changes)
        shelf.keep(title, made)
        return made

    return told


@dataclass(frozen=True, slots=True)
class _Kept:
    made: Any
    tables: dict[str, str]
    """Table → its copy."""
    at: float


@dataclass(slots=True)
class Shelf:
    """The kept stories of one lent copy of the city."""

    engine: Engine
    """The superuser's."""
    kept: dict[str, _Kept] = field(default_factory=dict)

    def fresh(self) -> bool:
        """Has nothing been written since the city was fresh, but the clock?"""
        with self.engine.begin() as connection:
            return not self._written(connection) - {"demo_clock"}

    def keep(self, title: str, made: Any) -> None:
        """Copy what the story wrote, and remember what it returned."""
        with self.engine.begin() as connection:
            tables = {name: f"kept_{len(self.kept)}_{name}"[:63] for name in sorted(self._written(connection))}
            for name, copy in tables.items():
                connection.execute(text(f'create table pristine."{copy}" as table public."{name}"'))
        self.kept[title] = _Kept(made, tables, time.time())

    def put_back(self, title: str) -> Any:
        """Fill the tables as the story left them, and let the product's clock go on from there."""
        kept = self.kept[title]
        with self.engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            for name, copy in kept.tables.items():
                columns = ", ".join(f'"{column}"' for column in columns_of(connection, name))
                connection.execute(text(f'delete from public."{name}"'))
                connection.execute(
                    text(
                        f'insert into public."{name}" ({columns}) overriding system value'
                        f' select {columns} from pristine."{copy}"'
                    )
                )
            since = {"seconds": int(time.time() - kept.at)}
            connection.execute(text("update demo_clock set shift_seconds = shift_seconds - :seconds"), since)
        return kept.made

    def _written(self, connection: Connection) -> set[str]:
        return set(connection.scalars(text("select unnest(pristine.written())")))
