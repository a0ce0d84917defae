"""Files: opened once a person and organ, changed, closed with the certificates, carried on elsewhere, kept apart."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.models import AuditEntry
from kernel.vault import vault
from tenants.registers import service as registers
from tenants.registers.commands import ExaminationInput, TrainingInput
from tenants.registers.models import Certificate, Examination, Officer, Training
from tenants.staff.models import Post
from tests.stories import BODY, SUPERVISED
from tests.tenants.registers.files import add, certify, citizen_id, entry, passed
from tests.world import World

OTHER = "建安区水利局"


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")


async def test_a_file_keeps_the_citizen_id_sealed_and_shows_a_mask(world: World) -> None:
    file = await add(world)
    assert file.citizen_mask == "4110************" + citizen_id()[-2:]
    assert citizen_id().encode() not in file.citizen_cipher
    assert vault().open(file.citizen_cipher) == citizen_id()
    async with world.work(SUPERVISED, "contact") as work:
        entries = (await work.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == file.id))).all()
        assert [e.action for e in entries] == ["add_officer"]
        assert citizen_id() not in str([(e.title, e.detail) for e in entries])


async def test_one_organ_keeps_one_file_of_a_person_and_another_organ_its_own(world: World) -> None:
    await add(world)
    with pytest.raises(Invalid) as refused:
        await add(world)
    assert refused.value.errors[0].field == "citizen_id"
    assert citizen_id() not in refused.value.message
    elsewhere = await add(world, organ=OTHER)
    assert elsewhere.organ_id == await world.organ(OTHER)


async def test_every_wrong_field_is_named_and_nothing_is_kept(world: World) -> None:
    wrong = entry(name="=1+1", citizen_id="411003199001010010", employment="boss", joined_on=date(2027, 1, 1))
    with pytest.raises(Invalid) as refused:
        async with world.work(SUPERVISED, "contact") as work:
            await registers.add_officer(work, wrong)
    assert [e.field for e in refused.value.errors] == ["name", "citizen_id", "employment", "joined_on"]
    async with world.work(SUPERVISED) as work:
        assert await work.session.scalar(text("select count(*) from officer")) == 0


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
async def test_administrators_see_no_file(world: World, role: str) -> None:
    file = await add(world, organ=SUPERVISED)
    async with world.work(BODY, role) as work:
        with pytest.raises(Denied) as refused:
            await registers.officer_view(work, file.id)
    assert refused.value.article == "规则:三员分立"


async def test_the_justice_department_reads_and_does_not_write_and_strangers_see_nothing(world: World) -> None:
    file = await add(world)
    async with world.work(BODY, "supervisor") as work:
        view = await registers.officer_view(work, file.id)
        assert view.citizen_mask.count("*") == 12
        assert set(view.may) == {"enter_training", "enter_examination", "unmask"}
        with pytest.raises(Denied):
            await registers.change_officer(work, file.id, entry())
    async with world.work(OTHER, "contact") as work:
        with pytest.raises(NotFound):
            await registers.officer_view(work, file.id)
    async with world.work("禹州市司法局", "supervisor") as work:
        with pytest.raises(NotFound):
            await registers.officer_view(work, file.id)


async def test_looks_at_a_file_and_at_the_number_are_audited_on_both_sides(world: World) -> None:
    file = await add(world)
    async with world.work(BODY, "supervisor") as work:
        await registers.officer_view(work, file.id)
        with pytest.raises(Invalid):
            await registers.citizen_id(work, file.id, "看")
        assert await registers.citizen_id(work, file.id, "核对申领材料") == citizen_id()
    for organ in (BODY, SUPERVISED):
        async with world.work(organ) as work:
            query = select(AuditEntry).where(
                AuditEntry.subject_id == file.id, AuditEntry.organ_id == work.organ_id, AuditEntry.action == "unmask"
            )
            found = (await work.session.scalars(query)).one()
            assert (found.detail["note"], found.article) == ("核对申领材料", "规则:个人信息保护")
            assert citizen_id() not in found.title
    async with world.work(BODY) as work:
        looks = select(AuditEntry).where(AuditEntry.subject_id == file.id, AuditEntry.action == "read_officer")
        assert len((await work.session.scalars(looks)).all()) == 1


async def test_the_citizen_id_is_not_changed_once_a_certificate_hangs_on_it(world: World) -> None:
    file = await add(world)
    async with world.work(SUPERVISED, "contact") as work:
        file = await registers.change_officer(work, file.id, entry(2))
    await certify(world, file)
    with pytest.raises(Invalid) as refused:
        async with world.work(SUPERVISED, "contact") as work:
            await registers.change_officer(work, file.id, entry(3))
    assert refused.value.article == "10(4)"
    async with world.work(SUPERVISED, "contact") as work:
        changed = await registers.change_officer(work, file.id, entry(3, citizen_id="", title="中队长"))
        assert changed.title == "中队长"


async def test_a_change_of_what_somebody_else_changed_is_refused(world: World) -> None:
    file = await add(world)
    async with world.work(SUPERVISED, "contact") as work:
        await registers.change_officer(work, file.id, entry(title="中队长"), version=1)
    async with world.work(SUPERVISED, "contact") as work:
        with pytest.raises(Stale):
            await registers.change_officer(work, file.id, entry(title="大队长"), version=1)


async def test_who_leaves_hands_the_certificates_back_and_his_posts_lose_them(world: World) -> None:
    actor = await world.actor(BODY, "supervisor")
    async with world.work(BODY, "supervision_leader") as work:
        file = await registers.add_officer(work, entry(name=actor.name, username="chen"))
        assert file.person_id == actor.person_id
    await certify(world, file, kind="supervision", number="豫监督证KTEST01")
    async with world.work(BODY) as work:
        post = await work.session.get(Post, (work.city_id, actor.post_id))
        assert post is not None
        assert (post.certificate_no, post.certificate_until) == ("豫监督证KTEST01", date(2029, 5, 20))
    async with world.work(BODY, "supervision_leader") as work:
        left = await registers.leave(work, file.id, date(2026, 10, 1), "退休")
        assert left.left_on == date(2026, 10, 1)
    async with world.work(BODY) as work:
        post = await work.session.get(Post, (work.city_id, actor.post_id))
        assert post is not None
        assert (post.certificate_no, post.certificate_until) == ("", None)
        held = (await work.session.scalars(select(Certificate))).one()
        assert (held.status, held.status_on, held.status_article) == ("returned", date(2026, 10, 1), "10(4)")
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(IllegalTransition):
            await registers.leave(work, file.id, date(2026, 10, 2), "再次退休")


async def test_posts_in_other_organs_follow_the_certificate(world: World) -> None:
    actor = await world.actor(BODY, "supervisor")
    away = await world.organ("市司法局")
    async with world.work("市司法局") as work:
        post = Post(
            city_id=work.city_id,
            id=new_id(),
            organ_id=away,
            person_id=actor.person_id,
            person_name=actor.name,
            title="监督人员（挂职）",
            kind="seconded",
            roles=["supervisor"],
            valid_from=date(2026, 1, 1),
        )
        work.session.add(post)
    async with world.work(BODY, "supervision_leader") as work:
        file = await registers.add_officer(work, entry(name=actor.name, username="chen"))
    certificate = await certify(world, file, kind="supervision", number="豫监督证KTEST02")
    async with world.work("市司法局") as work:
        seen = await work.session.get(Post, (work.city_id, post.id))
        assert seen is not None
        assert seen.certificate_no == "豫监督证KTEST02"
    async with world.work(BODY) as work:
        row = await work.session.get(Certificate, (work.city_id, certificate.id))
        assert row is not None
        row.status = "suspended"
        await registers.project_to_posts(work, file)
    async with world.work("市司法局") as work:
        seen = await work.session.get(Post, (work.city_id, post.id))
        assert seen is not None
        assert seen.certificate_no == ""


async def test_a_number_that_came_from_elsewhere_is_left_alone(world: World) -> None:
    actor = await world.actor(BODY, "supervisor")
    async with world.work(BODY, "supervision_leader") as work:
        file = await registers.add_officer(work, entry(name=actor.name, username="chen"))
        assert await registers.project_to_posts(work, file) == 0
        post = await work.session.get(Post, (work.city_id, actor.post_id))
        assert post is not None
        assert post.certificate_no


async def test_an_account_is_tied_to_its_own_person_only(world: World) -> None:
    wrong: tuple[dict[str, Any], ...] = ({"name": "别人", "username": "chen"}, {"name": "陈明远", "username": "nobody"})
    for changes in wrong:
        with pytest.raises(Invalid) as refused:
            async with world.work(BODY, "supervision_leader") as work:
                await registers.add_officer(work, entry(**changes))
        assert refused.value.errors[0].field == "username"
    async with world.work(BODY, "supervision_leader") as work:
        await registers.add_officer(work, entry(name="陈明远", username="chen"))
    with pytest.raises(Invalid):
        async with world.work(BODY, "supervision_leader") as work:
            await registers.add_officer(work, entry(2, name="陈明远", username="chen"))


async def test_a_transfer_closes_here_and_carries_on_there_with_what_was_learned(world: World) -> None:
    file = await add(world)
    await passed(world, file.id)
    async with world.work(SUPERVISED, "contact") as work:
        await registers.add_training(work, file.id, hours(40))
    await certify(world, file)
    there = await world.organ(OTHER)
    async with world.work(SUPERVISED, "contact") as work:
        await registers.transfer(work, file.id, there, date(2026, 10, 1), "工作调动")
    async with world.work(OTHER, "contact") as work:
        moved = (await work.session.scalars(select(Officer).where(Officer.organ_id == there))).one()
        view = await registers.officer_view(work, moved.id)
        assert (view.name, view.joined_on, view.hours.done) == ("冯志强", date(2026, 10, 1), 40)
        assert [e.passed for e in view.examinations] == [True]
        assert view.certificates == []
        assert vault().open(moved.citizen_cipher) == citizen_id()
    async with world.work(SUPERVISED, "contact") as work:
        old = await registers.officer_view(work, file.id)
        assert old.left_on == date(2026, 10, 1)
        assert [c.status for c in old.certificates] == ["returned"]


async def test_there_and_back_again_counts_hours_once(world: World) -> None:
    file = await add(world)
    async with world.work(SUPERVISED, "contact") as work:
        await registers.add_training(work, file.id, hours(40))
    here, there = await world.organ(SUPERVISED), await world.organ(OTHER)
    async with world.work(SUPERVISED, "contact") as work:
        await registers.transfer(work, file.id, there, date(2026, 9, 1), "工作调动")
    async with world.work(OTHER, "contact") as work:
        moved = (await work.session.scalars(select(Officer).where(Officer.organ_id == there))).one()
        await registers.transfer(work, moved.id, here, date(2026, 10, 1), "回原单位")
    async with world.work(SUPERVISED, "contact") as work:
        view = await registers.officer_view(work, file.id)
        assert (view.left_on, view.joined_on, view.hours.done) == (None, date(2026, 10, 1), 40)


async def test_a_transfer_tells_nothing_about_the_other_register(world: World) -> None:
    await add(world, organ=OTHER)
    file = await add(world)
    there = await world.organ(OTHER)
    async with world.work(SUPERVISED, "contact") as work:
        answer = await registers.transfer(work, file.id, there, date(2026, 10, 1), "工作调动")
        assert answer.left_on == date(2026, 10, 1)
    async with world.work(OTHER) as work:
        own = (await work.session.scalars(select(Officer).where(Officer.organ_id == there))).one()
        assert own.joined_on == date(2020, 3, 1)


def hours(number: int, held_on: date = date(2026, 4, 15), note: str = "") -> TrainingInput:
    return TrainingInput(held_on=held_on, subject="行政处罚法培训", provider="区司法局", hours=number, note=note)


async def test_hours_are_corrected_by_another_row_and_never_below_nothing(world: World) -> None:
    file = await add(world)
    async with world.work(SUPERVISED, "contact") as work:
        await registers.add_training(work, file.id, hours(16))
        await registers.add_training(work, file.id, hours(-6, note="多登记了6学时"))
        for wrong in (hours(-11, note="再扣"), hours(-1), hours(0), hours(5, date(2026, 12, 1))):
            with pytest.raises(Invalid):
                await registers.add_training(work, file.id, wrong)
        view = await registers.officer_view(work, file.id)
        assert (view.hours.done, view.hours.required, view.hours.missing) == (10, 60, 50)
        assert len(view.trainings) == 2
    from sqlalchemy.exc import ProgrammingError

    with pytest.raises(ProgrammingError):
        async with world.work(SUPERVISED) as work:
            await work.session.execute(text("update training set hours = 60"))


async def test_the_body_that_held_the_examination_enters_it_in_the_organs_register(world: World) -> None:
    file = await add(world)
    async with world.work(BODY, "supervisor") as work:
        paper = ExaminationInput(kind="enforcement", held_on=date(2026, 9, 1), passed=True, score=88)
        row = await registers.add_examination(work, file.id, paper)
        assert row.organ_id == file.organ_id
        await registers.add_training(work, file.id, hours(8))
    async with world.work(SUPERVISED) as work:
        assert await work.session.scalar(select(Examination.passed)) is True
        assert await work.session.scalar(select(Training.hours)) == 8


async def test_the_officer_reads_his_own_file_and_nobody_elses(world: World) -> None:
    lone = await world.actor(BODY, "supervisor", 1)
    async with world.work(BODY, "supervision_leader") as work:
        await registers.add_officer(work, entry(name=lone.name, username="liu"))
        await registers.add_officer(work, entry(2, name="无账号"))
    async with world.work(BODY, "supervisor", 1) as work:
        mine = await registers.my_file(work)
        assert mine is not None
        assert (mine.name, mine.may) == (lone.name, [])
    async with world.work(BODY, "supervisor", 2) as work:
        assert await registers.my_file(work) is None


async def test_what_the_rules_say_of_an_officer_is_on_his_file(world: World) -> None:
    file = await add(world, employment="contract")
    async with world.work(SUPERVISED, "contact") as work:
        view = await registers.officer_view(work, file.id)
    failing = [r for r in view.eligible["enforcement"] if not r.holds]
    assert [(r.rule, r.article) for r in failing] == [
        ("establishment", "河南省行政执法条例:21"),
        ("examination", "河南省行政执法条例:20"),
    ]
