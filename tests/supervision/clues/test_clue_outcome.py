"""How a clue ends: the matter that rests on it, and the answer that goes back (Art. 17)."""

from __future__ import annotations

import pytest

from kernel.errors import IllegalTransition
from supervision.clues import service
from supervision.clues.commands import ComplainantInput
from supervision.instruments.events import protected_names
from supervision.matters import service as matters
from supervision.matters.commands import ProposeMatter
from tests import stories
from tests.supervision.clues.pool import BODY, SUBJECT, registered, state
from tests.world import World


async def test_a_matter_proposed_directly_binds_the_clues_it_rests_on(world: World) -> None:
    first, second = await registered(world), await registered(world)
    draft = ProposeMatter(
        title="扣押物品程序",
        mode="verification_urging",
        content_items=("10(5)",),
        supervised_id=await world.organ(SUBJECT),
        basis="clue",
        clue_ids=(first, second),
    )
    async with world.work(BODY, "supervisor") as work:
        await service.accept(work, first)
    with pytest.raises(IllegalTransition, match="尚未受理"):
        async with world.work(BODY, "supervisor") as work:
            await matters.propose(work, draft)
    async with world.work(BODY, "supervisor") as work:
        await service.accept(work, second)
        matter = await matters.propose(work, draft)
    assert {(await state(world, clue_id)).matter_id for clue_id in (first, second)} == {matter.id}
    with pytest.raises(IllegalTransition, match="已经提请立项"):
        async with world.work(BODY, "supervisor") as work:
            await matters.propose(work, draft)
    async with world.work(BODY, "supervision_leader") as work:
        await matters.reject_opening(work, matter.id, "重复，另行处理。")
    assert (await state(world, first)).matter_id is None


async def test_several_clues_feed_one_matter_and_are_answered_when_it_closes(world: World) -> None:
    subject = await world.organ(SUBJECT)
    first, second = await registered(world), await registered(world)
    draft = ProposeMatter(
        title="扣押物品程序",
        mode="verification_urging",
        content_items=("10(5)",),
        supervised_id=subject,
        basis="clue",
        clue_ids=(second,),
    )
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="尚未受理"):
            await service.open_matter(work, first, draft)
    async with world.work(BODY, "supervisor") as work:
        await service.accept(work, first)
        await service.accept(work, second)
        matter = await service.open_matter(work, first, draft)
        assert {c.state for c in [await service.load(work, i) for i in (first, second)]} == {"accepted"}
        posts = [p.id for p, able in await matters.candidates(work) if able][:2]
    async with world.work(BODY, "supervision_leader") as work:
        await matters.approve_opening(work, matter.id, post_ids=posts)
    for clue_id in (first, second):
        clue = await state(world, clue_id)
        assert (clue.state, clue.next_due_on) == ("in_matter", None)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="办理结果尚未形成"):
            await service.answer(work, first, "已经依法处理，请放心。")
        held = await work.session.get(type(matter), (work.city_id, matter.id))
        assert held is not None
        held.state = "closed"
        await service.matter_closed(work, held)
        drafted = (await service.view(work, first)).answer
        assert str(held.number) in drafted
        assert (await service.answer(work, first, drafted)).state == "answered"


async def test_a_closed_matter_drafts_the_answer_of_its_clue(world: World) -> None:
    clue = await stories.register_clue(world)
    matter = await stories.matter_from_clue(world, clue.id)
    finding = await stories.find_problem(world, matter.id, content_item="10(6)")
    await stories.rectify(world, finding.id, matter.id)
    await stories.close_matter(world, matter.id)
    async with world.work(BODY, "supervisor") as work:
        seen = await service.view(work, clue.id)
        assert "已督促所涉单位依法处理" in seen.answer
        assert [a.action for a in seen.acts if a.allowed] == ["answer"]
        answered = await service.answer(work, clue.id, seen.answer)
        assert answered.state == "answered"


async def test_no_document_of_the_matter_may_name_who_complained(world: World) -> None:
    who = ComplainantInput(name="张立", contact="13900001234")
    clue = await stories.register_clue(world, complainant=who)
    matter = await stories.matter_from_clue(world, clue.id)
    async with world.work(BODY) as work:
        assert await protected_names(work, matter.id) == {"张立", "13900001234"}


async def test_a_rejected_opening_frees_its_clue(world: World) -> None:
    clue_id = await registered(world)
    draft = ProposeMatter(
        title="扣押物品程序",
        mode="verification_urging",
        content_items=("10(5)",),
        supervised_id=await world.organ(SUBJECT),
        basis="clue",
    )
    async with world.work(BODY, "supervisor") as work:
        await service.accept(work, clue_id)
        matter = await service.open_matter(work, clue_id, draft)
        with pytest.raises(IllegalTransition, match="已经提请立项"):
            await service.open_matter(work, clue_id, draft)
    async with world.work(BODY, "supervision_leader") as work:
        await matters.reject_opening(work, matter.id, "先行沟通")
    clue = await state(world, clue_id)
    assert (clue.state, clue.matter_id) == ("accepted", None)
