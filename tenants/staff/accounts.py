"""Accounts as administrators keep them: list, disable, enable, unlock. Policy is asked by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kernel.errors import Invalid, NotFound
from kernel.work import Work
from policy.vocabulary import ROLE_LABELS
from tenants.organs.directory import directory
from tenants.staff import attempts, repository, service
from tenants.staff.models import Account, Person, Post

ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account of the reader's organ with the posts of its person there."""

    id: UUID
    username: str
    name: str
    posts: tuple[Post, ...]
    locked_until: datetime | None
    disabled_at: datetime | None
    last_login_at: datetime | None
    must_change: bool


async def list_accounts(work: Work) -> list[AccountView]:
    """All accounts of the organ by user name."""
    rows = (
        await work.session.execute(
            select(Account, Person)
            .join(Person, (Person.city_id == Account.city_id) & (Person.id == Account.person_id))
            .where(Account.city_id == work.city_id, Account.organ_id == work.organ_id)
            .order_by(Account.username)
        )
    ).all()
    posts = await work.session.scalars(
        select(Post).where(Post.city_id == work.city_id, Post.organ_id == work.organ_id).order_by(Post.created_at)
    )
    by_person: dict[UUID, list[Post]] = {}
    for post in posts:
        if post.valid_to is None or post.valid_to >= work.today:
            by_person.setdefault(post.person_id, []).append(post)
    keys = {a.id: attempts.name_key(a.city_id, a.organ_id, a.username) for a, _ in rows}
    locked = await attempts.locked(work, keys.values())
    return [
        AccountView(
            a.id,
            a.username,
            p.name,
            tuple(by_person.get(p.id, ())),
            locked.get(keys[a.id]),
            a.disabled_at,
            a.last_login_at,
            a.must_change,
        )
        for a, p in rows
    ]


async def open_account(
    work: Work, *, name: str, username: str, password: str, title: str, unit: str, roles: list[str]
) -> Account:
    """A person with an account and a main post in the organ; the password must be changed at the first log-in.

    Raises Invalid for a taken user name, a weak password, or roles that may not meet in one person.
    """
    taken = await work.session.scalar(
        select(Account.id).where(
            Account.city_id == work.city_id, Account.organ_id == work.organ_id, Account.username == username
        )
    )
    if taken is not None:
        raise Invalid("本单位已有这一账号，请换一个账号名。", field="username")
    account = await service.add_account(work, name=name, username=username, password=password)
    await service.add_post(
        work, person_id=account.person_id, person_name=name, title=title, unit=unit, roles=roles, kind="main"
    )
    return account


@dataclass(frozen=True, slots=True)
class Appointed:
    """One of an organ's first three administrators, with the password to be changed at the first log-in."""

    role: str
    name: str
    username: str
    password: str


async def appoint_first(work: Work, organ_id: UUID, appointed: Sequence[Appointed]) -> None:
    """Give a living organ its system, security and audit administrator, three persons (三员分立), where it has none.

    For the operator of the installation, who has no account: an organ that has an administrator opens every further
    account itself. Raises Invalid when there is one already, when roles, persons or user names are not three
    different ones, or for a weak password; NotFound for no organ.
    """
    tree = await directory(work)
    organ = tree.get(organ_id)
    if not tree.facts[organ_id].alive_on(work.today):
        raise Invalid(f"{organ.name}已撤销，不能设立账号。", field="organ")
    distinct = ({a.role for a in appointed}, {a.name for a in appointed}, {a.username.lower() for a in appointed})
    if distinct[0] != ADMINISTRATORS or any(len(values) != len(ADMINISTRATORS) for values in distinct):
        raise Invalid("系统、安全、审计管理员应当是三名不同人员，使用三个不同账号。", field="roles")
    async with work.acting_as(organ_id):
        # Two operators at once: the second sees what the first has done.
        await repository.lock_administrators(work, organ_id)
        if await repository.posts_with_role(work, organ_id, sorted(ADMINISTRATORS)):
            raise Invalid(f"{organ.name}已有管理员，其他账号由其系统管理员新增。", field="organ")
        for one in appointed:
            await open_account(
                work,
                name=one.name,
                username=one.username,
                password=one.password,
                title=ROLE_LABELS[one.role],
                unit="",
                roles=[one.role],
            )
        names = "、".join(f"{ROLE_LABELS[a.role]}{a.name}" for a in appointed)
        work.record("appoint_first", "organ", organ_id, title=f"设立首批管理员：{names}")
        await work.session.flush()


async def disable(work: Work, account_id: UUID) -> None:
    """Nobody logs in with the account any more; its sessions end at their next request."""
    account = await _own(work, account_id)
    if work.actor is not None and work.actor.account_id == account_id:
        raise Invalid("不能停用自己的账号，请由另一名系统管理员办理。")
    if account.disabled_at is None:
        account.disabled_at = work.now
        work.record("disable_account", "account", account_id, title=f"停用账号 {account.username}")


async def enable(work: Work, account_id: UUID) -> None:
    """The account may be used again."""
    account = await _own(work, account_id)
    if account.disabled_at is not None:
        account.disabled_at = None
        work.record("enable_account", "account", account_id, title=f"启用账号 {account.username}")


async def unlock(work: Work, account_id: UUID) -> None:
    """End a lock after wrong passwords: the security administrator's act, never the system administrator's."""
    account = await _own(work, account_id)
    await attempts.clear(work, attempts.name_key(account.city_id, account.organ_id, account.username))
    work.record("unlock_account", "account", account_id, title=f"解除账号锁定 {account.username}")


async def _own(work: Work, account_id: UUID) -> Account:
    account = await work.session.get(Account, (work.city_id, account_id))
    if account is None or account.organ_id != work.organ_id:
        raise NotFound
    return account
