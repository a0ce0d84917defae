"""The schedule: computed firing times, one leader, no gap and no double."""

from __future__ import annotations

import ast
import asyncio
import functools
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select

import jobs.actors  # noqa: F401
from jobs.runtime import HANDLERS
from jobs.schedule import SCHEDULE, Periodic, Scheduler, fire_due, prune
from kernel.clock import SHANGHAI, system_now
from kernel.models import OutboxMessage, ScheduleFire
from supervision.escalation import service as escalation
from tests.jobs.conftest import until
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 10, 9, 4, 0, 0, tzinfo=UTC)


def test_seconds_are_counted_in_fixed_slots() -> None:
    every = Periodic("x", every=15, catch_up=True)
    assert every.due(NOON, NOON + timedelta(seconds=14)) == []
    found = every.due(NOON, NOON + timedelta(seconds=47))
    assert [(moment - NOON).seconds for moment in found] == [15, 30, 45]
    assert Periodic("x", every=15).due(NOON, NOON + timedelta(seconds=47)) == found[-1:]


def test_cron_is_read_in_shanghai() -> None:
    daily = Periodic("x", cron="10 6 * * *")
    (moment,) = daily.due(NOON, NOON + timedelta(days=3))
    assert moment.astimezone(SHANGHAI).strftime("%d %H:%M") == "12 06:10"
    assert len(Periodic("x", cron="10 6 * * *", catch_up=True).due(NOON, NOON + timedelta(days=3))) == 3


async def test_each_slot_fires_once_whoever_tries(world: World) -> None:
    schedule = (Periodic("test_effect", every=1, catch_up=True),)
    started = system_now() - timedelta(seconds=10)

    async def attempt() -> int:
        async with world.system() as work:
            return await fire_due(work, schedule, started)

    fired = await asyncio.gather(*(attempt() for _ in range(5)))
    async with world.system() as work:
        rows = await work.session.scalar(select(func.count()).select_from(ScheduleFire))
        messages = await work.session.scalar(select(func.count()).select_from(OutboxMessage))
    assert sum(fired) == rows == messages
    assert sum(fired) >= 9


async def test_old_firings_are_forgotten(world: World) -> None:
    async with world.system() as work:
        work.session.add(ScheduleFire(job="x", fire_at=system_now() - timedelta(days=90)))
        work.session.add(ScheduleFire(job="x", fire_at=system_now()))
    async with world.system() as work:
        await prune(work)
    async with world.system() as work:
        assert await work.session.scalar(select(func.count()).select_from(ScheduleFire)) == 1


async def test_when_the_leader_goes_the_other_takes_over(world: World) -> None:
    schedule = (Periodic("test_effect", every=1, catch_up=True),)
    first, second = (Scheduler(world.database, world.url, world.city_id, schedule, tick=0.05) for _ in range(2))
    tasks = [asyncio.create_task(first.run()), asyncio.create_task(second.run())]

    async def fires() -> list[datetime]:
        async with world.system() as work:
            return list(await work.session.scalars(select(ScheduleFire.fire_at).order_by(ScheduleFire.fire_at)))

    async def begun() -> bool:
        return len(await fires()) >= 2

    await until(begun)
    first.stop()
    await tasks[0]
    reached = len(await fires())

    async def goes_on() -> bool:
        return len(await fires()) >= reached + 2

    await until(goes_on)
    second.stop()
    await tasks[1]
    moments = await fires()
    gaps = {later - earlier for earlier, later in pairwise(moments)}
    assert gaps == {timedelta(seconds=1)}


def test_every_scheduled_job_has_an_actor() -> None:
    assert {periodic.job for periodic in SCHEDULE} <= set(HANDLERS)


@functools.cache
def _enqueued() -> set[str]:
    """Names given to `enqueue` in the product, as a string or as a constant of the module."""
    names: set[str] = set()
    for folder in ("platform", "tenants", "policy", "jobs", "integrations"):
        for path in (ROOT / folder).rglob("*.py"):
            source = path.read_text("utf-8")
            if ".enqueue" not in source:
                continue
            tree = ast.parse(source)
            constants = {
                target.id: node.value.value
                for node in tree.body
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "enqueue":
                    assert node.args, f"{path}:{node.lineno}: the job's name must be the first argument"
                    name = node.args[0]
                    if isinstance(name, ast.Constant):
                        names.add(str(name.value))
                    elif isinstance(name, ast.Name) and name.id in constants:
                        names.add(str(constants[name.id]))
    return names


def test_every_enqueued_job_has_an_actor() -> None:
    assert {"recalculate_deadlines", "sweep_deadlines"} <= _enqueued(), "the scan sees strings and constants"
    assert _enqueued() - set(HANDLERS) == set()


def test_the_job_that_the_database_enqueues_has_an_actor() -> None:
    guard = (ROOT / "migrations" / "sql" / "guard.sql").read_text("utf-8")
    inserted = re.findall(r"INSERT INTO public\.outbox_message.*?'(\w+)', jsonb_build", guard, re.DOTALL)
    assert inserted == [escalation.JOB]
    assert escalation.JOB in HANDLERS


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_names_of_jobs_are_plain(name: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
