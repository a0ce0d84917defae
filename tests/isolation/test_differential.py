"""Random accesses over a whole city, judged by the regulation: leaks 0, wrong denials 0, no oracle of existence.

Full size (drill): more than 1,000 organs and 200,000 accesses, some of them through HTTP, some at the door of the
services, the rest at the bare tables under a signed tenancy. The normal suite does a slice of the same.
"""

from __future__ import annotations

import difflib
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from tenants.organs.service import renew_tree
from tests.databases import Backend
from tests.isolation import doors
from tests.isolation.doors import BODIES, LISTS, PATHS, Doors
from tests.isolation.populace import Populace, found_counties, prototype, settle
from tests.isolation.regulation import Thing, User
from tests.web.conftest import transport
from tests.web.test_routes import routes
from tests.world import World

BATCH = 50
"""Accesses of one organ in one transaction at the bare tables."""


@dataclass(slots=True)
class Size:
    """How many organs there are at least, how many cases each body has, and how many accesses go through each door."""

    organs: int
    cases: int
    http: int
    services: int
    tables: int
    routes: int


@dataclass(slots=True)
class Tally:
    """What was found; `leaks` and `denials` hold the first of them in words."""

    accesses: int = 0
    opened: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    denials: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


class Trial:
    """One run over a settled city."""

    def __init__(self, city: Populace, through: Doors, dice: random.Random) -> None:
        self.city, self.doors, self.dice = city, through, dice
        self.tally = Tally()
        self.by_owner: dict[UUID, list[Thing]] = {}
        for thing in city.things:
            for organ in {thing.owner, thing.other, thing.about}:
                if organ is not None:
                    self.by_owner.setdefault(organ, []).append(thing)
        self.readable: dict[UUID, list[UUID]] = {}

    def user(self) -> User:
        return self.dice.choice(self.city.users)

    def thing(self, organ: UUID, kinds: frozenset[str]) -> Thing:
        """A record: half of the time any, half of the time one near the reader, where mistakes would be made."""
        if self.dice.random() < 0.5:
            reach = self.dice.choice(self.near(organ))
            near = [t for t in self.by_owner.get(reach, ()) if t.kind in kinds]
            if near:
                return self.dice.choice(near)
        return self.dice.choice(self.city.by_kind[self.dice.choice(sorted(kinds))])

    def near(self, organ: UUID) -> list[UUID]:
        """The organs whose records an organ reads, itself included; of a judicial office its justice department."""
        if organ not in self.readable:
            regulation = self.city.regulation
            self.readable[organ] = [o for o in regulation.organs if regulation.reads(organ, o)]
            above = regulation.organs[organ].parent
            if regulation.organs[organ].kind == "judicial_office" and above is not None:
                self.readable[organ].append(above)
        return self.readable[organ]

    def judge(self, user: User, thing: Thing, found: doors.Answer, where: str) -> None:
        """One record opened by one officer."""
        self.tally.accesses += 1
        reaches, may = self.city.regulation.reaches(user.organ, thing), self.city.regulation.may_open(user, thing)
        told = f"{where}: {sorted(user.roles)} of {self.name(user.organ)} and {self.told(thing)}: {found.status}"
        if found.status == 200:
            self.tally.opened += 1
            if may is False:
                self.tally.leaks.append(told)
        else:
            self.tally.refused[found.status] += 1
            if may is True:
                self.tally.denials.append(f"{told} {found.said[:80]}")
            if not reaches and found.status != 404 and where != "command":
                self.tally.leaks.append(f"{told}: says that it exists")
        self.marks(user, found, told)

    def marks(self, user: User, found: doors.Answer, told: str) -> None:
        """No answer of any kind shows a mark of a record that is not there for the reader's organ."""
        for mark in found.marks:
            shown = self.city.by_mark.get(mark)
            asked = shown is not None and shown.mark in told
            if shown is not None and not asked and not self.city.regulation.reaches(user.organ, shown):
                self.tally.leaks.append(f"{told} shows {self.name(user.organ)} {self.told(shown)} {mark}")

    def name(self, organ_id: UUID) -> str:
        organ = self.city.regulation.organs[organ_id]
        return f"{organ.level} {'justice ' if organ.justice else ''}{organ.kind} {str(organ.id)[:8]}"

    def told(self, thing: Thing) -> str:
        return f"{thing.kind} {thing.state} of {self.name(thing.owner)}"

    async def http(self, count: int) -> None:
        opened = frozenset(PATHS)
        for turn in range(count):
            user = self.user()
            thing = self.thing(user.organ, opened)
            way = turn % 10
            if way < 4:
                self.judge(user, thing, await self.doors.open(user, thing), "http")
            elif way < 8:
                path = self.dice.choice(LISTS)
                target = self.thing(user.organ, frozenset({"clue" if "clues" in path else "matter"}))
                found = await self.doors.ask(user, path, target)
                self.tally.accesses += 1
                if "{mark}" in path and found.page:
                    found.marks -= {target.mark}
                self.marks(user, found, path)
                assert found.status in (200, 403), (path, found.said)
            else:
                await self._command(user)

    async def _command(self, user: User) -> None:
        """A command on a foreign record: as if it were not there, word for word."""
        kind, path, body = self.dice.choice(BODIES)
        thing = self.thing(user.organ, frozenset({kind}))
        if self.city.regulation.reaches(user.organ, thing):
            return
        self.tally.accesses += 1
        theirs = await self.doors.command(user, path, body, thing.id)
        nobodys = await self.doors.command(user, path, body, doors.nowhere())
        if (theirs.status, theirs.said) != (nobodys.status, nobodys.said) or theirs.status not in (403, 404, 422):
            self.tally.differing.append(f"{path} by {sorted(user.roles)} on {self.told(thing)}: {theirs} {nobodys}")
        self.marks(user, theirs, path)

    async def every_route(self, count: int) -> None:
        """Routes that have an id in their address, one after the other: pages, files, previews, changes. With the id of
        a record that is out of reach one says what it says for no record at all, and shows nothing."""
        envelope: Any = self.doors.transport.app
        found = [(m, p) for m, p in routes(envelope.app) if "_id}" in p and m in ("GET", "POST")]
        assert len(found) > 150
        self.dice.shuffle(found)
        for method, path in itertools.islice(itertools.cycle(found), count):
            user, thing = self.user(), self.dice.choice(self.city.things)
            if not self.city.regulation.reaches(user.organ, thing):
                await self._unknown(user, method, path, thing)

    async def _unknown(self, user: User, method: str, path: str, thing: Thing) -> None:
        theirs = await self.doors.route(user, method, path, thing.id)
        nobodys = await self.doors.route(user, method, path, doors.nowhere())
        self.tally.accesses += 2
        told = f"{method} {path} by {sorted(user.roles)} on {self.told(thing)}"
        if (theirs.status, theirs.said) != (nobodys.status, nobodys.said):
            apart = "".join(x for x in difflib.ndiff(nobodys.said.split(), theirs.said.split()) if x[0] in "+-")
            self.tally.differing.append(f"{told}: {nobodys.status}, {theirs.status}: {apart[:500]}")
        if theirs.status >= 500:
            self.tally.differing.append(f"{told}: {theirs.status}")
        self.marks(user, theirs, told)

    async def same_words(self, count: int) -> None:
        """404 for "not yours" and for "not there" are the same answer, in JSON and on the page."""
        for _ in range(count):
            user = self.user()
            thing = self.thing(user.organ, frozenset(PATHS))
            if self.city.regulation.reaches(user.organ, thing):
                continue
            self.tally.accesses += 2
            theirs = await self.doors.open(user, thing)
            nobodys = await self.doors.open(user, thing, doors.nowhere())
            if (theirs.status, theirs.said) != (nobodys.status, nobodys.said) or theirs.status != 404:
                self.tally.differing.append(f"{self.told(thing)}: {theirs.said} / {nobodys.said}")

    async def services(self, count: int) -> None:
        for turn in range(count):
            user = self.user()
            if turn % 3 == 0:
                thing = self.thing(user.organ, frozenset({"matter", "clue"}))
                await self._search(user, thing)
            elif turn % 3 == 1:
                await self._count(user, self.thing(user.organ, frozenset({"matter"})))
            else:
                thing = self.thing(user.organ, frozenset(PATHS))
                self.judge(user, thing, await self.doors.call(user, thing), "service")

    async def _search(self, user: User, thing: Thing) -> None:
        found = await self.doors.search(user, thing)
        self.tally.accesses += 1
        reaches = self.city.regulation.reaches(user.organ, thing)
        if thing.mark in found.marks and not reaches:
            self.tally.leaks.append(f"search by {self.name(user.organ)} shows {self.told(thing)}")
        expected = reaches if thing.kind == "matter" else thing.owner == user.organ
        if found.status == 200 and expected and thing.mark not in found.marks:
            self.tally.denials.append(f"search by {self.name(user.organ)} lacks {self.told(thing)}")
        found.marks -= {thing.mark}
        self.marks(user, found, "search")

    async def _count(self, user: User, thing: Thing) -> None:
        counted = await self.doors.count(user, thing)
        self.tally.accesses += 1
        about = thing.about or thing.owner
        expected = sum(
            1 for t in self.city.by_kind["matter"]
            if t.about == about and self.city.regulation.reaches(user.organ, t)
        )  # fmt: skip
        if counted != expected:
            said = f"{self.name(user.organ)} counts {counted} matters about {self.name(about)}, not {expected}"
            (self.tally.leaks if counted > expected else self.tally.denials).append(said)

    async def tables(self, count: int) -> None:
        """Every kind of record, asked of the bare tables in the name of an organ."""
        kinds = frozenset(k for k in self.city.by_kind if k != "complainant")
        organs = list(self.city.regulation.organs)
        for _ in range(count // BATCH):
            organ = self.dice.choice(organs)
            wanted = [self.thing(organ, kinds) for _ in range(BATCH)]
            found = await doors.rows(self.doors.world, organ, wanted, self.dice)
            self.tally.accesses += BATCH
            for thing in wanted:
                reaches, got = self.city.regulation.reaches(organ, thing), thing.id in found
                self.tally.opened += got
                if got and not reaches:
                    self.tally.leaks.append(f"table: {self.name(organ)} gets {self.told(thing)}")
                if reaches and not got:
                    self.tally.denials.append(f"table: {self.name(organ)} lacks {self.told(thing)}")


async def run(backend: Backend, size: Size, seed: int) -> Tally:
    """Settle a clone of the city and go through every door."""
    dice = random.Random(seed)
    with backend.clone() as url:
        world = World.open(url)
        engine = create_engine(make_url(backend.admin_url).set(database=make_url(url).database))
        through = None
        try:
            await world.set_clock("2026-10-09 09:00")
            parties = await prototype(world)
            with engine.begin() as connection:
                found_counties(connection, size.organs)
            async with world.system() as work:
                await renew_tree(work)
            with engine.begin() as connection:
                city = settle(connection, parties, dice, size.cases)
            assert len(city.regulation.organs) >= size.organs
            through = Doors(world, city, transport(world), dice)
            trial = Trial(city, through, dice)
            await trial.tables(size.tables)
            await trial.services(size.services)
            await trial.http(size.http)
            await trial.same_words(max(20, size.http // 20))
            await trial.every_route(size.routes)
        finally:
            if through is not None:
                await through.close()
            engine.dispose()
            await world.close()
    return trial.tally


def verdict(tally: Tally) -> None:
    assert tally.leaks[:5] == []
    assert tally.denials[:5] == []
    assert tally.differing[:5] == []
    assert tally.opened > tally.accesses // 10, "the trial would prove nothing if nearly everything were refused"


async def test_no_leak_and_no_wrong_denial_in_a_slice_of_random_accesses(backend: Backend) -> None:
    tally = await run(backend, Size(organs=600, cases=1, http=60, services=90, tables=4_000, routes=60), seed=20261102)
    verdict(tally)
    assert tally.accesses > 4_000


@pytest.mark.drill
@pytest.mark.long
async def test_no_leak_and_no_wrong_denial_in_200_000_random_accesses_over_1_000_organs(backend: Backend) -> None:
    tally = await run(
        backend, Size(organs=1_000, cases=2, http=3_000, services=5_000, tables=190_000, routes=4_000), seed=19
    )
    verdict(tally)
    assert tally.accesses >= 200_000
