"""The page of one matter: everything in it as far as the reader may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kernel import blobs
from kernel import vault as vaults
from kernel.errors import Invalid, NotFound
from kernel.models import TimelineEvent
from kernel.work import Work
from policy.rulebook import RuleBook
from policy.vocabulary import RELATION_LABELS
from supervision.deadlines import service as deadlines
from supervision.matters import case as cases
from supervision.matters import facts as registry
from supervision.matters import repository
from supervision.matters.assistance import ORIGINS, offices_of
from supervision.matters.case import Case
from supervision.matters.findings import OPEN_STATES, STATES
from supervision.matters.inputs import BASES, MODES
from supervision.matters.models import (
    LIVE,
    Act,
    Activity,
    Assistance,
    Evidence,
    Finding,
    Handler,
    Matter,
    Recusal,
    Remedy,
)
from supervision.matters.panel import panel, verify_option
from supervision.matters.remedies import REMEDY_KINDS, block_sentence, blocked_findings
from supervision.matters.remedying import on_acts, remedy_facts
from supervision.matters.rules import MATTER
from supervision.matters.stages import stage, stepper
from supervision.matters.views import (
    ActivityView,
    ActView,
    EventView,
    EvidenceView,
    FindingView,
    MatterView,
    OfficeView,
    PersonView,
    RecusalView,
    RemedyView,
    StepView,
)
from tenants.access import Target, authorize, consider
from tenants.organs.directory import Directory, directory

RECUSAL_STATES: Final = {"declared": "待决定", "granted": "决定回避", "refused": "决定不回避", "lifted": "已解除回避"}
RECUSAL_ORIGINS: Final = {"own": "本人申报", "applied": "被监督机关申请", "ordered": "责令回避"}
_ANSWERS: Final = ("reply", "extension", "objection")
"""What the supervised organ hands in itself."""


async def view(work: Work, matter_id: UUID) -> MatterView:
    """The matter whole. Raises NotFound outside the reader's scope, Denied where policy refuses."""
    case = await cases.load(work, matter_id)
    await authorize(work, "matter", "read", case.target())
    matter = case.matter
    tree = await directory(work)
    book = await deadlines.rulebook(work, matter.rulebook_key)
    activities = await repository.activities(work, matter_id)
    files = await _files(work, matter_id)
    allowed, refused = await panel(work, case)
    path = cases.path_facts(case, activities, end_reason=await _end_reason(work, matter))
    badge = stage(path)
    return MatterView(
        id=matter.id,
        version=matter.row_version,
        number=matter.number,
        title=matter.title,
        state=matter.state,
        state_label=MATTER.label(matter.state),
        stage=badge.key,
        stage_label=badge.label,
        stage_tone=badge.tone,
        organ_id=matter.organ_id,
        organ_name=tree.short(matter.organ_id),
        supervised_id=matter.supervised_id,
        supervised_name=matter.supervised_name,
        supervised_short=tree.short(matter.supervised_id),
        relation=matter.relation,
        relation_label=RELATION_LABELS.get(matter.relation, matter.relation),
        relation_article=matter.relation_article,
        mode=matter.mode,
        mode_name=book.mode(matter.mode).name,
        mode_article=MODES[matter.mode],
        content_items=matter.content_items,
        content_names=[book.content_item(code).name for code in matter.content_items],
        basis=matter.basis,
        basis_label=BASES.get(matter.basis, ""),
        basis_note=matter.basis_note,
        source=matter.source,
        handlers=matter.handler_names,
        rulebook_key=book.key,
        rulebook_name=book.header.short_name,
        proposed_at=matter.proposed_at,
        opened_on=matter.opened_on,
        closed_on=matter.closed_on,
        closing_report=matter.closing_report,
        look_back_on=matter.look_back_on,
        round=matter.round,
        suspended_ground=book.suspension_ground(matter.suspended_ground).name if matter.suspended_ground else "",
        path=[StepView(**step._asdict()) for step in stepper(path)],
        timeline=_timeline(await repository.timeline(work, matter_id), files),
        findings=await _findings(work, case, book, files),
        activities=[_activity(a, book, files) for a in reversed(activities)],
        evidence=[item for owned in files.values() for item in owned],
        acts=await _acts(work, case, files),
        people=[_person(h) for h in await repository.handlers(work, matter_id, active=False)],
        recusals=[recusal_view(r, book) for r in case.recusals],
        offices=[_office(tree, row) for row in await repository.assistance(work, matter_id)],
        can_name_office=await _may_name(work, case, tree),
        deadlines=await deadlines.explain_all(work, await deadlines.for_matter(work, matter_id)),
        documents=await registry.documents(work, matter),
        allowed=allowed,
        refused=refused,
    )


