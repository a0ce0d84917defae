"""The steps on a delegation under policy: pages and API take them through here."""

from __future__ import annotations

from uuid import UUID

from kernel.work import Work
from tenants.access import Target, authorize
from tenants.delegations import service
from tenants.delegations.models import Delegation

STEPS = ("withdraw", "approve", "reject", "end")


async def take_step(work: Work, delegation_id: UUID, step: str, reason: str = "") -> Delegation:
    """One of STEPS on a delegation of the work's organ; its proposer counts as its drafter.

    Raises Denied, NotFound, IllegalTransition, and Invalid for a missing reason (reject, end).
    """
    await authorize(work, "delegation", "read", Target(owner_id=work.organ_id))
    row = await service.get(work, delegation_id)
    target = Target(owner_id=work.organ_id, drafters=frozenset({row.proposed_by}))
    await authorize(work, "delegation", step, target)
    if step in ("reject", "end"):
        return await (service.reject if step == "reject" else service.end)(work, delegation_id, reason)
    return await (service.approve if step == "approve" else service.withdraw)(work, delegation_id)
