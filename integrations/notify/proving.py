"""Proof that a notice reached people: what was said, its hash, to whom and when, the receipt, when it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from integrations.links.rules import content_hash
from integrations.notify import repository
from integrations.notify.models import NoticeDelivery, NoticeSending
from integrations.notify.rules import CHANNELS, statutory, text_hash
from kernel.errors import NotFound
from kernel.work import Work
from supervision.deadlines.models import Notice
from tenants.access import Target, authorize
from tenants.organs.directory import directory

SEES_ALL = frozenset({"organ_head", "supervision_leader", "government_leader"})
"""Those who answer for the organ see the proof of every line of it; others of the lines that are meant for them."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A post that the line is meant for. `read_at` None: not read in the system yet."""

    name: str
    title: str
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class SentLine:
    """A text outside the system. `state`: held (until the quiet hours end), waiting, handed, dead."""

    name: str
    channel: str
    masked: str
    state: str
    held_until: datetime | None
    quiet_since: datetime | None
    subject: str
    text: str
    text_hash: str
    together: bool
    gateway: str
    receipt: str
    handed_at: datetime | None
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that is known of one line's way. `line_hash` is SM3 of its title, a line feed, its body."""

    notice_id: UUID
    organ: str
    kind: str
    title: str
    body: str
    line_hash: str
    at: datetime
    due_on: date | None
    article: str
    by_law: bool
    readers: tuple[ReadLine, ...]
    sent: tuple[SentLine, ...]


async def proof(work: Work, notice_id: UUID) -> Proof:
    """Raises Denied, NotFound for another organ's line and for one that is meant for others."""
    await authorize(work, "notice", "prove", Target(owner_id=work.organ_id))
    line = await repository.notice(work, notice_id)
    if line is None or not _sees(work, line):
        raise NotFound
    posts = await repository.posts_for(work, line)
    read = await repository.readings(work, notice_id)
    names = {post.person_id: post.person_name for post in posts}
    found = await repository.deliveries(work, notice_id)
    return Proof(
        notice_id=line.id,
        organ=(await directory(work)).name(work.organ_id),
        kind=line.kind,
        title=line.title,
        body=line.body,
        line_hash=text_hash(line.title, line.body),
        at=line.at,
        due_on=line.due_on,
        article=line.article or "",
        by_law=statutory(line.kind, line.article),
        readers=tuple(ReadLine(p.person_name, p.title, read[p.id].at if p.id in read else None) for p in posts),
        sent=tuple(_sent(row, sending, names.get(row.person_id, "")) for row, sending in found),
    )


def _sees(work: Work, line: Notice) -> bool:
    actor = work.actor
    if actor is None:
        return False
    if actor.roles & SEES_ALL or line.post_id == actor.post_id:
        return True
    return line.post_id is None and (not line.roles or bool(actor.roles & set(line.roles)))


def _sent(row: NoticeDelivery, sending: NoticeSending | None, name: str) -> SentLine:
    if sending is None:
        return SentLine(
            name, CHANNELS[row.channel], "", "held", row.held_until, row.quiet_since, "", "", "", False, "", "", None,
            0, "",
        )  # fmt: skip
    return SentLine(
        sending.person_name, CHANNELS[row.channel], sending.masked, sending.state, None, row.quiet_since,
        sending.subject, sending.text, sending.text_hash, sending.purpose == "digest", sending.gateway,
        sending.receipt, sending.handed_at, sending.attempts, sending.error,
    )  # fmt: skip


async def export(work: Work, notice_id: UUID) -> bytes:
    """The proof as a file: JSON with its own SM3 under `proof_hash`, over the canonical JSON of `proof`. Audited."""
    found = await proof(work, notice_id)
    content: dict[str, Any] = msgspec.to_builtins(found)
    who = work.actor.name if work.actor else "系统"
    content |= {"produced_at": work.now.isoformat(), "produced_by": who}
    made = {"proof": content, "proof_hash": content_hash(content), "hash": "SM3"}
    work.record("export_proof", "notice", notice_id, title=f"导出送达证明：{found.title}"[:200])
    return msgspec.json.format(msgspec.json.encode(made), indent=2)
