"""Delegations: four eyes, dates, effect in decisions with the rule and the principal named, and their limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound
from kernel.models import AuditEntry
from kernel.work import Actor, open_work
from tenants.access import Target, authorize, consider
from tenants.delegations import service
from tenants.delegations.models import Delegation
from tenants.delegations.service import Proposal
from tenants.staff.models import Post
from tests.world import World
from web.delegation_steps import take_step

HERE = "建安区司法局"
FROM, TO = date(2026, 10, 9), date(2026, 10, 31)


async def people(world: World) -> tuple[Actor, Actor]:
    """The leader of the supervision body and one of its supervisors."""
    return await world.actor(HERE, "supervision_leader"), await world.actor(HERE, "supervisor")


async def proposal(world: World, **changes: object) -> Proposal:
    leader, supervisor = await people(world)
    values: dict[str, object] = {
        "principal_post_id": leader.post_id,
        "delegate_post_id": supervisor.post_id,
        "roles": ["supervision_leader"],
        "valid_from": FROM,
        "valid_to": TO,
        "reason": "负责人外出培训",
    }
    return Proposal(**(values | changes))  # type: ignore[arg-type]


async def proposed(world: World, **changes: object) -> UUID:
    asked = await proposal(world, **changes)
    async with world.work(HERE, "security_admin") as work:
        await authorize(work, "delegation", "propose", Target(owner_id=work.organ_id))
        return (await service.propose(work, asked)).id


async def in_force(world: World, **changes: object) -> UUID:
    found = await proposed(world, **changes)
    async with world.work(HERE, "audit_admin") as work:
        await take_step(work, found, "approve")
    return found


async def may(world: World, action: str = "approve_opening", **facts: Any) -> bool:
    async with world.work(HERE, "supervisor") as work:
        verdict, _ = await consider(work, "matter", action, replace(Target(owner_id=work.organ_id), **facts))
        return verdict.allowed


async def test_it_opens_what_was_lent_once_it_is_approved(world: World) -> None:
    assert not await may(world)
    found = await proposed(world)
    assert not await may(world)
    async with world.work(HERE, "audit_admin") as work:
        await take_step(work, found, "approve")
    assert await may(world)


async def test_the_decision_and_the_audit_entry_name_the_rule_and_the_principal(world: World) -> None:
    found = await in_force(world)
    leader, supervisor = await people(world)
    by = f"由{supervisor.name}代行{leader.name}（{leader.title}）职责，第十一条"
    async with world.work(HERE, "supervisor") as work:
        verdict, sentence = await consider(work, "matter", "approve_opening", Target(owner_id=work.organ_id))
        assert (verdict.rule_id, verdict.article, verdict.delegation) == ("matter-lead", "11", str(found))
        assert sentence.startswith("可以批准立项。")
        assert by in sentence
        await authorize(work, "matter", "approve_opening", Target(owner_id=work.organ_id))
        work.record("approve_opening", "matter", None, title="批准立项", article="11")
        await work.session.flush()
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "approve_opening"))).one()
        assert entry.title == f"批准立项（{by}）"
        assert (entry.rule_id, entry.detail["delegation"]) == ("matter-lead", str(found))
        assert entry.actor_name == supervisor.name
        await authorize(work, "matter", "propose", Target(supervised_id=await world.organ("建安区教育体育局")))
        work.record("propose", "matter", None, title="提请立项")
        await work.session.flush()
        own = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "propose"))).one()
        assert (own.title, own.detail) == ("提请立项", {})


async def test_only_the_named_acts_are_lent(world: World) -> None:
    await in_force(world, acts=["matter/suspend"])
    assert await may(world, "suspend")
    assert not await may(world, "approve_opening")


@pytest.mark.parametrize(("today", "allowed"), [("2026-10-09", False), ("2026-10-20", True), ("2026-11-01", False)])
async def test_it_holds_on_its_days_only(world: World, today: str, allowed: bool) -> None:
    await in_force(world, valid_from=date(2026, 10, 12))
    await world.set_clock(f"{today} 09:00")
    assert await may(world) is allowed


async def test_it_ends_with_its_end_and_with_the_principals_post(world: World) -> None:
    found = await in_force(world)
    async with world.work(HERE, "security_admin") as work:
        await take_step(work, found, "end", "负责人已返岗")
    assert not await may(world)
    await in_force(world)
    assert await may(world)
    leader, _ = await people(world)
    async with world.work(HERE) as work:
        await work.session.execute(update(Post).where(Post.id == leader.post_id).values(roles=["supervisor"]))
    assert not await may(world)


async def test_what_the_principal_may_not_decide_the_delegate_may_not_either(world: World) -> None:
    """Drafter, recusal and rectification of either person bind both; the government's and the complainant's stay."""
    await in_force(world)
    leader, supervisor = await people(world)
    for who in (leader, supervisor):
        for one in (who.post_id, who.person_id):
            assert not await may(world, drafters=frozenset({one}))
            assert not await may(world, "approve_closing", responsible=frozenset({one}))
            assert not await may(world, recused=frozenset({one}))
    assert await may(world, drafters=frozenset({(await world.actor(HERE, "audit_admin")).post_id}))
    async with world.work(HERE, "supervisor") as work:
        with pytest.raises(Barred):
            await authorize(
                work,
                "matter",
                "approve_opening",
                Target(owner_id=work.organ_id, recused=frozenset({supervisor.person_id})),
            )


async def test_a_recused_principal_bars_nothing_that_the_delegate_may_do_himself(world: World) -> None:
    await in_force(world)
    leader, _ = await people(world)
    assert await may(world, "record_activity", recused=frozenset({leader.person_id}))


async def test_nobody_decides_in_the_governments_name(world: World) -> None:
    """Art. 20: neither by a role that the delegate has not, nor in the leader's place."""
    government = "建安区政府"
    leader = await world.actor(government, "government_leader")
    async with world.work(government) as work:
        clerk = await _post(work.session, leader, "秘书", ["legal_officer"])
    asked = await proposal(
        world, principal_post_id=leader.post_id, delegate_post_id=clerk.post_id, roles=["government_leader"]
    )
    async with open_work(world.database, city_id=world.city_id, organ_id=leader.organ_id, actor=leader) as work:
        row = await service.propose(work, asked)
        row.decided_by, row.state = clerk.person_id, "approved"
    target = Target(owner_id=leader.organ_id, supervised_id=await world.organ("建安区教育体育局"))
    async with open_work(world.database, city_id=world.city_id, organ_id=leader.organ_id, actor=clerk) as work:
        assert (await consider(work, "report", "read", target))[0].allowed
        for kind in ("perform_in_time", "supplement_or_correct", "revoke", "confirm_unlawful", "confirm_void"):
            assert not (await consider(work, f"decision:{kind}", "decide", target))[0].allowed
        assert not (await consider(work, "decision", "decline", target))[0].allowed


