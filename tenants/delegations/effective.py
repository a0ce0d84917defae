"""Which delegations an actor may act under, as the transaction sees them.

Nearly nobody acts for somebody else, so the posts that do are kept in memory per organ and version; the version is
counted by the database (trigger on delegation) and read in the transaction's first statement. Whoever has one is looked
up anew in each transaction together with both posts, so that an ended delegation, a withdrawn post or a lost role opens
nothing from the next transaction on.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, or_, select
from sqlalchemy.orm import aliased

from kernel.work import Actor, Work
from tenants.delegations.models import Delegation
from tenants.delegations.rules import Party, holds
from tenants.staff.models import Post
from tenants.staff.service import certified

VERSION = "delegations"
_HELD = "delegations in force"


@dataclass(frozen=True, slots=True)
class Lent:
    """One delegation in force: the roles that it lends, for which acts, and whose place the actor takes."""

    id: UUID
    principal_post_id: UUID
    principal_person_id: UUID
    roles: frozenset[str]
    acts: frozenset[str]
    parties: str


_CACHE: WeakKeyDictionary[Engine | Connection, dict[tuple[UUID, UUID], tuple[int, frozenset[UUID]]]] = (
    WeakKeyDictionary()
)
"""Per database, city and organ: version, posts that act for another on some day."""


async def in_force(work: Work, actor: Actor) -> list[Lent]:
    """The delegations under which the actor's post acts today, oldest first; read once a transaction."""
    held = work.session.info.setdefault(_HELD, {})
    if actor.post_id not in held:
        async with work.acting_as(actor.organ_id):
            known = await _delegates(work, actor)
            held[actor.post_id] = await _read(work, actor) if actor.post_id in known else []
    found: list[Lent] = held[actor.post_id]
    return found


async def _delegates(work: Work, actor: Actor) -> frozenset[UUID]:
    version = work.versions.get(VERSION, 0)
    organs = _CACHE.setdefault(work.trip.home, {})
    kept = organs.get((actor.city_id, actor.organ_id))
    if kept is None or kept[0] != version:
        posts = await work.session.scalars(
            select(Delegation.delegate_post_id).where(
                Delegation.city_id == actor.city_id,
                Delegation.organ_id == actor.organ_id,
                Delegation.state == "approved",
            )
        )
        kept = organs[actor.city_id, actor.organ_id] = (version, frozenset(posts))
    return kept[1]


async def _read(work: Work, actor: Actor) -> list[Lent]:
    principal, delegate = aliased(Post), aliased(Post)
    today = work.today
    rows = await work.session.execute(
        select(Delegation, principal.roles, delegate)
        .join(principal, (principal.city_id == Delegation.city_id) & (principal.id == Delegation.principal_post_id))
        .join(delegate, (delegate.city_id == Delegation.city_id) & (delegate.id == Delegation.delegate_post_id))
        .where(
            Delegation.city_id == actor.city_id,
            Delegation.organ_id == actor.organ_id,
            Delegation.delegate_post_id == actor.post_id,
            Delegation.state == "approved",
            Delegation.valid_from <= today,
            Delegation.valid_to >= today,
            *(p.valid_from <= today for p in (principal, delegate)),
            *(or_(p.valid_to.is_(None), p.valid_to >= today) for p in (principal, delegate)),
        )
        .order_by(Delegation.created_at)
        .execution_options(populate_existing=True)
    )
    found = []
    for row, roles, post in rows:
        party = Party(post.person_id, post.person_name, frozenset(post.roles), certified(post, today))
        lent = holds(roles, party, row.roles)
        if lent:
            acts = frozenset(row.acts)
            found.append(Lent(row.id, row.principal_post_id, row.principal_person_id, lent, acts, row.parties))
    return found
