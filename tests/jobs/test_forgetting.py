"""Answers under an Idempotency-Key are kept for a day and then removed, in batches, whoever they belong to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from jobs import actors
from kernel.clock import system_now
from kernel.ids import new_id
from kernel.models import IdempotencyRecord, OutboxMessage
from kernel.work import Work
from tests.world import World

HERE, THERE = "建安区司法局", "禹州市司法局"


def keep(work: Work, key: str, hours: float) -> None:
    work.session.add(
        IdempotencyRecord(
            city_id=work.city_id,
            id=new_id(),
            organ_id=work.organ_id,
            account_id=new_id(),
            key=key,
            fingerprint=b"",
            status=201,
            headers={},
            body=b"",
            created_at=system_now() - timedelta(hours=hours),
        )
    )


async def kept(world: World, organ: str) -> set[str]:
    async with world.work(organ) as work:
        return set(await work.session.scalars(select(IdempotencyRecord.key)))


async def test_what_is_younger_than_a_day_stays(world: World) -> None:
    for organ in (HERE, THERE):
        async with world.work(organ) as work:
            keep(work, "yesterday", 24.1)
            keep(work, "today", 23.9)
    async with world.system() as work:
        await actors.forget_answers(work)
    assert await kept(world, HERE) == await kept(world, THERE) == {"today"}


async def test_many_go_in_batches_and_the_job_follows_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actors, "FORGET_AT_ONCE", 3)
    async with world.work(HERE) as work:
        for number in range(5):
            keep(work, f"old-{number}", 30 + number)
    for left, follows in ((2, 1), (0, 1)):
        async with world.system() as work:
            await actors.forget_answers(work)
        assert len(await kept(world, HERE)) == left
        async with world.system() as work:
            query = select(func.count()).where(OutboxMessage.job == "forget_answers")
            assert await work.session.scalar(query) == follows
