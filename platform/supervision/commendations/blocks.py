"""Who may not be commended now: removed from awards, accountability open, qualification cancelled (Arts. 6, 21)."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from kernel.work import Work
from tenants.registers.models import Certificate

ACCOUNTABILITY = "supervision.accountability.service"


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
    found = await _accountability(work, organ_id=None if officer_id else organ_id, officer_id=officer_id, year=year)
    if found is None:
        return None
    sentence = getattr(found, "sentence", "") or str(found)
    return Block(sentence=sentence, article=str(getattr(found, "article", "") or "21"))


async def _cancelled(work: Work, officer_id: UUID) -> bool:
    query = select(Certificate.id).where(
        Certificate.city_id == work.city_id, Certificate.officer_id == officer_id, Certificate.status == "cancelled"
    )
    return await work.session.scalar(query.limit(1)) is not None


async def _accountability(work: Work, **asked: Any) -> Any:
    """`removed_from_awards` of the part that decides on accountability: a person's or an organ's removal from awards in
    the year, or a case against them that is still open."""
    part = _part()
    return await part.removed_from_awards(work, **asked) if part is not None else None


def _part() -> ModuleType | None:
    try:
        return importlib.import_module(ACCOUNTABILITY)
    except ModuleNotFoundError as missing:
        if missing.name is None or not ACCOUNTABILITY.startswith(missing.name):
            raise
        return None
