"""From the audit trail to messages: every deed that an endpoint chose, once, in the order of the trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from integrations.links.feed import Cursor, Event, events_after
from integrations.webhooks import repository
from integrations.webhooks.models import WebhookEndpoint
from integrations.webhooks.rules import DEEDS
from kernel import settings
from kernel.clock import SHANGHAI, system_now
from kernel.ids import new_id
from kernel.work import Work

AT_ONCE = 500
AGAIN = timedelta(minutes=10)
"""When a message whose job was lost is handed to another one."""


async def tell_all(work: Work) -> int:
    """Have every organ with an enabled endpoint look at its trail, one job each."""
    organs = await repository.organs(work)
    for organ_id in organs:
        async with work.acting_as(organ_id):
            work.enqueue("tell_webhooks_of", {})
    return len(organs)


async def tell(work: Work) -> int:
    """Make the messages of the organ's endpoints from what its trail has new; returns how many."""
    made = 0
    for endpoint in await repository.telling(work):
        found, cursor = await events_after(work, Cursor(endpoint.feed_xid, endpoint.feed_seq), AT_ONCE)
        rows = [row for event in found if (row := _row(work, endpoint, event)) is not None]
        if rows:
            made += await _send(work, rows)
        endpoint.feed_xid, endpoint.feed_seq = cursor
        if len(found) == AT_ONCE:
            work.enqueue("tell_webhooks_of", {})
    await work.session.flush()
    return made


async def _send(work: Work, rows: list[dict[str, Any]]) -> int:
    new = await repository.new_messages(work, rows)
    for message_id in new:
        work.enqueue("send_webhook", {"message_id": str(message_id)})
    return len(new)


def _row(work: Work, endpoint: WebhookEndpoint, event: Event) -> dict[str, Any] | None:
    kind = DEEDS.get((event.subject_kind, event.action))
    if kind is None or kind not in endpoint.events or event.result != "done" or event.subject_id is None:
        return None
    data = {
        "id": str(event.subject_id), "kind": event.subject_kind, "organ_id": str(work.organ_id),
        "thread_id": str(event.thread_id) if event.thread_id else None, "article": event.article,
        "entry_id": str(event.id), "link": _link(event),
    }  # fmt: skip
    moment = event.at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return message(work, endpoint, kind, data, moment=moment, entry_id=event.id)


PAGES = {
    "clue": "clues", "matter": "matters", "instrument": "instruments", "delivery": "inbox", "report": "reports",
    "decision": "decisions", "return": "returns", "annual_paper": "annual", "officer": "officers",
}  # fmt: skip


def _link(event: Event) -> str | None:
    """The page to look at, for somebody who may; nothing of what is on it is told."""
    base, page = settings.load().public_url.rstrip("/"), PAGES.get(event.subject_kind)
    return f"{base}/{page}/{event.subject_id}" if base and page else None


def message(
    work: Work, endpoint: WebhookEndpoint, kind: str, data: dict[str, Any], *, moment: str, entry_id: Any
) -> dict[str, Any]:
    """The row of one message. Its payload is the specification's: type, timestamp, data; ids and a link, no more."""
    return {
        "id": new_id(), "city_id": work.city_id, "organ_id": work.organ_id, "endpoint_id": endpoint.id,
        "entry_id": entry_id, "event": kind, "payload": {"type": kind, "timestamp": moment, "data": data},
        "state": "waiting", "attempts": 0, "wake_at": system_now() + AGAIN, "delivered_at": None, "asked_by": "",
    }  # fmt: skip
