"""Log-in: a try is counted before the password is looked at, and says nothing of whether the account exists."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.clock import system_now
from kernel.errors import TooMany, Unauthenticated
from kernel.tenancy import VISITOR
from kernel.work import Actor, Claimed, Database, Work, open_work
from tenants.organs.directory import Directory, directory
from tenants.organs.tree import successor_of
from tenants.staff import attempts, repository
from tenants.staff.attempts import ADDRESS_FAILURES, LOCK_MINUTES, MAX_FAILURES, Tries
from tenants.staff.passwords import verify_password
from tenants.staff.repository import PostView

NOBODY = "未登录人员"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A successful log-in: who it is and which posts are to choose from (main post first)."""

    city_id: UUID
    account_id: UUID
    person_id: UUID
    name: str
    must_change: bool
    posts: tuple[PostView, ...]


async def authenticate(
    database: Database,
    city_id: UUID,
    organ_id: UUID,
    username: str,
    password: str,
    *,
    origin: str = "",
    request_id: str = "",
) -> LoggedIn:
    """Check a password under the lock-out rules: five failures lock a name for thirty minutes, thirty failures in
    ten minutes stop an address.

    A try is counted by one atomic statement in a transaction of its own: however many guesses run in parallel, at
    most five are compared. A name that no account bears, and a disabled account, are counted, locked and answered
    like any other. Accounts of an organ that was merged into this one log in here; an organ that has ended opens
    nobody's session. Raises Unauthenticated (with the tries left), TooMany while locked. Every outcome is audited
    in the organ.
    """
    async with open_work(database, city_id=city_id, organ_id=VISITOR) as work:
        tree = await directory(work)
        _refuse_ended(tree, organ_id)
        login = await _find_login(work, tree, organ_id, username)
    attempt = _Attempt(
        database=database,
        city_id=city_id,
        organ_id=organ_id if organ_id in tree.organs else None,
        name_key=attempts.name_key(city_id, organ_id, username),
        origin=origin,
        request_id=request_id,
        login=login,
    )
    tries = await attempt.count()
    stored = login.password_hash if login is not None and not login.disabled else None
    if not await verify_password(stored, password) or login is None:
        await attempt.audit(tries)
        if tries.locked:
            raise locked_out(tries.until)
        left = MAX_FAILURES - tries.failures
        raise Unauthenticated(f"账号或密码不正确。再错 {left} 次，账号将锁定 {LOCK_MINUTES} 分钟。", field="password")
    found = await attempt.succeed(login)
    if not found:
        raise Unauthenticated("您在本系统中没有有效的岗位，请联系本单位系统管理员。", field="username")
    return LoggedIn(city_id, login.account_id, login.person_id, login.person_name, login.must_change, tuple(found))


def _refuse_ended(tree: Directory, organ_id: UUID) -> None:
    """Raises Unauthenticated for an organ that has ended, naming where to log in instead."""
    organ = tree.facts.get(organ_id)
    if organ is None or organ.valid_to is None or tree.on < organ.valid_to:
        return
    heir = successor_of(organ_id, tree.facts, tree.on)
    where = f"由{tree.name(heir)}承接，请选择该单位登录。" if heir else "没有登记承接单位，账号已停用。"
    raise Unauthenticated(f"{organ.name}已撤销，{where}", field="organ")


