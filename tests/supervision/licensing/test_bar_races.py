"""Two transactions at the same instant in two tenants: whoever comes first, nobody who is barred holds a certificate.

Real connections, READ COMMITTED and REPEATABLE READ, through the services and by bare statements.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from kernel.errors import Barred, IllegalTransition, Stale
from kernel.work import open_work
from supervision.licensing import service as licensing
from tenants.registers.models import Officer
from tests.supervision.licensing.conftest import Superuser
from tests.supervision.licensing.people import (
    COUNTY,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    application_row,
    bar_row,
    cancel,
    certificate_row,
    citizen_id,
    officer,
)
from tests.world import World

TODAY, UNTIL = date(2026, 10, 9), date(2028, 10, 9)
LEVELS = ("READ COMMITTED", "REPEATABLE READ")
LOST = {"40001", "40P01", "ZS021"}
"""Serialisation failure, deadlock, the bar: nothing was written."""
ROUNDS = 12
level = pytest.mark.parametrize("isolation", LEVELS)


def at(world: World, isolation: str) -> World:
    """The same city over connections of an isolation level."""
    engine: AsyncEngine = world.database.engine.execution_options(isolation_level=isolation)
    return replace(world, database=replace(world.database, engine=engine))


async def outcome(step: Callable[[], Awaitable[object]]) -> str:
    """`done`, or how the step lost. Anything else is raised."""
    await asyncio.sleep(random.random() * 0.01)
    try:
        await step()
    except (Barred, IllegalTransition, Stale) as refusal:
        return refusal.code
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", ""))
        if state not in LOST:
            raise
        return state
    return "done"


async def insisted(step: Callable[[], Awaitable[object]]) -> str:
    """The cancellation as an actor would carry it out: what lost is tried again."""
    for _ in range(50):
        if (found := await outcome(step)) == "done":
            return found
    raise AssertionError(f"the cancellation never went through: {found}")


async def living(superuser: Superuser, file: Officer) -> int:
    """Certificates and applications that a barred person must not have, in every tenant."""
    found = await superuser(
        "select (select count(*) from certificate where citizen_hash = :hash and status in ('valid', 'suspended'))"
        " + (select count(*) from licence_application where citizen_hash = :hash"
        "    and state in ('applied', 'checked', 'approved'))",
        hash=file.citizen_hash,
    )
    return int(found.scalar_one())


@level
async def test_a_certificate_issued_at_the_instant_of_a_cancellation_elsewhere_loses(
    world: World, superuser: Superuser, isolation: str
) -> None:
    """Through the services: 禹州 issues what it approved while 建安 cancels."""
    ways = set()
    department = await world.organ(OTHER)
    racing = at(world, isolation)
    for _ in range(ROUNDS):
        number = citizen_id()
        here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
        row = application_row(there, department, state="approved")
        async with world.work(OTHER_OFFICE) as work:
            work.session.add(row)

        async def issue(application_id: object = row.id) -> None:
            async with racing.work(OTHER, "supervision_leader") as work:
                await licensing.issue(work, application_id)  # type: ignore[arg-type]

        async def ends(file: Officer = here) -> None:
            await cancel(racing, COUNTY, file)

        ways.add((await asyncio.gather(outcome(issue), insisted(ends)))[0])
        assert await living(superuser, there) == 0
    assert ways <= {"done", "barred", "illegal_transition", "stale", *LOST}


@level
@pytest.mark.parametrize("what", ["certificate", "application"])
async def test_bare_statements_race_no_better(world: World, superuser: Superuser, isolation: str, what: str) -> None:
    department = await world.organ(OTHER)
    racing = at(world, isolation)
    for _ in range(ROUNDS):
        number = citizen_id()
        here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)

        async def write(file: Officer = there) -> None:
            async with racing.work(OTHER_OFFICE) as work:
                row = certificate_row(file) if what == "certificate" else application_row(file, department)
                work.session.add(row)

        async def bar(file: Officer = here) -> None:
            async with racing.work(COUNTY) as work:
                work.session.add(bar_row(work, file, TODAY, UNTIL))

        await asyncio.gather(outcome(write), insisted(bar))
        assert await living(superuser, there) == 0


@level
async def test_the_superusers_own_statement_races_no_better(
    world: World, superuser: Superuser, backend_url: str, isolation: str
) -> None:
    engine = create_async_engine(backend_url, isolation_level=isolation)
    racing = at(world, isolation)
    for _ in range(ROUNDS):
        file = await officer(world, OFFICE, citizen_id())
        async with world.work(OFFICE) as work:
            row = certificate_row(file, status="returned")
            work.session.add(row)

        async def revive(row_id: object = row.id) -> None:
            async with engine.begin() as connection:
                await connection.execute(text("update certificate set status = 'valid' where id = :id"), {"id": row_id})

        async def bar(file: Officer = file) -> None:
            async with racing.work(COUNTY) as work:
                work.session.add(bar_row(work, file, TODAY, UNTIL))

        await asyncio.gather(outcome(revive), insisted(bar))
        assert await living(superuser, file) == 0
    await engine.dispose()


@level
@pytest.mark.parametrize("first", ["bar", "certificate"])
async def test_the_second_waits_for_the_first_and_sees_it(
    world: World, superuser: Superuser, isolation: str, first: str
) -> None:
    """Not left to chance: the first has written and not committed when the second, whose snapshot is as old, begins."""
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    racing = at(world, isolation)
    both, written = asyncio.Barrier(2), asyncio.Event()

    async def write(which: str) -> None:
        organ = COUNTY if which == "bar" else OTHER_OFFICE
        organ_id = await racing.organ(organ)
        async with open_work(racing.database, city_id=racing.city_id, organ_id=organ_id) as work:
            await work.session.execute(text("select count(*) from qualification_bar"))
            await both.wait()
            if which != first:
                await written.wait()
            row = bar_row(work, here, TODAY, UNTIL) if which == "bar" else certificate_row(there)
            work.session.add(row)
            flushed = asyncio.create_task(work.session.flush())
            if which == first:
                await flushed
                written.set()
                await asyncio.sleep(0.2)
            else:
                await asyncio.sleep(0.1)
                assert not flushed.done(), "it did not wait"
                await flushed

    second = "certificate" if first == "bar" else "bar"
    found = await asyncio.gather(outcome(lambda: write(first)), outcome(lambda: write(second)))
    assert found[0] == "done"
    if isolation == "REPEATABLE READ":
        assert found[1] == "40001"
    else:
        assert found[1] == ("ZS021" if second == "certificate" else "done")
        assert await living(superuser, there) == 0
