"""From the proposal to the opening: mode, content, reach, two handlers, number (Arts. 11, 13, 16)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.errors import Barred, FieldError, Invalid
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.matters import case as cases
from supervision.matters import facts as registry
from supervision.matters import numbers, repository
from supervision.matters.assistance import assist_by_area
from supervision.matters.case import Case, certified
from supervision.matters.commands import ProposeMatter
from supervision.matters.inputs import MODES, MatterInput, validate_matter
from supervision.matters.limits import limits_of
from supervision.matters.models import Handler, Matter
from supervision.matters.rules import MATTER
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from tenants.staff.models import Post

HANDLER_ROLES = frozenset({"supervisor", "legal_officer"})


async def propose(work: Work, draft: ProposeMatter) -> Matter:
    """Propose a matter of the actor's organ; the clues on which it rests are bound to it (Art. 17).

    Raises Invalid for what is missing, Denied where policy does not let this organ supervise that one, and what
    stands against a clue: NotFound, Denied, IllegalTransition.
    """
    tree = await directory(work)
    reach = tree.relation(work.organ_id, draft.supervised_id) if draft.supervised_id else None
    book = await deadlines.rulebook(work)
    entered = MatterInput(
        title=draft.title,
        mode=draft.mode,
        content_items=draft.content_items,
        supervised_chosen=draft.supervised_id is not None,
        relation=reach.kind if reach else None,
        basis=draft.basis,
        basis_note=draft.basis_note,
        clue_chosen=bool(draft.clue_ids),
    )
    if draft.supervised_id is not None and reach is not None:
        await authorize(work, "matter", "propose", Target(supervised_id=draft.supervised_id))
    errors = validate_matter(entered, limits_of(book))
    if errors or draft.supervised_id is None or reach is None:
        raise Invalid(errors=errors, article="11")
    body = tree.get(work.organ_id)
    matter = Matter(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        government_id=tree.government_of(work.organ_id) if body.is_supervision_body else None,
        supervised_id=draft.supervised_id,
        supervised_name=tree.name(draft.supervised_id),
        relation=reach.kind,
        relation_article=reach.article,
        title=draft.title.strip(),
        mode=draft.mode,
        content_items=list(draft.content_items),
        basis=draft.basis,
        basis_note=draft.basis_note.strip(),
        source=draft.source,
        state=MATTER.initial,
        stage="to_accept",
        rulebook_key=book.key,
        proposed_by=work.actor.person_id if work.actor else new_id(),
        proposed_at=work.now,
        round=1,
        handler_names="",
    )
    work.session.add(matter)
    await work.session.flush()
    await assist_by_area(work, matter)
    case = Case(matter, [], [], [], [], registry.Outside())
    if draft.handler_post_ids:
        await _appoint(work, case, draft.handler_post_ids, no_conflict=False)
    work.record(
        "propose",
        "matter",
        matter.id,
        title="提请立项",
        note=draft.basis_note.strip(),
        article=[MODES[draft.mode]],
        thread_id=matter.id,
        detail={"mode": draft.mode, "relation": reach.kind, "basis": draft.basis},
    )
    for clue_id in dict.fromkeys(draft.clue_ids if draft.basis == "clue" else ()):
        await registry.tell(work, matter, "proposed", clue_id)
    await notices.notify(
        work,
        work.organ_id,
        kind="approval",
        title=f"提请立项：{matter.title}",
        link=f"/matters/{matter.id}",
        roles=["supervision_leader"] if body.is_supervision_body else ["supervision_leader", "organ_head"],
        article="11",
    )
    return await cases.refresh(work, matter.id)


async def approve_opening(
    work: Work,
    matter_id: UUID,
    *,
    post_ids: Sequence[UUID] = (),
    no_conflict: bool = True,
    version: int | None = None,
) -> Matter:
    """Open a proposed matter: number from the gapless series, rule book pinned (Art. 11).

    `post_ids` assigns the handlers in the same step. Raises IllegalTransition without two certified handlers or
    for the proposer, Barred when one of the handlers is recused.
    """
    case = await _enter_as_leader(work, matter_id, "approve_opening", version)
    if post_ids:
        await _appoint(work, case, post_ids, no_conflict=no_conflict)
    await cases.step(work, case, "approve_opening")
    matter = case.matter
    matter.number, matter.year, matter.seq = await numbers.take(work)
    matter.rulebook_key = (await deadlines.rulebook(work)).key
    matter.opened_on = work.today
    matter.approved_by = work.actor.person_id if work.actor else None
    names = "、".join(h.person_name for h in case.handlers)
    work.record(
        "approve_opening",
        "matter",
        matter.id,
        title="批准立项",
        note=f"编号{matter.number}，承办人{names}。",
        article=[MODES[matter.mode], "13"],
        thread_id=matter.id,
        detail={"number": matter.number},
    )
    await _notify_handlers(work, case, f"已立项，由您承办：{matter.title}", "11")
    await registry.tell(work, matter, "opened")
    return await cases.refresh(work, matter.id)


async def _enter_as_leader(work: Work, matter_id: UUID, action: str, version: int | None) -> Case:
    case = await cases.load(work, matter_id, version)
    target = case.target(drafters=frozenset({case.matter.proposed_by}))
    await authorize(work, "matter", action, target)
    return case


async def reject_opening(work: Work, matter_id: UUID, reason: str, *, version: int | None = None) -> Matter:
    """Refuse a proposal, with the reason."""
    case = await _enter_as_leader(work, matter_id, "reject_opening", version)
    await cases.step(work, case, "reject_opening", reason_given=bool(reason.strip()))
    matter = case.matter
    work.record(
        "reject_opening", "matter", matter.id, title="不予立项", note=reason.strip(), article="11", thread_id=matter.id
    )
    await registry.tell(work, matter, "rejected")
    return await cases.refresh(work, matter.id)


async def assign_handlers(
    work: Work, matter_id: UUID, post_ids: Sequence[UUID], no_conflict: bool, *, version: int | None = None
) -> Matter:
    """Assign the handlers of a matter; earlier ones that are not named again end (Arts. 13, 16).

    `no_conflict`: each declared to have no interest in it. Raises Invalid for a person who cannot handle
    matters, IllegalTransition for too few or for a certificate that is not valid, Barred for a recusal.
    """
    case = await cases.enter(work, matter_id, "assign_handlers", version=version)
    await _appoint(work, case, post_ids, no_conflict=no_conflict)
    await cases.step(work, case, "assign_handlers")
    names = "、".join(h.person_name for h in case.handlers)
    conflict = "承办人各自作出无利害关系声明" if no_conflict else "无利害关系声明待补"
    work.record(
        "assign_handlers",
        "matter",
        matter_id,
        title="指派承办人",
        note=f"{names}；{conflict}。",
        article="16",
        thread_id=matter_id,
        detail={"posts": [str(p) for p in post_ids]},
    )
    await _notify_handlers(work, case, f"指派您承办：{case.matter.title}", "13")
    return await cases.refresh(work, matter_id)


async def _appoint(work: Work, case: Case, post_ids: Sequence[UUID], *, no_conflict: bool) -> None:
    wanted = list(dict.fromkeys(post_ids))
    posts = {post.id: post for post in await repository.posts(work, wanted)}
    errors = [FieldError("handlers", problem) for p in wanted if (problem := _unfit(posts.get(p), case.matter))]
    if not wanted:
        errors = [FieldError("handlers", "请选择承办的监督人员。")]
    if errors:
        raise Invalid(errors=errors, article="13")
    await _require_unconflicted(work, case.matter, [posts[p] for p in wanted])
    held = {h.post_id: h for h in case.handlers}
    for post_id, handler in held.items():
        if post_id not in posts:
            handler.ended_at, handler.ended_reason = work.now, "重新指派"
    for post_id in wanted:
        if post_id in held:
            held[post_id].no_conflict_declared |= no_conflict
        else:
            held[post_id] = _handler(work, case.matter, posts[post_id], no_conflict)
            work.session.add(held[post_id])
    case.handlers = [held[post_id] for post_id in wanted]
    await work.session.flush()


async def _require_unconflicted(work: Work, matter: Matter, posts: Sequence[Post]) -> None:
    """Who declared an interest in the matter is not assigned before somebody decided about it (Art. 16)."""
    found = await registry.conflicted(work, matter, [post.person_id for post in posts])
    names = "、".join(post.person_name for post in posts if post.person_id in found)
    if names:
        raise Barred(
            f"{names}已申报与本事项有关的利害关系，尚未作出回避决定，不能指派承办。",
            article="16",
            remedy="由本单位主要负责人决定是否回避，或者书面确认没有利害关系；也可以另行指派。",
        )


async def replace_handler(work: Work, case: Case, person_id: UUID, post_id: UUID) -> Post:
    """Put another supervisor in the place of one who steps back (Art. 16), in the step that says so.

    Asks no policy: the caller decided. Raises Invalid for the field `replacement` where the post cannot handle the
    matter, Barred for an interest that it declared.
    """
    found = await repository.posts(work, [post_id])
    post = found[0] if found else None
    problem = _unfit(post, case.matter)
    if post is not None and not problem:
        if not certified(post, work.today) or post.person_id in case.recused | {person_id}:
            problem = f"{post.person_name}没有有效的监督证件或者应当回避，请另选。"
        elif post.person_id in {h.person_id for h in case.handlers if h.person_id != person_id}:
            problem = f"{post.person_name}已经是本事项的承办人，请另选。"
    if post is None or problem:
        raise Invalid(problem, field="replacement", article="16")
    await _require_unconflicted(work, case.matter, [post])
    kept = [h for h in case.handlers if h.person_id != person_id]
    taken = _handler(work, case.matter, post, no_conflict=False)
    work.session.add(taken)
    case.handlers = [*kept, taken]
    await notices.notify(
        work,
        case.matter.organ_id,
        kind="approval",
        title=f"指派您接办：{case.matter.title}",
        link=f"/matters/{case.matter.id}",
        post_id=post.id,
        article="16",
    )
    return post


def _unfit(post: Post | None, matter: Matter) -> str:
    if post is None or post.organ_id != matter.organ_id:
        return "请选择本单位的监督人员。"
    if not HANDLER_ROLES & set(post.roles):
        return f"{post.person_name}不是监督人员，请另选。"
    return ""


def _handler(work: Work, matter: Matter, post: Post, no_conflict: bool) -> Handler:
    return Handler(
        id=new_id(),
        city_id=work.city_id,
        organ_id=matter.organ_id,
        matter_id=matter.id,
        post_id=post.id,
        person_id=post.person_id,
        person_name=post.person_name,
        certificate_no=post.certificate_no,
        no_conflict_declared=no_conflict,
        assigned_at=work.now,
        ended_reason="",
    )


async def _notify_handlers(work: Work, case: Case, title: str, article: str) -> None:
    for handler in case.handlers:
        await notices.notify(
            work,
            case.matter.organ_id,
            kind="approval",
            title=title,
            link=f"/matters/{case.matter.id}",
            post_id=handler.post_id,
            article=article,
        )


async def candidates(work: Work, matter: Matter | None = None) -> list[tuple[Post, bool]]:
    """Supervisors of the matter's organ, or else of the work's, who may be chosen as handlers, each with whether the
    certificate is valid today and neither a recusal nor an undecided interest stands against the person."""
    from tenants.staff.repository import posts_with_role

    recused: frozenset[UUID] = frozenset()
    if matter is not None:
        found = await repository.recusals(work, matter.id)
        recused = frozenset(r.person_id for r in found if r.state in repository.IN_FORCE)
    posts = await posts_with_role(work, matter.organ_id if matter else work.organ_id, sorted(HANDLER_ROLES))
    if matter is not None:
        recused |= await registry.conflicted(work, matter, [post.person_id for post in posts])
    return [(post, certified(post, work.today) and post.person_id not in recused) for post in posts]