async def _end_reason(work: Work, matter: Matter) -> str:
    if matter.state not in ("rejected", "closed"):
        return ""
    event = await repository.last_event(work, matter.id, ["reject_opening"])
    return "不予立项" if event is not None else ""


async def _files(work: Work, matter_id: UUID) -> dict[UUID, list[EvidenceView]]:
    found: defaultdict[UUID, list[EvidenceView]] = defaultdict(list)
    for item in await repository.evidence(work, matter_id):
        found[item.owner_id].append(evidence_view(item))
    return found


def evidence_view(item: Evidence) -> EvidenceView:
    """A file as a tile."""
    return EvidenceView(
        id=item.id,
        name=item.name,
        type=_tile(item),
        note=item.origin or "校验值一致",
        media_type=item.media_type,
        size=item.size,
        sha256=item.sha256,
        owner_kind=item.owner_kind,
        owner_id=item.owner_id,
        href=f"/evidence/{item.id}",
    )


def _tile(item: Evidence) -> str:
    if "笔录" in item.name:
        return "record"
    kinds = {"image": "photo", "video": "video", "audio": "audio"}
    documents = {"pdf": "pdf", "wordprocessingml": "word", "msword": "word", "spreadsheetml": "sheet", "excel": "sheet"}
    return kinds.get(item.kind) or next((v for k, v in documents.items() if k in item.media_type), "other")


def _timeline(events: Sequence[TimelineEvent], files: dict[UUID, list[EvidenceView]]) -> list[EventView]:
    known = {item.id: item for owned in files.values() for item in owned}
    return [
        EventView(
            id=event.id,
            at=event.at,
            action=event.action,
            title=event.title,
            note=event.note,
            articles=event.articles,
            who=f"{event.actor_name} {event.actor_title}".strip() if event.actor_name != "系统" else "系统记录",
            internal=event.visibility == "internal",
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            evidence=[known[i] for text in event.detail.get("files", []) if (i := UUID(text)) in known],
        )
        for event in events
    ]


async def _findings(work: Work, case: Case, book: RuleBook, files: dict[UUID, list[EvidenceView]]) -> list[FindingView]:
    blocks = blocked_findings(on_acts(case.findings), remedy_facts(case.remedies))
    acts = {act.id: act for act in await repository.acts(work, case.matter.id)}
    mine = work.actor is not None and work.actor.person_id in {h.person_id for h in case.handlers} - case.recused
    known = await cases.gather(work, case)
    found = []
    for finding in case.findings:
        is_open = finding.state in OPEN_STATES and case.matter.state == "open"
        block = blocks.get(finding.id)
        verify = is_open and mine and (await verify_option(work, case, finding, known)).allowed
        found.append(
            FindingView(
                id=finding.id,
                no=finding.no,
                title=finding.title,
                facts=finding.facts,
                provision=finding.provision,
                content_item=finding.content_item,
                content_name=book.content_item(finding.content_item).name,
                gravity=finding.gravity,
                gravity_label=book.gravity(finding.gravity).name,
                state=finding.state,
                state_label=STATES[finding.state],
                act_id=finding.act_id,
                act_label=act_label(acts[finding.act_id]) if finding.act_id in acts else "",
                officers=finding.officers,
                note=_finding_note(finding),
                blocked=block_sentence(block) if block is not None else "",
                evidence=files.get(finding.id, []),
                version=finding.row_version,
                can_verify=verify,
                can_drop=is_open and mine,
                can_refer=mine and case.matter.state == "open" and (is_open or _unexecuted(case, finding)),
            )
        )
    return found


def _finding_note(finding: Finding) -> str:
    return finding.dropped_reason if finding.state in ("dropped", "referred") else finding.verified_note


def _unexecuted(case: Case, finding: Finding) -> bool:
    return finding.state == "decided" and finding.id in case.outside.unexecuted


def act_label(act: Act) -> str:
    """建城扣〔2026〕41号 扣押决定"""
    return f"{act.number} {act.name}".strip()


def _activity(activity: Activity, book: RuleBook, files: dict[UUID, list[EvidenceView]]) -> ActivityView:
    return ActivityView(
        id=activity.id,
        kind=activity.kind,
        kind_label=book.measure(activity.kind).name,
        at=activity.at,
        place=activity.place,
        participants=activity.participants,
        record=activity.record,
        obstruction=activity.obstruction,
        grades=_grades(activity),
        social_count=activity.social_count,
        evidence=files.get(activity.id, []),
    )


def _grades(activity: Activity) -> str:
    total = activity.files_good + activity.files_passed + activity.files_failed
    if not total:
        return ""
    veto = f"（其中触及否决项 {activity.files_vetoed} 册）" if activity.files_vetoed else ""
    return (
        f"评查案卷 {total} 册：优秀 {activity.files_good} 册，合格 {activity.files_passed} 册，"
        f"不合格 {activity.files_failed} 册{veto}。"
    )


