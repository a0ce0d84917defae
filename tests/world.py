"""The city as tests see it: organs by short name, transactions as a person of an organ, a clock to set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text

from cli.demo.accounts import load_accounts
from cli.seed import load_calendar, load_city
from kernel import settings
from kernel.clock import SHANGHAI, system_now
from kernel.db import engine_for
from kernel.errand import Errand
from kernel.ids import NIL
from kernel.models import DemoClock
from kernel.tenancy import TenancySigner
from kernel.work import Actor, Database, Work, open_work
from tenants.organs.directory import Directory, directory
from tenants.staff.models import Account, Post
from tests.snapshots import Shelf

_SETTLED = text("select coalesce(max(xid), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint from audit_entry")


async def fill_city(url: str) -> None:
    """The content of the template: calendar, organs of Xuchang, demo accounts."""
    world = World.open(url)
    try:
        await load_calendar(world.database, world.city_id)
        await load_city(world.database, world.city_id)
        await load_accounts(world.database, world.city_id)
    finally:
        await world.close()


async def people(work: Work, role: str) -> list[Actor]:
    """Who has a role in the organ of this transaction, in the order of their posts."""
    query = select(Post).where(Post.organ_id == work.organ_id, Post.roles.contains([role]))
    posts = (await work.session.scalars(query.order_by(Post.created_at, Post.id))).all()
    held = select(Account.person_id, Account.id).where(Account.person_id.in_([post.person_id for post in posts]))
    accounts = {row.person_id: row.id for row in await work.session.execute(held)}
    return [
        Actor(
            account_id=accounts.get(post.person_id, post.person_id),
            person_id=post.person_id,
            post_id=post.id,
            organ_id=post.organ_id,
            city_id=work.city_id,
            name=post.person_name,
            title=post.title,
            roles=frozenset(post.roles),
        )
        for post in posts
    ]


@dataclass(slots=True)
class World:
    """A database with the city in it."""

    database: Database
    url: str
    city_id: UUID
    shelf: Shelf | None = field(default=None)
    """Where stories are kept; None where each has to be lived through."""
    clock: str = field(default="")
    """What `set_clock` last set."""
    shift: int = field(default=0)
    """By how many seconds that is ahead of the machine's clock."""
    _directory: Directory | None = field(default=None)
    staff: dict[tuple[UUID, str, int], Actor] = field(default_factory=dict)
    """The people of the fresh city by organ, role and their order in it."""

    @classmethod
    def open(cls, url: str) -> World:
        known = settings.load()
        database = Database(engine_for(url), TenancySigner(known.secret("tenancy")), demo=True)
        return cls(database, url, known.city_id)

    def forget(self) -> None:
        """Read the organ tree anew: another test may have changed it."""
        self._directory = None

    async def close(self) -> None:
        await self.database.engine.dispose()

    async def set_clock(self, local: str) -> None:
        """Set the product's clock to a Shanghai time like ``2026-10-09 09:00``; it runs on from there."""
        self.clock = local
        wanted = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)
        self.shift = int((wanted - system_now()).total_seconds())
        async with self.system() as work:
            await work.session.execute(delete(DemoClock))
            work.session.add(DemoClock(id=1, shift_seconds=self.shift))
            if self._directory is None:
                self._directory = await directory(work)

    async def settled(self, short_name: str) -> None:
        """Wait until an organ's trail lies below the horizon, which every transaction of the whole server may hold
        back, those of the other worker's tests too."""
        for _ in range(6_000):
            async with self.work(short_name) as work:
                if (await work.session.execute(_SETTLED)).scalar_one():
                    return
            await asyncio.sleep(0.02)
        raise TimeoutError("another transaction of the server holds the horizon back")

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Work]:
        """A transaction of the system tenancy (reference data)."""
        async with open_work(self.database, city_id=self.city_id, organ_id=NIL) as work:
            yield work

    async def directory(self) -> Directory:
        if self._directory is None:
            async with self.system() as work:
                self._directory = await directory(work)
        return self._directory

    async def organ(self, short_name: str) -> UUID:
        """The id of a living organ by its short name (or full name)."""
        tree = await self.directory()
        found = [
            o.id
            for o in tree.organs.values()
            if short_name in (o.short_name, o.name) and tree.facts[o.id].alive_on(tree.on)
        ]
        assert len(found) == 1, f"{short_name}: {len(found)} organs"
        return found[0]

    async def actor(self, short_name: str, role: str, nth: int = 0) -> Actor:
        """The nth person of an organ who has a role there; those of the fresh city as they were in it."""
        organ_id = await self.organ(short_name)
        known = self.staff.get((organ_id, role, nth))
        if known is not None:
            return known
        async with open_work(self.database, city_id=self.city_id, organ_id=organ_id) as work:
            return (await people(work, role))[nth]

    async def meet(self, organ_ids: Iterable[UUID]) -> None:
        """Learn who is in these organs of the fresh city, so that no test has to ask."""
        for organ_id in organ_ids:
            async with open_work(self.database, city_id=self.city_id, organ_id=organ_id) as work:
                roles = set(
                    await work.session.scalars(select(func.unnest(Post.roles)).where(Post.organ_id == organ_id))
                )
                for role in roles:
                    for nth, person in enumerate(await people(work, role)):
                        self.staff[organ_id, role, nth] = person

    @asynccontextmanager
    async def work(self, short_name: str, role: str | None = None, nth: int = 0) -> AsyncIterator[Work]:
        """A transaction in the name of an organ, acted by the nth person with `role` (None: by the system)."""
        actor = await self.actor(short_name, role, nth) if role else None
        organ_id = await self.organ(short_name)
        async with open_work(self.database, city_id=self.city_id, organ_id=organ_id, actor=actor) as work:
            yield work

    async def errand(self, short_name: str) -> Errand:
        """What a job that leads outside is given, in the name of an organ."""
        return Errand(self.database, self.city_id, await self.organ(short_name))
