"""Renamed, abolished, merged organs and explicit relations: with their day, for those who may, and lawfully."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.errors import Denied, Invalid, NotFound
from kernel.ids import new_id
from kernel.models import AuditEntry
from kernel.work import Work, open_work
from tenants.organs import changes, repository, service
from tenants.organs.directory import directory
from tenants.organs.errors import UnlawfulRelation
from tenants.organs.models import ExplicitRelation, Scope
from tenants.staff.models import Post
from tests.world import World

TODAY = date(2026, 10, 9)
LEADER = ("市司法局", "supervision_leader")


async def viewers(world: World, organ_id: UUID) -> set[UUID]:
    async with world.system() as work:
        return set(await work.session.scalars(select(Scope.viewer_id).where(Scope.organ_id == organ_id)))


async def last_audit(work: Work, action: str) -> AuditEntry:
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq.desc()).limit(1)
    return (await work.session.scalars(query)).one()


async def test_a_renamed_organ_keeps_its_history_and_identity(world: World) -> None:
    water = await world.organ("建安区水利局")
    async with world.work(*LEADER) as work:
        await changes.rename(work, water, "许昌市建安区水务局", "建安区水务局", TODAY)
    async with world.system() as work:
        tree = await directory(work)
        assert (tree.name(water), tree.short(water)) == ("许昌市建安区水务局", "建安区水务局")
        assert tree.get(water).former_names == ["许昌市建安区水利局（2026-10-09更名）"]
    async with world.work(*LEADER) as work:
        entry = await last_audit(work, "rename_organ")
        assert entry.title == "登记更名：许昌市建安区水利局更名为许昌市建安区水务局"
        assert (entry.subject_id, entry.rule_id) == (water, "organ-changes")
        assert entry.detail["on"] == "2026-10-09"


@pytest.mark.parametrize(
    ("name", "days", "field", "says"),
    [
        ("", 0, "new_name", "必填"),
        ("很" * 61, 0, "new_name", "不能超过60个字"),
        ("=许昌市水务局", 0, "new_name", "公式"),
        ("许昌市水利局", 0, "new_name", "相同"),
        ("许昌市司法局", 0, "new_name", "已有同名单位"),
        ("许昌市水务局", 1, "on", "不能晚于今天"),
    ],
)
async def test_a_wrong_name_is_refused(world: World, name: str, days: int, field: str, says: str) -> None:
    water = await world.organ("市水利局")
    async with world.system() as work:
        with pytest.raises(Invalid, match=says) as refused:
            await changes.rename(work, water, name, "市水务局", TODAY + timedelta(days))
        assert refused.value.field == field


async def test_after_a_merger_the_records_are_read_by_the_successor_s_readers(world: World) -> None:
    """From the day of the merger on, and not before, although it was recorded ahead."""
    sports, education, justice = [await world.organ(n) for n in ("市体育局", "市教育局", "市司法局")]
    person = await world.actor(*LEADER)
    async with open_work(world.database, city_id=world.city_id, organ_id=sports) as work:
        post = Post(
            city_id=world.city_id, id=new_id(), organ_id=sports, person_id=person.person_id,
            person_name="某某", title="联络员", kind="concurrent", roles=["contact"], valid_from=TODAY,
        )  # fmt: skip
        work.session.add(post)
    before = await viewers(world, sports)
    assert education not in before
    async with world.work(*LEADER) as work:
        await changes.merge(work, [sports], education, TODAY + timedelta(5))
    assert await viewers(world, sports) == before

    async def readable() -> bool:
        async with open_work(world.database, city_id=world.city_id, organ_id=education) as work:
            return await work.session.get(Post, (world.city_id, post.id)) is not None

    assert not await readable()
    await world.set_clock("2026-10-14 00:10")
    async with world.system() as work:
        await service.rebuild_scope(work)
        tree = await directory(work)
        assert tree.supervision.supervisors_of(sports) == []
        assert sports not in {o.id for o in tree.search("体育局", 99)}
    assert {sports, education, justice} <= await viewers(world, sports)
    assert await viewers(world, sports) == {sports, *await viewers(world, education)}
    assert await readable()


async def test_a_merger_of_several_is_done_whole_or_not_at_all(world: World) -> None:
    sports, justice, education = [await world.organ(n) for n in ("市体育局", "市司法局", "市教育局")]
    async with world.work(*LEADER) as work:
        with pytest.raises(Invalid, match="行政执法监督机构，本级政府存续期间不能撤销") as refused:
            await changes.merge(work, [sports, justice], education, TODAY)
        assert refused.value.article == "5"
    async with world.system() as work:
        assert (await directory(work)).get(sports).ended_on is None


async def test_two_districts_become_one_with_one_supervision_body(world: World) -> None:
    """Governments first, their justice departments after them, in one transaction."""
    names = ("魏都区政府", "建安区政府", "魏都区司法局", "建安区司法局")
    weidu, jianan, weidu_justice, jianan_justice = [await world.organ(n) for n in names]
    water = await world.organ("建安区水利局")
    async with world.system() as work:
        await changes.merge(work, [jianan], weidu, TODAY)
        assert (await directory(work)).supervision_body_of(weidu) == weidu_justice
        await changes.merge(work, [jianan_justice], weidu_justice, TODAY)
    async with world.system() as work:
        tree = await directory(work)
        assert tree.supervision_body_of(weidu) == weidu_justice
        level = tree.supervision.supervisors_of(water)[0]
        assert (level.supervisor_id, level.kind, level.through_id) == (weidu, "level", weidu_justice)
    assert weidu_justice in await viewers(world, water)
    assert weidu_justice in await viewers(world, jianan_justice)


@pytest.mark.parametrize(
    ("ended", "heir", "says"),
    [
        ("市水利局", "建安区司法局尚集司法所", "单位类型不同"),
        ("市水利局", "市水利局", "不能是本单位"),
        ("市水利局", None, "请填承接单位"),
        ("建安区政府", "许昌市政府", "同级人民政府"),
        ("市水利局", "建安区政府", "单位类型不同"),
    ],
)
async def test_an_end_that_leaves_something_hanging_is_refused(
    world: World, ended: str, heir: str | None, says: str
) -> None:
    async with world.system() as work:
        tree = await directory(work)
        offices = [o.id for o in tree.organs.values() if o.kind == "judicial_office"]
        heir_id = None if heir is None else offices[0] if "司法所" in heir else await world.organ(heir)
        with pytest.raises(Invalid, match=says):
            await changes.abolish(work, await world.organ(ended), TODAY, heir_id)


async def test_an_organ_ends_once_and_not_into_one_that_ended(world: World) -> None:
    sports, education, water = [await world.organ(n) for n in ("市体育局", "市教育局", "市水利局")]
    async with world.system() as work:
        await changes.abolish(work, sports, TODAY, education)
        with pytest.raises(Invalid, match="不能再次撤销"):
            await changes.abolish(work, sports, TODAY, water)
        with pytest.raises(Invalid, match="不存在"):
            await changes.abolish(work, water, TODAY, sports)
        with pytest.raises(Invalid, match="不能更名"):
            await changes.rename(work, sports, "许昌市全民健身局", "", TODAY)
        with pytest.raises(NotFound):
            await changes.abolish(work, new_id(), TODAY, None)


async def test_an_explicit_relation_holds_on_its_days_alone(world: World) -> None:
    city, town = await world.organ("许昌市政府"), await world.organ("尚集镇政府")
    async with world.work(*LEADER) as work:
        added = await changes.add_relation(
            work, city, town, "level", article="2(4)", valid_from=date(2026, 11, 1), valid_to=date(2027, 1, 1),
            note="省政府文件明确由市级监督",
        )  # fmt: skip
        entry = await last_audit(work, "add_relation")
        assert (entry.article, entry.rule_id) == ("2(4)", "relation-manage")

    async def holds(local: str) -> bool:
        await world.set_clock(f"{local} 09:00")
        async with world.system() as work:
            return bool((await directory(work)).supervision.between(city, town))

    days = ("2026-10-31", "2026-11-01", "2026-12-31", "2027-01-01")
    assert [await holds(day) for day in days] == [False, True, True, False]
    await world.set_clock("2026-11-10 09:00")
    async with world.work(*LEADER) as work:
        with pytest.raises(Invalid, match="日期重叠"):
            await changes.add_relation(work, city, town, "level", article="2(4)", valid_from=date(2026, 12, 1))
        await changes.end_relation(work, added.id, date(2026, 12, 1))
        with pytest.raises(Invalid, match="已于2026年12月1日截止"):
            await changes.end_relation(work, added.id, date(2026, 12, 15))
    assert not await holds("2026-12-01")
    assert await holds("2026-11-30")


@pytest.mark.parametrize(
    ("one", "kind", "other", "article", "says"),
    [
        ("尚集镇政府", "level", "建安区水利局", "2", "不是县级以上政府"),
        ("市水利局", "level", "建安区水利局", "2", "县级以上人民政府实施"),
        ("许昌市政府", "vertical", "建安区水利局", "2(3)", "不是垂直管理"),
        ("市水利局", "line", "建安区司法局", "2(2)", "没有共同的业务条线"),
        ("市水利局", "assist", "尚集镇政府", "5", "只有司法所"),
        ("许昌市政府", "internal", "尚集镇政府", "2", "可登记的监督关系类型"),
    ],
)
async def test_an_unlawful_relation_is_refused_with_its_article(
    world: World, one: str, kind: str, other: str, article: str, says: str
) -> None:
    async with world.system() as work:
        with pytest.raises(UnlawfulRelation, match=says) as refused:
            await changes.add_relation(
                work, await world.organ(one), await world.organ(other), kind, article="2(4)", valid_from=TODAY
            )
        assert refused.value.article == article
    async with world.system() as work:
        assert len(await repository.all_relations(work)) == 1


async def test_what_the_tree_gives_already_and_days_that_do_not_fit_are_refused(world: World) -> None:
    city, department, town = [await world.organ(n) for n in ("许昌市政府", "市水利局", "尚集镇政府")]
    async with world.system() as work:
        with pytest.raises(Invalid, match="已由规定直接确定"):
            await changes.add_relation(work, city, department, "level", article="2(4)", valid_from=TODAY)
        with pytest.raises(Invalid, match="截止日期应晚于起始日期"):
            await changes.add_relation(work, city, town, "level", article="2(4)", valid_from=TODAY, valid_to=TODAY)
        with pytest.raises(Invalid, match="不是条款代号"):
            await changes.add_relation(work, city, town, "level", article="某条", valid_from=TODAY)


async def test_only_the_city_s_justice_leader_and_the_system_change_the_tree(world: World) -> None:
    water, city, town = [await world.organ(n) for n in ("建安区水利局", "许昌市政府", "尚集镇政府")]
    for organ, role in (("建安区司法局", "supervision_leader"), ("市司法局", "supervisor"), ("建安区司法局", None)):
        async with world.work(organ, role) as work:
            with pytest.raises(Denied):
                await changes.rename(work, water, "许昌市建安区水务局", "", TODAY)
            with pytest.raises(Denied):
                await changes.merge(work, [water], await world.organ("建安区农业农村局"), TODAY)
            with pytest.raises(Denied):
                await changes.add_relation(work, city, town, "level", article="2(4)", valid_from=TODAY)


async def test_the_next_transaction_sees_a_new_tree_and_a_rolled_back_one_nobody(world: World) -> None:
    water = await world.organ("市水利局")
    async with world.system() as work:
        await changes.rename(work, water, "许昌市水务局", "市水务局", TODAY)
        assert (await directory(work)).short(water) == "市水务局"
        async with world.system() as other:
            assert (await directory(other)).short(water) == "市水利局"
        await work.session.rollback()
    async with world.system() as work:
        unchanged = await directory(work)
        assert unchanged.short(water) == "市水利局"
    async with world.system() as work:
        assert await directory(work) is unchanged
        await changes.rename(work, water, "许昌市水务局", "市水务局", TODAY)
    async with world.system() as work:
        assert (await directory(work)).short(water) == "市水务局"
        assert await work.session.scalar(select(ExplicitRelation.article)) == "2(4)"
