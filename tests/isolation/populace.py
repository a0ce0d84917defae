"""A whole city full of records, for the differential test: organs, officers, and the papers of a case in every stage.

One real case is taken through the services; its rows are then copied for every organ that handles cases, with new
ids and with a mark of its own in each text, so that any answer of the product can be searched for marks.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from kernel.search import bigrams
from supervision.matters.terms import organ_term
from tests import stories
from tests.isolation.regulation import Organ, Regulation, Thing, User
from tests.world import World

ON = date(2026, 11, 2)
"""The day of the test on the product's clock."""
CASE_TABLES = (
    "matter", "act", "finding", "activity", "handler", "evidence", "instrument", "requirement", "delivery", "reply",
    "deadline", "government_report", "decision", "decision_item", "timeline_event",
)  # fmt: skip
MARKED = {
    "matter": ("title",), "instrument": ("title", "opening"), "delivery": ("title", "summary"), "reply": ("general",),
    "government_report": ("body",), "decision": ("execution_note",), "notice": ("title",), "clue": ("title", "facts"),
    "deadline": ("title",), "evidence": ("name",), "timeline_event": ("title",), "activity": ("record",),
}  # fmt: skip
"""Columns that take the mark of their row."""
ROLES = {
    "government": (("government_leader",), ("organ_head",), ("system_admin",)),
    "department": (("supervisor",), ("supervision_leader",), ("legal_officer",), ("organ_head",), ("contact",),
                   ("audit_admin",)),
    "judicial_office": (("judicial_assistant",), ("organ_head",)),
}  # fmt: skip
OTHERS = (("organ_head",), ("contact",), ("legal_officer",), ("enforcement_officer",), ("supervisor",))


@dataclass(slots=True)
class Populace:
    """What there is, as the oracle knows it."""

    regulation: Regulation
    users: list[User] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    by_mark: dict[str, Thing] = field(default_factory=dict)
    by_kind: dict[str, list[Thing]] = field(default_factory=dict)
    accounts: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    """User → (account, person)."""

    def add(self, thing: Thing) -> None:
        self.things.append(thing)
        self.by_kind.setdefault(thing.kind, []).append(thing)
        if thing.mark:
            self.by_mark[thing.mark] = thing


def register_of(connection: Connection) -> dict[UUID, Organ]:
    rows = connection.execute(
        text("select id, kind, level, parent_id, business_lines, is_supervision_body, leadership, ended_on,"
             " successor_id, located_in_id from organ order by sort_key, key")
    )  # fmt: skip
    return {
        r.id: Organ(r.id, r.kind, r.level, r.parent_id, frozenset(r.business_lines), r.is_supervision_body,
                    r.leadership in ("upper", "dual_upper"), r.ended_on, r.successor_id, r.located_in_id)
        for r in rows
    }  # fmt: skip


def found_counties(connection: Connection, wanted: int) -> None:
    """Found further counties, copies of the largest one, until the city has that many organs."""
    count = connection.scalar(text("select count(*) from organ")) or 0
    county = connection.scalar(
        text("select o.id from organ o where o.kind = 'government' and o.level = 'county' order by"
             " (select count(*) from organ c where c.parent_id = o.id) desc, o.key limit 1")
    )  # fmt: skip
    below = text(
        "with recursive t as (select o.* from organ o where o.id = :root union all select c.* from organ c"
        " join t on c.parent_id = t.id) select to_jsonb(t) as row from t"
    )
    family = [dict(r.row) for r in connection.execute(below, {"root": county})]
    for number in range(1, 50):
        if count >= wanted:
            return
        renamed = {row["id"]: str(uuid4()) for row in family}
        copies = [_swapped({**row, "key": f"{row['key']}.copy{number}", "name": f"{row['name']}（{number}）"}, renamed)
                  for row in family]  # fmt: skip
        _insert(connection, "organ", copies)
        count += len(copies)


