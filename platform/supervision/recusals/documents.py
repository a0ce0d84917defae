"""回避决定书: what was decided about a recusal, on file and served to who applied (Art. 16)."""

from __future__ import annotations

from uuid import UUID

from kernel.clock import local_date
from kernel.wording import format_date
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.instruments import service as instruments
from supervision.instruments.documents import Frame, RecusalDocument
from supervision.instruments.models import Paper
from supervision.instruments.papers import regulation
from supervision.matters.models import Recusal
from supervision.matters.service import Case
from tenants.organs.directory import directory

KIND = "recusal_decision"
_BEGAN = {"own": "申报回避", "applied": "申请其回避", "ordered": ""}


async def issue(work: Work, case: Case, recusal: Recusal, *, lifted: bool = False) -> Paper:
    """Number, render and send the decision. The work acts as the organ that decides.

    Its receivers are the supervised organ that applied and, where the decision came from above, the officer's organ.
    """
    book = await deadlines.rulebook(work, case.matter.rulebook_key)
    tree = await directory(work)
    receivers: dict[UUID, UUID | None] = {}
    if recusal.applicant_id is not None:
        receivers[recusal.applicant_id] = recusal.delivery_id
    if work.organ_id != case.matter.organ_id:
        receivers[case.matter.organ_id] = None
    outcome = "lifted" if lifted else recusal.state
    words = {"granted": "回避", "refused": "不予回避", "lifted": "解除回避"}[outcome]
    order = instruments.PaperOrder(
        kind=KIND,
        title=f"关于{recusal.person_name}{words}的决定",
        book=book,
        receivers=receivers,
        matter_id=case.matter.id,
    )

    def compose(frame: Frame) -> RecusalDocument:
        return RecusalDocument(
            frame=frame,
            addressee=recusal.applicant_name or recusal.person_name,
            matter=f"“{case.matter.title}”" + (f"（{case.matter.number}）" if case.matter.number else ""),
            officer=recusal.person_name,
            organ=tree.name(case.matter.organ_id),
            began=_BEGAN[recusal.origin],
            applicant=recusal.applicant_name,
            asked=format_date(local_date(recusal.declared_at)),
            ground=book.recusal_ground(recusal.ground).name,
            outcome=outcome,
            reasons=recusal.lifted_reason if lifted else recusal.decision_reason,
            replacement=recusal.replacement_name,
            regulation=regulation(book),
        )

    return await instruments.issue_paper(work, order, compose)
