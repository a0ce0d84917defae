"""Deadlines as rows: started from the rule book, moved, woken and explained, on a real database."""

from __future__ import annotations

from datetime import date
from uuid import RFC_4122, UUID

import pytest
from sqlalchemy import select

from kernel.errors import IllegalTransition
from kernel.ids import NIL, new_id
from kernel.models import OutboxMessage
from kernel.work import Work, open_work
from supervision.deadlines import notices, service
from supervision.deadlines.models import Deadline
from tenants.organs.models import SettingOverride
from tests.world import World

ORGAN = "建安区司法局"


async def started(work: Work, on: date, *, ladder: bool = True, matter_id: UUID | None = None) -> Deadline:
    return await service.start(
        work,
        rule_key="instrument.answer.urging_letter",
        subject_kind="instrument",
        subject_id=new_id(),
        matter_id=matter_id,
        bound_id=work.organ_id,
        title="书面报告处理情况",
        start_event="督办函送达",
        on=on,
        ladder=ladder,
    )


async def test_length_and_article_come_from_the_rule_book_and_the_end_counts_makeup_days(world: World) -> None:
    async with world.work(ORGAN) as work:
        found = await started(work, date(2026, 9, 14))
        assert (found.amount, found.unit, found.article, found.source) == (10, "working_day", "19", "default")
        assert found.due_on == date(2026, 9, 28)
        assert found.wake_on == date(2026, 9, 22)
        view = await service.explain_view(work, found)
    assert view.chip.text == "逾期 4 个工作日"
    assert "2026年9月14日（周一）督办函送达，当日不计" in view.sentence
    assert view.date_text == "9月28日 周一"
    assert [cell.label for cell in view.cells][:2] == ["起", "1"]
    assert view.next == "2026年10月10日：起草向本级政府的报告。"


async def test_a_tenant_changes_a_length_where_the_rule_book_allows_it(world: World) -> None:
    async with world.work(ORGAN) as work:
        work.session.add(
            SettingOverride(
                id=new_id(),
                city_id=work.city_id,
                organ_id=work.organ_id,
                rulebook_key="xuchang-2024-draft",
                entry="instrument.answer.urging_letter",
                amount=15,
                unit="working_day",
                valid_from=date(2026, 1, 1),
            )
        )
        await work.session.flush()
        changed = await started(work, date(2026, 9, 14))
    async with world.work("市司法局") as work:
        unchanged = await started(work, date(2026, 9, 14))
    assert (changed.amount, changed.source) == (15, "tenant")
    assert unchanged.amount == 10


async def test_what_is_done_late_meets_the_deadline_and_stays_late(world: World) -> None:
    async with world.work(ORGAN) as work:
        found = await started(work, date(2026, 9, 14))
        await service.meet(work, found.subject_id, date(2026, 9, 30))
        view = await service.explain_view(work, found)
    assert (found.state, found.wake_on) == ("met", None)
    assert view.chip.text == "逾期 2 日后报告"


async def test_an_extension_runs_from_the_old_end_once_and_reminds_again(world: World) -> None:
    await world.set_clock("2026-09-20 09:00")
    async with world.work(ORGAN) as work:
        found = await started(work, date(2026, 9, 14))
        await service.extend(work, found, 5, "working_day", "需要现场复核")
        assert (found.due_on, found.round, found.extended) == (date(2026, 10, 10), 2, True)
        assert "需要现场复核" in (await service.explain_view(work, found)).sentence
        with pytest.raises(IllegalTransition, match="延期次数已经用完"):
            await service.extend(work, found, 5, "working_day", "再延")


async def test_a_suspended_deadline_goes_on_with_the_rest_of_its_time(world: World) -> None:
    matter_id = new_id()
    await world.set_clock("2026-09-18 09:00")
    async with world.work(ORGAN) as work:
        found = await started(work, date(2026, 9, 14), matter_id=matter_id)
        await service.suspend(work, matter_id, "所涉行为复议办理中")
        assert (found.state, found.wake_on) == ("suspended", None)
        assert (await service.explain_view(work, found)).chip.text == "中止 所涉行为复议办理中"
    await world.set_clock("2026-10-09 09:00")
    async with world.work(ORGAN) as work:
        again = await service.get(work, found.id)
        await service.resume(work, matter_id, "复议终结")
        assert again.state == "running"
        # Six working days were left after 18 September (five of the period are 15 to 18 and 20).
        assert again.due_on == date(2026, 10, 16)
        assert again.wake_on is not None


