"""A line of the bell on its way to people: once, over what they chose, after the night, with proof."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
import respx
from sqlalchemy import select, text, update

from integrations.links.rules import content_hash
from integrations.notify import addresses, gateways, rules, sending, wording
from integrations.notify import service as notify
from integrations.notify.models import NoticeAddress, NoticeDelivery, NoticeSending
from kernel import settings
from kernel.clock import system_now
from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, TooMany
from kernel.ids import NIL
from kernel.work import open_work
from supervision.deadlines import notices
from supervision.desk import service as desk
from tests.integrations.notify.sink import Sink, sink
from tests.integrations.outbox import waiting, work_off
from tests.world import World

BODY = "建安区司法局"
JOBS = ("dispatch_notice", "send_notice", "send_digest")
TITLE = "扣押三轮车一案的督办函"


@pytest.fixture
async def mail(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sink]:
    """An installation with a mail server of its own and two HTTP gateways."""
    async with sink() as server:
        known = replace(
            settings.load(), smtp_url=server.url, mail_from="zs@example.gov.cn", sms_url="https://sms.example/send",
            sms_token="t", public_url="https://zs.example",
        )  # fmt: skip
        monkeypatch.setattr(settings, "load", lambda: known)
        yield server


async def addressed(world: World, role: str = "supervisor", nth: int = 0, **given: str) -> UUID:
    """Verified addresses of a person; returns the person."""
    for channel, address in (given or {"email": "chen@example.gov.cn"}).items():
        async with world.work(BODY, role, nth) as work:
            await notify.set_address(work, channel, address)
        async with world.work(BODY, role, nth) as work:
            assert work.actor is not None
            row = (
                await work.session.scalars(
                    select(NoticeAddress).where(
                        NoticeAddress.person_id == work.actor.person_id, NoticeAddress.channel == channel
                    )
                )
            ).one()
            assert await notify.verify(work, channel, addresses._code(row))
    return (await world.actor(BODY, role, nth)).person_id


class Killed(BaseException):
    """The worker's process ended between the gateway's receipt and its settlement."""


async def killed(*_: object, **__: object) -> str:
    raise Killed


async def ring(world: World, **given: Any) -> UUID:
    told: dict[str, Any] = {"kind": "served", "title": TITLE, "link": "/instruments/1", "article": "19", **given}
    async with world.work(BODY) as work:
        line = await notices.notify(work, work.organ_id, roles=["supervisor"], **told)
    return line.id


async def rows(world: World, model: Any) -> list[Any]:
    async with world.work(BODY) as work:
        return list(await work.session.scalars(select(model).order_by(model.id)))


async def test_where_nobody_has_an_address_a_line_costs_nothing_more(world: World) -> None:
    await ring(world)
    assert await waiting(world, *JOBS) == []


async def test_a_line_goes_out_once_and_leaves_its_proof(world: World, mail: Sink) -> None:
    await addressed(world)
    await work_off(world, *JOBS)
    mail.mails.clear()
    notice_id = await ring(world, due_on=date(2026, 10, 30))
    await work_off(world, *JOBS)
    (letter,) = mail.mails
    said = letter.get_content()
    assert letter["To"] == "chen@example.gov.cn"
    assert TITLE not in said + letter["Subject"]
    assert all(word in said for word in ("10月30日", "第十九条", f"https://zs.example/notices/{notice_id}"))
    async with world.work(BODY, "supervisor") as work:
        await desk.mark_read(work, notice_id)
        found = await notify.proof(work, notice_id)
    (sent,) = found.sent
    assert (sent.state, sent.masked) == ("handed", "ch***@example.gov.cn")
    assert "queued as" in sent.receipt
    assert sent.text_hash == rules.text_hash(sent.subject, sent.text)
    assert sent.handed_at is not None
    assert [r.read_at is not None for r in found.readers].count(True) == 1
    assert found.title == TITLE


async def test_jobs_that_run_twice_have_effect_once(world: World, mail: Sink) -> None:
    await addressed(world)
    await work_off(world, *JOBS)
    notice_id = await ring(world)
    for _ in range(3):
        async with world.work(BODY) as work:
            await notify.dispatch(work, notice_id)
    await work_off(world, *JOBS)
    (delivery,) = await rows(world, NoticeDelivery)
    for _ in range(3):
        assert await notify.hand_over(await world.errand(BODY), delivery.sending_id) == "handed"
    assert [m["Subject"] for m in mail.mails].count("【准绳】建安区司法局：有文书送达或者签收，请查看") == 1


async def test_a_worker_that_dies_after_the_hand_over_sends_the_same_letter_again(
    world: World, mail: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SMTP took cannot be taken back: the copy has the same Message-ID, by which mail programs tell it."""
    await addressed(world)
    await work_off(world, *JOBS)
    mail.mails.clear()
    await ring(world)
    await work_off(world, "dispatch_notice")
    (row,) = [r for r in await rows(world, NoticeSending) if r.purpose == "notice"]
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_settle", killed)
        with pytest.raises(Killed):
            await notify.hand_over(await world.errand(BODY), row.id)
    assert (await rows(world, NoticeSending))[-1].state == "waiting"
    async with world.work(BODY) as work:
        over = update(NoticeSending).where(NoticeSending.id == row.id).values(claimed_until=system_now())
        await work.session.execute(over)
    await work_off(world, *JOBS)
    assert len(mail.mails) == 2
    assert len({m["Message-ID"] for m in mail.mails}) == 1
    assert (await rows(world, NoticeSending))[-1].state == "handed"


