"""Reconsideration and litigation on record: tied to one act, they bar a decision about that act alone (Art. 20)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Barred, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.matters import case as cases
from supervision.matters import facts as registry
from supervision.matters import repository
from supervision.matters.case import Case
from supervision.matters.checking import move_finding
from supervision.matters.commands import EndRemedy, EnterRemedy
from supervision.matters.evidence import keep
from supervision.matters.inputs import RemedyInput, validate_remedy
from supervision.matters.models import Finding, Remedy
from supervision.matters.remedies import (
    REMEDY_KINDS,
    FindingOnAct,
    block_sentence,
    blocked_findings,
    findings_to_settle,
)
from supervision.matters.remedies import Remedy as RemedyFacts
from tenants.access import Target, authorize


async def enter_remedy(work: Work, matter_id: UUID, draft: EnterRemedy, *, owner_id: UUID | None = None) -> Remedy:
    """Enter a reconsideration or lawsuit about one act, with its proof (Art. 20).

    The supervised organ, which does not see the matter itself, names in `owner_id` the organ that served it a
    document of the matter. Raises Invalid for what is missing, IllegalTransition without act or proof.
    """
    case = await _entered_by(work, matter_id, owner_id)
    async with work.acting_as(case.matter.organ_id):
        acts = {act.id: act for act in await repository.acts(work, matter_id)}
        await cases.step(work, case, "enter_remedy", act_given=draft.act_id in acts, evidence_given=bool(draft.files))
        entered = RemedyInput(kind=draft.kind, body=draft.body, filed_on=draft.filed_on)
        errors = validate_remedy(entered, REMEDY_KINDS, work.today)
        if errors or draft.act_id is None:
            raise Invalid(errors=errors, article="20")
        remedy = Remedy(
            id=new_id(),
            city_id=work.city_id,
            organ_id=case.matter.organ_id,
            matter_id=matter_id,
            act_id=draft.act_id,
            kind=draft.kind,
            body=draft.body.strip(),
            filed_on=draft.filed_on,
            case_number=draft.case_number.strip(),
            evidence_id=None,
            entered_by_organ=work.actor.organ_id if work.actor else case.matter.organ_id,
            result="",
            settles=None,
        )
        kept = await keep(work, draft.files, matter_id=matter_id, owner_kind="remedy", owner_id=remedy.id)
        remedy.evidence_id = kept[0].id
        work.session.add(remedy)
        await work.session.flush()
        act = acts[draft.act_id]
        work.record(
            "enter_remedy",
            "remedy",
            remedy.id,
            title=f"登记{REMEDY_KINDS[draft.kind]}：{act.number} {act.name}".replace("： ", "："),
            note=f"{remedy.body}受理。就该行为暂不作出监督决定，其他问题继续办理。",
            article="20",
            thread_id=matter_id,
            detail={"act_id": str(act.id)},
        )
        await registry.tell(work, case.matter, "remedy_entered", remedy.id)
        await cases.refresh(work, matter_id)
    return remedy


async def _entered_by(work: Work, matter_id: UUID, owner_id: UUID | None) -> Case:
    if owner_id is None or owner_id == work.organ_id:
        return await cases.enter(work, matter_id, "enter_remedy")
    async with work.acting_as(owner_id):
        case = await cases.load(work, matter_id)
    target = Target(
        owner_id=owner_id, supervised_id=case.matter.supervised_id, relation=case.matter.relation, recused=case.recused
    )
    if work.actor is None or work.actor.organ_id != case.matter.supervised_id:
        raise NotFound
    await authorize(work, "matter", "enter_remedy", target)
    return case


async def end_remedy(work: Work, remedy_id: UUID, draft: EndRemedy) -> Remedy:
    """Enter the end of a reconsideration or lawsuit. Where the result settled the act, its open findings are
    done with; where it did not, they can be decided again."""
    found = await repository.one(work, Remedy, remedy_id)
    if found is None:
        raise NotFound
    case = await cases.enter(work, found.matter_id, "end_remedy")
    remedy = next(r for r in case.remedies if r.id == remedy_id)
    if remedy.ended_on is not None:
        raise Invalid("这一复议、诉讼已经登记终结。", field="ended_on", article="20")
    await cases.step(
        work, case, "end_remedy", evidence_given=bool(draft.files), remedy_result_given=bool(draft.result.strip())
    )
    entered = RemedyInput(remedy.kind, remedy.body, remedy.filed_on, draft.ended_on, draft.result, draft.settles)
    errors = validate_remedy(entered, REMEDY_KINDS, work.today, ending=True)
    if errors:
        raise Invalid(errors=errors, article="20")
    remedy.ended_on, remedy.result, remedy.settles = draft.ended_on, draft.result.strip(), draft.settles
    await keep(work, draft.files, matter_id=remedy.matter_id, owner_kind="remedy", owner_id=remedy.id)
    outcome = "已解决该行为的问题" if draft.settles else "没有解决该行为的问题，恢复办理"
    work.record(
        "end_remedy",
        "remedy",
        remedy.id,
        title=f"登记{REMEDY_KINDS[remedy.kind]}终结",
        note=f"{remedy.result}；{outcome}。",
        article="20",
        thread_id=remedy.matter_id,
        detail={"settles": bool(draft.settles)},
    )
    await _settle(work, case)
    await registry.tell(work, case.matter, "remedy_ended", remedy.id)
    await cases.refresh(work, remedy.matter_id)
    return remedy


async def _settle(work: Work, case: Case) -> None:
    done = set(findings_to_settle(on_acts(case.findings), remedy_facts(case.remedies)))
    for finding in case.findings:
        if finding.id in done:
            await move_finding(work, case, finding, "settle")
            finding.dropped_reason = "所涉行政行为已经复议、诉讼解决"
            work.record(
                "settle",
                "finding",
                finding.id,
                title=f"了结问题{finding.no}：复议、诉讼已解决",
                article="20",
                thread_id=case.matter.id,
            )


def on_acts(findings: list[Finding]) -> list[FindingOnAct[UUID]]:
    """Findings as the rules on remedies read them."""
    return [FindingOnAct(f.id, f.act_id, f.state) for f in findings]


def remedy_facts(remedies: list[Remedy]) -> list[RemedyFacts[UUID]]:
    """Remedies as the rules read them."""
    return [RemedyFacts(r.act_id, r.kind, r.ended_on is None, bool(r.settles)) for r in remedies]


async def blocked(work: Work, matter_id: UUID) -> dict[UUID, str]:
    """Findings of a matter on which nothing may be decided now, each with the sentence that says why (Art. 20)."""
    findings = on_acts(await repository.findings(work, matter_id))
    found = blocked_findings(findings, remedy_facts(await repository.remedies(work, matter_id)))
    return {finding: block_sentence(remedy) for finding, remedy in found.items()}


async def require_unblocked(work: Work, matter_id: UUID, finding_ids: set[UUID]) -> None:
    """Raises Barred when one of the findings is about an act under reconsideration or litigation."""
    found = await blocked(work, matter_id)
    for finding_id in finding_ids & found.keys():
        raise Barred(
            f"暂不能作出决定。{found[finding_id]}", article="20", remedy="复议、诉讼终结后，系统提示恢复办理。"
        )
