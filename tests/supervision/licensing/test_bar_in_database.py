"""The bar as the database keeps it, past every service: as the application's role in any tenancy, and as the owner."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from kernel.clock import SHANGHAI
from supervision.licensing import service as licensing
from supervision.licensing.models import LicenceApplication, QualificationBar
from tenants.registers.models import Certificate
from tests.supervision.licensing.conftest import Superuser
from tests.supervision.licensing.people import (
    COUNTY,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    application_row,
    bar_row,
    cancel,
    certificate,
    certificate_row,
    citizen_id,
    officer,
)
from tests.world import World

TODAY = date(2026, 10, 9)
UNTIL = date(2028, 10, 9)


def refused(error: DatabaseError) -> str:
    """What the database says: its own state, and the day alone."""
    assert getattr(error.orig, "sqlstate", "") == "ZS021"
    refusal = licensing.refusal_of(error)
    assert refusal is not None
    assert refusal.article == "21"
    return str(refusal.detail["barred_until"])


async def test_a_bar_voids_every_certificate_and_refuses_every_application_in_every_tenant(world: World) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    mine = await certificate(world, OFFICE, here)
    held = await certificate(world, OTHER_OFFICE, there, status="suspended", suspended_until=date(2026, 12, 1))
    old = await certificate(world, OTHER_OFFICE, there, status="returned")
    other_department = await world.organ(OTHER)
    async with world.work(OTHER_OFFICE) as work:
        pending = [
            application_row(there, other_department, state="approved"),
            application_row(there, other_department, kind="supervision"),
        ]
        done = application_row(there, other_department, state="issued", applied_on=date(2024, 5, 1))
        done.decided_at = datetime(2024, 5, 2, tzinfo=SHANGHAI)
        work.session.add_all([*pending, done])
    async with world.work(COUNTY) as work:
        bar = bar_row(work, here, TODAY, UNTIL)
        work.session.add(bar)
    async with world.work(OFFICE) as work:
        row = (await work.session.scalars(select(Certificate).where(Certificate.id == mine.id))).one()
        assert (row.status, row.cancelled_by_bar, row.barred_until) == ("cancelled", bar.id, UNTIL)
        assert (row.status_before, row.status_article) == ("valid", "21")
    async with world.work(OTHER_OFFICE) as work:
        rows = (await work.session.scalars(select(Certificate).where(Certificate.officer_id == there.id))).all()
        assert {r.id: r.status for r in rows} == {held.id: "cancelled", old.id: "returned"}
        found = (await work.session.scalars(select(LicenceApplication))).all()
        assert {r.id: (r.state, r.barred_until) for r in found} == {
            pending[0].id: ("refused", UNTIL),
            pending[1].id: ("refused", UNTIL),
            done.id: ("issued", None),
        }


@pytest.mark.parametrize(
    ("values", "passes"),
    [
        ({}, False),
        ({"status": "suspended", "suspended_until": date(2026, 12, 1)}, False),
        ({"issued_on": date(2028, 10, 9), "valid_from": date(2028, 10, 10), "valid_until": date(2033, 10, 9)}, False),
        ({"issued_on": date(2028, 10, 10), "valid_from": date(2028, 10, 10), "valid_until": date(2033, 10, 9)}, True),
        ({"valid_until": date(2026, 10, 8)}, True),
        ({"valid_until": date(2026, 10, 9)}, False),
        ({"status": "expired"}, True),
        ({"status": "returned"}, True),
    ],
)
async def test_no_certificate_is_valid_on_a_barred_day(world: World, values: dict[str, object], passes: bool) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    await cancel(world, COUNTY, here)
    if passes:
        await certificate(world, OTHER_OFFICE, there, **values)
        return
    with pytest.raises(DatabaseError) as caught:
        await certificate(world, OTHER_OFFICE, there, **values)
    assert refused(caught.value) == "2028-10-09"
    assert "建司资取" not in str(caught.value.orig)


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        ("status = 'valid'", False),
        ("status = 'suspended', suspended_until = '2026-12-01'", False),
        ("status = 'returned'", True),
        ("valid_until = '2040-01-01'", True),
        ("valid_until = '2040-01-01', status = 'valid'", False),
        ("valid_from = '2028-10-10', valid_until = '2029-01-01', issued_on = '2028-10-10', status = 'valid'", True),
    ],
)
@pytest.mark.parametrize("role", ["application", "superuser"])
async def test_no_certificate_becomes_valid_again_whoever_changes_it(
    world: World, superuser: Superuser, change: str, passes: bool, role: str
) -> None:
    file = await officer(world, OFFICE, citizen_id())
    row = await certificate(world, OFFICE, file)
    await cancel(world, COUNTY, file)
    statement = f"update certificate set {change} where id = :id"

    async def run() -> None:
        if role == "superuser":
            await superuser(statement, id=row.id)
            return
        async with world.work(OFFICE) as work:
            await work.session.execute(text(statement), {"id": row.id})

    if passes:
        await run()
        return
    with pytest.raises(DatabaseError) as caught:
        await run()
    assert refused(caught.value) == "2028-10-09"


@pytest.mark.parametrize("state", ["applied", "checked", "approved", "issued"])
async def test_no_application_is_made_or_granted_on_a_barred_day(world: World, state: str) -> None:
    file = await officer(world, OTHER_OFFICE, citizen_id())
    await cancel(world, OTHER, file)
    department = await world.organ(OTHER)
    for applied_on in (date(2026, 10, 1), TODAY, UNTIL):
        row = application_row(file, department, state=state, applied_on=applied_on)
        row.decided_at = datetime(2026, 10, 12, tzinfo=SHANGHAI)
        with pytest.raises(DatabaseError) as caught:
            async with world.work(OTHER_OFFICE) as work:
                work.session.add(row)
        assert refused(caught.value) == "2028-10-09"
    async with world.work(OTHER_OFFICE) as work:
        after = application_row(file, department, state=state, applied_on=date(2028, 10, 10))
        after.decided_at = datetime(2028, 10, 12, tzinfo=SHANGHAI)
        work.session.add(after)


async def test_a_refused_application_does_not_come_back_by_a_statement(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    async with world.work(OFFICE) as work:
        work.session.add(application_row(file, await world.organ(COUNTY)))
    await cancel(world, COUNTY, file)
    with pytest.raises(DatabaseError) as caught:
        async with world.work(OFFICE) as work:
            await work.session.execute(text("update licence_application set state = 'approved'"))
    refused(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        "barred_until = '2027-01-01'",
        "barred_until = '2026-10-08', effective_on = '2024-10-08'",
        "effective_on = '2020-01-01', barred_until = '2022-01-01'",
        "citizen_hash = '\\x00'",
        "organ_id = gen_random_uuid()",
        "lifted_on = '2028-10-09', lifted_kind = 'run_out'",
        "lifted_on = '2027-01-01', lifted_kind = 'run_out'",
        "lifted_on = '2026-10-08', lifted_kind = 'set_aside', lifted_note = '试'",
        "lifted_on = '2026-10-09', lifted_kind = 'set_aside'",
        "lifted_kind = 'set_aside'",
    ],
)
async def test_a_bar_is_neither_shortened_nor_lifted_before_its_time(
    world: World, superuser: Superuser, change: str
) -> None:
    file = await officer(world, OFFICE, citizen_id())
    bar = await cancel(world, COUNTY, file)
    with pytest.raises(DatabaseError):
        await superuser(f"update qualification_bar set {change} where id = :id", id=bar.id)
    with pytest.raises(DatabaseError):
        async with world.work(COUNTY) as work:
            await work.session.execute(text(f"update qualification_bar set {change} where id = :id"), {"id": bar.id})


@pytest.mark.parametrize(
    "statement",
    ["delete from qualification_bar", "truncate qualification_bar", "truncate qualification_bar cascade"],
)
async def test_a_bar_is_never_deleted(world: World, superuser: Superuser, statement: str) -> None:
    file = await officer(world, OFFICE, citizen_id())
    bar = await cancel(world, COUNTY, file)
    with pytest.raises(DatabaseError):
        await superuser(statement)
    async with world.work(COUNTY) as work:
        assert await work.session.get(QualificationBar, (work.city_id, bar.id)) is not None


@pytest.mark.parametrize("until", [date(2028, 10, 8), date(2028, 10, 10), date(2030, 10, 9)])
async def test_a_bar_of_another_length_is_refused(world: World, until: date) -> None:
    file = await officer(world, OFFICE, citizen_id())
    with pytest.raises(IntegrityError):
        async with world.work(COUNTY) as work:
            work.session.add(bar_row(work, file, TODAY, until))


async def test_noting_that_a_bar_ran_out_opens_nothing(world: World, superuser: Superuser) -> None:
    """The mark is a record: whoever sets it, with whatever day, the barred days stay barred."""
    file = await officer(world, OFFICE, citizen_id())
    bar = await cancel(world, COUNTY, file)
    await superuser(
        "update qualification_bar set lifted_on = '2028-10-10', lifted_kind = 'run_out' where id = :id", id=bar.id
    )
    with pytest.raises(DatabaseError) as caught:
        await certificate(world, OFFICE, file)
    assert refused(caught.value) == "2028-10-09"


async def test_the_person_of_a_certificate_is_that_of_the_file(world: World) -> None:
    """No certificate escapes a bar under another hash, and no file changes its identity under a certificate."""
    file = await officer(world, OFFICE, citizen_id())
    stranger = await officer(world, OFFICE, citizen_id())
    row = certificate_row(file)
    row.citizen_hash = stranger.citizen_hash
    with pytest.raises(IntegrityError):
        async with world.work(OFFICE) as work:
            work.session.add(row)
    await certificate(world, OFFICE, file)
    with pytest.raises(IntegrityError):
        async with world.work(OFFICE) as work:
            await work.session.execute(
                text("update officer set citizen_hash = '\\x01' where id = :id"), {"id": file.id}
            )


async def test_the_question_is_answered_for_ones_own_officers_alone(world: World) -> None:
    """A hash from elsewhere gets no answer, and an answer is one date."""
    number = citizen_id()
    here = await officer(world, OFFICE, number)
    await cancel(world, COUNTY, here)
    query = text("select guard.bar_until(:hash, '2026-10-09', '2026-10-09', false)")
    async with world.work(OTHER) as work:
        assert await work.session.scalar(query, {"hash": here.citizen_hash}) is None
    await officer(world, OTHER_OFFICE, number)
    for organ in (OTHER, OTHER_OFFICE):
        async with world.work(organ) as work:
            assert await work.session.scalar(query, {"hash": here.citizen_hash}) == UNTIL
            assert (await work.session.scalars(select(QualificationBar))).all() == []


async def test_only_the_department_that_cancelled_learns_where_the_person_has_files(world: World) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    bar = await cancel(world, COUNTY, here)
    query = text("select organ_id from guard.barred_files(:bar)")
    async with world.work(COUNTY) as work:
        assert set(await work.session.scalars(query, {"bar": bar.id})) == {here.organ_id, there.organ_id}
    for organ in (OTHER, OFFICE, "市司法局"):
        async with world.work(organ) as work:
            assert (await work.session.scalars(query, {"bar": bar.id})).all() == []


async def test_the_jobs_functions_answer_the_system_alone(world: World) -> None:
    await officer(world, OFFICE, citizen_id())
    async with world.work(COUNTY) as work:
        for call in (
            "guard.bars_run_out('2099-01-01', 10)",
            "guard.pending_applications('00000000-0000-0000-0000-000000000000', 10)",
            "guard.suspensions_over('2099-01-01', 10)",
        ):
            assert (await work.session.execute(text(f"select * from {call}"))).all() == []
