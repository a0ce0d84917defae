"""Recusals as their readers see them: the list, one whole, and what a supervised organ applied for (Art. 16)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import NotFound
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.instruments import repository as documents
from supervision.matters import service as matters
from supervision.matters.models import Matter, Recusal
from supervision.matters.reading import RECUSAL_ORIGINS, RECUSAL_STATES
from supervision.matters.service import Case
from supervision.matters.views import Page
from supervision.recusals import repository
from supervision.recusals.deciders import decider_of
from supervision.recusals.deciding import facts
from supervision.recusals.models import Application, PriorStep
from supervision.recusals.rules import RECUSAL
from supervision.recusals.steps import OUTCOMES
from supervision.recusals.views import ApplicationView, RecusalDetail, RecusalRow, ReplacementItem, StepItem
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from tenants.staff.models import Post
from tenants.staff.repository import posts_with_role

SUPERVISING_CLASSES = ("justice_department", "department", "vertical_body")
ORDERABLE = ("supervisor", "supervision_leader", "legal_officer", "organ_head")
APPLICATION_STATES = {"declared": "待决定", "granted": "决定回避", "refused": "决定不回避"}


async def _organs(work: Work) -> list[UUID]:
    """Whose recusals the reader's list holds: the own organ's; a government's, those of the organs under it."""
    tree = await directory(work)
    if tree.organ_class(work.organ_id) != "government":
        return [work.organ_id]
    return [
        organ_id
        for organ_id in tree.organs
        if tree.organ_class(organ_id) in SUPERVISING_CLASSES and tree.government_of(organ_id) == work.organ_id
    ]


async def lists_recusals(work: Work) -> bool:
    """Whether the reader has a list of recusals at all."""
    verdict, _ = await consider(work, "recusal", "list", Target(owner_id=work.organ_id))
    return verdict.allowed


async def recusals(
    work: Work, *, open_only: bool = True, after: UUID | None = None, limit: int = 50
) -> Page[RecusalRow]:
    """Recusals in the reader's organ, or of the organs under a government; the latest first. Raises Denied."""
    await authorize(work, "recusal", "list", Target(owner_id=work.organ_id))
    found = await repository.rows(work, await _organs(work), open_only=open_only, after=after, limit=limit + 1)
    following = str(found[limit - 1][0].id) if len(found) > limit else None
    return Page([await _row(work, recusal, matter) for recusal, matter in found[:limit]], following)


async def to_decide(work: Work) -> list[RecusalRow]:
    """Undecided recusals on which the acting leader decides, the oldest first; empty for everybody else."""
    actor = work.actor
    if actor is None or not await lists_recusals(work):
        return []
    found = []
    for row, matter in await repository.rows(work, await _organs(work), open_only=True, after=None, limit=50):
        case = await matters.load_case(work, matter.id)
        decider = await decider_of(work, case, row.person_id)
        if decider.organ_id == work.organ_id and decider.role in actor.roles and actor.person_id not in case.recused:
            found.append(await _row(work, row, matter))
    return found[::-1]


async def _row(work: Work, recusal: Recusal, matter: Matter) -> RecusalRow:
    tree = await directory(work)
    limits = await deadlines.for_subject(work, recusal.id) if recusal.state == "declared" else []
    return RecusalRow(
        id=recusal.id,
        matter_id=matter.id,
        matter_number=matter.number or "",
        matter_title=matter.title,
        organ_name=tree.short(recusal.organ_id),
        person_name=recusal.person_name,
        origin=recusal.origin,
        origin_label=RECUSAL_ORIGINS[recusal.origin],
        state=recusal.state,
        state_label=RECUSAL_STATES[recusal.state],
        declared_at=recusal.declared_at,
        due_on=limits[0].due_on if limits else None,
    )


async def recusal(work: Work, recusal_id: UUID) -> RecusalDetail:
    """One recusal whole. Raises NotFound outside the reader's scope, Denied."""
    row = await repository.get(work, recusal_id)
    if row is None:
        raise NotFound
    case = await matters.load_case(work, row.matter_id)
    await authorize(work, "recusal", "read", case.target())
    matter = case.matter
    tree = await directory(work)
    book = await deadlines.rulebook(work, matter.rulebook_key)
    decider = await decider_of(work, case, row.person_id)
    may_decide, refusal = await _possible(work, case, row, "grant", "decide")
    may_lift, _ = await _possible(work, case, row, "lift", "lift")
    limits = await deadlines.for_subject(work, row.id, open_only=False)
    handling = {h.person_id for h in case.handlers}
    me = work.actor.person_id if work.actor else None
    reads, _ = await consider(work, "matter", "read", case.target())
    return RecusalDetail(
        id=row.id,
        matter_id=matter.id,
        matter_number=matter.number or "",
        matter_title=matter.title,
        supervised_name=matter.supervised_name,
        organ_id=matter.organ_id,
        organ_name=tree.name(matter.organ_id),
        person_name=row.person_name,
        is_handler=row.person_id in handling,
        origin=row.origin,
        origin_label=RECUSAL_ORIGINS[row.origin],
        ground=row.ground,
        ground_name=book.recusal_ground(row.ground).name,
        reason=row.reason,
        applicant=row.applicant_name,
        state=row.state,
        state_label=RECUSAL_STATES[row.state],
        declared_at=row.declared_at,
        declared_by=row.declared_by_name,
        decider=decider.name,
        decider_note=decider.note,
        decided_at=row.decided_at,
        decided_by=row.decided_by_name,
        decision_reason=row.decision_reason,
        replacement=row.replacement_name,
        short_handed=row.state == "granted" and len(case.handlers) < book.limit("matter.handlers"),
        number=row.paper_number,
        paper_href=await _paper(work, row),
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by_name,
        lifted_reason=row.lifted_reason,
        deadline=await deadlines.explain_view(work, limits[-1]) if limits else None,
        steps=[_step(step) for step in await repository.steps(work, row.id)],
        replacements=await _replacements(work, case, row) if may_decide else [],
        may_decide=may_decide,
        refusal=refusal,
        may_lift=may_lift,
        may_settle=me is not None and me in handling - case.recused,
        reads_matter=reads.allowed,
    )


