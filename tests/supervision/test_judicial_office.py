"""A judicial office helps its county's justice department in its own township: it drafts, accompanies and records, and
signs nothing (Art. 5 para. 4). Everything else of the department stays out of its sight."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from supervision.decisions.models import GovernmentReport
from supervision.instruments import service as instruments
from supervision.instruments.commands import DraftInstrument, ReplyInput, RequirementInput
from supervision.instruments.models import Delivery, Instrument, Reply
from supervision.matters import service as matters
from supervision.matters.assistance import offices_for
from supervision.matters.commands import RecordActivity
from supervision.matters.listing import MatterFilter
from supervision.matters.models import Activity, Evidence, Finding, Handler, Matter
from tests import stories
from tests.stories import BODY
from tests.world import World

OFFICE = "建安区尚集司法所"
TOWNSHIP = "尚集镇政府"
OTHER_OFFICE = "建安区小召司法所"
ROLE = "judicial_assistant"


async def township_matter(world: World) -> Matter:
    return await stories.open_matter(world, "乡镇执法没有出示证件", supervised=TOWNSHIP)


async def listed(world: World, office: str, **chosen: object) -> list[str]:
    async with world.work(office) as work:
        found = await matters.list_matters(work, MatterFilter(view="all", reach="all", **chosen))  # type: ignore[arg-type]
        assert await matters.count(work, MatterFilter(view="all", **chosen)) == len(found.items)  # type: ignore[arg-type]
        assert (await matters.count_by_view(work))["all"] >= len(found.items)
    return [row.title for row in found.items]


async def test_the_office_of_the_township_records_adds_evidence_and_drafts(world: World) -> None:
    matter = await township_matter(world)
    posts = await stories.handler_posts(world)
    async with world.work(OFFICE, ROLE) as work:
        view = await matters.view(work, matter.id)
        assert {c.action for c in view.allowed} >= {"record_activity", "add_evidence"}
        draft = RecordActivity(
            kind="inspect",
            at=work.now.replace(second=0, microsecond=0),
            place=TOWNSHIP,
            record="陪同两名监督人员检查，调取执法案卷一册，询问执法人员一人。",
            participant_post_ids=tuple(posts),
        )
        activity = await matters.record_activity(work, matter.id, draft)
        assert activity.organ_id == matter.organ_id
        await matters.add_evidence(work, matter.id, [stories.upload("现场照片.pdf")])
    finding = await stories.find_problem(world, matter.id)
    async with world.work(OFFICE, ROLE) as work:
        line = RequirementInput(finding_id=finding.id, text="依法处理并报告。")
        command = DraftInstrument(matter_id=matter.id, kind="urging_letter", requirements=(line,))
        letter = await instruments.draft(work, command)
        await instruments.update_draft(work, letter.id, command)
        shown = await instruments.instrument_view(work, letter.id)
        assert [a.action for a in shown.allowed] == ["edit"]
        with pytest.raises(Denied, match="司法所"):
            await instruments.submit(work, letter.id)
        after = await matters.view(work, matter.id)
    assert any("郭平" in event.who for event in after.timeline)
    async with world.work(BODY, "supervisor") as work:
        assert (await instruments.submit(work, letter.id)).state == "in_approval"


async def test_the_office_signs_verifies_and_decides_nothing(world: World) -> None:
    matter = await township_matter(world)
    finding = await stories.find_problem(world, matter.id)
    letter = await stories.draft_letter(world, matter.id)
    async with world.work(OFFICE, ROLE) as work:
        with pytest.raises(Denied, match="司法所"):
            await matters.verify_rectification(work, finding.id, True, "看过。")
        with pytest.raises(Denied, match="司法所"):
            await matters.propose_closing(work, matter.id, "已经整改。")
        with pytest.raises(Denied, match="司法所"):
            await instruments.approve(work, letter.id)
        with pytest.raises(Denied, match="司法所"):
            await instruments.withdraw(work, letter.id, reason="不需要")


async def test_an_office_changes_its_own_drafts_alone(world: World) -> None:
    matter = await township_matter(world)
    finding = await stories.find_problem(world, matter.id)
    line = RequirementInput(finding_id=finding.id, text="依法处理并报告。")
    command = DraftInstrument(matter_id=matter.id, kind="urging_letter", requirements=(line,))
    async with world.work(BODY, "supervisor") as work:
        letter = await instruments.draft(work, command)
    async with world.work(OFFICE, ROLE) as work:
        with pytest.raises(IllegalTransition, match="自己起草"):
            await instruments.update_draft(work, letter.id, command)


async def test_other_offices_and_other_matters_stay_unseen(world: World) -> None:
    """Row-level security, lists, counts and the search know the same."""
    mine = await township_matter(world)
    other, *_ = await stories.served_matter(world)
    await stories.find_problem(world, mine.id)
    for table in (Matter, Handler, Finding, Activity, Evidence, Instrument, Delivery, Reply):
        column = Matter.id if table is Matter else table.organ_id
        async with world.work(OTHER_OFFICE) as work:
            assert await work.session.scalar(select(func.count(column))) == 0, table
        async with world.work(OFFICE) as work:
            owners = set(await work.session.scalars(select(table.organ_id)))
            assert owners <= {mine.organ_id}, table
    async with world.work(OFFICE) as work:
        assert list(await work.session.scalars(select(Matter.id))) == [mine.id]
    assert await listed(world, OFFICE) == [mine.title]
    assert await listed(world, OFFICE, q="出示证件") == [mine.title]
    assert await listed(world, OFFICE, q="卫生许可") == []
    assert await listed(world, OTHER_OFFICE) == []
    async with world.work(OFFICE, ROLE) as work:
        with pytest.raises(NotFound):
            await matters.view(work, other.id)


async def test_a_named_office_helps_until_it_is_released(world: World) -> None:
    matter = await stories.open_matter(world)
    office_id = await world.organ(OFFICE)
    async with world.work(OFFICE, ROLE) as work:
        with pytest.raises(NotFound):
            await matters.view(work, matter.id)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid, match="所属的司法所"):
            await matters.name_office(work, matter.id, await world.organ("禹州市司法局"), "走访核实")
        await matters.name_office(work, matter.id, office_id, "走访核实经营者")
        with pytest.raises(IllegalTransition, match="已在协助"):
            await matters.name_office(work, matter.id, office_id, "走访核实经营者")
    async with world.work(OFFICE, ROLE) as work:
        view = await matters.view(work, matter.id)
        assert [o.origin_label for o in view.offices] == ["指定协助"]
        assert not view.can_name_office
        with pytest.raises(Denied):
            await matters.name_office(work, matter.id, await world.organ(OTHER_OFFICE), "一起去")
    async with world.work(BODY, "supervision_leader") as work:
        await matters.release_office(work, matter.id, office_id, "核实完毕")
    async with world.work(OFFICE, ROLE) as work:
        with pytest.raises(NotFound):
            await matters.view(work, matter.id)


async def test_an_office_reads_reports_that_were_handed_in_and_no_drafts(world: World) -> None:
    matter, _, _, delivery = await stories.served_matter(world)
    async with world.work(BODY, "supervisor") as work:
        await matters.name_office(work, matter.id, await world.organ(OFFICE), "走访核实经营者")
    async with world.work(stories.SUPERVISED, "contact") as work:
        await instruments.draft_reply(work, delivery.id, ReplyInput())
    async with world.work(OFFICE) as work:
        assert list(await work.session.scalars(select(Reply.id))) == []
    await stories.answer_letter(world, delivery.id)
    async with world.work(OFFICE, ROLE) as work:
        assert len(list(await work.session.scalars(select(Reply.id)))) == 1
        assert [r.state for r in (await instruments.instrument_view(work, delivery.instrument_id)).replies]


async def test_offices_of_the_area_are_those_of_the_township_and_of_what_lies_in_it(world: World) -> None:
    tree = await world.directory()
    body, office, township = await world.organ(BODY), await world.organ(OFFICE), await world.organ(TOWNSHIP)
    assert offices_for(tree, body, township) == [office]
    assert offices_for(tree, body, await world.organ(stories.SUPERVISED)) == []
    assert offices_for(tree, await world.organ("市司法局"), township) == []
    for place in (o for o in tree.organs.values() if o.parent_id == township):
        assert office in offices_for(tree, body, place.id)


async def test_the_office_knows_that_the_government_considers_and_reads_no_report(world: World) -> None:
    matter = await township_matter(world)
    await stories.find_problem(world, matter.id)
    drafted = await stories.draft_letter(world, matter.id)
    letter = await stories.issue_letter(world, drafted.id)
    await stories.open_letter(world, (await stories.delivery_of(world, letter.id)).id, TOWNSHIP)
    await stories.sweep(world, "2026-10-30 09:00")
    report = await stories.report_of(world, matter.id)
    await stories.send_report(world, report.id)
    async with world.work(OFFICE, ROLE) as work:
        view = await matters.view(work, matter.id)
        assert list(await work.session.scalars(select(GovernmentReport.id))) == []
    assert view.stage == "to_decide"
    assert not [c for c in view.allowed if c.action.startswith("draft:")]
