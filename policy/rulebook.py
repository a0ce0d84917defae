"""The law as versioned data: what a rule book holds, how it is looked up, changed by a tenant and compared.

A matter is pinned to the rule book in force when it was opened; `load(key)` gives every book ever shipped.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from policy import articles
from policy.entries import (
    DAY,
    TIMES,
    A,
    Article,
    Bar,
    ContentItem,
    Deadline,
    DecisionKind,
    DueDay,
    E,
    Entry,
    Ground,
    Header,
    Instrument,
    Limit,
    RecusalDecider,
    Sanction,
    Scope,
    Step,
    Term,
)
from policy.errors import RuleBookError

RULE_BOOKS: Final = Path(__file__).with_name("rulebooks")
DEFAULT_KEY: Final = "xuchang-2024-draft"


class RuleBook(Entry, frozen=True):
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
    question_ladder: tuple[Step, ...]
    """The same around the day for answering a question about a case (Arts. 13, 14)."""
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
