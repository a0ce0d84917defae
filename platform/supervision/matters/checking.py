"""Checking the facts: activities, evidence, acts, findings, and whether a finding was rectified (Arts. 13, 14, 19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from kernel import vault as vaults
from kernel.errors import Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.vault import mask_id
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.matters import case as cases
from supervision.matters import facts as registry
from supervision.matters import repository
from supervision.matters.case import Case
from supervision.matters.commands import EnterAct, EstablishFinding, RecordActivity, Upload
from supervision.matters.evidence import again, keep
from supervision.matters.findings import FINDING, FindingFacts
from supervision.matters.inputs import (
    ActInput,
    ActivityInput,
    FindingInput,
    validate_act,
    validate_activity,
    validate_finding,
)
from supervision.matters.limits import limits_of
from supervision.matters.models import Act, Activity, Evidence, Finding, Matter
from supervision.matters.remedies import Remedy as RemedyFacts
from supervision.matters.remedies import is_settled, running_about
from supervision.matters.rules import MatterFacts
from supervision.matters.telling import start_telling

RECEIVER_MAX = 100
ON_SITE = frozenset({"inspect", "site_survey", "covert_visit"})
"""Measures that count as seeing the rectification on the spot."""


async def record_activity(
    work: Work, matter_id: UUID, draft: RecordActivity, *, version: int | None = None
) -> Activity:
    """Record a measure with its participants and files (Art. 13), and any obstruction met (Art. 14)."""
    case = await cases.enter(work, matter_id, "record_activity", version=version)
    async with work.acting_as(case.matter.organ_id):
        await cases.step(work, case, "record_activity")
        book = await deadlines.rulebook(work, case.matter.rulebook_key)
        people = await repository.posts(work, draft.participant_post_ids)
        entered = ActivityInput(
            kind=draft.kind,
            at=draft.at,
            place=draft.place,
            participants=sum(cases.certified(post, work.today) for post in people),
            record=draft.record,
            obstructed=draft.obstructed,
            obstruction=draft.obstruction,
            approval_number=draft.approval_number,
            commissioned=draft.commissioned,
            grades=draft.grades,
            reviews_files=case.matter.mode == "file_review",
            social_count=draft.social_count,
        )
        _refuse(validate_activity(entered, limits_of(book), work.now), "13")
        activity = _activity(work, case.matter, draft, "、".join(post.person_name for post in people))
        work.session.add(activity)
        kept = await keep(work, draft.files, matter_id=matter_id, owner_kind="activity", owner_id=activity.id)
        title = book.measure(draft.kind).name + ("，遇到拒绝、阻碍" if activity.obstruction else "")
        work.record(
            "record_activity",
            "activity",
            activity.id,
            title=title,
            note=f"{activity.place}。{activity.record}".lstrip("。"),
            article=["13", "14"] if activity.obstruction else "13",
            thread_id=matter_id,
            detail={"kind": draft.kind, "files": [str(item.id) for item in kept]},
        )
        await cases.refresh(work, matter_id)
    return activity


def _activity(work: Work, matter: Matter, draft: RecordActivity, participants: str) -> Activity:
    extra = [f"批准编号：{draft.approval_number.strip()}" if draft.approval_number.strip() else ""]
    extra.append(f"受委托第三方：{draft.commissioned.strip()}" if draft.commissioned.strip() else "")
    return Activity(
        id=new_id(),
        city_id=work.city_id,
        organ_id=matter.organ_id,
        matter_id=matter.id,
        kind=draft.kind,
        at=draft.at,
        place=draft.place.strip(),
        participants=participants,
        record="\n".join([draft.record.strip(), *(part for part in extra if part)]),
        obstruction=draft.obstruction.strip() if draft.obstructed else "",
        recorded_by=work.actor.post_id if work.actor else matter.organ_id,
        files_good=draft.grades.good,
        files_passed=draft.grades.passed,
        files_failed=draft.grades.failed,
        files_vetoed=draft.grades.vetoed,
        social_count=draft.social_count,
    )


def _refuse(errors: Sequence[Any], article: str) -> None:
    if errors:
        raise Invalid(errors=list(errors), article=article)


async def add_evidence(work: Work, matter_id: UUID, files: Sequence[Upload]) -> list[Evidence]:
    """Add files to the matter itself. Raises IllegalTransition without a file."""
    case = await cases.enter(work, matter_id, "add_evidence")
    async with work.acting_as(case.matter.organ_id):
        await cases.step(work, case, "add_evidence", evidence_given=bool(files))
        kept = await keep(work, files, matter_id=matter_id, owner_kind="matter", owner_id=matter_id)
        work.record(
            "add_evidence",
            "matter",
            matter_id,
            title=f"添加证据 {len(kept)} 份",
            note="、".join(item.name for item in kept),
            article="13",
            thread_id=matter_id,
            detail={"files": [str(item.id) for item in kept]},
        )
    return kept


async def enter_act(work: Work, matter_id: UUID, draft: EnterAct, *, version: int | None = None) -> Act:
    """Enter an administrative act that findings, reconsideration and litigation attach to (Art. 20)."""
    case = await cases.enter(work, matter_id, "enter_act", version=version)
    await cases.step(work, case, "enter_act")
    act = await _new_act(work, case, draft)
    await cases.refresh(work, matter_id)
    return act


async def _new_act(work: Work, case: Case, draft: EnterAct) -> Act:
    entered = ActInput(name=draft.name, made_on=draft.made_on, counterpart=draft.counterpart)
    _refuse(validate_act(entered, work.today), "20")
    number = draft.counterpart_id.strip()
    act = Act(
        id=new_id(),
        city_id=work.city_id,
        organ_id=case.matter.organ_id,
        matter_id=case.matter.id,
        no=len(await repository.acts(work, case.matter.id)) + 1,
        name=draft.name.strip(),
        number=draft.number.strip(),
        made_on=draft.made_on,
        subject=draft.subject.strip(),
        counterpart_name=draft.counterpart.strip(),
        counterpart_cipher=vaults.vault().seal(number) if number else None,
        counterpart_mask=mask_id(number) if number else "",
    )
    work.session.add(act)
    await work.session.flush()
    work.record(
        "enter_act",
        "act",
        act.id,
        title=f"登记行政行为：{act.number} {act.name}".replace("： ", "："),
        article="20",
        thread_id=case.matter.id,
    )
    await registry.tell(work, case.matter, "act_entered", act.id)
    return act


async def establish_finding(
    work: Work, matter_id: UUID, draft: EstablishFinding, *, version: int | None = None
) -> Finding:
    """Establish a problem with content item, facts, provision, gravity, evidence and the act it concerns (Art. 19)."""
    case = await cases.enter(work, matter_id, "establish_finding", version=version)
    chosen = [e for e in await repository.evidence(work, matter_id) if e.id in draft.evidence_ids]
    await cases.step(work, case, "establish_finding", evidence_given=True)
    known = {act.id for act in await repository.acts(work, matter_id)}
    entered = FindingInput(
        content_item=draft.content_item,
        title=draft.title,
        facts=draft.facts,
        provision=draft.provision,
        gravity=draft.gravity,
        evidence_count=len(chosen) + len(draft.files),
        concerns_act=draft.concerns_act,
        act_in_matter=draft.act_id in known or draft.new_act is not None,
        relation=case.matter.relation,
    )
    book = await deadlines.rulebook(work, case.matter.rulebook_key)
    _refuse(validate_finding(entered, limits_of(book)), "19")
    act_id = draft.act_id if draft.concerns_act else None
    if draft.concerns_act and draft.new_act is not None and act_id not in known:
        act_id = (await _new_act(work, case, draft.new_act)).id
    finding = Finding(
        id=new_id(),
        city_id=work.city_id,
        organ_id=case.matter.organ_id,
        matter_id=matter_id,
        no=max((f.no for f in case.findings), default=0) + 1,
        content_item=draft.content_item,
        title=draft.title.strip(),
        facts=draft.facts.strip(),
        provision=draft.provision.strip(),
        gravity=draft.gravity,
        act_id=act_id,
        officers=draft.officers.strip(),
        state=FINDING.initial,
        established_on=work.today,
        verified_note="",
        dropped_reason="",
    )
    work.session.add(finding)
    await keep(work, draft.files, matter_id=matter_id, owner_kind="finding", owner_id=finding.id)
    for item in chosen:
        again(work, item, owner_kind="finding", owner_id=finding.id)
    work.record(
        "establish_finding",
        "finding",
        finding.id,
        title=f"认定问题：{finding.title}",
        note=finding.facts,
        article=["19", finding.content_item],
        thread_id=matter_id,
        detail={"no": finding.no, "act_id": str(act_id) if act_id else None},
    )
    await start_telling(work, case.matter)
    await registry.tell(work, case.matter, "finding_changed", finding.id)
    await cases.refresh(work, matter_id)
    return finding


async def drop_finding(work: Work, finding_id: UUID, reason: str, *, version: int | None = None) -> Finding:
    """Take back a finding, with the reason."""
    case, finding = await _enter_finding(work, finding_id, "drop_finding")
    _fresh(finding, version)
    given = bool(reason.strip())
    await cases.step(work, case, "drop_finding", reason_given=given)
    await move_finding(work, case, finding, "drop", reason_given=given)
    finding.dropped_reason = reason.strip()
    work.record(
        "drop_finding",
        "finding",
        finding.id,
        title=f"撤销问题认定：{finding.title}",
        note=reason.strip(),
        article="19",
        thread_id=case.matter.id,
    )
    await registry.tell(work, case.matter, "finding_changed", finding.id)
    await cases.refresh(work, case.matter.id)
    return finding


async def refer_finding(
    work: Work, finding_id: UUID, receiver: str, reason: str, *, version: int | None = None
) -> Finding:
    """Hand a finding to another authority, which settles it here: an open one that is not for this side to decide, or
    a decided one whose decision was not carried out (Art. 21(11)).

    Raises IllegalTransition while the decision may still be carried out, Invalid without receiver.
    """
    case, finding = await _enter_finding(work, finding_id, "refer_finding")
    _fresh(finding, version)
    to = receiver.strip()
    if not 2 <= len(to) <= RECEIVER_MAX:
        raise Invalid("请写明接收移送的机关。", field="receiver", article="21")
    given = bool(reason.strip())
    await cases.step(work, case, "refer_finding", reason_given=given)
    await move_finding(work, case, finding, "refer", reason_given=given)
    finding.dropped_reason = f"移送{to}：{reason.strip()}"
    work.record(
        "refer_finding",
        "finding",
        finding.id,
        title=f"移送问题{finding.no}：{to}",
        note=reason.strip(),
        article="21(11)" if finding.id in case.outside.unexecuted else "21",
        thread_id=case.matter.id,
        detail={"receiver": to},
    )
    await registry.tell(work, case.matter, "finding_changed", finding.id)
    await cases.refresh(work, case.matter.id)
    return finding


async def verify_rectification(
    work: Work,
    finding_id: UUID,
    rectified: bool,
    note: str,
    *,
    evidence_seen: bool = True,
    version: int | None = None,
) -> Finding:
    """Verify by a handler, never by the supervised organ, whether a finding was rectified (Art. 19).

    Needs a submitted written report that covers the finding, or a visit recorded after it was established. What
    is not rectified needs a reason.
    """
    case, finding = await _enter_finding(work, finding_id, "verify_rectification")
    _fresh(finding, version)
    await cases.step(work, case, "verify_rectification", evidence_given=evidence_seen)
    action = "verify_rectified" if rectified else "verify_not_rectified"
    await move_finding(
        work, case, finding, action, evidence_seen=evidence_seen, reason_given=rectified or bool(note.strip())
    )
    finding.verified_note, finding.verified_at = note.strip(), work.now
    finding.verified_by = work.actor.person_id if work.actor else None
    verdict = "已整改" if rectified else "整改不到位"
    work.record(
        "verify_rectification",
        "finding",
        finding.id,
        title=f"核验整改：问题{finding.no}{verdict}",
        note=note.strip(),
        article="19",
        thread_id=case.matter.id,
        detail={"rectified": rectified},
    )
    await registry.tell(work, case.matter, "finding_changed", finding.id)
    await cases.refresh(work, case.matter.id)
    return finding


async def _enter_finding(work: Work, finding_id: UUID, action: str) -> tuple[Case, Finding]:
    found = await repository.one(work, Finding, finding_id)
    if found is None:
        raise NotFound
    case = await cases.enter(work, found.matter_id, action)
    return case, next(f for f in case.findings if f.id == finding_id)


def _fresh(finding: Finding, version: int | None) -> None:
    if version is not None and version != finding.row_version:
        raise Stale


async def move_finding(work: Work, case: Case, finding: Finding, action: str, **given: Any) -> Finding:
    """Take one step of a finding with the facts of the moment: also for decisions (`decide`, `execute`, `refer`).

    The caller has asked policy and records the step; call `service.refresh_stage` afterwards.
    """
    known = replace(await finding_facts(work, case, finding), **given)
    finding.state = FINDING.step(finding.state, action, known).target
    return finding


async def finding_facts(work: Work, case: Case, finding: Finding, of_matter: MatterFacts | None = None) -> FindingFacts:
    """The facts of one finding for the acting officer; `of_matter` when the matter's are known already."""
    of_matter = of_matter or await cases.gather(work, case)
    seen = await _seen_on_site(work, finding)
    about = [RemedyFacts(r.act_id, r.kind, r.ended_on is None, bool(r.settles)) for r in case.remedies]
    return FindingFacts(
        matter_open=case.matter.state == "open",
        actor_recused=of_matter.actor_recused,
        actor_on_case=of_matter.actor_on_case,
        actor_is_owner=of_matter.actor_is_owner,
        answered=finding.id in case.outside.answered or seen,
        site_check_done=seen,
        blocked=running_about(finding.act_id, about) is not None,
        instrument_failed=finding.id in case.outside.failed,
        settled_by_remedy=is_settled(finding.act_id, about),
        relapse_seen=case.matter.round > 1,
        decision_not_executed=finding.id in case.outside.unexecuted,
    )


async def _seen_on_site(work: Work, finding: Finding) -> bool:
    since = await repository.established_at(work, finding)
    found = await repository.activities(work, finding.matter_id)
    if since is None:
        return False
    # Times of activities are entered to the minute.
    minute = since.replace(second=0, microsecond=0)
    return any(a.kind in ON_SITE and a.at >= minute and a.created_at > finding.created_at for a in found)
