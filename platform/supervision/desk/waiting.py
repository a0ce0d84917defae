"""What waits for a leader's or a head's own decision, oldest first (Arts. 11, 17, 19, 20)."""

from __future__ import annotations

from uuid import UUID

from kernel.clock import local_date
from kernel.wording import format_short
from kernel.work import Actor, Work
from supervision.desk import repository, sanctions
from supervision.desk.follow_up import follow_up
from supervision.desk.views import Waiting
from supervision.instruments.models import Extension, Objection
from supervision.licensing.rules import KINDS, PURPOSES
from supervision.recusals import service as recusals
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
        *(await recusals_to_decide(work, actor) if "organ_head" in actor.roles else ()),
        *await sanctions.for_leader(work, actor),
        *await _licences(work, actor),
        *await follow_up(work, actor),
    ]
    return sorted(found, key=lambda one: one.since)


async def recusals_to_decide(work: Work, actor: Actor) -> list[Waiting]:
    """Recusals on which the actor decides: those of the own organ's officers, or of leaders one level below."""
    return [
        Waiting(
            kind="recusal",
            label="决定是否回避",
            title=f"{one.person_name}：{one.matter_title}",
            organ=one.organ_name,
            note=one.origin_label + (f"，{format_short(one.due_on, work.today)}前决定" if one.due_on else ""),
            href=f"/recusals/{one.id}",
            article="16",
            since=one.declared_at,
        )
        for one in await recusals.to_decide(work)
    ]


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
    later = [
        *objections,
        *await recusals_to_decide(work, actor),
        *await sanctions.for_government(work, actor),
        *await follow_up(work, actor),
    ]
    return later + [
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


async def for_head(work: Work, actor: Actor) -> list[Waiting]:
    """Written reports that the head of a supervised organ settles, recusals of its own supervisors, documents of
    accountability, and transfers that he decides on."""
    return (
        await recusals_to_decide(work, actor)
        + await sanctions.for_head(work)
        + await follow_up(work, actor)
        + [
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
    )
