"""The monthly circular of organs with overdue documents: drafted by itself, issued or discarded by the leader
(Art. 11(8)). It names organs and documents, never persons, and only what is still overdue on the day of issue."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from kernel.errors import IllegalTransition, Invalid, NotFound, Stale
from kernel.wording import format_date, format_month
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.escalation import repository
from supervision.escalation.models import CircularDraft
from supervision.escalation.views import CircularView, circular_view
from supervision.instruments import service as instruments
from supervision.instruments.documents import CircularDocument, Frame, Overdue
from supervision.instruments.papers import regulation
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory

ARTICLE = "11(8)"
REQUIREMENT_MIN, REQUIREMENT_MAX = 10, 1000
REQUIREMENT = (
    "有关单位应当自收到本通报之日起5个工作日内，对照监督文书逐项改正并书面报告处理情况，查明逾期的原因，"
    "明确责任人员。其他单位应当引以为戒，按期处理和报告。"
)
"""What the leader is offered to ask for; the regulation fixes no period (default)."""


async def draft_circulars(work: Work) -> int:
    """Draft this month's circular for every supervision body with items overdue since before the month began.

    Once for each body and month, however often it runs. Returns the number of drafts made.
    """
    month = f"{work.today:%Y-%m}"
    tree = await directory(work)
    made = 0
    for organ_id in await repository.organs_for_month(work, month):
        if tree.get(organ_id).is_supervision_body:
            async with work.acting_as(organ_id):
                made += await monthly_circular(work) is not None
    return made


async def monthly_circular(work: Work) -> UUID | None:
    """The circular draft of the work's organ for this month; None when there is nothing overdue or it exists."""
    month = f"{work.today:%Y-%m}"
    lines = await _overdue(work, work.today.replace(day=1))
    if not lines:
        return None
    draft_id = await repository.add_circular(work, month, lines)
    if draft_id is None:
        return None
    title = f"起草{format_month(month)}逾期事项通报"
    work.record(
        "draft_circular", "circular_draft", draft_id, title=title, article=ARTICLE, detail={"lines": len(lines)}
    )
    await notices.notify(
        work,
        work.organ_id,
        roles=("supervision_leader",),
        kind="approval",
        title=f"{title}，共 {len(lines)} 件，请审核",
        link=f"/escalations/circulars/{draft_id}",
        article=ARTICLE,
    )
    return draft_id


async def _overdue(work: Work, before: date) -> list[dict[str, Any]]:
    """What was overdue before a day and still is, one line for each document."""
    days = await deadlines.calendar(work)
    found = []
    for deadline, matter, instrument in await repository.overdue_in(work, before):
        book = await deadlines.rulebook(work, instrument.rulebook_key)
        found.append(
            {
                "organ_id": str(matter.supervised_id),
                "organ": matter.supervised_name,
                "deadline_id": str(deadline.id),
                "matter_id": str(matter.id),
                "matter_number": matter.number or "",
                "title": matter.title,
                "document": book.instrument(instrument.kind).name,
                "instrument": instrument.number or "",
                "due_on": deadline.due_on.isoformat(),
                "overdue_workdays": max(1, days.workdays_between(deadline.due_on, work.today)),
            }
        )
    return found


async def circulars(work: Work) -> list[CircularView]:
    """The circulars of the reader's organ, latest month first; of a draft, what is still overdue today.

    Empty for a post that may not see them, for the page of overdue items shows more than circulars.
    """
    verdict, _ = await consider(work, "circular", "list", Target(owner_id=work.organ_id))
    if not verdict.allowed:
        return []
    rows = await repository.circulars(work)
    current = {line["deadline_id"] for line in await _overdue(work, work.today)} if rows else set()
    return [circular_view(row, current, REQUIREMENT) for row in rows]


async def circular(work: Work, draft_id: UUID) -> CircularView:
    """One circular, and whether the reader decides on it. Raises NotFound for another organ's, Denied."""
    await authorize(work, "circular", "read", Target(owner_id=work.organ_id))
    row = await repository.get_circular(work, draft_id)
    if row is None:
        raise NotFound
    target = Target(owner_id=row.organ_id, recused=await _recused(work, row))
    verdict, sentence = await consider(work, "circular", "issue", target)
    current = {line["deadline_id"] for line in await _overdue(work, work.today)}
    view = circular_view(row, current, REQUIREMENT)
    return msgspec.structs.replace(view, may_decide=verdict.allowed, refusal="" if verdict.allowed else sentence)


