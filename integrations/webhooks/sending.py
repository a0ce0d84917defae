"""Handing messages over: signed, to a checked address, again after growing pauses, each try in the log."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import httpx
import structlog

from integrations.links.http import bounded, client
from integrations.links.rules import canonical
from integrations.webhooks import repository, rules
from integrations.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from kernel import settings
from kernel.clock import system_now
from kernel.errand import Errand
from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Work
from supervision.deadlines import notices

log = structlog.get_logger()
SECONDS: Final = 15.0
LARGEST_ANSWER: Final = 65_536
TOTAL_SECONDS: Final = 30.0
"""For an answer that trickles."""
LEASE: Final = timedelta(seconds=60)
LOST: Final = "发送中断，没有得到答复"
GONE: Final = 410
WAKE_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try. `status` None: nothing came back."""

    status: int | None
    text: str
    milliseconds: int
    retry_after: int = 0

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


async def hand_over(errand: Errand, message_id: UUID) -> str:
    """Try one message. Returns its state; what does not wait any more is left as it is.

    It is claimed first, and no transaction is open while the receiver is asked. The receiver may get a copy when this
    worker dies before it settles: the `webhook-id` is the same.
    """
    async with errand.work() as work:
        claimed = await _claim(work, message_id)
    if isinstance(claimed, str):
        return claimed
    answer = await _post(claimed.endpoint, claimed.message)
    async with errand.work() as work:
        return await _settle(work, claimed, answer)


@dataclass(frozen=True, slots=True)
class _Try:
    """One try that was claimed, with the rows as they were then."""

    claim: UUID
    endpoint: WebhookEndpoint
    message: WebhookMessage


async def _claim(work: Work, message_id: UUID) -> _Try | str:
    """The try, counted and held for LEASE; or the state, where there is nothing to try now."""
    row = await repository.message(work, message_id, lock=True)
    if row is None or row.state != "waiting":
        return row.state if row else ""
    now = system_now()
    if row.claimed_until is not None and row.claimed_until > now:
        return row.state
    endpoint = await repository.endpoint(work, row.endpoint_id)
    assert endpoint is not None
    if endpoint.state != "enabled":
        row.wake_at = now + rules.LONGEST_WAIT
        return row.state
    if row.claimed_by is not None:
        _log(work, row, Answer(None, LOST, 0))
        if rules.next_try(row.attempts, now, 0.0) is None:
            row.state, row.wake_at, row.claimed_by, row.claimed_until = "dead", None, None, None
            return row.state
    row.attempts += 1
    row.claimed_by, row.claimed_until, row.wake_at = new_id(), now + LEASE, now + LEASE
    await work.session.flush()
    return _Try(row.claimed_by, endpoint, row)


def _log(work: Work, row: WebhookMessage, answer: Answer) -> None:
    work.session.add(
        WebhookAttempt(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, message_id=row.id, number=row.attempts,
            at=work.now, status=answer.status, answer=answer.text, milliseconds=answer.milliseconds,
            by_name=row.asked_by,
        )
    )  # fmt: skip


async def _settle(work: Work, tried: _Try, answer: Answer) -> str:
    row = await repository.message(work, tried.message.id, lock=True)
    endpoint = await repository.endpoint(work, tried.endpoint.id, lock=True)
    assert row is not None
    assert endpoint is not None
    if row.claimed_by != tried.claim:
        log.warning("claim was over", endpoint=str(endpoint.id), message=str(row.id))
        return row.state
    _log(work, row, answer)
    row.asked_by, row.claimed_by, row.claimed_until = "", None, None
    if answer.good:
        row.state, row.wake_at, row.delivered_at = "delivered", None, work.now
        endpoint.failing_since, endpoint.last_success_at = None, work.now
    else:
        await _failed(work, endpoint, row, answer)
    await work.session.flush()
    return row.state


async def _failed(work: Work, endpoint: WebhookEndpoint, row: WebhookMessage, answer: Answer) -> None:
    jitter = random.random()  # noqa: S311 (spread)
    row.wake_at = rules.next_try(row.attempts, system_now(), jitter, answer.retry_after)
    if row.wake_at is None:
        row.state = "dead"
    elif row.wake_at <= system_now() + timedelta(seconds=10):
        work.enqueue("send_webhook", {"message_id": str(row.id)}, delay=row.wake_at - system_now())
        row.wake_at += timedelta(minutes=10)
    endpoint.failing_since = endpoint.failing_since or work.now
    log.warning("webhook not delivered", endpoint=str(endpoint.id), status=answer.status, tries=row.attempts)
    if answer.status == GONE or work.now - endpoint.failing_since >= rules.GIVE_UP:
        await _switch_off(work, endpoint, answer)


async def _switch_off(work: Work, endpoint: WebhookEndpoint, answer: Answer) -> None:
    """No more tries until the administrator, who is told, switches it on again; what waits is kept."""
    endpoint.state = "failing"
    why = "对方声明已停用（410）" if answer.status == GONE else f"连续{rules.GIVE_UP.days}天投递失败"
    title = f"网络回调“{endpoint.name}”已自动停用：{why}"
    work.record("switch_off", "webhook_endpoint", endpoint.id, title=title, result="failed")
    link = f"/webhooks/{endpoint.id}"
    await notices.notify(work, work.organ_id, roles=["system_admin"], kind="other", title=title, link=link)


async def _post(endpoint: WebhookEndpoint, row: WebhookMessage) -> Answer:
    known = settings.load()
    opened = rules.networks(known.webhook_private)
    body = canonical(row.payload)
    secrets = [vault().open(endpoint.secret_cipher)]
    if endpoint.previous_cipher and endpoint.previous_until and endpoint.previous_until > system_now():
        secrets.append(vault().open(endpoint.previous_cipher))
    signed = rules.headers(secrets, rules.message_name(row.id), int(time.time()), body)

    def lawful(address: str) -> bool:
        return not rules.refused(address, opened, loopback=known.demo_mode)

    began = time.perf_counter()
    try:
        async with (
            asyncio.timeout(TOTAL_SECONDS),
            client(endpoint.address, seconds=SECONDS, lawful=lawful) as http,
            http.stream(
                "POST", endpoint.address, content=body, headers=signed | {"content-type": "application/json"}
            ) as answer,
        ):
            text = (await bounded(answer, LARGEST_ANSWER)).decode("utf-8", "replace")
    except (httpx.HTTPError, TimeoutError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[: rules.HEAD], _since(began))
    after = answer.headers.get("retry-after", "")
    seconds = int(after) if after.isascii() and after.isdecimal() and len(after) < 7 else 0
    return Answer(answer.status_code, _printable(text), _since(began), seconds)


def _since(began: float) -> int:
    return int((time.perf_counter() - began) * 1000)


def _printable(text: str) -> str:
    """The head of an answer as text that a page and a text column take."""
    return "".join(c if c.isprintable() or c == "\n" else "·" for c in text[: rules.HEAD])


async def wake(work: Work) -> int:
    """Hand the messages that are due, in any organ of the city, to jobs of their own."""
    return await repository.wake(work, system_now(), WAKE_AT_ONCE)
