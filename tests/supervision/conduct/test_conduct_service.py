"""Complaints about supervisors go above, protect who complained, and never reach the person's own desk (Art. 23)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.models import AuditEntry
from supervision.conduct import service
from supervision.conduct.models import ConductComplaint
from supervision.conduct.rules import competent
from supervision.deadlines.models import Notice
from supervision.referrals import service as referrals
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.referrals.test_referral_isolation import everything
from tests.world import World

CITY = "市司法局"
FACTS = "10月8日核查时要求本单位为其亲属安排住宿，费用由本单位承担。"
SECRET = "query-code-2026"


async def registered(
    world: World, organ: str = SUPERVISED, role: str = "organ_head", **changes: Any
) -> service.Registered:
    values: dict[str, Any] = {
        "subject_organ_id": await world.organ(BODY),
        "position": "supervisor",
        "subject": "陈明远",
        "ground": "abuse",
        "facts": FACTS,
        "secret": SECRET,
        "name": "钱卫东",
        "contact": "13800000000",
    }
    async with world.work(organ, role) as work:
        return await service.register(work, service.RegisterComplaint(**{**values, **changes}))


async def complaint(world: World, organ: str = CITY) -> ConductComplaint:
    async with world.work(organ) as work:
        return (await work.session.scalars(select(ConductComplaint))).one()


async def test_it_goes_above_and_leaves_no_trace_where_it_came_from(world: World) -> None:
    receipt = await registered(world)
    assert receipt.competent == "许昌市司法局"
    row = await complaint(world)
    for organ in (SUPERVISED, BODY, GOVERNMENT, "许昌市政府", "禹州市司法局"):
        async with world.work(organ) as work:
            seen = await everything(work)
        for mark in (str(row.id), receipt.number, "钱卫东反映", FACTS[:10]):
            assert mark not in seen, (organ, mark)
    async with world.work(CITY) as work:
        entries = (await work.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == row.id))).all()
        assert {e.actor_name for e in entries} == {"系统"}
        assert {(e.actor_post_id, e.actor_account_id, e.origin, e.request_id) for e in entries} == {
            (None, None, "", "")
        }
        seen = await everything(work)
        for mark in (FACTS[:10], "钱卫东", "13800000000", SECRET):
            assert mark not in seen, mark


@pytest.mark.parametrize(
    ("organ", "position", "above"),
    [
        (BODY, "supervisor", "市司法局"),
        (BODY, "leader", GOVERNMENT),
        ("市司法局", "supervisor", "许昌市政府"),
        (GOVERNMENT, "leader", "许昌市政府"),
        ("市水利局", "supervisor", "市司法局"),
        ("建安区尚集司法所", "supervisor", BODY),
    ],
)
async def test_the_competent_organ_is_never_the_own(world: World, organ: str, position: str, above: str) -> None:
    async with world.work(SUPERVISED) as work:
        found = await service.competent_for(work, await world.organ(organ), position)
    assert found == await world.organ(above)


async def test_above_the_city_nobody_of_this_system_is_competent(world: World) -> None:
    with pytest.raises(Invalid, match="不在本市"):
        await registered(world, subject_organ_id=await world.organ("许昌市政府"), position="leader")


async def test_the_leader_assigns_the_examiner_examines_the_leader_answers(world: World) -> None:
    receipt = await registered(world)
    row = await complaint(world)
    examiner = await world.actor(CITY, "supervisor")
    with pytest.raises(NotFound):
        async with world.work(CITY, "supervisor") as work:
            await service.view(work, row.id)
    async with world.work(CITY, "supervision_leader") as work:
        with pytest.raises(IllegalTransition):
            await service.answer(
                work, row.id, service.AnswerComplaint(outcome="unfounded", answer="经查，反映不实，没有违规情形。")
            )
    async with world.work(CITY, "supervision_leader") as work:
        await service.assign(work, row.id, [examiner.post_id])
    async with world.work(CITY, "supervisor") as work:
        assert [one.id for one in (await service.listed(work)).items] == [row.id]
        await service.examine(work, row.id, "经核查，住宿费用由被监督单位承担，属实。")
        with pytest.raises(Denied):
            await service.answer(
                work, row.id, service.AnswerComplaint(outcome="founded", answer="反映属实，已经处理。")
            )
    async with world.work(CITY, "supervision_leader") as work:
        with pytest.raises(IllegalTransition, match="处理措施"):
            await service.answer(
                work, row.id, service.AnswerComplaint(outcome="founded", answer="反映属实，已经作出处理。")
            )
    kinds = ("recusal_order", "certificate_withdrawal", "referral")
    command = service.AnswerComplaint(
        outcome="founded",
        answer="反映属实，已责令退还费用并作出处理。",
        consequences=tuple(service.Consequence(kind=kind, note="责令退还费用。") for kind in kinds),
    )
    async with world.work(CITY, "supervision_leader") as work:
        await service.answer(work, row.id, command)
        await service.close(work, row.id)
        seen = await service.view(work, row.id)
        assert (seen.state, seen.outcome_label, len(seen.consequences)) == ("closed", "反映属实", 3)
        drafts = (await referrals.listed(work)).items
        assert [(d.kind, d.state) for d in drafts] == [("discipline", "draft")]
    async with world.work(BODY) as work:
        told = (await work.session.scalars(select(Notice).where(Notice.article == "23"))).all()
        assert [(n.roles, n.body) for n in told] == [(["supervision_leader"], "责令退还费用。")] * 2
    async with world.work(SUPERVISED, "contact") as work:
        answer = await service.ask(work, receipt.number, SECRET)
        assert (answer.state_label, answer.answer) == ("已办结", command.answer)
        for number, secret in ((receipt.number, "wrong-code-2026"), ("许司监督反映〔2026〕9号", SECRET)):
            with pytest.raises(NotFound, match="核对编号"):
                await service.ask(work, number, secret)


async def test_the_person_concerned_neither_reads_nor_examines(world: World) -> None:
    """杨帆 of the city's body is found by name among its posts; a post of his at the government would not help."""
    await registered(world, subject_organ_id=await world.organ(CITY), subject="杨帆")
    row = await complaint(world, "许昌市政府")
    assert row.subject_person_id == (await world.actor(CITY, "supervisor")).person_id
    leader = await world.actor(GOVERNMENT, "government_leader")
    await registered(world, subject_organ_id=await world.organ(BODY), position="leader", subject=leader.name)
    async with world.work(GOVERNMENT) as work:
        held = (await work.session.scalars(select(ConductComplaint))).one()
        held.subject_person_id = leader.person_id
    async with world.work(GOVERNMENT, "government_leader") as work:
        assert (await service.listed(work)).items == []
        with pytest.raises(NotFound):
            await service.view(work, held.id)
    async with world.work(GOVERNMENT, "government_leader", 1) as work:
        assert leader.post_id not in {post.id for post in await service.examiners(work, held.id)}
        with pytest.raises(Invalid, match="无关"):
            await service.assign(work, held.id, [leader.post_id])


