"""The doors of the product through which the differential test goes: HTTP, services, and the bare tables.

A door answers with what it showed: the status, and every mark found anywhere in the answer.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from kernel.errors import ZhunshengError
from kernel.ids import new_id
from kernel.work import Actor, Work, open_work
from supervision.clues import service as clues
from supervision.clues.commands import ClueFilter
from supervision.decisions import service as decisions
from supervision.instruments import service as instruments
from supervision.matters import service as matters
from tests.isolation.populace import Populace
from tests.isolation.regulation import Thing, User
from tests.world import World
from web.cookies import SESSION
from web.sessions import Sessions

MARK = re.compile(r"zq\d{6}")
VARYING = re.compile(
    r'"(instance|request_id)":"[^"]*"|<[^>]*>|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|[0-9A-F]{8,12}|\d\d:\d\d'
)
"""What differs between two answers that say the same: addresses, numbers of requests, times, and the attributes of a
page, which hold the tokens of its forms."""
PLACE = re.compile(r"\{(\w+)\}")
PATHS = {
    "matter": "/api/v1/matters", "clue": "/api/v1/clues", "instrument": "/api/v1/instruments",
    "delivery": "/api/v1/deliveries", "government_report": "/api/v1/reports", "decision": "/api/v1/decisions",
}  # fmt: skip
LISTS = (
    "/api/v1/matters?reach=all&view=all&limit=100", "/api/v1/matters?reach=all&view=all&supervised={organ}",
    "/api/v1/matters?reach=all&view=all&q={mark}", "/api/v1/matters?reach=all&view=all&sort=created",
    "/api/v1/matters?reach=own&view=all&sort=number", "/matters/export?reach=all&view=all&q={mark}",
    "/matters/export?chosen={matter}", "/api/v1/clues?q={mark}", "/api/v1/clues?subject={organ}",
    "/api/v1/clues?origin=true", "/api/v1/instruments?matter={matter}", "/api/v1/instruments?q={mark}",
    "/api/v1/instruments?limit=100", "/api/v1/deliveries?tab=all&q={mark}", "/api/v1/deliveries?tab=all",
    "/api/v1/reports?view=all", "/api/v1/decisions?view=all", "/api/v1/notices?limit=100",
    "/api/v1/deadlines?due=overdue", "/api/v1/deadlines?due=far", "/api/v1/desk", "/api/v1/desk?scope=all",
    "/api/v1/desk/counters", "/api/v1/escalations", "/counters",
)  # fmt: skip
"""Lists, filters, sorts, searches, exports and counts; the placeholders take somebody else's ids."""
BODIES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("matter", "/api/v1/reports", {"matter_id": "{id}"}),
    ("matter", "/api/v1/instruments", {"matter_id": "{id}", "kind": "opinion", "requirements": []}),
    ("matter", "/api/v1/matters/{id}/approve-opening", {"post_ids": []}),
    ("matter", "/api/v1/matters/{id}/closing", {"action": "approve"}),
    ("clue", "/api/v1/clues/{id}/accept", {}),
    ("clue", "/api/v1/clues/{id}/complainant", {"purpose": "核实情况需要"}),
    ("instrument", "/api/v1/instruments/{id}/submit", {}),
    ("instrument", "/api/v1/instruments/{id}/withdraw", {"reason": "不再需要这份文书"}),
    ("delivery", "/api/v1/deliveries/{id}/receipt", {}),
    ("delivery", "/api/v1/deliveries/{id}/objection", {"reason": "对认定的事实有不同意见，请复核。"}),
    ("government_report", "/api/v1/reports/{id}/send", {}),
    ("decision", "/api/v1/decisions/{id}/verify", {"executed": True, "evidence_seen": True, "note": "已核对。"}),
    ("notice", "/api/v1/notices/{id}/read", {}),
    ("deadline", "/api/v1/deadlines/{id}/urge", {}),
)
"""Commands with a foreign id in the path or in the body."""


@dataclass(slots=True)
class Answer:
    """What a door said: `status` as HTTP has it, the marks that it showed, and its text without what always varies."""

    status: int
    marks: frozenset[str]
    said: str = ""
    page: bool = False
    """Whether it is a page, which repeats the word that was searched for."""


