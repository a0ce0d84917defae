"""Every list of the application, as every class of user, on indexes alone: no big table is read whole, and no plan
throws away more than 500 rows.

The lists are taken from the application itself: a GET route without a record in its path is a list unless NO_LIST
says what else it is. So a new list is noticed, and is asked with the bare address until LISTS knows its filters.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy.engine import make_url

from kernel import settings
from tests.bulk import COMMON, FULL, QUICK, RARE, Bulk, fill
from tests.databases import Cluster
from tests.plans import MOST_REMOVED, Waste, big_tables, captured, explained
from tests.tenants.registers.files import citizen_id
from tests.web.test_routes import routes
from tests.world import World
from web.app import Parts, create_app
from web.sessions import Sessions

TODAY = date(2026, 10, 9)
PEOPLE = {
    "city supervisor": ("市司法局", "supervisor"),
    "city leader": ("市司法局", "supervision_leader"),
    "county supervisor": ("建安区司法局", "supervisor"),
    "county leader": ("建安区司法局", "supervision_leader"),
    "city line department": ("市水利局", "supervisor"),
    "single department": ("建安区城市管理局", "contact"),
    "head of a department": ("建安区城市管理局", "organ_head"),
    "township": ("尚集镇政府", "contact"),
    "judicial office": ("建安区尚集司法所", "judicial_assistant"),
    "county government": ("建安区政府", "government_leader"),
    "city government": ("许昌市政府", "government_leader"),
    "audit administrator": ("建安区司法局", "audit_admin"),
    "system administrator": ("建安区司法局", "system_admin"),
    "security administrator": ("建安区司法局", "security_admin"),
}
TRYING = {"city supervisor", "city line department", "single department", "audit administrator"}
"""Readers who try every filter; the others open each list as it stands, but at full size everybody tries."""
PAGES = 3
"""Pages of each list of the API that are read."""
MOST_HITS = 1_000
NO_LIST = {
    "/": "leads to the home page",
    "/returns/board": "leads to the board of the form that was due last",
    "/returns/line": "leads to the roll-up of the form that was due last",
    "/login": "no records",
    "/password": "a form",
    "/keepalive": "no records",
    "/verify": "a form",
    "/help": "text",
    "/rules": "the rule book",
    "/accountability/new": "a form",
    "/accountability/start": "a form",
    "/clues/new": "a form",
    "/matters/new": "a form",
    "/referrals/new": "a form",
    "/conduct/new": "a form",
    "/channels": "sums over the clues of up to two years",
    "/api/v1/channels/overview": "sums over the clues of up to two years",
    "/channels/media/new": "a form",
    "/channels/social/new": "a form",
    "/channels/supervisors/new": "a form",
    "/complaints/new": "a form",
    "/complaints/organs": "organs",
    "/complaints/progress": "a form",
    "/conduct/receipt": "a form",
    "/conduct/registered": "one receipt",
    "/instruments/new": "a form for one matter",
    "/matters/bulk": "a form for chosen matters",
    "/api-keys/new": "a form",
    "/notices/settings": "one's own wishes",
    "/webhooks/new": "a form",
    "/api/v1/api-keys/self": "the calling key",
    "/delegations/new": "a form",
    "/checks/act": "a form for chosen hits",
    "/checks/models": "the catalogue of models with their counts",
    "/api/v1/checks/models": "the catalogue of models with their counts",
    "/interests/new": "a form",
    "/licences/new": "a form",
    "/officers/new": "a form",
    "/officers/imports/template": "the workbook to fill in",
    "/api/v1/officers/imports/template": "the workbook to fill in",
    "/officers/export": "the register as a workbook",
    "/links/new": "a form",
    "/api/v1/officers/export": "the register as a workbook",
    "/bodies/new": "a form",
    "/records/imports/template": "the table to fill in",
    "/api/v1/records/template": "the table to fill in",
    "/me/certificate": "one person's file",
    "/api/v1/officers/mine": "one person's file",
    "/audit/sealed": "files of seals, for the auditor's own check",
    "/audit/export": "the whole trail as a file",
    "/api/v1/audit/export": "the whole trail as a file",
    "/audit/sealing": "state of the seals",
    "/api/v1/audit/sealing": "state of the seals",
    "/figures/indicators": "the catalogue of indicators",
    "/api/v1/figures/indicators": "the catalogue of indicators",
    "/matters/export": "up to 5,000 rows as a workbook",
    "/api/v1/matters/export": "up to 5,000 rows as a workbook",
    "/api/v1/annual/summary": "a drafted report as a file",
    "/api/docs": "text",
    "/docs/problems": "text",
    "/accounts/guests/new": "a form",
    "/api/v1/schema": "text",
    "/api/v1/schema/openapi.json": "text",
    "/health/live": "no records",
    "/metrics": "the operator's figures, sums over whole queues",
    "/health/ready": "no records",
}
VIEWS = ("active", "overdue", "today", "verify", "reported", "closed", "all")
MATTERS = [
    *(f"view={v}&sort={s}&reach={r}" for v in VIEWS for s in ("due", "created", "number") for r in ("own", "all")),
    *(f"view=active&reach={r}&{f}" for r in ("own", "all") for f in (
        "stage=to_verify", "stage=to_decide&stage=executing", "mode=circular", "item=10(8)", "due=near", "due=far",
        "year=2026", "handler={me}", f"q={quote(COMMON)}", f"q={quote(RARE)}", "q=zzzz", "mode=other&item=8(1)",
        "supervised={other}",
    )),
    f"view=all&q={quote(COMMON)}&reach=all", f"view=closed&q={quote(RARE)}", "view=closed&mode=circular",
    "view=all&supervised={other}", "view=closed&item=9(1)&reach=all", "view=all&year=2024",
]  # fmt: skip
LISTS = {
    "/matters": ["", "reach=all"],
    "/api/v1/matters": MATTERS,
    "/matters/counts": ["reach=own", "reach=all"],
    "/clues": [
        "", *(f"state={s}" for s in ("new", "accepted", "in_matter", "answered", "dismissed", "passed_on", "all")),
        "due=overdue", "due=near", f"q={quote(COMMON)}", f"q={quote(RARE)}", "source=media&state=answered",
        "state=all&item=10(5)", "state=all&month=2026-09",
    ],
    "/instruments": ["", *(f"tab={t}" for t in ("drafting", "running", "failed", "done", "all")), f"q={quote(RARE)}",
                     "kind=opinion"],
    "/inbox": [*(f"tab={t}" for t in ("open", "copies", "done", "all", "papers")), f"q={quote(RARE)}"],
    "/deliveries": [*(f"tab={t}" for t in ("open", "copies", "done", "all")), f"q={quote(RARE)}"],
    "/deliveries/papers": ["", f"q={quote(RARE)}"],
    "/accountability": ["", *(f"view={v}&reach={r}" for v in ("live", "ended", "all") for r in ("own", "all"))],
    "/reports": ["", *(f"view={v}" for v in ("waiting", "open", "done", "all"))],
    "/licences": [f"tab={t}" for t in ("pending", "issued", "refused", "all")],
    "/decisions": ["", *(f"view={v}" for v in ("executing", "to_verify", "not_executed", "executed", "all"))],
    "/deadlines": [f"due={d}" for d in ("overdue", "today", "near", "far")],
    "/recusals": [*(f"tab={t}" for t in ("open", "all", "applications"))],
    "/api/v1/recusals": ["", "open_only=true"],
    "/interests": ["", "view=organ"],
    "/api/v1/interests": ["", "mine=false"],
    "/officers": [
        *(f"tab={t}&reach={r}" for t in ("active", "expiring", "expired", "suspended", "left") for r in ("own", "all")),
        f"q={quote('王')}", "q=1604", f"q={citizen_id()}", "organ={other}",
    ],
    "/records": ["", "kind=penalty", "kind=collection", f"q={quote(COMMON)}", f"q={quote(RARE)}", "organ={other}",
                 "since=2026-01-01&until=2026-03-01"],
    "/api/v1/records": ["", "kind=inspection", f"q={citizen_id()}", "organ_id={other}", "since=2026-06-01"],
    "/records/quarantine": ["", "state=resubmitted", "state=discarded"],
    "/api/v1/records/quarantine": ["", "state=discarded"],
    "/checks": [
        "", *(f"state={s}" for s in ("clue", "matter", "dismissed", "cleared")), "severity=A", "rule=P01",
        "organ={other}", "state=cleared&severity=B&rule=P18",
    ],
    "/checks/outliers": [""],
    "/desk": ["", "scope=mine", "scope=all"],
    "/referrals": ["", "view=ended"],
    "/channels/hotline": ["state=open", "state=all"],
    "/channels/supervisors": ["", "view=ended"],
    "/conduct": ["", "view=ended"],
    "/returns": ["", "view=done", "view=all"],
    "/overview": ["", "period=2026Q4"],
    "/audit": ["", "action=download", "result=denied", "from=2026-01-01&to=2026-02-01", "q=zzzz",
               f"person={quote('王某某')}"],
}  # fmt: skip


@dataclass(slots=True)
class Reader:
    """Somebody who is logged in."""

    name: str
    cookie: str
    person: str


@dataclass(slots=True)
class Filled:
    """The application over a city full of records."""

    world: World
    app: Any
    readers: list[Reader]
    big: frozenset[str]
    other: str
    """An organ that the county's supervision body supervises."""
    size: int = QUICK

    async def get(self, reader: Reader, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
            return await http.get(path, headers={"cookie": f"zs_session={reader.cookie}"}, timeout=120)


async def opened(url: str, owner: str, size: int) -> Filled:
    """A city with `size` matters and somebody of each class logged in."""
    world = World.open(url)
    await world.set_clock(f"{TODAY} 09:00")
    fill(owner, await world.directory(), Bulk(size, TODAY, open_share=0.04 if size > QUICK else 0.12))
    sessions = Sessions(world.database, world.city_id, 3600)
    readers = []
    for name, (organ, role) in PEOPLE.items():
        actor = await world.actor(organ, role)
        token = await sessions.open(actor.account_id, actor.post_id)
        readers.append(Reader(name, token, str(actor.person_id)))
    app = create_app(Parts(settings.load(), world.database))
    big = await big_tables(world.database.engine)
    return Filled(world, app, readers, big, str(await world.organ("建安区城市管理局")), size)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(QUICK, marks=[pytest.mark.drill]),
        pytest.param(FULL, marks=[pytest.mark.drill, pytest.mark.long]),
    ],
)
async def filled(cluster: Cluster, request: pytest.FixtureRequest) -> AsyncIterator[Filled]:
    backend = cluster.backend("embedded")
    with backend.clone() as url:
        owner = make_url(backend.admin_url).set(database=make_url(url).database)
        made = await opened(url, owner.render_as_string(hide_password=False), request.param)
        yield made
        await made.world.close()


