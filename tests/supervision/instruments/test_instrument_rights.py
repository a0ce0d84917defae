"""Service, time and the rights of the supervised organ, on a real database (Arts. 16, 19, 20)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

import jobs.actors  # noqa: F401
from cli.calendar import OfficialDay, store
from jobs.runtime import run
from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound
from kernel.models import OutboxMessage
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.instruments import service
from supervision.instruments.models import Delivery, Instrument, Reply
from supervision.matters import service as matters
from supervision.recusals import service as recusals
from tests import stories
from tests.snapshots import remembered
from tests.stories import BODY, SUPERVISED
from tests.world import World

RECOUNT = "recalculate_deadlines"


async def delivery(world: World, delivery_id: object) -> Delivery:
    async with world.work(SUPERVISED) as work:
        found = await work.session.get(Delivery, (work.city_id, delivery_id))
        assert found is not None
        return found


async def instrument(world: World, instrument_id: object) -> Instrument:
    async with world.work(BODY) as work:
        found = await work.session.get(Instrument, (work.city_id, instrument_id))
        assert found is not None
        return found


async def limit(world: World, of: Delivery) -> Deadline:
    async with world.work(BODY) as work:
        assert of.deadline_id is not None
        return await deadlines.get(work, of.deadline_id)


@remembered
async def sent(world: World, /) -> tuple[Instrument, Delivery]:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    drafted = await stories.draft_letter(world, matter.id)
    issued = await stories.issue_letter(world, drafted.id)
    return issued, await stories.delivery_of(world, issued.id)


async def test_an_unopened_letter_is_served_at_the_end_of_the_next_working_day(world: World) -> None:
    issued, held = await sent(world)
    # 10 October is a Saturday on which people work.
    await world.set_clock("2026-10-10 18:00")
    with pytest.raises(IllegalTransition):
        async with world.work(BODY) as work:
            await service.deem_served(work, held.id)
    await world.set_clock("2026-10-11 00:10")
    async with world.work(BODY) as work:
        assert await service.deem_served(work, held.id)
    served = await delivery(world, held.id)
    assert (served.served_on, served.served_how, served.due_on) == (date(2026, 10, 10), "deemed", date(2026, 10, 23))
    async with world.work(BODY) as work:
        assert not await service.deem_served(work, held.id)
    opened = await stories.open_letter(world, held.id)
    assert (opened.served_on, opened.due_on) == (date(2026, 10, 10), date(2026, 10, 23))
    assert opened.opened_at is not None
    assert (await instrument(world, issued.id)).state == "served"


async def test_paper_service_counts_from_the_day_on_the_receipt(world: World) -> None:
    issued, held = await sent(world)
    await world.set_clock("2026-10-13 10:00")
    with pytest.raises(IllegalTransition):
        async with world.work(BODY, "supervisor") as work:
            await service.serve_on_paper(work, issued.id, served_on=date(2026, 10, 12), receiver="周立新", proof="")
    async with world.work(BODY, "supervisor") as work:
        await service.serve_on_paper(
            work, issued.id, served_on=date(2026, 10, 12), receiver="周立新 法制股股长", proof="送达回证 2026-31"
        )
    served = await delivery(world, held.id)
    assert (served.served_on, served.due_on, served.manner) == (date(2026, 10, 12), date(2026, 10, 26), "paper")


async def test_an_extension_is_asked_for_once_in_time_and_counted_from_the_old_end(world: World) -> None:
    _, _, letter, held = await stories.served_matter(world)
    assert held.extension_until == date(2026, 10, 19)
    ask = service.ExtensionInput(amount=5, reason="需要逐册清理历史案卷。", steps_taken="已清理二百册案卷。")
    await world.set_clock("2026-10-20 09:00")
    with pytest.raises(IllegalTransition, match="已经超过申请延期的时间"):
        async with world.work(SUPERVISED, "contact") as work:
            await service.request_extension(work, held.id, ask)
    await world.set_clock("2026-10-19 09:00")
    async with world.work(SUPERVISED, "contact") as work:
        await service.request_extension(work, held.id, ask)
    async with world.work(BODY) as work:
        held_limit = (await deadlines.for_subject(work, letter.id))[0]
        assert "extension_pending" in await deadlines.flags_of(work, held_limit)
    with pytest.raises(Denied):
        async with world.work(BODY, "supervisor") as work:
            await service.decide_extension(work, letter.id, granted=True, reason="理由充分。")
    async with world.work(BODY, "supervision_leader") as work:
        await service.decide_extension(work, letter.id, granted=True, reason="案卷较多，情况属实。")
    moved = await delivery(world, held.id)
    assert (moved.due_on, moved.extended, moved.extension_until) == (date(2026, 10, 29), True, None)
    assert (await limit(world, moved)).due_on == date(2026, 10, 29)
    with pytest.raises(IllegalTransition):
        async with world.work(SUPERVISED, "contact") as work:
            await service.request_extension(work, held.id, ask)


async def test_an_objection_is_decided_by_another_than_the_issuer_and_stops_nothing(world: World) -> None:
    _, _, letter, held = await stories.served_matter(world)
    with pytest.raises(Denied):
        async with world.work(SUPERVISED, "contact") as work:
            await service.raise_objection(work, held.id, "认定的事实与案卷记载不一致。")
    async with world.work(SUPERVISED, "organ_head") as work:
        await service.raise_objection(work, held.id, "认定的事实与案卷记载不一致。")
    assert (await limit(world, held)).state == "running"
    with pytest.raises(Denied):
        async with world.work(BODY, "supervision_leader", 0) as work:
            await service.decide_objection(work, letter.id, result="upheld", reason="事实清楚，维持。")
    async with world.work(BODY, "supervision_leader", 1) as work:
        await service.decide_objection(work, letter.id, result="revoked", reason="事实认定有误，撤回重新制发。")
    assert (await instrument(world, letter.id)).state == "withdrawn"
    gone = await delivery(world, held.id)
    assert gone.state == "withdrawn"
    assert (await limit(world, gone)).state == "cancelled"


async def test_a_report_is_sent_back_twice_and_the_third_time_is_a_refusal(world: World) -> None:
    matter, finding, letter, held = await stories.served_matter(world)
    for number in (1, 2, 3):
        await stories.answer_letter(world, held.id)
        await stories.send_back_answer(world, letter.id)
        now = await delivery(world, held.id)
        assert now.sent_back_count == number
        if number < 3:
            assert (now.state, now.due_on) == ("served", date(2026, 10, 15))
    assert (await instrument(world, letter.id)).state == "refused"
    assert (await delivery(world, held.id)).state == "closed"
    async with world.work(BODY) as work:
        case = await matters.load_case(work, matter.id)
        assert finding.id in case.outside.failed


async def test_an_express_refusal_is_one_at_once(world: World) -> None:
    matter, _, letter, held = await stories.served_matter(world)
    told: list[str] = []

    async def listener(work: object, event: str, row: Instrument, of: Delivery) -> None:
        told.append(event)

    service.subscribe(listener)
    world.shelf = None  # put back, nobody would hear of it
    try:
        await stories.answer_letter(world, held.id, refuses=True)
    finally:
        service.events._LISTENERS.remove(listener)
    assert told == ["refused"]
    assert (await instrument(world, letter.id)).state == "refused"
    async with world.work(BODY) as work:
        assert (await matters.get(work, matter.id)).stage == "urging"


async def test_a_letter_lapses_after_its_end_and_a_late_report_cures_nothing(world: World) -> None:
    matter, finding, letter, held = await stories.served_matter(world)
    assert not await stories.lapse_letter(world, letter.id)
    await world.set_clock("2026-10-23 00:30")
    assert await stories.lapse_letter(world, letter.id)
    assert not await stories.lapse_letter(world, letter.id)
    assert (await instrument(world, letter.id)).state == "lapsed"
    await world.set_clock("2026-10-27 09:00")
    reply = await stories.answer_letter(world, held.id)
    assert reply.late_workdays == 3
    late = await instrument(world, letter.id)
    assert late.state == "answered"
    async with world.work(BODY) as work:
        assert await service.failed(work, late)
        assert finding.id in (await matters.load_case(work, matter.id)).outside.failed
    await stories.accept_answer(world, letter.id)
    async with world.work(BODY) as work:
        assert not await service.failed(work, await instrument(world, letter.id))


async def test_an_opinion_supersedes_the_letter_and_is_accepted_by_the_leader(world: World) -> None:
    matter, finding, letter, held = await stories.served_matter(world)
    opinion, answer_to = await stories.serve_letter(world, matter.id, kind="opinion")
    assert opinion.number == "建司执监意〔2026〕1号"
    assert (await instrument(world, letter.id)).state == "superseded"
    assert (await delivery(world, held.id)).state == "closed"
    await stories.answer_letter(world, answer_to.id)
    with pytest.raises(Denied):
        async with world.work(BODY, "supervisor") as work:
            await service.accept_reply(work, opinion.id)
    with pytest.raises(IllegalTransition, match="尚未全部核验"):
        async with world.work(BODY, "supervision_leader") as work:
            await service.accept_reply(work, opinion.id)
    async with world.work(BODY, "supervisor") as work:
        await matters.verify_rectification(work, finding.id, True, "已核对。")
    async with world.work(BODY, "supervision_leader") as work:
        assert (await service.accept_reply(work, opinion.id)).state == "accepted"


async def test_a_handler_whose_recusal_was_applied_for_does_nothing_meanwhile(world: World) -> None:
    _, _, letter, held = await stories.served_matter(world)
    await stories.answer_letter(world, held.id)
    async with world.work(SUPERVISED, "contact") as work:
        await recusals.apply_recusal(work, held.id, "陈明远", "relative_interest", "与当事人有近亲属关系。")
    with pytest.raises(Barred):
        await stories.accept_answer(world, letter.id)


async def test_who_drafts_does_not_approve_on_either_side(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    drafted = await stories.draft_letter(world, matter.id)
    with pytest.raises(Denied):
        async with world.work(BODY, "supervisor") as work:
            await service.approve(work, drafted.id)
    with pytest.raises(NotFound):
        async with world.work(SUPERVISED, "organ_head") as work:
            await service.approve(work, drafted.id)
    await stories.issue_letter(world, drafted.id)
    held = await stories.delivery_of(world, drafted.id)
    with pytest.raises(IllegalTransition, match="尚未签收"):
        async with world.work(SUPERVISED, "contact") as work:
            await service.draft_reply(work, held.id, service.ReplyInput())
    await stories.open_letter(world, held.id)
    with pytest.raises(Denied):
        async with world.work(SUPERVISED, "organ_head") as work:
            await service.draft_reply(work, held.id, service.ReplyInput())
    async with world.work(SUPERVISED, "contact") as work:
        await service.draft_reply(work, held.id, service.ReplyInput())
    with pytest.raises(Invalid, match="要求1"):
        async with world.work(SUPERVISED, "contact") as work:
            await service.submit_reply(work, held.id)
    with pytest.raises(Denied):
        async with world.work(SUPERVISED, "contact") as work:
            await service.approve_reply(work, held.id)


async def test_a_vertical_body_gets_the_copy_for_its_upper_department(world: World) -> None:
    matter = await stories.open_matter(world, supervised="建安区烟草专卖局", content_items=("10(5)",))
    await stories.find_problem(world, matter.id)
    drafted = await stories.draft_letter(world, matter.id)
    assert drafted.copies_text == "许昌市烟草专卖局"
    await stories.issue_letter(world, drafted.id)
    async with world.work("市烟草专卖局") as work:
        copies = (await work.session.scalars(select(Delivery))).all()
        assert [(copy.role, copy.state) for copy in copies] == [("copy", "sent")]
    async with world.work(BODY, "supervisor") as work:
        shown = await service.instrument_view(work, drafted.id)
    assert [(r.addressee_name, r.role) for r in shown.receipts] == [
        ("许昌市建安区烟草专卖局", "主送"),
        ("许昌市烟草专卖局", "抄送"),
    ]


async def test_a_submitted_report_stays_as_it_was(world: World) -> None:
    _, _, _, held = await stories.served_matter(world)
    reply = await stories.answer_letter(world, held.id)
    with pytest.raises(IllegalTransition):
        async with world.work(SUPERVISED, "contact") as work:
            await service.draft_reply(work, held.id, service.ReplyInput())
    async with world.work(BODY, "supervisor") as work:
        name, pdf = await service.report_pdf(work, reply.id)
        row = await work.session.get(Reply, (work.city_id, reply.id))
        assert row is not None
    assert pdf.startswith(b"%PDF")
    assert "第1次" in name


async def test_after_an_official_calendar_the_inbox_and_the_deadline_agree(world: World) -> None:
    _, _, letter, held = await stories.served_matter(world)
    assert (held.due_on, held.objection_until) == (date(2026, 10, 22), date(2026, 10, 22))
    await store(world.database, world.city_id, [OfficialDay(date(2026, 10, 21), is_workday=False, name="临时放假")])
    async with world.system() as work:
        waiting = (await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == RECOUNT))).one()
    await run(world.database, RECOUNT, world.city_id, [(waiting.organ_id, waiting.id)])
    moved = await delivery(world, held.id)
    row = await limit(world, moved)
    assert row.due_on == date(2026, 10, 23)
    assert (moved.due_on, moved.objection_until, moved.extension_until) == (
        row.due_on,
        date(2026, 10, 23),
        date(2026, 10, 19),
    )
    async with world.work(SUPERVISED, "contact") as work:
        seen = await service.delivery_view(work, held.id)
        assert seen.deadline is not None
        assert seen.deadline.due_on == row.due_on
        assert {right.key: right.until for right in seen.rights if right.until} == {
            "extension": moved.extension_until,
            "objection": moved.objection_until,
        }
    async with world.work(BODY, "supervisor") as work:
        shown = (await service.instrument_view(work, letter.id)).deadline
        assert shown is not None
        assert shown.due_on == row.due_on
