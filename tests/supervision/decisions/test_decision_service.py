"""From the lapsed letter to the executed decision, on a real database (Articles 20 and 21(11))."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.models import AuditEntry
from supervision.deadlines.models import Deadline, Notice
from supervision.decisions import service as decisions
from supervision.decisions.commands import Decide, ReturnReport, VerifyExecution
from supervision.decisions.models import BlockedItem, Decision, GovernmentReport
from supervision.instruments import service as instruments
from supervision.instruments.models import Delivery, Instrument
from supervision.matters.models import Finding, Matter
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World


async def matter_of(world: World, matter_id: UUID) -> Matter:
    async with world.work(BODY) as work:
        found = await work.session.get(Matter, (work.city_id, matter_id))
        assert found is not None
        return found


async def finding_of(world: World, finding_id: UUID) -> Finding:
    async with world.work(BODY) as work:
        found = await work.session.get(Finding, (work.city_id, finding_id))
        assert found is not None
        return found


async def decision_of(world: World, decision_id: UUID) -> Decision:
    async with world.work(GOVERNMENT) as work:
        found = await work.session.get(Decision, (work.city_id, decision_id))
        assert found is not None
        return found


async def test_from_the_lapsed_letter_to_the_executed_decision(world: World) -> None:
    matter, finding, letter, report = await stories.lapsed_matter(world)
    assert (report.state, report.drafted_automatically, report.ground) == ("draft", True, "lapsed")
    assert report.proposals[0]["finding_id"] == str(finding.id)
    sent = await stories.send_report(world, report.id)
    assert sent.number == "建司执监请〔2026〕1号"
    assert sent.pdf_sha256
    assert (await matter_of(world, matter.id)).stage == "to_decide"
    await world.set_clock("2026-11-02 09:00")
    decision = await stories.decide(world, report.id)
    assert (decision.number, decision.state) == ("建政执监决〔2026〕1号", "issued")
    assert (await finding_of(world, finding.id)).state == "decided"
    delivery = await stories.decision_delivery(world, decision)
    assert delivery.kind == "decision"
    await stories.open_letter(world, delivery.id)
    held = await decision_of(world, decision.id)
    assert (held.state, held.served_on, held.due_on) == ("served", date(2026, 11, 2), date(2026, 12, 2))
    await world.set_clock("2026-11-20 09:00")
    await stories.answer_letter(world, delivery.id, text="已于11月18日退还扣押物品并书面说明。")
    assert (await decision_of(world, decision.id)).state == "execution_reported"
    assert (await matter_of(world, matter.id)).stage == "to_verify"
    done = await stories.verify_execution(world, decision.id)
    assert done.state == "executed"
    assert (await finding_of(world, finding.id)).state == "executed"
    async with world.work(BODY) as work:
        rows = (await work.session.scalars(select(Deadline).where(Deadline.matter_id == matter.id))).all()
        assert {row.state for row in rows} <= {"met", "lapsed", "cancelled"}
    closed = await stories.close_matter(world, matter.id, "监督决定已经执行，问题已经解决。")
    assert closed.state == "closed"
    async with world.work(GOVERNMENT, "government_leader") as work:
        view = await decisions.decision_view(work, decision.id)
        assert view.items[0].state_label == "决定已执行"
        name, content = await decisions.decision_pdf(work, decision.id)
        assert name.startswith("建政执监决")
        assert content.startswith(b"%PDF")
    assert letter.matter_id == matter.id


async def test_the_copy_reaches_the_justice_department_and_the_document_only_the_addressee(world: World) -> None:
    _, _, decision, delivery = await stories.decided_matter(world)
    async with world.work(BODY) as work:
        query = select(Delivery).where(Delivery.kind == "decision", Delivery.role == "copy")
        copies = (await work.session.scalars(query)).all()
        assert [copy.addressee_id for copy in copies] == [await world.organ(BODY)]
        assert await work.session.get(Instrument, (work.city_id, decision.instrument_id)) is None
    async with world.work(SUPERVISED, "organ_head") as work:
        assert await work.session.get(Delivery, (work.city_id, delivery.id)) is not None
        with pytest.raises(NotFound):
            await decisions.report_view(work, decision.report_id)
    async with world.work("建安区水利局", "organ_head") as work:
        with pytest.raises(NotFound):
            await decisions.decision_view(work, decision.id)


async def test_who_drafted_does_not_send_and_nobody_sends_without_the_legal_review(world: World) -> None:
    _, _, letter, delivery = await stories.served_matter(world)
    await stories.answer_letter(world, delivery.id, refuses=True)
    async with world.work(BODY, "supervision_leader") as work:
        report = await decisions.draft_report(work, letter.matter_id, letter.id, automatic=False)
        assert report.ground == "refused"
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(IllegalTransition, match="已有向本级政府的报告在办"):
            await decisions.draft_report(work, letter.matter_id, letter.id, automatic=False)
    async with world.work(BODY, "supervision_leader", 1) as work:
        with (
            pytest.raises(IllegalTransition, match="适用于该问题")
            if not report.proposals[0]["requirement"]
            else (pytest.raises(Invalid, match="法制审核意见"))
        ):
            await decisions.send_report(work, report.id)
    await stories.complete_report(world, report.id)
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(Denied):
            await decisions.send_report(work, report.id)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied):
            await decisions.send_report(work, report.id)
    async with world.work(BODY, "supervision_leader", 1) as work:
        assert (await decisions.send_report(work, report.id)).state == "reported"


async def test_no_report_while_the_time_runs(world: World) -> None:
    matter, _, letter, _ = await stories.served_matter(world)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="没有逾期不改正或者拒不改正"):
            await decisions.draft_report(work, matter.id, letter.id, automatic=False)


async def test_the_government_reads_nothing_before_the_report_is_sent(world: World) -> None:
    _, _, _, report = await stories.lapsed_matter(world)
    async with world.work(GOVERNMENT, "government_leader") as work:
        with pytest.raises(NotFound):
            await decisions.report_view(work, report.id)
        assert (await decisions.list_reports(work)).items == []
    await stories.send_report(world, report.id)
    async with world.work(GOVERNMENT, "government_leader") as work:
        view = await decisions.report_view(work, report.id)
        assert {"decide", "return_report", "decline"} <= set(view.allowed)
        assert await decisions.waiting(work) == 1
        assert view.groups[0].problems[0].evidence


async def test_a_returned_report_keeps_its_number_and_a_declined_one_goes_back(world: World) -> None:
    matter, _, letter, report = await stories.reported_matter(world)
    async with world.work(GOVERNMENT, "government_leader") as work:
        with pytest.raises(Invalid):
            await decisions.return_report(work, report.id, ReturnReport(missing="", until=None))
    async with world.work(GOVERNMENT, "government_leader") as work:
        given = ReturnReport(missing="补充扣押清单", until=date(2026, 11, 6))
        assert (await decisions.return_report(work, report.id, given)).state == "returned"
    async with world.work(GOVERNMENT, "government_leader") as work:
        with pytest.raises(IllegalTransition):
            await decisions.decide(work, report.id, Decide(items=(stories.item(report.id),)))
    again = await stories.send_report(world, report.id, 1)
    assert (again.state, again.number) == ("reported", report.number)
    async with world.work(GOVERNMENT, "government_leader") as work:
        declined = await decisions.decline(work, report.id, "问题正在专项整治中一并处理。")
        assert declined.state == "declined"
    assert (await matter_of(world, matter.id)).stage in {"urging", "checking"}
    async with world.work(BODY, "supervision_leader") as work:
        second = await decisions.draft_report(work, matter.id, letter.id, automatic=False)
        withdrawn = await decisions.withdraw(work, second.id, "已经整改到位。")
        assert withdrawn.state == "withdrawn"


async def test_a_blocked_act_stops_its_finding_alone_and_goes_on_after_the_remedy(world: World) -> None:
    matter = await stories.open_matter(world)
    act = await stories.enter_seizure(world, matter.id)
    blocked = await stories.find_problem(world, matter.id, "扣押逾期", concerns_act=True, act_id=act.id)
    free = await stories.find_problem(world, matter.id, "未落实执法公示制度", content_item="8(2)")
    letter, _ = await stories.serve_letter(world, matter.id)
    remedy = await stories.enter_remedy(world, matter.id, act.id)
    await stories.sweep(world, "2026-10-30 09:00")
    report = await stories.report_of(world, matter.id)
    assert [p["finding_id"] for p in report.proposals] == [str(free.id)]
    await stories.send_report(world, report.id)
    both = (stories.item(blocked.id, "supplement_or_correct", "other"), stories.item(free.id))
    async with world.work(GOVERNMENT, "government_leader") as work:
        with pytest.raises(Barred) as caught:
            await decisions.decide(work, report.id, Decide(items=both))
        assert (caught.value.status, caught.value.article) == (409, "20")
        assert caught.value.detail["findings"] == [str(blocked.id)]
    assert (await stories.report_of(world, matter.id)).state == "reported"
    decision = await stories.decide(world, report.id, stories.item(free.id))
    async with world.work(GOVERNMENT) as work:
        rows = (await work.session.scalars(select(BlockedItem))).all()
        assert [row.finding_id for row in rows] == [blocked.id]
    assert (await finding_of(world, blocked.id)).state == "established"
    assert (await finding_of(world, free.id)).state == "decided"
    await stories.end_remedy(world, remedy.id, settles=False)
    async with world.work(BODY, "supervision_leader") as work:
        second = await decisions.draft_report(work, matter.id, letter.id, automatic=False)
        assert [p["finding_id"] for p in second.proposals] == [str(blocked.id)]
    await stories.send_report(world, second.id, 1)
    again = await stories.decide(world, second.id)
    assert again.number == "建政执监决〔2026〕2号"
    assert (await finding_of(world, blocked.id)).state == "decided"
    assert decision.id != again.id


async def test_two_leaders_at_once_make_one_decision(world: World) -> None:
    _, finding, _, report = await stories.reported_matter(world)
    results = await asyncio.gather(
        stories.decide(world, report.id, stories.item(finding.id)),
        stories.decide(world, report.id, stories.item(finding.id), nth=1),
        return_exceptions=True,
    )
    made = [r for r in results if isinstance(r, Decision)]
    refused = [r for r in results if isinstance(r, IllegalTransition | Stale)]
    assert (len(made), len(refused)) == (1, 1)
    async with world.work(GOVERNMENT) as work:
        assert len((await work.session.scalars(select(Decision))).all()) == 1
        numbers = (await work.session.scalars(select(Instrument.number).where(Instrument.kind == "decision"))).all()
        assert list(numbers) == ["建政执监决〔2026〕1号"]


async def test_a_stale_form_is_told(world: World) -> None:
    _, finding, _, report = await stories.reported_matter(world)
    async with world.work(GOVERNMENT, "government_leader") as work:
        with pytest.raises(Stale):
            await decisions.decide(work, report.id, Decide(items=(stories.item(finding.id),)), version=1)


@pytest.mark.parametrize(
    ("organ", "role"),
    [
        ("尚集镇政府", "organ_head"),
        (BODY, "supervision_leader"),
        (SUPERVISED, "organ_head"),
        ("许昌市政府", "government_leader"),
        ("市司法局", "supervision_leader"),
    ],
)
async def test_nobody_decides_but_the_own_government(world: World, organ: str, role: str) -> None:
    _, finding, _, report = await stories.reported_matter(world)
    async with world.work(organ, role) as work:
        with pytest.raises((NotFound, Denied, Barred, IllegalTransition)):
            await decisions.decide(work, report.id, Decide(items=(stories.item(finding.id),)))
    assert (await stories.report_of(world, report.matter_id)).state == "reported"


async def test_kinds_and_reasons_come_from_the_rule_book(world: World) -> None:
    _, finding, _, report = await stories.reported_matter(world)
    async with world.work(GOVERNMENT, "government_leader") as work:
        with pytest.raises(Invalid) as caught:
            await decisions.decide(work, report.id, Decide(items=(stories.item(finding.id, "revoke", "delay"),)))
        assert caught.value.errors[0].field == "items.0.reason"


async def test_no_revocation_over_a_vertical_body_and_its_upper_department_gets_a_copy(world: World) -> None:
    matter = await stories.open_matter(world, supervised="建安区烟草专卖局")
    finding = await stories.find_problem(world, matter.id)
    tree = await world.directory()
    superior = tree.get(await world.organ("建安区烟草专卖局")).parent_id
    assert superior is not None
    letter = await stories.issue_letter(world, (await stories.draft_letter(world, matter.id, copies_to=(superior,))).id)
    await stories.open_letter(world, (await stories.delivery_of(world, letter.id)).id, "建安区烟草专卖局")
    await stories.sweep(world, "2026-10-30 09:00")
    report = await stories.report_of(world, matter.id)
    assert report.relation == "vertical"
    await stories.send_report(world, report.id)
    async with world.work(GOVERNMENT, "government_leader") as work:
        with pytest.raises((Denied, Barred)) as caught:
            await decisions.decide(work, report.id, Decide(items=(stories.item(finding.id, "revoke", "procedure"),)))
        assert caught.value.article == "2(3)"
        view = await decisions.report_view(work, report.id)
        assert not next(kind for kind in view.kinds if kind.key == "revoke").allowed
    decision = await stories.decide(world, report.id, stories.item(finding.id))
    async with world.work(GOVERNMENT) as work:
        copies = (await work.session.scalars(select(Delivery.addressee_id).where(Delivery.role == "copy"))).all()
        assert set(copies) == {await world.organ(BODY), superior}
    delivery = await stories.decision_delivery(world, decision)
    await stories.open_letter(world, delivery.id, "建安区烟草专卖局")
    assert (await decision_of(world, decision.id)).state == "served"


async def test_not_executed_is_told_upwards_and_can_still_be_reported(world: World) -> None:
    matter, finding, decision, delivery = await stories.decided_matter(world)
    async with world.work(BODY, "supervisor") as work:
        given = VerifyExecution(executed=False, evidence_seen=True, note="没有退还")
        with pytest.raises(IllegalTransition, match="执行期限尚未届满"):
            await decisions.verify_execution(work, decision.id, given)
    await world.set_clock("2026-12-03 09:00")
    held = await stories.verify_execution(world, decision.id, executed=False, note="期限届满，物品仍未退还。")
    assert held.state == "not_executed"
    assert (await finding_of(world, finding.id)).state == "decided"
    async with world.work(GOVERNMENT) as work:
        told = (await work.session.scalars(select(Notice).where(Notice.article == "21(11)"))).all()
        assert [notice.roles for notice in told] == [["government_leader"]]
    async with world.work(BODY) as work:
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "verify_not_executed"))).one()
        assert entry.subject_id == decision.id
    await stories.answer_letter(world, delivery.id, text="已于12月8日退还扣押物品。")
    assert (await decision_of(world, decision.id)).state == "execution_reported"
    assert (await stories.verify_execution(world, decision.id)).state == "executed"
    assert (await matter_of(world, matter.id)).state == "open"


async def test_the_supervised_organ_and_strangers_verify_nothing(world: World) -> None:
    _, _, decision, delivery = await stories.decided_matter(world)
    await world.set_clock("2026-11-20 09:00")
    await stories.answer_letter(world, delivery.id)
    given = VerifyExecution(executed=True, evidence_seen=True)
    for organ, role, nth in (
        (SUPERVISED, "organ_head", 0),
        (BODY, "supervisor", 2),
        (GOVERNMENT, "government_leader", 0),
    ):
        async with world.work(organ, role, nth) as work:
            with pytest.raises((NotFound, Denied, IllegalTransition)):
                await decisions.verify_execution(work, decision.id, given)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="查看执行证据"):
            await decisions.verify_execution(work, decision.id, VerifyExecution(executed=True, evidence_seen=False))


async def test_states_can_be_read_from_the_audit_entries(world: World) -> None:
    _, _, decision, delivery = await stories.decided_matter(world)
    await world.set_clock("2026-11-20 09:00")
    await stories.answer_letter(world, delivery.id)
    await stories.verify_execution(world, decision.id)
    async with world.work(GOVERNMENT) as work:
        own = (
            await work.session.scalars(
                select(AuditEntry).where(AuditEntry.subject_id == decision.id).order_by(AuditEntry.seq)
            )
        ).all()
        assert [e.detail["state"] for e in own] == ["issued", "served", "execution_reported"]
    async with world.work(BODY) as work:
        entries = (
            await work.session.scalars(
                select(AuditEntry).where(AuditEntry.subject_id == decision.report_id).order_by(AuditEntry.seq)
            )
        ).all()
        assert [e.detail["state"] for e in entries if "state" in e.detail] == ["draft", "reported"]
        report = await work.session.get(GovernmentReport, (work.city_id, decision.report_id))
        assert report is not None
        assert report.state == "decided"


async def test_a_declared_refusal_to_execute_is_verified_at_once(world: World) -> None:
    _, _, decision, delivery = await stories.decided_matter(world)
    await world.set_clock("2026-11-05 09:00")
    await stories.answer_letter(world, delivery.id, refuses=True)
    assert (await decision_of(world, decision.id)).state == "execution_reported"
    held = await stories.verify_execution(world, decision.id, executed=False, note="书面声明不执行。")
    assert held.state == "not_executed"


async def test_what_the_government_decided_asks_for_no_other_report(world: World) -> None:
    _, _, decision, _ = await stories.decided_matter(world)
    async with world.work(SUPERVISED, "contact") as work:
        rows, _ = await instruments.inbox(work)
        assert [(row.kind, row.number) for row in rows] == [("decision", decision.number)]
        done, _ = await instruments.inbox(work, instruments.InboxFilter(tab="done"))
        assert [(row.kind, row.state) for row in done] == [("urging_letter", "closed")]
        letter = await instruments.delivery_view(work, done[0].id)
        assert any(decision.number in event.title for event in letter.timeline)
