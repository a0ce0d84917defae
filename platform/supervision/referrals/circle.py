"""Who knows of a referral: the door that every step passes (Arts. 16, 18).

The database keeps other organs away; inside the organ the named posts alone find the referral, and for everybody else
the answer is the one for what does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec

from kernel.clock import local_date
from kernel.errors import Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.machine import Transition
from kernel.vault import vault
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.changes import term_of
from supervision.deadlines.rules import compute
from supervision.referrals import repository
from supervision.referrals.commands import Contents
from supervision.referrals.models import Referral, ReferralContent, ReferralReader, ReferralStep
from supervision.referrals.rules import (
    ARTICLES,
    DECIDERS,
    LIMITS,
    REFERRAL,
    ReferralFacts,
    end_of_day,
    last_day,
    within_hours,
)
from tenants.access import Target, authorize
from tenants.staff.models import Post

OUTSIDE = frozenset({"acknowledge", "record_result", "record_return"})
"""Steps that a connected system of the receiver takes by itself, without a person of ours."""


async def target(work: Work, row: Referral) -> Target:
    """The referral as policy asks for it."""
    return Target(
        owner_id=row.organ_id,
        drafters=frozenset({row.drafted_by} if row.drafted_by else ()),
        recused=await repository.recused(work, row.matter_id),
    )


async def enter(work: Work, referral_id: UUID, action: str, version: int | None = None) -> Referral:
    """The referral, locked for a step that policy allows. Raises NotFound for everybody who is not named on it,
    Stale, Denied or Barred."""
    row = await repository.lock(work, referral_id)
    if row is None or not await knows(work, row, action):
        raise NotFound
    if version is not None and version != row.row_version:
        raise Stale(detail={"version": row.row_version})
    await authorize(work, f"referral:{row.kind}", action, await target(work, row))
    return row


async def knows(work: Work, row: Referral, action: str = "read") -> bool:
    """Whether the acting post is named; declares it to the database when it is."""
    if work.actor is None:
        return action in OUTSIDE
    if not await repository.reads(work, row.id, work.actor.post_id):
        return False
    await repository.declare(work, work.actor.post_id)
    return True


async def name_posts(work: Work, referral_id: UUID, posts: Iterable[Post], reason: str) -> list[ReferralReader]:
    """Let posts of the work's organ know of the referral; those who do already stay as they are."""
    known = {reader.post_id for reader in await repository.of_referral(work, ReferralReader, referral_id)}
    added = [
        ReferralReader(
            id=new_id(),
            city_id=work.city_id,
            organ_id=work.organ_id,
            referral_id=referral_id,
            post_id=post.id,
            person_id=post.person_id,
            person_name=post.person_name,
            title=post.title,
            named_by=work.actor.name if work.actor else "系统",
            reason=reason,
        )
        for post in {post.id: post for post in posts}.values()
        if post.id not in known
    ]
    work.session.add_all(added)
    await work.session.flush()
    return added


async def decider(work: Work, kind: str, post_id: UUID) -> Post:
    """The post that is to decide. Raises Invalid for the field `leader_post_id`."""
    post = await repository.post(work, post_id)
    if post is None or not set(DECIDERS[kind]) & set(post.roles):
        raise Invalid("请选择有权决定移送的负责人。", field="leader_post_id", article=ARTICLES[kind])
    if work.actor is not None and post.person_id == work.actor.person_id:
        raise Invalid("起草人不得决定自己起草的移送，请选择另一名负责人。", field="leader_post_id", article="规则:分权")
    return post


def sealed_text(contents: Contents) -> bytes:
    return vault().seal(msgspec.json.encode(contents).decode())


def opened_text(row: ReferralContent) -> Contents:
    return msgspec.json.decode(vault().open(row.body_cipher), type=Contents)


async def contents_of(work: Work, row: Referral) -> tuple[ReferralContent, Contents]:
    """What is referred, for a named reader. Raises NotFound for anybody else: the policy hides it."""
    held = await repository.content(work, row.id)
    if held is None:
        raise NotFound
    return held, opened_text(held)


async def step(
    work: Work, row: Referral, action: str, facts: ReferralFacts, note: str = ""
) -> Transition[ReferralFacts]:
    """Take a step of the machine: state, limit, history, audit. Raises IllegalTransition with article and remedy."""
    transition = REFERRAL.step(row.state, action, facts)
    row.state = transition.reached_from(row.state)
    await set_limit(work, row)
    await write_step(work, row, action, transition.label, note)
    return transition


async def write_step(work: Work, row: Referral, action: str, title: str, note: str = "") -> None:
    """A line of the referral's own history, and an audit entry that tells its readers no content."""
    article = ARTICLES[row.kind]
    work.session.add(
        ReferralStep(
            id=new_id(),
            city_id=work.city_id,
            organ_id=row.organ_id,
            referral_id=row.id,
            at=work.now,
            actor_name=work.actor.name if work.actor else "系统",
            action=action,
            title=title,
            article=article,
            note_cipher=vault().seal(note) if note else None,
        )
    )
    work.record(f"referral_{action}", "referral", row.id, title=f"限制知悉事项：{title}", article=article)
    await work.session.flush()


async def set_limit(work: Work, row: Referral, key: str | None = None) -> None:
    """Start the limit of the present state and wake the sweep at its end. It runs here and not among the deadlines,
    which the levels above read."""
    key = LIMITS.get(row.state, "") if key is None else key
    row.due_kind, row.due_at, row.wake_at = key, None, None
    if not key:
        return
    rule = (await deadlines.rulebook(work)).deadline(key)
    if key == "referral.send":
        row.due_at = within_hours(row.decided_at or work.now, rule.amount)
    else:
        term = term_of(rule.amount, rule.unit, rule.key, rule.source, rule.article)
        row.due_at = end_of_day(compute(local_date(work.now), term, await deadlines.calendar(work)).due)
    row.wake_at = row.due_at


async def tell(work: Work, row: Referral, title: str, *, but: UUID | None = None, kind: str = "approval") -> None:
    """A line in the bell of every named post, which says that there is something and not what."""
    for reader in await repository.of_referral(work, ReferralReader, row.id):
        if reader.post_id != but:
            await notices.notify(
                work,
                row.organ_id,
                kind=kind,
                title=title,
                link=f"/referrals/{row.id}",
                post_id=reader.post_id,
                article=ARTICLES[row.kind],
                due_on=last_day(row.due_at),
            )
