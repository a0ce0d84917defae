"""Who may hold a certificate, what a certificate counts as today, and how hours add up (Arts. 6, 10). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from kernel.errors import Invalid
from tenants.staff.citizen_id import check_citizen_id

EMPLOYMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "civil_service": "行政编制",
        "public_institution": "事业编制",
        "contract": "合同制",
        "worker": "工勤",
        "temporary": "临时聘用",
    }
)
ON_ESTABLISHMENT: Final = frozenset({"civil_service", "public_institution"})
CERTIFICATES: Final[Mapping[str, str]] = MappingProxyType(
    {"enforcement": "行政执法证", "supervision": "行政执法监督证"}
)
STATUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "valid": "有效",
        "expiring": "即将到期",
        "not_yet": "尚未生效",
        "expired": "已过期",
        "suspended": "暂扣",
        "cancelled": "已取消",
        "returned": "已收回",
    }
)
"""What a reader sees; the row itself knows neither `expiring` nor `not_yet`."""
ADULT = 18
WHO_MAY = "河南省行政执法条例:20"
WHO_MAY_NOT = "河南省行政执法条例:21"


@dataclass(frozen=True, slots=True)
class OfficerFacts:
    """What the rules ask of an officer. `passed`: the kinds of certificate for which an examination was passed."""

    citizen_id: str
    employment: str
    joined_on: date
    left_on: date | None = None
    passed: frozenset[str] = frozenset()


class Requirement(NamedTuple):
    """One rule about who may hold a certificate, and whether it holds; `sentence` says why in either case."""

    rule: str
    holds: bool
    sentence: str
    article: str


def birthday(citizen_id: str) -> date:
    """The date of birth in a checked citizen id."""
    return date(int(citizen_id[6:10]), int(citizen_id[10:12]), int(citizen_id[12:14]))


def age_on(born: date, day: date) -> int:
    """Full years of life: a year is full on the birthday; who was born on 29 February completes a common year on
    1 March, since there is no birthday before."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def eligibility(facts: OfficerFacts, kind: str, on: date) -> list[Requirement]:
    """Every rule about who may hold a certificate of `kind` on a day, in the order in which pages name them."""
    return [
        _identity(facts, on),
        _in_post(facts, on),
        _establishment(facts),
        _adult(facts, on),
        _examination(facts, kind),
    ]


def missing(requirements: Iterable[Requirement]) -> list[Requirement]:
    """Those that do not hold."""
    return [r for r in requirements if not r.holds]


def _identity(facts: OfficerFacts, on: date) -> Requirement:
    try:
        check_citizen_id(facts.citizen_id, today=on)
    except Invalid as invalid:
        return Requirement("identity", False, invalid.message, WHO_MAY)
    return Requirement("identity", True, "公民身份号码校验正确。", WHO_MAY)


def _in_post(facts: OfficerFacts, on: date) -> Requirement:
    holds = in_post(facts.joined_on, facts.left_on, on)
    return Requirement("in_post", holds, "在岗。" if holds else "人员不在岗，不能持有证件。", WHO_MAY)


def in_post(joined_on: date, left_on: date | None, on: date) -> bool:
    """Whether an officer is in post on a day; the day on which he leaves is the first one out of post."""
    return joined_on <= on and (left_on is None or on < left_on)


def _establishment(facts: OfficerFacts) -> Requirement:
    name = EMPLOYMENTS.get(facts.employment, facts.employment)
    if facts.employment in ON_ESTABLISHMENT:
        return Requirement("establishment", True, f"在编（{name}）。", WHO_MAY)
    return Requirement("establishment", False, f"{name}人员不是在编人员，不得持有行政执法证件。", WHO_MAY_NOT)


def _adult(facts: OfficerFacts, on: date) -> Requirement:
    try:
        holds = age_on(birthday(facts.citizen_id), on) >= ADULT
    except ValueError:
        holds = False
    return Requirement("adult", holds, f"{'已' if holds else '未'}满{ADULT}周岁。", WHO_MAY)


def _examination(facts: OfficerFacts, kind: str) -> Requirement:
    holds, name = kind in facts.passed, CERTIFICATES[kind]
    return Requirement("examination", holds, f"{name}资格考试{'合格' if holds else '没有合格记录'}。", WHO_MAY)


def display_status(status: str, valid_from: date, valid_until: date, today: date, warned_from: date) -> str:
    """What a certificate counts as today (a key of `STATUSES`), whatever the nightly job has marked yet.

    `warned_from` is the first day on which it counts as expiring. `valid_until` is its last valid day.
    """
    if status in ("cancelled", "returned"):
        return status
    if status == "expired" or valid_until < today:
        return "expired"
    if status == "suspended":
        return "suspended"
    if today < valid_from:
        return "not_yet"
    return "expiring" if warned_from <= today else "valid"


@dataclass(frozen=True, slots=True)
class Hours:
    """Training of one year against what is required (Article 10(1)), in 学时."""

    year: int
    done: int
    required: int

    @property
    def missing(self) -> int:
        return max(0, self.required - self.done)

    @property
    def percent(self) -> int:
        return min(100, max(0, self.done * 100 // self.required))
