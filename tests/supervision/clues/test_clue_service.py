"""Clues on a real database: registered, triaged, passed on, answered, and who sees what of them (Art. 17)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.models import AuditEntry, TimelineEvent
from supervision.clues import service
from supervision.clues.commands import Attachment, ClueFilter, RegisterClue
from supervision.clues.models import Clue, Complainant
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Notice
from supervision.matters.models import Evidence
from tests.supervision.clues.pool import BODY, FACTS, SUBJECT, command, registered, state
from tests.world import World


async def test_a_clue_gets_a_number_and_five_working_days(world: World) -> None:
    clue = await state(world, await registered(world))
    assert (clue.number, clue.state, clue.subject_name) == ("建线〔2026〕1号", "new", "许昌市建安区城市管理局")
    # 10 October is a Saturday on which people work, so the fifth working day is Thursday.
    assert clue.next_due_on == date(2026, 10, 15)
    assert (await state(world, await registered(world))).number == "建线〔2026〕2号"


async def test_a_number_given_back_is_used_again(world: World) -> None:
    subject = await world.organ(SUBJECT)
    async with world.work(BODY, "supervisor") as work:
        await service.register(work, command(subject))
        await work.session.rollback()
    assert (await state(world, await registered(world))).number == "建线〔2026〕1号"


async def test_every_wrong_field_is_named(world: World) -> None:
    async with world.work(BODY, "supervisor") as work:
        wrong = RegisterClue(source="rumour", title="", facts="短", happened_on=date(2026, 12, 1))
        with pytest.raises(Invalid) as refused:
            await service.register(work, wrong)
    assert {e.field for e in refused.value.errors} == {"source", "title", "facts", "subject", "happened_on"}


async def test_a_judicial_office_registers_for_its_county_and_reads_the_progress_alone(world: World) -> None:
    clue_id = await registered(world, "建安区尚集司法所", "judicial_assistant")
    clue = await state(world, clue_id)
    assert clue.organ_id == await world.organ(BODY)
    assert clue.origin_organ_id == await world.organ("建安区尚集司法所")
    async with world.work("建安区尚集司法所", "judicial_assistant") as work:
        seen = await service.view(work, clue_id)
        assert (seen.standing, seen.state_label, seen.complainant) == ("origin", "待受理", None)
        assert (seen.timeline, seen.acts, seen.deadlines) == ([], [], [])
        assert [row.id for row in (await service.list_clues(work, ClueFilter(), origin=True)).rows] == [clue_id]
        with pytest.raises(Denied):
            await service.accept(work, clue_id)
    async with world.work(BODY, "supervisor") as work:
        notices = (await work.session.scalars(select(Notice).where(Notice.organ_id == work.organ_id))).all()
        assert [n.link for n in notices] == [f"/clues/{clue_id}"]


@pytest.mark.parametrize(
    ("organ", "role"),
    [
        (SUBJECT, "legal_officer"),
        (SUBJECT, "organ_head"),
        ("建安区水利局", "legal_officer"),
        ("禹州市司法局", "supervisor"),
        ("尚集镇政府", "organ_head"),
        ("建安区尚集司法所", "judicial_assistant"),
    ],
)
async def test_other_organs_see_nothing_of_a_clue(world: World, organ: str, role: str) -> None:
    file = Attachment(name="投诉信.txt", data="投诉人张立".encode())
    clue_id = await registered(world, attachments=(file,))
    async with world.work(organ, role) as work:
        with pytest.raises(NotFound):
            await service.view(work, clue_id)
        with pytest.raises(NotFound):
            await service.complainant(work, clue_id, "核实情况")
        for model in (Clue, Complainant):
            assert (await work.session.scalars(select(model))).all() == []
        assert (await work.session.scalars(select(Evidence))).all() == []
        assert (await work.session.scalars(select(TimelineEvent))).all() == []


async def test_government_and_upper_body_never_learn_who_complained(world: World) -> None:
    clue_id = await registered(world)
    async with world.work("市司法局", "supervisor") as work:
        seen = await service.view(work, clue_id)
        assert (seen.standing, seen.source_label, seen.complainant) == ("upper", "不公开", None)
        assert seen.acts == []
        assert seen.attachments == []
        with pytest.raises(NotFound):
            await service.complainant(work, clue_id, "核实情况")
        assert (await work.session.scalars(select(Complainant))).all() == []
    async with world.work("建安区政府", "government_leader") as work:
        with pytest.raises(Denied):
            await service.view(work, clue_id)
        assert (await work.session.scalars(select(Complainant))).all() == []


async def test_who_complained_is_encrypted_masked_and_read_for_a_purpose_on_record(world: World) -> None:
    clue_id = await registered(world)
    async with world.work(BODY, "supervisor") as work:
        masked = (await service.view(work, clue_id)).complainant
        assert masked is not None
        assert (masked.name, masked.contact) == ("张某某", "139****34")
        row = (await work.session.scalars(select(Complainant))).one()
        assert row.name_cipher is not None
        assert "张立".encode() not in row.name_cipher
        with pytest.raises(Invalid):
            await service.complainant(work, clue_id, " ")
        shown = await service.complainant(work, clue_id, "电话核实扣押经过")
        assert (shown.name, shown.contact) == ("张立", "13900001234")
    async with world.work(BODY) as work:
        entries = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "read_source"))).all()
        assert [(e.actor_name, e.detail["note"]) for e in entries] == [("陈明远", "电话核实扣押经过")]
        assert "张立" not in str([e.detail for e in (await work.session.scalars(select(AuditEntry))).all()])


async def test_accepting_starts_thirty_days_which_may_grow_once(world: World) -> None:
    clue_id = await registered(world)
    async with world.work(BODY, "supervisor") as work:
        clue = await service.accept(work, clue_id)
        assert (clue.state, clue.next_due_on) == ("accepted", date(2026, 11, 9))  # 8 November is a Sunday
        with pytest.raises(IllegalTransition):
            await service.extend(work, clue_id, "")
        clue = await service.extend(work, clue_id, "须调取现场录像")
        assert clue.next_due_on == date(2026, 11, 30)  # 29 November is a Sunday
        with pytest.raises(IllegalTransition, match="已经用完"):
            await service.extend(work, clue_id, "再次延长")


async def test_a_clue_without_subject_cannot_be_accepted_until_it_is_named(world: World) -> None:
    subject = await world.organ(SUBJECT)
    async with world.work(BODY, "supervisor") as work:
        clue = await service.register(work, command(None))
        with pytest.raises(IllegalTransition, match="尚未确定"):
            await service.accept(work, clue.id)
        await service.set_subject(work, clue.id, subject)
        assert (await service.accept(work, clue.id)).state == "accepted"


async def test_dismissal_is_proposed_with_a_ground_and_decided_by_another(world: World) -> None:
    clue_id = await registered(world)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied):
            await service.dismiss(work, clue_id)
        with pytest.raises(IllegalTransition):
            await service.propose_dismissal(work, clue_id, "no_ground", "反映不实")
        await service.propose_dismissal(work, clue_id, "false", "经查看录像，已出具决定书。")
    async with world.work(BODY, "supervision_leader") as work:
        clue = await service.dismiss(work, clue_id)
        assert (clue.state, clue.next_due_on) == ("dismissed", None)
        assert (await service.view(work, clue_id)).reason_label == "经核实反映不实"


async def test_a_leader_does_not_dismiss_what_he_proposed(world: World) -> None:
    clue_id = await registered(world)
    async with world.work(BODY, "supervision_leader") as work:
        await service.propose_dismissal(work, clue_id, "false", "经核实不属实。")
        with pytest.raises(Denied):
            await service.dismiss(work, clue_id)
    async with world.work(BODY, "supervision_leader", nth=1) as work:
        assert (await service.dismiss(work, clue_id)).state == "dismissed"


async def test_likely_duplicates_are_found_and_merged_with_both_histories(world: World) -> None:
    first = await registered(world)
    second = await registered(world, title="扣押三轮车未出具决定书", facts=FACTS.replace("没有", "未"))
    await registered(world, title="检查时没有出示证件", facts="两名人员进店检查，没有出示行政执法证件，也没有穿制服。")
    async with world.work(BODY, "supervisor") as work:
        clue = await service.load(work, second)
        assert [s.id for s in await service.duplicates(work, clue)] == [first]
        with pytest.raises(IllegalTransition, match="自身"):
            await service.merge(work, second, into_clue_id=second)
        merged = await service.merge(work, second, into_clue_id=first)
        assert (merged.state, merged.merged_into_id, merged.next_due_on) == ("merged", first, None)
        assert [r.id for r in (await service.view(work, first)).merged] == [second]
        assert "并入线索" in (await service.view(work, first)).timeline[0].title


async def test_another_pool_is_no_source_of_duplicates(world: World) -> None:
    await registered(world)
    async with world.work("市司法局", "supervisor") as work:
        assert await service.likely(work, "扣押三轮车没有出具决定书", FACTS) == []


async def test_passed_on_it_appears_as_new_and_its_result_comes_back(world: World) -> None:
    subject, city, county = await world.organ(SUBJECT), await world.organ("市司法局"), await world.organ(BODY)
    file = Attachment(name="说明.txt", data="情况说明".encode())
    async with world.work("市司法局", "supervisor") as work:
        clue = await service.register(work, command(subject, attachments=(file,)))
        await service.pass_on(work, clue.id, county, "属于区级监督范围")
        assert clue.passed_clue_id is not None
        back = await deadlines.for_subject(work, clue.id)
        assert [(d.rule_key, d.bound_id, d.due_on) for d in back] == [("clue.result_back", county, date(2026, 10, 22))]
    async with world.work(BODY, "supervisor") as work:
        received = await service.view(work, clue.passed_clue_id)
        assert (received.state, received.complainant, received.attachments) == ("new", None, [])
        assert received.source_label == "市司法局转交"
        assert (await work.session.scalars(select(Complainant))).all() == []
        with pytest.raises(NotFound):
            await service.view(work, clue.id)
        await service.propose_dismissal(work, received.id, "already_handled", "当事人已领回车辆。")
    async with world.work(BODY, "supervision_leader") as work:
        await service.dismiss(work, received.id)
    async with world.work("市司法局", "supervisor") as work:
        held = await service.view(work, clue.id)
        assert "已经依法处理完毕" in held.result_note
        assert held.answer.startswith("您反映的“扣押三轮车没有出具决定书”")
        assert await deadlines.for_subject(work, clue.id) == []
        answered = await service.answer(work, clue.id, held.answer)
        assert (answered.state, answered.organ_id) == ("answered", city)


async def test_a_clue_goes_up_and_never_to_the_organ_complained_of(world: World) -> None:
    subject, city = await world.organ(SUBJECT), await world.organ("市司法局")
    clue_id = await registered(world)
    async with world.work(BODY, "supervisor") as work:
        for wrong in (subject, await world.organ("尚集镇政府"), await world.organ("禹州市司法局")):
            with pytest.raises(IllegalTransition, match="没有监督权"):
                await service.pass_on(work, clue_id, wrong, "请办理")
        with pytest.raises(IllegalTransition, match="已在本机关"):
            await service.pass_on(work, clue_id, work.organ_id, "请办理")
        county = await service.register(work, command(await world.organ("建安区政府")))
        sent = await service.pass_on(work, county.id, city, "反映区政府的行为")
        assert sent.state == "passed_on"


async def test_the_pool_filters_searches_and_pages_both_ways(world: World) -> None:
    ids = [await registered(world, title=f"占道经营执法第{n}次", facts=f"第{n}次反映：{FACTS}") for n in range(1, 6)]
    async with world.work(BODY, "supervisor") as work:
        await service.accept(work, ids[0])
    async with world.work(BODY, "supervisor") as work:
        first = await service.list_clues(work, ClueFilter(state="new"), limit=2)
        assert [r.id for r in first.rows] == ids[1:3]
        assert first.before == ""
        second = await service.list_clues(work, ClueFilter(state="new"), after=first.after, limit=2)
        assert [r.id for r in second.rows] == ids[3:]
        assert second.after == ""
        again = await service.list_clues(work, ClueFilter(state="new"), before=second.before, limit=2)
        assert [r.id for r in again.rows] == ids[1:3]
        newest = await service.list_clues(work, ClueFilter(), limit=3)
        assert [r.id for r in newest.rows] == ids[::-1][:3]
        rest = await service.list_clues(work, ClueFilter(), after=newest.after, limit=3)
        assert [r.id for r in rest.rows] == ids[::-1][3:]
        found = await service.list_clues(work, ClueFilter(q="占道 第3次"))
        assert [r.id for r in found.rows] == [ids[2]]
        assert (await service.list_clues(work, ClueFilter(q="张立"))).rows == []
        assert (await service.list_clues(work, ClueFilter(due="overdue"))).rows == []
        assert (await service.count_by_state(work))["new"] == 4
        with pytest.raises(Invalid):
            await service.list_clues(work, ClueFilter(), after="nonsense")
    await world.set_clock("2026-10-20 09:00")
    async with world.work(BODY, "supervisor") as work:
        late = await service.list_clues(work, ClueFilter(due="overdue"))
        assert len(late.rows) == 4
        assert late.rows[0].chip is not None
        assert late.rows[0].chip.text == "逾期 3 个工作日"


async def test_a_stale_form_changes_nothing(world: World) -> None:
    clue_id = await registered(world)
    async with world.work(BODY, "supervisor") as work:
        version = (await service.view(work, clue_id)).version
        await service.set_subject(work, clue_id, await world.organ("建安区水利局"))
        await work.session.flush()
        with pytest.raises(Stale):
            await service.accept(work, clue_id, version=version)


async def test_the_page_says_what_can_be_done_and_why_the_rest_cannot(world: World) -> None:
    clue_id = await registered(world)
    async with world.work(BODY, "supervisor") as work:
        acts = {a.action: a for a in (await service.view(work, clue_id)).acts}
        assert {a for a in acts if acts[a].allowed} == {"accept", "pass_on", "propose_dismissal", "merge"}
        assert acts["dismiss"].reason
        await service.accept(work, clue_id)
        acts = {a.action: a for a in (await service.view(work, clue_id)).acts}
        assert acts["open_matter"].allowed
        assert acts["open_matter"].article == "11"


async def test_files_are_kept_with_their_clue_and_read_on_record(world: World) -> None:
    file = Attachment(name="照片说明.txt", data="现场照片说明".encode())
    clue_id = await registered(world, attachments=(file,))
    async with world.work(BODY, "supervisor") as work:
        kept = (await service.view(work, clue_id)).attachments[0]
        name, media_type, data = await service.attachment(work, clue_id, kept.id)
        assert (name, media_type, data.decode()) == ("照片说明.txt", "text/plain", "现场照片说明")
        with pytest.raises(Invalid):
            await service.register(work, command(None, attachments=(Attachment(name="a.pdf", data=b"MZ\x90\0"),)))
