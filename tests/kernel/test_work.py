"""The unit of work: one transaction with tenancy, product clock, audit, timeline and outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel import demo_clock
from kernel.clock import SHANGHAI, system_now
from kernel.errors import Denied
from kernel.ids import NIL, new_id
from kernel.models import AuditEntry, DemoClock, OutboxMessage, TimelineEvent
from kernel.work import Database, Rehearsal, open_work
from tests.world import World

BODY = "建安区司法局"
OTHER = "建安区城市管理局"


async def test_all_of_it_commits_or_nothing(world: World) -> None:
    thread = new_id()

    async def broken() -> None:
        async with world.work(BODY, "supervisor") as work:
            work.record("x", "test", None, title="记录", thread_id=thread)
            work.enqueue("test_effect", {})
            await work.session.flush()
            raise KeyError("undo")

    with pytest.raises(KeyError):
        await broken()
    async with world.work(BODY) as work:
        assert await work.session.scalar(select(func.count()).where(AuditEntry.thread_id == thread)) == 0
        assert await work.session.scalar(select(func.count()).where(TimelineEvent.thread_id == thread)) == 0
        assert await work.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


async def test_a_record_names_who_acted(world: World) -> None:
    thread = new_id()
    async with world.work(BODY, "supervisor") as work:
        work.record("check", "test", thread, title="核查", article=("19", "20"), thread_id=thread, note="两人到场")
        work.record("quiet", "test", thread, title="不入时间线")
    async with world.work(BODY) as work:
        entries = list(await work.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == thread)))
        events = list(await work.session.scalars(select(TimelineEvent).where(TimelineEvent.thread_id == thread)))
    assert [e.action for e in sorted(entries, key=lambda e: e.seq)] == ["check", "quiet"]
    assert {(e.actor_name, e.article) for e in entries if e.action == "check"} == {("陈明远", "19")}
    assert [(e.title, e.articles, e.note, e.visibility) for e in events] == [
        ("核查", ["19", "20"], "两人到场", "internal")
    ]


async def test_the_system_is_named_as_such(world: World) -> None:
    async with world.work(BODY) as work:
        work.record("sweep", "test", None, title="到期提醒")
    async with world.work(BODY) as work:
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "sweep"))).one()
        assert (entry.actor_name, entry.actor_account_id) == ("系统", None)


async def test_acting_as_writes_rows_of_the_other_organ(world: World) -> None:
    other = await world.organ(OTHER)
    async with world.work(BODY, "supervisor") as work:
        mine = work.organ_id
        async with work.acting_as(other):
            assert work.organ_id == other
            work.record("served", "test", None, title="送达")
        assert work.organ_id == mine
        work.record("sent", "test", None, title="发出")
    async with world.work(OTHER) as work:
        rows = list(await work.session.scalars(select(AuditEntry).where(AuditEntry.action.in_(["served", "sent"]))))
    assert [(row.action, row.organ_id, row.actor_name) for row in rows] == [("served", other, "陈明远")]


async def test_tenancy_comes_back_after_an_error_inside(world: World) -> None:
    other = await world.organ(OTHER)
    async with world.work(BODY) as work:
        mine = work.organ_id
        with pytest.raises(KeyError):
            async with work.acting_as(other):
                raise KeyError
        assert work.organ_id == mine
        assert await work.session.scalar(text("select guard.tenant()")) == mine


async def test_rows_of_another_organ_cannot_be_written_without_acting_as_it(world: World) -> None:
    other = await world.organ(OTHER)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with world.work(BODY) as work:
            work.session.add(
                OutboxMessage(
                    city_id=work.city_id, id=new_id(), organ_id=other, job="x", payload={}, available_at=work.now
                )
            )


async def test_the_demo_clock_counts_in_demo_mode_alone(world: World) -> None:
    await world.set_clock("2026-12-24 10:00")
    async with world.system() as work:
        wanted = datetime(2026, 12, 24, 10, tzinfo=SHANGHAI)
        assert abs(work.now - wanted) < timedelta(minutes=1)
        assert work.today.isoformat() == "2026-12-24"
    strict = Database(world.database.engine, world.database.signer, demo=False)
    async with open_work(strict, city_id=world.city_id, organ_id=NIL) as work:
        assert abs(work.now - system_now()) < timedelta(minutes=1)


async def test_the_setting_alone_moves_no_clock_of_a_database_that_is_no_demo(world: World) -> None:
    async with world.system() as work:
        before = work.now
    await demo_clock.advance(world.database, world.city_id, 2)
    async with world.system() as work:
        assert timedelta(days=2) <= work.now - before < timedelta(days=2, minutes=5)
        await work.session.execute(delete(DemoClock))
    with pytest.raises(Denied, match="不是演示库"):
        await demo_clock.advance(world.database, world.city_id, 2)
    strict = replace(world.database, demo=False)
    with pytest.raises(Denied):
        await demo_clock.advance(strict, world.city_id, 2)
    async with world.system() as work:
        assert await work.session.scalar(select(func.count()).select_from(DemoClock)) == 0


async def test_a_rehearsal_is_kept_whole_or_not_at_all_and_has_a_clock_of_its_own(world: World) -> None:
    ahead = timedelta(days=40)

    async def play(connection: AsyncConnection) -> UUID:
        rehearsal = Rehearsal(connection, ahead)
        played = replace(world.database, rehearsal=rehearsal)
        async with open_work(played, city_id=world.city_id, organ_id=NIL) as work:
            assert abs(work.now - system_now() - ahead) < timedelta(minutes=1)
            return work.enqueue("x", {})

    async with world.database.engine.connect() as connection:
        begun = await connection.begin()
        lost = await play(connection)
        await begun.rollback()
    async with world.database.engine.begin() as connection:
        kept = await play(connection)
    async with world.system() as work:
        assert await work.session.get(OutboxMessage, (world.city_id, lost)) is None
        assert await work.session.get(OutboxMessage, (world.city_id, kept)) is not None
        assert abs(work.now - system_now() - ahead) > timedelta(days=1)


async def test_outside_demo_mode_there_is_no_rehearsal(world: World) -> None:
    async with world.database.engine.connect() as connection:
        strict = replace(world.database, demo=False, rehearsal=Rehearsal(connection))
        with pytest.raises(Denied):
            async with open_work(strict, city_id=world.city_id, organ_id=NIL):
                pass


async def test_a_delayed_job_waits_in_machine_time(world: World) -> None:
    async with world.system() as work:
        message_id = work.enqueue("x", {"a": 1}, delay=timedelta(hours=2))
    async with world.system() as work:
        row = await work.session.get(OutboxMessage, (world.city_id, message_id))
        assert row is not None
        assert timedelta(minutes=119) < row.available_at - system_now() <= timedelta(hours=2)
        assert (row.payload, row.organ_id, row.done_at) == ({"a": 1}, NIL, None)


async def test_versions_are_those_of_the_snapshot(world: World) -> None:
    async with world.system() as work:
        assert work.versions["organs"] >= 1
        assert work.versions["calendar"] >= 1
