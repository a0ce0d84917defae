"""Closing, suspension, look-back, reopening, and orders from above (Arts. 2, 19, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.errors import Invalid
from kernel.work import Work
from policy.errors import RuleBookError
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import Term, compute
from supervision.matters import case as cases
from supervision.matters import facts as registry
from supervision.matters.case import Case
from supervision.matters.checking import move_finding
from supervision.matters.models import Matter
from tenants.organs.directory import directory

ORDERS = {"report": "要求报告办理情况", "take_over": "提级办理", "review": "要求复查"}
"""What an upper supervising organ may ask for."""


async def propose_closing(work: Work, matter_id: UUID, report: str, *, version: int | None = None) -> Matter:
    """Propose to close with a closing report: how each finding ended, or why there is no problem (Art. 19)."""
    case = await cases.enter(work, matter_id, "propose_closing", version=version)
    await cases.step(work, case, "propose_closing", closing_report_given=bool(report.strip()))
    matter = case.matter
    matter.closing_report = report.strip()
    matter.closing_proposed_by = work.actor.person_id if work.actor else None
    work.record(
        "propose_closing",
        "matter",
        matter_id,
        title="提出结项" if case.findings else "提出结项：没有发现问题",
        note=matter.closing_report,
        article="19",
        thread_id=matter_id,
    )
    await notices.notify(
        work,
        matter.organ_id,
        kind="approval",
        title=f"请审批结项：{matter.title}",
        link=f"/matters/{matter_id}",
        roles=["supervision_leader"],
        article="19",
    )
    return await cases.refresh(work, matter_id)


async def _enter_closing(work: Work, matter_id: UUID, action: str, version: int | None) -> Case:
    case = await cases.load(work, matter_id, version)
    proposer = case.matter.closing_proposed_by
    drafters = frozenset({proposer}) if proposer and action == "approve_closing" else frozenset()
    return await cases.enter(work, matter_id, action, version=version, drafters=drafters)


async def approve_closing(work: Work, matter_id: UUID, *, version: int | None = None) -> Matter:
    """Close the matter: every finding settled, nothing pending, look-back date set (default 3 months)."""
    case = await _enter_closing(work, matter_id, "approve_closing", version)
    matter = case.matter
    await cases.step(work, case, "approve_closing", closing_report_given=bool(matter.closing_report))
    rule = (await deadlines.rulebook(work, matter.rulebook_key)).deadline("matter.look_back")
    term = Term(rule.amount, rule.unit, rule.key, rule.source, rule.article)
    days = await deadlines.calendar(work)
    matter.closed_on = work.today
    matter.closed_after = days.workdays_between(matter.opened_on, work.today) if matter.opened_on else None
    matter.look_back_on = compute(work.today, term, days).due
    work.record(
        "approve_closing",
        "matter",
        matter_id,
        title="批准结项",
        note=f"回访日期 {matter.look_back_on.isoformat()}。",
        article="19",
        thread_id=matter_id,
    )
    await registry.tell(work, matter, "closed")
    return await cases.refresh(work, matter_id)


async def return_closing(work: Work, matter_id: UUID, reason: str, *, version: int | None = None) -> Matter:
    """Send a proposed closing back to the handlers, with the reason."""
    case = await _enter_closing(work, matter_id, "return_closing", version)
    await cases.step(work, case, "return_closing", reason_given=bool(reason.strip()))
    case.matter.closing_proposed_by = None
    work.record(
        "return_closing",
        "matter",
        matter_id,
        title="退回结项申请",
        note=reason.strip(),
        article="19",
        thread_id=matter_id,
    )
    return await cases.refresh(work, matter_id)


async def suspend(work: Work, matter_id: UUID, ground: str, reason: str, *, version: int | None = None) -> Matter:
    """Suspend the matter on a ground of the rule book; its deadlines stop with the rest of their time."""
    case = await cases.enter(work, matter_id, "suspend", version=version)
    book = await deadlines.rulebook(work, case.matter.rulebook_key)
    try:
        known = book.suspension_ground(ground)
    except RuleBookError:
        known = None
    await cases.step(
        work, case, "suspend", suspension_ground_listed=known is not None, reason_given=bool(reason.strip())
    )
    assert known is not None
    case.matter.suspended_ground = ground
    await deadlines.suspend(work, matter_id, known.name, article=known.article)
    work.record(
        "suspend",
        "matter",
        matter_id,
        title="中止办理",
        note=f"{known.name}。{reason.strip()}",
        article=known.article,
        thread_id=matter_id,
        detail={"ground": ground},
    )
    await registry.tell(work, case.matter, "suspended")
    return await cases.refresh(work, matter_id)


async def resume(
    work: Work, matter_id: UUID, reason: str, *, ground_gone: bool = True, version: int | None = None
) -> Matter:
    """Resume a suspended matter; its deadlines run on with the rest of their time. `ground_gone` is the leader's
    statement that the ground has fallen away."""
    case = await cases.enter(work, matter_id, "resume", version=version)
    if not reason.strip():
        raise Invalid("请写明中止情形消除的情况。", field="reason", article="20")
    await cases.step(work, case, "resume", suspension_ground_gone=ground_gone)
    case.matter.suspended_ground = ""
    await deadlines.resume(work, matter_id, reason.strip())
    work.record("resume", "matter", matter_id, title="恢复办理", note=reason.strip(), article="20", thread_id=matter_id)
    await registry.tell(work, case.matter, "resumed")
    return await cases.refresh(work, matter_id)


async def look_back(work: Work, matter_id: UUID, relapsed: bool, note: str) -> Matter:
    """Record a look-back at a closed matter; a relapse allows it to be reopened."""
    case = await cases.enter(work, matter_id, "look_back")
    await cases.step(work, case, "look_back", reason_given=bool(note.strip()))
    work.record(
        "look_back",
        "matter",
        matter_id,
        title="回访：发现问题反弹" if relapsed else "回访：没有发现问题反弹",
        note=note.strip(),
        article="11(7)",
        thread_id=matter_id,
        detail={"relapsed": relapsed},
    )
    case.matter.look_back_on = None
    return await cases.refresh(work, matter_id)


async def reopen(
    work: Work, matter_id: UUID, reason: str, *, finding_ids: Sequence[UUID] = (), version: int | None = None
) -> Matter:
    """Reopen a closed matter in a new round under its number, after a relapse or an order to review it.

    `finding_ids` are the rectified findings that came up again.
    """
    case = await cases.enter(work, matter_id, "reopen", version=version)
    await cases.step(work, case, "reopen", reason_given=bool(reason.strip()))
    matter = case.matter
    matter.round += 1
    matter.closed_on, matter.closed_after = None, None
    matter.look_back_on, matter.closing_proposed_by = None, None
    matter.closing_report = ""
    work.record(
        "reopen",
        "matter",
        matter_id,
        title=f"重新办理（第 {matter.round} 轮）",
        note=reason.strip(),
        article="19",
        thread_id=matter_id,
        detail={"round": matter.round},
    )
    for finding in case.findings:
        if finding.id in finding_ids:
            await move_finding(work, case, finding, "relapse", actor_on_case=True)
            work.record(
                "relapse",
                "finding",
                finding.id,
                title=f"认定问题{finding.no}反弹",
                article="19",
                thread_id=matter_id,
            )
    await registry.tell(work, matter, "reopened")
    return await cases.refresh(work, matter_id)


async def order_from_above(work: Work, matter_id: UUID, order: str, text: str) -> Matter:
    """An upper supervising organ asks for a report, takes the matter over, or orders a review (Art. 2(1)).

    Recorded on both sides: in the audit of the ordering organ, and in the matter of the lower one.
    """
    case = await cases.enter(work, matter_id, "order_from_above")
    await cases.step(work, case, "order_from_above", order_complete=order in ORDERS and bool(text.strip()))
    matter = case.matter
    tree = await directory(work)
    title = f"上级{ORDERS[order]}"
    above = tree.short(work.actor.organ_id if work.actor else work.organ_id)
    work.record(
        "order_from_above", "matter", matter_id, title=title, note=text.strip(), article="2(1)", detail={"order": order}
    )
    async with work.acting_as(matter.organ_id):
        work.record(
            "order_from_above",
            "matter",
            matter_id,
            title=title,
            note=f"{above}：{text.strip()}",
            article="2(1)",
            thread_id=matter_id,
            detail={"order": order},
        )
        await notices.notify(
            work,
            matter.organ_id,
            kind="escalation",
            title=f"{above}{ORDERS[order]}：{matter.title}",
            link=f"/matters/{matter_id}",
            roles=["supervision_leader", "supervisor"],
            article="2(1)",
            body=text.strip(),
        )
    return matter