async def test_the_night_is_kept_and_its_lines_come_together_in_the_morning(world: World, mail: Sink) -> None:
    person = await addressed(world)
    await work_off(world, *JOBS)
    mail.mails.clear()
    await world.set_clock("2026-10-09 23:30")
    held = [await ring(world), await ring(world, kind="approval", article=None)]
    at_once = await ring(world, kind="overdue", due_on=date(2026, 10, 9))
    await work_off(world, *JOBS)
    assert [m["Subject"] for m in mail.mails] == ["【准绳】建安区司法局：有事项已经逾期，请立即办理"]
    async with world.work(BODY, "supervisor") as work:
        assert (await notify.proof(work, held[0])).sent[0].state == "held"
        assert (await notify.proof(work, at_once)).sent[0].state == "handed"
    await world.set_clock("2026-10-10 07:59")
    async with world.system() as work:
        assert await notify.wake(work) == 0
    await world.set_clock("2026-10-10 08:01")
    for _ in range(2):
        async with world.system() as work:
            await notify.wake(work)
    assert len(await waiting(world, "send_digest")) == 1
    await work_off(world, *JOBS)
    assert "2条消息" in mail.mails[-1]["Subject"]
    assert len(mail.mails) == 2
    async with world.work(BODY) as work:
        assert not await notify.digest(work, person, "email")
    async with world.work(BODY, "supervisor") as work:
        found = (await notify.proof(work, held[1])).sent[0]
    assert (found.together, found.state) == (True, "handed")
    assert found.quiet_since is not None


async def test_an_address_taken_away_in_the_night_leaves_its_trace(world: World, mail: Sink) -> None:
    person = await addressed(world)
    await work_off(world, *JOBS)
    await world.set_clock("2026-10-09 23:30")
    notice_id = await ring(world)
    await work_off(world, *JOBS)
    async with world.work(BODY, "supervisor") as work:
        await notify.forget(work, "email")
    async with world.work(BODY) as work:
        assert await notify.digest(work, person, "email")
    async with world.work(BODY, "supervisor") as work:
        (sent,) = (await notify.proof(work, notice_id)).sent
    assert (sent.state, sent.handed_at) == ("dead", None)
    assert "删除" in sent.error


