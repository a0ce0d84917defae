"""Removal from awards as other parts ask for it (Arts. 6, 21)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from kernel.wording import format_date
from kernel.work import Work
from supervision.accountability import repository


class RemovedFromAwards(msgspec.Struct, frozen=True, kw_only=True):
    """Why an organ cannot be commended: no more than until when, whoever decided it."""

    until: date
    """The last day."""
    sentence: str
    article: str = "21"


async def removed_from_awards(
    work: Work, *, organ_id: UUID | None, year: int, officer_id: UUID | None = None
) -> RemovedFromAwards | None:
    """What stands against a commendation of the organ for a year; None when nothing does.

    Says that much to every tenant and nothing of the case. Of a person (`officer_id`) it is always None: Art. 21
    removes organs from awards; a person whose qualification is cancelled is known by his certificate.
    """
    if organ_id is None:
        return None
    until = await repository.removed_until(work, organ_id, date(year, 1, 1), date(year, 12, 31))
    if until is None:
        return None
    return RemovedFromAwards(until=until, sentence=f"该单位被取消评优评先资格，期间至{format_date(until)}。")
