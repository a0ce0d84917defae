"""The whole record of a matter as a report or a decision rests on it, read as the supervision body sees it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kernel.wording import format_date
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.deadlines.service import rulebook
from supervision.decisions import repository
from supervision.decisions.items import DecisionItem, DecisionKind
from supervision.instruments import repository as instruments
from supervision.instruments.models import Delivery, Instrument, Reply
from supervision.instruments.rules import FAILED_STATES, has_failed
from supervision.matters.findings import OPEN_STATES
from supervision.matters.models import Act, Evidence, Finding, Handler, Matter, Remedy
from supervision.matters.remedies import REMEDY_KINDS, FindingOnAct, blocked_findings
from supervision.matters.remedies import Remedy as RemedyFacts

LETTERS = ("urging_letter", "opinion")


@dataclass(frozen=True, slots=True)
class Served:
    """An instrument of the matter with its delivery to the supervised organ and what was answered."""

    instrument: Instrument
    delivery: Delivery | None
    replies: tuple[Reply, ...]

    @property
    def failed(self) -> bool:
        """Whether it lapsed or was refused and nothing cured that since (Article 20)."""
        late = any(reply.late_workdays for reply in self.replies)
        return has_failed(self.instrument.state, late)


@dataclass(frozen=True, slots=True)
class Record:
    """Matter, findings, acts, remedies, evidence, instruments and answers."""

    matter: Matter
    book: RuleBook
    findings: dict[UUID, Finding]
    acts: dict[UUID, Act]
    remedies: list[Remedy]
    evidence: dict[UUID, list[Evidence]]
    """By finding."""
    served: list[Served]
    covered: dict[UUID, set[UUID]]
    """Findings that each instrument names."""
    handlers: list[Handler]
    recused: frozenset[UUID]
    kinds: dict[str, DecisionKind] = field(default_factory=dict)

    def on_acts(self, only: Collection[UUID] | None = None) -> list[FindingOnAct[UUID]]:
        """The findings with the acts they concern; with `only`, these alone."""
        return [FindingOnAct(f.id, f.act_id, f.state) for f in self.findings.values() if only is None or f.id in only]

    def remedy_facts(self) -> list[RemedyFacts[UUID]]:
        return [RemedyFacts(r.act_id, r.kind, r.ended_on is None, bool(r.settles)) for r in self.remedies]

    def blocked(self) -> set[UUID]:
        """Findings whose act is under reconsideration or litigation now."""
        return set(blocked_findings(self.on_acts(), self.remedy_facts()))

    def blocking(self, finding_id: UUID) -> Remedy | None:
        """The running remedy about the finding's act."""
        act = self.findings[finding_id].act_id
        return next((r for r in self.remedies if act is not None and r.act_id == act and r.ended_on is None), None)

    def open_of(self, instrument_id: UUID) -> list[UUID]:
        """Open findings that the instrument names, in the order of the matter."""
        named = self.covered.get(instrument_id, set())
        return [f.id for f in self.findings.values() if f.id in named and f.state in OPEN_STATES]

    def served_of(self, instrument_id: UUID) -> Served | None:
        return next((s for s in self.served if s.instrument.id == instrument_id), None)

    def failed(self, instrument_id: UUID) -> bool:
        one = self.served_of(instrument_id)
        return one is not None and one.failed

    def act_label(self, finding_id: UUID) -> str:
        """建市监罚〔2026〕88号 处罚决定; for an omission the title of the finding."""
        finding = self.findings[finding_id]
        act = self.acts.get(finding.act_id) if finding.act_id else None
        return f"{act.number} {act.name}".strip() if act else finding.title

    def kind_name(self, kind: str) -> str:
        return self.kinds[kind].name if kind in self.kinds else kind

    def reason_name(self, kind: str, code: str) -> str:
        return self.kinds[kind].reasons.get(code, code) if kind in self.kinds else code


async def read(work: Work, matter_id: UUID) -> Record:
    """The record; the work acts as the organ that handles the matter. Raises NotFound."""
    matter = await repository.matter(work, matter_id)
    book = await rulebook(work, matter.rulebook_key)
    findings = await repository.findings(work, matter_id)
    rows = [i for i in await instruments.of_matter(work, matter_id) if i.kind in LETTERS]
    evidence: dict[UUID, list[Evidence]] = {}
    for piece in await instruments.files(work, "finding", [f.id for f in findings]):
        evidence.setdefault(piece.owner_id, []).append(piece)
    served = []
    for row in rows:
        delivery = await instruments.main_delivery(work, row.id)
        replies = await instruments.replies(work, delivery.id) if delivery else []
        served.append(Served(row, delivery, tuple(r for r in replies if r.submitted_at is not None)))
    return Record(
        matter=matter,
        book=book,
        findings={f.id: f for f in findings},
        acts=await repository.acts(work, matter_id),
        remedies=await repository.remedies(work, matter_id),
        evidence=evidence,
        served=served,
        covered=await instruments.covered(work, [row.id for row in rows]),
        handlers=await instruments.handlers(work, matter_id),
        recused=await instruments.recused(work, matter_id),
        kinds=kinds_of(book),
    )


def kinds_of(book: RuleBook) -> dict[str, DecisionKind]:
    """The decision kinds of a rule book with their closed lists of reasons."""
    return {
        d.key: DecisionKind(
            d.key, d.name, {r.key: r.name for r in d.reasons}, frozenset(d.off_for_relations), article=d.article
        )
        for d in book.decisions
    }


def proposals_of(stored: Sequence[dict[str, str]]) -> list[DecisionItem[UUID]]:
    """The proposals of a report as the rules read them."""
    return [
        DecisionItem(UUID(p["finding_id"]), p["kind"], p["reason_code"], p["requirement"])
        for p in stored
        if p.get("kind")
    ]


def remedy_text(remedy: Remedy) -> str:
    """2026年9月21日向建安区人民政府申请行政复议，正在办理。"""
    verb = "申请" if remedy.kind == "reconsideration" else "提起"
    number = f"（{remedy.case_number}）" if remedy.case_number else ""
    name = REMEDY_KINDS[remedy.kind]
    return f"当事人于{format_date(remedy.filed_on)}{verb}{name}，由{remedy.body}受理{number}，正在办理。"


def outcome_of(served: Served) -> str:
    """What became of an instrument, in one sentence for the documents."""
    state, delivery = served.instrument.state, served.delivery
    due = format_date(delivery.due_on) if delivery and delivery.due_on else ""
    if state == "refused":
        return "被监督机关拒不改正。"
    if state in FAILED_STATES:
        return f"至{due}未书面报告，逾期不改正。" if not served.replies else "逾期报告，问题仍未改正。"
    if state == "answered":
        return "已逾期报告，尚未整改到位。" if served.failed else "已书面报告。"
    return "期限内未改正的问题一并列入本次报告。"


def statement_of(record: Record) -> str:
    """What the supervised organ said in its written reports, latest last."""
    said = []
    for served in record.served:
        for reply in served.replies:
            day = format_date(reply.submitted_at.date()) if reply.submitted_at else ""
            lines = [str(item.get("text", "")).strip() for item in reply.items]
            text = "；".join(line for line in [*lines, reply.general.strip()] if line)
            refused = "明确表示不履行。" if reply.refuses else ""
            said.append(f"{day}书面报告：{text}{'' if text.endswith('。') else '。'}{refused}")
    return "\n".join(said) or "在规定的期限内没有书面报告，也没有提出陈述意见。"


def due_of(served: Served) -> date | None:
    return served.delivery.due_on if served.delivery else None
