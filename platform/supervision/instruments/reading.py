"""Instruments as their issuer's side sees them: the list, one with everything around it, the PDF, the next acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement

from kernel import blobs
from kernel.errors import IllegalTransition, Invalid
from kernel.machine import Option
from kernel.wording import format_count
from kernel.work import Work
from policy.vocabulary import RELATION_LABELS
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import UNIT_LABELS
from supervision.deadlines.views import DeadlineView
from supervision.instruments import repository, standing
from supervision.instruments.case import Case, facts, leads, load, may_read
from supervision.instruments.checks import Check, all_passed
from supervision.instruments.deliveries import extension_view, kind_label, objection_view, reply_view
from supervision.instruments.inspection import checks as inspected
from supervision.instruments.models import Delivery, Instrument
from supervision.instruments.paper_reading import PROOF, papers_with, proofs
from supervision.instruments.provider import BADGES
from supervision.instruments.rules import INSTRUMENT
from supervision.instruments.views import (
    ActView,
    InstrumentRow,
    InstrumentView,
    PaperView,
    ReceiptView,
    ReplyView,
    RequirementView,
)
from supervision.matters.findings import SETTLED_STATES
from supervision.matters.findings import STATES as FINDING_STATES
from supervision.matters.listing import matters_with
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory

TABS = {
    "all": (),
    "drafting": ("draft", "in_approval", "approved"),
    "running": ("issued", "served", "answered"),
    "failed": ("lapsed", "refused"),
    "done": ("accepted", "withdrawn", "superseded"),
}
RECEIPTS = {"opened": "打开签收", "deemed": "视为送达", "paper": "书面送达"}


class InstrumentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which instruments: `tab` is a key of TABS, `kind` a kind, `q` searches number, matter and addressee."""

    tab: str = "all"
    kind: str = ""
    q: str = ""
    matter_id: UUID | None = None


