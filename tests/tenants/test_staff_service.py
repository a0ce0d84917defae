"""Posts in several organs, the three administrators, passwords, accounts of organs that ended."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

import pytest

from kernel.errors import Invalid, Unauthenticated
from kernel.work import open_work
from tenants.organs import changes
from tenants.organs.service import rebuild_scope
from tenants.staff import service
from tenants.staff.models import Post
from tests.tenants.logging_in import ORGAN, RIGHT, WRONG, audit, hire, log_in, refused
from tests.world import World


async def test_one_person_with_posts_in_two_organs_chooses_one(world: World) -> None:
    account = await hire(world)
    async with world.work("建安区水利局") as work:
        second = await service.add_post(
            work, person_id=account.person_id, person_name="某某", title="挂职副局长", roles=["organ_head"],
            kind="seconded",
        )  # fmt: skip
    found = await log_in(world, RIGHT)
    assert [(p.organ_short_name, p.kind) for p in found.posts] == [(ORGAN, "main"), ("建安区水利局", "seconded")]
    chosen = next(p for p in found.posts if p.post_id == second.id)
    actor = service.actor_of(found.account_id, found.person_id, found.name, chosen)
    assert (actor.organ_id, actor.title) == (await world.organ("建安区水利局"), "挂职副局长")
    async with open_work(world.database, city_id=world.city_id, organ_id=actor.organ_id, actor=actor) as work:
        assert [p.post_id for p in await service.posts(work, account.person_id)] == [p.post_id for p in found.posts]


@pytest.mark.parametrize(
    ("held", "new", "allowed"),
    [
        ([], ["system_admin"], True),
        ([], ["system_admin", "audit_admin"], False),
        ([], ["security_admin", "organ_head"], False),
        (["system_admin"], ["audit_admin"], False),
        (["audit_admin"], ["organ_head"], False),
        (["organ_head"], ["security_admin"], False),
        (["organ_head"], ["legal_officer"], True),
    ],
)
async def test_the_three_administrators_are_never_one_person(
    world: World, held: list[str], new: list[str], allowed: bool
) -> None:
    """Not even by posts in two tenants."""
    account = await hire(world, roles=held, post=bool(held))

    async def add() -> Post:
        async with world.work("建安区水利局") as work:
            return await service.add_post(
                work, person_id=account.person_id, person_name="某某", title="岗位", roles=new
            )

    if allowed:
        assert (await add()).roles == new
        return
    with pytest.raises(Invalid, match="由不同人员担任") as raised:
        await add()
    assert raised.value.field == "roles"


async def test_two_administrator_posts_created_at_once_are_still_one(world: World) -> None:
    account = await hire(world, post=False)

    async def add(organ: str, role: str) -> None:
        async with world.work(organ) as work:
            await service.add_post(work, person_id=account.person_id, person_name="某某", title="岗位", roles=[role])
            await asyncio.sleep(0.1)

    answers = await asyncio.gather(
        add(ORGAN, "system_admin"), add("建安区水利局", "audit_admin"), return_exceptions=True
    )
    assert sorted(type(a).__name__ for a in answers) == ["Invalid", "NoneType"]


@pytest.mark.parametrize(
    "password", ["", "Short-1", "alllowercaseletters", "1234567890", "lower12345", "Ceshi-2026-Xuchang"]
)
async def test_weak_passwords_are_refused(world: World, password: str) -> None:
    async with world.work(ORGAN) as work:
        with pytest.raises(Invalid, match="密码至少 10 位") as raised:
            await service.add_account(work, name="某某", username="ceshi", password=password)
        assert raised.value.field == "password"


async def test_a_password_is_changed_by_who_knows_the_present_one(world: World) -> None:
    account = await hire(world)
    new = "Xin-Mima-2026"
    async with world.work(ORGAN) as work:
        for current, wanted, field in ((WRONG, new, "current"), (RIGHT, "weak", "password")):
            with pytest.raises(Invalid) as raised:
                await service.change_password(work, account.id, current, wanted)
            assert raised.value.field == field
        await service.change_password(work, account.id, RIGHT, new)
    assert not (await log_in(world, new)).must_change
    assert isinstance(await refused(world, RIGHT), Unauthenticated)


async def ended(world: World, heir: str | None) -> UUID:
    """市体育局 ends on 2026-10-12."""
    sports = await world.organ("市体育局")
    async with world.system() as work:
        await changes.abolish(work, sports, date(2026, 10, 12), await world.organ(heir) if heir else None)
    return sports


async def test_an_ended_organ_opens_no_session_and_names_its_successor(world: World) -> None:
    await hire(world, "市体育局")
    sports = await ended(world, "市教育局")
    await world.set_clock("2026-10-11 23:00")
    assert (await log_in(world, RIGHT, organ="市体育局")).posts
    await world.set_clock("2026-10-12 00:30")
    with pytest.raises(Unauthenticated, match="许昌市体育局已撤销，由许昌市教育局承接，请选择该单位登录") as raised:
        await service.authenticate(world.database, world.city_id, sports, "ceshi", RIGHT)
    assert raised.value.field == "organ"


async def test_accounts_without_a_successor_are_out_of_use(world: World) -> None:
    await hire(world, "市体育局")
    sports = await ended(world, None)
    await world.set_clock("2026-10-12 00:30")
    with pytest.raises(Unauthenticated, match="没有登记承接单位，账号已停用"):
        await service.authenticate(world.database, world.city_id, sports, "ceshi", RIGHT)


async def test_the_successor_takes_over_posts_and_accounts_log_in_there(world: World) -> None:
    account = await hire(world, "市体育局")
    sports = await ended(world, "市教育局")
    await world.set_clock("2026-10-12 09:00")
    assert "没有有效的岗位" in (await refused(world, RIGHT, organ="市教育局")).message
    async with world.system() as work:
        await rebuild_scope(work)
    async with world.work("市教育局") as work:
        assert [(p.person_id, p.title) for p in await service.take_over_posts(work, sports)] == [
            (account.person_id, "负责人")
        ]
    async with world.work("市教育局") as work:
        assert await service.take_over_posts(work, sports) == []
    found = await log_in(world, RIGHT, organ="市教育局")
    assert [(p.organ_short_name, p.title) for p in found.posts] == [("市教育局", "负责人")]
    assert (await audit(world, "市教育局"))[-1].result == "done"
    async with world.work(ORGAN) as work:
        with pytest.raises(Invalid, match="只有承接单位"):
            await service.take_over_posts(work, sports)


async def test_an_account_of_the_successor_goes_before_one_it_took_over(world: World) -> None:
    await hire(world, "市体育局")
    own = await hire(world, "市教育局")
    await ended(world, "市教育局")
    await world.set_clock("2026-10-12 09:00")
    assert (await log_in(world, RIGHT, organ="市教育局")).account_id == own.id
