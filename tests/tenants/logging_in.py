"""Accounts to log in with, and the log-in as its tests try it."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, make_url, select, text

from kernel.errors import TooMany, Unauthenticated, ZhunshengError
from kernel.models import AuditEntry
from kernel.work import open_work
from tenants.staff import attempts, service
from tenants.staff.models import Account
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
