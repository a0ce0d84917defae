"""What was served on an organ or a person, as they read it, and what they may do with it (Art. 21)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel.machine import Option
from kernel.work import Work
from supervision.accountability import repository
from supervision.accountability.case import Case, facts, load, person
from supervision.accountability.models import AccountabilityNotice
from supervision.accountability.reading import (
    IMPOSERS,
    answer_view,
    ground_views,
    review_view,
    statement_view,
)
from supervision.accountability.receiving import own_notice, sees_organ, target
from supervision.accountability.rules import CASE
from supervision.accountability.views import ReceivedRow, ReceivedView, SanctionView
from supervision.deadlines import service as deadlines
from supervision.matters.facts import Choice
from supervision.matters.views import Page
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory

ACTS: Final = {
    "notice": (("state_defence", "state_defence", "提出陈述和申辩", "defence"),),
    "proposal": (
        ("answer_proposal", "answer_proposal", "反馈处理结果", "answer"),
        ("record_training", "record_training", "登记离岗培训完成情况", "training"),
    ),
    "decision": (("request_review", "request_review", "申请复核", "review"),),
    "review": (("request_review", "request_appeal", "提出申诉", "review"),),
}
"""Kind of document → (step of the machine, action of policy, label, part of the page)."""
PERSONAL: Final = frozenset({"state_defence", "request_review", "request_appeal"})
"""Rights of the person himself, who has an account."""


async def received(work: Work, *, after: UUID | None = None, limit: int = 50) -> Page[ReceivedRow]:
    """What was served on the reader's organ; to an officer what is about him alone. Raises Denied."""
    own = Target(supervised_id=work.organ_id, owner_id=None, relation="level")
    await authorize(work, "accountability", "read_notice", own)
    limit = max(1, min(limit, 100))
    of = None if sees_organ(work) else person(work)
    rows = await repository.received(work, of, after=after, limit=limit + 1)
    names = {s.key: s.name for s in (await deadlines.rulebook(work)).sanctions}
    return Page([_row(row, names) for row in rows[:limit]], str(rows[limit - 1].id) if len(rows) > limit else None)


def _subject(row: AccountabilityNotice) -> str:
    return row.person_name if row.against == "person" else "本单位"


def _row(row: AccountabilityNotice, names: dict[str, str]) -> ReceivedRow:
    to_open = row.opened_at is None
    return ReceivedRow(
        id=row.id,
        kind=row.kind,
        title=row.title,
        number=row.number,
        issuer_name=row.issuer_name,
        subject=_subject(row),
        measure_name="" if to_open and row.served_on is None else names.get(row.measure, ""),
        sent_at=row.sent_at,
        served_on=row.served_on,
        until=row.until,
        over=row.over,
        to_open=to_open,
    )


async def notice_view(work: Work, notice_id: UUID) -> ReceivedView:
    """A served document. Its content shows after the receipt, or once it counts as served. Raises NotFound, Denied."""
    row = await own_notice(work, notice_id)
    async with work.acting_as(row.organ_id):
        case = await load(work, row.case_id)
    names = {s.key: s.name for s in case.book.sanctions}
    tree = await directory(work)
    closed = row.served_on is None
    allowed, refused = ([], []) if closed else await _acts(work, row, case)
    mine = [r for r in case.reviews if row.kind in ("decision", "review")]
    return ReceivedView(
        id=row.id,
        kind=row.kind,
        title=row.title,
        number=row.number,
        issuer_name=row.issuer_name,
        against=row.against,
        person_name=row.person_name,
        subject=_subject(row),
        measure="" if closed else row.measure,
        measure_name="" if closed else names.get(row.measure, ""),
        grounds=[] if closed else ground_views(case, row.grounds),
        facts="" if closed else row.facts,
        evidence=[] if closed else list(row.evidence),
        reason="" if closed else row.reason,
        defence_answer="" if closed else row.defence_answer,
        sent_at=row.sent_at,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        served_on=row.served_on,
        until=row.until,
        over=row.over,
        to_open=row.opened_at is None,
        href=f"/accountability/received/{row.id}/pdf",
        word_href=f"/accountability/received/{row.id}/docx",
        statement=statement_view(case.statement)
        if row.kind == "notice" and case.statement and case.statement.notice_id == row.id
        else None,
        answers=[answer_view(a, names) for a in case.answers if a.notice_id == row.id],
        reviews=[review_view(r, names, tree.name(r.decider_id)) for r in mine],
        measures=[
            SanctionView(key=s.key, name=s.name, against=s.against, imposed_by=s.imposed_by,
                         imposed_by_label=IMPOSERS[s.imposed_by], allowed=True, reason="", article=s.article)
            for s in case.book.sanctions if s.imposed_by == "own_organ" and row.kind == "proposal"
        ],
        allowed=allowed,
        refused=refused,
    )  # fmt: skip


async def _acts(work: Work, row: AccountabilityNotice, case: Case) -> tuple[list[Choice], list[Choice]]:
    options = {option.action: option for option in CASE.options(case.row.state, facts(work, case))}
    # After the review what can still be asked for is the appeal, on whichever document it is asked.
    acts = ACTS["review"] if row.kind == "decision" and case.reviews else ACTS[row.kind]
    found = [await _choice(work, row, options.get(act[0]), act) for act in acts]
    chosen = [choice for choice in found if choice is not None]
    return [c for c in chosen if c.allowed], [c for c in chosen if not c.allowed]


async def _choice(
    work: Work, row: AccountabilityNotice, option: Option | None, act: tuple[str, str, str, str]
) -> Choice | None:
    _, asked, label, part = act
    verdict, sentence = await consider(work, "accountability", asked, target(row))
    if not verdict.allowed:
        return Choice(action=asked, label=label, articles=[verdict.article], reason=sentence)
    if row.person_id is not None and row.person_id != person(work) and asked in PERSONAL:
        return Choice(action=asked, label=label, articles=["21"], reason="由本人提出，单位不得代替。")
    if row.over:
        return Choice(action=asked, label=label, articles=["21"], reason="这份文书已被撤销或者替代。")
    if option is None or (asked == "record_training" and not option.allowed):
        return None
    if not option.allowed:
        return Choice(action=asked, label=label, articles=[option.article], reason=option.reason, remedy=option.remedy)
    return Choice(
        action=asked, label=label, articles=[option.article], href=f"/accountability/received/{row.id}#{part}"
    )