async def _find_login(work: Work, tree: Directory, organ_id: UUID, username: str) -> repository.Login | None:
    """The account of the organ, or else the only one of that name in the organs that ended into it."""
    if organ_id not in tree.organs:
        return await repository.find_login(work, organ_id, username)
    ended = [o for o in tree.facts if o != organ_id and successor_of(o, tree.facts, tree.on) == organ_id]
    # All are asked, also when the first answers: the time taken says nothing of the account.
    own, *taken_over = [await repository.find_login(work, o, username) for o in (organ_id, *ended)]
    found = [login for login in taken_over if login is not None]
    return own or (found[0] if len(found) == 1 else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """One log-in attempt; each step of it is a transaction of its own, so that a refusal rolls nothing back."""

    database: Database
    city_id: UUID
    organ_id: UUID | None
    name_key: bytes
    origin: str
    request_id: str
    login: repository.Login | None

    def _work(self) -> AbstractAsyncContextManager[Work]:
        return open_work(
            self.database,
            city_id=self.city_id,
            organ_id=self.organ_id or VISITOR,
            request_id=self.request_id,
            origin=self.origin,
        )

    def _refused(self, work: Work, title: str, **detail: int) -> None:
        """Audit a refusal. An organ that does not exist has no audit. A name without an account is not kept: people
        type their password into the wrong field."""
        if self.organ_id is None:
            return
        who = Claimed(self.login.account_id, self.login.person_name) if self.login else Claimed(None, NOBODY)
        name = self.login.person_name if self.login else ""
        work.record(
            "login", "account", who.account_id, title=f"{name}{title}", result="denied", detail=detail, claimed=who
        )

    async def count(self) -> Tries:
        """Count the try for its address and its name. Raises TooMany when either has had too many."""
        refusal: TooMany | None = None
        async with self._work() as work:
            if self.origin:
                near = await attempts.count_address(work, attempts.address_key(self.origin))
                if near.failures > ADDRESS_FAILURES:
                    refusal = _crowded(near.until)
                    # Once for each stretch of time: whoever floods the log-in does not flood the audit log too.
                    if near.failures == ADDRESS_FAILURES + 1:
                        self._refused(work, "登录失败，同一地址失败次数过多", failures=near.failures)
            if refusal is None:
                tries = await attempts.count_name(work, self.name_key)
                if tries.failures > MAX_FAILURES:
                    refusal = locked_out(tries.until)
                    self._refused(work, "登录失败，账号锁定中")
        if refusal is not None:
            raise refusal
        return tries

    async def audit(self, tries: Tries) -> None:
        """A password that was compared and is not right."""
        title = "登录失败，账号不存在"
        if self.login is not None:
            title = "登录失败，账号已停用" if self.login.disabled else "登录失败，密码不正确"
        async with self._work() as work:
            self._refused(work, title, failures=tries.failures)

    async def succeed(self, login: repository.Login) -> list[PostView]:
        """Clear the counts and return the posts to choose from; none is a right password without access."""
        async with self._work() as work:
            await attempts.clear(work, self.name_key)
            if self.origin:
                await attempts.refund(work, attempts.address_key(self.origin))
            await repository.note_success(work, login.account_id)
            found = await posts(work, login.person_id)
            ordered = sorted(found, key=lambda p: (p.organ_id != self.organ_id, p.kind != "main"))
            if not ordered:
                self._refused(work, "登录失败，没有有效的岗位")
                return []
            work.actor = actor_of(login.account_id, login.person_id, login.person_name, ordered[0])
            work.record("login", "account", login.account_id, title=f"{login.person_name}登录")
        return ordered


def locked_out(until: datetime) -> TooMany:
    """The refusal of a name or an account with too many wrong passwords."""
    return _wait(
        until,
        f"密码连续输错 {MAX_FAILURES} 次，账号已锁定，请 {{minutes}} 分钟后再试，或者联系本单位安全管理员。",
    )


def _crowded(until: datetime) -> TooMany:
    return _wait(until, "您所在的网络地址登录失败次数过多，请 {minutes} 分钟后再试。")


def _wait(until: datetime, sentence: str) -> TooMany:
    seconds = max(1, int((until - system_now()).total_seconds()))
    minutes = -(-seconds // 60)
    return TooMany(sentence.format(minutes=minutes), field="password", detail={"retry_after": seconds})


def actor_of(account_id: UUID, person_id: UUID, name: str, post: PostView) -> Actor:
    """The actor that a chosen post makes of a logged-in person."""
    return Actor(
        account_id=account_id,
        person_id=person_id,
        post_id=post.post_id,
        organ_id=post.organ_id,
        city_id=post.city_id,
        name=name,
        title=post.title,
        roles=frozenset(post.roles),
    )


async def posts(work: Work, person_id: UUID) -> list[PostView]:
    """The person's living posts in every tenant; nobody acts for an organ that has ended."""
    tree = await directory(work)
    found = await repository.posts_of(work, person_id, work.today)
    return [p for p in found if tree.facts[p.organ_id].alive_on(work.today)]