async def _acts(work: Work, case: Case, files: dict[UUID, list[EvidenceView]]) -> list[ActView]:
    return [
        ActView(
            id=act.id,
            no=act.no,
            name=act.name,
            number=act.number,
            made_on=act.made_on,
            subject=act.subject,
            counterpart=act.counterpart_name,
            counterpart_mask=act.counterpart_mask,
            remedies=[_remedy(r, files) for r in case.remedies if r.act_id == act.id],
        )
        for act in await repository.acts(work, case.matter.id)
    ]


def _remedy(remedy: Remedy, files: dict[UUID, list[EvidenceView]]) -> RemedyView:
    return RemedyView(
        id=remedy.id,
        kind=remedy.kind,
        kind_label=REMEDY_KINDS[remedy.kind],
        body=remedy.body,
        case_number=remedy.case_number,
        filed_on=remedy.filed_on,
        ended_on=remedy.ended_on,
        result=remedy.result,
        settles=remedy.settles,
        evidence=files.get(remedy.id, []),
    )


def _person(handler: Handler) -> PersonView:
    return PersonView(
        name=handler.person_name,
        certificate=mask_certificate(handler.certificate_no),
        no_conflict=handler.no_conflict_declared,
        assigned_at=handler.assigned_at,
        ended_at=handler.ended_at,
        ended_reason=handler.ended_reason,
    )


def _office(tree: Directory, row: Assistance) -> OfficeView:
    return OfficeView(
        organ_id=row.office_id, name=tree.short(row.office_id), origin_label=ORIGINS[row.origin], note=row.note
    )


async def _may_name(work: Work, case: Case, tree: Directory) -> bool:
    """Whether the reader may ask an office of the department for help now; for the form's button."""
    if case.matter.state not in LIVE or not offices_of(tree, case.matter.organ_id):
        return False
    verdict, _ = await consider(work, "matter", "name_office", case.target())
    return verdict.allowed


def mask_certificate(number: str) -> str:
    """豫监督证**0412: the kind and the last four places."""
    return f"{number[:4]}**{number[-4:]}" if len(number) > 8 else number


def recusal_view(recusal: Recusal, book: RuleBook) -> RecusalView:
    """A recusal as the record of its matter shows it."""
    return RecusalView(
        id=recusal.id,
        name=recusal.person_name,
        origin=recusal.origin,
        origin_label=RECUSAL_ORIGINS[recusal.origin],
        ground=recusal.ground,
        ground_name=book.recusal_ground(recusal.ground).name,
        reason=recusal.reason,
        state=recusal.state,
        state_label=RECUSAL_STATES[recusal.state],
        declared_at=recusal.declared_at,
        decided_at=recusal.decided_at,
        decided_by=recusal.decided_by_name,
        decision_reason=recusal.decision_reason,
        replacement=recusal.replacement_name,
        number=recusal.paper_number,
        lifted_at=recusal.lifted_at,
        lifted_reason=recusal.lifted_reason,
    )


async def counterpart(work: Work, act_id: UUID, purpose: str) -> str:
    """The counterpart's number unmasked, for a stated purpose; the look is audited."""
    act = await repository.one(work, Act, act_id)
    if act is None or act.counterpart_cipher is None:
        raise NotFound
    case = await cases.load(work, act.matter_id)
    await authorize(work, "evidence", "unmask", case.target())
    if not purpose.strip():
        raise Invalid("请写明查看的用途。", field="purpose", article="13")
    work.record("unmask", "act", act.id, title="查看当事人原文", note=purpose.strip(), article="13")
    return vaults.vault().open(act.counterpart_cipher)


async def evidence_file(work: Work, evidence_id: UUID) -> tuple[Evidence, bytes]:
    """A file and its content, checked against its hash; the download is audited. The supervising side reads by
    policy, the other side what was shared with it."""
    found = await repository.one(work, Evidence, evidence_id)
    if found is None:
        raise NotFound
    if found.shared_with_id == work.organ_id or (found.organ_id == work.organ_id and found.owner_kind in _ANSWERS):
        await authorize(work, "delivery", "read", Target(owner_id=work.organ_id))
    elif found.matter_id is not None:
        await authorize(work, "evidence", "read", (await cases.load(work, found.matter_id)).target())
    else:
        await authorize(work, "evidence", "read", Target(owner_id=found.organ_id))
    data = await blobs.store().read(found.sha256)
    work.record("download", "evidence", found.id, title=f"下载证据：{found.name}", article="13")
    return found, data
