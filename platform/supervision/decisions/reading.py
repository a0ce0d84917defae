"""Reports as readers see them: the list, one report with the whole record and what can be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from kernel import blobs
from kernel.errors import IllegalTransition
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.decisions import papers, repository
from supervision.decisions import record as records
from supervision.decisions.cases import ReportCase, load_report, report_facts
from supervision.decisions.history import cursor, events, place
from supervision.decisions.items import by_act, offers
from supervision.decisions.record import outcome_of, proposals_of, remedy_text
from supervision.decisions.rules import REPORT, REPORT_STATES
from supervision.decisions.views import (
    ActGroup,
    KindView,
    ProblemView,
    ProposalView,
    ReasonView,
    ReportRow,
    ReportView,
    ServedView,
)
from supervision.instruments import repository as instruments
from supervision.instruments.documents import preview_pages, preview_png
from supervision.matters.findings import OPEN_STATES, STATES
from supervision.matters.reading import evidence_view
from supervision.matters.remedies import REMEDY_KINDS
from supervision.matters.views import Page
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory

GROUNDS = {"lapsed": "逾期不改正", "refused": "拒不改正"}
VIEWS: dict[str, tuple[str, ...]] = {
    "waiting": ("reported",),
    "open": ("draft", "reported", "returned"),
    "done": ("decided", "declined", "withdrawn"),
    "all": tuple(REPORT_STATES),
}
"""Saved views of the list of reports."""


async def list_reports(work: Work, view: str = "all", after: str | None = None, limit: int = 50) -> Page[ReportRow]:
    """Reports of the reader's scope, newest first; `view` is one of VIEWS. Raises Denied, Invalid."""
    await authorize(work, "report", "list", Target(owner_id=work.organ_id))
    states = VIEWS.get(view, VIEWS["all"])
    rows = await repository.list_reports(work, states, place(after), limit + 1)
    tree = await directory(work)
    found = []
    for row in rows[:limit]:
        decision = await repository.decision_of_report(work, row.id) if row.state == "decided" else None
        found.append(
            ReportRow(
                id=row.id,
                number=row.number or "",
                matter_id=row.matter_id,
                matter_number=row.matter_number,
                matter_title=row.matter_title,
                supervised_name=row.supervised_name,
                organ_name=tree.short(row.organ_id),
                ground_label=GROUNDS[row.ground],
                state=row.state,
                state_label=REPORT_STATES[row.state],
                sent_at=row.sent_at,
                created_at=row.created_at,
                automatic=row.drafted_automatically,
                returned_until=row.returned_until,
                decision_id=decision.id if decision else None,
            )
        )
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(found, cursor(last.sent_at or last.created_at, last.id) if last else None)


async def failed_instrument(work: Work, matter_id: UUID) -> UUID:
    """The latest instrument of a matter that lapsed or was refused and names an open finding. Raises
    IllegalTransition when there is none."""
    record = await records.read(work, matter_id)
    for served in reversed(record.served):
        if served.failed and record.open_of(served.instrument.id):
            return served.instrument.id
    raise IllegalTransition(
        "没有逾期不改正或者拒不改正的监督文书。", article="20", remedy="期限届满或者登记拒不改正后，再向本级政府报告。"
    )


async def waiting(work: Work) -> int:
    """Reports that wait for the reader: for a government to decide, for a supervision body to send."""
    tree = await directory(work)
    if tree.organ_class(work.organ_id) == "government":
        return await repository.count_reports(work, ["reported"], work.organ_id)
    return await repository.count_reports(work, ["draft", "returned"])


