"""What came in and was refused, worked once more: after a register was put right, or what it depends on has come."""

from __future__ import annotations

from uuid import UUID

from integrations.links import repository
from integrations.links.keeping import ARTICLE, find
from integrations.links.models import Arrival
from integrations.links.taking import payload_of
from kernel.errors import IllegalTransition, NotFound
from kernel.work import Work

JOB = "take_arrival"


async def retry(work: Work, link_id: UUID, arrival_id: UUID) -> Arrival:
    """Have a refused arrival worked once more, by a job. One that waits or was taken stays as it is.

    Raises NotFound, Denied, IllegalTransition where a newer version is here or its content was not kept.
    """
    await find(work, link_id, "retry")
    row = await repository.arrival_by_id(work, link_id, arrival_id)
    if row is None:
        raise NotFound
    if row.state in ("waiting", "taken"):
        return row
    newest = await repository.newest(work, link_id, row.kind, [row.external_id])
    if row.state == "late" or newest[row.external_id] > row.version:
        raise IllegalTransition("对方已有更新的版本，不再接收这一版。")
    if row.payload_cipher is None:
        raise IllegalTransition("这条内容没有留存，不能重新接收。", remedy="请对方重新发送，或者取新内容。")
    row.state, row.error = "waiting", ""
    work.enqueue(JOB, {"link_id": str(link_id), "arrival_id": str(arrival_id)})
    work.record("retry_arrival", "arrival", row.id, title="重新接收对接内容", article=ARTICLE)
    await work.session.flush()
    return row


async def waiting(work: Work, link_id: UUID, arrival_id: UUID) -> tuple[Arrival, dict[str, object]] | None:
    """An arrival that waits to be worked once more, locked, and what it says; None when it waits no longer."""
    row = await repository.arrival_by_id(work, link_id, arrival_id)
    return (row, payload_of(row)) if row is not None and row.state == "waiting" else None
