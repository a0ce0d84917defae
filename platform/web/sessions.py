"""Server-side sessions in PostgreSQL: the cookie is a random token, the table knows only its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.clock import local_date, system_now
from kernel.driver import ask, driver_of
from kernel.tenancy import VISITOR
from kernel.work import BEGIN_NOW, BEGUN_COLUMNS, Actor, Begun, Database, begin, open_work

IDENTITY = "select * from guard.session_identity(%s, %s)"
ARRIVAL = f"{BEGIN_NOW}, i.* from (values (1)) one left join guard.session_identity(%s, {{day}}) i on true"
"""The transaction of a request and who is asking, in one trip to the server."""
REAL_DAY = ARRIVAL.format(day="%s")
DEMO_DAY = ARRIVAL.format(
    day="coalesce((select ((now() + make_interval(secs => c.shift_seconds)) at time zone 'Asia/Shanghai')::date"
    " from demo_clock c where c.id = 1), %s)"
)
RENEWAL = "select guard.session_renew(%s, %s)"
RENEWED_AGAIN = 30.0
"""Seconds within which the database leaves a session's end as it is (guard.session_renew)."""
MOST_KNOWN = 50_000
LONGEST = timedelta(hours=12)
"""However busy a session is, this long after the log-in it ends."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is logged in, at which post, as the database knows it at this request."""

    token_hash: bytes
    city_id: UUID
    organ_id: UUID
    organ_name: str
    organ_short_name: str
    account_id: UUID
    person_id: UUID
    name: str
    post_id: UUID
    title: str
    unit: str
    roles: frozenset[str]
    account_organ_id: UUID
    must_change: bool
    since: datetime
    """When the person logged in; a change of post does not move it."""
    scopes: frozenset[str] | None = None
    """Of a key of the API (`web.keys`): what of the API it opens. None: a person."""

    @property
    def actor(self) -> Actor:
        return Actor(
            account_id=self.account_id,
            person_id=self.person_id,
            post_id=self.post_id,
            organ_id=self.organ_id,
            city_id=self.city_id,
            name=self.name,
            title=self.title,
            roles=self.roles,
        )


@dataclass(slots=True)
class _Known:
    """Of a session that this process found before: when it was renewed, and whose tenancy its requests speak in."""

    city_id: UUID
    organ_id: UUID
    renewed: float = -RENEWED_AGAIN

    def due(self) -> bool:
        """Whether it was renewed so long ago that the database would write again."""
        return monotonic() - self.renewed >= RENEWED_AGAIN


