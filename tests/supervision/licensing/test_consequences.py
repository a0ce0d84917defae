"""What a cancellation ends elsewhere, what setting it aside brings back, and what happens by itself in time."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel.errors import Barred, IllegalTransition, Invalid, NotFound
from kernel.ids import NIL, new_id
from kernel.models import AuditEntry, OutboxMessage
from supervision.deadlines.models import Notice
from supervision.licensing import service as licensing
from supervision.licensing.models import LicenceApplication, QualificationBar
from supervision.matters.models import Handler, Matter
from tenants.registers.models import Certificate, Officer
from tenants.staff.models import Post
from tests.stories import open_matter
from tests.supervision.licensing.people import (
    COUNTY,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    apply,
    cancel,
    certificate,
    citizen_id,
    officer,
    statuses,
)
from tests.world import World

TODAY = date(2026, 10, 9)


async def link(world: World, organ: str, file: Officer, person_id: UUID) -> None:
    async with world.work(organ) as work:
        await work.session.execute(update(Officer).where(Officer.id == file.id).values(person_id=person_id))


async def posts(world: World, organ: str, person_id: UUID) -> list[str]:
    async with world.work(organ) as work:
        return list(await work.session.scalars(select(Post.certificate_no).where(Post.person_id == person_id)))


async def test_running_assignments_end_and_the_leader_is_asked_for_another_handler(world: World) -> None:
    matter = (await open_matter(world)).id
    handler = await world.actor(COUNTY, "supervisor")
    file = await officer(world, COUNTY, citizen_id(), name=handler.name, kinds=("supervision",))
    await link(world, COUNTY, file, handler.person_id)
    assert await posts(world, COUNTY, handler.person_id) != [""]
    await cancel(world, "市司法局", file)
    assert await posts(world, COUNTY, handler.person_id) == [""]
    async with world.work(COUNTY) as work:
        rows = (await work.session.scalars(select(Handler).where(Handler.matter_id == matter))).all()
        gone = [h for h in rows if h.person_id == handler.person_id]
        assert [(h.ended_at is not None, h.ended_reason) for h in gone] == [(True, "行政执法资格已被取消")]
        assert sum(h.ended_at is None for h in rows) == len(rows) - 1
        found = await work.session.get(Matter, (work.city_id, matter))
        assert found is not None
        assert handler.name not in found.handler_names
        titles = (await work.session.scalars(select(Notice.title).where(Notice.kind == "approval"))).all()
        assert any("请另行指派" in title for title in titles)


async def test_running_it_twice_changes_nothing(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    decision = new_id()
    bars = []
    for _ in range(2):
        async with world.work(COUNTY, "supervision_leader") as work:
            bar = await licensing.cancel_qualification(
                work,
                officer_id=file.id,
                holder_organ_id=file.organ_id,
                decision_id=decision,
                decision_number="试",
                effective_on=TODAY,
            )
            bars.append(bar.id)
    assert bars[0] == bars[1]
    async with world.work(OFFICE) as work:
        told = (
            await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "qualification_cancelled"))
        ).all()
        assert len(told) == 1


@pytest.mark.parametrize("on", [date(2026, 10, 10), date(2024, 10, 8)])
async def test_a_decision_takes_effect_neither_ahead_nor_so_long_ago_that_it_is_over(world: World, on: date) -> None:
    file = await officer(world, OFFICE, citizen_id())
    with pytest.raises(Invalid):
        await cancel(world, COUNTY, file, on)


async def test_no_file_no_cancellation(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    with pytest.raises(NotFound):
        async with world.work(COUNTY, "supervision_leader") as work:
            await licensing.cancel_qualification(
                work,
                officer_id=file.id,
                holder_organ_id=await world.organ(OTHER_OFFICE),
                decision_id=new_id(),
                decision_number="试",
                effective_on=TODAY,
            )


async def set_aside(world: World, department: str, bar: QualificationBar, on: date = TODAY) -> None:
    async with world.work(department, "supervision_leader") as work:
        await licensing.set_aside(work, decision_id=bar.decision_id, on=on, note="复核决定撤销")


async def test_setting_the_decision_aside_restores_what_was_void_because_of_it_alone(world: World) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    kept = await certificate(world, OFFICE, here, valid_until=date(2027, 5, 31))
    short = await certificate(world, OFFICE, here, kind="supervision", valid_until=date(2026, 12, 1))
    held = await certificate(world, OTHER_OFFICE, there, status="suspended", suspended_until=date(2027, 3, 1))
    before = await certificate(world, OTHER_OFFICE, there, kind="supervision", status="cancelled")
    bar = await cancel(world, COUNTY, here)
    await world.set_clock("2027-02-01 09:00")
    await set_aside(world, COUNTY, bar, date(2027, 2, 1))
    async with world.work(OFFICE) as work:
        mine = {c.id: c for c in (await work.session.scalars(select(Certificate))).all()}
        assert (mine[kept.id].status, mine[kept.id].cancelled_by_bar, mine[kept.id].barred_until) == (
            "valid",
            None,
            None,
        )
        assert mine[short.id].status == "expired"
        told = (await work.session.scalars(select(Notice.title))).all()
        assert any("证件恢复效力" in title for title in told)
    async with world.work(OTHER_OFFICE) as work:
        theirs = {c.id: c for c in (await work.session.scalars(select(Certificate))).all()}
        assert (theirs[held.id].status, theirs[held.id].suspended_until) == ("suspended", date(2027, 3, 1))
        assert theirs[before.id].status == "cancelled"
    async with world.work(COUNTY) as work:
        row = (await work.session.scalars(select(QualificationBar))).one()
        assert (row.lifted_kind, row.lifted_on, row.lifted_note) == ("set_aside", date(2027, 2, 1), "复核决定撤销")
    await apply(world, OTHER_OFFICE, await officer(world, OTHER_OFFICE, citizen_id()))
    with pytest.raises(IllegalTransition):
        await set_aside(world, COUNTY, bar, date(2027, 2, 1))


async def test_another_bar_still_holds_what_the_first_let_go(world: World) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    row = await certificate(world, OFFICE, here)
    first = await cancel(world, COUNTY, here)
    second = await cancel(world, OTHER, there, date(2026, 10, 8))
    await set_aside(world, COUNTY, first)
    async with world.work(OFFICE) as work:
        held = (await work.session.scalars(select(Certificate).where(Certificate.id == row.id))).one()
        assert (held.status, held.cancelled_by_bar) == ("cancelled", second.id)
        assert held.barred_until == date(2028, 10, 8)
    with pytest.raises(Barred):
        await apply(world, OFFICE, here)
    await set_aside(world, OTHER, second)
    assert await statuses(world, here, OFFICE) == ["valid"]


async def test_a_new_certificate_of_meanwhile_is_not_doubled(world: World) -> None:
    """The decision was set aside after the bar had run out and the officer held a new certificate."""
    file = await officer(world, OFFICE, citizen_id())
    await certificate(world, OFFICE, file, valid_until=date(2030, 1, 1))
    bar = await cancel(world, COUNTY, file)
    await certificate(
        world,
        OFFICE,
        file,
        issued_on=date(2028, 10, 10),
        valid_from=date(2028, 10, 10),
        valid_until=date(2033, 10, 9),
    )
    await world.set_clock("2028-12-01 09:00")
    await set_aside(world, COUNTY, bar, date(2028, 12, 1))
    assert await statuses(world, file, OFFICE) == ["returned", "valid"]


async def test_a_bar_that_ran_out_is_marked_told_and_followed_by_a_new_look_at_applications(world: World) -> None:
    number = citizen_id()
    here = await officer(world, OFFICE, number)
    bar = await cancel(world, COUNTY, here)
    moved = await officer(world, OTHER_OFFICE, number)
    async with world.work(OFFICE) as work:
        await work.session.execute(update(Officer).where(Officer.id == here.id).values(left_on=date(2027, 1, 1)))
    await world.set_clock("2028-10-09 23:00")
    async with world.system() as work:
        assert await licensing.lift_bars(work) == 0
    await world.set_clock("2028-10-10 00:05")
    async with world.system() as work:
        assert await licensing.lift_bars(work) == 1
    async with world.system() as work:
        assert await licensing.lift_bars(work) == 0
        jobs = (await work.session.scalars(select(OutboxMessage.job))).all()
        assert jobs.count("recheck_applications") == 1
    async with world.work(COUNTY) as work:
        row = await work.session.get(QualificationBar, (work.city_id, bar.id))
        assert row is not None
        assert (row.lifted_kind, row.lifted_on) == ("run_out", date(2028, 10, 10))
        noted = await work.session.scalars(select(AuditEntry.title).where(AuditEntry.action == "bar_ran_out"))
        assert noted.one() == "甄别名不得重新申领的期间届满"
    async with world.work(OTHER_OFFICE) as work:
        titles = (await work.session.scalars(select(Notice.title))).all()
        assert sum("期间已届满" in title for title in titles) == 1
    await apply(world, OTHER_OFFICE, moved)


async def test_pending_applications_are_looked_at_again_once_a_cause(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    application_id = await apply(world, OFFICE, file)
    async with world.system() as work:
        assert await licensing.recheck_applications(work, NIL) == 0
    async with world.work(OFFICE) as work:
        await work.session.execute(update(Officer).where(Officer.id == file.id).values(employment="contract"))
    for expected in (1, 0):
        async with world.system() as work:
            assert await licensing.recheck_applications(work, NIL) == expected
    async with world.work(OFFICE) as work:
        row = await work.session.get(LicenceApplication, (work.city_id, application_id))
        assert row is not None
        assert row.state == "applied"
        assert "不是在编人员" in row.reason
        assert len((await work.session.scalars(select(Notice).where(Notice.kind == "approval"))).all()) == 1


async def test_a_withholding_ends_by_itself_and_the_post_follows(world: World) -> None:
    supervisor = await world.actor(COUNTY, "supervisor")
    file = await officer(world, COUNTY, citizen_id(), name=supervisor.name, kinds=("supervision",))
    await link(world, COUNTY, file, supervisor.person_id)
    row = await certificate(world, COUNTY, file, kind="supervision", number="建司监督证〔2026〕9号")
    async with world.work(COUNTY, "supervision_leader") as work:
        await licensing.suspend(work, row.id, date(2026, 11, 9), "待核查")
    assert await statuses(world, file, COUNTY) == ["suspended"]
    await world.set_clock("2026-11-09 12:00")
    async with world.system() as work:
        assert await licensing.end_suspensions(work) == 0
    await world.set_clock("2026-11-10 00:10")
    for expected in (1, 0):
        async with world.system() as work:
            assert await licensing.end_suspensions(work) == expected
    assert await statuses(world, file, COUNTY) == ["valid"]
    assert await posts(world, COUNTY, supervisor.person_id) == ["建司监督证〔2026〕9号"]


async def test_a_withheld_certificate_is_restored_early_or_taken_back(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    row = await certificate(world, OFFICE, file)
    for until in (TODAY, date(2029, 6, 1)):
        with pytest.raises(Invalid):
            async with world.work(COUNTY, "supervision_leader") as work:
                await licensing.suspend(work, row.id, until, "待核查")
    async with world.work(COUNTY, "supervision_leader") as work:
        await licensing.suspend(work, row.id, TODAY + timedelta(days=30), "待核查")
    with pytest.raises(IllegalTransition):
        async with world.work(COUNTY, "supervision_leader") as work:
            await licensing.suspend(work, row.id, TODAY + timedelta(days=30), "待核查")
    async with world.work(COUNTY, "supervision_leader") as work:
        assert (await licensing.restore(work, row.id, "查无问题")).status == "valid"
    with pytest.raises(NotFound):
        async with world.work(OTHER, "supervision_leader") as work:
            await licensing.suspend(work, row.id, TODAY + timedelta(days=30), "待核查")
    async with world.work(OFFICE, "contact") as work:
        assert (await licensing.take_back(work, row.id, "调离执法岗位")).status == "returned"


async def test_a_withheld_certificate_of_a_barred_person_stays_void(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    row = await certificate(world, OFFICE, file, status="suspended", suspended_until=date(2026, 10, 20))
    await cancel(world, COUNTY, file)
    with pytest.raises((Barred, IllegalTransition)):
        async with world.work(COUNTY, "supervision_leader") as work:
            await licensing.restore(work, row.id, "查无问题")
    await world.set_clock("2026-10-21 00:10")
    async with world.system() as work:
        assert await licensing.end_suspensions(work) == 0
    assert await statuses(world, file, OFFICE) == ["cancelled"]
