"""Posts of an organ's people as its system administrator keeps them: further posts, roles, ends, lost passwords.

The three administrators stay separate (三员分立): nobody changes his own post, the post or the password of another
administrator is not the system administrator's, and of each of the three one always remains. Policy is asked by the
caller.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, text

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.work import Work
from policy.vocabulary import MACHINES, ROLE_LABELS
from tenants.organs.directory import directory
from tenants.staff import repository, service
from tenants.staff.accounts import ADMINISTRATORS, AccountView, list_accounts
from tenants.staff.models import Account, Post
from tenants.staff.passwords import hash_password

KINDS = {"concurrent": "兼任", "seconded": "挂职"}
"""What a further post may be; the main post comes with the account."""
SEPARATION = "规则:三员分立"
CERTIFICATE_MOST = 40
_SIGNS = "-+=_%"


async def get(work: Work, account_id: UUID) -> AccountView:
    """One account of the work's organ. Raises NotFound for any other."""
    found = next((view for view in await list_accounts(work) if view.id == account_id), None)
    if found is None:
        raise NotFound
    return found


async def guests(work: Work) -> list[Post]:
    """Living posts in the organ of persons whose account lies elsewhere, who serve here besides (兼任、挂职)."""
    own = set(await work.session.scalars(select(Account.person_id).where(Account.organ_id == work.organ_id)))
    return [post for post in await repository.posts_in(work, work.organ_id) if post.person_id not in own]


async def own_post(work: Work, post_id: UUID) -> Post:
    """A living post of the work's organ. Raises NotFound for any other."""
    post = await repository.get_post(work, post_id)
    if post is None or post.organ_id != work.organ_id or not _living(post, work.today):
        raise NotFound
    return post


def _living(post: Post, on: date) -> bool:
    return post.valid_from <= on and (post.valid_to is None or post.valid_to >= on)


async def add_further_post(
    work: Work, account_id: UUID, *, title: str, roles: Sequence[str], unit: str = "", kind: str = "concurrent"
) -> Post:
    """A further post in the organ for the person of one of its accounts.

    Raises NotFound for another organ's account, Denied for oneself, Invalid for roles that may not meet in one person.
    """
    view = await get(work, account_id)
    account = await repository.get_account(work, account_id)
    assert account is not None
    _not_oneself(work, account.person_id)
    return await _further(work, account.person_id, view.name, title=title, roles=roles, unit=unit, kind=kind)


async def add_guest_post(
    work: Work,
    *,
    home_organ_id: UUID,
    username: str,
    name: str,
    title: str,
    roles: Sequence[str],
    unit: str = "",
    kind: str = "seconded",
) -> Post:
    """A post in the organ for a person of another one, who goes on logging in there and chooses.

    Organ, account and name must agree; what does not is answered with one sentence, whichever it is.
    """
    tree = await directory(work)
    login = await repository.find_login(work, home_organ_id, username) if home_organ_id in tree.organs else None
    if login is None or login.city_id != work.city_id or login.person_name != name or login.disabled:
        raise Invalid("没有找到这名人员，请与其所在单位核对单位、账号和姓名。", field="username")
    if home_organ_id == work.organ_id:
        raise Invalid("这是本单位人员，请在其账号中增加岗位。", field="username")
    _not_oneself(work, login.person_id)
    return await _further(work, login.person_id, name, title=title, roles=roles, unit=unit, kind=kind)


async def _further(
    work: Work, person_id: UUID, name: str, *, title: str, roles: Sequence[str], unit: str, kind: str
) -> Post:
    if kind not in KINDS:
        raise Invalid("请选择兼任或者挂职。", field="kind")
    if ADMINISTRATORS & set(roles):
        raise Invalid("管理员由专人担任，不能由其他岗位的人员兼任。", field="roles", article=SEPARATION)
    _known_roles(roles)
    if any(p.title == title and p.person_id == person_id for p in await repository.posts_in(work, work.organ_id)):
        raise Invalid("此人在本单位已有同名岗位。", field="title")
    return await service.add_post(
        work, person_id=person_id, person_name=name, title=title, unit=unit, roles=_ordered(roles), kind=kind
    )


def _known_roles(roles: Collection[str]) -> None:
    if not roles:
        raise Invalid("请至少选择一项职责。", field="roles")
    if any(role not in ROLE_LABELS or role in MACHINES for role in roles):
        raise Invalid("请从职责列表中选择。", field="roles")


def _ordered(roles: Collection[str]) -> list[str]:
    return [role for role in ROLE_LABELS if role in roles]


async def change_roles(work: Work, post_id: UUID, roles: Sequence[str], reason: str) -> Post:
    """Give a post other roles, from the next request of its holder on.

    Raises Denied for one's own post and for an administrator's, Invalid for roles that may not meet in one person.
    """
    post = await _changeable(work, post_id)
    _known_roles(roles)
    _reasoned(reason)
    if ADMINISTRATORS & set(roles):
        raise Invalid("业务岗位不能改为管理员岗位，请为专人新增账号。", field="roles", article=SEPARATION)
    wanted = _ordered(roles)
    if set(wanted) == set(post.roles):
        raise Invalid("职责没有变化。", field="roles")
    before, post.roles = list(post.roles), wanted
    words = "、".join(ROLE_LABELS[role] for role in wanted)
    work.record(
        "change_roles",
        "post",
        post.id,
        title=f"调整{post.person_name}（{post.title}）的职责为{words}",
        note=reason.strip(),
        article=SEPARATION,
        detail={"before": before, "after": wanted},
    )
    return post


