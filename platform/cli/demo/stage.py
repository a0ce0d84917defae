"""The stage on which demo cases are played: persons, a clock that only moves forward, and the sweep of each day.

A case is a coroutine that acts through the services and waits on the stage (`until`) for the moment at which it
goes on. All cases are played together in the order of time, one at a time, so that numbers, deadlines and steps of
the sweep come out as they would have. Nothing is written past the services.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cli.demo.people import people
from kernel.clock import SHANGHAI, local_date, system_now
from kernel.ids import NIL
from kernel.models import OutboxMessage
from kernel.work import Actor, Database, Rehearsal, Work, open_work
from kernel.workdays import WorkCalendar
from supervision.deadlines import service as deadlines
from supervision.escalation import service as escalation
from supervision.instruments import service as instruments
from supervision.instruments.companions import RECEIPT_JOB
from tenants.organs.directory import Directory, directory
from tenants.staff.models import Account, Post

Case = Coroutine[None, None, None]
SWEEP_AT = time(7, 30)


@dataclass(slots=True)
class Stage:
    """A demo database in rehearsal, with its people: what is played becomes visible with the commit, all at once."""

    database: Database
    rehearsal: Rehearsal
    city_id: UUID
    tree: Directory
    calendar: WorkCalendar
    today: date
    """The true day; everything is played before its present hour."""
    people: dict[str, Actor]
    _swept: date | None = field(default=None)
    issuers: set[UUID] = field(default_factory=set)
    """Organs that served a document so far."""
    _agenda: list[tuple[datetime, int, asyncio.Future[None]]] = field(default_factory=list)
    _order: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def open(cls, database: Database, connection: AsyncConnection, city_id: UUID) -> Stage:
        """On a connection whose transaction the caller commits when the play is over."""
        rehearsal = Rehearsal(connection)
        database = replace(database, rehearsal=rehearsal)
        async with open_work(database, city_id=city_id, organ_id=NIL) as work:
            tree = await directory(work)
            calendar = await deadlines.calendar(work)
        stage = cls(database, rehearsal, city_id, tree, calendar, local_date(system_now()), {})
        for organ in dict.fromkeys(person["organ"] for person in people()):
            await stage._meet(stage.organ(organ))
        return stage

    async def _meet(self, organ_id: UUID) -> None:
        async with open_work(self.database, city_id=self.city_id, organ_id=organ_id) as work:
            query = select(Account, Post).join(
                Post, (Post.city_id == Account.city_id) & (Post.person_id == Account.person_id)
            )
            query = query.where(Post.organ_id == organ_id, Account.organ_id == organ_id)
            for account, post in (await work.session.execute(query)).all():
                self.people[account.username] = Actor(
                    account_id=account.id,
                    person_id=post.person_id,
                    post_id=post.id,
                    organ_id=organ_id,
                    city_id=self.city_id,
                    name=post.person_name,
                    title=post.title,
                    roles=frozenset(post.roles),
                )

    async def prove(self, organ_id: UUID) -> None:
        """Have the proofs of service of an organ made at the played time, as a worker would within seconds; left to
        the workers of the running demo they would all bear its first day."""
        self.issuers.add(organ_id)
        async with open_work(self.database, city_id=self.city_id, organ_id=organ_id) as work:
            query = select(OutboxMessage).where(
                OutboxMessage.organ_id == organ_id,
                OutboxMessage.job == RECEIPT_JOB,
                OutboxMessage.done_at.is_(None),
            )
            for message in await work.session.scalars(query):
                message.done_at = system_now()
                await instruments.prove_service(work, UUID(message.payload["delivery_id"]))

    def organ(self, short_name: str) -> UUID:
        """The living organ of that short or full name. LookupError unless there is exactly one."""
        found = [
            o.id
            for o in self.tree.organs.values()
            if short_name in (o.short_name, o.name) and self.tree.facts[o.id].alive_on(self.tree.on)
        ]
        if len(found) != 1:
            raise LookupError(f"{len(found)} organs are called {short_name}")
        return found[0]

    def post(self, username: str) -> UUID:
        return self.people[username].post_id

    def day(self, workdays_ago: int, at: str = "09:30") -> datetime:
        """A moment on the working day `workdays_ago` before today (0: today, or the last working day)."""
        day = self.today
        while workdays_ago > 0 or not self.calendar.is_workday(day):
            workdays_ago -= self.calendar.is_workday(day)
            day -= timedelta(days=1)
        return datetime.combine(day, time.fromisoformat(at), SHANGHAI)

    @asynccontextmanager
    async def work(self, username: str) -> AsyncIterator[Work]:
        """A transaction acted by a demo person."""
        actor = self.people[username]
        async with open_work(self.database, city_id=self.city_id, organ_id=actor.organ_id, actor=actor) as work:
            yield work

    async def until(self, workdays_ago: int, at: str = "09:30") -> None:
        """Wait until the played time has come to that moment."""
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._agenda, (self.day(workdays_ago, at), self._order, reached))
        self._idle.set()
        await reached

    def go_to(self, moment: datetime) -> None:
        """Put the clock to a moment before everything that is played; its days have no sweeps."""
        self.rehearsal.shift = moment - system_now()

    async def play(self, cases: Iterable[Case]) -> int:
        """Play the cases to the present moment. Returns their number.

        What would lie in the future is not played: that is for the visitor.
        """
        tasks = []
        for case in cases:
            self._idle.clear()
            tasks.append(asyncio.create_task(case))
            tasks[-1].add_done_callback(lambda _: self._idle.set())
            await self._idle.wait()
        while self._agenda and self._agenda[0][0] <= system_now():
            moment, _, reached = heapq.heappop(self._agenda)
            await self._move(moment)
            self._idle.clear()
            reached.set_result(None)
            await self._idle.wait()
            for task in tasks:
                if task.done():
                    task.result()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._move(system_now())
        return len(tasks)

    async def _move(self, moment: datetime) -> None:
        """Set the clock; on the way every day has its sweep, as the scheduler would have it."""
        last = moment.astimezone(SHANGHAI).date()
        first = self._swept or last - timedelta(days=1)
        for offset in range(1, (last - first).days + 1):
            await self._sweep(first + timedelta(days=offset))
        self.rehearsal.shift = moment - system_now()

    async def _sweep(self, day: date) -> None:
        self._swept = day
        moment = min(datetime.combine(day, SWEEP_AT, SHANGHAI), system_now())
        self.rehearsal.shift = moment - system_now()
        async with open_work(self.database, city_id=self.city_id, organ_id=NIL) as work:
            while await escalation.sweep_alone(work):
                pass
        for organ_id in self.issuers:
            await self.prove(organ_id)
        async with open_work(self.database, city_id=self.city_id, organ_id=NIL) as work:
            if day.day == 1:
                await escalation.draft_circulars(work)
