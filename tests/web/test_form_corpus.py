"""Input that no field takes, and ordinary text that looks like an attack, at every form of every reader's pages."""

from __future__ import annotations

import gzip
import itertools
import random
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from kernel.ids import new_id
from supervision.accountability.service import Respondent
from supervision.plans import service as plans
from tests import stories
from tests.databases import Backend
from tests.reporting.annual import steps as annual
from tests.reporting.returns import stories as returns
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.accountability import steps
from tests.supervision.licensing import people
from tests.supervision.records.lines import penalty
from tests.supervision.records.test_records_taking import taken
from tests.supervision.referrals import cases
from tests.tenants.registers import files
from tests.web.conftest import Client, Opener, application
from tests.web.test_routes import routes
from tests.world import World
from web.forms import Form as Submission

REFUSED: Final = ("a\x00b", "a\x1b[31mb", "gpj\u202eexe", "a\ufffeb", "长" * 50_001)
"""Nobody types these: every field of every form answers 4xx and nothing is stored."""
ODD: Final = (
    '=HYPERLINK("http://evil")',
    "'; drop table matter; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "9" * 400,
    "-1",
    "２０２６-１３-４０",
    "{{ 7 * 7 }}",
    "%00",
    "💥",
)
"""Text like any other: kept or refused, never an error of the server, never more than text on a page."""
SESSION: Final = ("/login", "/logout", "/posts/", "/demo/advance", "/password")
PAGES: Final = {
    (BODY, "chen"): (
        "/clues/new", "/clues", "/matters/new", "/matters", "/instruments", "/deadlines", "/desk", "/interests/new",
        "/interests", "/recusals", "/referrals", "/referrals/new", "/conduct/new", "/returns",
        "/accountability", "/plans", "/channels/media/new", "/channels/social/new", "/channels/duplicates",
        "/channels/hotline", "/checks",
    ),
    (BODY, "li"): (
        "/desk", "/reports", "/decisions", "/escalations", "/instruments", "/matters", "/recusals",
        "/interests?view=organ", "/licences", "/referrals", "/commendations", "/accountability",
        "/channels/supervisors/new", "/channels/supervisors",
        "/checks/models", "/checks/models/P01", "/checks/benchmarks",
    ),
    (GOVERNMENT, "wu"): ("/reports", "/decisions", "/conduct", "/commendations"),
    (GOVERNMENT, "xu"): ("/decisions",),
    (SUPERVISED, "zhou"): (
        "/inbox", "/officers/new", "/officers", "/bodies/new", "/bodies", "/licences", "/licences/new",
        "/referrals/new", "/conduct/receipt", "/commendations", "/annual", "/records", "/records/imports",
        "/records/quarantine",
    ),
    (SUPERVISED, "qian"): ("/inbox", "/accountability/received"),
    (SUPERVISED, "peng"): ("/accountability/received",),
    (BODY, "han"): (
        "/accounts", "/api-keys", "/api-keys/new", "/dead-letters", "/links", "/links/new", "/webhooks/new",
        "/notices/settings", "/notice-channels",
    ),
    (BODY, "feng"): ("/accounts", "/delegations", "/delegations/new"),
}  # fmt: skip
SECTIONS: Final = (
    "clues", "matters", "instruments", "reports", "decisions", "inbox", "accounts", "delegations", "escalations",
    "recusals", "interests", "officers", "bodies", "licences", "referrals", "conduct", "commendations",
    "returns", "accountability", "annual", "plans", "links", "channels", "api-keys", "records", "checks",
    "webhooks",
)  # fmt: skip
"""Where the pages of records lie."""
RECORDS: Final = re.compile(rf"/({'|'.join(SECTIONS)})/[^?#]+")
FILES: Final = (".pdf", ".xlsx", "/pdf", "/docx", "/export", "/template", "/report")
BOMB: Final = gzip.compress(b"\0" * 50_000_000)
"""Little to send, much to unpack."""
STORED: Final = frozenset({"idempotency_record", "user_session", "login_attempt", "audit_entry", "notice_reading"})
"""Tables that every request may write: a refusal is audited, and whoever opens a line of the bell has read it."""