async def end_post(work: Work, post_id: UUID, reason: str) -> Post:
    """End a post at once: its sessions and what it lent or bore by delegation end with the next request.

    An administrator's post may be ended when another person stays in the same role.
    """
    post = await own_post(work, post_id)
    _not_oneself(work, post.person_id)
    _reasoned(reason)
    await repository.lock_administrators(work, work.organ_id)
    for role in ADMINISTRATORS & set(post.roles):
        others = await repository.posts_with_role(work, work.organ_id, [role])
        if {p.person_id for p in others} <= {post.person_id}:
            raise IllegalTransition(
                f"{post.person_name}是本单位唯一的{ROLE_LABELS[role]}，不能结束其岗位。",
                article=SEPARATION,
                remedy="请先由他人担任这一职责，再结束原岗位。",
            )
    post.valid_to = work.today - timedelta(days=1)
    work.record(
        "end_post",
        "post",
        post.id,
        title=f"结束岗位 {post.title}（{post.person_name}）",
        note=reason.strip(),
        article=SEPARATION,
        detail={"roles": list(post.roles)},
    )
    return post


async def set_certificate(work: Work, post_id: UUID, number: str, until: date | None) -> Post:
    """Enter number and last day of the supervision certificate of a post (Art. 6); an empty number takes it away."""
    post = await own_post(work, post_id)
    _not_oneself(work, post.person_id)
    entered = number.strip()
    if len(entered) > CERTIFICATE_MOST or not entered.isprintable():
        raise Invalid(f"证件号码应在 {CERTIFICATE_MOST} 个字符以内。", field="certificate_no")
    if entered and until is None:
        raise Invalid("请填写证件有效期截止日期。", field="certificate_until")
    if entered and until is not None and until < work.today:
        raise Invalid("证件已过有效期，请核对截止日期。", field="certificate_until")
    if ADMINISTRATORS & set(post.roles) and entered:
        raise Invalid("管理员岗位不登记行政执法监督证。", field="certificate_no", article=SEPARATION)
    post.certificate_no, post.certificate_until = entered, until if entered else None
    what = "登记" if entered else "撤去"
    work.record(
        "set_certificate",
        "post",
        post.id,
        title=f"{what}{post.person_name}（{post.title}）的行政执法监督证",
        article="6",
        detail={"until": until.isoformat() if until and entered else None},
    )
    return post


async def reset_password(work: Work, account_id: UUID) -> str:
    """Make a password for one log-in, which is returned and kept nowhere; every session of the account ends.

    A lock after wrong tries stays: that is the security administrator's. Raises NotFound for another organ's account,
    Denied for oneself and for an administrator, whose password the operator of the installation resets.
    """
    view = await get(work, account_id)
    if ADMINISTRATORS & {role for post in view.posts for role in post.roles}:
        raise Denied(
            "管理员的密码不由系统管理员重置。",
            article=SEPARATION,
            remedy="请联系系统运维人员，在服务器上用 zhunsheng accounts reset 重置。",
        )
    return await _reset(work, account_id)


async def reset_by_operator(work: Work, organ_id: UUID, username: str) -> str:
    """The same for any account, by the operator of the installation, who has no account. Raises NotFound."""
    async with work.acting_as(organ_id):
        found = await work.session.scalar(
            select(Account.id).where(
                Account.city_id == work.city_id, Account.organ_id == organ_id, Account.username == username
            )
        )
        if found is None:
            raise NotFound
        made = await _reset(work, found)
        await work.session.flush()
    return made


async def _reset(work: Work, account_id: UUID) -> str:
    account = await repository.get_account(work, account_id)
    assert account is not None
    _not_oneself(work, account.person_id)
    password = one_time_password()
    account.password_hash = await hash_password(password)
    account.password_changed_at, account.must_change = work.now, True
    await work.session.execute(text("select guard.session_delete_account(:account)"), {"account": account_id})
    work.record("reset_password", "account", account_id, title=f"重置账号 {account.username} 的密码")
    return password


def one_time_password() -> str:
    """Sixteen characters of all four kinds, from the system's source of randomness."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SIGNS)
    chosen = [secrets.choice(kind) for kind in kinds]
    chosen += [secrets.choice("".join(kinds)) for _ in range(12)]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


async def _changeable(work: Work, post_id: UUID) -> Post:
    post = await own_post(work, post_id)
    _not_oneself(work, post.person_id)
    if ADMINISTRATORS & set(post.roles):
        raise Denied("管理员岗位的职责不能调整。", article=SEPARATION, remedy="请由专人新增账号担任，再结束原岗位。")
    return post


def _not_oneself(work: Work, person_id: UUID) -> None:
    if work.actor is not None and work.actor.person_id == person_id:
        raise Denied("不能办理自己的岗位、职责和密码。", article=SEPARATION, remedy="请由本单位另一名系统管理员办理。")


def _reasoned(reason: str) -> None:
    if len(reason.strip()) < 2:
        raise Invalid("请写明理由。", field="reason")