async def report_view(work: Work, report_id: UUID) -> ReportView:
    """The report with facts, evidence, acts, remedies, instruments and the organ's statements. Raises NotFound."""
    case = await load_report(work, report_id)
    report, record = case.report, case.record
    await authorize(work, "report", "read", case.target())
    tree = await directory(work)
    problems = await _problems(work, case)
    decision = await repository.decision_of_report(work, report.id)
    rule = record.book.deadline("decision.execution")
    allowed, refused = await _report_options(work, case)
    async with work.acting_as(report.organ_id):
        history = await instruments.timeline(work, report.matter_id)
        limits = [d for d in await deadlines.for_matter(work, report.matter_id) if d.subject_id == report.instrument_id]
        explained = await deadlines.explain_all(work, limits)
    return ReportView(
        id=report.id,
        version=report.row_version,
        number=report.number or "",
        state=report.state,
        state_label=REPORT_STATES[report.state],
        matter_id=report.matter_id,
        matter_number=report.matter_number,
        matter_title=report.matter_title,
        organ_name=tree.short(report.organ_id),
        government_id=report.government_id,
        government_name=tree.name(report.government_id),
        supervised_name=report.supervised_name,
        relation=report.relation,
        ground_label=GROUNDS[report.ground],
        instrument_label=report.instrument_label,
        body=report.body,
        statement=report.statement,
        considered=report.considered,
        legal_review=report.legal_review,
        automatic=report.drafted_automatically,
        drafted_by_name=report.drafted_by_name,
        sent_by_name=report.sent_by_name,
        sent_at=report.sent_at,
        returned_reason=report.returned_reason,
        returned_until=report.returned_until,
        declined_reason=report.declined_reason,
        has_pdf=report.pdf_sha256 is not None,
        handlers="、".join(handler.person_name for handler in record.handlers),
        problems=problems,
        groups=_groups(case, problems),
        instruments=[
            ServedView(
                id=s.instrument.id,
                label=f"{record.book.instrument(s.instrument.kind).short_name} {s.instrument.number or ''}".strip(),
                served_on=s.delivery.served_on if s.delivery else None,
                due_on=s.delivery.due_on if s.delivery else None,
                outcome=outcome_of(s),
            )
            for s in record.served
            if s.instrument.number
        ],
        kinds=_kinds(case),
        timeline=events(history),
        deadlines=explained,
        term_amount=rule.amount,
        term_unit=rule.unit,
        decision_id=decision.id if decision else None,
        allowed=allowed,
        refused=refused,
    )


async def _problems(work: Work, case: ReportCase) -> list[ProblemView]:
    """The findings that the reported instrument names, also those that were settled or decided since."""
    record, stored = case.record, {p.finding: p for p in proposals_of(case.report.proposals)}
    named = record.covered.get(case.report.instrument_id, set())
    gravities = {g.key: g.name for g in record.book.gravities}
    found = []
    for finding in record.findings.values():
        if finding.id not in named:
            continue
        remedy, proposal = record.blocking(finding.id), stored.get(finding.id)
        found.append(
            ProblemView(
                finding_id=finding.id,
                no=finding.no,
                title=finding.title,
                facts=finding.facts,
                provision=finding.provision,
                content_item=finding.content_item,
                gravity_label=gravities.get(finding.gravity, finding.gravity),
                state=finding.state,
                state_label=STATES[finding.state],
                act_id=finding.act_id,
                act_label=record.act_label(finding.id),
                blocked=remedy_text(remedy) if remedy else "",
                blocked_kind=REMEDY_KINDS[remedy.kind] if remedy else "",
                evidence=[evidence_view(piece) for piece in record.evidence.get(finding.id, [])],
                proposal=ProposalView(
                    kind=proposal.kind,
                    kind_name=record.kind_name(proposal.kind),
                    reason_code=proposal.reason,
                    reason_name=record.reason_name(proposal.kind, proposal.reason),
                    requirement=proposal.requirement,
                )
                if proposal
                else None,
            )
        )
    return found


