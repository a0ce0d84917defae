"""From records to the documents that are printed: letters, opinions, notices, and the reports that answer them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import PurePath
from typing import Any
from uuid import UUID

from kernel import settings
from kernel.wording import format_date
from kernel.work import Work
from policy.articles import display
from policy.rulebook import RuleBook
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import compute
from supervision.instruments import repository
from supervision.instruments.case import Case
from supervision.instruments.commands import REPLY_STATUSES
from supervision.instruments.documents import (
    Document,
    Done,
    Due,
    Finding,
    Frame,
    InternalNoticeDocument,
    LetterDocument,
    OpinionDocument,
    Preceding,
    RectificationDocument,
    Regulation,
    Rendered,
    Seal,
    render,
)
from supervision.instruments.inspection import term_of
from supervision.instruments.models import Delivery, Instrument, Reply
from supervision.instruments.numbering import series
from supervision.matters.models import Act
from tenants.organs.directory import Directory, directory
from tenants.organs.letters import organ_letters

_OUTCOMES = {
    "served": "期限尚未届满",
    "answered": "已书面报告，问题尚未全部改正",
    "lapsed": "期限届满，未改正",
    "refused": "拒不改正",
    "superseded": "问题尚未全部改正",
}


async def rendered(document: Document) -> Rendered:
    """The PDF/A, made in a thread: typesetting must not hold up other requests."""
    return await asyncio.to_thread(render, document)


def regulation(book: RuleBook) -> Regulation:
    """How documents cite the regulation of a rule book."""
    return Regulation(status="" if book.header.status == "in_force" else "（征求意见稿）")


def letters_of(tree: Directory, organ_id: UUID) -> str:
    """The organ's letters in numbers: 建司."""
    organ = tree.get(organ_id)
    return organ.letters or organ_letters(organ.name)


def number_series(tree: Directory, book: RuleBook, organ_id: UUID, kind: str) -> str:
    """建司执监督"""
    return series(book.instrument(kind).series, letters_of(tree, organ_id))


def seal(number: str | None) -> Seal:
    if number is None:
        return Seal.PLACE
    return Seal.TEST if settings.load().demo_mode else Seal.NONE


def compact(length: str) -> str:
    """10 个工作日 → 10个工作日: documents take no space."""
    return length.replace(" ", "")


def frame_of(tree: Directory, book: RuleBook, instrument: Instrument, today: date, number: str | None) -> Frame:
    """What every paper of an instrument shares; without a number it is a preview."""
    issuer = tree.name(instrument.organ_id)
    return Frame(
        issuer=issuer,
        created=today,
        number_stem=f"{number_series(tree, book, instrument.organ_id, instrument.kind)}〔{today.year}〕",
        number=number,
        dated=today if number else None,
        seal=seal(number),
        contact=instrument.contact,
        copies=tuple(tree.name(organ_id) for organ_id in instrument.copies_to),
        code=(instrument.verification_code or "") if number else "",
        demo=settings.load().demo_mode,
    )


async def due_of(work: Work, case: Case) -> Due:
    """The limit as printed: the day if served today, and what moves it."""
    term = term_of(case.instrument, case.book)
    end = compute(work.today, term, await deadlines.calendar(work))
    counted = (
        f"期限{compact(term.label)}，自送达次日起计算"
        + ("，遇法定休假日不计" if term.unit == "working_day" else "，届满日为法定休假日的顺延至其后第一个工作日")
        + f"；在{format_date(work.today)}之后送达的，届满日按送达日相应计算"
    )
    return Due(day=format_date(end.due), counted=counted, pending=case.instrument.number is None)


async def findings_of(work: Work, case: Case) -> tuple[Finding, ...]:
    """The findings in the order of the requirements, each with the names of its evidence."""
    covered = case.covered()
    files = await repository.files(work, "finding", [finding.id for finding in covered])
    return tuple(
        Finding(
            heading=finding.title,
            facts=finding.facts,
            evidence=tuple(PurePath(file.name).stem for file in files if file.owner_id == finding.id),
            provision=finding.provision,
            articles=(display(finding.content_item),),
        )
        for finding in covered
    )


