"""The report to the government: completed, sent, returned, declined, withdrawn (Article 20)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import blobs
from kernel.errors import FieldError, IllegalTransition, Invalid
from kernel.series import next_number
from kernel.wording import format_date
from kernel.work import Work
from supervision.deadlines import notices
from supervision.decisions import papers
from supervision.decisions import record as records
from supervision.decisions.cases import GOVERNMENT_LEADERS, LEADERS, ReportCase, load_report, report_facts
from supervision.decisions.commands import ReturnReport, UpdateReport
from supervision.decisions.drafting import ground_name, stored
from supervision.decisions.items import check_items
from supervision.decisions.models import GovernmentReport
from supervision.decisions.record import proposals_of
from supervision.decisions.rules import REPORT
from supervision.instruments.numbering import document_number
from supervision.instruments.papers import number_series, rendered
from supervision.matters import service as matters
from tenants.access import authorize
from tenants.organs.directory import directory

KIND = "government_report"
_TEXT_MAX = 4000


async def update_report(
    work: Work, report_id: UUID, change: UpdateReport, *, version: int | None = None
) -> GovernmentReport:
    """Change a report that is drafted or was returned. Raises Invalid with every field to change, Stale."""
    case = await load_report(work, report_id, lock=True, version=version)
    await authorize(work, "report", "draft", case.target())
    if case.report.state not in {"draft", "returned"}:
        raise IllegalTransition("报告已经报送，不能修改。", article="20", remedy="需要修改的，请先撤回，或者等待退回。")
    report = case.report
    proposals = [stored(p) for p in change.proposals if p.kind]
    errors = _wrong(change)
    errors += check_items(
        proposals_of(proposals),
        case.record.on_acts(set(case.decidable())),
        case.record.kinds,
        report.relation,
    )
    if errors:
        raise Invalid(errors=errors)
    report.body, report.statement = change.body.strip(), change.statement.strip()
    report.considered, report.legal_review = change.considered.strip(), change.legal_review.strip()
    report.proposals = proposals
    work.record("update_report", "report", report.id, title="修改向本级政府的报告", article="20")
    await work.session.flush()
    return report


def _wrong(change: UpdateReport) -> list[FieldError]:
    errors = []
    if not change.body.strip():
        errors.append(FieldError("body", "请写明行为事实、督促改正的经过和提请事项。"))
    if not change.considered.strip():
        errors.append(FieldError("considered", "请写明行为的性质、情节和过错程度（第二十条）。"))
    for name in ("body", "statement", "considered", "legal_review"):
        if len(getattr(change, name)) > _TEXT_MAX:
            errors.append(FieldError(name, f"请控制在 {_TEXT_MAX} 字以内。"))
    return errors


async def send_report(work: Work, report_id: UUID, *, version: int | None = None) -> GovernmentReport:
    """Send the report to the own government, as a leader who did not draft it (anyone may check what the system
    drafted). Takes the number of the 请示 series, renders the PDF, tells the government's leaders.

    Raises Invalid without a legal review (Art. 8(2)), IllegalTransition, Barred, Denied, Stale.
    """
    case = await load_report(work, report_id, lock=True, version=version)
    report = case.report
    drafters = frozenset({report.drafted_by}) if report.drafted_by else frozenset()
    await authorize(work, "report", "send", case.target(drafters=drafters))
    facts = await report_facts(work, case, actor_is_drafter=_drafted_by(work, report))
    REPORT.step(report.state, "send_report", facts)
    if not report.legal_review.strip():
        raise Invalid("请写明法制审核意见后再报送（第八条（二））。", field="legal_review", article="8(2)")
    await _number(work, case)
    report.state, report.sent_at = "reported", work.now
    report.returned_reason, report.returned_until = "", None
    if work.actor is not None:
        report.sent_by, report.sent_by_name = work.actor.person_id, work.actor.name
    made = await rendered(await papers.report_document(work, case))
    report.pdf_sha256 = (await blobs.store().put(work, made.pdf, f"{report.number}.pdf")).sha256
    tree = await directory(work)
    government = tree.name(report.government_id)
    work.record(
        "send_report",
        "report",
        report.id,
        title=f"向{government}报告 {report.number}",
        article="20",
        thread_id=report.matter_id,
        detail={"state": report.state, "number": report.number, "sha256": report.pdf_sha256},
    )
    await work.session.flush()
    await notices.notify(
        work,
        report.government_id,
        roles=GOVERNMENT_LEADERS,
        kind="report",
        title=f"待决定：{report.matter_title}",
        link=f"/reports/{report.id}",
        article="20",
        body=f"{tree.short(report.organ_id)}报告，{report.supervised_name}{ground_name(report.ground)}。",
    )
    await matters.refresh_stage(work, report.matter_id)
    return report


def _drafted_by(work: Work, report: GovernmentReport) -> bool:
    return work.actor is not None and report.drafted_by in {work.actor.person_id, work.actor.post_id}


async def _number(work: Work, case: ReportCase) -> None:
    """Take the next number; a report that was returned keeps the one it has."""
    report = case.report
    if report.number is not None:
        return
    tree = await directory(work)
    report.year = work.today.year
    report.seq = await next_number(work, KIND, report.year)
    letters = number_series(tree, case.record.book, report.organ_id, KIND)
    report.number = document_number(letters, report.year, report.seq)


async def return_report(
    work: Work, report_id: UUID, given: ReturnReport, *, version: int | None = None
) -> GovernmentReport:
    """The government's leader asks for more: what is missing, by when. Raises Invalid, Denied, IllegalTransition."""
    case = await load_report(work, report_id, lock=True, version=version)
    await authorize(work, "decision", "return_report", case.target())
    errors = []
    if not given.missing.strip():
        errors.append(FieldError("missing", "请写明需要补充的内容。"))
    if given.until is None or given.until < work.today:
        errors.append(FieldError("until", "请填写补充的截止日期，不早于今天。"))
    if errors:
        raise Invalid(errors=errors)
    facts = await report_facts(work, case)
    REPORT.step(case.report.state, "return_report", facts)
    report = case.report
    async with work.acting_as(report.organ_id):
        report.state = "returned"
        report.returned_reason, report.returned_until = given.missing.strip(), given.until
    assert given.until is not None
    note = f"{given.missing.strip()}；请于{format_date(given.until)}前补充"
    await _answered(work, report, "return_report", "退回向本级政府的报告，要求补充", note)
    return report


