"""The outbox worked by hand: every waiting message of some jobs, each as its actor works it, exactly once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from jobs import actors, link_actors, notice_actors  # noqa: F401
from jobs.runtime import run
from kernel.ids import NIL
from kernel.work import open_work
from tests.stories import BODY, SUPERVISED
from tests.world import World

WAITING = text("select organ_id, id, job from outbox_message where done_at is null and job = any(:jobs) order by id")


async def work_off(world: World, *jobs: str, rounds: int = 5) -> int:
    """Work what waits of these jobs, and what that leaves, until nothing is left; returns how many were worked."""
    done = 0
    for _ in range(rounds):
        found = await waiting(world, *jobs)
        if not found:
            break
        for organ_id, message_id, job in found:
            await run(world.database, job, world.city_id, [(organ_id, message_id)])
            done += 1
    return done


async def waiting(world: World, *jobs: str) -> list[tuple[UUID, UUID, str]]:
    """(organ, message, job) of what waits in the organs of the tests' stories and in the system's name."""
    found: list[tuple[UUID, UUID, str]] = []
    for organ_id in (NIL, await world.organ(BODY), await world.organ(SUPERVISED)):
        async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
            rows = await work.session.execute(WAITING, {"jobs": list(jobs)})
            found += [(row[0], row[1], row[2]) for row in rows]
    return found
