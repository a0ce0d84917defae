"""What a story leaves behind, kept: told again in the same state of the city, its rows are put back instead of lived
through.

Most tests begin with steps of one of a dozen stories (`tests.stories`), each of up to a thousand statements. The first
time a process tells a step in a state that it knows (the fresh city, or what kept steps made of it), it keeps the
tables that the step wrote; the next time, in the same state, at the same time of the product's clock and with the same
words, it fills them again. A state that anything else wrote to is not known, and from there every step is lived
through.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import DeclarativeBase

from tests.reset import VERSIONS, columns_of

if TYPE_CHECKING:
    from tests.world import World

Given = ParamSpec("Given")
Made = TypeVar("Made")

CLOCK = "demo_clock"
_LOOK = text("select pristine.look(), (select shift_seconds from demo_clock where id = 1)")
_NEWEST = text("select pg_current_xact_id()::text")


def remembered(
    story: Callable[Concatenate[World, Given], Awaitable[Made]],
) -> Callable[Concatenate[World, Given], Awaitable[Made]]:
    """A story that a world with a shelf keeps. Its words must have an honest `repr`, and all that it does must lie in
    the database."""

    @functools.wraps(story)
    async def told(world: World, /, *words: Given.args, **changes: Given.kwargs) -> Made:
        shelf = world.shelf
        said = repr((world.clock, story.__module__, story.__qualname__, words, sorted(changes.items())))
        if shelf is None or " object at 0x" in said or (before := shelf.look(world)) is None:
            return await story(world, *words, **changes)
        title = hashlib.sha256(f"{shelf.place} {said}".encode()).hexdigest()
        if title in shelf.kept:
            made: Made = shelf.put_back(title, before, world)
            return made
        made = await story(world, *words, **changes)
        shelf.keep(title, made, before, world)
        return made

    return told


@dataclass(frozen=True, slots=True)
class Look:
    """What can be seen of a state without reading it: for each table how many rows it has and which transaction wrote
    the newest of them. Nothing is committed that does not show in it."""

    tables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    number: int
    made: Any
    face: str
    """`made` as it was."""
    rows: dict[str, str]
    """Table that the story wrote → how many rows it then had."""
    clock: str
    shift: int
    at: float


@dataclass(slots=True)
class Shelf:
    """The kept stories of one lent copy of the city."""

    engine: Engine
    """The superuser's."""
    kept: dict[str, _Kept] = field(default_factory=dict)
    place: str | None = field(default="")
    """The last kept story that led to the present state; empty: the fresh city; None: not known."""
    _seen: Look | None = field(default=None)
    """How the city looked in `place`."""
    _teller: asyncio.Task[Any] | None = field(default=None)
    _crowded: bool = field(default=False)
    """Steps that a test takes at once, to see who wins, are lived through, and so is what follows them."""
    _columns: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """The city is fresh again, for the test that runs in this task."""
        self.place, self._seen = "", None
        self._teller, self._crowded = asyncio.current_task(), False

    def look(self, world: World) -> Look | None:
        """The present state; None when it is not the one where the stories have led."""
        self._crowded = self._crowded or asyncio.current_task() is not self._teller
        if self.place is None or self._crowded:
            return None
        with self.engine.begin() as connection:
            found, shift = _look(connection)
            fresh = self._seen is not None or not self._written(connection)
        known = fresh and shift == world.shift and self._seen in (None, found)
        self.place = self.place if known else None
        return found if known else None

    def keep(self, title: str, made: Any, before: Look, world: World) -> None:
        """Copy what the story wrote, and remember what it returned. A story that changed reference data, of which
        processes keep copies by their version, is not kept."""
        if self._crowded:
            return
        number = len(self.kept)
        with self.engine.begin() as connection:
            after, shift = _look(connection)
            changed = [name for name, seen in after.tables.items() if seen != before.tables[name]]
            if VERSIONS in changed or shift != world.shift:
                self.place = None
                return
            for name in changed:
                if name not in self._columns:
                    self._columns[name] = ", ".join(f'"{column}"' for column in columns_of(connection, name))
                    connection.execute(text(_COPIES.format(name=name)))
                copied = f'insert into pristine."kept_{name}" select {number}, t.* from public."{name}" t'
                connection.execute(text(copied))
        rows = {name: after.tables[name].partition(":")[0] for name in changed}
        self.kept[title] = _Kept(number, made, _face(made), rows, world.clock, shift, time.time())
        self.place, self._seen = title, after

    def put_back(self, title: str, before: Look, world: World) -> Any:
        """Fill the tables as the story left them, and let the product's clock go on from there."""
        kept = self.kept[title]
        assert _face(kept.made) == kept.face, f"a test has changed what a story returned: {kept.made!r}"
        world.clock, world.shift = kept.clock, kept.shift - int(time.time() - kept.at)
        steps = [
            _PUT_BACK.format(name=name, columns=self._columns[name], number=kept.number) for name in sorted(kept.rows)
        ]
        with self.engine.begin() as connection:
            connection.exec_driver_sql(_ALL.format(steps="".join(steps), shift=world.shift))
            newest = connection.scalar(_NEWEST)
        written = {name: f"{rows}:{newest if int(rows) else 0}" for name, rows in kept.rows.items()}
        self.place, self._seen = title, Look({**before.tables, **written})
        return kept.made

    def _written(self, connection: Connection) -> set[str]:
        return set(connection.scalars(text("select unnest(pristine.written())"))) - {CLOCK}


_COPIES = """
create table pristine."kept_{name}" as select 0 as story, t.* from public."{name}" t where false;
"""
_PUT_BACK = """
    delete from public."{name}";
    insert into public."{name}" ({columns}) overriding system value
        select {columns} from pristine."kept_{name}" where story = {number};"""
_ALL = """
do $body$
begin
    set local session_replication_role = replica;
    set local lock_timeout = '5s';
    {steps}
    update public.demo_clock set shift_seconds = {shift};
end $body$
"""


def _look(connection: Connection) -> tuple[Look, int]:
    found, shift = connection.execute(_LOOK).one()
    return Look(dict(part.split("=", 1) for part in found)), shift


def _face(made: Any) -> str:
    """What a story returned, in words."""
    if isinstance(made, tuple | list):
        return f"[{', '.join(map(_face, made))}]"
    if isinstance(made, DeclarativeBase):
        return repr({name: value for name, value in vars(made).items() if not name.startswith("_sa_")})
    return repr(made)
