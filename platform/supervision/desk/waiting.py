"""What waits for a leader's or a head's own decision, oldest first (Arts. 11, 17, 19, 20)."""

from __future__ import annotations

from uuid import UUID

from kernel.clock import local_date
from kernel.wording import format_short
from kernel.work import Actor, Work
from supervision.accountability import repository as accountability
from supervision.desk import repository
from supervision.desk.views import Waiting
from supervision.instruments.models import Extension, Objection
from supervision.licensing.rules import KINDS, PURPOSES
from tenants.organs.directory import directory


async def for_leader(work: Work, actor: Actor) -> list[Waiting]:
    """Openings, documents, extensions, objections, closings, reports and dismissals that the leader decides on,
    without what the leader drafted."""
    found = [
        *await _openings(work, actor),
        *await _documents(work, actor),
        *await _requests(work),
        *await _reports(work, actor),
        *await _closings(work, actor),
        *await _dismissals(work, actor),
        *await _escalations(work),
        *await _accountability(work, actor),
        *await _reviews(work, actor),
        *await _licences(work, actor),
    ]
    return sorted(found, key=lambda one: one.since)


async def _short(work: Work, organ_id: UUID | None, name: str) -> str:
    tree = await directory(work)
    return tree.short(organ_id) if organ_id in tree.organs else name


async def _openings(work: Work, actor: Actor) -> list[Waiting]:
    return [
        Waiting(
            kind="opening",
            label="批准立项",
            title=m.title,
            organ=await _short(work, m.supervised_id, m.supervised_name),
            note=m.basis_note,
            href=f"/matters/{m.id}",
            article="11",
            since=m.proposed_at,
        )
        for m in await repository.rows(work, repository.matters_in(work, "proposed"))
        if m.proposed_by != actor.person_id
    ]


async def _documents(work: Work, actor: Actor) -> list[Waiting]:
    return [
        Waiting(
            kind="instrument",
            label="签发文书" if i.state == "approved" else "审核签发",
            title=f"《{i.title}》",
            organ=await _short(work, i.addressee_id, i.addressee_name),
            note=f"{i.matter_title}；起草 {i.drafted_by_name}",
            href=f"/instruments/{i.id}",
            article="19",
            since=i.submitted_at or i.created_at,
        )
        for i in await repository.rows(work, repository.instruments_to_sign(work, actor))
    ]


async def _requests(work: Work) -> list[Waiting]:
    found = []
    kinds: tuple[tuple[type[Extension] | type[Objection], str, str, str], ...] = (
        (Extension, "requested", "审批延期", "申请延期"),
        (Objection, "raised", "处理异议", "提出异议"),
    )
    for model, state, label, what in kinds:
        query = repository.requests_to_decide(work, model, state)
        for request, _, title, organ in (await work.session.execute(query)).all():
            found.append(
                Waiting(
                    kind="request",
                    label=label,
                    title=title,
                    organ=organ,
                    note=f"{format_short(local_date(request.requested_at), work.today)}{what}：{request.reason}",
                    href=f"/instruments/{request.instrument_id}",
                    article="19",
                    since=request.requested_at,
                )
            )
    return found


async def _reports(work: Work, actor: Actor) -> list[Waiting]:
    return [
        Waiting(
            kind="report",
            label="向政府报告" if r.state == "draft" else "补充后再报",
            title=r.matter_title,
            organ=await _short(work, r.supervised_id, r.supervised_name),
            note=r.returned_reason or ("系统起草，请审核" if r.drafted_automatically else f"起草 {r.drafted_by_name}"),
            href=f"/reports/{r.id}",
            article="20",
            since=r.created_at,
        )
        for r in await repository.rows(work, repository.reports_to_send(work, actor))
    ]


async def _closings(work: Work, actor: Actor) -> list[Waiting]:
    return [
        Waiting(
            kind="closing",
            label="批准结项",
            title=m.title,
            organ=await _short(work, m.supervised_id, m.supervised_name),
            note=m.number or "",
            href=f"/matters/{m.id}",
            article="11",
            since=m.proposed_at,
        )
        for m in await repository.rows(work, repository.matters_in(work, "closing"))
        if m.closing_proposed_by != actor.person_id
    ]


async def _dismissals(work: Work, actor: Actor) -> list[Waiting]:
    return [
        Waiting(
            kind="clue",
            label="批准不予办理",
            title=c.title,
            organ=await _short(work, c.subject_organ_id, c.subject_name or "尚不清楚"),
            note=c.state_reason,
            href=f"/clues/{c.id}",
            article="17",
            since=c.received_at,
        )
        for c in await repository.rows(work, repository.clues_to_dismiss(work, actor))
    ]


