"""`zhunsheng accounts`: the three administrators of an organ that has none yet, and their lost passwords."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Sequence
from uuid import UUID

from cli.console import Failed, table
from cli.installation import Installation, opened
from kernel.errors import Invalid, NotFound
from kernel.ids import NIL
from kernel.work import Work, open_work
from policy.vocabulary import ROLE_LABELS
from tenants.organs.directory import Directory, directory
from tenants.staff.accounts import Appointed, appoint_first
from tenants.staff.appointments import one_time_password, reset_by_operator

ROLES = ("system_admin", "security_admin", "audit_admin")


def first(organ: str | None, names: Sequence[str], usernames: Sequence[str], *, generate: bool) -> int:
    """Appoint the persons `names` (system, security, audit administrator) in `organ`, or in the justice department of
    the city. Passwords come from `generate`, or are asked for; every one must be changed at the first log-in."""
    passwords = [one_time_password() for _ in ROLES] if generate else _asked()
    appointed = [Appointed(*fields) for fields in zip(ROLES, names, usernames, passwords, strict=True)]
    try:
        with opened() as installation:
            name = asyncio.run(_appoint(installation, organ, appointed))
    except Invalid as error:
        raise Failed(error.message) from error
    rows = [("岗位", "姓名", "账号", *(["初始密码"] if generate else []))]
    rows += [(ROLE_LABELS[a.role], a.name, a.username, *([a.password] if generate else [])) for a in appointed]
    print(f"  {name}\n{table(rows)}\n  首次登录须修改密码；密码只显示这一次   change it at the first log-in")
    return 0


def reset(organ: str | None, username: str) -> int:
    """Give an account a password for one log-in and print it: the way back in for an organ's administrators, whose
    passwords nobody inside the organ may set."""
    try:
        with opened() as installation:
            name, password = asyncio.run(_reset(installation, organ, username))
    except NotFound as error:
        raise Failed(f"no account {username} there   没有这一账号") from error
    print(f"  {name} {username}\n  一次性密码 one-time password  {password}")
    print("  首次登录须修改密码；密码只显示这一次   change it at the first log-in")
    return 0


async def _reset(installation: Installation, organ: str | None, username: str) -> tuple[str, str]:
    city_id = installation.settings.city_id
    async with installation.database() as database, open_work(database, city_id=city_id, organ_id=NIL) as work:
        return await reset_in(work, organ, username)


async def reset_in(work: Work, organ: str | None, username: str) -> tuple[str, str]:
    """Find the account and reset it; returns the organ's name and the password. Raises NotFound."""
    tree = await directory(work)
    organ_id = _organ(tree, organ)
    return tree.name(organ_id), await reset_by_operator(work, organ_id, username)


def _asked() -> list[str]:
    """One line each from a pipe; on a terminal typed twice, unseen."""
    if not sys.stdin.isatty():
        lines = sys.stdin.read().splitlines()
        if len(lines) != len(ROLES):
            raise Failed(f"expected {len(ROLES)} lines with passwords on the standard input, or --generate")
        return lines
    return [_typed(ROLE_LABELS[role]) for role in ROLES]


def _typed(label: str) -> str:
    password = getpass.getpass(f"  {label} 密码 password: ")
    if getpass.getpass(f"  {label} 再次输入 again: ") != password:
        raise Failed("两次输入的密码不一致   the two passwords differ")
    return password


async def _appoint(installation: Installation, organ: str | None, appointed: Sequence[Appointed]) -> str:
    city_id = installation.settings.city_id
    async with installation.database() as database, open_work(database, city_id=city_id, organ_id=NIL) as work:
        return await appoint(work, organ, appointed)


async def appoint(work: Work, organ: str | None, appointed: Sequence[Appointed]) -> str:
    """Find the organ and appoint; returns its name. Failed when there is no such organ."""
    tree = await directory(work)
    organ_id = _organ(tree, organ)
    await appoint_first(work, organ_id, appointed)
    return tree.name(organ_id)


def _organ(tree: Directory, name: str | None) -> UUID:
    living = [o for o in tree.organs.values() if tree.facts[o.id].alive_on(tree.on)]
    found = (
        [o for o in living if name in (o.name, o.short_name, o.key)]
        if name
        else [o for o in living if o.is_supervision_body and o.level == "city"]
    )
    if len(found) != 1:
        what = f"{len(found)} organs are called {name}" if name else "no justice department of the city"
        raise Failed(f"{what}: run `zhunsheng organs load` first, then name one organ with --organ   未找到单位")
    return found[0].id
