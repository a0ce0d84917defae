"""What runs out is pointed out once a cause, to the officer and to those who keep the register (Article 10)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from jobs.actors import warn_register, warn_registers
from kernel.models import OutboxMessage
from supervision.deadlines.models import Notice
from supervision.officers import service as officers
from tenants.registers import service as registers
from tenants.registers.commands import BodyInput, TrainingInput
from tenants.registers.models import Certificate, EnforcementBody
from tenants.staff.models import Post
from tests.stories import BODY, SUPERVISED
from tests.tenants.registers.files import add, certify, entry
from tests.world import World


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-04-20 09:00")


async def told(world: World, organ: str = SUPERVISED) -> list[tuple[str, bool]]:
    """(title, whether it is for one post) of every line in the organ's bell."""
    async with world.work(organ) as work:
        rows = await work.session.scalars(select(Notice).where(Notice.organ_id == work.organ_id).order_by(Notice.id))
        return [(n.title, n.post_id is not None) for n in rows]


async def warn(world: World, organ: str = SUPERVISED) -> int:
    async with world.work(organ) as work:
        return await officers.warn_organ(work)


async def test_a_certificate_that_runs_out_is_pointed_out_once_and_again_when_it_has(world: World) -> None:
    file = await add(world)
    row = await certify(world, file, until=date(2026, 10, 9))
    await certify(world, await add(world, 2, name="何其芳"), until=date(2026, 10, 21))
    assert await warn(world) == 1
    assert await warn(world) == 0
    assert await told(world) == [("冯志强的证件即将到期，可以办理换发", False)]
    await world.set_clock("2026-10-10 06:30")
    await warn(world)
    async with world.work(SUPERVISED) as work:
        seen = await work.session.get(Certificate, (work.city_id, row.id))
        assert seen is not None
        assert (seen.status, seen.status_on) == ("expired", date(2026, 10, 10))
    assert [t for t, _ in await told(world)][1:] == [
        "冯志强的证件已过期，不得继续执法",
        "何其芳的证件即将到期，可以办理换发",
        "2 名执法人员的本年度培训学时不足",
    ]


async def test_the_officer_himself_is_told_and_his_post_loses_an_expired_certificate(world: World) -> None:
    actor = await world.actor(BODY, "supervisor")
    async with world.work(BODY, "supervision_leader") as work:
        file = await registers.add_officer(work, entry(name=actor.name, username="chen"))
    await certify(world, file, kind="supervision", until=date(2026, 4, 20), number="豫监督证KTEST03")
    await warn(world, BODY)
    assert [t for t, own in await told(world, BODY) if own] == [
        "您的行政执法监督证 豫监督证KTEST03将于2026年4月20日到期，请联系本单位办理换发"
    ]
    await world.set_clock("2026-04-21 06:30")
    await warn(world, BODY)
    assert "不得继续使用" in (await told(world, BODY))[-1][0]
    async with world.work(BODY) as work:
        post = await work.session.get(Post, (work.city_id, actor.post_id))
        assert post is not None
        assert post.certificate_no == ""


async def test_missing_hours_are_pointed_out_from_october_on_to_those_who_lack_them(world: World) -> None:
    file, full = await add(world), await add(world, 2, name="何其芳")
    async with world.work(SUPERVISED, "contact") as work:
        for officer_id, hours in ((file.id, 20), (full.id, 60)):
            lesson = TrainingInput(held_on=date(2026, 3, 1), subject="法制培训", provider="区司法局", hours=hours)
            await registers.add_training(work, officer_id, lesson)
    assert await warn(world) == 0
    await world.set_clock("2026-10-01 06:30")
    assert await warn(world) == 1
    assert await warn(world) == 0
    assert await told(world) == [("冯志强的本年度培训学时不足", False)]
    await world.set_clock("2027-10-01 06:30")
    assert await warn(world) == 2, "another year is another cause"


async def test_who_left_is_not_warned_about(world: World) -> None:
    file = await add(world)
    await certify(world, file, until=date(2026, 5, 1))
    async with world.work(SUPERVISED, "contact") as work:
        await registers.leave(work, file.id, date(2026, 4, 1), "调离")
    await world.set_clock("2026-10-01 06:30")
    assert await warn(world) == 0


async def test_an_entrustment_ends_by_itself(world: World) -> None:
    async with world.work(SUPERVISED, "contact") as work:
        body = BodyInput(
            kind="entrusted",
            name="市容监察所（演示）",
            authority="委托书",
            scope="市容检查",
            valid_from=date(2025, 1, 1),
            valid_until=date(2026, 4, 19),
        )
        row = await registers.add_body(work, body)
    assert await warn(world) == 1
    async with world.work(SUPERVISED) as work:
        seen = await work.session.get(EnforcementBody, (work.city_id, row.id))
        assert seen is not None
        assert (seen.ended_on, seen.ended_reason) == (date(2026, 4, 20), "有效期届满")


async def test_the_daily_job_visits_every_organ_that_keeps_a_register(world: World) -> None:
    await add(world)
    await add(world, organ="建安区水利局")
    async with world.system() as work:
        await warn_registers(work)
    found = set()
    for organ in (SUPERVISED, "建安区水利局", "建安区市场监管局"):
        async with world.work(organ) as work:
            jobs = await work.session.scalars(select(OutboxMessage).where(OutboxMessage.organ_id == work.organ_id))
            found |= {(organ, j.job) for j in jobs}
            await warn_register(work)
    assert found == {(SUPERVISED, "warn_register"), ("建安区水利局", "warn_register")}
