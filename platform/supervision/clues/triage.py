"""What becomes of a new clue: accepted, passed on, dismissed, merged, or given more time (Art. 17)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kernel.errors import IllegalTransition, Invalid
from kernel.ids import new_id
from kernel.models import BlobRecord
from kernel.work import Work
from supervision.clues import events, repository
from supervision.clues.commands import RegisterClue
from supervision.clues.intake import DESK, create
from supervision.clues.models import Clue
from supervision.clues.outcome import tell_origin
from supervision.clues.rules import CLUE
from supervision.clues.standing import competent, hold, refresh_due, step
from supervision.deadlines import service as deadlines
from supervision.deadlines.notices import notify
from supervision.matters.models import Evidence
from tenants.access import Target, authorize
from tenants.organs.directory import Directory, directory

LEADERS = ("supervision_leader", "organ_head")
OWN_TERMS = "clue."
"""The terms of dealing with a clue. What its channel is owed runs on until the channel has its result."""


async def set_subject(work: Work, clue_id: UUID, subject_id: UUID, version: int | None = None) -> Clue:
    """Name the organ complained of, which was not known at registering. Raises Invalid for an unknown organ."""
    tree = await directory(work)
    if subject_id not in tree.organs:
        raise Invalid("请从列表中选择被反映单位。", field="subject")
    clue = await hold(work, clue_id, "accept", version)
    if clue.state != CLUE.initial:
        raise IllegalTransition("线索已经处理，不能再更改被反映单位。", article="17")
    clue.subject_organ_id, clue.subject_name = subject_id, tree.name(subject_id)
    clue.search = repository.search_vector(clue)
    work.record(
        "set_subject", "clue", clue.id, title="确定被反映单位", note=clue.subject_name, article="17", thread_id=clue.id
    )
    return clue


async def revise(work: Work, clue: Clue, *, title: str, facts: str, place: str, note: str) -> bool:
    """The channel sent what it knows anew. While the clue is open its words change, and the history says so; a clue
    that was dealt with keeps them, and its desk is told. Returns whether the words changed."""
    await authorize(work, "clue", "register", Target(owner_id=clue.organ_id))
    open_ = clue.state in repository.OPEN
    if open_:
        clue.title, clue.facts, clue.place = title.strip(), facts.strip(), place.strip()
        clue.search = repository.search_vector(clue)
    work.record(
        "revise", "clue", clue.id, title="线索渠道更新内容" if open_ else "线索渠道补充内容，线索已经处理", note=note,
        article="17", thread_id=clue.id,
    )  # fmt: skip
    await notify(
        work, clue.organ_id, kind="clue", title=f"线索 {clue.number} 有更新的内容", link=f"/clues/{clue.id}",
        roles=DESK, article="17",
    )  # fmt: skip
    return open_


async def accept(work: Work, clue_id: UUID, version: int | None = None) -> Clue:
    """Take the clue up: the time to complete it starts. The subject must be known and in reach."""
    clue = await step(work, clue_id, "accept", version)
    await deadlines.meet(work, clue.id, work.today, rule_key="clue.acceptance")
    await deadlines.start(
        work,
        rule_key="clue.completion",
        subject_kind="clue",
        subject_id=clue.id,
        matter_id=None,
        bound_id=work.organ_id,
        title="办结线索",
        start_event="受理线索",
        on=work.today,
    )
    clue.dismissal_proposed_by = None
    clue.reason_code = clue.state_reason = ""
    await refresh_due(work, clue)
    work.record("accept", "clue", clue.id, title="受理线索", article="17", thread_id=clue.id)
    await events.tell(work, clue, "accept")
    await _tell_registering_office(work, clue, "已受理")
    return clue


async def extend(work: Work, clue_id: UUID, reason: str, version: int | None = None) -> Clue:
    """More time to complete, once, with its reason."""
    clue = await step(work, clue_id, "extend", version, reason_given=bool(reason.strip()))
    more = (await deadlines.rulebook(work)).deadline("clue.extension")
    for deadline in await deadlines.for_subject(work, clue.id):
        if deadline.rule_key == "clue.completion":
            await deadlines.extend(work, deadline, more.amount, more.unit, reason.strip())
    clue.extended = True
    await refresh_due(work, clue)
    work.record(
        "extend", "clue", clue.id, title=f"延长办理期限 {more.length}", note=reason.strip(), article="17",
        thread_id=clue.id,
    )  # fmt: skip
    return clue


async def propose_dismissal(
    work: Work, clue_id: UUID, reason_code: str, reason: str, version: int | None = None
) -> Clue:
    """Propose to the leader not to take the clue up, with a ground of the rule book and a sentence."""
    book = await deadlines.rulebook(work)
    known = any(r.key == reason_code for r in book.dismissal_reasons)
    clue = await step(
        work, clue_id, "propose_dismissal", version, reason_code_given=known, reason_given=bool(reason.strip())
    )
    clue.dismissal_proposed_by = work.actor.person_id if work.actor else None
    clue.reason_code, clue.state_reason = reason_code, reason.strip()
    work.record(
        "propose_dismissal", "clue", clue.id, title=f"提出不予办理：{book.dismissal_reason(reason_code).name}",
        note=reason.strip(), article="17", thread_id=clue.id,
    )  # fmt: skip
    await notify(
        work, work.organ_id, kind="approval", title=f"待批准不予办理：{clue.title}", link=f"/clues/{clue.id}",
        roles=LEADERS, article="17", due_on=clue.next_due_on,
    )  # fmt: skip
    return clue


async def dismiss(work: Work, clue_id: UUID, note: str = "", version: int | None = None) -> Clue:
    """The leader, not the proposer, agrees that the clue is not taken up; the sender is told."""
    clue = await step(work, clue_id, "dismiss", version)
    ground = (await deadlines.rulebook(work)).dismissal_reason(clue.reason_code).name
    await deadlines.meet(work, clue.id, work.today)
    await refresh_due(work, clue)
    work.record(
        "dismiss", "clue", clue.id, title=f"批准不予办理：{ground}", note=note.strip(), article="17",
        thread_id=clue.id,
    )  # fmt: skip
    await tell_origin(work, clue, f"不予办理：{ground}。{clue.state_reason}")
    return clue


async def merge(
    work: Work,
    clue_id: UUID,
    *,
    into_clue_id: UUID | None = None,
    into_matter_id: UUID | None = None,
    version: int | None = None,
) -> Clue:
    """Deal with the clue together with another one or in a matter; both keep their history."""
    if (into_clue_id is None) is (into_matter_id is None):
        raise Invalid("请选择并入的线索或者监督事项，只选一项。", field="into")
    other = await repository.get(work, into_clue_id) if into_clue_id else None
    matter = await repository.get_matter(work, into_matter_id) if into_matter_id else None
    live_clue = (
        other is not None and other.organ_id == work.organ_id and other.state in ("new", "accepted", "in_matter")
    )
    live_matter = matter is not None and matter.organ_id == work.organ_id and matter.state not in ("closed", "rejected")
    clue = await step(
        work,
        clue_id,
        "merge",
        version,
        merge_target_is_self=into_clue_id == clue_id,
        merge_target_live=live_clue or live_matter,
    )
    clue.merged_into_id = into_clue_id
    clue.matter_id = into_matter_id or (other.matter_id if other else None)
    number = other.number if other else (matter.number or "待立项事项") if matter else ""
    title = other.title if other else matter.title if matter else ""
    await deadlines.cancel(work, clue.id, f"并入{number}办理", rule_key=OWN_TERMS)
    await refresh_due(work, clue)
    work.record("merge", "clue", clue.id, title=f"并入{number}", note=title, article="17", thread_id=clue.id)
    work.record(
        "merged_in", "clue", clue.id, title=f"并入线索 {clue.number}", note=clue.title, article="17",
        thread_id=into_clue_id or into_matter_id,
    )  # fmt: skip
    await events.tell(work, clue, "merge", number)
    await _tell_registering_office(work, clue, f"已并入{number}办理")
    return clue


async def pass_on(
    work: Work,
    clue_id: UUID,
    to_organ_id: UUID,
    reason: str,
    *,
    attachment_ids: Sequence[UUID] = (),
    version: int | None = None,
) -> Clue:
    """Pass the clue to the competent organ, where it appears as new; its result has to come back.

    The complainant and the channel stay here: the receiver learns the facts and the chosen attachments alone.
    """
    tree = await directory(work)
    seen = await repository.get(work, clue_id)
    subject = seen.subject_organ_id if seen else None
    clue = await step(
        work,
        clue_id,
        "pass_on",
        version,
        target_is_self=to_organ_id == work.organ_id,
        target_competent=to_organ_id in tree.organs and competent(tree, to_organ_id, subject),
        reason_given=bool(reason.strip()),
    )
    sent = await _at_receiver(work, tree, clue, to_organ_id, reason.strip(), attachment_ids=attachment_ids)
    clue.passed_to_id, clue.passed_clue_id = to_organ_id, sent.id
    clue.state_reason = reason.strip()
    await deadlines.meet(work, clue.id, work.today, rule_key=OWN_TERMS)
    back = await deadlines.start(
        work,
        rule_key="clue.result_back",
        subject_kind="clue",
        subject_id=clue.id,
        matter_id=None,
        bound_id=to_organ_id,
        title="接收机关反馈办理结果",
        start_event="转交线索",
        on=work.today,
    )
    await refresh_due(work, clue)
    work.record(
        "pass_on", "clue", clue.id, title=f"转交{tree.short(to_organ_id)}", note=reason.strip(), article="17",
        thread_id=clue.id, detail={"to": str(to_organ_id), "clue": str(sent.id)},
    )  # fmt: skip
    await notify(
        work, to_organ_id, kind="clue", title=f"{tree.short(work.organ_id)}转来线索：{sent.title}",
        link=f"/clues/{sent.id}", roles=DESK, article="17", due_on=back.due_on, body="请在期限内反馈办理结果。",
    )  # fmt: skip
    await events.tell(work, clue, "pass_on", tree.name(to_organ_id))
    await _tell_registering_office(work, clue, f"已转{tree.short(to_organ_id)}办理")
    return clue


async def _at_receiver(
    work: Work, tree: Directory, clue: Clue, to: UUID, reason: str, *, attachment_ids: Sequence[UUID]
) -> Clue:
    files = [e for e in await repository.attachments(work, clue.id) if e.id in set(attachment_ids)]
    here = work.organ_id
    command = RegisterClue(
        source="order_from_above" if _is_above(tree, here, to) else "other",
        title=clue.title,
        facts=clue.facts,
        place=clue.place,
        happened_on=clue.happened_on,
        subject_organ_id=clue.subject_organ_id,
        content_items=tuple(clue.content_items),
        urgent=clue.urgent,
    )
    async with work.acting_as(to):
        sent = await create(work, command, origin_id=here, subject_name=clue.subject_name, from_clue_id=clue.id)
        for file in files:
            await _copy(work, file, sent)
        work.record(
            "received", "clue", sent.id, title=f"收到{tree.short(here)}转来的线索", note=reason, article="17",
            thread_id=sent.id,
        )  # fmt: skip
    return sent


def _is_above(tree: Directory, organ_id: UUID, other_id: UUID) -> bool:
    mine, theirs = tree.government_of(organ_id), tree.government_of(other_id)
    return mine is not None and theirs is not None and mine != theirs and mine in {o.id for o in tree.path(theirs)}


async def _copy(work: Work, file: Evidence, clue: Clue) -> None:
    await work.session.execute(
        insert(BlobRecord)
        .values(
            city_id=work.city_id,
            id=new_id(),
            organ_id=work.organ_id,
            sha256=file.sha256,
            sm3=str(file.detail.get("sm3", "")),
            size=file.size,
            media_type=file.media_type,
        )
        .on_conflict_do_nothing()
    )
    work.session.add(
        Evidence(
            id=new_id(),
            city_id=work.city_id,
            organ_id=work.organ_id,
            owner_kind="clue",
            owner_id=clue.id,
            name=file.name,
            kind=file.kind,
            media_type=file.media_type,
            sha256=file.sha256,
            size=file.size,
            added_by=file.added_by,
            detail=dict(file.detail),
        )
    )


async def _tell_registering_office(work: Work, clue: Clue, what: str) -> None:
    """A judicial office that registered the clue hears how it goes on."""
    if clue.origin_organ_id != clue.organ_id and clue.from_clue_id is None:
        await notify(
            work, clue.origin_organ_id, kind="clue", title=f"线索 {clue.number} {what}", link=f"/clues/{clue.id}",
            article="17",
        )  # fmt: skip
