"""What waits for one post among the yearly papers: to write, approve, send in, receive (Art. 12)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, Integer, and_, literal_column, or_, select

from kernel.tallies import ASKED, Tally, counting, values
from kernel.work import Work
from reporting.annual.models import AnnualPaper
from reporting.annual.rules import ARTICLE, KINDS
from reporting.returns.views import WaitingLine
from supervision.deadlines import service as deadlines
from supervision.deadlines.chips import chip_for
from tenants.organs.directory import directory

SOON_DAYS: Final = "15"
WRITERS: Final = frozenset({"contact", "legal_officer", "organ_head"})
RECEIVERS: Final = frozenset({"supervisor", "supervision_leader"})
LABELS: Final = {"draft": "起草", "sent_back": "修改", "approved": "报送", "submitted": "接收"}


@lru_cache(maxsize=256)
def _waits(roles: frozenset[str]) -> ColumnElement[bool] | None:
    choices = []
    if roles & WRITERS:
        due = AnnualPaper.due_on <= ASKED.today + literal_column(SOON_DAYS, Integer)
        own = AnnualPaper.state.in_(("draft", "sent_back", "approved"))
        choices.append(and_(AnnualPaper.organ_id == ASKED.organ_id, own, due))
    if roles & RECEIVERS:
        choices.append(and_(AnnualPaper.department_id == ASKED.organ_id, AnnualPaper.state == "submitted"))
    return and_(AnnualPaper.city_id == ASKED.city_id, or_(*choices)) if choices else None


@lru_cache(maxsize=256)
def _tally(roles: frozenset[str]) -> Tally | None:
    waits = _waits(roles)
    return None if waits is None else counting(waits)


def tally(work: Work) -> Tally | None:
    """What counts the papers that wait for the acting post; None for a post that has nothing to do with any."""
    return _tally(work.actor.roles) if work.actor else None


async def waiting(work: Work, limit: int = 5) -> list[WaitingLine]:
    """The papers that wait for the acting post, earliest day first."""
    waits = _waits(work.actor.roles) if work.actor else None
    if waits is None:
        return []
    days, tree = await deadlines.calendar(work), await directory(work)
    query = select(AnnualPaper).where(waits).order_by(AnnualPaper.due_on, AnnualPaper.id).limit(limit)
    return [
        WaitingLine(
            title=f"{paper.year}{KINDS[paper.kind]}",
            organ_name=tree.short(paper.organ_id),
            label=LABELS[paper.state],
            href=f"/annual/{paper.id}",
            due_on=paper.due_on,
            chip=chip_for(paper.due_on, work.today, days) if paper.submitted_on is None else None,
            article=ARTICLE,
        )
        for paper in await work.session.scalars(query, values(work))
    ]
