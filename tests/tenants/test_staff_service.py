"""Log-in under the lock-out rule, posts in several organs, administrators, accounts of organs that ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import create_engine, make_url, select, text, update

from kernel.errors import Invalid, TooMany, Unauthenticated, ZhunshengError
from kernel.ids import new_id
from kernel.models import AuditEntry
from kernel.work import open_work
from tenants.organs import changes
from tenants.organs.service import rebuild_scope
from tenants.staff import accounts, attempts, login, passwords, service
from tenants.staff.models import Account, Post
from tests.databases import Backend
from tests.world import World

ORGAN = "市水利局"
RIGHT = "Shui-2026-Xuchang"
WRONG = "Shui-2026-Luohe"
WATER_CHIEF = ["organ_head"]


async def hire(
    world: World, organ: str = ORGAN, username: str = "ceshi", roles: list[str] = WATER_CHIEF, *, post: bool = True
) -> Account:
    """An account with a post in an organ."""
    async with world.work(organ) as work:
        account = await service.add_account(work, name="某某", username=username, password=RIGHT)
        if post:
            await service.add_post(
                work, person_id=account.person_id, person_name="某某", title="负责人", roles=roles,
            )  # fmt: skip
    return account


async def log_in(
    world: World, password: str, username: str = "ceshi", organ: str = ORGAN, *, origin: str = ""
) -> service.LoggedIn:
    organ_id = await world.organ(organ)
    return await service.authenticate(
        world.database, world.city_id, organ_id, username, password, origin=origin, request_id="request-1"
    )


async def refused(
    world: World, password: str, username: str = "ceshi", organ: str = ORGAN, *, origin: str = ""
) -> ZhunshengError:
    with pytest.raises((Unauthenticated, TooMany)) as raised:
        await log_in(world, password, username, organ, origin=origin)
    return raised.value


async def locked(world: World, username: str = "ceshi", organ: str = ORGAN) -> bool:
    key = attempts.name_key(world.city_id, await world.organ(organ), username)
    async with world.work(organ) as work:
        return key in await attempts.locked(work, [key])


def let_time_pass(backend: Backend, world: World, minutes: int) -> None:
    """Move every count back in time, as the owner of the server: the application cannot."""
    address = make_url(backend.admin_url).set(database=make_url(world.url).database)
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(
            text(
                "update login_attempt set started_at = started_at - make_interval(mins => :m),"
                " locked_until = locked_until - make_interval(mins => :m)"
            ),
            {"m": minutes},
        )
    engine.dispose()


async def audit(world: World, organ: str = ORGAN) -> list[AuditEntry]:
    async with world.work(organ) as work:
        query = select(AuditEntry).where(AuditEntry.action == "login").order_by(AuditEntry.seq)
        return list(await work.session.scalars(query))


async def state(world: World, account: Account) -> Account:
    async with open_work(world.database, city_id=world.city_id, organ_id=account.organ_id) as work:
        found = await work.session.get(Account, (world.city_id, account.id))
    assert found is not None
    return found


async def test_the_right_password_opens_the_posts_and_is_audited(world: World) -> None:
    account = await hire(world)
    found = await log_in(world, RIGHT)
    assert (found.account_id, found.name, found.must_change) == (account.id, "某某", True)
    assert [(p.organ_short_name, p.title, p.roles) for p in found.posts] == [(ORGAN, "负责人", ("organ_head",))]
    (entry,) = await audit(world)
    assert (entry.title, entry.result, entry.subject_id) == ("某某登录", "done", account.id)
    assert (entry.actor_name, entry.actor_title, entry.actor_account_id) == ("某某", "负责人", account.id)
    assert (entry.actor_post_id, entry.request_id) == (found.posts[0].post_id, "request-1")
    assert (await state(world, account)).last_login_at is not None


async def test_a_wrong_password_tells_the_tries_left_and_the_right_one_gives_them_back(world: World) -> None:
    await hire(world)
    for left in (4, 3, 2, 1):
        error = await refused(world, WRONG)
        assert error.message == f"账号或密码不正确。再错 {left} 次，账号将锁定 30 分钟。"
        assert (error.status, error.field) == (401, "password")
    await log_in(world, RIGHT)
    assert "再错 4 次" in (await refused(world, WRONG)).message
    assert Counter(e.result for e in await audit(world)) == {"denied": 5, "done": 1}


async def test_the_fifth_failure_locks_and_the_right_password_does_not_open(world: World) -> None:
    account = await hire(world)
    errors = [await refused(world, WRONG) for _ in range(5)]
    assert [type(e) for e in errors] == [Unauthenticated] * 4 + [TooMany]
    locked = await refused(world, RIGHT)
    assert (locked.status, type(locked)) == (429, TooMany)
    assert "账号已锁定，请 30 分钟后再试" in locked.message
    assert 1700 < (locked.detail or {})["retry_after"] <= 1800
    assert (await audit(world))[-1].title == "某某登录失败，账号锁定中"
    assert (await state(world, account)).last_login_at is None


async def test_the_lock_ends_with_its_time_and_counting_starts_again(world: World, backend: Backend) -> None:
    await hire(world)
    for _ in range(5):
        await refused(world, WRONG)
    let_time_pass(backend, world, 29)
    assert "请 1 分钟后再试" in (await refused(world, RIGHT)).message
    let_time_pass(backend, world, 1)
    assert "再错 4 次" in (await refused(world, WRONG)).message
    await log_in(world, RIGHT)


async def test_a_count_without_a_lock_is_forgotten_after_a_day_and_swept(world: World, backend: Backend) -> None:
    await hire(world)
    for name in ("ceshi", "ceshi", "meiyou"):
        await refused(world, WRONG, name)
    let_time_pass(backend, world, 24 * 60)
    assert "再错 4 次" in (await refused(world, WRONG)).message
    async with world.system() as work:
        assert await work.session.scalar(text("select guard.login_sweep(86400)")) == 1
    assert "再错 3 次" in (await refused(world, WRONG)).message


async def test_the_security_administrators_unlock_forgets_the_count(world: World) -> None:
    account = await hire(world)
    for _ in range(5):
        await refused(world, WRONG)
    async with world.work(ORGAN) as work:
        shown = {a.username: a.locked_until for a in await accounts.list_accounts(work)}
        assert shown["ceshi"] is not None
        await accounts.unlock(work, account.id)
    assert not await locked(world)
    await log_in(world, RIGHT)


async def test_capital_letters_open_no_second_count(world: World) -> None:
    await hire(world)
    answers = [await refused(world, WRONG, name) for name in ("ceshi", "Ceshi", "CESHI", " ceshi", "ceshI")]
    assert isinstance(answers[-1], TooMany)
    assert isinstance(await refused(world, RIGHT), TooMany)


async def test_thirty_failures_from_one_address_stop_it_and_no_other(world: World, backend: Backend) -> None:
    await hire(world)
    for number in range(30):
        assert isinstance(await refused(world, WRONG, f"name{number}", origin="10.1.2.3"), Unauthenticated)
    error = await refused(world, RIGHT, origin="10.1.2.3")
    assert (error.status, type(error)) == (429, TooMany)
    assert "网络地址登录失败次数过多，请 10 分钟后再试" in error.message
    assert 500 < (error.detail or {})["retry_after"] <= 600
    assert isinstance(await refused(world, RIGHT, origin="10.1.2.3"), TooMany)
    assert [e.title for e in await audit(world) if "地址" in e.title] == ["某某登录失败，同一地址失败次数过多"]
    assert not await locked(world), "what the address may not try does not lock the name"
    await log_in(world, RIGHT, origin="10.1.2.4")
    let_time_pass(backend, world, 10)
    await log_in(world, RIGHT, origin="10.1.2.3")


async def test_an_office_behind_one_address_logs_in_all_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await hire(world)
    monkeypatch.setattr(attempts, "ADDRESS_FAILURES", 3)
    monkeypatch.setattr(login, "ADDRESS_FAILURES", 3)
    for _ in range(5):
        await log_in(world, RIGHT, origin="2001:db8:1:2::7")
    for _ in range(3):
        assert isinstance(await refused(world, WRONG, origin="2001:db8:1:2::8"), Unauthenticated)
    assert isinstance(await refused(world, RIGHT, origin="2001:db8:1:2::9"), TooMany), "one subscriber, one /64"


async def test_parallel_guesses_at_many_names_from_one_address_are_counted_exactly(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    async def compare(stored: str | None, password: str) -> bool:
        compared.append(password)
        return False

    monkeypatch.setattr(login, "verify_password", compare)
    answers = await asyncio.gather(
        *(log_in(world, WRONG, f"name{n}", origin="10.1.2.3") for n in range(40)), return_exceptions=True
    )
    assert Counter(type(a) for a in answers) == {Unauthenticated: 30, TooMany: 10}
    assert len(compared) == 30


async def test_twenty_parallel_guesses_lock_once_and_five_are_compared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hire(world)
    compared: list[str] = []

    async def compare(stored: str | None, password: str) -> bool:
        compared.append(password)
        await asyncio.sleep(0.2)
        return False

    monkeypatch.setattr(login, "verify_password", compare)
    answers = await asyncio.gather(*(log_in(world, f"{WRONG}{n}") for n in range(20)), return_exceptions=True)
    assert Counter(type(a) for a in answers) == {Unauthenticated: 4, TooMany: 16}
    assert len(compared) == 5
    left = sorted(str(a)[12] for a in answers if isinstance(a, Unauthenticated))
    assert left == ["1", "2", "3", "4"]
    assert await locked(world)
    monkeypatch.undo()
    assert isinstance(await refused(world, RIGHT), TooMany)


async def test_an_unknown_account_and_a_disabled_one_cost_the_same_and_say_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await hire(world)
    async with world.work(ORGAN) as work:
        await work.session.execute(update(Account).where(Account.id == account.id).values(disabled_at=work.now))
    checks: list[str | None] = []

    async def verify(stored: str | None, password: str) -> bool:
        checks.append(stored)
        return await passwords.verify_password(stored, password)

    monkeypatch.setattr(login, "verify_password", verify)
    await hire(world, username="zaizhi")
    answers = {
        name: [await refused(world, password, name) for password in (WRONG, given, WRONG, WRONG, WRONG, given)]
        for name, given in (("ceshi", RIGHT), ("meiyou", RIGHT), ("zaizhi", WRONG))
    }
    seen = {name: [(type(e), e.status, e.field, e.message) for e in found] for name, found in answers.items()}
    assert seen["ceshi"] == seen["meiyou"] == seen["zaizhi"]
    assert [s for _, s, _, _ in seen["meiyou"]] == [401] * 4 + [429] * 2
    assert Counter(c is None for c in checks) == {True: 10, False: 5}
    entries = await audit(world)
    titles = [e.title for e in entries]
    assert titles[:5] == ["某某登录失败，账号已停用"] * 5
    assert titles[6:12] == ["登录失败，账号不存在"] * 5 + ["登录失败，账号锁定中"]
    assert {(e.actor_name, e.actor_account_id) for e in entries[:6]} == {("某某", account.id)}
    assert {(e.actor_name, e.actor_account_id) for e in entries[6:12]} == {("未登录人员", None)}
    assert {(e.request_id, e.actor_post_id) for e in entries} == {("request-1", None)}
    assert not [e for e in await audit(world) if "meiyou" in f"{e.title}{e.detail}"]


async def test_the_hash_of_nothing_costs_what_a_real_one_does() -> None:
    real, nothing = await passwords.hash_password(RIGHT), passwords._DUMMY
    assert real.split("$")[1:4] == nothing.split("$")[1:4]
    assert not await passwords.verify_password(None, RIGHT)
    assert not await passwords.verify_password(nothing, RIGHT)


async def test_an_organ_that_is_not_there_answers_as_an_unknown_account(world: World) -> None:
    with pytest.raises(Unauthenticated, match=r"^账号或密码不正确。再错 4 次，"):
        await service.authenticate(world.database, world.city_id, new_id(), "ceshi", RIGHT)


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


async def test_a_right_password_without_a_living_post_opens_nothing_and_counts_as_no_failure(world: World) -> None:
    await hire(world, post=False)
    for _ in range(6):
        assert "没有有效的岗位" in (await refused(world, RIGHT)).message
    assert "再错 4 次" in (await refused(world, WRONG)).message
    assert {e.result for e in await audit(world)} == {"denied"}


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
