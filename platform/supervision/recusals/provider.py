"""What matters learn of recusals: acts that wait for a confirmation, as a hold on the closing and as a next act."""

from __future__ import annotations

from kernel.wording import format_count
from kernel.work import Work
from supervision.matters.facts import Choice, DocumentLine, Outside
from supervision.matters.models import Matter
from supervision.recusals import repository
from tenants.access import Target, consider


class Recusals:
    """The provider that `facts.register` gets."""

    async def outside(self, work: Work, matter: Matter) -> Outside:
        return Outside(unconfirmed_steps=sum((await repository.pending_steps(work, matter.id)).values()))

    async def documents(self, work: Work, matter: Matter) -> list[DocumentLine]:
        """None: decisions on recusals are papers, of which instruments tell."""
        return []

    async def choices(self, work: Work, matter: Matter) -> list[Choice]:
        """For who handles the matter: to confirm what an officer who stepped back had done."""
        pending = await repository.pending_steps(work, matter.id)
        if not pending or matter.state not in ("open", "closing"):
            return []
        verdict, _ = await consider(work, "recusal", "confirm_step", Target(owner_id=matter.organ_id))
        if not verdict.allowed:
            return []
        return [
            Choice(
                action="confirm_step",
                label="确认回避前的办理行为",
                articles=["16"],
                href=f"/recusals/{recusal_id}",
                hint=f"{format_count(number, '项')}待确认，全部确认后才能结项。",
            )
            for recusal_id, number in pending.items()
        ]


RECUSALS = Recusals()
