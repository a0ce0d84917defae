"""How a clue ends: a matter that rests on it, the answer to its channel, the result that goes back (Art. 17)."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from kernel.errors import IllegalTransition, Invalid
from kernel.vault import vault
from kernel.work import Work
from supervision.clues import events, repository
from supervision.clues.intake import DESK
from supervision.clues.models import Clue
from supervision.clues.rules import CLUE
from supervision.clues.standing import facts_of, hold, refresh_due, step
from supervision.deadlines import service as deadlines
from supervision.deadlines.notices import notify
from supervision.instruments.events import register_protected_names
from supervision.matters import facts
from supervision.matters import service as matters
from supervision.matters.commands import ProposeMatter
from supervision.matters.models import Matter
from tenants.organs.directory import directory


async def open_matter(work: Work, clue_id: UUID, command: ProposeMatter, version: int | None = None) -> Matter:
    """Propose a matter that rests on this clue and on those named in `command.clue_ids`.

    The clues stay accepted until the leader approves the opening, then they go into the matter by themselves.
    """
    clue = await _ready(work, clue_id, version)
    book = await deadlines.rulebook(work)
    return await matters.propose(
        work,
        replace(
            command,
            basis="clue",
            clue_ids=(clue.id, *(other for other in command.clue_ids if other != clue.id)),
            source=command.source or book.clue_source(clue.source).name,
        ),
    )


async def proposed_on(work: Work, matter: Matter, clue_id: UUID) -> None:
    """A matter was proposed that rests on the clue, by whatever way: the clue is bound to it."""
    clue = await _ready(work, clue_id, None)
    clue.matter_id = matter.id
    work.record(
        "open_matter", "clue", clue.id, title="提请立项", note=matter.title, article="11", thread_id=clue.id,
        detail={"matter": str(matter.id)},
    )  # fmt: skip


async def _ready(work: Work, clue_id: UUID, version: int | None) -> Clue:
    clue = await hold(work, clue_id, "open_matter", version)
    if clue.state != "accepted":
        raise IllegalTransition(
            f"暂不能提请立项。线索 {clue.number} 尚未受理。", article="17", remedy="请先受理线索，再提请立项。"
        )
    if clue.matter_id is not None:
        raise IllegalTransition(
            f"暂不能提请立项。线索 {clue.number} 已经提请立项。", article="11", remedy="请等待负责人审批。"
        )
    return clue


async def opening_decided(work: Work, matter: Matter, approved: bool) -> None:
    """The leader decided on the opening: the clues go into the matter, or are free again."""
    for clue in await repository.of_matter(work, matter.id):
        if clue.state != "accepted":
            continue
        if not approved:
            clue.matter_id = None
            work.record("opening_rejected", "clue", clue.id, title="未批准立项", article="11", thread_id=clue.id)
            continue
        known = await facts_of(work, clue, matter_approved=True)
        clue.state = CLUE.step(clue.state, "open_matter", known).reached_from(clue.state)
        await deadlines.meet(work, clue.id, work.today)
        await refresh_due(work, clue)
        work.record(
            "in_matter", "clue", clue.id, title=f"转为监督事项 {matter.number}", note=matter.title, article="11",
            thread_id=clue.id,
        )  # fmt: skip
        await events.tell(work, clue, "in_matter")


async def matter_closed(work: Work, matter: Matter) -> None:
    """The matter is closed: draft the answer of each clue that feeds it, and send results back where they are due."""
    outcome = await _outcome(work, matter)
    for clue in await repository.of_matter(work, matter.id):
        if clue.state == "merged" and clue.merged_into_id is None:
            await tell_origin(work, clue, f"已并入监督事项 {matter.number} 办结。")
        if clue.state != "in_matter" or clue.answer:
            continue
        clue.answer = (
            f"您反映的“{clue.title}”一事，本机关以监督事项 {matter.number} 立项监督，已于"
            f"{work.today.year}年{work.today.month}月{work.today.day}日办结。"
            f"{outcome}"
        )
        work.record("draft_answer", "clue", clue.id, title="起草对线索渠道的答复", article="17", thread_id=clue.id)
        await notify(
            work, clue.organ_id, kind="clue", title=f"待答复线索渠道：{clue.title}", link=f"/clues/{clue.id}",
            roles=DESK, article="17",
        )  # fmt: skip


async def _outcome(work: Work, matter: Matter) -> str:
    """What came out of a matter, in a sentence that gives nobody's details away."""
    states = {finding.state for finding in await matters.findings_of(work, matter.id)}
    if states & {"rectified", "decided", "executed"}:
        return "经核查，反映的问题存在，已督促所涉单位依法处理。"
    if "referred" in states:
        return "经核查，有关问题已经依法移送有权机关处理。"
    return "经核查，没有认定存在反映的问题。"


