"""Reading complaints about supervisors: by those who handle them; the complainant is masked, each look audited."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from kernel.errors import Invalid, NotFound
from kernel.vault import vault
from kernel.work import Work
from supervision.conduct import circle, repository
from supervision.conduct.models import ConductComplaint, ConductStep
from supervision.conduct.rules import (
    CHANNELS,
    CONDUCT,
    CONSEQUENCES,
    GROUNDS,
    OUTCOMES,
    POSITIONS,
    ConductFacts,
)
from supervision.conduct.views import (
    ComplaintHead,
    ComplaintRow,
    ComplaintSource,
    ComplaintStepView,
    ComplaintView,
    ConsequenceView,
)
from supervision.deadlines import service as deadlines
from supervision.matters.facts import Choice
from supervision.matters.views import Page
from supervision.referrals.rules import last_day
from tenants.access import Target, authorize, consider
from tenants.staff.models import Post


async def listed(
    work: Work, *, ended: bool | None = False, after: UUID | None = None, limit: int = 50
) -> Page[ComplaintRow]:
    """Complaints that the acting person handles, newest first. Raises Denied where none are handled."""
    await authorize(work, "conduct", "list", Target(owner_id=work.organ_id))
    assert work.actor is not None
    rows = await repository.listed(
        work,
        leads=circle.leads(work.actor),
        post_id=work.actor.post_id,
        person_id=work.actor.person_id,
        ended=ended,
        after=after,
        limit=limit + 1,
    )
    shown = [_row(work, row) for row in rows[:limit]]
    return Page(shown, str(rows[limit - 1].id) if len(rows) > limit else None)


def _row(work: Work, row: ConductComplaint) -> ComplaintRow:
    return ComplaintRow(
        id=row.id,
        number=row.number,
        subject_organ_name=row.subject_organ_name,
        position_label=POSITIONS[row.position],
        ground_label=GROUNDS[row.ground],
        state=row.state,
        state_label=CONDUCT.label(row.state),
        outcome_label=OUTCOMES.get(row.outcome, ""),
        examiner_names=row.examiner_names,
        received_at=row.received_at,
        due_on=last_day(row.due_at),
        overdue=row.due_at is not None and row.due_at <= work.now,
    )


async def view(work: Work, complaint_id: UUID) -> ComplaintView:
    """One complaint; each look is audited. Raises NotFound for everybody who does not handle it, and for the person
    concerned."""
    row = await repository.get(work, complaint_id)
    if row is None or not circle.knows(work.actor, row):
        raise NotFound
    await authorize(work, "conduct", "read", await circle.target(work, row))
    work.record("conduct_read", "conduct", row.id, title="限制知悉的反映：查看", article=circle.ARTICLE)
    rule = (await deadlines.rulebook(work)).deadline(row.due_kind) if row.due_kind else None
    allowed, refused = await _choices(work, row)
    return ComplaintView(
        id=row.id,
        version=row.row_version,
        number=row.number,
        channel_label=CHANNELS[row.channel],
        subject_organ_name=row.subject_organ_name,
        position_label=POSITIONS[row.position],
        subject=vault().open(row.subject_cipher),
        ground_label=GROUNDS[row.ground],
        facts=vault().open(row.facts_cipher),
        anonymous=row.source_cipher is None,
        source_mask=row.source_mask,
        state=row.state,
        state_label=CONDUCT.label(row.state),
        received_at=row.received_at,
        examiner_names=row.examiner_names,
        findings=vault().open(row.findings_cipher) if row.findings_cipher else "",
        outcome_label=OUTCOMES.get(row.outcome, ""),
        answer=vault().open(row.answer_cipher) if row.answer_cipher else "",
        consequences=[_consequence(one) for one in row.consequences],
        answered_at=row.answered_at,
        answered_by_name=row.answered_by_name,
        due_name=rule.name if rule else "",
        due_length=rule.length if rule else "",
        due_article=rule.article if rule else "",
        due_on=last_day(row.due_at),
        overdue=row.due_at is not None and row.due_at <= work.now,
        steps=[_step(step) for step in await repository.steps(work, row.id)],
        allowed=allowed,
        refused=refused,
    )


async def _choices(work: Work, row: ConductComplaint) -> tuple[list[Choice], list[Choice]]:
    allowed: list[Choice] = []
    refused: list[Choice] = []
    target = await circle.target(work, row)
    facts = ConductFacts(examined=row.findings_cipher is not None)
    for option in CONDUCT.options(row.state, facts):
        verdict, sentence = await consider(work, "conduct", option.action, target)
        common: dict[str, Any] = {"action": option.action, "label": option.label}
        mine = work.actor is not None and work.actor.post_id in row.examiner_posts
        if not option.allowed:
            refused.append(Choice(**common, articles=[option.article], reason=option.reason, remedy=option.remedy))
        elif not verdict.allowed or (option.action == "examine" and not mine):
            reason = sentence if not verdict.allowed else "调查情况由指定的调查人记录。"
            refused.append(Choice(**common, articles=[verdict.article], reason=reason))
        else:
            allowed.append(Choice(**common, articles=["23"], href=f"#{option.action}", hint=option.hint))
    return allowed, refused


def _consequence(one: dict[str, str]) -> ConsequenceView:
    note = vault().open(bytes.fromhex(one["note"]))
    return ConsequenceView(kind=one["kind"], label=CONSEQUENCES[one["kind"]], note=note)


def _step(row: ConductStep) -> ComplaintStepView:
    return ComplaintStepView(
        at=row.at,
        actor_name=row.actor_name,
        action=row.action,
        title=row.title,
        note=vault().open(row.note_cipher) if row.note_cipher else "",
    )


def head(row: ConductComplaint) -> ComplaintHead:
    return ComplaintHead(
        id=row.id,
        version=row.row_version,
        number=row.number,
        state=row.state,
        state_label=CONDUCT.label(row.state),
    )


async def reveal(work: Work, complaint_id: UUID, purpose: str) -> ComplaintSource:
    """Who complained, for a purpose that stands in the audit trail and the history. Raises as `view`, Invalid."""
    row = await circle.enter(work, complaint_id, "read_source")
    if len(purpose.strip()) < 4:
        raise Invalid("请写明查看反映人身份的用途。", field="purpose", article="规则:反映人保护")
    if row.source_cipher is None:
        raise Invalid("这件反映没有留下反映人信息。", field="purpose", article="规则:反映人保护")
    await circle.write_step(work, row, "reveal", "查看反映人身份", purpose.strip())
    return msgspec.json.decode(vault().open(row.source_cipher), type=ComplaintSource)


async def examiners(work: Work, complaint_id: UUID) -> list[Post]:
    """Posts that a leader may name as examiners, without the person concerned. Raises as `view`."""
    row = await repository.get(work, complaint_id)
    if row is None or not circle.knows(work.actor, row):
        raise NotFound
    posts = await repository.posts_with(work, ("supervisor", "supervision_leader", "government_leader"))
    return [post for post in posts if post.person_id != row.subject_person_id]
