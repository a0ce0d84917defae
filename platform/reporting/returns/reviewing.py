"""Inside the organ: handed in for approval, approved by its head, handed in to the level above, revised (Art. 12)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kernel.errors import Invalid
from kernel.ids import new_id
from kernel.work import Work
from reporting.returns import filling, repository
from reporting.returns.filling import Case
from reporting.returns.models import ReturnVersion, StatisticalReturn
from reporting.returns.rules import ARTICLE, MACHINE, REASON_MAX, REASON_MIN, is_late
from reporting.returns.sheet import digest
from supervision.deadlines import notices

FILLERS = ("contact", "legal_officer", "supervisor")
RECEIVERS = ("supervisor", "supervision_leader")


def reasoned(reason: str, field: str = "reason") -> str:
    """The reason, trimmed. Raises Invalid for one that says nothing, or too much."""
    text = reason.strip()
    if not REASON_MIN <= len(text) <= REASON_MAX:
        raise Invalid(f"请写明原因，{REASON_MIN} 至 {REASON_MAX} 字。", field=field, article=ARTICLE)
    return text


async def _step(work: Work, case: Case, action: str) -> None:
    """The state after an action. Raises IllegalTransition with what is in the way."""
    checked = action in ("validate", "approve", "submit")
    facts = await filling.facts_of(work, case, checked=checked)
    case.head.state = MACHINE.step(case.head.state, action, facts).reached_from(case.head.state)


async def validate(work: Work, return_id: UUID, *, version: int | None = None) -> StatisticalReturn:
    """Hand the return to the organ's own head. Raises IllegalTransition while a check fails, the period runs or the
    roll-up is out of date; Denied, NotFound, Stale."""
    case = await filling.load(work, return_id, "validate", version)
    await _step(work, case, "validate")
    head = case.head
    head.filled_by = work.actor.person_id if work.actor else None
    head.filled_by_name = work.actor.name if work.actor else "系统"
    head.filled_at, head.return_reason = work.now, ""
    _record(work, case, "validate", f"提交审核{case.title}")
    await _tell(work, case, ("organ_head",), "approval", f"{case.title}待审定")
    await work.session.flush()
    return head


async def return_draft(work: Work, return_id: UUID, reason: str, *, version: int | None = None) -> StatisticalReturn:
    """The head gives the return back to those who filled it in, with the reason."""
    case = await filling.load(work, return_id, "return_draft", version)
    text = reasoned(reason)
    await _step(work, case, "return_draft")
    case.head.return_reason = text
    case.head.approved_by, case.head.approved_by_name, case.head.approved_at = None, "", None
    _record(work, case, "return_draft", f"退回填报{case.title}", text)
    await _tell(work, case, FILLERS, "reminder", f"{case.title}退回填报：{text[:60]}")
    await work.session.flush()
    return case.head


async def approve(work: Work, return_id: UUID, *, version: int | None = None) -> StatisticalReturn:
    """The organ's head answers for the figures (Art. 12). Raises Denied for who filled them in, IllegalTransition."""
    case = await filling.load(work, return_id, "approve", version)
    await _step(work, case, "approve")
    head = case.head
    head.approved_by = work.actor.person_id if work.actor else None
    head.approved_by_name = work.actor.name if work.actor else "系统"
    head.approved_at = work.now
    _record(work, case, "approve", f"审定{case.title}")
    await _tell(work, case, FILLERS, "answered", f"{case.title}已审定，请报送")
    await work.session.flush()
    return head


async def submit(work: Work, return_id: UUID, *, version: int | None = None) -> ReturnVersion:
    """Hand the return in: a frozen version with its digest. The first one after the due day is late for ever."""
    case = await filling.load(work, return_id, "submit", version)
    await _step(work, case, "submit")
    head = case.head
    late = is_late(head.due_on, work.today)
    if not head.version:
        head.late, head.first_submitted_on = late, work.today
    made = _frozen(work, case, late)
    work.session.add(made)
    head.version, head.submitted_at = made.number, work.now
    how = "（逾期）" if late and made.number == 1 else ""
    detail = {"version": made.number, "sha256": made.digest, "late": late}
    _record(work, case, "submit", f"报送{case.title}第 {made.number} 版{how}", detail=detail)
    if head.receiver_id is not None:
        await notices.notify(
            work,
            head.receiver_id,
            roles=RECEIVERS,
            kind="report",
            title=f"{head.organ_name}报送{case.title}第 {made.number} 版{how}",
            link=f"/returns/{head.id}",
            article=ARTICLE,
        )
    await work.session.flush()
    return made


def _frozen(work: Work, case: Case, late: bool) -> ReturnVersion:
    head, row = case.head, case.row
    number = head.version + 1
    totals = case.sheet.given_up()
    snapshot = {
        "organ": str(head.organ_id),
        "form": head.form_key,
        "form_version": head.form_version,
        "period": head.period,
        "number": number,
        "cells": row.cells,
        "notes": row.notes,
        "parts": row.parts,
        "missing": row.missing,
        "totals": totals,
    }
    return ReturnVersion(
        id=new_id(),
        city_id=work.city_id,
        organ_id=head.organ_id,
        return_id=head.id,
        number=number,
        readers=list(head.readers),
        cells=dict(row.cells),
        notes=dict(row.notes),
        parts=row.parts,
        missing=list(row.missing),
        totals=totals,
        digest=digest(snapshot),
        submitted_at=work.now,
        submitted_by_name=work.actor.name if work.actor else "系统",
        approved_by_name=head.approved_by_name,
        late=late,
        reason=head.revision_reason,
        outcome="submitted",
        cell_reasons={},
    )


async def revise(work: Work, return_id: UUID, reason: str, *, version: int | None = None) -> StatisticalReturn:
    """Reopen an accepted return for correction. The accepted version stays in force until a new one is accepted."""
    case = await filling.load(work, return_id, "revise", version)
    text = reasoned(reason)
    await _step(work, case, "revise")
    head = case.head
    head.revision += 1
    head.revision_reason = text
    head.filled_by, head.approved_by, head.approved_by_name, head.approved_at = None, None, "", None
    _record(work, case, "revise", f"订正{case.title}", text)
    if head.receiver_id is not None:
        await notices.notify(
            work,
            head.receiver_id,
            roles=RECEIVERS,
            kind="report",
            title=f"{head.organ_name}正在订正已采用的{case.title}",
            link=f"/returns/{head.id}",
            article=ARTICLE,
        )
    await work.session.flush()
    return head


def _record(
    work: Work, case: Case, action: str, title: str, note: str = "", *, detail: Mapping[str, object] | None = None
) -> None:
    work.record(
        action,
        "return",
        case.head.id,
        title=title,
        note=note,
        article=ARTICLE,
        thread_id=case.head.id,
        detail=detail,
    )


async def _tell(work: Work, case: Case, roles: tuple[str, ...], kind: str, title: str) -> None:
    await notices.notify(
        work,
        work.organ_id,
        roles=roles,
        kind=kind,
        title=title,
        link=f"/returns/{case.head.id}",
        article=ARTICLE,
        due_on=case.head.due_on if not case.head.version else None,
    )


async def current_version(work: Work, head: StatisticalReturn) -> ReturnVersion:
    """The version that was handed in last."""
    found = await repository.version(work, head.id, head.version)
    assert found is not None
    return found
