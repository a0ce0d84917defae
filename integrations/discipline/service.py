"""Discipline inspection (Art. 18): the only door.

A referral that was sent goes out as its sealed package with the digests of its letter; receipt, result and return come
back through `supervision.referrals`, pulled from the receiver or handed in by it. Nothing of the referral's contents
stands in a parcel: what it is about is in the package alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select

from integrations.links import leasing, repository
from integrations.links import service as links
from integrations.links.conversation import Conversation
from integrations.links.feed import Event
from integrations.links.models import Parcel
from integrations.links.state import Connected
from integrations.links.telling import Told, tell
from integrations.links.wire import Batch, Handed, Receipts, ReferralData, Replies, Reply, Stored
from kernel import blobs, settings
from kernel.errand import Errand
from kernel.errors import NotFound, ZhunshengError
from kernel.work import Work
from supervision.matters.commands import Upload
from supervision.referrals import service as referrals
from supervision.referrals.models import Referral

log = structlog.get_logger()
KIND: Final = "referral"
REPLY: Final = "reply"
SENT = ("sent", "acknowledged", "resulted", "returned")
__all__ = ["Carrier", "Client", "pull_replies", "receive", "take_again", "tell_referrals"]


class Client(Conversation):
    """The receiver at the other side of one link."""

    async def put_package(self, sha256: str, body: bytes) -> Stored:
        return await self.ask("PUT", f"/v1/packages/{sha256}", Stored, body=body, media="application/octet-stream")

    async def push(self, items: Sequence[Handed]) -> Receipts:
        return await self.ask("POST", "/v1/batches", Receipts, body=msgspec.json.encode(Batch(items=list(items))))

    async def replies(self, after: str) -> Replies:
        return await self.ask("GET", "/v1/replies", Replies, query=urlencode({"after": after}))


def client_of(link: Connected) -> Client:
    return Client(link, loopback=settings.load().demo_mode)


async def tell_referrals(work: Work, link_id: UUID) -> int:
    """Post the referrals to discipline inspection that were sent since the last time, each round once."""
    posted, more = await tell(work, link_id, _build)
    if more:
        work.enqueue("tell_discipline", {"link_id": str(link_id)})
    return posted


async def _build(work: Work, events: Sequence[Event]) -> list[Told]:
    ids = {event.subject_id for event in events if event.action == "referral_send" and event.subject_id}
    rows = await work.session.scalars(
        select(Referral).where(
            Referral.city_id == work.city_id,
            Referral.organ_id == work.organ_id,
            Referral.kind == "discipline",
            Referral.state.in_(SENT),
            Referral.archive_sha256 != "",
            Referral.id.in_(list(ids)),
        )
    )
    return [
        Told(
            KIND,
            row.id,
            msgspec.to_builtins(
                ReferralData(
                    number=row.number, recipient=row.recipient, round=row.round, package_sha256=row.archive_sha256,
                    manifest_sha256=row.manifest_sha256, manifest_sm3=row.manifest_sm3,
                )
            ),
        )
        for row in rows
    ]  # fmt: skip


class Carrier:
    """Sends the package, then what names it; a package that is there already is no other one."""

    most = 1

    def __init__(self, client: Client | None = None) -> None:
        self._client = client

    async def carry(self, link: Connected, parcels: Sequence[Parcel]) -> Sequence[links.Outcome]:
        if self._client is not None:
            return [await _hand_over(self._client, parcel) for parcel in parcels]
        async with client_of(link) as client:
            return [await _hand_over(client, parcel) for parcel in parcels]


async def _hand_over(client: Client, parcel: Parcel) -> links.Outcome:
    sha256 = str(parcel.payload["package_sha256"])
    await client.put_package(sha256, await blobs.store().read(sha256))
    item = Handed(
        kind=KIND, id=str(parcel.subject_id), version=parcel.version, key=parcel.key, hash=parcel.content_hash,
        data=parcel.payload,
    )  # fmt: skip
    receipts = {one.key: one for one in (await client.push([item])).receipts}
    one = receipts.get(parcel.key)
    if one is None:
        return links.Outcome(parcel.key, "again", error="对方没有回执")
    if one.outcome == "refused":
        return links.Outcome(parcel.key, "refused", error=one.error or "对方拒收")
    return links.Outcome(parcel.key, "received", {"number": one.number, "outcome": one.outcome})


async def pull_replies(errand: Errand, link_id: UUID, client: Client | None = None) -> bool:
    """Take the next receipts and results; True when more wait. A failure is counted on the link and never raised."""
    async with errand.work() as work:
        claimed = await leasing.claim(work, link_id, "pull")
    if claimed is None:
        return False
    lease, after = claimed.lease, str(claimed.cursors.get(REPLY, ""))
    try:
        page = await leasing.within(lease, _replies(claimed.link, after, client))
        async with errand.work() as work:
            await leasing.keep(work, lease)
            for reply in page.items:
                await receive(work, link_id, reply)
            await repository.set_cursor(work, link_id, REPLY, page.next)
            await leasing.end(work, lease)
    except (links.Unreachable, links.Untrusted) as failure:
        async with errand.work() as work:
            await leasing.end(work, lease, str(failure))
        return False
    return page.more


async def _replies(link: Connected, after: str, client: Client | None) -> Replies:
    if client is not None:
        return await client.replies(after)
    async with client_of(link) as made:
        return await made.replies(after)


async def receive(work: Work, link_id: UUID, reply: Reply) -> str:
    """Take one receipt, result or return, once; what cannot be taken stays in the inbox with its reason, which is
    returned (empty: taken, now or before)."""
    payload = msgspec.to_builtins(reply)
    if not await links.take_in(work, link_id, reply.id, 1, payload, kind=REPLY):
        return ""
    return await _take(work, link_id, reply)


async def take_again(work: Work, link_id: UUID, arrival_id: UUID) -> None:
    """Work a reply that was refused once more; the reason stays until it can be taken."""
    found = await links.waiting(work, link_id, arrival_id)
    if found is not None:
        await _take(work, link_id, msgspec.convert(found[1], Reply))


async def _take(work: Work, link_id: UUID, reply: Reply) -> str:
    try:
        async with work.session.begin_nested():
            await _deal(work, link_id, reply)
        error = ""
    except (ZhunshengError, ValueError) as refusal:
        error = str(refusal) or "内容不能接收"
        log.warning("reply refused", link=str(link_id), reply=reply.id, error=error)
    await links.settle(work, link_id, REPLY, reply.id, 1, error=error)
    return error


async def _deal(work: Work, link_id: UUID, reply: Reply) -> None:
    referral_id = UUID(reply.referral_id)
    if not await repository.last_parcels(work, link_id, KIND, [referral_id]):
        raise NotFound("没有经本连接送出过这件移送。")
    files = tuple(Upload(file.name, file.content) for file in reply.files)
    given = referrals.Incoming(text=reply.text, files=files)
    if reply.kind == "receipt":
        await referrals.receive_receipt(work, referral_id, given, on=reply.on)
    else:
        await referrals.receive_result(work, referral_id, given, returned=reply.kind == "return", on=reply.on)
