"""Decisions as readers see them: the list, one decision with its service and execution."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel import blobs
from kernel.errors import NotFound
from kernel.machine import Machine
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.decisions import repository
from supervision.decisions.cases import DecisionCase, load_decision, on_case
from supervision.decisions.history import cursor, events, place
from supervision.decisions.models import Decision, DecisionItem, GovernmentReport
from supervision.decisions.rules import DECISION, DECISION_STATES, DecisionFacts
from supervision.decisions.views import (
    AnswerItem,
    AnswerView,
    BlockedView,
    DecidedItem,
    DecisionRow,
    DecisionView,
)
from supervision.instruments import repository as instruments
from supervision.instruments.commands import REPLY_STATUSES
from supervision.instruments.deliveries import objection_view
from supervision.instruments.models import Delivery, Instrument, Reply
from supervision.matters.findings import STATES
from supervision.matters.reading import evidence_view
from supervision.matters.views import Page
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory

DECISION_VIEWS: dict[str, tuple[str, ...]] = {
    "executing": ("decided", "issued", "served"),
    "to_verify": ("execution_reported",),
    "not_executed": ("not_executed",),
    "executed": ("executed",),
    "revoked": ("revoked",),
    "all": tuple(DECISION_STATES),
}


async def list_decisions(work: Work, view: str = "all", after: str | None = None, limit: int = 50) -> Page[DecisionRow]:
    """Decisions that the reader sees, newest first; `view` is one of DECISION_VIEWS."""
    await authorize(work, "decision", "list", Target(owner_id=work.organ_id))
    rows = await repository.list_decisions(
        work, DECISION_VIEWS.get(view, DECISION_VIEWS["all"]), place(after), limit + 1
    )
    items: dict[UUID, list[DecisionItem]] = {}
    for item in await repository.items(work, [row.id for row in rows[:limit]]):
        items.setdefault(item.decision_id, []).append(item)
    found = [await _decision_row(work, row, items.get(row.id, [])) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(found, cursor(last.decided_at, last.id) if last else None)


async def _decision_row(work: Work, row: Decision, items: Sequence[DecisionItem]) -> DecisionRow:
    tree = await directory(work)
    async with work.acting_as(row.body_id):
        report = await repository.get(work, GovernmentReport, row.report_id)
    book = await deadlines.rulebook(work, report.rulebook_key)
    return DecisionRow(
        id=row.id,
        number=row.number,
        matter_id=row.matter_id,
        matter_number=report.matter_number,
        matter_title=report.matter_title,
        supervised_name=row.supervised_name,
        government_name=tree.short(row.organ_id),
        kinds=list(dict.fromkeys(book.decision_kind(item.kind).name for item in items)),
        state=row.state,
        state_label=DECISION_STATES[row.state],
        decided_at=row.decided_at,
        served_on=row.served_on,
        due_on=row.due_on,
    )


async def decision_view(work: Work, decision_id: UUID) -> DecisionView:
    """The decision, item by item, with its service, the time for execution and the reports on it."""
    case = await load_decision(work, decision_id)
    decision, report, record = case.decision, case.report, case.record
    await authorize(work, "decision", "read", case.target())
    tree = await directory(work)
    items = await repository.items(work, [decision.id])
    blocked = await repository.blocked_items(work, decision.id)
    async with work.acting_as(decision.organ_id):
        instrument = await instruments.get(work, Instrument, decision.instrument_id) if decision.instrument_id else None
        delivery = await instruments.main_delivery(work, instrument.id) if instrument else None
        answers = await _answers(work, delivery) if delivery else []
        objection = await instruments.objection_of(work, delivery.id) if delivery else None
    async with work.acting_as(decision.body_id):
        history = await instruments.timeline(work, decision.matter_id)
        limits = (
            await deadlines.for_subject(work, decision.instrument_id, open_only=False) if decision.instrument_id else []
        )
        explained = await deadlines.explain_view(work, limits[-1]) if limits else None
    allowed, refused = await _decision_options(work, case)
    if objection is not None and objection.state == "raised":
        await _objection_option(work, case, allowed, refused)
    return DecisionView(
        id=decision.id,
        version=decision.row_version,
        number=decision.number,
        state=decision.state,
        state_label=DECISION_STATES[decision.state],
        report_id=report.id,
        matter_id=decision.matter_id,
        matter_number=report.matter_number,
        matter_title=report.matter_title,
        supervised_name=decision.supervised_name,
        government_name=tree.name(decision.organ_id),
        body_name=tree.short(decision.body_id),
        decided_by_name=decision.decided_by_name,
        decided_at=decision.decided_at,
        remedy_checked_at=decision.remedy_checked_at,
        served_on=decision.served_on,
        served_how={"opened": "签收", "deemed": "视为送达", "paper": "书面送达"}.get(
            delivery.served_how if delivery else "", ""
        ),
        due_on=decision.due_on,
        deadline=explained,
        items=[
            DecidedItem(
                no=item.no,
                finding_id=item.finding_id,
                finding_title=item.finding_title,
                act_label=item.act_label,
                kind=item.kind,
                kind_name=record.kind_name(item.kind),
                reason_name=record.reason_name(item.kind, item.reason_code),
                requirement=item.requirement,
                state=record.findings[item.finding_id].state,
                state_label=STATES[record.findings[item.finding_id].state],
            )
            for item in items
        ],
        blocked=[
            BlockedView(
                finding_id=row.finding_id,
                finding_title=row.finding_title,
                note=row.note,
                running=record.blocking(row.finding_id) is not None,
            )
            for row in blocked
        ],
        answers=answers,
        objection=objection_view(objection, "decision") if objection else None,
        copies=instrument.copies_text if instrument else "",
        verified_note=decision.verified_note,
        instrument_id=decision.instrument_id,
        timeline=events(history),
        allowed=allowed,
        refused=refused,
    )


async def _answers(work: Work, delivery: Delivery) -> list[AnswerView]:
    found = []
    for reply in reversed(await instruments.replies(work, delivery.id)):
        if reply.submitted_at is not None:
            found.append(await _answer(work, delivery, reply))
    return found


async def _answer(work: Work, delivery: Delivery, reply: Reply) -> AnswerView:
    files = await instruments.files(work, "reply", [reply.id])
    said = {item["no"]: item for item in reply.items}
    assert reply.submitted_at is not None
    return AnswerView(
        id=reply.id,
        round=reply.round,
        state=reply.state,
        submitted_at=reply.submitted_at,
        approved_by_name=reply.approved_by_name,
        late_workdays=reply.late_workdays or 0,
        general=reply.general,
        review_reason=reply.review_reason,
        items=[
            AnswerItem(
                no=line["no"],
                requirement=line["text"],
                status_label=REPLY_STATUSES.get(said.get(line["no"], {}).get("status", ""), "未办理"),
                text=said.get(line["no"], {}).get("text", ""),
                evidence=[evidence_view(file) for file in files if file.detail.get("no") == line["no"]],
            )
            for line in delivery.requirements
        ],
    )


async def _decision_options(work: Work, case: DecisionCase) -> tuple[list[str], dict[str, str]]:
    """Verification, as machine and policy see it for the reader."""
    decision = case.decision
    who = {work.actor.post_id, work.actor.person_id} if work.actor else set()
    facts = DecisionFacts(
        actor_recused=bool(who & case.record.recused),
        actor_on_case=on_case(work, case.record),
        actor_is_owner=work.organ_id == decision.supervised_id,
        organ_class="justice_department",
        term_passed=decision.due_on is not None and work.today > decision.due_on,
    )
    return await _verifications(work, case, DECISION, facts)


async def _verifications(
    work: Work, case: DecisionCase, machine: Machine[DecisionFacts], facts: DecisionFacts
) -> tuple[list[str], dict[str, str]]:
    verdict, sentence = await consider(work, "decision", "verify_execution", case.target())
    allowed, refused = [], {}
    for option in machine.options(case.decision.state, facts):
        if not option.action.startswith("verify_"):
            continue
        if verdict.allowed and option.allowed:
            allowed.append(option.action)
        else:
            refused[option.action] = option.reason + option.remedy if verdict.allowed else sentence
    return allowed, refused


async def _objection_option(work: Work, case: DecisionCase, allowed: list[str], refused: dict[str, str]) -> None:
    """Deciding the objection, for the leaders of the government; who made the decision is told why not."""
    target = case.target(drafters={case.decision.decided_by})
    verdict, sentence = await consider(work, "decision", "decide_objection", target)
    if verdict.allowed:
        allowed.append("decide_objection")
    elif work.organ_id == case.decision.organ_id:
        refused["decide_objection"] = sentence


async def decision_pdf(work: Work, decision_id: UUID) -> tuple[str, bytes]:
    """The decision document. Every download is audited."""
    case = await load_decision(work, decision_id)
    await authorize(work, "decision", "read", case.target())
    decision = case.decision
    async with work.acting_as(decision.organ_id):
        if decision.instrument_id is None:
            raise NotFound
        sha256 = (await instruments.get(work, Instrument, decision.instrument_id)).pdf_sha256
    if sha256 is None:
        raise NotFound
    work.record("download", "decision", decision_id, title=f"下载监督决定书 {decision.number}", article="20")
    return f"{decision.number}.pdf", await blobs.store().read(sha256)
