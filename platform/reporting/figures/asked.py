"""Figures that are counted row by row when somebody asks: their rule needs more than the row, the calendar or what a
supervisor decided on it, and that may change without the row.

So nothing keeps them and they are not added up by the tree; they open down to their records by the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from kernel.work import Work
from reporting.figures.periods import Period
from supervision.checks.rules import catalogue as models
from supervision.deadlines import service as deadlines

FACTS: Final[Mapping[str, str]] = {
    "filings.late": """
        select r.body_id, 'filings.late', '', r.filed_up_on, 1::bigint
        where r.kind = 'penalty' and r.body_id is not null and r.filed_up_on > (
            select min(d.day)::date from generate_series(
                r.decided_on + cast(:limit as int), r.decided_on + cast(:limit as int) + 20, interval '1 day') as d(day)
            where d.day::date <> all (cast(:free as date[])))""",
    "filings.problems": """
        select r.body_id, 'filings.problems', '', r.filed_up_on, 1::bigint
        where r.kind = 'penalty' and r.body_id is not null and exists (
            select from check_hit h where h.city_id = r.city_id and h.organ_id = r.body_id and h.subject_id = r.id
                and h.state in ('clue', 'matter'))""",
}
"""Code → its rule: a query over one row `r`, like those of `migrations/sql/figures`."""
TABLE: Final = "enforcement_record"
COUNT: Final = """
coalesce((select sum(f.amount) from {table} r cross join lateral ({facts}) as f(organ_id, indicator, slice, day, amount)
    where r.city_id = :city and r.body_id = any(:organs) and r.filed_up_on between :first and :last
        and f.organ_id = any(:organs) and f.day between :first and :last), 0)
"""
FILING_MODEL: Final = "P39"
LONG: Final = timedelta(days=400)
"""How long before a period a decision may lie for its last day to be looked up; what is older is late in any case."""


def queries(codes: Sequence[str]) -> dict[str, str]:
    """Code → what counts it, for those of `codes` that are counted here."""
    return {code: COUNT.format(table=TABLE, facts=FACTS[code]) for code in codes if code in FACTS}


async def parameters(work: Work, period: Period) -> dict[str, Any]:
    """What the rules ask beside the row: the days within which a filing is in time, and the days off."""
    return {
        "limit": models()[FILING_MODEL].days["limit"],
        "free": await _days_off(work, period.first_day - LONG, period.last_day + LONG),
    }


async def _days_off(work: Work, first: date, last: date) -> list[date]:
    days = await deadlines.calendar(work)
    first, last = max(first, days.first), min(last, days.last)
    return [one.day for one in days.days(first, last) if not one.is_workday] if first <= last else []
