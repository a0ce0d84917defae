"""From a line of the bell to its texts: to whom, over what, now or after the night (Articles 18 to 20: in time)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from integrations.notify import repository, wording
from integrations.notify.gateways import gateway
from integrations.notify.models import NoticeAddress, NoticeDelivery, NoticeSending
from integrations.notify.rules import (
    AGAIN,
    CHANNELS,
    QUIET,
    Line,
    channels_for,
    preference_kind,
    quiet_end,
    statutory,
    text_hash,
    urgent,
)
from kernel import settings
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines.models import Notice
from tenants.organs.directory import directory
from tenants.staff.models import Post


async def dispatch(work: Work, notice_id: UUID) -> int:
    """Make the deliveries of a line, each once however often this runs. Returns how many are new."""
    line = await repository.notice(work, notice_id)
    if line is None:
        return 0
    posts = {post.person_id: post for post in await repository.posts_for(work, line)}
    found = await repository.addresses(work, list(posts))
    chosen = await repository.preferences(work, list(posts))
    quiet = await repository.hours(work, list(posts))
    by_law = statutory(line.kind, line.article)
    at_once = urgent(work.today, line.due_on, is_statutory=by_law)
    usable = {channel for channel in CHANNELS if gateway(channel, settings.load()) is not None}
    made = 0
    for person_id, post in posts.items():
        own = {row.channel: row for row in found if row.person_id == person_id and row.channel in usable}
        wanted = chosen.get((person_id, preference_kind(line.kind)))
        held_until = None if at_once else quiet_end(work.now, quiet.get(person_id, QUIET))
        for channel in channels_for(own, wanted, is_statutory=by_law):
            made += await _deliver(work, line, post, own[channel], held_until, by_law=by_law)
    return made


async def _deliver(
    work: Work, line: Notice, post: Post, address: NoticeAddress, held_until: datetime | None, *, by_law: bool
) -> bool:
    row = {
        "id": new_id(), "city_id": work.city_id, "organ_id": work.organ_id, "notice_id": line.id,
        "person_id": post.person_id, "post_id": post.id, "channel": address.channel, "kind": line.kind,
        "statutory": by_law, "quiet_since": work.now if held_until else None,
        # Held for a moment until the text that it belongs to is there.
        "held_until": held_until or work.now + AGAIN, "sending_id": None,
    }  # fmt: skip
    delivery_id = await repository.new_delivery(work, row)
    if delivery_id is None:
        return False
    if held_until is None:
        words = wording.of_notice(address.channel, await _line(work, line))
        made = await send(work, address, post.person_name, "notice", words)
        delivery = await work.session.get_one(NoticeDelivery, (work.city_id, delivery_id))
        delivery.sending_id, delivery.held_until = made.id, None
        await work.session.flush()
    return True


async def _line(work: Work, line: Notice) -> Line:
    tree, base = await directory(work), settings.load().public_url.rstrip("/")
    link = f"{base}/notices/{line.id}" if base else ""
    return Line(line.kind, tree.short(work.organ_id), line.article or "", line.due_on, link)


async def digest(work: Work, person_id: UUID, channel: str) -> bool:
    """Send what was held back for a person over a channel as one text. False when nothing waits any more."""
    held = await repository.held(work, person_id, channel)
    address = await repository.address(work, person_id, channel)
    lines = [line for row in held if (line := await repository.notice(work, row.notice_id)) is not None]
    if not lines:
        return False
    name = await _name(work, held[0].post_id)
    if address is None or address.verified_at is None:
        made = await _unsent(work, person_id, channel, name, await _words(work, lines, channel))
    else:
        purpose, words = await _words(work, lines, channel)
        made = await send(work, address, name, purpose, words)
    for row in held:
        row.sending_id, row.held_until = made.id, None
    await work.session.flush()
    return True


async def _words(work: Work, lines: Sequence[Notice], channel: str) -> tuple[str, tuple[str, str]]:
    """The purpose and the words of what goes out together."""
    said = [await _line(work, line) for line in lines]
    if len(said) == 1:
        return "notice", wording.of_notice(channel, said[0])
    return "digest", wording.of_digest(channel, said[0].organ, said)


async def _unsent(
    work: Work, person_id: UUID, channel: str, name: str, made: tuple[str, tuple[str, str]]
) -> NoticeSending:
    """What was held back for an address that is no more: kept as a dead letter, so that the proof says so."""
    purpose, words = made
    row = _row(work, person_id, channel, name, purpose=purpose, words=words)
    row.state, row.wake_at, row.error = "dead", None, "接收地址在发送前已经删除或者更换"
    work.session.add(row)
    await work.session.flush()
    return row


async def _name(work: Work, post_id: UUID) -> str:
    post = await work.session.get(Post, (work.city_id, post_id))
    return post.person_name if post is not None else ""


async def send(
    work: Work, address: NoticeAddress, name: str, purpose: str, words: tuple[str, str], *, kept: str = ""
) -> NoticeSending:
    """Put a text on its way to an address. `kept` is what is stored in its place, when it holds a secret; its hash is
    of what is really said."""
    row = _row(work, address.person_id, address.channel, name, purpose=purpose, words=words)
    row.cipher, row.masked = address.cipher, address.masked
    row.text = kept or row.text
    row.address_id = address.id if purpose == "code" else None
    work.session.add(row)
    await work.session.flush()
    work.enqueue("send_notice", {"sending_id": str(row.id)})
    return row


def _row(
    work: Work, person_id: UUID, channel: str, name: str, *, purpose: str, words: tuple[str, str]
) -> NoticeSending:
    subject, said = words
    return NoticeSending(
        id=new_id(), city_id=work.city_id, organ_id=work.organ_id, person_id=person_id, person_name=name,
        channel=channel, purpose=purpose, cipher=b"", masked="", subject=subject, text=said,
        text_hash=text_hash(subject, said), state="waiting", attempts=0, wake_at=work.now + AGAIN, gateway="",
        receipt="", handed_at=None, error="", address_id=None, claimed_by=None, claimed_until=None,
    )  # fmt: skip