async def _post(session: object, like: Actor, title: str, roles: list[str]) -> Actor:
    """Another person of the organ with a post of these roles."""
    from kernel.ids import new_id
    from tenants.staff.models import Person

    person, post = new_id(), new_id()
    common = {"city_id": like.city_id, "organ_id": like.organ_id}
    session.add(Person(id=person, name="秦秘书", **common))  # type: ignore[attr-defined]
    await session.flush()  # type: ignore[attr-defined]
    session.add(  # type: ignore[attr-defined]
        Post(
            id=post,
            person_id=person,
            person_name="秦秘书",
            title=title,
            kind="main",
            roles=roles,
            valid_from=date(2026, 1, 1),
            **common,
        )
    )
    return replace(
        like, account_id=person, person_id=person, post_id=post, name="秦秘书", title=title, roles=frozenset(roles)
    )


async def test_the_three_administrators_lend_and_borrow_nothing(world: World) -> None:
    for role in ("system_admin", "security_admin", "audit_admin"):
        admin = await world.actor(HERE, role)
        for changes, field in (
            ({"principal_post_id": admin.post_id, "roles": [role]}, "principal"),
            ({"delegate_post_id": admin.post_id}, "delegate"),
        ):
            with pytest.raises(Invalid) as caught:
                await proposed(world, **changes)
            assert field in {e.field for e in caught.value.errors}


async def test_a_delegate_who_becomes_an_administrator_loses_it(world: World) -> None:
    await in_force(world)
    _, supervisor = await people(world)
    async with world.work(HERE) as work:
        await work.session.execute(update(Post).where(Post.id == supervisor.post_id).values(roles=["security_admin"]))
    async with open_work(world.database, city_id=world.city_id, organ_id=supervisor.organ_id, actor=supervisor) as work:
        assert not (await consider(work, "matter", "approve_opening", Target(owner_id=work.organ_id)))[0].allowed


@pytest.mark.parametrize("role", ["security_admin", "system_admin", "supervision_leader", "supervisor"])
async def test_only_the_audit_administrator_approves(world: World, role: str) -> None:
    found = await proposed(world)
    async with world.work(HERE, role) as work:
        with pytest.raises(Denied):
            await take_step(work, found, "approve")


