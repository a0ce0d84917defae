"""What a rule book holds: one structure for each kind of entry. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal, TypeVar

import msgspec

Unit = Literal["working_day", "calendar_day", "month", "year"]
UNIT_LABELS: Final[Mapping[str, str]] = {
    "working_day": "个工作日",
    "calendar_day": "日",
    "month": "个月",
    "year": "年",
}
Amount = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Header(Entry, frozen=True):
    """Which rule book this is; `in_force_from` is the first day on which a new matter is pinned to it."""

    key: Text
    name: Text
    short_name: Text
    version: Text
    jurisdiction: Text
    status: Literal["draft", "in_force", "superseded"]
    in_force_from: date


class Article(Entry, frozen=True):
    """An article or its item: a title and one sentence in our own words."""

    code: Text
    name: Text
    summary: Text


class ContentItem(Entry, frozen=True):
    """One of the 24 items of Arts. 8 to 10; the code is its key and its article."""

    code: Text
    name: Text

    @property
    def key(self) -> str:
        return self.code

    @property
    def article(self) -> str:
        return self.code


class Ground(Entry, frozen=True):
    """One of the twelve grounds of Art. 21; the code is its key and its article."""

    code: Text
    name: Text

    @property
    def key(self) -> str:
        return self.code

    @property
    def article(self) -> str:
        return self.code


class Sanction(Entry, frozen=True):
    """A measure of Art. 21: against whom, who imposes it, by which document. `weight` orders them: a review never
    makes an outcome heavier."""

    key: Text
    name: Text
    against: Literal["organ", "person"]
    imposed_by: Literal["supervising_organ", "own_organ", "supervision_body", "referral"]
    document: str
    weight: Annotated[int, msgspec.Meta(ge=1, le=9)]
    article: Text


class Term(Entry, frozen=True):
    """A word of a closed list (mode, measure, source, reason, gravity) with the article it serves."""

    key: Text
    name: Text
    article: Text


class Reason(Entry, frozen=True):
    key: Text
    name: Text


class Instrument(Entry, frozen=True):
    """A kind of numbered document. `series` makes the letters of its number: ``{organ}`` is the organ's own mark."""

    key: Text
    name: Text
    short_name: Text
    aliases: tuple[Text, ...]
    form: Literal["letter", "standard", "upward", "sheet"]
    signed_by: tuple[Text, ...]
    relations: tuple[Text, ...]
    series: Text
    article: Text

    def series_of(self, organ_mark: str) -> str:
        """``许司`` → ``许司执监督``."""
        return self.series.replace("{organ}", organ_mark)


class DecisionKind(Entry, frozen=True):
    """One of the decisions of Art. 20, when it is used, and the closed list of its reasons."""

    key: Text
    name: Text
    when: Text
    article: Text
    off_for_relations: tuple[Text, ...]
    reasons: tuple[Reason, ...] = msgspec.field(name="reason")


class Deadline(Entry, frozen=True):
    """A length of time. `source`: article (fixed by the regulation), default (ours), tenant (changed by the tenant)."""

    key: Text
    name: Text
    amount: Amount
    unit: Unit
    source: Literal["article", "default", "tenant"]
    article: Text
    note: Text
    tenant_may_change: bool

    @property
    def length(self) -> str:
        return f"{self.amount} {UNIT_LABELS[self.unit]}"


class DueDay(Entry, frozen=True):
    """A day of the year on which something is due."""

    key: Text
    name: Text
    month: Annotated[int, msgspec.Meta(ge=1, le=12)]
    day: Annotated[int, msgspec.Meta(ge=1, le=31)]
    source: Literal["article", "default", "tenant"]
    article: Text
    tenant_may_change: bool


class Limit(Entry, frozen=True):
    """How often something may happen, how many are needed, or from which score (of 100) on something holds."""

    key: Text
    name: Text
    count: Amount
    source: Literal["article", "default", "tenant"]
    article: Text
    tenant_may_change: bool


TIMES = "times"
DAY = "day-"
"""How an adjusted limit or due day is written where a deadline has its unit."""
A = TypeVar("A", Limit, DueDay)


class Scope(Entry, frozen=True):
    """What supervision of a relation leaves out: content items that are for somebody else to supervise."""

    relation: Text
    name: Text
    left_out: tuple[Text, ...]
    source: Literal["article", "default"]
    article: Text
    note: Text

    @property
    def key(self) -> str:
        return self.relation


class Step(Entry, frozen=True):
    """One step of the escalation ladder, `offset` working days after the due date; left out if `unless` holds."""

    key: Text
    offset: int
    name: Text
    to: tuple[Text, ...]
    unless: tuple[Text, ...]
    article: Text


class Bar(Entry, frozen=True):
    """A time in which something may not be asked for again (Art. 21: two years)."""

    key: Text
    name: Text
    amount: Amount
    unit: Unit
    source: Literal["article", "default"]
    article: Text
    tenant_may_change: bool


class RecusalDecider(Entry, frozen=True):
    """Who decides on a recusal (Art. 16), by whose it is: an officer's, or the principal leader's own.

    `organ`: own (the organ in which the officer serves), government (its government) or upper_body (the supervision
    body one level up); `role` is the role that decides there.
    """

    key: Literal["officer", "principal_leader"]
    name: Text
    organ: Literal["own", "government", "upper_body"]
    role: Text
    source: Literal["article", "default"]
    article: Text
    note: Text


E = TypeVar(
    "E",
    ContentItem,
    Ground,
    Sanction,
    Term,
    Instrument,
    DecisionKind,
    Deadline,
    DueDay,
    Limit,
    Scope,
    Bar,
    RecusalDecider,
)
