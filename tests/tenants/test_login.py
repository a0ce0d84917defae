"""Log-in under the lock-out rules: counted before it is compared, and silent on whether an account exists."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text, update

from kernel.errors import TooMany, Unauthenticated
from kernel.ids import new_id
from tenants.staff import accounts, attempts, login, passwords, service
from tenants.staff.models import Account
from tests.databases import Backend
from tests.tenants.logging_in import ORGAN, RIGHT, WRONG, audit, hire, let_time_pass, locked, log_in, refused, state
from tests.world import World


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


@pytest.mark.usefixtures("real_hashes")
async def test_the_hash_of_nothing_costs_what_a_real_one_does() -> None:
    real, nothing = await passwords.hash_password(RIGHT), passwords._DUMMY
    assert real.split("$")[1:4] == nothing.split("$")[1:4]
    assert not await passwords.verify_password(None, RIGHT)
    assert not await passwords.verify_password(nothing, RIGHT)


async def test_an_organ_that_is_not_there_answers_as_an_unknown_account(world: World) -> None:
    with pytest.raises(Unauthenticated, match=r"^账号或密码不正确。再错 4 次，"):
        await service.authenticate(world.database, world.city_id, new_id(), "ceshi", RIGHT)


async def test_a_right_password_without_a_living_post_opens_nothing_and_counts_as_no_failure(world: World) -> None:
    await hire(world, post=False)
    for _ in range(6):
        assert "没有有效的岗位" in (await refused(world, RIGHT)).message
    assert "再错 4 次" in (await refused(world, WRONG)).message
    assert {e.result for e in await audit(world)} == {"denied"}
