"""Further posts, roles, ends, certificates and lost passwords, with the three administrators held apart."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from cli.demo.accounts import password
from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Unauthenticated
from kernel.models import AuditEntry
from kernel.work import Work
from tenants.registers import post_certificates
from tenants.registers.models import Officer
from tenants.staff import accounts, appointments
from tenants.staff import service as staff
from tenants.staff.models import Account, Post
from tests.stories import BODY
from tests.world import World


async def account_of(work: Work, username: str) -> Account:
    return (await work.session.scalars(select(Account).where(Account.username == username))).one()


async def post_of(work: Work, username: str) -> Post:
    person = (await account_of(work, username)).person_id
    return (await work.session.scalars(select(Post).where(Post.person_id == person))).one()


async def test_a_person_gets_a_second_post_and_chooses_between_them(world: World) -> None:
    async with world.work(BODY, "system_admin") as work:
        account = await account_of(work, "liu")
        await appointments.add_further_post(
            work, account.id, title="法制审核员", roles=["legal_officer"], kind="concurrent"
        )
        with pytest.raises(Invalid, match="同名岗位"):
            await appointments.add_further_post(work, account.id, title="法制审核员", roles=["supervisor"])
    async with world.work(BODY) as work:
        held = await staff.posts(work, account.person_id)
    assert [(p.title, p.kind) for p in held] == [("监督人员", "main"), ("法制审核员", "concurrent")]


async def test_a_person_of_another_organ_serves_here_when_organ_account_and_name_agree(world: World) -> None:
    home = await world.organ("市司法局")
    given = {"home_organ_id": home, "title": "挂职监督人员", "roles": ["supervisor"], "kind": "seconded"}
    async with world.work(BODY, "system_admin") as work:
        for wrong in ({"username": "yang", "name": "别人"}, {"username": "nobody", "name": "杨帆"}):
            with pytest.raises(Invalid, match="没有找到这名人员"):
                await appointments.add_guest_post(work, **given, **wrong)  # type: ignore[arg-type]
        post = await appointments.add_guest_post(work, **given, username="yang", name="杨帆")  # type: ignore[arg-type]
        assert [p.id for p in await appointments.guests(work)] == [post.id]
    async with world.work(BODY) as work:
        held = await staff.posts(work, post.person_id)
    assert {p.organ_short_name for p in held} == {"市司法局", BODY}


async def test_roles_change_with_a_reason_and_are_on_record(world: World) -> None:
    async with world.work(BODY, "system_admin") as work:
        post = await post_of(work, "liu")
        with pytest.raises(Invalid, match="理由"):
            await appointments.change_roles(work, post.id, ["legal_officer"], " ")
        await appointments.change_roles(work, post.id, ["legal_officer"], "岗位调整")
    async with world.work(BODY) as work:
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "change_roles"))).one()
    assert entry.detail == {"note": "岗位调整", "before": ["supervisor"], "after": ["legal_officer"]}


async def test_the_three_administrators_stay_apart(world: World) -> None:
    """Nobody changes himself, nobody becomes an administrator besides, no administrator is taken over or left out."""
    async with world.work(BODY, "system_admin") as work:
        mine, audit, liu = await post_of(work, "han"), await post_of(work, "shen"), await post_of(work, "liu")
        with pytest.raises(Denied, match="自己"):
            await appointments.end_post(work, mine.id, "离职")
        with pytest.raises(Denied, match="自己"):
            await appointments.add_further_post(
                work, (await account_of(work, "han")).id, title="监督人员", roles=["supervisor"]
            )
        with pytest.raises(Invalid, match="管理员"):
            await appointments.change_roles(work, liu.id, ["audit_admin"], "岗位调整")
        with pytest.raises(Denied, match="管理员岗位"):
            await appointments.change_roles(work, audit.id, ["supervisor"], "岗位调整")
        for username in ("shen", "feng"):
            with pytest.raises(Denied, match="管理员的密码"):
                await appointments.reset_password(work, (await account_of(work, username)).id)
        with pytest.raises(IllegalTransition, match="唯一的审计管理员"):
            await appointments.end_post(work, audit.id, "离职")
        await accounts.open_account(
            work,
            name="新审计",
            username="xinshen",
            password="Anfang-2026-x",
            title="审计管理员",
            unit="",
            roles=["audit_admin"],
        )
        await work.session.flush()
        assert (await appointments.end_post(work, audit.id, "离职")).valid_to == date(2026, 10, 8)


async def test_an_ended_post_is_none_and_an_organ_sees_only_its_own(world: World) -> None:
    async with world.work(BODY, "system_admin") as work:
        post = await post_of(work, "liu")
        await appointments.end_post(work, post.id, "调离")
        with pytest.raises(NotFound):
            await appointments.change_roles(work, post.id, ["legal_officer"], "岗位调整")
    async with world.work("市司法局", "supervisor") as work:
        with pytest.raises(NotFound):
            await appointments.own_post(work, post.id)
        with pytest.raises(NotFound):
            await appointments.reset_password(work, (await world.actor(BODY, "supervisor")).account_id)
    organ_id = await world.organ(BODY)
    with pytest.raises(Unauthenticated, match="没有有效的岗位"):
        await staff.authenticate(world.database, world.city_id, organ_id, "liu", password())


async def test_a_lost_password_is_replaced_by_one_for_one_login(world: World) -> None:
    async with world.work(BODY, "system_admin") as work:
        account = await account_of(work, "liu")
        made = await appointments.reset_password(work, account.id)
    who = await staff.authenticate(world.database, world.city_id, await world.organ(BODY), "liu", made)
    assert who.must_change
    async with world.work(BODY) as work:
        entries = list(await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "reset_password")))
    assert [e.title for e in entries] == ["重置账号 liu 的密码"]
    assert made not in str([(e.title, e.detail) for e in entries])


async def test_a_certificate_makes_a_handler_until_its_last_day(world: World) -> None:
    async with world.work(BODY, "system_admin") as work:
        post = await post_of(work, "liu")
        with pytest.raises(Invalid, match="有效期"):
            await post_certificates.set_certificate(work, post.id, "豫监督证KJA0999", None)
        with pytest.raises(Invalid, match="已过"):
            await post_certificates.set_certificate(work, post.id, "豫监督证KJA0999", date(2026, 10, 8))
        await post_certificates.set_certificate(work, post.id, "豫监督证KJA0999", date(2026, 10, 9))
        assert staff.certified(post, date(2026, 10, 9))
        assert not staff.certified(post, date(2026, 10, 10))
        await post_certificates.set_certificate(work, post.id, "", None)
        assert not staff.certified(post, date(2026, 10, 9))


async def test_the_register_keeps_the_certificate_once_it_has_a_file(world: World) -> None:
    async with world.work(BODY, "system_admin") as work:
        post = await post_of(work, "liu")
        work.session.add(
            Officer(
                city_id=work.city_id,
                organ_id=work.organ_id,
                person_id=post.person_id,
                name=post.person_name,
                citizen_cipher=b"x",
                citizen_hash=b"x",
                citizen_mask="4110**********0018",
                employment="civil_service",
                title="监督人员",
                areas=[],
                joined_on=date(2024, 1, 1),
            )
        )
        await work.session.flush()
        with pytest.raises(IllegalTransition, match="人员档案"):
            await post_certificates.set_certificate(work, post.id, "豫监督证KJA0999", date(2027, 1, 1))
