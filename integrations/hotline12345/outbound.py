"""Progress and results out: what was kept for the hotline goes to it as parcels of the link that the order came by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from integrations.hotline12345.client import Client
from integrations.hotline12345.messages import Report
from integrations.links import service as links
from integrations.links.models import Parcel
from kernel import settings
from kernel.work import Work
from supervision.channels import service as channels
from supervision.channels.rules import PROGRESS

KIND: Final = "hotline"
PARCEL: Final = "report"


async def tell(work: Work, order_id: UUID, seq: int) -> int:
    """Post one message about an order of the work's organ to the hotline that it came from. Returns how many parcels
    are new; none when it was posted before, or when the connection is gone."""
    order = await channels.order(work, order_id)
    message = await channels.message(work, order_id, seq)
    if order is None or message is None:
        return 0
    report = Report(
        key=f"{order.id}.{seq}",
        number=order.number,
        seq=seq,
        event=message.event,
        label=PROGRESS[message.event],
        words=message.words,
        at=message.at,
        final=channels.is_final(message.event),
    )
    payload = msgspec.to_builtins(report)
    async with work.acting_as(order.door_id):
        return await links.post(work, KIND, PARCEL, order.id, payload=payload, key=f"hotline.{report.key}", version=seq)


class HotlineCarrier:
    """Hands reports to the hotline (links.Carrier)."""

    most = 50

    def __init__(self, client: Client | None = None) -> None:
        self._client = client

    async def carry(self, link: links.Connected, parcels: Sequence[Parcel]) -> list[links.Outcome]:
        reports = {parcel.key: msgspec.convert(parcel.payload, Report) for parcel in parcels}
        async with self._client or Client(link, loopback=settings.load().demo_mode) as client:
            receipts = {one.key: one for one in await client.report(list(reports.values()))}
        found = []
        for key, report in reports.items():
            receipt = receipts.get(report.key)
            if receipt is not None:
                found.append(links.Outcome(key, receipt.outcome, {"number": report.number}, receipt.error))
        return found
