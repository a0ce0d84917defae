"""A short question to the enforcing organ about a hit, before anything becomes of it (Art. 13): the organ answers on a
page of its own, and the answer is what the supervisor dismisses with or opens a clue on. No instrument; the day for the
answer is a deadline of the rule book (`limits`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from kernel.clock import local_date
from kernel.errors import FieldError, IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.wording import format_date
from kernel.work import Work
from supervision.checks import limits, repository
from supervision.checks.judging import open_hits
from supervision.checks.models import CheckHit, CheckQuestion
from supervision.checks.rules import ANSWER_MAX, LONGEST_TERM, QUESTION_MAX, REASON_MAX, catalogue, told
from supervision.checks.views import QuestionPage, QuestionRow
from supervision.deadlines import notices
from tenants.access import Target, authorize, consider
from tenants.organs.directory import Directory, directory

KIND: Final = "check_question"
ARTICLE: Final = "13"
ANSWERERS: Final = ("contact", "legal_officer", "organ_head")


async def ask(work: Work, hit_id: UUID, question: str, due_on: date | None) -> CheckQuestion:
    """Ask the organ about an open hit. Raises NotFound, Denied, Invalid with the fields, IllegalTransition while a
    question about it waits for its answer."""
    hit = (await open_hits(work, [hit_id], "ask"))[0]
    if hit.subject_organ_id == work.organ_id:
        raise IllegalTransition("这是本单位的案件，不需要询问。", article=ARTICLE, remedy="可以直接核实后办理。")
    _check(work, question, due_on)
    if any(row.answered_at is None for row in await repository.questions_of(work, hit.id)):
        raise IllegalTransition("已经就这条预警询问，对方还没有答复。", article=ARTICLE)
    assert due_on is not None
    question_id = new_id()
    due_on = await limits.start(work, question_id, hit, due_on)
    row = CheckQuestion(
        id=question_id, city_id=work.city_id, organ_id=work.organ_id, hit_id=hit.id, asked_id=hit.subject_organ_id,
        label=hit.label, sentence=told(catalogue()[hit.rule], hit.facts), question=question.strip(), due_on=due_on,
        asked_at=work.now, asked_by_name=work.actor.name if work.actor else "系统",
        asked_by_post=work.actor.post_id if work.actor else None, answer="", answered_at=None, answered_by_name="",
    )  # fmt: skip
    work.session.add(row)
    title = f"就模型预警询问：{catalogue()[hit.rule].name}"
    work.record("ask", "check_hit", hit.id, title=title, article=ARTICLE, thread_id=hit.subject_id)
    await work.session.flush()
    await notices.notify(
        work, row.asked_id, roles=ANSWERERS, kind="other", title=f"监督机构询问一件案件的情况：{row.label}"[:200],
        link=f"/questions/{row.id}", article=ARTICLE, due_on=due_on,
    )  # fmt: skip
    return row


def _check(work: Work, question: str, due_on: date | None) -> None:
    errors = []
    if not 4 <= len(question.strip()) <= QUESTION_MAX:
        errors.append(FieldError("question", f"请写明要对方说明的情况，4 至 {QUESTION_MAX} 字。"))
    if due_on is None or not work.today < due_on <= work.today + timedelta(days=LONGEST_TERM):
        errors.append(FieldError("due_on", f"答复日期应在明天至 {LONGEST_TERM} 日以内。"))
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)


async def answer(work: Work, question_id: UUID, text: str) -> QuestionRow:
    """Answer for the organ that was asked, once, late too. Raises NotFound, Denied, Invalid, IllegalTransition."""
    seen = await _load(work, question_id, "answer")
    if not 2 <= len(text.strip()) <= ANSWER_MAX:
        raise Invalid(f"请写明情况，2 至 {ANSWER_MAX} 字。", field="answer", article=ARTICLE)
    name = work.actor.name if work.actor else "系统"
    async with work.acting_as(seen.organ_id):
        row = await repository.question(work, question_id, lock=True)
        assert row is not None
        if row.answered_at is not None:
            raise IllegalTransition("这一询问已经答复。", article=ARTICLE)
        row.answer, row.answered_at, row.answered_by_name = text.strip(), work.now, name
        await limits.meet(work, row.id)
        await work.session.flush()
    work.record("answer_question", KIND, row.id, title=f"答复监督机构的询问：{row.label}"[:200], article=ARTICLE)
    await notices.notify(
        work, row.organ_id, post_id=row.asked_by_post, roles=() if row.asked_by_post else ("supervisor",),
        kind="answered", title=f"对方已答复询问：{row.label}"[:200], link=f"/checks/{row.hit_id}", article=ARTICLE,
    )  # fmt: skip
    return _row(work, row, await directory(work))


async def question(work: Work, question_id: UUID) -> QuestionRow:
    """One question, for the body that asks and the organ that is asked. Raises NotFound, Denied."""
    return _row(work, await _load(work, question_id, "read"), await directory(work))


async def may_answer(work: Work, question_id: UUID) -> bool:
    """Whether the reader answers for the organ that is asked."""
    row = await repository.question(work, question_id)
    if row is None:
        return False
    target = Target(owner_id=row.organ_id, supervised_id=row.asked_id)
    return (await consider(work, KIND, "answer", target))[0].allowed


async def questions(work: Work, *, after: str = "", limit: int = 50) -> QuestionPage:
    """Questions to the work's organ, the newest first. Raises Denied, Invalid for an unknown cursor."""
    await authorize(work, KIND, "list", Target(owner_id=work.organ_id))
    try:
        start = UUID(after) if after else None
    except ValueError:
        raise Invalid("翻页标识不正确，请从第一页开始。", field="after") from None
    rows = await repository.questions_to(work, start, limit + 1)
    tree = await directory(work)
    more = len(rows) > limit
    return QuestionPage([_row(work, row, tree) for row in rows[:limit]], str(rows[limit - 1].id) if more else "")