async def _possible(work: Work, case: Case, row: Recusal, step: str, action: str) -> tuple[bool, str]:
    """Whether the reader may take a step now, and why not."""
    target = case.target(drafters=frozenset({row.person_id}))
    verdict, sentence = await consider(work, "recusal", action, target)
    if not verdict.allowed:
        return False, sentence
    known = await facts(work, case, row.person_id)
    option = next((o for o in RECUSAL.options(row.state, known) if o.action == step), None)
    return (option.allowed, option.reason + option.remedy) if option else (False, "")


async def orderable(work: Work, matter_id: UUID) -> list[Post]:
    """Supervisors and leaders of the matter's organ who are not recused: who could be ordered to step back.

    Asks no policy: the step does.
    """
    case = await matters.load_case(work, matter_id)
    me = work.actor.person_id if work.actor else None
    posts = await posts_with_role(work, case.matter.organ_id, ORDERABLE)
    handling = {h.person_id for h in case.handlers}
    found = [p for p in posts if p.person_id not in case.recused and p.person_id != me]
    return sorted(found, key=lambda post: post.person_id not in handling)


async def _paper(work: Work, row: Recusal) -> str:
    """Where the reader finds the decision: as its issuer's side, or as a copy that was sent."""
    if not row.paper_number:
        return ""
    paper = next(
        (p for p in await documents.papers_of(work, matter_id=row.matter_id) if p.number == row.paper_number), None
    )
    return f"/instruments/papers/{paper.id}/pdf" if paper else "/inbox?tab=papers"


def _step(step: PriorStep) -> StepItem:
    return StepItem(
        id=step.id,
        no=step.no,
        title=step.title,
        done_at=step.done_at,
        outcome=step.outcome,
        outcome_label=OUTCOMES[step.outcome],
        note=step.note,
        settled_by=step.settled_by_name,
        settled_at=step.settled_at,
    )


async def _replacements(work: Work, case: Case, row: Recusal) -> list[ReplacementItem]:
    """Supervisors of the officer's organ who are not handlers yet; the list is read in that organ's tenancy."""
    handling = {h.person_id for h in case.handlers}
    if row.person_id not in handling:
        return []
    async with work.acting_as(case.matter.organ_id):
        people = await matters.candidates(work, case.matter)
    return [
        ReplacementItem(post_id=post.id, name=post.person_name, title=post.title, fit=fit)
        for post, fit in people
        if post.person_id not in handling and post.person_id != row.person_id
    ]


async def applications(
    work: Work, *, delivery_id: UUID | None = None, after: UUID | None = None, limit: int = 50
) -> Page[ApplicationView]:
    """What the reader's organ applied for, with the answers; the latest first. Raises Denied."""
    await authorize(work, "delivery", "read", Target(owner_id=work.organ_id))
    rows = await repository.applications(work, delivery_id=delivery_id, after=after, limit=limit + 1)
    following = str(rows[limit - 1].id) if len(rows) > limit else None
    return Page([application_view(row) for row in rows[:limit]], following)


async def applies(work: Work) -> bool:
    """Whether the reader belongs to those who apply in the name of a supervised organ."""
    verdict, _ = await consider(work, "delivery", "read", Target(owner_id=work.organ_id))
    return verdict.allowed


def application_view(row: Application) -> ApplicationView:
    return ApplicationView(
        id=row.id,
        delivery_id=row.delivery_id,
        document=row.document,
        issuer_name=row.issuer_name,
        handler_name=row.handler_name,
        ground_name=row.ground_name,
        reason=row.reason,
        applied_at=row.applied_at,
        applied_by=row.applied_by_name,
        due_on=row.due_on,
        state=row.state,
        state_label=APPLICATION_STATES[row.state],
        decided_on=row.decided_on,
        decided_by=row.decided_by_name,
        decision_reason=row.decision_reason,
        number=row.paper_number,
    )