@pytest.mark.parametrize("step", ["propose", "withdraw", "end"])
async def test_the_audit_administrator_only_decides(world: World, step: str) -> None:
    async with world.work(HERE, "audit_admin") as work:
        with pytest.raises(Denied):
            await authorize(work, "delegation", step, Target(owner_id=work.organ_id))


async def test_four_eyes_hold_in_the_service_and_in_the_table(world: World) -> None:
    found = await proposed(world)
    async with world.work(HERE, "security_admin") as work:
        with pytest.raises(Denied, match="提出人"):
            await service.approve(work, found)
    for values in ({"decided_by": Delegation.proposed_by}, {"state": "approved"}):
        with pytest.raises(IntegrityError):
            async with world.work(HERE) as work:
                await work.session.execute(update(Delegation).values(**values))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_to": date(2026, 10, 8)}, "valid_to"),
        ({"valid_from": date(2026, 10, 8)}, "valid_from"),
        ({"valid_to": date(2027, 10, 9)}, "valid_to"),
        ({"reason": " "}, "reason"),
        ({"roles": []}, "roles"),
        ({"roles": ["government_leader"]}, "roles"),
        ({"roles": ["system"]}, "roles"),
        ({"acts": ["matter/fly"]}, "acts"),
        ({"acts": ["decision:revoke/decide"]}, "acts"),
        ({"principal_post_id": UUID(int=1)}, "principal"),
    ],
)
async def test_a_wrong_proposal_is_refused_at_its_field(world: World, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        await proposed(world, **changes)
    assert field in {e.field for e in caught.value.errors}


async def test_nobody_acts_for_himself_or_with_what_he_has(world: World) -> None:
    leader, supervisor = await people(world)
    with pytest.raises(Invalid, match="两名"):
        await proposed(world, delegate_post_id=leader.post_id)
    with pytest.raises(Invalid):
        await proposed(
            world, principal_post_id=supervisor.post_id, delegate_post_id=leader.post_id, roles=["organ_head"]
        )


async def test_the_same_two_persons_have_one_delegation_at_a_time(world: World) -> None:
    found = await proposed(world)
    with pytest.raises(Invalid, match="已有代行授权"):
        await proposed(world)
    async with world.work(HERE, "security_admin") as work:
        await take_step(work, found, "withdraw")
    await in_force(world)


async def test_a_step_is_taken_once(world: World) -> None:
    found = await in_force(world)
    for role, step in (("audit_admin", "approve"), ("audit_admin", "reject"), ("security_admin", "withdraw")):
        async with world.work(HERE, role) as work:
            with pytest.raises(IllegalTransition):
                await take_step(work, found, step, "理由")
    async with world.work(HERE, "security_admin") as work:
        with pytest.raises(Invalid):
            await take_step(work, found, "end", " ")


async def test_other_organs_neither_see_nor_touch_it(world: World) -> None:
    found = await in_force(world)
    async with world.work("禹州市司法局", "supervisor") as work:
        assert await service.listing(work, None, 50) == ([], None)
        with pytest.raises(NotFound):
            await service.end(work, found, "理由")
        changed = await work.session.execute(update(Delegation).values(state="ended"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
    leader, _ = await people(world)
    other = await world.actor("禹州市司法局", "supervisor")
    with pytest.raises(Invalid, match="本单位的有效岗位"):
        await proposed(world, delegate_post_id=other.post_id)
    with pytest.raises(ProgrammingError):
        async with world.work(HERE) as work:
            await work.session.execute(Delegation.__table__.delete())  # type: ignore[attr-defined]
    assert leader.organ_id != other.organ_id


async def test_every_step_is_audited_with_the_parties_and_the_days(world: World) -> None:
    found = await in_force(world)
    async with world.work(HERE, "security_admin") as work:
        await take_step(work, found, "end", "负责人已返岗")
    async with world.work(HERE) as work:
        rows = await work.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == found).order_by("seq"))
        entries = list(rows)
    assert [e.action for e in entries] == ["propose_delegation", "approve_delegation", "end_delegation"]
    assert all("代行" in e.title and "2026-10-31" in e.title for e in entries)
    assert entries[-1].detail["note"] == "负责人已返岗"
    assert len({e.actor_account_id for e in entries}) == 2


async def test_the_preview_says_what_flips_and_stores_nothing(world: World) -> None:
    asked = await proposal(world)
    async with world.work(HERE, "security_admin") as work:
        made = await service.preview(work, asked)
        assert await service.listing(work, None, 5) == ([], None)
    assert {"批准立项", "签发监督意见书"} <= {f.label for f in made.opened}
    assert "维护监督关系" in {w.label for w in made.kept}
    assert all("代行" in w.reason for w in made.kept)
