"""Delegations: the security administrator proposes, withdraws and ends, the audit administrator approves.

Powers of the three administrators stay apart: who makes a delegation cannot bring it into force, who brings it into
force can make none. Ending takes one person, because it only takes away. Policy is asked by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select, text

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from policy import engine
from policy.delegation import Flip, Withheld, flips, withheld
from policy.vocabulary import ROLE_LABELS
from tenants.delegations import rules
from tenants.delegations.models import Delegation
from tenants.delegations.rules import ARTICLE, STATE_LABELS, Lending, Party
from tenants.organs.directory import directory
from tenants.staff import repository
from tenants.staff import service as staff
from tenants.staff.models import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Who acts for whom, in which roles and acts (none named: all that the roles open), from when to when."""

    principal_post_id: UUID
    delegate_post_id: UUID
    roles: Sequence[str]
    acts: Sequence[str] = ()
    valid_from: date
    valid_to: date
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change: the acts that flip from refused to allowed, and those that stay with the principal."""

    principal: Post
    delegate: Post
    opened: tuple[Flip, ...]
    kept: tuple[Withheld, ...]


async def preview(work: Work, proposal: Proposal) -> Preview:
    """Check a proposal and say what it changes. Raises Invalid, one sentence to a field."""
    principal = await _living_post(work, proposal.principal_post_id, "principal")
    delegate = await _living_post(work, proposal.delegate_post_id, "delegate")
    asked = Lending(proposal.roles, proposal.acts, proposal.valid_from, proposal.valid_to, proposal.reason)
    found = rules.problems(_party(principal, work.today), _party(delegate, work.today), asked, work.today)
    if found:
        raise Invalid(errors=found)
    made = await _effects(work, principal, delegate, proposal.roles)
    if not made.opened:
        raise Invalid(f"{delegate.person_name}本人已有这些权限，不需要代行。", field="roles")
    if not set(proposal.acts) <= {flip.act for flip in made.opened}:
        raise Invalid("所选事项中有不能代行的，请从列表中选择。", field="acts")
    return made


async def effects(work: Work, delegation: Delegation) -> Preview:
    """What a stored delegation changes by the rules and posts of today; only the acts that it names."""
    principal = await repository.get_post(work, delegation.principal_post_id)
    delegate = await repository.get_post(work, delegation.delegate_post_id)
    if principal is None or delegate is None:
        raise NotFound
    lent = rules.holds(principal.roles, _party(delegate, work.today), delegation.roles)
    made = await _effects(work, principal, delegate, lent)
    opened = tuple(flip for flip in made.opened if flip.act in delegation.acts)
    return Preview(principal, delegate, opened, made.kept)


async def propose(work: Work, proposal: Proposal) -> Delegation:
    """Store a proposal; it has no effect before it is approved. Raises Invalid."""
    made = await preview(work, proposal)
    await _lock(work)
    await _refuse_double(work, proposal)
    principal, delegate = made.principal, made.delegate
    assert work.actor is not None
    row = Delegation(
        city_id=work.city_id,
        id=new_id(),
        organ_id=work.organ_id,
        principal_post_id=principal.id,
        principal_person_id=principal.person_id,
        principal_name=principal.person_name,
        principal_title=principal.title,
        delegate_post_id=delegate.id,
        delegate_person_id=delegate.person_id,
        delegate_name=delegate.person_name,
        delegate_title=delegate.title,
        roles=sorted(proposal.roles),
        acts=sorted(set(proposal.acts) or {flip.act for flip in made.opened}),
        reason=proposal.reason.strip(),
        valid_from=proposal.valid_from,
        valid_to=proposal.valid_to,
        state="proposed",
        proposed_by=work.actor.person_id,
        proposed_by_name=work.actor.name,
        proposed_at=work.now,
    )
    work.session.add(row)
    _record(work, row, "propose_delegation", "提出代行授权", note=row.reason)
    return row


async def withdraw(work: Work, delegation_id: UUID) -> Delegation:
    """Take back a proposal that is not decided yet."""
    row = await _in_state(work, delegation_id, "proposed", "撤回")
    row.state = "withdrawn"
    _record(work, row, "withdraw_delegation", "撤回代行授权")
    return row


async def approve(work: Work, delegation_id: UUID) -> Delegation:
    """Bring a proposal into force from its first day, by another person than the proposer.

    Raises Invalid when it can no longer hold: its time is over, a post or a role has gone.
    """
    row = await _decide(work, delegation_id, "approved", "")
    if row.valid_to < work.today:
        raise Invalid("代行期限已过，不能核准，请由安全管理员撤回。", field="valid_to")
    for post_id in (row.principal_post_id, row.delegate_post_id):
        await _living_post(work, post_id, "principal" if post_id == row.principal_post_id else "delegate")
    if not (await effects(work, row)).opened:
        raise Invalid("双方岗位或者职责已变化，该代行不再产生作用，请由安全管理员撤回。", field="roles")
    _record(work, row, "approve_delegation", "核准代行授权")
    return row


async def reject(work: Work, delegation_id: UUID, reason: str) -> Delegation:
    """Refuse a proposal, with the reason."""
    row = await _decide(work, delegation_id, "rejected", _needed(reason, "请写明不予核准的理由。"))
    _record(work, row, "reject_delegation", "不予核准代行授权", note=row.decision_reason)
    return row


async def end(work: Work, delegation_id: UUID, reason: str) -> Delegation:
    """End an approved delegation at once: the next transaction of the delegate is without it."""
    row = await _in_state(work, delegation_id, "approved", "终止")
    if row.valid_to < work.today:
        raise IllegalTransition("该代行已经期满，不需要终止。", article=ARTICLE)
    row.end_reason = _needed(reason, "请写明提前终止的理由。")
    row.state, row.ended_at, row.ended_by_name = "ended", work.now, work.actor.name if work.actor else "系统"
    _record(work, row, "end_delegation", "提前终止代行授权", note=row.end_reason)
    return row


async def get(work: Work, delegation_id: UUID) -> Delegation:
    """A delegation of the work's organ. Raises NotFound."""
    row = await work.session.get(Delegation, (work.city_id, delegation_id))
    if row is None or row.organ_id != work.organ_id:
        raise NotFound
    return row


