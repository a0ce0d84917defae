"""Reminders and escalation around the limit for deciding on a recusal (Art. 16), taken by the daily sweep."""

from __future__ import annotations

from uuid import UUID

from kernel.wording import format_date, format_due
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines.ladder import LadderStep
from supervision.escalation import steps
from supervision.escalation.steps import Scene
from supervision.matters import service as matters
from supervision.matters.models import Recusal
from supervision.recusals import repository
from supervision.recusals.deciders import Decider, decider_of
from tenants.organs.directory import directory

LEADER = "supervision_leader"
GOVERNMENT = "government_leader"


async def _about(work: Work, now: Scene) -> tuple[Recusal, Decider] | None:
    recusal = await repository.get(work, now.deadline.subject_id)
    if recusal is None or recusal.state != "declared":
        return None
    case = await matters.load_case(work, recusal.matter_id)
    return recusal, await decider_of(work, case, recusal.person_id)


async def remind(work: Work, now: Scene, step: LadderStep) -> None:
    """Whoever decides is told before the last day."""
    if (found := await _about(work, now)) is not None:
        _, decider = found
        title = f"{now.deadline.title}：{format_due(now.deadline.due_on)}到期"
        await _line(work, now, "reminder", title, organ_id=decider.organ_id, roles=(decider.role,))


async def overdue(work: Work, now: Scene, step: LadderStep) -> None:
    """Whoever decides is told again, and the leader of the supervision body; the matter's record says so."""
    if (found := await _about(work, now)) is None:
        return
    recusal, decider = found
    title = f"{now.deadline.title}已逾期"
    await _line(work, now, "overdue", title, organ_id=decider.organ_id, roles=(decider.role,))
    if LEADER in step.recipients:
        await _line(work, now, "overdue", title, organ_id=recusal.organ_id, roles=(LEADER,))
    work.record(
        "overdue",
        "deadline",
        now.deadline.id,
        title=f"逾期：{now.deadline.title}",
        note=f"期限{format_date(now.deadline.due_on)}届满，未决定。回避期间该人员仍不得办理本事项。",
        article="16",
        thread_id=recusal.matter_id,
        detail={"deadline_id": str(now.deadline.id), "round": now.deadline.round},
    )


async def escalate(work: Work, now: Scene, step: LadderStep) -> None:
    """The supervising organ, which decides where nobody does (second paragraph), is asked to look into it."""
    if (found := await _about(work, now)) is None:
        return
    recusal, decider = found
    tree = await directory(work)
    above = tree.government_of(recusal.organ_id)
    roles: tuple[str, ...] = (GOVERNMENT,)
    if above is None or above == decider.organ_id:
        above, roles = tree.upper_supervision_body(recusal.organ_id), ("organ_head", LEADER)
    if above is None:
        return
    title = f"{tree.short(recusal.organ_id)}逾期未决定{recusal.person_name}是否回避"
    await _line(work, now, "escalation", title, organ_id=above, roles=roles)
    work.record(
        "escalate_up",
        "deadline",
        now.deadline.id,
        title=f"提请{tree.short(above)}关注：{now.deadline.title}",
        article="16",
        thread_id=recusal.matter_id,
        detail={"deadline_id": str(now.deadline.id), "round": now.deadline.round},
    )


async def _line(work: Work, now: Scene, kind: str, title: str, *, organ_id: UUID, roles: tuple[str, ...]) -> None:
    await notices.notify(
        work,
        organ_id,
        roles=roles,
        kind=kind,
        title=title,
        link=f"/recusals/{now.deadline.subject_id}",
        article="16",
        due_on=now.deadline.due_on,
    )


def connect() -> None:
    """Let the sweep take these steps; done when the service is imported."""
    steps.register_action("recusal_remind", remind)
    steps.register_action("recusal_overdue", overdue)
    steps.register_action("recusal_escalate", escalate)
