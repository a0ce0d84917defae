"""The day for answering a question about a hit (Arts. 13, 14): a deadline of the rule book, with a reminder before it
and an escalation after it, both taken by the sweep that takes all others.

Whoever is supervised has to answer (Art. 14). What follows from silence the body's leader decides: nothing is opened by
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from kernel.wording import format_date, format_due
from kernel.work import Work
from supervision.checks import repository
from supervision.checks.models import CheckHit, CheckQuestion
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.ladder import LadderStep
from supervision.deadlines.reference import QUESTION
from supervision.deadlines.rules import Term, compute
from supervision.escalation import steps
from supervision.escalation.steps import BOUND_ROLES, LEADER_ROLES, Scene

RULE: Final = QUESTION
SUBJECT: Final = "question"
DUTY: Final = "14"
ASKERS: Final = ("supervisor",)


async def term(work: Work) -> date:
    """The day that is proposed for the answer."""
    rule = (await deadlines.rulebook(work)).deadline(RULE)
    given = Term(rule.amount, rule.unit, RULE, rule.source, rule.article)
    return compute(work.today, given, await deadlines.calendar(work)).due


async def start(work: Work, question_id: UUID, hit: CheckHit, due_on: date) -> date:
    """Start the deadline of a question. Returns the day on which it ends: a free day moves on to a working day."""
    own = due_on != await term(work)
    deadline = await deadlines.start(
        work, rule_key=RULE, subject_kind=SUBJECT, subject_id=question_id, matter_id=None,
        bound_id=hit.subject_organ_id, title=f"答复询问：{hit.label}"[:200], start_event="发出询问", on=work.today,
        amount=(due_on - work.today).days if own else None, unit="calendar_day" if own else None, ladder=True,
    )  # fmt: skip
    return deadline.due_on


async def meet(work: Work, question_id: UUID) -> None:
    """The question was answered today; the work acts as the body that asked."""
    await deadlines.meet(work, question_id, work.today, rule_key=RULE)


async def drop(work: Work, hits: Sequence[CheckHit]) -> None:
    """What became of these hits needs no answer any more: nobody is reminded of their questions."""
    for hit in hits:
        for row in await repository.questions_of(work, hit.id):
            if row.answered_at is None:
                await deadlines.cancel(work, row.id, "预警已经办理，不再催答", rule_key=RULE)


async def remind(work: Work, now: Scene, step: LadderStep) -> None:
    """Whoever is asked is told before the day."""
    if (row := await _waiting(work, now)) is not None:
        await _lines(work, now, row, step, "reminder", f"{now.deadline.title}，{format_due(row.due_on)}到期")


async def overdue(work: Work, now: Scene, step: LadderStep) -> None:
    """The head of the organ that was asked is told, and whoever asked; the record says so."""
    if (row := await _waiting(work, now)) is None:
        return
    await _lines(work, now, row, step, "overdue", f"逾期未{now.deadline.title}")
    note = f"期限{format_date(row.due_on)}届满，没有答复。被监督机关应当如实提供情况（第十四条）。"
    _record(work, now, "overdue", f"逾期：{now.deadline.title}", hit_id=row.hit_id, note=note)


async def escalate(work: Work, now: Scene, step: LadderStep) -> None:
    """The leader of the body that asked decides what follows from the silence."""
    if (row := await _waiting(work, now)) is None:
        return
    title = f"{now.bound_name}逾期未答复询问，请决定登记线索或者立项：{row.label}"
    await _lines(work, now, row, step, "escalation", title[:200])
    _record(work, now, "escalate_up", "提请负责人决定：询问逾期未答复", hit_id=row.hit_id)


async def _waiting(work: Work, now: Scene) -> CheckQuestion | None:
    row = await repository.question(work, now.deadline.subject_id)
    return row if row is not None and row.answered_at is None else None


async def _lines(work: Work, now: Scene, row: CheckQuestion, step: LadderStep, kind: str, title: str) -> None:  # noqa: PLR0917
    """Lines in the bells of those whom the rule book names: of the organ that is asked, or of the body that asked."""
    for role in step.recipients:
        bound = role in BOUND_ROLES
        post_id = row.asked_by_post if role == "handler" else None
        await notices.notify(
            work, row.asked_id if bound else row.organ_id,
            roles=BOUND_ROLES[role] if bound else () if post_id else ASKERS if role == "handler" else LEADER_ROLES,
            post_id=post_id, kind=kind, title=title if bound or kind == "escalation" else f"{now.bound_name}{title}",
            link=f"/questions/{row.id}" if bound else f"/checks/{row.hit_id}", article=step.article, due_on=row.due_on,
        )  # fmt: skip


def _record(work: Work, now: Scene, action: str, title: str, *, hit_id: UUID, note: str = "") -> None:
    detail = {"question_id": str(now.deadline.subject_id), "round": now.deadline.round}
    work.record(
        action, "deadline", now.deadline.id, title=title[:200], note=note, article=DUTY, thread_id=hit_id,
        detail=detail,
    )  # fmt: skip


def connect() -> None:
    """Let the sweep take these steps; done when the service is imported."""
    steps.register_action("question_remind", remind)
    steps.register_action("question_overdue", overdue)
    steps.register_action("question_escalate", escalate)
