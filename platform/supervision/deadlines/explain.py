"""Why this date: a deadline told in one Chinese paragraph, and the short notes under its day strip."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kernel.wording import (
    format_count,
    format_date,
    format_days,
    format_due,
    format_range,
    format_short,
    runs,
    weekday,
)
from kernel.workdays import Day, WorkCalendar
from policy.articles import display
from supervision.deadlines.counting import (
    Change,
    DeadlineFacts,
    Term,
    pauses,
    remaining,
    replay,
)

_SOURCES = {"article": "", "default": "规则默认期限", "tenant": "本单位规则"}
_LISTED_REST_DAYS = 8


def explain(facts: DeadlineFacts, calendar: WorkCalendar, today: date) -> str:
    """One paragraph: what started it, how long, on which ground, which days did not count, what changed since.

    Raises OutsideCalendar if the deadline leaves the calendar.
    """
    sentences = [_beginning(facts), *_days(facts, calendar)]
    sentences += [_change(change) for change in facts.changes]
    sentences += _shift(facts, calendar)
    sentences.append(_standing(facts, calendar, today))
    sentences += _provisional(facts, calendar)
    return "".join(f"{sentence}。" for sentence in sentences)


def notes(facts: DeadlineFacts, calendar: WorkCalendar) -> list[str]:
    """The same facts as separate sentences for the list under the strip: start, exchanged days, rest, shift."""
    lines = [f"{format_short(facts.start)}{facts.start_event}，当日不计", *_days(facts, calendar)]
    lines += [_change(change) for change in facts.changes]
    return [f"{line}。" for line in [*lines, *_shift(facts, calendar), *_provisional(facts, calendar)]]


def without_makeup(start: date, term: Term, calendar: WorkCalendar) -> date | None:
    """Where a period in working days would end if worked weekend days did not count; None for other units."""
    if term.unit != "working_day":
        return None
    left, day = term.amount, start
    while left:
        day += timedelta(days=1)
        left -= calendar.day_kind(day) == "work"
    return day


def _beginning(facts: DeadlineFacts) -> str:
    first_due = facts.changes[0].due_before if facts.changes else facts.due
    grounds = [display(facts.term.article), _SOURCES.get(facts.term.source, facts.term.source)]
    ground = "，".join(part for part in grounds if part)
    length = f"自然日 {facts.term.label}" if facts.term.unit == "calendar_day" else f" {facts.term.label}"
    return (
        f"{format_due(facts.start)}{facts.start_event}，当日不计，"
        f"自{format_short(facts.start + timedelta(days=1), facts.start)}起算{length}（{ground}），"
        f"至{format_due(first_due)}24:00届满"
    )


def _days(facts: DeadlineFacts, calendar: WorkCalendar) -> list[str]:
    if facts.term.unit != "working_day":
        return ["期间按自然日计算，休息日和节假日计入"]
    counted = list(_counted_days(facts, calendar))
    return [*_makeups(facts, calendar, counted), *_rests(facts, counted)]


def _counted_days(facts: DeadlineFacts, calendar: WorkCalendar) -> Iterator[Day]:
    stops = pauses(facts)
    last = facts.due
    if facts.state == "suspended" and stops:
        last = stops[-1][0]
    for entry in calendar.days(facts.start + timedelta(days=1), last):
        if not any(on < entry.day and (back is None or entry.day <= back) for on, back in stops):
            yield entry


def _makeups(facts: DeadlineFacts, calendar: WorkCalendar, counted: list[Day]) -> list[str]:
    lines: list[str] = []
    for number, entry in enumerate((e for e in counted if e.is_workday), start=1):
        if entry.kind == "makeup":
            day = f"{format_short(entry.day, facts.start)}（{weekday(entry.day)}）"
            lines.append(f"{day}调休上班，计为第 {number} 日")
    otherwise = without_makeup(facts.start, facts.term, calendar) if lines and not facts.changes else None
    if otherwise is not None and otherwise != facts.due:
        lines[-1] += f"；若不计调休，将是{format_short(otherwise, facts.start)}"
    return lines


def _rests(facts: DeadlineFacts, counted: list[Day]) -> list[str]:
    lines: list[str] = []
    holidays = [entry for entry in counted if entry.kind == "holiday"]
    for name in dict.fromkeys(entry.name for entry in holidays):
        for first, last in runs(entry.day for entry in holidays if entry.name == name):
            lines.append(f"{format_range(first, last, facts.start)}{name}放假，不计")
    weekends = [entry.day for entry in counted if entry.kind == "rest"]
    if len(weekends) > _LISTED_REST_DAYS:
        lines.append(f"其间休息日 {format_count(len(weekends), '日')}，不计")
    elif weekends:
        lines.append(f"{format_days(weekends, facts.start)}为休息日，不计")
    return lines


def _change(change: Change) -> str:
    day = format_date(change.on)
    ground = f"（{display(change.article)}）" if change.article else ""
    why = change.reason.rstrip("。；，")  # the applicant's own sentence goes on here
    if change.kind == "suspension":
        rest = f"，尚余 {change.rest.label}" if change.rest else ""
        return f"{day}因{why}中止计算{ground}{rest}"
    if change.kind == "resumption":
        return f"{day}{why}，恢复计算{ground}，剩余时间接续，至{format_due(change.due_after)}届满"
    moved = f"届满日由{format_date(change.due_before)}改为{format_due(change.due_after)}"
    if change.kind == "extension":
        length = f" {change.term.label}" if change.term else ""
        return f"{day}批准延期{length}{ground}，理由是{why}，{moved}"
    same = change.due_before == change.due_after
    return f"{day}因{why}重新计算{ground}，{'届满日不变' if same else moved}"


def _shift(facts: DeadlineFacts, calendar: WorkCalendar) -> list[str]:
    """The move to a working day, unless the recorded end is not (or no longer) the one that the calendar gives."""
    again = replay(facts, calendar)
    if facts.state == "suspended" or not again.shifted or again.due != facts.due:
        return []
    kind = calendar.entry(again.nominal)
    why = f"{kind.name}假期" if kind.kind == "holiday" else "休息日"
    return [f"期满之日{format_due(again.nominal)}为{why}，顺延至其后第一个工作日{format_due(again.due)}"]


def _standing(facts: DeadlineFacts, calendar: WorkCalendar, today: date) -> str:
    if facts.state == "suspended":
        return f"目前中止：{facts.stop_reason or '中止事由尚未消除'}"
    if facts.state == "cancelled":
        return "本期限已取消，不再计算"
    if facts.state == "met":
        done_on = facts.done_on or facts.due
        late = (done_on - facts.due).days
        how = f"逾期 {format_count(late, '日')}" if late > 0 else "未逾期"
        return f"{format_date(done_on)}已{facts.act}，{how}"
    left = remaining(facts.due, today, calendar)
    length = format_count(left.working_days, "个工作日") if left.working_days else "不足 1 个工作日"
    words = {"overdue": f"已逾期 {length}", "today": f"今日到期，应当在24:00前{facts.act}"}
    pending = "，延期申请正在审查" if facts.extension_pending else ""
    return f"截至{format_date(today)}，{words.get(left.state, f'还剩 {length}')}{pending}"


def _provisional(facts: DeadlineFacts, calendar: WorkCalendar) -> list[str]:
    if facts.state not in {"running", "suspended"} or calendar.is_confirmed(facts.start, facts.due):
        return []
    first = next(entry.day for entry in calendar.days(facts.start, facts.due) if not entry.confirmed)
    return [f"{format_date(first)}起的节假日安排未发布，届满日为暂定，发布后自动重新计算"]