def _groups(case: ReportCase, problems: Sequence[ProblemView]) -> list[ActGroup]:
    known = {p.finding_id: p for p in problems if p.state in OPEN_STATES}
    groups = by_act(case.record.on_acts(set(known)), case.record.remedy_facts())
    found = []
    for group in groups:
        inside = [known[f] for f in group.findings]
        label = inside[0].act_label if group.act is not None else "不涉及具体行政行为的问题"
        found.append(
            ActGroup(label=label, blocked=inside[0].blocked, blocked_kind=inside[0].blocked_kind, problems=inside)
        )
    return found


def _kinds(case: ReportCase) -> list[KindView]:
    book = case.record.book
    found = []
    for offer in offers(case.record.kinds.values(), case.report.relation):
        rule = book.decision_kind(offer.key)
        found.append(
            KindView(
                key=offer.key,
                name=offer.name,
                when=rule.when,
                allowed=offer.allowed,
                reason=offer.reason,
                article=offer.article,
                reasons=[ReasonView(key=r.key, name=r.name) for r in rule.reasons],
            )
        )
    return found


_REPORT_ACTS = {
    "send_report": ("report", "send"),
    "withdraw": ("report", "withdraw"),
    "decide": ("decision:supplement_or_correct", "decide"),
    "return_report": ("decision", "return_report"),
    "decline": ("decision", "decline"),
}


async def _report_options(work: Work, case: ReportCase) -> tuple[list[str], dict[str, str]]:
    """What the reader may do with the report, machine and policy together; drafting counts as `update`, and
    `review` says that the reader is the one who sends it once it is complete."""
    report = case.report
    drafters = frozenset(who for who in (report.drafted_by,) if who is not None)
    me = work.actor.person_id if work.actor else None
    proposed = proposals_of(report.proposals)
    facts = await report_facts(
        work,
        case,
        proposed,
        actor_is_drafter=me is not None and me == report.drafted_by,
        item_count=len(case.decidable()),
        blocked_items=0,
        proposals_allowed=True,
    )
    allowed, refused = [], {}
    for option in REPORT.options(report.state, facts):
        kind, action = _REPORT_ACTS[option.action]
        verdict, sentence = await consider(work, kind, action, case.target(drafters=drafters))
        reason = option.reason + option.remedy
        if option.action == "send_report" and option.allowed and not report.legal_review.strip():
            reason = "尚未写明法制审核意见。请写明后再报送。"
        if option.action == "send_report" and verdict.allowed and not facts.actor_is_drafter:
            allowed.append("review")
        if verdict.allowed and not reason:
            allowed.append(option.action)
        else:
            refused[option.action] = reason if verdict.allowed else sentence
    verdict, sentence = await consider(work, "report", "draft", case.target())
    if report.state in {"draft", "returned"}:
        if verdict.allowed:
            allowed.append("update")
        else:
            refused["update"] = sentence
    return allowed, refused


async def report_pdf(work: Work, report_id: UUID) -> tuple[str, bytes]:
    """The report as it was sent. Every download is audited. Raises IllegalTransition before it is sent."""
    case = await load_report(work, report_id)
    await authorize(work, "report", "read", case.target())
    if case.report.pdf_sha256 is None:
        raise IllegalTransition("报告尚未报送，没有正式文本。", article="20")
    work.record("download", "report", report_id, title=f"下载报告 {case.report.number}", article="20")
    return f"{case.report.number}.pdf", await blobs.store().read(case.report.pdf_sha256)


async def report_preview(work: Work, report_id: UUID) -> bytes:
    """The first page of a report that is not sent, as a picture."""
    case = await load_report(work, report_id)
    await authorize(work, "report", "read", case.target())
    return preview_png(await papers.report_document(work, case))


async def report_pages(work: Work, report_id: UUID) -> list[bytes]:
    """Every page of a report that is not sent, as pictures; none once it was sent."""
    case = await load_report(work, report_id)
    await authorize(work, "report", "read", case.target())
    if case.report.pdf_sha256 is not None:
        return []
    return await asyncio.to_thread(preview_pages, await papers.report_document(work, case))
