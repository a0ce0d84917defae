"""The bell and the numbers beside the navigation, for one post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

from kernel.clock import local_date
from kernel.tallies import Tally, counted
from kernel.wording import format_short, weekday
from kernel.work import Actor, Work
from supervision.deadlines import notices as bell_lines
from supervision.deadlines.models import Notice
from supervision.desk import lines
from supervision.desk.views import NoticePage, NoticeView

SUPERVISING = frozenset({"supervisor", "supervision_leader"})
SUPERVISED = frozenset({"organ_head", "contact", "legal_officer"})


_BELL: Final = lines.unread_count()


@lru_cache(maxsize=256)
def _tallies(roles: frozenset[str]) -> Mapping[str, Tally]:
    wanted = {"bell": _BELL}
    if roles & SUPERVISING:
        wanted |= {
            "due": lines.late_deadlines(),
            "clue": lines.new_clues(),
            "matter": lines.open_matters(),
            "instrument": lines.unsigned(),
            "report": lines.reports_in_hand(),
            "escalation": lines.escalated(),
            "licence": lines.licences(),
        }
    if roles & SUPERVISED:
        wanted["inbox"] = lines.unanswered()
    if "government_leader" in roles:
        wanted["report"] = lines.undecided()
    return MappingProxyType(wanted)


def tallies(work: Work) -> Mapping[str, Tally]:
    """due, clue, matter, instrument, report, escalation, licence, inbox, bell: what is counted for those that the
    actor's roles have a place for. `due` counts overdue deadlines, which alone may be red."""
    return _tallies(work.actor.roles) if work.actor else {}


async def counters(work: Work) -> dict[str, int]:
    """The numbers of `tallies`, in one statement."""
    return await counted(work, tallies(work))


async def unread(work: Work) -> int:
    """How many lines of the bell the acting post has not read: one count over an index."""
    return (await counted(work, {"bell": _BELL}))["bell"] if work.actor else 0


async def notices(work: Work, after: str = "", limit: int = 30) -> NoticePage:
    """The lines meant for the acting post, newest first. Raises Invalid for a wrong cursor."""
    if work.actor is None:
        return NoticePage(rows=[])
    limit = max(1, min(limit, 100))
    found, following = await lines.notices(work, work.actor, after, limit)
    return NoticePage(rows=[_line(work, work.actor, notice) for notice in found], after=following)


def _line(work: Work, actor: Actor, notice: Notice) -> NoticeView:
    due = notice.due_on
    return NoticeView(
        id=notice.id,
        kind=notice.kind,
        title=notice.title,
        body=notice.body,
        link=notice.link,
        article=notice.article or "",
        at=notice.at,
        today=local_date(notice.at) == work.today,
        read=actor.post_id in notice.read_by,
        date_text=f"{format_short(due, work.today)} {weekday(due)}" if due else "",
    )


async def mark_read(work: Work, notice_id: UUID) -> Notice:
    """Note that the acting post has read a line. Raises NotFound for another organ's."""
    return await bell_lines.mark_read(work, notice_id)


async def mark_all_read(work: Work, *, before: datetime | None = None) -> int:
    """Note every line that the acting post has not read yet, or those written before a moment. Returns their
    number."""
    if work.actor is None:
        return 0
    found = [n for n in await lines.unread_notices(work, work.actor) if before is None or n.at < before]
    return await bell_lines.read(work, found)
