"""Handing texts to their gateways: tried again with growing pauses, then a dead letter that a person can send again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from integrations.notify import addresses, dispatching, repository, wording
from integrations.notify.errors import GatewayDown, GatewayRefused
from integrations.notify.gateways import Gateway, Letter, gateway
from integrations.notify.models import NoticeSending
from integrations.notify.rules import AGAIN, CHANNELS, next_try
from kernel import settings
from kernel.clock import system_now
from kernel.errand import Errand
from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Work
from tenants.access import Target, authorize
from tenants.organs.directory import directory

log = structlog.get_logger()
WAKE_AT_ONCE = 1_000
LEASE = timedelta(minutes=3)
"""Longer than any gateway is waited for: SMTP answers seven times, each within gateways.SECONDS."""


@dataclass(frozen=True, slots=True)
class _Try:
    """One try that was claimed: what goes where, and under which claim."""

    claim: UUID
    letter: Letter
    way: Gateway


async def hand_over(errand: Errand, sending_id: UUID) -> str:
    """Try to hand over one text. Returns its state; what is no longer waiting is left as it is.

    It is claimed, so that two workers never send it at a time, and no transaction is open while the gateway is asked.
    A worker that dies meanwhile leaves a claim that ends by itself; the next one sends the same text under its id.
    """
    async with errand.work() as work:
        claimed = await _claim(work, sending_id)
    if isinstance(claimed, str):
        return claimed
    receipt, error, final = "", "", False
    try:
        receipt = await claimed.way.hand_over(claimed.letter)
    except GatewayRefused as failure:
        error, final = str(failure), True
    except GatewayDown as failure:
        error = str(failure)
    async with errand.work() as work:
        return await _settle(work, claimed, receipt, error, final=final)


async def _claim(work: Work, sending_id: UUID) -> _Try | str:
    """The try, counted and held for LEASE; or the state, where there is nothing to try now."""
    row = await repository.sending(work, sending_id, lock=True)
    if row is None or row.state != "waiting":
        return row.state if row else ""
    if row.claimed_until is not None and row.claimed_until > system_now():
        return row.state
    if row.attempts and next_try(row.attempts, work.now) is None:
        return _fail(work, row, "多次发送均没有结果", final=True)
    row.attempts += 1
    way = gateway(row.channel, settings.load())
    if way is None:
        return _fail(work, row, "通知渠道没有设置", final=False)
    row.gateway = way.name
    said = await _said(work, row)
    if said is None:
        return _fail(work, row, "地址已经核实或者更换，验证码不再发送", final=True)
    row.claimed_by, row.claimed_until, row.wake_at = new_id(), system_now() + LEASE, work.now + LEASE
    await work.session.flush()
    return _Try(row.claimed_by, Letter(row.id, row.channel, vault().open(row.cipher), row.subject, said), way)


async def _said(work: Work, row: NoticeSending) -> str | None:
    """What is really said: a code is made anew, because what is kept of it has dots. None: it is of no use any more."""
    if row.purpose != "code":
        return row.text
    found = await addresses.code_for(work, row)
    return None if found is None else wording.of_code(found)[1]


async def _settle(work: Work, tried: _Try, receipt: str, error: str, *, final: bool) -> str:
    row = await repository.sending(work, tried.letter.id, lock=True)
    if row is None or row.claimed_by != tried.claim:
        log.warning("claim was over", channel=tried.letter.channel, sending=str(tried.letter.id))
        return row.state if row else ""
    if error:
        return _fail(work, row, error, final=final)
    row.receipt = receipt
    row.state, row.handed_at, row.wake_at, row.error = "handed", work.now, None, ""
    row.claimed_by = row.claimed_until = None
    await work.session.flush()
    return row.state


def _fail(work: Work, row: NoticeSending, error: str, *, final: bool) -> str:
    row.error = error[:500]
    row.claimed_by = row.claimed_until = None
    row.wake_at = None if final else next_try(row.attempts, work.now)
    if row.wake_at is None:
        row.state = "dead"
        title = f"{CHANNELS[row.channel]}没有送出：{row.error}"
        work.record("notice_dead", "notice_sending", row.id, title=title[:200], result="failed")
    log.warning("notice not handed over", channel=row.channel, state=row.state, tries=row.attempts)
    return row.state


async def wake(work: Work) -> int:
    """Hand what is due to jobs of its own: texts to be tried again, and the digests of nights that are over."""
    return await repository.wake(work, WAKE_AT_ONCE)


async def replay(work: Work, sending_id: UUID) -> NoticeSending:
    """Let a dead letter go out again, counted from new. Raises Denied, NotFound, IllegalTransition."""
    await authorize(work, "notice_channel", "replay", Target(owner_id=work.organ_id))
    row = await repository.sending(work, sending_id, lock=True)
    if row is None:
        raise NotFound
    if row.state != "dead":
        raise IllegalTransition("这条通知没有失败，不需要重新发送。")
    row.state, row.attempts, row.error, row.wake_at = "waiting", 0, "", work.now + AGAIN
    work.enqueue("send_notice", {"sending_id": str(row.id)})
    work.record("replay", "notice_sending", row.id, title=f"重新发送{CHANNELS[row.channel]}")
    return row


async def test(work: Work, channel: str) -> NoticeSending:
    """Send a test over a channel to the acting administrator's own verified address. Raises Denied, Invalid."""
    await authorize(work, "notice_channel", "test", Target(owner_id=work.organ_id))
    assert work.actor is not None
    if channel not in CHANNELS or gateway(channel, settings.load()) is None:
        raise Invalid("这一渠道没有设置。", field="channel")
    own = await repository.address(work, work.actor.person_id, channel)
    if own is None or own.verified_at is None:
        raise Invalid(f"请先在“消息设置”中填写并核实自己的{CHANNELS[channel]}地址。", field="channel")
    tree = await directory(work)
    words = wording.of_test(tree.short(work.organ_id))
    row = await dispatching.send(work, own, work.actor.name, "test", words)
    work.record("test", "notice_sending", row.id, title=f"发送{CHANNELS[channel]}测试消息")
    return row
