"""What an organ changes in its rule book, where the book allows it: lengths, counts, days on which something is due.

A change holds for what begins from its day on; what runs keeps the length with which it began. The book itself stays
as it is, and the way back is to adjust to its value again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from kernel.errors import Invalid
from kernel.ids import new_id
from kernel.work import Work
from policy import rulebook as books
from policy.entries import DAY, TIMES, UNIT_LABELS, Deadline, DueDay, Limit
from policy.errors import RuleBookError
from policy.rulebook import RuleBook
from supervision.deadlines.reference import rulebook
from tenants.access import Target, authorize
from tenants.organs.models import SettingOverride

Entry = Deadline | Limit | DueDay
KINDS = {"deadline": "期限", "limit": "次数", "due_day": "报送日期"}
REASON_MIN, REASON_MAX = 5, 500
ARTICLE = "规则:调整权限"


@dataclass(frozen=True, slots=True)
class Adjustable:
    """One entry that the organ may change: what the book says, and what holds here."""

    key: str
    kind: str
    """deadline, limit or due_day."""
    name: str
    article: str
    original: str
    present: str
    amount: int
    """The present amount; of a due day the month."""
    unit: str
    """The present unit; of a limit ``times``, of a due day ``day-31``."""
    changed: bool


def words(entry: Entry) -> str:
    """10 个工作日, 3 次, 1月31日"""
    if isinstance(entry, Limit):
        return str(entry.count)
    return f"{entry.month}月{entry.day}日" if isinstance(entry, DueDay) else entry.length


async def adjustable(work: Work) -> list[Adjustable]:
    """Every entry of the present rule book that the work's organ may change. Everybody may read it."""
    await authorize(work, "rulebook", "read", Target())
    original, present = books.default(), await rulebook(work)
    return [_line(entry, _find(present, entry.key)) for entry in _entries(original) if entry.tenant_may_change]


def _entries(book: RuleBook) -> list[Entry]:
    return [*book.deadlines, *book.limits, *book.due_days]


def _find(book: RuleBook, key: str) -> Entry:
    found = next((entry for entry in _entries(book) if entry.key == key), None)
    if found is None:
        raise Invalid("规则中没有这一项。", field="entry", article=ARTICLE)
    return found


def _line(entry: Entry, held: Entry) -> Adjustable:
    kind = "limit" if isinstance(entry, Limit) else "due_day" if isinstance(entry, DueDay) else "deadline"
    amount, unit = _value(held)
    return Adjustable(
        entry.key, kind, entry.name, entry.article, words(entry), words(held), amount, unit, held.source == "tenant"
    )


def _value(entry: Entry) -> tuple[int, str]:
    if isinstance(entry, Limit):
        return entry.count, TIMES
    return (entry.month, f"{DAY}{entry.day}") if isinstance(entry, DueDay) else (entry.amount, entry.unit)


async def adjust(work: Work, key: str, amount: int, unit: str, reason: str) -> Adjustable:
    """Change one entry for what begins from today on; the database counts the version (tenants.organs.overrides).

    Raises Denied, and Invalid for an unknown entry, what the book does not open, a wrong value, or no change.
    """
    await authorize(work, "rulebook", "manage", Target(owner_id=work.organ_id))
    original, before = books.default(), _find(await rulebook(work), key)
    entry = _find(original, key)
    wanted = TIMES if isinstance(entry, Limit) else unit
    if not isinstance(entry, Limit) and isinstance(entry, DueDay) != unit.startswith(DAY):
        raise Invalid("请按这一项的单位填写。", field="unit", article=ARTICLE)
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        raise Invalid(f"请写明调整的理由，{REASON_MIN} 至 {REASON_MAX} 字。", field="reason", article=ARTICLE)
    try:
        after = _find(original.with_overrides({key: (amount, wanted)}), key)
    except RuleBookError as error:
        raise Invalid(f"{error.problem}。", field="amount", article=ARTICLE) from None
    if words(after) == words(before):
        raise Invalid("与现在的规定相同，没有变化。", field="amount", article=ARTICLE)
    await _store(work, original.key, key, amount, wanted)
    work.record(
        "adjust_rule",
        "rulebook",
        None,
        title=f"调整“{entry.name}”：由{words(before)}改为{words(after)}",
        note=reason.strip(),
        article=ARTICLE,
        detail={"entry": key, "before": words(before), "after": words(after), "book": words(entry)},
    )
    await work.session.flush()
    return _line(entry, after)


async def _store(work: Work, book: str, key: str, amount: int, unit: str) -> None:
    query = select(SettingOverride).where(
        SettingOverride.city_id == work.city_id,
        SettingOverride.organ_id == work.organ_id,
        SettingOverride.rulebook_key == book,
        SettingOverride.entry == key,
    )
    row = (await work.session.scalars(query.with_for_update())).one_or_none()
    if row is None:
        row = SettingOverride(id=new_id(), city_id=work.city_id, organ_id=work.organ_id, rulebook_key=book, entry=key)
        work.session.add(row)
    row.amount, row.unit, row.valid_from = amount, unit, work.today


def unit_options() -> list[tuple[str, str]]:
    """Units of a deadline with their words."""
    return list(UNIT_LABELS.items())
