"""The desk: what one post has to look at today, its bell, and the deadlines that its organ watches."""

from __future__ import annotations

from kernel.work import Work
from supervision.desk.bell import (
    SUPERVISED,
    SUPERVISING,
    counters,
    mark_all_read,
    mark_read,
    notices,
    tallies,
    unread,
)
from supervision.desk.boards import government_desk, office_desk, received_groups, supervised_desk
from supervision.desk.bulk import LIMIT, Outcome, reassign_matters, urge_matters
from supervision.desk.casework import casework_desk
from supervision.desk.prolonging import prolong
from supervision.desk.running import count_running, running, urge
from supervision.desk.saved import SavedFilter, delete_view, save_view, saved_views
from supervision.desk.views import DeskView, NoticePage, NoticeView, RunningPage, RunningView

__all__ = [
    "LIMIT",
    "DeskView",
    "NoticePage",
    "NoticeView",
    "Outcome",
    "RunningPage",
    "RunningView",
    "SavedFilter",
    "count_running",
    "counters",
    "delete_view",
    "desk",
    "mark_all_read",
    "mark_read",
    "notices",
    "prolong",
    "reassign_matters",
    "received_groups",
    "running",
    "save_view",
    "saved_views",
    "tallies",
    "unread",
    "urge",
    "urge_matters",
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
        return await government_desk(work, actor)
    if "judicial_assistant" in actor.roles:
        return await office_desk(work)
    if actor.roles & SUPERVISED:
        return await supervised_desk(work, actor)
    return DeskView(kind="plain", figures=[], groups=[])
