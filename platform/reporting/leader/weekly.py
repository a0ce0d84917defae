"""The weekly brief: on Monday a line in the bell of those who lead, once for each week and organ (Arts. 4, 5)."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID, uuid5

from kernel.work import Work
from reporting.leader.area import Area, area
from reporting.leader.briefs import freeze
from reporting.leader.rules import last_week
from supervision.deadlines import notices
from tenants.organs.directory import directory

ARTICLE: Final = "11(5)"


async def weekly_briefs(work: Work) -> int:
    """Draft the brief of the week that is over for every government from the county up, and tell its leaders and those
    of its justice department. However often it runs, each is told once a week. Returns how many lines were written."""
    tree, first = await directory(work), last_week(work.today)
    told = 0
    for organ in tree.organs.values():
        fact = tree.facts[organ.id]
        if fact.is_supervising_government and fact.alive_on(work.today) and tree.supervision_body_of(organ.id):
            # In the government's own tenancy, which sees its area and nothing else.
            async with work.acting_as(organ.id):
                told += await _tell(work, await area(work, organ.id), first)
    return told


async def _tell(work: Work, place: Area, first: date) -> int:
    week = await freeze(work, place.organ.id, first)
    readers: list[tuple[UUID, tuple[str, ...]]] = [(place.organ.id, ("government_leader",))]
    body = place.tree.supervision_body_of(place.organ.id)
    if body is not None:
        readers.append((body, ("supervision_leader", "organ_head")))
    told = 0
    for organ_id, roles in readers:
        line = await notices.notify_once(
            work,
            organ_id,
            uuid5(organ_id, f"weekly-brief {place.organ.id} {first.isoformat()}"),
            kind="report",
            title=f"{week.label}监督周报已起草",
            body=f"立案 {week.opened} 件，结项 {week.closed} 件，新发生逾期 {week.fell_due} 件。",
            link=f"/overview/{place.organ.id}/brief?week={first.isoformat()}",
            roles=roles,
            article=ARTICLE,
        )
        told += line
        if line:
            title = f"起草监督周报：{place.organ.name}{week.label}"
            async with work.acting_as(organ_id):
                work.record("draft_brief", "overview", place.organ.id, title=title, article=ARTICLE)
    return told
