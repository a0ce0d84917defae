"""Declared interests against the matters in hand: shown, in the way of an assignment, settled (Art. 16)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from kernel.errors import IllegalTransition, Invalid
from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Work
from supervision.deadlines import notices
from supervision.matters import repository as matter_rows
from supervision.matters import service as matters
from supervision.matters.models import Matter, Recusal
from supervision.matters.opening import HANDLER_ROLES
from supervision.recusals import repository
from supervision.recusals.models import Clearance, Interest
from supervision.recusals.rules import HOLDERS, IN_FORCE, NATURES, Parties, Tie, conflicts, credit_code, validate_reason
from supervision.recusals.views import ConflictItem
from tenants.access import authorize, consider
from tenants.staff.repository import posts_with_role

REVIEWERS = ("organ_head", "legal_officer")


def tie_of(row: Interest) -> Tie:
    """A declaration as the rules compare it."""
    return Tie(
        id=row.id,
        person_id=row.person_id,
        organ_id=row.subject_organ_id,
        name=row.subject_name,
        code=row.subject_code,
        from_on=row.from_on,
        until_on=row.until_on,
        ended=row.ended_at is not None,
    )


async def parties_of(work: Work, matter: Matter) -> Parties:
    """Whom a matter is about. Of the encrypted numbers of counterparts only credit codes are compared."""
    found = []
    for act in await matter_rows.acts(work, matter.id):
        number = vault().open(act.counterpart_cipher) if act.counterpart_cipher else ""
        found.append((act.counterpart_name, number if credit_code(number) else ""))
    return Parties(matter.supervised_id, matter.supervised_name, tuple(found))


async def standing(work: Work, matter: Matter, person_ids: Collection[UUID]) -> list[Interest]:
    """The declarations of some persons that name a party of the matter; the work acts as the matter's organ."""
    rows = await repository.live_interests(work, matter.organ_id, person_ids)
    if not rows:
        return []
    against = {tie.id for tie in conflicts(map(tie_of, rows), await parties_of(work, matter), work.today)}
    return [row for row in rows if row.id in against]


def settlement(row: Interest, recusals: Sequence[Recusal], cleared: Sequence[Clearance]) -> str:
    """How a declaration was settled for one matter; empty while it is open.

    A decision or a confirmation settles what was declared before it; a recusal that is pending settles nothing.
    """
    for recusal in recusals:
        if recusal.person_id != row.person_id:
            continue
        if recusal.state in IN_FORCE:
            return "已决定回避" if recusal.state == "granted" else ""
        after = recusal.lifted_at if recusal.state == "lifted" else recusal.decided_at
        if after is not None and after >= row.declared_at:
            return "已解除回避" if recusal.state == "lifted" else "已决定不回避"
    if any(row.id in clearance.interest_ids for clearance in cleared):
        return "主要负责人已书面确认没有利害关系"
    return ""


async def conflicted(work: Work, matter: Matter, person_ids: Collection[UUID]) -> list[UUID]:
    """For the assignment of handlers: persons with a declaration in the matter that nobody settled."""
    rows = await standing(work, matter, person_ids)
    if not rows:
        return []
    recusals = await repository.of_matter(work, matter.id)
    cleared = await repository.clearances(work, matter.id)
    return [row.person_id for row in rows if not settlement(row, recusals, cleared)]


async def matter_conflicts(work: Work, matter_id: UUID) -> list[ConflictItem]:
    """Who of the organ declared an interest in the matter. Empty for a reader of another organ.

    What the interest is, only the person, the principal leader and the legal-affairs unit see. Raises NotFound.
    """
    case = await matters.load_case(work, matter_id)
    matter = case.matter
    if work.organ_id != matter.organ_id:
        return []
    await authorize(work, "recusal", "read", case.target())
    handling = {h.person_id for h in case.handlers}
    posts = await posts_with_role(work, matter.organ_id, sorted(HANDLER_ROLES))
    rows = await standing(work, matter, handling | {post.person_id for post in posts})
    recusals, cleared = case.recusals, await repository.clearances(work, matter_id)
    verdict, _ = await consider(work, "interest", "list", case.target())
    me = work.actor.person_id if work.actor else None
    found: list[ConflictItem] = []
    for person_id in dict.fromkeys(row.person_id for row in rows):
        theirs = [row for row in rows if row.person_id == person_id]
        settled = [settlement(row, recusals, cleared) for row in theirs]
        found.append(
            ConflictItem(
                person_id=person_id,
                person_name=theirs[0].person_name,
                handler=person_id in handling,
                settled="；".join(dict.fromkeys(settled)) if all(settled) else "",
                details=[_said(row) for row in theirs] if verdict.allowed or person_id == me else [],
            )
        )
    return found


