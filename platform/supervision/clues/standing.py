"""Loading a clue for a step, and what its machine needs to know about it (Art. 17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.errors import Denied, NotFound, Stale
from kernel.work import Work
from supervision.clues import repository
from supervision.clues.models import Clue
from supervision.clues.rules import CLUE, ClueFacts
from supervision.deadlines import service as deadlines
from tenants.access import Target, authorize
from tenants.organs.directory import Directory, directory

HANDLING_CLASSES = frozenset({"justice_department", "department", "vertical_body"})
"""Classes of organs that deal with clues; governments leave it to their justice department (Art. 5)."""


def target_of(work: Work, clue: Clue) -> Target:
    """The clue as policy sees it. The origin reads its registration as its own, whoever handles it."""
    drafters = frozenset({clue.dismissal_proposed_by} if clue.dismissal_proposed_by else ())
    if clue.organ_id != work.organ_id and clue.origin_organ_id == work.organ_id:
        return Target(owner_id=work.organ_id)
    return Target(owner_id=clue.organ_id, supervised_id=clue.subject_organ_id, drafters=drafters)


async def load(work: Work, clue_id: UUID) -> Clue:
    """The clue, if the reader may see it. Raises NotFound with the one sentence for both cases."""
    clue = await repository.get(work, clue_id)
    if clue is None:
        raise NotFound
    await authorize(work, "clue", "read", target_of(work, clue))
    return clue


async def hold(work: Work, clue_id: UUID, action: str, version: int | None = None) -> Clue:
    """The clue of the work's organ, locked for a change that policy allows under the name of `action`.

    Raises NotFound, Denied, Barred, Stale.
    """
    clue = await repository.get(work, clue_id, lock=True)
    if clue is None or clue.organ_id != work.organ_id:
        held = await load(work, clue_id)
        tree = await directory(work)
        raise Denied(
            f"线索由{tree.short(held.organ_id)}办理，本单位只能查看进展。",
            article="17",
            remedy=f"可以与{tree.short(held.organ_id)}联系。",
        )
    await authorize(work, "clue", action, target_of(work, clue))
    if version is not None and version != clue.row_version:
        raise Stale
    return clue


async def step(work: Work, clue_id: UUID, action: str, version: int | None = None, **given: Any) -> Clue:
    """The clue, locked, once policy and its machine allow the action; its state is already the next one.

    `given`: facts of the input for the guards. Raises NotFound, Denied, Barred, IllegalTransition, Stale.
    """
    clue = await hold(work, clue_id, action, version)
    facts = await facts_of(work, clue, **given)
    clue.state = CLUE.step(clue.state, action, facts).reached_from(clue.state)
    return clue


async def facts_of(work: Work, clue: Clue, **given: Any) -> ClueFacts:
    """What the guards read, for the acting officer."""
    book = await deadlines.rulebook(work)
    tree = await directory(work)
    running = await deadlines.for_subject(work, clue.id)
    matter = await repository.get_matter(work, clue.matter_id) if clue.matter_id else None
    known: dict[str, Any] = {
        "subject_known": clue.subject_organ_id is not None,
        "subject_in_reach": clue.subject_organ_id is None or reaches(tree, clue.organ_id, clue.subject_organ_id),
        "dismissal_proposed": clue.dismissal_proposed_by is not None,
        "actor_proposed_dismissal": work.actor is not None and clue.dismissal_proposed_by == work.actor.person_id,
        "extensions_used": int(clue.extended),
        "extensions_allowed": book.limit("clue.extension_times"),
        "completion_lapsed": any(d.rule_key == "clue.completion" and d.due_on < work.today for d in running),
        "matter_approved": matter is not None and matter.state not in ("proposed", "rejected"),
        "outcome_known": bool(clue.result_note) or (matter is not None and matter.state == "closed"),
    }
    return ClueFacts(**(known | given))


def reaches(tree: Directory, organ_id: UUID, subject_id: UUID) -> bool:
    """Whether the organ supervises the subject, itself included (Arts. 2, 12)."""
    if organ_id == subject_id:
        return True
    relation = tree.relation(organ_id, subject_id)
    return relation is not None and relation.kind != "assist"


def competent(tree: Directory, organ_id: UUID, subject_id: UUID | None) -> bool:
    """Whether a clue may be passed to the organ: it deals with clues, it supervises the subject, and it is not
    the organ complained of, which must never learn of the complaint from us (Arts. 2, 17)."""
    if tree.organ_class(organ_id) not in HANDLING_CLASSES or organ_id == subject_id:
        return False
    return subject_id is None or reaches(tree, organ_id, subject_id)


async def refresh_due(work: Work, clue: Clue) -> None:
    """Keep the clue's nearest end in step, for the order of lists."""
    await work.session.flush()
    ends = [d.due_on for d in await deadlines.for_subject(work, clue.id) if d.state != "suspended"]
    clue.next_due_on = min(ends, default=None)
