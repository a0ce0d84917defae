"""Enforcement acts in bulk with their imports, lines to put right and hits of rule models, for the plans of lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from kernel.search import bigrams
from tenants.organs.directory import Directory

KINDS = ("penalty", "inspection", "licence", "penalty", "inspection", "coercion", "collection")
RULES = (("P01", "B"), ("P18", "B"), ("P04", "A"), ("D01", "C"), ("Q04", "C"), ("P15", "A"), ("P46", "D"))
STATES = ("open", "clue", "dismissed", "cleared", "open", "matter", "cleared")
TITLES = ("占道经营案", "扣押运输车辆案", "未按规定处罚公示案", "超限运输案", "无证经营案", "违法建设案")
_RECORD = (
    "city_id id organ_id kind source external_id version body_id import_id taken_at acted_on case_no title item_code"
    " item_name party_kind party_name party_hash officers_count filed_on decided_on filed_up_on fine_fen quality detail"
)
_SEARCH = "city_id id organ_id terms"
_IMPORT = (
    "city_id id organ_id source format state file_name size position line read accepted stale quarantined waiting"
    " organ_ids started_by started_at finished_at"
)
_QUARANTINED = (
    "city_id id organ_id import_id line external_id organ_text raw_cipher field reason problems state handled_at"
)
_HIT = (
    "city_id id organ_id subject_kind subject_id subject_organ_id subject_version label kind rule rule_version"
    " severity found_on facts score state reason_code reason judged_at clue_id matter_id"
)
_QUESTION = (
    "city_id id organ_id hit_id asked_id label sentence question due_on asked_at asked_by_name answer answered_at"
)
NUMBERS = {"record": 0x21, "import": 0x22, "quarantined": 0x23, "hit": 0x24, "question": 0x25}
FACTS = '{"filed": "2026-01-05", "decided": "2026-04-14", "served": "2026-04-28", "days": 99, "limit": 90}'


def tables(tree: Directory, today: date, number: int) -> Iterator[tuple[str, str, Iterator[str]]]:
    """(table, columns, lines for COPY) of `number` acts: a fifth of them of the one biggest organ of a county, as its
    urban management brings them, every third with a hit, every hundredth hit with a question."""
    city = next(iter(tree.organs.values())).city_id
    living = sorted((o for o in tree.organs.values() if tree.facts[o.id].alive_on(today)), key=lambda o: o.key)
    big = next(o.id for o in living if "建安区城市管理局" in (o.name, o.short_name))
    bodies = {o.id: _body(tree, o.id) for o in living}
    organs = [o.id for o in living if bodies[o.id] is not None]
    made = [_Act(n, big if n % 5 == 0 else organs[n % len(organs)], today) for n in range(number)]
    for one in made:
        one.body = bodies[one.organ]
    hits = [one for one in made if one.n % 3 == 0 and one.body != one.organ]
    yield "record_import", _IMPORT, (_line(city, *one.brought()) for one in made if one.n % 200 == 0)
    yield "enforcement_record", _RECORD, (_line(city, *one.record()) for one in made)
    yield "record_search", _SEARCH, (_line(city, *one.words()) for one in made)
    yield "quarantined_record", _QUARANTINED, (_line(city, *one.wrong()) for one in made if one.n % 20 == 0)
    yield "check_hit", _HIT, (_line(city, *one.hit()) for one in hits)
    yield "check_question", _QUESTION, (_line(city, *one.question()) for one in hits if one.n % 100 == 0)


def _body(tree: Directory, organ_id: UUID) -> UUID | None:
    government = tree.government_of(organ_id)
    return tree.supervision_body_of(government) if government is not None else None


class _Act:
    def __init__(self, n: int, organ: UUID, today: date) -> None:
        self.n, self.organ, self.today = n, organ, today
        self.body: UUID | None = None
        self.day = today - timedelta(days=n * 7 % 1_500)
        self.kind = KINDS[n % len(KINDS)]
        self.title = TITLES[n % len(TITLES)]

    def id(self, what: str, n: int | None = None) -> str:
        return f"01900000-{NUMBERS[what]:04x}-7000-8000-{self.n if n is None else n:012x}"

    @property
    def at(self) -> str:
        return f"{self.day} 09:{self.n % 60:02d}:00+08"

    def record(self) -> tuple[object, ...]:
        person = self.n % 3 == 0
        digest = "\\\\x" + hashlib.sha256(f"party {self.n % 5_000}".encode()).hexdigest() if person else None
        return (
            self.id("record"), self.organ, self.kind, "bulk", f"B{self.n:08d}", 1, self.body,
            self.id("import", self.n - self.n % 200), self.at, self.day,
            f"罚字〔{self.day.year}〕{self.n}号", self.title,
            f"CG-{self.n % 40:02d}", self.title, "citizen" if person else "legal_person",
            "王某某" if person else f"演示商贸第{self.n % 5_000}有限公司", digest, 2,
            self.day - timedelta(days=30), self.day,
            self.day if self.n % 50 == 0 else None, self.n % 90 * 10_000, "{}", "{}",
        )  # fmt: skip

    def words(self) -> tuple[object, ...]:
        return self.id("record"), self.organ, " ".join(f"'{term}'" for term in bigrams(self.title))

    def brought(self) -> tuple[object, ...]:
        return (
            self.id("import"), self.organ, "bulk", "jsonl", "done", f"{self.n}.jsonl", 200, 200, 200, 200, 190, 0, 10,
            10,
            f"{{{self.organ}}}", "演示", self.at, self.at,
        )  # fmt: skip

    def wrong(self) -> tuple[object, ...]:
        state = ("waiting", "resubmitted", "discarded", "waiting")[self.n // 20 % 4]
        return (
            self.id("quarantined"), self.organ, self.id("import", self.n - self.n % 200), self.n, f"Q{self.n}", "",
            "\\\\x00", "fine_fen", "数值小于 0。", "[]", state, None if state == "waiting" else self.at,
        )  # fmt: skip

    def hit(self) -> tuple[object, ...]:
        rule, severity = RULES[self.n // 3 % len(RULES)]
        state = STATES[self.n // 3 % len(STATES)]
        dismissed = state == "dismissed"
        return (
            self.id("hit"), self.body, "record", self.id("record"), self.organ, 1, self.title, self.kind, rule, 1,
            severity, self.day, FACTS, self.n % 900 if rule == "Q04" else None, state,
            "papers_on_file" if dismissed else "", "卷中有凭证。" if dismissed else "",
            self.at if state in ("clue", "matter", "dismissed") else None, self.id("hit") if state == "clue" else None,
            self.id("hit") if state == "matter" else None,
        )  # fmt: skip

    def question(self) -> tuple[object, ...]:
        answered = self.n % 200 == 0
        return (
            self.id("question"), self.body, self.id("hit"), self.organ, self.title, "99 日，超过 90 日。",
            "请说明情况。",
            self.today + timedelta(days=self.n // 100 % 40 - 20), self.at, "演示", "已说明。" if answered else "",
            self.at if answered else None,
        )  # fmt: skip


def _line(*values: object) -> str:
    return "\t".join(["\\N" if v is None else str(v) for v in values]) + "\n"
