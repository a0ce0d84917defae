"""What waits for a person of referrals, complaints about supervisors and commendation (Arts. 6, 18, 21, 23).

The lines say that there is something and not what: a desk is seen over the shoulder.
"""

from __future__ import annotations

from kernel.work import Actor, Work
from supervision.commendations import repository as commendations
from supervision.conduct import repository as complaints
from supervision.conduct.circle import leads
from supervision.desk.views import Waiting
from supervision.referrals import repository as referrals
from supervision.referrals.rules import ARTICLES, DECIDERS, KINDS

MOST = 20
STEPS = {"draft": "决定是否移送", "approved": "送出移送文书", "returned": "补充后重新移送"}
"""State of a referral → what its named few have to do."""


async def follow_up(work: Work, actor: Actor) -> list[Waiting]:
    """Everything of these parts that waits for the acting person, oldest first."""
    return [*await _referrals(work, actor), *await _complaints(work, actor), *await _lists(work, actor)]


async def _referrals(work: Work, actor: Actor) -> list[Waiting]:
    rows = await referrals.of_reader(work, actor.post_id, open_only=True, after=None, limit=MOST)
    return [
        Waiting(
            kind="referral",
            label=STEPS[row.state],
            title=f"限制知悉：{KINDS[row.kind]}",
            organ="",
            note=f"起草 {row.drafted_by_name}",
            href=f"/referrals/{row.id}",
            article=ARTICLES[row.kind],
            since=row.decided_at or row.drafted_at,
        )
        for row in rows
        if row.state in STEPS
        and (row.state != "draft" or (actor.roles & set(DECIDERS[row.kind]) and row.drafted_by != actor.person_id))
    ]


async def _complaints(work: Work, actor: Actor) -> list[Waiting]:
    if not actor.roles & {"supervisor", "supervision_leader", "government_leader"}:
        return []
    rows = await complaints.listed(
        work,
        leads=leads(actor),
        post_id=actor.post_id,
        person_id=actor.person_id,
        ended=False,
        after=None,
        limit=MOST,
    )
    return [
        Waiting(
            kind="conduct",
            label="指定调查人" if row.state == "received" else "调查",
            title=f"限制知悉：对监督人员的反映 {row.number}",
            organ="",
            note="",
            href=f"/conduct/{row.id}",
            article="23",
            since=row.received_at,
        )
        for row in rows
        if (row.state == "received" and leads(actor))
        or (row.state == "examining" and actor.post_id in row.examiner_posts)
    ]


async def _lists(work: Work, actor: Actor) -> list[Waiting]:
    if "government_leader" not in actor.roles:
        return []
    return [
        Waiting(
            kind="commendation",
            label="批准表彰名单",
            title=f"{row.year}年度表彰名单",
            organ=row.government_name,
            note=f"报请 {row.submitted_by_name}",
            href=f"/commendations/{row.id}",
            article="6",
            since=row.submitted_at or row.created_at,
        )
        for row in await commendations.listed(work, [], MOST)
        if row.state == "submitted" and row.submitted_by != actor.person_id
    ]
