"""The justice department receives what was sent to it, or sends it back with reasons (Art. 12)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel.errors import Denied, Invalid
from kernel.work import Work
from reporting.annual.models import AnnualPaper
from reporting.annual.rules import ARTICLE, KINDS, MACHINE, PaperFacts
from reporting.annual.writing import locked, seen
from supervision.deadlines.notices import notify

REASON_MAX: Final = 2_000
KEEPERS: Final = ("contact", "legal_officer", "organ_head")


async def accept(work: Work, paper_id: UUID, *, version: int | None = None) -> AnnualPaper:
    """Receive a paper; it can no longer be changed. Raises NotFound, Denied, Stale, IllegalTransition."""
    return await _answer(work, paper_id, "accept", "", version)


async def send_back(work: Work, paper_id: UUID, reason: str, *, version: int | None = None) -> AnnualPaper:
    """Send a paper back for corrections; what was late stays late, what was in time stays in time. Raises Invalid
    without a reason, and as `accept` does."""
    said = reason.strip()
    if not 2 <= len(said) <= REASON_MAX:
        raise Invalid(f"请写明需要补正的内容，不超过{REASON_MAX}个字。", field="reason", article=ARTICLE)
    return await _answer(work, paper_id, "send_back", said, version)


async def _answer(work: Work, paper_id: UUID, action: str, reason: str, version: int | None) -> AnnualPaper:
    paper = await seen(work, paper_id, action)
    if paper.department_id != work.organ_id:
        raise Denied("年度报告和年度计划由本级司法行政部门接收。", article=ARTICLE, remedy="请联系本级司法行政部门。")
    verb = {"accept": "接收", "send_back": "退回"}[action]
    async with work.acting_as(paper.organ_id):
        paper = await locked(work, paper_id, version)
        paper.state = MACHINE.step(paper.state, action, PaperFacts(reason_given=bool(reason))).target
        paper.sent_back_reason = reason
        paper.decided_by_name = work.actor.name if work.actor else "系统"
        paper.decided_at = work.now
        _note(work, paper, action, verb, reason)
    _note(work, paper, action, verb, reason)
    await notify(
        work,
        paper.organ_id,
        kind="answered" if action == "accept" else "decision",
        title=f"{paper.year}{KINDS[paper.kind]}已{verb}",
        body=reason,
        link=f"/annual/{paper.id}",
        roles=KEEPERS,
        article=ARTICLE,
    )
    return paper


def _note(work: Work, paper: AnnualPaper, action: str, verb: str, reason: str) -> None:
    work.record(
        action,
        "annual_paper",
        paper.id,
        title=f"{verb}{paper.year}{KINDS[paper.kind]}",
        note=reason,
        article=ARTICLE,
        thread_id=paper.id,
    )
