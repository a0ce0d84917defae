"""The government decides, act by act, issues the decision document and has it served (Article 20)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.errors import IllegalTransition, Invalid
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines.rules import UNIT_LABELS
from supervision.decisions import papers
from supervision.decisions.cases import LEADERS, ReportCase, load_report, report_facts
from supervision.decisions.commands import Decide
from supervision.decisions.items import DecisionItem, bar_blocked, check_items
from supervision.decisions.models import BlockedItem, Decision, GovernmentReport
from supervision.decisions.models import DecisionItem as ItemRow
from supervision.decisions.record import remedy_text
from supervision.decisions.rules import DECISION, REPORT, DecisionFacts
from supervision.instruments import events
from supervision.instruments.checks import Check, IssueFacts, all_passed, hard_checks
from supervision.instruments.inspection import certified, kind_rules, superior_of
from supervision.instruments.kinds import kind_refusal, vertical_content_refusal
from supervision.instruments.service import DecisionPaper, issue_decision, settle_by_decision
from supervision.matters import case as matter_cases
from supervision.matters import service as matters
from supervision.matters.checking import move_finding
from supervision.matters.limits import limits_of
from tenants.access import authorize
from tenants.organs.directory import directory


async def decide(work: Work, report_id: UUID, given: Decide, *, version: int | None = None) -> Decision:
    """Decide on the findings of a report, issue 《行政执法监督决定书》 in the government's own series and serve it, in
    one transaction. Of two leaders who decide at once the second finds the report decided.

    A finding whose act is under reconsideration or litigation is refused (Barred, Art. 20); those that are left
    out for that are recorded with the decision. Raises Invalid, Denied, NotFound, IllegalTransition, Stale.
    """
    case = await load_report(work, report_id, lock=True, version=version)
    items = [DecisionItem(i.finding_id, i.kind, i.reason_code, i.requirement.strip()) for i in given.items]
    await _authorize(work, case, items)
    amount, unit = _term(case, given)
    if case.report.state == "reported":
        bar_blocked(items, case.record.on_acts(), case.record.remedy_facts())
        errors = check_items(items, case.record.on_acts(set(case.covered())), case.record.kinds, case.report.relation)
        if errors:
            raise Invalid(errors=errors, article="20")
    REPORT.step(case.report.state, "decide", await report_facts(work, case, items))
    decision = await _write(work, case, items, amount, unit)
    await _issue(work, case, decision, items)
    await _tell(work, case, decision)
    return decision


async def _authorize(work: Work, case: ReportCase, items: Sequence[DecisionItem[UUID]]) -> None:
    """Policy for every kind that is decided; the drafter of the report decides nothing. Kinds that no rule book
    knows are asked as the mildest one, and refused by the check of the items."""
    report = case.report
    drafters = frozenset(who for who in (report.drafted_by, report.sent_by) if who is not None)
    kinds = {item.kind for item in items if item.kind in case.record.kinds} or {"supplement_or_correct"}
    for kind in sorted(kinds):
        await authorize(work, f"decision:{kind}", "decide", case.target(drafters=drafters))


def _term(case: ReportCase, given: Decide) -> tuple[int, str]:
    rule = case.record.book.deadline("decision.execution")
    amount, unit = given.term_amount or rule.amount, given.term_unit or rule.unit
    if not 1 <= amount <= 365 or unit not in UNIT_LABELS:
        raise Invalid("请填写 1 至 365 的执行报告期限。", field="term_amount", article="20")
    return amount, unit


async def _write(work: Work, case: ReportCase, items: Sequence[DecisionItem[UUID]], amount: int, unit: str) -> Decision:
    """The decision with its items in the government's tenancy; report and findings in the supervision body's."""
    report, record = case.report, case.record
    assert work.actor is not None
    decision = Decision(
        id=new_id(),
        city_id=work.city_id,
        organ_id=report.government_id,
        report_id=report.id,
        matter_id=report.matter_id,
        body_id=report.organ_id,
        supervised_id=report.supervised_id,
        supervised_name=report.supervised_name,
        instrument_id=None,
        number="",
        state=DECISION.initial,
        decided_by=work.actor.person_id,
        decided_by_name=work.actor.name,
        decided_at=work.now,
        term_amount=amount,
        term_unit=unit,
        remedy_checked_at=work.now,
    )
    work.session.add(decision)
    await work.session.flush()
    work.session.add_all(_item_rows(work, case, decision, items))
    work.session.add_all(_blocked_rows(work, case, decision))
    await work.session.flush()
    async with work.acting_as(report.organ_id):
        report.state = "decided"
        of_matter = await matter_cases.load(work, record.matter.id)
        for finding in of_matter.findings:
            if finding.id in {item.finding for item in items}:
                await move_finding(work, of_matter, finding, "decide", instrument_failed=True)
                work.record(
                    "decide",
                    "finding",
                    finding.id,
                    title=f"对问题{finding.no}作出监督决定",
                    article="20",
                    detail={"state": finding.state, "decision_id": str(decision.id)},
                )
    return decision


def _item_rows(work: Work, case: ReportCase, decision: Decision, items: Sequence[DecisionItem[UUID]]) -> list[ItemRow]:
    record = case.record
    return [
        ItemRow(
            id=new_id(),
            city_id=work.city_id,
            organ_id=decision.organ_id,
            decision_id=decision.id,
            no=no,
            finding_id=item.finding,
            finding_title=record.findings[item.finding].title,
            act_id=record.findings[item.finding].act_id,
            act_label=record.act_label(item.finding),
            kind=item.kind,
            reason_code=item.reason,
            requirement=item.requirement,
        )
        for no, item in enumerate(items, 1)
    ]


def _blocked_rows(work: Work, case: ReportCase, decision: Decision) -> list[BlockedItem]:
    rows = []
    for finding in case.blocked():
        remedy = case.record.blocking(finding)
        assert remedy is not None
        rows.append(
            BlockedItem(
                id=new_id(),
                city_id=work.city_id,
                organ_id=decision.organ_id,
                decision_id=decision.id,
                finding_id=finding,
                finding_title=case.record.findings[finding].title,
                remedy_kind=remedy.kind,
                note=remedy_text(remedy),
            )
        )
    return rows


async def checks(work: Work, case: ReportCase, items: Sequence[DecisionItem[UUID]]) -> list[Check]:
    """The hard checks before the decision is issued, read now (documents of the catalogue, Arts. 2, 16, 19, 20)."""
    report, record = case.report, case.record
    tree, book = await directory(work), case.record.book
    named = [item.finding for item in items]
    contents = [record.findings[f].content_item for f in named]
    stopped = record.blocked()
    words = report.considered + "".join(item.requirement for item in items)
    words += "".join(record.findings[f].facts + record.findings[f].title for f in named)
    words += "".join(piece.name for f in named for piece in record.evidence.get(f, []))
    async with work.acting_as(report.organ_id):
        valid = await certified(work, record.handlers)
    facts = IssueFacts(
        kind="decision",
        relation=report.relation,
        kind_obstacle=kind_refusal("decision", report.relation, "government", kind_rules(book)),
        content_obstacle=vertical_content_refusal(report.relation, contents, limits_of(book).vertical_items),
        sequence_obstacle=None,
        relation_live=tree.relation(report.government_id, report.supervised_id) is not None,
        superior_copied=True,
        failed_instrument=record.failed(report.instrument_id),
        remedies_checked_today=True,
        blocked_findings=len(stopped & set(named)),
        findings_without_evidence=sum(f not in record.evidence for f in named),
        findings_without_provision=sum(not record.findings[f].provision.strip() for f in named),
        due_is_workday=True,
        due_explained=True,
        handlers=len(record.handlers),
        handlers_required=book.limit("matter.handlers"),
        handlers_certified=valid,
        any_recused=any(handler.person_id in record.recused for handler in record.handlers),
        complainant_named=any(name in words for name in await events.protected_names(work, report.matter_id)),
        secret=False,
        legal_review_done=bool(report.legal_review.strip()),
        copies_complete=True,
        receipt_open=True,
    )
    return hard_checks(facts)


async def superior(work: Work, report: GovernmentReport) -> UUID | None:
    """The upper department of a vertical or dual-led body; None for others, and when it lies outside the city."""
    if report.relation != "vertical":
        return None
    found = superior_of(await directory(work), report.supervised_id)
    return None if found == report.government_id else found


async def _copies(work: Work, report: GovernmentReport) -> tuple[UUID, ...]:
    """The supervision body, and the upper department of a vertical or dual-led body (Art. 2(3))."""
    above = await superior(work, report)
    return (report.organ_id,) if above is None else (report.organ_id, above)


async def _issue(work: Work, case: ReportCase, decision: Decision, items: Sequence[DecisionItem[UUID]]) -> None:
    report = case.report
    done = await checks(work, case, items)
    copies = await _copies(work, report)
    facts = DecisionFacts(
        organ_class=(await directory(work)).organ_class(decision.organ_id),
        numbered=True,
        checks_passed=all_passed(done),
        copy_required=await superior(work, report) is not None,
        copied_to_superior=len(copies) > 1,
    )
    if not all_passed(done):
        failed = [check for check in done if not check.passed]
        raise IllegalTransition(
            f"暂不能制发监督决定书。{failed[0].text}",
            article=failed[0].article,
            detail={"checks": [check.text for check in failed]},
        )
    decision.state = DECISION.step(decision.state, "issue", facts).target
    _, due = await papers.execution_due(work, case.record, decision.term_amount, decision.term_unit)
    compose = await papers.decision_document(work, case, items, case.blocked(), due)
    paper = DecisionPaper(
        decision_id=decision.id,
        matter_id=decision.matter_id,
        government_id=decision.organ_id,
        relation=report.relation,
        lines=tuple((item.finding, item.requirement) for item in items),
        term_amount=decision.term_amount,
        term_unit=decision.term_unit,
        copies_to=copies,
        decided_by=decision.decided_by,
        decided_by_name=decision.decided_by_name,
    )
    instrument, _ = await issue_decision(work, paper, compose)
    decision.instrument_id, decision.number = instrument.id, instrument.number or ""
    async with work.acting_as(report.organ_id):
        await settle_by_decision(work, report.instrument_id, decision.number)
    await work.session.flush()


async def _tell(work: Work, case: ReportCase, decision: Decision) -> None:
    report = case.report
    tree = await directory(work)
    title = f"{tree.name(decision.organ_id)}作出监督决定 {decision.number}"
    apart = papers.set_apart(case.record, case.blocked())
    detail = {"state": decision.state, "number": decision.number, "report_id": str(report.id)}
    work.record("decide", "decision", decision.id, title=f"作出监督决定 {decision.number}", article="20", detail=detail)
    async with work.acting_as(report.organ_id):
        work.record(
            "decide",
            "decision",
            decision.id,
            title=title,
            note=f"{'、'.join(apart)}正在复议、诉讼，本次不作决定。" if apart else "",
            article="20",
            thread_id=report.matter_id,
            detail={"state": report.state, "decision_id": str(decision.id)},
        )
        await matters.refresh_stage(work, report.matter_id)
    await notices.notify(
        work,
        report.organ_id,
        roles=[*LEADERS, "supervisor"],
        kind="decision",
        title=f"监督决定已作出：{report.matter_title}",
        link=f"/decisions/{decision.id}",
        article="20",
        body=f"{decision.number}，已送{report.supervised_name}。",
    )
