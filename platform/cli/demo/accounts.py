"""Load the demo accounts. One password for all of them is made for each installation and printed by `demo`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from cli.demo.people import DemoAccount, password, people, ready_accounts
from kernel.clock import local_date, system_now
from kernel.ids import NIL
from kernel.work import Database, Work, open_work
from tenants.organs.directory import Directory, directory
from tenants.staff import service
from tenants.staff.models import Account
from tenants.staff.passwords import hash_password

__all__ = ["DemoAccount", "load_accounts", "password", "ready_accounts"]


async def load_accounts(database: Database, city_id: UUID) -> int:
    """Create the demo accounts that are missing. Returns their number."""
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        tree = await directory(work)
    hashed = await hash_password(password())
    added = 0
    for person in people():
        organ_id = _organ(tree, person["organ"])
        async with open_work(database, city_id=city_id, organ_id=organ_id) as work:
            added += await _add(work, person, hashed, tree)
    return added


def _organ(tree: Directory, short_name: str) -> UUID:
    found = [
        o.id
        for o in tree.organs.values()
        if short_name in (o.short_name, o.name) and tree.facts[o.id].alive_on(tree.on)
    ]
    if len(found) != 1:
        raise LookupError(f"demo accounts: {len(found)} organs are called {short_name}")
    return found[0]


async def _add(work: Work, person: dict[str, Any], hashed: str, tree: Directory) -> int:
    if await work.session.scalar(select(Account.id).where(Account.username == person["username"])):
        return 0
    account = await service.add_account(
        work, name=person["name"], username=person["username"], password_hash=hashed, must_change=False
    )
    started = local_date(system_now()).replace(year=2024, month=1, day=1)
    await service.add_post(
        work, person_id=account.person_id, person_name=person["name"], valid_from=started, **person["post"]
    )
    if "second" in person:
        further = dict(person["second"])
        async with work.acting_as(_organ(tree, further.pop("organ"))):
            await service.add_post(
                work, person_id=account.person_id, person_name=person["name"], valid_from=started, **further
            )
    return 1
