"""Log-in, choice of a post, accounts. The only door to the staff tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kernel.errors import Invalid
from kernel.ids import new_id
from kernel.work import Work
from tenants.organs.directory import directory
from tenants.organs.tree import successor_of
from tenants.staff import attempts, repository
from tenants.staff.attempts import LOCK_MINUTES, MAX_FAILURES, Tries
from tenants.staff.login import LoggedIn, actor_of, authenticate, locked_out, posts
from tenants.staff.models import Account, Person, Post
from tenants.staff.passwords import check_new_password, hash_password, verify_password
from tenants.staff.repository import PostView

__all__ = [
    "LOCK_MINUTES",
    "MAX_FAILURES",
    "LoggedIn",
    "actor_of",
    "add_account",
    "add_post",
    "authenticate",
    "certified",
    "change_password",
    "post",
    "posts",
    "supervisors",
    "take_over_posts",
]

ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})


async def supervisors(work: Work, organ_id: UUID) -> list[Post]:
    """Posts of an organ that may be handlers: supervisors with a valid supervision certificate (Article 6)."""
    found = await repository.posts_with_role(work, organ_id, ["supervisor"])
    return [p for p in found if certified(p, work.today)]


def certified(post: Post | PostView, on: date) -> bool:
    """Whether the post carries a supervision certificate that is valid on the day."""
    return bool(post.certificate_no) and (post.certificate_until is None or post.certificate_until >= on)


async def post(work: Work, post_id: UUID) -> Post | None:
    return await repository.get_post(work, post_id)


async def add_account(
    work: Work,
    *,
    name: str,
    username: str,
    password: str = "",
    password_hash: str = "",
    must_change: bool = True,
) -> Account:
    """Create a person and an account in the work's organ, with a password that is checked here or a hash made
    before. Raises Invalid for a weak password."""
    if not password_hash:
        check_new_password(password, username)
        password_hash = await hash_password(password)
    person = Person(city_id=work.city_id, id=new_id(), organ_id=work.organ_id, name=name)
    work.session.add(person)
    await work.session.flush()
    account = Account(
        city_id=work.city_id,
        id=new_id(),
        organ_id=work.organ_id,
        person_id=person.id,
        username=username,
        password_hash=password_hash,
        password_changed_at=work.now,
        must_change=must_change,
        preferences={},
    )
    work.session.add(account)
    work.record("add_account", "account", account.id, title=f"新增账号 {username}")
    return account


async def add_post(
    work: Work,
    *,
    person_id: UUID,
    person_name: str,
    title: str,
    roles: Sequence[str],
    unit: str = "",
    kind: str = "main",
    certificate_no: str = "",
    certificate_until: date | None = None,
    valid_from: date | None = None,
) -> Post:
    """Create a post in the work's organ. The three administrators are never one person (三员分立), whichever
    posts and tenants the roles lie in, and hold no other post."""
    starts = valid_from or work.today
    await repository.lock_person(work, person_id)
    held = await repository.posts_of(work, person_id, max(starts, work.today))
    every = set(roles).union(*(p.roles for p in held))
    if len(ADMINISTRATORS & every) > 1 or (ADMINISTRATORS & every and every - ADMINISTRATORS):
        raise Invalid("系统、安全、审计管理员应当由不同人员担任，且不兼任业务岗位。", field="roles")
    row = Post(
        city_id=work.city_id,
        id=new_id(),
        organ_id=work.organ_id,
        person_id=person_id,
        person_name=person_name,
        title=title,
        unit=unit,
        kind=kind,
        roles=list(roles),
        certificate_no=certificate_no,
        certificate_until=certificate_until,
        valid_from=starts,
    )
    work.session.add(row)
    work.record("add_post", "post", row.id, title=f"设立岗位 {title}（{person_name}）", detail={"roles": list(roles)})
    return row


async def take_over_posts(work: Work, ended_id: UUID) -> list[Post]:
    """Give those who had a post in an organ that ended into the work's organ the same post here, once.

    Administrators are left out: the heir has its own three. Raises Invalid while the organ lives or when
    another organ carries on its work.
    """
    tree = await directory(work)
    tree.get(ended_id)
    if ended_id == work.organ_id or successor_of(ended_id, tree.facts, work.today) != work.organ_id:
        raise Invalid("只有承接单位可以接收已撤销单位的岗位。", field="organ")
    have = {(p.person_id, p.title) for p in await repository.posts_in(work, work.organ_id)}
    taken = []
    for old in await repository.posts_in(work, ended_id):
        if not ADMINISTRATORS & set(old.roles) and (old.person_id, old.title) not in have:
            taken.append(
                await add_post(
                    work,
                    person_id=old.person_id,
                    person_name=old.person_name,
                    title=old.title,
                    roles=old.roles,
                    unit=old.unit,
                    kind=old.kind,
                    certificate_no=old.certificate_no,
                    certificate_until=old.certificate_until,
                )
            )
    return taken


async def count_password_try(work: Work, account_id: UUID) -> Tries:
    """Count a try of one's own password before it is compared, in a transaction of its own: a session that was left
    open guesses five times. Raises TooMany while locked."""
    tries = await attempts.count_name(work, attempts.account_key(account_id))
    if tries.failures > attempts.MAX_FAILURES:
        raise locked_out(tries.until)
    return tries


async def refund_password_try(work: Work, account_id: UUID) -> None:
    """Take one try out of the count: the password was right, something else was wrong."""
    await attempts.refund(work, attempts.account_key(account_id))


async def change_password(work: Work, account_id: UUID, current: str, new: str) -> None:
    """Change one's own password. Raises Invalid when the current one is wrong or the new one is weak."""
    account = await repository.get_account(work, account_id)
    if account is None or not await verify_password(account.password_hash, current):
        raise Invalid("现在的密码不正确。", field="current")
    check_new_password(new, account.username)
    account.password_hash = await hash_password(new)
    account.password_changed_at = work.now
    account.must_change = False
    await attempts.clear(work, attempts.account_key(account_id))
    work.record("change_password", "account", account_id, title="修改密码")