async def waiting(work: Work, limit: int) -> list[QuestionRow]:
    """Questions that the reader has to answer for the work's organ, the earliest day first; none for who does not
    answer for it."""
    if not (await consider(work, KIND, "list", Target(owner_id=work.organ_id)))[0].allowed:
        return []
    tree = await directory(work)
    return [_row(work, row, tree) for row in await repository.unanswered(work, limit)]


async def late(work: Work, limit: int) -> list[QuestionRow]:
    """Questions of the work's organ whose day has passed without an answer, the earliest day first; none for who does
    not handle hits."""
    if not (await consider(work, "check", "ask", Target(owner_id=work.organ_id)))[0].allowed:
        return []
    tree = await directory(work)
    return [_row(work, row, tree) for row in await repository.late(work, limit)]


async def of_hit(work: Work, hit: CheckHit) -> list[QuestionRow]:
    """What was asked about a hit, the newest first; nothing for who does not own it."""
    tree = await directory(work)
    return [_row(work, row, tree) for row in await repository.questions_of(work, hit.id)]


async def reasons(work: Work, hit_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Hit → its newest answer, said as the reason of what becomes of it."""
    tree, found = await directory(work), {}
    for hit_id in hit_ids:
        for one in await repository.questions_of(work, hit_id):
            if one.answered_at is not None:
                said = f"{tree.short(one.asked_id)}{format_date(local_date(one.answered_at))}答复：{one.answer}"
                found[hit_id] = said[:REASON_MAX]
                break
    return found


async def _load(work: Work, question_id: UUID, action: str) -> CheckQuestion:
    row = await repository.question(work, question_id)
    if row is None:
        raise NotFound
    await authorize(work, KIND, action, Target(owner_id=row.organ_id, supervised_id=row.asked_id))
    return row


def _row(work: Work, row: CheckQuestion, tree: Directory) -> QuestionRow:
    state = "answered" if row.answered_at is not None else "late" if row.due_on < work.today else "waiting"
    return QuestionRow(
        id=row.id, body_name=tree.short(row.organ_id), asked_name=tree.short(row.asked_id), label=row.label,
        sentence=row.sentence, question=row.question, due_on=row.due_on, asked_at=row.asked_at,
        asked_by_name=row.asked_by_name, state=state, answer=row.answer, answered_at=row.answered_at,
        answered_by_name=row.answered_by_name,
    )  # fmt: skip
