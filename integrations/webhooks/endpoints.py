"""Endpoints as the system administrator keeps them, and their delivery log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.links.feed import now_cursor
from integrations.webhooks import repository, rules, telling
from integrations.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from kernel import settings
from kernel.clock import SHANGHAI, system_now
from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Work
from tenants.access import Target, authorize


@dataclass(frozen=True, slots=True)
class EndpointView:
    """`state`: enabled, disabled, failing (switched off by itself). `rotating_until`: two signatures until then."""

    id: UUID
    name: str
    address: str
    events: tuple[str, ...]
    state: str
    made_by_name: str
    made_at: datetime
    last_success_at: datetime | None
    failing_since: datetime | None
    rotating_until: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class AttemptView:
    number: int
    at: datetime
    status: int | None
    answer: str
    milliseconds: int
    by_name: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message and its tries, the newest first. `state`: waiting, delivered, dead."""

    id: UUID
    name: str
    event: str
    made_at: datetime
    state: str
    attempts: int
    next_at: datetime | None
    payload: dict[str, Any]
    tries: tuple[AttemptView, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An endpoint and a new secret, which nobody can read again."""

    endpoint: EndpointView
    secret: str


async def listing(work: Work, after: UUID | None = None, limit: int = 50) -> tuple[list[EndpointView], UUID | None]:
    """Endpoints of the organ, the newest first, and the cursor of the next page. Raises Denied."""
    await _may(work, "read")
    rows = await repository.endpoints(work, after, limit)
    shown = rows[:limit]
    return [_view(row) for row in shown], shown[-1].id if len(rows) > limit else None


async def get(work: Work, endpoint_id: UUID) -> EndpointView:
    """Raises Denied, NotFound."""
    await _may(work, "read")
    return _view(await _held(work, endpoint_id))


async def add(work: Work, name: str, address: str, events: Sequence[str]) -> Kept:
    """A new endpoint, which is told of what happens from now on. Raises Denied, Invalid."""
    await _may(work, "manage")
    rules.check(name, events)
    cleaned = _address(address)
    if await repository.named(work, name.strip()) is not None:
        raise Invalid("本单位已有同名的回调，请换一个名称。", field="name")
    secret, cursor = rules.new_secret(), await now_cursor(work)
    row = WebhookEndpoint(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        name=name.strip(),
        address=cleaned,
        events=sorted(set(events)),
        state="enabled",
        secret_cipher=vault().seal(secret),
        previous_cipher=None,
        previous_until=None,
        failing_since=None,
        last_success_at=None,
        made_by_name=work.actor.name if work.actor else "系统",
        feed_xid=cursor.xid,
        feed_seq=cursor.seq,
    )
    work.session.add(row)
    await work.session.flush()
    work.record("add_webhook", "webhook_endpoint", row.id, title=f"新建网络回调“{row.name}”", note=cleaned)
    return Kept(_view(row), secret)


async def change(work: Work, endpoint_id: UUID, address: str, events: Sequence[str]) -> EndpointView:
    """Another address or other events. Raises Denied, NotFound, Invalid."""
    await _may(work, "manage")
    row = await _held(work, endpoint_id, lock=True)
    rules.check(row.name, events)
    row.address, row.events = _address(address), sorted(set(events))
    work.record("change_webhook", "webhook_endpoint", row.id, title=f"修改网络回调“{row.name}”", note=row.address)
    await work.session.flush()
    return _view(row)


async def switch(work: Work, endpoint_id: UUID, *, on: bool) -> EndpointView:
    """Switch an endpoint off, or on again: then it is told of everything since. Raises Denied, NotFound,
    IllegalTransition."""
    await _may(work, "manage")
    row = await _held(work, endpoint_id, lock=True)
    if (row.state == "enabled") == on:
        raise IllegalTransition("回调已经启用。" if on else "回调已经停用。")
    row.state, row.failing_since = "enabled" if on else "disabled", None
    if on:
        await repository.resume(work, row.id, system_now())
    said = "启用" if on else "停用"
    action = "enable_webhook" if on else "disable_webhook"
    work.record(action, "webhook_endpoint", row.id, title=f"{said}网络回调“{row.name}”")
    await work.session.flush()
    return _view(row)


async def rotate(work: Work, endpoint_id: UUID) -> Kept:
    """A new secret; for a day everything is signed with both. Raises Denied, NotFound."""
    await _may(work, "rotate")
    row = await _held(work, endpoint_id, lock=True)
    secret = rules.new_secret()
    row.previous_cipher, row.previous_until = row.secret_cipher, system_now() + rules.GRACE
    row.secret_cipher = vault().seal(secret)
    work.record("rotate_webhook", "webhook_endpoint", row.id, title=f"轮换网络回调“{row.name}”的签名密钥")
    await work.session.flush()
    return Kept(_view(row), secret)


async def trial(work: Work, endpoint_id: UUID) -> UUID:
    """Send a message of the type webhook.test. Returns its id. Raises Denied, NotFound, IllegalTransition."""
    await _may(work, "manage")
    row = await _held(work, endpoint_id)
    if row.state != "enabled":
        raise IllegalTransition("回调没有启用，不能发送测试。", remedy="请先启用。")
    moment = work.now.astimezone(SHANGHAI).isoformat(timespec="seconds")
    data = {"organ_id": str(work.organ_id), "endpoint": row.name}
    made = telling.message(work, row, rules.TRIAL, data, moment=moment, entry_id=new_id())
    (message_id,) = await repository.new_messages(work, [made])
    work.enqueue("send_webhook", {"message_id": str(message_id)})
    work.record("test_webhook", "webhook_endpoint", row.id, title=f"测试网络回调“{row.name}”")
    return message_id


async def messages(
    work: Work, endpoint_id: UUID, after: UUID | None = None, limit: int = 30
) -> tuple[list[MessageView], UUID | None]:
    """The delivery log, the newest first. Raises Denied, NotFound."""
    await _may(work, "read")
    await _held(work, endpoint_id)
    rows = await repository.messages(work, endpoint_id, after, limit)
    shown = rows[:limit]
    tries = await repository.attempts(work, [row.id for row in shown])
    return [_message(row, tries[row.id]) for row in shown], shown[-1].id if len(rows) > limit else None


async def replay(work: Work, message_id: UUID) -> UUID:
    """Send a message again by hand, whatever became of it; it counts from new. Returns its endpoint.

    Raises Denied, NotFound, IllegalTransition while the endpoint is switched off.
    """
    await _may(work, "replay")
    row = await repository.message(work, message_id, lock=True)
    if row is None:
        raise NotFound
    endpoint = await _held(work, row.endpoint_id)
    if endpoint.state != "enabled":
        raise IllegalTransition("回调没有启用，不能重新投递。", remedy="请先启用。")
    row.state, row.attempts, row.delivered_at = "waiting", 0, None
    # A try that is under way settles nothing any more: the new one must not wait for it.
    row.claimed_by = row.claimed_until = None
    row.wake_at = system_now() + telling.AGAIN
    row.asked_by = work.actor.name if work.actor else "系统"
    work.enqueue("send_webhook", {"message_id": str(row.id)})
    work.record("replay_webhook", "webhook_endpoint", endpoint.id, title=f"重新投递“{endpoint.name}”的{row.event}")
    await work.session.flush()
    return endpoint.id


async def _may(work: Work, action: str) -> None:
    await authorize(work, "webhook", action, Target(owner_id=work.organ_id))


def _address(address: str) -> str:
    known = settings.load()
    return rules.checked_address(address, rules.networks(known.webhook_private), loopback=known.demo_mode)


async def _held(work: Work, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint:
    row = await repository.endpoint(work, endpoint_id, lock=lock)
    if row is None:
        raise NotFound
    return row


def _view(row: WebhookEndpoint) -> EndpointView:
    until = row.previous_until if row.previous_until and row.previous_until > system_now() else None
    return EndpointView(
        row.id, row.name, row.address, tuple(row.events), row.state, row.made_by_name, row.created_at,
        row.last_success_at, row.failing_since, until, row.row_version,
    )  # fmt: skip


def _message(row: WebhookMessage, tries: Sequence[WebhookAttempt]) -> MessageView:
    seen = tuple(AttemptView(t.number, t.at, t.status, t.answer, t.milliseconds, t.by_name) for t in tries)
    return MessageView(
        row.id, rules.message_name(row.id), row.event, row.created_at, row.state, row.attempts,
        row.wake_at if row.attempts else None, row.payload, seen,
    )  # fmt: skip
