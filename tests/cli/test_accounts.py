"""The first administrators of an installation: three persons, once, on the record."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from cli import accounts
from cli.console import Failed
from kernel.errors import Invalid, NotFound
from kernel.models import AuditEntry
from tenants.staff import service as staff
from tenants.staff.accounts import Appointed, list_accounts
from tenants.staff.appointments import one_time_password
from tenants.staff.passwords import check_new_password
from tests.world import World

ORGAN = "市教育局"


def three(**changed: str) -> list[Appointed]:
    people = {
        "system_admin": ("韩某", "system"),
        "security_admin": ("冯某", "security"),
        "audit_admin": ("沈某", "audit"),
    }
    return [
        Appointed(role, name, changed.get(username, username), changed.get("password", "Vier-Fuenf-6"))
        for role, (name, username) in people.items()
    ]


async def appoint(world: World, organ: str | None, appointed: list[Appointed]) -> str:
    async with world.system() as work:
        return await accounts.appoint(work, organ, appointed)


async def test_three_administrators_log_in_and_must_change_their_passwords(world: World) -> None:
    assert await appoint(world, ORGAN, three()) == "许昌市教育局"
    organ_id = await world.organ(ORGAN)
    for role, username in (("system_admin", "system"), ("security_admin", "security"), ("audit_admin", "audit")):
        who = await staff.authenticate(world.database, world.city_id, organ_id, username, "Vier-Fuenf-6")
        assert who.must_change
        assert [post.roles for post in who.posts] == [(role,)]
    async with world.work(ORGAN) as work:
        entries = await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "appoint_first"))
        assert [e.title for e in entries] == ["设立首批管理员：系统管理员韩某、安全管理员冯某、审计管理员沈某"]
        actions = list(await work.session.scalars(select(AuditEntry.action)))
        assert (actions.count("add_account"), actions.count("add_post")) == (3, 3)


async def test_without_an_organ_it_is_the_justice_department_of_the_city(world: World) -> None:
    assert await appoint(world, None, three()) == "许昌市司法局"


async def test_where_one_exists_nobody_is_added(world: World) -> None:
    await appoint(world, ORGAN, three())
    again = three(system="system2", security="security2", audit="audit2")
    with pytest.raises(Invalid, match="许昌市教育局已有管理员"):
        await appoint(world, ORGAN, again)
    async with world.work(ORGAN) as work:
        assert len(await list_accounts(work)) == 3


@pytest.mark.parametrize(
    ("appointed", "said"),
    [
        (three(system="audit"), "三名不同人员"),
        (three()[:2], "三名不同人员"),
        ([three()[0], *three()[:2]], "三名不同人员"),
        (three(password="short"), "密码至少 10 位"),
    ],
)
async def test_nothing_is_stored_when_something_is_wrong(world: World, appointed: list[Appointed], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        await appoint(world, ORGAN, appointed)
    async with world.work(ORGAN) as work:
        assert await list_accounts(work) == []


async def test_an_unknown_organ_is_named(world: World) -> None:
    with pytest.raises(Failed, match="0 organs are called 某局"):
        await appoint(world, "某局", three())


def test_generated_passwords_are_strong_and_different() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_new_password(password, "system")


def test_passwords_come_from_a_pipe_one_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a\nb\nc\n"))
    assert accounts._asked() == ["a", "b", "c"]
    monkeypatch.setattr("sys.stdin", io.StringIO("a\nb\n"))
    with pytest.raises(Failed, match="expected 3 lines"):
        accounts._asked()


async def test_the_operator_gives_an_administrator_a_new_password(world: World) -> None:
    await appoint(world, ORGAN, three())
    async with world.system() as work:
        name, made = await accounts.reset_in(work, ORGAN, "audit")
    assert name == "许昌市教育局"
    who = await staff.authenticate(world.database, world.city_id, await world.organ(ORGAN), "audit", made)
    assert who.must_change
    with pytest.raises(NotFound):
        async with world.system() as work:
            await accounts.reset_in(work, ORGAN, "nobody")