def _said(row: Interest) -> str:
    who = HOLDERS[row.holder] + (f"{row.relative_mask}" if row.relative_mask else "")
    return f"{who}：{row.subject_name}（{NATURES[row.nature]}）"


async def clear_conflict(work: Work, matter_id: UUID, person_id: UUID, statement: str) -> Clearance:
    """The principal leader's written confirmation that a declaration means no interest in this matter.

    It covers the declarations of today; a later one asks again. Raises NotFound, Denied, Barred, IllegalTransition
    where nothing is open or a recusal is to be decided instead, Invalid.
    """
    case = await matters.load_case(work, matter_id)
    await authorize(work, "interest", "clear", case.target(drafters=frozenset({person_id})))
    errors = validate_reason(statement.strip(), "statement", "没有利害关系的情况和依据")
    if errors:
        raise Invalid(errors=errors, article="16")
    if person_id in case.recused:
        raise IllegalTransition("该人员的回避已经申报或者决定。", article="16", remedy="请对回避作出决定。")
    rows = await standing(work, case.matter, {person_id})
    if not await conflicted(work, case.matter, {person_id}):
        raise IllegalTransition("该人员没有需要确认的利害关系申报。", article="16")
    clearance = Clearance(
        id=new_id(),
        city_id=work.city_id,
        organ_id=case.matter.organ_id,
        matter_id=matter_id,
        person_id=person_id,
        person_name=rows[0].person_name,
        interest_ids=[row.id for row in rows],
        statement=statement.strip(),
        cleared_at=work.now,
        cleared_by_name=work.actor.name if work.actor else "",
    )
    work.session.add(clearance)
    work.record(
        "clear_conflict",
        "matter",
        matter_id,
        title=f"书面确认{clearance.person_name}与本事项没有利害关系",
        note=clearance.statement,
        article="16",
        thread_id=matter_id,
    )
    await work.session.flush()
    return clearance


async def tell_of_interest(work: Work, interest: Interest) -> None:
    """A new declaration against the matters that its person handles."""
    for matter in await repository.handled_matters(work, interest.person_id):
        await _tell(work, matter, {interest.person_id})


async def on_matter(work: Work, matter: Matter, event: str, subject_id: UUID | None) -> None:
    """A matter opened, or an act entered: its parties against what its handlers declared."""
    if event in ("opened", "act_entered"):
        handlers = await matter_rows.handlers(work, matter.id)
        await _tell(work, matter, {h.person_id for h in handlers})


async def _tell(work: Work, matter: Matter, person_ids: Collection[UUID]) -> None:
    """Line for the reviewers and the person; assigned already, the leader decides or confirms now."""
    found = set(await conflicted(work, matter, person_ids))
    if not found:
        return
    handlers = {h.person_id: h for h in await matter_rows.handlers(work, matter.id) if h.person_id in found}
    for handler in handlers.values():
        await notices.notify(
            work,
            matter.organ_id,
            kind="approval",
            title=f"{handler.person_name}已申报与“{matter.title}”有关的利害关系，请决定回避或者书面确认",
            link=f"/matters/{matter.id}?tab=people",
            roles=REVIEWERS,
            article="16",
        )
        await notices.notify(
            work,
            matter.organ_id,
            kind="reminder",
            title=f"您申报的利害关系涉及“{matter.title}”，应当自行回避",
            link=f"/matters/{matter.id}/recusal",
            post_id=handler.post_id,
            article="16",
        )
