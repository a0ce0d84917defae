"""From the first draft to the leader's approval, which takes the number (Art. 19)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args
from uuid import UUID

from kernel.errors import Barred, FieldError, IllegalTransition, Invalid
from kernel.ids import new_id
from kernel.series import next_number
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import Unit
from supervision.instruments import repository
from supervision.instruments.case import Case, check_version, facts, load, name, on_case, person
from supervision.instruments.checks import Check, all_passed
from supervision.instruments.commands import DraftInstrument, RequirementInput
from supervision.instruments.documents import preview_pages as document_pages
from supervision.instruments.inspection import checks as inspected
from supervision.instruments.inspection import kind_options, superior_of
from supervision.instruments.models import Instrument, Requirement
from supervision.instruments.numbering import document_number
from supervision.instruments.papers import document_of, number_series
from supervision.instruments.rules import INSTRUMENT
from supervision.matters import service as matters
from supervision.matters.findings import OPEN_STATES
from supervision.matters.models import Finding, Handler, Matter
from supervision.matters.repository import offices
from tenants.access import Target, authorize
from tenants.organs.directory import directory

REQUIREMENT_MAX = 800
OPENING_MAX = 600
COPIES_MAX = 10


async def draft(work: Work, command: DraftInstrument) -> Instrument:
    """Start a draft in an open matter; only handlers (and judicial assistants, Art. 5) draft.

    Raises NotFound, Denied, Barred (recusal), IllegalTransition (the matter is not open), Invalid with fields
    `kind`, `requirements`, `term_amount`, `copies_to`.
    """
    matter = await repository.matter(work, command.matter_id)
    handlers = await repository.handlers(work, matter.id)
    target = Target(
        matter.organ_id,
        matter.supervised_id,
        matter.relation,
        recused=await repository.recused(work, matter.id),
        assisting=await offices(work, matter.id),
    )
    await _may_draft(work, command.kind, target, handlers, matter)
    instrument, lines = await _built(work, matter, command, handlers)
    async with work.acting_as(matter.organ_id):
        work.session.add(instrument)
        await work.session.flush()
        work.session.add_all(lines)
        work.record(
            "draft_instrument",
            "instrument",
            instrument.id,
            title=f"起草{_short(instrument, await deadlines.rulebook(work, instrument.rulebook_key))}",
            article="19",
            thread_id=matter.id,
        )
        await matters.refresh_stage(work, matter.id)
    return instrument


async def _may_draft(work: Work, kind: str, target: Target, handlers: list[Handler], matter: Matter) -> None:
    book = await deadlines.rulebook(work, matter.rulebook_key)
    if kind not in {rule.key for rule in book.instruments} or kind in ("decision", "government_report"):
        raise Invalid("请选择文书种类。", field="kind")
    await authorize(work, f"instrument:{kind}", "draft", target)
    if matter.state != "open":
        raise IllegalTransition(
            "暂不能制发文书。监督事项没有在办理中。", article="19", remedy="请在事项恢复办理后再制发文书。"
        )
    assists = work.actor is not None and "judicial_assistant" in work.actor.roles
    if not assists and not on_case(work, handlers):
        raise IllegalTransition(
            "暂不能起草文书。您不是本事项的承办人。", article="13", remedy="由承办人办理，或者由负责人先行指派。"
        )


def _short(instrument: Instrument, book: RuleBook) -> str:
    return book.instrument(instrument.kind).short_name


async def _built(
    work: Work, matter: Matter, command: DraftInstrument, handlers: list[Handler], instrument_id: UUID | None = None
) -> tuple[Instrument, list[Requirement]]:
    """The rows of a draft, checked and not yet stored."""
    book = await deadlines.rulebook(work, matter.rulebook_key)
    findings = {finding.id: finding for finding in await repository.findings(work, matter.id)}
    amount, unit = _term(book, command)
    errors = _errors(command, findings, amount, unit)
    chosen = [line.finding_id for line in command.requirements]
    options = {option.key: option for option in await kind_options(work, matter, chosen, instrument_id)}
    option = options.get(command.kind)
    if option is not None and not option.allowed:
        errors.append(FieldError("kind", f"{option.reason}{option.remedy}"))
    if errors:
        raise Invalid(errors=errors, article="19")
    tree = await directory(work)
    copies = [organ_id for organ_id in dict.fromkeys(command.copies_to) if organ_id != matter.supervised_id]
    superior = superior_of(tree, matter.supervised_id) if matter.relation == "vertical" else None
    if superior is not None and superior not in copies:
        copies.insert(0, superior)
    rule = book.instrument(command.kind)
    instrument = Instrument(
        id=instrument_id or new_id(),
        city_id=work.city_id,
        organ_id=matter.organ_id,
        matter_id=matter.id,
        matter_number=matter.number or "",
        matter_title=matter.title,
        kind=command.kind,
        addressee_id=matter.supervised_id,
        addressee_name=tree.name(matter.supervised_id),
        relation=matter.relation,
        copies_to=copies,
        copies_text="、".join(tree.name(organ_id) for organ_id in copies),
        state=INSTRUMENT.initial,
        title=rule.name,
        opening=command.opening.strip(),
        term_amount=amount,
        term_unit=unit,
        rulebook_key=book.key,
        contact=command.contact.strip() or "、".join(handler.person_name for handler in handlers),
        drafted_by=person(work),
        drafted_by_name=name(work),
        sent_back_count=0,
        objected=False,
    )
    return instrument, _lines(instrument, command.requirements, findings)


def _lines(
    instrument: Instrument, wanted: Sequence[RequirementInput], findings: dict[UUID, Finding]
) -> list[Requirement]:
    return [
        Requirement(
            id=new_id(),
            city_id=instrument.city_id,
            organ_id=instrument.organ_id,
            instrument_id=instrument.id,
            no=no,
            finding_id=line.finding_id,
            finding_title=findings[line.finding_id].title,
            finding_facts=findings[line.finding_id].facts,
            provision=findings[line.finding_id].provision,
            content_item=findings[line.finding_id].content_item,
            text=line.text.strip(),
        )
        for no, line in enumerate(wanted, 1)
    ]


def _term(book: RuleBook, command: DraftInstrument) -> tuple[int, str]:
    rule = book.deadline(f"instrument.answer.{command.kind}")
    return command.term_amount or rule.amount, command.term_unit or rule.unit


def _errors(command: DraftInstrument, findings: dict[UUID, Finding], amount: int, unit: str) -> list[FieldError]:
    errors: list[FieldError] = []
    ids = [line.finding_id for line in command.requirements]
    if len(set(ids)) < len(ids) or any(i not in findings or findings[i].state not in OPEN_STATES for i in ids):
        errors.append(FieldError("findings", "请从本事项待整改的问题中选择。"))
    for line in command.requirements:
        if len(line.text) > REQUIREMENT_MAX:
            errors.append(FieldError(f"text-{line.finding_id}", f"处理要求请控制在 {REQUIREMENT_MAX} 字以内。"))
    if not 1 <= amount <= 180 or unit not in get_args(Unit)[:2]:
        errors.append(FieldError("term_amount", "期限请填写 1 至 180，单位为工作日或者自然日。"))
    if len(command.opening) > OPENING_MAX:
        errors.append(FieldError("opening", f"开头部分请控制在 {OPENING_MAX} 字以内。"))
    if len(command.copies_to) > COPIES_MAX:
        errors.append(FieldError("copies_to", f"抄送单位不超过 {COPIES_MAX} 个。"))
    return errors


async def update_draft(
    work: Work, instrument_id: UUID, command: DraftInstrument, *, version: int | None = None
) -> Instrument:
    """Write a draft anew; a judicial office only what it drafted itself (Art. 5).

    Raises IllegalTransition once it was submitted, Stale for an old version.
    """
    seen = await repository.get(work, Instrument, instrument_id)
    async with work.acting_as(seen.organ_id):
        return await _update(work, instrument_id, command, version)


async def _update(work: Work, instrument_id: UUID, command: DraftInstrument, version: int | None) -> Instrument:
    case = await load(work, instrument_id, lock=True)
    held = case.instrument
    await _may_draft(work, command.kind, case.target(), case.handlers, case.matter)
    if work.actor is not None and work.actor.organ_id in case.assisting and held.drafted_by != work.actor.person_id:
        raise IllegalTransition("司法所只能修改自己起草的文书。", article="5", remedy="请联系本事项的承办人。")
    check_version(held.row_version, version)
    if held.state != "draft":
        raise IllegalTransition(
            f"文书当前为“{INSTRUMENT.label(held.state)}”，不能修改。", article="19", remedy="由负责人退回后再修改。"
        )
    built, lines = await _built(work, case.matter, command, case.handlers, held.id)
    for column in (
        "kind", "copies_to", "copies_text", "title", "opening", "term_amount", "term_unit", "contact", "rulebook_key",
    ):  # fmt: skip
        setattr(held, column, getattr(built, column))
    await repository.clear_requirements(work, held.id)
    for line in case.requirements:
        work.session.expunge(line)
    work.session.add_all(lines)
    held.return_reason = held.return_reason or ""
    await work.session.flush()
    return held


async def preview_png(work: Work, what: UUID | DraftInstrument) -> bytes:
    """The first page of the document as a picture. Nothing is stored."""
    return (await preview_pages(work, what))[0]


async def preview_pages(work: Work, what: UUID | DraftInstrument) -> list[bytes]:
    """Every page of the document as a picture. Nothing is stored."""
    if isinstance(what, DraftInstrument):
        matter = await repository.matter(work, what.matter_id)
        handlers = await repository.handlers(work, matter.id)
        instrument, lines = await _built(work, matter, what, handlers)
        case = Case(
            instrument=instrument,
            matter=matter,
            book=await deadlines.rulebook(work, matter.rulebook_key),
            handlers=handlers,
            recused=frozenset(),
            responsible=frozenset(),
            assisting=await offices(work, matter.id),
            requirements=lines,
            findings={finding.id: finding for finding in await repository.findings(work, matter.id)},
        )
        target = Target(matter.organ_id, matter.supervised_id, matter.relation, assisting=case.assisting)
    else:
        case = await load(work, what)
        target = case.target()
    await authorize(work, case.policy_kind, "draft" if case.instrument.state == "draft" else "read", target)
    document = await document_of(work, case)
    return await asyncio.to_thread(document_pages, document)


async def checks(work: Work, instrument_id: UUID) -> list[Check]:
    """The hard checks as of now (data/documents.md section 5)."""
    return await inspected(work, await load(work, instrument_id))


async def submit(work: Work, instrument_id: UUID, *, version: int | None = None) -> Instrument:
    """Hand the draft to the leader. Raises Invalid naming every finding without a requirement."""
    case = await load(work, instrument_id, lock=True)
    instrument = case.instrument
    await authorize(work, case.policy_kind, "submit", case.target())
    check_version(instrument.row_version, version)
    options = await kind_options(work, case.matter, [line.finding_id for line in case.requirements], instrument.id)
    allowed = any(option.key == instrument.kind and option.allowed for option in options)
    missing = [line for line in case.requirements if not line.text.strip()]
    if instrument.state == "draft" and (missing or not case.requirements):
        raise Invalid(errors=_missing(missing), article="19")
    step = INSTRUMENT.step(instrument.state, "submit", replace(await facts(work, case), kind_allowed=allowed))
    instrument.state = step.target
    instrument.submitted_at = work.now
    instrument.return_reason = ""
    work.record(
        "submit", "instrument", instrument.id, title=f"提交{case.label}审核", article="19", thread_id=case.matter.id
    )
    await notices.notify(
        work,
        instrument.organ_id,
        roles=["supervision_leader"] if instrument.kind != "internal_notice" else ["supervision_leader", "organ_head"],
        kind="approval",
        title=f"{case.label}待签发：{case.matter.title}",
        link=f"/instruments/{instrument.id}",
        article="19",
    )
    await matters.refresh_stage(work, case.matter.id)
    return instrument


def _missing(lines: Sequence[Requirement]) -> list[FieldError]:
    if not lines:
        return [FieldError("findings", "请选择写入文书的问题，至少一项。")]
    return [FieldError(f"text-{line.finding_id}", f"请写明对“{line.finding_title}”的处理要求。") for line in lines]


async def return_draft(work: Work, instrument_id: UUID, reason: str, *, version: int | None = None) -> Instrument:
    """The leader sends a draft back to the handler with reasons."""
    case = await load(work, instrument_id, lock=True)
    instrument = case.instrument
    await authorize(work, case.policy_kind, "return_draft", case.target())
    check_version(instrument.row_version, version)
    if not reason.strip():
        raise Invalid("请写明需要修改的内容。", field="reason")
    step = INSTRUMENT.step(instrument.state, "return_draft", await facts(work, case))
    instrument.state = step.target
    instrument.return_reason = reason.strip()
    work.record(
        "return_draft",
        "instrument",
        instrument.id,
        title=f"退回{case.label}修改",
        note=reason.strip(),
        article="19",
        thread_id=case.matter.id,
    )
    await notices.notify(
        work,
        instrument.organ_id,
        roles=["supervisor"],
        kind="approval",
        title=f"{case.label}退回修改：{case.matter.title}",
        link=f"/instruments/{instrument.id}/edit",
        article="19",
        body=reason.strip(),
    )
    await matters.refresh_stage(work, case.matter.id)
    return instrument


async def approve(work: Work, instrument_id: UUID, *, version: int | None = None) -> Instrument:
    """Approve a submitted draft; the number is taken in this transaction (gapless, by organ, kind and year).

    Raises Denied for the drafter, Barred for a recused leader, IllegalTransition with every check that fails.
    """
    case = await load(work, instrument_id, lock=True)
    instrument = case.instrument
    await authorize(work, case.policy_kind, "approve", case.target(instrument.drafted_by))
    check_version(instrument.row_version, version)
    known = await facts(work, case)
    list_of_checks = await inspected(work, case)
    INSTRUMENT.step(instrument.state, "approve", replace(known, checks_passed=True))
    require_passed(list_of_checks)
    tree = await directory(work)
    instrument.year = work.today.year
    instrument.seq = await next_number(work, f"instrument:{instrument.kind}", instrument.year)
    instrument.number = document_number(
        number_series(tree, case.book, instrument.organ_id, instrument.kind), instrument.year, instrument.seq
    )
    instrument.state = "approved"
    instrument.approved_by, instrument.approved_by_name, instrument.approved_at = person(work), name(work), work.now
    work.record(
        "approve",
        "instrument",
        instrument.id,
        title=f"批准{case.rule.short_name}，取得文号 {instrument.number}",
        article="19",
        thread_id=case.matter.id,
        detail={"number": instrument.number, "checks": [check.text for check in list_of_checks]},
    )
    await matters.refresh_stage(work, case.matter.id)
    return instrument


def require_passed(list_of_checks: Sequence[Check]) -> None:
    """Raises with what is missing when a hard check fails; a recusal is a statutory bar (Art. 16)."""
    if all_passed(list_of_checks):
        return
    failed = [check for check in list_of_checks if not check.passed]
    error = Barred if failed[0].article == "16" else IllegalTransition
    raise error(
        f"签发前的核对没有全部通过。{''.join(check.text for check in failed)}",
        article=failed[0].article,
        remedy="请按核对清单逐项处理。",
        detail={"checks": [check.text for check in failed]},
    )
