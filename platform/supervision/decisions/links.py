"""What this part tells the parts below it: to matters, instruments and deadlines, each through its own register."""

from __future__ import annotations

from uuid import UUID

from kernel.clock import local_date
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines.models import Deadline
from supervision.deadlines.service import register_flags
from supervision.decisions import execution, objections, repository
from supervision.decisions.models import Decision, GovernmentReport
from supervision.decisions.rules import DECISION_STATES, REPORT_STATES
from supervision.decisions.states import LIVE_DECISION_STATES, LIVE_REPORT_STATES, REVOKED
from supervision.instruments import events
from supervision.instruments import repository as instruments
from supervision.instruments.models import Delivery, Instrument
from supervision.instruments.rules import FAILED_STATES
from supervision.matters import facts as registry
from supervision.matters.facts import Choice, DocumentLine, Outside
from supervision.matters.models import Matter
from supervision.matters.stages import Milestone
from tenants.access import Target, consider

SENT = frozenset({"reported", "returned", "declined", "decided"})
UNDER_WAY = frozenset({"reported", "returned"})


async def _unexecuted(work: Work, matter: Matter, decided: list[Decision]) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Findings of decisions that were not carried out, and the decisions of which every one was referred since."""
    failed = [d.id for d in decided if d.state == "not_executed"]
    if not failed:
        return frozenset(), frozenset()
    states = {finding.id: finding.state for finding in await instruments.findings(work, matter.id)}
    named: dict[UUID, set[UUID]] = {}
    for item in await repository.items(work, failed):
        named.setdefault(item.decision_id, set()).add(item.finding_id)
    given_up = {i for i, findings in named.items() if all(states.get(f) == "referred" for f in findings)}
    return frozenset().union(*named.values()), frozenset(given_up)


class Decisions:
    """Reports and decisions of a matter, for its page and for its rules."""

    async def outside(self, work: Work, matter: Matter) -> Outside:
        made = await repository.decisions_of_matter(work, matter.id)
        undone = {d.report_id for d in made if d.state == REVOKED}
        reports = await repository.reports_of_matter(work, matter.id)
        rows = [r for r in reports if r.state != "withdrawn" and r.id not in undone]
        decided = [d for d in made if d.state != REVOKED]
        unexecuted, given_up = await _unexecuted(work, matter, decided)
        return Outside(
            live_reports=sum(r.state in LIVE_REPORT_STATES for r in rows),
            live_decisions=sum(d.state in LIVE_DECISION_STATES and d.id not in given_up for d in decided),
            unexecuted=unexecuted,
            report=_report_milestone(rows[-1]) if rows else None,
            decision=_decision_milestone(decided[-1]) if decided else None,
            search=tuple([r.number for r in reports if r.number] + [d.number for d in made if d.number]),
        )

    async def documents(self, work: Work, matter: Matter) -> list[DocumentLine]:
        reports = await repository.reports_of_matter(work, matter.id)
        decided = await repository.decisions_of_matter(work, matter.id)
        return [_report_line(row) for row in reports] + [_decision_line(row) for row in decided]

    async def choices(self, work: Work, matter: Matter) -> list[Choice]:
        """Reporting to the government: possible once an instrument failed, explained before."""
        live = await repository.live_report(work, matter.id)
        if live is not None:
            return [await _go_on(work, matter, live)]
        decided = [d for d in await repository.decisions_of_matter(work, matter.id) if d.state == "execution_reported"]
        found = [_verify(row) for row in decided]
        target = Target(matter.organ_id, matter.supervised_id, matter.relation)
        verdict, sentence = await consider(work, "report", "draft", target)
        if matter.state != "open" or matter.government_id is None:
            return found
        failed = [
            row
            for row in await instruments.of_matter(work, matter.id)
            if row.kind != "decision" and row.state in FAILED_STATES
        ]
        if verdict.allowed and failed and await _open_findings(work, matter.id, failed[-1].id):
            hint = "被监督机关逾期不改正或者拒不改正的，应当向本级政府报告。"
            href = f"/matters/{matter.id}/report"
            found.append(
                Choice(
                    action="draft_report", label="起草向政府的报告", articles=["20"], href=href, hint=hint, next=True
                )
            )
        elif not failed:
            reason = "没有逾期不改正或者拒不改正的监督文书。" if verdict.allowed else sentence
            remedy = "期限届满五个工作日仍未改正的，系统自动起草。" if verdict.allowed else ""
            found.append(
                Choice(action="draft_report", label="报告本级政府", articles=["20"], reason=reason, remedy=remedy)
            )
        return found


async def _open_findings(work: Work, matter_id: UUID, instrument_id: UUID) -> bool:
    covered = (await instruments.covered(work, [instrument_id])).get(instrument_id, set())
    rows = await repository.findings(work, matter_id)
    return any(row.id in covered and row.state in {"established", "not_rectified"} for row in rows)


async def _go_on(work: Work, matter: Matter, report: GovernmentReport) -> Choice:
    """On to the live report: who may send it reviews it, everybody else completes it."""
    drafters = frozenset({report.drafted_by} if report.drafted_by else ())
    target = Target(matter.organ_id, matter.supervised_id, matter.relation, drafters)
    verdict, _ = await consider(work, "report", "send", target)
    labels = {"draft": "审核并报送政府", "returned": "补充并重新报送", "reported": "查看待决定的报告"}
    completes = report.state != "reported" and not verdict.allowed
    return Choice(
        action="send_report",
        label="补充报告" if completes else labels[report.state],
        articles=["20"],
        href=f"/reports/{report.id}",
        hint="由未参与起草的负责人报送。" if report.state == "draft" else "",
        next=report.state != "reported",
    )


def _verify(decision: Decision) -> Choice:
    return Choice(
        action="verify_execution",
        label="核验决定执行情况",
        articles=["20"],
        href=f"/decisions/{decision.id}",
        hint="查看执行证据后认定。",
        next=True,
    )


def _report_milestone(row: GovernmentReport) -> Milestone:
    return Milestone(state=row.state, on=local_date(row.sent_at) if row.sent_at else None)


def _decision_milestone(row: Decision) -> Milestone:
    return Milestone(state=row.state, on=local_date(row.decided_at))


def _report_line(row: GovernmentReport) -> DocumentLine:
    return DocumentLine(
        id=row.id,
        kind_label="请示",
        title=f"关于{row.supervised_name}的报告",
        number=row.number or "",
        state_label=REPORT_STATES[row.state],
        stage=row.state,
        on=local_date(row.sent_at) if row.sent_at else None,
        note="系统起草" if row.drafted_automatically and row.state == "draft" else "",
        href=f"/reports/{row.id}",
        article="20",
    )


def _decision_line(row: Decision) -> DocumentLine:
    return DocumentLine(
        id=row.id,
        kind_label="监督决定书",
        title="行政执法监督决定书",
        number=row.number,
        state_label=DECISION_STATES[row.state],
        stage=row.state,
        on=local_date(row.decided_at),
        href=f"/decisions/{row.id}",
        article="20",
    )


async def claims(work: Work, instrument: Instrument) -> list[str]:
    """Whether a report or a decision rests on an instrument (asked as its issuer)."""
    undone = {
        d.report_id for d in await repository.decisions_of_matter(work, instrument.matter_id) if d.state == REVOKED
    }
    states = {row.state for row in await repository.reports_on(work, instrument.id) if row.id not in undone}
    found = [events.DECISION_RESTS] if "decided" in states else []
    return [*found, events.REPORT_RESTS] if states & UNDER_WAY else found


async def flags(work: Work, deadline: Deadline) -> list[str]:
    """`report_sent`: the ladder needs neither draft nor escalation. A decision's own time has no report after it."""
    if deadline.subject_kind == "decision":
        return ["report_sent"]
    if deadline.subject_kind != "instrument":
        return []
    rows = await repository.reports_on(work, deadline.subject_id)
    return ["report_sent"] if any(row.state in SENT for row in rows) else []