async def test_who_complained_is_masked_and_every_look_is_recorded(world: World) -> None:
    await registered(world)
    row = await complaint(world)
    async with world.work(CITY, "supervision_leader") as work:
        assert (await service.view(work, row.id)).source_mask == "钱某某"
        with pytest.raises(Invalid, match="用途"):
            await service.reveal(work, row.id, " ")
    async with world.work(CITY, "supervision_leader") as work:
        found = await service.reveal(work, row.id, "联系反映人核实")
        assert (found.name, found.contact) == ("钱卫东", "13800000000")
        assert (await service.view(work, row.id)).steps[0].action == "reveal"
        looks = select(AuditEntry).where(AuditEntry.action == "conduct_reveal")
        assert len((await work.session.scalars(looks)).all()) == 1


async def test_limits_are_told_to_the_leaders_once(world: World) -> None:
    await registered(world)
    await world.set_clock("2026-10-20 09:00")
    for reminded in (1, 0):
        async with world.system() as work:
            assert await service.sweep(work) == reminded


async def test_bad_input_names_its_fields(world: World) -> None:
    with pytest.raises(Invalid) as wrong:
        await registered(world, position="king", ground="x", subject="", facts="短", secret="1")
    assert {e.field for e in wrong.value.errors} == {"position", "ground", "subject", "facts", "secret"}
    with pytest.raises(Invalid):
        await registered(world, subject_organ_id=new_id())
    with pytest.raises(Denied):
        await registered(world, BODY, "system_admin")


def test_the_routing_ends_where_nobody_is_above() -> None:
    class Nowhere:
        def government_of(self, organ_id: int, /) -> int | None:
            return None

        supervision_body_of = upper_supervision_body = government_above = government_of

    assert competent(Nowhere(), 1, "leader") is None