async def _escalations(work: Work) -> list[Waiting]:
    return [
        Waiting(
            kind="escalation",
            label="处理重大逾期",
            title=e.matter_title,
            organ=e.supervised_name,
            note=f"{e.from_organ_name} {e.matter_number}，逾期 {e.overdue_workdays} 个工作日",
            href=f"/escalations/{e.id}",
            article="20",
            since=e.raised_at,
        )
        for e in await repository.rows(work, repository.escalations(work))
    ]


async def _licences(work: Work, actor: Actor) -> list[Waiting]:
    return [
        Waiting(
            kind="licence",
            label="制发证件" if a.state == "approved" else "批准证件",
            title=f"{a.officer_name}的{KINDS[a.kind]}（{PURPOSES[a.purpose]}）",
            organ=await _short(work, a.organ_id, ""),
            note=f"审查 {a.checked_by_name}",
            href=f"/licences/{a.id}",
            article="10(4)",
            since=a.checked_at or a.created_at,
        )
        for a in await repository.rows(work, repository.licences(work, actor))
    ]


async def _accountability(work: Work, actor: Actor) -> list[Waiting]:
    """Cases that wait to be told, and those whose respondent was heard or let the time pass."""
    return [
        Waiting(
            kind="accountability",
            label="审批告知" if c.state == "proposed" else "作出决定",
            title=f"责任追究 {c.number}",
            organ=c.supervised_name if c.against == "organ" else c.person_name,
            note=f"提出 {c.proposed_by_name}",
            href=f"/accountability/{c.id}",
            article="21",
            since=c.proposed_at,
        )
        for c in await accountability.cases_for_leader(work, actor.person_id)
    ]


async def _reviews(work: Work, actor: Actor) -> list[Waiting]:
    """Reviews and appeals that the organ decides on, without those of the actor's own decisions."""
    return [
        Waiting(
            kind="accountability",
            label="决定复核" if r.kind == "review" else "决定申诉",
            title="责任追究",
            organ=r.requested_by_name,
            note=r.reason,
            href=f"/accountability/{r.case_id}",
            article="21",
            since=r.requested_at,
        )
        for r in await accountability.reviews_to_decide(work, actor.person_id)
    ]


async def for_government(work: Work, actor: Actor) -> list[Waiting]:
    """Reports on which a government leader decides, and objections to what another leader decided."""
    tree = await directory(work)
    objections = [
        Waiting(
            kind="request",
            label="处理异议",
            title=title,
            organ=organ,
            note=f"{format_short(local_date(objection.requested_at), work.today)}提出异议：{objection.reason}",
            href=f"/decisions/{decision.id}#objection",
            article="20",
            since=objection.requested_at,
        )
        for objection, decision, title, organ in await repository.objections_to_decisions(work, actor)
    ]
    return (
        objections
        + await _reviews(work, actor)
        + await _awards(work)
        + [
            Waiting(
                kind="report",
                label="作出决定",
                title=r.matter_title,
                organ=await _short(work, r.supervised_id, r.supervised_name),
                note=f"{tree.short(r.organ_id)}报告，{'逾期不改正' if r.ground == 'lapsed' else '拒不改正'}",
                href=f"/reports/{r.id}",
                article="20",
                since=r.sent_at or r.created_at,
            )
            for r in await repository.rows(work, repository.reports_to_decide(work))
        ]
    )


async def _awards(work: Work) -> list[Waiting]:
    """Removals from awards that only the government's leader imposes (Art. 21)."""
    tree = await directory(work)
    body = tree.supervision_body_of(work.organ_id)
    return [
        Waiting(
            kind="accountability",
            label="决定取消评优评先资格",
            title=f"责任追究 {c.number}",
            organ=c.supervised_name,
            note=f"{tree.short(c.organ_id)}提请",
            href=f"/accountability/{c.id}",
            article="21",
            since=c.proposed_at,
        )
        for c in await accountability.awards_to_decide(work, body)
    ]


async def for_head(work: Work) -> list[Waiting]:
    """Written reports that the head of a supervised organ settles, and accountability that waits for the organ."""
    served = [
        Waiting(
            kind="accountability",
            label="签收文书" if n.opened_at is None else "反馈处理结果",
            title=f"{n.title} {n.number}",
            organ=n.issuer_name,
            note=n.person_name or "本单位",
            href=f"/accountability/received/{n.id}",
            article="21",
            since=n.sent_at,
        )
        for n in await accountability.received_to_handle(work)
    ]
    return served + [
        Waiting(
            kind="reply",
            label="审定书面报告",
            title=f"《{title}》",
            organ=issuer,
            note=f"{number}；起草 {r.drafted_by_name}",
            href=f"/inbox/{r.delivery_id}",
            article="19",
            since=r.created_at,
        )
        for r, title, number, issuer in await repository.replies_in_approval(work)
    ]
