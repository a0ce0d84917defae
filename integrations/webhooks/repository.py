"""Rows of endpoints, messages and tries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from integrations.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from kernel.work import Work

ORGANS = text("select organ_id from guard.webhook_organs()")
WAKE = text("select guard.wake_webhooks(:moment, :most)")


async def endpoint(work: Work, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint | None:
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.city_id == work.city_id,
        WebhookEndpoint.organ_id == work.organ_id,
        WebhookEndpoint.id == endpoint_id,
    )
    return (await work.session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def named(work: Work, name: str) -> WebhookEndpoint | None:
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.city_id == work.city_id, WebhookEndpoint.organ_id == work.organ_id, WebhookEndpoint.name == name
    )
    return (await work.session.scalars(query)).one_or_none()


async def endpoints(work: Work, after: UUID | None, limit: int) -> Sequence[WebhookEndpoint]:
    """The organ's, the newest first; one more than `limit` where there are more."""
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.city_id == work.city_id, WebhookEndpoint.organ_id == work.organ_id
    )
    if after is not None:
        query = query.where(WebhookEndpoint.id < after)
    return (await work.session.scalars(query.order_by(WebhookEndpoint.id.desc()).limit(limit + 1))).all()


async def telling(work: Work) -> Sequence[WebhookEndpoint]:
    """Enabled endpoints of the organ that nobody else tells at this moment, locked."""
    query = (
        select(WebhookEndpoint)
        .where(
            WebhookEndpoint.city_id == work.city_id,
            WebhookEndpoint.organ_id == work.organ_id,
            WebhookEndpoint.state == "enabled",
        )
        .order_by(WebhookEndpoint.id)
        .with_for_update(skip_locked=True)
    )
    return (await work.session.scalars(query)).all()


async def new_messages(work: Work, rows: Sequence[dict[str, object]]) -> list[UUID]:
    """Insert messages; what an endpoint is told of already is left out. Returns the new ones."""
    made = insert(WebhookMessage).values(list(rows)).on_conflict_do_nothing().returning(WebhookMessage.id)
    return list(await work.session.scalars(made))


async def message(work: Work, message_id: UUID, *, lock: bool = False) -> WebhookMessage | None:
    query = select(WebhookMessage).where(
        WebhookMessage.city_id == work.city_id,
        WebhookMessage.organ_id == work.organ_id,
        WebhookMessage.id == message_id,
    )
    return (await work.session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def messages(work: Work, endpoint_id: UUID, after: UUID | None, limit: int) -> Sequence[WebhookMessage]:
    query = select(WebhookMessage).where(
        WebhookMessage.city_id == work.city_id,
        WebhookMessage.organ_id == work.organ_id,
        WebhookMessage.endpoint_id == endpoint_id,
    )
    if after is not None:
        query = query.where(WebhookMessage.id < after)
    return (await work.session.scalars(query.order_by(WebhookMessage.id.desc()).limit(limit + 1))).all()


async def attempts(work: Work, message_ids: Sequence[UUID]) -> dict[UUID, list[WebhookAttempt]]:
    """Message → its tries, the newest first."""
    found: dict[UUID, list[WebhookAttempt]] = {message_id: [] for message_id in message_ids}
    query = select(WebhookAttempt).where(
        WebhookAttempt.city_id == work.city_id,
        WebhookAttempt.organ_id == work.organ_id,
        WebhookAttempt.message_id.in_(message_ids),
    )
    for row in await work.session.scalars(query.order_by(WebhookAttempt.id.desc())):
        found[row.message_id].append(row)
    return found


async def resume(work: Work, endpoint_id: UUID, now: datetime) -> None:
    """Let what waits for an endpoint go out at once."""
    await work.session.execute(
        update(WebhookMessage)
        .where(
            WebhookMessage.city_id == work.city_id,
            WebhookMessage.organ_id == work.organ_id,
            WebhookMessage.endpoint_id == endpoint_id,
            WebhookMessage.state == "waiting",
        )
        .values(wake_at=now)
        .execution_options(synchronize_session=False)
    )


async def organs(work: Work) -> list[UUID]:
    return list(await work.session.scalars(ORGANS))


async def wake(work: Work, moment: datetime, most: int) -> int:
    return int(await work.session.scalar(WAKE, {"moment": moment, "most": most}) or 0)
