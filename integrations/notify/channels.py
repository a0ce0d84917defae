"""What the system administrator sees of the channels: their state and their log, and nothing of any matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from integrations.notify import repository
from integrations.notify.gateways import Demo, gateway
from integrations.notify.models import NoticeSending
from integrations.notify.rules import CHANNELS
from kernel import settings
from kernel.work import Work
from tenants.access import Target, authorize


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel of the installation. `state`: set, demo, none."""

    channel: str
    label: str
    state: str
    name: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One text. It holds no title and no name of a matter (templates.toml), so an administrator may see it."""

    id: UUID
    at: datetime
    channel: str
    purpose: str
    person: str
    masked: str
    subject: str
    text: str
    state: str
    attempts: int
    handed_at: datetime | None
    gateway: str
    receipt: str
    error: str
    next_at: datetime | None


async def channels(work: Work) -> list[ChannelView]:
    """Raises Denied."""
    await authorize(work, "notice_channel", "read", Target(owner_id=work.organ_id))
    found = [(channel, label, gateway(channel, settings.load())) for channel, label in CHANNELS.items()]
    return [
        ChannelView(
            channel,
            label,
            "none" if way is None else "demo" if isinstance(way, Demo) else "set",
            way.name if way else "",
        )
        for channel, label, way in found
    ]


async def log(work: Work, after: UUID | None = None, limit: int = 50) -> tuple[list[LogLine], UUID | None]:
    """The organ's texts, the newest first, and the cursor of the next page. Raises Denied."""
    await authorize(work, "notice_channel", "read", Target(owner_id=work.organ_id))
    rows = await repository.sendings(work, after, limit)
    shown = rows[:limit]
    return [_line(row) for row in shown], shown[-1].id if len(rows) > limit else None


def _line(row: NoticeSending) -> LogLine:
    return LogLine(
        row.id, row.created_at, CHANNELS[row.channel], row.purpose, row.person_name, row.masked, row.subject, row.text,
        row.state, row.attempts, row.handed_at, row.gateway, row.receipt, row.error,
        row.wake_at if row.attempts else None,
    )  # fmt: skip
