"""Who decides on a recusal: the principal leader of the officer's own unit, one level up for the leader (Art. 16)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.work import Work
from policy.vocabulary import ROLE_LABELS
from supervision.deadlines import service as deadlines
from supervision.matters.service import Case
from tenants.organs.directory import directory
from tenants.staff.repository import posts_with_role

HEAD = "organ_head"


@dataclass(frozen=True, slots=True)
class Decider:
    """The organ that decides, the role that does it there, and why it is this one."""

    organ_id: UUID
    role: str
    name: str
    note: str
    above: bool


async def decider_of(work: Work, case: Case, person_id: UUID) -> Decider:
    """Who decides about a person in a matter now, by the rule book that the matter is pinned to.

    One level up for the principal leader, and where every principal leader of the unit is recused in the matter.
    """
    organ_id = case.matter.organ_id
    heads = {post.person_id for post in await posts_with_role(work, organ_id, [HEAD])}
    above = person_id in heads or (bool(heads) and heads <= case.recused)
    book = await deadlines.rulebook(work, case.matter.rulebook_key)
    rule = book.recusal_decider("principal_leader" if above else "officer")
    tree = await directory(work)
    found = {
        "own": organ_id,
        "government": tree.government_of(organ_id),
        "upper_body": tree.upper_supervision_body(organ_id),
    }[rule.organ]
    decides = found or tree.government_of(organ_id) or organ_id
    label = f"{tree.short(decides)}{ROLE_LABELS[rule.role].removeprefix('单位')}"
    return Decider(decides, rule.role, label, rule.note, decides != organ_id)