async def listing(work: Work, before: UUID | None, size: int) -> tuple[list[Delegation], UUID | None]:
    """Delegations of the organ, newest first, and the id to go on from."""
    query = select(Delegation).where(Delegation.city_id == work.city_id, Delegation.organ_id == work.organ_id)
    if before is not None:
        query = query.where(Delegation.id < before)
    rows = list(await work.session.scalars(query.order_by(Delegation.id.desc()).limit(size + 1)))
    return rows[:size], rows[size - 1].id if len(rows) > size else None


async def waiting(work: Work) -> int:
    """How many proposals of the organ wait for a decision."""
    query = select(func.count()).where(
        Delegation.city_id == work.city_id, Delegation.organ_id == work.organ_id, Delegation.state == "proposed"
    )
    return await work.session.scalar(query) or 0


async def of_post(work: Work, post_id: UUID) -> list[Delegation]:
    """Delegations in force or to come that a post lends or bears, for its holder to see."""
    query = select(Delegation).where(
        Delegation.city_id == work.city_id,
        Delegation.organ_id == work.organ_id,
        Delegation.state == "approved",
        Delegation.valid_to >= work.today,
        or_(Delegation.principal_post_id == post_id, Delegation.delegate_post_id == post_id),
    )
    return list(await work.session.scalars(query.order_by(Delegation.valid_from)))


async def posts(work: Work) -> list[Post]:
    """Living posts of the organ that can lend or bear a delegation."""
    return [p for p in await repository.posts_in(work, work.organ_id) if rules.lendable(p.roles)]


def state_of(row: Delegation, today: date) -> str:
    """The words for where a delegation stands on a day."""
    if row.state != "approved":
        return STATE_LABELS[row.state]
    return "未到期" if row.valid_from > today else "生效中" if row.valid_to >= today else "已期满"


def _party(post: Post, on: date) -> Party:
    return Party(post.person_id, post.person_name, frozenset(post.roles), staff.certified(post, on))


async def _effects(work: Work, principal: Post, delegate: Post, lent: Sequence[str] | frozenset[str]) -> Preview:
    tree = await directory(work)
    facts = (engine.default_policy(), tree.organ_class(work.organ_id), frozenset(delegate.roles), frozenset(lent))
    return Preview(principal, delegate, tuple(flips(*facts)), tuple(withheld(*facts)))


async def _living_post(work: Work, post_id: UUID, field: str) -> Post:
    found = next((p for p in await repository.posts_in(work, work.organ_id) if p.id == post_id), None)
    if found is None:
        raise Invalid("请选择本单位的有效岗位。", field=field)
    return found


async def _lock(work: Work) -> None:
    await work.session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:organ, 0))"), {"organ": f"delegations:{work.organ_id}"}
    )


async def _refuse_double(work: Work, proposal: Proposal) -> None:
    query = select(Delegation.id).where(
        Delegation.city_id == work.city_id,
        Delegation.organ_id == work.organ_id,
        Delegation.principal_post_id == proposal.principal_post_id,
        Delegation.delegate_post_id == proposal.delegate_post_id,
        Delegation.state.in_(["proposed", "approved"]),
        Delegation.valid_from <= proposal.valid_to,
        Delegation.valid_to >= proposal.valid_from,
    )
    if await work.session.scalar(query) is not None:
        raise Invalid("这两名人员在所选期间已有代行授权，请先终止或者撤回。", field="valid_from")


async def _in_state(work: Work, delegation_id: UUID, state: str, verb: str) -> Delegation:
    await _lock(work)
    row = await get(work, delegation_id)
    await work.session.refresh(row)
    if row.state != state:
        raise IllegalTransition(f"该代行授权{STATE_LABELS[row.state]}，不能{verb}。", article=ARTICLE)
    row.row_version += 1
    return row


async def _decide(work: Work, delegation_id: UUID, state: str, reason: str) -> Delegation:
    row = await _in_state(work, delegation_id, "proposed", "核准或者不予核准")
    assert work.actor is not None
    if work.actor.person_id == row.proposed_by:
        raise Denied("提出人不得核准自己提出的代行授权。", article="规则:分权")
    row.state, row.decision_reason = state, reason
    row.decided_by, row.decided_by_name, row.decided_at = work.actor.person_id, work.actor.name, work.now
    return row


def _needed(reason: str, sentence: str) -> str:
    found = reason.strip()
    if not found or len(found) > 500:
        raise Invalid(sentence if not found else "理由不超过 500 字。", field="reason")
    return found


def _record(work: Work, row: Delegation, action: str, verb: str, *, note: str = "") -> None:
    roles = "、".join(ROLE_LABELS[r] for r in row.roles)
    span = f"{row.valid_from.isoformat()}至{row.valid_to.isoformat()}"
    work.record(
        action,
        "delegation",
        row.id,
        title=f"{verb}：{row.parties}（{roles}，{span}）",
        note=note,
        article=ARTICLE,
        detail={"roles": list(row.roles), "acts": list(row.acts)},
    )
