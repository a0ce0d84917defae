"""The circular on organs that owe a return: drafted by itself, issued or discarded by the leader (Art. 11(8))."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from kernel.errors import IllegalTransition, Invalid, NotFound, Stale
from kernel.wording import format_date
from kernel.work import Work
from reporting.returns import forms, periods, repository
from reporting.returns.forms import Form
from reporting.returns.models import ReturnCircular
from reporting.returns.periods import Period
from reporting.returns.views import LateReturnLine, ReturnCircularView
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.instruments import service as instruments
from supervision.instruments.documents import Frame, OverdueReturn, ReturnsCircularDocument
from supervision.instruments.papers import regulation
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory

ARTICLE = "11(8)"
STATES = {"draft": "草稿", "issued": "已印发", "discarded": "不印发"}
REQUIREMENT = (
    "有关单位应当自收到本通报之日起3个工作日内报送，查明逾期的原因，明确责任人员。"
    "其他单位应当引以为戒，按期、如实报送统计报表。"
)
"""What the leader is offered to ask for; the regulation fixes no period (default)."""
REQUIREMENT_MIN, REQUIREMENT_MAX = 10, 1000


async def draft(work: Work, form_key: str, period_key: str) -> UUID | None:
    """Draft the circular of the work's body on a form and period, once. None when it is there or nobody is late."""
    lines = await _overdue(work, form_key, period_key)
    if not lines:
        return None
    made = await repository.add_circular(work, form_key, period_key, lines)
    if made is None:
        return None
    form, period = forms.current(form_key, work.today), periods.parse(period_key)
    title = f"起草《{form.header.name}》（{period.label}）逾期报送通报"
    work.record("draft_circular", "return_circular", made, title=title, article=ARTICLE, detail={"lines": len(lines)})
    await notices.notify(
        work,
        work.organ_id,
        roles=("supervision_leader",),
        kind="approval",
        title=f"{title}，共 {len(lines)} 个单位，请审核",
        link=f"/returns/circulars/{made}",
        article=ARTICLE,
    )
    return made


async def _overdue(work: Work, form_key: str, period: str) -> list[dict[str, Any]]:
    """Organs below the work's body that have not handed in and are late, longest first."""
    days = await deadlines.calendar(work)
    heads = await repository.below(work, work.organ_id, form_key, period)
    late = sorted((h for h in heads if not h.version and h.due_on < work.today), key=lambda h: (h.due_on, h.organ_name))
    return [
        {
            "organ_id": str(h.organ_id),
            "organ": h.organ_name,
            "due_on": h.due_on.isoformat(),
            "overdue_workdays": max(1, days.workdays_between(h.due_on, work.today)),
        }
        for h in late
    ]


def view_of(row: ReturnCircular, form: Form, period: Period, overdue: set[str]) -> ReturnCircularView:
    drafted = row.state == "draft"
    return ReturnCircularView(
        id=row.id,
        version=row.row_version,
        form=form.key,
        period=period.key,
        name=f"《{form.header.name}》（{period.label}）逾期报送通报",
        state=row.state,
        state_label=STATES[row.state],
        drafted_at=row.drafted_at,
        lines=[
            LateReturnLine(
                organ=line["organ"],
                due_on=date.fromisoformat(line["due_on"]),
                overdue_workdays=line["overdue_workdays"],
                settled=drafted and line["organ_id"] not in overdue,
            )
            for line in row.lines
        ],
        requirement=REQUIREMENT if drafted else row.requirement,
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
        discard_reason=row.discard_reason,
        href=f"/instruments/papers/{row.paper_id}/pdf" if row.paper_id else "",
    )


async def of_period(work: Work, form: Form, period: Period) -> ReturnCircularView | None:
    """The circular of the work's organ for a form and period; None where there is none, or the post may not see it."""
    verdict, _ = await consider(work, "circular", "list", Target(owner_id=work.organ_id))
    row = await repository.find_circular(work, form.key, period.key) if verdict.allowed else None
    return None if row is None else view_of(row, form, period, await _late_ids(work, row))


async def _late_ids(work: Work, row: ReturnCircular) -> set[str]:
    return {line["organ_id"] for line in await _overdue(work, row.form_key, row.period)}


