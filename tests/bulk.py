"""A city's records in bulk: a million matters with what hangs on them, written with COPY into a migrated database.

For benches and for the plans of lists: how many rows there are, how unevenly they lie on the organs, how few of them
are open and how common each word is follow a real city; the content of one matter means nothing. Nothing random is
left to chance: the same size gives the same rows. Supervision follows the real relations of the tree.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

import psycopg

from kernel.search import bigrams
from tenants.organs.directory import Directory
from tests import bulk_records, bulk_registers

FULL = 1_000_000
QUICK = 30_000
MODES = (
    "inspection", "special", "report_request", "file_review", "monitoring", "appraisal", "verification_urging",
    "circular", "other",
)  # fmt: skip
ITEMS = [f"8({n})" for n in range(1, 11)] + [f"9({n})" for n in range(1, 7)] + [f"10({n})" for n in range(1, 9)]
STAGES = (
    ("checking", 30), ("to_issue", 10), ("urging", 28), ("opinion_served", 10), ("to_verify", 14), ("to_decide", 3),
    ("executing", 5),
)  # fmt: skip
SOURCES = ("hotline", "complaint", "petition", "media", "social_supervisor", "own_finding", "order_from_above")
PLACES = [
    "建设路",
    "新兴路",
    "许由路",
    "颍昌大道",
    "文峰路",
    "天宝路",
    "八一路",
    "莲城大道",
    "灵井镇",
    "尚集镇",
    "将官池镇",
    "五女店镇",
    "石固镇",
    "神垕镇",
]
TRADES = ["餐饮", "建材", "物流", "化工", "采砂", "养殖", "药品", "印刷", "装修", "客运", "广告", "加油"]
FAULTS = [
    "未按规定公示执法结果",
    "行政处罚未经法制审核",
    "执法人员未出示执法证件",
    "查封扣押超过法定期限",
    "罚没款项未实行罚缴分离",
    "同类案件处罚畸轻畸重",
    "未依法告知听证权利",
    "投诉举报逾期未处理",
    "执法记录仪资料缺失",
    "案卷归档不完整",
    "委托执法手续不全",
    "涉企检查未备案",
]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
COMMON, RARE = "处罚", "扣押"
"""Words of two characters that a twelfth of the titles hold, and far fewer when joined to a place."""


@dataclass(slots=True)
class Bulk:
    """What is to be made. `open_share`: of all matters, those not yet ended; `today` is the product's day."""

    matters: int
    today: date
    open_share: float = 0.04
    owners: list[UUID] = field(default_factory=list)

    def day(self, back: int) -> date:
        return self.today - timedelta(days=back)


def fill(owner_url: str, tree: Directory, bulk: Bulk) -> dict[str, int]:
    """Write everything in one transaction as the superuser; returns rows by table. Statistics are fresh afterwards.

    Indexes are made after the rows, and foreign keys are not asked: the maker keeps them.
    """
    with psycopg.connect(owner_url.replace("+psycopg", "")) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("set synchronous_commit = off")
        persons = _persons(connection)
        made = _Made(tree, bulk, persons)
        counts = {}
        for table, columns, rows in made.tables():
            rebuild = _drop_indexes(connection, table)
            counts[table] = _copy(connection, table, columns, rows)
            for statement in rebuild:
                connection.execute(statement)
        connection.commit()
        connection.autocommit = True
        for table in counts:
            connection.execute(f"vacuum (analyze) {table}".encode())
    return counts


def _persons(connection: psycopg.Connection[Any]) -> dict[UUID, list[tuple[UUID, UUID, str]]]:
    """Organ → (post, person, name) of its real supervisors, who handle their share like the made-up ones."""
    found: dict[UUID, list[tuple[UUID, UUID, str]]] = {}
    for organ, post, person, name in connection.execute(
        "select organ_id, id, person_id, person_name from post where 'supervisor' = any (roles) order by id"
    ):
        found.setdefault(organ, []).append((post, person, name))
    return found


