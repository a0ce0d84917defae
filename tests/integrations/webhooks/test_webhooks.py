"""What happens in an organ reaches its other systems: once, signed, without personal data, and with a log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio
import pytest
from sqlalchemy import select, update

from integrations.webhooks import rules, sending
from integrations.webhooks import service as webhooks
from integrations.webhooks.models import WebhookEndpoint, WebhookMessage
from kernel import settings
from kernel.clock import system_now
from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from supervision.deadlines.models import Notice
from tests import stories
from tests.integrations.outbox import waiting, work_off
from tests.integrations.webhooks.receiver import Receiver, receiver
from tests.world import World

BODY = "建安区司法局"
JOBS = ("tell_webhooks_of", "send_webhook")


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made


async def added(world: World, hook: Receiver, *events: str, name: str = "办公系统") -> tuple[UUID, str]:
    """An endpoint and its secret."""
    async with world.work(BODY, "system_admin") as work:
        made = await webhooks.add(work, name, hook.url, list(events or rules.EVENTS))
    return made.endpoint.id, made.secret


async def told(world: World, times: int = 1) -> int:
    await world.settled(BODY)
    made = 0
    for _ in range(times):
        async with world.work(BODY) as work:
            made += await webhooks.tell(work)
    return made


async def log(world: World, endpoint_id: UUID) -> list[webhooks.MessageView]:
    async with world.work(BODY, "system_admin") as work:
        return (await webhooks.messages(work, endpoint_id))[0]


async def fail_until(world: World, message_id: UUID, tries: int) -> None:
    for _ in range(tries):
        await webhooks.hand_over(await world.errand(BODY), message_id)


async def test_a_story_arrives_once_in_order_and_signed(world: World, hook: Receiver) -> None:
    await stories.register_clue(world)
    await world.settled(BODY)
    endpoint_id, secret = await added(world, hook)
    await stories.served_matter(world)
    assert await told(world) > 0
    assert await told(world, 3) == 0
    await work_off(world, *JOBS)
    types = [body["type"] for body in hook.bodies]
    assert "matter.opened" in types
    assert types.count("instrument.issued") == 1
    assert "clue.received" not in types
    assert all(hook.verified(n, secret) for n in range(len(hook.got)))
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == len(hook.got)
    for body in hook.bodies:
        assert set(body) == {"type", "timestamp", "data"}
        assert set(body["data"]) == {"id", "kind", "organ_id", "thread_id", "article", "entry_id", "link"}
    assert {m.state for m in await log(world, endpoint_id)} == {"delivered"}


async def test_no_payload_tells_a_title_a_name_or_a_complainant(world: World, hook: Receiver) -> None:
    await added(world, hook)
    clue = await stories.register_clue(world)
    await told(world)
    await work_off(world, *JOBS)
    said = json.dumps(hook.bodies, ensure_ascii=False)
    assert str(clue.id) in said
    assert clue.title not in said
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in said)


async def test_only_what_was_chosen_is_told(world: World, hook: Receiver) -> None:
    await added(world, hook, "clue.received")
    await stories.register_clue(world)
    await stories.propose_matter(world, "再次立项")
    await told(world)
    await work_off(world, *JOBS)
    assert [body["type"] for body in hook.bodies] == ["clue.received"]


async def test_two_workers_at_a_time_tell_once(world: World, hook: Receiver) -> None:
    await added(world, hook, "clue.received")
    await stories.register_clue(world)
    await world.settled(BODY)
    async with world.work(BODY) as one, world.work(BODY) as other:
        assert await webhooks.tell(one) == 1
        assert await webhooks.tell(other) == 0


async def test_failures_come_again_under_the_same_id_and_are_logged(world: World, hook: Receiver) -> None:
    endpoint_id, secret = await added(world, hook, "clue.received")
    hook.answers = [(500, "busy\x00<b>"), (503, "later")]
    await stories.register_clue(world)
    await told(world)
    assert [row[0] for row in await waiting(world, "send_webhook")] == [await world.organ(BODY)]
    await work_off(world, "send_webhook", rounds=1)
    (row,) = await log(world, endpoint_id)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert (row.tries[0].status, row.tries[0].answer) == (500, "busy·<b>")
    await fail_until(world, row.id, 2)
    (row,) = await log(world, endpoint_id)
    assert (row.state, row.attempts) == ("delivered", 3)
    assert [t.status for t in row.tries] == [200, 503, 500]
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1
    assert hook.verified(2, secret)


async def test_after_the_last_try_a_message_is_dead_and_can_be_sent_by_hand(world: World, hook: Receiver) -> None:
    endpoint_id, _ = await added(world, hook, "clue.received")
    hook.answers = [(500, "no")] * 10
    await stories.register_clue(world)
    await told(world)
    message_id = (await log(world, endpoint_id))[0].id
    await fail_until(world, message_id, 12)
    (row,) = await log(world, endpoint_id)
    assert (row.state, row.attempts, row.next_at) == ("dead", 10, None)
    async with world.work(BODY, "system_admin") as work:
        assert await webhooks.replay(work, message_id) == endpoint_id
    await work_off(world, "send_webhook")
    (row,) = await log(world, endpoint_id)
    assert (row.state, row.tries[0].status) == ("delivered", 200)
    assert row.tries[0].by_name != ""


async def test_days_of_failure_switch_an_endpoint_off_and_the_administrator_is_told(
    world: World, hook: Receiver
) -> None:
    endpoint_id, _ = await added(world, hook, "clue.received")
    hook.answers = [(500, "no")] * 3
    await stories.register_clue(world)
    await told(world)
    message_id = (await log(world, endpoint_id))[0].id
    await fail_until(world, message_id, 1)
    await world.set_clock("2026-10-14 09:30")
    await fail_until(world, message_id, 1)
    async with world.work(BODY, "system_admin") as work:
        assert (await webhooks.get(work, endpoint_id)).state == "failing"
        line = (await work.session.scalars(select(Notice).where(Notice.roles == ["system_admin"]))).one()
        assert "已自动停用" in line.title
        with pytest.raises(IllegalTransition):
            await webhooks.replay(work, message_id)
    before = len(hook.got)
    await fail_until(world, message_id, 2)
    assert len(hook.got) == before
    await stories.register_clue(world, "扣押三轮车没有出具决定书")
    assert await told(world) == 0
    async with world.work(BODY, "system_admin") as work:
        await webhooks.switch(work, endpoint_id, on=True)
    assert await told(world) == 1
    hook.answers = []
    async with world.system() as work:
        assert await webhooks.wake(work) == 1
    await work_off(world, *JOBS)
    assert {m.state for m in await log(world, endpoint_id)} == {"delivered"}


async def test_a_receiver_that_is_gone_is_believed_at_once(world: World, hook: Receiver) -> None:
    endpoint_id, _ = await added(world, hook, "clue.received")
    hook.answers = [(410, "gone")]
    await stories.register_clue(world)
    await told(world)
    await work_off(world, *JOBS)
    async with world.work(BODY, "system_admin") as work:
        assert (await webhooks.get(work, endpoint_id)).state == "failing"


async def test_a_rotation_is_signed_twice_for_a_day(world: World, hook: Receiver) -> None:
    endpoint_id, old = await added(world, hook, "clue.received")
    async with world.work(BODY, "system_admin") as work:
        kept = await webhooks.rotate(work, endpoint_id)
        await webhooks.trial(work, endpoint_id)
    await work_off(world, *JOBS)
    assert hook.verified(0, old)
    assert hook.verified(0, kept.secret)
    assert hook.bodies[0]["type"] == "webhook.test"
    async with world.work(BODY) as work:
        await work.session.execute(update(WebhookEndpoint).values(previous_until=system_now() - timedelta(seconds=1)))
    async with world.work(BODY, "system_admin") as work:
        await webhooks.trial(work, endpoint_id)
    await work_off(world, *JOBS)
    assert not hook.verified(1, old)
    assert hook.verified(1, kept.secret)


async def test_a_name_that_leads_inside_is_refused_at_the_connection(
    world: World, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name was harmless when it was entered, and leads to the metadata service or a private host
    when it is called. Nothing is sent there."""
    asked: list[str] = []

    async def leads(host: Any, port: Any, **_: Any) -> list[Any]:
        asked.append(str(host))
        return [(2, 1, 6, "", (address, port)) for address in ("169.254.169.254", "10.0.0.8")]

    monkeypatch.setattr(anyio, "getaddrinfo", leads)
    endpoint_id, _ = await added(world, hook, "clue.received")
    async with world.work(BODY) as work:
        await work.session.execute(update(WebhookEndpoint).values(address="https://hooks.example.gov.cn/in"))
    async with world.work(BODY, "system_admin") as work:
        await webhooks.trial(work, endpoint_id)
    await work_off(world, *JOBS, rounds=1)
    (row,) = await log(world, endpoint_id)
    assert (row.tries[0].status, row.state) == (None, "waiting")
    assert "may not be called" in row.tries[0].answer
    assert asked == ["hooks.example.gov.cn"]
    assert hook.got == []