async def test_wishes_are_kept_but_not_against_the_law(world: World, mail: Sink) -> None:
    await addressed(world, email="chen@example.gov.cn", sms="13912345678")
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid, match="法定提醒"):
            await notify.choose(work, {"served": []}, rules.QUIET)
        with pytest.raises(Invalid):
            await notify.choose(work, {"gossip": []}, rules.QUIET)
        await notify.choose(work, {"approval": [], "clue": ["email"], "served": ["email"]}, (0, 0))
    approval = await ring(world, kind="approval", article=None)
    clue = await ring(world, kind="clue", article=None)
    served = await ring(world)
    await work_off(world, "dispatch_notice")
    by_line: dict[UUID, list[str]] = {approval: [], clue: [], served: []}
    for row in await rows(world, NoticeDelivery):
        by_line[row.notice_id].append(row.channel)
    assert by_line == {approval: [], clue: ["email"], served: ["email"]}


async def test_what_a_gateway_does_not_take_comes_again_and_dies_in_sight(world: World, mail: Sink) -> None:
    await addressed(world)
    await work_off(world, *JOBS)
    mail.says["END"] = ["451 later"] * 7
    await ring(world)
    await work_off(world, *JOBS)
    (row,) = [r for r in await rows(world, NoticeSending) if r.purpose == "notice"]
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "451" in row.error
    times = ["09:02", "09:05", "09:20", "10:30", "15:00"]
    for moment in (*(f"2026-10-09 {t}" for t in times), "2026-10-10 09:00"):
        await world.set_clock(moment)
        async with world.system() as work:
            await notify.wake(work)
        await work_off(world, *JOBS)
    row = (await rows(world, NoticeSending))[-1]
    assert (row.state, row.attempts, row.wake_at) == ("dead", 7, None)
    async with world.work(BODY, "system_admin") as work:
        found, _ = await notify.log(work)
        assert (found[0].state, found[0].error) == ("dead", row.error)
        await notify.replay(work, row.id)
    async with world.work(BODY, "system_admin") as work:
        with pytest.raises(IllegalTransition):
            await notify.replay(work, row.id)
    await work_off(world, *JOBS)
    assert (await rows(world, NoticeSending))[-1].state == "handed"


async def test_an_address_that_does_not_exist_is_not_tried_again(world: World, mail: Sink) -> None:
    await addressed(world)
    await work_off(world, *JOBS)
    mail.says["RCPT"] = ["550 no such user"]
    await ring(world)
    await work_off(world, *JOBS)
    row = (await rows(world, NoticeSending))[-1]
    assert (row.state, row.attempts) == ("dead", 1)
    assert "550" in row.error


async def test_a_code_proves_an_address_and_is_kept_nowhere(world: World, mail: Sink) -> None:
    async with world.work(BODY, "supervisor") as work:
        await notify.set_address(work, "email", "chen@example.gov.cn")
    await work_off(world, *JOBS)
    code = mail.mails[0].get_content().split("验证码 ")[1][:6]
    (row,) = await rows(world, NoticeSending)
    assert code not in row.text
    assert rules.DOTS in row.text
    assert row.text_hash == rules.text_hash(*wording.of_code(code))
    (held,) = await rows(world, NoticeAddress)
    assert b"chen" not in held.cipher
    wrong = "000000" if code != "000000" else "111111"
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(TooMany):
            await notify.set_address(work, "email", "chen@example.gov.cn")
    for _ in range(5):
        async with world.work(BODY, "supervisor") as work:
            assert not await notify.verify(work, "email", wrong)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid, match="失效"):
            await notify.verify(work, "email", code)
    await world.set_clock("2026-10-09 09:10")
    async with world.work(BODY, "supervisor") as work:
        await notify.set_address(work, "email", "chen@example.gov.cn")
    await work_off(world, *JOBS)
    fresh = mail.mails[-1].get_content().split("验证码 ")[1][:6]
    async with world.work(BODY, "supervisor") as work:
        assert await notify.verify(work, "email", fresh)
    async with world.work(BODY, "supervisor") as work:
        assert [a.state for a in (await notify.own(work)).addresses] == ["verified", "none", "none"]
        await notify.forget(work, "email")
    assert await rows(world, NoticeAddress) == []


async def test_unverified_addresses_and_other_persons_get_nothing(world: World, mail: Sink) -> None:
    await addressed(world, "supervision_leader")
    async with world.work(BODY, "supervisor") as work:
        await notify.set_address(work, "email", "chen@example.gov.cn")
    await ring(world)
    await work_off(world, "dispatch_notice")
    assert await rows(world, NoticeDelivery) == []