def _drop_indexes(connection: psycopg.Connection[Any], table: str) -> list[bytes]:
    """Drop the plain indexes of a table; returns the statements that make them again."""
    rows = connection.execute(
        "select i.indexname, i.indexdef from pg_indexes i join pg_class c on c.relname = i.indexname"
        " left join pg_constraint k on k.conindid = c.oid"
        " where i.schemaname = 'public' and i.tablename = %s and k.oid is null",
        [table],
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"drop index {name}".encode())
    return [definition.encode() for _, definition in rows]


def _copy(connection: psycopg.Connection[Any], table: str, columns: str, rows: Iterator[str]) -> int:
    count, lines = 0, []
    with connection.cursor().copy(f"copy {table} ({', '.join(columns.split())}) from stdin".encode()) as copy:
        for line in rows:
            lines.append(line)
            count += 1
            if len(lines) == 2_000:
                copy.write("".join(lines))
                lines.clear()
        copy.write("".join(lines))
    return count


def _line(*values: object) -> str:
    return "\t".join(["\\N" if v is None else str(v) for v in values]) + "\n"


def number(kind: int, n: int, at: int = 0) -> str:
    """An id that grows like a UUIDv7, by the day `at` and by `n`; the kind of record is in it."""
    return f"{0x01900000 + at:08x}-{kind:04x}-7000-8000-{n:012x}"


def _vector(terms: Sequence[str]) -> str:
    """A tsvector as COPY reads it."""
    return " ".join(f"'{term}'" for term in terms)


MATTER, HANDLER, CLUE, DEADLINE, INSTRUMENT, DELIVERY, NOTICE, AUDIT, REPORT, DECISION, ITEM, COPY = range(1, 13)


