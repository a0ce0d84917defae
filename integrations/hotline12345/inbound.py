"""Orders in: by signed webhook or by pulling, each version once (Art. 17)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec
import structlog

from integrations.hotline12345.client import Client
from integrations.hotline12345.messages import Order, Page, Taken
from integrations.links import leasing, repository
from integrations.links import service as links
from integrations.links.sweeping import start_each
from kernel import settings
from kernel.clock import system_now
from kernel.errand import Errand
from kernel.errors import Invalid, Unauthenticated, ZhunshengError
from kernel.work import Work
from supervision.channels import service as channels
from tenants.organs.directory import Directory, directory

log = structlog.get_logger()
KIND: Final = "hotline"
ARRIVAL: Final = "order"
CURSOR: Final = "orders"
PULL: Final = "pull"
PULL_JOB: Final = "pull_hotline_orders"
PULLED: Final = 100


async def receive(
    work: Work, link_id: UUID, request: links.Request, headers: Mapping[str, str]
) -> tuple[bytes, dict[str, str]]:
    """One signed message of the hotline, in the tenancy of the link's organ: our answer and the headers that sign it.

    Raises Unauthenticated for a message that is not the hotline's or came before, Invalid for one that is no order.
    """
    link, nonce = await links.accept(work, link_id, request, headers)
    if link.kind != KIND:
        raise Unauthenticated("请求的签名不能核实。")
    try:
        order = msgspec.json.decode(request.body, type=Order)
    except (msgspec.ValidationError, msgspec.DecodeError):
        # The decoder's own words may quote what a caller said.
        raise Invalid("内容不符合热线接口约定。", field="order", article="17") from None
    body = msgspec.json.encode(await take(work, link.id, order))
    return body, links.sign_response(link.keys, 200, body, nonce, system_now())


async def take(work: Work, link_id: UUID, order: Order) -> Taken:
    """Take one version of an order, or its withdrawal. The inbox keeps that it came, the register of orders what it
    says, and who called is kept by the clue alone. Raises as channels.receive and channels.withdraw."""
    await links.take_in(work, link_id, order.number, order.version, _told(order), kind=ARRIVAL, keep=False)
    if order.action == "withdraw":
        done = await channels.withdraw(work, order.number, order.version, order.reason)
    else:
        done = await channels.receive(work, command_of(await directory(work), order, work))
    await links.settle(work, link_id, ARRIVAL, order.number, order.version)
    return Taken(order.number, order.version, done.outcome)


def command_of(tree: Directory, order: Order, work: Work) -> channels.ReceiveOrder:
    organ_id = named(tree, order.organ)
    return channels.ReceiveOrder(
        number=order.number,
        version=order.version,
        kind=order.kind,
        title=order.title,
        facts=order.content,
        ordered_at=order.ordered_at or work.now,
        organ_id=organ_id,
        organ_text=order.organ,
        place=order.place,
        happened_on=order.happened_on,
        due_on=order.due_on,
        name=order.caller.name,
        contact=order.caller.phone,
    )


def named(tree: Directory, words: str) -> UUID | None:
    """The one living organ that bears the name or the credit code; None when there is none or several."""
    wanted = words.strip()
    found = [o for o in tree.search(wanted, 30) if wanted in (o.name, o.short_name, o.uscc)] if wanted else []
    return found[0].id if len(found) == 1 else None


async def pull_all(work: Work) -> int:
    """Have every hotline asked by a job of its own; for the schedule. Returns how many."""
    return await start_each(work, {KIND: PULL_JOB})


async def pull(errand: Errand, link_id: UUID, asked: Client | None = None) -> int:
    """Ask one hotline that wants to be asked (`settings["pull"]`) for its next orders and take them; one that cannot
    be taken is noted and holds up no other.

    Returns how many came. A failure of the exchange is counted on the link and tried again at the next firing.
    """
    async with errand.work() as work:
        claimed = await _claim(work, link_id)
    if claimed is None:
        return 0
    lease, after = claimed.lease, str(claimed.cursors.get(CURSOR, ""))
    try:
        page = await leasing.within(lease, _orders(claimed.link, after, asked))
        async with errand.work() as work:
            await leasing.keep(work, lease)
            for order in page.orders:
                await _take_pulled(work, link_id, order)
            await repository.set_cursor(work, link_id, CURSOR, page.cursor)
            if await leasing.end(work, lease) and len(page.orders) >= PULLED:
                work.enqueue(PULL_JOB, {"link_id": str(link_id)})
    except (links.Unreachable, links.Untrusted) as failure:
        async with errand.work() as work:
            await leasing.end(work, lease, str(failure))
        return 0
    return len(page.orders)


async def _claim(work: Work, link_id: UUID) -> leasing.Claimed | None:
    row = await repository.link(work, link_id)
    if row is None or not row.settings.get("pull"):
        return None
    return await leasing.claim(work, link_id, PULL)


async def _orders(link: links.Connected, after: str, asked: Client | None) -> Page:
    async with asked or Client(link, loopback=settings.load().demo_mode) as client:
        return await client.orders(after, PULLED)


async def _take_pulled(work: Work, link_id: UUID, order: Order) -> None:
    refused = await _refused(work, link_id, order)
    if refused:
        log.warning("hotline order refused", link=str(link_id), number=order.number)
        # Sealed until it is taken: only so can it be worked once more.
        one = links.Incoming(order.number, order.version, msgspec.to_builtins(order), links.content_hash(_told(order)))
        await links.take_in_many(work, link_id, ARRIVAL, [one])
        await links.settle(work, link_id, ARRIVAL, order.number, order.version, error=refused)


async def take_again(work: Work, link_id: UUID, arrival_id: UUID) -> None:
    """Work an order that was refused once more; once it is taken the inbox keeps its content no longer."""
    found = await links.waiting(work, link_id, arrival_id)
    if found is None:
        return
    row, order = found[0], msgspec.convert(found[1], Order)
    refused = await _refused(work, link_id, order)
    if refused:
        await links.settle(work, link_id, ARRIVAL, order.number, order.version, error=refused)
    else:
        row.payload_cipher = None


async def _refused(work: Work, link_id: UUID, order: Order) -> str:
    """Take an order; why it was refused, without a trace of the attempt, or nothing."""
    organ_id = work.organ_id
    try:
        async with work.session.begin_nested():
            await take(work, link_id, order)
    except ZhunshengError as refused:
        work.organ_id = organ_id
        return refused.message or "内容不能接收"
    return ""


def _told(order: Order) -> dict[str, str]:
    """What the inbox keeps of an order: that it was this one."""
    return {"sha256": hashlib.sha256(msgspec.json.encode(order)).hexdigest()}