async def test_the_http_gateway_carries_the_id_and_keeps_the_receipt(world: World, mail: Sink) -> None:
    async with world.work(BODY, "supervisor") as work:
        await notify.set_address(work, "sms", "13912345678")
    with respx.mock(assert_all_called=False) as router:
        route = router.post("https://sms.example/send")
        route.side_effect = [httpx.Response(503), httpx.Response(200, json={"id": "sms-77"})]
        await work_off(world, *JOBS)
        await world.set_clock("2026-10-09 09:05")
        async with world.system() as work:
            await notify.wake(work)
        await work_off(world, *JOBS)
        first, second = [json.loads(call.request.content) for call in route.calls]
    assert first == second
    assert second["to"] == "13912345678"
    assert route.calls[0].request.headers["authorization"] == "Bearer t"
    (row,) = await rows(world, NoticeSending)
    assert (row.state, row.receipt) == ("handed", "sms-77")


async def test_the_demo_sends_nothing_and_says_so(world: World) -> None:
    assert settings.load().demo_mode
    async with world.work(BODY, "supervisor") as work:
        view = await notify.set_address(work, "sms", "13912345678")
    assert len(view.demo_code) == 6
    await work_off(world, *JOBS)
    (row,) = await rows(world, NoticeSending)
    assert row.receipt.startswith("演示-")
    assert "演示" in row.gateway
    outside = replace(settings.load(), demo="")
    assert [gateways.gateway(channel, outside) for channel in rules.CHANNELS] == [None, None, None]


async def test_proofs_are_for_those_a_line_is_meant_for(world: World, mail: Sink) -> None:
    await addressed(world)
    notice_id = await ring(world)
    await work_off(world, *JOBS)
    async with world.work(BODY, "supervisor") as work:
        content = json.loads(await notify.export(work, notice_id))
    assert content["proof_hash"] == content_hash(content["proof"])
    assert content["proof"]["sent"][0]["masked"] == "ch***@example.gov.cn"
    assert "chen@example.gov.cn" not in json.dumps(content)
    async with world.work(BODY, "supervision_leader") as work:
        assert (await notify.proof(work, notice_id)).sent
    async with world.work(BODY, "system_admin") as work:
        with pytest.raises(Denied):
            await notify.proof(work, notice_id)
    async with world.work("建安区城市管理局", "contact") as work:
        with pytest.raises(NotFound):
            await notify.proof(work, notice_id)


async def test_the_log_shows_texts_without_matters_to_the_system_administrator(world: World, mail: Sink) -> None:
    await addressed(world, "system_admin", email="han@example.gov.cn")
    await work_off(world, *JOBS)
    async with world.work(BODY, "system_admin") as work:
        assert [c.state for c in await notify.channels(work)] == ["set", "set", "demo"]
        with pytest.raises(Invalid):
            await notify.test(work, "sms")
        await notify.test(work, "email")
    await work_off(world, *JOBS)
    assert "测试消息" in mail.mails[-1]["Subject"]
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied):
            await notify.log(work)


async def test_one_organ_never_sees_the_texts_of_another(world: World, mail: Sink) -> None:
    await addressed(world)
    await ring(world)
    await work_off(world, *JOBS)
    async with world.work("建安区城市管理局") as work:
        for model in (NoticeAddress, NoticeDelivery, NoticeSending):
            assert (await work.session.scalars(select(model))).all() == []
    tables = "notice_address, notice_sending, notice_delivery, notice_preference, notice_hours, notice_reading"
    async with open_work(world.database, city_id=world.city_id, organ_id=NIL) as work:
        for table in tables.split(", "):
            assert await work.session.scalar(text(f"select count(*) from {table}")) == 0


async def test_waking_skips_what_another_holds(world: World, mail: Sink) -> None:
    """Two sweeps at a time hand each text out once."""
    await addressed(world)
    await world.set_clock("2026-10-09 09:30")
    async with world.system() as one, world.system() as other:
        assert await notify.wake(one) == 1
        assert await notify.wake(other) == 0
