"""What a supervisor does with hits: a clue, the proposal of a matter, or a dismissal with its reason (Arts. 11, 17).

A hit is something for a person to check and never a finding: none of these steps issues an instrument.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from kernel.errors import FieldError, IllegalTransition, Invalid, NotFound
from kernel.work import Work
from supervision.checks import limits, repository
from supervision.checks.models import CheckHit
from supervision.checks.rules import MOST_AT_ONCE, REASON_MAX, REASON_OF, catalogue, told
from supervision.clues import service as clues
from supervision.clues.commands import RegisterClue
from supervision.matters import service as matters
from supervision.matters.commands import ProposeMatter
from tenants.access import Target, authorize
from tenants.organs.directory import directory

SOURCE = "data_model"
TITLE_MAX = 60
FACTS_MAX = 4000
MODE = "verification_urging"


async def to_clues(work: Work, hit_ids: Sequence[UUID], *, note: str = "") -> list[UUID]:
    """Register a clue for each record that the chosen hits are about, with all its open hits; a record that has a clue
    already is joined to it. Returns the clues. Raises NotFound, Denied, Invalid, IllegalTransition."""
    found: list[UUID] = []
    for subject in await _subjects(work, hit_ids, "to_clue"):
        known = next((h.clue_id for h in await _all(work, subject) if h.clue_id is not None), None)
        clue_id = known or await _register(work, subject, note.strip())
        for hit in subject:
            _judge(work, hit, "clue")
            hit.clue_id = clue_id
        await limits.drop(work, subject)
        await work.session.flush()
        _record(work, subject, "to_clue", "模型预警转为线索", clue_id)
        found.append(clue_id)
    return found


async def to_matter(work: Work, hit_ids: Sequence[UUID], *, note: str = "") -> UUID:
    """Propose a matter on all open hits of the one record that the chosen hits are about; its leader decides on the
    opening as on any other. Raises NotFound, Denied, Invalid, IllegalTransition."""
    subjects = await _subjects(work, hit_ids, "to_matter")
    if len(subjects) != 1:
        raise Invalid("一次只能就一个案件提请立项。", field="hits", article="11")
    subject = subjects[0]
    codes = "、".join(hit.rule for hit in subject)
    matter = await matters.propose(
        work,
        ProposeMatter(
            title=_title(subject),
            mode=MODE,
            content_items=_items(subject),
            supervised_id=subject[0].subject_organ_id,
            basis="rule_model",
            basis_note="\n".join(filter(None, [f"规则模型 {codes}", *_sentences(subject), note.strip()]))[:FACTS_MAX],
            source="规则模型预警",
        ),
    )
    for hit in subject:
        _judge(work, hit, "matter")
        hit.matter_id = matter.id
    await limits.drop(work, subject)
    await work.session.flush()
    _record(work, subject, "to_matter", "由模型预警提请立项", matter.id)
    return matter.id


async def dismiss(work: Work, hit_ids: Sequence[UUID], reason_code: str, reason: str) -> int:
    """Put hits aside with a reason of the list and a sentence; they stay aside while their record has this version.
    Raises NotFound, Denied, Invalid, IllegalTransition."""
    errors = []
    if reason_code not in REASON_OF:
        errors.append(FieldError("reason_code", "请选择排除的理由。"))
    if not reason.strip():
        errors.append(FieldError("reason", "请用一句话写明具体情况。"))
    elif len(reason) > REASON_MAX:
        errors.append(FieldError("reason", f"不超过 {REASON_MAX} 个字。"))
    if errors:
        raise Invalid(errors=errors, article="17")
    hits = await open_hits(work, hit_ids, "dismiss")
    for hit in hits:
        _judge(work, hit, "dismissed")
        hit.reason_code, hit.reason = reason_code, reason.strip()
    await limits.drop(work, hits)
    await work.session.flush()
    for hit in hits:
        work.record(
            "dismiss",
            "check_hit",
            hit.id,
            title=f"排除模型预警：{catalogue()[hit.rule].name}，{REASON_OF[reason_code].name}",
            note=reason.strip(),
            article="17",
            thread_id=hit.subject_id,
            detail={"rule": hit.rule},
        )
    return len(hits)


async def open_hits(work: Work, hit_ids: Sequence[UUID], action: str) -> list[CheckHit]:
    """Own open hits, locked for a step that policy allows."""
    await authorize(work, "check", action, Target(owner_id=work.organ_id))
    wanted = set(hit_ids)
    if not wanted:
        raise Invalid("请先在列表中勾选预警。", field="hits")
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(f"一次不超过 {MOST_AT_ONCE} 条。", field="hits")
    hits = await repository.lock(work, sorted(wanted))
    if len(hits) < len(wanted):
        raise NotFound
    if any(hit.state != "open" for hit in hits):
        raise IllegalTransition(
            "所选预警已经处理，或者记录更正后不再命中。", article="17", remedy="请刷新列表后重新选择。"
        )
    return hits


async def _subjects(work: Work, hit_ids: Sequence[UUID], action: str) -> list[list[CheckHit]]:
    """The chosen hits by record, each record with its other open hits, in the order of gravity."""
    chosen = await open_hits(work, hit_ids, action)
    ids = sorted({hit.subject_id for hit in chosen})
    beside = [h.id for h in await repository.of_subject(work, work.organ_id, ids) if h.state == "open"]
    hits = await repository.lock(work, sorted({*beside, *(hit.id for hit in chosen)}))
    ordered = sorted(hits, key=lambda h: (h.subject_id, h.severity, h.rule))
    return [list(group) for _, group in groupby(ordered, key=lambda h: h.subject_id)]


async def _all(work: Work, subject: Sequence[CheckHit]) -> list[CheckHit]:
    return await repository.of_subject(work, work.organ_id, [subject[0].subject_id])


async def _register(work: Work, subject: Sequence[CheckHit], note: str) -> UUID:
    tree = await directory(work)
    first = subject[0]
    about = f"{tree.name(first.subject_organ_id)}：{first.label}"
    lines = [about, *_sentences(subject), *([note] if note else []), "以上为规则模型提示，需要人工核实。"]
    clue = await clues.register(
        work,
        RegisterClue(
            source=SOURCE,
            title=_title(subject),
            facts="\n".join(lines)[:FACTS_MAX],
            subject_organ_id=first.subject_organ_id,
            content_items=_items(subject),
            urgent=first.severity == "A",
        ),
    )
    return clue.id


def _title(subject: Sequence[CheckHit]) -> str:
    name = catalogue()[subject[0].rule].name
    more = f"等 {len(subject)} 项" if len(subject) > 1 else ""
    head = f"{name}{more}："
    room = TITLE_MAX - len(head)
    label = subject[0].label
    return head + (label if len(label) <= room else f"{label[: room - 1]}…")


def _sentences(subject: Iterable[CheckHit]) -> list[str]:
    return [f"{n}. {told(catalogue()[hit.rule], hit.facts)}" for n, hit in enumerate(subject, 1)]


def _items(subject: Iterable[CheckHit]) -> tuple[str, ...]:
    return tuple(sorted({catalogue()[hit.rule].item for hit in subject}))


def _judge(work: Work, hit: CheckHit, state: str) -> None:
    hit.state = state
    hit.judged_by = work.actor.person_id if work.actor else None
    hit.judged_by_name = work.actor.name if work.actor else "系统"
    hit.judged_at = work.now


def _record(work: Work, subject: Sequence[CheckHit], action: str, title: str, made: UUID) -> None:
    for hit in subject:
        work.record(
            action,
            "check_hit",
            hit.id,
            title=f"{title}：{catalogue()[hit.rule].name}",
            article="17",
            thread_id=hit.subject_id,
            detail={"rule": hit.rule, "made": str(made)},
        )
