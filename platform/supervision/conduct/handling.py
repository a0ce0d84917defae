"""The competent organ assigns, examines, answers and closes; a founded complaint has consequences (Art. 23)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.errors import Denied, Invalid
from kernel.machine import Transition
from kernel.vault import vault
from kernel.work import Work
from supervision.conduct import circle, repository
from supervision.conduct.commands import AnswerComplaint, Consequence
from supervision.conduct.models import ConductComplaint
from supervision.conduct.rules import (
    CONDUCT,
    CONSEQUENCES,
    OUTCOMES,
    ConductFacts,
    answer_problems,
)
from supervision.deadlines import notices
from supervision.referrals import service as referrals
from tenants.organs.directory import directory

EXAMINING = frozenset({"supervisor", "supervision_leader", "government_leader"})
TOLD = ("recusal_order", "certificate_withdrawal", "improvement")
"""Consequences that the organ of the person carries out; its leader is told."""


def _step(row: ConductComplaint, action: str, facts: ConductFacts) -> Transition[ConductFacts]:
    transition = CONDUCT.step(row.state, action, facts)
    row.state = transition.reached_from(row.state)
    return transition


async def assign(
    work: Work, complaint_id: UUID, post_ids: Sequence[UUID], *, version: int | None = None
) -> ConductComplaint:
    """Name the examiners, one to three of the organ's own posts; the person concerned is refused in the words for a
    post that does not exist. Raises NotFound, Denied for anyone but a leader, Invalid for the field `post_ids`."""
    row = await circle.enter(work, complaint_id, "assign", version)
    posts = await repository.posts(work, post_ids)
    wrong = [p for p in posts if not EXAMINING & set(p.roles) or p.person_id == row.subject_person_id]
    if wrong or len({p.id for p in posts}) != len(set(post_ids)):
        raise Invalid("请选择本单位与反映内容无关的监督人员。", field="post_ids", article="23")
    _step(row, "assign", ConductFacts(examiners=len(posts)))
    row.examiner_posts = [post.id for post in posts]
    row.examiner_names = "、".join(post.person_name for post in posts)
    row.assigned_by, row.assigned_at = (work.actor.person_id if work.actor else None), work.now
    await circle.set_limit(work, row, "conduct.answer")
    await circle.write_step(work, row, "assign", f"指定{row.examiner_names}调查")
    for post in posts:
        await circle.tell(work, row, post.id, "一件限制知悉的反映由您调查")
    return row


async def examine(work: Work, complaint_id: UUID, findings: str, *, version: int | None = None) -> ConductComplaint:
    """Record what the examination found, by an examiner. Raises as `assign`, Denied for others."""
    row = await circle.enter(work, complaint_id, "examine", version)
    if work.actor is None or work.actor.post_id not in row.examiner_posts:
        raise Denied("调查情况由指定的调查人记录。", article="23", remedy="由负责人指定调查人。")
    if not 10 <= len(findings.strip()) <= 8000:
        raise Invalid("请写明调查的经过和认定的事实，10 至 8000 字。", field="findings", article="23")
    _step(row, "examine", ConductFacts())
    row.findings_cipher = vault().seal(findings.strip())
    await circle.write_step(work, row, "examine", "记录调查情况")
    await circle.tell_leaders(work, row, "一件限制知悉的反映已有调查情况")
    return row


async def answer(
    work: Work, complaint_id: UUID, command: AnswerComplaint, *, version: int | None = None
) -> ConductComplaint:
    """Decide whether it is founded, what follows, and what the complainant is told.

    Raises NotFound, Denied for the examiner and for anyone but a leader, IllegalTransition before it was examined or
    when a founded one has no consequence, Invalid for each field.
    """
    row = await circle.enter(work, complaint_id, "answer", version)
    kinds = [one.kind for one in command.consequences]
    errors = answer_problems(command.outcome, command.answer, kinds)
    if errors:
        raise Invalid(errors=errors, article="23")
    facts = ConductFacts(
        examined=row.findings_cipher is not None, founded_consequence=command.outcome != "founded" or bool(kinds)
    )
    _step(row, "answer", facts)
    row.outcome = command.outcome
    row.answer_cipher = vault().seal(command.answer.strip())
    row.consequences = [{"kind": c.kind, "note": vault().seal(c.note.strip()).hex()} for c in command.consequences]
    row.answered_at, row.answered_by_name = work.now, work.actor.name if work.actor else ""
    await circle.set_limit(work, row, "")
    await circle.write_step(work, row, "answer", f"答复反映人：{OUTCOMES[row.outcome]}")
    for one in command.consequences:
        await _follow(work, row, one)
    return row


async def _follow(work: Work, row: ConductComplaint, one: Consequence) -> None:
    await circle.write_step(work, row, one.kind, CONSEQUENCES[one.kind], one.note.strip())
    if one.kind == "referral":
        facts = vault().open(row.facts_cipher)
        contents = referrals.Contents(
            subject=f"{row.subject_organ_name}　{vault().open(row.subject_cipher)}",
            conduct=vault().open(row.findings_cipher) if row.findings_cipher else facts,
            discovered=f"办理对监督人员的反映（{row.number}）时发现。",
        )
        command = referrals.OpenReferral(kind="discipline", origin="conduct", source_id=row.id, contents=contents)
        await referrals.open_draft(work, command)
    elif one.kind in TOLD and row.position == "supervisor":
        await _order(work, row, one)


async def _order(work: Work, row: ConductComplaint, one: Consequence) -> None:
    """Tell the leaders of the person's organ what is asked of them, and nothing of the complaint or its author."""
    above = (await directory(work)).name(row.organ_id)
    who = vault().open(row.subject_cipher)
    await notices.notify(
        work,
        row.subject_organ_id,
        roles=("supervision_leader",),
        kind="report",
        title=f"{above}对{who}：{CONSEQUENCES[one.kind]}",
        body=one.note.strip(),
        link="/notices",
        article="23",
    )


async def close(work: Work, complaint_id: UUID, *, version: int | None = None) -> ConductComplaint:
    """Close an answered complaint. Raises as `answer`."""
    row = await circle.enter(work, complaint_id, "close", version)
    _step(row, "close", ConductFacts())
    row.closed_at = work.now
    await circle.write_step(work, row, "close", "办结")
    return row


async def sweep(work: Work) -> int:
    """Remind of every limit that has come to its end, in this city. Returns how many."""
    reminded = 0
    for organ_id, complaint_id in await repository.due(work, work.now):
        async with work.acting_as(organ_id):
            row = await repository.get(work, complaint_id, lock=True)
            if row is None or row.wake_at is None or row.wake_at > work.now:
                continue
            row.wake_at = None
            await circle.write_step(work, row, "overdue", "期限届满")
            await circle.tell_leaders(work, row, "一件限制知悉的反映期限届满", kind="overdue")
            reminded += 1
    return reminded
