"""What happens to a clue goes to its channel, and a new clue is looked at for its like: heard of inside the step."""

from __future__ import annotations

from typing import Final

from kernel.ids import new_id
from kernel.work import Work
from supervision.channels import repository
from supervision.channels.models import HotlineMessage, HotlineOrder
from supervision.channels.rules import FINAL
from supervision.clues import events
from supervision.clues.models import Clue
from supervision.clues.standing import refresh_due
from supervision.deadlines import service as deadlines

SEND: Final = "tell_hotline"
SEARCH: Final = "find_duplicates"
MERGED_RESULT: Final = "反映的问题与同一问题的其他反映合并办理，现已办结。"
"""The result of a merged clue: the words for the other one belong to its own author."""


async def on_clue(work: Work, clue: Clue, event: str, words: str) -> None:
    """Hear of an event (clues.events)."""
    if event == "registered":
        work.enqueue(SEARCH, {"clue_id": str(clue.id)})
        return
    order = await repository.order_of(work, clue.id)
    if order is None or order.state != "open":
        return
    if event != "result":
        await tell_hotline(work, order, event, words)
        return
    misdirected = clue.state == "dismissed" and bool(order.return_reason) and order.return_reason == clue.state_reason
    order.state, order.ended_at = "returned" if misdirected else "ended", work.now
    said = order.return_reason if misdirected else MERGED_RESULT if clue.state == "merged" else words
    await tell_hotline(work, order, "returned" if misdirected else "result", said)
    await deadlines.meet(work, clue.id, work.today, rule_key="hotline.")
    await refresh_due(work, clue)


async def tell_hotline(work: Work, order: HotlineOrder, event: str, words: str) -> None:
    """Keep the next message about an order and have it sent."""
    order.told += 1
    work.session.add(
        HotlineMessage(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, order_id=order.id, seq=order.told, event=event,
            words=words, at=work.now,
        )
    )  # fmt: skip
    await work.session.flush()
    work.enqueue(SEND, {"order_id": str(order.id), "seq": order.told})


def is_final(event: str) -> bool:
    """Whether nothing follows this message."""
    return event in FINAL


events.listen(on_clue)
