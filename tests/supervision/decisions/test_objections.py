"""Objections to a decision of the government: another leader decides, a revoked decision leaves nothing behind."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kernel.errors import Denied, IllegalTransition, Stale
from supervision.deadlines.models import Deadline, Notice
from supervision.decisions import service as decisions
from supervision.decisions.models import Decision
from supervision.desk import service as desk
from supervision.instruments import service as instruments
from supervision.instruments.models import Delivery, Paper
from supervision.matters.models import Finding, Matter
from tests import stories
from tests.snapshots import remembered
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

REASON = "决定认定的扣押期限有误，当事人已签收延长通知。"


@remembered
async def objected(world: World, /) -> tuple[Matter, Finding, Decision, Delivery]:
    """A served decision to which the head of the supervised organ objects."""
    matter, finding, decision, delivery = await stories.decided_matter(world)

    async with world.work(SUPERVISED, "organ_head") as work:
        await instruments.raise_objection(work, delivery.id, REASON)
    return matter, finding, decision, delivery


async def test_the_other_leader_finds_the_objection_on_the_desk_and_who_decided_does_not(world: World) -> None:
    _, _, decision, _ = await objected(world)
    for nth, waits in ((0, False), (1, True)):
        async with world.work(GOVERNMENT, "government_leader", nth) as work:
            found = [one for one in (await desk.desk(work)).waiting if one.label == "处理异议"]
            assert bool(found) is waits
            view = await decisions.decision_view(work, decision.id)
            assert ("decide_objection" in view.allowed) is waits
            assert ("decide_objection" in view.refused) is not waits
    async with world.work(GOVERNMENT, "government_leader", 1) as work:
        query = select(Notice).where(Notice.title.contains("对监督决定提出异议"))
        told = (await work.session.scalars(query)).all()
        assert {notice.link for notice in told} == {f"/decisions/{decision.id}#objection"}


async def test_who_decided_and_the_supervision_body_decide_no_objection(world: World) -> None:
    _, _, decision, _ = await objected(world)
    with pytest.raises(Denied, match="不得处理对该决定的异议"):
        async with world.work(GOVERNMENT, "government_leader", 0) as work:
            await decisions.decide_objection(work, decision.id, result="upheld", reason="事实清楚，维持。")
    with pytest.raises(Denied):
        async with world.work(BODY, "supervision_leader", 1) as work:
            await decisions.decide_objection(work, decision.id, result="revoked", reason="事实认定有误。")
    with pytest.raises(Stale):
        async with world.work(GOVERNMENT, "government_leader", 1) as work:
            await decisions.decide_objection(work, decision.id, result="upheld", reason="事实清楚，维持。", version=1)


async def test_an_upheld_decision_goes_on_as_it_was(world: World) -> None:
    _, finding, decision, delivery = await objected(world)
    async with world.work(GOVERNMENT, "government_leader", 1) as work:
        done = await decisions.decide_objection(work, decision.id, result="upheld", reason="事实清楚，依据正确。")
        assert done.state == "served"
        view = await decisions.decision_view(work, decision.id)
        assert view.objection is not None
        assert (view.objection.state_label, view.state) == ("维持", "served")
        assert "decide_objection" not in view.allowed
    async with world.work(BODY) as work:
        held = await work.session.get(Finding, (work.city_id, finding.id))
        assert held is not None
        assert held.state == "decided"
    await stories.answer_letter(world, delivery.id, text="已退还扣押物品并书面说明。")
    with pytest.raises(IllegalTransition):
        async with world.work(GOVERNMENT, "government_leader", 1) as work:
            await decisions.decide_objection(work, decision.id, result="revoked", reason="事实认定有误。")


async def test_a_revoked_decision_ends_with_a_numbered_notice_and_its_problem_goes_on(world: World) -> None:
    matter, finding, decision, delivery = await objected(world)
    async with world.work(GOVERNMENT, "government_leader", 1) as work:
        done = await decisions.decide_objection(work, decision.id, result="revoked", reason="事实认定有误，予以撤销。")
        assert (done.state, done.number) == ("revoked", decision.number)
    async with world.work(GOVERNMENT, "government_leader", 0) as work:
        notice = (await work.session.scalars(select(Paper).where(Paper.kind == "withdrawal_notice"))).one()
        assert notice.title.startswith("关于撤销《行政执法监督决定书》")
        listed = await decisions.list_decisions(work, "revoked")
        assert [row.id for row in listed.items] == [decision.id]
    async with world.work(BODY) as work:
        held = await work.session.get(Finding, (work.city_id, finding.id))
        of_matter = await work.session.get(Matter, (work.city_id, matter.id))
        assert held is not None
        assert of_matter is not None
        assert held.state == "not_rectified"
        assert of_matter.stage not in {"executing", "to_decide"}
        open_limits = select(Deadline).where(
            Deadline.subject_id == decision.instrument_id, Deadline.state.in_(["running", "suspended"])
        )
        assert (await work.session.scalars(open_limits)).all() == []
    async with world.work(SUPERVISED, "organ_head") as work:
        gone = await work.session.get(Delivery, (work.city_id, delivery.id))
        assert gone is not None
        assert gone.state == "withdrawn"
        rows, _ = await instruments.inbox(work)
        assert [(row.kind, row.state) for row in rows] == [("urging_letter", "served")], "the letter asks again"


async def test_after_the_revocation_the_body_reports_again_and_the_government_decides_again(world: World) -> None:
    matter, _, decision, _ = await objected(world)
    async with world.work(GOVERNMENT, "government_leader", 1) as work:
        await decisions.decide_objection(work, decision.id, result="revoked", reason="理由不足，补充后重新报告。")
    async with world.work(BODY, "supervisor") as work:
        letter = await decisions.failed_instrument(work, matter.id)
        assert letter is not None
        again = await decisions.draft_report(work, matter.id, letter, automatic=False)
    await stories.send_report(world, again.id)
    second = await stories.decide(world, again.id)
    assert second.number == "建政执监决〔2026〕2号"
