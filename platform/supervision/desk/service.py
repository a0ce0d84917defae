"""The desk: what one post has to look at today, its bell, and the deadlines that its organ watches."""

from __future__ import annotations

from kernel.work import Work
from supervision.desk.bell import SUPERVISED, SUPERVISING, counters, mark_all_read, mark_read, notices
from supervision.desk.boards import government_desk, office_desk, received_groups, supervised_desk
from supervision.desk.casework import casework_desk
from supervision.desk.running import count_running, running, urge
from supervision.desk.views import DeskView, NoticePage, NoticeView, RunningPage, RunningView

__all__ = [
    "DeskView",
    "NoticePage",
    "NoticeView",
    "RunningPage",
    "RunningView",
    "count_running",
    "counters",
    "desk",
    "mark_all_read",
    "mark_read",
    "notices",
    "received_groups",
    "running",
    "urge",
]


async def desk(work: Work, scope: str = "") -> DeskView:
    """The desk of the acting post. `scope` of casework: mine (the person handles it), all, or empty.

    Reads the organ's own records alone; every list behind a figure asks policy again.
    """
    actor = work.actor
    if actor is None:
        return DeskView(kind="plain", figures=[], groups=[])
    if actor.roles & SUPERVISING:
        return await casework_desk(work, actor, scope)
    if "government_leader" in actor.roles:
        return await government_desk(work)
    if "judicial_assistant" in actor.roles:
        return await office_desk(work)
    if actor.roles & SUPERVISED:
        return await supervised_desk(work, actor)
    return DeskView(kind="plain", figures=[], groups=[])
