"""What is offered while a problem lies with the government, and what is overdue after it decided (Art. 20)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kernel.errors import IllegalTransition, Invalid
from supervision.deadlines.models import Deadline
from supervision.decisions import service as decisions
from supervision.desk import service as desk
from supervision.escalation.circulars import monthly_circular
from supervision.instruments import service as instruments
from supervision.instruments.commands import DraftInstrument, RequirementInput
from supervision.matters import service as matters
from supervision.matters.views import MatterView
from tests import stories
from tests.stories import BODY, GOVERNMENT
from tests.world import World


async def seen(world: World, matter_id: object, role: str = "supervisor") -> MatterView:
    async with world.work(BODY, role) as work:
        return await matters.view(work, matter_id)  # type: ignore[arg-type]


async def test_a_decided_letter_is_overdue_no_longer(world: World) -> None:
    matter, _, decision, _ = await stories.decided_matter(world)
    view = await seen(world, matter.id)
    assert {d.chip.state for d in view.deadlines if d.state in ("running", "lapsed")} <= {"calm", "near", "far"}
    async with world.work(BODY, "supervision_leader") as work:
        limits = list(await work.session.scalars(select(Deadline).where(Deadline.rule_key.startswith("instrument."))))
        assert {d.state for d in limits} <= {"cancelled", "met"}
        board = await desk.desk(work)
        assert next(f.value for f in board.figures if f.key == "overdue") == 0
    await world.set_clock("2026-11-03 09:00")
    async with world.work(BODY) as work:
        assert await monthly_circular(work) is None
    assert decision.number


async def test_a_revoked_decision_brings_the_limit_back(world: World) -> None:
    matter, _, _, delivery = await stories.decided_matter(world)
    async with world.work(stories.SUPERVISED, "organ_head") as work:
        await instruments.raise_objection(work, delivery.id, reason="对认定的事实有不同意见，请复核。")
    async with world.work(GOVERNMENT, "government_leader", 1) as work:
        found = (await decisions.list_decisions(work)).items[0]
        await decisions.decide_objection(work, found.id, result="revoked", reason="事实认定有误，予以撤销。")
    view = await seen(world, matter.id)
    assert "lapsed" in {d.state for d in view.deadlines}


async def test_no_second_letter_while_the_government_considers(world: World) -> None:
    matter, finding, *_ = await stories.reported_matter(world)
    view = await seen(world, matter.id)
    assert not [c for c in view.allowed if c.action.startswith("draft:")]
    assert any("报告本级政府" in c.reason for c in view.refused if c.action.startswith("draft:"))
    line = RequirementInput(finding_id=finding.id, text="依法处理。")
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid, match="报告本级政府"):
            await instruments.draft(
                work, DraftInstrument(matter_id=matter.id, kind="urging_letter", requirements=(line,))
            )


async def test_verifying_is_not_offered_without_a_problem_to_verify(world: World) -> None:
    matter = await stories.open_matter(world)
    finding = await stories.find_problem(world, matter.id)
    await stories.rectify(world, finding.id, matter.id)
    view = await seen(world, matter.id)
    assert "verify_rectification" not in {c.action for c in view.allowed}


async def test_a_decision_that_stays_unexecuted_ends_with_a_referral(world: World) -> None:
    """Art. 21(11): the finding is handed over, and the matter can be closed."""
    matter, finding, decision, _ = await stories.decided_matter(world)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="执行期尚未届满"):
            await matters.refer_finding(work, finding.id, "建安区纪委监委", "拒不执行监督决定。")
    await world.set_clock("2026-12-10 09:00")
    await stories.verify_execution(world, decision.id, executed=False, note="期满没有退还物品。")
    view = await seen(world, matter.id)
    assert "refer_finding" in {c.action for c in view.allowed}
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid, match="接收移送的机关"):
            await matters.refer_finding(work, finding.id, " ", "拒不执行监督决定。")
        referred = await matters.refer_finding(work, finding.id, "建安区纪委监委", "拒不执行监督决定。")
        assert referred.state == "referred"
    assert (await stories.close_matter(world, matter.id)).state == "closed"
