"""The supervision plan: versions, who makes and approves it, progress from matters, what others see (Arts. 5, 11)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import ProgrammingError

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from supervision.plans import service as plans
from supervision.plans.commands import ItemInput
from supervision.plans.models import PlanActivity, PlanItem, PlanLink, SupervisionPlan
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

OTHER_BODY = "禹州市司法局"
ITEM = ItemInput("special", "城市管理领域占道经营执法", "建安区城市管理局", 3, 6, "执法监督股", 2)
SECOND = ItemInput("file_review", "行政处罚案卷评查", "区直各部门", 9, 10, "执法监督股", 1)


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-03-02 09:00")


async def drafted(world: World, *items: ItemInput) -> UUID:
    async with world.work(BODY, "supervisor") as work:
        plan = await plans.start(work, 2026)
        await plans.save(work, plan.id, items or (ITEM, SECOND))
        return plan.id


async def issued(world: World) -> UUID:
    plan_id = await drafted(world)
    async with world.work(BODY, "supervision_leader") as work:
        await plans.approve(work, plan_id)
        await plans.publish(work, plan_id)
    return plan_id


async def test_made_approved_issued_and_then_fixed(world: World) -> None:
    plan_id = await drafted(world)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied):
            await plans.approve(work, plan_id)
        with pytest.raises(IllegalTransition, match="已经编制"):
            await plans.start(work, 2026)
        with pytest.raises(Invalid):
            await plans.start(work, 2040)
    async with world.work(BODY, "supervision_leader") as work:
        await plans.save(work, plan_id, (ITEM,))
        with pytest.raises(Denied, match="编制人"):
            await plans.approve(work, plan_id)
    async with world.work(BODY, "supervision_leader", 1) as work:
        await plans.approve(work, plan_id)
        await plans.publish(work, plan_id)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition):
            await plans.save(work, plan_id, (ITEM,))
        page = await plans.plan(work, plan_id)
    assert page.plan.title.endswith("2026年度行政执法监督计划")
    assert (page.planned, page.started, page.closed) == (2, 0, 0)


async def test_the_database_keeps_the_items_of_an_issued_plan(world: World) -> None:
    plan_id = await issued(world)
    async with world.work(BODY) as work:
        gone = await work.session.execute(delete(PlanItem).where(PlanItem.plan_id == plan_id).returning(PlanItem.id))
        assert gone.all() == []
        row = PlanItem(
            city_id=work.city_id, organ_id=work.organ_id, plan_id=plan_id, item_key=plan_id, no=9, mode="special",
            field="后来添加", organ_ids=[], area="全区", from_month=1, until_month=2, office="股", planned=1,
        )  # fmt: skip
        work.session.add(row)
        with pytest.raises(ProgrammingError, match="row-level security"):
            await work.session.flush()
        await work.session.rollback()


async def test_a_change_is_a_new_version_with_its_reason_and_keeps_the_matters(world: World) -> None:
    plan_id = await issued(world)
    matter = await stories.propose_matter(world)
    async with world.work(BODY, "supervisor") as work:
        key = (await plans.plan(work, plan_id)).items[0].item_key
        await plans.link(work, key, matter_id=matter.id)
        with pytest.raises(Invalid):
            await plans.revise(work, plan_id, " ")
        new = await plans.revise(work, plan_id, "增加重点领域。")
        with pytest.raises(IllegalTransition):
            await plans.revise(work, plan_id, "再次调整。")
        with pytest.raises(Invalid, match="不一致"):
            await plans.save(work, new.id, (replace(ITEM, item_key=plan_id),))
        await plans.save(work, new.id, (replace(ITEM, item_key=key, planned=5), SECOND))
        assert (await plans.plan(work, plan_id)).plan.state == "published"
    async with world.work(BODY, "supervision_leader") as work:
        await plans.approve(work, new.id)
        await plans.publish(work, new.id)
    async with world.work(BODY, "supervisor") as work:
        old, page = await plans.plan(work, plan_id), await plans.plan(work, new.id)
    assert (old.plan.state, page.plan.state, page.reason) == ("superseded", "published", "增加重点领域。")
    assert old.items[0].planned == 2
    assert page.items[0].planned == 5
    assert [m.id for m in page.items[0].matters] == [matter.id]


async def test_progress_counts_matters_that_were_opened(world: World) -> None:
    plan_id = await issued(world)
    proposed = await stories.propose_matter(world, "计划内检查")
    opened, *_ = await stories.served_matter(world)
    async with world.work(BODY, "supervisor") as work:
        key = (await plans.plan(work, plan_id)).items[0].item_key
        await plans.link(work, key, matter_id=proposed.id)
        await plans.link(work, key, number=opened.number or "")
        with pytest.raises(IllegalTransition, match="已经计入"):
            await plans.link(work, key, matter_id=opened.id)
        with pytest.raises(Invalid, match="没有这一编号"):
            await plans.link(work, key, number="不存在")
        with pytest.raises(Invalid):
            await plans.link(work, plan_id, matter_id=opened.id)
        page = await plans.plan(work, plan_id)
    assert (page.items[0].started, page.items[0].closed, len(page.items[0].matters)) == (1, 0, 2)


async def test_others_read_what_is_issued_and_no_matter_of_it(world: World) -> None:
    draft = await drafted(world)
    for organ, role in ((OTHER_BODY, "supervisor"), (SUPERVISED, "contact")):
        async with world.work(organ, role) as work:
            with pytest.raises(NotFound):
                await plans.plan(work, draft)
            assert await work.session.scalar(select(func.count()).select_from(SupervisionPlan)) == 0
            assert await work.session.scalar(select(func.count()).select_from(PlanItem)) == 0
    async with world.work(BODY, "supervision_leader") as work:
        await plans.approve(work, draft)
        await plans.publish(work, draft)
    matter = await stories.propose_matter(world)
    async with world.work(BODY, "supervisor") as work:
        await plans.link(work, (await plans.plan(work, draft)).items[0].item_key, matter_id=matter.id)
    for organ, role in ((OTHER_BODY, "supervisor"), (SUPERVISED, "contact")):
        async with world.work(organ, role) as work:
            page = await plans.plan(work, draft)
            assert page.items[0].started is None
            assert page.items[0].matters == []
            assert page.options == []
            assert await work.session.scalar(select(func.count()).select_from(PlanLink)) == 0
            with pytest.raises(NotFound):
                await plans.revise(work, draft, "改变别人的计划。")
            assert [p.id for p in await plans.published(work, 2026)] == [draft]
    async with world.work(GOVERNMENT, "government_leader") as work:
        assert (await plans.plan(work, draft)).items[0].started == 0


async def test_the_export_is_audited_and_a_workbook(world: World) -> None:
    plan_id = await issued(world)
    async with world.work(BODY, "supervisor") as work:
        name, data, _ = await plans.export(work, plan_id)
    assert name.endswith(".xlsx")
    assert data[:2] == b"PK"
    async with world.work(BODY, "audit_admin") as work:
        with pytest.raises(Denied):
            await plans.export(work, plan_id)


async def test_an_activity_carries_out_an_item_by_itself_and_counts_once(world: World) -> None:
    plan_id = await issued(world)
    linked, apart = await stories.open_matter(world), await stories.open_matter(world, "计划外线索核查")
    through, direct = await stories.check_matter(world, linked.id), await stories.check_matter(world, apart.id)
    async with world.work(BODY, "supervisor") as work:
        first, second = [item.item_key for item in (await plans.plan(work, plan_id)).items]
        await plans.link(work, first, matter_id=linked.id)
        assert {a.id for a in await plans.activity_choices(work)} == {through.id, direct.id}
        await plans.link_activity(work, first, direct.id)
        with pytest.raises(IllegalTransition, match="已经计入"):
            await plans.link_activity(work, second, direct.id)
        with pytest.raises(Invalid):
            await plans.link_activity(work, plan_id, through.id)
        with pytest.raises(NotFound):
            await plans.link_activity(work, second, linked.id)
        page = await plans.plan(work, plan_id)
        assert {a.id for a in page.items[0].activities} == {through.id, direct.id}
        assert (page.items[0].started, [m.id for m in page.items[0].matters]) == (1, [linked.id])
        await plans.link_activity(work, second, through.id)
        page = await plans.plan(work, plan_id)
        assert [[a.id for a in item.activities] for item in page.items] == [[direct.id], [through.id]]
        assert page.items[0].activities[0].label.endswith("3月2日 建安区城市管理局")
    async with world.work(OTHER_BODY, "supervisor") as work:
        with pytest.raises((Invalid, NotFound)):
            await plans.link_activity(work, first, direct.id)
        assert (await plans.plan(work, plan_id)).items[0].activities == []
        assert await work.session.scalar(select(func.count()).select_from(PlanActivity)) == 0
    async with world.work(SUPERVISED, "contact") as work:
        with pytest.raises(Denied):
            await plans.link_activity(work, first, direct.id)