def _swapped(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The row with every known id in it replaced, also inside lists and documents."""
    said = json.dumps(row, ensure_ascii=False)
    for old, new in names.items():
        if old in said:
            said = said.replace(old, new)
    return dict(json.loads(said))


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    columns = [
        r.name
        for r in connection.execute(
            text("select attname as name from pg_attribute where attrelid = cast(:t as regclass) and attnum > 0"
                 " and not attisdropped and attidentity = '' and attgenerated = ''"),
            {"t": table},
        )
    ]  # fmt: skip
    names = ", ".join(f'"{c}"' for c in columns)
    chosen = ", ".join(f'r."{c}"' for c in columns)
    for start in range(0, len(rows), 500):
        connection.execute(
            text(f"insert into {table} ({names}) select {chosen} from"
                 f" jsonb_populate_recordset(null::{table}, cast(:rows as jsonb)) r"),
            {"rows": json.dumps(rows[start : start + 500], ensure_ascii=False)},
        )  # fmt: skip


async def prototype(world: World) -> dict[str, UUID]:
    """One case up to the government's decision, and a clue with its complainant; the parties by their role in it."""
    await stories.decided_matter(world)
    clue = await stories.register_clue(world)
    return {
        "body": await world.organ(stories.BODY),
        "supervised": await world.organ(stories.SUPERVISED),
        "government": await world.organ(stories.GOVERNMENT),
        "clue": clue.id,
    }


def settle(connection: Connection, parties: dict[str, UUID], dice: random.Random, cases: int) -> Populace:
    """Fill the city: officers everywhere, `cases` cases with every organ that handles cases, notices, clues."""
    city = Populace(Regulation(register_of(connection), ON))
    city_id = str(connection.scalar(text("select city_id from organ limit 1")))
    _officers(connection, city, city_id, dice)
    rows = {t: [dict(r.row) for r in connection.execute(text(f"select to_jsonb(t) as row from {t} t"))]
            for t in (*CASE_TABLES, "clue", "notice")}  # fmt: skip
    for table in CASE_TABLES:
        connection.execute(text(f"alter table {table} disable trigger all"))
    made: dict[str, list[dict[str, Any]]] = {}
    writer = _Writer(city, made, {name: str(i) for name, i in parties.items()}, dice)
    for owner in _handling(city.regulation):
        for _ in range(cases):
            writer.case(rows, owner)
        writer.clue(rows["clue"][0], owner)
    for organ in city.regulation.organs.values():
        writer.notice(rows["notice"][0], organ.id)
    for table, copies in made.items():
        _insert(connection, table, copies)
    for table in CASE_TABLES:
        connection.execute(text(f"alter table {table} enable trigger all"))
    _index(connection)
    return city


def _officers(connection: Connection, city: Populace, city_id: str, dice: random.Random) -> None:
    people, accounts, posts = [], [], []
    for organ in city.regulation.organs.values():
        if not city.regulation.lives(organ):
            continue
        kind = "department" if organ.kind in ("dual_led_body", "vertical_body") else organ.kind
        kind = "other" if kind == "government" and organ.level == "township" else kind
        for roles in dice.sample(ROLES.get(kind, OTHERS), k=2):
            person, account, post = uuid4(), uuid4(), uuid4()
            shared = {"city_id": city_id, "organ_id": str(organ.id), "created_at": "2026-01-01T00:00:00Z"}
            people.append({**shared, "id": str(person), "name": "某某", "phone": ""})
            accounts.append({**shared, "id": str(account), "person_id": str(person), "username": f"u{account.hex[:12]}",
                             "password_hash": "-", "password_changed_at": "2026-01-01T00:00:00Z",
                             "must_change": False, "preferences": {}})  # fmt: skip
            posts.append({**shared, "id": str(post), "person_id": str(person), "person_name": "某某", "title": "职员",
                          "unit": "", "kind": "main", "roles": list(roles), "certificate_no": "",
                          "valid_from": "2024-01-01"})  # fmt: skip
            city.users.append(User(post, organ.id, frozenset(roles)))
            city.accounts[post] = (account, person)
            city.add(Thing("account", account, organ.id))
    for table, made in (("person", people), ("account", accounts), ("post", posts)):
        _insert(connection, table, made)


def _handling(regulation: Regulation) -> Iterator[Organ]:
    """Organs that handle cases: justice departments for their government, departments for their own line."""
    for organ in regulation.organs.values():
        if organ.kind == "department" and organ.level != "township":
            yield organ


class _Writer:
    """Copies the prototype's rows for other parties."""

    def __init__(
        self, city: Populace, made: dict[str, list[dict[str, Any]]], parties: dict[str, str], dice: random.Random
    ) -> None:
        self.city, self.made, self.parties, self.dice = city, made, parties, dice
        self.count = 0
        living = [o for o in city.regulation.organs.values() if city.regulation.lives(o)]
        self.under: dict[UUID, list[Organ]] = {}
        for organ in living:
            for up in city.regulation.above(organ):
                self.under.setdefault(up.id, []).append(organ)

    def mark(self) -> str:
        self.count += 1
        return f"zq{self.count:06d}"

    def put(self, table: str, row: dict[str, Any], **facts: Any) -> str:
        """Keep a row, marked where its table is marked, and tell the oracle of it."""
        mark = self.mark() if table in MARKED else ""
        for column in MARKED.get(table, ()):
            row[column] = mark
        self.made.setdefault(table, []).append(row)
        thing = Thing(table, UUID(row["id"]), UUID(row["organ_id"]), mark, **facts)
        self.city.add(thing)
        return mark

    def case(self, rows: Mapping[str, list[dict[str, Any]]], owner: Organ) -> None:
        """A case of the owner against somebody under it: half of them up to the decision, half only drafted."""
        regulation = self.city.regulation
        seat = regulation.government(owner)
        if seat is None:
            return
        pool = self.under[seat.id] if owner.justice else self.under.get(owner.id, [])
        supervised = self.dice.choice([o for o in pool if o.id != owner.id] or [owner])
        if self.dice.random() < 0.5:
            # Half of a county's cases are about a township, in which a judicial office helps.
            towns = [o for o in pool if owner.justice and o.level == "township" and regulation.offices(owner, o)]
            supervised = self.dice.choice(towns or [supervised])
        decided = owner.justice and self.dice.random() < 0.5
        names = {r["id"]: str(uuid4()) for table in CASE_TABLES for r in rows[table]}
        names |= {
            self.parties["body"]: str(owner.id),
            self.parties["supervised"]: str(supervised.id),
            self.parties["government"]: str(seat.id),
        }
        title, matter_id = "", ""
        helping = frozenset(regulation.offices(owner, supervised))
        for table in CASE_TABLES:
            for row in rows[table]:
                if decided or not self._of_decision(table, row):
                    copy = self._copied(table, _swapped(row, names), owner, decided=decided)
                    copy |= {"matter_title": title} if "matter_title" in copy else {}
                    matter_id = copy["id"] if table == "matter" else matter_id
                    helped = helping if _of_work(table, copy, matter_id, str(owner.id)) else frozenset()
                    mark = self.put(table, copy, assisted=helped, **self._facts(table, copy))
                    title = mark if table == "matter" else title
        for office in helping:
            row = {"id": str(uuid4()), "city_id": rows["matter"][0]["city_id"], "organ_id": str(owner.id),
                   "created_at": "2026-01-01T00:00:00Z", "matter_id": matter_id, "office_id": str(office),
                   "origin": "area", "note": "", "named_by": ""}  # fmt: skip
            self.put("assistance", row, other=office, assisted=frozenset({office}))

    def _of_decision(self, table: str, row: Mapping[str, Any]) -> bool:
        """Rows that only a decided case has: the decision, its document, what the government wrote on it."""
        if table in ("decision", "decision_item"):
            return True
        by_government = table != "evidence" and row["organ_id"] == self.parties["government"]
        return by_government or (table in ("delivery", "instrument") and row.get("kind") == "decision")

    def _copied(self, table: str, row: dict[str, Any], owner: Organ, *, decided: bool) -> dict[str, Any]:
        number = self.count + 10_000
        if table in ("matter", "instrument", "government_report"):
            row |= {"seq": number} if row.get("seq") is not None else {}
        if table == "instrument" and row["kind"] != "decision" and not owner.justice:
            row["kind"] = "internal_notice"
        if table == "delivery" and row["kind"] != "decision" and not owner.justice:
            row["kind"] = "internal_notice"
        if table == "matter":
            row |= {"number": f"号{number}", "search": None}
        if table == "government_report" and not decided:
            row |= {"state": "draft", "sent_at": None, "number": None, "seq": None}
        if table == "reply" and not decided:
            row |= {"state": "draft", "submitted_at": None}
        if table == "evidence":
            row["origin"] = ""
        return row

    def _facts(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        other = {"delivery": "addressee_id", "reply": "issuer_id", "decision": "body_id"}.get(table)
        facts: dict[str, Any] = {"state": row.get("state", "")}
        if other is not None:
            facts["other"] = UUID(row[other])
        if table == "decision_item":
            facts["other"] = next(t.other for t in reversed(self.city.by_kind["decision"]))
        if row.get("supervised_id"):
            facts["about"] = UUID(row["supervised_id"])
        return facts

    def clue(self, row: dict[str, Any], owner: Organ) -> None:
        """A clue with the owner, a third of them passed on to it by somebody else of its county."""
        seat = self.city.regulation.government(owner)
        near = self.under.get(seat.id, [owner]) if seat else [owner]
        origin = self.dice.choice(near) if self.dice.random() < 0.34 else owner
        subject = self.dice.choice(near)
        copy = _swapped(row, {row["id"]: str(uuid4())})
        copy |= {"organ_id": str(owner.id), "origin_organ_id": str(origin.id), "subject_organ_id": str(subject.id),
                 "subject_name": "某单位", "number": f"线{self.count}", "search": None}  # fmt: skip
        self.put("clue", copy, other=origin.id, about=subject.id)

    def notice(self, row: dict[str, Any], organ_id: UUID) -> None:
        roles = sorted({r for group in (*ROLES.values(), OTHERS) for roles in group for r in roles})
        copy = _swapped(row, {row["id"]: str(uuid4())})
        copy |= {"organ_id": str(organ_id), "roles": roles, "post_id": None, "body": "", "read_by": [], "link": "/desk"}
        self.put("notice", copy)


def _of_work(table: str, row: Mapping[str, Any], matter_id: str, body: str) -> bool:
    """Whether a row belongs to the work on the matter: not what the supervised organ keeps, nor the government."""
    if table == "reply":
        return bool(row["issuer_id"] == body)
    answers = ("reply", "extension", "objection")
    if row["organ_id"] != body or (table == "evidence" and row["owner_kind"] in answers):
        return False
    return bool(
        table in ("matter", "requirement", "delivery") or matter_id in (row.get("matter_id"), row.get("thread_id"))
    )


def _index(connection: Connection) -> None:
    """The search terms of the copies, as the services would have stored them."""
    for table in ("matter", "clue"):
        rows = connection.execute(text(f"select id, title, organ_id from {table} where title like 'zq%'"))
        found = [
            {
                "id": r.id,
                "terms": [*bigrams(f"{r.title} 扣押"), *(organ_term(r.organ_id, live=live) for live in (False, True))],
            }
            for r in rows
        ]
        connection.execute(
            text(f"update {table} set search = array_to_tsvector(cast(:terms as text[])) where id = :id"), found
        )
    connection.execute(text("analyze"))
