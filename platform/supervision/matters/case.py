"""One matter in hand: load it, ask policy, gather the facts for its rules, and keep what is derived in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from kernel.clock import local_date
from kernel.errors import NotFound, Stale
from kernel.machine import Transition
from kernel.search import bigrams
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.matters import facts as registry
from supervision.matters import owners, repository
from supervision.matters.facts import Outside
from supervision.matters.inputs import BASES
from supervision.matters.models import LIVE, Activity, Finding, Handler, Matter, Recusal, Remedy
from supervision.matters.rules import MATTER, MatterFacts
from supervision.matters.stages import PathFacts, stage
from supervision.matters.terms import LIVE_TERM, item_term, mode_term, organ_term, person_term, stage_term
from tenants.access import Target, authorize, relations
from tenants.organs.directory import directory
from tenants.staff.models import Post


@dataclass(slots=True)
class Case:
    """A matter with what its rules look at, read once for one step."""

    matter: Matter
    handlers: list[Handler]
    recusals: list[Recusal]
    findings: list[Finding]
    remedies: list[Remedy]
    outside: Outside
    responsible: frozenset[UUID] = frozenset()
    """Persons whose own rectification it is, in a matter inside one organ (Art. 12)."""
    assisting: frozenset[UUID] = frozenset()
    """Judicial offices that help in the matter (Art. 5)."""

    @property
    def recused(self) -> frozenset[UUID]:
        """Persons who may do nothing here: recusal declared or granted (Art. 16)."""
        return frozenset(r.person_id for r in self.recusals if r.state in repository.IN_FORCE)

    def target(self, **more: Any) -> Target:
        """The matter as policy asks for it."""
        matter = self.matter
        return Target(
            owner_id=matter.organ_id,
            supervised_id=matter.supervised_id,
            relation=matter.relation,
            recused=self.recused,
            responsible=self.responsible,
            assisting=self.assisting,
            **more,
        )


async def load(work: Work, matter_id: UUID, version: int | None = None) -> Case:
    """The matter with its parts. Raises NotFound outside the reader's scope, Stale when `version` is not the
    present one."""
    matter = await repository.get(work, matter_id)
    if matter is None:
        raise NotFound
    if version is not None and version != matter.row_version:
        raise Stale(article=None, detail={"version": matter.row_version})
    assisting = await repository.offices(work, matter_id)
    outside = await _outside(work, matter, assisting)
    findings = await repository.findings(work, matter_id)
    return Case(
        matter=matter,
        handlers=await repository.handlers(work, matter_id),
        recusals=await repository.recusals(work, matter_id),
        findings=findings,
        remedies=await repository.remedies(work, matter_id),
        outside=outside,
        responsible=await owners.responsible(work, matter, findings, outside.writers),
        assisting=assisting,
    )


async def _outside(work: Work, matter: Matter, assisting: frozenset[UUID]) -> Outside:
    """What the higher parts know. A judicial office is told how far the matter is as its department knows it: reports
    to the government, which it does not read, decide what may still be done (Art. 5)."""
    if work.organ_id not in assisting:
        return await registry.outside(work, matter)
    async with work.acting_as(matter.organ_id):
        return await registry.outside(work, matter)


async def enter(
    work: Work, matter_id: UUID, action: str, *, version: int | None = None, drafters: frozenset[UUID] = frozenset()
) -> Case:
    """Load a matter for a step and have policy allow it. Raises NotFound, Stale, Denied or Barred."""
    case = await load(work, matter_id, version)
    await authorize(work, "matter", action, case.target(drafters=drafters))
    return case


async def step(work: Work, case: Case, action: str, **given: Any) -> Transition[MatterFacts]:
    """Take a step of the machine with the facts of the moment and what the command gives; sets the state.

    Raises IllegalTransition or Barred with reason, article and remedy.
    """
    known = replace(await gather(work, case), **given)
    transition = MATTER.step(case.matter.state, action, known)
    case.matter.state = transition.reached_from(case.matter.state)
    return transition


async def gather(work: Work, case: Case) -> MatterFacts:
    """The facts of a matter for the acting officer; what a step brings with it keeps its complete default."""
    matter, actor = case.matter, work.actor
    tree = await directory(work)
    me = actor.person_id if actor else None
    organ_id = actor.organ_id if actor else work.organ_id
    book = await deadlines.rulebook(work, matter.rulebook_key)
    open_deadlines = [d for d in await deadlines.for_matter(work, matter.id) if d.state in ("running", "suspended")]
    posts = {post.id: post for post in await repository.posts(work, [h.post_id for h in case.handlers])}
    standing = relations(tree, organ_id, case.target())
    return MatterFacts(
        actor_recused=me in case.recused,
        actor_proposed_opening=me == matter.proposed_by,
        actor_proposed_closing=me is not None and me == matter.closing_proposed_by,
        actor_on_case=me in {h.person_id for h in case.handlers} or "assist" in standing,
        actor_is_owner=owners.owns(work, matter, case.responsible),
        actor_is_upper=bool({"upper", "government_of"} & set(standing)),
        supervised_in_reach=tree.relation(matter.organ_id, matter.supervised_id) is not None,
        handler_count=len(case.handlers),
        handlers_required=book.limit("matter.handlers"),
        handlers_certified=bool(posts) and all(certified(posts.get(h.post_id), work.today) for h in case.handlers),
        any_handler_recused=any(h.person_id in case.recused for h in case.handlers),
        finding_states=tuple(f.state for f in case.findings),
        open_deadlines=len(open_deadlines),
        live_instruments=case.outside.live_instruments,
        live_reports=case.outside.live_reports,
        live_decisions=case.outside.live_decisions,
        running_remedies=sum(r.ended_on is None for r in case.remedies),
        unconfirmed_steps=case.outside.unconfirmed_steps,
        undecided_recusals=sum(r.state == "declared" for r in case.recusals),
        reopening_needed=await _reopening_needed(work, matter),
    )


def certified(post: Post | None, on: date) -> bool:
    """Whether the post is held on that day with a supervision certificate that is valid on it (Arts. 6, 10(4))."""
    if post is None or not post.certificate_no:
        return False
    held = post.valid_from <= on and (post.valid_to is None or post.valid_to >= on)
    return held and (post.certificate_until is None or post.certificate_until >= on)


async def _reopening_needed(work: Work, matter: Matter) -> bool:
    if matter.state != "closed":
        return False
    since = await repository.last_event(work, matter.id, ["approve_closing"])
    for action, key, value in (("look_back", "relapsed", True), ("order_from_above", "order", "review")):
        event = await repository.last_event(work, matter.id, [action])
        if event and event.detail.get(key) == value and (since is None or event.at >= since.at):
            return True
    return False


def path_facts(
    case: Case, activities: Sequence[Activity], *, end_reason: str = "", accepted_on: date | None = None
) -> PathFacts:
    """What the badge and the stepper show of the matter."""
    matter, outside = case.matter, case.outside
    dates = [a.at for a in activities] or [f.created_at for f in case.findings]
    return PathFacts(
        state=matter.state,
        basis=matter.basis,
        basis_label=BASES.get(matter.basis, ""),
        accepted_on=accepted_on,
        opened_on=matter.opened_on,
        checked_on=local_date(max(dates)) if dates else None,
        finding_states=tuple(f.state for f in case.findings),
        letter=outside.letter,
        opinion=outside.opinion,
        report=outside.report,
        decision=outside.decision,
        closed_on=matter.closed_on,
        end_reason=end_reason,
    )


async def refresh(work: Work, matter_id: UUID) -> Matter:
    """Recompute what is kept for lists: stage, handlers, nearest end, search terms. Call after every change,
    also from the parts above when a document of the matter moved."""
    await work.session.flush()
    found = await repository.get(work, matter_id)
    if found is None:
        raise NotFound
    async with work.acting_as(found.organ_id):
        case = await load(work, matter_id)
        matter = case.matter
        key = stage(path_facts(case, await repository.activities(work, matter_id))).key
        names = "、".join(h.person_name for h in case.handlers)
        if (matter.stage, matter.handler_names) != (key, names):
            matter.stage, matter.handler_names = key, names
        await repository.store_search(work, matter_id, _terms(case))
        nearest = await deadlines.refresh_matter_due(work, matter_id, matter.organ_id)
        set_committed_value(matter, "next_due_on", nearest)
    return matter


def _terms(case: Case) -> list[str]:
    matter = case.matter
    texts = [matter.number or "", matter.title, matter.supervised_name, matter.source]
    texts += [h.person_name for h in case.handlers] + [f.title for f in case.findings] + list(case.outside.search)
    return [
        *bigrams("\n".join(texts)),
        organ_term(matter.organ_id, live=False),
        mode_term(matter.mode),
        stage_term(matter.stage),
        *([LIVE_TERM, organ_term(matter.organ_id, live=True)] if matter.state in LIVE else []),
        *(person_term(h.person_id) for h in case.handlers),
        *(item_term(item) for item in matter.content_items),
    ]
