"""From the record to the two documents of Art. 20: the report to the government, and the government's decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from kernel import settings
from kernel.wording import format_date
from kernel.work import Work
from policy.articles import display
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import Term, compute
from supervision.decisions.cases import ReportCase
from supervision.decisions.items import DecisionItem
from supervision.decisions.record import Record, due_of, outcome_of, proposals_of
from supervision.instruments.documents import (
    DecisionDocument,
    Document,
    Due,
    Finding,
    Frame,
    Outcome,
    Preceding,
    RemedySearch,
    ReportDocument,
)
from supervision.instruments.papers import compact, number_series, regulation, seal
from tenants.organs.directory import directory

SOURCES = ("本系统登记的行政复议、行政诉讼记录",)
REPORT_KIND = "government_report"


def findings_in(record: Record, ids: Iterable[UUID]) -> tuple[Finding, ...]:
    """Findings as they are printed, with the names of their evidence."""
    return tuple(
        Finding(
            heading=record.findings[f].title,
            facts=record.findings[f].facts,
            evidence=tuple(piece.name for piece in record.evidence.get(f, [])),
            provision=record.findings[f].provision,
            articles=(display(record.findings[f].content_item),),
        )
        for f in ids
    )


def preceding_in(record: Record, ids: Iterable[UUID]) -> tuple[Preceding, ...]:
    """The instruments on these findings that were served, with what became of each."""
    wanted = set(ids)
    found = []
    for served in record.served:
        delivery = served.delivery
        named = record.covered.get(served.instrument.id, set())
        if not named & wanted or delivery is None or delivery.served_on is None or not served.instrument.number:
            continue
        due = due_of(served)
        found.append(
            Preceding(
                name=record.book.instrument(served.instrument.kind).name,
                number=served.instrument.number,
                served=format_date(delivery.served_on),
                due=format_date(due) if due else "",
                outcome=outcome_of(served),
            )
        )
    return tuple(found)


def outcomes_of(record: Record, items: Sequence[DecisionItem[UUID]]) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            act=record.act_label(item.finding),
            kind=record.kind_name(item.kind),
            ground=record.reason_name(item.kind, item.reason),
            result=item.requirement,
        )
        for item in items
    )


def set_apart(record: Record, ids: Iterable[UUID]) -> tuple[str, ...]:
    """Acts that are left to reconsideration or litigation, each once."""
    return tuple(dict.fromkeys(record.act_label(f) for f in ids))


async def report_document(work: Work, case: ReportCase) -> ReportDocument:
    """The 请示 with signer; without a number it is a preview."""
    report, record = case.report, case.record
    tree = await directory(work)
    items = proposals_of(report.proposals)
    named = [item.finding for item in items] or case.covered()
    stem = number_series(tree, record.book, report.organ_id, REPORT_KIND)
    return ReportDocument(
        frame=Frame(
            issuer=tree.name(report.organ_id),
            created=work.today,
            number_stem=f"{stem}〔{work.today.year}〕",
            number=report.number,
            dated=work.today if report.number else None,
            seal=seal(report.number),
            contact="、".join(handler.person_name for handler in record.handlers),
            demo=settings.load().demo_mode,
        ),
        government=tree.name(report.government_id),
        supervised=report.supervised_name,
        signer=work.actor.name if work.actor and report.number else None,
        findings=findings_in(record, named),
        preceding=preceding_in(record, named),
        answer=report.statement.replace("\n", ""),
        search=RemedySearch(day=format_date(work.today), sources=SOURCES),
        proposals=outcomes_of(record, items),
        regulation=regulation(record.book),
        considered=report.considered,
        legal_review=report.legal_review,
        set_apart=set_apart(record, case.blocked()),
    )


async def execution_due(work: Work, record: Record, amount: int, unit: str) -> tuple[Term, Due]:
    """The time for executing a decision that is served today, and how it is printed."""
    rule = record.book.deadline("decision.execution")
    source = rule.source if (rule.amount, rule.unit) == (amount, unit) else "由文书确定"
    term = Term(amount, unit, rule.key, source, rule.article)  # type: ignore[arg-type]
    end = compute(work.today, term, await deadlines.calendar(work))
    counted = (
        f"期限{compact(term.label)}，自送达次日起计算"
        + ("，遇法定休假日不计" if unit == "working_day" else "，届满日为法定休假日的顺延至其后第一个工作日")
        + f"；在{format_date(work.today)}之后送达的，届满日按送达日相应计算"
    )
    return term, Due(day=format_date(end.due), counted=counted)


async def decision_document(
    work: Work, case: ReportCase, items: Sequence[DecisionItem[UUID]], apart: Sequence[UUID], due: Due
) -> Callable[[Frame], Document]:
    """The decision, waiting for the frame with number, date and seal that it gets when it is issued."""
    report, record = case.report, case.record
    tree = await directory(work)
    named = [item.finding for item in items]

    def compose(frame: Frame) -> Document:
        return DecisionDocument(
            frame=frame,
            addressee=report.supervised_name,
            supervision_body=tree.name(report.organ_id),
            findings=findings_in(record, named),
            preceding=preceding_in(record, named),
            search=RemedySearch(day=format_date(work.today), sources=SOURCES),
            outcomes=outcomes_of(record, items),
            execution_due=due,
            regulation=regulation(record.book),
            considered=report.considered,
            set_apart=set_apart(record, apart),
            objection_term=compact(record.book.deadline("objection.raise").length),
        )

    return compose
