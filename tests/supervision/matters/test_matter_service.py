"""A matter through its services, as the persons concerned: who may do what, when, and what is refused (Arts. 11-20)."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import select

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.models import AuditEntry
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Notice
from supervision.matters import service as matters
from supervision.matters.commands import EndRemedy, EnterRemedy
from supervision.recusals import service as recusals
from supervision.recusals.commands import DecideRecusal
from tests import stories
from tests.stories import BODY
from tests.world import World


async def test_a_proposal_becomes_an_open_matter_with_number_handlers_and_rule_book(world: World) -> None:
    matter = await stories.open_matter(world)
    assert matter.number == "建监〔2026〕1号"
    assert (matter.state, matter.stage, matter.relation) == ("open", "checking", "level")
    assert matter.government_id == await world.organ("建安区政府")
    assert matter.handler_names == "陈明远、刘思齐"
    async with world.work(BODY, "supervisor") as work:
        view = await matters.view(work, matter.id)
    assert view.rulebook_name == "许昌2024版"
    assert [event.title for event in view.timeline] == ["批准立项", "提请立项"]
    assert [step.state for step in view.path][:3] == ["done", "done", "current"]
    assert [p.certificate for p in view.people] == ["豫监督证**0412", "豫监督证**0437"]
    assert "record_activity" in [choice.action for choice in view.allowed]
    assert "propose_closing" in [choice.action for choice in view.allowed]


async def test_what_is_missing_in_a_proposal_is_told_field_by_field(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        await stories.propose_matter(world, "", content_items=(), basis="clue", basis_note="")
    assert {error.field for error in refused.value.errors} == {"title", "content_items", "clue"}


async def test_an_organ_outside_the_reach_is_refused_with_the_reason(world: World) -> None:
    with pytest.raises(Invalid, match="没有监督关系"):
        await stories.propose_matter(world, supervised="市水利局")


async def test_vertical_bodies_are_supervised_for_observing_the_law_only(world: World) -> None:
    with pytest.raises(Invalid, match="第二条"):
        await stories.propose_matter(world, supervised="建安区烟草专卖局", content_items=("9(1)",))
    matter = await stories.propose_matter(world, supervised="建安区烟草专卖局", content_items=("10(5)",))
    assert matter.relation == "vertical"


async def test_the_proposer_never_approves_and_a_supervisor_is_no_leader(world: World) -> None:
    matter = await stories.propose_matter(world)
    posts = await stories.handler_posts(world)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied):
            await matters.approve_opening(work, matter.id, post_ids=posts)
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(IllegalTransition, match="人数不足"):
            await matters.approve_opening(work, matter.id, post_ids=posts[:1])


async def test_a_handler_without_a_valid_certificate_is_refused(world: World) -> None:
    matter = await stories.propose_matter(world)
    posts = await stories.handler_posts(world)
    async with world.work(BODY) as work:
        from tenants.staff.models import Post

        post = await work.session.get_one(Post, (work.city_id, posts[1]))
        post.certificate_until = date(2026, 10, 8)
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(IllegalTransition, match="没有有效的行政执法监督证件"):
            await matters.approve_opening(work, matter.id, post_ids=posts)


async def test_only_persons_of_the_own_organ_can_be_assigned(world: World) -> None:
    matter = await stories.propose_matter(world)
    stranger = (await world.actor("市司法局", "supervisor")).post_id
    posts = await stories.handler_posts(world, 0)
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(Invalid, match="本单位的监督人员"):
            await matters.approve_opening(work, matter.id, post_ids=[*posts, stranger])


async def test_a_changed_matter_is_stale_for_who_read_it_before(world: World) -> None:
    matter = await stories.propose_matter(world)
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(Stale):
            await matters.reject_opening(work, matter.id, "证据不足", version=matter.row_version + 7)
        rejected = await matters.reject_opening(work, matter.id, "不属于监督内容", version=matter.row_version)
    assert (rejected.state, rejected.stage, rejected.number) == ("rejected", "rejected", None)


async def test_numbers_have_no_gap_when_sixteen_openings_are_approved_at_once(world: World) -> None:
    proposed = [await stories.propose_matter(world, f"并发立项事项第{n}件") for n in range(16)]
    posts = await stories.handler_posts(world)

    async def approve(n: int) -> str | None:
        async with world.work(BODY, "supervision_leader") as work:
            matter = await matters.approve_opening(work, proposed[n].id, post_ids=posts)
            if n % 4 == 3:
                raise RuntimeError("the request breaks off after the number was taken")
            return matter.number

    results = await asyncio.gather(*(approve(n) for n in range(16)), return_exceptions=True)
    numbers = sorted(int(r.split("〕")[1][:-1]) for r in results if isinstance(r, str))
    assert numbers == list(range(1, 13))


async def test_two_leaders_who_decide_at_once_decide_once(world: World) -> None:
    matter = await stories.propose_matter(world)
    posts = await stories.handler_posts(world)

    async def approve(nth: int) -> None:
        async with world.work(BODY, "supervision_leader", nth) as work:
            await matters.approve_opening(work, matter.id, post_ids=posts)

    results = await asyncio.gather(approve(0), approve(1), return_exceptions=True)
    assert sum(result is None for result in results) == 1
    async with world.work(BODY, "supervisor") as work:
        assert (await matters.view(work, matter.id)).number == "建监〔2026〕1号"


GRANT = DecideRecusal(granted=True, reason="情况属实，理由成立。")


async def test_a_recused_officer_does_nothing_until_the_principal_leader_decides(world: World) -> None:
    matter = await stories.open_matter(world)
    async with world.work(BODY, "supervisor") as work:
        recusal = await recusals.declare_recusal(work, matter.id, "relative_interest", "与当事人系近亲属")
        with pytest.raises(Barred) as barred:
            await matters.enter_act(work, matter.id, stories.SEIZURE)
        assert barred.value.article == "16"
    async with world.work(BODY, "supervisor", 1) as work:
        with pytest.raises(Denied):
            await recusals.decide_recusal(work, recusal.id, GRANT)
    async with world.work(BODY, "supervision_leader", 1) as work:
        with pytest.raises(Denied, match="主要负责人"):
            await recusals.decide_recusal(work, recusal.id, GRANT)
    async with world.work(BODY, "organ_head") as work:
        decided = await recusals.decide_recusal(work, recusal.id, GRANT)
        assert decided.state == "granted"
        assert [d.state for d in await deadlines.for_subject(work, recusal.id, open_only=False)] == ["met"]
        posts = await stories.handler_posts(world, 0, 1)
        with pytest.raises(Barred):
            await matters.assign_handlers(work, matter.id, posts, True)
    async with world.work(BODY, "organ_head") as work:
        changed = await matters.assign_handlers(work, matter.id, await stories.handler_posts(world, 1, 2), True)
    assert changed.handler_names == "刘思齐、王建国"


async def test_only_handlers_work_on_the_matter(world: World) -> None:
    matter = await stories.open_matter(world)
    async with world.work(BODY, "supervisor", 2) as work:
        with pytest.raises(IllegalTransition, match="不是本事项的承办人"):
            await matters.enter_act(work, matter.id, stories.SEIZURE)


async def test_obstruction_is_part_of_the_record(world: World) -> None:
    matter = await stories.open_matter(world)
    with pytest.raises(Invalid, match="第十四条"):
        await stories.check_matter(world, matter.id, obstructed=True)
    activity = await stories.check_matter(
        world, matter.id, obstructed=True, obstruction="值班人员拒绝开门", files=(stories.upload(),)
    )
    assert activity.participants == "陈明远、刘思齐"
    async with world.work(BODY, "supervisor") as work:
        event = (await matters.view(work, matter.id)).timeline[0]
    assert event.articles == ["13", "14"]
    assert [item.name for item in event.evidence] == ["扣押决定书.pdf"]


async def test_a_finding_needs_evidence_and_names_its_act(world: World) -> None:
    matter = await stories.open_matter(world)
    with pytest.raises(Invalid) as refused:
        await stories.find_problem(world, matter.id, files=(), concerns_act=None, gravity="")
    assert {error.field for error in refused.value.errors} == {"evidence", "act", "gravity"}
    finding = await stories.find_problem(world, matter.id, concerns_act=True, new_act=stories.SEIZURE)
    async with world.work(BODY, "supervisor") as work:
        view = await matters.view(work, matter.id)
        assert view.findings[0].act_label == "建城扣〔2026〕41号 扣押决定"
        assert view.acts[0].counterpart_mask == "4110************18"
        assert await matters.counterpart(work, view.acts[0].id, "核对当事人身份") == "411003199001010018"
        with pytest.raises(Invalid, match="用途"):
            await matters.counterpart(work, view.acts[0].id, " ")
    assert finding.act_id == view.acts[0].id


async def test_evidence_is_read_by_those_concerned_and_every_download_is_audited(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    async with world.work(BODY, "supervisor") as work:
        item = (await matters.view(work, matter.id)).findings[0].evidence[0]
        found, data = await matters.evidence_file(work, item.id)
        assert (found.media_type, data) == ("application/pdf", stories.pdf("扣押决定书.pdf"))
    async with world.work(BODY, "audit_admin") as work:
        with pytest.raises(Denied):
            await matters.evidence_file(work, item.id)
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "download"))).one()
        assert entry.actor_name == "陈明远"
    async with world.work(stories.SUPERVISED, "contact") as work:
        with pytest.raises(NotFound):
            await matters.evidence_file(work, item.id)


async def test_rectification_needs_a_report_or_a_visit_and_a_handler(world: World) -> None:
    matter = await stories.open_matter(world)
    finding = await stories.find_problem(world, matter.id)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="尚未收到书面报告"):
            await matters.verify_rectification(work, finding.id, True, "已整改")
    await stories.check_matter(world, matter.id, "site_survey")
    async with world.work(BODY, "supervisor", 2) as work:
        with pytest.raises(IllegalTransition, match="不是本事项的承办人"):
            await matters.verify_rectification(work, finding.id, True, "已整改")
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="说明理由"):
            await matters.verify_rectification(work, finding.id, False, "")
        verified = await matters.verify_rectification(work, finding.id, True, "物品已退还")
    assert verified.state == "rectified"


async def test_closing_waits_for_every_finding_and_is_approved_by_another(world: World) -> None:
    matter = await stories.open_matter(world)
    finding = await stories.find_problem(world, matter.id)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="尚有问题没有整改到位"):
            await matters.propose_closing(work, matter.id, "办结")
    await stories.rectify(world, finding.id, matter.id)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="结项理由"):
            await matters.propose_closing(work, matter.id, " ")
        await matters.propose_closing(work, matter.id, "问题已经整改到位。")
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied):
            await matters.approve_closing(work, matter.id)
    async with world.work(BODY, "supervision_leader") as work:
        await matters.return_closing(work, matter.id, "补充物品退还清单")
    closed = await stories.close_matter(world, matter.id)
    assert (closed.state, closed.stage, closed.closed_on) == ("closed", "closed", date(2026, 10, 9))
    assert closed.look_back_on == date(2027, 1, 11)


async def test_a_closed_matter_is_reopened_after_a_relapse_only(world: World) -> None:
    matter = await stories.open_matter(world)
    finding = await stories.find_problem(world, matter.id)
    await stories.rectify(world, finding.id, matter.id)
    await stories.close_matter(world, matter.id)
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(IllegalTransition, match="没有发现问题反弹"):
            await matters.reopen(work, matter.id, "复查")
    async with world.work(BODY, "supervisor") as work:
        await matters.look_back(work, matter.id, True, "再次扣押超期")
    async with world.work(BODY, "supervision_leader") as work:
        again = await matters.reopen(work, matter.id, "问题反弹", finding_ids=[finding.id])
    assert (again.state, again.round, again.number) == ("open", 2, "建监〔2026〕1号")
    async with world.work(BODY, "supervisor") as work:
        assert (await matters.view(work, matter.id)).findings[0].state == "not_rectified"


async def test_a_remedy_bars_decisions_about_its_act_alone_until_it_ends(world: World) -> None:
    matter = await stories.open_matter(world)
    about = await stories.find_problem(world, matter.id, concerns_act=True, new_act=stories.SEIZURE)
    other = await stories.find_problem(world, matter.id, "扣押过程未全程音像记录", content_item="8(2)")
    act_id = about.act_id
    async with world.work(BODY, "supervisor") as work:
        draft = EnterRemedy(act_id=act_id, kind="reconsideration", body="建安区人民政府", filed_on=date(2026, 10, 8))
        with pytest.raises(IllegalTransition, match="证明材料"):
            await matters.enter_remedy(work, matter.id, draft)
    async with world.work(stories.SUPERVISED, "contact") as work:
        entered = EnterRemedy(
            act_id=act_id,
            kind="reconsideration",
            body="建安区人民政府",
            filed_on=date(2026, 10, 8),
            files=(stories.upload("受理通知书.pdf"),),
        )
        remedy = await matters.enter_remedy(work, matter.id, entered, owner_id=matter.organ_id)
    async with world.work(BODY, "supervisor") as work:
        assert set(await matters.blocked(work, matter.id)) == {about.id}
        with pytest.raises(Barred) as barred:
            await matters.require_unblocked(work, matter.id, {about.id, other.id})
        assert barred.value.article == "20"
        ended = EndRemedy(
            ended_on=date(2026, 10, 9), result="撤销扣押决定", settles=True, files=(stories.upload("决定.pdf"),)
        )
        await matters.end_remedy(work, remedy.id, ended)
        view = await matters.view(work, matter.id)
    assert [finding.state for finding in view.findings] == ["dropped", "established"]


async def test_another_organ_learns_nothing(world: World) -> None:
    matter = await stories.open_matter(world)
    for organ, role in (("建安区城市管理局", "organ_head"), ("禹州市司法局", "supervisor")):
        async with world.work(organ, role) as work:
            with pytest.raises(NotFound) as missing:
                await matters.view(work, matter.id)
            assert missing.value.message == "该事项不存在，或者不在您所在单位的查看范围内。"


async def test_an_order_from_above_is_recorded_on_both_sides(world: World) -> None:
    matter = await stories.open_matter(world)
    async with world.work("市司法局", "supervision_leader") as work:
        with pytest.raises(IllegalTransition, match="要求的种类和内容"):
            await matters.order_from_above(work, matter.id, "report", "")
        await matters.order_from_above(work, matter.id, "report", "请在五日内报告进展。")
        mine = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "order_from_above"))).one()
        assert mine.organ_id == work.organ_id
    async with world.work(BODY, "supervisor") as work:
        assert (await matters.view(work, matter.id)).timeline[0].title == "上级要求报告办理情况"
        kinds = (await work.session.scalars(select(Notice.kind).where(Notice.kind == "escalation"))).all()
        assert kinds == ["escalation"]
        with pytest.raises(Denied):
            await matters.order_from_above(work, matter.id, "report", "自己要求自己")


async def test_suspension_stops_the_deadlines_on_a_listed_ground_only(world: World) -> None:
    matter = await stories.open_matter(world)
    async with world.work(BODY, "supervisor") as work:
        running = await deadlines.start(
            work,
            rule_key="instrument.answer.urging_letter",
            subject_kind="instrument",
            subject_id=matter.id,
            matter_id=matter.id,
            bound_id=matter.supervised_id,
            title="书面报告处理情况",
            start_event="督办函送达",
            on=work.today,
        )
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(IllegalTransition, match="不属于可以中止的情形"):
            await matters.suspend(work, matter.id, "too_busy", "人手不足")
    async with world.work(BODY, "supervision_leader") as work:
        stopped = await matters.suspend(work, matter.id, "expert_opinion", "委托鉴定")
        assert (stopped.state, stopped.stage, stopped.next_due_on) == ("suspended", "suspended", None)
    async with world.work(BODY, "supervision_leader") as work:
        resumed = await matters.resume(work, matter.id, "鉴定意见已经作出")
    assert (resumed.state, resumed.next_due_on) == ("open", running.due_on)