async def _recused(work: Work, draft: CircularDraft) -> frozenset[UUID]:
    return await repository.recused_in(work, [UUID(line["matter_id"]) for line in draft.lines])


async def _draft(work: Work, draft_id: UUID, action: str, version: int | None) -> CircularDraft:
    draft = await repository.lock_circular(work, draft_id)
    if draft is None:
        raise NotFound
    await authorize(work, "circular", action, Target(owner_id=draft.organ_id, recused=await _recused(work, draft)))
    if version is not None and version != draft.row_version:
        raise Stale
    if draft.state != "draft":
        raise IllegalTransition("这份通报已经处理。", article=ARTICLE, remedy="请查看处理结果。")
    return draft


async def issue_circular(work: Work, draft_id: UUID, requirement: str, *, version: int | None = None) -> CircularDraft:
    """Issue the circular under a number of its own and send it to every organ that it names.

    What was answered, extended or withdrawn since the draft is left out. Raises Denied for anyone but the leader,
    Barred for one recused in a matter named, IllegalTransition when it was handled or nothing is overdue any more,
    Invalid for the field `requirement`.
    """
    draft = await _draft(work, draft_id, "issue", version)
    asked = requirement.strip()
    if not REQUIREMENT_MIN <= len(asked) <= REQUIREMENT_MAX:
        raise Invalid("请写明对有关单位的要求，10 至 1000 字。", field="requirement", article=ARTICLE)
    drafted = {line["deadline_id"] for line in draft.lines}
    lines = [line for line in await _overdue(work, work.today) if line["deadline_id"] in drafted]
    if not lines:
        raise IllegalTransition(
            "草稿所列事项都已报告、延期或者撤回，没有需要通报的单位。", article=ARTICLE, remedy="请决定不印发。"
        )
    for line in lines:
        await instruments.require_unnamed(work, UUID(line["matter_id"]), asked, "requirement")
    paper = await _issued(work, draft.month, asked, lines)
    draft.state, draft.paper_id, draft.requirement, draft.lines = "issued", paper.id, asked, lines
    draft.decided_at, draft.decided_by_name = work.now, paper.issued_by_name
    for line in lines:
        work.record(
            "issue_circular",
            "circular_draft",
            draft.id,
            title=f"通报{line['organ']}逾期未报告 {paper.number}",
            article=ARTICLE,
            thread_id=UUID(line["matter_id"]),
        )
    await work.session.flush()
    return draft


async def _issued(work: Work, month: str, asked: str, lines: list[dict[str, Any]]) -> instruments.Paper:
    tree = await directory(work)
    book = await deadlines.rulebook(work)
    government = tree.government_of(work.organ_id)
    title = f"关于行政执法监督事项逾期情况的通报（{format_month(month)}）"
    order = instruments.PaperOrder(
        kind="circular",
        title=title,
        book=book,
        receivers={UUID(line["organ_id"]): None for line in lines},
    )
    items = tuple(
        Overdue(
            organ=line["organ"],
            document=f"《{line['document']}》（{line['instrument']}）",
            due=format_date(date.fromisoformat(line["due_on"])),
            overdue_workdays=line["overdue_workdays"],
        )
        for line in lines
    )

    def compose(frame: Frame) -> CircularDocument:
        return CircularDocument(
            frame=frame,
            name=title,
            addressee="各有关单位",
            items=items,
            as_of=format_date(work.today),
            requirement=asked,
            government=tree.name(government) if government else "本级人民政府",
            regulation=regulation(book),
        )

    return await instruments.issue_paper(work, order, compose)


async def discard_circular(work: Work, draft_id: UUID, reason: str, *, version: int | None = None) -> CircularDraft:
    """Decide not to issue the circular, with a reason that stays on record. Raises as `issue_circular`."""
    draft = await _draft(work, draft_id, "discard", version)
    if len(reason.strip()) < 5:
        raise Invalid("请写明不印发的理由。", field="reason", article=ARTICLE)
    draft.state, draft.discard_reason, draft.decided_at = "discarded", reason.strip(), work.now
    draft.decided_by_name = work.actor.name if work.actor else ""
    work.record(
        "discard_circular",
        "circular_draft",
        draft.id,
        title=f"决定不印发{format_month(draft.month)}逾期事项通报",
        note=draft.discard_reason,
        article=ARTICLE,
    )
    await work.session.flush()
    return draft