async def answer(work: Work, clue_id: UUID, text: str, version: int | None = None) -> Clue:
    """Answer the channel that the clue came by. The text starts from the draft and is the officer's own."""
    words = text.strip()
    if len(words) < 10:
        raise Invalid("请写明办理经过和结果，不少于 10 字。", field="answer", article="17")
    clue = await step(work, clue_id, "answer", version)
    clue.answer, clue.answered_at = words, work.now
    await deadlines.meet(work, clue.id, work.today)
    await refresh_due(work, clue)
    work.record("answer", "clue", clue.id, title="答复线索渠道", note=words, article="17", thread_id=clue.id)
    await tell_origin(work, clue, words)
    return clue


async def tell_origin(work: Work, clue: Clue, result: str) -> None:
    """The result goes back to where the clue came from: to the organ that passed it on, which then can answer,
    or to the judicial office that registered it. Merged clues tell theirs."""
    await events.tell(work, clue, "result", result)
    if clue.from_clue_id is not None:
        await _return_result(work, clue, result)
    elif clue.origin_organ_id != clue.organ_id:
        await notify(
            work, clue.origin_organ_id, kind="clue", title=f"线索 {clue.number} 有办理结果", link=f"/clues/{clue.id}",
            article="17", body=result[:300],
        )  # fmt: skip
    for other in await repository.merged_into(work, clue.id):
        await tell_origin(work, other, result)


async def _return_result(work: Work, clue: Clue, result: str) -> None:
    tree = await directory(work)
    sender = tree.short(clue.organ_id)
    assert clue.from_clue_id is not None
    async with work.acting_as(clue.origin_organ_id):
        first = await repository.get(work, clue.from_clue_id, lock=True)
        if first is None or first.result_note:
            return
        first.result_note = result
        first.answer = first.answer or f"您反映的“{first.title}”一事，已转{tree.name(clue.organ_id)}办理。{result}"
        await deadlines.meet(work, first.id, work.today, rule_key="clue.result_back")
        await refresh_due(work, first)
        work.record(
            "result_back", "clue", first.id, title=f"收到{sender}反馈的办理结果", note=result, article="17",
            thread_id=first.id,
        )  # fmt: skip
        await notify(
            work, first.organ_id, kind="clue", title=f"{sender}反馈线索办理结果：{first.title}",
            link=f"/clues/{first.id}", roles=DESK, article="17",
        )  # fmt: skip


async def _follow(work: Work, matter: Matter, event: str, subject_id: UUID | None) -> None:
    if event == "proposed" and subject_id is not None:
        await proposed_on(work, matter, subject_id)
    elif event in ("opened", "rejected"):
        await opening_decided(work, matter, event == "opened")
    elif event == "closed":
        await matter_closed(work, matter)


async def _protected(work: Work, matter_id: UUID) -> set[str]:
    """Name and contact of whoever complained: no document of the matter may hold them."""
    safe, found = vault(), set()
    for clue in await repository.of_matter(work, matter_id):
        who = await repository.complainant_of(work, clue.id)
        for sealed in (who.name_cipher, who.contact_cipher) if who else ():
            if sealed:
                found.add(safe.open(sealed))
    return found


facts.listen(_follow)
register_protected_names(_protected)
