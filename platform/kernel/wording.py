"""How dates, times and numbers are written for readers (interface guide, section 8; GB/T 15835).

Counts with a unit take an ordinary space (5 个工作日), as the interface guide writes them, so that a reader
can search for them; groups of three digits take a thin space.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from kernel.clock import local_time

THIN_SPACE = "\u2009"
MINUS = "\u2212"
FEN = "分"
WEEKDAYS = "一二三四五六日"


def format_date(day: date) -> str:
    """2026年10月9日"""
    return f"{day.year}年{day.month}月{day.day}日"


def format_short(day: date, today: date | None = None) -> str:
    """10月9日; with the year when `today` is given and lies in another year."""
    if today is not None and day.year != today.year:
        return format_date(day)
    return f"{day.month}月{day.day}日"


def weekday(day: date) -> str:
    """周五"""
    return f"周{WEEKDAYS[day.weekday()]}"


def format_due(day: date) -> str:
    """2026年10月9日（周五）: the long form for a day on which a deadline ends."""
    return f"{format_date(day)}（{weekday(day)}）"


def format_month(month: str) -> str:
    """2026-11 → 2026年11月"""
    year, number = month.split("-")
    return f"{year}年{int(number)}月"


def format_time(instant: datetime) -> str:
    """15:42 on a Shanghai clock."""
    return f"{local_time(instant):%H:%M}"


def format_moment(instant: datetime) -> str:
    """2026年10月9日 15:42 on a Shanghai clock."""
    return f"{format_date(local_time(instant).date())} {format_time(instant)}"


def format_when(instant: datetime, today: date) -> str:
    """10月9日 15:42 on a Shanghai clock; with the year when that is not the year of `today`. For lists."""
    return f"{format_short(local_time(instant).date(), today)} {format_time(instant)}"


def format_range(first: date, last: date, today: date | None = None) -> str:
    """10月1日至7日, 9月28日至10月2日, 2026年12月30日至2027年1月2日; a single day stands alone."""
    if first == last:
        return format_short(first, today)
    if first.year != last.year:
        return f"{format_date(first)}至{format_date(last)}"
    if first.month != last.month:
        return f"{format_short(first, today)}至{format_short(last)}"
    return f"{format_short(first, today)}至{last.day}日"


def format_days(days: Iterable[date], today: date | None = None) -> str:
    """10月11日、17日、18日: the month once, the year only where `today` asks for it. Ordered days only."""
    parts: list[str] = []
    before: date | None = None
    for day in days:
        if before is not None and (before.year, before.month) == (day.year, day.month):
            parts.append(f"{day.day}日")
        elif before is not None and before.year == day.year:
            parts.append(format_short(day))
        else:
            parts.append(format_short(day, today) if before is None else format_date(day))
        before = day
    return "、".join(parts)


def runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Ordered days as (first, last) of each unbroken run."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and found[-1][1] + timedelta(days=1) == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def format_number(value: int) -> str:
    """Five digits and more in groups with a thin space (48 213), shorter ones plain; the minus is U+2212."""
    digits = f"{abs(value):,}".replace(",", THIN_SPACE) if abs(value) >= 10_000 else str(abs(value))
    return f"{MINUS if value < 0 else ''}{digits}"


def format_count(value: int, unit: str) -> str:
    """5 个工作日, 31 件"""
    return f"{format_number(value)} {unit}"


def format_amount(value: int, unit: str) -> str:
    """31 件; what is counted in fen reads as yuan: 5010.00 元"""
    if unit != FEN:
        return format_count(value, unit)
    yuan, fen = divmod(abs(value), 100)
    return f"{MINUS if value < 0 else ''}{format_number(yuan)}.{fen:02d} 元"


def format_percent(part: int, whole: int) -> str:
    """Share with one decimal (93.5%), — when there is nothing to divide by."""
    if whole == 0:
        return "—"
    share = part * 100 / whole
    return f"{MINUS if share < 0 else ''}{abs(share):.1f}%"


def format_change(value: int) -> str:
    """+1, −2, 0: a change of a count."""
    return f"+{format_number(value)}" if value > 0 else format_number(value)