async def circular(work: Work, circular_id: UUID) -> ReturnCircularView:
    """One circular, and whether the reader decides on it. Raises NotFound for another organ's, Denied."""
    await authorize(work, "circular", "read", Target(owner_id=work.organ_id))
    row = await repository.get_circular(work, circular_id)
    if row is None:
        raise NotFound
    verdict, sentence = await consider(work, "circular", "issue", Target(owner_id=row.organ_id))
    form, period = forms.current(row.form_key, work.today), periods.parse(row.period)
    view = view_of(row, form, period, await _late_ids(work, row))
    return msgspec.structs.replace(view, may_decide=verdict.allowed, refusal="" if verdict.allowed else sentence)


async def _locked(work: Work, circular_id: UUID, action: str, version: int | None) -> ReturnCircular:
    row = await repository.get_circular(work, circular_id, lock=True)
    if row is None:
        raise NotFound
    await authorize(work, "circular", action, Target(owner_id=row.organ_id))
    if version is not None and version != row.row_version:
        raise Stale
    if row.state != "draft":
        raise IllegalTransition("这份通报已经处理。", article=ARTICLE, remedy="请查看处理结果。")
    return row


async def issue(work: Work, circular_id: UUID, requirement: str, *, version: int | None = None) -> ReturnCircular:
    """Issue the circular under a number of its own, to every organ that is still late. Raises Denied,
    IllegalTransition when it was handled or nobody is late any more, Invalid for `requirement`."""
    row = await _locked(work, circular_id, "issue", version)
    asked = requirement.strip()
    if not REQUIREMENT_MIN <= len(asked) <= REQUIREMENT_MAX:
        raise Invalid("请写明对有关单位的要求，10 至 1000 字。", field="requirement", article=ARTICLE)
    drafted = {line["organ_id"] for line in row.lines}
    lines = [line for line in await _overdue(work, row.form_key, row.period) if line["organ_id"] in drafted]
    if not lines:
        raise IllegalTransition("草稿所列单位都已报送，没有需要通报的单位。", article=ARTICLE, remedy="请决定不印发。")
    paper = await _paper(work, row, asked, lines)
    row.state, row.paper_id, row.requirement, row.lines = "issued", paper.id, asked, lines
    row.decided_at, row.decided_by_name = work.now, paper.issued_by_name
    organs = "、".join(line["organ"] for line in lines)
    work.record(
        "issue_circular",
        "return_circular",
        row.id,
        title=f"印发逾期报送通报 {paper.number}",
        note=f"通报{organs}",
        article=ARTICLE,
    )
    await work.session.flush()
    return row


async def _paper(work: Work, row: ReturnCircular, asked: str, lines: list[dict[str, Any]]) -> instruments.Paper:
    book = await deadlines.rulebook(work)
    tree = await directory(work)
    government = tree.government_of(work.organ_id)
    form, period = forms.current(row.form_key, work.today), periods.parse(row.period)
    title = f"关于《{form.header.name}》（{period.label}）逾期报送情况的通报"
    receivers = {UUID(line["organ_id"]): None for line in lines}
    order = instruments.PaperOrder(kind="circular", title=title, book=book, receivers=receivers)
    items = tuple(
        OverdueReturn(
            organ=line["organ"],
            due=format_date(date.fromisoformat(line["due_on"])),
            overdue_workdays=line["overdue_workdays"],
        )
        for line in lines
    )

    def compose(frame: Frame) -> ReturnsCircularDocument:
        return ReturnsCircularDocument(
            frame=frame,
            name=title,
            addressee="各有关单位",
            table=f"《{form.header.name}》（{period.label}）",
            items=items,
            as_of=format_date(work.today),
            requirement=asked,
            government=tree.name(government) if government else "本级人民政府",
            regulation=regulation(book),
        )

    return await instruments.issue_paper(work, order, compose)


async def discard(work: Work, circular_id: UUID, reason: str, *, version: int | None = None) -> ReturnCircular:
    """Decide not to issue the circular, with a reason that stays on record. Raises as `issue`."""
    row = await _locked(work, circular_id, "discard", version)
    if not 5 <= len(reason.strip()) <= REQUIREMENT_MAX:
        raise Invalid("请写明不印发的理由。", field="reason", article=ARTICLE)
    row.state, row.discard_reason, row.decided_at = "discarded", reason.strip(), work.now
    row.decided_by_name = work.actor.name if work.actor else ""
    work.record(
        "discard_circular", "return_circular", row.id, title="决定不印发逾期报送通报", note=row.discard_reason,
        article=ARTICLE,
    )  # fmt: skip
    await work.session.flush()
    return row