async def decline(work: Work, report_id: UUID, reason: str, *, version: int | None = None) -> GovernmentReport:
    """The government's leader decides not to decide, with reasons; the matter goes back to the supervision body."""
    case = await load_report(work, report_id, lock=True, version=version)
    await authorize(work, "decision", "decline", case.target())
    if not reason.strip():
        raise Invalid("请写明不作出监督决定的理由。", field="reason", article="20")
    REPORT.step(case.report.state, "decline", await report_facts(work, case))
    report = case.report
    async with work.acting_as(report.organ_id):
        report.state, report.declined_reason = "declined", reason.strip()
    await _answered(work, report, "decline", "决定不作出监督决定", reason.strip())
    return report


async def _answered(work: Work, report: GovernmentReport, action: str, title: str, note: str) -> None:
    """What the government answered, in its own log and in the record of the supervision body."""
    detail = {"state": report.state}
    work.record(action, "report", report.id, title=title, note=note, article="20", detail=detail)
    more: dict[str, Any] = {"note": note, "article": "20", "thread_id": report.matter_id, "detail": detail}
    async with work.acting_as(report.organ_id):
        work.record(action, "report", report.id, title=title, **more)
        await matters.refresh_stage(work, report.matter_id)
        record = await records.read(work, report.matter_id)
    await notices.notify(
        work,
        report.organ_id,
        roles=LEADERS,
        kind="report",
        title=f"{title}：{report.matter_title}",
        link=f"/reports/{report.id}",
        article="20",
        due_on=report.returned_until,
        body=note,
    )
    for handler in record.handlers:
        await notices.notify(
            work,
            report.organ_id,
            post_id=handler.post_id,
            kind="report",
            title=f"{title}：{report.matter_title}",
            link=f"/reports/{report.id}",
            article="20",
            due_on=report.returned_until,
            body=note,
        )


async def withdraw(work: Work, report_id: UUID, reason: str, *, version: int | None = None) -> GovernmentReport:
    """The supervision body's leader takes the report back, because its cause is gone. Reason needed."""
    case = await load_report(work, report_id, lock=True, version=version)
    report = case.report
    await authorize(work, "report", "withdraw", case.target())
    if not reason.strip():
        raise Invalid("请写明撤回报告的理由。", field="reason", article="20")
    sent = report.state != "draft"
    REPORT.step(report.state, "withdraw", await report_facts(work, case))
    report.state = "withdrawn"
    work.record(
        "withdraw_report",
        "report",
        report.id,
        title="撤回向本级政府的报告",
        note=reason.strip(),
        article="20",
        thread_id=report.matter_id,
        detail={"state": report.state},
    )
    if sent:
        await notices.notify(
            work,
            report.government_id,
            roles=GOVERNMENT_LEADERS,
            kind="report",
            title=f"报告已撤回：{report.matter_title}",
            link=f"/reports/{report.id}",
            article="20",
            body=reason.strip(),
        )
    await matters.refresh_stage(work, report.matter_id)
    return report