async def on_instrument(work: Work, event: events.Event, instrument: Instrument, delivery: Delivery) -> None:
    """Service of a decision, the report on its execution (also one that says it will not be executed), an objection
    and what came of it."""
    if instrument.kind != "decision":
        return
    decision = await repository.decision_by_instrument(work, instrument.id)
    if decision is None:
        return
    if event == "served":
        await execution.on_served(work, decision, instrument, delivery)
    elif event in ("answered", "refused"):
        await execution.on_answered(work, decision, delivery)
    elif event == "objected":
        await objections.on_objected(work, decision)
    elif event == "withdrawn":
        await objections.on_revoked(work, decision, instrument)


async def on_matter(work: Work, matter: Matter, event: str, subject_id: UUID | None) -> None:
    """When a remedy ends without settling its act, what was blocked can be reported and decided again (Art. 20)."""
    if event != "remedy_ended" or matter.government_id is None:
        return
    remedy = next((r for r in await repository.remedies(work, matter.id) if r.id == subject_id), None)
    if remedy is None or remedy.settles:
        return
    waiting = [f for f in await repository.findings(work, matter.id) if f.act_id == remedy.act_id]
    if not any(f.state in {"established", "not_rectified"} for f in waiting):
        return
    report = await repository.live_report(work, matter.id)
    await notices.notify(
        work,
        matter.organ_id,
        roles=["supervisor", "supervision_leader"],
        kind="report",
        title=f"复议、诉讼已终结，可以恢复办理：{matter.title}",
        link=f"/matters/{matter.id}",
        article="20",
        body="该行为的问题尚未解决，可以就该行为向本级政府报告。",
    )
    if report is not None and report.state == "reported":
        await notices.notify(
            work,
            report.government_id,
            roles=["government_leader"],
            kind="report",
            title=f"复议、诉讼已终结，可以作出决定：{matter.title}",
            link=f"/reports/{report.id}",
            article="20",
        )


def connect() -> None:
    """Register with the parts below. Doing it twice changes nothing."""
    registry.register(PROVIDER)
    registry.listen(on_matter)
    events.subscribe(on_instrument)
    events.register_claims(claims)
    register_flags(flags)


PROVIDER = Decisions()