def lists(app: Any) -> list[str]:
    return sorted(path for method, path in routes(app) if method == "GET" and "{" not in path and path not in NO_LIST)


async def wasted(
    made: Filled, path: str, reader: Reader, seen: set[tuple[str, str]], pages: int = 1
) -> tuple[int, list[str]]:
    """The answer's status and what the statements of it and of the following pages do in vain; the same statement with
    the same values is asked once."""
    with captured(made.world.database.engine) as ran:
        answer = await made.get(reader, path)
    found = []
    # Hits of a search are looked up one by one, and on a later page those before its place are left out again.
    most = MOST_HITS if "q=" in path and "after=" in path else MOST_REMOVED
    for one in ran:
        key = (one.sql, f"{one.tenancy.split('|')[1:2]}{one.parameters}"[:2000])
        if key in seen or "zs.tenancy" in one.sql or "guard.session" in one.sql:
            continue
        seen.add(key)
        waste = await explained(made.world.database.engine, one, made.big)
        if waste.removed > most or waste.scans:
            found.append(told(path, reader, waste, one.sql))
    following = _next(path, answer)
    if pages > 1 and following:
        found += (await wasted(made, following, reader, seen, pages - 1))[1]
    return answer.status_code, found


def _next(path: str, answer: httpx.Response) -> str | None:
    """The address of the page after an answer of the API."""
    if answer.status_code != 200 or answer.headers.get("content-type") != "application/json":
        return None
    found = answer.json()
    place = found.get("next") if isinstance(found, dict) else None
    return (
        f"{re.sub('[?&]after=[^&]*', '', path)}{'&' if '?' in path else '?'}after={quote(str(place))}"
        if place
        else None
    )