@dataclass(slots=True)
class Doors:
    """All doors of one city."""

    world: World
    city: Populace
    transport: httpx.ASGITransport
    dice: random.Random
    _clients: dict[UUID, httpx.AsyncClient] = field(default_factory=dict)

    def actor(self, user: User) -> Actor:
        account, person = self.city.accounts[user.id]
        return Actor(account, person, user.id, user.organ, self.world.city_id, "某某", "职员", user.roles)

    def work(self, user: User) -> Any:
        return open_work(self.world.database, city_id=self.world.city_id, organ_id=user.organ, actor=self.actor(user))

    # HTTP

    async def client(self, user: User) -> httpx.AsyncClient:
        if user.id not in self._clients:
            sessions = Sessions(self.world.database, self.world.city_id, 36_000)
            token = await sessions.open(self.city.accounts[user.id][0], user.id)
            made = httpx.AsyncClient(transport=self.transport, base_url="http://testserver", cookies={SESSION: token})
            await made.get("/health/live")
            self._clients[user.id] = made
        return self._clients[user.id]

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def open(self, user: User, thing: Thing, thing_id: UUID | None = None) -> Answer:
        client = await self.client(user)
        return answer(await client.get(f"{PATHS[thing.kind]}/{thing_id or thing.id}"))

    async def ask(self, user: User, path: str, thing: Thing) -> Answer:
        """A list, with another's mark, matter and organ in its filters."""
        filled = path.format(mark=thing.mark, matter=thing.id, organ=thing.about or thing.owner)
        return answer(await (await self.client(user)).get(filled))

    async def command(self, user: User, path: str, body: Mapping[str, Any], thing_id: UUID) -> Answer:
        client = await self.client(user)
        filled = json.loads(json.dumps(body).replace("{id}", str(thing_id)))
        headers = {"x-csrftoken": client.cookies.get("zs_csrf") or ""}
        return answer(await client.post(path.format(id=thing_id), json=filled, headers=headers))

    async def route(self, user: User, method: str, path: str, thing_id: UUID) -> Answer:
        """Any route with the id at every place of its address; a change comes with an empty body."""
        client = await self.client(user)
        filled = PLACE.sub(str(thing_id), path)
        if method == "GET":
            return answer(await client.get(filled))
        headers = {"x-csrftoken": client.cookies.get("zs_csrf") or ""}
        sent: dict[str, Any] = {"json": {}} if path.startswith("/api/") else {"data": {}}
        return answer(await client.post(filled, headers=headers, **sent))

    # Services

    async def call(self, user: User, thing: Thing) -> Answer:
        """The service behind the page of a record."""
        doors: dict[str, Callable[[Work, UUID], Any]] = {
            "matter": matters.view, "clue": clues.view, "instrument": instruments.instrument_view,
            "delivery": instruments.delivery_view, "government_report": decisions.report_view,
            "decision": decisions.decision_view,
        }  # fmt: skip
        return await self._served(user, lambda work: doors[thing.kind](work, thing.id))

    async def search(self, user: User, thing: Thing) -> Answer:
        """The search of matters or clues for the mark of one record, in all that the reader may reach."""
        if thing.kind == "clue":
            return await self._served(user, lambda work: clues.list_clues(work, ClueFilter(q=thing.mark)))
        chosen = matters.MatterFilter(view="all", reach="all", q=thing.mark)
        return await self._served(user, lambda work: matters.list_matters(work, chosen))

    async def count(self, user: User, thing: Thing) -> int:
        """How many matters about one organ the reader is told of."""
        chosen = matters.MatterFilter(view="all", reach="all", supervised=(thing.about or thing.owner,))
        async with self.work(user) as work:
            return await matters.count(work, chosen)

    async def _served(self, user: User, call: Callable[[Work], Any]) -> Answer:
        try:
            async with self.work(user) as work:
                found = await call(work)
        except ZhunshengError as refused:
            return Answer(refused.status, frozenset(MARK.findall(str(refused))), f"{refused.code} {refused.message}")
        return Answer(200, frozenset(MARK.findall(repr(found))))


def answer(response: httpx.Response) -> Answer:
    body = response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    said = body.decode("utf-8", "replace")
    page = response.headers.get("content-type", "").startswith("text/html")
    return Answer(response.status_code, frozenset(MARK.findall(said)), VARYING.sub("", said), page)


def nowhere() -> UUID:
    """An id of the kind that records have, of none."""
    return new_id()


async def rows(world: World, organ: UUID, wanted: list[Thing], dice: random.Random) -> set[UUID]:
    """The bare tables under the organ's tenancy: which of the wanted records it gets, each asked for by itself, in a
    filter, under a sort, or counted."""
    shapes = (
        "select id from {t} where id = '{i}'", "select id from {t} where city_id = '{c}' and id = '{i}'",
        "select id from {t} where id in ('{i}', '{n}') order by created_at desc limit 1",
        "select max(id::text)::uuid from {t} where id = '{i}' having count(*) > 0",
    )  # fmt: skip
    found: set[UUID] = set()
    async with world.database.engine.connect() as connection:
        await connection.execute(
            text("select set_config('zs.tenancy', :t, true)"), {"t": world.database.signer.sign(world.city_id, organ)}
        )
        raw: Any = await connection.get_raw_connection()
        async with raw.driver_connection.pipeline() as pipeline, raw.driver_connection.cursor() as _:
            cursors = []
            for thing in wanted:
                cursor = raw.driver_connection.cursor()
                await cursor.execute(
                    dice.choice(shapes).format(t=thing.kind, i=thing.id, c=world.city_id, n=uuid4()), prepare=False
                )
                cursors.append(cursor)
            await pipeline.sync()
            for cursor in cursors:
                found |= {row[0] for row in await cursor.fetchall()}
    return found
