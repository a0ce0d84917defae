"""Orders in: by signed webhook or by pulling, each version once (Art. 17)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec
import structlog

from integrations.hotline12345.client import Client
from integrations.hotline12345.messages import Order, Taken
from integrations.links import repository
from integrations.links import service as links
from integrations.links.sweeping import start_each
from kernel import settings
from kernel.clock import system_now
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
    digest = hashlib.sha256(msgspec.json.encode(order)).hexdigest()
    await links.take_in(work, link_id, order.number, order.version, {"sha256": digest}, kind=ARRIVAL, keep=False)
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


async def pull(work: Work, link_id: UUID, asked: Client | None = None) -> int:
    """Ask one hotline that wants to be asked (`settings["pull"]`) for its next orders and take them; one that cannot
    be taken is noted and holds up no other.

    Returns how many came. A failure of the exchange is counted on the link and tried again at the next firing.
    """
    if not await repository.alone(work, link_id, PULL):
        return 0
    row = await repository.link(work, link_id)
    if row is None or row.state != "enabled" or not row.address or not row.settings.get("pull"):
        return 0
    link = links.connected(row)
    try:
        async with asked or Client(link, loopback=settings.load().demo_mode) as client:
            page = await client.orders(str(row.cursors.get(CURSOR, "")), PULLED)
    except (links.Unreachable, links.Untrusted) as error:
        log.warning("hotline does not answer", link=str(link_id), error=type(error).__name__)
        await links.failed(work, link_id, str(error))
        return 0
    for order in page.orders:
        await _take_pulled(work, link_id, order)
    await repository.set_link(work, link_id, {"cursors": {**row.cursors, CURSOR: page.cursor}})
    await links.succeeded(work, link_id)
    if len(page.orders) >= PULLED:
        work.enqueue(PULL_JOB, {"link_id": str(link_id)})
    return len(page.orders)


async def _take_pulled(work: Work, link_id: UUID, order: Order) -> None:
    organ_id = work.organ_id
    try:
        async with work.session.begin_nested():
            await take(work, link_id, order)
    except ZhunshengError as refused:
        work.organ_id = organ_id
        log.warning("hotline order refused", link=str(link_id), number=order.number, code=refused.code)
        digest = hashlib.sha256(msgspec.json.encode(order)).hexdigest()
        await links.take_in(work, link_id, order.number, order.version, {"sha256": digest}, kind=ARRIVAL, keep=False)
        await links.settle(work, link_id, ARRIVAL, order.number, order.version, error=refused.message)
