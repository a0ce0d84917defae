"""What an officer did before the recusal, confirmed or done again by the new handler (Art. 16)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.work import Work
from supervision.matters import service as matters
from supervision.recusals import repository
from supervision.recusals.models import PriorStep
from tenants.access import authorize

OUTCOMES = {"pending": "待确认", "confirmed": "确认有效", "redo": "应当重做"}


async def settle_step(
    work: Work, step_id: UUID, outcome: str, note: str, *, recusal_id: UUID | None = None
) -> PriorStep:
    """Confirm one of the acts, or say that it has to be done again and why.

    By a present handler, never by the one who stepped back. Raises NotFound, Denied, Barred, IllegalTransition when
    it was settled, Invalid.
    """
    step = await repository.lock_step(work, step_id)
    if step is None or recusal_id not in (None, step.recusal_id):
        raise NotFound
    case = await matters.load_case(work, step.matter_id)
    await authorize(work, "recusal", "confirm_step", case.target())
    actor = work.actor
    if actor is None or actor.person_id not in {h.person_id for h in case.handlers} - case.recused:
        raise Denied("回避前的办理行为由现在的承办人确认。", article="16", remedy="由负责人指派承办人后，由其确认。")
    if step.outcome != "pending":
        raise IllegalTransition("这一办理行为已经确认。", article="16")
    if outcome not in ("confirmed", "redo"):
        raise Invalid("请选择确认有效或者应当重做。", field="outcome", article="16")
    if outcome == "redo" and len(note.strip()) < 5:
        raise Invalid("请写明应当重做的理由。", field="note", article="16")
    if len(note) > 1000:
        raise Invalid("说明不超过 1000 字。", field="note", article="16")
    step.outcome, step.note = outcome, note.strip()
    step.settled_at, step.settled_by, step.settled_by_name = work.now, actor.person_id, actor.name
    work.record(
        "settle_prior_step",
        "recusal",
        step.recusal_id,
        title=f"回避前的办理行为：{step.title}，{OUTCOMES[outcome]}",
        note=step.note,
        article="16",
        thread_id=step.matter_id,
        detail={"step": str(step.id), "outcome": outcome},
    )
    await work.session.flush()
    return step