def told(path: str, reader: Reader, waste: Waste, sql: str) -> str:
    whole = f"reads whole {', '.join(waste.scans)}" if waste.scans else ""
    return (
        f"{path} as {reader.name}: {whole} removes {waste.removed} at {waste.node}\n    {' '.join(sql.split())[:1500]}"
    )


async def test_no_list_reads_a_table_whole_or_throws_rows_away(filled: Filled) -> None:
    found: list[str] = []
    answered: dict[str, set[int]] = {}
    seen: set[tuple[str, str]] = set()
    served: dict[tuple[str, str], set[int]] = {}
    trying = TRYING if filled.size == QUICK else set(PEOPLE)
    for path in lists(filled.app.app):
        tried = False
        for query in LISTS.get(path, LISTS.get(path.removeprefix("/api/v1"), [""])):
            for reader in filled.readers:
                if 200 not in served.setdefault((path, reader.name), {200}) or (tried and reader.name not in trying):
                    continue
                filter_ = query.format(me=reader.person, other=filled.other)
                address = f"{path}?{filter_}" if filter_ else path
                status, more = await wasted(filled, address, reader, seen, pages=PAGES)
                answered.setdefault(path, set()).add(status)
                served[path, reader.name] = {status}
                found += more
            tried = True
    assert not found, "\n".join([f"{len(found)} statements", *found[:60]])
    assert {p for p, statuses in answered.items() if 200 not in statuses} == set()
    assert not [p for p, statuses in answered.items() if statuses - {200, 303, 403, 404}]


def test_what_is_no_list_exists_and_every_filtered_list_is_one(filled: Filled) -> None:
    known = {path for method, path in routes(filled.app.app) if method == "GET"}
    assert set(NO_LIST) <= known
    assert {p for p in LISTS if not {p, f"/api/v1{p}"} & set(lists(filled.app.app))} == set()
