"""From the application to the certificate, through the services, in the tenancies of organ and department."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.models import AuditEntry
from supervision.deadlines.models import Notice
from supervision.licensing import service as licensing
from supervision.licensing.commands import ApplyInput
from supervision.licensing.models import LicenceApplication
from tenants.registers.models import Certificate, Officer
from tests.supervision.licensing.people import (
    COUNTY,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    apply,
    cancel,
    certificate,
    citizen_id,
    issued,
    officer,
    statuses,
)
from tests.world import World


async def test_the_whole_way_from_the_application_to_the_certificate(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    first = await issued(world, OFFICE, COUNTY, file)
    assert (first.status, first.valid_from, first.valid_until) == ("valid", date(2026, 10, 9), date(2031, 10, 8))
    assert first.number == "建司执法证〔2026〕1号"
    assert first.issuer_id == await world.organ(COUNTY)
    second = await issued(world, OFFICE, COUNTY, await officer(world, OFFICE, citizen_id()))
    assert second.number == "建司执法证〔2026〕2号"
    async with world.work(OFFICE) as work:
        notices = (await work.session.scalars(select(Notice.title).where(Notice.kind == "decision"))).all()
        assert f"甄别名的行政执法证已制发：{first.number}" in notices
        entries = (await work.session.scalars(select(AuditEntry.action))).all()
        assert {"apply_licence", "look_up_bar", "issue_certificate"} <= set(entries)
    async with world.work(COUNTY) as work:
        entries = (await work.session.scalars(select(AuditEntry.action))).all()
        assert {"check_licence", "approve_licence", "issue_certificate", "look_up_bar"} <= set(entries)


async def test_bodies_of_every_kind_apply_at_the_department_of_their_level(world: World) -> None:
    for organ, department in (
        ("建安区烟草专卖局", COUNTY),
        ("尚集镇政府", COUNTY),
        ("市水利局", "市司法局"),
    ):
        file = await officer(world, organ, citizen_id())
        async with world.work(organ, "organ_head") as work:
            row = await licensing.apply(work, ApplyInput(officer_id=file.id, kind="enforcement", purpose="first"))
        assert row.department_id == await world.organ(department), organ
        async with world.work(department, "supervisor") as work:
            assert (await licensing.check(work, row.id)).state == "checked"


async def test_nobody_approves_what_he_applied_for_or_checked(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    application_id = await apply(world, OFFICE, file)
    async with world.work(COUNTY, "supervision_leader") as work:
        await licensing.check(work, application_id)
    with pytest.raises(Denied, match="审查人"):
        async with world.work(COUNTY, "supervision_leader") as work:
            await licensing.approve(work, application_id)
    with pytest.raises(Denied, match="负责人"):
        async with world.work(COUNTY, "supervisor") as work:
            await licensing.approve(work, application_id)
    async with world.work(COUNTY, "supervision_leader", 1) as work:
        await licensing.approve(work, application_id)


async def test_the_holder_himself_decides_nothing_about_his_certificate(world: World) -> None:
    leader = await world.actor(COUNTY, "supervision_leader")
    file = await officer(world, COUNTY, citizen_id(), kinds=("supervision",))
    async with world.work(COUNTY) as work:
        await work.session.execute(update(Officer).where(Officer.id == file.id).values(person_id=leader.person_id))
    async with world.work(COUNTY, "supervisor") as work:
        row = await licensing.apply(work, ApplyInput(officer_id=file.id, kind="supervision", purpose="first"))
    with pytest.raises(Denied):
        async with world.work(COUNTY, "supervision_leader") as work:
            await licensing.check(work, row.id)


async def test_strangers_get_the_same_404_as_for_nothing(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    application_id = await apply(world, OFFICE, file)
    for organ, role in ((OTHER, "supervision_leader"), (OTHER_OFFICE, "contact")):
        for call in (licensing.application, licensing.check, licensing.approve, licensing.issue, licensing.withdraw):
            with pytest.raises(NotFound):
                async with world.work(organ, role) as work:
                    await call(work, application_id)
    with pytest.raises(NotFound):
        async with world.work(OTHER_OFFICE, "contact") as work:
            await licensing.apply(work, ApplyInput(officer_id=file.id, kind="enforcement", purpose="first"))


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"employment": "contract"}, "officer_id", "不是在编人员"),
        ({"left_on": date(2026, 9, 1)}, "officer_id", "不在岗"),
        ({"joined_on": date(2027, 1, 1)}, "officer_id", "不在岗"),
    ],
)
async def test_an_unmet_condition_is_named(world: World, change: dict[str, object], field: str, sentence: str) -> None:
    file = await officer(world, OFFICE, citizen_id())
    async with world.work(OFFICE) as work:
        await work.session.execute(update(Officer).where(Officer.id == file.id).values(**change))
    with pytest.raises(Invalid) as caught:
        await apply(world, OFFICE, file)
    assert [(e.field, sentence in e.message) for e in caught.value.errors] == [(field, True)]
    assert caught.value.article is not None


async def test_an_examination_is_needed_for_each_kind(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    with pytest.raises(Invalid, match="监督证资格考试没有合格记录"):
        await apply(world, OFFICE, file, kind="supervision")


async def test_wrong_input_is_named_to_its_field(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    async with world.work(OFFICE, "contact") as work:
        with pytest.raises(Invalid) as caught:
            await licensing.apply(work, ApplyInput(officer_id=file.id, kind="x", purpose="y", areas=("nowhere",)))
    assert [e.field for e in caught.value.errors] == ["kind", "purpose", "areas"]


async def test_one_application_for_a_certificate_at_a_time(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    application_id = await apply(world, OFFICE, file)
    with pytest.raises(IllegalTransition, match="正在办理"):
        await apply(world, OFFICE, file)
    async with world.work(OFFICE, "contact") as work:
        await licensing.withdraw(work, application_id)
    await apply(world, OFFICE, file)


async def test_renewal_from_six_months_before_the_end(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    old = await certificate(world, OFFICE, file, valid_until=date(2027, 6, 1))
    with pytest.raises(Invalid, match="2026-12-01起可以换发"):
        await apply(world, OFFICE, file, purpose="renewal")
    with pytest.raises(Invalid, match="已持有"):
        await apply(world, OFFICE, file)
    await world.set_clock("2026-12-01 09:00")
    new = await issued(world, OFFICE, COUNTY, file, purpose="renewal")
    assert (new.valid_from, new.valid_until) == (date(2026, 12, 1), date(2031, 11, 30))
    async with world.work(OFFICE) as work:
        row = (await work.session.scalars(select(Certificate).where(Certificate.id == old.id))).one()
        assert (row.status, row.status_reason) == ("returned", "到期换发，原证作废")


async def test_a_replacement_keeps_the_last_day(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    with pytest.raises(Invalid, match="首次申领"):
        await apply(world, OFFICE, file, purpose="replacement")
    await certificate(world, OFFICE, file, valid_until=date(2028, 5, 31))
    new = await issued(world, OFFICE, COUNTY, file, purpose="replacement")
    assert new.valid_until == date(2028, 5, 31)
    assert await statuses(world, file, OFFICE) == ["returned", "valid"]


async def test_what_changed_meanwhile_stops_the_next_step(world: World) -> None:
    file = await officer(world, OFFICE, citizen_id())
    application_id = await apply(world, OFFICE, file)
    async with world.work(COUNTY, "supervisor") as work:
        await licensing.check(work, application_id)
    async with world.work(OFFICE) as work:
        await work.session.execute(update(Officer).where(Officer.id == file.id).values(left_on=date(2026, 10, 1)))
    with pytest.raises(IllegalTransition, match="不符合持证条件"):
        async with world.work(COUNTY, "supervision_leader") as work:
            await licensing.approve(work, application_id)
    with pytest.raises(Stale):
        async with world.work(COUNTY, "supervision_leader") as work:
            await licensing.refuse(work, application_id, "人员已离岗", version=1)
    async with world.work(COUNTY, "supervision_leader") as work:
        row = await licensing.refuse(work, application_id, "人员已离岗")
        assert (row.state, row.reason) == ("refused", "人员已离岗")


async def test_a_cancellation_in_one_county_is_a_refusal_in_another(world: World) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    pending = await apply(world, OTHER_OFFICE, there)
    await certificate(world, OFFICE, here)
    await cancel(world, COUNTY, here)
    async with world.work(OTHER_OFFICE, "contact") as work:
        page = await licensing.application(work, pending)
    shown = page.application
    assert (shown.state, shown.barred_until, shown.reason_article) == ("refused", date(2028, 10, 9), "21")
    assert shown.refusal == "行政执法资格已被取消，至2028年10月9日（含当日）不得重新申领。"
    assert (shown.reason, shown.check_note, shown.decided_by_name, page.options, page.conditions) == (
        "",
        "",
        "",
        [],
        [],
    )
    with pytest.raises(Barred) as caught:
        await apply(world, OTHER_OFFICE, there)
    assert (caught.value.message, caught.value.article) == (shown.refusal, "21")
    assert caught.value.detail == {"barred_until": "2028-10-09"}
    await world.set_clock("2028-10-09 23:59")
    with pytest.raises(Barred):
        await apply(world, OTHER_OFFICE, there)
    await world.set_clock("2028-10-10 00:01")
    assert (await issued(world, OTHER_OFFICE, OTHER, there)).status == "valid"


async def test_nothing_of_the_decision_reaches_another_tenant(world: World) -> None:
    """Every row of the other county's organs is searched for the decision, its number and those who made it."""
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    await apply(world, OTHER_OFFICE, there)
    bar = await cancel(world, COUNTY, here)
    leader = await world.actor(COUNTY, "supervision_leader")
    for organ in (OTHER_OFFICE, OTHER):
        async with world.work(organ) as work:
            for model in (AuditEntry, Notice, Certificate, LicenceApplication, Officer):
                rows = (await work.session.scalars(select(model))).all()
                told = " ".join(str(vars(row)) for row in rows)
                for secret in (bar.decision_number, str(bar.decision_id), leader.name, str(leader.person_id)):
                    assert secret not in told, f"{organ} {model.__name__}: {secret}"
                assert model is not AuditEntry or str(leader.post_id) not in told


async def test_the_bars_list_is_the_departments_own(world: World) -> None:
    number = citizen_id()
    here, there = await officer(world, OFFICE, number), await officer(world, OTHER_OFFICE, number)
    await certificate(world, OTHER_OFFICE, there)
    await cancel(world, COUNTY, here)
    async with world.work(COUNTY, "supervision_leader") as work:
        mine = (await licensing.bars(work)).items
        assert [(b.person_name, b.decision_number, b.state) for b in mine] == [
            ("甄别名", "建司资取〔2026〕1号", "running")
        ]
    async with world.work(OTHER, "supervision_leader") as work:
        assert (await licensing.bars(work)).items == []
    async with world.work(OTHER_OFFICE, "contact") as work:
        seen = (await licensing.bars(work)).items
        assert [(b.barred_until, b.decision_number, b.effective_on) for b in seen] == [(date(2028, 10, 9), "", None)]
    with pytest.raises(Denied):
        async with world.work(COUNTY, "audit_admin") as work:
            await licensing.bars(work)
