"""From the finished document to the addressee and every copy: rendered once, stored by hash, delivered (Art. 19)."""

from __future__ import annotations

import secrets
from uuid import UUID

from kernel import blobs
from kernel.ids import new_id
from kernel.wording import format_count
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import UNIT_LABELS
from supervision.instruments import events, repository
from supervision.instruments.case import Case
from supervision.instruments.documents import Document
from supervision.instruments.models import Delivery, Requirement
from supervision.instruments.papers import rendered
from supervision.matters import service as matters
from supervision.matters.telling import upper_of
from tenants.organs.directory import directory

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 O 1 I L U: a code is typed from paper."""
ANSWER_TITLE = "书面报告处理情况"
EXECUTION_TITLE = "报告决定执行情况"
RECEIVERS = ("contact", "legal_officer", "organ_head")


async def new_code(work: Work) -> str:
    """7K3M-92QX: a verification code that nobody can guess or meet twice."""
    while True:
        raw = "".join(secrets.choice(ALPHABET) for _ in range(8))
        code = f"{raw[:4]}-{raw[4:]}"
        if not await repository.code_taken(work, code):
            return code


async def finish(work: Work, case: Case, document: Document) -> None:
    """Render, store, send. The work acts as the issuing organ."""
    instrument = case.instrument
    made = await rendered(document)
    stored = await blobs.store().put(work, made.pdf, f"{instrument.number}.pdf")
    instrument.pdf_sha256, instrument.pages = stored.sha256, made.pages
    instrument.issued_at, instrument.state = work.now, "issued"
    await work.session.flush()
    await record_step(work, case, "issue", f"签发{case.label}，发送{instrument.addressee_name}")
    case.delivery = await _deliver(work, case, instrument.addressee_id, "main")
    for organ_id in instrument.copies_to:
        await _deliver(work, case, organ_id, "copy")
    async with work.acting_as(case.matter.organ_id):
        await deadlines.start(
            work,
            rule_key="instrument.deemed_service",
            subject_kind="delivery",
            subject_id=case.delivery.id,
            matter_id=case.matter.id,
            bound_id=instrument.addressee_id,
            title=f"签收{case.label}",
            start_event="文书发出",
            on=work.today,
            rulebook_key=case.book.key,
        )
        if case.matter.relation == "vertical" and upper_of(await directory(work), case.matter) in instrument.copies_to:
            await matters.told_by_copy(work, case.matter, case.label)
        await matters.refresh_stage(work, case.matter.id)
    await events.announce(work, "issued", instrument, case.delivery)


async def record_step(work: Work, case: Case, action: str, title: str, note: str = "", *, article: str = "") -> None:
    """A step in the timeline of the matter, in the tenancy of the organ that handles it."""
    async with work.acting_as(case.matter.organ_id):
        work.record(
            action,
            "instrument",
            case.instrument.id,
            title=title,
            note=note,
            article=article or case.rule.article,
            thread_id=case.matter.id,
        )


async def _deliver(work: Work, case: Case, organ_id: UUID, role: str) -> Delivery:
    instrument = case.instrument
    tree = await directory(work)
    delivery = Delivery(
        id=new_id(),
        city_id=work.city_id,
        organ_id=instrument.organ_id,
        instrument_id=instrument.id,
        addressee_id=organ_id,
        issuer_name=tree.name(instrument.organ_id),
        role=role,
        kind=instrument.kind,
        number=instrument.number or "",
        title=instrument.title,
        summary=summary(case),
        requirements=[served_line(line) for line in case.requirements],
        articles=list(dict.fromkeys([*(line.content_item for line in case.requirements), case.rule.article])),
        handler_names="、".join(handler.person_name for handler in case.handlers),
        pdf_sha256=instrument.pdf_sha256 or "",
        pages=instrument.pages or 1,
        verification_code=instrument.verification_code or "",
        state="sent",
        manner="system",
        sent_at=work.now,
        answer_title=EXECUTION_TITLE if instrument.kind == "decision" else ANSWER_TITLE,
        term_amount=instrument.term_amount,
        term_unit=instrument.term_unit,
        extended=False,
        deadline_view={},
        sent_back_count=0,
    )
    work.session.add(delivery)
    await work.session.flush()
    async with work.acting_as(organ_id):
        work.record(
            "receive",
            "delivery",
            delivery.id,
            title=f"收到{tree.name(instrument.organ_id)}发来的{case.label}",
            article=case.rule.article,
            thread_id=delivery.id,
            visibility="served",
        )
    await notices.notify(
        work,
        organ_id,
        roles=RECEIVERS,
        kind="served",
        title=f"{tree.short(instrument.organ_id)}送达{case.label}，请签收",
        link=f"/inbox/{delivery.id}",
        article=case.rule.article,
    )
    return delivery


def served_line(line: Requirement) -> dict[str, object]:
    """One requirement as the addressee gets it: what the document itself says."""
    return {
        "no": line.no,
        "finding_title": line.finding_title,
        "finding_facts": line.finding_facts,
        "provision": line.provision,
        "text": line.text,
        "articles": [line.content_item],
    }


def summary(case: Case) -> str:
    """What the document says, in short."""
    instrument = case.instrument
    problems = "；".join(line.finding_title.rstrip("。；") for line in case.requirements)
    length = format_count(instrument.term_amount, UNIT_LABELS[instrument.term_unit])  # type: ignore[index]
    duty = "执行决定并报告执行情况" if instrument.kind == "decision" else "依法处理并书面报告"
    return f"存在以下问题：{problems}。请自送达次日起 {length}内{duty}。"