async def test_a_report_sent_back_starts_a_new_round_from_today(world: World) -> None:
    async with world.work(ORGAN) as work:
        found = await started(work, date(2026, 9, 14))
        await service.meet(work, found.subject_id, work.today)
        await service.restart(work, found, None, None, "退回补充报告")
        view = await service.explain_view(work, found)
    assert (found.state, found.round, found.amount, found.due_on) == ("running", 2, 5, date(2026, 10, 15))
    assert "2026年10月9日（周五）退回补充报告" in view.sentence


async def test_each_step_is_taken_once_in_a_round(world: World) -> None:
    async with world.work(ORGAN) as work:
        found = await started(work, date(2026, 9, 14))
        due = await service.due_now(work, found)
        assert [key for key, _ in due] == ["remind_before", "remind_last_day", "overdue"]
        for key, day in due:
            assert await service.take_step(work, found, key, day)
            assert not await service.take_step(work, found, key, day)
        assert await service.due_now(work, found) == []
        await service.rewake(work, found)
        assert found.wake_on == date(2026, 10, 10)


async def test_a_plain_deadline_wakes_the_day_after_its_end_only(world: World) -> None:
    async with world.work(ORGAN) as work:
        found = await started(work, date(2026, 10, 9), ladder=False)
        assert found.wake_on is not None
        assert (found.wake_on - found.due_on).days == 1
        assert await service.due_now(work, found) == []
        with pytest.raises(IllegalTransition, match="尚未届满"):
            await service.lapse(work, found)


async def test_what_is_due_in_any_tenant_is_handed_to_a_job_of_its_own_organ_once(world: World) -> None:
    async with world.work(ORGAN) as work:
        first = await started(work, date(2026, 9, 14))
        later = await started(work, date(2026, 10, 9))
    async with world.work("市司法局") as work:
        second = await started(work, date(2026, 9, 14))
    async with world.system() as work:
        claimed = await service.claim_due(work, 10)
        assert await service.hand_over_due(work, 10) == 2
        assert await service.hand_over_due(work, 10) == 0
    assert set(claimed) == {(first.organ_id, first.id), (second.organ_id, second.id)}
    for deadline, woken in ((first, date(2026, 10, 10)), (second, date(2026, 10, 10)), (later, later.wake_on)):
        async with open_work(world.database, city_id=world.city_id, organ_id=deadline.organ_id) as work:
            messages = (await work.session.scalars(select(OutboxMessage))).all()
            mine = [m for m in messages if m.payload == {"deadline_id": str(deadline.id)}]
            assert [(m.job, m.organ_id) for m in mine] == [("deadline_step", deadline.organ_id)] * (
                deadline is not later
            )
            assert all(m.id.version == 7 and m.id.variant == RFC_4122 for m in mine)
            held = await service.get(work, deadline.id)
            assert held.wake_on == woken, "what its job cannot do comes again the next day"


async def test_parallel_hand_overs_pass_over_each_others_rows(world: World) -> None:
    async with world.work(ORGAN) as work:
        for _ in range(4):
            await started(work, date(2026, 9, 14))
    async with world.system() as one, world.system() as other:
        assert await service.hand_over_due(one, 3) == 3
        assert await service.hand_over_due(other, 3) == 1


async def test_another_city_is_left_alone(world: World) -> None:
    async with world.work(ORGAN) as work:
        await started(work, date(2026, 9, 14))
    async with open_work(world.database, city_id=new_id(), organ_id=NIL) as work:
        assert await service.hand_over_due(work, 10) == 0


async def test_a_notice_lies_in_the_bell_of_the_other_organ(world: World) -> None:
    other = await world.organ("建安区水利局")
    async with world.work(ORGAN, "supervisor") as work:
        notice = await notices.notify(
            work,
            other,
            kind="served",
            title="收到督办函",
            link="/inbox/1",
            roles=["contact", "organ_head"],
            article="19",
            due_on=date(2026, 10, 23),
        )
    async with world.work("建安区水利局", "contact") as work:
        read = await notices.mark_read(work, notice.id)
        assert read.read_by == [work.actor.post_id] if work.actor else False
