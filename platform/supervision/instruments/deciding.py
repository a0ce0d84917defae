"""The government's decision document as an instrument: numbered, rendered and served like the others (Art. 20)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec

from kernel.ids import new_id
from kernel.series import next_number
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.instruments import repository, standing
from supervision.instruments.case import Case, load
from supervision.instruments.documents import Document, Frame
from supervision.instruments.models import Delivery, Instrument, Requirement
from supervision.instruments.numbering import document_number
from supervision.instruments.papers import number_series, seal
from supervision.instruments.rules import FAILED_STATES
from supervision.instruments.sending import finish, new_code
from supervision.matters.findings import OPEN_STATES
from tenants.organs.directory import directory


class DecisionPaper(msgspec.Struct, frozen=True, kw_only=True):
    """What the government's decision document needs to become an instrument of the government."""

    decision_id: UUID
    matter_id: UUID
    government_id: UUID
    relation: str
    lines: tuple[tuple[UUID, str], ...]
    """(finding, what the decision requires about it), in the order of the document."""
    term_amount: int
    term_unit: str
    copies_to: tuple[UUID, ...]
    decided_by: UUID
    decided_by_name: str
    contact: str = ""


async def issue_decision(
    work: Work, paper: DecisionPaper, compose: Callable[[Frame], Document]
) -> tuple[Instrument, Delivery]:
    """Number, render and serve a decision document in the government's own series (Art. 20), in one transaction.

    The work acts as the government. `compose` gets the frame with number, date, seal and code and returns the
    document. The checks and the policy of the decision are the caller's.
    """
    matter = await repository.matter(work, paper.matter_id)
    book = await deadlines.rulebook(work, matter.rulebook_key)
    tree = await directory(work)
    year = work.today.year
    seq = await next_number(work, "instrument:decision", year)
    number = document_number(number_series(tree, book, paper.government_id, "decision"), year, seq)
    instrument = Instrument(
        id=new_id(),
        city_id=work.city_id,
        organ_id=paper.government_id,
        matter_id=matter.id,
        matter_number=matter.number or "",
        matter_title=matter.title,
        kind="decision",
        addressee_id=matter.supervised_id,
        addressee_name=tree.name(matter.supervised_id),
        relation=paper.relation,
        copies_to=list(dict.fromkeys(paper.copies_to)),
        copies_text="、".join(tree.name(organ_id) for organ_id in dict.fromkeys(paper.copies_to)),
        state="approved",
        number=number,
        year=year,
        seq=seq,
        title=book.instrument("decision").name,
        opening="",
        term_amount=paper.term_amount,
        term_unit=paper.term_unit,
        rulebook_key=book.key,
        contact=paper.contact,
        drafted_by=paper.decided_by,
        drafted_by_name=paper.decided_by_name,
        approved_by=paper.decided_by,
        approved_by_name=paper.decided_by_name,
        approved_at=work.now,
        sent_back_count=0,
        objected=False,
        decision_id=paper.decision_id,
        verification_code=await new_code(work),
    )
    work.session.add(instrument)
    await work.session.flush()
    work.session.add_all(await _decision_lines(work, instrument, paper.lines))
    await work.session.flush()
    case = await load(work, instrument.id)
    frame = Frame(
        issuer=tree.name(paper.government_id),
        created=work.today,
        number=number,
        dated=work.today,
        seal=seal(number),
        contact=paper.contact,
        copies=tuple(tree.name(organ_id) for organ_id in instrument.copies_to),
        printer=f"{tree.name(paper.government_id)}办公室",
        code=instrument.verification_code or "",
        demo=seal(number).value == "test",
    )
    await finish(work, case, compose(frame))
    assert case.delivery is not None
    return instrument, case.delivery


async def _decision_lines(work: Work, instrument: Instrument, lines: Sequence[tuple[UUID, str]]) -> list[Requirement]:
    findings = {finding.id: finding for finding in await repository.findings(work, instrument.matter_id)}
    return [
        Requirement(
            id=new_id(),
            city_id=work.city_id,
            organ_id=instrument.organ_id,
            instrument_id=instrument.id,
            no=no,
            finding_id=finding_id,
            finding_title=findings[finding_id].title,
            finding_facts=findings[finding_id].facts,
            provision=findings[finding_id].provision,
            content_item=findings[finding_id].content_item,
            text=text,
        )
        for no, (finding_id, text) in enumerate(lines, 1)
    ]


async def settle_by_decision(work: Work, instrument_id: UUID, decision: str) -> None:
    """The instrument on which the government decided asks for no report any more: its addressee reports on the
    execution of the decision (Art. 20), and its limit is overdue no longer. The same for earlier instruments on
    problems of which none is open any more. The work acts as the issuer of the instrument."""
    case = await load(work, instrument_id, lock=True)
    if case.delivery is None:
        return
    case.delivery.state = "closed"
    reason = f"本级政府已作出监督决定 {decision}"
    for row in [case.instrument, *await _overtaken(work, case)]:
        await deadlines.cancel(work, row.id, reason, rule_key="instrument.answer")
    await standing.keep(work, case, case.delivery)
    await _to_addressee(work, case, "decide", f"本级政府已作出监督决定 {decision}，不再就本文书报告")


async def _overtaken(work: Work, case: Case) -> list[Instrument]:
    """Other instruments of the matter whose problems are all decided or settled."""
    rows = [row for row in await repository.of_matter(work, case.matter.id) if row.id != case.instrument.id]
    covered = await repository.covered(work, [row.id for row in rows])
    still = {finding.id for finding in case.findings.values() if finding.state in OPEN_STATES}
    return [row for row in rows if row.state in FAILED_STATES and not covered.get(row.id, set()) & still]


async def restore_after_decision(work: Work, instrument_id: UUID, decision: str) -> None:
    """The decision on the instrument was revoked: what it asked for is asked for again, past its limit."""
    case = await load(work, instrument_id, lock=True)
    if case.delivery is None or case.instrument.state not in _ASKING:
        return
    case.delivery.state = _ASKING[case.instrument.state]
    if case.deadline is not None and case.deadline.state == "cancelled":
        await deadlines.reinstate(work, case.deadline, f"监督决定 {decision} 已撤销")
    await standing.keep(work, case, case.delivery)
    await _to_addressee(work, case, "revoke", f"监督决定 {decision} 已撤销，请继续就本文书报告")


_ASKING = {"lapsed": "served", "answered": "answered"}
"""State of an instrument → that of its delivery while a report on it may still come."""


async def _to_addressee(work: Work, case: Case, action: str, title: str) -> None:
    delivery = case.delivery
    assert delivery is not None
    async with work.acting_as(delivery.addressee_id):
        work.record(
            action,
            "delivery",
            delivery.id,
            title=title,
            article="20",
            thread_id=delivery.id,
            visibility="served",
        )
