"""The sweep over limits of referrals: each end is told once to the named posts (rules of 2020; Art. 18)."""

from __future__ import annotations

from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.referrals import circle, repository


async def sweep(work: Work) -> int:
    """Remind of every limit that has come to its end, in this city. Returns how many."""
    reminded = 0
    for organ_id, referral_id in await repository.due(work, work.now):
        async with work.acting_as(organ_id):
            row = await repository.lock(work, referral_id)
            if row is None or row.wake_at is None or row.wake_at > work.now:
                continue
            row.wake_at = None
            rule = (await deadlines.rulebook(work)).deadline(row.due_kind)
            await circle.write_step(work, row, "overdue", f"期限届满：{rule.name}（{rule.length}）")
            await circle.tell(work, row, f"一件限制知悉事项期限届满：{rule.name}", kind="overdue")
            reminded += 1
    return reminded
