"""What the system opens by itself: a draft on an instrument that was not obeyed, or a decision not executed.

Instruments and decisions lie below and enqueue the job by its name; the draft waits for a person to complete it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.errors import NotFound
from kernel.wording import format_date
from kernel.work import Work
from supervision.accountability import repository
from supervision.accountability.case import LEADERS, Case, load, record
from supervision.accountability.opening import create, tell_leaders
from supervision.deadlines import service as deadlines
from supervision.decisions import repository as decisions
from supervision.decisions.models import Decision
from supervision.instruments import repository as instruments
from supervision.instruments.models import Instrument
from supervision.matters.evidence import again
from supervision.matters.models import Finding, Matter
from tenants.access import Target, authorize
from tenants.organs.directory import directory

GROUND_OF = {"instrument": "21(10)", "decision": "21(11)"}
"""What a draft rests on."""
Source = tuple[Matter, str, list[Finding]]


async def draft_from(work: Work, origin: str, source_id: UUID) -> UUID | None:
    """The draft that the system opens when an instrument is refused or unanswered, or a decision is not executed.

    Once for each source, however often it runs; the work acts as the supervision body. None when there is one, or
    when nothing is left to hold anybody accountable for.
    """
    found = await (_of_decision if origin == "decision" else _of_instrument)(work, source_id)
    if found is None or await repository.drafted_for(work, source_id) is not None:
        return None
    matter, label, findings = found
    tree = await directory(work)
    relation = tree.relation(work.organ_id, matter.supervised_id)
    if relation is None or relation.kind not in ("level", "vertical") or matter.government_id is None:
        return None
    await authorize(work, "accountability", "propose", Target(supervised_id=matter.supervised_id))
    book = await deadlines.rulebook(work, matter.rulebook_key)
    row = await create(
        work,
        book,
        origin=origin,
        government_id=matter.government_id,
        supervised_id=matter.supervised_id,
        supervised_name=matter.supervised_name,
        relation=relation.kind,
        relation_article=relation.article,
        against="organ",
        matter_id=matter.id,
        source_id=source_id,
        source_label=label,
        automatic=True,
        proposed_by=None,
        proposed_by_name="系统",
        grounds=[GROUND_OF[origin]],
        facts=_facts(work, origin, label, findings),
        gravity="",
        fault="",
        measure="",
        nature="",
        harm="",
        mitigating="",
        aggravating="",
    )
    case = await load(work, row.id)
    await _take_over(work, case, findings)
    ground = GROUND_OF[origin]
    record(work, case, "propose", f"系统起草责任追究：{case.respondent}", f"{label}。", article=["21", ground])
    await tell_leaders(work, case, f"{label}，系统已起草责任追究", ("supervisor", *LEADERS), article=ground)
    await work.session.flush()
    return row.id


def _facts(work: Work, origin: str, label: str, findings: Sequence[Finding]) -> str:
    what = "；".join(f.title.rstrip("。；") for f in findings)
    until = f"截至{format_date(work.today)}" if origin == "instrument" else f"经{format_date(work.today)}核验"
    return f"{label}，{until}没有执行。所涉问题：{what}。" if what else f"{label}，{until}没有执行。"


async def _take_over(work: Work, case: Case, findings: Sequence[Finding]) -> None:
    """The evidence of the findings concerned."""
    chosen = {finding.id for finding in findings}
    for item in await repository.evidence_of_matter(work, case.row.matter_id or case.row.id):
        if item.owner_id in chosen:
            again(work, item, owner_kind="accountability", owner_id=case.row.id)


async def _of_instrument(work: Work, instrument_id: UUID) -> Source | None:
    """The instrument, locked so that of two runs the second sees the draft of the first."""
    instrument = await instruments.lock(work, Instrument, instrument_id)
    if instrument.state not in ("refused", "lapsed"):
        return None
    matter = await instruments.matter(work, instrument.matter_id)
    covered = (await instruments.covered(work, [instrument.id])).get(instrument.id, set())
    findings = [f for f in await instruments.findings(work, matter.id) if f.id in covered]
    book = await deadlines.rulebook(work, instrument.rulebook_key)
    verb = "拒不执行" if instrument.state == "refused" else "期满没有报告执行情况"
    return matter, f"{book.instrument(instrument.kind).short_name} {instrument.number}{verb}", findings


async def _of_decision(work: Work, decision_id: UUID) -> Source | None:
    decision = await decisions.get(work, Decision, decision_id)
    async with work.acting_as(decision.organ_id):
        decision = await decisions.lock(work, Decision, decision_id)
    if decision.body_id != work.organ_id:
        raise NotFound
    if decision.state != "not_executed":
        return None
    matter = await instruments.matter(work, decision.matter_id)
    named = {item.finding_id for item in await decisions.items(work, [decision.id])}
    findings = [f for f in await instruments.findings(work, matter.id) if f.id in named]
    return matter, f"监督决定书 {decision.number}没有执行", findings
