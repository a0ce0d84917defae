"""What waits for a person of accountability: cases to tell or decide, reviews, answers of the organ (Art. 21)."""

from __future__ import annotations

from kernel.work import Actor, Work
from supervision.accountability import repository as accountability
from supervision.desk.views import Waiting
from tenants.organs.directory import directory


async def for_leader(work: Work, actor: Actor) -> list[Waiting]:
    """Cases that wait to be told, those whose respondent was heard or let the time pass, reviews and appeals."""
    cases = [
        Waiting(
            kind="accountability",
            label="审批告知" if c.state == "proposed" else "作出决定",
            title=f"责任追究 {c.number}",
            organ=c.supervised_name if c.against == "organ" else c.person_name,
            note=f"提出 {c.proposed_by_name}",
            href=f"/accountability/{c.id}",
            article="21",
            since=c.proposed_at,
        )
        for c in await accountability.cases_for_leader(work, actor.person_id)
    ]
    return cases + await _reviews(work, actor)


async def for_government(work: Work, actor: Actor) -> list[Waiting]:
    """Reviews and appeals, and removals from awards, which only the government's leader imposes."""
    tree = await directory(work)
    body = tree.supervision_body_of(work.organ_id)
    return await _reviews(work, actor) + [
        Waiting(
            kind="accountability",
            label="决定取消评优评先资格",
            title=f"责任追究 {c.number}",
            organ=c.supervised_name,
            note=f"{tree.short(c.organ_id)}提请",
            href=f"/accountability/{c.id}",
            article="21",
            since=c.proposed_at,
        )
        for c in await accountability.awards_to_decide(work, body)
    ]


async def for_head(work: Work) -> list[Waiting]:
    """Documents of accountability that wait for the organ: to be signed for, or to be answered with the result."""
    return [
        Waiting(
            kind="accountability",
            label="签收文书" if n.opened_at is None else "反馈处理结果",
            title=f"{n.title} {n.number}",
            organ=n.issuer_name,
            note=n.person_name or "本单位",
            href=f"/accountability/received/{n.id}",
            article="21",
            since=n.sent_at,
        )
        for n in await accountability.received_to_handle(work)
    ]


async def _reviews(work: Work, actor: Actor) -> list[Waiting]:
    """Reviews and appeals that the organ decides on, without those of the actor's own decisions."""
    return [
        Waiting(
            kind="accountability",
            label="决定复核" if r.kind == "review" else "决定申诉",
            title="责任追究",
            organ=r.requested_by_name,
            note=r.reason,
            href=f"/accountability/{r.case_id}",
            article="21",
            since=r.requested_at,
        )
        for r in await accountability.reviews_to_decide(work, actor.person_id)
    ]
