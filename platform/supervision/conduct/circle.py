"""Who handles a complaint: the leaders of the competent organ and the examiners that they name; never the person
complained about (Art. 23)."""

from __future__ import annotations

from uuid import UUID

from kernel.clock import local_date
from kernel.errors import NotFound, Stale
from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Actor, Work
from supervision.conduct import repository
from supervision.conduct.models import ConductComplaint, ConductStep
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.changes import term_of
from supervision.deadlines.rules import compute
from supervision.referrals.rules import end_of_day, last_day
from tenants.access import Target, authorize

LEADS = ("supervision_leader", "government_leader")
ARTICLE = "23"


def leads(actor: Actor) -> bool:
    return bool(actor.roles & set(LEADS))


def knows(actor: Actor | None, row: ConductComplaint) -> bool:
    """Whether the person handles it: a leader or an examiner, and not the one it is about."""
    if actor is None or actor.person_id == row.subject_person_id:
        return False
    return leads(actor) or actor.post_id in row.examiner_posts


async def enter(work: Work, complaint_id: UUID, action: str, version: int | None = None) -> ConductComplaint:
    """The complaint, locked, for a step that policy allows. Raises NotFound for everybody who does not handle it,
    Stale, Denied."""
    row = await repository.get(work, complaint_id, lock=True)
    if row is None or not knows(work.actor, row):
        raise NotFound
    if version is not None and version != row.row_version:
        raise Stale(detail={"version": row.row_version})
    await authorize(work, "conduct", action, await target(work, row))
    return row


async def target(work: Work, row: ConductComplaint) -> Target:
    """Who examined does not decide: the examiners stand to it as drafters."""
    examiners = await repository.posts(work, row.examiner_posts)
    return Target(owner_id=row.organ_id, drafters=frozenset(post.person_id for post in examiners))


async def write_step(work: Work, row: ConductComplaint, action: str, title: str, note: str = "") -> None:
    """A line of the complaint's own history, and an audit entry without content."""
    work.session.add(
        ConductStep(
            id=new_id(),
            city_id=work.city_id,
            organ_id=row.organ_id,
            complaint_id=row.id,
            at=work.now,
            actor_name=work.actor.name if work.actor else "系统",
            action=action,
            title=title,
            note_cipher=vault().seal(note) if note else None,
        )
    )
    work.record(f"conduct_{action}", "conduct", row.id, title="限制知悉的反映：办理", article=ARTICLE)
    await work.session.flush()


async def set_limit(work: Work, row: ConductComplaint, key: str) -> None:
    """Start a limit of the rule book, or none; in the row itself, for deadlines are read by the levels above."""
    row.due_kind, row.due_at = key, None
    if key:
        rule = (await deadlines.rulebook(work)).deadline(key)
        term = term_of(rule.amount, rule.unit, rule.key, rule.source, rule.article)
        row.due_at = end_of_day(compute(local_date(work.now), term, await deadlines.calendar(work)).due)
    row.wake_at = row.due_at


async def tell_leaders(work: Work, row: ConductComplaint, title: str, *, kind: str = "approval") -> None:
    """A line in the bell of each leader who may handle it, which says that there is something and not what."""
    for post in await repository.posts_with(work, LEADS):
        if post.person_id != row.subject_person_id:
            await tell(work, row, post.id, title, kind=kind)


async def tell(work: Work, row: ConductComplaint, post_id: UUID, title: str, *, kind: str = "approval") -> None:
    await notices.notify(
        work,
        row.organ_id,
        kind=kind,
        title=title,
        link=f"/conduct/{row.id}",
        post_id=post_id,
        article=ARTICLE,
        due_on=last_day(row.due_at),
    )
