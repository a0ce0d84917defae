"""What must agree within one record before it is taken: days, the party's numbers, marks of quality. Pure."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

import msgspec

from kernel.clock import local_date
from kernel.errors import FieldError, Invalid
from supervision.records.rules import KINDS, PERSONS, Record
from tenants.organs.codes import check_uscc
from tenants.staff.citizen_id import check_citizen_id

FIRST_DAY: Final = date(1949, 10, 1)
FIRST_BIRTH: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
"""The national field set writes this day for "no end"."""
AHEAD: Final = frozenset({"due_on", "defence_due_on", "correction_due_on", "held_to", "valid_from", "valid_to"})
"""Days that may lie ahead; every other one tells of something that happened."""
DAYS: Final = {
    kind: tuple(
        f.name for f in msgspec.structs.fields(of) if f.type == date | None and f.name not in (*AHEAD, "party_birth_on")
    )
    for kind, of in KINDS.items()
}
LATER: Final = {
    kind: tuple(f.name for f in msgspec.structs.fields(of) if f.type == date | None and f.name in AHEAD)
    for kind, of in KINDS.items()
}
MOMENTS: Final = ("executed_at", "reported_at")
DATED_BY: Final = {
    "penalty": ("decided_on", "closed_on", "withdrawn_on", "filed_on", "clue_received_on", "discovered_on"),
    "licence": ("decided_on", "accepted_on", "received_on"),
    "coercion": ("decided_on", "executed_at", "held_from", "approved_on"),
    "inspection": ("done_on", "approved_on"),
    "collection": ("decided_on", "paid_on"),
    "requisition": ("decided_on", "closed_on", "paid_on"),
    "other_act": ("decided_on", "closed_on", "accepted_on", "received_on"),
}
"""Kind → the days of which the first that is known dates the record."""


_KIND_OF: Final = {of: kind for kind, of in KINDS.items()}
_take_days: Final = {kind: operator.attrgetter(*names) for kind, names in DAYS.items()}


def kind_of(record: Record) -> str:
    return _KIND_OF[type(record)]


def acted_on(record: Record) -> date | None:
    """The day by which lists and periods count a record."""
    for name in DATED_BY[kind_of(record)]:
        found = getattr(record, name)
        # A moment without a zone is no day yet: `problems` says so.
        if found is not None and (not isinstance(found, datetime) or found.tzinfo is not None):
            return local_date(found) if isinstance(found, datetime) else found
    return None


def problems(record: Record, today: date) -> list[FieldError]:
    """What is wrong with a record whose fields are each of their type. Empty: it can be taken."""
    kind = kind_of(record)
    wrong = [*_days(record, kind, today), *_party(record, today), *_spans(record, kind)]
    return [*wrong, *_quality(record)] if record.quality else wrong


def _days(record: Record, kind: str, today: date) -> Iterator[FieldError]:
    # Almost every record has sound days: looking at them in one go costs a third of naming each.
    known = list(filter(None, _take_days[kind](record)))
    if known and not (min(known) >= FIRST_DAY and max(known) <= today):
        yield from _bounds(record, DAYS[kind], today, "日期晚于今天。")
    if LATER[kind]:
        yield from _bounds(record, LATER[kind], LAST_DAY, "日期晚于 2099-12-31。")
    if kind == "coercion":
        for name in MOMENTS:
            moment = getattr(record, name)
            if moment is not None and moment.tzinfo is None:
                yield FieldError(name, "时间应当带时区，例如 2026-03-01T09:30:00+08:00。")
            elif moment is not None and not FIRST_DAY <= local_date(moment) <= today:
                yield FieldError(name, "时间晚于今天，或者早于 1949-10-01。")
    if acted_on(record) is None:
        yield FieldError(DATED_BY[kind][0], "没有任何一个可以确定案件时间的日期。")


def _bounds(record: Record, names: tuple[str, ...], last: date, why: str) -> Iterator[FieldError]:
    for name in names:
        day = getattr(record, name)
        if day is not None and not FIRST_DAY <= day <= last:
            yield FieldError(name, why if day > last else "日期早于 1949-10-01。")


def _party(record: Record, today: date) -> Iterator[FieldError]:
    if record.party_kind and not record.party_name.strip():
        yield FieldError("party_name", "填写了当事人类别，没有填写当事人名称。")
    if record.party_name and not record.party_kind:
        yield FieldError("party_kind", "填写了当事人名称，没有填写当事人类别。")
    if record.party_uscc:
        if record.party_kind in PERSONS:
            yield FieldError("party_uscc", "公民没有统一社会信用代码。")
        elif not _uscc_holds(record.party_uscc):
            yield FieldError("party_uscc", "统一社会信用代码不正确（18 位，末位为校验码）。")
    if record.party_id_no and record.party_id_type in ("", "01") and (why := _citizen_id(record.party_id_no)):
        yield FieldError("party_id_no", why)
    if record.party_birth_on and not FIRST_BIRTH <= record.party_birth_on <= today:
        yield FieldError("party_birth_on", "出生日期不在合理范围内。")
    if record.organ_uscc and not _uscc_holds(record.organ_uscc):
        yield FieldError("organ_uscc", "执法机关的统一社会信用代码不正确（18 位，末位为校验码）。")


def _quality(record: Record) -> Iterator[FieldError]:
    for name, state in record.quality.items():
        if name not in record.__struct_fields__ or name in ("external_id", "version", "quality"):
            yield FieldError("quality", f"“{name[:64]}”不是可以标注的字段。")
        elif state != "to_check" and getattr(record, name) not in (None, "", []):
            yield FieldError(name, "标注为没有，却填写了内容。")


_SPANS: Final = {
    kind: tuple(
        pair
        for pair in (
            ("act_started_on", "act_ended_on"),
            ("held_from", "held_to"),
            ("valid_from", "valid_to"),
            ("review_filed_on", "review_ended_on"),
            ("lawsuit_filed_on", "lawsuit_ended_on"),
        )
        if pair[0] in of.__struct_fields__
    )
    for kind, of in KINDS.items()
}


def _spans(record: Record, kind: str) -> Iterator[FieldError]:
    if record.excluded and any(e.start > e.end for e in record.excluded):
        yield FieldError("excluded", "扣除期间的止日早于起日。")
    for start, end in _SPANS[kind]:
        first, last = getattr(record, start), getattr(record, end)
        if first is not None and last is not None and first > last:
            yield FieldError(end, "止日早于起日。")


_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@functools.lru_cache(65_536)
def _uscc_holds(code: str) -> bool:
    try:
        return check_uscc(code) == code
    except Invalid:
        return False


def _sums_up(number: str) -> bool:
    total = sum(map(operator.mul, number[:17].encode(), _WEIGHTS)) - 48 * sum(_WEIGHTS)
    return "10X98765432"[total % 11] == number[17]


@functools.lru_cache(65_536)
def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return text[0] != "0"


def _citizen_id(number: str) -> str:
    """Why a citizen id cannot be right; empty when it can. Almost all can, which is found out without a loop."""
    if len(number) == 18 and number.isascii() and number[:17].isdigit() and _sums_up(number):
        born = number[6:14]
        if born >= "19000101" and _is_day(born):
            return ""
    try:
        plain = check_citizen_id(number)
    except Invalid as wrong:
        return wrong.message
    return "" if plain == number else "公民身份号码应当为半角的 18 位，末位 X 大写，中间没有空格。"


def excluded_days(record: Record) -> int:
    """Calendar days that do not count, overlapping times once."""
    spans = sorted((e.start, e.end) for e in record.excluded)
    total, reached = 0, date.min
    for start, end in spans:
        first = start if start > reached else date.fromordinal(reached.toordinal() + 1)
        if end >= first:
            total += (end - first).days + 1
            reached = end
    return total


def age_on(born: date, day: date) -> int:
    """Full years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
