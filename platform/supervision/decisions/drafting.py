"""The report drafted from the record: by the sweep, or by hand after a refusal (Article 20)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from kernel.errors import IllegalTransition
from kernel.ids import new_id
from kernel.wording import format_date
from kernel.work import Work
from supervision.deadlines import notices
from supervision.decisions import record as records
from supervision.decisions import repository
from supervision.decisions.cases import LEADERS
from supervision.decisions.commands import Proposal
from supervision.decisions.models import GovernmentReport
from supervision.decisions.record import Record, outcome_of, remedy_text, statement_of
from supervision.decisions.rules import REPORT
from supervision.matters import service as matters
from tenants.access import Target, authorize


async def draft_report(work: Work, matter_id: UUID, instrument_id: UUID, *, automatic: bool) -> GovernmentReport:
    """Draft the report that Art. 20 demands once an instrument lapsed or was refused, with the whole record.

    `automatic`: by the sweep, which finds a report under way already done; by hand that is refused. Only open
    findings are reported; those whose act is under reconsideration or litigation get no proposal. Raises
    IllegalTransition or Barred while Art. 20 is not met.
    """
    record = await records.read(work, matter_id)
    matter = record.matter
    target = Target(
        owner_id=matter.organ_id,
        supervised_id=matter.supervised_id,
        relation=matter.relation,
        recused=record.recused,
    )
    await authorize(work, "report", "draft", target)
    under_way = await repository.live_report(work, matter_id)
    if under_way is not None and automatic:
        return under_way
    if under_way is not None:
        raise IllegalTransition(
            "本事项已有向本级政府的报告在办。",
            article="20",
            remedy="请继续办理该报告，或者先撤回。",
            detail={"report_id": str(under_way.id)},
        )
    _require_ground(record, instrument_id)
    report = _drafted(work, record, instrument_id, automatic=automatic)
    work.session.add(report)
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise IllegalTransition("本事项已有向本级政府的报告在办。", article="20") from error
    work.record(
        "draft_report",
        "report",
        report.id,
        title="起草向本级政府的报告",
        note="期限届满仍未改正，系统起草，由负责人审核后报送" if automatic else "",
        article="20",
        thread_id=matter_id,
        detail={"state": report.state, "instrument_id": str(instrument_id), "automatic": automatic},
    )
    await notices.notify(
        work,
        report.organ_id,
        roles=LEADERS,
        kind="report",
        title=f"审核并报送：{matter.title}",
        link=f"/reports/{report.id}",
        article="20",
        body=f"{report.supervised_name}{ground_name(report.ground)}，应当向本级政府报告。",
    )
    await matters.refresh_stage(work, matter_id)
    return report


async def reportable(work: Work, matter_id: UUID, instrument_id: UUID) -> bool:
    """Whether the instrument still covers a problem that is open: without one there is nothing to report (Art. 20)."""
    return bool((await records.read(work, matter_id)).open_of(instrument_id))


def _require_ground(record: Record, instrument_id: UUID) -> None:
    matter = record.matter
    if matter.government_id is None:
        raise IllegalTransition(
            "向本级政府的报告由司法行政部门提出。", article="20", remedy="请将材料移交同级司法行政部门。"
        )
    if matter.state != "open":
        raise IllegalTransition("监督事项没有在办理中。", article="20", remedy="请在事项恢复办理后再起草报告。")
    if not record.failed(instrument_id):
        raise IllegalTransition(
            "没有逾期不改正或者拒不改正的监督文书。",
            article="20",
            remedy="期限届满或者登记拒不改正后，再向本级政府报告。",
        )
    if not record.open_of(instrument_id):
        raise IllegalTransition("该文书所列问题均已处理，没有需要报告的问题。", article="20")


def _drafted(work: Work, record: Record, instrument_id: UUID, *, automatic: bool) -> GovernmentReport:
    matter, served = record.matter, record.served_of(instrument_id)
    assert served is not None
    assert matter.government_id is not None
    rule = record.book.instrument(served.instrument.kind)
    ground = "refused" if served.instrument.state == "refused" else "lapsed"
    return GovernmentReport(
        id=new_id(),
        city_id=work.city_id,
        organ_id=matter.organ_id,
        matter_id=matter.id,
        matter_number=matter.number or "",
        matter_title=matter.title,
        government_id=matter.government_id,
        supervised_id=matter.supervised_id,
        supervised_name=matter.supervised_name,
        relation=matter.relation,
        instrument_id=instrument_id,
        instrument_label=f"{rule.short_name} {served.instrument.number or ''}".strip(),
        ground=ground,
        state=REPORT.initial,
        body=_body(record, instrument_id, ground),
        statement=statement_of(record),
        considered=_considered(record, instrument_id, ground),
        legal_review="",
        proposals=[stored(p) for p in _proposed(record, instrument_id)],
        drafted_by=None if automatic or work.actor is None else work.actor.person_id,
        drafted_by_name="系统" if automatic or work.actor is None else work.actor.name,
        drafted_automatically=automatic,
        rulebook_key=matter.rulebook_key,
    )


def ground_name(ground: str) -> str:
    return "拒不改正" if ground == "refused" else "逾期不改正"


def _body(record: Record, instrument_id: UUID, ground: str) -> str:
    """The report in short, from the record: what was found, what was asked for, what became of it."""
    served = record.served_of(instrument_id)
    assert served is not None
    problems = [record.findings[f] for f in record.open_of(instrument_id)]
    listed = "；".join(f"{n}．{f.title}" for n, f in enumerate(problems, 1))
    lines = [f"{record.matter.supervised_name}存在以下问题：{listed}。"]
    delivery, rule = served.delivery, record.book.instrument(served.instrument.kind)
    if delivery and delivery.served_on and delivery.due_on:
        lines.append(
            f"{format_date(delivery.served_on)}送达《{rule.name}》（{served.instrument.number}），"
            f"要求于{format_date(delivery.due_on)}前改正并书面报告。{outcome_of(served)}"
        )
    for finding in problems:
        remedy = record.blocking(finding.id)
        if remedy is not None:
            lines.append(f"{record.act_label(finding.id)}：{remedy_text(remedy)}不在本次提请范围。")
    lines.append(f"被监督机关{ground_name(ground)}，现提请作出监督决定。")
    return "".join(lines)


def _considered(record: Record, instrument_id: UUID, ground: str) -> str:
    names = {g.key: g.name for g in record.book.gravities}
    parts = [
        f"“{record.findings[f].title}”情节{names.get(record.findings[f].gravity, record.findings[f].gravity)}"
        for f in record.open_of(instrument_id)
    ]
    return f"{'；'.join(parts)}；经书面督促仍{ground_name(ground)}"


def _proposed(record: Record, instrument_id: UUID) -> list[Proposal]:
    """A first proposal for each finding that may be decided: the mildest kind that fits. The leader checks it."""
    stopped, asked = record.blocked(), _asked(record, instrument_id)
    return [
        Proposal(
            finding_id=f,
            kind="supplement_or_correct" if record.findings[f].act_id else "perform_in_time",
            reason_code="other" if record.findings[f].act_id else "no_performance",
            requirement=asked.get(str(f), ""),
        )
        for f in record.open_of(instrument_id)
        if f not in stopped
    ]


def _asked(record: Record, instrument_id: UUID) -> dict[str, str]:
    served = record.served_of(instrument_id)
    lines = served.delivery.requirements if served and served.delivery else []
    by_title = {line.get("finding_title"): str(line.get("text", "")) for line in lines}
    return {str(f.id): by_title.get(f.title, "") for f in record.findings.values()}


def stored(proposal: Proposal) -> dict[str, str]:
    return {
        "finding_id": str(proposal.finding_id),
        "kind": proposal.kind,
        "reason_code": proposal.reason_code,
        "requirement": proposal.requirement.strip(),
    }