def _conditions(chosen: InstrumentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if TABS.get(chosen.tab):
        found.append(Instrument.state.in_(TABS[chosen.tab]))
    if chosen.kind:
        found.append(Instrument.kind == chosen.kind)
    if chosen.matter_id is not None:
        found.append(Instrument.matter_id == chosen.matter_id)
    return found


async def list_instruments(
    work: Work, chosen: InstrumentFilter | None = None, *, after: str | None = None, limit: int = 50
) -> tuple[list[InstrumentRow], str | None]:
    """Instruments in the reader's scope, the latest first, and the cursor of the next part.

    Whether the reader may list them at all is asked for letters (Art. 19) or for internal notices.
    """
    await _may_list(work)
    place = _place(after) if after else None
    wanted = chosen or InstrumentFilter()
    words = wanted.q.strip()
    # The words of a document are those of its matter: numbers, title, organ.
    ids = [wanted.matter_id] if wanted.matter_id else await matters_with(work, words) if words else None
    rows = await repository.list_instruments(work, _conditions(wanted), place, limit + 1, matter_ids=ids)
    shown = rows[:limit]
    following = f"{shown[-1].created_at.isoformat()}~{shown[-1].id}" if len(rows) > limit and shown else None
    return [await _row(work, row) for row in shown], following


async def _may_list(work: Work) -> None:
    target = Target(owner_id=work.organ_id)
    verdict, _ = await consider(work, "instrument:urging_letter", "list", target)
    if not verdict.allowed:
        await authorize(work, "instrument:internal_notice", "list", target)


def _place(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, row_id = cursor.split("~")
        return datetime.fromisoformat(at), UUID(row_id)
    except ValueError:
        raise Invalid("翻页标识不正确，请从第一页开始。", field="after") from None


async def _row(work: Work, row: Instrument) -> InstrumentRow:
    delivery = await repository.main_delivery(work, row.id) if row.issued_at else None
    view = standing.deadline_view(delivery, await deadlines.calendar(work), work.today) if delivery else None
    live = view is not None and row.state in ("served", "answered", "lapsed")
    return InstrumentRow(
        id=row.id,
        matter_id=row.matter_id,
        matter_number=row.matter_number,
        matter_title=row.matter_title,
        kind=row.kind,
        kind_label=kind_label(row.kind, row.rulebook_key),
        number=row.number or "",
        addressee_name=row.addressee_name,
        state=row.state,
        state_label=INSTRUMENT.label(row.state),
        badge=BADGES[row.state],
        created_at=row.created_at,
        issued_at=row.issued_at,
        due_on=delivery.due_on if delivery else None,
        date_text=view.date_text if view and live else "",
        chip=view.chip if view and live else None,
        late=bool(view and live and view.chip.state == "overdue"),
        drafted_by_name=row.drafted_by_name,
    )


async def instrument_view(work: Work, instrument_id: UUID) -> InstrumentView:
    """An instrument whole. Raises NotFound outside the reader's scope, Denied where policy refuses."""
    case = await load(work, instrument_id)
    await may_read(work, case)
    instrument = case.instrument
    tree = await directory(work)
    relation = tree.relation(instrument.organ_id, instrument.addressee_id)
    drafting = instrument.state in ("draft", "in_approval", "approved")
    list_of_checks = await inspected(work, case) if drafting else []
    allowed, refused = await acts(work, case, list_of_checks)
    rule = case.book.deadline("instrument.answer.sent_back")
    papers = await papers_with(work, instrument.id)
    proven = proofs(papers)
    return InstrumentView(
        id=instrument.id,
        version=instrument.row_version,
        matter_id=instrument.matter_id,
        matter_number=instrument.matter_number,
        matter_title=instrument.matter_title,
        kind=instrument.kind,
        kind_label=case.rule.short_name,
        name=case.rule.name,
        number=instrument.number or "",
        label=case.label,
        title=instrument.title,
        issuer_name=tree.name(instrument.organ_id),
        addressee_id=instrument.addressee_id,
        addressee_name=instrument.addressee_name,
        relation_label=RELATION_LABELS.get(instrument.relation, instrument.relation),
        relation_article=relation.article if relation else "2",
        copies=[tree.name(organ_id) for organ_id in instrument.copies_to],
        state=instrument.state,
        state_label=INSTRUMENT.label(instrument.state),
        badge=BADGES[instrument.state],
        opening=instrument.opening,
        term_text=format_count(instrument.term_amount, UNIT_LABELS[instrument.term_unit]),  # type: ignore[index]
        contact=instrument.contact,
        drafted_by_name=instrument.drafted_by_name,
        submitted_at=instrument.submitted_at,
        approved_by_name=instrument.approved_by_name,
        approved_at=instrument.approved_at,
        issued_at=instrument.issued_at,
        return_reason=instrument.return_reason,
        withdrawn_reason=instrument.withdrawn_reason,
        pages=instrument.pages,
        sha256=instrument.pdf_sha256 or "",
        verification_code=instrument.verification_code or "",
        sent_back_count=instrument.sent_back_count,
        send_back_limit=case.book.limit("instrument.send_backs"),
        requirements=_requirements(case),
        checks=list_of_checks,
        receipts=[await _receipt(work, row, proven) for row in await repository.deliveries(work, instrument.id)],
        papers=[paper for paper in papers if paper.kind != PROOF],
        deadline=await _deadline(work, case),
        replies=await _replies(work, case),
        extension=extension_view(case.extension) if case.extension else None,
        objection=objection_view(case.objection, instrument.kind) if case.objection else None,
        allowed=allowed,
        refused=refused,
        article=case.rule.article,
        sent_back_term=format_count(rule.amount, UNIT_LABELS[rule.unit]),
        needs_leader=instrument.kind == "opinion",
    )


def _requirements(case: Case) -> list[RequirementView]:
    found = []
    for line in case.requirements:
        finding = case.findings.get(line.finding_id)
        state = finding.state if finding else ""
        found.append(
            RequirementView(
                no=line.no,
                text=line.text,
                finding_title=line.finding_title,
                finding_facts=line.finding_facts,
                provision=line.provision,
                articles=[line.content_item],
                finding_id=line.finding_id,
                finding_state=state,
                finding_state_label=FINDING_STATES.get(state, ""),
                settled=state in SETTLED_STATES,
            )
        )
    return found


async def _receipt(work: Work, delivery: Delivery, proven: Mapping[UUID, PaperView]) -> ReceiptView:
    tree = await directory(work)
    state = RECEIPTS.get(delivery.served_how, "待签收")
    return ReceiptView(
        id=delivery.id,
        addressee_name=tree.name(delivery.addressee_id),
        role="主送" if delivery.role == "main" else "抄送",
        state_label="已撤回" if delivery.state == "withdrawn" else state,
        manner="书面" if delivery.manner == "paper" else "系统",
        sent_at=delivery.sent_at,
        opened_at=delivery.opened_at,
        opened_by=delivery.opened_by,
        served_on=delivery.served_on,
        served_how=delivery.served_how,
        proof=delivery.proof,
        receipt=proven.get(delivery.id),
    )


async def _deadline(work: Work, case: Case) -> DeadlineView | None:
    if case.delivery is None:
        return None
    pending = case.extension is not None and case.extension.state == "requested"
    days = await deadlines.calendar(work)
    return standing.deadline_view(case.delivery, days, work.today, extension_pending=pending)


async def _replies(work: Work, case: Case) -> list[ReplyView]:
    if case.delivery is None:
        return []
    rows = [r for r in await repository.replies(work, case.delivery.id) if r.state not in ("draft", "in_approval")]
    files = await repository.files(work, "reply", [row.id for row in rows])
    return [reply_view(row, case.delivery, files) for row in reversed(rows)]


_HREFS = {
    "submit": "submit",
    "return_draft": "return",
    "approve": "approve",
    "issue": "issue",
    "serve": "serve",
    "accept": "accept",
    "send_back": "send-back",
    "decide_extension": "extension",
    "decide_objection": "objection",
    "withdraw": "withdraw",
}
"""Actions of the issuer's side → where their form lies under /instruments/{id}/, in the order of the panel."""
_SHOWN = {
    "draft": ("submit", "withdraw"),
    "in_approval": ("approve", "return_draft", "withdraw"),
    "approved": ("issue", "withdraw"),
    "issued": ("serve", "withdraw"),
    "served": ("decide_extension", "decide_objection", "accept", "withdraw"),
    "answered": ("accept", "send_back", "decide_objection", "withdraw"),
    "lapsed": ("decide_objection", "withdraw"),
    "refused": ("decide_objection", "withdraw"),
    "accepted": ("decide_objection",),
}


async def acts(work: Work, case: Case, list_of_checks: list[Check]) -> tuple[list[ActView], list[ActView]]:
    """(possible, impossible with the reason) for the acting person."""
    instrument = case.instrument
    if instrument.kind == "decision":
        return [], []
    known = await facts(work, case)
    reviewer = replace(
        known,
        actor_on_case=known.actor_on_case or leads(work, case),
        checks_passed=all_passed(list_of_checks),
        findings_verified=known.findings_verified or instrument.kind != "opinion",
    )
    options = {option.action: option for option in INSTRUMENT.options(instrument.state, known)}
    options |= {o.action: o for o in INSTRUMENT.options(instrument.state, reviewer) if o.action in _REVIEWS}
    allowed: list[ActView] = []
    refused: list[ActView] = []
    for action in _SHOWN.get(instrument.state, ()):
        option = options.get(action)
        if option is None:
            continue
        if action == "decide_extension" and not known.extension_pending:
            continue
        if action == "decide_objection" and not known.objection_pending:
            continue
        act = await _act(work, case, option, list_of_checks)
        (allowed if act.href else refused).append(act)
    if instrument.state == "draft":
        allowed.insert(0, _edit(case))
    return allowed, refused


_REVIEWS = frozenset({"accept", "send_back", "approve", "issue"})


def _edit(case: Case) -> ActView:
    return ActView(
        action="edit",
        label=f"修改{case.rule.short_name}",
        articles=["19"],
        href=f"/instruments/{case.instrument.id}/edit",
        hint="提交审核以前可以修改。",
    )


async def _act(work: Work, case: Case, option: Option, list_of_checks: list[Check]) -> ActView:
    instrument, action = case.instrument, option.action
    kind, verb = {
        "decide_extension": ("extension", "decide"),
        "decide_objection": ("objection", "decide"),
    }.get(action, (case.policy_kind, action))
    drafters = {
        "approve": (instrument.drafted_by,),
        "decide_objection": (instrument.approved_by, instrument.drafted_by),
    }.get(action, ())
    verdict, sentence = await consider(work, kind, verb, case.target(*drafters))
    if not verdict.allowed:
        return ActView(action=action, label=option.label, articles=[verdict.article], reason=sentence)
    if not option.allowed:
        failed = [check for check in list_of_checks if not check.passed]
        reason = failed[0].text if failed and action in ("approve", "issue") else option.reason
        return ActView(
            action=action, label=option.label, articles=[option.article], reason=reason, remedy=option.remedy
        )
    return ActView(
        action=action,
        label=option.label,
        articles=[option.article],
        href=f"/instruments/{instrument.id}/{_HREFS[action]}",
        hint=option.hint,
        next=action in ("submit", "approve", "issue", "accept", "decide_extension"),
        danger=action == "withdraw" and instrument.issued_at is not None,
    )


async def pdf(work: Work, instrument_id: UUID) -> tuple[str, bytes]:
    """The issued document for its issuer's side; every download is audited."""
    case = await load(work, instrument_id)
    await may_read(work, case)
    instrument = case.instrument
    if instrument.pdf_sha256 is None:
        raise IllegalTransition("文书尚未签发，没有正式文本。", article="19", remedy="可以查看预览。")
    work.record(
        "download", "instrument", instrument.id, title=f"下载文书 {instrument.number}", article=case.rule.article
    )
    return f"{instrument.title} {instrument.number}.pdf", await blobs.store().read(instrument.pdf_sha256)