@dataclass
class Form:
    """A form as a page shows it: where it goes, and the values of its fields."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """The forms that change something, and the links."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._open = given.get("method", "get").lower() == "post"
            if self._open:
                self.forms.append(Form(given.get("action", "")))
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif self._open and name:
            if given.get("type") == "file":
                self.forms[-1].files.append(name)
            elif (
                given.get("type") not in ("radio", "checkbox")
                or "checked" in given
                or name not in self.forms[-1].values
            ):
                self.forms[-1].values[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


async def casework(world: World, *, decided: bool) -> None:
    """A record of every kind, in a state in which somebody has a form for it."""
    await people.apply(world, SUPERVISED, await people.officer(world, SUPERVISED, people.citizen_id()))
    await people.officer(world, SUPERVISED, people.citizen_id(), name="另一人")
    await stories.register_clue(world)
    await returns.submitted(world)
    await stories.propose_matter(world, "再次立项")
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    await stories.draft_letter(world, matter.id)
    await stories.enter_seizure(world, matter.id)
    await stories.served_matter(world)
    await files.add(world)
    await cases.drafted(world)
    await cases.sent(world)
    await cases.follow_up(world)
    await annual.sent(world)
    await taken(world, penalty(3), penalty(4, fine_fen=-1))
    await annual.duty(world, "plan")
    async with world.work(BODY, "supervisor") as work:
        await plans.start(work, work.today.year)
    if decided:
        await stories.decided_matter(world)
    else:
        await stories.reported_matter(world)
    await accountable(world)


async def accountable(world: World) -> None:
    """Cases of accountability: one to be told, one whose defence is awaited, a proposal to be answered, a decision."""
    person, _ = await steps.against_officer(world)
    await steps.notify(world, person.id)
    await steps.receive(world, (await steps.notices(world, person.id))[0].id)
    named = Respondent(name="彭程", responsibility="direct")
    await steps.propose(world)
    for measure in ("person_criticism", "organ_criticism"):
        case = await steps.propose(world, measure=measure, person=named if measure[0] == "p" else None)
        await steps.decided(world, case.id, measure)


async def forms_of(client: Client, starts: tuple[str, ...]) -> list[Form]:
    """One form of each shape that the pages of a reader lead to."""
    seen: set[str] = set()
    found: dict[str, Form] = {}
    waiting = list(starts)
    while waiting and len(seen) < 60:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = await client.get(path)
        if answer.status_code != 200:
            continue
        page = Page()
        page.feed(answer.text)
        for form in page.forms:
            if not form.action.startswith(SESSION):
                shape = re.sub(r"[0-9a-f-]{36}", "*", form.action) + "|" + "|".join(sorted(form.values))
                found.setdefault(shape, form)
        waiting += [link for link in page.links if RECORDS.fullmatch(link) and not link.endswith(FILES)]
    return list(found.values())


async def send(client: Client, form: Form, name: str, piece: str) -> tuple[int, str]:
    values = form.values | {"_idempotency_key": str(new_id()), name: piece}
    values.pop("_csrf_token", None)
    answer = await client.post(form.action, values)
    return answer.status_code, answer.text


@pytest.mark.drill
@pytest.mark.parametrize("reader", PAGES, ids=lambda r: r[1])
async def test_no_form_takes_what_nobody_types(
    world: World, backend: Backend, client_for: Opener, reader: tuple[str, str]
) -> None:
    await casework(world, decided=reader[1] != "wu")
    client = await client_for(*reader)
    forms = await forms_of(client, PAGES[reader])
    assert forms
    pieces = itertools.cycle(REFUSED)
    before = backend.rows(world.url, without=STORED)
    for form in forms:
        for name in [n for n in form.values if not n.startswith("_")]:
            piece = next(pieces)
            status, page = await send(client, form, name, piece)
            assert 400 <= status < 500, (form.action, name, piece[:20], status)
            assert re.search(r"[\u4e00-\u9fff]{4}", page), (form.action, name)
        for name in form.files:
            files = {name: ("../a\u202e.pdf", b"%PDF-1.7", "application/pdf")}
            answer = await client.post(form.action, {}, files=files)
            assert 400 <= answer.status_code < 500, (form.action, name, answer.status_code)
        wrong = await client.http.post(form.action, content=b"<a/>", headers={"content-type": "application/xml"})
        assert 400 <= wrong.status_code < 500, (form.action, wrong.status_code)
    assert backend.rows(world.url, without=STORED) == before


@pytest.mark.drill
@pytest.mark.parametrize("reader", PAGES, ids=lambda r: r[1])
async def test_odd_text_is_text_at_every_form(world: World, client_for: Opener, reader: tuple[str, str]) -> None:
    await casework(world, decided=reader[1] != "wu")
    client = await client_for(*reader)
    pieces = itertools.cycle(ODD)
    for form in await forms_of(client, PAGES[reader]):
        for name in [n for n in form.values if not n.startswith("_")]:
            for piece in itertools.islice(pieces, 2):
                status, page = await send(client, form, name, piece)
                assert status < 500, (form.action, name, piece, page[:300])
                assert "<script>alert(1)" not in page, (form.action, name)


ALIASES: Final = {
    "paper": "paper", "copy": "paper_copy", "view": "saved_view", "letter": "dead_letter", "draft": "circular_draft",
    "report": "government_report", "item": "escalated_item", "step": "recusal_step", "list": "commendation_list",
    "complaint": "conduct_complaint", "application": "licence_application",
}  # fmt: skip
"""The record that a place of an address names, where its table is called otherwise."""
READERS: Final = tuple(PAGES)
UPLOADS: Final = {"/inbox/{delivery_id}/reply": ("files-1",)}
"""Where files are sent under other names. There, a file under a name that nobody asks for comes with an empty form, and
an empty form is a draft that is lawfully kept."""


class Fields:
    """The names of the fields that handlers ask a form for, noted while they do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: set[str] = set()
        for reading in ("text", "many", "files", "secret"):
            monkeypatch.setattr(Submission, reading, self._noting(getattr(Submission, reading)))

    def _noting(self, read: Any) -> Any:
        def noted(form: Submission, name: str, *args: Any, **options: Any) -> Any:
            self.names.add(name)
            return read(form, name, *args, **options)

        return noted


async def records(world: World, backend: Backend) -> dict[str, list[str]]:
    """Place of an address → ids of what the casework made."""
    engine = create_engine(make_url(backend.admin_url).set(database=make_url(world.url).database))
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        tables = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        columns = (
            "select 1 from pg_attribute where attrelid = to_regclass(:table) and attname = 'id' and atttypid = 2950"
        )
        for table in tables:
            if connection.scalar(text(columns), {"table": table}):
                ids = connection.scalars(text(f'select id from "{table}" order by id desc limit 2'))
                found[f"{table}_id"] = [str(one) for one in ids]
    engine.dispose()
    return found | {f"{place}_id": found.get(f"{table}_id", []) for place, table in ALIASES.items()}


@pytest.mark.drill
async def test_no_changing_page_route_takes_what_nobody_types(
    world: World, backend: Backend, client_for: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forms that no page shows at the moment are tried too: every route that changes something, with the fields that
    its handler asks for."""
    await casework(world, decided=True)
    known = await records(world, backend)
    clients = [await client_for(*reader) for reader in READERS]
    envelope: Any = application(world)
    paths = [p for m, p in routes(envelope.app) if m == "POST" and not p.startswith(("/api/", *SESSION))]
    assert len(paths) > 50
    fields, before, dice = Fields(monkeypatch), backend.rows(world.url, without=STORED), random.Random(5)
    for path in paths:
        for client in dice.sample(clients, 3):
            filled = re.sub(r"\{(\w+)\}", lambda m: dice.choice(known.get(m[1]) or [str(new_id())]), path)
            fields.names.clear()
            first = await client.post(filled, {"_idempotency_key": str(new_id()), "nobody": REFUSED[0]})
            assert 400 <= first.status_code < 500, (path, first.status_code)
            for name in sorted(fields.names - {"_version"}) or ["note"]:
                for piece in dice.sample(REFUSED, 2):
                    answer = await client.post(filled, {"_idempotency_key": str(new_id()), name: piece})
                    assert 400 <= answer.status_code < 500, (path, name, piece[:20], answer.status_code)
            bomb = {"files": ("a.xlsx", BOMB, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")}
            for name in UPLOADS.get(path, ("files", "file")):
                answer = await client.post(filled, {}, files={name: bomb["files"]})
                assert answer.status_code < 500, (path, name, answer.status_code)
    assert backend.rows(world.url, without=STORED) == before