async def document_of(work: Work, case: Case) -> Document:
    """The instrument as a document, with yellow places while it has no number."""
    instrument, book = case.instrument, case.book
    tree = await directory(work)
    government = tree.government_of(instrument.organ_id)
    common: dict[str, Any] = {
        "frame": frame_of(tree, book, instrument, work.today, instrument.number),
        "addressee": instrument.addressee_name,
        "findings": await findings_of(work, case),
        "requirements": tuple(line.text or "（待写明）" for line in case.requirements),
        "due": await due_of(work, case),
        "regulation": regulation(book),
        "name": case.rule.name,
        "opening": instrument.opening,
    }
    if instrument.kind == "internal_notice":
        body = tree.supervision_body_of(government) if government else None
        return InternalNoticeDocument(
            **common,
            justice_department=tree.name(body) if body else "同级司法行政部门",
            own_body=instrument.relation == "internal"
            or tree.get(instrument.addressee_id).parent_id == instrument.organ_id,
        )
    common |= {
        "government": tree.name(government) if government else "本级人民政府",
        "matter": case.matter.number or "",
        "objection_term": compact(book.deadline("objection.raise").length),
        "extension_term": compact(book.deadline("extension.request_before").length),
    }
    if instrument.kind == "opinion":
        return OpinionDocument(
            **common, preceding=await _preceding(work, case), vertical=instrument.relation == "vertical"
        )
    return LetterDocument(**common, act=_act(await repository.acts(work, case.matter.id), case))


def _act(acts: dict[UUID, Act], case: Case) -> str:
    """作出的行政处罚决定（…6号）, when every finding is about the same act."""
    concerned = {finding.act_id for finding in case.covered()}
    act = acts.get(next(iter(concerned)) or UUID(int=0)) if len(concerned) == 1 else None
    if act is None:
        return ""
    return f"作出的{act.name}（{act.number}）" if act.number else f"作出的{act.name}"


async def _preceding(work: Work, case: Case) -> tuple[Preceding, ...]:
    """Letters on the same findings that were served before."""
    rows = [
        row
        for row in await repository.of_matter(work, case.matter.id)
        if row.kind == "urging_letter" and row.state in _OUTCOMES and row.number
    ]
    covered = await repository.covered(work, [row.id for row in rows])
    wanted = {line.finding_id for line in case.requirements}
    found: list[Preceding] = []
    for row in rows:
        delivery = await repository.main_delivery(work, row.id)
        if not covered.get(row.id, set()) & wanted or delivery is None or delivery.served_on is None:
            continue
        due = format_date(delivery.due_on) if delivery.due_on else ""
        name = case.book.instrument(row.kind).name
        found.append(
            Preceding(
                name=name,
                number=row.number or "",
                served=format_date(delivery.served_on),
                due=due,
                outcome=_OUTCOMES[row.state],
            )
        )
    return tuple(found)


async def rectification(
    work: Work, delivery: Delivery, reply: Reply, signer: str, files: Sequence[tuple[int, str]]
) -> RectificationDocument:
    """The written report of the supervised organ, requirement by requirement (Art. 19)."""
    tree = await directory(work)
    items = {item["no"]: item for item in reply.items}
    results = []
    for line in delivery.requirements:
        item = items.get(line["no"], {})
        status = item.get("status", "")
        results.append(
            Done(
                requirement=line["text"],
                state=REPLY_STATUSES.get(status, "未办理"),
                measures=item.get("text", "") or "未说明",
                proof=tuple(PurePath(name).stem for no, name in files if no == line["no"]),
            )
        )
    return RectificationDocument(
        frame=Frame(
            issuer=tree.name(delivery.addressee_id),
            created=work.today,
            number=f"第{reply.round}次报告",
            dated=work.today,
            seal=seal("report"),
            contact=reply.drafted_by_name,
            demo=settings.load().demo_mode,
        ),
        addressee=delivery.issuer_name,
        instrument=f"《{delivery.title}》（{delivery.number}）",
        results=tuple(results),
        signer=signer,
        systemic=reply.general,
    )
