"""The law as versioned data: what a rule book holds, how it is looked up, changed by a tenant and compared.

A matter is pinned to the rule book in force when it was opened; `load(key)` gives every book ever shipped.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from policy import articles
from policy.errors import RuleBookError

RULE_BOOKS: Final = Path(__file__).with_name("rulebooks")
DEFAULT_KEY: Final = "xuchang-2024-draft"

Unit = Literal["working_day", "calendar_day", "month", "year"]
UNIT_LABELS: Final[Mapping[str, str]] = {
    "working_day": "个工作日",
    "calendar_day": "日",
    "month": "个月",
    "year": "年",
}
Amount = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Header(_Entry, frozen=True):
    """Which rule book this is; `in_force_from` is the first day on which a new matter is pinned to it."""

    key: Text
    name: Text
    short_name: Text
    version: Text
    jurisdiction: Text
    status: Literal["draft", "in_force", "superseded"]
    in_force_from: date


class Article(_Entry, frozen=True):
    """An article or its item: a title and one sentence in our own words."""

    code: Text
    name: Text
    summary: Text


class ContentItem(_Entry, frozen=True):
    """One of the 24 items of Arts. 8 to 10; the code is its key and its article."""

    code: Text
    name: Text

    @property
    def key(self) -> str:
        return self.code

    @property
    def article(self) -> str:
        return self.code


class Ground(_Entry, frozen=True):
    """One of the twelve grounds of Art. 21; the code is its key and its article."""

    code: Text
    name: Text

    @property
    def key(self) -> str:
        return self.code

    @property
    def article(self) -> str:
        return self.code


class Sanction(_Entry, frozen=True):
    """A measure of Art. 21: against whom, who imposes it, by which document. `weight` orders them: a review never
    makes an outcome heavier."""

    key: Text
    name: Text
    against: Literal["organ", "person"]
    imposed_by: Literal["supervising_organ", "own_organ", "supervision_body", "referral"]
    document: str
    weight: Annotated[int, msgspec.Meta(ge=1, le=9)]
    article: Text


class Term(_Entry, frozen=True):
    """A word of a closed list (mode, measure, source, reason, gravity) with the article it serves."""

    key: Text
    name: Text
    article: Text


class Reason(_Entry, frozen=True):
    key: Text
    name: Text


class Instrument(_Entry, frozen=True):
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


class DecisionKind(_Entry, frozen=True):
    """One of the decisions of Art. 20, when it is used, and the closed list of its reasons."""

    key: Text
    name: Text
    when: Text
    article: Text
    off_for_relations: tuple[Text, ...]
    reasons: tuple[Reason, ...] = msgspec.field(name="reason")


class Deadline(_Entry, frozen=True):
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


class DueDay(_Entry, frozen=True):
    """A day of the year on which something is due."""

    key: Text
    name: Text
    month: Annotated[int, msgspec.Meta(ge=1, le=12)]
    day: Annotated[int, msgspec.Meta(ge=1, le=31)]
    source: Literal["article", "default", "tenant"]
    article: Text
    tenant_may_change: bool


class Limit(_Entry, frozen=True):
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


class Scope(_Entry, frozen=True):
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


class Step(_Entry, frozen=True):
    """One step of the escalation ladder, `offset` working days after the due date; left out if `unless` holds."""

    key: Text
    offset: int
    name: Text
    to: tuple[Text, ...]
    unless: tuple[Text, ...]
    article: Text


class Bar(_Entry, frozen=True):
    """A time in which something may not be asked for again (Art. 21: two years)."""

    key: Text
    name: Text
    amount: Amount
    unit: Unit
    source: Literal["article", "default"]
    article: Text
    tenant_may_change: bool


class RecusalDecider(_Entry, frozen=True):
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


class RuleBook(_Entry, frozen=True):
    """One validated rule book. Look-ups raise RuleBookError for a key that it does not hold."""

    header: Header = msgspec.field(name="rulebook")
    articles: tuple[Article, ...] = msgspec.field(name="article")
    content_items: tuple[ContentItem, ...] = msgspec.field(name="content_item")
    modes: tuple[Term, ...] = msgspec.field(name="mode")
    measures: tuple[Term, ...] = msgspec.field(name="measure")
    clue_sources: tuple[Term, ...] = msgspec.field(name="clue_source")
    dismissal_reasons: tuple[Term, ...] = msgspec.field(name="dismissal_reason")
    suspension_grounds: tuple[Term, ...] = msgspec.field(name="suspension_ground")
    gravities: tuple[Term, ...] = msgspec.field(name="gravity")
    grounds: tuple[Ground, ...] = msgspec.field(name="ground")
    faults: tuple[Term, ...] = msgspec.field(name="fault")
    sanctions: tuple[Sanction, ...] = msgspec.field(name="sanction")
    instruments: tuple[Instrument, ...] = msgspec.field(name="instrument")
    decisions: tuple[DecisionKind, ...] = msgspec.field(name="decision")
    deadlines: tuple[Deadline, ...] = msgspec.field(name="deadline")
    due_days: tuple[DueDay, ...] = msgspec.field(name="due_day")
    limits: tuple[Limit, ...] = msgspec.field(name="limit")
    scopes: tuple[Scope, ...] = msgspec.field(name="scope")
    ladder: tuple[Step, ...]
    recusal_grounds: tuple[Term, ...] = msgspec.field(name="recusal_ground")
    recusal_deciders: tuple[RecusalDecider, ...] = msgspec.field(name="recusal_decider")
    recusal_ladder: tuple[Step, ...]
    """Reminders and escalation around the limit for deciding on a recusal, in place of the ladder of Art. 20."""
    bars: tuple[Bar, ...] = msgspec.field(name="bar")

    @property
    def key(self) -> str:
        return self.header.key

    def deadline(self, key: str) -> Deadline:
        """``instrument.answer.urging_letter`` → its length, source and article."""
        return _find("期限", self.deadlines, key)

    def instrument(self, kind: str) -> Instrument:
        return _find("文书种类", self.instruments, kind)

    def content_item(self, code: str) -> ContentItem:
        """``8(2)`` → the content item."""
        return _find("监督内容", self.content_items, code)

    def mode(self, key: str) -> Term:
        return _find("监督方式", self.modes, key)

    def measure(self, key: str) -> Term:
        return _find("监督措施", self.measures, key)

    def clue_source(self, key: str) -> Term:
        return _find("线索来源", self.clue_sources, key)

    def dismissal_reason(self, key: str) -> Term:
        return _find("不予受理情形", self.dismissal_reasons, key)

    def suspension_ground(self, key: str) -> Term:
        return _find("中止情形", self.suspension_grounds, key)

    def gravity(self, key: str) -> Term:
        return _find("严重程度", self.gravities, key)

    def ground(self, code: str) -> Ground:
        """``21(11)`` → the ground of accountability."""
        return _find("追责情形", self.grounds, code)

    def fault(self, key: str) -> Term:
        return _find("过错程度", self.faults, key)

    def sanction(self, key: str) -> Sanction:
        """``qualification_cancellation`` → against whom it goes and who imposes it."""
        return _find("处理种类", self.sanctions, key)

    def decision_kind(self, key: str) -> DecisionKind:
        return _find("决定种类", self.decisions, key)

    def due_day(self, key: str) -> DueDay:
        return _find("报送日期", self.due_days, key)

    def limit(self, key: str) -> int:
        return _find("次数", self.limits, key).count

    def content_over(self, relation: str) -> frozenset[str]:
        """The content items that supervision in a relation may be about (Art. 2(3) narrows them)."""
        left_out = {code for scope in self.scopes if scope.relation == relation for code in scope.left_out}
        return frozenset(item.code for item in self.content_items) - left_out

    def recusal_ground(self, key: str) -> Term:
        return _find("回避事由", self.recusal_grounds, key)

    def recusal_decider(self, key: str) -> RecusalDecider:
        """``officer`` or ``principal_leader`` → who decides."""
        return _find("回避的决定人", self.recusal_deciders, key)

    def bar(self, key: str) -> Bar:
        return _find("限制", self.bars, key)

    def summary(self, code: str) -> str:
        """One sentence on an article in our words; an item without its own has that of its list or article."""
        sentences = {entry.code: entry.summary for entry in self.articles}
        if code in sentences:
            return sentences[code]
        names = {g.code: f"追究责任的情形：{g.name}。" for g in self.grounds}
        names |= {i.code: f"监督{i.name}的情况。" for i in self.content_items} | {
            m.article: f"以{m.name}的方式开展监督。" for m in self.modes
        }
        return names.get(code) or sentences[str(articles.parse(code).number)]

    def with_overrides(self, overrides: Mapping[str, tuple[int, str]]) -> "RuleBook":
        """The book as a tenant changed it: key → (amount, unit). The unit of a limit is ``times``, that of a day on
        which something is due is ``day-31``, its amount the month.

        Raises RuleBookError for a key that is unknown, what the tenant may not change, or a wrong length.
        """
        if not overrides:
            return self
        limits = {k: self._limit(k, amount) for k, (amount, unit) in overrides.items() if unit == TIMES}
        days = {k: self._due_day(k, m, unit) for k, (m, unit) in overrides.items() if unit.startswith(DAY)}
        others = {k: v for k, v in overrides.items() if k not in limits and k not in days}
        changed = {key: self._changed(key, amount, unit) for key, (amount, unit) in others.items()}
        return msgspec.structs.replace(
            self,
            deadlines=tuple(changed.get(d.key, d) for d in self.deadlines),
            limits=tuple(limits.get(limit.key, limit) for limit in self.limits),
            due_days=tuple(days.get(d.key, d) for d in self.due_days),
        )

    def _limit(self, key: str, count: int) -> Limit:
        return self._adjusted(_find("次数", self.limits, key), {"count": count})

    def _due_day(self, key: str, month: int, unit: str) -> DueDay:
        day = unit.removeprefix(DAY)
        found = self._adjusted(
            _find("报送日期", self.due_days, key), {"month": month, "day": int(day) if day.isdigit() else 0}
        )
        try:
            date(2023, found.month, found.day)
        except ValueError:
            raise RuleBookError(f"“{found.name}”应为每年都有的一天") from None
        return found

    def _adjusted(self, entry: A, values: dict[str, int]) -> A:
        if not entry.tenant_may_change:
            raise RuleBookError(f"“{entry.name}”由规则固定，本单位不能调整")
        if all(getattr(entry, name) == value for name, value in values.items()):
            return entry
        try:
            return msgspec.convert(msgspec.structs.asdict(entry) | values | {"source": "tenant"}, type(entry))
        except msgspec.ValidationError:
            raise RuleBookError(f"“{entry.name}”的数值不在可以填写的范围内") from None

    def _changed(self, key: str, amount: int, unit: str) -> Deadline:
        if any(bar.key == key for bar in self.bars):
            raise RuleBookError(f"“{_find('限制', self.bars, key).name}”的期间由办法规定，不能调整")
        deadline = self.deadline(key)
        if not deadline.tenant_may_change:
            raise RuleBookError(f"“{deadline.name}”的期限由规则固定，本单位不能调整")
        if (deadline.amount, deadline.unit) == (amount, unit):
            return deadline
        values = msgspec.structs.asdict(deadline) | {"amount": amount, "unit": unit, "source": "tenant"}
        try:
            return msgspec.convert(values, Deadline)
        except msgspec.ValidationError:
            message = f"“{deadline.name}”的期限应为 1 至 1000，单位应为工作日、日、月或者年"
            raise RuleBookError(message) from None


def _find(what: str, entries: Iterable[E], key: str) -> E:
    for entry in entries:
        if entry.key == key:
            return entry
    raise RuleBookError(f"规则中没有{what}“{key}”")


@cache
def load(key: str) -> RuleBook:
    """The rule book of this key, validated whole. Raises RuleBookError (unknown key, or what is wrong and where)."""
    book = shipped().get(key)
    if book is None:
        raise RuleBookError(f"没有规则“{key}”")
    return book


@cache
def shipped() -> Mapping[str, RuleBook]:
    """Every rule book of the folder by its key. Raises RuleBookError when one is wrong or two share a key."""
    from policy.reading import read_file

    books: dict[str, RuleBook] = {}
    for path in sorted(RULE_BOOKS.glob("*.toml")):
        book = read_file(path)
        if book.key in books:
            raise RuleBookError(f"规则标识“{book.key}”重复", file=path.name)
        books[book.key] = book
    return books


def default() -> RuleBook:
    """The rule book of the regulation that this product was built on."""
    return load(DEFAULT_KEY)
