"""Who may not be commended now: organs removed from awards, persons whose qualification is cancelled (Arts. 6, 21)."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import select

from kernel.work import Work
from supervision.accountability import service as accountability
from tenants.registers.models import Certificate


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Why somebody cannot be commended, and under which article."""

    sentence: str
    article: str


async def block(work: Work, *, organ_id: UUID, officer_id: UUID | None, year: int) -> Block | None:
    """What stands against a commendation for a year, or None. Asked in the tenancy of the body that keeps the list.

    An organ is asked about by itself; a person by himself and not by his organ.
    """
    if officer_id is not None and await _cancelled(work, officer_id):
        return Block(sentence="该人员的行政执法资格已被取消，不得表彰。", article="21")
    found = await accountability.removed_from_awards(
        work, organ_id=None if officer_id else organ_id, officer_id=officer_id, year=year
    )
    return Block(sentence=found.sentence, article=found.article) if found is not None else None


async def _cancelled(work: Work, officer_id: UUID) -> bool:
    query = select(Certificate.id).where(
        Certificate.city_id == work.city_id, Certificate.officer_id == officer_id, Certificate.status == "cancelled"
    )
    return await work.session.scalar(query.limit(1)) is not None