class _Made:
    """The rows of every table, one after the other, from one walk over the matters."""

    def __init__(self, tree: Directory, bulk: Bulk, persons: dict[UUID, list[tuple[UUID, UUID, str]]]) -> None:
        self.tree, self.bulk = tree, bulk
        self.random = random.Random(20_261_009)
        self.city = next(iter(tree.organs.values())).city_id
        self.owners = _owners(tree)
        closure = tree.supervision.closure()
        self.under: dict[UUID, list[tuple[UUID, str]]] = {organ: [] for organ, _ in self.owners}
        for (supervisor, supervised), relation in closure.items():
            if supervisor in self.under and tree.facts[supervised].alive_on(tree.on):
                self.under[supervisor].append((supervised, str(relation.kind)))
        for organ, found in self.under.items():
            found.sort(key=lambda pair: str(pair[0]))
            found[:] = found or [(organ, "internal")]
        self.staff = {organ: _staff(organ, persons.get(organ, [])) for organ, _ in self.owners}
        self.offices = [o.id for o in tree.organs.values() if o.kind == "judicial_office"]
        self.texts = [
            (text, _vector(bigrams(text)))
            for place in PLACES
            for trade in TRADES
            for fault in FAULTS
            for text in (f"{place}{trade}行业{fault}",)
        ]
        self.matters = list(self._matters())

    def _matters(self) -> Iterator[_Matter]:
        pick, bulk = self.random, self.bulk
        weights = list(accumulate(weight for _, weight in self.owners))
        stages = list(accumulate(weight for _, weight in STAGES))
        seqs: dict[tuple[UUID, int], int] = {}
        for n in range(bulk.matters):
            organ = pick.choices(self.owners, cum_weights=weights)[0][0]
            live = pick.random() < bulk.open_share
            age = int(pick.random() * 180) if live else int(30 + 2_500 * (1 - n / bulk.matters) + 30 * pick.random())
            opened = bulk.day(age)
            state, stage = "closed", "closed"
            if live:
                state = pick.choices(("open", "proposed", "closing", "suspended"), (82, 6, 6, 6))[0]
                stage = pick.choices(STAGES, cum_weights=stages)[0][0]
                stage = {"proposed": "to_accept", "suspended": "suspended"}.get(state, stage)
            elif pick.random() < 0.01:
                state = stage = "rejected"
            numbered = state not in ("proposed", "rejected")
            seq = None
            if numbered:
                seq = seqs[organ, opened.year] = seqs.get((organ, opened.year), 0) + 1
            due = bulk.today + timedelta(days=int(pick.gauss(9, 12))) if state in ("open", "closing") else None
            supervised, relation = pick.choice(self.under[organ])
            yield _Matter(
                n, organ, live, age, opened, state, stage, seq, due, supervised, relation,
                pick.choices(MODES, (20, 8, 5, 12, 6, 4, 38, 5, 2))[0],
                [ITEMS[int(pick.random() ** 2 * len(ITEMS))] for _ in range(pick.choice((1, 1, 2)))],
                int(pick.random() ** 1.5 * len(self.texts)), pick.choice(self.staff[organ]),
            )  # fmt: skip

    def tables(self) -> Iterator[tuple[str, str, Iterator[str]]]:
        yield "matter", _MATTER, map(self._matter, self.matters)
        yield "handler", _HANDLER, map(self._handler, self.matters)
        yield "clue", _CLUE, map(self._clue, (m for m in self.matters if m.n % 5 < 2))
        served = [m for m in self.matters if m.instruments]
        yield "instrument", _INSTRUMENT, map(self._instrument, served)
        yield "delivery", _DELIVERY, map(self._delivery, served)
        yield "deadline", _DEADLINE, map(self._deadline, self.matters)
        yield "notice", _NOTICE, map(self._notice, (m for m in self.matters if m.n % 4 == 0))
        yield "audit_entry", _AUDIT, map(self._audit, (m for m in self.matters if m.n % 2 == 0))
        reported = [m for m in self.matters if m.reported and self.tree.government_of(m.organ) is not None]
        yield "government_report", _REPORT, map(self._report, reported)
        decided = [m for m in reported if m.decided]
        yield "decision", _DECISION, map(self._decision, decided)
        yield "decision_item", _ITEM, map(self._item, decided)
        yield "paper_copy", _COPY, map(self._copy, (m for m in served if m.n % 3 == 0))
        yield from bulk_registers.tables(self.tree, self.bulk.today, self.bulk.matters // 3)
        yield from bulk_records.tables(self.tree, self.bulk.today, self.bulk.matters)

    def _name(self, organ: UUID) -> str:
        return self.tree.short(organ)

    def _matter(self, m: _Matter) -> str:
        text, vector = self.texts[m.text]
        name, (_, person, who) = m.number(self), m.handler
        terms = [f"@{m.organ.hex}", *(["+", f"+{m.organ.hex}"] if m.live else []), f"={person.replace('-', '')}"]
        terms += [f"%{m.mode}", f"!{m.stage}", *(f"#{item}" for item in m.items)]
        search = f"{vector} {_vector([*terms, *bigrams(f'{self._name(m.supervised)} {who}')])}"
        at = f"{m.opened} 09:{m.n % 60:02d}:00+08"
        government = self.tree.government_of(m.organ)
        return _line(
            self.city, m.id, at, m.organ, government, m.supervised, self._name(m.supervised), m.relation, "11", name,
            m.opened.year if m.seq else None, m.seq, text, m.mode, "{" + ",".join(f'"{i}"' for i in m.items) + "}",
            "clue", "投诉反映", "12345热线", m.state, m.stage, "xuchang-2024-draft", person, at,
            m.opened if m.seq else None, m.opened + timedelta(days=28) if m.state == "closed" else None, m.due, who,
            search,
        )  # fmt: skip

    def _handler(self, m: _Matter) -> str:
        post, person, who = m.handler
        at = f"{m.opened} 10:00:00+08"
        return _line(self.city, number(HANDLER, m.n, m.at), m.organ, m.id, post, person, who, "豫监督证K00001", "t", at)

    def _clue(self, m: _Matter) -> str:
        text, vector = self.texts[m.text]
        live = m.live and m.state == "open"
        state = ("new", "accepted")[m.n % 2] if live else ("in_matter", "answered", "dismissed", "passed_on")[m.n % 4]
        origin = self.offices[m.n % len(self.offices)] if m.n % 3 == 0 else m.organ
        source = SOURCES[m.n % 7]
        title = f"{self._name(m.supervised)}：{text}"
        search = f"{vector} {_vector([f'@{m.organ.hex}', f'@{origin.hex}', *bigrams(self._name(m.supervised))])}"
        return _line(
            self.city, number(CLUE, m.n, m.at), m.organ, f"线索{m.opened.year}-{m.n}", origin, source, title,
            "反映内容如题。", m.supervised, self._name(m.supervised), "{}", "f", f"{m.opened} 08:00:00+08", state,
            None if live else m.id, m.handler[1], m.handler[2], "f", m.due if live else None, search,
        )  # fmt: skip

    def _instrument(self, m: _Matter) -> str:
        text = self.texts[m.text][0]
        state = "accepted" if not m.live else ("served", "answered", "lapsed", "in_approval", "draft")[m.n % 5]
        sent = state not in ("draft", "in_approval")
        at = f"{m.opened + timedelta(days=3)} 10:{m.n % 60:02d}:00+08"
        return _line(
            self.city, number(INSTRUMENT, m.n, m.at), at, m.organ, m.id, m.number(self) or "", text,
            "urging_letter" if m.n % 4 else "opinion", m.supervised, self._name(m.supervised), m.relation,
            "{}", state, f"{self._name(m.organ)}执监督〔{m.opened.year}〕{m.n}号" if sent else None,
            m.opened.year if sent else None, m.n if sent else None, "监督文书", "", 10, "working_day",
            "xuchang-2024-draft", m.handler[1], m.handler[2], at if sent else None, at if sent else None, 0, "f",
        )  # fmt: skip

    def _delivery(self, m: _Matter) -> str:
        state = "accepted" if not m.live else ("served", "answered", "sent")[m.n % 3]
        at = f"{m.opened + timedelta(days=3)} 10:{m.n % 60:02d}:00+08"
        due = (m.due or m.opened + timedelta(days=20)) if state != "sent" else None
        return _line(
            self.city, number(DELIVERY, m.n, m.at), m.organ, number(INSTRUMENT, m.n, m.at), m.supervised,
            self._name(m.organ), "copy" if m.n % 9 == 0 else "main", "urging_letter",
            f"{self._name(m.organ)}执监督〔{m.opened.year}〕{m.n}号", "监督文书", self.texts[m.text][0], "[]", "{}",
            m.handler[2], "0" * 64, 2, f"{m.n:012d}", state, "system", at, m.opened, "书面报告", 10, "working_day", due,
            number(DEADLINE, m.n, m.at), "f", "{}", 0,
        )  # fmt: skip

    def _deadline(self, m: _Matter) -> str:
        running = m.due is not None
        due = m.due or m.opened + timedelta(days=20)
        return _line(
            self.city, number(DEADLINE, m.n, m.at), m.organ, m.supervised, "instrument",
            number(INSTRUMENT, m.n, m.at), m.id, "书面报告处理情况", "instrument.answer", "xuchang-2024-draft", 10,
            "working_day", "规则", "19", "送达", m.opened, due, "f", "f", "2026", "running" if running else "met",
            None if running else due, "f", 1, "t", due if running else None, "[]",
        )  # fmt: skip

    def _notice(self, m: _Matter) -> str:
        roles, post = ("{supervisor}", None) if m.n % 8 else ("{}", m.handler[0])
        read = "{}" if m.live else "{" + m.handler[0] + "}"
        return _line(
            self.city, number(NOTICE, m.n, m.at), m.organ, roles, post, "reminder", self.texts[m.text][0],
            f"/matters/{m.id}", "19", f"{m.opened} 09:00:00+08", read,
        )  # fmt: skip

    def _audit(self, m: _Matter) -> str:
        person = m.handler
        at = f"{m.opened} 09:00:00+08"
        action = ("read", "download", "export", "urge", "propose")[m.n % 5]
        return _line(
            self.city, number(AUDIT, m.n, m.at), m.organ, m.n + 3, at, person[1], person[0], person[2], action,
            f"查看监督事项 {m.number(self) or ''}", "matter", m.id, "denied" if m.n % 50 == 0 else "done", "11", "{}",
        )  # fmt: skip

    def _report(self, m: _Matter) -> str:
        state = "decided" if m.decided else ("draft", "reported", "returned")[m.n % 3] if m.live else "withdrawn"
        at = f"{m.opened} 15:{m.n % 60:02d}:00+08"
        sent = state not in ("draft", "returned")
        return _line(
            self.city, number(REPORT, m.n, m.at), at, m.organ, m.id, m.number(self) or "", self.texts[m.text][0],
            self.tree.government_of(m.organ), m.supervised, self._name(m.supervised), m.relation,
            number(INSTRUMENT, m.n, m.at), "督办函", "lapsed", state, "报告", "[]",
            f"报〔{m.opened.year}〕{m.n}号" if sent else None, m.handler[1], m.handler[2], "f", at if sent else None,
            "xuchang-2024-draft",
        )  # fmt: skip

    def _decision(self, m: _Matter) -> str:
        state = ("served", "execution_reported", "not_executed")[m.n % 3] if m.live else "executed"
        return _line(
            self.city, number(DECISION, m.n, m.at), self.tree.government_of(m.organ), number(REPORT, m.n, m.at), m.id,
            m.organ, m.supervised, self._name(m.supervised), f"政监决〔{m.opened.year}〕{m.n}号", state,
            m.handler[1], "吴某某", f"{m.opened} 16:{m.n % 60:02d}:00+08", 15, "working_day", f"{m.opened} 16:00:00+08",
            m.opened, m.opened + timedelta(days=21),
        )  # fmt: skip

    def _item(self, m: _Matter) -> str:
        return _line(
            self.city, number(ITEM, m.n, m.at), self.tree.government_of(m.organ), number(DECISION, m.n, m.at), 1,
            number(ITEM, m.n), "未公示执法结果", "", "supplement_or_correct", "unpublished", "限期改正",
        )  # fmt: skip

    def _copy(self, m: _Matter) -> str:
        at = f"{m.opened + timedelta(days=5)} 10:{m.n % 60:02d}:00+08"
        kind = "service_receipt" if m.n % 2 else "extension_reply"
        return _line(
            self.city, number(COPY, m.n, m.at), m.organ, number(COPY, m.n), m.supervised, number(DELIVERY, m.n, m.at),
            kind, f"{self._name(m.organ)}延〔{m.opened.year}〕{m.n}号", "延期答复书", "19", self._name(m.organ),
            "0" * 64, 1, at,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Matter:
    """What all rows about one matter share."""

    n: int
    organ: UUID
    live: bool
    age: int
    opened: date
    state: str
    stage: str
    seq: int | None
    due: date | None
    supervised: UUID
    relation: str
    mode: str
    items: list[str]
    text: int
    handler: tuple[str, str, str]

    @property
    def at(self) -> int:
        return 4_000 - self.age

    @property
    def id(self) -> str:
        return number(MATTER, self.n, self.at)

    @property
    def instruments(self) -> bool:
        return self.state not in ("proposed", "rejected") and self.n % 2 == 0

    @property
    def reported(self) -> bool:
        return self.instruments and (self.stage in ("to_decide", "executing") or self.n % 100 == 0)

    @property
    def decided(self) -> bool:
        return self.stage == "executing" or (not self.live and self.n % 200 == 0)

    def number(self, made: _Made) -> str | None:
        return f"{made._name(self.organ)}监〔{self.opened.year}〕{self.seq}号" if self.seq else None


def _owners(tree: Directory) -> list[tuple[UUID, float]]:
    """Organs that handle matters with their share: the counties' supervision bodies most of all, then the city's,
    its departments, and a little in every department of the counties."""
    living = [o for o in tree.organs.values() if tree.facts[o.id].alive_on(tree.on)]
    bodies = [o for o in living if o.is_supervision_body]
    shares: dict[UUID, float] = {}
    for organ in sorted(living, key=lambda o: o.key):
        if organ.is_supervision_body:
            shares[organ.id] = 0.09 if organ.level == "county" else 0.05
        elif organ.kind in ("department", "dual_led_body"):
            shares[organ.id] = 0.008 if organ.level == "city" else 0.0009
    assert len(bodies) > 2, "a city with its counties"
    return list(shares.items())


def _staff(organ: UUID, real: Sequence[tuple[UUID, UUID, str]]) -> list[tuple[str, str, str]]:
    """Six to eight handlers of an organ, its real supervisors among them."""
    known = [(str(post), str(person), name) for post, person, name in real]
    base = organ.int % 9_973
    for n in range(6):
        name = SURNAMES[(base + n) % len(SURNAMES)] + "某某"
        known.append((number(0xF1, base * 10 + n), number(0xF2, base * 10 + n), name))
    return known


def describe(counts: dict[str, int]) -> str:
    """Rows by table for the report of a bench."""
    return json.dumps(counts, sort_keys=True)


_MATTER = (
    "city_id id created_at organ_id government_id supervised_id supervised_name relation relation_article number year"
    " seq title mode content_items basis basis_note source state stage rulebook_key proposed_by proposed_at opened_on"
    " closed_on next_due_on handler_names search"
)
_HANDLER = "city_id id organ_id matter_id post_id person_id person_name certificate_no no_conflict_declared assigned_at"
_CLUE = (
    "city_id id organ_id number origin_organ_id source title facts subject_organ_id subject_name content_items urgent"
    " received_at state matter_id registered_by registered_name extended next_due_on search"
)
_INSTRUMENT = (
    "city_id id created_at organ_id matter_id matter_number matter_title kind addressee_id addressee_name relation"
    " copies_to state number year seq title opening term_amount term_unit rulebook_key drafted_by drafted_by_name"
    " issued_at served_at sent_back_count objected"
)
_DELIVERY = (
    "city_id id organ_id instrument_id addressee_id issuer_name role kind number title summary requirements articles"
    " handler_names pdf_sha256 pages verification_code state manner sent_at served_on answer_title term_amount"
    " term_unit due_on deadline_id extended deadline_view sent_back_count"
)
_DEADLINE = (
    "city_id id organ_id bound_id subject_kind subject_id matter_id title rule_key rulebook_key amount unit source"
    " article start_event started_on due_on provisional shifted calendar_version state ended_on extended round ladder"
    " wake_on history"
)
_NOTICE = "city_id id organ_id roles post_id kind title link article at read_by"
_AUDIT = (
    "city_id id organ_id xid at actor_account_id actor_post_id actor_name action title subject_kind subject_id result"
    " article detail"
)
_REPORT = (
    "city_id id created_at organ_id matter_id matter_number matter_title government_id supervised_id supervised_name"
    " relation instrument_id instrument_label ground state body proposals number drafted_by drafted_by_name"
    " drafted_automatically sent_at rulebook_key"
)
_DECISION = (
    "city_id id organ_id report_id matter_id body_id supervised_id supervised_name number state decided_by"
    " decided_by_name decided_at term_amount term_unit remedy_checked_at served_on due_on"
)
_ITEM = "city_id id organ_id decision_id no finding_id finding_title act_label kind reason_code requirement"
_COPY = (
    "city_id id organ_id paper_id addressee_id delivery_id kind number title article issuer_name pdf_sha256 pages"
    " sent_at"
)
