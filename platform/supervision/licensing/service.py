"""The only door to licensing: applications, certificates, and the two-year bar (Arts. 10(4), 21)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel.work import Work
from supervision.licensing.models import QualificationBar


async def cancel_qualification(
    work: Work,
    *,
    officer_id: UUID,
    holder_organ_id: UUID,
    decision_id: UUID,
    decision_number: str,
    effective_on: date,
    note: str = "",
) -> QualificationBar:
    """Carry out a decision that cancels a qualification (Art. 21); the work acts as the justice department that made it.

    `officer_id` is the officer's file in `holder_organ_id`; `effective_on` the day of service. In one transaction
    every certificate of the person becomes void in every tenant, every pending application is refused, running
    assignments end, and the bar runs to the same calendar day two years later. The caller has authorised the
    decision. Running it twice for one `decision_id` changes nothing and returns the same bar.
    Raises NotFound without such an officer, Invalid for a day that is not `work.today` or before.
    """
    raise NotImplementedError


async def set_aside(work: Work, *, decision_id: UUID, on: date, note: str) -> QualificationBar:
    """Lift the bar of a decision that was set aside on review, with a record, and restore the certificates that were
    void only because of it and are still within their period. The work acts as the department that made the decision.
    Raises NotFound when the decision carries no bar, IllegalTransition when it is lifted already.
    """
    raise NotImplementedError
