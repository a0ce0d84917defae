"""Accountability over tenants: proposal, defence, decision, service, effect, answer, review (Article 21)."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import select

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.models import AuditEntry, OutboxMessage
from supervision.accountability import service
from supervision.accountability.models import (
    AccountabilityAnswer,
    AccountabilityCase,
    AccountabilityNotice,
    AccountabilityReview,
    AccountabilityStatement,
)
from supervision.accountability.service import Decide, Respondent
from supervision.deadlines.models import Deadline, Notice
from supervision.licensing.models import QualificationBar
from supervision.recusals import service as recusals
from tenants.access import Target, authorize
from tenants.registers.models import Certificate
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.accountability import steps
from tests.supervision.accountability.steps import CANCEL
from tests.world import World


async def test_a_case_needs_ground_facts_evidence_gravity_and_a_fitting_measure(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        await steps.propose(world, grounds=(), facts="短", gravity="", fault="", measure="off_post_training", files=())
    assert {e.field for e in refused.value.errors} == {"grounds", "facts", "gravity", "fault", "measure"}
    with pytest.raises(Invalid, match="十二种"):
        await steps.propose(world, grounds=("21(13)",))
    with pytest.raises(Invalid, match="移送"):
        await steps.propose(world, measure="criminal_justice", person=Respondent(name="彭程", responsibility="direct"))
    with pytest.raises(Invalid, match="责任"):
        await steps.propose(world, measure="person_circular", person=Respondent(name="彭程", responsibility=""))
    case = await steps.propose(world, files=())
    assert (case.number, case.state, case.grounds) == ("建监究〔2026〕1号", "proposed", ["21(5)"])
    with pytest.raises(IllegalTransition, match="没有证据"):
        await steps.notify(world, case.id)


async def test_who_may_not_propose(world: World) -> None:
    organ_id = await world.organ(SUPERVISED)
    others = {
        SUPERVISED: "organ_head",
        "市水利局": "supervisor",
        "建安区尚集司法所": "judicial_assistant",
        BODY: "system_admin",
        GOVERNMENT: "government_leader",
    }
    for organ, role in others.items():
        with pytest.raises(Denied) as denied:
            async with world.work(organ, role) as work:
                await service.open_case(work, steps.command(supervised_id=organ_id))
        assert denied.value.article
    with pytest.raises(Denied):
        async with world.work(BODY, "supervisor") as work:
            await service.open_case(work, steps.command(supervised_id=await world.organ("禹州市城市管理局")))


async def test_the_proposer_neither_tells_nor_decides(world: World) -> None:
    case = await steps.propose(world, role="supervision_leader", nth=0)
    with pytest.raises(Denied, match="不得自行审批"):
        await steps.notify(world, case.id, nth=0)
    await steps.notify(world, case.id, nth=1)
    with pytest.raises(Denied, match="不得自行作出决定"):
        await steps.decide(world, case.id, "organ_criticism", nth=0)


async def test_a_recused_officer_is_barred(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    case = await steps.propose(world, matter_id=matter.id, supervised_id=None)
    async with world.work(BODY, "supervisor", 1) as work:
        await recusals.declare_recusal(work, matter.id, "relative_interest", "被追究人是本人的表弟，有利害关系。")
    with pytest.raises(Barred) as barred:
        async with world.work(BODY, "supervisor", 1) as work:
            await service.amend(work, case.id, steps.command())
    assert barred.value.article == "16"


async def test_defence_comes_before_the_decision_and_is_answered(world: World) -> None:
    case, _ = await steps.against_officer(world)
    await steps.notify(world, case.id)
    with pytest.raises(IllegalTransition, match="期限尚未届满"):
        await steps.decide(world, case.id, CANCEL)
    notice = (await steps.notices(world, case.id))[0]
    with pytest.raises(IllegalTransition, match="先签收"):
        await steps.defend(world, notice.id)
    await steps.receive(world, notice.id, "enforcement_officer")
    await steps.defend(world, notice.id, wants_hearing=True, hearing_on=date(2026, 10, 12))
    with pytest.raises(IllegalTransition, match="已经提交"):
        await steps.defend(world, notice.id)
    with pytest.raises(IllegalTransition, match="尚无听取意见的记录"):
        await steps.decide(world, case.id, CANCEL)
    async with world.work(BODY, "supervisor") as work:
        await service.record_hearing(work, case.id, date(2026, 10, 9), "本人到场，坚持书面意见，没有新证据。")
    with pytest.raises(Invalid, match="逐项答复"):
        await steps.decide(world, case.id, CANCEL, defence_answer="")
    await steps.decide(world, case.id, CANCEL)
    async with world.work(BODY, "supervisor") as work:
        seen = await service.case_view(work, case.id)
    assert (seen.state, seen.statement.text if seen.statement else "") == ("decided", "当时对方先动手，请求从轻处理。")


async def test_the_time_for_the_defence_runs_out(world: World) -> None:
    case, _ = await steps.against_officer(world)
    await steps.notify(world, case.id)
    notice = (await steps.notices(world, case.id))[0]
    # Not opened: it counts as served at the end of the next working day; 10 October is a make-up working day.
    await steps.sweep(world, "2026-10-12 09:00")
    held = (await steps.notices(world, case.id))[0]
    assert (held.served_on, held.served_how, held.until) == (date(2026, 10, 10), "deemed", date(2026, 10, 16))
    with pytest.raises(IllegalTransition, match="尚未届满"):
        await steps.decide(world, case.id, CANCEL)
    await steps.sweep(world, "2026-10-17 09:00")
    with pytest.raises(IllegalTransition, match="期限已经届满"):
        await steps.defend(world, notice.id)
    await steps.decide(world, case.id, CANCEL, defence_answer="")
    assert (await steps.case_row(world, case.id)).state == "decided"


async def test_cancellation_has_effect_on_service_everywhere_and_is_set_aside(world: World) -> None:
    case, officer = await steps.against_officer(world)
    await steps.told(world, case.id)
    await steps.decide(world, case.id, CANCEL)
    async with world.work(SUPERVISED) as work:
        held = (await work.session.scalars(select(Certificate).where(Certificate.officer_id == officer.id))).one()
        assert held.status == "valid"
    decision = (await steps.notices(world, case.id, "decision"))[0]
    await steps.receive(world, decision.id, "enforcement_officer")
    async with world.work(SUPERVISED) as work:
        held = (await work.session.scalars(select(Certificate).where(Certificate.officer_id == officer.id))).one()
        assert held.status == "cancelled"
    async with world.work(BODY) as work:
        bar = (await work.session.scalars(select(QualificationBar))).one()
        assert (bar.effective_on, bar.barred_until) == (date(2026, 10, 9), date(2028, 10, 9))
        assert bar.decision_number == decision.number == "建司执监资〔2026〕1号"
    row = await steps.case_row(world, case.id)
    assert (row.state, row.review_until) == ("carried_out", date(2026, 11, 9))
    await steps.request(world, decision.id)
    with pytest.raises(Denied, match="原决定"):
        await steps.review(world, case.id, "set_aside", nth=0)
    await steps.review(world, case.id, "set_aside", nth=1)
    async with world.work(BODY) as work:
        bar = (await work.session.scalars(select(QualificationBar))).one()
        assert bar.lifted_kind == "set_aside"
    async with world.work(SUPERVISED) as work:
        held = (await work.session.scalars(select(Certificate).where(Certificate.officer_id == officer.id))).one()
        assert held.status == "valid"
    assert (await steps.case_row(world, case.id)).state == "set_aside"


async def test_a_cancellation_needs_a_file_in_the_register(world: World) -> None:
    case = await steps.propose(world, person=Respondent(name="彭程", responsibility="direct"), measure=CANCEL)
    with pytest.raises(IllegalTransition, match="没有执法人员档案"):
        await steps.notify(world, case.id)


async def test_what_only_the_own_organ_may_impose_goes_to_it_as_a_proposal(world: World) -> None:
    case, _ = await steps.against_officer(world, "off_post_training")
    proposal = await steps.decided(world, case.id, "off_post_training")
    assert (proposal.kind, proposal.number) == ("proposal", "建司执监建〔2026〕1号")
    row = await steps.case_row(world, case.id)
    assert (row.state, row.training_hours) == ("served", 40)
    async with world.work(BODY) as work:
        query = select(Deadline).where(
            Deadline.subject_id == case.id, Deadline.rule_key == "accountability.organ_answer"
        )
        limit = (await work.session.scalars(query)).one()
        assert (limit.amount, limit.unit, limit.ladder, limit.bound_id) == (
            15, "working_day", True, await world.organ(SUPERVISED),
        )  # fmt: skip
    with pytest.raises(Denied, match="主要负责人"):
        async with world.work(SUPERVISED, "contact") as work:
            await service.answer_proposal(
                work, proposal.id, service.Answer(result="refused", reason="不采纳，理由如下说明。")
            )
    with pytest.raises(Invalid, match="学时"):
        await steps.answer(world, proposal.id)
    with pytest.raises(Invalid, match="本单位可以作出"):
        await steps.answer(world, proposal.id, "other", measure=CANCEL, reason="情节较轻，改作其他处理为宜。")
    await steps.answer(world, proposal.id, training_hours=40, training_until=date(2026, 12, 31))
    assert (await steps.case_row(world, case.id)).state == "served"
    with pytest.raises(Invalid, match="不少于 40"):
        async with world.work(SUPERVISED, "contact") as work:
            await service.record_training(work, proposal.id, 20, date(2026, 10, 9))
    async with world.work(SUPERVISED, "contact") as work:
        await service.record_training(work, proposal.id, 42, date(2026, 10, 9))
    assert (await steps.case_row(world, case.id)).state == "carried_out"
    with pytest.raises(IllegalTransition, match="不能申请复核"):
        await steps.request(world, proposal.id)
    async with world.work(BODY, "supervisor") as work:
        await service.close(work, case.id, "培训完成。")
    assert (await steps.case_row(world, case.id)).state == "closed"


async def test_the_body_never_imposes_what_is_for_the_organ(world: World) -> None:
    target = Target(supervised_id=await world.organ(SUPERVISED))
    for organ, role in ((BODY, "supervision_leader"), (GOVERNMENT, "government_leader")):
        with pytest.raises(Denied, match="所在行政执法机关"):
            async with world.work(organ, role) as work:
                await authorize(work, "accountability:post_transfer", "impose", target)


async def test_a_refusal_is_accepted_or_the_proposal_is_insisted_on(world: World) -> None:
    case, _ = await steps.against_officer(world, "person_criticism")
    proposal = await steps.decided(world, case.id, "person_criticism")
    with pytest.raises(IllegalTransition, match="没有拒绝"):
        async with world.work(BODY, "supervision_leader") as work:
            await service.insist(work, case.id, "请重新研究。")
    await steps.answer(world, proposal.id, "refused", reason="经本单位调查，该人员没有过错，不予处理。")
    async with world.work(BODY, "supervision_leader") as work:
        await service.insist(work, case.id, "视频证据清楚，请重新研究处理。")
    await steps.answer(world, proposal.id, "other", measure="person_circular", reason="经复查确有不当，决定通报。")
    row = await steps.case_row(world, case.id)
    assert row.state == "carried_out"
    async with world.work(BODY) as work:
        rounds = (await work.session.scalars(select(AccountabilityAnswer.round))).all()
        assert sorted(rounds) == [1, 2]


async def test_an_answer_that_does_not_come_climbs_the_ladder(world: World) -> None:
    case, _ = await steps.against_officer(world, "post_transfer")
    await steps.decided(world, case.id, "post_transfer")
    await steps.sweep(world, "2026-12-01 09:00")
    async with world.work(SUPERVISED) as work:
        kinds = (await work.session.scalars(select(Notice.kind).where(Notice.kind.in_(("reminder", "overdue"))))).all()
        assert sorted(kinds) == ["overdue", "reminder", "reminder"]
    async with world.work(GOVERNMENT) as work:
        assert (await work.session.scalars(select(Notice).where(Notice.kind == "escalation"))).all()
    assert await steps.sweep(world, "2026-12-02 09:00") == 0


async def test_measures_against_an_organ_and_awards(world: World) -> None:
    case = await steps.propose(world, measure="removal_from_awards", gravity="grave")
    await steps.told(world, case.id)
    with pytest.raises(Denied, match="本级人民政府决定"):
        await steps.decide(world, case.id, "removal_from_awards")
    organ_id = await world.organ(SUPERVISED)
    await steps.decide(world, case.id, "removal_from_awards", organ=GOVERNMENT, role="government_leader")
    async with world.work("禹州市司法局") as work:
        assert await steps.removed(work, organ_id, 2026) is None
    notice = (await steps.notices(world, case.id, "decision"))[0]
    assert (notice.number, notice.issuer_name) == ("建政执监处〔2026〕1号", "建安区人民政府")
    await steps.receive(world, notice.id, "organ_head")
    async with world.work("禹州市司法局") as work:
        assert await steps.removed(work, organ_id, 2026) == date(2027, 10, 8)
        assert await steps.removed(work, organ_id, 2027) == date(2027, 10, 8)
        assert await steps.removed(work, organ_id, 2028) is None
        assert await steps.removed(work, await world.organ(BODY), 2026) is None
        assert (await work.session.scalars(select(AccountabilityCase))).all() == []
    await steps.request(world, notice.id, "organ_head")
    with pytest.raises(Denied):
        await steps.review(world, case.id, "set_aside", nth=1)
    await steps.review(world, case.id, "changed", "organ_criticism", organ=GOVERNMENT, role="government_leader", nth=1)
    async with world.work(BODY) as work:
        assert await steps.removed(work, organ_id, 2026) is None
    lighter = (await steps.notices(world, case.id, "decision"))[-1]
    await steps.receive(world, lighter.id, "organ_head")
    row = await steps.case_row(world, case.id)
    assert (row.state, row.measure) == ("carried_out", "organ_criticism")


async def test_a_heavier_measure_than_told_is_refused(world: World) -> None:
    case, _ = await steps.against_officer(world, "person_criticism")
    await steps.told(world, case.id)
    with pytest.raises(Invalid, match="更重"):
        await steps.decide(world, case.id, CANCEL)


async def test_review_then_appeal_to_the_level_above_then_nothing(world: World) -> None:
    case, _ = await steps.against_officer(world)
    decision = await steps.decided(world, case.id, CANCEL)
    await steps.request(world, decision.id)
    with pytest.raises(IllegalTransition, match="正在办理"):
        await steps.request(world, decision.id)
    await steps.review(world, case.id, "upheld")
    told = (await steps.notices(world, case.id, "review"))[0]
    await steps.receive(world, told.id)
    assert (await steps.case_row(world, case.id)).review_until == date(2026, 11, 9)
    await steps.request(world, told.id)
    async with world.work("市司法局", "supervision_leader") as work:
        seen = await service.case_view(work, case.id)
        assert [r.kind for r in seen.reviews] == ["review", "appeal"]
        assert [c.action for c in seen.allowed] == ["review"]
    with pytest.raises(Denied):
        await steps.review(world, case.id, "upheld", nth=1)
    await steps.review(world, case.id, "upheld", organ="市司法局", nth=0)
    with pytest.raises(IllegalTransition):
        await steps.request(world, told.id)
    async with world.work(BODY, "supervisor") as work:
        await service.close(work, case.id, "")
    assert (await steps.case_row(world, case.id)).state == "closed"


async def test_a_case_closes_by_itself_when_nobody_asks_for_a_review(world: World) -> None:
    case, _ = await steps.against_officer(world)
    decision = await steps.decided(world, case.id, CANCEL)
    with pytest.raises(IllegalTransition, match="尚未届满"):
        async with world.work(BODY, "supervisor") as work:
            await service.close(work, case.id, "")
    await steps.sweep(world, "2026-11-10 09:00")
    assert (await steps.case_row(world, case.id)).state == "closed"
    with pytest.raises(IllegalTransition):
        await steps.request(world, decision.id)


async def test_not_upheld_and_dropped(world: World) -> None:
    case, _ = await steps.against_officer(world)
    await steps.told(world, case.id)
    async with world.work(BODY, "supervision_leader") as work:
        await service.not_uphold(work, case.id, "视频显示其没有过错。")
    other = await steps.propose(world)
    with pytest.raises(Invalid):
        async with world.work(BODY, "supervision_leader") as work:
            await service.drop(work, other.id, "")
    async with world.work(BODY, "supervision_leader") as work:
        await service.drop(work, other.id, "情节轻微，已经改正。")
    async with world.work(BODY) as work:
        running = await work.session.scalars(select(Deadline).where(Deadline.state == "running"))
        assert [d for d in running if d.subject_kind == "accountability"] == []


async def test_a_referral_is_asked_for_once_and_stays_inside(world: World) -> None:
    case, _ = await steps.against_officer(world)
    async with world.work(BODY, "supervision_leader") as work:
        await service.refer(work, case.id, "disciplinary_sanction", "涉嫌违纪，移送有权机关。")
    with pytest.raises(IllegalTransition, match="已经提出"):
        async with world.work(BODY, "supervision_leader") as work:
            await service.refer(work, case.id, "disciplinary_sanction", "涉嫌违纪，移送有权机关。")
    async with world.work(BODY) as work:
        sent = (await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "open_referral"))).one()
        assert sent.payload == {
            "kind": "discipline",
            "origin": "accountability",
            "source_id": str(case.id),
            "matter_id": None,
        }
    notice = await steps.told(world, case.id)
    async with world.work(SUPERVISED, "organ_head") as work:
        seen = await service.notice_view(work, notice.id)
        assert "移送" not in str(seen)


async def test_another_county_and_another_officer_see_nothing(world: World) -> None:
    case, _ = await steps.against_officer(world)
    notice = await steps.told(world, case.id)
    tables = (AccountabilityCase, AccountabilityNotice, AccountabilityStatement, AccountabilityReview)
    for organ in ("禹州市司法局", "建安区水利局"):
        async with world.work(organ) as work:
            for table in tables:
                assert (await work.session.scalars(select(table))).all() == []
    async with world.work(SUPERVISED) as work:
        assert (await work.session.scalars(select(AccountabilityCase))).all() == []
        assert len((await work.session.scalars(select(AccountabilityNotice))).all()) == 1
    with pytest.raises(NotFound):
        async with world.work("禹州市司法局", "supervision_leader") as work:
            await service.case_view(work, case.id)
    with pytest.raises(NotFound):
        async with world.work("建安区水利局", "organ_head") as work:
            await service.notice_view(work, notice.id)
    with pytest.raises(NotFound):
        async with world.work(SUPERVISED, "organ_head") as work:
            await service.case_view(work, case.id)
    about_organ = await steps.propose(world)
    other = await steps.told(world, about_organ.id)
    with pytest.raises(NotFound):
        async with world.work(SUPERVISED, "enforcement_officer") as work:
            await service.notice_view(work, other.id)
    async with world.work(SUPERVISED, "enforcement_officer") as work:
        assert [row.id for row in (await service.received(work)).items] == [notice.id]


async def test_content_shows_after_the_receipt(world: World) -> None:
    case, _ = await steps.against_officer(world)
    await steps.notify(world, case.id)
    notice = (await steps.notices(world, case.id))[0]
    async with world.work(SUPERVISED, "enforcement_officer") as work:
        closed = await service.notice_view(work, notice.id)
        assert (closed.to_open, closed.facts, closed.allowed) == (True, "", [])
        with pytest.raises(Invalid, match="先签收"):
            await service.file(work, notice.id, "pdf")
    await steps.receive(world, notice.id, "enforcement_officer")
    async with world.work(SUPERVISED, "enforcement_officer") as work:
        seen = await service.notice_view(work, notice.id)
        assert seen.facts == steps.FACTS
        assert [c.action for c in seen.allowed] == ["state_defence"]
        name, pdf, kind = await service.file(work, notice.id, "pdf")
        assert (name, pdf[:5], kind) == (f"责任追究告知书 {notice.number}.pdf", b"%PDF-", "application/pdf")
        assert (await service.file(work, notice.id, "docx"))[1][:2] == b"PK"
        entries = await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "download"))
        assert len(entries.all()) == 2


async def test_a_stale_form_changes_nothing(world: World) -> None:
    case = await steps.propose(world)
    async with world.work(BODY, "supervisor") as work:
        await service.amend(work, case.id, steps.command(measure="organ_circular"))
    with pytest.raises(Stale):
        async with world.work(BODY, "supervision_leader") as work:
            await service.notify(work, case.id, version=case.row_version)


async def test_an_unexecuted_decision_and_an_unanswered_letter_are_drafted_once(world: World) -> None:
    _, _, decision, _ = await stories.decided_matter(world)
    assert await steps.run_jobs(world, "open_accountability") == 1
    await world.set_clock("2026-12-10 09:00")
    await stories.verify_execution(world, decision.id, executed=False, note="至今没有解除扣押。")
    assert await steps.run_jobs(world, "open_accountability") == 1
    async with world.work(BODY) as work:
        assert await service.draft_from(work, "decision", decision.id) is None
        rows = (await work.session.scalars(select(AccountabilityCase).order_by(AccountabilityCase.seq))).all()
    assert [(r.automatic, r.grounds, r.proposed_by) for r in rows] == [
        (True, ["21(10)"], None),
        (True, ["21(11)"], None),
    ]
    assert decision.number in rows[1].facts
    with pytest.raises(IllegalTransition, match="没有认定情节轻重"):
        await steps.notify(world, rows[1].id)
    async with world.work(BODY, "supervisor") as work:
        done = await service.amend(work, rows[1].id, steps.command(grounds=("21(11)",), files=()))
        assert done.proposed_by_name == "陈明远"
    await steps.notify(world, rows[1].id)


async def test_two_runs_at_once_draft_one_case(world: World) -> None:
    _, _, letter, _ = await stories.lapsed_matter(world)

    async def run() -> object:
        async with world.work(BODY) as work:
            return await service.draft_from(work, "instrument", letter.id)

    made = await asyncio.gather(run(), run(), run())
    assert len([one for one in made if one is not None]) == 1


async def test_a_vertical_body_is_limited_and_its_superior_told(world: World) -> None:
    tobacco = await world.organ("建安区烟草专卖局")
    case = await steps.propose(world, supervised_id=tobacco, measure="removal_from_awards")
    await steps.notify(world, case.id)
    notice = (await steps.notices(world, case.id))[0]
    await steps.receive(world, notice.id, "contact", "建安区烟草专卖局")
    await steps.sweep(world, "2026-10-30 09:00")
    with pytest.raises(Denied) as denied:
        await steps.decide(world, case.id, "removal_from_awards", organ=GOVERNMENT, role="government_leader")
    assert denied.value.article == "2(3)"
    await steps.decide(world, case.id, "organ_circular", defence_answer="")
    async with world.work(BODY, "supervisor") as work:
        seen = await service.case_view(work, case.id)
        assert {s.key: s.article for s in seen.sanctions if not s.allowed}.get("removal_from_awards")
    with pytest.raises(Invalid):
        async with world.work(BODY, "supervision_leader") as work:
            await service.decide(work, case.id, Decide(reason="理由充分。", measure="nothing"))


async def test_nobody_waives_or_asks_in_the_place_of_the_officer(world: World) -> None:
    case, _ = await steps.against_officer(world)
    await steps.notify(world, case.id)
    notice = (await steps.notices(world, case.id))[0]
    await steps.receive(world, notice.id)
    for role in ("contact", "organ_head"):
        with pytest.raises(Denied, match="本人"):
            await steps.defend(world, notice.id, role, text="", waived=True)
    async with world.work(SUPERVISED, "organ_head") as work:
        assert (await service.notice_view(work, notice.id)).allowed == []
    named = await steps.propose(
        world, person=Respondent(name="无账号", responsibility="direct"), measure="person_circular"
    )
    await steps.notify(world, named.id)
    other = (await steps.notices(world, named.id))[0]
    await steps.receive(world, other.id)
    await steps.defend(world, other.id, "contact")
    async with world.work(BODY, "supervisor") as work:
        seen = await service.case_view(work, named.id)
        assert seen.statement is not None
        assert seen.statement.on_behalf


async def test_a_cancellation_is_changed_to_a_proposal_on_review(world: World) -> None:
    case, officer = await steps.against_officer(world)
    decision = await steps.decided(world, case.id, CANCEL)
    await steps.request(world, decision.id)
    with pytest.raises(Invalid, match="轻于"):
        await steps.review(world, case.id, "changed", CANCEL)
    await steps.review(world, case.id, "changed", "off_post_training")
    async with world.work(BODY) as work:
        assert (await work.session.scalars(select(QualificationBar))).one().lifted_kind == "set_aside"
    async with world.work(SUPERVISED) as work:
        held = (await work.session.scalars(select(Certificate).where(Certificate.officer_id == officer.id))).one()
        assert held.status == "valid"
    proposal = (await steps.notices(world, case.id, "proposal"))[0]
    await steps.receive(world, proposal.id)
    await steps.answer(world, proposal.id, training_hours=40)
    assert (await steps.case_row(world, case.id)).measure == "off_post_training"
    old = (await steps.notices(world, case.id, "decision"))[0]
    assert old.over