class Sessions:
    """Opens, finds and ends sessions. `idle_seconds` is how long one lives without a request, `longest` how long
    after the log-in at most."""

    def __init__(self, database: Database, city_id: UUID, idle_seconds: int, longest: timedelta = LONGEST) -> None:
        self.database = database
        self.city_id = city_id
        self.idle_seconds = idle_seconds
        self.longest = longest
        self._known: dict[bytes, _Known] = {}

    async def open(self, account_id: UUID, post_id: UUID, since: datetime | None = None) -> str:
        """A new session; returns the token for the cookie. Called at log-in and at every change of post, so that
        a token known before the change opens nothing after it. `since`: when the person logged in (None: now)."""
        token = secrets.token_urlsafe(32)
        begun = since or system_now()
        data = msgspec.json.encode({"account_id": account_id, "post_id": post_id, "since": begun}).decode()
        async with open_work(self.database, city_id=self.city_id, organ_id=VISITOR) as work:
            await work.session.execute(
                text("select guard.session_write(:hash, cast(:data as jsonb), :idle)"),
                {"hash": _hash(token), "data": data, "idle": self._life(begun)},
            )
        return token

    def _life(self, since: datetime) -> int:
        """Seconds that a session may live from now without a request."""
        left = int((since + self.longest - system_now()).total_seconds())
        return max(0, min(self.idle_seconds, left))

    async def find(self, token: str, *, renew: bool = True) -> Identity | None:
        """The identity behind a token; None when it ended. With `renew` it lives for another idle period."""
        hashed = _hash(token)
        try:
            row = await self._asked(hashed, renew=renew)
        except OperationalError as error:
            if not error.connection_invalidated:
                raise
            # It died while it lay in the pool; the pool is fresh now.
            row = await self._asked(hashed, renew=renew)
        return _identity(hashed, row) if row is not None else None

    async def arrive(self, token: str, *, renew: bool = True) -> tuple[Identity | None, Begun | None]:
        """As `find`, for a request that goes on to read as whoever it is: for a session that this process knows, the
        transaction for that too, begun in the same trip. Whoever gets it closes it.

        The organ is guessed from the session's last request only to sign for it; the database says in the same
        statement whether the session lives and whose it is, and what was guessed wrong is thrown away.
        """
        hashed = _hash(token)
        known = self._known.get(hashed)
        if known is None or (renew and known.due()) or self.database.rehearsal is not None:
            return await self.find(token, renew=renew), None
        tenancy = self.database.signer.sign(known.city_id, known.organ_id)
        asked = DEMO_DAY if self.database.demo else REAL_DAY
        begun = await begin(self.database, tenancy, asked, (hashed, local_date(system_now())))
        row = begun.row[BEGUN_COLUMNS:]
        identity = _identity(hashed, row) if row[0] is not None else None
        if identity is not None and (identity.city_id, identity.organ_id) == (known.city_id, known.organ_id):
            return identity, begun
        self._known.pop(hashed, None)
        await begun.close()
        return identity, None

    async def _asked(self, hashed: bytes, *, renew: bool) -> tuple[Any, ...] | None:
        async with self._asking() as (connection, day):
            rows = await ask(connection, IDENTITY, (hashed, day))
            if not rows:
                self._known.pop(hashed, None)
                return None
            row = rows[0]
            known = self._keep(hashed, row[1], row[2])
            if renew and known.due():
                known.renewed = monotonic()
                since = msgspec.convert(row[0]["since"], datetime)
                await ask(connection, RENEWAL, (hashed, self._life(since)))
            return row

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[tuple[AsyncConnection, date]]:
        """A connection for the look-up, and the product's day. The functions of sessions need no tenancy and each is a
        statement of its own, so there is no transaction around it; only the demo's clock is read in one."""
        if self.database.demo:
            async with open_work(self.database, city_id=self.city_id, organ_id=VISITOR) as work:
                yield work.trip.connection, work.today
            return
        async with self.database.engine.connect() as connection:
            driver = driver_of(connection)
            await driver.set_autocommit(True)
            try:
                yield connection, local_date(system_now())
            finally:
                if not driver.closed:
                    await driver.set_autocommit(False)

    def _keep(self, hashed: bytes, city_id: UUID, organ_id: UUID) -> _Known:
        known = self._known.get(hashed)
        if known is None or (known.city_id, known.organ_id) != (city_id, organ_id):
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[hashed] = _Known(city_id, organ_id)
        return known

    async def end(self, token: str) -> None:
        async with open_work(self.database, city_id=self.city_id, organ_id=VISITOR) as work:
            await work.session.execute(text("select guard.session_delete(:hash)"), {"hash": _hash(token)})

    async def end_all(self, account_id: UUID) -> None:
        """End every session of an account: its password was changed."""
        async with open_work(self.database, city_id=self.city_id, organ_id=VISITOR) as work:
            await work.session.execute(text("select guard.session_delete_account(:account)"), {"account": account_id})


def _identity(hashed: bytes, row: Sequence[Any]) -> Identity:
    data, city, organ, organ_name, short_name, account, person, name, post, title, unit, roles, home, change = row
    return Identity(
        token_hash=hashed,
        city_id=city,
        organ_id=organ,
        organ_name=organ_name,
        organ_short_name=short_name,
        account_id=account,
        person_id=person,
        name=name,
        post_id=post,
        title=title,
        unit=unit,
        roles=frozenset(roles),
        account_organ_id=home,
        must_change=change,
        since=msgspec.convert(data["since"], datetime),
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
