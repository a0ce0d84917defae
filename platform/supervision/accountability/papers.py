"""The documents of a case: numbered, rendered, sent to the organ and told to the person (Art. 21; GB/T 9704)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any
from uuid import UUID

from kernel import blobs
from kernel.ids import new_id
from kernel.wording import format_date
from kernel.work import Work
from policy.articles import display
from supervision.accountability import repository
from supervision.accountability.case import Case, record
from supervision.accountability.models import AccountabilityNotice
from supervision.accountability.rules import RESPONSIBILITIES
from supervision.deadlines import notices as bell
from supervision.deadlines import service as deadlines
from supervision.instruments import service as instruments
from supervision.instruments.documents import (
    AccountabilityNoticeDocument,
    AccountabilityProposalDocument,
    CancellationDocument,
    Document,
    Fault,
    Frame,
    UnitSanctionDocument,
    docx,
)
from supervision.instruments.papers import compact, regulation
from supervision.matters import service as matters
from tenants.organs.directory import directory

NO_DEFENCE = "在规定的期限内没有提出陈述和申辩"


@dataclass(slots=True)
class _Kept:
    """The document that was composed, to be written as a Word file as well."""

    documents: list[Document] = field(default_factory=list)


async def send(
    work: Work,
    case: Case,
    paper_kind: str,
    kind: str,
    compose: Callable[[Frame], Document],
    *,
    issuer_id: UUID | None = None,
    title: str = "",
    **shown: Any,
) -> AccountabilityNotice:
    """Issue a document of the case to the respondent's organ and tell whom it concerns. The work acts as the body.

    `issuer_id`: the government, where it decided; the number is then of its own series. A vertical body's upper
    department gets a copy (Art. 2(3)). Service is the opening, or the end of the next working day.
    """
    row, kept = case.row, _Kept()
    issuer = issuer_id or row.organ_id
    tree = await directory(work)
    above = instruments.superior_of(tree, row.supervised_id) if row.relation == "vertical" else None
    copies = tuple(dict.fromkeys(organ for organ in (above,) if organ is not None))
    order = instruments.PaperOrder(
        kind=paper_kind,
        title=title or case.book.instrument(paper_kind).name,
        book=case.book,
        receivers=dict.fromkeys((row.supervised_id, *copies)),
        copies=copies,
        matter_id=row.matter_id,
        contact=row.proposed_by_name,
        link="/accountability/received",
    )

    def composed(frame: Frame) -> Document:
        kept.documents.append(compose(frame))
        return kept.documents[-1]

    async with work.acting_as(issuer):
        paper = await instruments.issue_paper(work, order, composed)
        copy = await instruments.copy_of(work, paper.id, row.supervised_id)
        word = await asyncio.to_thread(docx, kept.documents[-1])
        stored = await blobs.store().put(work, word, f"{paper.number}.docx")
    notice = AccountabilityNotice(
        id=new_id(),
        city_id=work.city_id,
        organ_id=row.organ_id,
        case_id=row.id,
        addressee_id=row.supervised_id,
        kind=kind,
        issuer_id=issuer,
        issuer_name=tree.name(issuer),
        paper_id=paper.id,
        copy_id=copy.id,
        number=paper.number,
        title=order.title,
        against=row.against,
        person_id=row.person_id,
        person_name=row.person_name,
        measure=row.measure,
        grounds=list(row.grounds),
        facts=row.facts,
        evidence=evidence_names(case),
        word_sha256=stored.sha256,
        sent_at=work.now,
        opened_at=None,
        served_on=None,
        until=None,
        round=1,
        over=False,
        **{"reason": "", "defence_answer": "", "opened_by": "", "served_how": "", **shown},
    )
    work.session.add(notice)
    case.notices.append(notice)
    record(work, case, "issue", f"制发{order.title} {paper.number}，发送{row.supervised_name}")
    await deadlines.start(
        work,
        rule_key="instrument.deemed_service",
        subject_kind="accountability",
        subject_id=notice.id,
        matter_id=None,
        bound_id=row.supervised_id,
        title=f"签收{order.title} {paper.number}",
        start_event="文书发出",
        on=work.today,
        rulebook_key=row.rulebook_key,
    )
    await tell_person(work, notice, f"{tree.short(issuer)}送达{order.title} {paper.number}，请签收")
    return notice


async def tell_person(work: Work, notice: AccountabilityNotice, title: str) -> None:
    """A line in the bell of the person concerned, who has an account; the organ is told by the paper itself."""
    if notice.person_id is None:
        return
    async with work.acting_as(notice.addressee_id):
        posts = await repository.posts_of_person(work, notice.addressee_id, notice.person_id)
    for post in posts:
        await bell.notify(
            work,
            notice.addressee_id,
            post_id=post.id,
            kind="served",
            title=title,
            link=f"/accountability/received/{notice.id}",
            article="21",
        )


def evidence_names(case: Case) -> list[str]:
    return list(dict.fromkeys(PurePath(item.name).stem for item in case.evidence))


def fault_of(case: Case) -> Fault:
    """What is held against the respondent, as documents print it."""
    row, book = case.row, case.book
    return Fault(
        facts=row.facts,
        evidence=tuple(evidence_names(case)),
        grounds=tuple(f"{display(code)}“{book.ground(code).name}”" for code in row.grounds),
        gravity=book.gravity(row.gravity).name,
        fault=book.fault(row.fault).name,
        nature=row.nature,
        harm=row.harm,
        mitigating=row.mitigating,
        aggravating=row.aggravating,
    )


def respondent_of(case: Case, whose: str = "你单位", organ: str = "") -> str:
    """你单位, 你单位彭程（执法人员，其他直接责任人员）, or 你（许昌市建安区城市管理局，执法人员，其他直接责任人员）."""
    row = case.row
    if row.against == "organ":
        return whose
    details = [part for part in (organ, row.person_title, RESPONSIBILITIES.get(row.responsibility, "")) if part]
    return f"{whose}{'' if organ else row.person_name}（{'，'.join(details)}）"


def measure_of(case: Case) -> str:
    """离岗培训（不少于40学时）."""
    hours = case.row.training_hours
    training = case.row.measure == "off_post_training" and hours
    return f"{case.measure_name}（不少于{hours}学时）" if training else case.measure_name


def term(case: Case, key: str) -> str:
    return compact(case.book.deadline(key).length)


def defence_of(case: Case, answer: str) -> str:
    """What was said, and what is answered to it."""
    said = case.statement
    who = "该人员" if case.row.against == "person" else "你单位"
    if case.row.measure == "qualification_cancellation":
        who = "你"
    if said is None:
        return f"{who}{NO_DEFENCE}。"
    if said.waived:
        return f"{who}书面表示不作陈述和申辩。"
    heard = f"本机关于{format_date(case.row.hearing_on)}当面听取了意见。" if case.row.hearing_on else ""
    return f"{who}提出：{said.text.rstrip('。')}。{heard}{answer}"


async def issue_notice(work: Work, case: Case) -> AccountabilityNotice:
    """责任追究告知书."""
    sanction = case.sanction
    assert sanction is not None
    imposer = {"own_organ": "拟建议你单位对", "supervision_body": "本机关拟对", "supervising_organ": "拟对"}
    verb = "" if sanction.imposed_by == "supervision_body" else "给予"
    number = await matter_number(work, case)

    def compose(frame: Frame) -> Document:
        return AccountabilityNoticeDocument(
            frame=frame,
            addressee=case.row.supervised_name,
            respondent=respondent_of(case),
            of_person=case.row.against == "person",
            fault=fault_of(case),
            measure=f"{verb}{measure_of(case)}",
            imposer=imposer[sanction.imposed_by],
            statement_term=term(case, "accountability.statement"),
            regulation=regulation(case.book),
            matter=number,
        )

    return await send(work, case, "accountability_notice", "notice", compose)


async def matter_number(work: Work, case: Case) -> str:
    if case.row.matter_id is None:
        return ""
    return (await matters.get(work, case.row.matter_id)).number or ""


async def issue_decision(work: Work, case: Case, issuer_id: UUID) -> AccountabilityNotice:
    """The document of what was decided: a proposal to the own organ, a cancellation, or a sanction of the organ."""
    sanction = case.sanction
    assert sanction is not None
    row, number = case.row, await matter_number(work, case)
    shown: dict[str, Any] = {"reason": row.decision_reason, "defence_answer": row.defence_answer}
    common: dict[str, Any] = {
        "addressee": row.supervised_name,
        "fault": fault_of(case),
        "defence": defence_of(case, row.defence_answer),
        "reason": row.decision_reason,
        "regulation": regulation(case.book),
        "matter": number,
    }
    remedy: dict[str, Any] = {
        "review_term": term(case, "accountability.review"),
        "appeal_term": term(case, "accountability.appeal"),
    }
    if sanction.document == "accountability_proposal":
        answer = term(case, "accountability.organ_answer")
        return await send(
            work,
            case,
            sanction.document,
            "proposal",
            lambda frame: AccountabilityProposalDocument(
                frame=frame, respondent=respondent_of(case), measure=measure_of(case), answer_term=answer, **common
            ),
            **shown,
        )
    if sanction.document == "qualification_cancellation":
        identity = await identity_of(work, case)
        bar = case.book.bar("qualification_cancelled")
        return await send(
            work,
            case,
            sanction.document,
            "decision",
            lambda frame: CancellationDocument(
                frame=frame,
                organ=row.supervised_name,
                respondent=respondent_of(case, "你", row.supervised_name),
                identity=identity,
                bar=f"{bar.amount}年",
                **{**common, "addressee": row.person_name},
                **remedy,
            ),
            **shown,
        )
    title = f"关于对{row.supervised_name}给予{case.measure_name}的决定"
    period = ""
    if row.awards_from is not None and row.awards_until is not None:
        period = f"自{format_date(row.awards_from)}起至{format_date(row.awards_until)}止"
    return await send(
        work,
        case,
        sanction.document,
        "decision",
        lambda frame: UnitSanctionDocument(
            frame=frame, name=title, measure=case.measure_name, period=period, **common, **remedy
        ),
        issuer_id=issuer_id,
        title=title,
        **shown,
    )


async def identity_of(work: Work, case: Case) -> str:
    """Masked identity number and the number of the certificate, from the register."""
    row = case.row
    assert row.officer_id is not None
    officers = {officer.id: officer for officer in await repository.officers(work, row.supervised_id)}
    certificates = await repository.certificates(work, [row.officer_id])
    officer, certificate = officers.get(row.officer_id), certificates.get(row.officer_id)
    parts = [f"证件号码{officer.citizen_mask}"] if officer else []
    parts += [f"行政执法证编号{certificate.number}"] if certificate else []
    return "，".join(parts) or "执法人员"
