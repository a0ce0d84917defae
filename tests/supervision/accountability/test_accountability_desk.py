"""What of accountability waits on whose desk (Article 21)."""

from __future__ import annotations

from supervision.desk import service as desk
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.accountability import steps
from tests.world import World


async def waiting(world: World, organ: str, role: str, nth: int = 0) -> list[str]:
    async with world.work(organ, role, nth) as work:
        return [one.label for one in (await desk.desk(work)).waiting if one.kind == "accountability"]


async def test_each_step_waits_for_who_may_take_it(world: World) -> None:
    case, _ = await steps.against_officer(world)
    assert await waiting(world, BODY, "supervision_leader") == ["审批告知"]
    await steps.notify(world, case.id)
    assert await waiting(world, BODY, "supervision_leader") == []
    assert await waiting(world, SUPERVISED, "organ_head") == ["签收文书"]
    notice = (await steps.notices(world, case.id))[0]
    await steps.receive(world, notice.id, "enforcement_officer")
    await steps.defend(world, notice.id)
    assert await waiting(world, BODY, "supervision_leader") == ["作出决定"]
    await steps.decide(world, case.id, steps.CANCEL)
    decision = (await steps.notices(world, case.id, "decision"))[0]
    await steps.receive(world, decision.id)
    await steps.request(world, decision.id)
    assert await waiting(world, BODY, "supervision_leader", 0) == []
    assert await waiting(world, BODY, "supervision_leader", 1) == ["决定复核"]


async def test_a_removal_from_awards_waits_for_the_government_and_a_proposal_for_the_head(world: World) -> None:
    case = await steps.propose(world, measure="removal_from_awards")
    await steps.told(world, case.id)
    assert await waiting(world, BODY, "supervision_leader") == []
    assert await waiting(world, GOVERNMENT, "government_leader") == ["决定取消评优评先资格"]
    other, _ = await steps.against_officer(world, "person_criticism")
    proposal = await steps.decided(world, other.id, "person_criticism")
    assert await waiting(world, SUPERVISED, "organ_head") == ["反馈处理结果"]
    await steps.answer(world, proposal.id)
    assert await waiting(world, SUPERVISED, "organ_head") == []
