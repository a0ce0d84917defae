"""What waits for one post among the statistical returns: to fill in, approve, hand in, accept (Arts. 11(5), 12).

For the desk and the numbers beside the navigation, whose own part lies below this one."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, Integer, and_, literal_column, or_, select

from kernel.tallies import ASKED, Tally, counting, values
from kernel.work import Work
from reporting.returns import periods, showing
from reporting.returns.forms import form_of
from reporting.returns.models import StatisticalReturn as Head
from reporting.returns.rules import ARTICLE
from reporting.returns.views import WaitingLine
from supervision.deadlines import service as deadlines

SOON_DAYS: Final = "15"
"""A return is somebody's to do from this long before its day."""
FILLERS: Final = frozenset({"contact", "legal_officer", "supervisor"})
RECEIVERS: Final = frozenset({"supervisor", "supervision_leader"})
TO_FILL: Final = ("open", "filled", "sent_back", "revised")
LABELS: Final = dict.fromkeys(TO_FILL, "填报") | {"validated": "审定", "approved": "报送", "submitted": "采用"}


@lru_cache(maxsize=256)
def _waits(roles: frozenset[str]) -> ColumnElement[bool] | None:
    """The returns that wait for a post with these roles; None for one that has nothing to do with any."""
    states: set[str] = set()
    if roles & FILLERS:
        states |= {*TO_FILL, "approved"}
    if "organ_head" in roles:
        states |= {"validated", "approved"}
    choices = []
    if states:
        soon = Head.due_on <= ASKED.today + literal_column(SOON_DAYS, Integer)
        choices.append(and_(Head.organ_id == ASKED.organ_id, Head.state.in_(states), soon))
    if roles & RECEIVERS:
        choices.append(and_(Head.receiver_id == ASKED.organ_id, Head.state == "submitted"))
    return and_(Head.city_id == ASKED.city_id, or_(*choices)) if choices else None


@lru_cache(maxsize=256)
def _tally(roles: frozenset[str]) -> Tally | None:
    waits = _waits(roles)
    return None if waits is None else counting(waits)


def tally(work: Work) -> Tally | None:
    """What counts the returns that wait for the acting post; None for a post that has nothing to do with any. Nobody
    sees a return by it: policy is asked where one is opened."""
    return _tally(work.actor.roles) if work.actor else None


async def waiting(work: Work, limit: int = 5) -> list[WaitingLine]:
    """The returns that wait for the acting post, earliest day first."""
    waits = _waits(work.actor.roles) if work.actor else None
    if waits is None:
        return []
    days = await deadlines.calendar(work)
    query = select(Head).where(waits).order_by(Head.due_on, Head.id).limit(limit)
    rows = await work.session.scalars(query, values(work))
    return [
        WaitingLine(
            title=f"{form_of(head.form_key, head.form_version).header.short_name}　{periods.parse(head.period).label}",
            organ_name=head.organ_name,
            label=LABELS[head.state],
            href=f"/returns/{head.id}",
            due_on=head.due_on,
            chip=showing.chip_of(head, work.today, days),
            article=ARTICLE,
        )
        for head in rows
    ]