async def test_loopback_is_for_the_demo_alone(world: World, hook: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint_id, _ = await added(world, hook, "clue.received")
    known = replace(settings.load(), demo="")
    monkeypatch.setattr(settings, "load", lambda: known)
    async with world.work(BODY, "system_admin") as work:
        with pytest.raises(Invalid):
            await webhooks.add(work, "另一系统", hook.url, ["clue.received"])
        await webhooks.trial(work, endpoint_id)
    await work_off(world, *JOBS, rounds=1)
    assert hook.got == []


async def test_a_worker_that_dies_after_the_answer_sends_the_same_id_again(
    world: World, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id, _ = await added(world, hook, "clue.received")
    await stories.register_clue(world)
    await told(world)
    message_id = (await log(world, endpoint_id))[0].id

    async def killed(*_: object) -> str:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_settle", killed)
        with pytest.raises(asyncio.CancelledError):
            await webhooks.hand_over(await world.errand(BODY), message_id)
    async with world.work(BODY) as work:
        await work.session.execute(update(WebhookMessage).values(claimed_until=system_now(), wake_at=system_now()))
    async with world.system() as work:
        assert await webhooks.wake(work) == 1
    await work_off(world, "send_webhook")
    (row,) = await log(world, endpoint_id)
    assert row.state == "delivered"
    assert [(t.status, t.answer) for t in row.tries] == [(200, "ok"), (None, sending.LOST)]
    assert len(hook.got) == 2
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1
    assert len({body for _, body in hook.got}) == 1


async def test_who_may_keep_webhooks(world: World, hook: Receiver) -> None:
    endpoint_id, _ = await added(world, hook, "clue.received")
    async with world.work(BODY, "security_admin") as work:
        assert (await webhooks.get(work, endpoint_id)).name == "办公系统"
        with pytest.raises(Denied):
            await webhooks.rotate(work, endpoint_id)
    for role in ("supervisor", "audit_admin"):
        async with world.work(BODY, role) as work:
            with pytest.raises(Denied):
                await webhooks.listing(work)
    async with world.work(BODY, "system_admin") as work:
        with pytest.raises(Invalid, match="同名"):
            await webhooks.add(work, "办公系统", hook.url, ["clue.received"])
        with pytest.raises(NotFound):
            await webhooks.replay(work, endpoint_id)
        with pytest.raises(IllegalTransition):
            await webhooks.switch(work, endpoint_id, on=True)
        assert (await webhooks.switch(work, endpoint_id, on=False)).state == "disabled"
    async with world.work("建安区城市管理局") as work:
        for model in (WebhookEndpoint, WebhookMessage):
            assert (await work.session.scalars(select(model))).all() == []


async def test_the_schedule_finds_every_organ_and_what_is_due(world: World, hook: Receiver) -> None:
    await added(world, hook, "clue.received")
    await stories.register_clue(world)
    async with world.system() as work:
        assert await webhooks.tell_all(work) == 1
    await world.settled(BODY)
    await work_off(world, "tell_webhooks_of")
    async with world.work(BODY) as work:
        await work.session.execute(update(WebhookMessage).values(wake_at=system_now()))
    async with world.system() as one, world.system() as other:
        assert await webhooks.wake(one) == 1
        assert await webhooks.wake(other) == 0
    assert sending.WAKE_AT_ONCE >= 1
